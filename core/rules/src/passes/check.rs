//! Checks the section `passes` against itself and its city.

use crate::kernel::check::{Check, Wrong};
use crate::kernel::city::City;
use crate::passes::section::{PassesSection, Pays};
use std::collections::BTreeSet;

/// Says what does not hold.
pub(crate) fn check(city: &City, wrong: &mut Vec<Wrong>) {
    let Ok(passes) = city.section::<PassesSection>() else { return };
    let mut check = Check::of(city, "passes", wrong);
    let mut categories = BTreeSet::new();
    for category in &passes.categories {
        let at = |field: &str| format!("categories.{}.{field}", category.id);
        if !categories.insert(&category.id) {
            check.say(at("id"), "two categories have this id");
        }
        check.texts(&at("name"), &category.name);
        check.fact(&at("pays"), &category.pays);
        match category.pays.known() {
            Some(Pays::Share { percent }) => check.range(&at("pays"), *percent, 0..=100, "percent"),
            Some(Pays::Fixed { amount }) => check.amount(&at("pays"), *amount),
            None => {}
        }
        if let Some(days) = category.granted_days {
            check.range(&at("granted_days"), days, 1..=3_660, "days");
        }
        if category.is_default && category.granted_days.is_some() {
            check.say(at("granted_days"), "the default category is everybody's and is not granted");
        }
    }
    match passes.categories.iter().filter(|category| category.is_default).count() {
        1 => {}
        0 => check.say("categories", "one category is the default one: mark it with is_default = true"),
        many => check.say("categories", format!("{many} categories are the default one; only one can be")),
    }
    let mut products = BTreeSet::new();
    for product in &passes.products {
        let at = |field: &str| format!("products.{}.{field}", product.id);
        if !products.insert(&product.id) {
            check.say(at("id"), "two passes have this id");
        }
        check.texts(&at("name"), &product.name);
        if let Some(days) = product.days {
            check.range(&at("days"), days, 1..=366, "days");
        }
        if product.prices.is_empty() {
            check.say(at("prices"), "name at least one category that buys it");
        }
        for (category, price) in &product.prices {
            let at = at(&format!("prices.{category}"));
            if !categories.contains(category) {
                check.say(at.clone(), format!("there is no category `{category}`"));
            }
            check.price(&at, price);
        }
    }
    if passes.pay.is_empty() {
        check.say("pay", "name at least one way to pay");
    }
    check.range("policy.ahead_days", passes.policy.ahead_days, 0..=366, "days");
    check.range("policy.ending_days", passes.policy.ending_days, 0..=60, "days");
    check.kept("retention.benefits_days", passes.retention.benefits_days);
}
