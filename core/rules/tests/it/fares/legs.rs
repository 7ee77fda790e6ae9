//! Which rules match a leg, and what is sold for it.

use super::{by_card, fares, kzt, ride, tapped, wall};
use mesto_rules::rides::fares::{Fares, Field, Leg, Line, Missing, Offer, Outcome, Rider, Why};

/// What a leg is sold for: products and amounts.
fn sold(fares: &Fares, leg: &Leg<'_>, rider: &Rider<'_>) -> Vec<String> {
    let offers = fares.leg(leg, rider).offers;
    offers.iter().map(|Offer { product, amount, .. }| format!("{product} {}", amount.amount)).collect()
}

fn products(leg_rules: &str, leg: &Leg<'_>) -> Vec<String> {
    let fares = fares(&[("fare_leg_rules.txt", leg_rules), ("fare_products.txt", PRICES)]);
    fares.leg(leg, &Rider::default()).offers.iter().map(|offer| offer.product.to_string()).collect()
}

const PRICES: &str = "fare_product_id,amount,currency
a,1.00,KZT
b,2.00,KZT
c,3.00,KZT
d,4.00,KZT
";

#[test]
fn the_rider_s_category_and_medium_choose_the_row_of_a_product() {
    let fares = fares(&[]);
    let leg = ride("12", "north", "south");
    let rider = |category, medium| Rider { category, medium };
    assert_eq!(sold(&fares, &leg, &rider(None, None)), ["single 120.00", "single 200.00"], "the default category");
    assert_eq!(sold(&fares, &leg, &rider(None, Some("cash"))), ["single 200.00"]);
    assert_eq!(sold(&fares, &leg, &rider(Some("child"), Some("card"))), ["single 60.00"]);
    let none = fares.leg(&leg, &rider(Some("child"), Some("cash")));
    assert_eq!((none.outcome, none.offers), (Outcome::NoProduct, vec![]));
    assert_eq!(fares.leg(&leg, &rider(Some("student"), None)).outcome, Outcome::UnknownCategory);
    assert_eq!(fares.leg(&leg, &rider(None, Some("ring"))).outcome, Outcome::UnknownMedium);
    let express = ride("express", "north", "south");
    assert_eq!(sold(&fares, &express, &rider(Some("child"), Some("cash"))), ["dear 300.00"], "empty is for all");
}

#[test]
fn a_product_that_is_free_is_still_a_product() {
    let fare = fares(&[]).leg(&ride("12", "north", "south"), &Rider { category: Some("senior"), ..by_card() });
    assert_eq!(fare.outcome, Outcome::Priced);
    assert_eq!(fare.offers.iter().map(|offer| offer.amount).collect::<Vec<_>>(), [kzt("0.00")]);
}

#[test]
fn offers_stand_cheapest_first_with_their_rules_and_group() {
    let fares = fares(&[(
        "fare_leg_rules.txt",
        "leg_group_id,network_id,from_area_id,to_area_id,fare_product_id\n\
         g,bus,centre,suburb,dear\ng,bus,centre,suburb,single\n",
    )]);
    let fare = fares.leg(&ride("12", "north", "south"), &Rider::default());
    let amounts: Vec<_> = fare.offers.iter().map(|offer| offer.amount).collect();
    assert_eq!(amounts, [kzt("120.00"), kzt("200.00"), kzt("300.00")]);
    assert!(fare.offers.iter().all(|offer| offer.group.as_ref().is_some_and(|group| *group == "g")));
    for offer in &fare.offers {
        assert!(offer.rules.iter().all(|place| fares.leg_rules[*place].product == offer.product));
    }
}

#[test]
fn an_exact_match_goes_before_empty_fields() {
    let rules = "network_id,from_area_id,to_area_id,fare_product_id\nbus,centre,suburb,a\n,,,b\n";
    assert_eq!(products(rules, &ride("12", "north", "south")), ["a"]);
    // The network is named and the areas are, so the empty fields stand for none of them.
    assert_eq!(products(rules, &ride("12", "south", "north")), [""; 0]);
    // Nothing of it is named: network `fast`, from `suburb`, to `centre`.
    assert_eq!(products(rules, &ride("express", "south", "north")), ["b"]);
    // One field that is named is enough.
    assert_eq!(products(rules, &ride("express", "north", "north")), [""; 0]);
}

#[test]
fn an_empty_field_stands_for_what_no_rule_names() {
    let network = "network_id,fare_product_id\nbus,a\n,b\n";
    assert_eq!(products(network, &ride("12", "north", "south")), ["a"]);
    assert_eq!(products(network, &ride("express", "north", "south")), ["b"]);
    assert_eq!(products(network, &ride("shuttle", "north", "south")), ["b"], "a route in no network");
    let from = "from_area_id,fare_product_id\ncentre,a\n,b\n";
    assert_eq!(products(from, &ride("12", "north", "south")), ["a"]);
    assert_eq!(products(from, &ride("12", "south", "north")), ["b"]);
    assert_eq!(products(from, &ride("12", "depot", "north")), ["b"], "a stop in no area");
    let to = "to_area_id,fare_product_id\ncentre,a\n,b\n";
    assert_eq!(products(to, &ride("12", "south", "north")), ["a"]);
    assert_eq!(products(to, &ride("12", "north", "south")), ["b"]);
    // Each field is looked at by itself.
    let both = "network_id,from_area_id,fare_product_id\nbus,,a\n,centre,b\n";
    assert_eq!(products(both, &ride("12", "south", "north")), ["a"]);
    assert_eq!(products(both, &ride("express", "north", "south")), ["b"]);
    assert_eq!(products(both, &ride("12", "north", "south")), [""; 0], "both fields are named by the other rule");
}

#[test]
fn a_stop_in_two_areas_matches_by_each_and_the_exact_rule_alone() {
    let areas = "area_id,stop_id\ncentre,north\nsuburb,north\nair,airport\n";
    let at = |rules: &str| {
        let fares = fares(&[("fare_leg_rules.txt", rules), ("fare_products.txt", PRICES), ("stop_areas.txt", areas)]);
        let offers = fares.leg(&ride("12", "north", "airport"), &Rider::default()).offers;
        offers.iter().map(|offer| offer.product.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        at("network_id,from_area_id,to_area_id,fare_product_id\nbus,centre,air,a\nbus,suburb,air,b\n"),
        ["a", "b"]
    );
    assert_eq!(at("network_id,from_area_id,to_area_id,fare_product_id\nbus,centre,air,a\nbus,,air,b\n"), ["a"]);
}

#[test]
fn with_rule_priority_an_empty_field_does_not_matter() {
    let rules = "network_id,from_area_id,to_area_id,fare_product_id,rule_priority\nbus,centre,suburb,a,\n,,,b,\n";
    assert_eq!(products(rules, &ride("12", "north", "south")), ["a", "b"], "empty is zero");
    assert_eq!(products(rules, &ride("12", "south", "north")), ["b"]);
    let rules = "network_id,from_area_id,to_area_id,fare_product_id,rule_priority\n\
                 bus,centre,suburb,a,0\n,,,b,\nbus,,,c,7\nbus,centre,,d,7\n";
    assert_eq!(products(rules, &ride("12", "north", "south")), ["c", "d"], "all of the highest that match");
    assert_eq!(products(rules, &ride("12", "south", "north")), ["c"]);
    assert_eq!(products(rules, &ride("express", "south", "north")), ["b"]);
}

#[test]
fn each_rule_says_why_it_applies_or_not() {
    let changes = |text| [("fare_leg_rules.txt", text), ("fare_products.txt", PRICES)];
    let said = |text: &'static str, leg: &Leg<'_>| {
        let fares = fares(&changes(text));
        let whys = fares.leg(leg, &Rider::default()).rules;
        let mut said: Vec<_> =
            fares.leg_rules.iter().zip(whys).map(|(rule, why)| (rule.product.to_string(), why)).collect();
        said.sort_by(|one, other| one.0.cmp(&other.0));
        said.into_iter().map(|(_, why)| why).collect::<Vec<_>>()
    };
    let noon = ride("12", "north", "south");
    let plain = "network_id,from_area_id,to_area_id,from_timeframe_group_id,fare_product_id\n\
                 bus,centre,suburb,,a\nfast,,,,b\n,,,,c\nbus,centre,suburb,peak,d\n";
    assert_eq!(
        said(plain, &noon),
        [
            Why::Applies,
            Why::Other(Field::Network),
            Why::NamedElsewhere(Field::Network),
            Why::Other(Field::FromTimeframe)
        ]
    );
    let ranked = "from_area_id,to_area_id,to_timeframe_group_id,fare_product_id,rule_priority\n\
                  ,,,a,1\nsuburb,,,b,3\n,centre,,c,3\n,,peak,d,3\n";
    assert_eq!(
        said(ranked, &noon),
        [Why::Applies, Why::Other(Field::FromArea), Why::Other(Field::ToArea), Why::Other(Field::ToTimeframe)]
    );
    assert_eq!(said("fare_product_id,rule_priority\na,1\nb,2\n", &noon), [Why::Outranked, Why::Applies]);
}

#[test]
fn without_a_rule_the_fare_is_unknown() {
    let fare = fares(&[]).leg(&ride("shuttle", "north", "south"), &Rider::default());
    assert_eq!((fare.outcome, fare.offers), (Outcome::NoRule, vec![]));
    assert_eq!(Fares::default().leg(&ride("12", "a", "b"), &Rider::default()).outcome, Outcome::NoRule);
}

#[test]
fn a_leg_may_be_asked_by_its_network() {
    let leg = Leg { line: Line::Network("fast"), ..ride("", "north", "south") };
    assert_eq!(sold(&fares(&[]), &leg, &Rider::default()), ["dear 300.00"]);
}

#[test]
fn platforms_have_the_areas_of_their_station_unless_they_have_their_own() {
    let rules = "from_area_id,fare_product_id\ncentre,a\nair,b\n";
    assert_eq!(products(rules, &ride("12", "hub_a", "south")), ["a"]);
    assert_eq!(products(rules, &ride("12", "hub", "south")), ["a"]);
    let areas = "area_id,stop_id\ncentre,hub\nair,hub_b\n";
    let fares = fares(&[("fare_leg_rules.txt", rules), ("fare_products.txt", PRICES), ("stop_areas.txt", areas)]);
    assert_eq!(sold(&fares, &ride("12", "hub_a", "south"), &Rider::default()), ["a 1.00"]);
    assert_eq!(sold(&fares, &ride("12", "hub_b", "south"), &Rider::default()), ["b 2.00"]);
}

/// The products at a moment of boarding.
fn at(text: &str, rules: &str) -> Vec<String> {
    let boarded_at = wall(text);
    products(rules, &Leg { boarded_at, alighted_at: Some(boarded_at), ..ride("12", "north", "south") })
}

#[test]
fn a_timeframe_begins_with_its_first_second_and_ends_before_its_last() {
    let rules = "from_timeframe_group_id,fare_product_id\npeak,a\nnight,b\n";
    for (moment, expected) in [
        ("2026-04-29 06:59:59", ""),
        ("2026-04-29 07:00:00", "a"),
        ("2026-04-29 08:59:59", "a"),
        ("2026-04-29 09:00:00", ""),
        ("2026-04-29 17:00:00", "a"),
        ("2026-04-29 00:00:00", "b"),
        ("2026-04-29 04:59:59", "b"),
        ("2026-04-29 05:00:00", ""),
        ("2026-04-29 23:59:59", ""),
    ] {
        assert_eq!(at(moment, rules).concat(), expected, "{moment}");
    }
}

#[test]
fn a_timeframe_goes_by_the_calendar_day_at_the_stop() {
    let rules = "from_timeframe_group_id,fare_product_id\nfeast,a\npeak,b\n";
    // A trip of Saturday's service day after midnight: it is Sunday the 22nd at the stop.
    assert_eq!(at("2026-03-21 23:59:59", rules).concat(), "");
    assert_eq!(at("2026-03-22 00:00:00", rules).concat(), "a");
    assert_eq!(at("2026-03-22 23:59:59", rules).concat(), "a");
    assert_eq!(at("2026-03-23 01:30:00", rules).concat(), "");
    // Days of the week, a day removed and a day added.
    assert_eq!(at("2026-05-02 08:00:00", rules).concat(), "", "a Saturday");
    assert_eq!(at("2026-05-07 08:00:00", rules).concat(), "b");
    assert_eq!(at("2026-05-08 08:00:00", rules).concat(), "", "a Friday that is removed");
    assert_eq!(at("2026-05-09 08:00:00", rules).concat(), "b", "a Saturday that is added");
    assert_eq!(at("2027-01-04 08:00:00", rules).concat(), "", "after the last day");
}

#[test]
fn a_rule_without_a_timeframe_matches_at_any_time_in_both_readings() {
    for priority in ["", ",rule_priority"] {
        let empty = if priority.is_empty() { "" } else { "," };
        let rules = format!("from_timeframe_group_id,fare_product_id{priority}\npeak,a{empty}\n,b{empty}\n");
        assert_eq!(at("2026-04-29 08:00", &rules), ["a", "b"]);
        assert_eq!(at("2026-04-29 12:00", &rules), ["b"]);
    }
}

#[test]
fn the_time_of_alighting_is_looked_at_by_itself() {
    let rules = "to_timeframe_group_id,fare_product_id\npeak,a\n";
    let leg = ride("12", "north", "south");
    let to = |text| Leg { boarded_at: wall("2026-04-29 06:50"), alighted_at: Some(wall(text)), ..leg };
    assert_eq!(products(rules, &to("2026-04-29 06:59")), [""; 0]);
    assert_eq!(products(rules, &to("2026-04-29 07:00")), ["a"]);
}

fn tap(rules: &str, leg: &Leg<'_>) -> (Outcome, Vec<String>) {
    let fares = fares(&[("fare_leg_rules.txt", rules), ("fare_products.txt", PRICES)]);
    let fare = fares.leg(&tapped(*leg), &Rider::default());
    (fare.outcome, fare.offers.iter().map(|offer| offer.product.to_string()).collect())
}

#[test]
fn where_riders_only_tap_on_an_area_of_arrival_is_not_guessed() {
    let leg = ride("12", "north", "south");
    let undecided = Outcome::Undecided(Missing::AlightingStop);
    assert_eq!(tap("to_area_id,fare_product_id\ncentre,a\n,b\n", &leg), (undecided, vec![]));
    assert_eq!(tap("from_area_id,fare_product_id\ncentre,a\n", &leg), (Outcome::Priced, vec!["a".into()]));
    // What is sold in any case is told.
    let rules = "to_area_id,fare_product_id,rule_priority\n,a,\nair,b,\n";
    assert_eq!(tap(rules, &leg), (undecided, vec!["a".into()]));
    // A rule that may go before it takes it away.
    let rules = "to_area_id,fare_product_id,rule_priority\n,a,\nair,b,1\n";
    assert_eq!(tap(rules, &leg), (undecided, vec![]));
    // A rule for an area that is outranked anyway changes nothing.
    let rules = "to_area_id,fare_product_id,rule_priority\n,a,1\nair,b,\n";
    assert_eq!(tap(rules, &leg), (Outcome::Priced, vec!["a".into()]));
    // The same product for wherever the rider goes.
    let rules = "to_area_id,fare_product_id\ncentre,a\nsuburb,a\n,a\n";
    assert_eq!(tap(rules, &leg), (Outcome::Priced, vec!["a".into()]));
}

#[test]
fn where_riders_only_tap_on_a_time_of_arrival_is_not_guessed() {
    let leg = ride("12", "north", "south");
    let rules = "to_timeframe_group_id,fare_product_id\npeak,a\n,b\n";
    let undecided = Outcome::Undecided(Missing::AlightingTime);
    assert_eq!(tap(rules, &leg), (undecided, vec!["b".into()]));
    let whys = |leg: &Leg<'_>| {
        let fares = fares(&[("fare_leg_rules.txt", rules), ("fare_products.txt", PRICES)]);
        fares.leg(&tapped(*leg), &Rider::default()).rules
    };
    assert!(whys(&leg).contains(&Why::Undecided(Missing::AlightingTime)));
    // From Saturday noon no peak begins within a day.
    let saturday = Leg { boarded_at: wall("2026-05-02 12:00"), ..leg };
    assert_eq!(tap(rules, &saturday), (Outcome::Priced, vec!["b".into()]));
    let rules = "to_area_id,to_timeframe_group_id,fare_product_id,rule_priority\nair,,a,\n,peak,b,\n,,c,\n";
    let both = Outcome::Undecided(Missing::AlightingStopAndTime);
    assert_eq!(tap(rules, &leg), (both, vec!["c".into()]));
}
