//! An operator that is newer than the app, and an app that is newer than its file.

use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod, PaymentState};
use mesto_client::protocol::kernel::ids::{OrderId, RecordId as _};
use mesto_client::protocol::orders::driver::OrderState;
use mesto_client::protocol::parking::tickets::{Channel, TicketState};
use mesto_client::{Client, IntentState, Progress};
use mesto_protocol::event::Cursor;
use serde_json::{Value, json};

use crate::support::{Fault, Phone, belgrade, config, rsd, run};

fn says(body: &Value) -> Fault {
    Fault::Says(200, Vec::new(), body.to_string().into_bytes())
}

fn asked_after(cursor: &Cursor) -> String {
    format!("GET /v1/events?after={}", cursor.to_string().replace(':', "%3A"))
}

/// What the operator answers, for a later one to be made of it.
fn answer(phone: &Phone, path: &str) -> Value {
    use mesto_client::Secrets as _;
    let token = phone.secrets.get("localhost/session_token").unwrap().unwrap();
    let request = mesto_operator::Request::new("GET", path).header("authorization", &format!("Bearer {token}"));
    serde_json::from_slice(&phone.net.handle(&request).body).unwrap()
}

#[test]
fn an_event_of_a_service_nobody_knows_is_passed_over() {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let before: Cursor = run(phone.client.sync()).unwrap().cursor.parse().unwrap();
    let next = Cursor { seq: before.seq + 1, ..before.clone() };
    phone.net.log();
    let events = json!([{"cursor": next, "at": phone.time.now(), "kind": "reservations.seat", "data": {"seats": 2}}]);
    phone.net.fault("GET /v1/events", says(&json!({"events": events, "next": next, "has_more": false})));
    let report = run(phone.client.sync()).unwrap();
    assert_eq!((report.is_from_snapshot, report.cursor), (false, next.to_string()));
    assert_eq!(phone.net.log(), [asked_after(&before)]);
    assert_eq!((phone.balance(), phone.shown().active_tickets.len()), (rsd("920.00"), 1));
}

#[test]
fn an_event_nobody_knows_of_a_known_service_makes_the_phone_read_the_account() {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let before: Cursor = run(phone.client.sync()).unwrap().cursor.parse().unwrap();
    let next = Cursor { seq: before.seq + 1, ..before.clone() };
    let at = phone.time.now();
    for data in [json!({"seats": 2}), json!(null)] {
        phone.net.log();
        let events = json!([
            {"cursor": before, "at": at, "kind": "wallet.balance", "data": {"balance": {"amount": "5.00", "currency": "RSD"}}},
            {"cursor": next, "at": at, "kind": "parking.lot", "data": data},
        ]);
        phone.net.fault("GET /v1/events", says(&json!({"events": events, "next": next, "has_more": false})));
        let report = run(phone.client.sync()).unwrap();
        assert!(report.is_from_snapshot, "{report:?}");
        assert_eq!(phone.net.log(), [asked_after(&before), "GET /v1/account".to_owned()]);
        assert_eq!((phone.balance(), phone.shown().active_tickets.len()), (rsd("920.00"), 1));
    }
}

#[test]
fn a_known_event_in_a_new_shape_loses_no_ticket() {
    let phone = Phone::ready("1000");
    let cursor = run(phone.client.sync()).unwrap().cursor;
    let other = Phone::on(&phone.net, 9);
    phone.after(1);
    other.sign_in();
    run(other.client.payments().buy(&other.quote("red", 60))).unwrap();
    let mut page = answer(&phone, &format!("/v1/events?after={cursor}"));
    let told =
        page["events"].as_array_mut().unwrap().iter_mut().find(|event| event["kind"] == "parking.ticket").unwrap();
    told["data"]["paid_minutes"] = json!("an hour");
    phone.net.fault("GET /v1/events", says(&page));
    assert!(run(phone.client.sync()).unwrap().is_from_snapshot);
    assert_eq!((phone.balance(), phone.shown().active_tickets.len()), (rsd("920.00"), 1));
}

#[test]
fn a_state_nobody_knows_is_shown_as_such_and_never_as_running_or_payable() {
    let phone = Phone::ready("1000");
    let ticket = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().ticket().unwrap();
    let cursor: Cursor = run(phone.client.sync()).unwrap().cursor.parse().unwrap();
    let after = |by: i64| Cursor { seq: cursor.seq + by, ..cursor.clone() };
    let mut later = serde_json::to_value(&ticket).unwrap();
    later["state"] = json!("suspended");
    later["channel"] = json!("watch");
    later["lines"][0] =
        json!({"kind": "parking.congestion", "params": {"level": 3}, "amount": ticket.price, "scale": 2});
    let order = json!({
        "id": OrderId::from_bytes([7; 16]), "number": "4821 0937 5557", "city": "belgrade", "zone": "red", "plate": ticket.plate, "state": "contested", "violation": "two_places",
        "issued_at": ticket.issued_at, "valid_until": ticket.ends_at, "price": ticket.price, "owed": ticket.price, "photo": "x",
    });
    let at = phone.time.now();
    let events = json!([
        {"cursor": after(1), "at": at, "kind": "parking.ticket", "data": later, "node": 4},
        {"cursor": after(2), "at": at, "kind": "orders.order", "data": order},
    ]);
    phone.net.fault("GET /v1/events", says(&json!({"events": events, "next": after(2), "has_more": false, "lag": 0})));
    let report = run(phone.client.sync()).unwrap();
    assert_eq!((report.is_from_snapshot, report.events), (false, 2));
    // Also after the app is opened again: what it stored it can read.
    let mut phone = phone;
    for _ in 0..2 {
        let shown = phone.shown();
        assert!(shown.active_tickets.is_empty() && phone.client.reminders().is_empty());
        let kept = phone.client.parking().ticket(ticket.id).unwrap();
        let (state, channel) = (TicketState::Other("suspended".to_owned()), Channel::Other("watch".to_owned()));
        assert_eq!((kept.state, kept.channel, kept.price), (state, channel, ticket.price));
        assert_eq!(phone.client.line_text(&kept.lines[0]), "Something that only a newer version of the app can name");
        assert_eq!(shown.orders[0].state, OrderState::Other("contested".to_owned()));
        let refused = run(phone.client.orders().pay(shown.orders[0].id, PayMethod::Deposit)).unwrap_err();
        assert_eq!(refused.code(), "order_missing");
        phone.reopen();
    }
}

#[test]
fn a_payment_in_a_state_nobody_knows_is_neither_paid_nor_unpaid() {
    let phone = Phone::ready("0");
    let intent = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap();
    let mut later = answer(&phone, &format!("/v1/payments/{}", intent.payment.as_ref().unwrap().id));
    later["payment"]["state"] = json!("under_review");
    later["sale"]["state"] = json!("looked_at");
    phone.net.fault("GET /v1/payments", says(&later));
    let settled = run(phone.client.payments().settle(&intent.key)).unwrap();
    assert_eq!(settled.state, IntentState::Unconfirmed(Progress::AtBank));
    assert_eq!(phone.client.payment_text(settled.payment.as_ref().unwrap()), "Other (update the app)");
    phone.net.bank_decides(&intent, NoticeOutcome::Approved, None);
    assert_eq!(run(phone.client.payments().settle(&intent.key)).unwrap().state, IntentState::Confirmed);
    // An old answer told again does not undo it.
    phone.net.fault(
        "GET /v1/account",
        says(&{
            let mut account = answer(&phone, "/v1/account");
            account["sections"]["payments"]["open"] = json!([later]);
            account
        }),
    );
    phone.net.fault("GET /v1/events", Fault::refuses(mesto_client::ProblemCode::CursorTooOld));
    run(phone.client.sync()).unwrap();
    let kept = run(phone.client.payments().settle(&intent.key)).unwrap();
    assert_eq!((kept.state, kept.payment.unwrap().state), (IntentState::Confirmed, PaymentState::Captured));
}

#[test]
fn an_outcome_nobody_knows_leaves_a_purchase_unconfirmed() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    phone.after(10);
    phone.net.fault("DELETE /v1/intents", says(&json!({"key": intent.key, "state": "queued", "place": 3})));
    let asked = run(phone.client.payments().settle(&intent.key)).unwrap();
    assert!(matches!(asked.state, IntentState::Unconfirmed(_)), "{asked:?}");
    assert_eq!(run(phone.client.payments().settle(&intent.key)).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn another_version_of_the_app_reads_the_account_for_itself() {
    let phone = Phone::ready("1000");
    assert!(!run(phone.client.sync()).unwrap().is_from_snapshot);
    let mut newer = config(phone.path(), &phone.net);
    newer.version = "0.2.0".to_owned();
    let client = Client::open(newer, phone.ports.clone()).unwrap();
    assert!(run(client.sync()).unwrap().is_from_snapshot, "the one before may have passed over what this one knows");
    assert!(!run(client.sync()).unwrap().is_from_snapshot);
}

#[test]
fn an_intent_that_a_newer_app_stored_keeps_nothing_else_from_being_shown() {
    let mut phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::RequestLost);
    let mine = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let file = rusqlite::Connection::open(phone.path()).unwrap();
    for (key, details, state) in
        [("k1", r#"{"kind":"ride","line":"79"}"#.to_owned(), "ready"), ("k2", "{}".to_owned(), "queued")]
    {
        file.execute(
            "INSERT INTO intent
             (key, account, kind, guard, subject, amount, details, path, body, created_at, not_after, state, open)
             SELECT ?1, account, 'ride', guard, ?1, amount, ?2, path, body, created_at, not_after, ?3, 1 FROM intent WHERE key = ?4",
            [key, &details, state, &mine.key],
        )
        .unwrap();
    }
    phone.reopen();
    let open = |phone: &Phone| phone.shown().open_intents.iter().map(|intent| intent.key.clone()).collect::<Vec<_>>();
    assert_eq!(open(&phone), std::slice::from_ref(&mine.key));
    assert_eq!(phone.balance(), rsd("1000.00"));
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
    let left: i64 = file.query_row("SELECT count(*) FROM intent WHERE open = 1", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 2, "they wait for the app that knows them");
    phone.net.log();
    assert_eq!(run(phone.client.payments().settle("k1")).unwrap_err().code(), "intent_missing");
    assert_eq!(phone.net.log(), Vec::<String>::new(), "and are not sent by this one");
    // What they are for is not known either: nothing is paid there before they ended.
    let refused = run(phone.client.payments().buy(&phone.quote("red", 30))).unwrap_err();
    assert_eq!((refused.code(), refused.params()["intent"].as_str()), ("unconfirmed", Some("k1")));
    assert_eq!(run(phone.client.payments().buy(&phone.quote("yellow", 60))).unwrap().state, IntentState::Confirmed);
}
