//! Limits at their boundary: at the value, one below, one above; stays, breaks, and what a refusal
//! says.

use crate::support::{ask, at, belgrade, buy, change_parking, id, of, quote};
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::kernel::pay::UnusedTime;
use mesto_rules::parking::section::MoreThanLeft;
use mesto_rules::{LineKind, Money, Notice, PayMethod, QuoteAsk, Refusal, Stay};

/// At 10:00 of a Monday: minutes asked, then minutes granted and total, or `None` where it is
/// refused.
fn boundary(zone: &str, rows: &[(u32, Option<(u32, &str)>)], max_stay: u32) {
    for (asked, expected) in rows {
        let answer = quote(zone, *asked, "2025-03-03 10:00");
        match expected {
            Some((granted, total)) => {
                let quote = answer.unwrap();
                assert_eq!(
                    (quote.granted_minutes, quote.total.to_string()),
                    (*granted, format!("{total} RSD")),
                    "{asked}"
                );
            }
            None => assert_eq!(
                answer.unwrap_err(),
                Refusal::MaxStayExceeded { asked: *asked, max_stay, allowed: max_stay },
                "{asked}"
            ),
        }
    }
}

#[test]
fn zone_a_sells_30_minutes_and_refuses_31_bg_49() {
    boundary("a", &[(1, Some((30, "120.00"))), (29, Some((30, "120.00"))), (30, Some((30, "120.00"))), (31, None)], 30);
}

#[test]
fn red_zone_refuses_91_minutes_bg_50() {
    boundary(
        "red",
        &[
            (59, Some((60, "80.00"))),
            (60, Some((60, "80.00"))),
            (61, Some((90, "200.00"))),
            (89, Some((90, "200.00"))),
            (90, Some((90, "200.00"))),
            (91, None),
            (u32::MAX, None),
        ],
        90,
    );
}

#[test]
fn yellow_zone_refuses_181_minutes_bg_51() {
    boundary(
        "yellow",
        &[
            (119, Some((120, "130.00"))),
            (120, Some((120, "130.00"))),
            (121, Some((180, "310.00"))),
            (179, Some((180, "310.00"))),
            (180, Some((180, "310.00"))),
            (181, None),
        ],
        180,
    );
}

#[test]
fn green_zone_refuses_241_minutes_bg_52() {
    boundary(
        "green",
        &[
            (179, Some((180, "165.00"))),
            (180, Some((180, "165.00"))),
            (181, Some((240, "325.00"))),
            (239, Some((240, "325.00"))),
            (240, Some((240, "325.00"))),
            (241, None),
        ],
        240,
    );
}

#[test]
fn blue_zone_has_no_limit_within_its_hours_bg_58_bg_60() {
    let quote = quote("blue", 2000, "2025-03-03 08:00").unwrap();
    assert_eq!(quote.ends_at, at("2025-03-03 21:00"));
    assert_eq!(quote.total.to_string(), "585.00 RSD"); // 13 hours at 45
    assert_eq!(quote.stay.deadline, None);
    let closes_at = at("2025-03-03 21:00");
    assert_eq!(quote.notices, [Notice::EndsAtClosing { asked: 2000, granted: 780, closes_at }]);
}

#[test]
fn an_ask_of_millennia_is_refused_unread() {
    let refusal = quote("blue", u32::MAX, "2025-03-03 08:00").unwrap_err();
    assert_eq!(refusal, Refusal::OutOfRange { what: "minutes".into() });
}

#[test]
fn zero_minutes_are_refused_bg_44() {
    assert_eq!(quote("red", 0, "2025-03-03 10:00").unwrap_err(), Refusal::MinutesNotPositive);
}

#[test]
fn an_extension_of_zone_a_is_refused_bg_49() {
    let (_, stay) = buy(belgrade(), &ask("a", 30, "2025-03-03 10:00"));
    let more = QuoteAsk { stays: of(&stay), ..ask("a", 30, "2025-03-03 10:20") };
    assert_eq!(
        mesto_rules::quote(belgrade(), &more).unwrap_err(),
        Refusal::LimitReached { deadline: at("2025-03-03 10:30"), next_possible_at: at("2025-03-03 11:00") }
    );
}

#[test]
fn a_second_ticket_is_cut_to_what_is_left_and_says_so_bg_48_bg_50() {
    let (first, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 10:00"));
    let more = QuoteAsk { stays: of(&stay), ..ask("red", 60, "2025-03-03 10:50") };
    let quote = mesto_rules::quote(belgrade(), &more).unwrap();
    assert_eq!(quote.starts_at, first.ends_at);
    let deadline = at("2025-03-03 11:30");
    assert_eq!((quote.granted_minutes, quote.ends_at), (30, deadline));
    // Without this ticket the stay is over half an hour after the first one.
    assert_eq!(quote.notices, [Notice::Clipped { asked: 60, offered: 30, deadline, new_stay_at: deadline }]);
}

#[test]
fn a_city_that_does_not_clip_refuses_with_what_is_allowed_bg_48() {
    let mut city = belgrade().clone();
    change_parking(&mut city, |parking| parking.policy.more_than_left = MoreThanLeft::Refuse);
    let (_, stay) = buy(&city, &ask("red", 60, "2025-03-03 10:00"));
    let more = |minutes| QuoteAsk { stays: of(&stay), ..ask("red", minutes, "2025-03-03 10:50") };
    let refusal = mesto_rules::quote(&city, &more(31)).unwrap_err();
    assert_eq!(refusal, Refusal::MaxStayExceeded { asked: 31, max_stay: 90, allowed: 30 });
    assert!(mesto_rules::quote(&city, &more(30)).is_ok());
}

#[test]
fn above_the_whole_limit_what_is_left_is_named_bg_48() {
    let (_, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 10:00"));
    let more = QuoteAsk { stays: of(&stay), ..ask("red", 91, "2025-03-03 10:50") };
    let refusal = mesto_rules::quote(belgrade(), &more).unwrap_err();
    assert_eq!(refusal, Refusal::MaxStayExceeded { asked: 91, max_stay: 90, allowed: 30 });
}

#[test]
fn the_break_counts_from_the_deadline_on_to_the_millisecond_bg_48() {
    let (_, stay) = buy(belgrade(), &ask("red", 90, "2025-03-03 10:00"));
    let (deadline, until) = (at("2025-03-03 11:30"), at("2025-03-03 12:00"));
    let reached = Refusal::LimitReached { deadline, next_possible_at: until };
    for (milliseconds, refusal) in [(-1, reached), (0, Refusal::NoReturn { until }), (1, Refusal::NoReturn { until })] {
        let now = deadline + chrono::TimeDelta::milliseconds(milliseconds);
        let more = QuoteAsk { stays: of(&stay), now, ..ask("red", 60, "2025-03-03 11:30") };
        assert_eq!(mesto_rules::quote(belgrade(), &more), Err(refusal), "{milliseconds} ms");
    }
}

#[test]
fn a_stay_is_over_after_the_break_and_not_a_minute_before_bg_48() {
    let (_, stay) = buy(belgrade(), &ask("red", 90, "2025-03-03 10:00")); // until 11:30
    let again = |when| mesto_rules::quote(belgrade(), &QuoteAsk { stays: of(&stay), ..ask("red", 60, when) });
    let until = at("2025-03-03 12:00");
    assert_eq!(
        again("2025-03-03 11:29:59").unwrap_err(),
        Refusal::LimitReached { deadline: at("2025-03-03 11:30"), next_possible_at: until }
    );
    assert_eq!(again("2025-03-03 11:30").unwrap_err(), Refusal::NoReturn { until });
    assert_eq!(again("2025-03-03 11:31").unwrap_err(), Refusal::NoReturn { until });
    assert_eq!(again("2025-03-03 11:59").unwrap_err(), Refusal::NoReturn { until });
    let new = again("2025-03-03 12:00").unwrap();
    assert_eq!(new.stay.started_at, until);
    assert_eq!(new.total.to_string(), "80.00 RSD");
}

#[test]
fn a_stay_is_over_with_the_billing_day_bg_48() {
    // Paid to closing on Monday; on Tuesday at opening a new stay begins.
    let (quote, stay) = buy(belgrade(), &ask("red", 90, "2025-03-03 19:30"));
    assert_eq!(quote.ends_at, at("2025-03-03 21:00"));
    let next = QuoteAsk { stays: of(&stay), ..ask("red", 90, "2025-03-04 07:00") };
    assert_eq!(mesto_rules::quote(belgrade(), &next).unwrap().total.to_string(), "200.00 RSD");
}

#[test]
fn a_stay_elsewhere_does_not_count_bg_48() {
    let (_, stay) = buy(belgrade(), &ask("red", 90, "2025-03-03 10:00"));
    let yellow = QuoteAsk { stays: of(&stay), ..ask("yellow", 60, "2025-03-03 10:10") };
    assert_eq!(mesto_rules::quote(belgrade(), &yellow).unwrap().stay.started_at, at("2025-03-03 10:10"));
}

#[test]
fn a_purchase_before_opening_counts_from_opening_bg_48() {
    let (first, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 05:00"));
    assert_eq!(first.notices, [Notice::StartsAtOpening { opens_at: at("2025-03-03 07:00") }]);
    assert_eq!((stay.started_at, stay.deadline), (at("2025-03-03 07:00"), Some(at("2025-03-03 08:30"))));
}

#[test]
fn a_started_minute_counts_but_the_deadline_holds_to_the_second_bg_48() {
    let (_, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 10:00"));
    let more =
        |minutes, when| mesto_rules::quote(belgrade(), &QuoteAsk { stays: of(&stay), ..ask("red", minutes, when) });
    let deadline = at("2025-03-03 11:30");
    for asked in [25, 26] {
        let quote = more(asked, "2025-03-03 11:05:20").unwrap(); // 24 min 40 s are left, of the half hour that is paid
        assert_eq!((quote.granted_minutes, quote.ends_at), (25, deadline));
        assert_eq!(quote.notices, [Notice::Clipped { asked, offered: 25, deadline, new_stay_at: deadline }]);
    }
}

#[test]
fn a_ticket_in_two_stays_moves_neither_deadline_bg_48() {
    let (_, of_user) = buy(belgrade(), &ask("yellow", 120, "2025-03-03 10:00"));
    let (_, of_plate) = buy(belgrade(), &ask("yellow", 60, "2025-03-03 10:30"));
    let both = QuoteAsk { stays: of(&of_plate), ..ask("yellow", 60, "2025-03-03 11:40") };
    let quote = mesto_rules::quote(belgrade(), &both).unwrap();
    let after = |latest: Option<&Stay>| Stay::after_purchase(belgrade(), latest, &quote).unwrap();
    let user = after(Some(&of_user));
    assert_eq!((user.started_at, user.deadline), (at("2025-03-03 10:00"), Some(at("2025-03-03 13:00"))));
    let plate = after(Some(&of_plate));
    assert_eq!((plate.started_at, plate.deadline), (at("2025-03-03 10:30"), Some(at("2025-03-03 13:30"))));
    let another = after(None);
    assert_eq!((another.started_at, another.deadline), (at("2025-03-03 11:40"), Some(at("2025-03-03 14:40"))));
}

#[test]
fn an_unknown_zone_names_those_that_are_known_bg_42() {
    let refusal = quote("purple", 60, "2025-03-03 10:00").unwrap_err();
    let known = ["a", "red", "yellow", "green", "blue", "white"].map(id).to_vec();
    assert_eq!(refusal, Refusal::ZoneUnknown { zone: "purple".into(), known });
}

fn missing(zone: &str, minutes: u32, when: &str) -> String {
    match quote(zone, minutes, when).unwrap_err() {
        Refusal::TariffUnknown { field, .. } => field,
        other => panic!("{other}"),
    }
}

#[test]
fn an_unknown_value_that_is_needed_refuses_the_sale_bg_45() {
    assert_eq!(missing("red", 61, "2023-03-06 10:00"), "extended.price");
    assert_eq!(missing("white", 60, "2025-03-03 10:00"), "hours");
    assert_eq!(missing("red", 60, "2021-12-31 10:00"), "tariff");
}

#[test]
fn an_unknown_value_that_is_not_needed_refuses_nothing_bg_45() {
    assert_eq!(quote("red", 60, "2023-03-06 10:00").unwrap().total.to_string(), "60.00 RSD");
}

#[test]
fn a_tariff_that_has_ended_is_not_used_bg_45() {
    let mut city = belgrade().clone();
    let until = Some("2025-03-03".parse().unwrap());
    change_parking(&mut city, |parking| parking.tariffs.last_mut().unwrap().until = until);
    let answer = |when| mesto_rules::quote(&city, &ask("red", 60, when));
    assert!(answer("2025-03-01 10:00").is_ok());
    let unknown = Refusal::TariffUnknown { zone: id("red"), field: "tariff".into() };
    assert_eq!(answer("2025-03-03 10:00").unwrap_err(), unknown);
}

fn by_card(zone: &'static str, minutes: u32) -> QuoteAsk<'static> {
    QuoteAsk { pay: PayMethod::Card, ..ask(zone, minutes, "2025-03-03 10:00") }
}

#[test]
fn a_card_payment_below_200_dinars_has_an_unknown_fee_and_200_is_free_bg_93() {
    let below = mesto_rules::quote(belgrade(), &by_card("red", 60)).unwrap_err();
    assert_eq!(below, Refusal::CardFeeUnknown { below: Money::from_minor(20_000, belgrade().currency) });
    let exactly = mesto_rules::quote(belgrade(), &by_card("red", 90)).unwrap();
    assert_eq!((exactly.total.to_string(), exactly.lines.len()), ("200.00 RSD".to_owned(), 2));
}

#[test]
fn a_known_card_fee_is_a_line_below_the_bound_only_bg_93() {
    let mut city = belgrade().clone();
    let rsd = city.currency;
    let fee = Known { value: Money::from_minor(250, rsd), certainty: Certainty::Assumed, source: id("decision") };
    city.sections.wallet.card.fee = Fact::Known(fee);
    let total = |free_from: i64| {
        let mut city = city.clone();
        city.sections.wallet.card.free_from = Money::from_minor(free_from, rsd);
        let quote = mesto_rules::quote(&city, &by_card("red", 60)).unwrap();
        let fees = quote.lines.iter().filter(|line| matches!(line.kind, LineKind::CardFee { .. })).count();
        (quote.total.to_string(), fees)
    };
    assert_eq!(total(8001), ("82.50 RSD".to_owned(), 1)); // 80.00 is one para below the bound
    assert_eq!(total(8000), ("80.00 RSD".to_owned(), 0));
    assert_eq!(total(7999), ("80.00 RSD".to_owned(), 0));
}

#[test]
fn a_method_that_the_zone_does_not_take_is_refused_bg_43() {
    let mut city = belgrade().clone();
    change_parking(&mut city, |parking| parking.zones[1].pay = vec![PayMethod::Deposit]);
    let refusal = mesto_rules::quote(&city, &by_card("red", 60)).unwrap_err();
    assert_eq!(refusal, Refusal::MethodNotAllowed { method: PayMethod::Card, allowed: vec![PayMethod::Deposit] });
}

#[test]
fn no_refund_is_said_only_where_the_city_says_it_bg_38() {
    assert_eq!(quote("red", 60, "2025-03-03 10:00").unwrap().notices, []);
    let mut city = belgrade().clone();
    let known = Known { value: UnusedTime::NotRefunded, certainty: Certainty::Assumed, source: id("decision") };
    change_parking(&mut city, |parking| parking.policy.unused_time = Fact::Known(known));
    let quote = mesto_rules::quote(&city, &ask("red", 60, "2025-03-03 10:00")).unwrap();
    assert_eq!(quote.notices, [Notice::NoRefund]);
}

#[test]
fn the_deposit_takes_five_amounts_only_bg_76() {
    let offers = |amount: &str| belgrade().sections.wallet.deposit.offers(&amount.parse().unwrap());
    for amount in ["200", "500", "1000", "2000", "5000", "1000.00"] {
        assert!(offers(amount), "{amount}");
    }
    for amount in ["0", "199", "200.01", "201", "300", "499.99", "4999", "5001", "10000", "-200", "-1000"] {
        assert!(!offers(amount), "{amount}");
    }
}
