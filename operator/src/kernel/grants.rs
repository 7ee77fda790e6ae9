//! Roles that are given to accounts, for a time and a place, a city or all: given, ended and listed
//! by the operator's own tools, each change with a row of the audit log.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use mesto_protocol::Problem;
use mesto_protocol::kernel::grants::{Grant, Role};
use mesto_protocol::kernel::ids::{AccountId, AuditId, GrantId};
use mesto_protocol::kernel::operation::Permission;

use mesto_rules::CityId;

use crate::kernel::account::{AccountRow, LockedAccount};
use crate::kernel::failure::Outcome;
use crate::kernel::operator::{Operator, acted};
use crate::kernel::service::{Check, Erasure, Export, Table, Told};
use crate::kernel::store::{Select, Store, StoreError, Tx, Write};
use crate::kernel::text;
use crate::{find, projection, stored_words, table, update, values};

stored_words! {
    /// `role_grant.role`
    pub(crate) enum RoleWord for Role {
        Driver = "driver",
        Inspector = "inspector",
        Controller = "controller",
        Dispatcher = "dispatcher",
        Terminal = "terminal",
        RideController = "ride_controller",
        Partner = "partner",
        NoticeEditor = "notice_editor",
        CardClerk = "card_clerk",
        BenefitClerk = "benefit_clerk",
    }
}

table! {
    pub(crate) struct GrantRow in "role_grant" {
        id: GrantId,
        account: AccountId,
        role: RoleWord,
        city: Option<CityId>,
        place: Option<String>,
        starts_at: DateTime<Utc>,
        ends_at: Option<DateTime<Utc>>,
        given_by: String,
        given_at: DateTime<Utc>,
    }
}

table! {
    pub(crate) struct AuditRow in "audit_log" {
        id: AuditId,
        at: DateTime<Utc>,
        actor: String,
        action: String,
        subject: String,
        note: String,
    }
}

projection! {
    /// The name of the person behind an account.
    struct Named {
        name: Option<String> = "person.name",
    }
}

/// What each role may do.
pub(crate) type Roles = &'static [(Role, &'static [Permission])];

pub(crate) const TABLE: Table = Table {
    name: "role_grant",
    export: Export::Rows {
        called: "roles",
        columns: &[
            Told::Plain("id"),
            Told::Plain("role"),
            Told::Plain("city"),
            Told::Plain("place"),
            Told::Time("starts_at"),
            Told::Time("ends_at"),
        ],
        from: "role_grant WHERE account = $1 ORDER BY id",
    },
    erasure: Erasure::Excused("who might do what when is evidence; the account is a pseudonym"),
};

/// What an account's row says of its roles against the roles that were given and ended.
pub(crate) const CHECKS: &[Check] = &[
    Check {
        fault: "role {} was given for good and does not stand with its account",
        sql: "SELECT role_grant.id AS id FROM role_grant JOIN account ON account.id = role_grant.account WHERE role_grant.ends_at IS NULL AND account.roles NOT LIKE '%' || role_grant.id || '%' LIMIT 1",
    },
    Check {
        fault: "role {} was ended and stands with its account",
        sql: "SELECT role_grant.id AS id FROM audit_log JOIN role_grant ON role_grant.id = audit_log.subject JOIN account ON account.id = role_grant.account WHERE audit_log.action = 'grant.ended' AND account.roles LIKE '%' || role_grant.id || '%' LIMIT 1",
    },
    Check {
        fault: "account {} has a role that nobody gave",
        sql: r#"SELECT account.id AS id FROM account WHERE LENGTH(account.roles) - LENGTH(REPLACE(account.roles, '"id":"', '')) > 6 * (SELECT COUNT(*) FROM role_grant WHERE role_grant.account = account.id AND account.roles LIKE '%' || role_grant.id || '%') LIMIT 1"#,
    },
];

pub(crate) const LOG: Table = Table {
    name: "audit_log",
    export: Export::Excused("what the operator's staff did, not the person"),
    erasure: Erasure::Excused("evidence of the operator's own actions; names nobody"),
};

/// A role that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    pub id: GrantId,
    pub role: Role,
    /// The city it is for; all when absent.
    pub city: Option<CityId>,
    /// The place in that city it is for; all of the city when absent.
    pub place: Option<String>,
}

impl Granted {
    /// Whether it is for a place of a city: for that place, for all of the city, or for everything.
    pub fn is_for_place(&self, city: &str, place: &str) -> bool {
        self.city.as_ref().is_none_or(|own| *own == *city) && self.place.as_ref().is_none_or(|own| own == place)
    }
}

impl From<Grant> for Granted {
    fn from(grant: Grant) -> Self {
        let Grant { id, role, city, place, .. } = grant;
        Self { id, role, city, place }
    }
}

impl From<GrantRow> for Grant {
    fn from(row: GrantRow) -> Self {
        let GrantRow { id, role, city, place, starts_at, ends_at, .. } = row;
        Self { id, role: role.into(), city, place, starts_at, ends_at }
    }
}

impl Operator {
    /// Whether a role has a permission.
    pub(crate) fn allows(&self, role: &Role, permission: Permission) -> bool {
        self.roles.iter().any(|(known, permissions)| known == role && permissions.contains(&permission))
    }
}

/// Who did it when the operator's own tool was used.
pub(crate) const TOOL: &str = "tool";

/// A role to be given.
pub(crate) struct NewGrant<'a> {
    pub role: Role,
    pub city: Option<&'a CityId>,
    /// Only with a city.
    pub place: Option<&'a str>,
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    /// Who gives it: an account, or the tool.
    pub by: &'a str,
}

impl NewGrant<'_> {
    /// With its id.
    pub fn made(&self, operator: &Operator, now: DateTime<Utc>) -> Grant {
        Grant {
            id: operator.new_id(now),
            role: self.role.clone(),
            city: self.city.cloned(),
            place: self.place.map(str::to_owned),
            starts_at: self.from,
            ends_at: self.until,
        }
    }
}

/// Roles as they stand with their account.
pub(crate) fn stored(roles: &[Grant]) -> Result<String, StoreError> {
    serde_json::to_string(roles).map_err(|error| StoreError::unreadable("roles", error))
}

/// The roles of an account's row that are not over now.
pub(crate) fn standing(roles: &str, now: DateTime<Utc>) -> Result<Vec<Grant>, StoreError> {
    let mut roles: Vec<Grant> = serde_json::from_str(roles).map_err(|error| StoreError::unreadable("roles", error))?;
    roles.retain(|role| role.ends_at.is_none_or(|ends_at| ends_at > now));
    Ok(roles)
}

/// One that seems to begin within the next minute was given by an instance whose clock is ahead;
/// none is given for later.
const CLOCK_AHEAD: TimeDelta = TimeDelta::minutes(1);

/// The roles of an account's row that it has now.
pub(crate) fn held(roles: &str, now: DateTime<Utc>) -> Result<Vec<Granted>, StoreError> {
    let held = standing(roles, now)?.into_iter().filter(|role| role.starts_at - CLOCK_AHEAD <= now);
    Ok(held.map(Granted::from).collect())
}

/// Gives a locked account one more role; returns it.
pub(crate) fn give(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: &AccountRow,
    new: &NewGrant<'_>,
) -> Outcome<Grant> {
    let grant = new.made(operator, now);
    let mut roles = standing(&account.roles, now)?;
    roles.push(grant.clone());
    tx.write(update!(AccountRow { id: account.id } set { roles: stored(&roles)? }))?;
    given(tx, now, account.id, &grant, new.by)?;
    log_given(tx, operator, now, account.id, &grant)?;
    Ok(grant)
}

/// Writes down that a role was given; its account has it.
pub(crate) fn given(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    account: AccountId,
    grant: &Grant,
    by: &str,
) -> Result<(), StoreError> {
    let role = RoleWord::try_from(grant.role.clone())?;
    tx.write(Write::insert(GrantRow {
        id: grant.id,
        account,
        role,
        city: grant.city.clone(),
        place: grant.place.clone(),
        starts_at: grant.starts_at,
        ends_at: grant.ends_at,
        given_by: by.to_owned(),
        given_at: now,
    }))
}

/// Writes into the audit log that the tool gave a role, to whom and for what.
pub(crate) fn log_given(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: AccountId,
    grant: &Grant,
) -> Outcome<()> {
    let note = told(RoleWord::try_from(grant.role.clone())?, account, grant);
    log(tx, operator, now, &Logged { actor: TOOL, action: "grant.given", subject: &grant.id.to_string(), note: &note })
}

/// `controller of ac_... for belgrade, vma until 2027-01-01T00:00:00Z`
fn told(role: RoleWord, account: AccountId, grant: &Grant) -> String {
    let city = grant.city.as_ref().map_or_else(|| "everything".to_owned(), ToString::to_string);
    let place = grant.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
    let until = grant.ends_at.map(|end| format!(" until {}", end.to_rfc3339_opts(SecondsFormat::Secs, true)));
    format!("{} of {account} for {city}{place}{}", role.word(), until.unwrap_or_default())
}

/// Ends a role now; `false` when there is no such role, or it had ended before.
pub(crate) fn end(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, grant: &str, by: &str) -> Outcome<bool> {
    let Some(GrantRow { account, .. }) = tx.first(find!(GrantRow { id: grant }))? else { return Ok(false) };
    // An action that the account does by this role has ended, or sees that it has.
    let account = LockedAccount::take(tx, account)?;
    let Some(row) = tx.first(find!(GrantRow { id: grant }).locking("role_grant"))? else { return Ok(false) };
    if row.ends_at.is_some_and(|ends_at| ends_at <= now) {
        return Ok(false);
    }
    let mut roles = standing(&account.roles, now)?;
    roles.retain(|role| role.id != row.id);
    tx.write(update!(AccountRow { id: account.id } set { roles: stored(&roles)? }))?;
    tx.write(update!(GrantRow { id: grant } set { ends_at: Some(now) }).expecting(1))?;
    let note = told(row.role, row.account, &Grant::from(row.clone()));
    log(tx, operator, now, &Logged { actor: by, action: "grant.ended", subject: grant, note: &note })?;
    Ok(true)
}

/// Ends every role of a locked account that is closed. Whoever closes it writes its row, and into
/// that the roles that are returned: none.
pub(crate) fn end_all(tx: &mut dyn Tx, account: AccountId, now: DateTime<Utc>) -> Result<String, StoreError> {
    tx.write(Write::sql(
        "role_grant",
        "UPDATE role_grant SET ends_at = $2 WHERE account = $1 AND (ends_at IS NULL OR ends_at > $2)",
        values![account, now.timestamp_millis()],
    ))?;
    stored(&[])
}

/// Every role of an account that holds, or held, another one than a driver's, with the account and
/// its name; by account.
pub(crate) fn of_staff(tx: &mut dyn Tx) -> Result<Vec<(AccountId, String, Grant)>, StoreError> {
    let rows: Vec<(GrantRow, Named)> = tx.all(Select::of(
        "FROM role_grant LEFT JOIN person ON person.account = role_grant.account WHERE role_grant.account IN (SELECT account FROM role_grant WHERE role <> $1) ORDER BY role_grant.account, role_grant.id",
        values![RoleWord::Driver.word()],
    ))?;
    let staff = |(row, Named { name }): (GrantRow, Named)| (row.account, name.unwrap_or_default(), row.into());
    Ok(rows.into_iter().map(staff).collect())
}

/// Longest note and subject in the audit log, letters.
const NOTE_MOST: usize = 1_000;

/// Something that is written into the audit log.
pub(crate) struct Logged<'a> {
    /// An account, or the tool.
    pub actor: &'a str,
    /// `<what>.<done>`
    pub action: &'a str,
    /// The id of what it was done to.
    pub subject: &'a str,
    pub note: &'a str,
}

/// What the operator's own tool does to `subject`; action and reason stand in the audit log.
pub(crate) fn by_tool<T>(
    (store, operator, now): (&dyn Store, &Operator, DateTime<Utc>),
    (action, subject, reason): (&str, &str, &str),
    does: impl Fn(&mut dyn Tx) -> Outcome<T>,
) -> Result<T, Problem> {
    acted(store, |tx| {
        let done = does(tx)?;
        log(tx, operator, now, &Logged { actor: TOOL, action, subject, note: reason })?;
        Ok(done)
    })
}

/// Writes into the audit log.
pub(crate) fn log(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, logged: &Logged<'_>) -> Outcome<()> {
    let Logged { actor, action, subject, note } = *logged;
    // One line of the log is one thing that was done, whatever a reason says.
    let (actor, action, subject) = (actor.to_owned(), action.to_owned(), text::plain(subject, NOTE_MOST));
    let note = text::plain(note, NOTE_MOST);
    tx.write(Write::insert(AuditRow { id: operator.new_id(now), at: now, actor, action, subject, note }))?;
    Ok(())
}
