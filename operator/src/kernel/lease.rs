//! Leases: one instance takes what waits, and has it alone for a while. When it dies meanwhile,
//! another one takes it. And pauses: what is put off until a moment, for a while at most.
//!
//! Moments that a clock has set that was far ahead bind nobody.

use chrono::{DateTime, TimeDelta, Utc};

use crate::kernel::operator::Config;

/// By how much the difference of an instance's clock and the database's may be measured wrongly,
/// milliseconds.
const MEASURED_MS: u32 = 500;

/// An instance's clock is at most so far ahead of another's: each differs from the database's by at
/// most so much, in whichever direction, and more is refused at its start.
fn ahead() -> TimeDelta {
    TimeDelta::milliseconds(2 * i64::from(Config::MOST_SKEW_MS + MEASURED_MS))
}

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
        (now + self.0 + ahead()).timestamp_millis()
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
        (now + self.0 + ahead()).timestamp_millis()
    }

    /// That a row of a table is not put off any more, in SQL: `now` and `last` are the numbers of
    /// parameters.
    pub fn is_over(table: &str, now: u8, last: u8) -> String {
        format!("({table}.next_at <= ${now} OR {table}.next_at > ${last})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_of_the_fastest_clock_that_is_allowed_binds_the_slowest_and_one_beyond_binds_nobody() {
        let lease = Lease::seconds(30);
        let database = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let most = TimeDelta::milliseconds(Config::MOST_SKEW_MS.into());
        let measured = TimeDelta::milliseconds(MEASURED_MS.into());
        let slow = database - most - measured;
        let is_bound = |fast: DateTime<Utc>| lease.until(fast).timestamp_millis() <= lease.last(slow);
        assert!(is_bound(database));
        assert!(is_bound(database + most));
        assert!(is_bound(database + most + measured));
        assert!(!is_bound(database + most + measured + TimeDelta::milliseconds(1)));
    }
}
