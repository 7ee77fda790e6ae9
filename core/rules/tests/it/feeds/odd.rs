//! Feeds that are odd and right, and feeds that are wrong.

use super::{Account, FEED, SAID, city_of, kzt, utc, with, wrong};
use chrono::{DateTime, FixedOffset};
use mesto_rules::Money;
use mesto_rules::rides::fares::{Fares, Leg, Line, Outcome, Rider, read};
use std::collections::BTreeMap;

const MORNING: &str = "2025-09-03T05:00:00Z";
const PLAIN: &str = "\n[feed]\ndated = [{ from = \"2024-08-03\", folder = { value = \"fares\", certainty = \"assumed\", source = \"decision\" } }]\nstop_minutes = 10\n";

fn fares(files: &[(&str, &str)]) -> Fares {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    let files: BTreeMap<String, String> = files.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
    read(&files).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn morning() -> DateTime<FixedOffset> {
    "2025-09-03T10:00:00+05:00".parse().unwrap()
}

/// Products that may be bought, cheapest first.
fn sold(fares: &Fares, line: Line<'_>, from: &str, to: Option<&str>) -> Vec<String> {
    let leg = Leg { line, from, to, boarded_at: morning(), alighted_at: None, held: None };
    fares.leg(&leg, &Rider::default()).offers.iter().map(|offer| offer.product.to_string()).collect()
}

/// What rides cost one after another, ten minutes apart, in a city with such a feed.
fn paid(feed: &[(&str, &str)], said: &str, rides: &[(&'static str, &'static str)]) -> Vec<Money> {
    let city = city_of(feed, said);
    let mut account = Account::of(&city);
    let mut at = utc(MORNING);
    rides
        .iter()
        .map(|(on, stop)| {
            at += super::minutes(10);
            account.ride(on, stop, at)
        })
        .collect()
}

const TWO: &str = "fare_product_id,amount,currency\na,10.00,KZT\nb,20.00,KZT\nc,30.00,KZT\n";
const NETWORKS: &[(&str, &str)] = &[
    ("routes.txt", "route_id\n1\n2\n3\n"),
    ("networks.txt", "network_id\nred\nblue\nunused\n"),
    ("route_networks.txt", "network_id,route_id\nred,1\nblue,2\n"),
    ("fare_products.txt", TWO),
];

#[test]
fn an_empty_network_is_every_other_one_and_with_a_priority_any() {
    let rules = "network_id,fare_product_id\nred,b\n,a\n";
    let plain = fares(&[NETWORKS, &[("fare_leg_rules.txt", rules)]].concat());
    let on = |fares: &Fares, route| sold(fares, Line::Route(route), "", None);
    assert_eq!(
        (on(&plain, "1"), on(&plain, "2"), on(&plain, "3")),
        (vec!["b".into()], vec!["a".into()], vec!["a".into()])
    );
    // The field is there and empty everywhere: each rule that matches applies.
    let rules = "network_id,fare_product_id,rule_priority\nred,b,\n,a,\n";
    let open = fares(&[NETWORKS, &[("fare_leg_rules.txt", rules)]].concat());
    assert_eq!(on(&open, "1"), ["a", "b"], "both, the cheapest first");
    let rules = "network_id,fare_product_id,rule_priority\nred,b,1\n,a,\nblue,c,0\n";
    let ranked = fares(&[NETWORKS, &[("fare_leg_rules.txt", rules)]].concat());
    assert_eq!((on(&ranked, "1"), on(&ranked, "2")), (vec!["b".into()], vec!["a".into(), "c".into()]));
}

#[test]
fn an_empty_area_is_every_other_one_and_a_stop_may_lie_in_two() {
    let places = [
        ("stops.txt", "stop_id\np\nq\nr\nnowhere\n"),
        ("areas.txt", "area_id\none\ntwo\nthree\n"),
        ("stop_areas.txt", "area_id,stop_id\none,p\ntwo,p\ntwo,q\nthree,r\n"),
        ("fare_products.txt", TWO),
    ];
    let rules = "from_area_id,fare_product_id\none,c\ntwo,b\n,a\n";
    let fares = fares(&[&places[..], &[("fare_leg_rules.txt", rules)]].concat());
    let from = |stop| sold(&fares, Line::Route("1"), stop, None);
    assert_eq!((from("p"), from("q"), from("r")), (vec!["b".into(), "c".into()], vec!["b".into()], vec!["a".into()]));
    assert_eq!(from("nowhere"), ["a"]);
    assert!(fares.has_stop("nowhere") && !fares.has_stop("somewhere"));
}

#[test]
fn a_platform_has_the_areas_of_its_station_or_its_own() {
    let places = [
        ("stops.txt", "stop_id,location_type,parent_station\nhall,1,\none,0,hall\ntwo,,hall\ngate,2,hall\nalone,0,\n"),
        ("areas.txt", "area_id\ncore\nedge\n"),
        ("stop_areas.txt", "area_id,stop_id\ncore,hall\nedge,two\n"),
        ("fare_products.txt", TWO),
        ("fare_leg_rules.txt", "from_area_id,fare_product_id\ncore,a\nedge,b\n"),
    ];
    let fares = fares(&places);
    let from = |stop| sold(&fares, Line::Route("1"), stop, None);
    assert_eq!((from("one"), from("two"), from("hall")), (vec!["a".into()], vec!["b".into()], vec!["a".into()]));
    assert_eq!(from("alone"), Vec::<String>::new());
    assert_eq!(
        ["one", "two", "hall", "alone", "gate", "three"].map(|stop| fares.has_stop(stop)),
        [true, true, true, true, false, false]
    );
}

#[test]
fn two_files_are_enough_for_one_fare() {
    let feed = [
        ("fare_products.txt", "fare_product_id,amount,currency\nride,90.00,KZT\n"),
        ("fare_leg_rules.txt", "fare_product_id\nride\n"),
    ];
    assert_eq!(paid(&feed, PLAIN, &[("92", "anywhere"), ("t11", "elsewhere")]), [kzt("90"), kzt("90")]);
}

#[test]
fn a_product_may_be_free_or_below_zero_and_nobody_is_paid_for_riding() {
    let products = "fare_product_id,amount,currency\nfree,0.00,KZT\ngift,-15.00,KZT\nfull,40.00,KZT\noff,-100.00,KZT\n";
    let rules = "leg_group_id,network_id,fare_product_id\nbus,bus,full\nfree,express,free\nfree,express,gift\n";
    let transfers =
        "from_leg_group_id,to_leg_group_id,transfer_count,fare_transfer_type,fare_product_id\nbus,bus,1,1,off\n";
    let other = [
        ("fare_products.txt", products),
        ("fare_leg_rules.txt", rules),
        ("fare_transfer_rules.txt", transfers),
        ("fare_media.txt", ""),
        ("rider_categories.txt", ""),
    ];
    let rides = [("t11", "s1"), ("92", "s1"), ("92", "s2"), ("121", "s1")];
    assert_eq!(paid(&with(&other), PLAIN, &rides), [kzt("0"), kzt("40"), kzt("0"), kzt("40")]);
}

#[test]
fn a_fixed_price_for_both_legs_is_made_up_to() {
    let products = "fare_product_id,amount,currency\nfull,40.00,KZT\nboth,55.00,KZT\n";
    let rules = "leg_group_id,fare_product_id\nbus,full\n";
    let transfers =
        "from_leg_group_id,to_leg_group_id,transfer_count,fare_transfer_type,fare_product_id\nbus,bus,1,2,both\n";
    let feed = [("fare_products.txt", products), ("fare_leg_rules.txt", rules), ("fare_transfer_rules.txt", transfers)];
    let rides = [("92", "s1"), ("121", "s1"), ("92", "s1"), ("t11", "s1")];
    assert_eq!(paid(&feed, PLAIN, &rides), [kzt("40"), kzt("15"), kzt("40"), kzt("15")]);
}

#[test]
fn the_night_ends_with_the_day_and_days_may_be_listed_one_by_one() {
    let times = [
        ("calendar_dates.txt", "service_id,date,exception_type\nfeast,20250903,1\n"),
        (
            "timeframes.txt",
            "timeframe_group_id,start_time,end_time,service_id\nlate,22:00:00,24:00:00,feast\nday,00:00:00,22:00:00,feast\n",
        ),
        ("fare_products.txt", TWO),
        ("fare_leg_rules.txt", "fare_product_id,from_timeframe_group_id\na,day\nb,late\nc,\n"),
    ];
    let city = city_of(&times, PLAIN);
    let price = |at| Account::of(&city).ride("92", "s1", utc(at));
    // 21:59:59, 22:00:00 and 23:59:59 by the clock there; an empty timeframe is any time.
    assert_eq!(price("2025-09-03T16:59:59Z"), kzt("10"));
    assert_eq!((price("2025-09-03T17:00:00Z"), price("2025-09-03T18:59:59Z")), (kzt("20"), kzt("20")));
    assert_eq!(price("2025-09-03T19:00:00Z"), kzt("30"), "another day");
}

#[test]
fn columns_in_any_order_quoted_ids_and_files_without_rows_are_read() {
    let feed = [
        ("routes.txt", "route_type,route_id\r\n3,\"Line 1, ring\"\r\n3,92\r\n3,121\r\n3,t11\r\n"),
        ("fare_products.txt", "currency,amount,fare_product_id\r\nKZT,00010.00,\"A, \"\"b\"\"\"\r\n"),
        ("fare_leg_rules.txt", "\u{feff}fare_product_id,network_id,leg_group_id\r\n\"A, \"\"b\"\"\",,\r\n"),
        ("fare_transfer_rules.txt", "fare_transfer_type\n"),
        ("fare_leg_join_rules.txt", "from_network_id,to_network_id\n"),
        ("timeframes.txt", "timeframe_group_id,service_id\n"),
    ];
    let said = PLAIN.to_owned();
    let files = super::files(&feed, &said);
    let files = files.into_iter().map(|(name, text)| (name, text.replace("in_feed = \"E-11\"\n", ""))).collect();
    let city = mesto_rules::load::compile(&files).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(Account::of(&city).ride("92", "s1", utc(MORNING)), kzt("10"));
}

#[test]
fn several_media_and_categories_are_kept_apart() {
    let fares = fares(FEED);
    let price = |category, medium| {
        let leg =
            Leg { line: Line::Route("92"), from: "s1", to: None, boarded_at: morning(), alighted_at: None, held: None };
        let fare = fares.leg(&leg, &Rider { category, medium: Some(medium) });
        fare.offers.first().map(|offer| offer.amount).ok_or(fare.outcome)
    };
    assert_eq!((price(None, "phone"), price(None, "card")), (Ok(kzt("120")), Ok(kzt("100"))));
    assert_eq!(
        (price(Some("kid"), "card"), price(Some("old"), "card")),
        (Ok(kzt("60")), Err(Outcome::UnknownCategory))
    );
    assert_eq!(price(None, "watch"), Err(Outcome::UnknownMedium));
}

#[test]
fn each_mistake_of_a_citys_feed_is_named_by_file_row_and_field() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[("fare_media.txt", "")],
            "fares/fare_products.txt: row 2, fare_media_id: the field refers to fare_media.txt, which the feed does not have",
        ),
        (
            &[("areas.txt", "area_id\ninner\n")],
            "fares/fare_leg_rules.txt: row 3, from_area_id: `outer` is no area_id of areas.txt",
        ),
        (
            &[("areas.txt", "area_id\ninner\n")],
            "fares/stop_areas.txt: row 4, area_id: `outer` is no area_id of areas.txt",
        ),
        (
            &[(
                "rider_categories.txt",
                "rider_category_id,rider_category_name,is_default_fare_category\nfull,Full,1\nkid,Child,1\n",
            )],
            "fares/rider_categories.txt: row 3, is_default_fare_category: row 2 is the default category already; there is one at most",
        ),
        (
            &[("fare_leg_rules.txt", "network_id,fare_product_id,rule_priority\nbus,single,-1\n")],
            "fares/fare_leg_rules.txt: row 2, rule_priority: `-1` is not a whole number from 0 to 4294967295",
        ),
        (
            &[("fare_leg_rules.txt", "network_id,fare_product_id\nbus,double\n")],
            "fares/fare_leg_rules.txt: row 2, fare_product_id: `double` is no fare_product_id of fare_products.txt",
        ),
        (
            &[("fare_leg_rules.txt", "network_id\nbus\n")],
            "fares/fare_leg_rules.txt: row 1, fare_product_id: the field is required and missing in the first line",
        ),
        (
            &[(
                "fare_transfer_rules.txt",
                "from_leg_group_id,to_leg_group_id,transfer_count,fare_transfer_type\nbus,bus,0,0\n",
            )],
            "fares/fare_transfer_rules.txt: row 2, transfer_count: `0` is neither -1 nor a whole number from 1",
        ),
        (
            &[(
                "fare_transfer_rules.txt",
                "from_leg_group_id,to_leg_group_id,transfer_count,fare_transfer_type\nbus,tram,,0\n",
            )],
            "fares/fare_transfer_rules.txt: row 2, to_leg_group_id: `tram` is no leg_group_id of fare_leg_rules.txt",
        ),
        (
            &[("route_networks.txt", "network_id,route_id\nbus,92\nexpress,92\n")],
            "fares/route_networks.txt: row 3, route_id: row 2 has the same key already",
        ),
    ];
    for (changes, expected) in cases {
        let said = wrong(&with(changes), SAID);
        assert!(said.iter().any(|error| error == expected), "{expected}\n{said:#?}");
    }
}
