//! Laws that hold for any feed and any journey.

use super::{FEED, wall};
use chrono::TimeDelta;
use mesto_rules::Money;
use mesto_rules::rides::fares::{Fares, Journey, JourneyOutcome, Leg, Line, Outcome, Rider, read};
use proptest::prelude::*;
use std::collections::BTreeMap;

const NETWORKS: &[&str] = &["", "bus", "fast"];
const AREAS: &[&str] = &["", "centre", "suburb", "air"];
const FRAMES: &[&str] = &["", "", "", "peak", "night"];
const PRODUCTS: &[&str] = &["single", "dear", "upgrade", "rebate", "gift", "free"];
const GROUPS: &[&str] = &["", "g", "h"];
const ROUTES: &[&str] = &["12", "50", "express", "shuttle"];
const STOPS: &[&str] = &["hub_a", "hub_b", "north", "south", "airport", "depot"];

/// Rows of the rules, by their keys.
#[derive(Debug, Clone)]
struct Rules {
    has_priority: bool,
    legs: Vec<String>,
    transfers: Vec<String>,
    joins: Vec<String>,
}

fn of(list: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(list)
}

fn rules() -> impl Strategy<Value = Rules> {
    let leg = (of(NETWORKS), of(AREAS), of(AREAS), of(FRAMES), of(PRODUCTS), of(GROUPS), 0..3_u32);
    let transfer = (
        of(GROUPS),
        of(GROUPS),
        1..4_i32,
        prop::option::of((1..120_u32, 0..4_u32)),
        0..3_u32,
        of(PRODUCTS),
        any::<bool>(),
    );
    let join = (prop::sample::select(&NETWORKS[1..]), prop::sample::select(&NETWORKS[1..]));
    let lists = (
        any::<bool>(),
        prop::collection::vec(leg, 1..10),
        prop::collection::vec(transfer, 0..6),
        prop::collection::vec(join, 0..2),
    );
    lists.prop_map(|(has_priority, legs, transfers, joins)| {
        let mut by_key: BTreeMap<String, String> = BTreeMap::new();
        for (network, from, to, frame, product, group, priority) in &legs {
            let key = format!("{network},{from},{to},{frame},{product}");
            let priority = if has_priority { format!(",{priority}") } else { String::new() };
            by_key.insert(key.clone(), format!("{group},{key}{priority}"));
        }
        let legs: Vec<String> = by_key.into_values().collect();
        // Groups that the rules of legs have.
        let groups: Vec<String> = legs.iter().filter_map(|row| Some(row.split(',').next()?.to_owned())).collect();
        let has = |group: &str| group.is_empty() || groups.iter().any(|own| own == group);
        let mut by_key: BTreeMap<String, String> = BTreeMap::new();
        for (from, to, count, limit, kind, product, is_free) in transfers {
            if !has(from) || !has(to) {
                continue;
            }
            let count = if from == to { if count == 3 { -1 } else { count }.to_string() } else { String::new() };
            let (seconds, between) =
                limit.map_or_else(Default::default, |(minutes, kind)| ((minutes * 60).to_string(), kind.to_string()));
            let product = if is_free { "" } else { product };
            let key = format!("{from},{to},{product},{count},{seconds}");
            by_key.insert(key.clone(), format!("{key},{between},{kind}"));
        }
        let transfers = by_key.into_values().collect();
        let joins: std::collections::BTreeSet<String> =
            joins.into_iter().map(|(from, to)| format!("{from},{to}")).collect();
        Rules { has_priority, legs, transfers, joins: joins.into_iter().collect() }
    })
}

impl Rules {
    fn files(&self) -> BTreeMap<String, String> {
        let mut files: BTreeMap<String, String> =
            FEED.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        let priority = if self.has_priority { ",rule_priority" } else { "" };
        let legs = format!(
            "leg_group_id,network_id,from_area_id,to_area_id,from_timeframe_group_id,fare_product_id{priority}"
        );
        let transfers = "from_leg_group_id,to_leg_group_id,fare_product_id,transfer_count,duration_limit,\
                         duration_limit_type,fare_transfer_type";
        for (file, header, rows) in [
            ("fare_leg_rules.txt", legs.as_str(), &self.legs),
            ("fare_transfer_rules.txt", transfers, &self.transfers),
            ("fare_leg_join_rules.txt", "from_network_id,to_network_id", &self.joins),
        ] {
            files.insert(file.to_owned(), format!("{header}\n{}\n", rows.join("\n")));
        }
        files.entry("fare_products.txt".to_owned()).or_default().push_str("free,Free,,,0.00,KZT\n");
        files
    }

    fn fares(&self) -> Fares {
        read(&self.files()).unwrap_or_else(|errors| panic!("{errors:#?}\n{self:#?}"))
    }
}

fn legs() -> impl Strategy<Value = Vec<Leg<'static>>> {
    let leg = (of(ROUTES), of(STOPS), of(STOPS), 1..90_i64, 1..30_i64, prop::bool::weighted(0.8));
    prop::collection::vec(leg, 1..6).prop_map(|rides| {
        let mut at = wall("2026-04-29 06:30");
        let ride = |(route, from, to, waits, takes, is_known)| {
            let boarded_at = at + TimeDelta::minutes(waits);
            at = boarded_at + TimeDelta::minutes(takes);
            let alighted_at = Some(at).filter(|_| is_known);
            Leg {
                line: Line::Route(route),
                from,
                to: Some(to).filter(|_| is_known),
                boarded_at,
                alighted_at,
                held: None,
            }
        };
        rides.into_iter().map(ride).collect()
    })
}

fn adult() -> Rider<'static> {
    Rider { category: None, medium: Some("card") }
}

/// What a journey comes to, without the places of rules.
fn came_to(journey: &Journey) -> (String, Vec<Money>) {
    let outcome = match journey.outcome {
        JourneyOutcome::NeedsArrival { leg, .. } => format!("needs arrival {leg}"),
        outcome => format!("{outcome:?}"),
    };
    (outcome, journey.ways.iter().map(|way| way.total).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The order of rows, of any file, changes nothing.
    #[test]
    fn the_order_of_rows_changes_nothing(rules in rules(), seed in any::<u64>()) {
        let files = rules.files();
        let turned: BTreeMap<String, String> = files.iter().map(|(file, text)| {
            let mut lines: Vec<&str> = text.lines().collect();
            let length = (lines.len() - 1).max(1);
            lines[1..].rotate_left(seed as usize % length);
            if seed % 2 == 0 { lines[1..].reverse(); }
            (file.clone(), lines.join("\n") + "\n")
        }).collect();
        prop_assert_eq!(read(&turned).unwrap(), read(&files).unwrap());
    }

    /// Neither does the order of rules in a document that was not sorted.
    #[test]
    fn the_order_of_rules_changes_no_price(rules in rules(), legs in legs()) {
        let fares = rules.fares();
        let mut turned = fares.clone();
        turned.leg_rules.reverse();
        turned.transfer_rules.reverse();
        turned.products.reverse();
        prop_assert_eq!(came_to(&turned.journey(&legs, &adult())), came_to(&fares.journey(&legs, &adult())));
        for leg in &legs {
            let (one, other) = (turned.leg(leg, &adult()), fares.leg(leg, &adult()));
            prop_assert_eq!(one.outcome, other.outcome);
            let amounts = |fare: &mesto_rules::rides::fares::LegFare| {
                fare.offers.iter().map(|offer| (offer.product.clone(), offer.amount)).collect::<Vec<_>>()
            };
            prop_assert_eq!(amounts(&one), amounts(&other));
        }
    }

    /// A rule for a network and areas that no leg touches, and a transfer between its own groups.
    #[test]
    fn a_rule_about_something_else_changes_nothing(rules in rules(), legs in legs()) {
        let mut more = rules.clone();
        let priority = if rules.has_priority { ",9" } else { "" };
        more.legs.push(format!("other,ferry,quay,quay,,free{priority}"));
        more.transfers.push("other,other,free,-1,,,2".to_owned());
        let mut files = more.files();
        for (file, row) in [("areas.txt", "quay,Quay\n"), ("networks.txt", "ferry,Ferries\n")] {
            files.get_mut(file).unwrap().push_str(row);
        }
        let (fares, more) = (rules.fares(), read(&files).unwrap());
        prop_assert_eq!(came_to(&more.journey(&legs, &adult())), came_to(&fares.journey(&legs, &adult())));
    }

    /// A total is the sum of legs, transfers and what of discounts is left over, and never below
    /// zero.
    #[test]
    fn a_total_is_the_sum_of_its_lines(rules in rules(), legs in legs()) {
        for way in rules.fares().journey(&legs, &adult()).ways {
            let mut sum = 0;
            let mut places = Vec::new();
            for part in &way.parts {
                prop_assert!(part.total.minor().unwrap() >= 0 && part.unused_discount.minor().unwrap() >= 0);
                prop_assert!(part.total.is_zero() || part.unused_discount.is_zero());
                prop_assert_eq!(part.legs.len(), part.transfers.len() + 1);
                sum += part.legs.iter().map(|leg| leg.charged.minor().unwrap()).sum::<i64>();
                sum += part.transfers.iter().map(|line| line.amount.minor().unwrap()).sum::<i64>();
                sum += part.unused_discount.minor().unwrap();
                places.extend(part.legs.iter().flat_map(|leg| leg.first..=leg.last));
            }
            prop_assert_eq!(sum, way.total.minor().unwrap());
            prop_assert!(sum >= 0);
            prop_assert_eq!(places, (0..legs.len()).collect::<Vec<_>>(), "each leg stands in it once");
        }
    }

    /// A journey of one leg costs what the leg's cheapest product does.
    #[test]
    fn a_journey_of_one_leg_is_the_leg(rules in rules(), legs in legs()) {
        let fares = rules.fares();
        let (journey, leg) = (fares.journey(&legs[..1], &adult()), fares.leg(&legs[0], &adult()));
        match leg.outcome {
            Outcome::Priced => {
                let cheapest = leg.offers[0].amount;
                let zero = Money::zero(cheapest.currency);
                prop_assert_eq!(journey.ways[0].total, if cheapest.amount < zero.amount { zero } else { cheapest });
            }
            outcome => prop_assert_eq!(journey.outcome, JourneyOutcome::Leg { leg: 0, outcome }),
        }
        prop_assert!(leg.offers.is_sorted_by_key(|offer| offer.amount.amount));
    }

    /// What is said without the alighting is so wherever the rider alights.
    #[test]
    fn what_is_decided_without_the_alighting_holds_for_each(rules in rules(), legs in legs(), to in of(STOPS)) {
        let fares = rules.fares();
        let leg = legs[0];
        let asked = fares.leg(&Leg { to: None, alighted_at: None, ..leg }, &adult());
        let at = |to| fares.leg(&Leg { to: Some(to), alighted_at: Some(leg.boarded_at), ..leg }, &adult());
        let known = at(to);
        if asked.outcome == Outcome::Priced {
            let sold = |fare: &mesto_rules::rides::fares::LegFare| {
                fare.offers.iter().map(|offer| (offer.product.clone(), offer.group.clone())).collect::<Vec<_>>()
            };
            prop_assert_eq!(sold(&asked), sold(&known));
        }
        for offer in &asked.offers {
            prop_assert!(known.offers.iter().any(|it| it.product == offer.product && it.group == offer.group));
        }
    }
}
