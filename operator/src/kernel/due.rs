//! What time brings: a table of moments, claimed by lease, each done in the transaction that removes it. Evaluated on read too, so that a
//! late job never shows a wrong state.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::event::Change;
use mesto_protocol::parking::tickets::TicketState;

use crate::base::{accounts, wallet};
use crate::kernel::account::Held;
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Store, StoreError, Tx, transact};
use crate::kernel::{retention, words};
use crate::orders::driver;
use crate::parking::tickets;
use crate::values;

pub(crate) const TICKET_END: &str = "ticket_end";
pub(crate) const TOPUP_END: &str = "topup_end";
pub(crate) const ORDER_TOLD: &str = "order_told";
pub(crate) const ERASE_PLATES: &str = "erase_plates";
/// Stands in the table from the first migration on, and plans itself anew.
pub(crate) const RETENTION: &str = "retention";

/// How long an operator may take for what it claimed; then another one may.
const LEASE: TimeDelta = TimeDelta::seconds(30);
const CLAIM: i64 = 50;
/// Most jobs of one call.
const MOST: usize = 10_000;

/// Plans something for a moment.
pub(crate) fn plan(tx: &mut dyn Tx, kind: &str, reference: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    tx.write(
        "INSERT INTO due (kind, reference, at, lease_until) VALUES ($1, $2, $3, 0) ON CONFLICT (kind, reference) DO NOTHING",
        values![kind, reference, at.timestamp_millis()],
    )
}

/// Drops what was planned and needs not be done any more.
pub(crate) fn forget(tx: &mut dyn Tx, kind: &str, reference: &str) -> Result<(), StoreError> {
    tx.write("DELETE FROM due WHERE kind = $1 AND reference = $2", values![kind, reference])
}

impl Operator {
    /// Does what is due at `now`; returns how much was done. Any number of operators may call it at once.
    pub fn due(&self, store: &dyn Store, now: DateTime<Utc>) -> usize {
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
                let ended = transact(store, |tx| match run(tx, self, now, &kind, &reference) {
                    Ok(done) => Ok(done),
                    Err(Failure::Store(error)) => Err(error),
                    Err(Failure::Refused(problem)) => Err(StoreError::Broken(problem.detail)),
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
    match kind {
        TICKET_END => end_ticket(tx, now, reference)?,
        TOPUP_END => wallet::expire(tx, now, reference)?,
        ORDER_TOLD => driver::tell_others(tx, now, reference)?,
        ERASE_PLATES => accounts::erase_plates(tx, reference)?,
        RETENTION => {
            retention::erase_old(tx, operator, now)?;
            return Ok(false);
        }
        other => tracing::error!(kind = other, "nobody knows how to do this kind of thing"),
    }
    Ok(true)
}

/// A ticket ran out: its state is stored and its account is told.
fn end_ticket(tx: &mut dyn Tx, now: DateTime<Utc>, ticket: &str) -> Outcome<()> {
    let rows = tx.query("SELECT account FROM ticket WHERE id = $1", values![ticket])?;
    let account = rows.first().map(|row| row.maybe_string(0)).transpose()?.flatten();
    let mut held = account.map(|account| Held::take(tx, &account)).transpose()?;
    let ended = tx.execute(
        "UPDATE ticket SET state = $2 WHERE id = $1 AND state = 'active'",
        values![ticket, &words::write(&TicketState::Expired)?],
    )?;
    if ended == 1
        && let Some(held) = &mut held
        && let Some(ticket) = tickets::find(tx, ticket, now)?
    {
        held.tell(Change::TicketChanged(Box::new(ticket)));
        held.release(tx, now)?;
    }
    Ok(())
}
