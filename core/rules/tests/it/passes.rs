//! Benefits, passes and dated fares: what each pays, which days a pass has, what it covers.

use chrono::NaiveDate;
use mesto_rules::City;
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::money::{Currency, Money};
use mesto_rules::passes::{CategoryId, PassProduct, PassesSection, Pays, covers, days_overlap};
use mesto_rules::rides::{DatedFare, FareError, Less, Party, Riders, RidesSection};
use proptest::prelude::*;

fn almaty() -> City {
    mesto_rules::load::embedded("almaty").unwrap()
}

fn kzt(text: &str) -> Money {
    Money::parse(text, Currency::new("KZT").unwrap()).unwrap()
}

fn tiyn(minor: i64) -> Money {
    Money::from_minor(minor, Currency::new("KZT").unwrap())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn category(id: &str) -> CategoryId {
    id.parse().unwrap()
}

fn known<T>(value: T) -> Fact<T> {
    Fact::Known(Known { value, certainty: Certainty::Assumed, source: "decision".parse().unwrap() })
}

/// What those who ride pay on a Wednesday: persons, each, why.
fn parties(persons: u32, granted: &[&str], companions: &[(&str, u32)]) -> Result<Vec<Party>, FareError> {
    let city = almaty();
    let (rides, passes) = (city.section::<RidesSection>().unwrap(), city.section::<PassesSection>().unwrap());
    let granted: Vec<CategoryId> = granted.iter().map(|id| category(id)).collect();
    let companions: Vec<(CategoryId, u32)> = companions.iter().map(|(id, many)| (category(id), *many)).collect();
    let riders = Riders { persons, granted: &granted, pass: None, companions: &companions };
    rides.parties(day("2025-09-03"), riders, Some(passes))
}

fn paid(parties: &[Party]) -> Vec<(&str, u32, Money, Option<Less>)> {
    let name = |party: &Party| {
        party.category.as_ref().map_or("", |id| match id.as_str() {
            "adult" => "adult",
            "child" => "child",
            "school" => "school",
            "disability" => "disability",
            other => panic!("{other}"),
        })
    };
    parties.iter().map(|party| (name(party), party.persons, party.each, party.less)).collect()
}

#[test]
fn a_rider_pays_by_the_cheapest_of_his_categories_and_companions_the_fare() {
    assert_eq!(paid(&parties(1, &[], &[]).unwrap()), [("adult", 1, kzt("120"), None)]);
    assert_eq!(paid(&parties(3, &[], &[]).unwrap()), [("adult", 3, kzt("120"), None)]);
    assert_eq!(
        paid(&parties(3, &["school"], &[]).unwrap()),
        [("school", 1, kzt("60"), Some(Less::Benefit)), ("adult", 2, kzt("120"), None)]
    );
    assert_eq!(
        paid(&parties(1, &["school", "disability"], &[]).unwrap()),
        [("disability", 1, kzt("0"), Some(Less::Benefit))]
    );
    assert_eq!(
        paid(&parties(3, &[], &[("child", 1)]).unwrap()),
        [("adult", 2, kzt("120"), None), ("child", 1, kzt("0"), Some(Less::Benefit))]
    );
    // A benefit of a city that is not there any more gives nothing.
    assert_eq!(paid(&parties(1, &["pilot"], &[]).unwrap()), [("adult", 1, kzt("120"), None)]);
}

#[test]
fn what_is_said_of_companions_is_refused_where_it_cannot_be() {
    assert_eq!(parties(2, &[], &[("school", 1)]), Err(FareError::Granted { category: category("school") }));
    assert_eq!(parties(2, &[], &[("pilot", 1)]), Err(FareError::NoCategory { category: category("pilot") }));
    assert_eq!(parties(2, &[], &[("child", 2)]), Err(FareError::TooMany { said: 2, others: 1 }));
    let most = u64::from(u32::MAX) * 2;
    assert_eq!(
        parties(1, &[], &[("child", u32::MAX), ("child", u32::MAX)]),
        Err(FareError::TooMany { said: most, others: 0 })
    );
    assert_eq!(paid(&parties(2, &[], &[("child", 0), ("child", 1)]).unwrap()).len(), 2);
}

#[test]
fn a_fare_holds_from_its_day_on_and_a_free_day_is_free_for_all() {
    let city = almaty();
    let mut rides = city.section::<RidesSection>().unwrap().clone();
    let passes = city.section::<PassesSection>().unwrap();
    rides.fares.push(DatedFare { from: day("2026-01-01"), fare: known(kzt("150")) });
    rides.free_days.insert(day("2026-05-09"));
    let on = |text: &str| {
        let riders = Riders { persons: 2, ..Riders::default() };
        rides
            .parties(day(text), riders, Some(passes))
            .map(|parties| (parties[0].full, parties[0].each, parties[0].less))
    };
    assert_eq!(on("2024-08-02"), Err(FareError::Unknown));
    assert_eq!(on("2024-08-03"), Ok((kzt("120"), kzt("120"), None)));
    assert_eq!(on("2025-12-31"), Ok((kzt("120"), kzt("120"), None)));
    assert_eq!(on("2026-01-01"), Ok((kzt("150"), kzt("150"), None)));
    assert_eq!(on("2026-05-08"), Ok((kzt("150"), kzt("150"), None)));
    assert_eq!(on("2026-05-09"), Ok((kzt("150"), kzt("0"), Some(Less::FreeDay))));
    assert_eq!(on("2026-05-10"), Ok((kzt("150"), kzt("150"), None)));
    // A city without categories sells to all at the fare.
    let riders = Riders { persons: 2, ..Riders::default() };
    let plain = rides.parties(day("2026-01-01"), riders, None).unwrap();
    assert_eq!(plain, [Party { category: None, persons: 2, full: kzt("150"), each: kzt("150"), less: None }]);
}

#[test]
fn a_pass_is_for_its_holder_and_companions_pay() {
    let city = almaty();
    let (rides, passes) = (city.section::<RidesSection>().unwrap(), city.section::<PassesSection>().unwrap());
    let student = category("student");
    let riders = Riders { persons: 2, granted: &[], pass: Some(&student), companions: &[] };
    let parties = rides.parties(day("2025-09-03"), riders, Some(passes)).unwrap();
    let told: Vec<_> = parties.iter().map(|party| (party.persons, party.each, party.less)).collect();
    assert_eq!(told, [(1, kzt("0"), Some(Less::Pass)), (1, kzt("120"), None)]);
    // Who rides free needs none.
    let free = [category("disability")];
    let riders = Riders { persons: 1, granted: &free, pass: Some(&student), companions: &[] };
    assert_eq!(rides.parties(day("2025-09-03"), riders, Some(passes)).unwrap()[0].less, Some(Less::Benefit));
}

fn product(days: Option<u32>, routes: &[&str], kinds: &[&str]) -> PassProduct {
    let city = almaty();
    let month = city.section::<PassesSection>().unwrap().product("month").unwrap().clone();
    let texts = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
    PassProduct { days, routes: texts(routes), kinds: texts(kinds), ..month }
}

#[test]
fn a_pass_of_days_counts_the_first_one_and_a_month_ends_the_day_before_its_date() {
    let last = |days, first: &str| product(days, &[], &[]).last_on(day(first)).unwrap().to_string();
    assert_eq!(last(Some(1), "2025-09-03"), "2025-09-03");
    assert_eq!(last(Some(30), "2025-09-03"), "2025-10-02");
    for (first, expected) in [
        ("2025-09-03", "2025-10-02"),
        ("2025-02-01", "2025-02-28"),
        ("2024-02-01", "2024-02-29"),
        ("2025-01-28", "2025-02-27"),
        ("2025-01-29", "2025-02-28"),
        ("2025-01-31", "2025-02-28"),
        ("2024-01-31", "2024-02-29"),
        ("2025-03-31", "2025-04-30"),
        ("2025-12-15", "2026-01-14"),
    ] {
        assert_eq!(last(None, first), expected, "{first}");
    }
    assert_eq!(product(Some(0), &[], &[]).last_on(day("2025-09-03")), None);
    assert_eq!(product(None, &[], &[]).last_on(NaiveDate::MAX), None);
}

#[test]
fn a_pass_covers_its_routes_and_kinds_and_an_unknown_route_only_when_it_covers_all() {
    let (all, line, metro) = (product(None, &[], &[]), product(None, &["92"], &[]), product(None, &[], &["metro"]));
    assert!(covers(&all, None) && covers(&all, Some(("92", "bus"))));
    assert!(covers(&line, Some(("92", "bus"))) && !covers(&line, Some(("121", "bus"))) && !covers(&line, None));
    assert!(covers(&metro, Some(("1", "metro"))) && !covers(&metro, Some(("92", "bus"))));
    assert!(all.overlaps(&line) && line.overlaps(&line) && line.overlaps(&metro) && metro.overlaps(&line));
    assert!(!line.overlaps(&product(None, &["121"], &[])));
    assert!(!metro.overlaps(&product(None, &[], &["bus", "tram"])));
}

#[test]
fn a_city_has_one_default_category_and_values_that_can_be() {
    let wrong = |change: &dyn Fn(&mut PassesSection)| {
        let mut city = almaty();
        let mut passes = city.section::<PassesSection>().unwrap().clone();
        change(&mut passes);
        city.put_section(passes).unwrap();
        let problems = mesto_rules::check(&city).err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n")
    };
    assert_eq!(wrong(&|_| ()), "");
    assert!(wrong(&|it| it.categories[1].is_default = true).contains("2 categories are the default one"));
    assert!(wrong(&|it| it.categories[0].is_default = false).contains("one category is the default one"));
    assert!(wrong(&|it| it.categories[0].granted_days = Some(1)).contains("is not granted"));
    assert!(wrong(&|it| it.categories[2].pays = known(Pays::Share { percent: 101 })).contains("101 is out of range"));
    assert_eq!(wrong(&|it| it.categories[2].pays = known(Pays::Share { percent: 100 })), "");
    assert!(wrong(&|it| it.categories[2].pays = known(Pays::Fixed { amount: kzt("-1") })).contains("negative"));
    assert!(wrong(&|it| it.products[0].days = Some(367)).contains("367 is out of range"));
    assert!(wrong(&|it| it.products[0].routes = vec!["93".into()]).contains("which is not here"));
    assert!(wrong(&|it| it.products[0].kinds = vec!["boat".into()]).contains("no kind of vehicle"));
    assert!(wrong(&|it| it.policy.day_begins = "04:00".parse().unwrap()).contains("other service days"));
    assert!(
        wrong(&|it| drop(it.products[0].prices.insert(category("pilot"), known(kzt("1")))))
            .contains("no category `pilot`")
    );
}

proptest! {
    #[test]
    fn a_benefit_never_costs_more_than_the_fare_nor_less_than_nothing(full in 0i64..10_000_000, percent in 0u32..=100, fixed in 0i64..10_000_000) {
        for pays in [Pays::Share { percent }, Pays::Fixed { amount: tiyn(fixed) }] {
            let each = pays.of(tiyn(full)).unwrap().minor().unwrap();
            prop_assert!((0..=full).contains(&each));
        }
        prop_assert_eq!(Pays::Share { percent: 100 }.of(tiyn(full)).unwrap(), tiyn(full));
        let (nothing, too_much) = (Pays::Share { percent: 0 }, Pays::Share { percent: 101 });
        prop_assert!(nothing.of(tiyn(full)).unwrap().is_zero());
        prop_assert!(too_much.of(tiyn(full)).is_err());
    }

    #[test]
    fn all_who_ride_are_counted_once_and_no_ticket_costs_less_than_nothing_or_more_than_all_fares(
        full in 0i64..1_000_000, percent in 0u32..=100, persons in 1u32..=10, children in 0u32..=10, is_free in any::<bool>(), has_pass in any::<bool>(),
    ) {
        let city = almaty();
        let rides = city.section::<RidesSection>().unwrap();
        let mut passes = city.section::<PassesSection>().unwrap().clone();
        passes.categories[2].pays = known(Pays::Share { percent });
        let (granted, companions) = ([category("school")], [(category("child"), children)]);
        let pass = has_pass.then(|| category("school"));
        let riders = Riders { persons, granted: &granted, pass: pass.as_ref(), companions: &companions };
        match rides.priced(tiyn(full), is_free, riders, Some(&passes)) {
            Ok(parties) => {
                prop_assert_eq!(parties.iter().map(|party| party.persons).sum::<u32>(), persons);
                let total: i64 = parties.iter().map(|party| party.each.minor().unwrap() * i64::from(party.persons)).sum();
                prop_assert!((0..=full * i64::from(persons)).contains(&total));
                prop_assert!(!is_free || total == 0);
                for party in parties {
                    prop_assert_eq!(party.less.is_some(), party.each.amount < party.full.amount);
                }
            }
            Err(why) => prop_assert_eq!(why, FareError::TooMany { said: children.into(), others: persons - 1 }),
        }
    }

    #[test]
    fn a_pass_never_ends_before_it_begins_and_the_next_one_does_not_overlap(offset in 0u64..20_000, days in prop::option::of(1u32..=366)) {
        let first = day("1990-01-01") + chrono::Days::new(offset);
        let pass = product(days, &[], &[]);
        let last = pass.last_on(first).unwrap();
        prop_assert!(last >= first);
        let next = last.succ_opt().unwrap();
        prop_assert!(!days_overlap((first, last), (next, pass.last_on(next).unwrap())));
        prop_assert!(days_overlap((first, last), (last, last)));
    }
}
