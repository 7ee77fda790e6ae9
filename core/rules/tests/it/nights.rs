//! The nights on which the clocks change: what a driver reads on the sign and on the clock, minute
//! by minute, beside what the rules say.

use crate::support::{ask, belgrade, change_parking, id};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use chrono_tz::{Asia::Almaty, Europe::Belgrade};
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::kernel::time::OffsetChange;
use mesto_rules::{Charging, City, Day, QuoteAsk, TimeOfDay, TimeRules, TimeSpan};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn span(from: &str, until: &str) -> TimeSpan {
    let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
    TimeSpan { days, from: from.parse().unwrap(), until: until.parse().unwrap() }
}

/// Belgrade, but with green charged at these hours of every day.
fn green_charged(hours: &[(&str, &str)]) -> City {
    let mut city = belgrade().clone();
    let value = hours.iter().map(|(from, until)| span(from, until)).collect();
    change_parking(&mut city, |parking| {
        let zone = parking.zones.iter_mut().find(|zone| zone.id == "green").unwrap();
        zone.hours = Fact::Known(Known { value, certainty: Certainty::Assumed, source: id("decision") });
    });
    mesto_rules::check(&city).unwrap();
    city
}

/// An hour in green: minutes granted, total and end.
fn hour(city: &City, now: &str) -> (u32, String, DateTime<Utc>) {
    let now = utc(now);
    let quote = mesto_rules::quote(city, &QuoteAsk { now, ..ask("green", 60, "2025-10-25 10:00") }).unwrap();
    (quote.granted_minutes, quote.total.to_string(), quote.ends_at)
}

#[test]
fn a_zone_that_closes_at_two_closes_the_first_time_when_the_clocks_go_back_bg_60() {
    let city = green_charged(&[("00:00", "02:00"), ("20:00", "24:00")]);
    let half = |ends_at| (30, "55.00 RSD".to_owned(), utc(ends_at));
    // 01:30 of 26 October; 02:00 comes at 00:00 and at 01:00 UTC.
    assert_eq!(hour(&city, "2025-10-25T23:30:00Z"), half("2025-10-26T00:00:00Z"));
    // 01:30 of 29 March; 02:00 is 03:00, at 01:00 UTC.
    assert_eq!(hour(&city, "2026-03-29T00:30:00Z"), half("2026-03-29T01:00:00Z"));
    for closed in ["2025-10-26T00:00:00Z", "2025-10-26T00:30:00Z", "2026-03-29T01:00:00Z"] {
        let now = utc(closed);
        let ask = QuoteAsk { now, ..ask("green", 60, "2025-10-25 10:00") };
        assert_eq!(mesto_rules::quote(&city, &ask).unwrap().starts_at, at_twenty(now), "{closed}");
    }
}

fn at_twenty(day: DateTime<Utc>) -> DateTime<Utc> {
    let date = day.with_timezone(&Belgrade).date_naive();
    date.and_hms_opt(20, 0, 0).unwrap().and_local_timezone(Belgrade).unwrap().with_timezone(&Utc)
}

#[test]
fn a_closing_within_the_hour_that_is_left_out_is_at_the_change_bg_60() {
    let city = green_charged(&[("00:00", "02:30"), ("20:00", "24:00")]);
    assert_eq!(hour(&city, "2026-03-29T00:30:00Z"), (30, "55.00 RSD".into(), utc("2026-03-29T01:00:00Z")));
}

/// A city's clock, minute by minute over three days around a change.
struct Night {
    minutes: Vec<(DateTime<Utc>, NaiveDateTime)>,
}

impl Night {
    fn of((tz, middle): (Tz, &str)) -> Self {
        let first = utc(middle) - TimeDelta::hours(36);
        let minutes = (0..72 * 60).map(|minute| first + TimeDelta::minutes(minute));
        Self { minutes: minutes.map(|at| (at, at.with_timezone(&tz).naive_local())).collect() }
    }

    /// Charged, by sign and clock: the clock shows a time within the hours, and has not shown their
    /// end before.
    fn charged(&self, spans: &[TimeSpan]) -> Vec<bool> {
        let holds = |wall: NaiveDateTime| {
            let minute = TimeOfDay::new(wall.hour() as u16, wall.minute() as u16).unwrap();
            spans
                .iter()
                .find(|span| span.days.contains(&Day::of(wall.date())) && span.from <= minute && minute < span.until)
        };
        // Hours that go on at once are one: their end is the end of the last.
        let end = |wall: NaiveDateTime| -> Option<NaiveDateTime> {
            let moment = |date: NaiveDate, time: TimeOfDay| {
                date.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(time.minutes().into())
            };
            let mut end = moment(wall.date(), holds(wall)?.until);
            for _ in 0..20 {
                match holds(end) {
                    Some(next) => end = moment(end.date(), next.until),
                    None => break,
                }
            }
            Some(end)
        };
        let mut closings: BTreeMap<NaiveDateTime, Option<DateTime<Utc>>> = BTreeMap::new();
        let mut first_shown = |end: NaiveDateTime| {
            let shown = || self.minutes.iter().find(|(_, shown)| *shown >= end).map(|(at, _)| *at);
            *closings.entry(end).or_insert_with(shown)
        };
        let charged = |(at, wall): &(DateTime<Utc>, NaiveDateTime)| {
            end(*wall).is_some_and(|end| first_shown(end).is_none_or(|closed| *at < closed))
        };
        self.minutes.iter().map(charged).collect()
    }
}

/// The clock of a city; Almaty's as the law of 2024 says it, written by hand.
fn rules(zone: Tz) -> TimeRules {
    if zone == Belgrade {
        return TimeRules::clone(&belgrade().sections.time);
    }
    let law = OffsetChange { at: utc("2024-02-29T18:00:00Z"), offset_minutes: 300 };
    TimeRules::new("Asia/Almaty".into(), 360, vec![law], "2030-01-01".parse().unwrap()).unwrap()
}

/// Compares everything that is known about charging with what sign and clock say.
fn agrees(spans: &[TimeSpan], change: (Tz, &str)) {
    let night = Night::of(change);
    let charged = night.charged(spans);
    let time = rules(change.0);
    let charging = Charging { time: &time, spans, free: None };
    let moment = |index: usize| night.minutes[index].0;
    // The first and the last day are there for what begins and ends beside the night.
    let inner = 29 * 60..43 * 60;
    let last = night.minutes.len() - 1;
    let end = |from: usize| (from..last).find(|index| !charged[*index]).unwrap_or(last);
    let opening = |from: usize| (from..last).find(|index| charged[*index]);
    for index in inner {
        let at = moment(index);
        let said = charging.period_at(at, moment(last)).map(|period| period.closes_at.min(moment(last)));
        assert_eq!(
            said,
            charged[index].then(|| moment(end(index))),
            "closing seen at {at}, {:?}",
            night.minutes[index].1
        );
        if !charged[index] {
            assert_eq!(charging.next_opening(at), opening(index).map(moment), "opening seen at {at}");
        }
        if index % 7 == 0 {
            let until = index + 500;
            let sum = charged[index..until].iter().filter(|charged| **charged).count();
            let between = charging.charged_between(at, moment(until));
            assert_eq!(between, TimeDelta::minutes(sum.try_into().unwrap()), "charged from {at} on");
            if charged[index] && sum > 0 {
                let used = (index..).filter(|index| charged[*index]).nth(sum - 1).unwrap() + 1;
                assert_eq!(charging.advance(at, between), Some(moment(used)), "{between} from {at} on");
            }
        }
    }
}

const BACK: (Tz, &str) = (Belgrade, "2025-10-26T01:00:00Z");
const FORWARD: (Tz, &str) = (Belgrade, "2026-03-29T01:00:00Z");
/// Midnight was eleven once more: the law of 1 March 2024.
const BACK_AT_MIDNIGHT: (Tz, &str) = (Almaty, "2024-02-29T18:00:00Z");

#[test]
fn sign_and_clock_agree_with_the_rules_on_both_nights_bg_60() {
    for hours in [
        &[("00:00", "02:00"), ("20:00", "24:00")][..],
        &[("00:00", "02:30")],
        &[("00:00", "03:00")],
        &[("02:00", "03:00")],
        &[("02:10", "02:50")],
        &[("02:30", "24:00")],
        &[("03:00", "05:00")],
        &[("00:00", "02:30"), ("02:30", "05:00")],
        &[("01:00", "02:15"), ("02:45", "04:00")],
        &[("00:00", "24:00")],
        &[("07:00", "21:00")],
        &[("08:00", "23:30")],
        &[("00:00", "01:00"), ("23:30", "24:00")],
    ] {
        let spans: Vec<TimeSpan> = hours.iter().map(|(from, until)| span(from, until)).collect();
        for night in [BACK, FORWARD, BACK_AT_MIDNIGHT] {
            agrees(&spans, night);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_hours_are_kept_on_both_nights_as_sign_and_clock_say_bg_60(
        mut times in prop::collection::btree_set(0..=28_u16, 2..6), back: bool,
    ) {
        // Quarters of an hour until six, and the end of the day.
        if times.len() % 2 == 1 {
            times.pop_last();
        }
        let time = |quarter: &u16| if *quarter > 24 { TimeOfDay::END } else { TimeOfDay::new(quarter / 4, quarter % 4 * 15).unwrap() };
        let times: Vec<TimeOfDay> = times.iter().map(time).collect();
        let spans: Vec<TimeSpan> = times
            .chunks(2)
            .filter(|pair| pair[0] < pair[1])
            .map(|pair| TimeSpan { from: pair[0], until: pair[1], ..span("00:00", "24:00") })
            .collect();
        agrees(&spans, if back { BACK } else { FORWARD });
    }
}
