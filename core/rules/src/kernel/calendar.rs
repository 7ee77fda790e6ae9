//! When parking is charged: weekly time spans, holidays with the Orthodox Easter, openings and
//! closings in the city's wall clock.
//!
//! The nights on which the clocks change follow what a driver reads on the sign and on the clock.
//! When the clocks go forward, a time that is left out is reached at the change. When they go back,
//! the clock shows an hour twice: charging ends the first time that the clock shows its end, and
//! what begins within that hour begins both times, so that before its beginning nothing is charged.
//! A zone that closes at 02:00 closes at the first 02:00.

use super::time::{Shown, TimeRules};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// How far ahead an opening is looked for; longer than any run of free days.
const HORIZON_DAYS: u64 = 40;

/// More charged time than anybody buys at once: a month and a day.
const LONGEST: TimeDelta = TimeDelta::days(32);

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    /// The day of the week of a date.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        match date.weekday() {
            chrono::Weekday::Mon => Self::Mon,
            chrono::Weekday::Tue => Self::Tue,
            chrono::Weekday::Wed => Self::Wed,
            chrono::Weekday::Thu => Self::Thu,
            chrono::Weekday::Fri => Self::Fri,
            chrono::Weekday::Sat => Self::Sat,
            chrono::Weekday::Sun => Self::Sun,
        }
    }
}

/// A time of day on the wall clock, `07:00`; `24:00` is the end of the day.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// `00:00`
    pub const START: Self = Self(0);
    /// `24:00`
    pub const END: Self = Self(24 * 60);

    /// From hours and minutes; `None` beyond 24:00.
    #[must_use]
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if hour < 24 && minute < 60 || hour == 24 && minute == 0 { Some(Self(hour * 60 + minute)) } else { None }
    }

    /// Minutes since midnight, 0..=1440.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// The started minute of a time.
    fn of(time: NaiveTime) -> Self {
        Self(u16::try_from(time.num_seconds_from_midnight() / 60).unwrap_or(Self::END.0))
    }

    fn on(self, date: NaiveDate) -> NaiveDateTime {
        date.and_time(NaiveTime::MIN) + TimeDelta::minutes(self.0.into())
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TimeOfDay {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a time of day, write it as 07:00 (24:00 is the end of the day)");
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        if hour.len() != 2 || minute.len() != 2 {
            return Err(wrong());
        }
        let hour = hour.parse().map_err(|_| wrong())?;
        let minute = minute.parse().map_err(|_| wrong())?;
        Self::new(hour, minute).ok_or_else(wrong)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A span of the day on some days of the week (CDS TimeSpan); `until` is exclusive and on the same
/// day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeSpan {
    pub days: Vec<Day>,
    pub from: TimeOfDay,
    pub until: TimeOfDay,
}

/// What holidays mean for a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayRule {
    /// Nothing is charged.
    Free,
    /// Charged as on any such day of the week.
    Charged,
}

/// Days on which a city does not work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayCalendar {
    /// The same day every year.
    pub fixed: Vec<FixedHoliday>,
    /// Days around the Orthodox Easter Sunday.
    pub easter: Vec<EasterHoliday>,
    /// Easter Sunday by year as published; a year that is not here is computed.
    pub easter_sundays: BTreeMap<i32, NaiveDate>,
    /// Days named once.
    pub extra: Vec<ExtraHoliday>,
}

/// A holiday on the same day every year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedHoliday {
    pub name: String,
    pub month: u32,
    pub day: u32,
    /// On a Sunday it moves to the next working day.
    pub is_moved_from_sunday: bool,
}

/// A holiday so many days after (or before) Easter Sunday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EasterHoliday {
    pub name: String,
    pub days_from_easter: i64,
}

/// A day named once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraHoliday {
    pub name: String,
    pub date: NaiveDate,
}

impl HolidayCalendar {
    /// How far from Easter Sunday its days may lie: all of them from February to July.
    pub const EASTER_DAYS: RangeInclusive<i64> = -60..=80;

    /// The name of the holiday on this day, when it is one. A holiday that moved keeps its name.
    #[must_use]
    pub fn holiday_on(&self, date: NaiveDate) -> Option<&str> {
        self.named(date).or_else(|| self.moved_to(date))
    }

    fn named(&self, date: NaiveDate) -> Option<&str> {
        let fixed = self.fixed.iter().find(|it| it.month == date.month() && it.day == date.day()).map(|it| &it.name);
        let extra = || self.extra.iter().find(|it| it.date == date).map(|it| &it.name);
        let easter = || {
            // Orthodox Easter lies between early April and early May; its days never leave spring.
            if self.easter.is_empty() || !(2..=7).contains(&date.month()) {
                return None;
            }
            let sunday = self.easter_sunday(date.year())?;
            let apart = date.signed_duration_since(sunday).num_days();
            self.easter.iter().find(|it| it.days_from_easter == apart).map(|it| &it.name)
        };
        fixed.or_else(extra).or_else(easter).map(String::as_str)
    }

    /// A movable holiday of a Sunday whose next working day is `date`.
    fn moved_to(&self, date: NaiveDate) -> Option<&str> {
        if Day::of(date) == Day::Sun {
            return None;
        }
        // Walks back over the days off right before `date`; at most the run of holidays after a
        // Sunday.
        let mut day = date;
        for _ in 0..7 {
            day = day.pred_opt()?;
            if Day::of(day) == Day::Sun {
                return self
                    .fixed
                    .iter()
                    .find(|it| it.is_moved_from_sunday && it.month == day.month() && it.day == day.day())
                    .map(|it| it.name.as_str());
            }
            self.named(day)?;
        }
        None
    }

    /// Easter Sunday of a year: as published, else computed.
    #[must_use]
    pub fn easter_sunday(&self, year: i32) -> Option<NaiveDate> {
        self.easter_sundays.get(&year).copied().or_else(|| orthodox_easter(year))
    }
}

/// The Orthodox Easter Sunday of a year in the Gregorian calendar (Meeus, Julian algorithm); right
/// from 1900 to 2099.
#[must_use]
pub fn orthodox_easter(year: i32) -> Option<NaiveDate> {
    if !(1900..=2099).contains(&year) {
        return None;
    }
    let (a, b, c) = (year % 4, year % 7, year % 19);
    let d = (19 * c + 15) % 30;
    let e = (2 * a + 4 * b - d + 34) % 7;
    let month = (d + e + 114) / 31;
    let day = (d + e + 114) % 31 + 1;
    let julian = NaiveDate::from_ymd_opt(year, month.try_into().ok()?, day.try_into().ok()?)?;
    julian.checked_add_days(Days::new(13))
}

/// A stretch of charged time, from a moment within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The local day of that moment.
    pub day: NaiveDate,
    pub closes_at: DateTime<Utc>,
}

/// When one zone is charged: its spans on the wall clock of its city, without the days that are
/// free.
#[derive(Debug, Clone, Copy)]
pub struct Charging<'a> {
    pub time: &'a TimeRules,
    pub spans: &'a [TimeSpan],
    /// The calendar whose days are free; `None` when holidays are charged.
    pub free: Option<&'a HolidayCalendar>,
}

impl Charging<'_> {
    /// The local day of a moment.
    #[must_use]
    pub fn local_day(&self, at: DateTime<Utc>) -> NaiveDate {
        self.time.local(at).date_naive()
    }

    /// The local midnight that ends the day of a moment.
    #[must_use]
    pub fn end_of_day(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.end_of(self.local_day(at))
    }

    /// The local midnight that ends a day.
    #[must_use]
    pub fn end_of(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        to_utc(self.time, day.succ_opt()?.and_time(NaiveTime::MIN))
    }

    /// Whether anything is charged on a local day.
    #[must_use]
    pub fn is_charged_day(&self, date: NaiveDate) -> bool {
        let day = Day::of(date);
        self.spans.iter().any(|span| span.days.contains(&day)) && !self.is_free_day(date)
    }

    /// The charged period that holds `at` (its end excluded), joined over midnight where the next
    /// day goes on at once. The end is exact when it lies before `enough`, else it is some
    /// moment at or after `enough`.
    #[must_use]
    pub fn period_at(&self, at: DateTime<Utc>, enough: DateTime<Utc>) -> Option<Period> {
        let local = self.time.local(at);
        let (minutes, day) = (TimeOfDay::of(local.time()), local.date_naive());
        let mut date = day;
        let mut spans = self.spans_of(date);
        let mut until = spans.iter_on(date).find(|span| span.from <= minutes && minutes < span.until)?.until;
        let closes_at = loop {
            let closes_at = first_shown(self.time, until.on(date))?;
            if closes_at > at && closes_at >= enough {
                break closes_at;
            }
            let from = if until == TimeOfDay::END {
                date = date.succ_opt()?;
                spans = self.spans_of(date);
                TimeOfDay::START
            } else {
                until
            };
            match spans.iter_on(date).find(|span| span.from == from) {
                Some(next) => until = next.until,
                // Hours that begin within the time that is left out begin at the change too.
                None => break self.goes_on_at_change(until.on(date), closes_at, enough).unwrap_or(closes_at),
            }
        };
        // In the hour that comes twice it may have closed the first time already.
        if closes_at <= at {
            return None;
        }
        let closes_at = self.set_back(at, closes_at).unwrap_or(closes_at);
        Some(Period { day, closes_at })
    }

    /// When hours end that begin at the change of the clocks, where that leaves out the closing of
    /// those before.
    fn goes_on_at_change(
        &self,
        closing: NaiveDateTime,
        closes_at: DateTime<Utc>,
        enough: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let left_out = self.time.local(closes_at).naive_local() != closing;
        left_out.then(|| self.period_at(closes_at, enough)).flatten().map(|period| period.closes_at)
    }

    /// The moment between `at` and `closes_at` at which the clock goes back to before the opening,
    /// if it does.
    fn set_back(&self, at: DateTime<Utc>, closes_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let change = self.time.set_back_after(at).filter(|change| *change < closes_at)?;
        self.period_at(change, change).is_none().then_some(change)
    }

    /// The first moment at or after `at` at which charging begins; `None` when none comes within
    /// weeks.
    #[must_use]
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ahead = usize::try_from(HORIZON_DAYS).ok()?;
        self.local_day(at).iter_days().take(ahead).find_map(|date| {
            let spans = self.spans_of(date);
            let openings = spans.iter_on(date).flat_map(|span| shown(self.time, span.from.on(date)));
            let begins = |opening: &DateTime<Utc>| *opening >= at && self.period_at(*opening, *opening).is_some();
            openings.into_iter().flatten().filter(begins).min()
        })
    }

    /// The first charged local day after `date`.
    #[must_use]
    pub fn next_charged_day(&self, date: NaiveDate) -> Option<NaiveDate> {
        let ahead = usize::try_from(HORIZON_DAYS).ok()?;
        date.iter_days().skip(1).take(ahead).find(|day| self.is_charged_day(*day))
    }

    /// The moment at which `length` of charged time after `start` is over; `start` must be charged.
    /// `None` for more than a month of it.
    #[must_use]
    pub fn advance(&self, start: DateTime<Utc>, length: TimeDelta) -> Option<DateTime<Utc>> {
        if length > LONGEST {
            return None;
        }
        let (mut at, mut left) = (start, length);
        loop {
            let end = at.checked_add_signed(left)?;
            let period = self.period_at(at, end)?;
            if end <= period.closes_at {
                return Some(end);
            }
            left -= period.closes_at.signed_duration_since(at);
            at = self.next_opening(period.closes_at)?;
        }
    }

    /// Charged time between two moments; nothing when `until` comes first.
    #[must_use]
    pub fn charged_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> TimeDelta {
        let (mut at, mut sum) = (from, TimeDelta::zero());
        while at < until {
            match self.period_at(at, until) {
                Some(period) => {
                    let end = period.closes_at.min(until);
                    sum += end.signed_duration_since(at);
                    at = end;
                }
                None => match self.next_opening(at) {
                    Some(opening) => at = opening,
                    None => break,
                },
            }
        }
        sum
    }

    fn is_free_day(&self, date: NaiveDate) -> bool {
        self.free.is_some_and(|calendar| calendar.holiday_on(date).is_some())
    }

    /// The spans that hold on a local day: none on a free one.
    fn spans_of(&self, date: NaiveDate) -> Spans<'_> {
        Spans(if self.is_free_day(date) { &[] } else { self.spans })
    }
}

/// The spans of a day that is known to be charged or free: the calendar is asked once.
struct Spans<'a>(&'a [TimeSpan]);

impl<'a> Spans<'a> {
    fn iter_on(&self, date: NaiveDate) -> impl Iterator<Item = &'a TimeSpan> + use<'a> {
        let day = Day::of(date);
        self.0.iter().filter(move |span| span.days.contains(&day))
    }
}

/// The first moment at which the clock shows this time or a later one of the day.
fn first_shown(time: &TimeRules, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    let [first, _] = shown(time, wall);
    first
}

/// The moments at which the clock shows a time: one; or the change of the clocks, where that leaves
/// the time out; or two, where the clock goes back.
fn shown(time: &TimeRules, wall: NaiveDateTime) -> [Option<DateTime<Utc>>; 2] {
    match time.shown(wall) {
        None => [None, None],
        Some(Shown::Once(at)) => [Some(at), None],
        Some(Shown::Twice(first, second)) => [Some(first), Some(second)],
        Some(Shown::LeftOut { change, .. }) => [Some(change), None],
    }
}

/// A wall-clock moment as an instant. A time that does not exist (clocks went forward) is taken by
/// the offset before the change, so 02:30 is 03:30; a time that comes twice (clocks went back) is
/// the first one.
#[must_use]
pub fn to_utc(time: &TimeRules, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    Some(match time.shown(wall)? {
        Shown::Once(at) | Shown::Twice(at, _) => at,
        Shown::LeftOut { read_before, .. } => read_before,
    })
}
