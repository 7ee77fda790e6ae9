//! Opening, closing, free days and the change of the clocks.

use crate::support::{around_the_clock, ask, at, belgrade, buy, change_parking, of, quote};
use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::calendar::orthodox_easter;
use mesto_rules::parking::section::{AtClosing, SoldAhead};
use mesto_rules::{Notice, PayMethod, QuoteAsk, Refusal, Stay, Stays, TimeOfDay};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn refused_until(zone: &str, when: &str) -> DateTime<Utc> {
    match quote(zone, 30, when).unwrap_err() {
        Refusal::NotChargedNow { next_opening } => next_opening.unwrap(),
        other => panic!("{when}: {other}"),
    }
}

#[test]
fn orthodox_easter_is_computed_as_the_church_has_it() {
    for (year, sunday) in [
        (1999, "1999-04-11"),
        (2000, "2000-04-30"),
        (2010, "2010-04-04"),
        (2016, "2016-05-01"),
        (2021, "2021-05-02"),
        (2022, "2022-04-24"),
        (2023, "2023-04-16"),
        (2024, "2024-05-05"),
        (2025, "2025-04-20"),
        (2026, "2026-04-12"),
        (2027, "2027-05-02"),
        (2028, "2028-04-16"),
    ] {
        assert_eq!(orthodox_easter(year), Some(day(sunday)), "{year}");
    }
    assert_eq!(orthodox_easter(2100), None); // the calendars part by another day
}

#[test]
fn a_published_easter_goes_before_the_computed_one() {
    let mut calendar = belgrade().sections.calendar.clone();
    assert_eq!(calendar.holiday_on(day("2028-04-17")), Some("easter_monday")); // computed
    calendar.easter_sundays.insert(2028, day("2028-04-09"));
    assert_eq!(calendar.holiday_on(day("2028-04-17")), None);
    assert_eq!(calendar.holiday_on(day("2028-04-10")), Some("easter_monday"));
}

#[test]
fn a_holiday_on_sunday_moves_to_the_next_working_day() {
    let holiday = |date| belgrade().sections.calendar.holiday_on(day(date));
    assert_eq!(holiday("2023-01-03"), Some("new_year")); // 1 January a Sunday, the 2nd a holiday itself
    assert_eq!(holiday("2023-01-04"), None);
    assert_eq!(holiday("2025-02-17"), Some("statehood_second")); // 16 February a Sunday
    assert_eq!(holiday("2026-02-17"), Some("statehood")); // 15 February a Sunday, the 16th a holiday itself
    assert_eq!(holiday("2026-02-18"), None);
    assert_eq!(holiday("2027-05-04"), Some("labour_second")); // 2 May is Easter Sunday, the 3rd Easter Monday
    assert_eq!(holiday("2024-01-08"), None); // Christmas does not move
}

#[test]
fn nothing_is_sold_on_a_free_day_and_the_next_opening_is_named_bg_45() {
    assert_eq!(refused_until("red", "2025-03-02 10:00"), at("2025-03-03 07:00")); // Sunday
    assert_eq!(refused_until("blue", "2025-03-02 10:00"), at("2025-03-03 08:00"));
    assert_eq!(refused_until("red", "2025-11-11 10:00"), at("2025-11-12 07:00")); // Armistice Day
    assert_eq!(refused_until("red", "2025-04-18 10:00"), at("2025-04-22 07:00")); // Good Friday to Easter Monday
    assert_eq!(refused_until("a", "2026-02-14 14:00"), at("2026-02-18 07:00")); // Saturday, Sunday, 16th, moved 17th
    assert_eq!(refused_until("red", "2022-12-31 14:00"), at("2023-01-04 07:00"));
}

#[test]
fn the_opening_is_charged_and_the_closing_is_not_bg_60() {
    assert_eq!(quote("red", 30, "2025-03-03 07:00").unwrap().notices, [Notice::RoundedUp { asked: 30, granted: 60 }]);
    assert_eq!(quote("red", 1, "2025-03-03 20:59").unwrap().granted_minutes, 1);
    assert_eq!(refused_until("red", "2025-03-03 21:00"), at("2025-03-04 07:00"));
    assert_eq!(refused_until("red", "2025-03-08 14:00"), at("2025-03-10 07:00"));
}

#[test]
fn the_last_seconds_before_closing_can_be_paid_bg_60() {
    let quote = quote("red", 60, "2025-03-03 20:59:30").unwrap();
    assert_eq!((quote.granted_minutes, quote.ends_at), (1, at("2025-03-03 21:00")));
}

#[test]
fn a_ticket_across_closing_ends_there_and_says_so_bg_60() {
    let closes_at = at("2025-03-03 21:00");
    let cut = quote("red", 60, "2025-03-03 20:30").unwrap();
    assert_eq!(cut.notices, [Notice::EndsAtClosing { asked: 60, granted: 30, closes_at }]);
    assert_eq!(quote("red", 60, "2025-03-03 20:00").unwrap().notices, []); // ends there by itself
    let rounded = quote("yellow", 61, "2025-03-03 19:30").unwrap(); // two hours paid, one and a half left
    assert_eq!(
        rounded.notices,
        [Notice::RoundedUp { asked: 61, granted: 90 }, Notice::EndsAtClosing { asked: 61, granted: 90, closes_at }]
    );
    assert_eq!(rounded.total.to_string(), "130.00 RSD");
}

#[test]
fn seconds_of_extended_time_before_closing_are_part_of_the_ticket_and_not_paid_bg_46_bg_60() {
    // Zone, closing minus limited time, its minutes, more than it, and the prices of both.
    let zones = [
        ("red", "19:59", 60, 90, "80.00 RSD"),
        ("yellow", "18:59", 120, 180, "130.00 RSD"),
        ("green", "17:59", 180, 240, "165.00 RSD"),
    ];
    let closes_at = at("2025-09-03 21:00");
    for (zone, minute, limited, asked, total) in zones {
        let quoted = |minutes, second: &str| quote(zone, minutes, &format!("2025-09-03 {minute}:{second}")).unwrap();
        for second in ["01", "30", "59"] {
            for minutes in [limited + 1, asked] {
                let cut = quoted(minutes, second);
                assert_eq!(
                    (cut.granted_minutes, cut.total.to_string()),
                    (limited, total.to_owned()),
                    "{zone} {second}"
                );
                assert_eq!((cut.ends_at, cut.latest_end_at), (closes_at, closes_at), "{zone} {second}");
                let notice = Notice::EndsAtClosing { asked: minutes, granted: limited, closes_at };
                assert_eq!(cut.notices, [notice], "{zone} {second}");
            }
            // Who asks for limited time alone gets that.
            let short = quoted(limited, second);
            assert_eq!((short.granted_minutes, short.total.to_string()), (limited, total.to_owned()));
            assert_eq!(short.ends_at, short.starts_at + chrono::TimeDelta::minutes(limited.into()));
        }
        // A whole minute is paid as extended time.
        let whole = quoted(asked, "00");
        assert_eq!((whole.granted_minutes, whole.ends_at, whole.lines.len()), (limited + 1, closes_at, 2), "{zone}");
    }
}

#[test]
fn an_extension_ends_at_closing_too_and_after_it_nothing_is_sold_bg_46_bg_60() {
    // Two hours of yellow are limited time; the stay begins 30 seconds before 19:00.
    let (_, stay) = buy(belgrade(), &ask("yellow", 60, "2025-09-03 18:59:30"));
    let more = QuoteAsk { stays: of(&stay), ..ask("yellow", 120, "2025-09-03 19:30") };
    let second = mesto_rules::quote(belgrade(), &more).unwrap();
    let closes_at = at("2025-09-03 21:00");
    assert_eq!((second.starts_at, second.ends_at), (at("2025-09-03 19:59:30"), closes_at));
    assert_eq!((second.granted_minutes, second.total.to_string()), (60, "65.00 RSD".to_owned()));
    assert_eq!(second.notices, [Notice::EndsAtClosing { asked: 120, granted: 60, closes_at }]);
    let after = Stay::after_purchase(belgrade(), Some(&stay), &second).unwrap();
    let third = QuoteAsk { stays: of(&after), ..ask("yellow", 1, "2025-09-03 20:59:45") };
    let closed = Refusal::NotChargedNow { next_opening: Some(at("2025-09-04 07:00")) };
    assert_eq!(mesto_rules::quote(belgrade(), &third), Err(closed));
    // Who stopped at the end of limited time and asks for the seconds alone buys a unit of them.
    let (_, stay) = buy(belgrade(), &ask("red", 60, "2025-09-03 19:59:30"));
    let seconds = QuoteAsk { stays: of(&stay), ..ask("red", 30, "2025-09-03 20:30") };
    let seconds = mesto_rules::quote(belgrade(), &seconds).unwrap();
    assert_eq!((seconds.granted_minutes, seconds.total.to_string()), (1, "120.00 RSD".to_owned()));
    assert_eq!((seconds.starts_at, seconds.ends_at), (at("2025-09-03 20:59:30"), closes_at));
}

#[test]
fn what_was_promised_with_seconds_before_closing_is_kept_bg_47_bg_60() {
    let city = belgrade();
    let promised = quote("red", 90, "2025-09-03 19:59:30").unwrap();
    for now in ["2025-09-03 19:59:30", "2025-09-03 19:59:59", "2025-09-03 20:00:00", "2025-09-03 20:00:59"] {
        let sold = promised.sold(city, at(now), Stays::default(), PayMethod::Deposit).unwrap();
        assert_eq!((sold.granted_minutes, sold.ends_at), (60, at("2025-09-03 21:00")), "{now}");
        assert_eq!(sold.total, promised.total);
    }
}

#[test]
fn an_extension_at_closing_is_refused_bg_60() {
    let (_, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 20:30"));
    let more = QuoteAsk { stays: of(&stay), ..ask("red", 30, "2025-03-03 20:50") };
    let refusal = mesto_rules::quote(belgrade(), &more).unwrap_err();
    assert_eq!(refusal, Refusal::NotChargedNow { next_opening: Some(at("2025-03-04 07:00")) });
}

#[test]
fn a_city_may_sell_ahead_of_a_free_day() {
    let mut city = belgrade().clone();
    change_parking(&mut city, |parking| parking.policy.sold_ahead = SoldAhead::NextOpening);
    let quote = mesto_rules::quote(&city, &ask("red", 60, "2025-03-01 20:00")).unwrap();
    assert_eq!(quote.notices, [Notice::StartsAtOpening { opens_at: at("2025-03-03 07:00") }]);
    assert_eq!(quote.ends_at, at("2025-03-03 08:00"));
}

#[test]
fn a_city_may_let_tickets_roll_over_closing() {
    let mut city = belgrade().clone();
    change_parking(&mut city, |parking| parking.policy.at_closing = AtClosing::GoesOnAtOpening);
    let (first, stay) = buy(&city, &ask("red", 60, "2025-03-03 20:30"));
    assert_eq!(first.ends_at, at("2025-03-04 07:30"));
    assert_eq!((first.granted_minutes, first.stay.left_minutes), (60, Some(30)));
    assert_eq!(first.stay.deadline, Some(at("2025-03-04 08:00"))); // 90 charged minutes
    assert_eq!(first.notices, [Notice::RollsOver { ends_at: at("2025-03-04 07:30") }]);
    let more = QuoteAsk { stays: of(&stay), ..ask("red", 60, "2025-03-04 07:10") };
    let (second, _) = buy(&city, &more);
    assert_eq!((second.total.to_string(), second.ends_at), ("120.00 RSD".to_owned(), at("2025-03-04 08:00")));
    // Over a Saturday's closing to Monday.
    assert_eq!(buy(&city, &ask("red", 60, "2025-03-08 13:30")).0.ends_at, at("2025-03-10 07:30"));
}

#[test]
fn a_lot_open_around_the_clock_has_no_closing_bg_09_bg_41() {
    let city = around_the_clock("blue");
    let quote = mesto_rules::quote(&city, &ask("blue", 3000, "2025-03-03 23:30")).unwrap();
    assert_eq!((quote.granted_minutes, quote.notices), (3000, vec![]));
    assert_eq!(quote.total.to_string(), "2250.00 RSD");
}

#[test]
fn a_free_day_closes_a_lot_open_around_the_clock_at_midnight() {
    let city = around_the_clock("blue");
    let quote = mesto_rules::quote(&city, &ask("blue", 120, "2025-12-31 23:30")).unwrap();
    assert_eq!(quote.ends_at, at("2026-01-01 00:00"));
}

#[test]
fn the_tariff_at_the_start_counts_at_midnight_bg_45() {
    let city = around_the_clock("red");
    let total = |when| mesto_rules::quote(&city, &ask("red", 60, when)).unwrap().total.to_string();
    assert_eq!(total("2025-01-31 23:59:59"), "60.00 RSD"); // ends in February
    assert_eq!(total("2025-02-01 00:00"), "80.00 RSD");
}

#[test]
fn length_is_elapsed_time_when_the_clocks_change() {
    let city = around_the_clock("red");
    let spring = mesto_rules::quote(&city, &ask("red", 60, "2026-03-29 01:30")).unwrap();
    assert_eq!(spring.ends_at, at("2026-03-29 03:30")); // 02:00 to 03:00 does not exist
    let autumn = mesto_rules::quote(&city, &ask("red", 60, "2025-10-26 01:30")).unwrap();
    assert_eq!(autumn.ends_at, "2025-10-26T00:30:00Z".parse::<DateTime<Utc>>().unwrap()); // 02:30, the first time
    let twice = mesto_rules::quote(&city, &ask("red", 90, "2025-10-26 01:30")).unwrap();
    assert_eq!(twice.ends_at, "2025-10-26T01:00:00Z".parse::<DateTime<Utc>>().unwrap()); // 02:00, the second time
}

#[test]
fn an_opening_in_the_hour_that_comes_twice_is_never_in_the_past() {
    let mut city = around_the_clock("red");
    change_parking(&mut city, |parking| {
        let zone = parking.zones.iter_mut().find(|zone| zone.id == "red").unwrap();
        let mesto_rules::Fact::Known(hours) = &mut zone.hours else { panic!("known") };
        hours.value[0].from = "02:30".parse().unwrap();
    });
    let opening = |when: &str| {
        let now: DateTime<Utc> = when.parse().unwrap();
        let ask = QuoteAsk { now, ..ask("red", 30, "2025-10-26 10:00") };
        mesto_rules::quote(&city, &ask).unwrap().starts_at.to_rfc3339()
    };
    assert_eq!(opening("2025-10-26T00:10:00Z"), "2025-10-26T00:30:00+00:00"); // 02:10, the first time
    assert_eq!(opening("2025-10-26T01:10:00Z"), "2025-10-26T01:30:00+00:00"); // 02:10, the second time
}

#[test]
fn opening_is_wall_clock_time_when_the_clocks_change() {
    assert_eq!(refused_until("red", "2026-03-29 10:00"), "2026-03-30T05:00:00Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(refused_until("red", "2026-03-22 10:00"), "2026-03-23T06:00:00Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(refused_until("red", "2025-10-26 10:00"), "2025-10-27T06:00:00Z".parse::<DateTime<Utc>>().unwrap());
}

#[test]
fn a_time_of_day_is_hours_and_minutes() {
    for good in ["00:00", "07:05", "23:59", "24:00"] {
        assert_eq!(good.parse::<TimeOfDay>().unwrap().to_string(), good);
    }
    for bad in ["7:00", "24:01", "25:00", "12:60", "12", "", "ab:cd", "-1:00", "07:00:00"] {
        assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
    }
}
