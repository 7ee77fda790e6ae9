//! Leases: one instance takes what waits, and has it alone for a while. When it dies meanwhile,
//! another one takes it. And pauses: what is put off until a moment, for a while at most.
//!
//! Moments that a clock has set that was far ahead bind nobody.

use chrono::{DateTime, TimeDelta, Utc};

/// An instance's clock is at most so far ahead of another's: more is refused at its start.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

/// How long one instance has alone what it took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lease(TimeDelta);

impl Lease {
    pub const fn seconds(seconds: i64) -> Self {
        Self(TimeDelta::seconds(seconds))
    }

    /// Until when it lasts that is taken now.
    pub fn until(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.0
    }

    /// No lease that is taken now ends later, by whatever instance: one beyond it was taken by a
    /// clock that was far ahead, and binds nobody. Epoch milliseconds.
    pub fn last(self, now: DateTime<Utc>) -> i64 {
        (now + self.0 + AHEAD).timestamp_millis()
    }

    /// That nobody has a row of a table, in SQL: `now` and `last` are the numbers of parameters.
    pub fn is_free(table: &str, now: u8, last: u8) -> String {
        format!("({table}.lease_until <= ${now} OR {table}.lease_until > ${last})")
    }
}

/// The longest time for which something is put off in `next_at`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pause(TimeDelta);

impl Pause {
    pub const fn seconds(seconds: i64) -> Self {
        Self(TimeDelta::seconds(seconds))
    }

    pub const fn longest(self) -> TimeDelta {
        self.0
    }

    /// Nothing that is put off now waits for longer, by whatever instance: a moment beyond it was
    /// set by a clock that was far ahead. Epoch milliseconds.
    pub fn last(self, now: DateTime<Utc>) -> i64 {
        (now + self.0 + AHEAD).timestamp_millis()
    }

    /// That a row of a table is not put off any more, in SQL: `now` and `last` are the numbers of
    /// parameters.
    pub fn is_over(table: &str, now: u8, last: u8) -> String {
        format!("({table}.next_at <= ${now} OR {table}.next_at > ${last})")
    }
}
