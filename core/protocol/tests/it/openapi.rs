//! The OpenAPI document: every route described, schemas true to the types, the committed copy
//! current, growth only.

use std::path::PathBuf;

use mesto_protocol::Problem;
use mesto_protocol::base::payments;
use mesto_protocol::openapi::{additive, conforms};
use mesto_protocol::orders::inspectors;
use mesto_protocol::services::{SERVICES, document, document_text, operations, problems};
use serde_json::{Value, json};

#[test]
fn every_route_is_described_and_nothing_else() {
    let document = document();
    let mut described: Vec<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut routes: Vec<&str> = operations().map(|operation| operation.path).collect();
    described.sort_unstable();
    routes.sort_unstable();
    routes.dedup();
    assert_eq!(described, routes);
    let mut ids: Vec<String> = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, entry) in methods.as_object().unwrap() {
            assert!(matches!(method.as_str(), "get" | "post" | "delete"), "{method} {path}");
            ids.push(entry["operationId"].as_str().unwrap().to_owned());
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
    assert_eq!(count, operations().count(), "no operation stands twice in the table");
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(entries) => {
                found.extend(entries.get("$ref").and_then(Value::as_str));
                entries.values().for_each(|value| references(value, found));
            }
            Value::Array(entries) => entries.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
    }
}

#[test]
fn names_say_what_is_a_flag_what_a_moment_and_what_a_day() {
    fn wrong(name: &str, schema: &Value) -> bool {
        let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
        let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
        let is_flag = schema["type"] == "boolean" || schema["type"] == json!(["boolean", "null"]);
        let is_flag_by_name = begins(&["is_", "has_", "may_", "needs_"]);
        let is_moment_by_name = matches!(name, "at" | "now" | "deadline") || ends(&["_at", "_until", "_by", "_after"]);
        match schema["format"].as_str() {
            Some("date-time") => !is_moment_by_name,
            Some("date") => !ends(&["_on", "_from"]),
            _ => is_flag != is_flag_by_name || name == "from" || name == "until" || ends(&["_at", "_until", "_on"]),
        }
    }
    fn look(value: &Value, seen: &mut usize, found: &mut Vec<String>) {
        let Some(entries) = value.as_object() else {
            value.as_array().into_iter().flatten().for_each(|value| look(value, seen, found));
            return;
        };
        for (name, schema) in entries.get("properties").and_then(Value::as_object).into_iter().flatten() {
            *seen += 1;
            found.extend(wrong(name, schema).then(|| format!("{name}: {schema}")));
        }
        entries.values().for_each(|value| look(value, seen, found));
    }
    let (mut seen, mut found) = (0, Vec::new());
    look(&document(), &mut seen, &mut found);
    assert!(seen > 200, "{seen}");
    assert!(found.is_empty(), "see CONTRIBUTING.md, names: {found:#?}");
    for (name, schema) in [
        ("open", json!({"type": "boolean"})),
        ("is_paid", json!({"type": "string"})),
        ("from", json!({"type": "string", "format": "date-time"})),
        ("paid_at", json!({"type": "string", "format": "date"})),
    ] {
        assert!(wrong(name, &schema), "{name}");
    }
}

#[test]
fn actions_take_an_idempotency_key_and_the_rest_does_not() {
    let document = document();
    let key = json!({"$ref": "#/components/parameters/IdempotencyKey"});
    let mut actions = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, entry) in methods.as_object().unwrap() {
            if entry["parameters"].as_array().unwrap().contains(&key) {
                assert_eq!(method, "post");
                actions.push(path.as_str());
            }
        }
    }
    actions.sort_unstable();
    assert_eq!(actions, [inspectors::ISSUE.path, payments::PURCHASE.path]);
}

#[test]
fn money_is_text_and_never_a_number() {
    let document = document();
    let money = &document["components"]["schemas"]["Money"];
    assert_eq!(money["properties"]["amount"]["type"], "string");
    assert_eq!(money["required"], json!(["amount", "currency"]));
    for place in [
        "WalletSection/properties/balance",
        "Bought/properties/balance",
        "QuoteItem/properties/total",
        "Order/properties/owed",
    ] {
        let schema = document.pointer(&format!("/components/schemas/{place}")).unwrap();
        assert_eq!(
            schema["$ref"].as_str().or(schema["allOf"][0]["$ref"].as_str()),
            Some("#/components/schemas/Money"),
            "{place}"
        );
    }
}

#[test]
fn problems_and_events_may_grow_and_name_what_is_known() {
    let schemas = &document()["components"]["schemas"];
    let codes = schemas["Problem"]["properties"]["code"]["anyOf"][0]["enum"].as_array().unwrap();
    assert_eq!(codes.len(), problems().count());
    assert_eq!(
        schemas["Event"]["oneOf"].as_array().unwrap().len(),
        SERVICES.iter().map(|service| service.events().count()).sum::<usize>() + 1
    );
    let sections = schemas["Account"]["properties"]["sections"]["properties"].as_object().unwrap();
    assert!(sections["parking"]["$ref"].as_str().unwrap().ends_with("/ParkingSection"));
}

#[test]
fn every_event_is_described_and_a_later_kind_too() {
    let document = document();
    let mut examples = crate::events::examples();
    examples.push(json!({"cursor": "ep1:8", "at": "2025-09-03T08:00:01Z", "kind": "walks.walk", "data": {"id": "r1"}}));
    for example in &examples {
        assert_eq!(conforms(&document, "Event", example), Ok(()), "{example}");
    }
    let page = json!({"events": examples, "next": "ep1:8", "has_more": false});
    assert_eq!(conforms(&document, "EventPage", &page), Ok(()));
    let mut broken = crate::events::examples().remove(3);
    broken["data"]["ends_at"] = Value::Null;
    assert!(conforms(&document, "Event", &broken).is_err());
    broken["data"].as_object_mut().unwrap().remove("ends_at");
    assert!(conforms(&document, "Event", &broken).is_err());
}

#[test]
fn every_problem_is_described() {
    let document = document();
    for code in problems() {
        let problem = Problem::new(code, "why").with("allowed", 90);
        assert_eq!(conforms(&document, "Problem", &serde_json::to_value(problem).unwrap()), Ok(()));
    }
    let unnamed = json!({"type": "about:blank", "title": "", "status": 400, "detail": ""});
    assert_eq!(conforms(&document, "Problem", &unnamed), Err("Problem: `code` is missing".to_owned()));
}

#[test]
fn what_does_not_conform_is_named_with_its_place() {
    let document = document();
    let not = |name: &str, value: Value| conforms(&document, name, &value).unwrap_err();
    let money = |amount: Value| json!({"amount": amount, "currency": "RSD"});
    assert_eq!(not("Money", money(json!(80.0))), "Money/amount: 80.0 is not of type string");
    assert_eq!(not("OrdersOutcome", json!({"order": {}})), "OrdersOutcome/order: `id` is missing");
    assert_eq!(not("Zones", json!({"items": [1]})), "Zones/items/0: 1 is not of type object");
    assert_eq!(not("Channel", json!("fax")), "Channel: \"fax\" is not one of [\"app\",\"sms\",\"kiosk\"]");
    assert_eq!(not("Nothing", json!(1)), "Nothing: the document has no such schema");
    assert_eq!(conforms(&document, "Money", &money(json!("80.00"))), Ok(()));
}

#[test]
fn what_services_sell_is_described_by_service() {
    let document = document();
    for (place, parts) in [
        ("Wanted/properties/subject", ["WalletSubject", "ParkingSubject", "OrdersSubject"]),
        ("QuoteItem/properties/offer", ["WalletOffer", "ParkingOffer", "OrdersOffer"]),
        ("SaleItem/properties/outcome", ["WalletOutcome", "ParkingOutcome", "OrdersOutcome"]),
    ] {
        let schema = document.pointer(&format!("/components/schemas/{place}")).unwrap();
        for part in parts {
            let reference = json!({"$ref": format!("#/components/schemas/{part}")});
            assert!(schema["anyOf"].as_array().unwrap().contains(&reference), "{place}: {part}");
            assert!(document.pointer(&format!("/components/schemas/{part}")).is_some(), "{part}");
        }
    }
    let start = &document["components"]["schemas"]["Start"];
    assert!(start["oneOf"].as_array().unwrap().iter().any(|kind| kind.to_string().contains("on_purchase")), "{start}");
}

/// `UPDATE=1` writes docs/openapi.json anew when it only grew; `UPDATE=breaking` in any case, for a
/// change before anybody depends on it.
#[test]
fn the_committed_document_is_current_and_v1_only_grows() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let built = document_text();
    if stored == built {
        return;
    }
    let old: Value = serde_json::from_str(&stored).unwrap_or_else(|_| json!({}));
    let lost = additive(&old, &document());
    let update = std::env::var("UPDATE").unwrap_or_default();
    assert!(lost.is_empty() || update == "breaking", "/v1 is additive only, but:\n{}", lost.join("\n"));
    assert!(!update.is_empty(), "docs/openapi.json is not current; UPDATE=1 rewrites it");
    std::fs::write(&path, built).unwrap();
}

fn changed(place: &str, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let old = document();
    let mut new = old.clone();
    change(new.pointer_mut(place).unwrap_or_else(|| panic!("nothing at {place}")));
    additive(&old, &new)
}

fn remove(name: &'static str) -> impl FnOnce(&mut Value) {
    move |value| assert!(value.as_object_mut().unwrap().remove(name).is_some(), "{name} was not there")
}

fn add(name: &'static str, added: Value) -> impl FnOnce(&mut Value) {
    move |value| assert!(value.as_object_mut().unwrap().insert(name.to_owned(), added).is_none(), "{name} was there")
}

fn push(added: Value) -> impl FnOnce(&mut Value) {
    move |value| value.as_array_mut().unwrap().push(added)
}

fn set(changed: Value) -> impl FnOnce(&mut Value) {
    move |value| *value = changed
}

#[test]
fn what_only_adds_is_additive() {
    let text = json!({"type": "string"});
    assert_eq!(additive(&document(), &document()), [""; 0]);
    for grown in [
        changed("/paths", add("/v1/walks", json!({"get": {}}))),
        changed("/paths/~1v1~1clock", add("post", json!({}))),
        changed("/components/schemas", add("Walk", json!({"type": "object"}))),
        changed("/components/schemas/Ticket/properties", add("title", text.clone())),
        changed("/components/schemas/Ticket/required", push(json!("title"))),
        changed("/components/schemas/QuoteRequest/properties", add("lot", text.clone())),
        changed("/components/schemas/Channel/enum", push(json!("phone"))),
        changed("/components/schemas/PurchaseRequest/required", |value| drop(value.as_array_mut().unwrap().remove(0))),
        changed(
            "/paths/~1v1~1clock/get/parameters",
            push(json!({"name": "lang", "in": "query", "required": false, "schema": text})),
        ),
        changed("/paths/~1v1~1clock/get/responses", add("429", json!({"description": ""}))),
        changed("/paths/~1v1~1clock/get/summary", set(json!("Another sentence"))),
    ] {
        assert_eq!(grown, [""; 0]);
    }
}

#[test]
fn what_breaks_an_app_of_yesterday_is_named() {
    let text = json!({"type": "string"});
    for (lost, place) in [
        (changed("/paths", remove("/v1/clock")), "paths//v1/clock: was removed"),
        (changed("/paths/~1v1~1purchases", remove("post")), "paths//v1/purchases/post: was removed"),
        (
            changed("/paths/~1v1~1purchases/post/responses", remove("201")),
            "paths//v1/purchases/post/responses/201: was removed",
        ),
        (changed("/components/schemas", remove("Ticket")), "components/schemas/Ticket: was removed"),
        (
            changed("/components/schemas/Ticket/properties", remove("ends_at")),
            "components/schemas/Ticket/properties/ends_at: was removed",
        ),
        (
            changed("/components/schemas/Ticket/required", |value| {
                value.as_array_mut().unwrap().retain(|field| field != "ends_at")
            }),
            "components/schemas/Ticket/required: \"ends_at\" is no longer promised",
        ),
        (
            changed("/components/schemas/PurchaseRequest/required", push(json!("lot"))),
            "components/schemas/PurchaseRequest/required: \"lot\" is newly required in a request",
        ),
        (
            changed("/components/schemas/Ticket/properties/paid_minutes/type", set(text["type"].clone())),
            "components/schemas/Ticket/properties/paid_minutes/type: was \"integer\", is \"string\"",
        ),
        (
            changed("/components/schemas/Channel/enum", |value| drop(value.as_array_mut().unwrap().remove(2))),
            "components/schemas/Channel/enum: \"kiosk\" was removed or changed",
        ),
        (
            changed("/components/schemas/CodeRequest/properties/phone", add("maxLength", json!(10))),
            "components/schemas/CodeRequest/properties/phone/maxLength: was added and narrows what was allowed",
        ),
        (
            changed("/paths/~1v1~1zones/get/parameters", |value| {
                value.as_array_mut().unwrap().retain(|one| one["name"] != "sign")
            }),
            "paths//v1/zones/get/parameters/sign: was removed",
        ),
        (
            changed(
                "/paths/~1v1~1clock/get/parameters",
                push(json!({"name": "lang", "in": "query", "required": true, "schema": text})),
            ),
            "paths//v1/clock/get/parameters/lang: is newly required",
        ),
        (
            changed(
                "/paths/~1v1~1quotes/post/parameters",
                push(json!({"$ref": "#/components/parameters/IdempotencyKey"})),
            ),
            "paths//v1/quotes/post/parameters/#/components/parameters/IdempotencyKey: is newly required",
        ),
        (
            changed("/components/parameters/IdempotencyKey/schema/pattern", set(json!("^x$"))),
            "components/parameters/IdempotencyKey/schema/pattern: was \"^[A-Za-z0-9_-]{16,64}$\", is \"^x$\"",
        ),
    ] {
        assert_eq!(lost, [place]);
    }
}
