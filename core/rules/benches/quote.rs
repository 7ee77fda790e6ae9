//! One Belgrade quote beside 20 conversions between UTC and the city's wall clock; a quote may cost
//! at most as much.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use divan::{Bencher, black_box};
use mesto_rules::{City, PayMethod, QuoteAsk, Stays};
use std::sync::LazyLock;

static BELGRADE: LazyLock<City> =
    LazyLock::new(|| mesto_rules::load::embedded("belgrade").expect("the source files are sound"));

fn main() {
    divan::main();
}

/// 3 March 2025, a Monday, 10:00 in Belgrade.
fn morning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_740_992_400, 0).unwrap()
}

#[divan::bench(args = ["red 61", "yellow 180", "blue 480", "red extended"], min_time = 0.2)]
fn quote(bencher: Bencher<'_, '_>, case: &str) {
    let city = &*BELGRADE;
    let now = morning();
    let ask = |zone, minutes| QuoteAsk { zone, minutes, now, stays: Stays::default(), pay: PayMethod::Deposit };
    let first = mesto_rules::quote(city, &ask("red", 60)).unwrap();
    let stay = mesto_rules::Stay::after_purchase(city, None, &first).unwrap();
    let ask = match case {
        "yellow 180" => ask("yellow", 180),
        "blue 480" => ask("blue", 480),
        "red extended" => QuoteAsk { stays: Stays { plate: Some(&stay), user: None }, ..ask("red", 30) },
        _ => ask("red", 61),
    };
    bencher.bench(|| mesto_rules::quote(black_box(city), black_box(&ask)));
}

/// Twenty conversions, ten each way, on different days of the year.
#[divan::bench(min_time = 0.2)]
fn twenty_time_zone_conversions(bencher: Bencher<'_, '_>) {
    let belgrade = Tz::Europe__Belgrade;
    let moments: Vec<DateTime<Utc>> = (0..10).map(|month| morning() + TimeDelta::days(month * 31)).collect();
    bencher.bench(|| {
        for moment in &moments {
            let wall = black_box(*moment).with_timezone(&belgrade).naive_local();
            black_box(belgrade.from_local_datetime(&black_box(wall)).earliest());
        }
    });
}
