//! Timeframes: times of the wall clock on days of a service.
//!
//! The day is the calendar day at the stop, also for a trip whose service day began before
//! midnight.

use super::ids::ServiceId;
use crate::kernel::calendar::Day;
use chrono::{DateTime, FixedOffset, NaiveDate, Timelike};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// A text that is no time of a timeframe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockTimeError {
    #[error("write a time as 07:00:00 or 7:00:00")]
    NotATime,
    #[error("a time of a timeframe is at most 24:00:00")]
    Beyond24,
}

/// A time of the wall clock in seconds of the day; 24:00:00 is its end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClockTime(u32);

impl ClockTime {
    /// `00:00:00`
    pub const START: Self = Self(0);
    /// `24:00:00`
    pub const END: Self = Self(24 * 3_600);

    /// Seconds since midnight as the clock shows them.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// What the clock shows at a moment.
    #[must_use]
    pub fn of(at: DateTime<FixedOffset>) -> Self {
        Self(at.time().num_seconds_from_midnight())
    }
}

impl FromStr for ClockTime {
    type Err = ClockTimeError;
    fn from_str(text: &str) -> Result<Self, ClockTimeError> {
        let part = |text: &str, shortest: usize| {
            let digits = (shortest..=2).contains(&text.len()) && text.bytes().all(|sign| sign.is_ascii_digit());
            digits.then(|| text.parse::<u32>().ok()).flatten().ok_or(ClockTimeError::NotATime)
        };
        let mut parts = text.split(':');
        let (Some(hour), Some(minute), Some(second), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ClockTimeError::NotATime);
        };
        let (hour, minute, second) = (part(hour, 1)?, part(minute, 2)?, part(second, 2)?);
        if minute > 59 || second > 59 {
            return Err(ClockTimeError::NotATime);
        }
        let seconds = hour * 3_600 + minute * 60 + second;
        if seconds > Self::END.0 { Err(ClockTimeError::Beyond24) } else { Ok(Self(seconds)) }
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.0 / 3_600, self.0 / 60 % 60, self.0 % 60)
    }
}

impl fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ClockTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The days of a service: days of the week between two dates, days added and days removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDays {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// Its first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_on: Option<NaiveDate>,
    /// Its last day, which is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub added_on: BTreeSet<NaiveDate>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub removed_on: BTreeSet<NaiveDate>,
}

impl ServiceDays {
    /// Whether the service is in effect on a day.
    #[must_use]
    pub fn contain(&self, date: NaiveDate) -> bool {
        if self.removed_on.contains(&date) {
            return false;
        }
        let within = self.begins_on.is_some_and(|first| first <= date) && self.ends_on.is_some_and(|last| date <= last);
        self.added_on.contains(&date) || within && self.days.contains(&Day::of(date))
    }
}

/// An interval of the day on the days of a service; `from` is in it, `until` is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timeframe {
    pub service: ServiceId,
    pub from: ClockTime,
    pub until: ClockTime,
}

impl Timeframe {
    /// Whether a moment, on the wall clock of its stop, lies in it.
    pub(super) fn contains(&self, services: &BTreeMap<ServiceId, ServiceDays>, at: DateTime<FixedOffset>) -> bool {
        let time = ClockTime::of(at);
        self.from <= time
            && time < self.until
            && services.get(&self.service).is_some_and(|days| days.contain(at.date_naive()))
    }
}
