//! The clock that a city brings: the same as the IANA database's for as long as it speaks, and a
//! law that no database knows.

use crate::support::{at, belgrade};
use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Europe::Belgrade;
use mesto_rules::calendar::to_utc;
use mesto_rules::kernel::time::{OffsetChange, Shown, TimeError};
use mesto_rules::{Refusal, TimeRules};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn wall(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// Almaty by the law of 2024, as a city's author writes it.
fn almaty() -> TimeRules {
    let law = OffsetChange { at: utc("2024-02-29T18:00:00Z"), offset_minutes: 300 };
    TimeRules::new("Asia/Almaty".into(), 360, vec![law], "2030-01-01".parse().unwrap()).unwrap()
}

#[test]
fn the_clock_of_belgrade_is_the_databases_for_every_quarter_of_an_hour() {
    let time = &belgrade().sections.time;
    let mut at = utc("2021-12-01T00:00:00Z");
    while at < utc("2036-01-01T00:00:00Z") {
        let ours = time.local(at).naive_local();
        assert_eq!(ours, at.with_timezone(&Belgrade).naive_local(), "{at}");
        // And back, from a time of the wall clock that may be shown twice or not at all.
        let asked = at.naive_utc();
        let theirs = match Belgrade.from_local_datetime(&asked) {
            LocalResult::Single(one) => Some(Shown::Once(one.to_utc())),
            LocalResult::Ambiguous(first, second) => Some(Shown::Twice(first.to_utc(), second.to_utc())),
            LocalResult::None => None,
        };
        match time.shown(asked) {
            Some(Shown::LeftOut { change, read_before }) => {
                assert_eq!(theirs, None, "{asked}");
                assert_eq!(change.minute(), 0);
                let shown = time.local(read_before).naive_local();
                assert_eq!(shown - asked, TimeDelta::hours(1), "{asked} is read as {shown}");
            }
            ours => assert_eq!(ours, theirs, "{asked}"),
        }
        at += TimeDelta::minutes(15);
    }
}

#[test]
fn a_law_written_by_hand_moves_the_clock() {
    let time = almaty();
    assert_eq!(time.local(utc("2024-02-29T17:59:00Z")).naive_local(), wall("2024-02-29T23:59:00"));
    assert_eq!(time.local(utc("2024-02-29T18:00:00Z")).naive_local(), wall("2024-02-29T23:00:00"));
    assert_eq!(time.local(utc("2024-02-29T19:00:00Z")).naive_local(), wall("2024-03-01T00:00:00"));
    let twice = Shown::Twice(utc("2024-02-29T17:30:00Z"), utc("2024-02-29T18:30:00Z"));
    assert_eq!(time.shown(wall("2024-02-29T23:30:00")), Some(twice));
    assert_eq!(to_utc(&time, wall("2024-02-29T23:30:00")), Some(utc("2024-02-29T17:30:00Z")));
    assert_eq!(to_utc(&time, wall("2024-03-01T12:00:00")), Some(utc("2024-03-01T07:00:00Z")));
    assert_eq!(time.set_back_after(utc("2024-01-01T00:00:00Z")), Some(utc("2024-02-29T18:00:00Z")));
    assert_eq!(time.set_back_after(utc("2024-02-29T18:00:00Z")), None);
}

#[test]
fn times_beyond_all_calendars_are_no_times() {
    for time in [&almaty(), &*belgrade().sections.time] {
        assert_eq!(time.shown(NaiveDateTime::MIN), None);
        assert_eq!(time.shown(NaiveDateTime::MAX), None);
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let _ = belgrade().local_day(at);
        }
    }
}

#[test]
fn rules_that_make_no_sense_are_not_made() {
    let change = |at: &str, offset_minutes| OffsetChange { at: utc(at), offset_minutes };
    let rules = |changes| TimeRules::new("X/Y".into(), 0, changes, "2030-01-01".parse().unwrap());
    let far = rules(vec![change("2024-01-01T00:00:00Z", 901)]).unwrap_err();
    assert_eq!(far, TimeError::OffsetTooFar { minutes: 901 });
    let turned = rules(vec![change("2024-01-01T00:00:00Z", 60), change("2024-01-01T00:00:00Z", 0)]).unwrap_err();
    assert_eq!(turned, TimeError::NotInOrder { at: utc("2024-01-01T00:00:00Z") });
}

#[test]
fn after_the_last_day_of_a_city_nothing_is_sold_and_before_it_everything() {
    let quote = |city: &mesto_rules::City, now| mesto_rules::quote(city, &crate::support::ask("red", 60, now));
    let mut city = belgrade().clone();
    city.outdated_from = "2025-03-04".parse().unwrap();
    assert!(quote(&city, "2025-03-03 20:59").is_ok());
    let outdated = Refusal::CityOutdated { until: "2025-03-04".parse().unwrap() };
    assert_eq!(quote(&city, "2025-03-04 00:00").unwrap_err(), outdated);
    assert_eq!(outdated.code(), "city_outdated");
    assert_eq!(mesto_rules::order::issue(&city, "red", at("2025-03-04 10:00"), None).unwrap_err(), outdated);
    assert!(mesto_rules::order::issue(&city, "red", at("2025-03-03 10:00"), None).is_ok());
}

#[test]
fn what_would_end_after_the_clock_is_known_is_not_sold() {
    use crate::support::around_the_clock;
    let mut city = around_the_clock("red");
    city.outdated_from = "2025-03-04".parse().unwrap();
    let time = &belgrade().sections.time;
    let short = TimeRules::new(time.zone().to_owned(), 60, vec![], "2025-03-04".parse().unwrap()).unwrap();
    city.sections.time = std::sync::Arc::new(short);
    let quote = |now| mesto_rules::quote(&city, &crate::support::ask("red", 60, now));
    assert!(quote("2025-03-03 22:59").is_ok());
    let outdated = Refusal::CityOutdated { until: "2025-03-04".parse().unwrap() };
    assert_eq!(quote("2025-03-03 23:00").unwrap_err(), outdated, "its end is the first moment that nobody knows");
}
