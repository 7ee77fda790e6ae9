//! An action happens once per key; what became of a key can be asked.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::store::Value;
use mesto_operator::{IntentLimits, PostgresStore, Request, Response, RoleGiven, Store};
use mesto_protocol::base::payments::{Bought, PayMethod, PaymentState, Purchase, PurchaseRequest, Quote};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::intents::{IntentOutcome, IntentState};
use mesto_protocol::orders::driver::{Order, OrderState, Violation};
use mesto_protocol::orders::inspectors::NewOrder;
use sha2::{Digest, Sha256};

use super::closing::wait_for_locks;
use crate::world::{Parked, World, cluster, device, expect, paid_order, refused, rsd};

const PHONE: &str = "+381641234567";
const INSPECTOR: RoleGiven<'_> = RoleGiven { role: Role::Inspector, city: None, place: None, until: None };

on_both_databases! {
    #[test]
    fn a_repeated_purchase_is_answered_byte_for_byte_and_charged_once(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (key, quote) = (world.key(), driver.quote(vehicle, "red", 60));
        let purchase = driver.purchase(&quote);
        let first = driver.act("/v1/purchases", &key, &purchase);
        assert_eq!(first.status, 201);
        // Long after the quote and the deadline of the purchase.
        world.pass(10);
        let again = driver.act("/v1/purchases", &key, &purchase);
        assert_eq!((again.status, again.body), (first.status, first.body.clone()));
        assert_eq!(driver.account().balance, rsd("920.00"));
        assert_eq!(driver.account().tickets.len(), 1);
        let outcome: IntentOutcome = expect(200, driver.get(&format!("/v1/intents/{key}")));
        assert_eq!((outcome.state, outcome.status), (IntentState::Ended, Some(201)));
        assert_eq!(serde_json::to_vec(&outcome.answer.unwrap()).unwrap().len(), first.body.len());
        world.check_books();
    }

    #[test]
    fn a_key_is_for_one_request_only(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (key, quote) = (world.key(), driver.quote(vehicle, "red", 60));
        let purchase = driver.purchase(&quote);
        let first = driver.act("/v1/purchases", &key, &purchase);
        assert_eq!(first.status, 201);
        let other = PurchaseRequest { not_after: purchase.not_after + TimeDelta::seconds(1), ..purchase.clone() };
        refused("idempotency_key_reused", &driver.act("/v1/purchases", &key, &other));
        // The scope is account, key and route.
        let inspector = world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &INSPECTOR).unwrap();
        let order = NewOrder { city: "belgrade".into(), plate: "BG111AA".into(), zone: "red".into(), violation: Violation::NoTicket, location: None };
        let issued = driver.act("/v1/inspector/orders", &key, &order);
        assert_eq!((issued.status, inspector.role), (201, Role::Inspector));
        // Each is answered again as it was.
        assert_eq!(driver.act("/v1/inspector/orders", &key, &order).body, issued.body);
        assert_eq!(driver.act("/v1/purchases", &key, &purchase).body, first.body);
        let (second, vehicle) = world.driver_with("+381650000000", "BG111AA", &["1000.00"]);
        let quote = second.quote(vehicle, "red", 60);
        assert_eq!(second.buy_with(&key, &quote).status, 201);
    }

    #[test]
    fn an_action_needs_a_usable_key(world) {
        let driver = world.driver(PHONE);
        let purchase = driver.purchase(&driver.top_up_quote("200.00"));
        refused("idempotency_key_missing", &driver.post("/v1/purchases", &purchase));
        for key in ["short", "with spaces in the key", &"x".repeat(65)] {
            refused("idempotency_key_invalid", &driver.act("/v1/purchases", key, &purchase));
        }
        // Of two a proxy may have looked at the other one.
        let two = Request::new("POST", "/v1/purchases").bearer(&driver.token).key(&world.key()).key(&world.key());
        refused("idempotency_key_invalid", &world.send(&two.json(&purchase)));
    }

    #[test]
    fn a_purchase_that_arrives_after_its_deadline_is_refused_and_stays_refused(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (key, quote) = (world.key(), driver.quote(vehicle, "red", 60));
        let until = |not_after| PurchaseRequest { quote: quote.id, not_after, return_url: None };
        let purchase = until(world.now() + TimeDelta::seconds(30));
        world.pass_seconds(31);
        let refusal = driver.act("/v1/purchases", &key, &purchase);
        refused("intent_expired", &refusal);
        let again = driver.act("/v1/purchases", &key, &purchase);
        assert_eq!(again.body, refusal.body);
        expect::<Bought>(201, driver.act("/v1/purchases", &world.key(), &until(world.now())));
    }

    #[test]
    fn a_refusal_is_kept_for_its_key_even_when_money_came_meanwhile(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["200.00"]);
        let (key, quote) = (world.key(), driver.quote(vehicle, "yellow", 180));
        let purchase = driver.purchase(&quote);
        let refusal = driver.act("/v1/purchases", &key, &purchase);
        refused("deposit_too_low", &refusal);
        world.approve(&driver.top_up("1000.00"));
        assert_eq!(driver.act("/v1/purchases", &key, &purchase).body, refusal.body);
        assert_eq!(driver.act("/v1/purchases", &world.key(), &purchase).status, 201);
        world.check_books();
    }

    #[test]
    fn a_key_cancelled_before_it_was_seen_is_never_executed(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (key, quote) = (world.key(), driver.quote(vehicle, "red", 60));
        let path = format!("/v1/intents/{key}");
        assert_eq!(expect::<IntentOutcome>(200, driver.get(&path)).state, IntentState::Unknown);
        for _ in 0..2 {
            assert_eq!(expect::<IntentOutcome>(200, driver.delete(&path)).state, IntentState::Cancelled);
        }
        assert_eq!(expect::<IntentOutcome>(200, driver.get(&path)).state, IntentState::Cancelled);
        refused("intent_cancelled", &driver.buy_with(&key, &quote));
        assert_eq!(driver.account().balance, rsd("1000.00"));
        driver.buy(&quote);
    }

    // Found by an attack: the tombstones of made-up keys filled the store.
    #[test]
    fn an_account_cancels_so_many_unseen_keys_a_day_and_others_theirs(world) {
        let limits = IntentLimits { cancelled_per_day: 5 };
        let operator = Arc::new(crate::world::operator(crate::world::config()).limited(limits));
        let world = &World::around(operator, Arc::clone(&world.store));
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let other = world.driver("+381650000000");
        let (bought, first, over) = (world.key(), world.key(), world.key());
        let path = |key: &str| format!("/v1/intents/{key}");
        let state = |answer| expect::<IntentOutcome>(200, answer).state;
        assert_eq!(driver.buy_with(&bought, &driver.quote(vehicle, "green", 60)).status, 201);
        let began_at = world.now();
        assert_eq!(state(driver.delete(&path(&first))), IntentState::Cancelled);
        world.pass(60);
        for _ in 1..5 {
            assert_eq!(state(driver.delete(&path(&world.key()))), IntentState::Cancelled);
        }
        let answer = driver.delete(&path(&over));
        let params = refused("too_many_requests", &answer);
        let until_the_first_is_a_day_old = 23 * 3_600 + 1;
        assert_eq!((answer.status, &params["retry_after_seconds"]), (429, &until_the_first_is_a_day_old.into()));
        assert_eq!(state(driver.get(&path(&over))), IntentState::Unknown);
        // What is known is told, others cancel, and whoever buys does.
        assert_eq!(state(driver.delete(&path(&first))), IntentState::Cancelled);
        assert_eq!(state(driver.delete(&path(&bought))), IntentState::Ended);
        assert_eq!(state(other.delete(&path(&world.key()))), IntentState::Cancelled);
        driver.buy(&driver.quote(vehicle, "green", 60));
        world.pass_to(began_at + TimeDelta::days(1));
        assert_eq!(state(driver.delete(&path(&over))), IntentState::Cancelled);
        refused("too_many_requests", &driver.delete(&path(&world.key())));
        world.check_books();
    }

    #[test]
    fn an_intent_that_ended_cannot_be_cancelled(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (key, quote) = (world.key(), driver.quote(vehicle, "red", 60));
        assert_eq!(driver.buy_with(&key, &quote).status, 201);
        let outcome: IntentOutcome = expect(200, driver.delete(&format!("/v1/intents/{key}")));
        assert_eq!((outcome.state, outcome.status), (IntentState::Ended, Some(201)));
        let (stranger, _) = world.driver_with("+381650000000", "BG111AA", &[]);
        let unseen: IntentOutcome = expect(200, stranger.get(&format!("/v1/intents/{key}")));
        assert_eq!((unseen.state, unseen.answer), (IntentState::Unknown, None));
    }

    #[test]
    fn an_executed_key_is_remembered_as_long_as_what_it_made_bg_34(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (bought, refused_key, cancelled, topped) = (world.key(), world.key(), world.key(), world.key());
        let quote = driver.quote(vehicle, "red", 60);
        let purchase = driver.purchase(&quote);
        let first: Bought = expect(201, driver.act("/v1/purchases", &bought, &purchase));
        refused("quote_used", &driver.act("/v1/purchases", &refused_key, &purchase));
        let path = |key: &str| format!("/v1/intents/{key}");
        assert_eq!(expect::<IntentOutcome>(200, driver.delete(&path(&cancelled))).state, IntentState::Cancelled);
        let topup: Bought = expect(201, driver.buy_with(&topped, &driver.top_up_quote("500.00")));
        let first_ticket = Parked::from(first.clone()).ticket;
        let created_at = world.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        for days in [33, 120] {
            world.pass(days * 24 * 60);
            world.due();
            for request in [driver.get(&path(&bought)), driver.delete(&path(&bought)), driver.delete(&format!("{}?created_at={created_at}", path(&bought)))] {
                let outcome: IntentOutcome = expect(200, request);
                assert_eq!((outcome.state, outcome.status), (IntentState::Ended, Some(201)));
                let told: Bought = serde_json::from_value(outcome.answer.unwrap()).unwrap();
                assert_eq!((told.sale.id, &told.payment), (first.sale.id, &first.payment));
                let told = Parked::from(told);
                assert_eq!((told.ticket.id, told.ticket.price, told.balance), (first_ticket.id, rsd("80.00"), rsd("920.00")));
            }
            // The request itself, come at last, buys nothing and is told what it bought.
            let again: Bought = expect(201, driver.act("/v1/purchases", &bought, &purchase));
            assert_eq!(Parked::from(again).ticket.id, first_ticket.id);
            let outcome: IntentOutcome = expect(200, driver.get(&path(&topped)));
            let told: Bought = serde_json::from_value(outcome.answer.unwrap()).unwrap();
            assert_eq!((told.payment.id, told.payment.state, told.payment.reason.as_deref()), (topup.payment.id, PaymentState::Expired, Some("expired")));
            let other = PurchaseRequest { not_after: purchase.not_after + TimeDelta::seconds(1), ..purchase.clone() };
            refused("idempotency_key_reused", &driver.act("/v1/purchases", &bought, &other));
            // What was not executed is forgotten, and still is not: its time is over.
            assert_eq!(expect::<IntentOutcome>(200, driver.get(&path(&refused_key))).state, IntentState::Unknown);
            assert_eq!(expect::<IntentOutcome>(200, driver.get(&path(&cancelled))).state, IntentState::Unknown);
        }
        assert_eq!((driver.account().balance, driver.account().tickets.len()), (rsd("920.00"), 1));
        world.check_books();
    }

    #[test]
    fn an_order_and_its_payment_are_told_again_from_what_they_made_bg_70(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &["2000.00"]);
        let inspector = world.inspector();
        let (issued, paid) = (world.key(), world.key());
        let new = NewOrder { city: "belgrade".into(), plate: "BG789PP".into(), zone: "yellow".into(), violation: Violation::NoTicket, location: None };
        let order: Order = expect(201, inspector.act("/v1/inspector/orders", &issued, &new));
        driver.has_slip(&order);
        let quote: Quote = expect(201, driver.ask_order(PayMethod::Deposit, order.id));
        let purchase = driver.purchase(&quote);
        expect::<Bought>(201, driver.act("/v1/purchases", &paid, &purchase));
        world.pass(33 * 24 * 60);
        world.due();
        let again: Order = expect(201, inspector.act("/v1/inspector/orders", &issued, &new));
        assert_eq!((again.id, again.state), (order.id, OrderState::Paid));
        let Bought { sale, payment, balance } = expect(201, driver.act("/v1/purchases", &paid, &purchase));
        let again = paid_order(&Purchase { sale, payment }).unwrap();
        assert_eq!((again.id, again.state, again.owed, balance), (order.id, OrderState::Paid, order.owed, rsd("500.00")));
        world.check_books();
    }

    #[test]
    fn of_a_key_from_before_the_books_were_put_back_nobody_says_that_it_was_not_executed_bg_34(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let known = world.key();
        assert_eq!(driver.buy_with(&known, &driver.quote(vehicle, "red", 60)).status, 201);
        let asked = |key: &str, at: DateTime<Utc>| format!("/v1/intents/{key}?created_at={}", at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
        let (before, lost) = (world.now(), world.key());
        assert_eq!(expect::<IntentOutcome>(200, driver.get(&asked(&lost, before))).state, IntentState::Unknown);
        world.pass(1);
        world.operator.begin_epoch(&*world.store, world.now()).unwrap();
        for _ in 0..2 {
            assert_eq!(expect::<IntentOutcome>(200, driver.get(&asked(&lost, before))).state, IntentState::Forgotten);
            assert_eq!(expect::<IntentOutcome>(200, driver.delete(&asked(&lost, before))).state, IntentState::Forgotten);
        }
        refused("intent_cancelled", &driver.buy_with(&lost, &driver.quote(vehicle, "green", 60)));
        // What is known is told as ever, and a key from now on is cancelled for good.
        assert_eq!(expect::<IntentOutcome>(200, driver.delete(&asked(&known, before))).state, IntentState::Ended);
        let new = world.key();
        assert_eq!(expect::<IntentOutcome>(200, driver.delete(&asked(&new, world.now()))).state, IntentState::Cancelled);
        refused("bad_request", &driver.delete("/v1/intents/key-of-the-test-x1?created_at=yesterday"));
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_a_trace_of_an_action(world) {
        let driver = world.driver(PHONE);
        let mut garbage = Request::new("POST", "/v1/purchases").bearer(&driver.token).key(&world.key());
        garbage.body = b"garbage".to_vec();
        refused("bad_request", &world.send(&garbage));
        assert_eq!(driver.account().cursor.seq, 0);
    }
}

/// What a request is answered that waits for its account while its holder does something, by SQL.
fn while_locked(url: &str, world: &World, request: &Request, sql: &str, params: &[Value]) -> Response {
    let (holder, watcher) = (PostgresStore::open(url, 1).unwrap(), PostgresStore::open(url, 1).unwrap());
    let (operator, store, now) = (&world.operator, &*world.store, world.now());
    std::thread::scope(|scope| {
        let mut sent = None;
        let held = holder.transact(&mut |tx| {
            tx.query("SELECT id FROM account FOR NO KEY UPDATE", &[])?;
            sent = Some(scope.spawn(|| operator.handle(store, now, request)));
            wait_for_locks(&watcher, 1);
            assert_eq!(tx.execute(sql, params)?, 1);
            Ok(())
        });
        assert_eq!(held, Ok(()));
        sent.unwrap().join().unwrap()
    })
}

// Found by an attack: the key was looked up by a token that was gone, and a cancelled one was
// executed.
#[test]
fn a_session_that_ends_while_its_purchase_waits_buys_nothing() {
    let url = cluster().database().unwrap();
    let world = World::on(Arc::new(PostgresStore::open(&url, 3).unwrap()));
    let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
    for is_cancelled in [true, false] {
        let token = world.driver_on(&device(7), PHONE).token;
        let (key, quote) = (world.key(), driver.quote(vehicle, "red", 60));
        if is_cancelled {
            assert_eq!(driver.delete(&format!("/v1/intents/{key}")).status, 200);
        }
        let hash: String = Sha256::digest(&token).iter().map(|byte| format!("{byte:02x}")).collect();
        let request = Request::new("POST", "/v1/purchases").bearer(&token).key(&key).json(&driver.purchase(&quote));
        refused(
            "unauthorized",
            &while_locked(&url, &world, &request, "DELETE FROM token WHERE hash = $1", &[hash.into()]),
        );
        let state = if is_cancelled { IntentState::Cancelled } else { IntentState::Unknown };
        assert_eq!(expect::<IntentOutcome>(200, driver.get(&format!("/v1/intents/{key}"))).state, state);
    }
    assert_eq!(driver.account().balance, rsd("1000.00"));
    world.check_books();
}

#[test]
fn a_role_that_ends_while_its_order_waits_issues_none() {
    let url = cluster().database().unwrap();
    let world = World::on(Arc::new(PostgresStore::open(&url, 3).unwrap()));
    let inspector = world.inspector();
    let order = NewOrder {
        city: "belgrade".into(),
        plate: "BG111AA".into(),
        zone: "red".into(),
        violation: Violation::NoTicket,
        location: None,
    };
    let request = Request::new("POST", "/v1/inspector/orders").bearer(&inspector.token).key(&world.key()).json(&order);
    let account = inspector.account.to_string();
    let sql = "UPDATE account SET roles = '[]' WHERE id = $1";
    refused("forbidden", &while_locked(&url, &world, &request, sql, &[account.as_str().into()]));
}
