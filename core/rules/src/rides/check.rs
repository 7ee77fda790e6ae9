//! Checks the section `rides` against itself and its city.

use crate::kernel::check::{Check, Wrong};
use crate::kernel::city::City;
use crate::passes::PassesSection;
use crate::rides::section::{RidesSection, VehicleKind};
use std::collections::BTreeSet;

/// Says what does not hold.
pub(crate) fn check(city: &City, wrong: &mut Vec<Wrong>) {
    let Ok(rides) = city.section::<RidesSection>() else { return };
    let mut check = Check::of(city, "rides", wrong);
    let mut carriers = BTreeSet::new();
    for carrier in &rides.carriers {
        let at = |field: &str| format!("carriers.{}.{field}", carrier.id);
        if !carriers.insert(&carrier.id) {
            check.say(at("id"), "two carriers have this id");
        }
        check.texts(&at("name"), &carrier.name);
    }
    let (mut routes, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for route in &rides.routes {
        let at = |field: &str| format!("routes.{}.{field}", route.id);
        if !routes.insert(&route.id) {
            check.say(at("id"), "two routes have this id");
        }
        if !numbers.insert((route.kind.as_str(), &route.number)) {
            check.say(at("number"), "two routes of this kind have this number");
        }
        if route.number.is_empty() || route.number.chars().count() > 8 {
            check.say(at("number"), "a number has 1 to 8 signs");
        }
        if !carriers.contains(&route.carrier) {
            check.say(at("carrier"), format!("there is no carrier `{}`", route.carrier));
        }
        if !(1..=2).contains(&route.directions.len()) {
            check.say(at("directions"), "a ring has one direction, another route has two");
        }
        for (number, direction) in route.directions.iter().enumerate() {
            check.texts(&at(&format!("directions.{number}")), &direction.headsign);
        }
    }
    if rides.sign_hosts.is_empty() {
        check.say("sign_hosts", "name at least one host; what leads to no host of this list is no sign");
    }
    for host in &rides.sign_hosts {
        let is_host = host.contains('.')
            && host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte));
        if !is_host {
            check.say("sign_hosts", format!("`{host}` is no host in lower case"));
        }
    }
    if rides.fares.is_empty() {
        check.say("fares", "say what a ride costs, or that it is unknown");
    }
    let mut begun = BTreeSet::new();
    for dated in &rides.fares {
        let at = format!("fares.{}", dated.from);
        check.date(&at, dated.from);
        if !begun.insert(dated.from) {
            check.say(at.clone(), "two fares begin on this day");
        }
        check.price(&at, &dated.fare);
    }
    for day in &rides.free_days {
        check.date("free_days", *day);
    }
    if rides.pay.is_empty() {
        check.say("pay", "name at least one way to pay");
    }
    let policy = &rides.policy;
    check.range("policy.repeat_minutes", policy.repeat_minutes, 1..=24 * 60, "minutes");
    check.range("policy.tolerance_minutes", policy.tolerance_minutes, 0..=180, "minutes");
    check.range("policy.ticket_minutes", policy.ticket_minutes, 1..=24 * 60, "minutes");
    check.range("policy.breakdown_minutes", policy.breakdown_minutes, 1..=24 * 60, "minutes");
    check.range("policy.persons_most", policy.persons_most, 1..=50, "persons");
    check.range("policy.dispute_days", policy.dispute_days, 1..=366, "days");
    check.range("policy.terminal_code_seconds", policy.terminal_code_seconds, 5..=600, "seconds");
    if let Ok(passes) = city.section::<PassesSection>() {
        if passes.policy.day_begins != policy.service_day_begins {
            check.say("policy.service_day_begins", "a pass holds by other service days: day_begins of passes.toml");
        }
        for product in &passes.products {
            for route in product.routes.iter().filter(|route| rides.route(route).is_none()) {
                check.say("routes", format!("pass `{}` covers route `{route}`, which is not here", product.id));
            }
            for kind in product.kinds.iter().filter(|kind| !VehicleKind::read(kind).is_known()) {
                check.say("routes", format!("pass `{}` covers `{kind}`, which is no kind of vehicle", product.id));
            }
        }
    }
    // Rides are told up to 32 days late, and again: they are known until then.
    check.kept_from("retention.rides_days", rides.retention.rides_days, 36);
}
