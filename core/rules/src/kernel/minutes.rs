//! A length in whole minutes.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whole minutes, never negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minutes(pub u32);

impl Minutes {
    pub const ZERO: Self = Self(0);
    /// 24 hours.
    pub const DAY: Self = Self(24 * 60);

    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The whole minutes of a length; a started one counts, a negative length is none.
    #[must_use]
    pub fn of(length: TimeDelta) -> Self {
        let milliseconds = length.num_milliseconds().max(0).unsigned_abs();
        Self(u32::try_from(milliseconds.div_ceil(60_000)).unwrap_or(u32::MAX))
    }

    #[must_use]
    pub fn length(self) -> TimeDelta {
        TimeDelta::minutes(self.0.into())
    }

    /// The sum, at most what fits.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl From<u32> for Minutes {
    fn from(minutes: u32) -> Self {
        Self(minutes)
    }
}

impl From<Minutes> for u32 {
    fn from(minutes: Minutes) -> Self {
        minutes.0
    }
}

impl PartialEq<u32> for Minutes {
    fn eq(&self, minutes: &u32) -> bool {
        self.0 == *minutes
    }
}

impl PartialOrd<u32> for Minutes {
    fn partial_cmp(&self, minutes: &u32) -> Option<std::cmp::Ordering> {
        self.0.partial_cmp(minutes)
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
