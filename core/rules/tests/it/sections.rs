//! A served city as an old program reads it: what came later is passed over or stops one service
//! only.

use crate::support::{ask, at, belgrade, garages, parking, served, steppe};
use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::garages::facility::{FacilityKind, OnSite};
use mesto_rules::garages::{self, GaragesSection, VisitAsk, VisitPrice};
use mesto_rules::kernel::blob::Blob;
use mesto_rules::orders::OrdersSection;
use mesto_rules::{City, Fact, ParkingSection, PayMethod, QuoteAsk, Refusal, SectionError, Stays, ZoneId};
use serde_json::{Value, json};

fn price(city: &City, zone: &str, when: &str) -> Result<String, Refusal> {
    mesto_rules::quote(city, &ask(zone, 60, when)).map(|quote| quote.total.to_string())
}

/// A visit of an hour.
fn visit(city: &City, facility: &str) -> Result<VisitPrice, garages::Refusal> {
    let now = at("2025-03-03 10:00");
    let ask = VisitAsk {
        facility,
        entered_at: now - TimeDelta::hours(1),
        now,
        paid: &[],
        is_disabled: false,
        places: 1,
        is_lost: false,
        pay: PayMethod::Deposit,
    };
    garages::price(city, &ask)
}

#[test]
fn unknown_fields_and_sections_are_passed_over_and_kept() {
    let later = |document: &mut Value| {
        document["mayor"] = json!({"name": "somebody"});
        document["sections"]["rides"] = json!({"format": 9, "routes": [{"id": "79"}]});
        document["sections"]["time"]["leap_seconds"] = json!(27);
        document["sections"]["wallet"]["coins"] = json!(true);
        document["sections"]["parking"]["zones"][1]["congestion"] = json!({"factor": "1.5"});
        document["sections"]["parking"]["policy"]["weather"] = json!("ignored");
        document["sections"]["orders"]["rates"][0]["note"] = json!("older");
        document["sections"]["garages"]["facilities"][0]["chargers"] = json!(4);
        document["sections"]["garages"]["tariffs"][0]["rate_tables"]["vma"]["night"] = json!({"price": "1"});
    };
    let city = served(belgrade(), later);
    assert_eq!(price(&city, "red", "2025-03-03 10:00").unwrap(), "80.00 RSD");
    assert!(mesto_rules::order::issue(&city, "red", at("2025-03-03 10:00"), None).is_ok());
    assert!(city.sections.services().eq(["garages", "orders", "parking", "rides"]));
    assert!(visit(&city, "vma").is_ok());
    // What is not understood is handed on as it came.
    let again: Value = serde_json::from_str(&city.to_canonical_json().unwrap()).unwrap();
    assert_eq!(again["sections"]["rides"], json!({"format": 9, "routes": [{"id": "79"}]}));
    assert_eq!(again["sections"]["parking"]["zones"][1]["congestion"], json!({"factor": "1.5"}));
}

#[test]
fn a_section_that_is_too_new_stops_its_service_and_the_others_live() {
    let city = served(belgrade(), |document| document["sections"]["orders"]["format"] = json!(2));
    let refusal = mesto_rules::order::issue(&city, "red", at("2025-03-03 10:00"), None).unwrap_err();
    assert_eq!(refusal, Refusal::SectionTooNew { section: "orders".into(), format: 2, known: 1 });
    assert_eq!(refusal.code(), "section_too_new");
    assert_eq!(price(&city, "red", "2025-03-03 10:00").unwrap(), "80.00 RSD");

    let city = served(belgrade(), |document| document["sections"]["parking"]["format"] = json!(2));
    assert_eq!(price(&city, "red", "2025-03-03 10:00").unwrap_err().code(), "section_too_new");
    assert!(city.section::<OrdersSection>().is_ok());
    assert!(mesto_rules::parse_plate("BG789PP", &city.sections.plates).is_ok());

    let city = served(belgrade(), |document| document["sections"]["garages"]["format"] = json!(2));
    assert_eq!(visit(&city, "vma").unwrap_err().code(), "section_too_new");
    assert_eq!(price(&city, "red", "2025-03-03 10:00").unwrap(), "80.00 RSD");

    // Even where nothing else of it could be read: the format speaks first.
    let city = served(belgrade(), |document| document["sections"]["parking"] = json!({"format": 2, "lots": []}));
    assert_eq!(price(&city, "red", "2025-03-03 10:00").unwrap_err().code(), "section_too_new");
}

#[test]
fn a_section_that_cannot_be_read_stops_its_service_only() {
    for broken in [json!(null), json!({"format": 1}), json!({"zones": []}), json!("parking"), json!({"format": "1"})] {
        let city = served(belgrade(), |document| document["sections"]["parking"] = broken.clone());
        assert_eq!(price(&city, "red", "2025-03-03 10:00").unwrap_err().code(), "section_unreadable", "{broken}");
        assert!(city.section::<OrdersSection>().is_ok());
    }
}

#[test]
fn a_city_without_a_service_says_so() {
    assert_eq!(steppe().section::<OrdersSection>().unwrap_err(), SectionError::Missing { section: "orders" });
    let refusal = mesto_rules::order::issue(steppe(), "yard", at("2025-03-03 10:00"), None).unwrap_err();
    assert_eq!(refusal, Refusal::SectionMissing { section: "orders".into() });
    let refusal = visit(steppe(), "vma").unwrap_err();
    assert_eq!(refusal, garages::Refusal::SectionMissing { section: "garages".into() });
}

#[test]
fn a_section_is_read_once() {
    let city = served(belgrade(), |_| {});
    let first: *const ParkingSection = city.section().unwrap();
    assert!(std::ptr::eq(first, city.section::<ParkingSection>().unwrap()));
}

#[test]
fn words_of_a_later_version_are_kept_as_they_came_or_passed_over_and_nothing_is_concluded_from_them() {
    let city = served(belgrade(), |document| {
        let zones = &mut document["sections"]["parking"]["zones"];
        zones[1]["pay"] = json!(["wristband", "deposit", {"coins": 5}]);
        zones[1]["regime"] = json!("underground");
        zones[1]["area"]["certainty"] = json!("lidar");
        zones[1]["limits"]["stay"]["known"]["certainty"] = json!("certain");
        document["sections"]["orders"]["policy"]["discount_from"]["known"]["value"] = json!("full_moon");
        document["sections"]["plates"]["forms"][0]["kind"] = json!("electric");
        let garages = &mut document["sections"]["garages"];
        garages["facilities"][0]["pay"] = json!(["wristband", "deposit"]);
        garages["facilities"][0]["on_site"] = json!(["favour", "cash"]);
        garages["facilities"][0]["kind"]["known"]["value"] = json!("silo");
        garages["facilities"][1]["paid_when"]["known"]["value"] = json!("by_post");
        garages["tariffs"][0]["rate_tables"]["kalemegdan"]["day"]["known"]["value"] = json!("by_moon");
    });
    let red = parking(&city).zone("red").unwrap();
    assert_eq!(red.pay, [PayMethod::Deposit]);
    assert_eq!(price(&city, "red", "2025-03-03 10:00").unwrap(), "80.00 RSD");
    // Whoever does not know what a zone is cannot know what an order costs there.
    let order = |zone| mesto_rules::order::issue(&city, zone, at("2025-03-03 10:00"), None);
    assert_eq!(order("red").unwrap_err().code(), "tariff_unknown");
    assert_eq!(order("yellow").unwrap().discounted_price, None, "a discount that is not understood is not promised");
    assert!(mesto_rules::parse_plate("BG1234PP", &city.sections.plates).is_ok());
    let facility = garages(&city).facility("zeleni-venac").unwrap();
    assert_eq!(
        (facility.pay.as_slice(), facility.on_site.as_slice()),
        (&[PayMethod::Deposit][..], &[OnSite::Other("favour".to_owned()), OnSite::Cash][..])
    );
    assert_eq!(facility.kind.known(), Some(&FacilityKind::Other("silo".to_owned())));
    assert_eq!(visit(&city, "zeleni-venac").unwrap().total.to_string(), "100.00 RSD");
    for facility in ["baba-visnjina", "kalemegdan"] {
        assert_eq!(visit(&city, facility).unwrap_err().code(), "tariff_unknown", "{facility}");
    }
}

#[test]
fn a_value_of_a_later_kind_is_unknown_and_refuses_only_what_needs_it_bg_45() {
    let city = served(belgrade(), |document| {
        let zones = &mut document["sections"]["parking"]["zones"];
        zones[1]["limits"]["stay"]["known"]["value"] = json!({"by_engine": {"diesel": 30}});
        zones[2]["on_holidays"]["known"]["value"] = json!("half_price");
    });
    let field = |zone| match price(&city, zone, "2025-03-03 10:00").unwrap_err() {
        Refusal::TariffUnknown { field, .. } => field,
        other => panic!("{other}"),
    };
    assert_eq!((field("red"), field("yellow")), ("limits.stay".to_owned(), "on_holidays".to_owned()));
    assert_eq!(price(&city, "green", "2025-03-03 10:00").unwrap(), "55.00 RSD");
    let Fact::Unknown { note } = &parking(&city).zone("red").unwrap().limits.stay else { panic!() };
    assert!(note.contains("this version cannot read the value"), "{note}");
}

#[test]
fn a_new_zone_time_and_a_changed_law_are_read_rightly() {
    let law = |document: &mut Value| {
        let time = &mut document["sections"]["time"];
        time["zone"] = json!("Europe/New_Belgrade");
        time["initial_offset_minutes"] = json!(195);
        time["changes"] = json!([]);
    };
    let city = served(belgrade(), law);
    // Opens at 07:00, which is 03:45 UTC by the new law and 06:00 UTC by the old one.
    let now: DateTime<Utc> = "2025-03-03T03:00:00Z".parse().unwrap();
    let opens = |city: &City| {
        let ask = QuoteAsk { now, ..ask("red", 60, "2025-03-03 10:00") };
        mesto_rules::quote(city, &ask).unwrap().starts_at.to_rfc3339()
    };
    assert_eq!(opens(&city), "2025-03-03T03:45:00+00:00");
    assert_eq!(opens(belgrade()), "2025-03-03T06:00:00+00:00");
    assert_eq!(city.sections.time.zone(), "Europe/New_Belgrade");
}

#[test]
fn a_law_written_by_hand_moves_hours_and_prices_of_a_city() {
    let city = steppe();
    let quote = |zone: &str, minutes, now: &str| {
        let now: DateTime<Utc> = now.parse().unwrap();
        mesto_rules::quote(city, &QuoteAsk { zone, minutes, now, stays: Stays::default(), pay: PayMethod::Deposit })
    };
    // 22:30 of the last day by the old offset; the hour from 23 to 24 comes twice, so two hours end
    // before midnight.
    let night = quote("pavement-1", 120, "2024-02-29T16:30:00Z").unwrap();
    assert_eq!((night.granted_minutes, night.total.to_string()), (120, "200.00 KZT".to_owned()));
    assert_eq!(night.ends_at, "2024-02-29T18:30:00Z".parse::<DateTime<Utc>>().unwrap());
    // Opening at 08:00 is at 02:00 UTC before, at 03:00 UTC after.
    let opening = |now| quote("pavement-1", 60, now).unwrap().starts_at.to_rfc3339();
    assert_eq!(opening("2024-02-28T20:00:00Z"), "2024-02-29T02:00:00+00:00");
    assert_eq!(opening("2024-02-29T20:00:00Z"), "2024-03-01T03:00:00+00:00");
    // The price list changes at the local midnight of the new offset.
    let total = |now| quote("yard", 15, now).map(|quote| quote.total.to_string());
    assert_eq!(total("2024-12-31T18:59:59Z").unwrap_err().code(), "tariff_unknown");
    assert_eq!(total("2025-06-01T05:00:00Z").unwrap(), "20.00 KZT");
    assert_eq!(quote("yard", 15, "2029-12-30T19:00:00Z").unwrap_err().code(), "city_outdated");
}

/// Every number in a document, as the path to it.
fn numbers(path: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, field)| numbers(&format!("{path}/{key}"), field, found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| numbers(&format!("{path}/{index}"), item, found));
        }
        Value::Number(_) => found.push(path.to_owned()),
        _ => {}
    }
}

/// Every amount of money and every plain decimal.
fn amounts(path: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, field)| amounts(&format!("{path}/{key}"), field, found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| amounts(&format!("{path}/{index}"), item, found));
        }
        Value::String(_) if path.ends_with("/amount") || path.contains("/deposit/values/") => {
            found.push(path.to_owned())
        }
        _ => {}
    }
}

#[test]
fn every_number_of_a_city_has_a_range_and_none_makes_a_quote_panic() {
    for city in [belgrade(), steppe()] {
        let document = serde_json::to_value(city).unwrap();
        let (mut places, mut sums) = (Vec::new(), Vec::new());
        numbers("", &document, &mut places);
        amounts("", &document, &mut sums);
        assert!(places.len() > 150 || city.id == "steppe", "{}", places.len());
        let absurd = places
            .iter()
            .map(|place| (place, json!(u32::MAX)))
            .chain(sums.iter().flat_map(|place| [(place, json!("92233720368547758.07")), (place, json!("-1.00"))]));
        for (place, value) in absurd {
            // Versions count for ever; the format is asked before anything else is.
            if place == "/version" || place.ends_with("/format") {
                continue;
            }
            let mut document = document.clone();
            *document.pointer_mut(place).unwrap() = value.clone();
            let Ok(city) = City::from_json(&document.to_string()) else { continue };
            let Ok(parking) = city.section::<ParkingSection>() else { continue };
            let wrong = mesto_rules::check(&city).expect_err(&format!("{place} may be {value}"));
            assert!(wrong.iter().all(|wrong| !wrong.field.is_empty() && !wrong.reason.is_empty()), "{wrong:?}");
            // The compiler refuses it; were it served all the same, nothing would break.
            for zone in &parking.zones {
                for minutes in [1, 60, 90, 1440, u32::MAX] {
                    let now = at("2025-03-03 20:30");
                    let ask = QuoteAsk { zone: zone.id.as_str(), ..ask("", minutes, "2025-03-03 20:30") };
                    let _ = mesto_rules::quote(&city, &ask);
                    let _ = mesto_rules::quote(&city, &QuoteAsk { now: now + TimeDelta::hours(1), ..ask });
                    let _ = mesto_rules::order::issue(&city, zone.id.as_str(), now, None);
                }
            }
            let facilities = city.section::<GaragesSection>().map(|garages| garages.facilities.as_slice());
            for facility in facilities.unwrap_or_default() {
                let _ = visit(&city, facility.id.as_str());
            }
        }
    }
}

#[test]
fn a_number_out_of_range_is_named_by_file_field_and_range() {
    let mut files = mesto_rules::load::embedded_files("belgrade");
    let text = files.get_mut("parking.toml").unwrap();
    *text = text.replace("tickets_days = 1095", "tickets_days = 99999999");
    let errors = mesto_rules::load::compile(&files).unwrap_err();
    assert_eq!(
        errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["parking.toml: retention.tickets_days: 99999999 is out of range, from 1 to 3660 days are possible"]
    );
}

#[test]
fn an_id_is_small_letters_digits_and_dashes() {
    for good in ["a", "red", "2025-02-01", "pionirski-park"] {
        assert_eq!(good.parse::<ZoneId>().unwrap().as_str(), good);
        assert_eq!(serde_json::to_value(ZoneId::new(good).unwrap()).unwrap(), good);
    }
    for bad in ["", "Red", "red zone", "crvená", "a/b", "a_b", &"x".repeat(65)] {
        let said = bad.parse::<ZoneId>().unwrap_err().to_string();
        assert_eq!(said, "this is not an id of a zone; use small letters, digits and -, at most 64 of them");
        assert!(serde_json::from_value::<ZoneId>(json!(bad)).is_err());
    }
}

#[test]
fn a_blob_is_named_by_its_digest_type_and_size() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    let wire = json!({"digest": digest, "media_type": "application/geo+json", "size": 12_000_000_000_u64, "later": 1});
    let blob: Blob = serde_json::from_value(wire).unwrap();
    assert_eq!((blob.digest.to_string(), blob.size), (digest, 12_000_000_000));
    for bad in
        ["", "sha256:", "sha1:00", &format!("sha256:{}", "0A".repeat(32)), &format!("sha256:{}", "0a".repeat(31))]
    {
        let wire = json!({"digest": bad, "media_type": "text/plain", "size": 1});
        assert!(serde_json::from_value::<Blob>(wire).is_err(), "{bad}");
    }
}
