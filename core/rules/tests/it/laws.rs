//! Laws that hold for any ask, any sequence of purchases and any plate.

use crate::support::{around_the_clock, at, belgrade, change_parking, parking};
use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::fact::Fact;
use mesto_rules::money::Currency;
use mesto_rules::{
    City, LineKind, Money, Notice, PayMethod, Quote, QuoteAsk, QuoteLine, Refusal, Stay, Stays, parse_plate,
};
use proptest::prelude::*;

/// A second of 2022 to 2026.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (0..5 * 365 * 86_400_i64).prop_map(|seconds| at("2022-01-01 00:00") + TimeDelta::seconds(seconds))
}

fn zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "red", "yellow", "green", "blue", "white"])
}

/// Belgrade, and Belgrade with red charged around the clock.
fn city(around: bool) -> &'static City {
    use std::sync::LazyLock;
    static ROUND: LazyLock<City> = LazyLock::new(|| around_the_clock("red"));
    if around { &ROUND } else { belgrade() }
}

fn quote_at(city: &City, zone: &str, minutes: u32, at: DateTime<Utc>, stay: Option<&Stay>) -> Result<Quote, Refusal> {
    let stays = Stays { plate: stay, user: None };
    mesto_rules::quote(city, &QuoteAsk { zone, minutes, now: at, stays, pay: PayMethod::Deposit })
}

/// The length of the units that are paid.
fn paid_units(quote: &Quote) -> TimeDelta {
    let length = |line: &QuoteLine| match line.kind {
        LineKind::Limited { units, unit_minutes, .. } | LineKind::Extended { units, unit_minutes, .. } => {
            TimeDelta::minutes((units * unit_minutes).into())
        }
        LineKind::CardFee { .. } | LineKind::Other => TimeDelta::zero(),
    };
    quote.lines.iter().map(length).sum()
}

/// What holds for every quote that is given.
fn sound(city: &City, quote: &Quote) {
    let sum = quote.lines.iter().try_fold(Money::zero(city.currency), |sum, line| sum.checked_add(&line.amount));
    assert_eq!(sum.as_ref(), Ok(&quote.total), "lines sum to the total");
    assert!(!quote.lines.is_empty() && quote.total.minor().unwrap() > 0, "nothing is given away: {quote:?}");
    assert!(quote.granted_minutes > 0);
    let length = quote.ends_at - quote.starts_at;
    let paid = TimeDelta::minutes(quote.granted_minutes.into());
    assert!(length > paid - TimeDelta::minutes(1), "{quote:?}");
    let closing = quote.notices.iter().find_map(|notice| match notice {
        Notice::EndsAtClosing { closes_at, .. } => Some(*closes_at),
        _ => None,
    });
    assert!(closing.is_none_or(|closes_at| quote.ends_at == closes_at), "it ends when it says: {quote:?}");
    // More than was paid is less than a minute of a rate that is not paid, and only until closing.
    if length > paid {
        assert!(length < paid + TimeDelta::minutes(1) && closing.is_some(), "{quote:?}");
        assert_eq!(quote.lines.len(), 1, "limited time alone is paid: {quote:?}");
        assert_eq!(paid_units(quote), paid, "all that was paid is in it: {quote:?}");
    }
    assert!(quote.stay.started_at <= quote.starts_at);
    if let Some(deadline) = quote.stay.deadline {
        assert!(quote.ends_at <= deadline, "never beyond the deadline: {quote:?}");
    }
    let json = serde_json::to_string(quote).unwrap();
    assert_eq!(&serde_json::from_str::<Quote>(&json).unwrap(), quote);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_quote_adds_up_and_stays_within_its_deadline_bg_48(
        zone in zone(), minutes in 0..1000_u32, at in moment(), around: bool,
    ) {
        let city = city(around);
        match quote_at(city, zone, minutes, at, None) {
            Ok(quote) => sound(city, &quote),
            Err(refusal) => {
                let json = serde_json::to_value(&refusal).unwrap();
                prop_assert_eq!(&json["code"], refusal.code());
                prop_assert_eq!(serde_json::from_value::<Refusal>(json).unwrap(), refusal);
            }
        }
    }

    #[test]
    fn a_longer_stay_never_costs_less_bg_45(
        zone in zone(), one in 1..300_u32, more in 1..300_u32, at in moment(), around: bool,
    ) {
        let city = city(around);
        let shorter = quote_at(city, zone, one, at, None);
        let longer = quote_at(city, zone, one + more, at, None);
        if let (Ok(shorter), Ok(longer)) = (&shorter, &longer) {
            prop_assert!(shorter.total.amount <= longer.total.amount);
            prop_assert!(shorter.ends_at <= longer.ends_at);
        }
        // What can be had for long can be had for short.
        prop_assert!(shorter.is_ok() || longer.is_err());
    }

    #[test]
    fn a_ticket_that_says_it_ends_at_closing_ends_at_closing_bg_46_bg_60(
        (zone, limited) in prop::sample::select(vec![("a", 30), ("red", 60), ("yellow", 120), ("green", 180), ("blue", 60)]),
        day in prop::sample::select(vec!["2025-03-03 21:00", "2025-03-08 14:00", "2025-09-03 21:00", "2025-10-27 21:00"]),
        before in -61_000..61_000_i64, first in 1..180_u32, apart in 0..30_u32, asked in 1..300_u32,
    ) {
        // Within a minute of closing minus the zone's limited time, to the millisecond.
        let now = at(day) - TimeDelta::minutes(limited) - TimeDelta::milliseconds(before);
        for minutes in [asked, u32::try_from(limited).unwrap(), u32::try_from(limited + 1).unwrap(), u32::try_from(limited + 30).unwrap()] {
            if let Ok(quote) = quote_at(belgrade(), zone, minutes, now, None) {
                sound(belgrade(), &quote);
            }
        }
        // And of a stay that goes on.
        let earlier = now - TimeDelta::minutes((first + apart).into());
        let Ok(quote) = quote_at(belgrade(), zone, first, earlier, None) else { return Ok(()) };
        let stay = Stay::after_purchase(belgrade(), None, &quote).unwrap();
        if let Ok(quote) = quote_at(belgrade(), zone, asked, now, Some(&stay)) {
            sound(belgrade(), &quote);
        }
    }

    #[test]
    fn no_sequence_of_purchases_exceeds_the_limit_bg_48_bg_49_bg_50_bg_51_bg_52(
        zone in prop::sample::select(vec!["a", "red", "yellow", "green"]),
        day in 0..700_i64,
        taps in prop::collection::vec((0..100_i64, 0..60_i64, 1..250_u32), 1..25),
        around: bool,
    ) {
        let city = city(around);
        let max = TimeDelta::minutes(parking(city).zone(zone).unwrap().max_stay_minutes().unwrap().get().into());
        let mut now = at("2025-02-03 06:00") + TimeDelta::days(day);
        let mut stay: Option<Stay> = None;
        for (minutes_later, seconds_later, minutes) in taps {
            now += TimeDelta::minutes(minutes_later) + TimeDelta::seconds(seconds_later);
            let Ok(quote) = quote_at(city, zone, minutes, now, stay.as_ref()) else { continue };
            sound(city, &quote);
            prop_assert!(quote.starts_at >= now, "what is over is never sold");
            if let Some(before) = &stay {
                prop_assert!(quote.starts_at >= before.paid_until, "no minute is sold twice");
            }
            let after = Stay::after_purchase(city, stay.as_ref(), &quote).unwrap();
            prop_assert!(after.paid_until - after.started_at <= max, "{:?}", after);
            prop_assert!(after.deadline.unwrap() - after.started_at <= max);
            prop_assert!(after.closes_at >= after.paid_until);
            if let Some(before) = &stay {
                if quote.starts_at < before.closes_at {
                    prop_assert_eq!((after.started_at, after.deadline), (before.started_at, before.deadline));
                } else {
                    prop_assert_eq!(after.started_at, quote.starts_at);
                    prop_assert_eq!(after.purchases, 1);
                }
            }
            stay = Some(after);
        }
    }

    #[test]
    fn buying_in_pieces_never_costs_less_than_at_once_in_whole_units(
        zone in prop::sample::select(vec!["red", "yellow", "green"]), first in 1..240_u32, second in 1..240_u32,
    ) {
        let start = at("2025-03-03 09:00");
        let Ok(one) = quote_at(belgrade(), zone, first, start, None) else { return Ok(()) };
        let stay = Stay::after_purchase(belgrade(), None, &one).unwrap();
        let Ok(two) = quote_at(belgrade(), zone, second, start, Some(&stay)) else { return Ok(()) };
        let whole = one.granted_minutes + two.granted_minutes;
        let at_once = quote_at(belgrade(), zone, whole, start, None).unwrap();
        prop_assert_eq!(one.total.checked_add(&two.total).unwrap(), at_once.total);
        prop_assert_eq!(two.ends_at, at_once.ends_at);
    }

    #[test]
    fn plates_read_back_the_same_bg_23(typed in "[A-Za-zŠĐČĆŽšđčćž0-9 .-]{1,16}") {
        let grammar = &belgrade().sections.plates;
        if let Ok(plate) = parse_plate(&typed, grammar) {
            for form in [&plate.display, &plate.canonical] {
                let again = parse_plate(form, grammar).unwrap();
                prop_assert_eq!(&again.canonical, &plate.canonical);
                prop_assert_eq!(&again.sms, &plate.sms);
                prop_assert_eq!(&again.kind, &plate.kind);
            }
            prop_assert_eq!(&parse_plate(&plate.display, grammar).unwrap().display, &plate.display);
            prop_assert!(plate.sms.unwrap().chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit()));
            // Nothing is swapped or lost: the letters and digits that were typed, as capitals.
            let kept: String = typed.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_uppercase).collect();
            prop_assert_eq!(plate.canonical, kept);
        }
    }

    #[test]
    fn any_text_is_a_plate_or_an_error(typed in any::<String>()) {
        if let Err(error) = parse_plate(&typed, &belgrade().sections.plates) {
            prop_assert!(!error.to_string().is_empty());
        }
        let _ = mesto_rules::zone_by_sign(parking(belgrade()), &typed);
    }

    #[test]
    fn any_city_reads_back_the_same(version in 1..u32::MAX, minor in 0..i64::MAX, name in any::<String>(), known: bool) {
        let mut city = belgrade().clone();
        city.version = version;
        city.name.0.insert(name.clone(), name.clone());
        let currency = city.currency;
        change_parking(&mut city, |parking| {
            match &mut parking.tariffs[2].rates.get_mut("red").unwrap()[0].price {
                Fact::Known(price) if known => price.value = Money::from_minor(minor, currency),
                price => *price = Fact::Unknown { note: format!("unknown {name}") },
            }
        });
        let json = city.to_canonical_json().unwrap();
        let read = City::from_json(&json).unwrap();
        prop_assert_eq!(read.to_canonical_json().unwrap(), json);
        prop_assert_eq!(read, city);
    }

    #[test]
    fn money_is_the_same_in_minor_units_and_on_the_wire(minor in any::<i64>(), code in prop::sample::select(vec!["RSD", "KZT", "EUR", "JPY", "KWD"])) {
        let money = Money::from_minor(minor, Currency::new(code).unwrap());
        prop_assert_eq!(money.minor(), Ok(minor));
        let json = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
    }
}
