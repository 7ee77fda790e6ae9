//! What a controller is told: registered, not registered for this trip, or nothing.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::control::{Answer, CannotTell, Checked, ClockState, Known, Registration, Trip, clock_state, decide};
use mesto_rules::load;
use mesto_rules::rides::{Policy, RidesSection};

pub fn policy() -> Policy {
    let city = load::embedded("almaty").unwrap();
    city.section::<RidesSection>().unwrap().policy.clone()
}

pub fn at(minutes: i64) -> DateTime<Utc> {
    "2025-09-03T06:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

pub const fn trip(id: &'static str, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Trip<'static> {
    Trip { id, route: "92", direction: 0, starts_at, ends_at, broke_down_at: None }
}

/// There and back: the vehicle turns after an hour.
pub fn there() -> Trip<'static> {
    trip("there", at(0), at(60))
}

pub fn back() -> Trip<'static> {
    Trip { direction: 1, ..trip("back", at(65), at(125)) }
}

pub fn ride(id: u32, on: Option<&'static str>, registered: i64) -> Registration<'static, u32> {
    Registration {
        id,
        vehicle: "1204",
        trip: on,
        persons: 1,
        registered_at: at(registered),
        ends_at: at(registered + 60).max(at(80)),
        is_void: false,
        was_accepted: false,
    }
}

fn checked(on: Option<Trip<'static>>, now: i64) -> Checked<'static> {
    Checked { vehicle: "1204", trip: on, now: at(now), boarded_by: at(now - 5) }
}

fn known<'a>(trips: &'a [Trip<'a>], until: Option<i64>) -> Known<'a> {
    Known { data_until: until.map(at), clock: ClockState::Right, trips }
}

/// One word of an answer, and the last registration.
fn word(answer: &Answer<u32>) -> (&'static str, Option<u32>) {
    match answer {
        Answer::Registered(told) => ("registered", told.last),
        Answer::NotRegistered(told) => ("not_registered", told.last),
        Answer::CannotTell(told) => ("cannot_tell", told.last),
    }
}

fn told(shown: &[Registration<'_, u32>], on: Option<Trip<'static>>, now: i64) -> (&'static str, Option<u32>) {
    let trips = [there(), back()];
    word(&decide(shown, &checked(on, now), &known(&trips, Some(now)), &policy()))
}

#[test]
fn a_registration_on_the_checked_trip_counts_av_84_av_86() {
    assert_eq!(told(&[ride(1, Some("there"), 10)], Some(there()), 30), ("registered", Some(1)));
    // Also when the bus is so late that the ticket's time is over.
    assert_eq!(told(&[ride(1, Some("there"), 10)], Some(there()), 200), ("registered", Some(1)));
}

#[test]
fn the_last_registration_on_another_trip_or_in_another_vehicle_is_none_av_85_av_87() {
    assert_eq!(told(&[], Some(there()), 30), ("not_registered", None));
    let elsewhere = Registration { vehicle: "77", ..ride(2, Some("another"), 20) };
    assert_eq!(told(&[elsewhere], Some(there()), 30), ("not_registered", Some(2)));
    // Registered on the way there, an hour ago; the vehicle is well on its way back.
    assert_eq!(told(&[ride(1, Some("there"), 10)], Some(back()), 81), ("not_registered", Some(1)));
}

#[test]
fn a_registration_on_the_checked_trip_passes_whatever_came_after_amb_34() {
    let elsewhere = Registration { vehicle: "77", ..ride(2, Some("another"), 20) };
    assert_eq!(told(&[elsewhere, ride(1, Some("there"), 10)], Some(there()), 30), ("registered", Some(2)));
}

#[test]
fn a_vehicle_that_turned_at_the_terminus_passes_within_the_tolerance_amb_22() {
    let policy = policy();
    assert_eq!(policy.tolerance_minutes, 20);
    // Still in it after the turn: until twenty minutes after the trip was planned to end.
    assert_eq!(told(&[ride(1, Some("there"), 10)], Some(back()), 79).0, "registered");
    assert_eq!(told(&[ride(1, Some("there"), 10)], Some(back()), 80).0, "not_registered");
    // Registered just before the next trip was planned to begin: he rides on that one.
    assert_eq!(told(&[ride(1, Some("there"), 45)], Some(back()), 100).0, "registered");
    assert_eq!(told(&[ride(1, Some("there"), 44)], Some(back()), 100).0, "not_registered");
    // Nothing of the earlier trip is known beside the ticket.
    let nothing = known(&[], Some(100));
    let answer = decide(&[ride(1, Some("there"), 50)], &checked(Some(back()), 100), &nothing, &policy);
    assert_eq!(word(&answer).0, "registered");
}

#[test]
fn a_trip_that_is_not_known_is_judged_by_the_vehicle_and_the_tickets_time() {
    for (on, of) in [(None, Some(there())), (Some("there"), None), (None, None)] {
        assert_eq!(told(&[ride(1, on, 10)], of, 30).0, "registered", "{on:?} {of:?}");
        let elsewhere = Registration { vehicle: "77", ..ride(1, on, 10) };
        assert_eq!(told(&[elsewhere], of, 30).0, "not_registered", "{on:?} {of:?}");
    }
    assert_eq!(told(&[ride(1, None, 10)], None, 80).0, "not_registered");
}

#[test]
fn a_ticket_of_a_vehicle_that_broke_down_is_good_on_the_next_one_of_the_route() {
    let broken = Trip { broke_down_at: Some(at(20)), ..trip("broken", at(0), at(60)) };
    let ticket = Registration { vehicle: "77", ..ride(1, Some("broken"), 5) };
    let policy = policy();
    let say = |trips: &[Trip<'_>], on: Trip<'static>, now: i64| {
        word(&decide(&[ticket], &checked(Some(on), now), &known(trips, Some(now)), &policy)).0
    };
    let minutes = i64::from(policy.breakdown_minutes);
    assert_eq!(say(&[broken], there(), 20), "registered");
    assert_eq!(say(&[broken], there(), 19 + minutes), "registered");
    assert_eq!(say(&[broken], there(), 20 + minutes), "not_registered");
    // The other way, on another route, and where nothing broke down.
    assert_eq!(say(&[broken], Trip { direction: 1, ..there() }, 30), "not_registered");
    assert_eq!(say(&[broken], Trip { route: "12", ..there() }, 30), "not_registered");
    assert_eq!(say(&[Trip { broke_down_at: None, ..broken }], there(), 30), "not_registered");
}

#[test]
fn persons_of_every_registration_that_counts_are_counted_once() {
    let companions = Registration { persons: 3, ..ride(1, Some("there"), 10) };
    let void = Registration { is_void: true, persons: 9, ..ride(3, Some("there"), 12) };
    let shown = [companions, ride(2, Some("there"), 11), companions, void];
    let answer = decide(&shown, &checked(Some(there()), 30), &known(&[], Some(30)), &policy());
    let Answer::Registered(told) = answer else { panic!("{answer:?}") };
    assert_eq!((told.rides, told.persons, told.last), (vec![1, 2], 4, Some(3)));
}

#[test]
fn what_was_voided_meanwhile_stays_accepted_where_it_was_accepted() {
    let void = Registration { is_void: true, ..ride(1, Some("there"), 10) };
    assert_eq!(told(&[void], Some(there()), 30), ("not_registered", Some(1)));
    let accepted = Registration { was_accepted: true, ..void };
    assert_eq!(told(&[accepted], Some(there()), 30).0, "registered");
    assert_eq!(told(&[accepted], Some(back()), 110).0, "not_registered");
}

#[test]
fn data_that_end_before_the_doors_were_open_last_accuse_nobody_and_say_until_when_they_are_amb_34() {
    let before = known(&[], Some(24));
    let checked = Checked { boarded_by: at(25), ..checked(Some(there()), 30) };
    let answer = decide::<u32>(&[], &checked, &before, &policy());
    assert_eq!(answer, Answer::CannotTell(CannotTell { data_until: Some(at(24)), last: None, clock_off: None }));
    assert_eq!(word(&decide(&[], &checked, &known(&[], Some(25)), &policy())).0, "not_registered");
    assert_eq!(word(&decide(&[], &checked, &known(&[], None), &policy())).0, "cannot_tell");
}

#[test]
fn a_clock_that_is_ten_minutes_off_accuses_nobody_and_says_so() {
    let most = TimeDelta::seconds(60);
    let state = |own: i64| clock_state(at(own), at(0), TimeDelta::seconds(2), most);
    assert_eq!(state(1), ClockState::Right);
    assert_eq!(state(10), ClockState::Off(TimeDelta::minutes(10)));
    assert_eq!(state(-10), ClockState::Off(TimeDelta::minutes(-10)));
    for clock in [state(10), state(-10), ClockState::Unknown] {
        let off = Known { clock, ..known(&[], Some(30)) };
        let answer = decide::<u32>(&[], &checked(Some(there()), 30), &off, &policy());
        let Answer::CannotTell(told) = answer else { panic!("{answer:?}") };
        assert_eq!(told.clock_off.is_some(), clock != ClockState::Unknown);
        // Who is registered on this trip is so by any clock.
        let answer = decide(&[ride(1, Some("there"), 10)], &checked(Some(there()), 30), &off, &policy());
        assert_eq!(word(&answer).0, "registered");
    }
}

#[test]
fn the_code_of_a_card_is_read_as_it_is_printed_or_typed_av_83() {
    let read = mesto_rules::control::printed_code;
    for typed in ["9643 9085 0231 7745", "9643-9085-0231-7745", " 9643908502317745\n"] {
        assert_eq!(read(typed).as_deref(), Some("9643908502317745"), "{typed}");
    }
    assert_eq!(read("kz 0a12").as_deref(), Some("KZ0A12"));
    for wrong in ["", "12", "карта", "1234;--", &"9".repeat(33)] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}
