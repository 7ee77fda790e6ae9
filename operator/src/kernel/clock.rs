//! Whether the clock of this machine can be believed: against the last moment that an operator of
//! this store has seen.
//!
//! A clock that is years ahead for a second would make everything old. So what erases waits while
//! the clock is far from where it was: said in the log, as an incident, by
//! [`Operator::clock_doubt`]. It goes on when the clock is back, or when somebody has said that it
//! is right.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::kernel::due::DueRow;
use crate::kernel::failure::Failure;
use crate::kernel::grants::{self, Logged};
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Ask, Store, StoreError, Tx, Write, transact};
use crate::{find, table, values};

/// The one row.
const STORE: &str = "store";
/// Further ahead of what was seen last, a clock is doubted: an operator that stood still for longer
/// has to be told that all is well.
pub(crate) const AHEAD: TimeDelta = TimeDelta::days(2);
/// Further behind it, too.
const BEHIND: TimeDelta = TimeDelta::hours(1);
/// What was seen is written down so often.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(10);
/// The store is asked so often; a clock that jumps is looked at at once.
const LOOKED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Done by the incidents, which are not known here.
pub(crate) const INCIDENT: &str = "incidents.clock";

table! {
    pub(crate) struct ClockRow in "clock" {
        name: String,
        /// The latest moment that an operator has seen and believed; the beginning of 1970: none.
        seen_at: DateTime<Utc>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "clock",
    export: Export::Excused("one row about the store as a whole"),
    erasure: Erasure::Excused("says nothing about a person"),
};

/// A clock that is far from where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockDoubt {
    /// What this machine's clock says.
    pub clock: DateTime<Utc>,
    /// What an operator of this store saw last.
    pub seen_at: DateTime<Utc>,
}

impl std::fmt::Display for ClockDoubt {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (ahead, word) = match self.clock - self.seen_at {
            ahead if ahead < TimeDelta::zero() => (-ahead, "behind"),
            ahead => (ahead, "ahead of"),
        };
        let (clock, seen_at) = (self.clock.to_rfc3339(), self.seen_at.to_rfc3339());
        let hours = ahead.num_hours();
        write!(out, "the clock says {clock}, {hours} hours {word} what was seen last, {seen_at}")
    }
}

/// What this process knows of its clock.
#[derive(Debug, Default)]
pub(crate) struct Watch(Mutex<Watched>);

#[derive(Debug, Default, Clone, Copy)]
struct Watched {
    doubt: Option<ClockDoubt>,
    /// The clock when it was watched last, and when the store was asked.
    last: Option<DateTime<Utc>>,
    looked_at: Option<DateTime<Utc>>,
}

impl Watched {
    /// Whether the store is to be asked again.
    fn is_to_look(&self, now: DateTime<Utc>) -> bool {
        let near = |since: Option<DateTime<Utc>>| {
            since.is_some_and(|since| (TimeDelta::zero()..LOOKED_EVERY).contains(&(now - since)))
        };
        self.doubt.is_some() || !near(self.last) || !near(self.looked_at)
    }
}

impl Operator {
    /// Why the clock is not believed; nothing is erased as long as there is something. As of the
    /// last time that this instance looked for what is due, half a second ago.
    #[must_use]
    pub fn clock_doubt(&self) -> Option<ClockDoubt> {
        self.clock.0.lock().unwrap_or_else(PoisonError::into_inner).doubt
    }

    /// Says that the clock is right at `now`, whatever was seen before; what waits for it goes on.
    ///
    /// # Errors
    /// When the store fails.
    pub fn clock_is_right(&self, store: &dyn Store, now: DateTime<Utc>) -> Result<(), StoreError> {
        let now = whole_millis(now);
        transact(store, |tx| {
            see(tx, now)?;
            let logged =
                Logged { actor: grants::TOOL, action: "clock.confirmed", subject: &now.to_rfc3339(), note: "" };
            grants::log(tx, self, now, &logged).map_err(Failure::into_store_error)
        })?;
        self.clock.0.lock().unwrap_or_else(PoisonError::into_inner).doubt = None;
        Ok(())
    }

    /// Why whoever serves this store at `now` would not believe the clock. Changes nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub fn would_doubt_clock(&self, store: &dyn Store, now: DateTime<Utc>) -> Result<Option<ClockDoubt>, StoreError> {
        transact(store, |tx| Ok(compare(tx, whole_millis(now))?.1))
    }

    /// Compares the clock with what was seen last, when it is time for that.
    pub(crate) fn look_at_clock(&self, store: &dyn Store, now: DateTime<Utc>) {
        if self.config.moves_clock {
            return;
        }
        let watched = *self.clock.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !watched.is_to_look(now) {
            self.clock.0.lock().unwrap_or_else(PoisonError::into_inner).last = Some(now);
            return;
        }
        let doubt = match transact(store, |tx| look(tx, now, watched.doubt.is_none())) {
            Ok(doubt) => doubt,
            Err(error) => {
                tracing::warn!(reason = %error, "the clock could not be compared with what was seen last");
                // Asked again at once.
                return;
            }
        };
        match (&watched.doubt, &doubt) {
            (None, Some(doubt)) => tracing::error!(
                clock = %doubt.clock, seen_at = %doubt.seen_at,
                "{doubt}; nothing is erased until it is back, or `mesto admin clock-is-right` is said"
            ),
            (Some(_), None) => tracing::info!(clock = %now, "the clock is believed again"),
            (None, None) | (Some(_), Some(_)) => {}
        }
        let watched = Watched { doubt, last: Some(now), looked_at: Some(now) };
        *self.clock.0.lock().unwrap_or_else(PoisonError::into_inner) = watched;
    }
}

/// What is to be said of the clock; a doubt that is new becomes an incident.
fn look(tx: &mut dyn Tx, now: DateTime<Utc>, is_new: bool) -> Result<Option<ClockDoubt>, StoreError> {
    let (noted_at, doubt) = compare(tx, now)?;
    let Some(doubt) = doubt else {
        if now - noted_at >= NOTED_EVERY {
            see(tx, now)?;
        }
        return Ok(None);
    };
    let seen_at = doubt.seen_at;
    let reference = format!("{} {}", seen_at.timestamp_millis(), now.timestamp_millis());
    if is_new && tx.first(find!(DueRow { kind: INCIDENT, reference: &reference }))?.is_none() {
        let (kind, lease_until) = (INCIDENT.to_owned(), DateTime::UNIX_EPOCH);
        tx.write(Write::insert(DueRow { kind, reference, at: DateTime::UNIX_EPOCH, lease_until }))?;
    }
    Ok(Some(doubt))
}

/// What was written down of the clock, and why it is not believed. Changes nothing.
fn compare(tx: &mut dyn Tx, now: DateTime<Utc>) -> Result<(DateTime<Utc>, Option<ClockDoubt>), StoreError> {
    let row = tx.first(find!(ClockRow { name: STORE }))?;
    let row = row.ok_or_else(|| StoreError::unreadable("clock", "there is no row"))?;
    let seen_at = match row.seen_at == DateTime::UNIX_EPOCH {
        true => newest_record(tx)?.unwrap_or(now),
        false => row.seen_at,
    };
    let is_believed = (-BEHIND..=AHEAD).contains(&(now - seen_at));
    Ok((row.seen_at, (!is_believed).then_some(ClockDoubt { clock: now, seen_at })))
}

/// The doubt that a planned incident is about.
pub(crate) fn doubt_of(reference: &str) -> Option<ClockDoubt> {
    let (seen_at, clock) = reference.split_once(' ')?;
    let at = |text: &str| DateTime::from_timestamp_millis(text.parse().ok()?);
    Some(ClockDoubt { clock: at(clock)?, seen_at: at(seen_at)? })
}

fn see(tx: &mut dyn Tx, now: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "UPDATE clock SET seen_at = $1 WHERE name = $2";
    tx.write(Write::sql("clock", sql, values![now.timestamp_millis(), STORE]).expecting(1))
}

/// When something was written last, for a store that nobody has looked at the clock for.
fn newest_record(tx: &mut dyn Tx) -> Result<Option<DateTime<Utc>>, StoreError> {
    // Ids are in the order of time.
    let newest = ["ledger_entry", "message", "audit_log"]
        .map(|table| Ask::sql(&format!("SELECT at FROM {table} ORDER BY id DESC LIMIT 1"), &[]));
    let rows = tx.read(newest.into())?;
    let moments = rows.iter().flatten().map(|row| row.get::<DateTime<Utc>>("at"));
    Ok(moments.collect::<Result<Vec<_>, _>>()?.into_iter().max())
}
