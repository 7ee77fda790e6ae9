//! An Almaty whose rides are sold by a feed: two zones, an express route, children, transfers
//! within two hours, and caps of a day and a week.

use mesto_rules::City;
use mesto_rules::load::{compile, embedded_files};
use std::collections::BTreeMap;

/// Of the city's routes 92 and 121 are buses, t11 is the express.
pub const FEED: &[(&str, &str)] = &[
    ("stops.txt", "stop_id,stop_name\ns1,Centre\ns2,Market\ns3,Village\ns4,Field\n"),
    ("areas.txt", "area_id\ninner\nouter\n"),
    ("stop_areas.txt", "area_id,stop_id\ninner,s1\ninner,s2\nouter,s3\n"),
    ("routes.txt", "route_id,route_type\n92,3\n121,3\nE-11,11\n"),
    ("networks.txt", "network_id\nbus\nexpress\n"),
    ("route_networks.txt", "network_id,route_id\nbus,92\nbus,121\nexpress,E-11\n"),
    (
        "rider_categories.txt",
        "rider_category_id,rider_category_name,is_default_fare_category\nfull,Full,1\nkid,Child,0\n",
    ),
    ("fare_media.txt", "fare_media_id,fare_media_type\nphone,4\ncard,2\n"),
    (
        "fare_products.txt",
        "fare_product_id,rider_category_id,fare_media_id,amount,currency
single,full,phone,120.00,KZT
single,full,card,100.00,KZT
single,kid,,60.00,KZT
outer,full,phone,200.00,KZT
outer,kid,,100.00,KZT
express,,,300.00,KZT
upgrade,,,80.00,KZT
",
    ),
    (
        "fare_leg_rules.txt",
        "leg_group_id,network_id,from_area_id,fare_product_id
bus,bus,inner,single
bus,bus,outer,outer
fast,express,inner,express
fast,express,outer,express
fast,express,,express
",
    ),
    (
        "fare_transfer_rules.txt",
        "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,fare_transfer_type,fare_product_id
bus,bus,1,7200,1,0,
bus,fast,,7200,1,0,upgrade
",
    ),
];

/// Beside `pay` in `rides.toml`.
pub const SAID: &str = r#"
[feed]
dated = [{ from = "2024-08-03", folder = { value = "fares", certainty = "assumed", source = "decision" } }]
medium = "phone"
card_medium = "card"
categories = { child = "kid" }
caps = [
    { products = ["single", "outer"], per = "day", at_most = 500 },
    { products = ["single", "outer", "express"], per = "week", begins_on = "mon", at_most = 1500 },
]
stop_minutes = 10
"#;

/// The source files of Almaty with this feed and what is said of it.
pub fn files(feed: &[(&str, &str)], said: &str) -> BTreeMap<String, String> {
    let mut files = embedded_files("almaty");
    let text = files.get_mut("rides.toml").unwrap();
    let (from, until) = (text.find("fares = [").unwrap(), text.find("free_days = ").unwrap());
    text.replace_range(from..until, "");
    *text = text.replace("id = \"t11\"\n", "id = \"t11\"\nin_feed = \"E-11\"\n");
    text.push_str(said);
    files.extend(feed.iter().map(|(name, text)| (format!("fares/{name}"), (*text).to_owned())));
    files
}

pub fn city_of(feed: &[(&str, &str)], said: &str) -> City {
    compile(&files(feed, said)).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

pub fn city() -> City {
    city_of(FEED, SAID)
}
