//! How much of a calendar month a system was up (AV-46, AV-101, AV-102, AV-105).
//!
//! Everything is counted exactly, in milliseconds: a month that is a second below what was
//! guaranteed is below. Works that were announced count as up from their announcement on: what
//! began before anybody was told is down until then.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::fmt;
use std::str::FromStr;

use super::time::{Shown, TimeRules};

/// A calendar month, `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: NaiveDate,
}

/// Why a text is no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a month is written as 2026-11")]
pub struct MonthError;

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// The first day of the month after.
    fn next(self) -> Option<NaiveDate> {
        self.first.checked_add_months(chrono::Months::new(1))
    }

    /// From its first midnight to that of the next month, on a city's clock; `None` beyond what is
    /// known of that clock. A month in which the clock changes is an hour shorter or longer.
    #[must_use]
    pub fn bounds(self, time: &TimeRules) -> Option<Span> {
        let next = self.next().filter(|next| *next <= time.until())?;
        Some(Span { from: midnight(time, self.first)?, until: midnight(time, next)? })
    }
}

fn midnight(time: &TimeRules, day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(match time.shown(day.and_hms_opt(0, 0, 0)?)? {
        // Where it is shown twice the day begins the first time.
        Shown::Once(at) | Shown::Twice(at, _) => at,
        Shown::LeftOut { change, .. } => change,
    })
}

impl fmt::Display for Month {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let (year, month) = text.split_once('-').ok_or(MonthError)?;
        let is_number = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(year, 4) || !is_number(month, 2) {
            return Err(MonthError);
        }
        let (year, month) = (year.parse().map_err(|_| MonthError)?, month.parse().map_err(|_| MonthError)?);
        Ok(Self { first: NaiveDate::from_ymd_opt(year, month, 1).ok_or(MonthError)? })
    }
}

/// From a moment on, and not any more at `until`. One that ends before it begins is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

impl Span {
    fn within(self, bounds: Self) -> Self {
        Self { from: self.from.max(bounds.from), until: self.until.min(bounds.until) }
    }

    fn millis(self) -> u64 {
        u64::try_from((self.until - self.from).num_milliseconds()).unwrap_or(0)
    }
}

/// Works that people were told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Works {
    pub announced_at: DateTime<Utc>,
    pub span: Span,
}

impl Works {
    /// What of them counts as up.
    fn counted(self) -> Span {
        Span { from: self.span.from.max(self.announced_at), until: self.span.until }
    }
}

/// How long something was up within what was measured, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// All of it: the three below together.
    pub measured: u64,
    pub up: u64,
    /// Not up, and announced as works: counts as up.
    pub works: u64,
    pub down: u64,
}

impl Availability {
    /// Of a month with these bounds, as far as it was measured: from `since` on, until `now`.
    /// `up` in any order, overlapping or not. `None` when nothing of it was measured.
    #[must_use]
    pub fn of(bounds: Span, since: DateTime<Utc>, now: DateTime<Utc>, up: &[Span], works: &[Works]) -> Option<Self> {
        let bounds = Span { from: bounds.from.max(since), until: bounds.until.min(now) };
        let measured = bounds.millis();
        if measured == 0 {
            return None;
        }
        let spans = || up.iter().copied();
        let up = covered(spans(), bounds);
        let good = covered(spans().chain(works.iter().map(|works| works.counted())), bounds);
        Some(Self { measured, up, works: good - up, down: measured - good })
    }

    /// Whether no more was down than so many percent allow.
    #[must_use]
    pub fn holds(&self, percent: u32) -> bool {
        let (good, measured) = (u128::from(self.up) + u128::from(self.works), u128::from(self.measured));
        good * 100 >= measured * u128::from(percent)
    }

    /// What was up, with works, in thousandths of a percent, rounded down: 97 999 is shown as
    /// 97.999 and never as 98.
    #[must_use]
    pub fn thousandths(&self) -> u32 {
        let good = (u128::from(self.up) + u128::from(self.works)) * 100_000;
        u32::try_from(good / u128::from(self.measured.max(1))).unwrap_or(100_000)
    }
}

/// How much of `bounds` is in one of these, milliseconds.
fn covered(spans: impl Iterator<Item = Span>, bounds: Span) -> u64 {
    let mut spans: Vec<Span> = spans.map(|span| span.within(bounds)).filter(|span| span.millis() > 0).collect();
    spans.sort_unstable();
    let (mut reached, mut sum) = (bounds.from, 0);
    for span in spans {
        let new = Span { from: span.from.max(reached), until: span.until };
        sum += new.millis();
        reached = reached.max(span.until);
    }
    sum
}

/// Thousandths of a percent as they are shown: `97.999`.
#[must_use]
pub fn shown_percent(thousandths: u32) -> String {
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}
