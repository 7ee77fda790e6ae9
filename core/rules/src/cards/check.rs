//! Checks the section `cards` against itself and its city.

use crate::cards::section::{CardTariff, CardsSection};
use crate::kernel::check::{Check, Wrong};
use crate::kernel::city::City;
use std::collections::BTreeSet;

/// Rides are told late for so many days; what is known of them is kept longer.
const TOLD_LATE_DAYS: u32 = 32;

/// Says what does not hold.
pub(crate) fn check(city: &City, wrong: &mut Vec<Wrong>) {
    let Ok(cards) = city.section::<CardsSection>() else { return };
    let mut check = Check::of(city, "cards", wrong);
    let mut kinds = BTreeSet::new();
    for kind in &cards.kinds {
        let at = |field: &str| format!("kinds.{}.{field}", kind.id);
        if !kinds.insert(&kind.id) {
            check.say(at("id"), "two kinds have this id");
        }
        check.texts(&at("name"), &kind.name);
        check.price(&at("price"), &kind.price);
    }
    if !cards.kinds.iter().any(|kind| kind.tariff == CardTariff::Standard) {
        check.say("kinds", "name at least one kind of the tariff `standard`");
    }
    let top_ups = &cards.top_ups;
    check.amount("top_ups.least", top_ups.least);
    check.amount("top_ups.most", top_ups.most);
    if top_ups.least.is_zero() || top_ups.least.amount > top_ups.most.amount {
        check.say("top_ups.least", "the smallest top-up is more than nothing and at most the largest one");
    }
    if top_ups.pay.is_empty() {
        check.say("top_ups.pay", "name at least one way to pay");
    }
    check.range("top_ups.waits_days", top_ups.waits_days, 1..=366, "days");
    check.range("top_ups.returns_days", top_ups.returns_days, 2..=732, "days");
    if top_ups.returns_days <= top_ups.waits_days {
        check.say("top_ups.returns_days", "readers tell late: it goes back later than readers write it");
    }
    check.range("policy.linked_most", cards.policy.linked_most, 1..=50, "cards");
    check.range("policy.inactive_after_months", cards.policy.inactive_after_months, 1..=120, "months");
    check.kept("retention.rides_days", cards.retention.rides_days);
    if cards.retention.rides_days <= TOLD_LATE_DAYS {
        check.say("retention.rides_days", format!("rides are told {TOLD_LATE_DAYS} days late; keep them longer"));
    }
}
