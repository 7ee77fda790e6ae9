//! The fares of a feed from the command line.

use super::mesto;

const FEED: &[(&str, &str)] = &[
    ("stops.txt", "stop_id\nnorth\nsouth\n"),
    ("routes.txt", "route_id,network_id\n12,bus\nexpress,fast\n"),
    ("fare_media.txt", "fare_media_id,fare_media_type\ncard,2\ncash,0\n"),
    (
        "fare_products.txt",
        "fare_product_id,fare_media_id,amount,currency\nsingle,card,120.00,KZT\nsingle,cash,200.00,KZT\ndear,,300.00,KZT\n",
    ),
    ("fare_leg_rules.txt", "leg_group_id,network_id,fare_product_id\nbus,bus,single\nfast,fast,dear\n"),
    (
        "fare_transfer_rules.txt",
        "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,fare_transfer_type\n\
         bus,bus,-1,3600,1,0\nfast,bus,,3600,0,0\n",
    ),
];

fn unpacked(folder: &std::path::Path) {
    std::fs::create_dir(folder.join("feed")).unwrap();
    for (file, text) in FEED {
        std::fs::write(folder.join("feed").join(file), text).unwrap();
    }
}

#[test]
fn a_feed_is_checked_with_file_row_and_field() {
    let folder = tempfile::tempdir().unwrap();
    unpacked(folder.path());
    let right = mesto(folder.path(), &["feed", "check", "feed"]);
    assert_eq!(right.exit, 0, "{}", right.err);
    assert!(right.out.contains("are right") && right.out.contains("duration_limit_type"), "{}", right.out);
    let told = mesto(folder.path(), &["feed", "check", "feed", "--json"]).json();
    assert_eq!(told["fares"]["products"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&told["notices"][0]["row"], &told["notices"][0]["file"]),
        (&3.into(), &"fare_transfer_rules.txt".into())
    );

    std::fs::write(folder.path().join("feed/fare_leg_rules.txt"), "from_area_id,fare_product_id\nmoon,ticket\n")
        .unwrap();
    let wrong = mesto(folder.path(), &["feed", "check", "feed"]);
    assert_eq!(wrong.exit, 6);
    assert!(wrong.err.contains("fare_leg_rules.txt, row 2, fare_product_id"), "{}", wrong.err);
    let nowhere = mesto(folder.path(), &["feed", "check", "nowhere"]);
    assert_eq!(nowhere.exit, 6);
}

#[test]
fn a_journey_is_priced_by_a_feed() {
    let folder = tempfile::tempdir().unwrap();
    unpacked(folder.path());
    let bus = |at| ["--ride", "12", "north", "?", at];
    let price = |words: &[&str]| mesto(folder.path(), &[&["feed", "price", "feed", "--json"], words].concat());
    let two = price(&[bus("2026-04-29T08:00"), bus("2026-04-29T09:00")].concat()).json();
    let totals: Vec<&str> =
        two["ways"].as_array().unwrap().iter().map(|way| way["total"]["amount"].as_str().unwrap()).collect();
    assert_eq!(totals, ["120.00", "200.00"], "by card and in cash");
    let late = price(&[&bus("2026-04-29T08:00")[..], &bus("2026-04-29T09:01"), &["--medium", "card"]].concat()).json();
    assert_eq!(late["ways"][0]["total"]["amount"], "240.00");
    let express = ["--ride", "express", "north", "?", "2026-04-29T08:00"];
    let unknown = price(&[express, bus("2026-04-29T08:30")].concat());
    assert_eq!(unknown.exit, 3);
    assert!(format!("{}{}", unknown.out, unknown.err).contains("alights"));
    assert_eq!(price(&bus("tomorrow")).exit, 2);
}
