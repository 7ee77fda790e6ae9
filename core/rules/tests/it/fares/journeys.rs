//! What a journey of several legs costs.

use super::{after, by_card, fares, kzt, ride, tapped, wall};
use mesto_rules::Money;
use mesto_rules::rides::fares::{Fares, Held, Journey, JourneyOutcome, Leg, Line, Missing, Outcome, Rider, Way};

const TRANSFERS: &str = "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,\
                         fare_transfer_type,fare_product_id\n";

/// The feed with rules of transfers.
fn with(transfers: &str) -> Fares {
    fares(&[("fare_transfer_rules.txt", &format!("{TRANSFERS}{transfers}"))])
}

fn bus<'a>(minutes: i64) -> Leg<'a> {
    after(minutes, ride("12", "north", "south"))
}

fn express<'a>(minutes: i64) -> Leg<'a> {
    after(minutes, ride("express", "south", "airport"))
}

fn total(fares: &Fares, legs: &[Leg<'_>]) -> Money {
    let Journey { outcome, ways } = fares.journey(legs, &by_card());
    assert_eq!(outcome, JourneyOutcome::Priced);
    sound(&ways);
    ways[0].total
}

/// What holds for every way.
fn sound(ways: &[Way]) {
    for way in ways {
        let zero = Money::zero(way.total.currency);
        let sum = |amounts: Vec<&Money>| amounts.into_iter().fold(zero, |sum, next| sum.checked_add(next).unwrap());
        for part in &way.parts {
            let legs = part.legs.iter().map(|leg| &leg.charged);
            let lines = legs.chain(part.transfers.iter().map(|line| &line.amount)).chain([&part.unused_discount]);
            assert_eq!(sum(lines.collect()), part.total);
            assert!(part.total.minor().unwrap() >= 0 && part.unused_discount.minor().unwrap() >= 0);
        }
        assert_eq!(sum(way.parts.iter().map(|part| &part.total).collect()), way.total);
    }
}

#[test]
fn without_a_rule_legs_are_paid_one_by_one() {
    assert_eq!(total(&fares(&[]), &[bus(0)]), kzt("120.00"));
    assert_eq!(total(&fares(&[]), &[bus(0), bus(30), express(60)]), kzt("540.00"));
    let one_way = with("bus,fast,,,,0,\n");
    assert_eq!(total(&one_way, &[express(0), bus(30)]), kzt("420.00"), "rules have a direction");
}

#[test]
fn each_transfer_type_is_charged_as_the_reference_says() {
    // A is 120, B is 300.
    for (rule, expected) in [
        ("bus,fast,,,,0,\n", "120.00"),
        ("bus,fast,,,,0,upgrade\n", "200.00"),
        ("bus,fast,,,,0,rebate\n", "70.00"),
        ("bus,fast,,,,1,\n", "420.00"),
        ("bus,fast,,,,1,upgrade\n", "500.00"),
        ("bus,fast,,,,1,rebate\n", "370.00"),
        ("bus,fast,,,,2,\n", "0.00"),
        ("bus,fast,,,,2,upgrade\n", "80.00"),
    ] {
        assert_eq!(total(&with(rule), &[bus(0), express(30)]), kzt(expected), "{rule}");
    }
}

#[test]
fn a_second_transfer_is_added_to_what_the_first_came_to() {
    // S + BC, S + BC + C and S + BC, where S is 200, 500 or 80.
    for (first, s) in [("0", 200), ("1", 500), ("2", 80)] {
        for (second, added) in [("0", 80), ("1", 80 + 120), ("2", 80)] {
            let rules = format!("bus,fast,,,,{first},upgrade\nfast,bus,,,,{second},upgrade\n");
            let legs = [bus(0), express(30), bus(60)];
            assert_eq!(total(&with(&rules), &legs), kzt(&format!("{}.00", s + added)), "{first} {second}");
        }
    }
}

#[test]
fn what_no_rule_connects_begins_anew() {
    let rules = with("bus,fast,,,,2,upgrade\n");
    // A and B by the rule, then C and D by it again.
    assert_eq!(total(&rules, &[bus(0), express(30), bus(60), express(90)]), kzt("160.00"));
    let ways = rules.journey(&[bus(0), express(30), bus(60)], &by_card()).ways;
    assert_eq!((ways[0].parts.len(), ways[0].total), (2, kzt("200.00")));
    assert_eq!(ways[0].parts[0].legs.iter().map(|leg| leg.charged).collect::<Vec<_>>(), [kzt("0.00"), kzt("0.00")]);
}

#[test]
fn a_discount_never_makes_a_journey_cost_less_than_nothing() {
    let rules = with("bus,fast,,,,2,gift\n");
    let way = rules.journey(&[bus(0), express(30)], &by_card()).ways.remove(0);
    assert_eq!((way.total, way.parts[0].unused_discount), (kzt("0.00"), kzt("500.00")));
    // It does not pay for a leg that no rule connects.
    assert_eq!(total(&rules, &[bus(0), express(30), bus(60)]), kzt("120.00"));
    // Within connected legs amounts are added first.
    assert_eq!(
        total(&with("bus,fast,,,,0,gift\nfast,bus,,,,1,upgrade\n"), &[bus(0), express(30), bus(60)]),
        kzt("0.00")
    );
    assert_eq!(
        total(&with("bus,fast,,,,1,gift\nfast,bus,,,,1,upgrade\n"), &[bus(0), express(30), bus(60)]),
        kzt("120.00")
    );
}

#[test]
fn a_count_says_how_many_consecutive_transfers_a_rule_spans() {
    let rides = |count: i64| (0..count).map(|leg| bus(leg * 30)).collect::<Vec<_>>();
    let unlimited = with("bus,bus,-1,,,0,\n");
    let once = with("bus,bus,1,,,0,\n");
    for (legs, free, one) in
        [(1, "120.00", "120.00"), (2, "120.00", "120.00"), (3, "120.00", "240.00"), (5, "120.00", "360.00")]
    {
        assert_eq!(total(&unlimited, &rides(legs)), kzt(free));
        // After one transfer the next leg is paid, and begins another one.
        assert_eq!(total(&once, &rides(legs)), kzt(one));
    }
    // The least count that suffices: the first transfer is free, the second costs 80, the third and
    // later ones give 50 back.
    let graded = with("bus,bus,1,,,0,\nbus,bus,2,,,0,upgrade\nbus,bus,-1,,,0,rebate\n");
    for (legs, expected) in [(2, "120.00"), (3, "200.00"), (4, "150.00"), (5, "100.00")] {
        assert_eq!(total(&graded, &rides(legs)), kzt(expected), "{legs} legs");
    }
}

#[test]
fn a_count_begins_anew_after_another_group() {
    let rules = with("bus,bus,1,,,0,\nbus,fast,,,,0,\nfast,bus,,,,0,\n");
    assert_eq!(total(&rules, &[bus(0), bus(30), express(60), bus(90), bus(120)]), kzt("120.00"));
    assert_eq!(total(&rules, &[bus(0), bus(30), bus(60)]), kzt("240.00"));
}

#[test]
fn a_rule_with_empty_groups_stands_for_groups_that_no_rule_names() {
    let any = with(",,-1,,,0,\n");
    assert_eq!(total(&any, &[bus(0), express(30), bus(60)]), kzt("120.00"));
    assert_eq!(total(&with(",,1,,,0,\n"), &[bus(0), express(30), bus(60)]), kzt("240.00"));
    // An exact rule goes first; `bus` is then named on the left, `fast` on the right.
    let named = with("bus,fast,,,,0,upgrade\n,,-1,,,0,\n");
    assert_eq!(total(&named, &[bus(0), express(30)]), kzt("200.00"));
    assert_eq!(total(&named, &[bus(0), bus(30)]), kzt("240.00"), "`bus` is named on the left");
    assert_eq!(total(&named, &[express(0), bus(30)]), kzt("300.00"), "neither is named on its side");
    assert_eq!(total(&named, &[express(0), express(30)]), kzt("600.00"), "`fast` is named on the right");
    let half = with("bus,,,,,0,\n");
    assert_eq!(total(&half, &[bus(0), express(30)]), kzt("120.00"));
    assert_eq!(total(&half, &[express(0), bus(30)]), kzt("420.00"));
    // An exact rule whose limit has passed does not open the empty ones.
    let late = with("bus,fast,,60,1,0,\n,,-1,,,0,\n");
    assert_eq!(total(&late, &[bus(0), express(30)]), kzt("420.00"));
}

#[test]
fn legs_without_a_group_transfer_by_rules_without_one() {
    let fares = fares(&[
        ("fare_leg_rules.txt", "fare_product_id\nsingle\n"),
        ("fare_transfer_rules.txt", "transfer_count,fare_transfer_type\n-1,0\n"),
    ]);
    assert_eq!(total(&fares, &[bus(0), express(30), bus(60)]), kzt("120.00"));
}

/// Two legs: the first from 12:00 to 12:20, the second from `board` to `board` and 20 minutes.
#[test]
fn a_limit_is_measured_between_the_events_of_its_type() {
    for (kind, within, beyond) in [
        // From 12:00 to the end of the second leg, 20 minutes after it begins.
        ("0", 40, 41),
        ("1", 60, 61),
        // From 12:20.
        ("2", 80, 81),
        ("3", 60, 61),
    ] {
        let rules = with(&format!("bus,fast,,3600,{kind},0,\n"));
        assert_eq!(total(&rules, &[bus(0), express(within)]), kzt("120.00"), "type {kind}");
        assert_eq!(total(&rules, &[bus(0), express(beyond)]), kzt("420.00"), "type {kind}");
    }
}

#[test]
fn a_limit_of_equal_groups_runs_from_the_first_leg() {
    let rules = with("bus,bus,-1,3600,1,0,\n");
    assert_eq!(total(&rules, &[bus(0), bus(30), bus(60)]), kzt("120.00"));
    // The third leg is too late for the first one, and is paid; the fourth counts from it.
    assert_eq!(total(&rules, &[bus(0), bus(30), bus(61)]), kzt("240.00"));
    assert_eq!(total(&rules, &[bus(0), bus(30), bus(61), bus(121)]), kzt("240.00"));
    // Of other groups each pair has its own hour.
    let pairs = with("bus,fast,,3600,1,0,\nfast,bus,,3600,1,0,\n");
    assert_eq!(total(&pairs, &[bus(0), express(60), bus(120)]), kzt("120.00"));
}

#[test]
fn a_limit_is_an_elapsed_time_also_when_the_clock_changes() {
    let rules = with("bus,bus,-1,3600,1,0,\n");
    let first = Leg { alighted_at: None, ..bus(0) };
    // The clock is put back by an hour: it shows 12:30 again, 90 minutes later.
    let later = (first.boarded_at + chrono::TimeDelta::minutes(90))
        .with_timezone(&chrono::FixedOffset::east_opt(4 * 3_600).unwrap());
    assert_eq!(later.format("%H:%M").to_string(), "12:30");
    assert_eq!(total(&rules, &[first, Leg { boarded_at: later, ..first }]), kzt("240.00"));
}

#[test]
fn the_rule_whose_limit_holds_is_taken_and_the_cheapest_of_equals() {
    let rules = with("bus,bus,-1,1800,1,0,\nbus,bus,-1,5400,1,0,upgrade\n");
    assert_eq!(total(&rules, &[bus(0), bus(30)]), kzt("120.00"));
    assert_eq!(total(&rules, &[bus(0), bus(31)]), kzt("200.00"));
    assert_eq!(total(&rules, &[bus(0), bus(91)]), kzt("240.00"));
}

#[test]
fn a_limit_that_needs_an_arrival_is_not_guessed_where_riders_only_tap_on() {
    let tap = |minutes| tapped(bus(minutes));
    let outcome = |kind: &str, minutes| {
        let journey = with(&format!("bus,bus,-1,3600,{kind},0,\n")).journey(&[tap(0), tap(minutes)], &by_card());
        (journey.outcome, journey.ways.first().map(|way| way.total))
    };
    let needs = (JourneyOutcome::NeedsArrival { leg: 1, rule: 0 }, None);
    let (kept, passed) = ((JourneyOutcome::Priced, Some(kzt("120.00"))), (JourneyOutcome::Priced, Some(kzt("240.00"))));
    // Boarding to boarding is measured.
    assert_eq!((outcome("1", 60), outcome("1", 61)), (kept, passed));
    // To the end of the second leg: only that it is too late already is known.
    assert_eq!((outcome("0", 30), outcome("0", 61)), (needs, passed));
    // From the end of the first leg: it ended after it began, so that an hour holds for it too.
    assert_eq!((outcome("2", 60), outcome("2", 61)), (kept, needs));
    assert_eq!((outcome("3", 30), outcome("3", 61)), (needs, needs));
    // One leg has no transfer.
    let one = with("bus,bus,-1,3600,0,0,\n").journey(&[tap(0)], &by_card());
    assert_eq!(one.ways[0].total, kzt("120.00"));
    // A rule that is not reached does not matter: the first transfer has one of its own.
    let rules = with("bus,bus,1,,,0,\nbus,bus,-1,3600,0,0,\n");
    assert_eq!(rules.journey(&[tap(0), tap(10)], &by_card()).outcome, JourneyOutcome::Priced);
    let third = rules.journey(&[tap(0), tap(10), tap(20)], &by_card()).outcome;
    assert!(matches!(third, JourneyOutcome::NeedsArrival { leg: 2, .. }));
}

#[test]
fn what_is_held_stays_and_the_next_leg_adds_its_part() {
    let fares = fares(&[
        ("fare_leg_rules.txt", "leg_group_id,network_id,fare_product_id\nbus,bus,single\nday,bus,dear\n"),
        ("fare_transfer_rules.txt", &format!("{TRANSFERS}bus,bus,-1,,,0,upgrade\nday,day,-1,,,0,\n")),
    ]);
    let held = |product, group| Leg { held: Some(Held { product, group: Some(group) }), ..bus(0) };
    let next = bus(30);
    assert_eq!(total(&fares, &[held("single", "bus"), next]), kzt("200.00"));
    assert_eq!(total(&fares, &[held("dear", "day"), next]), kzt("300.00"));
    assert_eq!(total(&fares, &[bus(0), next]), kzt("200.00"));
    let unknown = fares.journey(&[held("dear", "bus"), next], &by_card()).outcome;
    assert_eq!(unknown, JourneyOutcome::Leg { leg: 0, outcome: Outcome::NoProduct });
}

#[test]
fn the_cheapest_way_is_found_over_all_legs() {
    // The dearer first leg saves more on the second one.
    let fares = fares(&[
        (
            "fare_leg_rules.txt",
            "leg_group_id,network_id,fare_product_id\nbus,bus,single\nday,bus,dear\nfast,fast,dear\n",
        ),
        ("fare_transfer_rules.txt", &format!("{TRANSFERS}day,fast,,,,0,\nbus,fast,,,,1,\n")),
    ]);
    assert_eq!(total(&fares, &[bus(0)]), kzt("120.00"));
    assert_eq!(total(&fares, &[bus(0), express(30)]), kzt("300.00"));
}

#[test]
fn a_journey_is_paid_by_one_medium() {
    let fares = fares(&[
        (
            "fare_products.txt",
            "fare_product_id,fare_media_id,amount,currency\n\
            single,card,100.00,KZT\nsingle,cash,150.00,KZT\ndear,cash,300.00,KZT\nfree,card,0.00,KZT\n",
        ),
        ("fare_leg_rules.txt", "leg_group_id,network_id,fare_product_id\nbus,bus,single\nfast,fast,dear\n"),
        ("fare_transfer_rules.txt", &format!("{TRANSFERS}bus,bus,-1,,,0,free\n")),
    ]);
    let ways = |legs: &[Leg<'_>]| {
        let ways = fares.journey(legs, &Rider::default()).ways;
        sound(&ways);
        ways.into_iter().map(|way| (way.medium.unwrap().to_string(), way.total)).collect::<Vec<_>>()
    };
    assert_eq!(ways(&[bus(0), bus(30)]), [("card".into(), kzt("100.00")), ("cash".into(), kzt("300.00"))]);
    assert_eq!(ways(&[bus(0), express(30)]), [("cash".into(), kzt("450.00"))]);
    let by = |medium, legs: &[Leg<'_>]| fares.journey(legs, &Rider { medium: Some(medium), category: None }).outcome;
    let refused = JourneyOutcome::Leg { leg: 1, outcome: Outcome::NoProduct };
    assert_eq!(by("card", &[bus(0), express(30)]), refused);
    assert_eq!(by("cash", &[bus(0), express(30)]), JourneyOutcome::Priced);
    let apart = super::fares(&[(
        "fare_products.txt",
        "fare_product_id,fare_media_id,amount,currency\nsingle,card,1.00,KZT\ndear,cash,2.00,KZT\n",
    )]);
    assert_eq!(apart.journey(&[bus(0), express(30)], &Rider::default()).outcome, JourneyOutcome::NoMediumForAll);
}

#[test]
fn currencies_are_not_added() {
    let fares = fares(&[
        (
            "fare_products.txt",
            "fare_product_id,amount,currency\nsingle,100.00,KZT\nsingle2,1.00,EUR\ndear,300.00,KZT\ndear2,2.00,EUR\n",
        ),
        ("fare_leg_rules.txt", "network_id,fare_product_id\nbus,single\nbus,single2\nfast,dear\nfast,dear2\n"),
    ]);
    let ways = fares.journey(&[bus(0), express(30)], &Rider::default()).ways;
    assert_eq!(ways.iter().map(|way| way.total.to_string()).collect::<Vec<_>>(), ["3.00 EUR", "400.00 KZT"]);
}

#[test]
fn what_has_no_price_says_which_leg_and_why() {
    let fares = fares(&[]);
    let outcome = |legs: &[Leg<'_>]| fares.journey(legs, &by_card()).outcome;
    assert_eq!(outcome(&[]), JourneyOutcome::NoLegs);
    assert_eq!(outcome(&[bus(30), bus(0)]), JourneyOutcome::NotInOrder { leg: 1 });
    let shuttle = after(30, ride("shuttle", "north", "south"));
    assert_eq!(outcome(&[bus(0), shuttle]), JourneyOutcome::Leg { leg: 1, outcome: Outcome::NoRule });
    let areas = super::fares(&[("fare_leg_rules.txt", "to_area_id,fare_product_id\ncentre,single\n,dear\n")]);
    let undecided = Outcome::Undecided(Missing::AlightingStop);
    assert_eq!(
        areas.journey(&[tapped(bus(0))], &by_card()).outcome,
        JourneyOutcome::Leg { leg: 0, outcome: undecided }
    );
}

#[test]
fn amounts_that_do_not_fit_are_refused() {
    let most = "92233720368547758.07";
    let fares = fares(&[
        ("fare_products.txt", &format!("fare_product_id,amount,currency\nsingle,{most},KZT\ndear,{most},KZT\n")),
        ("fare_transfer_rules.txt", &format!("{TRANSFERS}bus,fast,,,,1,single\n")),
    ]);
    assert_eq!(fares.journey(&[bus(0)], &by_card()).ways[0].total, kzt(most));
    assert_eq!(fares.journey(&[bus(0), express(30)], &by_card()).outcome, JourneyOutcome::Overflow);
    assert_eq!(fares.journey(&[bus(0), bus(30)], &by_card()).outcome, JourneyOutcome::Overflow);
}

const ZONES: &str = "leg_group_id,network_id,from_area_id,to_area_id,fare_product_id,rule_priority
near,,,,single,
far,bus,centre,air,dear,1
wide,,centre,air,upgrade,0
";

fn zones(joins: &str) -> Fares {
    let joins = format!("from_network_id,to_network_id,from_stop_id,to_stop_id\n{joins}");
    fares(&[("fare_leg_rules.txt", ZONES), ("fare_leg_join_rules.txt", &joins)])
}

/// From the centre by a suburb to the airport.
fn changing<'a>() -> [Leg<'a>; 2] {
    [ride("12", "north", "south"), after(30, ride("50", "south", "airport"))]
}

#[test]
fn joined_legs_are_matched_as_one() {
    assert_eq!(total(&fares(&[("fare_leg_rules.txt", ZONES)]), &changing()), kzt("240.00"));
    let joined = zones("bus,bus,,\n");
    let way = joined.journey(&changing(), &by_card()).ways.remove(0);
    assert_eq!(way.total, kzt("300.00"), "first area to last area in one network");
    assert_eq!((way.parts[0].legs[0].first, way.parts[0].legs[0].last), (0, 1));
    // Three legs are one when each transfer is joined.
    let [one, two] = changing();
    let three = [one, two, after(60, ride("12", "airport", "north"))];
    assert_eq!(joined.journey(&three, &by_card()).ways[0].parts[0].legs.len(), 1);
}

#[test]
fn joined_legs_of_two_networks_match_rules_without_one() {
    let joined = zones("bus,fast,,\n");
    let legs = [ride("12", "north", "south"), after(30, ride("express", "south", "airport"))];
    let whole = joined.journey(&legs, &by_card());
    assert_eq!(whole.ways[0].total, kzt("80.00"), "the rules without a network");
}

#[test]
fn legs_are_joined_at_one_station_or_at_the_stops_of_the_rule() {
    let legs = |from, to| [ride("12", "north", from), after(30, ride("50", to, "airport"))];
    let is_joined =
        |joins: &str, from, to| zones(joins).journey(&legs(from, to), &by_card()).ways[0].parts[0].legs[0].last == 1;
    assert!(is_joined("bus,bus,,\n", "south", "south"));
    assert!(is_joined("bus,bus,,\n", "hub_a", "hub_b"), "two platforms of a station");
    assert!(!is_joined("bus,bus,,\n", "south", "hub_a"));
    assert!(!is_joined("bus,fast,,\n", "south", "south"), "other networks");
    assert!(is_joined("bus,bus,south,hub\n", "south", "hub_b"), "a platform of the rule's station");
    assert!(is_joined("bus,bus,south,hub_b\n", "south", "hub_b"));
    assert!(!is_joined("bus,bus,south,hub_b\n", "south", "hub_a"));
    assert!(!is_joined("bus,bus,south,hub\n", "hub_a", "south"), "a direction");
    // Its own stops take the place of the station.
    assert!(!is_joined("bus,bus,south,hub\n", "south", "south"));
}

#[test]
fn where_riders_only_tap_on_a_join_is_not_guessed() {
    let [one, two] = changing();
    let asked = [Leg { to: None, ..one }, two];
    let outcome = |joins: &str| {
        let joins = format!("from_network_id,to_network_id,from_stop_id,to_stop_id\n{joins}");
        fares(&[("fare_leg_join_rules.txt", &joins)]).journey(&asked, &by_card()).outcome
    };
    assert_eq!(outcome("bus,bus,,\n"), JourneyOutcome::NeedsAlightingStop { leg: 0 });
    // The second leg begins elsewhere, or is of another network: nothing depends on it.
    assert_eq!(outcome("bus,bus,south,hub\n"), JourneyOutcome::Priced);
    assert_eq!(outcome("bus,fast,,\n"), JourneyOutcome::Priced);
}

#[test]
fn the_limit_of_joined_legs_runs_between_their_ends() {
    let joins = "from_network_id,to_network_id\nbus,bus\n";
    let fares = fares(&[
        ("fare_leg_join_rules.txt", joins),
        ("fare_transfer_rules.txt", &format!("{TRANSFERS}bus,fast,,3600,2,0,\n")),
    ]);
    // The joined legs end at 12:50.
    let [one, two] = changing();
    let third = |minutes| after(minutes, ride("express", "airport", "north"));
    assert_eq!(total(&fares, &[one, two, third(110)]), kzt("120.00"));
    assert_eq!(total(&fares, &[one, two, third(111)]), kzt("420.00"));
}

#[test]
fn a_journey_over_midnight_changes_timeframes_by_the_clock() {
    let fares = fares(&[(
        "fare_leg_rules.txt",
        "from_timeframe_group_id,fare_product_id,rule_priority\n,single,\nnight,dear,1\n",
    )]);
    let at = |text| Leg { boarded_at: wall(text), alighted_at: None, line: Line::Route("12"), ..bus(0) };
    assert_eq!(total(&fares, &[at("2026-04-29 23:50"), at("2026-04-30 00:10")]), kzt("420.00"));
}
