//! Almaty: its clock over the law of 2024, its plates, its holidays, and a city without parking.

use crate::support::almaty;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc, Weekday};
use mesto_rules::calendar::to_utc;
use mesto_rules::kernel::time::Shown;
use mesto_rules::parking::ParkingSection;

use mesto_rules::{ParsedPlate, PlateKind, PlateWarning};
use std::collections::BTreeSet;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn wall(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn read(input: &str) -> ParsedPlate {
    mesto_rules::parse_plate(input, &almaty().sections.plates).unwrap_or_else(|error| panic!("{input}: {error}"))
}

#[test]
fn the_clock_of_almaty_is_the_databases_and_stands_still_for_one_hour_of_2024() {
    let time = &almaty().sections.time;
    let mut at = utc("2023-12-01T00:00:00Z");
    while at < utc("2036-01-01T00:00:00Z") {
        let theirs = at.with_timezone(&chrono_tz::Asia::Almaty);
        assert_eq!(time.local(at).naive_local(), theirs.naive_local(), "{at}");
        let asked = at.naive_utc();
        let theirs = chrono_tz::Asia::Almaty.from_local_datetime(&asked).map(|at| at.to_utc());
        match (time.shown(asked), theirs) {
            (Some(Shown::Once(ours)), chrono::LocalResult::Single(theirs)) => assert_eq!(ours, theirs),
            (Some(Shown::Twice(first, second)), chrono::LocalResult::Ambiguous(earlier, later)) => {
                assert_eq!((first, second), (earlier, later));
                assert_eq!((asked.date(), asked.hour()), ("2024-02-29".parse().unwrap(), 23));
            }
            other => panic!("{asked}: {other:?}"),
        }
        at += TimeDelta::minutes(15);
    }
    // The last hour of 29 February is shown twice, and the day after it begins at UTC+5.
    assert_eq!(time.local(utc("2024-02-29T17:59:00Z")).naive_local(), wall("2024-02-29T23:59:00"));
    assert_eq!(time.local(utc("2024-02-29T18:00:00Z")).naive_local(), wall("2024-02-29T23:00:00"));
    assert_eq!(to_utc(time, wall("2024-03-01T00:00:00")), Some(utc("2024-02-29T19:00:00Z")));
    assert_eq!(almaty().local_day(utc("2024-02-29T18:30:00Z")), "2024-02-29".parse().unwrap());
}

#[test]
fn plates_of_kazakhstan_are_known_however_they_are_typed_av_32() {
    let known = [
        ("123abc02", "123 ABC 02", PlateKind::Standard),
        ("123 AB 02", "123 AB 02", PlateKind::Standard),
        ("777-ba-02", "777 BA 02", PlateKind::Standard),
        ("a123bcd", "A 123 BCD", PlateKind::Standard),
        ("A 001 AA", "A 001 AA", PlateKind::Standard),
        ("d012345", "D 012345", PlateKind::Special),
        ("H 1234 02", "H 1234 02", PlateKind::Special),
    ];
    for (typed, display, kind) in known {
        let plate = read(typed);
        assert_eq!((plate.display.as_str(), &plate.kind), (display, &kind), "{typed}");
        assert_eq!(plate.country.as_deref(), Some("KZ"), "{typed}");
        assert_eq!(plate.sms.as_deref(), Some(plate.canonical.as_str()), "{typed}");
    }
    let foreign = read("01 A 123 BC"); // Uzbekistan
    assert_eq!((foreign.kind, foreign.country), (PlateKind::Foreign, None));
}

#[test]
fn cyrillic_letters_of_a_kazakh_keyboard_are_read_by_their_look_av_32() {
    let plate = read("123 АВС 02");
    assert_eq!((plate.display.as_str(), plate.canonical.as_str()), ("123 ABC 02", "123ABC02"));
    let said = plate.warnings.iter().filter(|warning| matches!(warning, PlateWarning::LookAlike { .. })).count();
    assert_eq!(said, 3);
    // The І and the Ү of Kazakh.
    assert_eq!(read("505 іүт 02").canonical, "505IYT02");
    // No Latin letter looks like these.
    for typed in ["123 АБВ 02", "123 ҚАА 02", "123 УАА 02", "123 ҰАА 02"] {
        let error = mesto_rules::parse_plate(typed, &almaty().sections.plates).unwrap_err();
        assert_eq!(error.code(), "plate_cyrillic", "{typed}");
    }
}

/// Public holidays by the law, each with the years in which it stands on this day.
const PUBLIC: &[(&str, u32, u32, std::ops::RangeInclusive<i32>)] = &[
    ("new_year", 1, 1, 2024..=2030),
    ("new_year_second", 1, 2, 2024..=2030),
    ("womens_day", 3, 8, 2024..=2030),
    ("constitution", 3, 15, 2027..=2030),
    ("nauryz", 3, 21, 2024..=2030),
    ("nauryz_second", 3, 22, 2024..=2030),
    ("nauryz_third", 3, 23, 2024..=2030),
    ("unity", 5, 1, 2024..=2030),
    ("defender", 5, 7, 2024..=2030),
    ("victory", 5, 9, 2024..=2030),
    ("capital", 7, 6, 2024..=2030),
    ("constitution", 8, 30, 2024..=2025),
    ("republic", 10, 25, 2024..=2030),
    ("independence", 12, 16, 2024..=2030),
];

/// Days off that do not move: the Orthodox Christmas and the first day of Kurban Ait.
const UNMOVED: &[&str] = &["2024-06-16", "2025-06-06", "2026-05-27", "2027-05-16"];

#[test]
fn a_holiday_on_a_weekend_moves_to_the_next_working_day_by_the_law() {
    let calendar = &almaty().sections.calendar;
    let mut off: BTreeSet<NaiveDate> = UNMOVED.iter().map(|day| day.parse().unwrap()).collect();
    for year in 2024..=2030 {
        off.insert(NaiveDate::from_ymd_opt(year, 1, 7).unwrap());
        let of_year = PUBLIC.iter().filter(|(.., years)| years.contains(&year));
        off.extend(of_year.map(|(_, month, day, _)| NaiveDate::from_ymd_opt(year, *month, *day).unwrap()));
    }
    let is_weekend = |day: NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    for year in 2024..=2030 {
        for (_, month, day, _) in PUBLIC.iter().filter(|(.., years)| years.contains(&year)) {
            let named = NaiveDate::from_ymd_opt(year, *month, *day).unwrap();
            if is_weekend(named) {
                let next = named.iter_days().find(|day| !is_weekend(*day) && !off.contains(day)).unwrap();
                off.insert(next);
            }
        }
    }
    for day in NaiveDate::from_ymd_opt(2024, 1, 1).unwrap().iter_days().take_while(|day| day.year() <= 2030) {
        assert_eq!(calendar.holiday_on(day).is_some(), off.contains(&day), "{day}: {:?}", calendar.holiday_on(day));
    }
}

#[test]
fn days_off_of_2024_to_2026_are_those_that_were_published() {
    let holiday = |day: &str| almaty().sections.calendar.holiday_on(day.parse().unwrap());
    // eGov.kz by inform.kz, 2 January 2026.
    for (day, name) in [
        ("2026-01-01", Some("new_year")),
        ("2026-01-02", Some("new_year_second")),
        ("2026-01-07", Some("orthodox_christmas")),
        ("2026-03-09", Some("womens_day")),
        ("2026-03-24", Some("nauryz")),
        ("2026-03-25", Some("nauryz_second")),
        ("2026-03-26", None),
        ("2026-05-11", Some("victory")),
        ("2026-05-27", Some("kurban_ait")),
        ("2026-08-30", None), // the new Constitution of 15 March 2026 took it away
        ("2026-08-31", None),
        ("2026-10-26", Some("republic")),
        ("2027-03-15", Some("constitution")),
        // ZTB News, 2025.
        ("2025-03-10", Some("womens_day")),
        ("2025-03-24", Some("nauryz_second")),
        ("2025-03-25", Some("nauryz_third")),
        ("2025-07-07", Some("capital")),
        ("2025-09-01", Some("constitution")),
        ("2025-10-27", Some("republic")),
        // Almaty Aqshamy, 2024.
        ("2024-03-25", Some("nauryz_third")),
        ("2024-07-08", Some("capital")),
        ("2024-01-08", None), // Christmas was a Sunday
        ("2024-06-17", None), // Kurban Ait was a Sunday
    ] {
        assert_eq!(holiday(day), name, "{day}");
    }
}

#[test]
fn almaty_has_its_languages_its_terms_and_no_parking_av_02() {
    let city = almaty();
    assert_eq!((city.currency.code(), city.languages.join(" ")), ("KZT", "kk ru en".to_owned()));
    assert!(city.section::<ParkingSection>().is_err());
    for language in ["kk", "ru"] {
        assert_eq!(city.terms[0].links.get(language), "https://avtobys.kz/rules/");
    }
    assert!(city.sections.wallet.deposit.values.iter().all(|value| value.is_integer()));
}
