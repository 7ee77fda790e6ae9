//! `mesto verify`: the vectors of docs/ticket-code.md, and a driver's own code with and without the
//! operator.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesto_protocol::kernel::ids::{RecordId as _, TripId};
use serde_json::{Map, Value, json};

use crate::pages::page;
use crate::phone::Driver;
use crate::{command, http, mesto, ran};

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/ticket-code.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

/// What a ride's code says, as the command tells it: ids and names as elsewhere.
fn ride_as_told(what: &mut Map<String, Value>) {
    what.entry("benefits").or_insert(json!([]));
    what.entry("pass").or_insert(Value::Null);
    if let Some(day) = what.remove("service_day") {
        what.insert("service_on".to_owned(), day);
    }
    if let Some(trip) = what.get("trip").and_then(Value::as_str).map(from_hex) {
        what.insert("trip".to_owned(), json!(TripId::from_bytes(trip.try_into().unwrap())));
    }
}

#[test]
fn every_vector_of_a_shown_code_is_taken_or_refused_as_the_page_says() {
    let (folder, vectors) = (tempfile::tempdir().unwrap(), vectors());
    let path = folder.path();
    let root_key = URL_SAFE_NO_PAD.encode(from_hex(vectors["root"]["public"].as_str().unwrap()));
    for name in ["key_set", "revocations"] {
        std::fs::write(path.join(name), vectors[name].as_str().unwrap()).unwrap();
    }
    let issuer = vectors["issuer"].as_str().unwrap();
    let mut tried = 0;
    for case in vectors["cases"].as_array().unwrap() {
        // One command remembers nothing of the codes before it.
        if case["seen"].as_array().is_some_and(|seen| !seen.is_empty()) {
            continue;
        }
        tried += 1;
        let (name, text, now) = (&case["name"], case["text"].as_str().unwrap(), case["now"].as_str().unwrap());
        let mut words = vec!["verify", text, "--operator-name", issuer, "--root-key", &root_key, "--keys", "key_set"];
        if case.get("revocations").is_none() {
            words.extend(["--revocations", "revocations"]);
        }
        words.extend(["--at", now, "--json"]);
        let ran = mesto(path, &words);
        let told = ran.json();
        let mut what = case["says"]["what"].clone();
        if let Some(what) = what.as_object_mut() {
            match case["says"]["kind"].as_i64() {
                Some(1) => drop(what.entry("stay_deadline").or_insert(Value::Null)),
                Some(2) => drop(what.entry("exit_by").or_insert(Value::Null)),
                _ => ride_as_told(what),
            }
        }
        if !case["error"].is_null() {
            assert_eq!((ran.exit, &told["error"]["code"]), (3, &case["error"]), "{name}: {told}");
            let is_genuine = case["says"].is_object() && case["error"] != "kind_unknown";
            assert_eq!(told["code"]["what"], if is_genuine { what } else { Value::Null }, "{name}");
            continue;
        }
        assert_eq!((ran.exit, &told["good"]), (0, &json!(true)), "{name}: {told}");
        assert_eq!(told["what"], what, "{name}");
        for field in ["issuer", "kind", "issue", "bought_at", "issued_at", "starts_at", "ends_at"] {
            assert_eq!(told[field], case["says"][field], "{name}: {field}");
        }
        assert_eq!(told["shown_at"], case.get("shown_at").cloned().unwrap_or(Value::Null), "{name}");
        assert_eq!(told["is_bound"], json!(!case["says"]["device"].is_null()), "{name}");
        let warnings: Vec<&Value> = told["warnings"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
        assert_eq!(json!(warnings), case["warnings"], "{name}");
    }
    assert!(tried > 40, "{tried}");
}

#[test]
fn a_drivers_code_is_good_without_the_operator_for_its_minute_and_its_time() {
    let driver = Driver::with_car();
    driver.top_up("200");
    driver.json(&["park", "red", "60"]);
    let code = driver.json(&["tickets", "--qr"])["text"].as_str().unwrap().to_owned();
    let (operator, root_key) = (driver.testbed.said("operator"), driver.testbed.said("root_key"));
    let (keys, list) = (format!("{operator}/v1/keys"), format!("{operator}/v1/revocations"));
    let known = ["--operator-name", "localhost", "--root-key", &root_key];
    let verify =
        |code: &str, at: &str, more: &[&str]| driver.run(&[&["verify", code, "--at", at][..], &known, more].concat());
    let by_web = ["--keys", &keys, "--revocations", &list];
    let good = verify(&code, "2025-09-03T08:00:30Z", &by_web);
    assert_eq!(good.exit, 0, "{}", good.err);
    assert!(good.out.contains("Good: parking of BG789PP in red (belgrade)"), "{}", good.out);
    let told = verify(&code, "2025-09-03T08:00:30Z", &[&by_web[..], &["--json"]].concat()).json();
    let page = page("docs/command-line.md");
    let fields = page.split("a good one is `{").nth(1).unwrap().split('}').next().unwrap();
    let fields: BTreeSet<&str> = fields.split('"').skip(1).step_by(2).filter(|word| *word != "good").collect();
    let found: BTreeSet<&str> =
        told.as_object().unwrap().keys().map(String::as_str).filter(|word| *word != "good").collect();
    assert_eq!(found, fields, "as docs/command-line.md says");
    assert!(good.out.contains("from 2025-09-03 08:00 UTC until 2025-09-03 09:00 UTC"), "{}", good.out);

    // Both are kept as the operator answers them, and he is gone.
    for (url, file) in [(&keys, "keys.txt"), (&list, "list.txt")] {
        std::fs::write(driver.path().join(file), http("GET", url, None).unwrap().1).unwrap();
    }
    driver.control("/kill", Some(json!({})));
    let unreached = verify(&code, "2025-09-03T08:00:30Z", &by_web);
    assert_eq!(unreached.exit, 4, "{}", unreached.err);
    let by_file = ["--keys", "keys.txt", "--revocations", "list.txt"];
    assert_eq!(verify(&code, "2025-09-03T08:00:30Z", &by_file).exit, 0);
    let typed = [&["verify", "-", "--at", "2025-09-03T08:00:30Z"][..], &known, &by_file].concat();
    let mut piped = command(driver.path(), &typed);
    let qr = driver.path().join("qr.txt");
    std::fs::write(&qr, format!("{code}\n")).unwrap();
    let output = piped.stdin(std::fs::File::open(&qr).unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));

    for (at, more, error, said) in [
        ("2025-09-03T08:01:01Z", &by_file[..], "moment_too_old", "61 s ago"),
        ("2025-09-03T09:30:00Z", &["--keys", "keys.txt", "--skew", "3600"], "moment_too_old", "3600 s are allowed"),
    ] {
        let refused = verify(&code, at, &[more, &["--json"]].concat());
        let told = refused.json();
        assert_eq!((refused.exit, told["error"]["code"].as_str()), (3, Some(error)), "{told}");
        assert!(told["error"]["text"].as_str().unwrap().contains(said), "{told}");
    }
    let late = verify(&code, "2025-09-03T08:01:30Z", &["--keys", "keys.txt", "--skew", "120", "--json"]).json();
    assert_eq!((&late["good"], &late["warnings"][0]["code"]), (&json!(true), &json!("revocations_missing")));
    let cut = verify(&code[..code.len() - 1], "2025-09-03T08:00:30Z", &by_file);
    assert_eq!(cut.exit, 3, "{}", cut.err);
}

#[test]
fn what_a_controller_lacks_is_named_with_what_would_be_right() {
    let (folder, root) = (tempfile::tempdir().unwrap(), "A".repeat(43));
    std::fs::write(folder.path().join("keys.txt"), vectors()["key_set"].as_str().unwrap()).unwrap();
    let wrong: &[(&[&str], i32, &str)] = &[
        (&["--operator-name", "parking.example", "--root-key", &root], 2, "--keys"),
        (
            &["--operator-name", "https://parking.example", "--root-key", &root, "--keys", "keys.txt"],
            2,
            "parking.example",
        ),
        (&["--operator-name", "parking.example", "--root-key", "short", "--keys", "keys.txt"], 2, "43 characters"),
        (
            &["--operator-name", "parking.example", "--root-key", &root, "--keys", "nowhere"],
            6,
            "nowhere cannot be read",
        ),
        (&["--operator-name", "parking.example", "--root-key", &root, "--keys", "keys.txt"], 6, "Compare --root-key"),
        (
            &["--operator-name", "parking.example", "--root-key", &root, "--keys", "http://127.0.0.1:1/v1/keys"],
            4,
            "Keep the last one",
        ),
        (
            &["--operator-name", "parking.example", "--root-key", &root, "--keys", "k", "--at", "noon"],
            2,
            "2025-09-03T08:00:00Z",
        ),
        (&["--operator-name", "parking.example", "--root-key", &root, "--keys", "k", "--skew", "-1"], 2, "--skew"),
    ];
    for (words, exit, said) in wrong {
        let ran = ran(&mut command(folder.path(), &[&["verify", "MESTO1:ABC"], *words].concat()));
        assert_eq!(ran.exit, *exit, "{words:?}: {}", ran.err);
        assert!(ran.err.contains(said) && ran.out.is_empty(), "{words:?}: {}", ran.err);
    }
}
