//! What the operator said last: account, tickets, orders, top-ups, signed documents.

use chrono::{DateTime, Utc};
use mesto_protocol::base::vehicles::Vehicle;
use mesto_protocol::base::wallet::{Topup, TopupState};
use mesto_protocol::orders::driver::{Order, OrderState};
use mesto_protocol::parking::tickets::{Ticket, TicketState};
use mesto_rules::city::Retention;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// Names of single values.
pub mod meta {
    /// The account that is signed in.
    pub const ACCOUNT: &str = "account";
    pub const PHONE_MASKED: &str = "phone_masked";
    /// Last event that is contained.
    pub const CURSOR: &str = "cursor";
    pub const BALANCE: &str = "balance";
    /// Money moved and the balance does not know it yet: when to ask, epoch milliseconds.
    pub const BALANCE_OLD: &str = "balance_old";
    /// When what is too old was last removed, epoch milliseconds.
    pub const PRUNED: &str = "pruned_at";
    /// Id, version and name of the stored city.
    pub const CITY: &str = "city";
    pub const ANCHOR: &str = "clock_anchor";
    pub const LAST_SYNC: &str = "last_sync_at";
    /// The version of the app that read the account: another one may understand more of it.
    pub const READ_BY: &str = "read_by";
}

fn list<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        values.push(serde_json::from_slice(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?.as_bytes())?);
    }
    Ok(values)
}

/// A single value, `None` when it was never set.
pub fn get<T: DeserializeOwned>(connection: &Connection, name: &str) -> Result<Option<T>, StoreError> {
    let text: Option<String> = connection
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_slice(text.as_bytes())).transpose()?)
}

pub fn set(connection: &Connection, name: &str, value: &impl Serialize) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![name, serde_json::to_string(value)?])?;
    Ok(())
}

/// When the balance is to be asked for, because money moved and the phone was not told how much is left.
pub fn balance_is_old(connection: &Connection) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(get::<i64>(connection, meta::BALANCE_OLD)?.and_then(DateTime::from_timestamp_millis))
}

/// The account was read by a reading that knew of this mark: the balance is what the operator says.
pub fn balance_is_told(connection: &Connection, mark: Option<DateTime<Utc>>) -> Result<(), StoreError> {
    if mark.is_some() && balance_is_old(connection)? == mark {
        connection.prepare_cached("DELETE FROM meta WHERE name = ?1")?.execute(params![meta::BALANCE_OLD])?;
    }
    Ok(())
}

/// A document that was believed when it was stored.
pub fn document(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let found = connection
        .prepare_cached("SELECT bytes FROM document WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0))
        .optional()?;
    Ok(found)
}

pub fn document_version(connection: &Connection, name: &str) -> Result<Option<u32>, StoreError> {
    let found = connection
        .prepare_cached("SELECT version FROM document WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0))
        .optional()?;
    Ok(found)
}

pub fn put_document(
    connection: &Connection,
    name: &str,
    version: u32,
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO document (name, version, bytes, stored_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE
             SET version = excluded.version, bytes = excluded.bytes, stored_at = excluded.stored_at",
        )?
        .execute(params![name, version, bytes, now.timestamp_millis()])?;
    Ok(())
}

pub fn vehicles(connection: &Connection) -> Result<Vec<Vehicle>, StoreError> {
    list(connection, "SELECT json FROM vehicle ORDER BY place, id", [])
}

pub fn put_vehicle(connection: &Connection, vehicle: &Vehicle) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO vehicle (id, place, json) VALUES (?1, (SELECT coalesce(max(place), 0) + 1 FROM vehicle), ?2)
             ON CONFLICT (id) DO UPDATE SET json = excluded.json",
        )?
        .execute(params![vehicle.id, serde_json::to_string(vehicle)?])?;
    Ok(())
}

pub fn remove_vehicle(connection: &Connection, id: &str) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM vehicle WHERE id = ?1")?.execute(params![id])?;
    Ok(())
}

/// What the operator said last about a ticket.
pub fn put_ticket(connection: &Connection, ticket: &Ticket) -> Result<(), StoreError> {
    write_ticket(
        connection,
        ticket,
        "ON CONFLICT (id) DO UPDATE
         SET open = excluded.open, starts_at = excluded.starts_at, ends_at = excluded.ends_at, json = excluded.json",
    )
}

/// A ticket from the answer of a purchase, which may be an old answer told again: never overwrites what an event said.
pub fn put_ticket_if_new(connection: &Connection, ticket: &Ticket) -> Result<(), StoreError> {
    write_ticket(connection, ticket, "ON CONFLICT (id) DO NOTHING")
}

fn write_ticket(connection: &Connection, ticket: &Ticket, conflict: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(&format!(
            "INSERT INTO ticket (id, open, issued_at, starts_at, ends_at, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6) {conflict}"
        ))?
        .execute(params![
            ticket.id,
            ticket.state == TicketState::Active,
            ticket.issued_at.timestamp_millis(),
            ticket.starts_at.timestamp_millis(),
            ticket.ends_at.timestamp_millis(),
            serde_json::to_string(ticket)?,
        ])?;
    Ok(())
}

pub fn ticket(connection: &Connection, id: &str) -> Result<Option<Ticket>, StoreError> {
    Ok(list(connection, "SELECT json FROM ticket WHERE id = ?1", params![id])?.into_iter().next())
}

/// Tickets that are running or still to start, by their end.
pub fn active_tickets(connection: &Connection, now: DateTime<Utc>) -> Result<Vec<Ticket>, StoreError> {
    list(
        connection,
        "SELECT json FROM ticket WHERE open = 1 AND ends_at > ?1 ORDER BY ends_at, id",
        params![now.timestamp_millis()],
    )
}

/// Tickets that ended after `since`, running ones included, latest end first; for the stays of the preview.
pub fn tickets_ending_after(connection: &Connection, since: DateTime<Utc>) -> Result<Vec<Ticket>, StoreError> {
    list(
        connection,
        "SELECT json FROM ticket WHERE ends_at > ?1 ORDER BY ends_at DESC LIMIT 200",
        params![since.timestamp_millis()],
    )
}

/// A page of stored tickets, newest first; `before` is the id of the last one seen.
pub fn tickets_page(connection: &Connection, before: Option<&str>, limit: u32) -> Result<Vec<Ticket>, StoreError> {
    match before {
        None => list(connection, "SELECT json FROM ticket ORDER BY issued_at DESC, id DESC LIMIT ?1", params![limit]),
        Some(id) => list(
            connection,
            "SELECT json FROM ticket WHERE (issued_at, id) < (SELECT issued_at, id FROM ticket WHERE id = ?1)
             ORDER BY issued_at DESC, id DESC LIMIT ?2",
            params![id, limit],
        ),
    }
}

pub fn put_order(connection: &Connection, order: &Order) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO daily_order (id, open, issued_at, json) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET open = excluded.open, json = excluded.json",
        )?
        .execute(params![
            order.id,
            order.state == OrderState::Issued,
            order.issued_at.timestamp_millis(),
            serde_json::to_string(order)?,
        ])?;
    Ok(())
}

/// The newest 50 orders, newest first.
pub fn orders(connection: &Connection) -> Result<Vec<Order>, StoreError> {
    list(connection, "SELECT json FROM daily_order ORDER BY issued_at DESC, id DESC LIMIT 50", [])
}

pub fn order(connection: &Connection, id: &str) -> Result<Option<Order>, StoreError> {
    Ok(list(connection, "SELECT json FROM daily_order WHERE id = ?1", params![id])?.into_iter().next())
}

/// The bank said yes or no; a state of a later version says neither.
const fn is_decided(topup: &Topup) -> bool {
    matches!(topup.state, TopupState::Succeeded | TopupState::Declined)
}

pub fn put_topup(connection: &Connection, topup: &Topup) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO topup (id, open, created_at, json) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET open = excluded.open, json = excluded.json",
        )?
        .execute(params![
            topup.id,
            !is_decided(topup),
            topup.created_at.timestamp_millis(),
            serde_json::to_string(topup)?,
        ])?;
    Ok(())
}

/// A top-up from an answer that may be told again: a decision that is already known stays.
pub fn put_topup_if_newer(connection: &Connection, topup: &Topup) -> Result<(), StoreError> {
    let known = self::topup(connection, &topup.id)?;
    if known.is_some_and(|known| is_decided(&known)) && !is_decided(topup) {
        return Ok(());
    }
    put_topup(connection, topup)
}

pub fn topup(connection: &Connection, id: &str) -> Result<Option<Topup>, StoreError> {
    Ok(list(connection, "SELECT json FROM topup WHERE id = ?1", params![id])?.into_iter().next())
}

/// Takes an answer of `GET /v1/account` as the whole truth about vehicles, and about every ticket, order and top-up it
/// names. A ticket that is stored as active and is missing in it is over.
pub fn replace_account(
    connection: &Connection,
    account: &mesto_protocol::base::accounts::Account,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection.execute("DELETE FROM vehicle", [])?;
    for vehicle in &account.vehicles {
        put_vehicle(connection, vehicle)?;
    }
    connection.execute("UPDATE ticket SET open = 0 WHERE open = 1", [])?;
    for ticket in &account.tickets {
        put_ticket(connection, ticket)?;
    }
    for order in &account.orders {
        put_order(connection, order)?;
    }
    for topup in &account.topups {
        put_topup_if_newer(connection, topup)?;
    }
    set(connection, meta::CURSOR, &account.seq)?;
    set(connection, meta::BALANCE, &account.balance)?;
    set(connection, meta::PHONE_MASKED, &account.phone_masked)?;
    set(connection, meta::LAST_SYNC, &now.timestamp_millis())
}

/// Removes what is older than the city keeps such records (days), ended things only. The operator still has them.
pub fn prune(connection: &Connection, now: DateTime<Utc>, kept: &Retention) -> Result<(), StoreError> {
    let before = |days: u32| now.timestamp_millis().saturating_sub(i64::from(days).saturating_mul(86_400_000));
    for (sql, days) in [
        ("DELETE FROM ticket WHERE ends_at < ?1", kept.tickets_days),
        ("DELETE FROM daily_order WHERE open = 0 AND issued_at < ?1", kept.orders_days),
        ("DELETE FROM topup WHERE open = 0 AND created_at < ?1", kept.events_days),
        ("DELETE FROM intent WHERE open = 0 AND ended_at < ?1", kept.events_days),
    ] {
        connection.prepare_cached(sql)?.execute(params![before(days)])?;
    }
    set(connection, meta::PRUNED, &now.timestamp_millis())
}

/// Forgets everything of the account; the city and the clock stay.
pub fn forget_account(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "DELETE FROM vehicle; DELETE FROM ticket; DELETE FROM daily_order; DELETE FROM topup;
         DELETE FROM intent WHERE open = 0;
         DELETE FROM meta WHERE name IN ('account', 'phone_masked', 'cursor', 'balance', 'balance_old', 'last_sync_at', 'read_by');",
    )?;
    Ok(())
}
