//! An action happens once per key; what became of a key can be asked.

use chrono::TimeDelta;
use mesto_operator::Request;
use mesto_protocol::kernel::intents::{IntentOutcome, IntentState};
use mesto_protocol::parking::quotes::{Purchase, Purchased};

use crate::world::{expect, refused, rsd};

const PHONE: &str = "+381641234567";

on_both_databases! {
    #[test]
    fn a_repeated_purchase_is_answered_byte_for_byte_and_charged_once(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (key, quote) = (world.key(), driver.quote(&vehicle, "red", 60));
        let purchase = driver.purchase(&quote);
        let first = driver.act("/v1/tickets", &key, &purchase);
        assert_eq!(first.status, 201);
        // Long after the quote and the deadline of the purchase.
        world.pass(10);
        let again = driver.act("/v1/tickets", &key, &purchase);
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
        let (key, quote) = (world.key(), driver.quote(&vehicle, "red", 60));
        let purchase = driver.purchase(&quote);
        expect::<Purchased>(201, driver.act("/v1/tickets", &key, &purchase));
        let other = Purchase { not_after: purchase.not_after + TimeDelta::seconds(1), ..purchase };
        refused("idempotency_key_reused", &driver.act("/v1/tickets", &key, &other));
        // The scope is account, key and route.
        assert_eq!(driver.act("/v1/deposit/topups", &key, &driver.new_topup("200.00")).status, 201);
        let (second, vehicle) = world.driver_with("+381650000000", "BG111AA", &["1000.00"]);
        let quote = second.quote(&vehicle, "red", 60);
        assert_eq!(second.buy_with(&key, &quote).status, 201);
    }

    #[test]
    fn an_action_needs_a_usable_key(world) {
        let driver = world.driver(PHONE);
        refused("idempotency_key_missing", &driver.post("/v1/deposit/topups", &driver.new_topup("200.00")));
        for key in ["short", "with spaces in the key", &"x".repeat(65)] {
            refused("idempotency_key_invalid", &driver.act("/v1/deposit/topups", key, &driver.new_topup("200.00")));
        }
    }

    #[test]
    fn a_purchase_that_arrives_after_its_deadline_is_refused_and_stays_refused(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (key, quote) = (world.key(), driver.quote(&vehicle, "red", 60));
        let purchase = Purchase { quote: quote.id.clone(), not_after: world.now() + TimeDelta::seconds(30) };
        world.pass_seconds(31);
        let refusal = driver.act("/v1/tickets", &key, &purchase);
        refused("intent_expired", &refusal);
        let again = driver.act("/v1/tickets", &key, &purchase);
        assert_eq!(again.body, refusal.body);
        let punctual = Purchase { quote: quote.id.clone(), not_after: world.now() };
        expect::<Purchased>(201, driver.act("/v1/tickets", &world.key(), &punctual));
    }

    #[test]
    fn a_refusal_is_kept_for_its_key_even_when_money_came_meanwhile(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["200.00"]);
        let (key, quote) = (world.key(), driver.quote(&vehicle, "yellow", 180));
        let purchase = driver.purchase(&quote);
        let refusal = driver.act("/v1/tickets", &key, &purchase);
        refused("deposit_too_low", &refusal);
        world.approve(&driver.top_up("1000.00"));
        assert_eq!(driver.act("/v1/tickets", &key, &purchase).body, refusal.body);
        assert_eq!(driver.act("/v1/tickets", &world.key(), &purchase).status, 201);
        world.check_books();
    }

    #[test]
    fn a_key_cancelled_before_it_was_seen_is_never_executed(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (key, quote) = (world.key(), driver.quote(&vehicle, "red", 60));
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

    #[test]
    fn an_intent_that_ended_cannot_be_cancelled(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (key, quote) = (world.key(), driver.quote(&vehicle, "red", 60));
        assert_eq!(driver.buy_with(&key, &quote).status, 201);
        let outcome: IntentOutcome = expect(200, driver.delete(&format!("/v1/intents/{key}")));
        assert_eq!((outcome.state, outcome.status), (IntentState::Ended, Some(201)));
        let (stranger, _) = world.driver_with("+381650000000", "BG111AA", &[]);
        let unseen: IntentOutcome = expect(200, stranger.get(&format!("/v1/intents/{key}")));
        assert_eq!((unseen.state, unseen.answer), (IntentState::Unknown, None));
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_a_trace_of_an_action(world) {
        let driver = world.driver(PHONE);
        let mut garbage = Request::new("POST", "/v1/tickets").bearer(&driver.token).key(&world.key());
        garbage.body = b"garbage".to_vec();
        refused("bad_request", &world.send(&garbage));
        assert_eq!(driver.account().seq, 0);
    }
}
