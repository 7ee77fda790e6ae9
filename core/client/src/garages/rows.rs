//! Visits in the database, as the operator told them last.

use mesto_protocol::garages::visits::{GaragesSection, VISITS_OVER, Visit, VisitState};
use mesto_protocol::kernel::ids::VisitId;
use mesto_rules::CityId;
use rusqlite::{Connection as Database, params};

use super::TOPIC;
use crate::kernel::service::Reading;
use crate::kernel::store::{Stored, Tx, list};

/// What the operator said last about a visit.
pub fn put(tx: &Tx<'_>, visit: &Visit) -> Stored {
    write(tx, visit, false)
}

/// A visit from the answer of a purchase, which may be an old one told again: what was heard since
/// stays.
pub fn put_if_newer(tx: &Tx<'_>, visit: &Visit) -> Stored {
    let known = self::visit(tx.db(), visit.id)?;
    let is_old = known.is_some_and(|known| is_over(&known) || known.payments.len() >= visit.payments.len());
    if is_old { Ok(()) } else { put(tx, visit) }
}

fn is_over(visit: &Visit) -> bool {
    matches!(visit.state, VisitState::Left | VisitState::Cancelled)
}

fn write(tx: &Tx<'_>, visit: &Visit, is_forgotten: bool) -> Stored {
    tx.write(
        TOPIC,
        "INSERT INTO visit (id, open, forgotten, entered_at, ended_at, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE
         SET open = excluded.open, forgotten = excluded.forgotten, entered_at = excluded.entered_at,
             ended_at = excluded.ended_at, json = excluded.json",
        params![
            visit.id.to_string(),
            !is_forgotten && !is_over(visit),
            is_forgotten,
            visit.entered_at.timestamp_millis(),
            visit.left_at.map(|left_at| left_at.timestamp_millis()),
            serde_json::to_string(visit)?,
        ],
    )?;
    Ok(())
}

pub fn visit(db: &Database, id: VisitId) -> Stored<Option<Visit>> {
    Ok(list(db, "SELECT json FROM visit WHERE id = ?1", params![id.to_string()])?.into_iter().next())
}

/// Those whose car has not left, newest first.
pub fn inside(db: &Database) -> Stored<Vec<Visit>> {
    list(db, "SELECT json FROM visit WHERE open = 1 ORDER BY entered_at DESC, id DESC", [])
}

/// The newest that are over, newest first.
pub fn over(db: &Database) -> Stored<Vec<Visit>> {
    list(
        db,
        "SELECT json FROM visit WHERE open = 0 AND forgotten = 0 ORDER BY entered_at DESC, id DESC LIMIT ?1",
        params![u32::try_from(VISITS_OVER).unwrap_or(u32::MAX)],
    )
}

/// Those that the operator no longer knows, newest first.
pub fn forgotten(db: &Database) -> Stored<Vec<Visit>> {
    list(db, "SELECT json FROM visit WHERE forgotten = 1 ORDER BY entered_at DESC, id DESC", [])
}

/// Takes a reading of the account as the whole truth. It tells every visit that has not left: one
/// that is stored as such and is missing left long ago, and goes; when the operator's books were
/// put back from a copy, it is forgotten. A service that the operator does not have can have
/// forgotten nothing.
pub fn replace(tx: &Tx<'_>, told: Option<&GaragesSection>, reading: &Reading) -> Stored {
    let told = told.map(|told| told.visits.as_slice());
    for visit in inside(tx.db())? {
        let is_told = told.is_some_and(|told| told.iter().any(|known| known.id == visit.id));
        match told {
            _ if is_told => {}
            Some(_) if reading.is_behind => write(tx, &visit, true)?,
            _ => drop(tx.write(TOPIC, "DELETE FROM visit WHERE id = ?1", params![visit.id.to_string()])?),
        }
    }
    told.unwrap_or_default().iter().try_for_each(|visit| put(tx, visit))
}

/// Removes the city's visits that ended before this moment, epoch milliseconds; those whose end
/// nobody told by their entry.
pub fn prune(tx: &Tx<'_>, city: &CityId, before: i64) -> Stored {
    let sql = "DELETE FROM visit WHERE COALESCE(ended_at, entered_at) < ?1 AND json ->> '$.city' = ?2";
    tx.write(TOPIC, sql, params![before, city.as_str()])?;
    Ok(())
}

pub fn forget(tx: &Tx<'_>) -> Stored {
    tx.write(TOPIC, "DELETE FROM visit", [])?;
    Ok(())
}
