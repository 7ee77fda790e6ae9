//! Every operation driven with what it does not expect: it refuses only what the table lists for
//! it, and never fails.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use mesto_operator::payments::sign;
use mesto_operator::{Request, Response};
use mesto_protocol::base::payments::{PayMethod, Payment};
use mesto_protocol::base::{availability, notices, payments, reports, sign_in, terms, vehicles};
use mesto_protocol::cards::{offices, readers, riders as cards};
use mesto_protocol::control::{controllers as control, registrations};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::garages::{controllers as garages, visits};
use mesto_protocol::headers;
use mesto_protocol::kernel::ids::VehicleId;
use mesto_protocol::kernel::intents;
use mesto_protocol::kernel::operation::{Access, Content, Entry};
use mesto_protocol::orders::driver::{self as orders, Order};
use mesto_protocol::orders::inspectors;
use mesto_protocol::parking::{tickets, zones};
use mesto_protocol::partners::reports as partners;
use mesto_protocol::passes::holders::{PassesOutcome, PassesSubject};
use mesto_protocol::passes::{clerks, holders};
use mesto_protocol::rides::riders::{self, RidesOutcome, RidesSubject};
use mesto_protocol::rides::vehicles as fleet;
use mesto_protocol::services::operations;
use serde_json::{Value, json};

use crate::world::{Person, SECRET, World, expect, rsd};

/// What is put in the place of each value of a body, a query or a path.
fn odd(world: &World, others: &[String]) -> Vec<Value> {
    let mut odd = vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(4_294_967_296_u64),
        json!(1e300),
        json!([]),
        json!({}),
        json!(""),
        json!(" "),
        json!("%"),
        json!("Šćđž 停车 \u{202e}"),
        json!("x".repeat(5_000)),
        json!("' OR 1=1 --"),
        json!("2025-09-03T08:00:00Z"),
        json!("+262142-12-31T23:59:59Z"),
        json!(world.now() - TimeDelta::days(1)),
        json!({"amount": "-1.00", "currency": "RSD"}),
        json!({"amount": "1.00", "currency": "EUR"}),
        json!({"amount": "999999999999999999999", "currency": "RSD"}),
    ];
    odd.extend(others.iter().map(|id| json!(id)));
    odd
}

/// The body with each of its values replaced, left out, and with one more, however deep it stands.
fn altered(body: &Value, odd: &[Value]) -> Vec<Value> {
    let mut altered = vec![body.clone()];
    match body {
        Value::Object(fields) => {
            for (name, field) in fields {
                let with = |value: Value| {
                    let mut one = body.clone();
                    one[name] = value;
                    one
                };
                let mut without = body.clone();
                without.as_object_mut().unwrap().remove(name);
                altered.push(without);
                altered.extend(odd.iter().cloned().map(with));
                altered.extend(self::altered(field, odd).into_iter().skip(1).map(with));
            }
            let mut more = body.clone();
            more["field_of_2030"] = json!([1, {"a": null}]);
            altered.push(more);
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                altered.extend(self::altered(item, odd).into_iter().skip(1).map(|value| {
                    let mut one = body.clone();
                    one[place] = value;
                    one
                }));
            }
            altered.push(json!([items.as_slice(), items.as_slice()].concat()));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    altered
}

struct Driven<'a> {
    world: &'a World,
    /// Codes and statuses seen, by operation.
    seen: BTreeMap<String, BTreeSet<String>>,
}

impl Driven<'_> {
    fn send(&mut self, operation: &Entry, request: &Request) -> Response {
        // What it refuses is checked against the table as for every request of these tests.
        let response = self.world.send(request);
        assert!(response.status < 500, "{} {}: {:?}", request.method, request.path, response.refusal());
        let seen = response.refusal().map_or_else(|| response.status.to_string(), |problem| problem.code);
        self.seen.entry(format!("{} {}", operation.method.as_str(), operation.path)).or_default().insert(seen);
        response
    }
}

/// What is there and open, for bodies to name.
struct There<'a> {
    driver: &'a Person<'a>,
    vehicle: VehicleId,
    order: String,
    ride: String,
    card: String,
    top_up: String,
    sign: String,
    pass: String,
    benefit: String,
    /// The number of an order that is nobody's yet.
    number: String,
    payment: Payment,
}

/// Bodies that an operation takes, made anew.
fn bodies(operation: &Entry, there: &There<'_>) -> Vec<Value> {
    let There { driver, vehicle, .. } = there;
    if operation.path == payments::QUOTE.path {
        let quote = |service: &str, subject: Value, pay: &str| json!({"city": "belgrade", "items": [{"service": service, "subject": subject}], "pay": pay, "payer": driver.account});
        return vec![
            quote("parking", json!({"zone": "green", "vehicle": vehicle, "minutes": 30}), "deposit"),
            quote("parking", json!({"zone": "yellow", "vehicle": vehicle, "minutes": 180}), "card"),
            quote("garages", json!({"facility": "zeleni-venac", "ticket": TICKET}), "deposit"),
            quote("orders", json!({"order": there.order}), "deposit"),
            quote("rides", json!({"scanned": there.sign, "persons": 2, "is_again": true}), "deposit"),
            quote("rides", json!({"vehicle": "1204", "persons": 1}), "card"),
            quote("cards", json!({"card": there.card, "amount": {"amount": "200.00", "currency": "RSD"}}), "deposit"),
            quote("passes", json!({"product": "month", "first_on": "2025-09-10", "is_again": true}), "deposit"),
            quote("passes", json!({"product": "month"}), "card"),
            quote(
                "rides",
                json!({"vehicle": "1204", "persons": 3, "companions": [{"category": "child", "persons": 1}], "is_again": true}),
                "deposit",
            ),
            quote("wallet", json!({"amount": rsd("200.00")}), "card"),
        ];
    }
    vec![body(operation, there)]
}

/// An id of a kind that a device made.
fn named(prefix: &str) -> String {
    format!("{prefix}_01jd4f8q0r3n7w2x5y6z8a9b1c")
}

fn body(operation: &Entry, there: &There<'_>) -> Value {
    let (driver, vehicle) = (there.driver, there.vehicle);
    let not_after = driver.world.now() + TimeDelta::minutes(2);
    let is = |other: &Entry| operation.path == other.path && operation.method == other.method;
    if is(&sign_in::SEND_CODE) {
        json!({"phone": "+381641112223"})
    } else if is(&sign_in::SIGN_IN) {
        let key = SoftwareDevice::from_seed(&[9; 32]).unwrap().device_key().to_text();
        json!({"phone": "+381641112223", "code": "123456", "device": "phone", "device_key": key})
    } else if is(&vehicles::ADD) {
        json!({"city": "belgrade", "plate": "NS123AB", "label": "mine"})
    } else if is(&payments::PURCHASE) {
        json!({"quote": driver.quote(vehicle, "green", 30).id, "not_after": not_after})
    } else if is(&payments::NOTICE) {
        json!({"payment": "pay-1", "reference": there.payment.id, "amount": there.payment.amount, "outcome": "approved"})
    } else if is(&orders::BY_SLIP) {
        json!({"number": there.number})
    } else if is(&inspectors::ISSUE) {
        json!({"city": "belgrade", "zone": "yellow", "plate": "NS555ZZ", "violation": "no_ticket", "location": "Krunska 3"})
    } else if is(&garages::REPORT) {
        report(driver.world, "paid_on_site")
    } else if is(&garages::EXIT) {
        json!({"city": "belgrade", "facility": "zeleni-venac", "ticket": TICKET, "at": driver.world.now()})
    } else if is(&riders::DISPUTE) {
        json!({"ride": there.ride, "reason": "wrong"})
    } else if is(&holders::GIVE_BACK) {
        json!({"pass": there.pass})
    } else if is(&clerks::GRANT) {
        json!({"city": "belgrade", "account": driver.account, "category": "student", "until_on": "2026-06-30", "evidence": "7/2025"})
    } else if is(&clerks::REVOKE) {
        json!({"benefit": there.benefit, "reason": "a mistake"})
    } else if is(&fleet::TELL_VEHICLES) {
        let vehicle = json!({"board": "1300", "plate": "BG900AA", "carrier": "green-bus", "is_in_service": true});
        json!({"city": "belgrade", "vehicles": [vehicle]})
    } else if is(&fleet::TELL_TRIPS) {
        let (from, until) = (driver.world.now(), driver.world.now() + TimeDelta::minutes(40));
        let trip = json!({"vehicle": "1204", "route": "92", "direction": 0, "starts_at": from, "ends_at": until, "service_on": "2025-09-03", "broke_down_at": null});
        json!({"city": "belgrade", "trips": [trip]})
    } else if is(&fleet::POST_SIGN) {
        json!({"city": "belgrade", "vehicle": "1204", "others_end_at": driver.world.now() + TimeDelta::minutes(5)})
    } else if is(&fleet::PUT_TERMINAL) {
        let key = SoftwareDevice::from_seed(&[9; 32]).unwrap().device_key().to_text();
        json!({"city": "belgrade", "vehicle": "1204", "key": key})
    } else if is(&cards::LINK) {
        json!({"city": "belgrade", "number": CARD, "code": CARD_CODE})
    } else if is(&cards::REPORT) {
        json!({"card": there.card, "trouble": "defective", "note": "it cannot be read"})
    } else if is(&readers::TELL_HELD) {
        json!({"city": "belgrade", "held": [{"top_up": there.top_up, "held_at": driver.world.now()}]})
    } else if is(&offices::TELL_ISSUED) {
        let card = json!({"number": CARD, "code": CARD_CODE, "kind": "standard", "issued_on": "2025-01-15"});
        json!({"city": "belgrade", "cards": [card]})
    } else if is(&offices::CONFIRM) {
        json!({"city": "belgrade", "number": CARD})
    } else if is(&offices::BLOCK) {
        json!({"city": "belgrade", "number": CARD, "blocked_for": "stopped"})
    } else if is(&offices::REPLACE) {
        json!({"city": "belgrade", "number": CARD, "replacement": CARD, "replacement_code": CARD_CODE})
    } else if is(&control::BEGIN) {
        let (id, shift) = (named("ct"), named("sh"));
        json!({"id": id, "shift": shift, "city": "belgrade", "vehicle": "1204", "begun_at": driver.world.now()})
    } else if is(&control::END) {
        json!({"id": named("ct"), "ended_at": driver.world.now()})
    } else if is(&control::REPORT) {
        let now = driver.world.now();
        let controls = json!([{"id": named("ct"), "vehicle": "1204", "begun_at": now, "ended_at": null}]);
        let check = json!({"id": named("rk"), "control": named("ct"), "at": now, "kind": "app", "ride": there.ride, "persons": 1, "answer": "registered", "data_until": now});
        let shift = json!({"id": named("sh"), "begun_at": now, "ended_at": null});
        json!({"city": "belgrade", "sent_at": now, "shift": shift, "controls": controls, "checks": [check]})
    } else if is(&registrations::TELL) {
        let now = driver.world.now();
        let one = json!({"kind": "transport_card", "code": "9643908502317745", "channel": "transport_card", "vehicle": "1204", "persons": 1, "registered_at": now, "is_free": false, "is_void": false, "amount": rsd("50.00"), "category": "pensioner"});
        json!({"city": "belgrade", "registrations": [one], "complete": [{"vehicle": "1204", "told_until": now}]})
    } else if is(&notices::PUBLISH) {
        new_notice(driver.world)
    } else if is(&notices::WITHDRAW) {
        json!({"notice": named("nt")})
    } else if is(&terms::ACCEPT) {
        json!({"city": "belgrade", "id": "mobile-application", "version": "1856/1"})
    } else if is(&reports::REPORT) {
        json!({"city": "belgrade", "kind": "failure", "text": "It does not work", "vehicle": "1204", "ride": there.ride})
    } else {
        panic!("{} {} takes a body that is not written here", operation.method.as_str(), operation.path)
    }
}

/// Works that begin in an hour.
fn new_notice(world: &World) -> Value {
    let (from, until) = (world.now() + TimeDelta::hours(1), world.now() + TimeDelta::hours(2));
    let text = json!({"sr-Latn": "Radovi", "en": "Works"});
    json!({"kind": "planned_works", "city": "belgrade", "services": ["rides"], "title": text, "body": text, "begins_at": from, "ends_at": until})
}
/// A transport card of the driver's: its number and what is printed on it.
const CARD: &str = "9643100000000017";
const CARD_CODE: &str = "K7M2P9QD";

/// The ticket of a car that is inside.
const TICKET: &str = "GR004217";

fn report(world: &World, kind: &str) -> Value {
    let event = json!({"at": world.now(), "ticket": TICKET, "kind": kind, "is_disabled": false, "places": 1});
    let places = json!({"free": 12, "at": world.now()});
    json!({"city": "belgrade", "facility": "zeleni-venac", "sent_at": world.now(), "events": [event], "places": places, "settled_after": "0"})
}

/// Queries that are right and ones that are not.
fn queries(operation: &Entry, odd: &[Value]) -> Vec<String> {
    let right: &[(&str, &str)] = match operation.path {
        path if path == zones::NEAR.path => {
            &[("city", "belgrade"), ("lat", "44.8125"), ("lon", "20.4612"), ("sign", "9111")]
        }
        path if path == inspectors::CHECK.path => &[("city", "belgrade"), ("plate", "BG789PP"), ("zone", "red")],
        path if path == tickets::LIST.path => &[("before", "tk_zzz"), ("limit", "2")],
        path if path == garages::OWED.path => &[("city", "belgrade"), ("facility", "zeleni-venac"), ("ticket", TICKET)],
        path if path == control::DATA.path => {
            &[("city", "belgrade"), ("vehicle", "1204"), ("route", "92"), ("code", "9643908502317745")]
        }
        path if path == partners::SETTLEMENTS.path => {
            &[("city", "belgrade"), ("carrier", "green-bus"), ("cursor", "3"), ("limit", "2")]
        }
        path if path == partners::SETTLEMENT.path => &[("city", "belgrade"), ("carrier", "green-bus"), ("number", "1")],
        path if path == partners::REPORT.path || path == partners::SUBSIDIES.path => {
            &[("city", "belgrade"), ("carrier", "green-bus"), ("from", "2025-09-01"), ("to", "2025-09-03")]
        }
        path if path == fleet::FLEET.path => &[("city", "belgrade")],
        path if path == notices::LIST.path => {
            &[("city", "belgrade"), ("cursor", "nt_01jd4f8q0r3n7w2x5y6z8a9b1c"), ("limit", "2")]
        }
        path if path == availability::READ.path => &[("city", "belgrade"), ("month", "2025-09")],
        path if path == terms::LIST.path => &[("city", "belgrade")],
        path if path == reports::LIST.path => &[("cursor", "rp_01jd4f8q0r3n7w2x5y6z8a9b1c"), ("limit", "2")],
        path if path == readers::READ.path => &[("city", "belgrade"), ("code", CARD_CODE)],
        path if path == readers::STOPPED.path => {
            &[("city", "belgrade"), ("cursor", "cd_01jd4f8q0r3n7w2x5y6z8a9b1c"), ("limit", "2")]
        }
        path if path == cards::HISTORY.path => &[("cursor", "le_01jd4f8q0r3n7w2x5y6z8a9b1c"), ("limit", "2")],
        path if path == visits::PLACES.path => &[("city", "belgrade")],
        path if path == visits::LIST.path => &[("cursor", "vi_01jd4f8q0r3n7w2x5y6z8a9b1c"), ("limit", "2")],
        path if path == payments::PAYMENTS.path => {
            &[("state", "open"), ("cursor", "sa_01jd4f8q0r3n7w2x5y6z8a9b1c"), ("limit", "2")]
        }
        _ => &[("before", "3"), ("after", "0"), ("limit", "2")],
    };
    let known: Vec<(&str, &str)> = operation
        .query
        .iter()
        .filter_map(|asked| right.iter().copied().find(|(name, _)| *name == asked.name))
        .collect();
    let text = |pairs: &[(&str, &str)]| {
        let target = operation.target(&[], pairs);
        target.split_once('?').map_or_else(String::new, |(_, query)| query.to_owned())
    };
    let mut queries = vec![text(&known), String::new(), "%zz=%&limit=%ff&city=%".to_owned()];
    for place in 0..known.len() {
        for value in odd {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let mut pairs = known.clone();
            pairs[place].1 = &value;
            queries.push(text(&pairs));
        }
    }
    queries
}

fn drive(
    driven: &mut Driven<'_>,
    operation: &Entry,
    people: &[(&str, Option<&Person<'_>>)],
    there: &There<'_>,
    odd: &[Value],
) {
    let world = driven.world;
    let names: Vec<String> = if operation.path.contains('{') {
        odd.iter().filter_map(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    } else {
        vec![String::new()]
    };
    let takes_body = !matches!(operation.body, Content::Nothing);
    for (who, person) in people {
        let request = |target: &str| {
            let request = Request::new(operation.method.as_str(), target);
            match (*who, person) {
                ("nonsense", _) => request.bearer("nonsense"),
                (_, Some(person)) => request.bearer(&person.token),
                (_, None) => request,
            }
        };
        for name in &names {
            let path = operation.target(&[name.as_str()], &[]);
            for query in queries(operation, odd) {
                driven.send(operation, &request(&format!("{path}?{query}")));
                if !["driver", "inspector", "controller", "partner"].contains(who) {
                    break;
                }
            }
            if !takes_body {
                continue;
            }
            for broken in [&b""[..], b"{", b"[]", b"null", b"{}", b"\xff", b"{\"phone\": 7, \"phone\": 8}"] {
                let mut one = request(&path).key(&world.key());
                one.body = broken.to_vec();
                driven.send(operation, &one);
            }
            let bodies = bodies(operation, there);
            for body in &bodies {
                let is_whole = names.len() == 1 || name == "bank";
                let bodies = if is_whole { altered(body, odd) } else { vec![body.clone()] };
                for body in bodies {
                    let mut one = request(&path).key(&world.key()).json(&body);
                    if operation.access == Access::Provider {
                        let signature = sign(SECRET, &one.body);
                        one = one.header(headers::SIGNATURE, &signature);
                    }
                    driven.send(operation, &one);
                }
            }
            let body = bodies[0].clone();
            if operation.is_action {
                driven.send(operation, &request(&path).json(&body));
                driven.send(operation, &request(&path).key("short").json(&body));
                let (key, other) = (world.key(), json!({"other": true}));
                driven.send(operation, &request(&path).key(&key).json(&body));
                driven.send(operation, &request(&path).key(&key).json(&body));
                driven.send(operation, &request(&path).key(&key).json(&other));
                if let Some(person) = person {
                    let gone = world.key();
                    person.delete(&intents::CANCEL.target(&[gone.as_str()], &[]));
                    driven.send(operation, &request(&path).key(&gone).json(&body));
                }
            }
            let mut large = request(&path).key(&world.key());
            large.body = vec![b' '; operation.max_body + 1];
            driven.send(operation, &large);
            driven.send(operation, &request(&path).key(&world.key()).json(&body).header("content-type", "text/plain"));
        }
    }
}

on_both_databases! {
    #[test]
    fn every_operation_refuses_only_what_the_table_lists(world) {
        let (world, sign) = &world.with_rides();
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["5000.00", "2000.00"]);
        let (stranger, foreign) = world.driver_with("+381650000000", "BG111AA", &["5000.00"]);
        let (inspector, controller) = (world.inspector(), world.controller("zeleni-venac"));
        assert_eq!(controller.post(garages::REPORT.path, &report(world, "entered")).status, 200);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let foreign_ticket = stranger.park(foreign, "red", 30).ticket;
        let topup = driver.top_up("200.00");
        let subject = RidesSubject { scanned: Some(sign.clone()), vehicle: None, persons: 1, companions: Vec::new(), is_again: false };
        let quote = expect(201, driver.ask_for(&subject, PayMethod::Deposit));
        let ride = driver.begin(&quote).sale.items[0].outcome::<RidesOutcome>().unwrap().unwrap().ride.id.to_string();
        let (dispatcher, ride_controller) = (world.dispatcher(), world.ride_controller("Daniyar"));
        let partner = world.staff_of(mesto_protocol::kernel::grants::Role::Partner, "belgrade", "green-bus");
        let editor = world.notice_editor();
        let clerk = world.card_clerk();
        let card = json!({"number": CARD, "code": CARD_CODE, "kind": "standard", "issued_on": "2025-01-15"});
        let told = json!({"city": "belgrade", "cards": [card]});
        let told: offices::CardsTold = expect(200, dispatcher.post(offices::TELL_ISSUED.path, &told));
        let card = told.cards[0];
        let asked = json!({"city": "belgrade", "number": CARD, "code": CARD_CODE});
        expect::<cards::Card>(200, driver.post(cards::LINK.path, &asked));
        let subject = cards::CardsSubject { card, amount: crate::world::rsd("100.00") };
        let quote = expect(201, driver.ask_for(&subject, PayMethod::Deposit));
        let paid = driver.begin(&quote).sale.items[0].outcome::<cards::CardsOutcome>().unwrap().unwrap();
        let (card, top_up) = (card.to_string(), paid.top_up.id.to_string());
        let subject = PassesSubject { product: "month".parse().unwrap(), first_on: "2025-09-20".parse().ok(), is_again: false };
        let quote = expect(201, driver.ask_for(&subject, PayMethod::Deposit));
        let pass = driver.begin(&quote).sale.items[0].outcome::<PassesOutcome>().unwrap().unwrap().pass.id.to_string();
        let benefit_clerk = world.benefit_clerk();
        let granted = json!({"city": "belgrade", "account": driver.account, "category": "school", "until_on": "2026-06-30", "evidence": "8/2025"});
        let benefit = expect::<holders::Benefit>(200, benefit_clerk.post(clerks::GRANT.path, &granted)).id.to_string();
        let issued = |plate: &str, zone: &str| {
            let order = json!({"city": "belgrade", "zone": zone, "plate": plate, "violation": "no_ticket"});
            expect::<Order>(201, inspector.act(inspectors::ISSUE.path, &world.key(), &order))
        };
        let order = issued("BG789PP", "yellow");
        let (order, number) = (driver.has_slip(&order).id.to_string(), issued("BG789PP", "blue").number.to_string());
        let ids = [
            vehicle.to_string(), foreign.to_string(), ticket.id.to_string(), foreign_ticket.id.to_string(), topup.id.to_string(), topup.sale.to_string(),
            order.clone(), ride.clone(), card.clone(), top_up.clone(), pass.clone(), benefit.clone(), issued("BG111AA", "yellow").id.to_string(), "belgrade".into(), "atlantis".into(), world.key(), "bank".into(),
        ];
        let there = There { driver: &driver, vehicle, order, ride, card, top_up, sign: sign.clone(), pass, benefit, number, payment: topup };
        let odd = odd(world, &ids);
        let people = [("nobody", None), ("nonsense", None), ("inspector", Some(&inspector)), ("controller", Some(&controller)), ("dispatcher", Some(&dispatcher)), ("ride_controller", Some(&ride_controller)), ("partner", Some(&partner)), ("notice_editor", Some(&editor)), ("card_clerk", Some(&clerk)), ("benefit_clerk", Some(&benefit_clerk)), ("stranger", Some(&stranger)), ("driver", Some(&driver))];
        // As an operator does that serves.
        world.operator.look(&*world.store, &world.clock());
        let mut driven = Driven { world, seen: BTreeMap::new() };
        // What ends something others need comes last.
        let ends = |operation: &Entry| operation.method == mesto_protocol::Method::Delete;
        for operation in operations().filter(|one| !ends(one)).chain(operations().filter(|one| ends(one))) {
            let is_own_end = ends(operation) && !operation.path.contains('{');
            let people = if is_own_end { &people[..2] } else { &people[..] };
            let mut people = people.to_vec();
            if is_own_end {
                people.push(("driver", Some(&driver)));
            }
            drive(&mut driven, operation, &people, &there, &odd);
        }
        for operation in operations() {
            let name = format!("{} {}", operation.method.as_str(), operation.path);
            let seen = driven.seen.get(&name).unwrap_or_else(|| panic!("{name} was not driven"));
            if matches!(operation.access, Access::SignedIn | Access::Permitted(_)) {
                assert!(seen.contains("unauthorized"), "{name}: {seen:?}");
            }
            if matches!(operation.access, Access::Permitted(_)) && operation.method != mesto_protocol::Method::Delete {
                assert!(seen.contains("forbidden"), "{name}: {seen:?}");
            }
            if !matches!(operation.body, Content::Nothing) {
                for code in ["body_too_large", "content_type_unsupported"] {
                    assert!(seen.contains(code), "{name} does not refuse with {code}: {seen:?}");
                }
            }
            if operation.is_action {
                for code in ["idempotency_key_missing", "idempotency_key_invalid", "idempotency_key_reused", "intent_cancelled"] {
                    assert!(seen.contains(code), "{name} does not refuse with {code}: {seen:?}");
                }
            }
        }
        world.check_books();
    }
}
