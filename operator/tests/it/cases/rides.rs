//! Rides: scanned, checked, confirmed, shown, disputed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::{Request, Response};
use mesto_protocol::base::payments::{Bought, PayMethod, Quote, QuoteRequest, Wanted};
use mesto_protocol::base::wallet::WalletSubject;
use mesto_protocol::device::{DeviceSigner, SoftwareDevice};
use mesto_protocol::kernel::ids::{RecordId as _, TripId};
use mesto_protocol::rides::riders::{
    Ride, RideCode, RideDispute, RidePage, RideState, RidesOffer, RidesOutcome, RidesSubject,
};
use mesto_protocol::rides::signed::SignedRide;
use mesto_protocol::rides::vehicles::{
    Fleet, FleetTold, PostedSign, PutTerminal, SignToPost, TerminalToPut, ToldTrip, ToldTrips, ToldVehicle,
    ToldVehicles, TripsTold,
};
use mesto_protocol::signed_code::{Claims, CodeError, Revocations};
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::money::Money;
use mesto_rules::rides::{DatedFare, Token, sign};
use serde_json::json;

use crate::world::{Person, World, device, expect, kzt, refused};

pub(super) const PHONE: &str = "+77071234567";
const HOST: &str = "qr.avtobys.kz";

/// Vehicle 1204 of route 92, with a sign, in service, on a trip that began ten minutes ago.
pub(super) struct Bus<'a> {
    pub dispatcher: Person<'a>,
    pub trip: TripId,
    pub sign: String,
}

pub(super) fn bus(world: &World) -> Bus<'_> {
    let dispatcher = world.dispatcher();
    let vehicle = |board: &str, plate: &str, is_in_service| ToldVehicle {
        board: board.into(),
        plate: Some(plate.into()),
        carrier: "almaty-electrotrans".into(),
        is_in_service,
        stop: None,
    };
    let vehicles = vec![vehicle("1204", "123 AB 02", true), vehicle("1205", "124 AB 02", false)];
    let told: FleetTold =
        expect(200, dispatcher.post("/v1/transit/vehicles", &ToldVehicles { city: "almaty".into(), vehicles }));
    assert_eq!(told.taken, 2);
    let trip = tell_trip(&dispatcher, "1204", 0, -10, 50);
    let sign = post_sign(&dispatcher, None);
    Bus { dispatcher, trip, sign }
}

pub(super) fn tell_trip(dispatcher: &Person<'_>, vehicle: &str, direction: u32, from: i64, until: i64) -> TripId {
    let now = dispatcher.world.now();
    let trip = ToldTrip {
        vehicle: vehicle.into(),
        route: "92".parse().unwrap(),
        direction,
        starts_at: now + TimeDelta::minutes(from),
        ends_at: now + TimeDelta::minutes(until),
        service_on: None,
        broke_down_at: None,
    };
    let told: TripsTold =
        expect(200, dispatcher.post("/v1/transit/trips", &ToldTrips { city: "almaty".into(), trips: vec![trip] }));
    told.trips[0]
}

fn post_sign(dispatcher: &Person<'_>, minutes: Option<i64>) -> String {
    let others_end_at = minutes.map(|minutes| dispatcher.world.now() + TimeDelta::minutes(minutes));
    let asked = SignToPost { city: "almaty".into(), vehicle: "1204".into(), others_end_at };
    expect::<PostedSign>(200, dispatcher.post("/v1/transit/signs", &asked)).text
}

/// A rider with so much on his balance.
pub(super) fn rider<'a>(world: &'a World, on: &SoftwareDevice, phone: &str, tenge: &str) -> Person<'a> {
    let rider = world.driver_on(on, phone);
    let asked = ask(&rider, Wanted::of(&WalletSubject { amount: kzt(tenge) }).unwrap(), PayMethod::Card);
    world.approve(&rider.begin(&expect(201, asked)).payment);
    rider
}

pub(super) fn ask(rider: &Person<'_>, wanted: Wanted, pay: PayMethod) -> Response {
    rider.post("/v1/quotes", &QuoteRequest { city: "almaty".into(), items: vec![wanted], pay, payer: None })
}

pub(super) fn scanned(text: &str) -> RidesSubject {
    RidesSubject { scanned: Some(text.into()), vehicle: None, persons: 1, companions: Vec::new(), is_again: false }
}

fn typed(number: &str) -> RidesSubject {
    RidesSubject { scanned: None, vehicle: Some(number.into()), persons: 1, companions: Vec::new(), is_again: false }
}

pub(super) fn check(rider: &Person<'_>, subject: &RidesSubject) -> Response {
    ask(rider, Wanted::of(subject).unwrap(), PayMethod::Deposit)
}

pub(super) fn checked(rider: &Person<'_>, subject: &RidesSubject) -> (Quote, RidesOffer) {
    let quote: Quote = expect(201, check(rider, subject));
    let offer = quote.items[0].offer().unwrap().unwrap();
    (quote, offer)
}

pub(super) fn ride_of(bought: &Bought) -> Ride {
    bought.sale.items[0].outcome::<RidesOutcome>().unwrap().unwrap().ride
}

/// Checks and confirms.
pub(super) fn ride(rider: &Person<'_>, subject: &RidesSubject) -> Ride {
    ride_of(&rider.begin(&checked(rider, subject).0))
}

/// The same by card, which the bank approves.
pub(super) fn by_card(rider: &Person<'_>, subject: &RidesSubject) {
    let asked = ask(rider, Wanted::of(subject).unwrap(), PayMethod::Card);
    rider.world.approve(&rider.begin(&expect(201, asked)).payment);
}

pub(super) fn believed(world: &World, ride: &Ride) -> Claims<SignedRide> {
    Claims::verify(&ride.signed, &world.key_set(), world.now()).unwrap()
}

on_both_databases! {
    #[test]
    fn after_a_breakdown_the_next_bus_of_the_route_tells_that_the_ticket_is_good_there_av_84_av_86(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let first = ride(&rider, &scanned(&bus.sign));
        let vehicle = ToldVehicle { board: "1205".into(), plate: None, carrier: "almaty-electrotrans".into(), is_in_service: true, stop: None };
        let told = ToldVehicles { city: "almaty".into(), vehicles: vec![vehicle] };
        expect::<FleetTold>(200, bus.dispatcher.post("/v1/transit/vehicles", &told));
        tell_trip(&bus.dispatcher, "1205", 0, -5, 55);
        assert_eq!(checked(&rider, &typed("1205")).1.repeats, None, "nothing broke down");
        let starts_at = world.now() - TimeDelta::minutes(10);
        let broken = |at: DateTime<Utc>| {
            let trip = ToldTrip { vehicle: "1204".into(), route: "92".parse().unwrap(), direction: 0, starts_at, ends_at: starts_at + TimeDelta::minutes(60), service_on: None, broke_down_at: Some(at) };
            let told = ToldTrips { city: "almaty".into(), trips: vec![trip] };
            assert_eq!(expect::<TripsTold>(200, bus.dispatcher.post("/v1/transit/trips", &told)).trips, [bus.trip]);
        };
        world.pass(5);
        let at = world.now();
        broken(at);
        let (quote, offer) = checked(&rider, &typed("1205"));
        assert_eq!((offer.repeats.map(|ride| ride.id), offer.repeats_broke_down_at), (Some(first.id), Some(at)));
        refused("ride_repeated", &rider.buy_with(&world.key(), &quote));
        assert_eq!(balance(&rider), kzt("880"), "the ride is paid once");
        // The other way is another ride.
        tell_trip(&bus.dispatcher, "1205", 1, 0, 60);
        assert_eq!(checked(&rider, &typed("1205")).1.repeats, None);
        // Whoever rides again on purpose pays.
        tell_trip(&bus.dispatcher, "1205", 0, 1, 60);
        let again = ride(&rider, &RidesSubject { is_again: true, ..typed("1205") });
        assert_ne!(again.id, first.id);
        // So long, and no longer.
        world.pass(60);
        let other = checked(&rider, &typed("1205")).1.repeats;
        assert_ne!(other.map(|ride| ride.id), Some(first.id));
    }

    #[test]
    fn a_sign_is_scanned_checked_confirmed_and_the_ticket_says_it_all_av_37_av_55_av_62_av_64_av_65_av_66_av_68_av_69_av_70(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let on = device(3);
        let rider = rider(&world, &on, PHONE, "1000");
        let (quote, offer) = checked(&rider, &scanned(&bus.sign));
        assert_eq!(quote.total, kzt("120"), "the fare stands beside the button");
        assert_eq!((offer.vehicle.board.as_str(), offer.vehicle.carrier.as_str()), ("1204", "almaty-electrotrans"));
        let trip = offer.trip.clone().unwrap();
        assert_eq!((trip.id, trip.route.as_str(), trip.direction), (bus.trip, "92", 0));
        assert_eq!(offer.repeats, None);
        assert_eq!(balance(&rider), kzt("1000"), "nothing is charged before it is confirmed");
        let bought = rider.begin(&quote);
        let made = ride_of(&bought);
        assert_eq!((bought.balance, made.price, made.persons), (kzt("880"), kzt("120"), 1));
        assert_eq!((made.trip.clone(), made.registered_at), (Some(trip), world.now()));
        // To the end of the trip, and what the bus may be behind.
        assert_eq!(made.ends_at, world.now() + TimeDelta::minutes(50 + 20));
        let claims = believed(&world, &made);
        assert_eq!((claims.id, claims.device), (made.id, Some(on.device_key())));
        assert_eq!((claims.what.vehicle.as_str(), claims.what.trip), ("1204", Some(bus.trip)));
        assert_eq!(claims.what.service_day, made.service_on);
        let page: RidePage = expect(200, rider.get("/v1/rides"));
        assert_eq!(page.items, std::slice::from_ref(&made));
        assert_eq!(expect::<Ride>(200, rider.get(&format!("/v1/rides/{}", made.id))), made);
        world.check_books();
    }

    #[test]
    fn a_number_that_is_typed_leads_to_the_same_check_av_32(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        for number in ["1204", " 12 04", "№1204", "123AB02", "123 ab 02"] {
            let (_, offer) = checked(&rider, &typed(number));
            assert_eq!((offer.vehicle.board.as_str(), offer.trip.unwrap().id), ("1204", bus.trip), "{number}");
        }
        refused("ride_vehicle_unknown", &check(&rider, &typed("9999")));
        refused("ride_vehicle_unknown", &check(&rider, &typed("'; DROP TABLE ride; --")));
        let not = refused("ride_vehicle_not_in_service", &check(&rider, &typed("1205")));
        assert_eq!(not["vehicle"], json!("1205"));
        let both = RidesSubject { scanned: Some(bus.sign.clone()), ..typed("1204") };
        refused("bad_request", &check(&rider, &both));
    }

    #[test]
    fn what_is_no_sign_sells_nothing_and_says_where_it_leads_av_31(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let foreign = refused("not_a_ride_code", &check(&rider, &scanned("https://qr-avtobys.kz.evil.example/almaty/v/ABCDEFGH")));
        assert_eq!(foreign["host"], json!("qr-avtobys.kz.evil.example"));
        for text in ["", "hello", "http://qr.avtobys.kz/almaty/v/ABCDEFGH", "https://qr.avtobys.kz@evil.example/almaty/v/ABCDEFGH", "https://qr.avtobys.kz:8443/almaty/v/ABCDEFGH"] {
            assert_eq!(refused("not_a_ride_code", &check(&rider, &scanned(text))).get("host"), Some(&json!(null)), "{text}");
        }
        refused("not_a_ride_code", &check(&rider, &scanned(&"\u{1}x".repeat(2048))));
        let elsewhere = refused("ride_sign_of_another_city", &check(&rider, &scanned(&bus.sign.replace("/almaty/", "/astana/"))));
        assert_eq!(elsewhere["city"], json!("astana"));
        refused("ride_sign_unreadable", &check(&rider, &scanned(&bus.sign.to_lowercase())));
        refused("ride_sign_unreadable", &check(&rider, &scanned(&format!("{}/x", bus.sign))));
        refused("ride_sign_unknown", &check(&rider, &scanned("https://qr.avtobys.kz/almaty/v/ABCDEFGH")));
    }

    #[test]
    fn signs_are_rotated_and_the_old_one_ends_when_it_was_said(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let next = post_sign(&bus.dispatcher, Some(60));
        for sign in [&bus.sign, &next] {
            assert_eq!(checked(&rider, &scanned(sign)).1.vehicle.board.as_str(), "1204");
        }
        world.pass(60);
        refused("ride_sign_revoked", &check(&rider, &scanned(&bus.sign)));
        checked(&rider, &scanned(&next));
        post_sign(&bus.dispatcher, None);
        refused("ride_sign_revoked", &check(&rider, &scanned(&next)));
    }

    #[test]
    fn a_terminals_code_is_good_for_seconds_and_only_when_it_signed_it_av_63(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let machine = device(40);
        let put = TerminalToPut { city: "almaty".into(), vehicle: "1204".into(), key: machine.device_key().to_text() };
        let PutTerminal { terminal } = expect(200, bus.dispatcher.post("/v1/transit/terminals", &put));
        let terminal = Token::new(&terminal).unwrap();
        let code = |by: &SoftwareDevice, at| {
            let text = sign::to_sign(HOST, "almaty", &terminal, at);
            let signature = by.sign(text.as_bytes()).unwrap();
            format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
        };
        let shown = code(&machine, world.now());
        assert_eq!(checked(&rider, &scanned(&shown)).1.trip.unwrap().id, bus.trip);
        refused("ride_sign_unreadable", &check(&rider, &scanned(&code(&device(41), world.now()))));
        world.pass_seconds(30);
        checked(&rider, &scanned(&shown));
        world.pass_seconds(1);
        refused("ride_sign_expired", &check(&rider, &scanned(&shown)));
        refused("ride_sign_expired", &check(&rider, &scanned(&code(&machine, world.now() + TimeDelta::seconds(31)))));
        // Another one hangs there now.
        let put = TerminalToPut { key: device(42).device_key().to_text(), ..put };
        expect::<PutTerminal>(200, bus.dispatcher.post("/v1/transit/terminals", &put));
        refused("ride_sign_revoked", &check(&rider, &scanned(&code(&machine, world.now()))));
    }

    #[test]
    fn a_second_ride_in_the_vehicle_is_asked_about_first_and_sold_when_it_is_meant_amb_22(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let first = ride(&rider, &scanned(&bus.sign));
        world.pass(5);
        let (quote, offer) = checked(&rider, &scanned(&bus.sign));
        assert_eq!(offer.repeats.map(|ride| ride.id), Some(first.id));
        let told = refused("ride_repeated", &rider.buy_with(&world.key(), &quote));
        assert_eq!(told["ride"], json!(first.id));
        assert_eq!(balance(&rider), kzt("880"));
        let again = RidesSubject { is_again: true, ..scanned(&bus.sign) };
        let second = ride(&rider, &again);
        assert_ne!(second.id, first.id);
        // The ring turned: another trip, the same bus. Half an hour after the last one nobody asks.
        tell_trip(&bus.dispatcher, "1204", 1, 45, 90);
        world.pass(29);
        assert!(checked(&rider, &scanned(&bus.sign)).1.repeats.is_some());
        world.pass(20);
        assert_eq!(checked(&rider, &scanned(&bus.sign)).1.repeats, None);
        world.check_books();
    }

    #[test]
    fn of_two_phones_of_one_account_that_confirm_at_once_one_pays(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let one = rider(&world, &device(3), PHONE, "1000");
        let other = world.driver_on(&device(4), PHONE);
        let (first, _) = checked(&one, &scanned(&bus.sign));
        let (second, _) = checked(&other, &scanned(&bus.sign));
        let made = ride_of(&one.begin(&first));
        assert_eq!(refused("ride_repeated", &other.buy_with(&world.key(), &second))["ride"], json!(made.id));
        assert_eq!(balance(&one), kzt("880"));
    }

    #[test]
    fn of_two_phones_the_one_that_waited_does_not_pay_either_where_its_moment_is_the_earlier_one_amb_22(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let one = rider(&world, &device(3), PHONE, "1000");
        let other = world.driver_on(&device(4), PHONE);
        let ((first, _), (second, _)) = (checked(&one, &scanned(&bus.sign)), checked(&other, &scanned(&bus.sign)));
        // Its request came before, and waited for the account.
        let waited = Request::new("POST", "/v1/purchases").bearer(&other.token).key(&world.key()).json(&other.purchase(&second));
        let came_at = world.now();
        world.pass_seconds(1);
        ride_of(&one.begin(&first));
        refused("ride_repeated", &world.operator.handle(&*world.store, came_at, &waited));
        assert_eq!(balance(&one), kzt("880"));
        world.check_books();
    }

    #[test]
    fn a_ride_that_was_paid_by_card_goes_back_to_it_and_the_books_agree_av_67(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        by_card(&rider, &scanned(&bus.sign));
        let made = expect::<RidePage>(200, rider.get("/v1/rides")).items.remove(0);
        let voided = world.operator.void_ride(&*world.store, world.now(), &made.id.to_string(), "a mistake").unwrap();
        assert_eq!((voided.state, balance(&rider)), (RideState::Voided, kzt("1000")));
        world.check_books();
    }

    #[test]
    fn nobody_fills_a_vehicle_with_registrations(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        let again = RidesSubject { is_again: true, ..scanned(&bus.sign) };
        ride(&rider, &scanned(&bus.sign));
        for _ in 1..20 {
            ride(&rider, &again);
        }
        let (quote, _) = checked(&rider, &again);
        refused("too_many_requests", &rider.buy_with(&world.key(), &quote));
        world.pass(60);
        ride(&rider, &again);
    }

    #[test]
    fn companions_ride_on_one_ticket_up_to_the_citys_number(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "2000");
        let made = ride(&rider, &RidesSubject { persons: 3, ..scanned(&bus.sign) });
        assert_eq!((made.persons, made.price), (3, kzt("360")));
        assert_eq!(made.lines.iter().map(|line| line.amount).collect::<Vec<Money>>(), [kzt("360")]);
        assert_eq!(believed(&world, &made).what.persons, 3);
        world.pass(60);
        for persons in [0, 11, u32::MAX] {
            let most = refused("persons_too_many", &check(&rider, &RidesSubject { persons, ..scanned(&bus.sign) }));
            assert_eq!(most["most"], json!(10));
        }
    }

    #[test]
    fn a_balance_that_is_short_by_one_tenge_buys_nothing_av_53(world) {
        let source = "decision".parse().unwrap();
        let world = world.almaty_where(|rides| {
            let fare = Fact::Known(Known { value: kzt("501"), certainty: Certainty::Assumed, source });
            rides.fares = vec![DatedFare { from: "2024-08-03".parse().unwrap(), fare }];
        });
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "500");
        let (quote, _) = checked(&rider, &scanned(&bus.sign));
        let missing = refused("deposit_too_low", &rider.buy_with(&world.key(), &quote));
        assert_eq!(missing["missing"], json!(kzt("1")));
        assert_eq!(expect::<RidePage>(200, rider.get("/v1/rides")).items, []);
        assert_eq!(balance(&rider), kzt("500"));
        world.check_books();
    }

    #[test]
    fn a_ride_is_paid_by_bank_card_when_the_rider_chooses_av_67(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "500");
        let asked = ask(&rider, Wanted::of(&scanned(&bus.sign)).unwrap(), PayMethod::Card);
        let waits = rider.begin(&expect(201, asked));
        assert!(waits.sale.items[0].outcome::<RidesOutcome>().unwrap().is_none(), "no ticket before the bank said so");
        world.approve(&waits.payment);
        let page: RidePage = expect(200, rider.get("/v1/rides"));
        assert_eq!((page.items.len(), page.items[0].price, balance(&rider)), (1, kzt("120"), kzt("500")));
        world.check_books();
    }

    #[test]
    fn a_vehicle_whose_trip_is_not_known_is_sold_as_such_and_the_ticket_is_good_for_an_hour(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        world.pass(50 + 20);
        let (_, offer) = checked(&rider, &scanned(&bus.sign));
        assert_eq!(offer.trip, None);
        let made = ride(&rider, &scanned(&bus.sign));
        assert_eq!((made.trip.clone(), made.ends_at), (None, world.now() + TimeDelta::minutes(60)));
        assert_eq!(believed(&world, &made).what.route, None);
    }

    #[test]
    fn between_two_trips_who_boards_rides_on_the_next_one_amb_22(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let back = tell_trip(&bus.dispatcher, "1204", 1, 60, 110);
        world.pass(49);
        assert_eq!(checked(&rider, &scanned(&bus.sign)).1.trip.unwrap().id, bus.trip);
        world.pass(1);
        assert_eq!(checked(&rider, &scanned(&bus.sign)).1.trip.unwrap().id, back);
    }

    #[test]
    fn a_trip_after_midnight_belongs_to_the_service_day_before(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        world.set("2025-09-05T20:30:00Z"); // Saturday, half past one in Almaty
        tell_trip(&bus.dispatcher, "1204", 0, 0, 30);
        let made = ride(&rider, &scanned(&bus.sign));
        assert_eq!(made.service_on.to_string(), "2025-09-05");
    }

    #[test]
    fn the_ticket_moves_to_a_new_phone_and_the_old_code_is_revoked_av_69(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let old = rider(&world, &device(3), PHONE, "1000");
        let made = ride(&old, &scanned(&bus.sign));
        let target = format!("/v1/rides/{}/code", made.id);
        let same: RideCode = expect(200, old.post(&target, &json!({})));
        assert_eq!((same.signed.clone(), same.issue), (made.signed.clone(), 1));
        let new = world.driver_on(&device(4), PHONE);
        let moved: RideCode = expect(200, new.post(&target, &json!({})));
        assert_eq!(moved.issue, 2);
        let claims = Claims::<SignedRide>::verify(&moved.signed, &world.key_set(), world.now()).unwrap();
        assert_eq!((claims.device, claims.issue), (Some(device(4).device_key()), 2));
        let list = world.send(&mesto_operator::Request::new("GET", "/v1/revocations"));
        let list = String::from_utf8(list.body).unwrap();
        let list = Revocations::verify(list.trim(), &world.key_set(), world.now(), 0);
        assert!(list.unwrap().entries.iter().any(|one| one.id == made.id.bytes() && one.good_from == Some(2)));
        world.pass(71);
        refused("ride_over", &new.post(&target, &json!({})));
        refused("not_found", &world.driver_on(&device(5), "+77071234568").post(&target, &json!({})));
    }

    #[test]
    fn a_wrong_ride_is_disputed_and_decided_and_its_money_comes_back_once(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let made = ride(&rider, &scanned(&bus.sign));
        let said = RideDispute { ride: made.id, reason: "I never got in".into() };
        let disputed: Ride = expect(200, rider.post("/v1/rides/disputes", &said));
        assert_eq!(disputed.state, RideState::Disputed);
        assert_eq!(expect::<Ride>(200, rider.post("/v1/rides/disputes", &said)), disputed, "said again");
        refused("not_found", &world.driver_on(&device(5), "+77071234568").post("/v1/rides/disputes", &said));
        world.check_books();
        let [open] = world.operator.ride_disputes(&*world.store).unwrap().try_into().unwrap();
        assert_eq!((open.ride, open.reason.as_str(), open.price), (made.id, "I never got in", kzt("120")));
        let id = made.id.to_string();
        let upheld = world.operator.uphold_ride(&*world.store, world.now(), &id, "the camera saw him").unwrap();
        assert_eq!(upheld.state, RideState::Registered);
        let voided = world.operator.void_ride(&*world.store, world.now(), &id, "the camera saw another").unwrap();
        assert_eq!((voided.state, balance(&rider)), (RideState::Voided, kzt("1000")));
        let again = world.operator.void_ride(&*world.store, world.now(), &id, "again").unwrap_err();
        assert_eq!((again.code.as_str(), balance(&rider)), ("ride_over", kzt("1000")));
        world.check_books();
    }

    #[test]
    fn a_ride_is_disputed_within_thirty_days_and_no_later(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let made = ride(&rider, &scanned(&bus.sign));
        let said = RideDispute { ride: made.id, reason: "wrong".into() };
        world.pass(30 * 24 * 60);
        world.pass_seconds(1);
        refused("ride_over", &rider.post("/v1/rides/disputes", &said));
        world.pass_seconds(-1);
        expect::<Ride>(200, rider.post("/v1/rides/disputes", &said));
    }

    #[test]
    fn only_who_runs_vehicles_tells_of_them_and_what_is_wrong_is_said_av_12(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let nobody = ToldVehicles { city: "almaty".into(), vehicles: Vec::new() };
        refused("forbidden", &rider.post("/v1/transit/vehicles", &nobody));
        let vehicle = ToldVehicle { board: "77".into(), plate: None, carrier: "green-bus".into(), is_in_service: true, stop: None };
        let tell = |vehicle: ToldVehicle| {
            bus.dispatcher.post("/v1/transit/vehicles", &ToldVehicles { city: "almaty".into(), vehicles: vec![vehicle] })
        };
        let known = refused("carrier_unknown", &tell(ToldVehicle { carrier: "nobody".into(), ..vehicle.clone() }));
        assert_eq!(known["known"], json!(["almaty-electrotrans", "green-bus"]));
        refused("plate_invalid", &tell(ToldVehicle { plate: Some("?".into()), ..vehicle.clone() }));
        refused("bad_request", &tell(ToldVehicle { board: "none".into(), ..vehicle }));
        let now = world.now();
        let trip = ToldTrip { vehicle: "1204".into(), route: "92".parse().unwrap(), direction: 0, starts_at: now, ends_at: now + TimeDelta::minutes(1), service_on: None, broke_down_at: None };
        let tell = |trip: ToldTrip| {
            bus.dispatcher.post("/v1/transit/trips", &ToldTrips { city: "almaty".into(), trips: vec![trip] })
        };
        refused("route_unknown", &tell(ToldTrip { route: "93".parse().unwrap(), ..trip.clone() }));
        refused("route_unknown", &tell(ToldTrip { direction: 2, ..trip.clone() }));
        refused("ride_vehicle_unknown", &tell(ToldTrip { vehicle: "1299".into(), ..trip.clone() }));
        refused("out_of_range", &tell(ToldTrip { ends_at: now, ..trip.clone() }));
        refused("out_of_range", &tell(ToldTrip { ends_at: now + TimeDelta::minutes(12 * 60 + 1), ..trip.clone() }));
        let fleet: Fleet = expect(200, bus.dispatcher.get("/v1/transit/vehicles?city=almaty"));
        assert_eq!(fleet.vehicles.len(), 2);
        assert_eq!(fleet.vehicles[0].trip.as_ref().unwrap().id, bus.trip);
    }
}

/// A code of another key, altered, or expired is nothing.
#[test]
fn forged_altered_and_expired_tickets_are_refused() {
    let world = World::sqlite().almaty();
    let bus = bus(&world);
    let rider = rider(&world, &device(3), PHONE, "1000");
    let made = ride(&rider, &scanned(&bus.sign));
    let other = World::sqlite().almaty().in_city(|_| ());
    assert!(matches!(
        Claims::<SignedRide>::verify(&made.signed, &other.key_set(), world.now()),
        Err(CodeError::Trust(_))
    ));
    let mut altered = made.signed.clone();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'B' } else { 'A' });
    assert!(Claims::<SignedRide>::verify(&altered, &world.key_set(), world.now()).is_err());
}

pub(super) fn balance(rider: &Person<'_>) -> Money {
    let account: mesto_protocol::base::accounts::Account = expect(200, rider.get("/v1/account"));
    let wallet: mesto_protocol::base::wallet::WalletSection = account.section().unwrap().unwrap();
    wallet.balance
}
