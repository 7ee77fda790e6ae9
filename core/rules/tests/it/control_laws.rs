//! What holds of every control, whatever is known.

use chrono::TimeDelta;
use mesto_rules::control::{Answer, Checked, ClockState, Known, Registration, Trip, decide};
use proptest::prelude::*;

use crate::control::{at, back, policy, ride, there, trip};

fn rides() -> impl Strategy<Value = Vec<Registration<'static, u32>>> {
    let trips = prop_oneof![Just(None), Just(Some("there")), Just(Some("back")), Just(Some("broken")), Just(Some("x"))];
    let vehicles = prop_oneof![Just("1204"), Just("77")];
    let one = (0..6_u32, trips, -120..200_i64, vehicles, 1..6_u32, any::<bool>(), any::<bool>());
    let one = one.prop_map(|(id, on, registered, vehicle, persons, is_void, was_accepted)| Registration {
        vehicle,
        persons,
        is_void,
        was_accepted,
        ..ride(id, on, registered)
    });
    // An id is one ride.
    prop::collection::vec(one, 0..6).prop_map(|mut rides| {
        rides.sort_by_key(|one| one.id);
        rides.dedup_by_key(|one| one.id);
        rides
    })
}

fn controlled() -> impl Strategy<Value = Checked<'static>> {
    let on = prop_oneof![Just(None), Just(Some(there())), Just(Some(back()))];
    (on, 0..200_i64, 0..60_i64).prop_map(|(trip, now, ago)| Checked {
        vehicle: "1204",
        trip,
        now: at(now),
        boarded_by: at(now - ago),
    })
}

fn clock() -> impl Strategy<Value = ClockState> {
    prop_oneof![
        3 => Just(ClockState::Right),
        1 => Just(ClockState::Unknown),
        1 => Just(ClockState::Off(TimeDelta::minutes(10))),
    ]
}

fn trips() -> [Trip<'static>; 3] {
    [there(), back(), Trip { broke_down_at: Some(at(20)), ..trip("broken", at(0), at(60)) }]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn data_older_than_the_boarding_never_accuse(rides in rides(), checked in controlled(), old in 1..60_i64) {
        let trips = trips();
        let data_until = Some(checked.boarded_by - TimeDelta::seconds(old));
        let known = Known { data_until, clock: ClockState::Right, trips: &trips };
        prop_assert!(!matches!(decide(&rides, &checked, &known, &policy()), Answer::NotRegistered(_)));
    }

    #[test]
    fn a_clock_that_is_not_known_to_be_right_never_accuses(rides in rides(), checked in controlled(), clock in clock()) {
        let trips = trips();
        let known = Known { data_until: Some(checked.now), clock, trips: &trips };
        let accuses = matches!(decide(&rides, &checked, &known, &policy()), Answer::NotRegistered(_));
        prop_assert!(!accuses || clock == ClockState::Right);
    }

    #[test]
    fn a_registration_on_the_checked_trip_passes_whatever_else_there_is_amb_34(
        rides in rides(), checked in controlled(), before in 0..60_i64, until in 0..200_i64, clock in clock(),
    ) {
        let Some(trip) = checked.trip else { return Ok(()) };
        let trips = trips();
        let mut rides = rides;
        let made = checked.now - TimeDelta::minutes(before);
        rides.push(Registration { registered_at: made, ..ride(99, Some(trip.id), 0) });
        let known = Known { data_until: Some(at(until)), clock, trips: &trips };
        let answer = decide(&rides, &checked, &known, &policy());
        let Answer::Registered(told) = answer else { panic!("{answer:?}") };
        prop_assert!(told.rides.contains(&99));
    }

    #[test]
    fn one_more_registration_never_makes_a_registered_rider_an_unregistered_one(
        rides in rides(), more in rides(), checked in controlled(), until in 0..200_i64, clock in clock(),
    ) {
        let trips = trips();
        let known = Known { data_until: Some(at(until)), clock, trips: &trips };
        let policy = policy();
        let mut all = rides.clone();
        all.extend(more.into_iter().map(|one| Registration { id: one.id + 10, ..one }));
        if let Answer::Registered(before) = decide(&rides, &checked, &known, &policy) {
            let answer = decide(&all, &checked, &known, &policy);
            let Answer::Registered(after) = answer else { panic!("{answer:?}") };
            prop_assert!(after.persons >= before.persons);
            prop_assert!(before.rides.iter().all(|one| after.rides.contains(one)));
        }
    }

    #[test]
    fn the_order_in_which_registrations_are_known_changes_nothing(
        rides in rides(), checked in controlled(), until in 0..200_i64, clock in clock(),
    ) {
        let trips = trips();
        let known = Known { data_until: Some(at(until)), clock, trips: &trips };
        let mut turned = rides.clone();
        turned.reverse();
        prop_assert_eq!(decide(&rides, &checked, &known, &policy()), decide(&turned, &checked, &known, &policy()));
    }

    #[test]
    fn persons_are_those_of_the_rides_that_count(rides in rides(), checked in controlled()) {
        let trips = trips();
        let known = Known { data_until: Some(checked.now), clock: ClockState::Right, trips: &trips };
        if let Answer::Registered(told) = decide(&rides, &checked, &known, &policy()) {
            let of = |id: &u32| rides.iter().find(|one| one.id == *id).map_or(0, |one| one.persons);
            prop_assert_eq!(told.persons, told.rides.iter().map(of).sum::<u32>());
            prop_assert!(told.persons > 0);
        }
    }
}
