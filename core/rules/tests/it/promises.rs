//! What a quote promises, and what is sold of it when the operator receives the purchase.

use crate::support::{around_the_clock, ask, at, belgrade, buy, change_parking, of, parking};
use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::parking::section::{AtClosing, SoldAhead};
use mesto_rules::{City, PayMethod, Quote, QuoteAsk, Refusal, Stale, Start, Stay, StayPer, Stays};
use proptest::prelude::*;

fn sold(city: &City, quote: &Quote, now: &str, stay: Option<&Stay>) -> Result<Quote, Stale> {
    quote.sold(city, at(now), Stays { plate: stay, user: None }, PayMethod::Deposit)
}

/// Start and end of what is sold, as minutes and seconds of the city's clock.
fn span(quote: &Quote) -> [String; 2] {
    [quote.starts_at, quote.ends_at]
        .map(|at| at.with_timezone(&chrono_tz::Europe::Belgrade).format("%H:%M:%S").to_string())
}

/// What a new quote would be: minutes and total.
fn now_offered(stale: Stale) -> (u32, String) {
    let quote = stale.now.unwrap();
    (quote.granted_minutes, quote.total.to_string())
}

fn quoted(zone: &str, minutes: u32, now: &str, stay: Option<&Stay>) -> Quote {
    let stays = Stays { plate: stay, user: None };
    mesto_rules::quote(belgrade(), &QuoteAsk { stays, ..ask(zone, minutes, now) }).unwrap()
}

#[test]
fn a_ticket_starts_when_the_purchase_is_received_and_not_at_the_quote_bg_47() {
    let quote = quoted("red", 60, "2025-03-03 10:00", None);
    assert_eq!((quote.start, quote.latest_end_at), (Start::OnPurchase, at("2025-03-03 11:02")));
    assert_eq!(span(&quote), ["10:00:00", "11:00:00"]);
    let bought = sold(belgrade(), &quote, "2025-03-03 10:01:50", None).unwrap();
    assert_eq!(span(&bought), ["10:01:50", "11:01:50"]);
    assert_eq!((bought.granted_minutes, bought.total), (quote.granted_minutes, quote.total));
}

#[test]
fn a_quote_whose_money_may_come_late_promises_a_later_end_and_nothing_else_bg_27_bg_47() {
    let asked = ask("yellow", 180, "2025-03-03 10:00");
    let usual = mesto_rules::quote(belgrade(), &asked).unwrap();
    let held = mesto_rules::quote_held(belgrade(), &asked, TimeDelta::minutes(17)).unwrap();
    assert_eq!((usual.latest_end_at, held.latest_end_at), (at("2025-03-03 13:02"), at("2025-03-03 13:17")));
    assert_eq!(Quote { latest_end_at: usual.latest_end_at, ..held.clone() }, usual);
    assert_eq!(span(&sold(belgrade(), &held, "2025-03-03 10:17", None).unwrap()), ["10:17:00", "13:17:00"]);
    for (quote, now) in [(&usual, "2025-03-03 10:02:01"), (&held, "2025-03-03 10:17:01")] {
        assert_eq!(now_offered(sold(belgrade(), quote, now, None).unwrap_err()), (180, "310.00 RSD".to_owned()));
    }
    // Never past closing.
    let evening = ask("yellow", 180, "2025-03-03 18:00");
    let until = mesto_rules::quote_held(belgrade(), &evening, TimeDelta::minutes(17)).unwrap().latest_end_at;
    assert_eq!(until, at("2025-03-03 21:00"));
}

#[test]
fn a_quote_of_the_last_half_minute_is_stale_after_closing_bg_47_bg_60() {
    let quote = quoted("red", 60, "2025-03-03 20:59:30", None);
    assert_eq!((quote.granted_minutes, quote.latest_end_at), (1, at("2025-03-03 21:00")));
    let stale = sold(belgrade(), &quote, "2025-03-03 21:00:10", None).unwrap_err();
    assert_eq!(stale.now, Err(Refusal::NotChargedNow { next_opening: Some(at("2025-03-04 07:00")) }));
    assert_eq!(span(&sold(belgrade(), &quote, "2025-03-03 20:59:59", None).unwrap()), ["20:59:59", "21:00:00"]);
}

#[test]
fn a_ticket_never_passes_closing_and_a_minute_less_is_said_first_bg_47_bg_60() {
    let quote = quoted("green", 60, "2025-03-03 20:30", None);
    assert_eq!(quote.granted_minutes, 30);
    assert_eq!(span(&sold(belgrade(), &quote, "2025-03-03 20:30:59", None).unwrap()), ["20:30:59", "21:00:00"]);
    let stale = sold(belgrade(), &quote, "2025-03-03 20:31", None).unwrap_err();
    assert!(stale.to_string().contains("29 minutes"), "{stale}");
    assert_eq!(now_offered(stale), (29, "55.00 RSD".to_owned()));
}

#[test]
fn a_quote_from_before_a_price_change_is_stale_after_it_bg_45_bg_47() {
    let city = around_the_clock("red");
    let quote = mesto_rules::quote(&city, &ask("red", 60, "2025-01-31 23:59:30")).unwrap();
    assert_eq!(quote.total.to_string(), "60.00 RSD");
    assert_eq!(sold(&city, &quote, "2025-01-31 23:59:59", None).unwrap().total, quote.total);
    let stale = sold(&city, &quote, "2025-02-01 00:00:10", None).unwrap_err();
    assert_eq!(now_offered(stale), (60, "80.00 RSD".to_owned()));
}

#[test]
fn a_quote_from_before_opening_starts_there_or_when_it_is_bought_after_it_bg_47() {
    let quote = quoted("red", 60, "2025-03-03 06:59:30", None);
    let opening = at("2025-03-03 07:00");
    assert_eq!((quote.start, quote.latest_end_at), (Start::At { at: opening }, at("2025-03-03 08:01:30")));
    assert_eq!(span(&sold(belgrade(), &quote, "2025-03-03 06:59:50", None).unwrap()), ["07:00:00", "08:00:00"]);
    assert_eq!(span(&sold(belgrade(), &quote, "2025-03-03 07:00:20", None).unwrap()), ["07:00:20", "08:00:20"]);
    // Long before opening it cannot be bought late.
    assert_eq!(quoted("red", 60, "2025-03-03 05:00", None).latest_end_at, at("2025-03-03 08:00"));
}

#[test]
fn an_extension_that_is_bought_after_the_end_starts_then_bg_47_bg_54() {
    let (first, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 10:00"));
    let quote = quoted("red", 30, "2025-03-03 10:59:30", Some(&stay));
    assert_eq!(quote.start, Start::At { at: first.ends_at });
    assert_eq!((quote.granted_minutes, quote.latest_end_at), (30, at("2025-03-03 11:30")));
    assert_eq!(span(&sold(belgrade(), &quote, "2025-03-03 10:59:59", Some(&stay)).unwrap()), ["11:00:00", "11:30:00"]);
    // The started minute counts: half a minute after the end it is the same length at the same
    // price.
    assert_eq!(span(&sold(belgrade(), &quote, "2025-03-03 11:00:30", Some(&stay)).unwrap()), ["11:00:30", "11:30:00"]);
    let stale = sold(belgrade(), &quote, "2025-03-03 11:01", Some(&stay)).unwrap_err();
    assert_eq!(now_offered(stale), (29, "120.00 RSD".to_owned()));
}

#[test]
fn an_extension_without_a_limit_is_not_sold_back_in_time_bg_47_bg_59() {
    let (_, stay) = buy(belgrade(), &ask("blue", 60, "2025-03-03 10:00"));
    let quote = quoted("blue", 60, "2025-03-03 10:59:30", Some(&stay));
    assert_eq!(span(&sold(belgrade(), &quote, "2025-03-03 11:00:20", Some(&stay)).unwrap()), ["11:00:20", "12:00:20"]);
}

#[test]
fn what_is_over_is_never_sold_bg_47_bg_48() {
    // An hour until 11:00; half a minute of the stay is left, and then a new one costs less.
    let (_, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 10:00"));
    let quote = quoted("red", 30, "2025-03-03 11:29:30", Some(&stay));
    assert_eq!((quote.total.to_string(), span(&quote)), ("120.00 RSD".into(), ["11:29:30".into(), "11:30:00".into()]));
    let stale = sold(belgrade(), &quote, "2025-03-03 11:30:10", Some(&stay)).unwrap_err();
    assert_eq!(now_offered(stale), (60, "80.00 RSD".to_owned()));
}

#[test]
fn a_ticket_that_rolls_over_keeps_its_minutes_bg_47() {
    let mut city = belgrade().clone();
    change_parking(&mut city, |parking| parking.policy.at_closing = AtClosing::GoesOnAtOpening);
    let quote = mesto_rules::quote(&city, &ask("red", 60, "2025-03-03 20:59")).unwrap();
    assert_eq!((quote.granted_minutes, quote.ends_at), (60, at("2025-03-04 07:59")));
    assert_eq!(quote.latest_end_at, at("2025-03-04 08:00")); // bought after closing it would start at opening
    let bought = sold(&city, &quote, "2025-03-03 20:59:40", None).unwrap();
    assert_eq!((bought.granted_minutes, bought.ends_at), (60, at("2025-03-04 07:59:40")));
    assert!(matches!(
        sold(&city, &quote, "2025-03-03 21:00", None),
        Err(Stale { now: Err(Refusal::NotChargedNow { .. }) })
    ));
    change_parking(&mut city, |parking| parking.policy.sold_ahead = SoldAhead::NextOpening);
    let bought = sold(&city, &quote, "2025-03-03 21:00:30", None).unwrap();
    assert_eq!((bought.starts_at, bought.ends_at), (at("2025-03-04 07:00"), at("2025-03-04 08:00")));
}

fn cities() -> &'static [City] {
    use std::sync::LazyLock;
    static CITIES: LazyLock<Vec<City>> = LazyLock::new(|| {
        let mut rolls_over = belgrade().clone();
        change_parking(&mut rolls_over, |parking| {
            parking.policy.at_closing = AtClosing::GoesOnAtOpening;
            parking.policy.sold_ahead = SoldAhead::NextOpening;
        });
        let mut by_both = around_the_clock("red");
        change_parking(&mut by_both, |parking| parking.policy.stay_per = StayPer::Both);
        vec![belgrade().clone(), rolls_over, around_the_clock("red"), by_both]
    });
    &CITIES
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_promise_is_kept_at_the_purchase_or_said_to_be_stale_bg_47(
        zone in prop::sample::select(vec!["a", "red", "yellow", "green", "blue"]),
        place in 0..4_usize, day in 0..40_i64, second in 0..86_400_i64, earlier in 1..240_u32, minutes in 1..240_u32,
        // Often around the end of the paid time, of the stay and of the hours.
        later in prop::sample::select(vec![0, 3_570, 3_590, 5_370, 7_000]), apart in 0..120_i64, delay in 0..=120_000_i64,
    ) {
        let city = &cities()[place];
        let start = at("2025-01-24 00:00") + TimeDelta::days(day) + TimeDelta::seconds(second);
        let of_first = mesto_rules::quote(city, &QuoteAsk { now: start, ..ask(zone, earlier, "2025-03-03 10:00") });
        let stay = of_first.ok().map(|quote| Stay::after_purchase(city, None, &quote).unwrap());
        let stays = Stays { plate: stay.as_ref(), user: stay.as_ref() };
        let asked_at = start + TimeDelta::seconds(later + apart);
        let asked = QuoteAsk { now: asked_at, stays, ..ask(zone, minutes, "2025-03-03 10:00") };
        let Ok(quote) = mesto_rules::quote(city, &asked) else { return Ok(()) };
        let bought_at = asked_at + TimeDelta::milliseconds(delay);
        let again = mesto_rules::quote(city, &QuoteAsk { now: bought_at, ..asked });
        match quote.sold(city, bought_at, stays, PayMethod::Deposit) {
            Ok(sold) => {
                prop_assert_eq!((sold.granted_minutes, sold.total), (quote.granted_minutes, quote.total));
                prop_assert!(sold.ends_at <= quote.latest_end_at, "{:?} after {:?}", sold, quote);
                prop_assert!(sold.starts_at >= bought_at, "what is over is never sold");
                prop_assert_eq!(sold.start == Start::OnPurchase, sold.starts_at == bought_at);
                prop_assert!(sold.stay.deadline.is_none_or(|deadline| sold.ends_at <= deadline));
                if parking(city).policy.at_closing == AtClosing::Ends {
                    prop_assert!(charged_throughout(city, zone, sold.starts_at, sold.ends_at));
                }
            }
            Err(Stale { now: Ok(now) }) => {
                prop_assert!((now.granted_minutes, now.total) != (quote.granted_minutes, quote.total), "{:?}", now);
                prop_assert_eq!(&Ok(*now), &again);
            }
            Err(Stale { now: Err(refusal) }) => prop_assert_eq!(&Err(refusal), &again),
        }
    }
}

fn charged_throughout(city: &City, zone: &str, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
    use chrono::{Datelike, Timelike};
    let zone = parking(city).zone(zone).unwrap();
    let spans = zone.hours.known().unwrap();
    (0..(until - from).num_seconds()).step_by(20).all(|second| {
        let wall = (from + TimeDelta::seconds(second)).with_timezone(&chrono_tz::Europe::Belgrade);
        let minute = u16::try_from(wall.hour() * 60 + wall.minute()).unwrap();
        let day = mesto_rules::Day::of(wall.date_naive());
        assert!(wall.year() > 2000);
        city.sections.calendar.holiday_on(wall.date_naive()).is_none()
            && spans
                .iter()
                .any(|span| span.days.contains(&day) && span.from.minutes() <= minute && minute < span.until.minutes())
    })
}

#[test]
fn the_stay_of_the_moment_counts_and_not_that_of_the_quote_bg_48() {
    let quote = quoted("red", 60, "2025-03-03 10:00", None);
    let (_, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 10:00:30"));
    let stale = quote.sold(belgrade(), at("2025-03-03 10:01"), of(&stay), PayMethod::Deposit).unwrap_err();
    assert_eq!(now_offered(stale), (30, "120.00 RSD".to_owned()));
}
