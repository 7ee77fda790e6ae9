//! Keys and city are taken only when the pinned root stands behind them; what was stored stays in
//! use.

use mesto_client::{Client, Config, ErrorKind, OperatorName, Refreshed, Result};
use mesto_protocol::keys::{Key, KeySet, KeyUse};
use mesto_protocol::signature::IssuerKey;
use mesto_protocol::signed_document::SignedCity;

use crate::support::{Fault, Phone, belgrade, morning, run, zone};

fn says(text: impl Into<Vec<u8>>) -> Fault {
    Fault::Says(200, Vec::new(), text.into())
}

#[test]
fn an_altered_city_is_refused_and_the_old_one_stays() {
    let phone = Phone::new();
    let before = phone.shown().city.clone();
    let signed =
        String::from_utf8(phone.net.handle(&mesto_operator::Request::new("GET", "/v1/cities/belgrade")).body.to_vec())
            .unwrap();
    let mut altered = signed.clone().into_bytes();
    let middle = altered.len() / 2;
    altered[middle] = if altered[middle] == b'A' { b'B' } else { b'A' };
    for wire in [altered, b"not a city".to_vec(), Vec::new(), signed.as_bytes()[..signed.len() / 2].to_vec()] {
        phone.net.fault("GET /v1/cities", says(wire));
        let error = run(phone.client.cities().refresh(&belgrade())).unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Untrusted, "city_untrusted"));
    }
    assert_eq!(phone.shown().city, before);
    assert!(phone.client.parking().zones_near(&belgrade(), None, Some("9111")).is_ok());
}

/// Keys of our own, and a client that pins their root.
struct Own {
    phone: Phone,
    client: Client,
}

impl Own {
    fn key(kid: &str) -> IssuerKey {
        IssuerKey::from_seed(kid, &[7; 32]).unwrap()
    }

    fn new() -> Self {
        let phone = Phone::new();
        let path = phone.folder.path().join("other.db");
        let client =
            Client::open(Config::new(path, OperatorName::localhost(), Self::key("root").public()), phone.ports.clone())
                .unwrap();
        Self { phone, client }
    }

    /// What the operator serves next.
    fn serves(&self, keys_version: u64, city_version: u32) -> Result<Refreshed> {
        self.serves_with(keys_version, city_version, |_| {})
    }

    /// The same with a city that was changed before it was signed.
    fn serves_with(
        &self,
        keys_version: u64,
        city_version: u32,
        change: impl FnOnce(&mut serde_json::Value),
    ) -> Result<Refreshed> {
        let keys = KeySet {
            version: keys_version,
            issued_at: morning(),
            next_update: morning() + chrono::TimeDelta::days(1),
            keys: vec![Key {
                kid: "c1".to_owned(),
                r#use: KeyUse::City,
                public: Self::key("c1").public(),
                from: morning() - chrono::TimeDelta::days(1),
                until: morning() + chrono::TimeDelta::days(1),
                revoked_at: None,
            }],
        };
        let mut city = mesto_rules::load::embedded("belgrade").unwrap();
        city.version = city_version;
        let mut city: serde_json::Value = serde_json::from_str(&city.to_canonical_json().unwrap()).unwrap();
        change(&mut city);
        let city = SignedCity::sign(&city.to_string(), &Self::key("c1"), morning()).unwrap();
        self.phone.net.fault("GET /v1/keys", says(keys.sign(&Self::key("root")).unwrap()));
        self.phone.net.fault("GET /v1/cities", says(city));
        run(self.client.cities().refresh(&belgrade()))
    }
}

#[test]
fn older_keys_and_older_cities_are_refused() {
    let own = Own::new();
    assert!(own.serves(5, 20).unwrap().has_newer_city);
    assert!(!own.serves(5, 20).unwrap().has_newer_city, "the same again is no change");
    assert_eq!(own.serves(5, 19).unwrap_err().code(), "city_untrusted", "an older city");
    assert_eq!(own.client.cities().state().stored[0].clone().version, 20);
    assert!(own.serves(6, 21).unwrap().has_newer_city);
    assert_eq!(own.serves(5, 22).unwrap_err().code(), "keys_untrusted", "older keys");
    assert_eq!(own.client.cities().state().stored[0].clone().version, 21);
}

#[test]
fn what_a_later_version_added_to_a_city_is_passed_over() {
    use serde_json::json;
    let own = Own::new();
    let later = |city: &mut serde_json::Value| {
        city["mayor"] = json!("somebody");
        city["sections"]["rides"] = json!({"format": 7, "routes": []});
        city["sections"]["plates"]["colours"] = json!(["white"]);
        city["sections"]["parking"]["zones"][0]["congestion"] = json!({"factor": "1.5"});
        city["sections"]["parking"]["zones"][1]["pay"] = json!(["deposit", "wrist", "card"]);
    };
    assert!(own.serves_with(5, 20, later).unwrap().has_newer_city);
    let near = own.client.parking().zones_near(&belgrade(), None, Some("9111")).unwrap();
    assert_eq!(near.by_sign, Some(zone("red")));
    assert!(own.client.vehicles().check_plate(&belgrade(), "BG789PP").is_ok());
}

#[test]
fn a_service_that_the_app_is_too_old_for_asks_for_an_update_and_the_others_go_on() {
    use serde_json::json;
    let own = Own::new();
    assert!(own.serves_with(5, 20, |city| city["sections"]["parking"]["format"] = json!(2)).unwrap().has_newer_city);
    let error = own.client.parking().zones_near(&belgrade(), None, Some("9111")).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, "section_too_new"));
    assert!(
        error.advice(mesto_client::Locale::En).contains("Update the app"),
        "{}",
        error.advice(mesto_client::Locale::En)
    );
    assert!(error.advice(mesto_client::Locale::SrLatn).contains("Ažurirajte"));
    // What is no parking goes on: plates, the deposit's amounts, the city's clock.
    assert!(own.client.vehicles().check_plate(&belgrade(), "BG789PP").is_ok());
    let shown = own.client.cities().state().stored[0].clone();
    assert_eq!((shown.version, shown.deposit_values.len(), shown.time_zone.as_str()), (20, 5, "Europe/Belgrade"));
    // A section that is gone, and one that is not what it says.
    assert!(own.serves_with(5, 21, |city| drop(city["sections"]["parking"].take())).unwrap().has_newer_city);
    assert_eq!(own.client.parking().zones_near(&belgrade(), None, None).unwrap_err().code(), "section_unreadable");
    let gone = |city: &mut serde_json::Value| drop(city["sections"].as_object_mut().unwrap().remove("parking"));
    assert!(own.serves_with(5, 22, gone).unwrap().has_newer_city);
    assert_eq!(own.client.parking().zones_near(&belgrade(), None, None).unwrap_err().code(), "section_missing");
    assert!(own.serves(5, 23).unwrap().has_newer_city);
    assert!(own.client.parking().zones_near(&belgrade(), None, Some("9111")).is_ok());
}

#[test]
fn a_document_that_is_no_city_to_this_app_is_not_taken_and_the_one_before_stays() {
    use serde_json::json;
    let own = Own::new();
    assert!(own.serves(5, 20).unwrap().has_newer_city);
    let other = |city: &mut serde_json::Value| city["sections"]["time"] = json!({"clock": "decimal"});
    let error = own.serves_with(5, 21, other).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, "city_too_new"));
    assert_eq!(own.client.cities().state().stored[0].clone().version, 20);
    assert!(own.client.parking().zones_near(&belgrade(), None, Some("9111")).is_ok());
    assert!(own.serves(5, 21).unwrap().has_newer_city);
}

#[test]
fn a_new_law_of_the_clock_reaches_texts_with_the_city() {
    use mesto_client::TextValue;
    use serde_json::json;
    let own = Own::new();
    let noon = TextValue::Time("2025-09-03T10:00:00Z".parse().unwrap());
    let said = |client: &Client| client.text("buy-price-held", &[("time", noon.clone())]);
    assert!(own.serves(5, 20).unwrap().has_newer_city);
    assert!(said(&own.client).contains("12:00"), "{}", said(&own.client));
    let law = |city: &mut serde_json::Value| {
        let time = &mut city["sections"]["time"];
        time["zone"] = json!("Europe/New_Belgrade");
        time["changes"].as_array_mut().unwrap().retain(|change| change["at"].as_str().unwrap() < "2025-07-01");
        let changes = time["changes"].as_array_mut().unwrap();
        changes.push(json!({"at": "2025-07-01T00:00:00Z", "offset_minutes": 225}));
    };
    assert!(own.serves_with(5, 21, law).unwrap().has_newer_city);
    assert!(said(&own.client).contains("13:45"), "{}", said(&own.client));
    assert_eq!(own.client.cities().state().stored[0].clone().time_zone, "Europe/New_Belgrade");
}

#[test]
fn keys_of_another_root_are_refused() {
    let own = Own::new();
    assert_eq!(run(own.client.cities().refresh(&belgrade())).unwrap_err().code(), "keys_untrusted");
    assert!(own.client.cities().state().stored.is_empty());
}

#[test]
fn without_a_city_the_phone_says_what_to_do() {
    let phone = Phone::new();
    let folder = tempfile::tempdir().unwrap();
    let config = crate::support::config(folder.path().join("mesto.db"), &phone.net);
    let client = Client::open(config, phone.ports.clone()).unwrap();
    assert_eq!(client.parking().zones_near(&belgrade(), None, None).unwrap_err().code(), "city_missing");
    assert_eq!(client.vehicles().check_plate(&belgrade(), "BG789PP").unwrap_err().code(), "city_missing");
    assert!(client.cities().state().stored.is_empty());
}
