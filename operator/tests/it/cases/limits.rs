//! What a purchase checks: the quote, the vehicle, the stay of the user and of the plate.

use std::sync::Arc;

use chrono::TimeDelta;
use mesto_operator::PaymentLimits;
use mesto_protocol::base::payments::{PayMethod, Quote, QuoteRequest};
use mesto_protocol::kernel::ids::{RecordId, VehicleId};
use mesto_protocol::kernel::line::Notice;
use mesto_rules::{Notice as RulesNotice, StayPer};

use crate::world::{World, asking_for, expect, parking, parking_of, refused, rsd};

const PHONE: &str = "+381641234567";

on_both_databases! {
    #[test]
    fn a_quote_holds_two_minutes_is_bought_once_and_belongs_to_its_driver(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let quote = driver.quote(vehicle, "green", 60);
        world.pass_seconds(120);
        let late = driver.quote(vehicle, "green", 60);
        driver.buy(&quote);
        refused("quote_used", &driver.buy_with(&world.key(), &quote));
        world.pass_seconds(121);
        refused("quote_expired", &driver.buy_with(&world.key(), &late));
        let (stranger, _) = world.driver_with("+381650000000", "BG111AA", &["1000.00"]);
        refused("quote_unknown", &stranger.buy_with(&world.key(), &late));
        world.check_books();
    }

    #[test]
    fn an_account_is_told_so_many_prices_a_day_and_others_theirs(world) {
        let limits = PaymentLimits { quotes_per_day: 5, ..PaymentLimits::default() };
        let operator = Arc::new(crate::world::operator(crate::world::config()).limited(limits));
        let world = &World::around(operator, Arc::clone(&world.store));
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let other = world.driver("+381650000000");
        let first = driver.quote(vehicle, "green", 60);
        world.pass(60);
        for _ in 1..5 {
            driver.quote(vehicle, "green", 60);
        }
        let answer = driver.ask(vehicle, "green", 60);
        let params = refused("too_many_requests", &answer);
        let until_the_first_is_a_day_old = 23 * 3_600 + 1;
        assert_eq!((answer.status, &params["retry_after_seconds"]), (429, &until_the_first_is_a_day_old.into()));
        other.top_up_quote("500.00");
        world.pass_to(first.issued_at + TimeDelta::days(1));
        driver.quote(vehicle, "green", 60);
        refused("too_many_requests", &driver.ask(vehicle, "green", 60));
    }

    // Found by an attack: who asked for prices of parking could not put money on his deposit.
    #[test]
    fn prices_of_one_service_take_none_of_anothers_and_those_that_were_bought_do_not_count(world) {
        let limits = PaymentLimits { quotes_per_day: 5, ..PaymentLimits::default() };
        let operator = Arc::new(crate::world::operator(crate::world::config()).limited(limits));
        let world = &World::around(operator, Arc::clone(&world.store));
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        driver.buy(&driver.quote(vehicle, "green", 60));
        for _ in 0..5 {
            driver.quote(vehicle, "green", 30);
        }
        refused("too_many_requests", &driver.ask(vehicle, "green", 30));
        // The first top-up was paid, and counts no more; one that is given up counts.
        for _ in 0..5 {
            let given_up = driver.top_up("200.00");
            assert_eq!(driver.delete(&format!("/v1/payments/{}", given_up.id)).status, 200);
        }
        refused("too_many_requests", &driver.ask_top_up(rsd("200.00")));
        world.check_books();
    }

    #[test]
    fn a_price_holds_to_the_millisecond_that_the_quote_says(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (quote, late) = (driver.quote(vehicle, "green", 60), driver.quote(vehicle, "green", 30));
        world.pass_to(quote.expires_at);
        driver.buy(&quote);
        world.pass_to(late.expires_at + TimeDelta::milliseconds(1));
        refused("quote_expired", &driver.buy_with(&world.key(), &late));
        world.check_books();
    }

    #[test]
    fn a_quote_from_before_another_purchase_is_stale_bg_48(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (one, other) = (driver.quote(vehicle, "red", 60), driver.quote(vehicle, "red", 60));
        driver.buy(&one);
        let params = refused("quote_stale", &driver.buy_with(&world.key(), &other));
        assert_eq!((&params["minutes"], &params["total"]["amount"]), (&30.into(), &"120.00".into()));
        assert_eq!(driver.account().balance, rsd("920.00"));
        world.check_books();
    }

    #[test]
    fn a_second_car_has_a_stay_of_its_own_bg_48(world) {
        let (driver, first) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let second = driver.add("BG111AA").id;
        driver.park(first, "a", 30);
        world.pass(20);
        let bought = driver.park(second, "a", 30).ticket;
        assert_eq!((bought.paid_minutes, bought.starts_at, bought.extends), (30, world.now(), None));
        assert_eq!(bought.stay.deadline, Some(world.now() + TimeDelta::minutes(30)));
        world.check_books();
    }

    #[test]
    fn where_the_city_counts_by_user_the_limit_holds_across_his_vehicles_bg_48(world) {
        let world = &world.with_parking(|parking| parking.policy.stay_per = StayPer::User);
        let (driver, first) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let second = driver.add("BG111AA").id;
        driver.park(first, "red", 60);
        world.pass(1);
        // 89 minutes of the same stay are left, whichever car stands there.
        let quote = driver.quote(second, "red", 90);
        assert_eq!((parking(&quote).granted_minutes, parking(&quote).extends), (89, None));
        let bought = driver.buy(&quote).ticket;
        assert_eq!(bought.stay.started_at, world.now() - TimeDelta::minutes(1));
        // Another user's purchases for the same car do not count, but no minute of the car is sold
        // twice.
        let (other, same) = world.driver_with("+381650000000", "BG789PP", &["1000.00"]);
        let quote = other.quote(same, "red", 90);
        assert_eq!((parking(&quote).granted_minutes, quote.total), (90, rsd("200.00")));
        assert_eq!(parking(&quote).starts_at, world.now() + TimeDelta::minutes(59));
        world.check_books();
    }

    #[test]
    fn with_both_the_plate_prices_and_another_ticket_limits_bg_48(world) {
        let world = &world.with_parking(|parking| parking.policy.stay_per = StayPer::Both);
        let (driver, first) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let second = driver.add("BG111AA").id;
        let deadline = driver.park(first, "red", 60).ticket.stay.deadline.unwrap();
        world.pass(40);
        for (asked, granted) in [(10, 50), (50, 50), (90, 50)] {
            let quote = driver.quote(second, "red", asked);
            assert_eq!((parking(&quote).granted_minutes, quote.total), (granted, rsd("80.00")), "{asked}");
            let limits = Notice::of("parking", &RulesNotice::AnotherTicketLimits { deadline }, true);
            assert_eq!(limits.kind, "parking.another_ticket_limits");
            assert!(quote.items[0].notices.contains(&limits), "{quote:?}");
            assert_eq!(parking(&quote).stay.unwrap().deadline, Some(deadline));
        }
        let bought = driver.park(second, "red", 50).ticket;
        assert_eq!((bought.ends_at, bought.stay.deadline), (deadline, Some(deadline)));
        assert_eq!(bought.stay.started_at, world.now());
        refused("limit_reached", &driver.ask(second, "red", 1));
        // A purchase for his other car changes what is left for this one.
        let third = driver.add("BG222BB").id;
        world.pass(100);
        let (one, other) = (driver.quote(first, "red", 60), driver.quote(third, "red", 60));
        driver.buy(&one);
        refused("quote_stale", &driver.buy_with(&world.key(), &other));
        world.check_books();
    }

    #[test]
    fn the_limit_counts_for_the_plate_across_its_users_bg_48(world) {
        let (one, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        one.park(vehicle, "a", 30);
        let (other, same) = world.driver_with("+381650000000", "BG789PP", &["1000.00"]);
        refused("limit_reached", &other.ask(same, "a", 30));
        let free = other.add("BG111AA").id;
        other.park(free, "a", 30);
    }

    #[test]
    fn zone_a_takes_30_minutes_and_not_31_bg_49(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        assert_eq!(refused("max_stay_exceeded", &driver.ask(vehicle, "a", 31))["allowed"], 30);
        driver.park(vehicle, "a", 30);
        refused("limit_reached", &driver.ask(vehicle, "a", 1));
    }

    #[test]
    fn asks_that_mean_nothing_are_refused_with_what_would_be_right(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        refused("minutes_not_positive", &driver.ask(vehicle, "red", 0));
        assert!(refused("zone_unknown", &driver.ask(vehicle, "purple", 30))["known"].as_array().unwrap().len() > 4);
        refused("vehicle_unknown", &driver.ask(VehicleId::from_bytes([0; 16]), "red", 30));
        let with = |subject: serde_json::Value| {
            let asked = serde_json::json!({"city": "belgrade", "items": [{"service": "parking", "subject": subject}]});
            driver.post("/v1/quotes", &asked)
        };
        let right = serde_json::json!({"zone": "red", "vehicle": vehicle, "minutes": 30});
        assert_eq!(with(right.clone()).status, 201);
        for (name, wrong) in [("minutes", serde_json::json!(-5)), ("vehicle", "vh_nobody".into()), ("zone", 7.into())] {
            let mut subject = right.clone();
            subject[name] = wrong;
            assert_eq!(refused("bad_request", &with(subject))["field"], "items.subject", "{name}");
        }
        let elsewhere = QuoteRequest { city: "atlantis".into(), ..asking_for(&parking_of(vehicle, "red", 30), PayMethod::Deposit) };
        assert_eq!(refused("city_unknown", &driver.post("/v1/quotes", &elsewhere))["known"], serde_json::json!(["belgrade"]));
    }

    #[test]
    fn a_card_payment_below_200_has_an_unknown_fee_and_is_not_sold_bg_93(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        refused("card_fee_unknown", &driver.ask_by(PayMethod::Card, vehicle, "red", 60));
        // 80 for the hour and 120 for the extended half: exactly 200.
        let free: Quote = expect(201, driver.ask_by(PayMethod::Card, vehicle, "red", 90));
        assert_eq!(free.total, rsd("200.00"));
        assert_eq!(driver.buy_with(&world.key(), &free).status, 201);
    }

    #[test]
    fn plates_are_kept_once_and_in_three_forms(world) {
        let driver = world.driver(PHONE);
        let vehicle = driver.add("bg 789 šć");
        assert_eq!((vehicle.plate.display.as_str(), vehicle.plate.canonical.as_str()), ("BG 789-ŠĆ", "BG789ŠĆ"));
        let again = serde_json::json!({"city": "belgrade", "plate": "BG789ŠĆ"});
        refused("vehicle_exists", &driver.post("/v1/vehicles", &again));
        for plate in ["", "BG", "BG789PP!", "----"] {
            let response = driver.post("/v1/vehicles", &serde_json::json!({"city": "belgrade", "plate": plate}));
            assert!(refused("plate_invalid", &response).contains_key("example"), "{plate}");
        }
        assert_eq!(driver.delete(&format!("/v1/vehicles/{}", vehicle.id)).status, 204);
        refused("not_found", &driver.delete(&format!("/v1/vehicles/{}", vehicle.id)));
        assert!(driver.account().vehicles.is_empty());
        assert_eq!(driver.account().cursor.seq, 2);
        for number in 0..20 {
            driver.add(&format!("BG{:03}AA", number + 100));
        }
        refused("too_many_vehicles", &driver.post("/v1/vehicles", &again));
    }
}
