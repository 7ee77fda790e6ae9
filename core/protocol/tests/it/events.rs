//! Events on the wire: known kinds, kinds of later versions, broken ones.

use std::collections::BTreeSet;

use mesto_protocol::base::vehicles::Vehicle;
use mesto_protocol::event::{Change, Event};
use mesto_protocol::parking::tickets::Ticket;
use mesto_protocol::services::SERVICES;
use serde_json::{Value, json};

pub const ACCOUNT: &str = "ac_01jd4f8q0r3n7w2x5y6z8a9b1c";
pub const VEHICLE: &str = "vh_01jd4f8q0r3n7w2x5y6z8a9b1c";
pub const TICKET: &str = "tk_01jd4f8q0r3n7w2x5y6z8a9b1c";
pub const ORDER: &str = "or_01jd4f8q0r3n7w2x5y6z8a9b1c";

pub const RIDE: &str = "rd_01jd4f8q0r3n7w2x5y6z8a9b1c";
pub const CARD: &str = "cd_01jd4f8q0r3n7w2x5y6z8a9b1c";
pub const TOP_UP: &str = "tu_01jd4f8q0r3n7w2x5y6z8a9b1c";
pub const VISIT: &str = "vi_01jd4f8q0r3n7w2x5y6z8a9b1c";

/// An account that the operator blocked.
pub fn standing() -> Value {
    json!({
        "state": "blocked", "is_suspended": false, "changed_at": "2025-09-03T08:00:00Z", "reason": "Copied tickets",
        "email": "help@example.com", "phone": "+77270000000", "website": "https://example.com",
    })
}

/// Terms that were accepted by use.
pub fn accepted_terms() -> Value {
    json!({"city": "almaty", "id": "public-offer", "version": "2026-02", "accepted_by": "use", "accepted_at": "2026-03-03T08:00:00Z"})
}

/// A report that was answered.
pub fn trouble_report() -> Value {
    json!({
        "id": "rp_01jd4f8q0r3n7w2x5y6z8a9b1c", "reference": "482109375557", "city": "almaty", "kind": "private_transfer", "text": "Text",
        "vehicle": "1204", "ride": RIDE, "state": "answered", "reported_at": "2025-09-03T08:00:00Z", "answer": "Text", "answered_at": "2025-09-03T09:00:00Z",
    })
}

/// One of every known kind, as it stands on the wire.
pub fn examples() -> Vec<Value> {
    let money = |amount: &str| json!({"amount": amount, "currency": "RSD"});
    let plate = json!({"canonical": "BG789PP", "display": "BG 789-PP", "country": "RS"});
    let vehicle = json!({"id": VEHICLE, "plate": plate});
    let purchase = json!({
        "sale": {
            "id": "sa_01jd4f8q0r3n7w2x5y6z8a9b1c", "quote": "qt_01jd4f8q0r3n7w2x5y6z8a9b1c", "city": "belgrade", "state": "open",
            "created_at": "2025-09-03T08:00:00Z", "payer": ACCOUNT, "actor": ACCOUNT, "total": money("1000.00"),
            "items": [{"service": "wallet", "subject": {"amount": money("1000.00")}}],
        },
        "payment": {
            "id": "py_01jd4f8q0r3n7w2x5y6z8a9b1c", "sale": "sa_01jd4f8q0r3n7w2x5y6z8a9b1c", "purpose": "sale", "method": "card", "provider": "bank",
            "state": "pending", "amount": money("1000.00"), "captured": money("0.00"), "refunded": money("0.00"),
            "page_url": "http://bank/pay", "expires_at": "2025-09-03T08:30:00Z",
        },
    });
    let ticket = json!({
        "id": TICKET, "city": "belgrade", "zone": "red", "plate": plate, "channel": "app", "state": "active",
        "issued_at": "2025-09-03T08:00:00.123Z", "starts_at": "2025-09-03T08:00:00.123Z", "ends_at": "2025-09-03T09:00:00.123Z", "paid_minutes": 60,
        "price": money("80.00"), "tariff": "2025-02-01", "pay": "deposit", "signed": "ABC",
        "lines": [{"kind": "parking.limited", "params": {"units": 1, "unit_minutes": 60, "unit_price": money("80.00")}, "amount": money("80.00"), "vat": {"category": "unknown"}}],
        "stay": {"id": "st_01jd4f8q0r3n7w2x5y6z8a9b1c", "started_at": "2025-09-03T08:00:00.123Z", "paid_until": "2025-09-03T09:00:00.123Z"}
    });
    let order = json!({
        "id": ORDER, "number": "482109375557", "city": "belgrade", "zone": "yellow", "plate": plate, "state": "issued", "issued_at": "2025-09-03T12:00:00Z",
        "valid_until": "2025-09-04T12:00:00Z", "price": money("2000.00"), "owed": money("1500.00"), "violation": "time_expired"
    });
    let visit = json!({
        "id": VISIT, "city": "belgrade", "facility": "zeleni-venac", "ticket": "GR004217", "state": "paid", "entered_at": "2025-09-03T07:05:00Z",
        "paid": money("100.00"), "exit_by": "2025-09-03T08:15:00Z", "owes_again_at": "2025-09-03T08:15:00.001Z",
        "payments": [{
            "sale": "sa_01jd4f8q0r3n7w2x5y6z8a9b1c", "at": "2025-09-03T08:00:00Z", "amount": money("100.00"), "pay": "deposit", "exit_by": "2025-09-03T08:15:00Z",
            "lines": [{"kind": "garages.started_units", "params": {"units": 1, "unit_minutes": 60, "unit_price": money("100.00")}, "amount": money("100.00"), "vat": {"category": "unknown"}}],
        }],
    });
    let tenge = |amount: &str| json!({"amount": amount, "currency": "KZT"});
    let ride = json!({
        "id": RIDE, "city": "almaty", "vehicle": {"board": "1204", "plate": {"canonical": "123AB02", "display": "123 AB 02"}, "carrier": "green-bus"},
        "trip": {"id": "tr_01jd4f8q0r3n7w2x5y6z8a9b1c", "route": "92", "direction": 0, "starts_at": "2025-09-03T08:00:00Z", "ends_at": "2025-09-03T09:00:00Z"},
        "service_on": "2025-09-03", "channel": "app", "persons": 1, "state": "registered", "registered_at": "2025-09-03T08:10:00Z",
        "ends_at": "2025-09-03T09:20:00Z", "price": tenge("60.00"), "pay": "deposit", "signed": "x",
        "riders": [{"category": "school-1", "persons": 1, "full": tenge("120.00"), "each": tenge("60.00"), "less": "benefit"}],
        "lines": [{"kind": "rides.fare", "params": {"persons": 1, "each": tenge("120.00")}, "amount": tenge("120.00"), "vat": {"category": "out_of_scope"}}, {"kind": "rides.benefit", "params": {"persons": 1}, "amount": tenge("-60.00"), "vat": {"category": "out_of_scope"}}],
    });
    let pass = json!({
        "id": "ps_01jd4f8q0r3n7w2x5y6z8a9b1c", "city": "almaty", "product": "month-1", "category": "student-1", "first_on": "2025-09-03", "last_on": "2025-10-02",
        "starts_at": "2025-09-02T22:00:00Z", "ends_at": "2025-10-02T22:00:00Z", "state": "held", "bought_at": "2025-09-03T08:00:00Z", "price": tenge("4200.00"), "pay": "deposit",
        "lines": [{"kind": "passes.pass", "params": {"days": 0}, "amount": tenge("4200.00"), "vat": {"category": "out_of_scope"}}],
    });
    let benefit = json!({
        "id": "bn_01jd4f8q0r3n7w2x5y6z8a9b1c", "city": "almaty", "category": "student-1", "granted_at": "2025-09-03T08:00:00Z",
        "until_on": "2026-06-30", "ends_at": "2026-06-30T19:00:00Z", "is_revoked": false,
    });
    let merchant_payment = json!({
        "id": "mp_01jd4f8q0r3n7w2x5y6z8a9b1c", "city": "almaty", "number": 7,
        "merchant": {"id": "mc_01jd4f8q0r3n7w2x5y6z8a9b1c", "names": [{"language": "kk", "name": "Кофе"}], "business_number": "123456789012", "category": "food-1"},
        "till": {"id": "ti_01jd4f8q0r3n7w2x5y6z8a9b1c", "name": "Abay 10"}, "invoice": {"id": "iv_01jd4f8q0r3n7w2x5y6z8a9b1c", "reference": "A-1"},
        "amount": tenge("500.00"), "fee": tenge("10.00"), "total": tenge("510.00"),
        "lines": [{"kind": "merchants.payment", "amount": tenge("500.00"), "vat": {"category": "unknown"}, "seller": "Кофе"}, {"kind": "merchants.fee", "amount": tenge("10.00"), "vat": {"category": "unknown"}, "seller": "Innoforce systems"}],
        "paid_at": "2025-09-03T08:00:00Z", "state": "partly_given_back", "given_back": tenge("100.00"), "fee_given_back": tenge("0.00"), "give_back_until": "2025-10-03T08:00:00Z",
        "contract": {"organisation": "Innoforce systems", "link": "https://innopay.kz", "version": "2026-02"}, "balance": tenge("490.00"),
    });
    let card = json!({
        "id": CARD, "city": "almaty", "kind": "standard", "tariff": "standard", "number_masked": "**** 0017", "state": "blocked",
        "blocked_for": "lost", "is_defective": false, "balance": {"amount": tenge("380.00"), "at": "2025-09-03T08:10:00Z"},
        "top_ups": [{
            "id": TOP_UP, "amount": tenge("1000.00"), "state": "waiting", "paid_at": "2025-09-03T08:00:00Z",
            "hold_until": "2025-10-03T08:00:00Z", "done_at": "2025-09-03T09:00:00Z",
        }],
        "linked_at": "2025-09-03T07:00:00Z", "inactive_from": "2026-09-04",
    });
    [
        ("vehicles.vehicle", vehicle),
        ("vehicles.removed", json!({"id": VEHICLE})),
        ("payments.purchase", purchase),
        ("parking.ticket", ticket),
        ("orders.order", order),
        ("garages.visit", visit),
        ("rides.ride", ride),
        ("standing.changed", standing()),
        ("terms.accepted", accepted_terms()),
        ("reports.report", trouble_report()),
        ("passes.pass", pass),
        ("merchants.payment", merchant_payment),
        ("passes.benefit", benefit),
        ("wallet.balance", json!({"balance": money("920.00")})),
        ("cards.card", card),
        ("cards.unlinked", json!({"card": CARD})),
    ]
    .into_iter()
    .map(|(kind, data)| json!({"cursor": "ep1:7", "at": "2025-09-03T08:00:01Z", "kind": kind, "data": data}))
    .collect()
}

#[test]
fn every_known_kind_round_trips_with_its_cursor() {
    let examples = examples();
    let known: BTreeSet<&str> = SERVICES.iter().flat_map(|service| service.events()).map(|(kind, _)| kind).collect();
    assert_eq!(examples.iter().map(|one| one["kind"].as_str().unwrap()).collect::<BTreeSet<_>>(), known);
    for example in examples {
        let event: Event = serde_json::from_value(example.clone()).unwrap();
        assert_eq!(event.cursor.seq, 7);
        assert_eq!(event.kind, example["kind"]);
        assert_eq!(serde_json::to_value(&event).unwrap(), example);
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}

#[test]
fn an_unknown_kind_keeps_its_cursor_and_what_it_tells() {
    let later = json!({"cursor": "ep1:8", "at": "2025-09-03T08:00:01Z", "kind": "walks.walk", "data": {"id": "r1"}});
    let event: Event = serde_json::from_value(later.clone()).unwrap();
    assert_eq!((event.cursor.seq, event.service(), event.kind.as_str()), (8, "walks", "walks.walk"));
    assert_eq!(event.read::<Ticket>().unwrap(), None);
    assert_eq!(serde_json::to_value(&event).unwrap(), later);
    assert_eq!(serde_json::from_str::<Event>(&later.to_string()).unwrap(), event);
}

#[test]
fn what_has_no_cursor_or_no_kind_is_no_event() {
    for broken in [
        json!({"cursor": 9, "at": "2025-09-03T08:00:01Z", "kind": "walks.walk"}),
        json!({"cursor": "9", "at": "2025-09-03T08:00:01Z", "kind": "walks.walk"}),
        json!({"cursor": "ep1:-1", "at": "2025-09-03T08:00:01Z", "kind": "walks.walk"}),
        json!({"cursor": "ep1:9", "at": "yesterday", "kind": "walks.walk"}),
        json!({"cursor": "ep1:9", "at": "2025-09-03T08:00:01Z", "data": {}}),
        json!({"at": "2025-09-03T08:00:01Z", "kind": "walks.walk", "data": {}}),
    ] {
        assert!(serde_json::from_value::<Event>(broken.clone()).is_err(), "{broken}");
    }
}

#[test]
fn a_known_kind_with_more_fields_of_a_later_version_is_read() {
    let mut later = examples().remove(0);
    later["data"]["colour"] = json!("red");
    let event: Event = serde_json::from_value(later).unwrap();
    assert_eq!(event.read::<Vehicle>().unwrap().unwrap().id.to_string(), VEHICLE);
    assert_eq!(event.kind, Vehicle::KIND);
}
