//! What a purchase checks: the quote, the vehicle, the stay of the user and of the plate.

use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::parking::quotes::{Quote, QuoteRequest};

use crate::world::{expect, refused, rsd};

const PHONE: &str = "+381641234567";

on_both_databases! {
    #[test]
    fn a_quote_holds_two_minutes_is_bought_once_and_belongs_to_its_driver(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let quote = driver.quote(&vehicle, "green", 60);
        world.pass_seconds(120);
        let late = driver.quote(&vehicle, "green", 60);
        driver.buy(&quote);
        refused("quote_used", &driver.buy_with(&world.key(), &quote));
        world.pass_seconds(121);
        refused("quote_expired", &driver.buy_with(&world.key(), &late));
        let (stranger, _) = world.driver_with("+381650000000", "BG111AA", &["1000.00"]);
        refused("quote_unknown", &stranger.buy_with(&world.key(), &late));
        world.check_books();
    }

    #[test]
    fn a_quote_from_before_another_purchase_is_stale_bg_48(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (one, other) = (driver.quote(&vehicle, "red", 60), driver.quote(&vehicle, "red", 60));
        driver.buy(&one);
        refused("quote_stale", &driver.buy_with(&world.key(), &other));
        assert_eq!(driver.account().balance, rsd("920.00"));
        world.check_books();
    }

    #[test]
    fn the_limit_counts_for_the_user_across_his_vehicles_bg_48(world) {
        let (driver, first) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let second = driver.add("BG111AA").id;
        driver.park(&first, "red", 60);
        world.pass(1);
        // 89 minutes of the same stay are left, whichever car stands there.
        let quote = driver.quote(&second, "red", 90);
        assert_eq!((quote.terms.granted_minutes, quote.extends), (89, None));
    }

    #[test]
    fn the_limit_counts_for_the_plate_across_its_users_bg_48(world) {
        let (one, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        one.park(&vehicle, "a", 30);
        let (other, same) = world.driver_with("+381650000000", "BG789PP", &["1000.00"]);
        refused("limit_reached", &other.ask(&same, "a", 30));
        let free = other.add("BG111AA").id;
        other.park(&free, "a", 30);
    }

    #[test]
    fn zone_a_takes_30_minutes_and_not_31_bg_49(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        assert_eq!(refused("max_stay_exceeded", &driver.ask(&vehicle, "a", 31))["allowed"], 30);
        driver.park(&vehicle, "a", 30);
        refused("limit_reached", &driver.ask(&vehicle, "a", 1));
    }

    #[test]
    fn asks_that_mean_nothing_are_refused_with_what_would_be_right(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        refused("minutes_not_positive", &driver.ask(&vehicle, "red", 0));
        assert!(refused("zone_unknown", &driver.ask(&vehicle, "purple", 30))["known"].as_array().unwrap().len() > 4);
        refused("vehicle_unknown", &driver.ask("vh_nobody", "red", 30));
        refused("bad_request", &driver.post("/v1/quotes", &serde_json::json!({"city": "belgrade", "zone": "red", "vehicle": vehicle, "minutes": -5})));
        let elsewhere = QuoteRequest { city: "atlantis".into(), zone: "red".into(), vehicle: vehicle.clone(), minutes: 30, pay: PayMethod::Deposit };
        assert_eq!(refused("city_unknown", &driver.post("/v1/quotes", &elsewhere))["known"], serde_json::json!(["belgrade"]));
    }

    #[test]
    fn a_card_payment_below_200_has_an_unknown_fee_and_is_not_sold_bg_93(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let ask = |minutes| {
            let asked = QuoteRequest { city: "belgrade".into(), zone: "red".into(), vehicle: vehicle.clone(), minutes, pay: PayMethod::Card };
            driver.post("/v1/quotes", &asked)
        };
        refused("tariff_unknown", &ask(60));
        // 80 for the hour and 120 for the extended half: exactly 200.
        let free: Quote = expect(201, ask(90));
        assert_eq!(free.terms.total, rsd("200.00"));
        assert_eq!(refused("payment_method_not_allowed", &driver.buy_with(&world.key(), &free))["allowed"], serde_json::json!(["deposit"]));
    }

    #[test]
    fn plates_are_kept_once_and_in_three_forms(world) {
        let driver = world.driver(PHONE);
        let vehicle = driver.add("bg 789 šć");
        assert_eq!((vehicle.plate.as_str(), vehicle.canonical.as_str()), ("BG 789-ŠĆ", "BG789ŠĆ"));
        let again = serde_json::json!({"city": "belgrade", "plate": "BG789ŠĆ"});
        refused("vehicle_exists", &driver.post("/v1/vehicles", &again));
        for plate in ["", "BG", "BG789PP!", "----"] {
            let response = driver.post("/v1/vehicles", &serde_json::json!({"city": "belgrade", "plate": plate}));
            assert!(refused("plate_invalid", &response).contains_key("example"), "{plate}");
        }
        assert_eq!(driver.delete(&format!("/v1/vehicles/{}", vehicle.id)).status, 204);
        refused("not_found", &driver.delete(&format!("/v1/vehicles/{}", vehicle.id)));
        assert!(driver.account().vehicles.is_empty());
        assert_eq!(driver.account().seq, 2);
        for number in 0..20 {
            driver.add(&format!("BG{:03}AA", number + 100));
        }
        refused("too_many_vehicles", &driver.post("/v1/vehicles", &again));
    }
}
