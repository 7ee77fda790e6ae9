//! Rides in the database, as the operator told them last.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::RideId;
use mesto_protocol::rides::riders::{RIDES_OVER, Ride, RideState, RidesSection};
use mesto_rules::CityId;
use rusqlite::{Connection as Database, params};

use super::TOPIC;
use crate::kernel::service::Reading;
use crate::kernel::store::{Stored, Tx, list};

/// What the operator said last about a ride.
pub fn put(tx: &Tx<'_>, ride: &Ride) -> Stored {
    let conflict = "UPDATE SET forgotten = 0, ends_at = excluded.ends_at, json = excluded.json";
    write(tx, ride, conflict)
}

/// A ride from the answer of a purchase, which may be an old one told again: what was heard since
/// stays.
pub fn put_if_new(tx: &Tx<'_>, ride: &Ride) -> Stored {
    write(tx, ride, "NOTHING")
}

fn write(tx: &Tx<'_>, ride: &Ride, conflict: &str) -> Stored {
    tx.write(
        TOPIC,
        &format!(
            "INSERT INTO ride (id, forgotten, registered_at, ends_at, json) VALUES (?1, 0, ?2, ?3, ?4)
             ON CONFLICT (id) DO {conflict}"
        ),
        params![
            ride.id.to_string(),
            ride.registered_at.timestamp_millis(),
            ride.ends_at.timestamp_millis(),
            serde_json::to_string(ride)?,
        ],
    )?;
    Ok(())
}

pub fn ride(db: &Database, id: RideId) -> Stored<Option<Ride>> {
    Ok(list(db, "SELECT json FROM ride WHERE id = ?1", params![id.to_string()])?.into_iter().next())
}

/// Those whose ticket is good at a moment, newest first.
pub fn current(db: &Database, now: DateTime<Utc>) -> Stored<Vec<Ride>> {
    list(
        db,
        "SELECT json FROM ride WHERE forgotten = 0 AND ends_at > ?1 AND json ->> '$.state' <> ?2
         ORDER BY registered_at DESC, id DESC",
        params![now.timestamp_millis(), RideState::Voided.as_str()],
    )
}

/// The newest that are over or were voided, newest first.
pub fn over(db: &Database, now: DateTime<Utc>) -> Stored<Vec<Ride>> {
    list(
        db,
        "SELECT json FROM ride WHERE forgotten = 0 AND (ends_at <= ?1 OR json ->> '$.state' = ?2)
         ORDER BY registered_at DESC, id DESC LIMIT ?3",
        params![now.timestamp_millis(), RideState::Voided.as_str(), u32::try_from(RIDES_OVER).unwrap_or(u32::MAX)],
    )
}

/// Those that the operator no longer knows and whose time is not over, newest first.
pub fn forgotten(db: &Database, now: DateTime<Utc>) -> Stored<Vec<Ride>> {
    list(
        db,
        "SELECT json FROM ride WHERE forgotten = 1 AND ends_at > ?1 ORDER BY registered_at DESC, id DESC",
        params![now.timestamp_millis()],
    )
}

/// Takes a reading of the account as the whole truth about every ride that it names. When the
/// operator's books were put back from a copy, what runs or is newer than the oldest that is told,
/// and is not told, is forgotten. A service that the operator does not have can have forgotten
/// nothing.
pub fn replace(tx: &Tx<'_>, told: Option<&RidesSection>, reading: &Reading) -> Stored {
    let Some(RidesSection { rides: told }) = told else { return Ok(()) };
    if reading.is_behind {
        let oldest = told.last().map(|ride| ride.id).filter(|_| told.len() >= RIDES_OVER);
        let stored: Vec<Ride> = list(tx.db(), "SELECT json FROM ride", [])?;
        for ride in stored {
            let is_told_of = ride.ends_at > reading.now || oldest.is_none_or(|oldest| ride.id > oldest);
            if is_told_of && !told.iter().any(|known| known.id == ride.id) {
                tx.write(TOPIC, "UPDATE ride SET forgotten = 1 WHERE id = ?1", params![ride.id.to_string()])?;
            }
        }
    }
    told.iter().try_for_each(|ride| put(tx, ride))
}

/// Removes the city's rides that ended before this moment, epoch milliseconds.
pub fn prune(tx: &Tx<'_>, city: &CityId, before: i64) -> Stored {
    let sql = "DELETE FROM ride WHERE ends_at < ?1 AND json ->> '$.city' = ?2";
    tx.write(TOPIC, sql, params![before, city.as_str()])?;
    Ok(())
}

pub fn forget(tx: &Tx<'_>) -> Stored {
    tx.write(TOPIC, "DELETE FROM ride", [])?;
    Ok(())
}
