//! Daily orders: price, discount, validity.

use crate::support::{at, belgrade, change_orders, id};
use chrono::TimeDelta;
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::order::{OrderEffect, OrderError, OrderEvent, OrderState, OrderTerms, grace_until, issue, step};
use mesto_rules::{City, Minutes, Refusal};

fn terms(zone: &str, when: &str) -> OrderTerms {
    issue(belgrade(), zone, at(when), None).unwrap()
}

#[test]
fn an_order_is_valid_to_the_same_time_on_the_next_charged_day_bg_57() {
    for (issued, until) in [
        ("2025-03-03 10:15", "2025-03-04 10:15"), // Monday
        ("2025-03-07 10:15", "2025-03-08 10:15"), // Friday
        ("2025-03-07 18:00", "2025-03-08 18:00"), // the next charged day, though Saturday closes at 14
        ("2025-03-08 10:15", "2025-03-10 10:15"), // Saturday
        ("2025-11-10 10:15", "2025-11-12 10:15"), // Armistice Day between
        ("2025-04-17 10:15", "2025-04-22 10:15"), // Easter between
        ("2026-03-28 10:15", "2026-03-30 10:15"), // the clocks change between
    ] {
        assert_eq!(terms("yellow", issued).valid_until, at(until), "{issued}");
    }
}

#[test]
fn the_price_follows_list_and_area_bg_57_bg_63() {
    let prices = |zone, when| {
        let terms = terms(zone, when);
        (terms.price.to_string(), terms.discounted_price.unwrap().to_string())
    };
    let of = |price: &str, discounted: &str| (format!("{price} RSD"), format!("{discounted} RSD"));
    assert_eq!(prices("red", "2025-03-03 10:00"), of("3000.00", "1500.00"));
    assert_eq!(prices("blue", "2025-03-03 10:00"), of("2000.00", "1000.00"));
    assert_eq!(prices("red", "2023-03-06 10:00"), of("1870.00", "935.00"));
    assert_eq!(prices("blue", "2022-12-05 10:00"), of("720.00", "360.00"));
}

#[test]
fn the_discount_ends_with_its_last_day() {
    let terms = terms("yellow", "2025-03-03 10:15"); // valid to 4 March, 20 days more: 24 March
    let until = at("2025-03-25 00:00");
    assert_eq!((terms.discount_until, terms.pay_by), (Some(until), Some(until)));
    assert_eq!(terms.owed(at("2025-03-03 10:15")).to_string(), "1500.00 RSD");
    assert_eq!(terms.owed(until - TimeDelta::milliseconds(1)).to_string(), "1500.00 RSD");
    assert_eq!(terms.owed(until).to_string(), "3000.00 RSD");
    let older = issue(belgrade(), "yellow", at("2022-12-05 10:15"), None).unwrap(); // valid to 6 December, 8 days more
    assert_eq!(older.discount_until, Some(at("2022-12-15 00:00")));
}

#[test]
fn an_unknown_discount_is_not_promised() {
    let mut city = belgrade().clone();
    change_orders(&mut city, |orders| orders.policy.discount_from = Fact::Unknown { note: "not told".into() });
    let terms = issue(&city, "red", at("2025-03-03 10:00"), None).unwrap();
    assert_eq!((terms.discounted_price, terms.discount_until, terms.pay_by), (None, None, None));
    assert_eq!(terms.owed(at("2025-03-03 10:00")), terms.price);
}

#[test]
fn no_order_when_nothing_is_charged_or_known() {
    let refused = |city: &City, zone, when| issue(city, zone, at(when), None).unwrap_err();
    assert_eq!(
        refused(belgrade(), "red", "2025-03-02 10:00"),
        Refusal::NotChargedNow { next_opening: Some(at("2025-03-03 07:00")) }
    );
    assert_eq!(
        refused(belgrade(), "white", "2025-03-03 10:00"),
        Refusal::TariffUnknown { zone: id("white"), field: "hours".into() }
    );
    let mut city = belgrade().clone();
    change_orders(&mut city, |orders| orders.rates[2].zoned = Fact::Unknown { note: "not told".into() });
    assert_eq!(
        refused(&city, "red", "2025-03-03 10:00"),
        Refusal::TariffUnknown { zone: id("red"), field: "order.price".into() }
    );
    assert_eq!(refused(belgrade(), "purple", "2025-03-03 10:00").code(), "zone_unknown");
}

#[test]
fn an_order_paid_at_a_counter_is_paid_and_books_nothing_here_bg_18() {
    let now = at("2025-03-03 12:00");
    let paid = step(OrderState::Issued, &OrderEvent::PaidElsewhere, now).unwrap();
    assert_eq!(paid, (OrderState::Paid, vec![OrderEffect::TellPaid]));
    let terms = terms("red", "2025-03-03 10:00");
    let again = OrderEvent::Pay { amount: terms.owed(now), terms };
    assert_eq!(step(OrderState::Paid, &again, now), Err(OrderError::AlreadyPaid));
}

#[test]
fn no_order_is_issued_within_the_grace_after_the_end_bg_57() {
    let mut city = belgrade().clone();
    let ended = Some(at("2025-03-03 11:00"));
    let issued = |city: &City, when| issue(city, "yellow", at(when), ended);
    // Belgrade tells of none: from the end on.
    assert!(issued(&city, "2025-03-03 11:00").is_ok());
    assert_eq!(grace_until(&city, at("2025-03-03 11:00")), at("2025-03-03 11:00"));
    let known = Known { value: Minutes(10), certainty: Certainty::Assumed, source: id("decision") };
    change_orders(&mut city, |orders| orders.policy.grace_minutes = Fact::Known(known));
    let until = at("2025-03-03 11:10");
    for early in ["2025-03-03 11:00", "2025-03-03 11:09:59"] {
        assert_eq!(issued(&city, early).unwrap_err(), Refusal::WithinGrace { until });
    }
    assert!(issued(&city, "2025-03-03 11:10").is_ok());
    assert!(issue(&city, "yellow", at("2025-03-03 11:05"), None).is_ok());
}
