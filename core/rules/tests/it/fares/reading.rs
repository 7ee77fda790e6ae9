//! Reading a feed: what is read, what is wrong and where.

use super::{FEED, fares, feed, kzt, places};
use mesto_rules::rides::fares::{Fares, MediumKind, Notice, read, read_noting};
use std::collections::BTreeMap;

#[test]
fn a_feed_is_read() {
    let fares = fares(&[]);
    assert!(!fares.has_rule_priority && fares.has_stops_outside_areas);
    assert_eq!(fares.route_networks.len(), 3);
    assert_eq!(
        fares.stop_areas.keys().map(|id| id.as_str()).collect::<Vec<_>>(),
        ["airport", "hub", "hub_a", "hub_b", "north", "south"]
    );
    assert_eq!(fares.services.len(), 3);
    assert_eq!(fares.timeframes["peak"].len(), 2);
    assert!(fares.rider_categories["adult"].is_default && !fares.rider_categories["senior"].is_default);
    assert_eq!(fares.rider_categories["child"].eligibility_url.as_deref(), Some("https://example.org/child"));
    let kinds: Vec<_> = ["cash", "paper", "card", "bank", "app"].iter().map(|id| fares.media[*id].kind).collect();
    assert_eq!(
        kinds,
        [MediumKind::None, MediumKind::PaperTicket, MediumKind::TransitCard, MediumKind::BankCard, MediumKind::App]
    );
    assert_eq!((fares.products.len(), fares.leg_rules.len()), (8, 2));
    assert!(fares.products.iter().any(|product| product.amount == kzt("-50.00")));
}

#[test]
fn networks_may_stand_in_the_routes() {
    let routes = ("routes.txt", "route_id,network_id\n12,bus\n50,bus\nexpress,fast\nshuttle,\n");
    let inside = fares(&[routes, ("networks.txt", ""), ("route_networks.txt", "")]);
    assert_eq!(inside, fares(&[]));
}

#[test]
fn fares_stand_in_a_document_and_come_back() {
    let transfers = "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,\
                     fare_transfer_type,fare_product_id\nbus,bus,-1,3600,1,0,\nbus,fast,,,,1,rebate\n";
    let joins = "from_network_id,to_network_id,from_stop_id,to_stop_id\nbus,bus,,\nbus,fast,hub,hub_a\n";
    let fares = fares(&[("fare_transfer_rules.txt", transfers), ("fare_leg_join_rules.txt", joins)]);
    let text = serde_json::to_string(&fares).unwrap();
    assert_eq!(mesto_rules::from_json::<Fares>(text.as_bytes()).unwrap(), fares);
    // Fields of a later version are passed over.
    let later = text.replacen('{', r#"{"zones":[1],"#, 1);
    assert_eq!(mesto_rules::from_json::<Fares>(later.as_bytes()).unwrap(), fares);
    // A medium of a later version has a kind all the same.
    let later = text.replace("transit_card", "ring");
    assert_eq!(mesto_rules::from_json::<Fares>(later.as_bytes()).unwrap().media["card"].kind, MediumKind::Other);
    // A transfer of a later version is not taken for another one.
    let later = text.replace("both_legs_and_transfer", "half_of_both");
    assert!(mesto_rules::from_json::<Fares>(later.as_bytes()).is_err());
}

#[test]
fn files_may_begin_with_a_mark_end_lines_either_way_and_quote_values() {
    let plain = fares(&[]);
    let spoken: BTreeMap<String, String> = feed(&[])
        .into_iter()
        .map(|(file, text)| {
            let lines: Vec<String> = text
                .lines()
                .map(|line| line.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(","))
                .collect();
            (file, format!("\u{feff}{}", lines.join("\r\n")))
        })
        .collect();
    assert_eq!(read(&spoken).unwrap(), plain);
    let spaced: BTreeMap<String, String> =
        feed(&[]).into_iter().map(|(file, text)| (file, text.replace(',', " , ").replace('\n', "\n\n"))).collect();
    assert_eq!(read(&spaced).unwrap(), plain);
    let old = fares(&[("areas.txt", "area_id\rcentre\rsuburb\rair\r")]);
    assert_eq!(old, plain);
}

#[test]
fn unknown_files_and_fields_are_passed_over_and_said() {
    let rules = "leg_group_id,network_id,transfer_only,fare_product_id\nbus,bus,1,single\nfast,fast,,dear\n";
    let files = feed(&[("fare_leg_rules.txt", rules), ("fare_capping.txt", "\u{0}\u{1}")]);
    let reading = read_noting(&files).unwrap();
    assert_eq!(reading.fares, fares(&[]));
    let said: Vec<String> = reading.notices.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["fare_leg_rules.txt, row 1, transfer_only: the reference has no such field; it is passed over"]);
}

#[test]
fn what_cannot_be_measured_where_riders_only_tap_on_is_said() {
    let rules =
        "leg_group_id,to_area_id,to_timeframe_group_id,fare_product_id\ng,,,single\ng,centre,,single\ng,,peak,single\n";
    let transfers = "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,fare_transfer_type\n\
                     g,g,1,60,1,0\ng,g,2,60,2,0\n,,,,,0\n";
    let joins = "from_network_id,to_network_id\nbus,bus\n";
    let files = feed(&[
        ("fare_leg_rules.txt", rules),
        ("fare_transfer_rules.txt", transfers),
        ("fare_leg_join_rules.txt", joins),
    ]);
    let notices = read_noting(&files).unwrap().notices;
    let said: Vec<_> = notices.iter().map(|it| (it.file.as_str(), it.row, it.field.as_str(), it.notice)).collect();
    assert_eq!(
        said,
        [
            ("fare_leg_join_rules.txt", 2, "", Notice::NeedsAlightingStop),
            ("fare_leg_rules.txt", 3, "to_area_id", Notice::NeedsAlightingStop),
            ("fare_leg_rules.txt", 4, "to_timeframe_group_id", Notice::NeedsAlightingTime),
            ("fare_transfer_rules.txt", 3, "duration_limit_type", Notice::NeedsArrival),
            ("fare_transfer_rules.txt", 4, "transfer_count", Notice::NoTransferCount),
        ]
    );
}

#[test]
fn what_is_legal_and_odd_is_said() {
    let notices = |changes: &[(&str, &str)]| {
        let notices = read_noting(&feed(changes)).unwrap().notices;
        notices.into_iter().map(|it| (it.file, it.row, it.notice)).collect::<Vec<_>>()
    };
    let none: BTreeMap<String, String> = BTreeMap::new();
    assert_eq!(read_noting(&none).unwrap().notices[0].notice, Notice::NoLegRules);
    let products = "fare_product_id,rider_category_id,amount,currency\nsingle,child,1.00,KZT\nsingle,senior,1.00,KZT\ndear,,2.00,KZT\n";
    assert_eq!(
        notices(&[("fare_products.txt", products)]),
        [("fare_products.txt".into(), 2, Notice::NoDefaultCategory)]
    );
    let areas = "area_id,stop_id\nsuburb,south\nair,airport\n";
    let rules = "from_area_id,fare_product_id\nsuburb,single\ncentre,single\n";
    assert_eq!(
        notices(&[("stop_areas.txt", areas), ("fare_leg_rules.txt", rules)]),
        [("fare_leg_rules.txt".into(), 3, Notice::AreaWithoutStops)]
    );
}

#[test]
fn a_file_that_is_missing_though_referred_to_is_an_error() {
    for (file, expected) in [
        ("areas.txt", "stop_areas.txt 2 area_id"),
        ("stops.txt", "stop_areas.txt 2 stop_id"),
        ("networks.txt", "fare_leg_rules.txt 2 network_id"),
        ("routes.txt", "route_networks.txt 2 route_id"),
        ("timeframes.txt", "fare_leg_rules.txt 2 from_timeframe_group_id"),
        ("rider_categories.txt", "fare_products.txt 2 rider_category_id"),
        ("fare_media.txt", "fare_products.txt 2 fare_media_id"),
        ("fare_products.txt", "fare_leg_rules.txt 2 fare_product_id"),
    ] {
        let rules = "network_id,from_timeframe_group_id,fare_product_id\nbus,peak,single\nfast,peak,dear\n";
        let errors = read(&feed(&[("fare_leg_rules.txt", rules), (file, "")])).unwrap_err();
        let place =
            |error: &mesto_rules::rides::fares::FeedError| format!("{} {} {}", error.file, error.row, error.field);
        let found = errors.iter().find(|error| place(error) == expected);
        assert!(found.is_some_and(|error| error.reason.contains(file)), "{file}: {errors:#?}");
    }
    assert_eq!(places(&[("calendar.txt", ""), ("calendar_dates.txt", "")]), ["timeframes.txt 2 service_id"]);
    let transfers = ("fare_transfer_rules.txt", "from_leg_group_id,fare_transfer_type\nbus,0\n");
    assert_eq!(places(&[transfers, ("fare_leg_rules.txt", "")]), ["fare_transfer_rules.txt 2 from_leg_group_id"]);
    let joins = ("fare_leg_join_rules.txt", "from_network_id,to_network_id,from_stop_id,to_stop_id\nbus,bus,hub,hub\n");
    assert_eq!(
        places(&[joins, ("stops.txt", ""), ("stop_areas.txt", "")]),
        ["fare_leg_join_rules.txt 2 from_stop_id", "fare_leg_join_rules.txt 2 to_stop_id"]
    );
    // A file that is not there and that nothing refers to is none.
    assert!(read(&feed(&[("calendar.txt", ""), ("calendar_dates.txt", ""), ("timeframes.txt", "")])).is_ok());
}

/// A file with one fault after another, and where each is told.
#[test]
fn errors_name_file_row_and_field() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("areas.txt", "area_name\nCentre\n", &["areas.txt 1 area_id"]),
        ("areas.txt", "area_id\ncentre\nsuburb\nair\nair\n", &["areas.txt 5 area_id"]),
        ("areas.txt", "area_id,area_name\ncentre,\n\nsuburb,\nair,\n,Nowhere\n", &["areas.txt 6 area_id"]),
        ("areas.txt", "area_id,area_id\ncentre,centre\n", &["areas.txt 1 area_id"]),
        (
            "stop_areas.txt",
            "area_id,stop_id\ncentre,north\nmoon,south\ncentre,crater\ncentre,north\n",
            &["stop_areas.txt 3 area_id", "stop_areas.txt 4 stop_id", "stop_areas.txt 5 stop_id"],
        ),
        (
            "stops.txt",
            "stop_id,parent_station\nhub,\nhub_a,moon\nnorth,\nnorth,\nsouth,\nairport,\n",
            &["stops.txt 3 parent_station", "stops.txt 5 stop_id"],
        ),
        (
            "route_networks.txt",
            "network_id,route_id\nbus,12\nfast,12\nslow,50\nbus,99\n",
            &["route_networks.txt 3 route_id", "route_networks.txt 4 network_id", "route_networks.txt 5 route_id"],
        ),
        ("networks.txt", "network_id\nbus\nfast\nfast\n", &["networks.txt 4 network_id"]),
        (
            "routes.txt",
            "route_id,network_id\n12,bus\n50,\nexpress,\n",
            &["networks.txt 1 network_id", "route_networks.txt 1 network_id"],
        ),
        (
            "calendar.txt",
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n\
            weekdays,1,2,,1,1,0,0,20260101,20261231\ndaily,1,1,1,1,1,1,1,20260231,2026-12-31\n\
            back,0,0,0,0,0,0,0,20260102,20260101\n",
            &[
                "calendar.txt 2 tuesday",
                "calendar.txt 2 wednesday",
                "calendar.txt 3 end_date",
                "calendar.txt 3 start_date",
                "calendar.txt 4 end_date",
            ],
        ),
        (
            "calendar_dates.txt",
            "service_id,date,exception_type\nfeast,20260322,1\nfeast,20260322,2\nfeast,20260323,3\n",
            &["calendar_dates.txt 3 date", "calendar_dates.txt 4 exception_type"],
        ),
        (
            "timeframes.txt",
            "timeframe_group_id,start_time,end_time,service_id\n\
            peak,07:00:00,09:00:00,weekdays\npeak,08:59:59,10:00:00,weekdays\npeak,09:00:00,24:00:00,weekdays\n\
            night,23:00:00,05:00:00,daily\nlate,23:00:00,25:00:00,daily\nopen,07:00:00,,daily\nopen,,07:00:00,daily\n\
            odd,7,08:00:00,daily\nlost,,,never\n,,,daily\n",
            &[
                "timeframes.txt 3 start_time",
                "timeframes.txt 5 end_time",
                "timeframes.txt 6 end_time",
                "timeframes.txt 7 end_time",
                "timeframes.txt 8 start_time",
                "timeframes.txt 9 start_time",
                "timeframes.txt 10 service_id",
                "timeframes.txt 11 timeframe_group_id",
            ],
        ),
        (
            "rider_categories.txt",
            "rider_category_id,rider_category_name,is_default_fare_category\n\
            adult,Adult,1\nchild,,0\nsenior,Senior,1\nchild,Child,yes\n",
            &[
                "rider_categories.txt 3 rider_category_name",
                "rider_categories.txt 4 is_default_fare_category",
                "rider_categories.txt 5 is_default_fare_category",
                "rider_categories.txt 5 rider_category_id",
            ],
        ),
        (
            "fare_media.txt",
            "fare_media_id,fare_media_type\ncash,0\ncard,5\npaper,\napp,4\napp,4\n",
            &["fare_media.txt 3 fare_media_type", "fare_media.txt 4 fare_media_type", "fare_media.txt 6 fare_media_id"],
        ),
        (
            "fare_products.txt",
            "fare_product_id,rider_category_id,fare_media_id,amount,currency\n\
            single,,,2,KZT\ndear,,,1.000,KZT\nyen,,,100,JPY\nyen2,,,100.00,JPY\nbad,,,1;50,EUR\nbad2,,,,EUR\n\
            bad3,,,1.00,tenge\nbad4,,,1.00,\nbad5,student,ring,1.00,KZT\nyen,,,120,JPY\n,,,1.00,KZT\n",
            &[
                "fare_products.txt 2 amount",
                "fare_products.txt 3 amount",
                "fare_products.txt 5 amount",
                "fare_products.txt 6 amount",
                "fare_products.txt 7 amount",
                "fare_products.txt 8 currency",
                "fare_products.txt 9 currency",
                "fare_products.txt 10 fare_media_id",
                "fare_products.txt 10 rider_category_id",
                "fare_products.txt 11 fare_product_id",
                "fare_products.txt 12 fare_product_id",
            ],
        ),
        (
            "fare_leg_rules.txt",
            "leg_group_id,network_id,from_area_id,to_area_id,from_timeframe_group_id,\
            to_timeframe_group_id,fare_product_id,rule_priority\n\
            a,bus,centre,suburb,peak,night,single,3\nb,bus,centre,suburb,peak,night,single,4\n\
            a,tram,moon,sun,dawn,dusk,ticket,\na,,,,,,,\na,,,,,,single,-1\na,,,,,,dear,1.5\n",
            &[
                "fare_leg_rules.txt 3 fare_product_id",
                "fare_leg_rules.txt 4 fare_product_id",
                "fare_leg_rules.txt 4 from_area_id",
                "fare_leg_rules.txt 4 from_timeframe_group_id",
                "fare_leg_rules.txt 4 network_id",
                "fare_leg_rules.txt 4 to_area_id",
                "fare_leg_rules.txt 4 to_timeframe_group_id",
                "fare_leg_rules.txt 5 fare_product_id",
                "fare_leg_rules.txt 6 rule_priority",
                "fare_leg_rules.txt 7 rule_priority",
            ],
        ),
        (
            "fare_leg_join_rules.txt",
            "from_network_id,to_network_id,from_stop_id,to_stop_id\n\
            bus,bus,hub,hub\nbus,bus,hub,hub\nbus,,,\nbus,tram,,\nbus,fast,hub,\nbus,fast,,moon\n",
            &[
                "fare_leg_join_rules.txt 3 from_network_id",
                "fare_leg_join_rules.txt 4 to_network_id",
                "fare_leg_join_rules.txt 5 to_network_id",
                "fare_leg_join_rules.txt 6 to_stop_id",
                "fare_leg_join_rules.txt 7 from_stop_id",
                "fare_leg_join_rules.txt 7 to_stop_id",
            ],
        ),
        (
            "fare_transfer_rules.txt",
            "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,\
            duration_limit_type,fare_transfer_type,fare_product_id\n\
            bus,bus,1,,,0,\nbus,bus,1,,,1,\nbus,bus,,,,0,\nbus,fast,1,,,0,\nbus,bus,0,,,0,\nbus,bus,-2,,,0,\n\
            bus,fast,,60,,0,\nbus,fast,,,1,0,\nbus,fast,,0,1,0,\nbus,fast,,60,4,0,\nbus,fast,,,,3,\nbus,fast,,,,,\n\
            moon,sun,,,,0,ticket\nbus,,1,,,0,\n",
            &[
                "fare_transfer_rules.txt 3 from_leg_group_id",
                "fare_transfer_rules.txt 4 transfer_count",
                "fare_transfer_rules.txt 5 transfer_count",
                "fare_transfer_rules.txt 6 transfer_count",
                "fare_transfer_rules.txt 7 transfer_count",
                "fare_transfer_rules.txt 8 duration_limit_type",
                "fare_transfer_rules.txt 9 duration_limit_type",
                "fare_transfer_rules.txt 10 duration_limit",
                "fare_transfer_rules.txt 11 duration_limit_type",
                "fare_transfer_rules.txt 12 fare_transfer_type",
                "fare_transfer_rules.txt 13 fare_transfer_type",
                "fare_transfer_rules.txt 14 fare_product_id",
                "fare_transfer_rules.txt 14 from_leg_group_id",
                "fare_transfer_rules.txt 14 to_leg_group_id",
                "fare_transfer_rules.txt 15 transfer_count",
            ],
        ),
    ];
    for (file, text, expected) in cases {
        let mut own: Vec<String> = places(&[(*file, *text)]);
        // What then is missing in other files is told too.
        own.retain(|place| place.starts_with(file) || expected.contains(&place.as_str()));
        assert_eq!(own, *expected, "{file}\n{text}");
    }
}

#[test]
fn all_errors_are_told_at_once_sorted_and_at_most_two_hundred() {
    let mut rules = "from_area_id,fare_product_id\n".to_owned();
    for row in 0..5_000 {
        rules.push_str(&format!("moon{row},ticket{row}\n"));
    }
    let errors = read(&feed(&[("fare_leg_rules.txt", &rules), ("areas.txt", "area_id\ncentre\nsuburb\nair\nair\n")]))
        .unwrap_err();
    assert_eq!(errors.len(), 200);
    assert!(errors.is_sorted());
    assert_eq!((errors[0].file.as_str(), errors[1].file.as_str()), ("areas.txt", "fare_leg_rules.txt"));
    let said = errors[1].to_string();
    assert_eq!(
        said,
        "fare_leg_rules.txt, row 2, fare_product_id: `ticket0` is no fare_product_id of fare_products.txt"
    );
}

#[test]
fn a_row_is_told_by_its_line() {
    let text = "\r\n\narea_id,area_name\r\n\r\ncentre,\n\n\n,\nsuburb,\"a, \"\"b\"\"\"\nair\n";
    assert_eq!(places(&[("areas.txt", text)])[0], "areas.txt 10", "the row has one field");
    let text = "area_id,area_name\ncentre,\nsuburb,\"left open\nair,Air\n";
    assert_eq!(places(&[("areas.txt", text)])[0], "areas.txt 3 area_name", "a line break within quotation marks");
}

#[test]
fn every_file_of_the_feed_is_one_that_is_read() {
    for (file, _) in FEED {
        assert!(mesto_rules::rides::fares::FILES.contains(file));
    }
}
