//! Belgrade, and moments on its wall clock.

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Belgrade;
use mesto_rules::{City, PayMethod, Quote, QuoteAsk, Refusal, Stay, Stays};
use std::sync::LazyLock;

static BELGRADE: LazyLock<City> =
    LazyLock::new(|| mesto_rules::load::embedded("belgrade").unwrap_or_else(|errors| panic!("{errors:#?}")));

pub fn belgrade() -> &'static City {
    &BELGRADE
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
    let hours = Fact::Known(Known { value, certainty: Certainty::Assumed, source: "decision".into() });
    city.zones.iter_mut().find(|it| it.id == zone).unwrap().hours = hours;
    city.check().unwrap();
    city
}
