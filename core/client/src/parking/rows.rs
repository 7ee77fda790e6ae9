//! Tickets in the database, as the operator said them last.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::TicketId;
use mesto_protocol::parking::tickets::{ParkingSection, TICKETS_OVER, Ticket, TicketState};
use mesto_rules::CityId;
use rusqlite::{Connection as Database, params};

use super::TOPIC;
use crate::kernel::service::Reading;
use crate::kernel::store::{Stored, Tx, list};

/// What the operator said last about a ticket.
pub fn put(tx: &Tx<'_>, ticket: &Ticket) -> Stored {
    write(
        tx,
        ticket,
        "ON CONFLICT (id) DO UPDATE
         SET open = excluded.open, forgotten = excluded.forgotten, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
             json = excluded.json",
    )
}

/// A ticket from the answer of a purchase, which may be an old answer told again: never overwrites
/// what an event said.
pub fn put_if_new(tx: &Tx<'_>, ticket: &Ticket) -> Stored {
    write(tx, ticket, "ON CONFLICT (id) DO NOTHING")
}

fn write(tx: &Tx<'_>, ticket: &Ticket, conflict: &str) -> Stored {
    tx.write(
        TOPIC,
        &format!(
            "INSERT INTO ticket (id, open, forgotten, issued_at, starts_at, ends_at, json)
             VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6) {conflict}"
        ),
        params![
            ticket.id.to_string(),
            ticket.state == TicketState::Active,
            ticket.issued_at.timestamp_millis(),
            ticket.starts_at.timestamp_millis(),
            ticket.ends_at.timestamp_millis(),
            serde_json::to_string(ticket)?,
        ],
    )?;
    Ok(())
}

pub fn ticket(db: &Database, id: TicketId) -> Stored<Option<Ticket>> {
    Ok(list(db, "SELECT json FROM ticket WHERE id = ?1", params![id.to_string()])?.into_iter().next())
}

/// Tickets that are running or still to start, by their end. One that the operator called over
/// before its end was ended by a clock that was ahead: it runs on by the operator's time, `synced`.
pub fn active(db: &Database, now: DateTime<Utc>, synced: Option<DateTime<Utc>>) -> Stored<Vec<Ticket>> {
    let synced = synced.map_or(i64::MAX, |synced| synced.timestamp_millis());
    let mut tickets: Vec<Ticket> = list(
        db,
        "SELECT json FROM ticket WHERE (open = 1 AND ends_at > ?1)
         OR (ends_at > ?2 AND forgotten = 0 AND json ->> '$.state' = ?3) ORDER BY ends_at, id",
        params![now.timestamp_millis(), synced, TicketState::Expired.as_str()],
    )?;
    tickets.iter_mut().for_each(|ticket| ticket.state = TicketState::Active);
    Ok(tickets)
}

/// Tickets whose time is not over, and which the operator no longer knows, by their end.
pub fn forgotten(db: &Database, now: DateTime<Utc>) -> Stored<Vec<Ticket>> {
    list(
        db,
        "SELECT json FROM ticket WHERE forgotten = 1 AND ends_at > ?1 ORDER BY ends_at, id",
        params![now.timestamp_millis()],
    )
}

/// All tickets that the operator no longer knows, newest first.
pub fn all_forgotten(db: &Database) -> Stored<Vec<Ticket>> {
    list(db, "SELECT json FROM ticket WHERE forgotten = 1 ORDER BY issued_at DESC, id DESC", [])
}

/// Ids of all tickets that the operator no longer knows, also of those whose time is over.
pub fn forgotten_ids(db: &Database) -> Stored<BTreeSet<TicketId>> {
    Ok(list(db, "SELECT json_quote(id) FROM ticket WHERE forgotten = 1", [])?.into_iter().collect())
}

/// Tickets that end after a moment, by their end.
pub fn ends_after(db: &Database, moment: DateTime<Utc>) -> Stored<Vec<Ticket>> {
    list(db, "SELECT json FROM ticket WHERE ends_at > ?1 ORDER BY ends_at, id", params![moment.timestamp_millis()])
}

/// Tickets that ended after `since`, running ones included, latest end first; for the stays of the
/// preview. What the operator does not know belongs to no stay.
pub fn ending_after(db: &Database, since: DateTime<Utc>) -> Stored<Vec<Ticket>> {
    list(
        db,
        "SELECT json FROM ticket WHERE ends_at > ?1 AND forgotten = 0 ORDER BY ends_at DESC LIMIT 200",
        params![since.timestamp_millis()],
    )
}

/// A page of stored tickets, newest first; `before` is the id of the last one seen.
pub fn page(db: &Database, before: Option<TicketId>, limit: u32) -> Stored<Vec<Ticket>> {
    match before {
        None => list(db, "SELECT json FROM ticket ORDER BY issued_at DESC, id DESC LIMIT ?1", params![limit]),
        Some(id) => list(
            db,
            "SELECT json FROM ticket WHERE (issued_at, id) < (SELECT issued_at, id FROM ticket WHERE id = ?1)
             ORDER BY issued_at DESC, id DESC LIMIT ?2",
            params![id.to_string(), limit],
        ),
    }
}

/// Takes a reading of the account as the whole truth about every ticket that it names. A ticket
/// that is stored as active and is missing in it is over; when the operator's books were put back
/// from a copy, what is stored and should be in it and is not is forgotten. A service that the
/// operator does not have can have forgotten nothing.
pub fn replace(tx: &Tx<'_>, told: Option<&ParkingSection>, reading: &Reading) -> Stored {
    if let Some(told) = told.filter(|_| reading.is_behind) {
        forget_missing(tx, &told.tickets, reading.now)?;
    }
    tx.write(TOPIC, "UPDATE ticket SET open = 0 WHERE open = 1", [])?;
    told.iter().flat_map(|told| &told.tickets).try_for_each(|ticket| put(tx, ticket))
}

/// Marks the tickets that the answer would tell of and does not: the operator does not know them
/// any more.
fn forget_missing(tx: &Tx<'_>, told: &[Ticket], now: DateTime<Utc>) -> Stored {
    let over = told.iter().filter(|ticket| ticket.state != TicketState::Active);
    // Of those that are over the answer tells the newest; older ones it passes over. Ids grow with
    // time.
    let oldest = over.clone().map(|ticket| ticket.id).min().filter(|_| over.count() >= TICKETS_OVER);
    let stored: Vec<Ticket> = list(tx.db(), "SELECT json FROM ticket", [])?;
    for ticket in stored {
        let is_told_of = ticket.ends_at > now || oldest.is_none_or(|oldest| ticket.id > oldest);
        if is_told_of && !told.iter().any(|known| known.id == ticket.id) {
            let sql = "UPDATE ticket SET open = 0, forgotten = 1 WHERE id = ?1";
            tx.write(TOPIC, sql, params![ticket.id.to_string()])?;
        }
    }
    Ok(())
}

/// Removes the city's tickets that ended before this moment, epoch milliseconds.
pub fn prune(tx: &Tx<'_>, city: &CityId, before: i64) -> Stored {
    let sql = "DELETE FROM ticket WHERE ends_at < ?1 AND json ->> '$.city' = ?2";
    tx.write(TOPIC, sql, params![before, city.as_str()])?;
    Ok(())
}

pub fn forget(tx: &Tx<'_>) -> Stored {
    tx.write(TOPIC, "DELETE FROM ticket", [])?;
    Ok(())
}
