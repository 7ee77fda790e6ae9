//! One rule of stays: what counts is said by the city, and the answer does not depend on how one
//! asks.

use crate::support::{around_the_clock, ask, at, belgrade, buy, change_parking, of, parking, quote};
use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::parking::section::{MoreThanLeft, Rate, StayLimit, StayPer, Zone};
use mesto_rules::{City, LineKind, Money, Notice, PayMethod, Quote, QuoteAsk, Refusal, Stay, Stays};
use proptest::prelude::*;

fn counting(stay_per: StayPer) -> City {
    let mut city = belgrade().clone();
    change_parking(&mut city, |parking| parking.policy.stay_per = stay_per);
    city
}

fn ask_with<'a>(
    zone: &'a str,
    minutes: u32,
    now: &str,
    plate: Option<&'a Stay>,
    user: Option<&'a Stay>,
) -> QuoteAsk<'a> {
    QuoteAsk { stays: Stays { plate, user }, ..ask(zone, minutes, now) }
}

#[test]
fn belgrade_counts_by_plate_so_that_a_second_car_can_be_paid_for_bg_48() {
    let (_, of_first_car) = buy(belgrade(), &ask("yellow", 180, "2025-03-03 10:00"));
    let second_car = ask_with("yellow", 60, "2025-03-03 12:50", None, Some(&of_first_car));
    let quote = mesto_rules::quote(belgrade(), &second_car).unwrap();
    assert_eq!((quote.granted_minutes, quote.total.to_string()), (60, "65.00 RSD".to_owned()));
    assert_eq!((quote.stay.deadline, quote.notices), (Some(at("2025-03-03 15:50")), vec![]));
}

#[test]
fn a_city_may_count_by_user_across_his_cars_bg_48() {
    let city = counting(StayPer::User);
    let (_, of_first_car) = buy(&city, &ask("red", 60, "2025-03-03 10:00"));
    let quote = mesto_rules::quote(&city, &ask_with("red", 60, "2025-03-03 10:10", None, Some(&of_first_car))).unwrap();
    let deadline = at("2025-03-03 11:30");
    assert_eq!((quote.granted_minutes, quote.stay.deadline), (80, Some(deadline)));
    assert_eq!(quote.total.to_string(), "200.00 RSD");
    // The car itself was here before, with another user: that does not count, but its paid time is
    // not sold twice.
    let (_, of_car) = buy(&city, &ask("red", 60, "2025-03-03 09:50"));
    let quote = mesto_rules::quote(&city, &ask_with("red", 30, "2025-03-03 10:10", Some(&of_car), None)).unwrap();
    assert_eq!((quote.starts_at, quote.total.to_string()), (at("2025-03-03 10:50"), "80.00 RSD".to_owned()));
}

#[test]
fn with_both_the_plate_prices_and_the_earlier_deadline_holds_and_is_said_bg_48() {
    let city = counting(StayPer::Both);
    // The user's other car since 09:00, to 12:00; this car since 10:30, to 11:30.
    let (_, of_user) = buy(&city, &ask("yellow", 180, "2025-03-03 09:00"));
    let (_, of_plate) = buy(&city, &ask("yellow", 60, "2025-03-03 10:30"));
    let asked = |minutes| {
        let ask = ask_with("yellow", minutes, "2025-03-03 11:20", Some(&of_plate), Some(&of_user));
        mesto_rules::quote(&city, &ask).unwrap()
    };
    let deadline = at("2025-03-03 12:00");
    let another = Notice::AnotherTicketLimits { deadline };
    let short = asked(10);
    // Limited time of the plate's second hour, cut at the user's deadline.
    let new_stay_at = at("2025-03-03 12:30");
    let clipped = |asked| Notice::Clipped { asked, offered: 30, deadline, new_stay_at };
    assert_eq!((short.granted_minutes, short.total.to_string()), (30, "65.00 RSD".to_owned()));
    assert_eq!(short.notices, [clipped(10), another.clone(), Notice::RoundedUp { asked: 10, granted: 30 }]);
    let long = asked(60);
    assert_eq!((long.granted_minutes, long.total, long.ends_at), (30, short.total, deadline));
    assert_eq!((long.stay.started_at, long.stay.deadline), (of_plate.started_at, Some(deadline)));
    assert_eq!(long.notices, [clipped(60), another]);
    assert_eq!(long.stay.left_minutes, Some(0));
}

#[test]
fn with_both_a_first_car_of_his_is_limited_by_the_other_one_bg_48() {
    let city = counting(StayPer::Both);
    let (_, of_user) = buy(&city, &ask("red", 90, "2025-03-03 10:00"));
    let ask = |now| ask_with("red", 60, now, None, Some(&of_user));
    let quote = mesto_rules::quote(&city, &ask("2025-03-03 11:00")).unwrap();
    assert_eq!((quote.granted_minutes, quote.total.to_string()), (30, "80.00 RSD".to_owned()));
    let until = at("2025-03-03 12:00");
    assert_eq!(mesto_rules::quote(&city, &ask("2025-03-03 11:40")), Err(Refusal::NoReturn { until }));
    assert_eq!(mesto_rules::quote(&city, &ask("2025-03-03 12:00")).unwrap().granted_minutes, 60);
}

#[test]
fn what_is_left_ends_with_the_deadline_or_with_charging_whichever_comes_first_bg_48_bg_60() {
    let left = |zone, minutes, when| quote(zone, minutes, when).unwrap().stay.left_minutes;
    assert_eq!(left("red", 60, "2025-03-03 19:45"), Some(15)); // 20:45; 30 to the deadline, 15 to closing
    assert_eq!(left("red", 60, "2025-03-03 20:30"), Some(0));
    assert_eq!(left("red", 60, "2025-03-03 19:30"), Some(30)); // both at 21:00
    assert_eq!(left("red", 60, "2025-03-03 19:00"), Some(30));
    assert_eq!(left("blue", 60, "2025-03-03 19:45"), None);
}

#[test]
fn over_the_limit_and_closed_the_advice_is_true_at_that_moment_bg_50_bg_60() {
    let refused = |minutes, when| quote("red", minutes, when).unwrap_err();
    let closed = Refusal::NotChargedNow { next_opening: Some(at("2025-03-04 07:00")) };
    assert_eq!(refused(91, "2025-03-03 21:30"), closed);
    assert_eq!(refused(60, "2025-03-03 21:30"), closed);
    // Half an hour before closing half an hour can be bought.
    let allowed = |allowed| Refusal::MaxStayExceeded { asked: 91, max_stay: 90, allowed };
    assert_eq!(refused(91, "2025-03-03 20:30"), allowed(30));
    assert_eq!(refused(91, "2025-03-03 10:00"), allowed(90));
    let mut city = belgrade().clone();
    change_parking(&mut city, |parking| parking.policy.more_than_left = MoreThanLeft::Refuse);
    let (_, stay) = buy(&city, &ask("red", 60, "2025-03-03 19:40"));
    // 30 minutes of the stay are left and 20 until closing: it is cut by closing, not refused for
    // the limit.
    let more = |minutes, now| mesto_rules::quote(&city, &QuoteAsk { stays: of(&stay), ..ask("red", minutes, now) });
    let quote = more(60, "2025-03-03 20:35").unwrap();
    let closes_at = at("2025-03-03 21:00");
    assert_eq!(quote.notices, [Notice::EndsAtClosing { asked: 60, granted: 20, closes_at }]);
}

#[test]
fn one_reason_is_given_for_less_the_one_that_binds_bg_48_bg_60() {
    let notices = |bought, asked| {
        let (_, stay) = buy(belgrade(), &ask("red", 60, bought));
        mesto_rules::quote(belgrade(), &QuoteAsk { stays: of(&stay), ..ask("red", 60, asked) }).unwrap().notices
    };
    // Closing at 21:00 comes before the deadline, with it, after it.
    let closing = |granted| vec![Notice::EndsAtClosing { asked: 60, granted, closes_at: at("2025-03-03 21:00") }];
    assert_eq!(notices("2025-03-03 19:40", "2025-03-03 20:20"), closing(20));
    assert_eq!(notices("2025-03-03 19:30", "2025-03-03 20:20"), closing(30));
    let deadline = at("2025-03-03 20:50");
    let clipped = Notice::Clipped { asked: 60, offered: 30, deadline, new_stay_at: deadline };
    assert_eq!(notices("2025-03-03 19:20", "2025-03-03 20:10"), [clipped]);
}

#[test]
fn a_second_of_the_old_stay_says_when_a_new_one_may_begin_bg_48() {
    let (_, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 10:00"));
    let asked = |minutes, now| {
        mesto_rules::quote(belgrade(), &QuoteAsk { stays: of(&stay), ..ask("red", minutes, now) }).unwrap()
    };
    let (deadline, new_stay_at) = (at("2025-03-03 11:30"), at("2025-03-03 11:30"));
    for minutes in [1, 60] {
        let last = asked(minutes, "2025-03-03 11:29:59");
        assert_eq!((last.granted_minutes, last.total.to_string()), (1, "120.00 RSD".to_owned()));
        assert_eq!(last.notices, [Notice::Clipped { asked: minutes, offered: 1, deadline, new_stay_at }]);
    }
    assert_eq!(asked(60, "2025-03-03 11:30").total.to_string(), "80.00 RSD");
}

#[test]
fn no_unit_of_the_next_rate_is_paid_for_seconds_bg_46() {
    // A stay is the user's here, and another car of his goes on with it: its limited time ends at
    // 20:59:59, a second before closing.
    let city = &cities()[4];
    assert_eq!(parking(city).policy.stay_per, StayPer::User);
    let user = stay(city, "yellow", &[(1261, 1)], at("2025-03-06 19:21"));
    let asked = |minutes| {
        let stays = Stays { plate: None, user: user.as_ref() };
        mesto_rules::quote(city, &QuoteAsk { stays, ..ask("yellow", minutes, "2025-03-06 19:21") }).unwrap()
    };
    // The second is part of a ticket that was asked for beyond it.
    for (minutes, ends) in [(61, "20:59:59"), (98, "20:59:59"), (99, "21:00:00"), (180, "21:00:00")] {
        let quote = asked(minutes);
        assert_eq!((quote.granted_minutes, quote.total.to_string()), (99, "130.00 RSD".to_owned()), "{minutes}");
        assert_eq!(quote.ends_at, at(&format!("2025-03-06 {ends}")), "{minutes}");
    }
}

#[test]
fn a_new_stay_is_announced_for_a_moment_that_is_charged_bg_48() {
    // Paid until closing at 21:00; the break is over at 21:30, when nothing is charged any more.
    let (_, stay) = buy(belgrade(), &ask("yellow", 180, "2025-03-03 17:55"));
    let more = QuoteAsk { stays: of(&stay), ..ask("yellow", 60, "2025-03-03 20:54") };
    let refusal = mesto_rules::quote(belgrade(), &more).unwrap_err();
    let next_possible_at = at("2025-03-04 07:00");
    assert_eq!(refusal, Refusal::LimitReached { deadline: at("2025-03-03 20:55"), next_possible_at });
}

/// Minutes granted, total and end by walking the minutes one by one; of a stay that began `offset`
/// minutes ago.
fn walked(zone: &Zone, rates: &[Rate], asked: u32, offset: u32, room: u32) -> (u32, Money) {
    let StayLimit::Minutes { limited, .. } = *zone.limits.stay.known().unwrap() else { panic!("a limit") };
    let extended = |minute: u32| limited <= minute;
    let mut total = Money::zero(belgrade().currency);
    let (mut minute, mut paid_to, mut tier) = (offset, offset, None);
    while minute < offset + room {
        if minute >= paid_to || tier != Some(extended(minute)) {
            if minute >= offset + asked {
                break;
            }
            tier = Some(extended(minute));
            let rate = rates.iter().find(|rate| rate.end_minutes.is_none_or(|end| end > minute)).unwrap();
            total = total.checked_add(rate.price.known().unwrap()).unwrap();
            paid_to = minute + rate.unit_minutes.get();
        }
        minute += 1;
    }
    (minute - offset, total)
}

fn cities() -> &'static [City] {
    use std::sync::LazyLock;
    static CITIES: LazyLock<Vec<City>> = LazyLock::new(|| {
        let mut all = Vec::new();
        for stay_per in [StayPer::Plate, StayPer::User, StayPer::Both] {
            for more_than_left in [MoreThanLeft::SellTheRest, MoreThanLeft::Refuse] {
                for mut city in [belgrade().clone(), around_the_clock("red")] {
                    change_parking(&mut city, |parking| {
                        parking.policy.stay_per = stay_per;
                        parking.policy.more_than_left = more_than_left;
                    });
                    all.push(city);
                }
            }
        }
        all
    });
    &CITIES
}

/// A stay of some purchases before `now`.
fn stay(city: &City, zone: &str, bought: &[(i64, u32)], now: DateTime<Utc>) -> Option<Stay> {
    let mut stay: Option<Stay> = None;
    for (before, minutes) in bought {
        let stays = Stays { plate: stay.as_ref(), user: stay.as_ref() };
        let ask = QuoteAsk {
            zone,
            minutes: *minutes,
            now: now - TimeDelta::seconds(*before),
            stays,
            pay: PayMethod::Deposit,
        };
        if let Ok(quote) = mesto_rules::quote(city, &ask) {
            stay = Some(Stay::after_purchase(city, stay.as_ref(), &quote).unwrap());
        }
    }
    stay
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn asking_for_more_never_gives_less_and_the_same_minutes_cost_the_same_bg_45_bg_48(
        place in 0..12_usize, zone in prop::sample::select(vec!["a", "red", "yellow", "green"]),
        second in 0..2 * 86_400_i64,
        plate in prop::collection::vec((0..9_000_i64, 1..240_u32), 0..3),
        user in prop::collection::vec((0..9_000_i64, 1..240_u32), 0..3),
    ) {
        let city = &cities()[place];
        let now = at("2025-03-06 00:00") + TimeDelta::seconds(second);
        let newest_last = |mut bought: Vec<(i64, u32)>| { bought.sort(); bought.reverse(); bought };
        let (plate, user) = (stay(city, zone, &newest_last(plate), now), stay(city, zone, &newest_last(user), now));
        let stays = Stays { plate: plate.as_ref(), user: user.as_ref() };
        let mut before: Option<Quote> = None;
        let mut refused = false;
        for minutes in 1..=241 {
            let ask = QuoteAsk { zone, minutes, now, stays, pay: PayMethod::Deposit };
            let Ok(quote) = mesto_rules::quote(city, &ask) else { refused = true; continue };
            prop_assert!(!refused, "{minutes} can be had, and less cannot");
            if let Some(before) = &before {
                prop_assert!(before.granted_minutes <= quote.granted_minutes, "{:?} {:?}", before, quote);
                prop_assert!(before.total.amount <= quote.total.amount && before.ends_at <= quote.ends_at);
                prop_assert_eq!(before.granted_minutes == quote.granted_minutes, before.total == quote.total);
                prop_assert_eq!(before.stay.deadline, quote.stay.deadline);
            }
            // Who is told of an end less than he asked for has paid time until that very moment.
            for notice in &quote.notices {
                match notice {
                    Notice::EndsAtClosing { closes_at, .. } => prop_assert_eq!(quote.ends_at, *closes_at),
                    Notice::Clipped { deadline, .. } => prop_assert_eq!(quote.ends_at, *deadline),
                    _ => {}
                }
            }
            let reasons = quote.notices.iter().filter(|it| matches!(it, Notice::Clipped { .. } | Notice::EndsAtClosing { .. }));
            let reasons = reasons.count();
            prop_assert!(reasons <= 1, "one reason for less: {:?}", quote.notices);
            before = Some(quote);
        }
    }

    #[test]
    fn minutes_and_price_are_those_of_a_walk_minute_by_minute_bg_46_bg_48(
        zone in prop::sample::select(vec!["a", "red", "yellow", "green"]),
        started in 0..840_u32, first in 1..240_u32, apart in 0..300_u32, asked in 1..240_u32, user in 0..400_u32, both: bool,
    ) {
        let city = &cities()[if both { 8 } else { 0 }];
        prop_assert_eq!(parking(city).policy.stay_per == StayPer::Both, both);
        let opening = at("2025-03-03 07:00");
        let minute = |minute: u32| opening + TimeDelta::minutes(minute.into());
        let bought = |minutes, at| {
            let ask = QuoteAsk { zone, minutes, now: minute(at), stays: Stays::default(), pay: PayMethod::Deposit };
            mesto_rules::quote(city, &ask).ok().map(|quote| Stay::after_purchase(city, None, &quote).unwrap())
        };
        let (plate, of_user) = (bought(first, started), bought(first, user));
        let now = minute(started + apart);
        let ask = QuoteAsk { zone, minutes: asked, now, stays: Stays { plate: plate.as_ref(), user: of_user.as_ref() }, pay: PayMethod::Deposit };
        // After closing nothing is sold until midnight, and then for the next morning.
        let closing = at("2025-03-03 21:00");
        let Some(quote) = mesto_rules::quote(city, &ask).ok().filter(|_| now < closing) else { return Ok(()) };
        let starts_at = plate.as_ref().map_or(now, |stay| stay.paid_until.max(now));
        prop_assert_eq!(quote.starts_at, starts_at);
        let continued = plate.filter(|stay| starts_at < stay.closes_at);
        let limits = of_user.filter(|stay| both && starts_at < stay.closes_at);
        let began = continued.map_or(starts_at, |stay| stay.started_at);
        let max = parking(city).zone(zone).unwrap().max_stay_minutes().unwrap().length();
        let end = [Some(began + max), limits.map(|stay| stay.started_at + max), Some(closing)].into_iter().flatten().min().unwrap();
        let whole = |length: TimeDelta| u32::try_from(length.num_minutes()).unwrap();
        let tariff = parking(city).tariff_on("2025-03-03".parse().unwrap()).unwrap();
        let expected = walked(parking(city).zone(zone).unwrap(), &tariff.rates[zone], asked, whole(starts_at - began), whole(end - starts_at));
        prop_assert_eq!((quote.granted_minutes, quote.total), expected);
        prop_assert!(quote.lines.iter().all(|line| !matches!(line.kind, LineKind::Other)));
    }
}
