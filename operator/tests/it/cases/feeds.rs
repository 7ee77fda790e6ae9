//! Rides that are sold by a city's feed of fares: zones, transfers, caps, and what happens to them
//! when an earlier ride is voided or another phone was faster.

#[path = "../../../../core/rules/tests/it/feeds/fixture.rs"]
mod fixture;

use chrono::TimeDelta;
use mesto_operator::Response;
use mesto_protocol::base::payments::{PayMethod, Quote, Wanted};
use mesto_protocol::cards::readers::CardAtReader;
use mesto_protocol::control::registrations::RegistrationsTold;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::partners::reports::PartnerSubsidies;
use mesto_protocol::rides::riders::{Companions, LessFor, Ride, RideParty, RideState, RidesSubject};
use mesto_protocol::rides::vehicles::{Fleet, FleetTold, ToldTrip, ToldTrips, ToldVehicle, ToldVehicles, TripsTold};
use mesto_rules::money::Money;
use serde_json::{Value, json};

use super::rides::{PHONE, ask, balance, believed, check, checked, ride, ride_of, rider};
use crate::world::{Person, World, device, expect, kzt, refused};

const CARRIER: &str = "almaty-electrotrans";

pub use fixture::city;

/// A rider with money.
pub fn paying<'a>(world: &'a World, phone: &str) -> Person<'a> {
    rider(world, &device(3), phone, "1000")
}

/// The city of the feed.
fn sold_by_feed(world: &World) -> World {
    world.in_almaty(|city| *city = fixture::city())
}

fn tell(dispatcher: &Person<'_>, board: &str, stop: Option<&str>) -> Response {
    let stop = stop.map(str::to_owned);
    let vehicle = ToldVehicle { board: board.into(), plate: None, carrier: CARRIER.into(), is_in_service: true, stop };
    dispatcher.post("/v1/transit/vehicles", &ToldVehicles { city: "almaty".into(), vehicles: vec![vehicle] })
}

/// A vehicle on a route that stands at a stop, on a trip that began a minute ago.
fn bus(dispatcher: &Person<'_>, board: &str, route: &str, stop: &str) {
    expect::<FleetTold>(200, tell(dispatcher, board, Some(stop)));
    let now = dispatcher.world.now();
    let trip = ToldTrip {
        vehicle: board.into(),
        route: route.parse().unwrap(),
        direction: 0,
        starts_at: now - TimeDelta::minutes(1),
        ends_at: now + TimeDelta::minutes(100),
        service_on: None,
        broke_down_at: None,
    };
    expect::<TripsTold>(
        200,
        dispatcher.post("/v1/transit/trips", &ToldTrips { city: "almaty".into(), trips: vec![trip] }),
    );
}

fn on(board: &str) -> RidesSubject {
    RidesSubject { scanned: None, vehicle: Some(board.into()), persons: 1, companions: Vec::new(), is_again: false }
}

/// Rides alone in a vehicle that stands at a stop.
fn rides(dispatcher: &Person<'_>, rider: &Person<'_>, board: &str, stop: &str) -> Ride {
    bus(dispatcher, board, "92", stop);
    ride(rider, &on(board))
}

fn lines(quote: &Quote) -> Vec<(String, Money)> {
    quote.items[0].lines.iter().map(|line| (line.kind.clone(), line.amount)).collect()
}

fn void(world: &World, ride: &Ride) {
    world.operator.void_ride(&*world.store, world.now(), &ride.id.to_string(), "a mistake").unwrap();
}

/// Persons, full, single, each, why.
type Paid = (u32, Money, Option<Money>, Money, Option<LessFor>);

fn paid(riders: &[RideParty]) -> Vec<Paid> {
    riders.iter().map(|party| (party.persons, party.full, party.single, party.each, party.less.clone())).collect()
}

on_both_databases! {
    #[test]
    fn a_ride_costs_what_the_stop_says_and_the_next_one_is_a_transfer_av_64_av_65_av_70(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let rider = rider(&world, &device(3), PHONE, "2000");
        bus(&dispatcher, "1204", "92", "s3");
        let (quote, _) = checked(&rider, &on("1204"));
        assert_eq!((quote.total, lines(&quote)), (kzt("200"), vec![("rides.fare".into(), kzt("200"))]));
        let first = ride_of(&rider.begin(&quote));
        let registered_at = world.now();
        world.pass(120);
        bus(&dispatcher, "1206", "121", "s1");
        let (quote, offer) = checked(&rider, &on("1206"));
        assert_eq!(lines(&quote), [("rides.fare".into(), kzt("120")), ("rides.transfer".into(), kzt("-120"))]);
        let params = &quote.items[0].lines[1].params.0;
        assert_eq!((&params["ride"], &params["ridden_at"]), (&json!(first.id), &json!(registered_at)));
        let transfer = [(1, kzt("120"), Some(kzt("120")), kzt("0"), Some(LessFor::Tariff))];
        assert_eq!((quote.total, paid(&offer.riders)), (kzt("0"), transfer.to_vec()));
        // The price stands while the quote lives, also past the two hours.
        world.pass_seconds(60);
        let second = ride_of(&rider.begin(&quote));
        assert_eq!((second.price, paid(&second.riders)), (kzt("0"), transfer.to_vec()));
        assert_eq!(believed(&world, &second).what.benefits, Vec::<mesto_rules::passes::CategoryId>::new());
        assert_eq!(balance(&rider), kzt("1800"));
        world.check_books();
    }

    #[test]
    fn a_transfer_ends_with_its_second(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let rider = rider(&world, &device(3), PHONE, "2000");
        rides(&dispatcher, &rider, "1204", "s1");
        world.pass_seconds(7_200);
        bus(&dispatcher, "1206", "121", "s1");
        assert_eq!(checked(&rider, &on("1206")).0.total, kzt("0"));
        world.pass_seconds(1);
        assert_eq!(checked(&rider, &on("1206")).0.total, kzt("120"));
    }

    #[test]
    fn a_fare_that_goes_by_what_nobody_told_is_refused_and_says_by_what_av_64(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let rider = rider(&world, &device(3), PHONE, "2000");
        let missing = |told: &serde_json::Map<String, Value>| told["missing"].as_str().map(str::to_owned);
        expect::<FleetTold>(200, tell(&dispatcher, "1204", Some("s1")));
        assert_eq!(missing(&refused("ride_fare_unknown", &check(&rider, &on("1204")))), Some("route".into()));
        bus(&dispatcher, "1204", "92", "s1");
        checked(&rider, &on("1204"));
        expect::<FleetTold>(200, tell(&dispatcher, "1204", None));
        assert_eq!(missing(&refused("ride_fare_unknown", &check(&rider, &on("1204")))), Some("stop".into()));
        // A stop that was told ten minutes ago is the last one known; after that it is none.
        expect::<FleetTold>(200, tell(&dispatcher, "1204", Some("s1")));
        world.pass(10);
        checked(&rider, &on("1204"));
        world.pass_seconds(1);
        refused("ride_fare_unknown", &check(&rider, &on("1204")));
        // One in no zone has no rule.
        expect::<FleetTold>(200, tell(&dispatcher, "1204", Some("s4")));
        refused("tariff_unknown", &check(&rider, &on("1204")));
        refused("bad_request", &tell(&dispatcher, "1204", Some("\u{0}")));
        for odd in ["s5", "", "S1", "'; DROP TABLE ride; --", "\u{1}", &"x".repeat(4096)] {
            assert_eq!(refused("bad_request", &tell(&dispatcher, "1204", Some(odd)))["field"], json!("vehicles.stop"));
        }
        let fleet: Fleet = expect(200, dispatcher.get("/v1/transit/vehicles?city=almaty"));
        assert_eq!(fleet.vehicles[0].stop.as_deref(), Some("s4"));
        // The express costs the same everywhere.
        bus(&dispatcher, "1204", "t11", "s1");
        expect::<FleetTold>(200, tell(&dispatcher, "1204", None));
        assert_eq!(checked(&rider, &on("1204")).0.total, kzt("300"));
    }

    #[test]
    fn of_two_phones_that_go_on_from_one_ride_one_transfers_and_the_other_is_asked_again(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let one = rider(&world, &device(3), PHONE, "2000");
        let other = world.driver_on(&device(4), PHONE);
        rides(&dispatcher, &one, "1204", "s1");
        world.pass(10);
        bus(&dispatcher, "1206", "92", "s1");
        bus(&dispatcher, "1207", "121", "s1");
        let (first, _) = checked(&one, &on("1206"));
        let (second, _) = checked(&other, &on("1207"));
        assert_eq!((first.total, second.total), (kzt("0"), kzt("0")));
        world.pass_seconds(5);
        one.begin(&first);
        refused("quote_stale", &other.buy_with(&world.key(), &second));
        assert_eq!(balance(&other), kzt("1880"));
        // Asked again it costs what it costs.
        assert_eq!(checked(&other, &on("1207")).0.total, kzt("120"));
        world.check_books();
    }

    #[test]
    fn the_rest_of_a_cap_is_paid_once_whoever_is_first(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let one = rider(&world, &device(3), PHONE, "2000");
        let other = world.driver_on(&device(4), PHONE);
        // 08:00, 10:01, ...: 200, 200, then what is left of 500.
        for board in ["1204", "1205"] {
            rides(&dispatcher, &one, board, "s3");
            world.pass(121);
        }
        bus(&dispatcher, "1206", "92", "s3");
        bus(&dispatcher, "1207", "92", "s1");
        let (first, _) = checked(&one, &on("1206"));
        let (second, _) = checked(&other, &on("1207"));
        assert_eq!(lines(&first), [("rides.fare".into(), kzt("200")), ("rides.day_cap".into(), kzt("-100"))]);
        assert_eq!(first.items[0].lines[1].params.0["at_most"], json!(kzt("500")));
        assert_eq!((first.total, second.total), (kzt("100"), kzt("100")));
        other.begin(&second);
        refused("quote_stale", &one.buy_with(&world.key(), &first));
        assert_eq!(balance(&one), kzt("1500"));
        world.pass(121);
        bus(&dispatcher, "1208", "92", "s3");
        assert_eq!(checked(&one, &on("1208")).0.total, kzt("0"), "the day is paid");
        world.check_books();
    }

    #[test]
    fn a_price_that_rests_on_a_ride_is_stale_when_that_is_voided(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let rider = rider(&world, &device(3), PHONE, "2000");
        let first = rides(&dispatcher, &rider, "1204", "s1");
        world.pass(10);
        bus(&dispatcher, "1206", "92", "s1");
        let (quote, _) = checked(&rider, &on("1206"));
        void(&world, &first);
        refused("quote_stale", &rider.buy_with(&world.key(), &quote));
        assert_eq!(checked(&rider, &on("1206")).0.total, kzt("120"));
        world.check_books();
    }

    #[test]
    fn a_ride_voided_after_a_transfer_gives_back_its_own_price_alone_and_leads_no_further(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let rider = rider(&world, &device(3), PHONE, "2000");
        let first = rides(&dispatcher, &rider, "1204", "s1");
        world.pass(10);
        let second = rides(&dispatcher, &rider, "1206", "s1");
        assert_eq!((balance(&rider), second.price), (kzt("1880"), kzt("0")));
        void(&world, &first);
        assert_eq!(balance(&rider), kzt("2000"));
        let second: Ride = expect(200, rider.get(&format!("/v1/rides/{}", second.id)));
        assert_eq!((second.state, second.price), (RideState::Registered, kzt("0")), "it stays as it was sold");
        world.pass(10);
        bus(&dispatcher, "1207", "92", "s1");
        assert_eq!(checked(&rider, &on("1207")).0.total, kzt("120"));
        world.check_books();
    }

    #[test]
    fn a_card_that_is_paid_after_another_phone_used_the_transfer_gets_its_money_back(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let one = rider(&world, &device(3), PHONE, "2000");
        let other = world.driver_on(&device(4), PHONE);
        rides(&dispatcher, &one, "1204", "s1");
        world.pass(10);
        bus(&dispatcher, "1206", "t11", "s1");
        bus(&dispatcher, "1207", "t11", "s1");
        let asked: Quote = expect(201, ask(&one, Wanted::of(&on("1206")).unwrap(), PayMethod::Card));
        assert!(lines(&asked).contains(&("rides.transfer".into(), kzt("-220"))), "{:?}", lines(&asked));
        let payment = one.begin(&asked).payment;
        ride(&other, &on("1207"));
        world.approve(&payment);
        let told = one.payment(&payment).payment;
        assert_eq!((told.refunds.len(), told.captured), (1, asked.total));
        world.check_books();
    }

    #[test]
    fn only_those_transfer_who_rode_before_and_a_child_pays_what_the_feed_says_av_64(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let rider = rider(&world, &device(3), PHONE, "2000");
        let child = vec![Companions { category: "child".parse().unwrap(), persons: 1 }];
        bus(&dispatcher, "1204", "92", "s1");
        let first = ride(&rider, &RidesSubject { persons: 2, companions: child.clone(), ..on("1204") });
        assert_eq!(first.price, kzt("180"));
        world.pass(10);
        bus(&dispatcher, "1206", "92", "s1");
        let subject = RidesSubject { persons: 3, companions: child, ..on("1206") };
        let (quote, offer) = checked(&rider, &subject);
        assert_eq!(paid(&offer.riders), [
            (1, kzt("120"), Some(kzt("120")), kzt("0"), Some(LessFor::Tariff)),
            (1, kzt("120"), Some(kzt("60")), kzt("0"), Some(LessFor::Tariff)),
            (1, kzt("120"), None, kzt("120"), None),
        ]);
        assert_eq!(lines(&quote), [
            ("rides.fare".into(), kzt("360")),
            ("rides.transfer".into(), kzt("-120")),
            ("rides.benefit".into(), kzt("-60")),
            ("rides.transfer".into(), kzt("-60")),
        ]);
        let made = ride_of(&rider.begin(&quote));
        let benefits: Vec<String> = believed(&world, &made).what.benefits.iter().map(ToString::to_string).collect();
        assert_eq!(benefits, ["child"], "a controller asks for what shows it");
        world.check_books();
    }

    #[test]
    fn what_a_transfer_or_a_cap_takes_off_is_no_subsidy_av_21(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let rider = rider(&world, &device(3), PHONE, "2000");
        let child = vec![Companions { category: "child".parse().unwrap(), persons: 1 }];
        for board in ["1204", "1206"] {
            bus(&dispatcher, board, "92", "s1");
            ride(&rider, &RidesSubject { persons: 2, companions: child.clone(), ..on(board) });
            world.pass(10);
        }
        let partner = world.staff_of(Role::Partner, "almaty", CARRIER);
        let path = format!("/v1/partners/subsidies?city=almaty&carrier={CARRIER}&from=2025-09-03&to=2025-09-03");
        let told: PartnerSubsidies = expect(200, partner.get(&path));
        let lines: Vec<(Option<&str>, i64, Money, Money, Money)> = (told.lines.iter())
            .map(|one| (one.category.as_deref(), one.rides, one.paid, one.full_fare, one.subsidy))
            .collect();
        // The child pays 60 of 120, then nothing: what the transfer takes off is no part of it.
        assert_eq!(lines, [(Some("child"), 2, kzt("60.00"), kzt("180.00"), kzt("120.00"))]);
        assert_eq!((told.subsidy, told.unknown_rides), (kzt("120.00"), 0));
        world.check_books();
    }

    #[test]
    fn somebody_else_on_the_same_trip_pays_the_fare(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        let rider = rider(&world, &device(3), PHONE, "2000");
        rides(&dispatcher, &rider, "1204", "s1");
        world.pass(1);
        let again = RidesSubject { is_again: true, ..on("1204") };
        assert_eq!(ride(&rider, &again).price, kzt("120"));
        world.pass(1);
        assert_eq!(rides(&dispatcher, &rider, "1206", "s1").price, kzt("0"), "of the first one a transfer is left");
        world.check_books();
    }

    #[test]
    fn a_ticket_of_a_conductor_says_what_was_paid_where_fares_go_by_stops_av_60(world) {
        let world = sold_by_feed(world);
        let dispatcher = world.dispatcher();
        bus(&dispatcher, "1204", "92", "s1");
        let one = |price: Value| {
            let told = json!({"kind": "paper", "code": "TK0001", "channel": "cash", "vehicle": "1204", "persons": 1, "registered_at": world.now(), "price": price});
            dispatcher.post("/v1/control/registrations", &json!({"city": "almaty", "registrations": [told]}))
        };
        let told: RegistrationsTold = expect(200, one(Value::Null));
        let field = told.refused[0].field.as_deref();
        assert_eq!((told.rides.len(), told.refused[0].code.as_str(), field), (0, "bad_request", Some("registrations.price")));
        let told: RegistrationsTold = expect(200, one(json!(kzt("120"))));
        assert_eq!((told.rides.len(), told.refused.len()), (1, 0));
        world.check_books();
    }

    #[test]
    fn a_card_is_charged_by_the_feed_where_nothing_goes_by_what_it_rode_before(world) {
        let flat = [
            ("fare_media.txt", "fare_media_id,fare_media_type\nphone,4\ncard,2\n"),
            ("fare_products.txt", "fare_product_id,fare_media_id,amount,currency\nride,phone,120.00,KZT\nride,card,100.00,KZT\n"),
            ("fare_leg_rules.txt", "fare_product_id\nride\n"),
        ];
        let said = fixture::SAID.split("categories").next().unwrap().to_owned() + "stop_minutes = 10\n";
        for (city, balance, incident) in [
            (fixture::city(), "0", "card_ride_unpriced"),
            (fixture::city_of(&flat, &said), "-100", "card_below_zero"),
        ] {
            let world = world.in_almaty(|almaty| *almaty = city);
            let dispatcher = world.dispatcher();
            bus(&dispatcher, "1204", "92", "s1");
            let place = world.operator.incidents(&*world.store).unwrap().len();
            let (number, code) = (format!("96431000{place:08}"), format!("CODE{place:04}"));
            let card = json!({"number": number, "code": code, "kind": "standard", "issued_on": "2025-01-15"});
            assert_eq!(dispatcher.post("/v1/transit/cards", &json!({"city": "almaty", "cards": [card]})).status, 200);
            let told = json!({"kind": "transport_card", "code": code, "channel": "transport_card", "vehicle": "1204", "persons": 1, "registered_at": world.now()});
            let told = json!({"city": "almaty", "registrations": [told]});
            assert_eq!(dispatcher.post("/v1/control/registrations", &told).status, 200);
            let read: CardAtReader = expect(200, dispatcher.get(&format!("/v1/transit/cards/read?city=almaty&code={code}")));
            assert_eq!(read.balance.amount, kzt(balance));
            let seen = world.operator.incidents(&*world.store).unwrap();
            assert_eq!(seen.len(), place + 1, "{seen:?}");
            assert!(seen.iter().any(|one| one.kind == incident), "{seen:?}");
            world.check_books();
        }
    }
}
