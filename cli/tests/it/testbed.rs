//! The testbed as a runner in any language meets it: one line of JSON, and a control address.

use serde_json::{Value, json};

use crate::{Serving, http, json_of, mesto};

fn start() -> Serving {
    Serving::start(tempfile::tempdir().unwrap().path(), &["testbed", "--port", "0", "--json"])
}

#[test]
fn it_ends_when_its_input_is_closed() {
    let testbed = start();
    assert_eq!(testbed.said("now"), "2025-09-03T08:00:00Z");
    assert_eq!(testbed.said("root_key").len(), 43);
    for name in ["operator", "bank", "control"] {
        assert!(testbed.said(name).starts_with("http://127.0.0.1:"), "{name}");
    }
    assert_eq!(testbed.close(), 0);
}

#[test]
fn almaty_is_a_second_operator_in_tenge_with_texts_in_kazakh_av_02_av_135() {
    let folder = tempfile::tempdir().unwrap();
    let testbed = Serving::start(folder.path(), &["testbed", "--port", "0", "--city", "almaty", "--json"]);
    let (operator, root_key) = (testbed.said("operator"), format!("--root-key={}", testbed.said("root_key")));
    let at = ["--state", "phone", "--operator", &operator, &root_key];
    // Of an operator of one city it need not be said.
    let run = |words: &[&str]| mesto(folder.path(), &[words, &at[..]].concat());
    let about = run(&["about", "--json"]).json();
    assert_eq!(
        (&about["document"]["currency"], &about["document"]["cities"][0]["id"]),
        (&json!("KZT"), &json!("almaty"))
    );
    assert_eq!(http("GET", &format!("{operator}/v1/cities/belgrade"), None).unwrap().0, 404);

    let other = run(&["zones", "--city", "belgrade"]);
    assert!(other.err.contains("It serves: almaty."), "{} {}", other.out, other.err);

    // No parking there: said, in the language that is asked for.
    let zones = run(&["zones", "--language", "kk"]);
    assert!(zones.err.contains("Бұл қалада мұндай қызмет жоқ."), "{} {}", zones.out, zones.err);
    let wrong = run(&["sign-in", "8 707 12", "--language", "ru"]);
    assert!(wrong.err.contains("Напишите его с + и кодом страны, например +77"), "{} {}", wrong.out, wrong.err);
}

#[test]
fn its_clock_moves_forward_by_command_and_never_back() {
    let testbed = start();
    let clock = format!("{}/clock", testbed.said("control"));
    assert_eq!(json_of("POST", &clock, Some(json!({ "advance_seconds": 61 })))["now"], "2025-09-03T08:01:01Z");
    assert_eq!(json_of("POST", &clock, Some(json!({ "set": "2025-09-03T09:00:00Z" })))["now"], "2025-09-03T09:00:00Z");
    assert_eq!(json_of("GET", &format!("{}/v1/clock", testbed.said("operator")), None)["now"], "2025-09-03T09:00:00Z");
    for wrong in [
        json!({ "set": "2025-09-03T08:00:00Z" }),
        json!({}),
        json!({ "advance_seconds": 1, "set": "2025-09-04T08:00:00Z" }),
    ] {
        let (status, text) = http("POST", &clock, Some(&wrong)).unwrap();
        assert_eq!(status, 400, "{wrong}");
        assert!(serde_json::from_str::<Value>(&text).unwrap()["error"].is_string());
    }
    assert_eq!(json_of("GET", &clock, None)["now"], "2025-09-03T09:00:00Z");
}

#[test]
fn faults_meet_the_next_matching_requests_and_no_other() {
    let testbed = start();
    let (operator, faults) = (testbed.said("operator"), format!("{}/faults", testbed.said("control")));
    let clock = format!("{operator}/v1/clock");
    let fault = |kind: &str, more: Value| {
        let mut fault = json!({ "method": "GET", "path": "/v1/clock", "kind": kind });
        fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json_of("POST", &faults, Some(fault))
    };
    assert_eq!(fault("drop_request", json!({ "times": 2 }))["pending"], 2);
    assert!(http("GET", &format!("{operator}/healthz"), None).is_ok(), "another path is not met");
    assert!(http("GET", &clock, None).is_err());
    assert!(http("GET", &clock, None).is_err());
    assert!(http("GET", &clock, None).is_ok(), "used up");
    fault("drop_answer", json!({}));
    assert!(http("GET", &clock, None).is_err());
    fault("status", json!({ "status": 507 }));
    assert_eq!(http("GET", &clock, None).unwrap().0, 507);
    for kind in ["double", "delay"] {
        fault(kind, json!({ "milliseconds": 1 }));
        assert_eq!(http("GET", &clock, None).unwrap().0, 200, "{kind}");
    }
    fault("drop_request", json!({ "path": "/v1/*" }));
    assert!(http("GET", &clock, None).is_err(), "a path may be a beginning");
    for method in ["GET", "POST", "DELETE"] {
        fault("drop_request", json!({ "method": "*" }));
        assert!(http(method, &clock, None).is_err(), "{method} is one of all");
    }
    fault("drop_request", json!({}));
    assert_eq!(json_of("DELETE", &faults, None)["pending"], 0);
    assert!(http("GET", &clock, None).is_ok());
    for wrong in [
        json!({ "method": "GET", "path": "x", "kind": "double" }),
        json!({ "method": "GET", "path": "/", "kind": "explode" }),
        json!({ "method": "PUT", "path": "/", "kind": "double" }),
    ] {
        assert!(http("POST", &faults, Some(&wrong)).unwrap().0 >= 400, "{wrong}");
    }
    let (status, told) = http("POST", &faults, Some(&json!({ "method": "", "path": "/", "kind": "double" }))).unwrap();
    let right = "`method` is one of GET, POST, DELETE, or `*` for all of them";
    assert!(status == 400 && told.contains(right), "{told}");
}

#[test]
fn the_operator_can_be_cut_off_killed_and_restarted_on_its_port() {
    let testbed = start();
    let control = testbed.said("control");
    let clock = format!("{}/v1/clock", testbed.said("operator"));
    let tell = |path: &str, body: Value| json_of("POST", &format!("{control}{path}"), Some(body));
    tell("/offline", json!({ "on": true }));
    assert!(http("GET", &clock, None).is_err());
    tell("/offline", json!({ "on": false }));
    assert!(http("GET", &clock, None).is_ok());
    tell("/offline", json!({ "on": true }));
    tell("/kill", json!({}));
    tell("/restart", json!({}));
    assert!(http("GET", &clock, None).is_err(), "offline stays so");
    tell("/offline", json!({ "on": false }));
    for _ in 0..2 {
        tell("/kill", json!({}));
        assert!(http("GET", &clock, None).is_err());
        assert_eq!(
            http("GET", &format!("{control}/ledger"), None).unwrap().0,
            409,
            "a dead operator has no books to show"
        );
        assert_eq!(http("POST", &format!("{control}/offline"), Some(&json!({ "on": false }))).unwrap().0, 409);
        tell("/restart", json!({}));
        assert!(http("GET", &clock, None).is_ok());
    }
    assert_eq!(json_of("GET", &format!("{control}/ledger"), None)["sums_to_zero"], true);
}

#[test]
fn staff_tokens_work_and_the_bank_walk_keeps_to_its_bank() {
    let testbed = start();
    let control = testbed.said("control");
    let token = json_of("POST", &format!("{control}/staff"), Some(json!({ "role": "inspector" })))["token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(token.len() >= 43, "256 bits");
    for (wrong, right) in [
        (json!({ "role": "driver" }), "signs in"),
        (json!({ "role": "king" }), "a role is one of driver, inspector, controller, dispatcher"),
        (json!({ "role": "controller" }), "its city and its place"),
        (json!({ "role": "controller", "city": "belgrade" }), "zeleni-venac"),
        (json!({ "role": "inspector", "city": "atlantis" }), "belgrade"),
    ] {
        let (status, text) = http("POST", &format!("{control}/staff"), Some(&wrong)).unwrap();
        assert_eq!((status, text.contains(right)), (400, true), "{wrong}: {text}");
    }
    let controller = json!({ "role": "controller", "city": "belgrade", "place": "zeleni-venac" });
    assert!(json_of("POST", &format!("{control}/staff"), Some(controller))["token"].is_string());
    let check =
        json_of("POST", &format!("{control}/inspector/check"), Some(json!({ "zone": "red", "plate": "BG789PP" })));
    assert_eq!(check["is_covered"], false);
    let away = json!({ "page_url": "http://127.0.0.1:9/pay", "card": "approve" });
    assert_eq!(http("POST", &format!("{control}/bank/walk"), Some(&away)).unwrap().0, 400);
    assert_eq!(http("GET", &format!("{control}/nothing"), None).unwrap().0, 404);
}

#[test]
fn a_controller_speaks_by_command_and_what_is_wrong_is_told_bg_64() {
    let testbed = start();
    let report = format!("{}/controller/report", testbed.said("control"));
    let entered = json!({ "facility": "zeleni-venac", "event": "entered", "ticket": "gr 0042-17", "free": 118 });
    for _ in 0..2 {
        assert_eq!(json_of("POST", &report, Some(entered.clone())), json!({ "taken": 1, "settled": [] }));
    }
    let places = json_of("GET", &format!("{}/v1/garages/places?city=belgrade", testbed.said("operator")), None);
    let items = places["items"].as_array().unwrap();
    let view = items.iter().find(|item| item["facility"] == "zeleni-venac").unwrap();
    assert_eq!((&view["free"], &view["is_reachable"]), (&json!(118), &json!(true)));
    let exit = format!("{}/controller/exit", testbed.said("control"));
    let ask = json!({ "facility": "zeleni-venac", "ticket": "GR004217" });
    json_of("POST", &format!("{}/clock", testbed.said("control")), Some(json!({ "advance_seconds": 1 })));
    let (status, text) = http("POST", &exit, Some(&ask)).unwrap();
    assert_eq!((status, text.contains("visit_owes")), (409, true), "{text}");
    let unknown = json!({ "facility": "zeleni-venac", "event": "left", "ticket": "GR009999" });
    let (status, text) = http("POST", &report, Some(&unknown)).unwrap();
    assert_eq!((status, text.contains("visit_unknown")), (409, true), "{text}");
    for (wrong, right) in [
        (json!({ "facility": "zeleni-venac", "event": "entered" }), "give both"),
        (json!({ "facility": "zeleni-venac", "event": "flew", "ticket": "GR004217" }), "paid_on_site"),
        (json!({ "facility": "nowhere" }), "zeleni-venac"),
        (json!({ "facility": "zeleni-venac", "colour": "red" }), "colour"),
    ] {
        let (status, text) = http("POST", &report, Some(&wrong)).unwrap();
        let error = serde_json::from_str::<Value>(&text).unwrap()["error"].as_str().unwrap().to_owned();
        assert_eq!((status, error.contains(right)), (400, true), "{wrong}: {error}");
    }
}

#[test]
fn a_vehicle_comes_by_command_with_its_sign_and_what_its_terminal_shows_av_62_av_63() {
    let folder = tempfile::tempdir().unwrap();
    let testbed = Serving::start(folder.path(), &["testbed", "--port", "0", "--city", "almaty", "--json"]);
    let comes = format!("{}/bus", testbed.said("control"));
    let bus = json_of("POST", &comes, Some(json!({ "vehicle": "1204", "plate": "123ABC02", "route": "92" })));
    assert!(bus["sign"].as_str().unwrap().starts_with("https://qr.avtobys.kz/almaty/v/"), "{bus}");
    let again = json_of("POST", &comes, Some(json!({ "vehicle": "1204" })));
    assert_ne!(again["sign"], bus["sign"], "a new sign takes the place of the one before");
    let shown = json_of("POST", &format!("{comes}/terminal"), Some(json!({ "vehicle": "1204" })));
    assert!(shown["code"].as_str().unwrap().starts_with("https://qr.avtobys.kz/almaty/t/"), "{shown}");
    for wrong in [json!({}), json!({ "bus": "1204" }), json!({ "vehicle": 1204 })] {
        let (status, text) = http("POST", &comes, Some(&wrong)).unwrap();
        assert_eq!(status, 400, "{wrong}: {text}");
    }
    // What the operator does not take is its answer.
    let wrong = json!({ "vehicle": "1204", "route": "999" });
    let (status, text) = http("POST", &comes, Some(&wrong)).unwrap();
    assert!(status >= 400 && text.contains("route_unknown"), "{status} {text}");
}
