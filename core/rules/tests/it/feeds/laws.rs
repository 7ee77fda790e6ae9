//! Laws of rides that are sold by a feed.

use super::{Account, alone, city, kzt, utc};
use chrono::TimeDelta;
use mesto_rules::City;
use proptest::prelude::*;
use std::sync::LazyLock;

static CITY: LazyLock<City> = LazyLock::new(city);

fn rides() -> impl Strategy<Value = Vec<(&'static str, &'static str, i64, u32)>> {
    let on = prop::sample::select(&["92", "121", "t11"][..]);
    let stop = prop::sample::select(&["s1", "s2", "s3"][..]);
    prop::collection::vec((on, stop, 1..20_000_i64, 1..4_u32), 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nobody_pays_less_than_nothing_or_more_than_for_the_ride_by_itself(rides in rides(), voids in any::<u16>()) {
        let mut account = Account::of(&CITY);
        let mut at = utc("2025-09-02T22:30:00Z");
        for (place, (on, stop, seconds, persons)) in rides.into_iter().enumerate() {
            at += TimeDelta::seconds(seconds);
            let riders = mesto_rules::rides::Riders { persons, ..alone() };
            let sold = account.price((Some(on), Some(stop)), at, riders).unwrap();
            let persons: u32 = sold.parties.iter().map(|one| one.party.persons).sum();
            prop_assert_eq!(usize::try_from(persons).unwrap(), sold.legs.len());
            for one in &sold.parties {
                let steps = [kzt("0"), one.party.each, one.transferred, one.single, one.party.full];
                prop_assert!(steps.windows(2).all(|pair| pair[0].amount <= pair[1].amount), "{:?}", one);
            }
            account.ride_with(on, stop, at, riders);
            let is_void = voids.checked_shr(u32::try_from(place).unwrap()).unwrap_or_default() & 1 == 1;
            account.rides.last_mut().unwrap().is_void = is_void;
        }
    }

    #[test]
    fn a_day_never_costs_one_rider_more_than_its_cap_and_the_order_of_equal_rides_does_not_matter(
        stops in prop::collection::vec(prop::sample::select(&["s1", "s3"][..]), 1..9),
        turn in 0..9_usize,
    ) {
        // Each by itself: no transfer holds for so long.
        let day = |stops: &[&'static str]| {
            let mut account = Account::of(&CITY);
            for (place, stop) in stops.iter().enumerate() {
                let after = TimeDelta::seconds(i64::try_from(place).unwrap() * 7_201);
                account.ride("92", stop, utc("2025-09-02T22:30:00Z") + after);
            }
            account.total()
        };
        let mut turned = stops.clone();
        turned.rotate_left(turn % stops.len());
        let sum = day(&stops);
        prop_assert_eq!(sum, day(&turned));
        prop_assert!(sum.amount <= kzt("500").amount);
    }

    #[test]
    fn what_a_ride_costs_does_not_go_by_what_was_voided(rides in rides()) {
        let at = utc("2025-09-03T15:00:00Z");
        let mut account = Account::of(&CITY);
        for (place, (on, stop, ..)) in rides.iter().enumerate() {
            account.ride(on, stop, at - TimeDelta::minutes(100) + TimeDelta::minutes(i64::try_from(place).unwrap()));
        }
        account.rides.iter_mut().for_each(|ride| ride.is_void = true);
        let sold = account.price((Some("92"), Some("s1")), at, alone()).unwrap();
        prop_assert_eq!(super::total(&sold), kzt("120"));
    }
}
