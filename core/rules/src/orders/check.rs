//! Checks the section `orders` against itself and its city.

use crate::kernel::check::{Check, Wrong};
use crate::kernel::city::City;
use crate::orders::section::OrdersSection;

/// Says what does not hold.
pub(crate) fn check(city: &City, wrong: &mut Vec<Wrong>) {
    let Ok(orders) = city.section::<OrdersSection>() else { return };
    let mut check = Check::of(city, "orders", wrong);
    if orders.rates.is_empty() {
        check.say("rates", "a city that issues orders has at least one list of their prices");
    }
    for rates in &orders.rates {
        let at = |field: &str| format!("rates.{}.{field}", rates.from);
        check.date(&at("from"), rates.from);
        check.price(&at("zoned"), &rates.zoned);
        check.price(&at("outside"), &rates.outside);
        check.known_range(&at("discount_percent"), &rates.discount_percent, 0..=100, "percent");
        check.known_range(&at("discount_days"), &rates.discount_days, 0..=3660, "days");
    }
    for (one, next) in orders.rates.iter().zip(orders.rates.iter().skip(1)) {
        if one.from == next.from {
            check.say(format!("rates.{}.from", next.from), "two lists begin on this day");
        }
    }
    let policy = &orders.policy;
    check.fact("policy.discount_from", &policy.discount_from);
    if policy.pay.is_empty() {
        check.say("policy.pay", "name at least one way to pay");
    }
    check.known_range("policy.grace_minutes", &policy.grace_minutes, 0..=24 * 60, "minutes");
    check.kept("retention.orders_days", orders.retention.orders_days);
    check.kept("retention.plate_checks_days", orders.retention.plate_checks_days);
}
