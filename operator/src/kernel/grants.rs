//! Roles that are given to accounts, for a time and a city or all: given, ended and listed by the operator's own tools, each change
//! with a row of the audit log.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::grants::{Grant, Role};
use mesto_protocol::kernel::operation::Permission;

use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Row, StoreError, Tx};
use crate::kernel::{text, words};
use crate::values;

/// What each role may do.
pub(crate) type Roles = &'static [(Role, &'static [Permission])];

pub(crate) const TABLE: Table = Table {
    name: "role_grant",
    export: Export::Rows {
        called: "roles",
        columns: &["id", "role", "city", "begins_at", "ends_at"],
        from: "role_grant WHERE account = $1 ORDER BY id",
    },
    erasure: Erasure::Excused("who might do what when is evidence; the account is a pseudonym"),
};

pub(crate) const LOG: Table = Table {
    name: "audit_log",
    export: Export::Excused("what the operator's staff did, not the person"),
    erasure: Erasure::Excused("evidence of the operator's own actions; names nobody"),
};

/// A role that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    pub role: Role,
    /// The city it is for; all when absent.
    pub city: Option<String>,
}

impl Granted {
    /// Rows of `role, city`.
    pub fn all(rows: &[Row]) -> Result<Vec<Self>, StoreError> {
        rows.iter().map(|row| Ok(Self { role: words::read(row.text(0)?)?, city: row.maybe_string(1)? })).collect()
    }
}

impl Operator {
    /// Whether a role has a permission.
    pub(crate) fn allows(&self, role: Role, permission: Permission) -> bool {
        self.roles.iter().any(|(known, permissions)| *known == role && permissions.contains(&permission))
    }
}

/// A role to be given.
pub(crate) struct NewGrant<'a> {
    pub account: &'a str,
    pub role: Role,
    pub city: Option<&'a str>,
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    /// Who gives it: an account, or the tool.
    pub by: &'a str,
}

/// Gives a role; returns it with its new id.
pub(crate) fn give(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, new: &NewGrant<'_>) -> Outcome<Grant> {
    let grant = Grant {
        id: operator.id("gr", now),
        role: new.role,
        city: new.city.map(str::to_owned),
        from: new.from,
        until: new.until,
    };
    let role = words::write(&grant.role)?;
    tx.execute(
        "INSERT INTO role_grant (id, account, role, city, begins_at, ends_at, given_by, given_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            &grant.id,
            new.account,
            &role,
            new.city,
            grant.from.timestamp_millis(),
            grant.until.map(|until| until.timestamp_millis()),
            new.by,
            now.timestamp_millis()
        ],
    )?;
    log(tx, operator, now, &Logged { actor: new.by, action: "grant.given", subject: &grant.id, note: &role })?;
    Ok(grant)
}

/// Ends a role now; `false` when there is no such role, or it had ended before.
pub(crate) fn end(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, grant: &str, by: &str) -> Outcome<bool> {
    let ended = tx.query(
        "UPDATE role_grant SET ends_at = $2 WHERE id = $1 AND (ends_at IS NULL OR ends_at > $2) RETURNING role",
        values![grant, now.timestamp_millis()],
    )?;
    let Some(row) = ended.first() else { return Ok(false) };
    log(tx, operator, now, &Logged { actor: by, action: "grant.ended", subject: grant, note: row.text(0)? })?;
    Ok(true)
}

const COLUMNS: &str = "id, role, city, begins_at, ends_at";

fn from_row(row: &Row) -> Outcome<Grant> {
    Ok(Grant {
        id: row.string(0)?,
        role: words::read(row.text(1)?)?,
        city: row.maybe_string(2)?,
        from: text::time(row.int(3)?)?,
        until: row.maybe_int(4)?.map(text::time).transpose()?,
    })
}

/// The roles of an account now, in the order they were given.
pub(crate) fn of(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<Vec<Grant>> {
    let rows = tx.query(
        &format!("SELECT {COLUMNS} FROM role_grant WHERE account = $1 AND begins_at <= $2 AND (ends_at IS NULL OR ends_at > $2) ORDER BY id"),
        values![account, now.timestamp_millis()],
    )?;
    rows.iter().map(from_row).collect()
}

/// Every role of an account that holds, or held, another one than a driver's, with the account and its name; by account.
pub(crate) fn of_staff(tx: &mut dyn Tx) -> Outcome<Vec<(String, String, Grant)>> {
    let driver = words::write(&Role::Driver)?;
    let rows = tx.query(
        "SELECT role_grant.id, role, city, begins_at, ends_at, role_grant.account, person.name FROM role_grant LEFT JOIN person ON person.account = role_grant.account WHERE role_grant.account IN (SELECT account FROM role_grant WHERE role <> $1) ORDER BY role_grant.account, role_grant.id",
        values![&driver],
    )?;
    rows.iter().map(|row| Ok((row.string(5)?, row.maybe_string(6)?.unwrap_or_default(), from_row(row)?))).collect()
}

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

/// Writes into the audit log.
pub(crate) fn log(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, logged: &Logged<'_>) -> Outcome<()> {
    tx.execute(
        "INSERT INTO audit_log (id, at, actor, action, subject, note) VALUES ($1, $2, $3, $4, $5, $6)",
        values![
            &operator.id("au", now),
            now.timestamp_millis(),
            logged.actor,
            logged.action,
            logged.subject,
            logged.note
        ],
    )?;
    Ok(())
}
