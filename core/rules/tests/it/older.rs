//! A served city of an older edition as this program reads it: what it does not have yet is unknown
//! or empty, and stops no other service.

use crate::leaves::matches;
use crate::support::{at, belgrade, steppe};
use chrono::TimeDelta;
use mesto_rules::garages::{self, GaragesSection, VisitAsk};
use mesto_rules::orders::OrdersSection;
use mesto_rules::{City, ParkingSection, PayMethod, QuoteAsk, SectionError, Stays, order};
use serde_json::Value;
use std::collections::BTreeSet;

/// Fields that every edition has had from the beginning (`*` is one step of the path, `**` any
/// number), and why nothing can stand in for them. A field that is added later is not among them:
/// it is a fact, a list, or has a default that is right for the editions before it.
const FROM_THE_BEGINNING: &[(&str, &str)] = &[
    ("id", "which city it is"),
    ("version", "which edition it is"),
    ("name", "what it is called"),
    ("languages", "in which languages it speaks"),
    ("currency", "what a price is in"),
    ("centre.**", "where it lies"),
    ("quote_ttl_seconds", "how long a price holds: no guess is right"),
    ("outdated_from", "until when anything is sold by it"),
    ("contacts.**", "whom a driver asks for help"),
    ("terms.**", "what a driver agrees to"),
    ("sources", "where every value comes from"),
    ("sources.*.title", "what a value rests on"),
    ("retention.**", "how long a person's records are kept: never guessed"),
    ("sections", "the city itself"),
    ("sections.calendar.**", "a holiday that is passed over would be charged"),
    ("sections.plates.**", "the grammar of a plate is one: half of it reads another car"),
    ("sections.time.**", "the clock by which everything ends"),
    ("sections.wallet", "what every service is paid by"),
    ("sections.wallet.deposit", "what every service is paid by"),
    ("sections.wallet.deposit.source", "what a value rests on"),
    ("sections.wallet.card", "what every service is paid by"),
    ("sections.wallet.card.free_from.**", "from which sum on a card has no fee"),
    ("sections.*.format", "whether this program may read the rest"),
    ("sections.*.policy", "how a service sells"),
    ("sections.*.retention.**", "how long a person's records are kept: never guessed"),
    ("sections.*.tariffs.*.id", "which prices they are"),
    ("sections.*.tariffs.*.from", "since when they hold"),
    ("sections.orders.rates.*.from", "since when they hold"),
    ("sections.parking.policy.*", "what is sold around an end: another answer is another price"),
    ("sections.parking.sms.**", "the text of a message that is sent and paid"),
    ("sections.parking.zones.*.id", "which zone it is"),
    ("sections.parking.zones.*.name", "what it is called"),
    ("sections.parking.zones.*.colour", "which sign it is"),
    ("sections.parking.zones.*.regime", "whether and how it is charged"),
    ("sections.parking.zones.*.limits", "how long one may stay"),
    ("sections.parking.zones.*.area.**", "an area is there as a whole or not at all"),
    ("sections.parking.tariffs.*.rates.*.*.**", "a price is of a kind and of minutes"),
    ("sections.garages.policy.*", "when a garage is not heard: another answer sells what nobody knows"),
    ("sections.garages.facilities.*.id", "which facility it is"),
    ("sections.garages.facilities.*.name", "what it is called"),
    ("sections.garages.facilities.*.rate_table", "which prices it has"),
    ("sections.garages.tariffs.*.rate_tables.*.unit_minutes", "a price is of minutes"),
    ("sections.garages.tariffs.*.rate_tables.*.several_days.days", "a price is of days"),
];

/// What is removed, as in `leaves`: every field of every object, with the ids of list items in its
/// path.
fn fields(value: &Value, path: &[String], pointer: &str, found: &mut Vec<(Vec<String>, String)>) {
    let mut below = |name: &str, step: &str, value: &Value, is_field: bool| {
        let path = [path, &[name.to_owned()]].concat();
        let pointer = format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"));
        if is_field {
            found.push((path.clone(), pointer.clone()));
        }
        fields(value, &path, &pointer, found);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| below(name, name, value, true)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let step = index.to_string();
                below(item["id"].as_str().unwrap_or(&step), &step, item, false);
            }
        }
        _ => {}
    }
}

fn without(document: &Value, pointer: &str) -> Value {
    let mut document = document.clone();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let field = field.replace("~1", "/").replace("~0", "~");
    document.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(&field).unwrap();
    document
}

/// How a service's section is read; `None` where the city never had it.
fn read(city: &City, section: &str) -> Option<Result<(), SectionError>> {
    let read = match section {
        "parking" => city.section::<ParkingSection>().map(drop),
        "orders" => city.section::<OrdersSection>().map(drop),
        "garages" => city.section::<GaragesSection>().map(drop),
        other => panic!("a service without a reader here: {other}"),
    };
    if matches!(read, Err(SectionError::Missing { .. })) { None } else { Some(read) }
}

/// Asks the city what it is asked every day: an answer or a refusal, never a panic.
fn ask(city: &City) {
    let now = at("2025-03-03 10:00");
    for zone in city.section::<ParkingSection>().map(|parking| parking.zones.clone()).unwrap_or_default() {
        for pay in [PayMethod::Deposit, PayMethod::Card, PayMethod::Sms] {
            let ask = QuoteAsk { zone: zone.id.as_str(), minutes: 61, now, stays: Stays::default(), pay };
            let _ = mesto_rules::quote(city, &ask);
        }
        let _ = order::issue(city, zone.id.as_str(), now, None);
    }
    for facility in city.section::<GaragesSection>().map(|garages| garages.facilities.clone()).unwrap_or_default() {
        for is_lost in [false, true] {
            let _ = garages::price(
                city,
                &VisitAsk {
                    facility: facility.id.as_str(),
                    entered_at: now - TimeDelta::hours(30),
                    now,
                    paid: &[],
                    is_disabled: is_lost,
                    places: 1,
                    is_lost,
                    pay: PayMethod::Card,
                },
            );
        }
    }
    let _ = mesto_rules::parse_plate("BG 789-PP", &city.sections.plates);
    let _ = mesto_rules::check(city);
}

#[test]
fn an_older_city_without_a_field_is_read_or_the_field_was_there_from_the_beginning() {
    let mut used = vec![false; FROM_THE_BEGINNING.len()];
    let mut unlisted = BTreeSet::new();
    for city in [belgrade(), steppe()] {
        let document: Value = serde_json::from_str(&city.to_canonical_json().unwrap()).unwrap();
        let sections: Vec<String> = city.sections.services().map(str::to_owned).collect();
        let mut found = Vec::new();
        fields(&document, &[], "", &mut found);
        for (path, pointer) in found {
            if matches!(path.as_slice(), [first, service] if first == "sections" && sections.contains(service)) {
                // A city without a service is tested with the sections.
                continue;
            }
            let older = City::from_json(&without(&document, &pointer).to_string());
            let is_read = older.as_ref().is_ok_and(|older| {
                sections.iter().all(|section| {
                    let read = read(older, section).expect("the section is there");
                    let is_its_own = path.get(1) == Some(section);
                    assert!(read.is_ok() || is_its_own, "{}: stops {section}", path.join("."));
                    read.is_ok()
                })
            });
            if let Ok(older) = &older {
                ask(older);
            }
            if is_read {
                continue;
            }
            let listed = FROM_THE_BEGINNING
                .iter()
                .position(|(pattern, _)| matches(&pattern.split('.').collect::<Vec<_>>(), &path));
            match listed {
                Some(place) => used[place] = true,
                None => {
                    unlisted.insert(path.join("."));
                }
            }
        }
    }
    let unlisted: Vec<String> = unlisted.into_iter().collect();
    assert!(unlisted.is_empty(), "an older edition without these is not read:\n{}", unlisted.join("\n"));
    for ((pattern, _), used) in FROM_THE_BEGINNING.iter().zip(used) {
        assert!(used, "{pattern} is read without; it leaves this list");
    }
}
