//! Keeping up with the account: events in order, once each, resumed; a whole reading when some are
//! gone.

use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::protocol::orders::driver::OrderState;
use mesto_client::protocol::parking::tickets::{Ticket, TicketState};
use mesto_client::{IntentState, Locale, ProblemCode, SyncReport};
use mesto_protocol::event::Cursor;
use serde_json::json;

use crate::support::{Fault, PHONE, Phone, belgrade, offer, poll, rsd, run};

/// The cursor of a report, read.
fn cursor(report: &SyncReport) -> Cursor {
    report.cursor.parse().unwrap()
}

fn later(cursor: &Cursor, by: i64) -> Cursor {
    Cursor { seq: cursor.seq + by, ..cursor.clone() }
}

/// A second phone of the same driver.
fn another(phone: &Phone) -> Phone {
    let other = Phone::on(&phone.net, 9);
    phone.time.advance(chrono::TimeDelta::seconds(31));
    run(other.client.account().request_code(PHONE)).unwrap();
    run(other.client.account().sign_in(PHONE, &phone.net.code(), "second")).unwrap();
    other
}

#[test]
fn what_one_phone_of_a_number_buys_the_other_shows_pq_48() {
    let phone = Phone::ready("1000");
    let other = another(&phone);
    assert_eq!(other.balance(), rsd("1000.00"));
    run(other.client.payments().buy(&other.quote("red", 60))).unwrap();
    run(other.client.vehicles().add(&belgrade(), "NS 123-ŠČ", None)).unwrap();
    let report = run(phone.client.sync()).unwrap();
    assert!(!report.is_from_snapshot && report.events >= 3, "{report:?}");
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
    run(other.client.payments().buy(&other.quote("red", 60))).unwrap();
    phone.net.fault("GET /v1/events", Fault::refuses(ProblemCode::CursorTooOld));
    let report = run(phone.client.sync()).unwrap();
    assert!(report.is_from_snapshot);
    assert_eq!((phone.balance(), phone.shown().active_tickets.len()), (rsd("920.00"), 1));
}

#[test]
fn a_gap_in_the_events_is_noticed() {
    let phone = Phone::ready("1000");
    let before = cursor(&run(phone.client.sync()).unwrap());
    let page = json!({"events": [{"cursor": later(&before, 2), "at": phone.time.now(), "kind": "wallet.balance",
        "data": {"balance": {"amount": "1.00", "currency": "RSD"}}}], "next": later(&before, 2), "has_more": false});
    phone.net.fault("GET /v1/events", Fault::Says(200, Vec::new(), page.to_string().into_bytes()));
    assert!(run(phone.client.sync()).unwrap().is_from_snapshot);
    assert_eq!(phone.balance(), rsd("1000.00"));
}

#[test]
fn an_event_twice_does_no_harm() {
    let phone = Phone::ready("1000");
    let before = cursor(&run(phone.client.sync()).unwrap());
    let at = phone.time.now();
    let event = |by: i64, kind: &str, amount: &str| {
        let data = json!({"balance": {"amount": amount, "currency": "RSD"}});
        json!({"cursor": later(&before, by), "at": at, "kind": kind, "data": data})
    };
    let page = json!({"next": later(&before, 2), "has_more": false, "events": [
        event(0, "wallet.balance", "5.00"),
        event(1, "wallet.balance", "6.00"),
        event(2, "wallet.balance", "7.00"),
    ]});
    phone.net.fault("GET /v1/events", Fault::Says(200, Vec::new(), page.to_string().into_bytes()));
    let report = run(phone.client.sync()).unwrap();
    assert_eq!((report.events, cursor(&report)), (2, later(&before, 2)));
    assert_eq!(phone.balance(), rsd("7.00"));
}

#[test]
fn a_sync_that_fails_keeps_what_is_there_and_says_so() {
    let phone = Phone::ready("1000");
    phone.net.offline(true);
    assert_eq!(run(phone.client.sync()).unwrap_err().code(), "offline");
    assert_eq!(phone.balance(), rsd("1000.00"));
    let history = run(phone.client.parking().history(None, 10)).unwrap();
    assert!(history.is_from_phone, "marked as the phone's own knowledge");
}

#[test]
fn history_is_paged_newest_first_and_the_same_without_a_connection() {
    let phone = Phone::ready("1000");
    for zone in ["red", "green", "blue"] {
        run(phone.client.payments().buy(&phone.quote(zone, 60))).unwrap();
        phone.after(1);
    }
    let zones = |history: &mesto_client::parking::TicketPage| {
        history.items.iter().map(|ticket| ticket.zone.to_string()).collect::<Vec<_>>()
    };
    for offline in [false, true] {
        phone.net.offline(offline);
        let first = run(phone.client.parking().history(None, 2)).unwrap();
        assert_eq!(
            (zones(&first), first.next.is_some()),
            (vec!["blue".to_owned(), "green".to_owned()], true),
            "offline {offline}"
        );
        let rest = run(phone.client.parking().history(first.next, 2)).unwrap();
        assert_eq!((zones(&rest), rest.next.is_some()), (vec!["red".to_owned()], false), "offline {offline}");
    }
}

#[test]
fn an_answer_that_comes_after_signing_out_is_stored_under_nobody() {
    let phone = Phone::ready("1000");
    let other = another(&phone);
    run(other.client.payments().buy(&other.quote("red", 60))).unwrap();
    for request in ["GET /v1/events", "GET /v1/tickets", "POST /v1/vehicles"] {
        let phone = another(&phone);
        phone.net.fault(request, Fault::Waits);
        let mut late: std::pin::Pin<Box<dyn Future<Output = mesto_client::Result<()>>>> = match request {
            "GET /v1/events" => Box::pin(async { phone.client.sync().await.map(drop) }),
            "GET /v1/tickets" => Box::pin(async { phone.client.parking().history(None, 10).await.map(drop) }),
            _ => Box::pin(async { phone.client.vehicles().add(&belgrade(), "NS 123-AB", None).await.map(drop) }),
        };
        assert!(poll(late.as_mut()).is_none(), "{request} is on its way");
        run(phone.client.account().sign_out()).unwrap();
        assert_eq!(run(late).unwrap_err().code(), "not_signed_in", "{request}");
        let shown = phone.shown();
        assert_eq!((shown.account, shown.is_signed_in, shown.balance), (None, false, None), "{request}");
        assert!(phone.client.vehicles().list().unwrap().is_empty(), "{request}");
        assert!(phone.client.parking().stored_history(None, 10).unwrap().items.is_empty(), "{request}");
    }
}

#[test]
fn what_is_older_than_the_city_keeps_leaves_the_phone() {
    let phone = Phone::ready("1000");
    let intent = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let ticket = intent.ticket().unwrap().id;
    let city = phone.client.cities().city(&belgrade()).unwrap();
    let (events_days, parking) = (city.retention.events_days, city.section::<mesto_rules::ParkingSection>().unwrap());
    let pass = |days: u32| {
        phone.time.advance(chrono::TimeDelta::days(i64::from(days)));
        // Nobody stays signed in for so long.
        phone.sign_in();
        run(phone.client.sync()).unwrap();
    };
    pass(events_days - 1);
    assert!(
        phone.client.payments().intent(&intent.key).unwrap().is_some() && phone.client.parking().ticket(ticket).is_ok()
    );
    pass(2);
    assert!(phone.client.payments().intent(&intent.key).unwrap().is_none(), "what was wanted goes first");
    assert!(phone.client.parking().ticket(ticket).is_ok());
    pass(parking.retention.tickets_days - events_days);
    assert_eq!(phone.client.parking().ticket(ticket).unwrap_err().code(), "ticket_missing");
}

#[test]
fn a_phone_that_is_ahead_of_books_put_back_from_a_copy_takes_them_as_they_are_and_says_what_they_lack() {
    // Told to the operator: another epoch. Not told (a replica that lagged took over): the cursor
    // is ahead of the account.
    for told in [true, false] {
        let phone = Phone::ready("5000");
        let kept = run(phone.client.payments().buy(&phone.quote("blue", 300))).unwrap().ticket().unwrap();
        phone.after(1);
        let (copy, balance) = (phone.net.copy(), phone.balance());
        let lost = run(phone.client.payments().buy(&phone.quote("green", 120))).unwrap();
        let over = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().ticket().unwrap();
        run(phone.client.vehicles().add(&belgrade(), "NS 123-ŠČ", None)).unwrap();
        run(phone.client.sync()).unwrap();
        phone.after(65);
        run(phone.client.sync()).unwrap();
        assert_eq!(phone.shown().active_tickets.len(), 2);
        phone.net.put_back(&copy, told);

        let report = run(phone.client.sync()).unwrap();
        assert!(report.is_from_snapshot, "{report:?}");
        let shown = phone.shown();
        let ids = |tickets: &[Ticket]| tickets.iter().map(|one| one.id).collect::<Vec<_>>();
        let gone = lost.ticket().unwrap();
        assert_eq!((ids(&shown.active_tickets), ids(&shown.forgotten_tickets)), (vec![kept.id], vec![gone.id]));
        assert_eq!((shown.balance, shown.vehicles.len()), (Some(balance), 1));
        let stored = phone.client.parking().stored_history(None, 10).unwrap();
        assert_eq!(stored.forgotten, [over.id, gone.id], "also of those that are over");
        assert_eq!(
            phone.client.payments().intent(&lost.key).unwrap().unwrap().state,
            IntentState::Confirmed,
            "an end stays"
        );
        assert!(phone.client.reminders().iter().all(|one| one.subject == kept.id.to_string()));
        for locale in [Locale::En, Locale::SrLatn] {
            let word = mesto_client::texts::text(locale, "ticket-state-forgotten", &[], None);
            assert!(word.contains("perat"), "{word}");
        }
        // It was paid: it stays in the list, after what is known, and says what to do.
        let parked = phone.client.parking().parked().unwrap();
        let of_lost = parked.last().unwrap();
        assert_eq!(
            (parked.len(), of_lost.in_force, of_lost.tickets[0].state.clone()),
            (2, gone.id, TicketState::Active)
        );
        assert!(of_lost.lines.contains(&"BG 789-PP: the operator does not know this ticket".to_owned()), "{of_lost:?}");
        assert!(of_lost.lines.iter().any(|line| line.contains("Show its code to an inspector")));
        assert_eq!(phone.client.parking().parked_with(gone.id).unwrap(), *of_lost);
        assert_eq!(parked[0].lines.len(), 1);
        // Its signature still holds.
        assert!(phone.client.parking().code(gone.id).is_ok() && phone.client.parking().verified(gone.id).is_ok());

        // From here on both go together again, and what comes is not passed over.
        let new = run(phone.client.payments().buy(&phone.quote("green", 60))).unwrap().ticket().unwrap();
        let other = another(&phone);
        run(other.client.vehicles().add(&belgrade(), "NS 123-ŠČ", None)).unwrap();
        let report = run(phone.client.sync()).unwrap();
        assert!(!report.is_from_snapshot && report.events > 0, "{report:?}");
        assert_eq!(ids(&phone.shown().active_tickets), [new.id, kept.id]);
        assert_eq!(phone.shown().vehicles.len(), 2);
        assert_eq!(run(phone.client.sync()).unwrap().events, 0);
        // A ticket that is known again is what the operator says.
        let extended = run(phone.client.parking().quote_extension(gone.id, 30, PayMethod::Deposit)).unwrap();
        assert_eq!(offer(&extended).plate.canonical, "BG789PP");
        phone.after(100);
        assert!(phone.shown().forgotten_tickets.is_empty(), "its time is over");
    }
}

#[test]
fn an_order_that_the_operator_forgot_with_his_books_is_told_apart_and_cannot_be_paid_bg_70() {
    let phone = Phone::ready("2000");
    let copy = phone.net.copy();
    let order = phone.ordered();
    assert_eq!((phone.shown().orders.len(), phone.client.orders().state().forgotten.len()), (1, 0));
    phone.net.put_back(&copy, true);
    run(phone.client.sync()).unwrap();
    let state = phone.client.orders().state();
    assert_eq!((state.orders.len(), state.forgotten[0].id, &state.forgotten[0].state), (0, order, &OrderState::Issued));
    let refused = run(phone.client.orders().pay(order, PayMethod::Deposit)).unwrap_err();
    assert_eq!(refused.code(), "order_missing");
}

#[test]
fn two_syncs_at_once_do_not_take_the_slower_one_for_books_put_back() {
    let phone = Phone::ready("1000");
    phone.net.fault("GET /v1/events", Fault::refuses(ProblemCode::CursorTooOld));
    phone.net.fault("GET /v1/account", Fault::Waits);
    let mut slow = Box::pin(phone.client.sync());
    assert!(poll(slow.as_mut()).is_none(), "the account as it was before is on its way");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    run(phone.client.sync()).unwrap();
    run(slow).unwrap();
    let shown = phone.shown();
    assert_eq!((shown.active_tickets.len(), shown.forgotten_tickets.len()), (1, 0));
    assert_eq!(shown.balance, Some(rsd("920.00")));
}

#[test]
fn a_purchase_of_the_lost_time_is_neither_paid_nor_unpaid_and_locks_nobody_out_bg_34() {
    let phone = Phone::ready("1000");
    let copy = phone.net.copy();
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let bought = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    phone.after(10);
    phone.net.put_back(&copy, true);
    // The next purchase there finds it, and says so instead of buying beside it.
    let answer = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    assert_eq!((&answer.key, &answer.state), (&bought.key, &IntentState::Forgotten));
    assert_eq!(answer.state.name(), "forgotten");
    for locale in [Locale::En, Locale::SrLatn] {
        let said = answer.refusal().unwrap().advice(locale);
        assert!(said.contains("depo"), "{said}");
    }
    assert!(phone.shown().open_intents.is_empty());
    assert_eq!(run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn a_top_up_of_the_lost_time_ends_and_another_can_be_begun_bg_32() {
    let phone = Phone::ready("0");
    let copy = phone.net.copy();
    let begun = run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap();
    phone.after(1);
    phone.net.put_back(&copy, true);
    assert_eq!(run(phone.client.payments().settle(&begun.key)).unwrap().state, IntentState::Forgotten);
    assert!(!run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap().state.is_final());
}
