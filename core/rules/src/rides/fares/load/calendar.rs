//! Timeframes, and the days of the services that they name.

use super::super::clock::{ClockTime, ServiceDays, Timeframe};
use super::super::ids::{ServiceId, TimeframeId};
use super::problems::shown;
use super::table::{Row, Sheet};
use super::{Feed, Ids, Tables};
use crate::kernel::calendar::Day;
use chrono::NaiveDate;
use std::collections::BTreeMap;

const TIMEFRAMES: Sheet = Sheet {
    file: "timeframes.txt",
    required: &["timeframe_group_id", "service_id"],
    optional: &["start_time", "end_time"],
    is_complete: true,
};
const CALENDAR: Sheet = Sheet {
    file: "calendar.txt",
    required: &[
        "service_id",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "start_date",
        "end_date",
    ],
    optional: &[],
    is_complete: false,
};
const CALENDAR_DATES: Sheet = Sheet {
    file: "calendar_dates.txt",
    required: &["service_id", "date", "exception_type"],
    optional: &[],
    is_complete: false,
};

const DAYS: [(&str, Day); 7] = [
    ("monday", Day::Mon),
    ("tuesday", Day::Tue),
    ("wednesday", Day::Wed),
    ("thursday", Day::Thu),
    ("friday", Day::Fri),
    ("saturday", Day::Sat),
    ("sunday", Day::Sun),
];

impl Feed<'_> {
    /// Timeframes; the ids that rules may name.
    pub(super) fn timeframes(&mut self, tables: &Tables<'_>) -> Ids {
        let timeframes = tables(&TIMEFRAMES, self.problems);
        let ids = Ids::of(&timeframes, TIMEFRAMES.file, "timeframe_group_id");
        if timeframes.rows().next().is_none() {
            // Nothing else of the fares asks for days.
            return ids;
        }
        let (mut services, service_ids) = self.services(tables);
        // By group and service the intervals, which do not overlap: begin, then end and line.
        let mut read: BTreeMap<(TimeframeId, ServiceId), BTreeMap<ClockTime, (ClockTime, u32)>> = BTreeMap::new();
        for row in timeframes.rows() {
            let group = self.id::<TimeframeId>(row, "timeframe_group_id");
            let service = self.id::<ServiceId>(row, "service_id");
            let is_known = self.refer(row, "service_id", &service_ids);
            let Some((from, until)) = self.times(row) else { continue };
            let Some(key) = group.zip(service).filter(|_| is_known) else { continue };
            let intervals = read.entry(key).or_default();
            let before = intervals.range(..until).next_back();
            if let Some((_, (_, line))) = before.filter(|(_, (end, _))| *end > from) {
                let reason = format!("the interval overlaps the one in row {line} of the same group and service");
                self.wrong(row, "start_time", reason);
                continue;
            }
            intervals.insert(from, (until, row.line));
        }
        for ((group, service), intervals) in read {
            let frames = self.fares.timeframes.entry(group).or_default();
            let frame = |(from, (until, _))| Timeframe { service: service.clone(), from, until };
            frames.extend(intervals.into_iter().map(frame));
            if let Some(days) = services.remove(&service) {
                self.fares.services.insert(service, days);
            }
        }
        for frames in self.fares.timeframes.values_mut() {
            frames.sort();
        }
        ids
    }

    /// When a timeframe begins and ends.
    fn times(&mut self, row: Row<'_>) -> Option<(ClockTime, ClockTime)> {
        let (start, end) = (row.text("start_time"), row.text("end_time"));
        if start.is_empty() && end.is_empty() {
            return Some((ClockTime::START, ClockTime::END));
        }
        for (own, field, other) in [(start, "start_time", "end_time"), (end, "end_time", "start_time")] {
            if own.is_empty() {
                self.wrong(row, field, format!("the field is required where {other} is given"));
            }
        }
        let mut time = |text: &str, field: &str| match text.parse::<ClockTime>() {
            Ok(time) => Some(time),
            Err(error) => {
                if !text.is_empty() {
                    self.wrong(row, field, format!("{} is no time of a timeframe: {error}", shown(text)));
                }
                None
            }
        };
        let (start, end) = (time(start, "start_time"), time(end, "end_time"));
        let (start, end) = (start?, end?);
        if start >= end {
            self.wrong(row, "end_time", "the interval ends before it begins; write one over midnight as two");
            return None;
        }
        Some((start, end))
    }

    /// The days of each service.
    fn services(&mut self, tables: &Tables<'_>) -> (BTreeMap<ServiceId, ServiceDays>, Ids) {
        let (calendar, dates) = (tables(&CALENDAR, self.problems), tables(&CALENDAR_DATES, self.problems));
        let mut services: BTreeMap<ServiceId, ServiceDays> = BTreeMap::new();
        let mut lines = BTreeMap::new();
        for row in calendar.rows() {
            let service = self.id::<ServiceId>(row, "service_id");
            let mut days = Vec::new();
            for (field, day) in DAYS {
                match row.text(field) {
                    "1" => days.push(day),
                    "0" => {}
                    other => self.wrong(row, field, format!("{} is neither 0 nor 1", shown(other))),
                }
            }
            let (begins_on, ends_on) = (self.date(row, "start_date"), self.date(row, "end_date"));
            if begins_on.zip(ends_on).is_some_and(|(first, last)| last < first) {
                self.wrong(row, "end_date", "the service ends before it begins");
            }
            let Some(service) = service else { continue };
            if self.is_first(&mut lines, row, ("service_id", service.clone())) {
                services.insert(service, ServiceDays { days, begins_on, ends_on, ..ServiceDays::default() });
            }
        }
        let mut lines = BTreeMap::new();
        for row in dates.rows() {
            let (service, date) = (self.id::<ServiceId>(row, "service_id"), self.date(row, "date"));
            let is_added = match row.text("exception_type") {
                "1" => Some(true),
                "2" => Some(false),
                other => {
                    self.wrong(row, "exception_type", format!("{} is neither 1 nor 2", shown(other)));
                    None
                }
            };
            let (Some(service), Some(date)) = (service, date) else { continue };
            if self.is_first(&mut lines, row, ("date", (service.clone(), date))) {
                let days = services.entry(service).or_default();
                match is_added {
                    Some(true) => drop(days.added_on.insert(date)),
                    Some(false) => drop(days.removed_on.insert(date)),
                    None => {}
                }
            }
        }
        let mut ids = Ids::of(&calendar, "calendar.txt or calendar_dates.txt", "service_id");
        let own = Ids::of(&dates, "", "service_id");
        ids.known.extend(own.known);
        ids.is_missing &= own.is_missing;
        ids.is_broken |= own.is_broken;
        (services, ids)
    }

    /// A day as `20260427`.
    fn date(&mut self, row: Row<'_>, field: &str) -> Option<NaiveDate> {
        let text = row.text(field);
        let is_digits = text.len() == 8 && text.bytes().all(|sign| sign.is_ascii_digit());
        let part = |from, until| text.get(from..until).and_then(|part: &str| part.parse::<u32>().ok());
        let parts = part(0, 4).zip(part(4, 6)).zip(part(6, 8)).filter(|_| is_digits);
        let date = parts.and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day));
        if date.is_none() {
            self.wrong(row, field, format!("{} is no day, write one as 20260427", shown(text)));
        }
        date
    }
}
