//! When parking is charged: weekly time spans, holidays with the Orthodox Easter, openings and closings in the city's wall clock.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// How far ahead an opening is looked for; longer than any run of free days.
const HORIZON_DAYS: u64 = 40;

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

/// A span of the day on some days of the week (CDS TimeSpan); `until` is exclusive and on the same day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
pub struct FixedHoliday {
    pub name: String,
    pub month: u32,
    pub day: u32,
    /// On a Sunday it moves to the next working day.
    pub moves_from_sunday: bool,
}

/// A holiday so many days after (or before) Easter Sunday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EasterHoliday {
    pub name: String,
    pub days_from_easter: i64,
}

/// A day named once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraHoliday {
    pub name: String,
    pub date: NaiveDate,
}

impl HolidayCalendar {
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
        // Walks back over the days off right before `date`; at most the run of holidays after a Sunday.
        let mut day = date;
        for _ in 0..7 {
            day = day.pred_opt()?;
            if Day::of(day) == Day::Sun {
                return self
                    .fixed
                    .iter()
                    .find(|it| it.moves_from_sunday && it.month == day.month() && it.day == day.day())
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

/// The Orthodox Easter Sunday of a year in the Gregorian calendar (Meeus, Julian algorithm); right from 1900 to 2099.
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

/// A stretch of charged time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub opens_at: DateTime<Utc>,
    pub closes_at: DateTime<Utc>,
}

/// When one zone is charged: its spans on the wall clock of its city, without the days that are free.
#[derive(Debug, Clone, Copy)]
pub struct Charging<'a> {
    pub tz: Tz,
    pub spans: &'a [TimeSpan],
    /// The calendar whose days are free; `None` when holidays are charged.
    pub free: Option<&'a HolidayCalendar>,
}

impl Charging<'_> {
    /// The local day of a moment.
    #[must_use]
    pub fn local_day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.tz).date_naive()
    }

    /// Whether anything is charged on a local day.
    #[must_use]
    pub fn is_charged_day(&self, date: NaiveDate) -> bool {
        let day = Day::of(date);
        self.spans.iter().any(|span| span.days.contains(&day))
            && self.free.is_none_or(|calendar| calendar.holiday_on(date).is_none())
    }

    /// The charged period that holds `at` (its end excluded), joined over midnight where the next day goes on at once.
    /// The end is exact when it lies before `enough`, else it is some moment at or after `enough`.
    #[must_use]
    pub fn period_at(&self, at: DateTime<Utc>, enough: DateTime<Utc>) -> Option<Period> {
        let mut date = self.local_day(at);
        let mut period = self.of_day(date).into_iter().flatten().find(|it| it.opens_at <= at && at < it.closes_at)?;
        while period.closes_at < enough {
            // A following span of the same day, or the next day from midnight on.
            let next = self.of_day(date).into_iter().flatten().find(|it| it.opens_at == period.closes_at);
            let next = match next {
                Some(next) => next,
                None => {
                    date = date.succ_opt()?;
                    match self.of_day(date).into_iter().flatten().find(|it| it.opens_at == period.closes_at) {
                        Some(next) => next,
                        None => break,
                    }
                }
            };
            period.closes_at = next.closes_at;
        }
        Some(period)
    }

    /// The first moment after `at` at which charging begins; `None` when none comes within weeks.
    #[must_use]
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut date = self.local_day(at);
        for _ in 0..HORIZON_DAYS {
            let opening = self.of_day(date).into_iter().flatten().map(|it| it.opens_at).filter(|it| *it > at).min();
            if opening.is_some() {
                return opening;
            }
            date = date.succ_opt()?;
        }
        None
    }

    /// The first charged local day after `date`.
    #[must_use]
    pub fn next_charged_day(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days().skip(1).take(HORIZON_DAYS as usize).find(|day| self.is_charged_day(*day))
    }

    /// The moment `minutes` of charged time after `start`; `start` must be charged.
    #[must_use]
    pub fn after_charged_minutes(&self, start: DateTime<Utc>, minutes: u32) -> Option<DateTime<Utc>> {
        let mut left = TimeDelta::minutes(minutes.into());
        let mut at = start;
        loop {
            let end = at.checked_add_signed(left)?;
            let period = self.period_at(at, end)?;
            if end <= period.closes_at {
                return Some(end);
            }
            left -= period.closes_at - at;
            at = self.next_opening(period.closes_at - TimeDelta::milliseconds(1))?;
        }
    }

    /// The charged stretches of one local day; none on a free one.
    fn of_day(&self, date: NaiveDate) -> Option<impl Iterator<Item = Period>> {
        let day = Day::of(date);
        let tz = self.tz;
        self.is_charged_day(date).then(|| {
            self.spans.iter().filter(move |span| span.days.contains(&day)).filter_map(move |span| {
                let opens_at = to_utc(tz, span.from.on(date))?;
                let closes_at = to_utc(tz, span.until.on(date))?;
                (opens_at < closes_at).then_some(Period { opens_at, closes_at })
            })
        })
    }
}

/// A wall-clock moment as an instant. A time that does not exist (clocks went forward) is taken by the offset before the
/// change, so 02:30 is 03:30; a time that comes twice (clocks went back) is the first one.
#[must_use]
pub fn to_utc(tz: Tz, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    let gap = TimeDelta::hours(3);
    let at = match tz.from_local_datetime(&wall).earliest() {
        Some(at) => at,
        None => tz.from_local_datetime(&wall.checked_sub_signed(gap)?).earliest()?.checked_add_signed(gap)?,
    };
    Some(at.with_timezone(&Utc))
}
