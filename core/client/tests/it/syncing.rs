//! Keeping up with the account: events in order, once each, resumed; a whole reading when some are gone.

use mesto_client::ProblemCode;
use serde_json::json;

use crate::support::{Fault, PHONE, Phone, poll, rsd, run};

/// A second phone of the same driver.
fn another(phone: &Phone) -> Phone {
    let other = Phone::on(&phone.net, 9);
    phone.time.advance(chrono::TimeDelta::seconds(31));
    run(other.client.request_code(PHONE)).unwrap();
    run(other.client.sign_in(PHONE, &phone.net.code(), "second")).unwrap();
    other
}

#[test]
fn what_one_phone_of_a_number_buys_the_other_shows_pq_48() {
    let phone = Phone::ready("1000");
    let other = another(&phone);
    assert_eq!(other.balance(), rsd("1000.00"));
    run(other.client.buy(&other.quote("red", 60))).unwrap();
    run(other.client.add_vehicle("NS 123-ŠČ", None)).unwrap();
    let report = run(phone.client.sync()).unwrap();
    assert!(!report.from_snapshot && report.events >= 3, "{report:?}");
    let shown = phone.shown();
    assert_eq!((shown.active_tickets.len(), shown.vehicles.len()), (1, 2));
    assert_eq!(shown.balance, Some(rsd("920.00")));
    assert_eq!(run(phone.client.sync()).unwrap().events, 0, "resumed at the cursor");
    assert_eq!(phone.shown().last_sync_at, Some(phone.time.now()));
}

#[test]
fn a_cursor_that_is_too_old_reads_the_account_anew() {
    let phone = Phone::ready("1000");
    let other = another(&phone);
    run(other.client.buy(&other.quote("red", 60))).unwrap();
    phone.net.fault("GET /v1/events", Fault::refuses(ProblemCode::CursorTooOld));
    let report = run(phone.client.sync()).unwrap();
    assert!(report.from_snapshot);
    assert_eq!((phone.balance(), phone.shown().active_tickets.len()), (rsd("920.00"), 1));
}

#[test]
fn a_gap_in_the_events_is_noticed() {
    let phone = Phone::ready("1000");
    let before = run(phone.client.sync()).unwrap().cursor;
    let page = json!({"events": [{"seq": before + 2, "at": phone.time.now(), "kind": "wallet.balance",
        "data": {"balance": {"amount": "1.00", "currency": "RSD"}}}], "next": before + 2, "more": false});
    phone.net.fault("GET /v1/events", Fault::Says(200, Vec::new(), page.to_string().into_bytes()));
    assert!(run(phone.client.sync()).unwrap().from_snapshot);
    assert_eq!(phone.balance(), rsd("1000.00"));
}

#[test]
fn an_event_twice_does_no_harm() {
    let phone = Phone::ready("1000");
    let before = run(phone.client.sync()).unwrap().cursor;
    let at = phone.time.now();
    let event = |seq: i64, kind: &str, amount: &str| {
        let data = json!({"balance": {"amount": amount, "currency": "RSD"}});
        json!({"seq": seq, "at": at, "kind": kind, "data": data})
    };
    let page = json!({"next": before + 2, "more": false, "events": [
        event(before, "wallet.balance", "5.00"),
        event(before + 1, "wallet.balance", "6.00"),
        event(before + 2, "wallet.balance", "7.00"),
    ]});
    phone.net.fault("GET /v1/events", Fault::Says(200, Vec::new(), page.to_string().into_bytes()));
    let report = run(phone.client.sync()).unwrap();
    assert_eq!((report.events, report.cursor), (2, before + 2));
    assert_eq!(phone.balance(), rsd("7.00"));
}

#[test]
fn a_sync_that_fails_keeps_what_is_there_and_says_so() {
    let phone = Phone::ready("1000");
    phone.net.offline(true);
    assert_eq!(run(phone.client.sync()).unwrap_err().code(), "offline");
    assert_eq!(phone.balance(), rsd("1000.00"));
    let history = run(phone.client.history(None, 10)).unwrap();
    assert!(history.from_phone, "marked as the phone's own knowledge");
}

#[test]
fn history_is_paged_newest_first_and_the_same_without_a_connection() {
    let phone = Phone::ready("1000");
    for zone in ["red", "green", "blue"] {
        run(phone.client.buy(&phone.quote(zone, 60))).unwrap();
        phone.after(1);
    }
    let zones =
        |history: &mesto_client::History| history.tickets.iter().map(|ticket| ticket.zone.clone()).collect::<Vec<_>>();
    for offline in [false, true] {
        phone.net.offline(offline);
        let first = run(phone.client.history(None, 2)).unwrap();
        assert_eq!(
            (zones(&first), first.more),
            (vec!["blue".to_owned(), "green".to_owned()], true),
            "offline {offline}"
        );
        let rest = run(phone.client.history(Some(&first.tickets[1].id), 2)).unwrap();
        assert_eq!((zones(&rest), rest.more), (vec!["red".to_owned()], false), "offline {offline}");
    }
}

#[test]
fn an_answer_that_comes_after_signing_out_is_stored_under_nobody() {
    let phone = Phone::ready("1000");
    let other = another(&phone);
    run(other.client.buy(&other.quote("red", 60))).unwrap();
    for request in ["GET /v1/events", "GET /v1/tickets", "POST /v1/vehicles"] {
        let phone = another(&phone);
        phone.net.fault(request, Fault::Waits);
        let mut late: std::pin::Pin<Box<dyn Future<Output = mesto_client::Result<()>>>> = match request {
            "GET /v1/events" => Box::pin(async { phone.client.sync().await.map(drop) }),
            "GET /v1/tickets" => Box::pin(async { phone.client.history(None, 10).await.map(drop) }),
            _ => Box::pin(async { phone.client.add_vehicle("NS 123-AB", None).await.map(drop) }),
        };
        assert!(poll(late.as_mut()).is_none(), "{request} is on its way");
        run(phone.client.sign_out()).unwrap();
        assert_eq!(run(late).unwrap_err().code(), "not_signed_in", "{request}");
        let shown = phone.shown();
        assert_eq!((shown.account.clone(), shown.signed_in, shown.balance), (None, false, None), "{request}");
        assert!(phone.client.vehicles().unwrap().is_empty(), "{request}");
        assert!(phone.client.stored_history(None, 10).unwrap().tickets.is_empty(), "{request}");
    }
}

#[test]
fn what_is_older_than_the_city_keeps_leaves_the_phone() {
    let phone = Phone::ready("1000");
    let intent = run(phone.client.buy(&phone.quote("red", 60))).unwrap();
    let ticket = intent.ticket.unwrap().id;
    let city = phone.client.city().unwrap();
    let (events_days, parking) = (city.retention.events_days, city.section::<mesto_rules::ParkingSection>().unwrap());
    let pass = |days: u32| {
        phone.time.advance(chrono::TimeDelta::days(i64::from(days)));
        // Nobody stays signed in for so long.
        phone.sign_in();
        run(phone.client.sync()).unwrap();
    };
    pass(events_days - 1);
    assert!(phone.client.intent(&intent.key).unwrap().is_some() && phone.client.ticket(&ticket).is_ok());
    pass(2);
    assert!(phone.client.intent(&intent.key).unwrap().is_none(), "what was wanted goes first");
    assert!(phone.client.ticket(&ticket).is_ok());
    pass(parking.retention.tickets_days - events_days);
    assert_eq!(phone.client.ticket(&ticket).unwrap_err().code(), "ticket_missing");
}
