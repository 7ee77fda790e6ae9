//! The wall clock of a city: its offsets from UTC and when they change, brought by the city itself.
//!
//! No time-zone database is asked. The compiler of a city writes the changes down from the IANA
//! database, or takes them as a city's author wrote them, so a law that moves a clock reaches every
//! phone with the next city document.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, Offset as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Offsets in use reach from -12:00 to +14:00; a law may add a little.
const FARTHEST_MINUTES: i32 = 15 * 60;

/// A moment at which the wall clock is put forward or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetChange {
    pub at: DateTime<Utc>,
    /// Minutes east of UTC from then on: 120 in a summer of Belgrade.
    pub offset_minutes: i32,
}

/// The wall clock of a city until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TimeOnWire")]
pub struct TimeRules {
    zone: String,
    initial_offset_minutes: i32,
    changes: Vec<OffsetChange>,
    until: NaiveDate,
}

#[derive(Deserialize)]
struct TimeOnWire {
    zone: String,
    initial_offset_minutes: i32,
    changes: Vec<OffsetChange>,
    until: NaiveDate,
}

impl TryFrom<TimeOnWire> for TimeRules {
    type Error = TimeError;
    fn try_from(wire: TimeOnWire) -> Result<Self, TimeError> {
        Self::new(wire.zone, wire.initial_offset_minutes, wire.changes, wire.until)
    }
}

/// When a wall clock shows a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Once(DateTime<Utc>),
    /// The clock is put back in between; the earlier one first.
    Twice(DateTime<Utc>, DateTime<Utc>),
    /// The clock is put forward over it.
    LeftOut {
        change: DateTime<Utc>,
        /// Read by the offset before the change: 02:30 is 03:30.
        read_before: DateTime<Utc>,
    },
}

/// Why rules of a clock make no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    #[error(
        "an offset of {minutes} minutes is farther from UTC than any clock, at most {FARTHEST_MINUTES} are possible"
    )]
    OffsetTooFar { minutes: i32 },
    #[error("the changes must follow each other in time; {at} does not come after the one before it")]
    NotInOrder { at: DateTime<Utc> },
}

impl TimeRules {
    /// Rules of a clock: the offset before the first change in minutes east of UTC, the changes in
    /// the order of time, and the first local day for which they no longer speak. `zone` is the
    /// name that is shown, by custom an IANA name.
    ///
    /// # Errors
    /// [`TimeError`]
    pub fn new(
        zone: String,
        initial_offset_minutes: i32,
        changes: Vec<OffsetChange>,
        until: NaiveDate,
    ) -> Result<Self, TimeError> {
        let offsets = changes.iter().map(|change| change.offset_minutes).chain([initial_offset_minutes]);
        if let Some(minutes) = offsets.into_iter().find(|minutes| minutes.abs() > FARTHEST_MINUTES) {
            return Err(TimeError::OffsetTooFar { minutes });
        }
        let pairs = changes.iter().zip(changes.iter().skip(1));
        if let Some((_, next)) = pairs.into_iter().find(|(one, next)| one.at >= next.at) {
            return Err(TimeError::NotInOrder { at: next.at });
        }
        Ok(Self { zone, initial_offset_minutes, changes, until })
    }

    /// The name that is shown: `Europe/Belgrade`.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The first local day for which the rules no longer speak; nothing is sold from then on.
    #[must_use]
    pub const fn until(&self) -> NaiveDate {
        self.until
    }

    /// When the clock is put forward or back, in the order of time.
    #[must_use]
    pub fn changes(&self) -> &[OffsetChange] {
        &self.changes
    }

    /// A moment on the city's wall clock; at the ends of all calendars in UTC.
    #[must_use]
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        let begun = self.changes.partition_point(|change| change.at <= at);
        let offset = FixedOffset::east_opt(self.offset_after(begun).saturating_mul(60));
        // A wall clock that would show a year that cannot be counted.
        let counted = offset.filter(|offset| at.naive_utc().checked_add_offset(*offset).is_some());
        at.with_timezone(&counted.unwrap_or_else(|| Utc.fix()))
    }

    /// When the wall clock shows a time; `None` beyond the years that can be counted.
    #[must_use]
    pub fn shown(&self, wall: NaiveDateTime) -> Option<Shown> {
        // As if it were UTC; no offset reaches as far as a day, so only the changes within a day of
        // it matter.
        let near = wall.and_utc();
        let (from, until) = (near.checked_sub_days(Days::new(1))?, near.checked_add_days(Days::new(1))?);
        let first = self.changes.partition_point(|change| change.at <= from);
        let last = self.changes.partition_point(|change| change.at <= until);
        let mut once = None;
        let mut left_out = None;
        for begun in first..=last {
            let at = near.checked_sub_signed(TimeDelta::minutes(self.offset_after(begun).into()))?;
            let starts = begun.checked_sub(1).and_then(|index| self.changes.get(index)).map(|change| change.at);
            let ends = self.changes.get(begun).map(|change| change.at);
            match ends {
                // By the offset that ends there it would be later, by the next one it would have
                // been before.
                Some(change) if change <= at => {
                    let next = near.checked_sub_signed(TimeDelta::minutes(self.offset_after(begun + 1).into()))?;
                    if next < change {
                        left_out.get_or_insert(Shown::LeftOut { change, read_before: at });
                    }
                }
                _ if starts.is_none_or(|starts| starts <= at) => match once {
                    Some(earlier) => return Some(Shown::Twice(earlier, at)),
                    None => once = Some(at),
                },
                _ => {}
            }
        }
        once.map(Shown::Once).or(left_out)
    }

    /// The first moment after `at` at which the clock is put back.
    #[must_use]
    pub fn set_back_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let begun = self.changes.partition_point(|change| change.at <= at);
        let mut later = self.changes.iter().enumerate().skip(begun);
        later.find(|(index, change)| change.offset_minutes < self.offset_after(*index)).map(|(_, change)| change.at)
    }

    /// The offset in force when so many changes have happened, minutes.
    fn offset_after(&self, changes: usize) -> i32 {
        let change = changes.checked_sub(1).and_then(|index| self.changes.get(index));
        change.map_or(self.initial_offset_minutes, |change| change.offset_minutes)
    }
}
