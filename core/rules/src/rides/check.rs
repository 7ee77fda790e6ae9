//! Checks the section `rides` against itself and its city.

use crate::kernel::check::{Check, Wrong};
use crate::kernel::city::City;
use crate::kernel::link;
use crate::kernel::money::Money;
use crate::passes::PassesSection;
use crate::rides::fares::{Fares, MediumId};
use crate::rides::feed::Feed;
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
        if !link::is_host(host) {
            check.say("sign_hosts", format!("`{host}` is no host in lower case"));
        }
    }
    match (&rides.feed, rides.fares.is_empty()) {
        (None, true) => check.say("fares", "say what a ride costs, or that it is unknown; or name a feed of fares"),
        (Some(_), false) => {
            check.say("fares", "a ride costs what `fares` say, or what the feed says; leave one of them out");
        }
        _ => {}
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
    let passes = city.section::<PassesSection>().ok();
    if let Some(feed) = &rides.feed {
        by_feed(&mut check, feed, passes);
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
    if let Some(passes) = passes {
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

/// Fares by a feed.
fn by_feed(check: &mut Check<'_>, feed: &Feed, passes: Option<&PassesSection>) {
    if feed.dated.is_empty() {
        check.say("feed.dated", "name the folder of a feed, or say that what rides cost is unknown");
    }
    check.range("feed.stop_minutes", feed.stop_minutes, 1..=24 * 60, "minutes");
    let mut begun = BTreeSet::new();
    for dated in &feed.dated {
        let at = format!("feed.{}", dated.from);
        check.date(&at, dated.from);
        if !begun.insert(dated.from) {
            check.say(at.clone(), "two feeds begin on this day");
        }
        check.fact(&format!("{at}.folder"), &dated.fares);
        if let Some(fares) = dated.fares.known() {
            fits(check, (&at, fares), feed, passes);
        }
    }
    for category in feed.categories.keys() {
        if passes.and_then(|passes| passes.category(category.as_str())).is_none() {
            check.say(format!("feed.categories.{category}"), "passes.toml has no such category");
        }
    }
    for (place, cap) in feed.caps.all().iter().enumerate() {
        check.amount(&format!("feed.caps.{place}.at_most"), cap.at_most);
    }
}

/// What is said beside a feed is in it.
fn fits(check: &mut Check<'_>, (at, fares): (&str, &Fares), feed: &Feed, passes: Option<&PassesSection>) {
    for product in &fares.products {
        // Discounts are below zero, and no larger than a price.
        let amount = Money { amount: product.amount.amount.abs(), ..product.amount };
        check.amount(&format!("{at}.{}", product.id), amount);
    }
    let known = || fares.media.keys().map(MediumId::as_str).collect::<Vec<_>>().join(", ");
    for (field, medium) in [("medium", &feed.medium), ("card_medium", &feed.card_medium)] {
        match medium {
            Some(medium) if !fares.media.contains_key(medium.as_str()) => {
                check.say(
                    format!("feed.{field}"),
                    format!("{at}: the feed has no medium `{medium}`; it has: {}", known()),
                );
            }
            None if field == "medium" && !fares.media.is_empty() => {
                check.say(format!("feed.{field}"), format!("say which medium the app is: {}", known()));
            }
            _ => {}
        }
    }
    for (category, in_feed) in &feed.categories {
        if !fares.rider_categories.contains_key(in_feed.as_str()) {
            let known: Vec<&str> = fares.rider_categories.keys().map(AsRef::as_ref).collect();
            let reason = format!("the feed has no rider category `{in_feed}`; it has: {}", known.join(", "));
            check.say(format!("feed.categories.{category}"), reason);
        }
    }
    let has_default = fares.rider_categories.values().any(|category| category.is_default);
    if !fares.rider_categories.is_empty() && !has_default && feed.default_category(passes).is_none() {
        let reason = "the feed has no default category; say which one whoever nothing is known of has";
        check.say("feed.categories", reason);
    }
    for (place, cap) in feed.caps.all().iter().enumerate() {
        for product in &cap.products {
            if !fares.products.iter().any(|known| known.id == *product) {
                check.say(format!("feed.caps.{place}.products"), format!("the feed has no product `{product}`"));
            }
        }
    }
}
