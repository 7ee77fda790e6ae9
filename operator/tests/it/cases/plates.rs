//! Plates as people type them: one car, and what to look at again.

use mesto_protocol::orders::inspectors::{CHECK, PlateCheck};
use mesto_rules::PlateWarning;

use crate::world::{Person, expect, refused};

const PHONE: &str = "+381641234567";

fn check(inspector: &Person<'_>, plate: &str) -> PlateCheck {
    expect(200, inspector.get(&CHECK.target(&[], &[("city", "belgrade"), ("plate", plate), ("zone", "red")])))
}

on_both_databases! {
    #[test]
    fn what_was_sold_for_a_letter_that_looks_alike_is_found_by_the_inspector_bg_23(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let inspector = world.inspector();
        // Eth for Đ, a decomposed Ü, Cyrillic letters.
        for (typed, read) in [("BG 123-ÐÐ", "BG 123-ĐĐ"), ("FU\u{308}S AB 123", "FÜS AB 123"), ("ВG 456-АА", "BG 456-AA")] {
            let added = driver.added(typed);
            driver.park(added.vehicle.id, "red", 30);
            let seen = check(&inspector, read);
            assert!(seen.is_covered, "{typed}");
            assert_eq!((seen.warnings, seen.plate), (vec![], added.vehicle.plate), "{typed}");
        }
    }

    #[test]
    fn who_enters_a_plate_is_told_what_to_look_at_again_bg_23(world) {
        let (driver, inspector) = (world.driver(PHONE), world.inspector());
        assert_eq!(driver.added("BG 123-AA").warnings, []);
        let look_alike = PlateWarning::LookAlike { position: 1, typed: 'В', read_as: 'B' };
        assert_eq!(driver.added("ВG 456-AA").warnings, std::slice::from_ref(&look_alike));
        let zero = PlateWarning::OhOrZero { maybe: "BG 780-PP".into() };
        assert_eq!(driver.added("BG 78O-PP").warnings, [zero]);
        assert_eq!(check(&inspector, "ВG 123-AA").warnings, [look_alike]);
        let refusal = driver.post("/v1/vehicles", &serde_json::json!({"city": "belgrade", "plate": "БГ 123-АА"}));
        let params = refused("plate_invalid", &refusal);
        assert_eq!((params["reason"].as_str(), params["example"].as_str()), (Some("plate_cyrillic"), Some("BG 789-PP")));
    }

    #[test]
    fn a_dash_is_not_compared_and_the_inspector_sees_how_the_ticket_has_it(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "B-NO 1", &["1000.00"]);
        driver.park(vehicle, "red", 30);
        let inspector = world.inspector();
        for typed in ["B-NO 1", "BN-O 1", "BNO1"] {
            let seen = check(&inspector, typed);
            assert!(seen.is_covered, "{typed}");
            assert_eq!(seen.plate.display, typed);
            assert_eq!(seen.ticket.unwrap().plate.display, "B-NO 1");
        }
        let again = driver.post("/v1/vehicles", &serde_json::json!({"city": "belgrade", "plate": "BN-O 1"}));
        refused("vehicle_exists", &again);
    }
}
