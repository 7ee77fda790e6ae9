//! What time brings: a table of moments, claimed by lease, each done in the transaction that removes it. Evaluated on read too, so that a
//! late job never shows a wrong state.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::event::Change;

use crate::base::accounts;
use crate::base::wallet;
use crate::kernel::account::LockedAccount;
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::operator::Operator;
use crate::kernel::retention;
use crate::kernel::store::{Select, Store, StoreError, Tx, Write, transact};
use crate::orders::driver;
use crate::parking::tickets;
use crate::parking::tickets::{StateWord, TicketRow};
use crate::{delete, find, table, update, values};

table! {
    pub(crate) struct DueRow in "due" {
        kind: String,
        reference: String,
        at: DateTime<Utc>,
        /// Nobody else may take it before.
        lease_until: DateTime<Utc>,
    }
}

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

/// Plans something for a moment. What it refers to is new: nothing of its kind is planned yet.
pub(crate) fn plan(tx: &mut dyn Tx, kind: &str, reference: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    let (kind, reference) = (kind.to_owned(), reference.to_owned());
    tx.write(Write::insert(DueRow { kind, reference, at, lease_until: DateTime::UNIX_EPOCH }))
}

/// Drops what was planned and needs not be done any more.
pub(crate) fn forget(tx: &mut dyn Tx, kind: &str, reference: &str) -> Result<(), StoreError> {
    tx.write(delete!(DueRow { kind: kind, reference: reference }))
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
            for DueRow { kind, reference, .. } in claimed {
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

fn claim(tx: &mut dyn Tx, now: DateTime<Utc>) -> Result<Vec<DueRow>, StoreError> {
    let waiting = Select::<DueRow>::of(
        "FROM due WHERE due.at <= $1 AND due.lease_until <= $1 ORDER BY due.at, due.kind, due.reference LIMIT $2",
        values![now.timestamp_millis(), CLAIM],
    );
    let claimed = tx.all(waiting.locking_free("due"))?;
    for due in &claimed {
        tx.write(update!(DueRow { kind: &due.kind, reference: &due.reference } set { lease_until: now + LEASE }))?;
    }
    Ok(claimed)
}

/// Does what a row says and removes it; `false` when somebody else did, and for what happens every day anyway. The row goes last: whoever
/// plans or forgets something locks its account first.
fn run(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, kind: &str, reference: &str) -> Outcome<bool> {
    if tx.first(find!(DueRow { kind: kind, reference: reference }))?.is_none() {
        return Ok(false);
    }
    match kind {
        TICKET_END => end_ticket(tx, now, reference)?,
        TOPUP_END => wallet::expire(tx, now, reference)?,
        ORDER_TOLD => driver::tell_others(tx, now, reference)?,
        ERASE_PLATES => accounts::erase_plates(tx, reference)?,
        RETENTION => {
            retention::erase_old(tx, operator, now)?;
            let next = now + retention::EVERY;
            let again = update!(DueRow { kind: kind, reference: reference } set { at: next, lease_until: now });
            tx.write(again.expecting(1))?;
            return Ok(false);
        }
        other => tracing::error!(kind = other, "nobody knows how to do this kind of thing"),
    }
    tx.write(delete!(DueRow { kind: kind, reference: reference }).expecting(1))?;
    Ok(true)
}

/// A ticket ran out: its state is stored and its account is told.
fn end_ticket(tx: &mut dyn Tx, now: DateTime<Utc>, id: &str) -> Outcome<()> {
    let Some(ticket) = tx.first(find!(TicketRow { id: id }))? else { return Ok(()) };
    let mut account = ticket.account.map(|account| LockedAccount::take(tx, &account)).transpose()?;
    // Read again: now nobody else changes it.
    let stored = tx.first(find!(TicketRow { id: id }).locking("ticket"))?;
    if stored.is_none_or(|ticket| ticket.state != StateWord::Active) {
        return Ok(());
    }
    let ended = tickets::find(tx, id, now)?;
    tx.write(update!(TicketRow { id: id } set { state: StateWord::Expired }))?;
    if let (Some(account), Some(ticket)) = (&mut account, ended) {
        account.tell(Change::TicketChanged(Box::new(ticket)));
        account.release(tx, now)?;
    }
    Ok(())
}
