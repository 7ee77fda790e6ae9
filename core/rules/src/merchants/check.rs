//! Checks the section `merchants` against itself and its city.

use crate::kernel::check::{Check, Wrong};
use crate::kernel::city::City;
use crate::kernel::fact::Fact;
use crate::kernel::link;
use crate::merchants::section::MerchantsSection;
use std::collections::BTreeSet;

/// Says what does not hold.
pub(crate) fn check(city: &City, wrong: &mut Vec<Wrong>) {
    let Ok(merchants) = city.section::<MerchantsSection>() else { return };
    let mut check = Check::of(city, "merchants", wrong);
    let organisation = &merchants.organisation;
    for (field, fact) in [
        ("name", &organisation.name),
        ("contract", &organisation.contract),
        ("contract_version", &organisation.contract_version),
    ] {
        let at = format!("organisation.{field}");
        check.fact(&at, fact);
        if let Fact::Known(known) = fact
            && known.value.trim().is_empty()
        {
            check.say(at, "it is empty; say why it is unknown");
        }
    }
    if organisation.contract.known().is_some_and(|contract| !contract.starts_with("https://")) {
        check.say("organisation.contract", "an address begins with https://");
    }
    let mut categories = BTreeSet::new();
    for category in &merchants.categories {
        let at = |field: &str| format!("categories.{}.{field}", category.id);
        if !categories.insert(&category.id) {
            check.say(at("id"), "two categories have this id");
        }
        check.texts(&at("name"), &category.name);
    }
    if merchants.categories.is_empty() {
        check.say("categories", "name at least one; every merchant is of one");
    }
    if merchants.code_hosts.is_empty() {
        check.say("code_hosts", "name at least one host; what leads to no host of this list is no code");
    }
    for host in merchants.code_hosts.iter().filter(|host| !link::is_host(host)) {
        check.say("code_hosts", format!("`{host}` is no host in lower case"));
    }
    check.fact("fee", &merchants.fee);
    if let Some(fee) = merchants.fee.known() {
        check.range("fee.basis_points", fee.basis_points, 0..=10_000, "hundredths of a percent");
        check.amount("fee.least", fee.least);
    }
    let limits = &merchants.limits;
    for (field, amount) in [("least", limits.least), ("most", limits.most), ("day_most", limits.day_most)] {
        check.amount(&format!("limits.{field}"), amount);
    }
    if limits.least.is_zero() {
        check.say("limits.least", "nothing is no payment: give more than 0");
    }
    for (field, less, more) in [("most", limits.least, limits.most), ("day_most", limits.most, limits.day_most)] {
        if more.checked_sub(&less).is_ok_and(|missing| missing.amount.is_sign_negative()) {
            check.say(format!("limits.{field}"), format!("{more} is less than {less}, which one may pay"));
        }
    }
    let policy = &merchants.policy;
    check.range("policy.repeat_minutes", policy.repeat_minutes, 0..=24 * 60, "minutes");
    check.range("policy.business_digits", policy.business_digits, 6..=20, "digits");
    check.range("policy.give_back_days", policy.give_back_days, 0..=366, "days");
    check.range("policy.invoice_minutes_most", policy.invoice_minutes_most, 1..=30 * 24 * 60, "minutes");
    check.kept("retention.invoices_days", merchants.retention.invoices_days);
}
