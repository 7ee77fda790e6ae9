//! What rides cost one after another.

use super::{Account, FEED, SAID, alone, category, city, city_of, files, kzt, minutes, told, utc, with, wrong};
use chrono::TimeDelta;
use mesto_rules::load::{compile, compile_noting};
use mesto_rules::rides::{FareError, Less, Missing, Riders, RidesSection, Who};
use mesto_rules::{City, PayMethod};

/// A Wednesday, ten in the morning in Almaty.
const MORNING: &str = "2025-09-03T05:00:00Z";

#[test]
fn a_city_says_what_its_rides_cost_by_a_feed_and_is_read_as_it_was_served() {
    let city = city();
    let served = City::from_json(&city.to_canonical_json().unwrap()).unwrap();
    assert_eq!(served, city);
    let rides = served.section::<RidesSection>().unwrap();
    assert!(rides.fares.is_empty() && rides.feed.is_some() && rides.pay.contains(&PayMethod::Deposit));
    mesto_rules::check(&served).unwrap();
    assert_eq!(Account::of(&served).ride("92", "s1", utc(MORNING)), kzt("120"));
}

#[test]
fn a_ride_costs_what_the_zone_and_the_route_say() {
    let city = city();
    let price = |on, stop| Account::of(&city).ride(on, stop, utc(MORNING));
    assert_eq!((price("92", "s1"), price("92", "s3")), (kzt("120"), kzt("200")));
    assert_eq!((price("t11", "s1"), price("t11", "s4")), (kzt("300"), kzt("300")), "everywhere the same");
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let city = city();
    let account = Account::of(&city);
    let price = |route, stop| account.price((route, stop), utc(MORNING), alone()).map(|sold| super::total(&sold));
    assert_eq!(price(Some("92"), None), Err(FareError::Depends { on: Missing::Stop }));
    assert_eq!(price(None, Some("s1")), Err(FareError::Depends { on: Missing::Route }));
    assert_eq!(price(Some("92"), Some("s4")), Err(FareError::Unknown), "no rule for a stop in no zone");
    assert_eq!(price(Some("t11"), None), Ok(kzt("300")), "all rules say the same");
    // Before the feed begins.
    assert_eq!(account.price((Some("92"), Some("s1")), utc("2024-08-02T10:00:00Z"), alone()), Err(FareError::Unknown));
    let rides = city.section::<RidesSection>().unwrap();
    assert_eq!(rides.usual_fare(&city, utc(MORNING), &[]), None, "it goes by route and stop");
    assert_eq!(rides.card_fare(&city, utc(MORNING), Some("t11")), None, "nobody knows what the card rode before");
    // Where the rider alights is never known.
    let rules = "network_id,to_area_id,fare_product_id\nbus,inner,single\nbus,outer,outer\nexpress,,express\n";
    let feed = with(&[("fare_leg_rules.txt", rules), ("fare_transfer_rules.txt", "")]);
    let city = city_of(&feed, SAID);
    let asked = Account::of(&city).price((Some("92"), Some("s1")), utc(MORNING), alone());
    assert_eq!(asked, Err(FareError::Depends { on: Missing::Alighting }));
}

#[test]
fn one_fare_everywhere_is_the_usual_one_and_that_of_cards() {
    let rules = "fare_product_id\nsingle\n";
    let said = SAID.split("caps = [").next().unwrap().to_owned() + "stop_minutes = 10\n";
    let city = city_of(&with(&[("fare_leg_rules.txt", rules), ("fare_transfer_rules.txt", "")]), &said);
    let rides = city.section::<RidesSection>().unwrap();
    assert_eq!(rides.usual_fare(&city, utc(MORNING), &[]), Some(kzt("120")));
    assert_eq!(rides.card_fare(&city, utc(MORNING), None), Some(kzt("100")), "by the card's own medium");
    assert_eq!(rides.usual_fare(&city, utc(MORNING), &[category("school")]), Some(kzt("60")), "half of it");
    assert!(!rides.feed.as_ref().unwrap().counts_earlier_rides());
    let dated = mesto_rules::load::embedded("almaty").unwrap();
    let rides = dated.section::<RidesSection>().unwrap();
    assert_eq!(rides.usual_fare(&dated, utc(MORNING), &[]), Some(kzt("120")));
    assert_eq!(rides.card_fare(&dated, utc(MORNING), None), Some(kzt("120")));
}

#[test]
fn a_transfer_holds_for_two_hours_to_the_second_and_once() {
    let city = city();
    let after = |seconds| {
        let mut account = Account::of(&city);
        account.ride("92", "s1", utc(MORNING));
        account.ride("121", "s1", utc(MORNING) + TimeDelta::seconds(seconds))
    };
    assert_eq!((after(7_200), after(7_201), after(1)), (kzt("0"), kzt("120"), kzt("0")));
    let mut account = Account::of(&city);
    let rides: Vec<_> = (0..4).map(|ride| account.ride("92", "s1", utc(MORNING) + minutes(ride * 20))).collect();
    assert_eq!(rides, [kzt("120"), kzt("0"), kzt("120"), kzt("0")], "one transfer, then a journey of its own");
    let sold = account.price((Some("t11"), Some("s1")), utc(MORNING) + minutes(70), alone()).unwrap();
    assert_eq!(told(&sold), [(Some("adult".into()), 1, kzt("300"), kzt("300"), kzt("80"), Some(Less::Tariff))]);
    assert_eq!((sold.parties[0].from, sold.parties[0].cap, sold.legs[0].begins), (Some(3), None, false));
}

#[test]
fn a_transfer_is_never_dearer_than_the_ride_by_itself() {
    let rules =
        "from_leg_group_id,to_leg_group_id,transfer_count,fare_transfer_type,fare_product_id\nbus,bus,-1,1,upgrade\n";
    let city = city_of(&with(&[("fare_transfer_rules.txt", rules)]), SAID);
    let mut account = Account::of(&city);
    assert_eq!(account.ride("92", "s1", utc(MORNING)), kzt("120"));
    assert_eq!(account.ride("92", "s1", utc(MORNING) + minutes(5)), kzt("120"));
    assert!(account.rides.iter().all(|ride| ride.legs[0].begins));
}

#[test]
fn over_midnight_and_over_a_change_of_the_clock_two_hours_are_two_hours() {
    let city = city();
    // 23:30 in Almaty, and 01:30: another calendar day, the same service day.
    let mut account = Account::of(&city);
    let late = utc("2025-09-03T18:30:00Z");
    assert_eq!(account.ride("92", "s1", late), kzt("120"));
    assert_eq!(account.ride("92", "s1", late + minutes(120)), kzt("0"));
    assert_eq!(account.rides[0].service_day, account.rides[1].service_day);
    // On 1 March 2024 the clock of Almaty was set back by an hour: the feed begins before that.
    let said = SAID.replace("2024-08-03", "2024-02-01");
    let city = city_of(FEED, &said);
    let change = utc("2024-02-29T18:00:00Z");
    assert_ne!(city.sections.time.local(change).offset(), city.sections.time.local(change - minutes(1)).offset());
    let after = |seconds| {
        let mut account = Account::of(&city);
        account.ride("92", "s1", change - minutes(60));
        account.ride("92", "s1", change + minutes(60) + TimeDelta::seconds(seconds))
    };
    assert_eq!((after(0), after(1)), (kzt("0"), kzt("120")));
}

#[test]
fn a_day_and_a_week_cost_at_most_their_caps_by_service_days() {
    let city = city();
    let mut account = Account::of(&city);
    // Each its own journey: three hours apart from 04:00 on.
    let first = utc("2025-09-02T23:00:00Z");
    let rides: Vec<_> = (0..7).map(|ride| account.ride("92", "s1", first + minutes(ride * 180))).collect();
    assert_eq!(rides[..5], [kzt("120"), kzt("120"), kzt("120"), kzt("120"), kzt("20")]);
    assert_eq!(rides[5..], [kzt("0"), kzt("0")]);
    // 01:00 is still that service day, 03:00 is the next one.
    assert_eq!(account.ride("92", "s1", first + minutes(7 * 180)), kzt("0"));
    assert_eq!(account.ride("92", "s1", first + minutes(23 * 60 + 1)), kzt("120"), "a new day");
    let sold = account.price((Some("t11"), Some("s1")), first + minutes(26 * 60 + 2), alone()).unwrap();
    assert_eq!(super::total(&sold), kzt("300"), "no cap of a day on the express");
    for day in 1..5 {
        for ride in 0..5 {
            account.ride("92", "s1", first + minutes(day * 24 * 60 + 250 + ride * 130));
        }
    }
    // From Wednesday to Sunday; a week costs 1,500.
    assert_eq!(account.total(), kzt("1500"));
    let monday = first + minutes(5 * 24 * 60 + 60);
    assert_eq!(account.ride("92", "s1", monday), kzt("120"));
}

#[test]
fn a_cap_says_what_is_left_of_it_and_a_voided_ride_frees_it() {
    let city = city();
    let mut account = Account::of(&city);
    for ride in 0..4 {
        account.ride("92", "s3", utc(MORNING) - minutes(7 * 60) + minutes(ride * 121));
    }
    let later = utc(MORNING) + minutes(4 * 60);
    let sold = account.price((Some("92"), Some("s1")), later, alone()).unwrap();
    assert_eq!(told(&sold), [(Some("adult".into()), 1, kzt("120"), kzt("120"), kzt("0"), Some(Less::Tariff))]);
    assert_eq!((sold.parties[0].transferred, sold.parties[0].cap), (kzt("120"), Some(0)));
    account.rides[0].is_void = true;
    let sold = account.price((Some("92"), Some("s1")), later, alone()).unwrap();
    assert_eq!((super::total(&sold), sold.parties[0].cap), (kzt("120"), None));
}

#[test]
fn children_pay_what_the_feed_says_and_others_their_share_of_it() {
    let city = city();
    let companions = [(category("child"), 2)];
    let school = [category("school")];
    let riders = Riders { persons: 4, granted: &school, pass: None, companions: &companions };
    let sold = Account::of(&city).price((Some("92"), Some("s3")), utc(MORNING), riders).unwrap();
    assert_eq!(
        told(&sold),
        [
            (Some("school".into()), 1, kzt("200"), kzt("100"), kzt("100"), Some(Less::Benefit)),
            (Some("child".into()), 2, kzt("200"), kzt("100"), kzt("100"), Some(Less::Benefit)),
            (Some("adult".into()), 1, kzt("200"), kzt("200"), kzt("200"), None),
        ]
    );
    let who: Vec<&Who> = sold.legs.iter().map(|leg| &leg.who).collect();
    let companion = |id: &str, place| Who::Companion { category: Some(category(id)), place };
    assert_eq!(who, [&Who::Rider, &companion("child", 0), &companion("child", 1), &companion("adult", 0)]);
    // What is refused of companions is refused so by a feed too.
    let refused = |persons, companions: &[_]| {
        let riders = Riders { persons, granted: &[], pass: None, companions };
        Account::of(&city).price((Some("92"), Some("s3")), utc(MORNING), riders).unwrap_err()
    };
    assert_eq!(refused(2, &[(category("school"), 1)]), FareError::Granted { category: category("school") });
    assert_eq!(refused(2, &[(category("pilot"), 1)]), FareError::NoCategory { category: category("pilot") });
    assert_eq!(refused(2, &companions[..]), FareError::TooMany { said: 2, others: 1 });
}

#[test]
fn only_those_transfer_who_rode_before() {
    let city = city();
    let mut account = Account::of(&city);
    let two = Riders { persons: 2, ..Riders::default() };
    assert_eq!(account.ride_with("92", "s1", utc(MORNING), two), kzt("240"));
    let child = [(category("child"), 1)];
    let four = Riders { persons: 4, companions: &child, ..Riders::default() };
    let sold = account.price((Some("121"), Some("s1")), utc(MORNING) + minutes(30), four).unwrap();
    assert_eq!(
        told(&sold),
        [
            (Some("adult".into()), 2, kzt("120"), kzt("120"), kzt("0"), Some(Less::Tariff)),
            (Some("child".into()), 1, kzt("120"), kzt("60"), kzt("60"), Some(Less::Benefit)),
            (Some("adult".into()), 1, kzt("120"), kzt("120"), kzt("120"), None),
        ]
    );
}

#[test]
fn somebody_who_rides_along_on_the_same_trip_has_no_transfer_and_leaves_none() {
    let city = city();
    let mut account = Account::of(&city);
    account.ride("92", "s1", utc(MORNING));
    let sold = account.price_on("trip 0", (Some("92"), Some("s1")), utc(MORNING) + minutes(1), alone()).unwrap();
    assert_eq!((super::total(&sold), sold.legs), (kzt("120"), vec![]));
}

#[test]
fn a_pass_and_a_free_day_go_before_and_are_no_rides_to_transfer_from() {
    let mut city = city();
    let adult = category("adult");
    let by_pass = Riders { persons: 2, pass: Some(&adult), ..Riders::default() };
    let mut account = Account::of(&city);
    let sold = account.price((Some("92"), Some("s1")), utc(MORNING), by_pass).unwrap();
    assert_eq!(
        told(&sold),
        [
            (Some("adult".into()), 1, kzt("120"), kzt("120"), kzt("0"), Some(Less::Pass)),
            (Some("adult".into()), 1, kzt("120"), kzt("120"), kzt("120"), None),
        ]
    );
    account.ride_with("92", "s1", utc(MORNING), by_pass);
    let two = Riders { persons: 2, ..Riders::default() };
    let sold = account.price((Some("92"), Some("s1")), utc(MORNING) + minutes(30), two).unwrap();
    assert_eq!(told(&sold)[0].4, kzt("120"), "the pass bought nothing to transfer from");
    assert_eq!(told(&sold)[1].4, kzt("0"), "who paid transfers");
    let mut rides = city.section::<RidesSection>().unwrap().clone();
    rides.free_days.insert("2025-09-03".parse().unwrap());
    city.put_section(rides).unwrap();
    let mut account = Account::of(&city);
    let sold = account.price((Some("92"), Some("s1")), utc(MORNING), by_pass).unwrap();
    assert_eq!(told(&sold), [(Some("adult".into()), 2, kzt("120"), kzt("120"), kzt("0"), Some(Less::FreeDay))]);
    account.ride("92", "s1", utc("2025-09-03T18:30:00Z"));
    assert_eq!(account.ride("92", "s1", utc("2025-09-03T19:30:00Z")), kzt("120"), "after midnight one pays");
}

#[test]
fn what_rests_on_a_voided_ride_stays_and_leads_no_further() {
    let city = city();
    let rules = "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,fare_transfer_type\nbus,bus,-1,7200,1,0\n";
    let endless = city_of(&with(&[("fare_transfer_rules.txt", rules)]), SAID);
    let mut account = Account::of(&endless);
    let paid: Vec<_> = (0..3).map(|ride| account.ride("92", "s1", utc(MORNING) + minutes(ride * 10))).collect();
    assert_eq!(paid, [kzt("120"), kzt("0"), kzt("0")]);
    let next = |account: &Account<'_>| {
        super::total(&account.price((Some("92"), Some("s1")), utc(MORNING) + minutes(40), alone()).unwrap())
    };
    assert_eq!(next(&account), kzt("0"));
    account.rides[2].is_void = true;
    assert_eq!(next(&account), kzt("0"), "the first one is good");
    account.rides[0].is_void = true;
    assert_eq!(next(&account), kzt("120"));
    // Of one transfer: once its ride is voided it may be used anew.
    let mut account = Account::of(&city);
    account.ride("92", "s1", utc(MORNING));
    account.ride("92", "s1", utc(MORNING) + minutes(10));
    account.rides[1].is_void = true;
    assert_eq!(next(&account), kzt("0"));
}

#[test]
fn a_transfer_that_needs_the_alighting_is_not_given_and_that_is_said() {
    let rules = "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,fare_transfer_type\nbus,bus,1,7200,0,0\n";
    let city = city_of(&with(&[("fare_transfer_rules.txt", rules)]), SAID);
    let mut account = Account::of(&city);
    account.ride("92", "s1", utc(MORNING));
    let at = |after| account.price((Some("92"), Some("s1")), utc(MORNING) + minutes(after), alone()).unwrap();
    assert_eq!((super::total(&at(30)), at(30).is_unmeasured), (kzt("120"), true));
    assert_eq!((super::total(&at(121)), at(121).is_unmeasured), (kzt("120"), false), "it is too late in any case");
}

#[test]
fn a_new_feed_counts_from_its_day_on() {
    let said = SAID.replace(
        "dated = [",
        "dated = [{ from = \"2025-09-04\", folder = { value = \"next\", certainty = \"assumed\", source = \"decision\" } }, ",
    );
    let mut sources = files(FEED, &said);
    for (name, text) in FEED {
        sources.insert(format!("next/{name}"), text.replace("phone,120.00", "phone,150.00"));
    }
    let city = compile(&sources).unwrap();
    let mut account = Account::of(&city);
    assert_eq!(account.ride("92", "s1", utc("2025-09-03T18:59:59Z")), kzt("120"));
    assert_eq!(account.ride("92", "s1", utc("2025-09-03T19:30:00Z")), kzt("0"), "the transfer goes on");
    assert_eq!(account.ride("92", "s1", utc("2025-09-03T21:30:00Z")), kzt("150"));
}

#[test]
fn what_is_wrong_with_a_feed_is_said_by_file_row_and_field() {
    let one = |feed: &[(&str, &str)], said: &str| {
        let wrong = wrong(feed, said);
        assert_eq!(wrong.len(), 1, "{wrong:#?}");
        wrong[0].clone()
    };
    let products = "fare_product_id,rider_category_id,amount,currency\nsingle,full,120.00,KZT\nouter,full,12.0,KZT\n";
    assert!(
        wrong(&with(&[("fare_products.txt", products)]), SAID)
            .contains(&"fares/fare_products.txt: row 3, amount: `12.0` has not the 2 decimals of KZT".to_owned())
    );
    assert_eq!(
        one(&[], SAID),
        "rides.toml: feed.2024-08-03.folder: there is no folder `fares` with fare files of a feed beside rides.toml"
    );
    let routes = "route_id\n92\n121\nE-12\n";
    let in_routes = with(&[("routes.txt", routes), ("route_networks.txt", "network_id,route_id\nbus,92\nbus,121\n")]);
    assert_eq!(
        one(&in_routes, SAID),
        "rides.toml: routes.t11.in_feed: fares/routes.txt has no route `E-11`; say in in_feed what it calls this one"
    );
    assert_eq!(
        one(FEED, &SAID.replace("\"phone\"", "\"watch\"")),
        "rides.toml: feed.medium: feed.2024-08-03: the feed has no medium `watch`; it has: card, phone"
    );
    assert_eq!(
        one(FEED, &SAID.replace("medium = \"phone\"\n", "")),
        "rides.toml: feed.medium: say which medium the app is: card, phone"
    );
    assert_eq!(
        one(FEED, &SAID.replace("child = \"kid\"", "child = \"baby\"")),
        "rides.toml: feed.categories.child: the feed has no rider category `baby`; it has: full, kid"
    );
    assert_eq!(
        one(FEED, &SAID.replace("child = \"kid\"", "infant = \"kid\"")),
        "rides.toml: feed.categories.infant: passes.toml has no such category"
    );
    assert_eq!(
        one(FEED, &SAID.replace("[\"single\", \"outer\"], per", "[\"single\", \"bus\"], per")),
        "rides.toml: feed.caps: caps 0 and 1 cross: what a day costs would depend on the order of its rides; lay the products of one in the other's, or apart, and begin all weeks on one day (counted from 0)"
    );
    assert_eq!(
        one(FEED, &SAID.replace("\"express\"], per", "\"express\", \"boat\"], per")),
        "rides.toml: feed.caps.1.products: the feed has no product `boat`"
    );
    assert_eq!(
        one(FEED, &SAID.replace("begins_on = \"mon\", ", "")),
        "rides.toml: feed.caps.1.begins_on: say on which day a week begins, such as \"mon\""
    );
    assert_eq!(
        one(FEED, &SAID.replace("stop_minutes = 10", "stop_minutes = 0")),
        "rides.toml: feed.stop_minutes: 0 is out of range, from 1 to 1440 minutes are possible"
    );
    let mut both = files(FEED, SAID);
    let text = both.get_mut("rides.toml").unwrap();
    *text = text.replace(
        "free_days = ",
        "fares = [{ from = \"2024-08-03\", fare = { value = 120, certainty = \"assumed\", source = \"decision\" } }]\nfree_days = ",
    );
    assert_eq!(
        compile(&both).unwrap_err()[0].to_string(),
        "rides.toml: fares: a ride costs what `fares` say, or what the feed says; leave one of them out"
    );
    assert_eq!(
        one(FEED, ""),
        "rides.toml: fares: say what a ride costs, or that it is unknown; or name a feed of fares"
    );
    let foreign = with(&[(
        "fare_products.txt",
        "fare_product_id,amount,currency\nsingle,1.00,EUR\nouter,1.00,KZT\nexpress,1.00,KZT\nupgrade,1.00,KZT\n",
    )]);
    assert_eq!(one(&foreign, SAID), "rides.toml: feed.2024-08-03.single: 1.00 EUR is not in the city's currency KZT");
}

#[test]
fn what_is_worth_saying_of_a_feed_is_said_with_the_city() {
    let rules = "leg_group_id,network_id,to_area_id,fare_product_id\nbus,bus,inner,single\nfast,express,,express\n";
    let (_, notices) = compile_noting(&files(&with(&[("fare_leg_rules.txt", rules)]), SAID)).unwrap();
    let said: Vec<String> = notices.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "fares/fare_leg_rules.txt: row 2, to_area_id: cannot be decided where riders only tap on: it needs the stop of alighting"
        ]
    );
}
