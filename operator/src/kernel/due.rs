//! What time brings: a table of moments, claimed by lease, each done in the transaction that removes it. Evaluated on read too, so that a
//! late job never shows a wrong state.

use chrono::{DateTime, TimeDelta, Utc};

use crate::kernel::failure::Outcome;
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Store, StoreError, Tx, transact};
use crate::values;

/// A kind of thing that a service plans for a moment.
pub(crate) struct Due {
    /// `<service>.<what>`
    pub kind: &'static str,
    /// Does it, for what the reference names.
    pub run: fn(&mut dyn Tx, &Operator, DateTime<Utc>, &str) -> Outcome<()>,
    /// It happens every day anyway and tells nobody: not counted as something done.
    pub is_routine: bool,
}

impl Due {
    pub const fn new(kind: &'static str, run: fn(&mut dyn Tx, &Operator, DateTime<Utc>, &str) -> Outcome<()>) -> Self {
        Self { kind, run, is_routine: false }
    }
}

pub(crate) const TABLE: Table = Table {
    name: "due",
    export: Export::Excused("what the operator will do; what it is about is told where it stands"),
    erasure: Erasure::Excused("names ids only, and goes when it is done"),
};

/// How long an operator may take for what it claimed; then another one may.
const LEASE: TimeDelta = TimeDelta::seconds(30);
const CLAIM: i64 = 50;
/// Most jobs of one call.
const MOST: usize = 10_000;

/// Plans something for a moment.
pub(crate) fn plan(tx: &mut dyn Tx, due: &Due, reference: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    tx.write(
        "INSERT INTO due (kind, reference, at, lease_until) VALUES ($1, $2, $3, 0) ON CONFLICT (kind, reference) DO NOTHING",
        values![due.kind, reference, at.timestamp_millis()],
    )
}

/// Drops what was planned and needs not be done any more.
pub(crate) fn forget(tx: &mut dyn Tx, due: &Due, reference: &str) -> Result<(), StoreError> {
    tx.write("DELETE FROM due WHERE kind = $1 AND reference = $2", values![due.kind, reference])
}

impl Operator {
    /// Does what is due at `now`; returns how much was done. Any number of operators may call it at once.
    pub fn due(&self, store: &dyn Store, now: DateTime<Utc>) -> usize {
        let now = whole_millis(now);
        let mut done = 0;
        while done < MOST {
            let claimed = match transact(store, |tx| claim(tx, now)) {
                Ok(claimed) if claimed.is_empty() => return done,
                Ok(claimed) => claimed,
                Err(error) => {
                    tracing::warn!(reason = %error, "nothing could be claimed from what is due");
                    return done;
                }
            };
            let mut progressed = false;
            for (kind, reference) in claimed {
                let ended = transact(store, |tx| {
                    run(tx, self, now, &kind, &reference).map_err(|failure| failure.into_store_error())
                });
                match ended {
                    Ok(true) => {
                        done += 1;
                        progressed = true;
                    }
                    Ok(false) => progressed = true,
                    Err(error) => {
                        tracing::warn!(kind, reason = %error, "something due could not be done; its lease will run out")
                    }
                }
            }
            if !progressed {
                return done;
            }
        }
        done
    }
}

fn claim(tx: &mut dyn Tx, now: DateTime<Utc>) -> Result<Vec<(String, String)>, StoreError> {
    let millis = now.timestamp_millis();
    let waiting = tx.query(
        "SELECT kind, reference FROM due WHERE at <= $1 AND lease_until <= $1 ORDER BY at, kind, reference LIMIT $2",
        values![millis, CLAIM],
    )?;
    let mut claimed = Vec::new();
    for row in &waiting {
        let (kind, reference) = (row.string(0)?, row.string(1)?);
        let mine = tx.execute(
            "UPDATE due SET lease_until = $3 WHERE kind = $1 AND reference = $2 AND lease_until <= $4",
            values![&kind, &reference, (now + LEASE).timestamp_millis(), millis],
        )?;
        if mine == 1 {
            claimed.push((kind, reference));
        }
    }
    Ok(claimed)
}

/// Removes the row and does what it says; `false` when somebody else did, and for what happens every day anyway.
fn run(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, kind: &str, reference: &str) -> Outcome<bool> {
    if tx.execute("DELETE FROM due WHERE kind = $1 AND reference = $2", values![kind, reference])? == 0 {
        return Ok(false);
    }
    let due = operator.services.iter().flat_map(|service| service.due).find(|due| due.kind == kind);
    let Some(due) = due else {
        tracing::error!(kind, "nobody knows how to do this kind of thing");
        return Ok(true);
    };
    (due.run)(tx, operator, now, reference)?;
    Ok(!due.is_routine)
}
