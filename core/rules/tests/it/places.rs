//! Zones near a position, and zones by their sign.

use crate::support::{belgrade, id, parking};
use mesto_rules::{Position, SignError, ZoneNear, zone_by_sign, zones_near};

fn near(lat: f64, lon: f64, max_metres: u32) -> Vec<ZoneNear> {
    zones_near(parking(belgrade()), &Position { lat, lon, accuracy_metres: None }, max_metres)
}

fn ids(zones: &[ZoneNear]) -> Vec<&str> {
    zones.iter().map(|zone| zone.zone_id.as_str()).collect()
}

#[test]
fn zones_come_nearest_first_with_their_distance_bg_21() {
    // Trg Republike lies in zone A and in red; everything drawn by hand says so.
    let zones = near(44.8163, 20.4602, 1500);
    assert_eq!(ids(&zones)[..2], ["a", "red"]);
    assert!(zones[0].is_inside && zones[0].distance_metres == 0);
    assert!(zones.iter().all(|zone| zone.is_approximate));
    assert!(zones.windows(2).all(|pair| pair[0].distance_metres <= pair[1].distance_metres));
    assert!(ids(&zones).contains(&"yellow"));
}

#[test]
fn distance_is_to_the_edge_in_metres() {
    // 0.002 degrees north of the northern edge of green at Usce (44.8195 to 44.8185): between 100
    // and 230 metres.
    let zones = near(44.8210, 20.4300, 400);
    let green = zones.iter().find(|zone| zone.zone_id == "green").unwrap();
    assert!((100..=230).contains(&green.distance_metres), "{green:?}");
    assert!(!green.is_inside);
    assert!(near(44.8210, 20.4300, 50).iter().all(|zone| zone.zone_id != "green"));
}

#[test]
fn far_away_and_nowhere_no_zone_is_near() {
    assert_eq!(near(45.2671, 19.8335, 5000), []); // Novi Sad
    for (lat, lon) in [(f64::NAN, 20.0), (44.8, f64::INFINITY), (91.0, 20.0), (44.8, 181.0)] {
        assert_eq!(near(lat, lon, u32::MAX), [], "{lat} {lon}");
    }
}

#[test]
fn a_sign_names_its_zone_typed_or_scanned() {
    for (text, zone) in [
        ("9111", "red"),
        (" 9114\n", "a"),
        ("SMS 9111 ZONA 1", "red"),
        ("ZONA 2\nSMS:9112", "yellow"),
        ("9113/9113", "green"),
        ("Plava zona 9118, 9119", "blue"),
        ("9116", "white"),
    ] {
        assert_eq!(zone_by_sign(parking(belgrade()), text).unwrap().id, zone, "{text}");
    }
}

#[test]
fn a_text_without_a_code_is_refused_with_the_known_ones() {
    for text in ["", "9110", "91111", "+381649111222", "ZONA 1", "§$%"] {
        let error = zone_by_sign(parking(belgrade()), text).unwrap_err();
        // It goes into logs, and what was typed may be a plate or a telephone number.
        assert!(text.len() < 5 || !error.to_string().contains(text), "{error}");
        let SignError::Unknown { known, .. } = error else { panic!("{text}") };
        assert_eq!(known, ["9114", "9111", "9112", "9113", "9118", "9119", "9116"]);
    }
}

#[test]
fn a_text_with_codes_of_two_zones_is_ambiguous() {
    let error = zone_by_sign(parking(belgrade()), "9111 9112").unwrap_err();
    assert_eq!(error, SignError::Ambiguous { zones: vec![id("red"), id("yellow")] });
}
