//! Signs, trips, service days, repeats and tickets of rides.

use crate::support::at;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use mesto_rules::City;
use mesto_rules::rides::{
    BoardNumber, Earlier, RideError, RideEvent, RideState, RidesSection, Sign, SignError, TicketTime, Token, Trip,
    read_sign, repeated, service_day, service_moment, sign, trip_at,
};
use proptest::prelude::*;

fn almaty() -> City {
    mesto_rules::load::embedded("almaty").unwrap()
}

fn hosts() -> Vec<String> {
    vec!["qr.avtobys.kz".to_owned()]
}

fn read(text: &str) -> Result<Sign, SignError> {
    read_sign(text, "almaty", &hosts())
}

/// Almaty's section of rides, changed as a city's author would, and read as an app reads it.
fn changed(change: impl FnOnce(&mut serde_json::Value)) -> RidesSection {
    let city = almaty();
    let mut section = serde_json::to_value(city.section::<RidesSection>().unwrap()).unwrap();
    change(&mut section);
    serde_json::from_value(section).unwrap()
}

#[test]
fn a_city_says_which_channels_it_has_and_one_that_is_not_said_is_off_av_08_av_32_amb_18() {
    let off = changed(|section| section["channels"] = serde_json::json!({}));
    assert!(!off.channels.nfc && !off.channels.bluetooth && off.channels.sms_number.is_none());
    assert_eq!(almaty().section::<RidesSection>().unwrap().channels, off.channels, "the contract names no flow");
    let on = changed(|section| section["channels"]["nfc"] = true.into());
    assert!(on.channels.nfc && !on.channels.bluetooth);
}

#[test]
fn whatever_carries_riders_is_a_route_of_its_kind_and_an_unknown_kind_stays_one_av_22() {
    for kind in ["bus", "trolleybus", "tram", "metro", "ferry"] {
        let section = changed(|section| section["routes"][0]["kind"] = kind.into());
        assert_eq!(section.routes[0].kind.as_str(), kind);
        assert_eq!(section.routes[0].kind.is_known(), kind != "ferry");
        let fare = |section: &RidesSection| section.fare_on("2025-09-03".parse().unwrap()).cloned();
        assert_eq!(fare(&section), fare(almaty().section::<RidesSection>().unwrap()), "one fare for all");
    }
}

#[test]
fn the_two_signs_of_a_city_are_read_as_they_are_written_av_62_av_63() {
    let token = Token::new("K7M2P9QD").unwrap();
    assert_eq!(read(&sign::posted("qr.avtobys.kz", "almaty", &token)), Ok(Sign::Posted { token: token.clone() }));
    let shown_at = at("2025-09-03 10:00");
    let signed = sign::to_sign("qr.avtobys.kz", "almaty", &token, shown_at);
    let Ok(Sign::Shown(shown)) = read(&format!(" {signed}.c2ln\n")) else { panic!("no sign of a terminal") };
    assert_eq!(
        (shown.terminal, shown.shown_at, shown.signed, shown.signature),
        (token, shown_at, signed, "c2ln".into())
    );
    assert!(read("HTTPS://QR.Avtobys.KZ/almaty/v/K7M2P9QD").is_ok(), "scheme and host are read in any case");
}

#[test]
fn what_is_no_sign_says_where_it_leads_and_what_is_of_another_city_says_of_which_av_31() {
    let not = |host: Option<&str>| Err(SignError::NotARideCode { host: host.map(str::to_owned) });
    for (text, host) in [
        ("", None),
        ("hello", None),
        ("http://qr.avtobys.kz/almaty/v/K7M2P9QD", None),
        ("https://qr.avtobys.kz@evil.example/almaty/v/K7M2P9QD", None),
        ("https://qr.avtobys.kz:443/almaty/v/K7M2P9QD", None),
        ("https://qr.avtobys.kz/almaty/v/K7M2P9QD?x=1", None),
        ("https://qr.аvtobys.kz/almaty/v/K7M2P9QD", None), // a Cyrillic letter
        ("https://evil.example/almaty/v/K7M2P9QD", Some("evil.example")),
        ("https://qr.avtobys.kz.evil.example/almaty/v/K7M2P9QD", Some("qr.avtobys.kz.evil.example")),
    ] {
        assert_eq!(read(text), not(host), "{text}");
    }
    assert_eq!(read("https://qr.avtobys.kz/astana/v/K7M2P9QD"), Err(SignError::OtherCity { city: "astana".into() }));
    for path in [
        "",
        "almaty",
        "almaty/v",
        "almaty/v/",
        "almaty/v/K7M2P",
        "almaty/v/k7m2p9qd",
        "almaty/x/K7M2P9QD",
        "almaty/v/K7M2P9QD/",
        "almaty/t/K7M2P9QD",
        "almaty/t/K7M2P9QD.1.",
        "almaty/t/K7M2P9QD.-1.c2ln",
        "almaty/t/K7M2P9QD.99999999999999.c2ln",
        "almaty/t/K7M2P9QD.1.c2ln.x",
    ] {
        assert_eq!(read(&format!("https://qr.avtobys.kz/{path}")), Err(SignError::Unreadable), "{path}");
    }
    assert_eq!(read(&format!("https://qr.avtobys.kz/almaty/v/{}", "A".repeat(600))), not(None));
}

#[test]
fn the_number_on_a_board_is_read_however_it_is_typed_av_32() {
    for typed in ["1204", " 12 04 ", "12-04", "№1204", "#1204"] {
        assert_eq!(BoardNumber::new(typed).unwrap().as_str(), "1204", "{typed}");
    }
    assert_eq!(BoardNumber::new("a12").unwrap().as_str(), "A12");
    assert_ne!(BoardNumber::new("0412").unwrap(), BoardNumber::new("412").unwrap());
    for typed in ["", "  ", "bus", "123456789", "12_04", "12:04"] {
        assert_eq!(BoardNumber::new(typed), Err(SignError::NotABoardNumber), "{typed}");
    }
}

#[test]
fn a_service_day_is_counted_from_noon_minus_twelve_hours_also_when_the_clock_changes() {
    let city = almaty();
    let time = &city.sections.time;
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let utc = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    // On 1 March 2024 midnight came twice: 24:00 at UTC+6 became 23:00 at UTC+5.
    assert_eq!(service_moment(time, day("2024-02-29"), 0), Some(utc("2024-02-28T18:00:00Z")));
    assert_eq!(service_moment(time, day("2024-03-01"), 0), Some(utc("2024-02-29T19:00:00Z")));
    // A night trip at 25:30 of 29 February is half past one after that midnight by the old clock.
    assert_eq!(service_moment(time, day("2024-02-29"), 25 * 3600 + 1800), Some(utc("2024-02-29T19:30:00Z")));
    let begins = "03:00".parse().unwrap();
    for (moment, of) in [
        ("2025-09-02T21:59:59Z", "2025-09-02"), // 02:59:59 in Almaty
        ("2025-09-02T22:00:00Z", "2025-09-03"),
        ("2025-09-03T18:59:00Z", "2025-09-03"),
        ("2025-09-03T21:00:00Z", "2025-09-03"), // two after midnight
        ("2024-02-29T21:59:59Z", "2024-02-29"),
        ("2024-02-29T22:00:00Z", "2024-03-01"),
    ] {
        assert_eq!(service_day(time, utc(moment), begins), day(of), "{moment}");
    }
}

fn trip(from: i64, until: i64) -> Trip {
    let begun = at("2025-09-03 10:00");
    Trip {
        route: "92".parse().unwrap(),
        direction: 0,
        service_day: begun.date_naive(),
        starts_at: begun + TimeDelta::minutes(from),
        ends_at: begun + TimeDelta::minutes(until),
    }
}

#[test]
fn a_vehicle_is_on_its_trip_before_it_begins_and_while_it_is_late_by_the_tolerance_amb_22() {
    let city = almaty();
    let policy = &city.section::<RidesSection>().unwrap().policy;
    let trips = [trip(0, 50), trip(60, 110)];
    let found = |minute: i64| trip_at(&trips, at("2025-09-03 10:00") + TimeDelta::minutes(minute), policy, Trip::clone);
    assert_eq!(policy.tolerance_minutes, 20);
    for (minute, expected) in [
        (-21, None),
        (-20, Some(0)),
        (0, Some(0)),
        (49, Some(0)),
        (50, Some(1)),
        (109, Some(1)),
        (129, Some(1)),
        (130, None),
    ] {
        assert_eq!(found(minute), expected, "minute {minute}");
    }
}

#[test]
fn a_ticket_is_good_to_the_end_of_the_trip_and_at_least_for_its_minutes() {
    let city = almaty();
    let policy = &city.section::<RidesSection>().unwrap().policy;
    let now = at("2025-09-03 10:00");
    let until = |minutes: i64| now + TimeDelta::minutes(minutes);
    assert_eq!(TicketTime::of(now, None, policy).ends_at, until(60));
    assert_eq!(TicketTime::of(now, Some(&trip(-10, 90)), policy).ends_at, until(110));
    assert_eq!(TicketTime::of(now, Some(&trip(-10, 5)), policy).ends_at, until(60));
}

#[test]
fn a_ride_repeats_one_of_its_trip_or_of_its_vehicle_within_the_minutes_amb_22() {
    let city = almaty();
    let policy = &city.section::<RidesSection>().unwrap().policy;
    let now = at("2025-09-03 10:00");
    let earlier = |minutes: i64, trip: Option<&'static str>| Earlier {
        id: minutes,
        vehicle: "1204",
        trip,
        registered_at: now - TimeDelta::minutes(minutes),
        is_void: false,
    };
    let repeats = |rides: &[Earlier<'_, i64>], trip| repeated(rides, ("1204", trip), now, policy).map(|ride| ride.id);
    assert_eq!(repeats(&[earlier(29, None)], None), Some(29));
    assert_eq!(repeats(&[earlier(30, None)], None), None);
    assert_eq!(repeats(&[earlier(30, Some("a"))], Some("a")), Some(30), "the trip is longer than that");
    assert_eq!(repeats(&[earlier(30, Some("a"))], Some("b")), None);
    assert_eq!(repeats(&[earlier(3, None), earlier(1, None), earlier(2, None)], None), Some(1), "the newest");
    assert_eq!(repeats(&[Earlier { is_void: true, ..earlier(1, None) }], None), None);
    assert_eq!(repeats(&[Earlier { vehicle: "1205", ..earlier(1, None) }], None), None);
    assert_eq!(
        repeats(&[earlier(-1, None)], None),
        Some(-1),
        "of two phones that confirm at once, by the one that waited"
    );
}

#[test]
fn a_ride_is_disputed_until_its_last_day_and_voided_once() {
    let city = almaty();
    let policy = &city.section::<RidesSection>().unwrap().policy;
    let begun = at("2025-09-03 10:00");
    let until = begun + TimeDelta::days(30);
    let step = |state: RideState, event, now| state.step(event, (begun, now), policy);
    assert_eq!(step(RideState::Registered, RideEvent::Dispute, until), Ok(RideState::Disputed));
    let late = until + TimeDelta::milliseconds(1);
    assert_eq!(step(RideState::Registered, RideEvent::Dispute, late), Err(RideError::TooLate { until }));
    assert_eq!(step(RideState::Disputed, RideEvent::Void, late), Ok(RideState::Voided));
    assert_eq!(step(RideState::Voided, RideEvent::Void, late), Err(RideError::Voided));
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic_and_only_a_listed_host_gives_a_sign(text in "(https://)?[a-zA-Z0-9./:@?#-]{0,60}") {
        if let Ok(Sign::Posted { .. } | Sign::Shown(_)) = read(&text) {
            prop_assert!(text.to_ascii_lowercase().starts_with("https://qr.avtobys.kz/"));
        }
    }

    #[test]
    fn a_ticket_never_ends_before_its_trip_or_its_minutes(from in -600i64..600, length in 1i64..720, now in -600i64..1200) {
        let city = almaty();
        let policy = &city.section::<RidesSection>().unwrap().policy;
        let (trip, now) = (trip(from, from + length), at("2025-09-03 10:00") + TimeDelta::minutes(now));
        let time = TicketTime::of(now, Some(&trip), policy);
        prop_assert!(time.ends_at >= now + TimeDelta::minutes(policy.ticket_minutes.into()));
        prop_assert!(time.ends_at >= trip.ends_at);
    }

    #[test]
    fn the_order_of_earlier_rides_does_not_matter(minutes in prop::collection::vec(0i64..60, 0..8)) {
        let city = almaty();
        let policy = &city.section::<RidesSection>().unwrap().policy;
        let now = at("2025-09-03 10:00");
        let mut rides: Vec<Earlier<'_, i64>> = minutes.iter().map(|minutes| Earlier {
            id: *minutes, vehicle: "1204", trip: None, registered_at: now - TimeDelta::minutes(*minutes), is_void: false,
        }).collect();
        let one = repeated(&rides, ("1204", None), now, policy).map(|ride| ride.registered_at);
        rides.reverse();
        prop_assert_eq!(one, repeated(&rides, ("1204", None), now, policy).map(|ride| ride.registered_at));
    }
}
