//! Belgrade, and moments on its wall clock.

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Belgrade;
use mesto_rules::garages::GaragesSection;
use mesto_rules::orders::OrdersSection;
use mesto_rules::parking::ParkingSection;
use mesto_rules::{City, PayMethod, Quote, QuoteAsk, Refusal, Stay, Stays};
use serde_json::Value;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::LazyLock;

static BELGRADE: LazyLock<City> =
    LazyLock::new(|| mesto_rules::load::embedded("belgrade").unwrap_or_else(|errors| panic!("{errors:#?}")));

pub fn belgrade() -> &'static City {
    &BELGRADE
}

static ALMATY: LazyLock<City> =
    LazyLock::new(|| mesto_rules::load::embedded("almaty").unwrap_or_else(|errors| panic!("{errors:#?}")));

pub fn almaty() -> &'static City {
    &ALMATY
}

static STEPPE: LazyLock<City> =
    LazyLock::new(|| mesto_rules::load::compile(&steppe_files()).unwrap_or_else(|errors| panic!("{errors:#?}")));

/// A city that does not exist: parking only, a clock written by hand, every policy the other way
/// round.
pub fn steppe() -> &'static City {
    &STEPPE
}

/// Its source files, in `tests/cities/steppe`.
pub fn steppe_files() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cities/steppe");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// A city as it is served, with something in its document changed before it is read.
pub fn served(city: &City, change: impl FnOnce(&mut Value)) -> City {
    let mut document = serde_json::to_value(city).unwrap();
    change(&mut document);
    City::from_json(&document.to_string()).unwrap_or_else(|error| panic!("{error}"))
}

/// What a city says about parking.
pub fn parking(city: &City) -> &ParkingSection {
    city.section().unwrap()
}

/// Changes what a city says about parking.
pub fn change_parking(city: &mut City, change: impl FnOnce(&mut ParkingSection)) {
    let mut parking = parking(city).clone();
    change(&mut parking);
    city.put_section(parking).unwrap();
}

/// Changes what a city says about daily orders.
pub fn change_orders(city: &mut City, change: impl FnOnce(&mut OrdersSection)) {
    let mut orders: OrdersSection = city.section::<OrdersSection>().unwrap().clone();
    change(&mut orders);
    city.put_section(orders).unwrap();
}

/// What a city says about garages.
pub fn garages(city: &City) -> &GaragesSection {
    city.section().unwrap()
}

/// Changes what a city says about garages.
pub fn change_garages(city: &mut City, change: impl FnOnce(&mut GaragesSection)) {
    let mut garages = garages(city).clone();
    change(&mut garages);
    city.put_section(garages).unwrap();
}

/// An id from its text.
pub fn id<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// `2025-03-03 10:00`, Belgrade's wall clock.
pub fn at(wall: &str) -> DateTime<Utc> {
    let format = if wall.len() > 16 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" };
    let naive = chrono::NaiveDateTime::parse_from_str(wall, format).expect(wall);
    naive.and_local_timezone(Belgrade).single().expect(wall).with_timezone(&Utc)
}

pub fn ask<'a>(zone: &'a str, minutes: u32, start: &str) -> QuoteAsk<'a> {
    QuoteAsk { zone, minutes, now: at(start), stays: Stays::default(), pay: PayMethod::Deposit }
}

pub fn quote(zone: &str, minutes: u32, start: &str) -> Result<Quote, Refusal> {
    mesto_rules::quote(belgrade(), &ask(zone, minutes, start))
}

/// The stay of the plate.
pub fn of(plate: &Stay) -> Stays<'_> {
    Stays { plate: Some(plate), user: None }
}

/// Buys a quote and answers the stay after it.
pub fn buy(city: &City, ask: &QuoteAsk<'_>) -> (Quote, Stay) {
    let quote = mesto_rules::quote(city, ask).unwrap_or_else(|refusal| panic!("{ask:?}: {refusal}"));
    let stay = Stay::after_purchase(city, ask.stays.plate, &quote).unwrap();
    (quote, stay)
}

/// Belgrade, but with one zone charged day and night, Sundays too.
pub fn around_the_clock(zone: &str) -> City {
    use mesto_rules::fact::{Certainty, Fact, Known};
    use mesto_rules::{Day, TimeOfDay, TimeSpan};
    let mut city = belgrade().clone();
    let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
    let value = vec![TimeSpan { days, from: TimeOfDay::START, until: TimeOfDay::END }];
    let hours = Fact::Known(Known { value, certainty: Certainty::Assumed, source: id("decision") });
    change_parking(&mut city, |parking| {
        parking.zones.iter_mut().find(|it| it.id == zone).unwrap().hours = hours;
    });
    mesto_rules::check(&city).unwrap();
    city
}
