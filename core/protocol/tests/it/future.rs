//! Answers of an operator that is newer than the app: more fields, unknown words, unknown kinds of lines, notices and events.

use std::collections::BTreeSet;
use std::fmt::Debug;

use mesto_protocol::Problem;
use mesto_protocol::base::accounts::*;
use mesto_protocol::base::payments::*;
use mesto_protocol::base::public::*;
use mesto_protocol::base::sign_in::*;
use mesto_protocol::base::vehicles::*;
use mesto_protocol::base::wallet::*;
use mesto_protocol::event::{Change, Event, EventPage};
use mesto_protocol::kernel::intents::*;
use mesto_protocol::openapi::{Body, document, operations};
use mesto_protocol::orders::control::*;
use mesto_protocol::orders::driver::*;
use mesto_protocol::parking::quotes::*;
use mesto_protocol::parking::tickets::*;
use mesto_protocol::parking::zones::*;
use mesto_rules::quote::{LineKind, Notice};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Fields whose words later versions may add to.
const OPEN: &[&str] = &["role", "pay", "channel", "state", "kind", "violation"];

/// The same answer of a later operator, and how many words and kinds in it are new.
fn later(value: &mut Value, new: &mut usize) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(|entry| later(entry, new)),
        // Money has two fields and keeps them.
        Value::Object(fields) if fields.len() == 2 && fields.contains_key("currency") => {}
        Value::Object(fields) if fields.contains_key("type") && !fields.contains_key("status") => {
            *new += 1;
            *value = json!({"type": "of_2030", "amount_of_it": [1, 2], "nested": {"type": "clipped"}});
        }
        Value::Object(fields) => {
            // Events have their own kinds.
            let is_event = fields.contains_key("seq") && fields.contains_key("kind");
            for (name, value) in fields.iter_mut() {
                if value.is_string() && OPEN.contains(&name.as_str()) && !is_event {
                    *new += 1;
                    *value = json!("word_of_2030");
                } else {
                    later(value, new);
                }
            }
            fields.insert("field_of_2030".to_owned(), json!({"kind": "other", "list": [null, 1.5]}));
        }
        _ => {}
    }
}

/// Reads the answer of today and of 2030; every new word is told as "other", and is stored and read again as that.
fn reads<T: DeserializeOwned + Serialize + PartialEq + Debug>(answer: Value) -> T {
    let today: T = serde_json::from_slice(answer.to_string().as_bytes()).unwrap();
    let others = |value: &T| serde_json::to_string(value).unwrap().matches("\"other\"").count();
    assert_eq!(others(&today), 0, "{today:?}");
    let (mut of_2030, mut new) = (answer, 0);
    later(&mut of_2030, &mut new);
    let read: T =
        serde_json::from_slice(of_2030.to_string().as_bytes()).unwrap_or_else(|why| panic!("{why}: {of_2030}"));
    assert_eq!(others(&read), new, "{read:?}");
    let stored = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<T>(&stored).unwrap(), read, "what is stored is read again");
    read
}

const AT: &str = "2025-09-03T08:00:00Z";

fn money(amount: &str) -> Value {
    json!({"amount": amount, "currency": "RSD"})
}

fn data(kind: &str) -> Value {
    let examples = crate::events::examples();
    examples.iter().find(|example| example["kind"] == kind).unwrap()["data"].clone()
}

fn quote() -> Value {
    json!({
        "id": "q1", "city": "belgrade", "vehicle": "v1", "plate": "BG 789-PP", "issued_at": AT, "expires_at": AT, "pay": "deposit",
        "terms": {
            "zone": "red", "tariff": "2025-02-01", "tariff_from": "2025-02-01", "asked_minutes": 60, "granted_minutes": 60,
            "starts_at": AT, "ends_at": "2025-09-03T09:00:00Z", "total": money("80.00"),
            "lines": [{"kind": {"type": "card_fee", "below": money("200.00")}, "amount": money("80.00")}],
            "notices": [{"type": "no_refund"}, {"type": "rolls_over", "ends_at": AT}], "stay": {"started_at": AT},
        },
    })
}

#[test]
fn every_answer_of_a_later_operator_can_be_read() {
    let (ticket, order, topup, vehicle) =
        (data("ticket.changed"), data("order.changed"), data("topup.changed"), data("vehicle.added"));
    let checked = json!({"id": "t1", "starts_at": AT, "ends_at": AT, "channel": "sms"});
    let mut tested: BTreeSet<String> = BTreeSet::new();
    macro_rules! answers {
        ($($name:ident: $answer:expr;)*) => {
            $(reads::<$name>($answer); tested.insert(stringify!($name).to_owned());)*
        };
    }
    answers! {
        Clock: json!({"now": AT});
        CodeSent: json!({"expires_at": AT, "resend_at": AT, "digits": 6});
        Session: json!({"token": "x", "account": "a1", "role": "driver", "expires_at": AT});
        Account: json!({
            "account": "a1", "phone_masked": "+38164***67", "seq": 7, "balance": money("920.00"), "vehicles": [vehicle.clone()],
            "tickets": [ticket.clone()], "orders": [order.clone()], "topups": [topup.clone()],
        });
        Vehicle: vehicle.clone();
        Vehicles: json!({"vehicles": [vehicle]});
        Zones: json!({"zones": [{"zone": "red", "name": "Red", "approximate": true}]});
        Quote: quote();
        Purchased: json!({"ticket": ticket.clone(), "balance": money("920.00")});
        Ticket: ticket.clone();
        Tickets: json!({"tickets": [ticket], "more": false});
        Deposit: json!({"balance": money("920.00"), "more": false, "entries": [{
            "id": 1, "at": AT, "kind": "topup", "reference": "p1", "amount": money("1000.00"), "balance": money("1000.00"),
        }]});
        Topup: topup;
        Order: order.clone();
        Orders: json!({"orders": [order.clone()]});
        OrderPaid: json!({"order": order, "balance": money("920.00")});
        IntentOutcome: json!({"key": "k", "state": "in_flight"});
        PlateCheck: json!({"plate": "BG789PP", "zone": "red", "checked_at": AT, "covered": true, "ticket": checked});
        Problem: json!({"type": "urn:mesto:problem:bad_request", "title": "", "status": 400, "detail": "", "code": "bad_request"});
        EventPage: json!({"events": crate::events::examples(), "next": 7, "more": false});
    }
    let answered =
        operations().into_iter().flat_map(|operation| operation.answers).filter_map(|(_, body)| match body {
            Body::Json { name, .. } | Body::JsonOrStream { name, .. } => Some(name),
            _ => None,
        });
    for name in answered {
        assert!(tested.contains(&name), "{name} is an answer, and nobody reads it from the future here");
    }
}

#[test]
fn what_is_new_in_a_price_is_kept_as_such_and_its_amount_counts() {
    let quote: Quote = reads(quote());
    assert_eq!((&quote.terms.lines[0].kind, quote.pay), (&LineKind::Other, PayMethod::Other));
    assert_eq!(quote.terms.lines[0].amount, quote.terms.total);
    assert_eq!(quote.terms.notices, [Notice::Other, Notice::Other]);
}

#[test]
fn a_request_with_a_word_nobody_knows_is_refused_as_ever() {
    let quote = |pay: &str| json!({"city": "belgrade", "zone": "red", "vehicle": "v1", "minutes": 60, "pay": pay});
    let order = |why: &str| json!({"city": "belgrade", "zone": "red", "plate": "BG789PP", "violation": why});
    assert!(serde_json::from_value::<QuoteRequest>(quote("card")).is_ok());
    assert!(serde_json::from_value::<NewOrder>(order("no_ticket")).is_ok());
    for word in ["word_of_2030", "other", ""] {
        assert!(serde_json::from_value::<QuoteRequest>(quote(word)).is_err(), "{word}");
        assert!(serde_json::from_value::<NewOrder>(order(word)).is_err(), "{word}");
        assert!(serde_json::from_value::<TicketState>(json!(word)).is_err(), "an operator's own rows: {word}");
    }
}

#[test]
fn a_known_event_in_a_shape_of_a_later_version_is_kept_as_it_came() {
    let event = json!({"seq": 9, "at": AT, "kind": "ticket.changed", "data": {"id": "t1", "legs": []}});
    let read: Event = serde_json::from_value(event.clone()).unwrap();
    assert!(matches!(&read.change, Change::Unknown(_)), "{read:?}");
    assert_eq!((read.seq, serde_json::to_value(&read).unwrap()), (9, event));
}

#[test]
fn the_document_says_which_words_are_open_and_lists_only_what_is_sent() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut open = Vec::new();
    for (name, schema) in schemas {
        let Some(words) = schema["enum"].as_array() else { continue };
        assert!(!words.contains(&json!("other")), "{name}");
        if schema["description"].as_str().is_some_and(|text| text.contains("Open in answers")) {
            open.push(name.as_str());
        }
    }
    assert_eq!(
        open,
        [
            "Channel",
            "EntryKind",
            "IntentState",
            "OrderState",
            "PayMethod",
            "Role",
            "TicketState",
            "TopupState",
            "Violation"
        ]
    );
}
