//! Fares as the reference of GTFS-Fares v2 says, over a small feed of our own.

mod capping;
mod hostile;
mod journeys;
mod laws;
mod legs;
mod pages;
mod reading;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta};
use mesto_rules::Money;
use mesto_rules::rides::fares::{Fares, FeedError, Leg, Line, Rider, read};
use std::collections::BTreeMap;

/// A feed of two networks and three areas. The station `hub` has two platforms; the stop `depot`
/// is in no area and the route `shuttle` in no network.
const FEED: &[(&str, &str)] = &[
    (
        "stops.txt",
        "stop_id,stop_name,location_type,parent_station
hub,Hub,1,
hub_a,Hub A,0,hub
hub_b,Hub B,,hub
north,North,0,
south,South,0,
airport,Airport,0,
depot,Depot,0,
",
    ),
    ("areas.txt", "area_id,area_name\ncentre,Centre\nsuburb,Suburb\nair,Airport\n"),
    ("stop_areas.txt", "area_id,stop_id\ncentre,hub\ncentre,north\nsuburb,south\nair,airport\n"),
    ("routes.txt", "route_id,route_short_name,route_type\n12,12,3\n50,50,3\nexpress,E,3\nshuttle,S,3\n"),
    ("networks.txt", "network_id,network_name\nbus,Buses\nfast,Express\n"),
    ("route_networks.txt", "network_id,route_id\nbus,12\nbus,50\nfast,express\n"),
    (
        "calendar.txt",
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
weekdays,1,1,1,1,1,0,0,20260101,20261231
daily,1,1,1,1,1,1,1,20260101,20261231
",
    ),
    (
        "calendar_dates.txt",
        "service_id,date,exception_type\nweekdays,20260508,2\nweekdays,20260509,1\nfeast,20260322,1\n",
    ),
    (
        "timeframes.txt",
        "timeframe_group_id,start_time,end_time,service_id
peak,07:00:00,09:00:00,weekdays
peak,17:00:00,19:00:00,weekdays
night,00:00:00,5:00:00,daily
feast,,,feast
",
    ),
    (
        "rider_categories.txt",
        "rider_category_id,rider_category_name,is_default_fare_category,eligibility_url
adult,Adult,1,
child,Child,0,https://example.org/child
senior,Senior,,
",
    ),
    (
        "fare_media.txt",
        "fare_media_id,fare_media_name,fare_media_type\ncash,,0\npaper,,1\ncard,Card,2\nbank,,3\napp,App,4\n",
    ),
    (
        "fare_products.txt",
        "fare_product_id,fare_product_name,rider_category_id,fare_media_id,amount,currency
single,Single,adult,card,120.00,KZT
single,Single,adult,cash,200.00,KZT
single,Single,child,card,60.00,KZT
single,Single,senior,card,0.00,KZT
dear,Express,,,300.00,KZT
upgrade,Upgrade,,,80.00,KZT
rebate,Transfer discount,,,-50.00,KZT
gift,Large discount,,,-500.00,KZT
",
    ),
    ("fare_leg_rules.txt", "leg_group_id,network_id,fare_product_id\nbus,bus,single\nfast,fast,dear\n"),
];

/// The feed with other files, or without those whose text is empty.
fn feed(changes: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> =
        FEED.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    for (file, text) in changes {
        if text.is_empty() {
            files.remove(*file);
        } else {
            files.insert((*file).to_owned(), (*text).to_owned());
        }
    }
    files
}

fn fares(changes: &[(&str, &str)]) -> Fares {
    read(&feed(changes)).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// What is wrong, as `file, row, field`.
fn places(changes: &[(&str, &str)]) -> Vec<String> {
    let errors = read(&feed(changes)).expect_err("the feed is wrong");
    errors
        .iter()
        .map(|FeedError { file, row, field, .. }| format!("{file} {row} {field}").trim_end().to_owned())
        .collect()
}

/// A moment on the clock of the city, five hours east of UTC.
fn wall(text: &str) -> DateTime<FixedOffset> {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M"))
        .unwrap();
    naive.and_local_timezone(FixedOffset::east_opt(5 * 3_600).unwrap()).unwrap()
}

/// A ride on a Wednesday at noon whose end is known.
fn ride<'a>(route: &'a str, from: &'a str, to: &'a str) -> Leg<'a> {
    let boarded_at = wall("2026-04-29 12:00");
    let alighted_at = Some(boarded_at + TimeDelta::minutes(20));
    Leg { line: Line::Route(route), from, to: Some(to), boarded_at, alighted_at, held: None }
}

/// The same so many minutes later.
fn after<'a>(minutes: i64, leg: Leg<'a>) -> Leg<'a> {
    let later = TimeDelta::minutes(minutes);
    Leg { boarded_at: leg.boarded_at + later, alighted_at: leg.alighted_at.map(|at| at + later), ..leg }
}

/// The same where riders only tap on.
fn tapped<'a>(leg: Leg<'a>) -> Leg<'a> {
    Leg { to: None, alighted_at: None, ..leg }
}

fn by_card<'a>() -> Rider<'a> {
    Rider { medium: Some("card"), ..Rider::default() }
}

fn kzt(amount: &str) -> Money {
    Money::parse(amount, "KZT".parse().unwrap()).unwrap()
}
