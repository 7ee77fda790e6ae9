//! Passes and benefits in the database, as the operator told them last.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::PassId;
use mesto_protocol::passes::holders::{Benefit, PASSES_OVER, Pass, PassState, PassesSection};
use rusqlite::{Connection as Database, params};

use super::TOPIC;
use crate::kernel::service::Reading;
use crate::kernel::store::{Stored, Tx, list};

/// What the operator said last about a pass.
pub fn put(tx: &Tx<'_>, pass: &Pass) -> Stored {
    write(tx, pass, "UPDATE SET forgotten = 0, json = excluded.json")
}

/// A pass from the answer of a purchase, which may be an old one told again: what was heard since
/// stays.
pub fn put_if_new(tx: &Tx<'_>, pass: &Pass) -> Stored {
    write(tx, pass, "NOTHING")
}

fn write(tx: &Tx<'_>, pass: &Pass, conflict: &str) -> Stored {
    tx.write(
        TOPIC,
        &format!(
            "INSERT INTO transit_pass (id, forgotten, starts_at, ends_at, json) VALUES (?1, 0, ?2, ?3, ?4)
             ON CONFLICT (id) DO {conflict}"
        ),
        params![
            pass.id.to_string(),
            pass.starts_at.timestamp_millis(),
            pass.ends_at.timestamp_millis(),
            serde_json::to_string(pass)?,
        ],
    )?;
    Ok(())
}

/// What the operator said last about a benefit.
pub fn put_benefit(tx: &Tx<'_>, benefit: &Benefit) -> Stored {
    tx.write(
        TOPIC,
        "INSERT INTO rider_benefit (id, ends_at, json) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET ends_at = excluded.ends_at, json = excluded.json",
        params![benefit.id.to_string(), benefit.ends_at.timestamp_millis(), serde_json::to_string(benefit)?],
    )?;
    Ok(())
}

pub fn pass(db: &Database, id: PassId) -> Stored<Option<Pass>> {
    Ok(list(db, "SELECT json FROM transit_pass WHERE id = ?1", params![id.to_string()])?.into_iter().next())
}

/// Those that hold at a moment, the one that ends first before others.
pub fn current(db: &Database, now: DateTime<Utc>) -> Stored<Vec<Pass>> {
    list(
        db,
        "SELECT json FROM transit_pass
         WHERE forgotten = 0 AND starts_at <= ?1 AND ends_at > ?1 AND json ->> '$.state' <> ?2
         ORDER BY ends_at, id",
        params![now.timestamp_millis(), PassState::GivenBack.as_str()],
    )
}

/// Those that begin later, by their beginning.
pub fn coming(db: &Database, now: DateTime<Utc>) -> Stored<Vec<Pass>> {
    list(
        db,
        "SELECT json FROM transit_pass WHERE forgotten = 0 AND starts_at > ?1 AND json ->> '$.state' <> ?2
         ORDER BY starts_at, id",
        params![now.timestamp_millis(), PassState::GivenBack.as_str()],
    )
}

/// The newest that are over or were given back, newest first.
pub fn over(db: &Database, now: DateTime<Utc>) -> Stored<Vec<Pass>> {
    list(
        db,
        "SELECT json FROM transit_pass WHERE forgotten = 0 AND (ends_at <= ?1 OR json ->> '$.state' = ?2)
         ORDER BY id DESC LIMIT ?3",
        params![now.timestamp_millis(), PassState::GivenBack.as_str(), u32::try_from(PASSES_OVER).unwrap_or(u32::MAX)],
    )
}

/// Those that the operator no longer knows and whose days are not over, newest first.
pub fn forgotten(db: &Database, now: DateTime<Utc>) -> Stored<Vec<Pass>> {
    list(
        db,
        "SELECT json FROM transit_pass WHERE forgotten = 1 AND ends_at > ?1 ORDER BY id DESC",
        params![now.timestamp_millis()],
    )
}

/// Benefits that hold at a moment.
pub fn benefits(db: &Database, now: DateTime<Utc>) -> Stored<Vec<Benefit>> {
    list(db, "SELECT json FROM rider_benefit WHERE ends_at > ?1 ORDER BY id DESC", params![now.timestamp_millis()])
}

/// Takes a reading of the account as the whole truth. When the operator's books were put back from
/// a copy, a pass that is not over and is not told is forgotten; a benefit that is not told is
/// none. A service that the operator does not have can have forgotten nothing.
pub fn replace(tx: &Tx<'_>, told: Option<&PassesSection>, reading: &Reading) -> Stored {
    let Some(PassesSection { passes, benefits }) = told else { return Ok(()) };
    if reading.is_behind {
        let stored: Vec<Pass> = list(tx.db(), "SELECT json FROM transit_pass", [])?;
        for pass in stored.iter().filter(|pass| pass.ends_at > reading.now) {
            if !passes.iter().any(|known| known.id == pass.id) {
                tx.write(TOPIC, "UPDATE transit_pass SET forgotten = 1 WHERE id = ?1", params![pass.id.to_string()])?;
            }
        }
    }
    tx.write(TOPIC, "DELETE FROM rider_benefit", [])?;
    benefits.iter().try_for_each(|benefit| put_benefit(tx, benefit))?;
    passes.iter().try_for_each(|pass| put(tx, pass))
}

pub fn forget(tx: &Tx<'_>) -> Stored {
    tx.write(TOPIC, "DELETE FROM transit_pass", [])?;
    tx.write(TOPIC, "DELETE FROM rider_benefit", [])?;
    Ok(())
}
