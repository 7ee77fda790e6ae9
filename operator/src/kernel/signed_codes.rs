//! The codes that drivers show: each kind is signed here, and the list of those that were ended
//! before their time is kept and signed here. What a code says is up to the service that sells it.
//!
//! The list is built for a quarter of an hour at a time, or from its last change on: so every
//! instance signs the same text, and who has it already is told so. Its row is the last lock of a
//! transaction, taken after accounts and subjects.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use mesto_protocol::device::DeviceKey;
use mesto_protocol::kernel::ids::RecordId as _;
use mesto_protocol::signed_code::{Claims, CodeKind, REISSUES, Revocations, Revoked, What};
use mesto_protocol::{Problem, ProblemCode};

use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::retention::Rule;
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::{table, values};

/// The list is signed anew so often.
const RENEWED_EVERY: TimeDelta = TimeDelta::minutes(15);
/// A controller asks for a newer list this long after one was signed.
const GOOD_FOR: TimeDelta = TimeDelta::hours(1);
/// The one row of `revocation_list`.
const CODES: &str = "codes";

table! {
    /// A code that was ended before its time, until that time.
    pub(crate) struct RevokedCodeRow in "revoked_code" {
        /// The 16 bytes of its id, base64url.
        code: String,
        /// The first issue that is still good; absent when none is.
        good_from: Option<u32>,
        ends_at: DateTime<Utc>,
    }
}

table! {
    pub(crate) struct RevocationListRow in "revocation_list" {
        name: String,
        /// Epoch seconds of the last change, or one more than before: so it grows also when the
        /// store is put back from a copy.
        version: i64,
        changed_at: DateTime<Utc>,
    }
}

pub(crate) const REVOKED: Table = Table {
    name: "revoked_code",
    export: Export::Excused("ids of codes that were ended, public anyway; what they are of is exported"),
    erasure: Erasure::WithTime("until the code would have ended; an id names no person"),
};

pub(crate) const LIST: Table = Table {
    name: "revocation_list",
    export: Export::Excused("one row about the list as a whole"),
    erasure: Erasure::Excused("says nothing about a person"),
};

/// What is to be signed for somebody who bought it.
pub(crate) struct ToShow<W: What> {
    pub id: W::Id,
    /// Counts from 1; a higher one is for another device.
    pub issue: u32,
    pub bought_at: DateTime<Utc>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The key of the device that may show it, as it is stored; without one anybody may.
    pub device: Option<String>,
    pub what: W,
}

/// The text of a code, signed at `now`.
pub(crate) fn sign<K: CodeKind>(operator: &Operator, now: DateTime<Utc>, shown: ToShow<K>) -> Outcome<String> {
    let ToShow { id, issue, bought_at, starts_at, ends_at, device, what } = shown;
    let device = device.as_deref().map(DeviceKey::from_text).transpose();
    let claims = Claims {
        issuer: operator.config.issuer.to_string(),
        id,
        issue,
        bought_at,
        issued_at: now,
        starts_at,
        ends_at,
        device: device.map_err(|error| StoreError::unreadable("device key", error))?,
        what,
    };
    Ok(claims.sign(operator.keys.ticket()).map_err(|error| StoreError::unreadable("code to be signed", error))?)
}

/// Which issue of a code a device is to have.
pub(crate) enum NextIssue {
    /// It holds the newest one, as it is stored.
    Stored,
    /// This one is to be signed: the same for who holds it, when its key was revoked, else the
    /// next.
    Signed { issue: u32, is_moved: bool },
}

/// The issue for a device that asks, of a code whose newest issue is bound to a device. A code
/// moves to another phone only so often.
pub(crate) fn next_issue(
    operator: &Operator,
    device: &str,
    (holder, issue): (Option<&str>, u32),
    thing: &str,
) -> Outcome<NextIssue> {
    let is_moved = holder != Some(device);
    if !is_moved && !operator.keys.has_revoked_code_key() {
        return Ok(NextIssue::Stored);
    }
    if is_moved && issue > REISSUES {
        let detail = format!(
            "this {thing}'s code was moved to another phone {REISSUES} times; the last one shows it until its end"
        );
        return Err(Problem::new(ProblemCode::TooManyRequests, detail).with("max", REISSUES).into());
    }
    Ok(NextIssue::Signed { issue: issue + u32::from(is_moved), is_moved })
}

/// Ends the issues of a code below `good_from`, or all of them: an issue that was ended before
/// stays so. The last thing but events that a transaction does.
pub(crate) fn revoke<K: CodeKind>(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    id: K::Id,
    good_from: Option<u32>,
    ends_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.write(Write::sql(
        "revoked_code",
        "INSERT INTO revoked_code (code, good_from, ends_at) VALUES ($1, $2, $3) ON CONFLICT (code) DO UPDATE SET good_from = CASE WHEN revoked_code.good_from > excluded.good_from OR revoked_code.good_from IS NULL THEN revoked_code.good_from ELSE excluded.good_from END, ends_at = CASE WHEN revoked_code.ends_at > excluded.ends_at THEN revoked_code.ends_at ELSE excluded.ends_at END",
        values![URL_SAFE_NO_PAD.encode(id.bytes()), good_from.map(i64::from), ends_at.timestamp_millis()],
    ))?;
    changed(tx, now)
}

/// Whoever has the list is to take the next one: it changed, or the store was put back from a copy.
pub(crate) fn changed(tx: &mut dyn Tx, now: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "UPDATE revocation_list SET version = CASE WHEN version < $1 THEN $1 ELSE version + 1 END, changed_at = $2 WHERE name = $3";
    let change = Write::sql("revocation_list", sql, values![now.timestamp(), now.timestamp_millis(), CODES]);
    tx.write(change.expecting(1))
}

/// The signed list, as it is served at `now`.
pub(crate) fn list(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Outcome<String> {
    let unreadable = |error: &dyn std::fmt::Display| StoreError::unreadable("revocation list", error);
    let quarter = now.duration_trunc(RENEWED_EVERY).map_err(|error| unreadable(&error))?;
    // One statement: a version never stands beside the entries of another.
    let rows: Vec<(RevocationListRow, Option<RevokedCodeRow>)> = tx.all(Select::of(
        "FROM revocation_list LEFT JOIN revoked_code ON revoked_code.ends_at > $1 WHERE revocation_list.name = $2",
        values![quarter.timestamp_millis(), CODES],
    ))?;
    let (head, _) = rows.first().ok_or_else(|| unreadable(&"there is none"))?;
    let issued_at = quarter.max(head.changed_at);
    let version = u64::try_from(head.version).map_err(|error| unreadable(&error))?;
    let listed = |row: &RevokedCodeRow| {
        let id = URL_SAFE_NO_PAD.decode(&row.code).ok().and_then(|bytes| bytes.try_into().ok());
        let id = id.ok_or_else(|| unreadable(&"an id is not the base64url of 16 bytes"))?;
        Ok(Revoked { id, good_from: row.good_from })
    };
    let entries = rows.iter().filter_map(|(_, code)| code.as_ref()).filter(|code| code.ends_at > issued_at).map(listed);
    let mut entries = entries.collect::<Result<Vec<_>, StoreError>>()?;
    entries.sort_unstable_by_key(|entry| entry.id);
    let list = Revocations { version, issued_at, next_update: issued_at + GOOD_FOR, entries };
    Ok(list.sign(operator.keys.revocations()).map_err(|error| unreadable(&error))?)
}

/// What is over anyway.
pub(crate) fn ended(now: DateTime<Utc>) -> Rule {
    let ended = (now - RENEWED_EVERY).timestamp_millis();
    Rule::deleted("revoked_code", &["code"], "revoked_code.ends_at < $1", values![ended])
}
