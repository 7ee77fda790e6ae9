//! One account cannot take the others' time, and what settles a purchase is answered all the same.

use std::sync::Arc;

use mesto_operator::{Durability, FairShares, Operator, Request, Response, SqliteStore};
use mesto_protocol::base::payments::{Bought, PaymentState, Purchase, Quote};
use mesto_protocol::kernel::intents::{IntentOutcome, IntentState};

use crate::contract;
use crate::world::{World, config, expect, operator, refused, rsd};

const PHONE: &str = "+381641234567";

/// A world and a way to ask it as it is served.
struct Served {
    world: World,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Served {
    fn with(limits: FairShares) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("operator.db"), Durability::None).unwrap();
        let operator: Operator = operator(config()).limited(limits);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { world: World::around(Arc::new(operator), Arc::new(store)), runtime, _folder: folder }
    }

    fn ask(&self, request: Request) -> Response {
        let World { operator, store, .. } = &self.world;
        let request = Request { address: "192.0.2.1".into(), ..request };
        let answer = Arc::clone(operator).answer(Arc::clone(store), self.world.now(), request.clone());
        let answer = self.runtime.block_on(answer);
        contract::holds(&request, &answer);
        answer
    }
}

// Row 33 of the first trial.
#[test]
fn an_account_that_asks_too_much_is_told_to_wait_and_others_are_served() {
    let served = Served::with(FairShares::of(1, 8, 50));
    let world = &served.world;
    let driver = world.driver(PHONE);
    let other = world.driver("+381650000000");
    let list = |token: &str| served.ask(Request::new("GET", "/v1/vehicles").bearer(token));
    let answers: Vec<Response> = (0..8).map(|_| list(&driver.token)).collect();
    let refusal = answers.iter().find(|answer| answer.status != 200).expect("a refusal");
    refused("too_many_requests", refusal);
    assert_eq!((refusal.status, refusal.get("retry-after")), (429, Some("1")));
    assert_eq!(list(&other.token).status, 200);
}

#[test]
fn a_key_that_is_known_is_answered_however_much_was_asked_and_a_new_one_is_refused_and_not_remembered() {
    let served = Served::with(FairShares::of(1, 8, 50));
    let world = &served.world;
    let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
    let buy = |quote: &Quote| {
        let purchase = driver.purchase(quote);
        Request::new("POST", "/v1/purchases").bearer(&driver.token).key(&world.key()).json(&purchase)
    };
    let first = buy(&driver.quote(vehicle, "green", 60));
    let bought = served.ask(first.clone());
    expect::<Bought>(201, bought.clone());
    let second = buy(&driver.quote(vehicle, "green", 60));
    for _ in 0..8 {
        served.ask(Request::new("GET", "/v1/vehicles").bearer(&driver.token));
    }
    for _ in 0..20 {
        assert_eq!(served.ask(first.clone()).body, bought.body, "replayed");
    }
    let refusal = served.ask(second.clone());
    refused("too_many_requests", &refusal);
    let key = |request: &Request| format!("/v1/intents/{}", request.get("idempotency-key").unwrap());
    let outcome = |request: &Request| {
        expect::<IntentOutcome>(200, served.ask(Request::new("GET", &key(request)).bearer(&driver.token))).state
    };
    assert_eq!((outcome(&first), outcome(&second)), (IntentState::Ended, IntentState::Unknown));
    let cancel = |request: &Request| served.ask(Request::new("DELETE", &key(request)).bearer(&driver.token));
    assert_eq!(expect::<IntentOutcome>(200, cancel(&first)).state, IntentState::Ended);
    refused("too_many_requests", &cancel(&second));
    assert_eq!(outcome(&second), IntentState::Unknown, "nothing is kept of it");
    assert_eq!(driver.account().tickets.len(), 1);
    world.check_books();
}

// Found by an attack: the questions for made-up keys stood in the line of money without a limit.
#[test]
fn beyond_its_share_a_key_or_a_payment_that_is_there_is_told_and_another_one_is_not() {
    // The smallest share, and the longest time until it is free again.
    let served = Served::with(FairShares::of(1, 8, 50));
    let world = &served.world;
    let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
    let (bought, cancelled, new) = (world.key(), world.key(), world.key());
    expect::<Bought>(201, driver.buy_with(&bought, &driver.quote(vehicle, "green", 60)));
    let waiting = driver.top_up("200.00");
    assert_eq!(driver.delete(&format!("/v1/intents/{cancelled}")).status, 200);
    let ask = |method: &str, path: &str| served.ask(Request::new(method, path).bearer(&driver.token));
    let intent = |key: &str| format!("/v1/intents/{key}");
    let payment = |id: &str| format!("/v1/payments/{id}");
    let (real, none) = (payment(&waiting.id.to_string()), payment("py_00000000000000000000000000"));
    // Questions are used up by questions, and the usual share by cancelling.
    let used_up = |method: &str, path: &dyn Fn() -> String| {
        assert!((0..200).any(|_| ask(method, &path()).status == 429), "{method} is answered without an end");
    };
    used_up("GET", &|| intent(&world.key()));
    used_up("DELETE", &|| intent(&world.key()));
    for _ in 0..20 {
        let told = |method, key: &str| expect::<IntentOutcome>(200, ask(method, &intent(key))).state;
        for method in ["GET", "DELETE"] {
            assert_eq!((told(method, &bought), told(method, &cancelled)), (IntentState::Ended, IntentState::Cancelled));
        }
        assert_eq!(ask("GET", &real).status, 200);
    }
    for (method, path) in [("GET", intent(&new)), ("DELETE", intent(&new)), ("GET", none.clone()), ("DELETE", none)] {
        used_up(method, &|| path.clone());
    }
    let given_up: Purchase = expect(200, ask("DELETE", &real));
    assert_eq!(given_up.payment.state, PaymentState::Abandoned);
    world.check_books();
}

#[test]
fn wrong_tokens_of_an_address_are_refused_and_those_that_are_known_are_not() {
    let served = Served::with(FairShares::of(20, 8, 1));
    let driver = served.world.driver(PHONE);
    let list = |token: &str| served.ask(Request::new("GET", "/v1/vehicles").bearer(token));
    assert_eq!(list(&driver.token).status, 200);
    let statuses: Vec<u16> = (0..6).map(|number| list(&format!("wrong-{number}")).status).collect();
    assert_eq!((statuses[0], statuses[5]), (401, 429), "{statuses:?}");
    assert_eq!(list(&driver.token).status, 200);
}

#[test]
fn who_signs_in_where_others_send_wrong_tokens_is_served_and_they_are_not() {
    let served = Served::with(FairShares::of(20, 8, 1));
    let list = |token: &str| served.ask(Request::new("GET", "/v1/vehicles").bearer(token)).status;
    let statuses: Vec<u16> = (0..6).map(|number| list(&format!("wrong-{number}"))).collect();
    assert_eq!(statuses[5], 429, "{statuses:?}");
    let driver = served.world.driver(PHONE);
    assert_eq!((list(&driver.token), list("wrong-6")), (200, 429));
}

on_both_databases! {
    #[test]
    fn so_many_payments_wait_on_a_providers_page_and_one_that_is_left_makes_room(world) {
        let driver = world.driver(PHONE);
        let quotes: Vec<Quote> = (0..22).map(|_| driver.top_up_quote("200.00")).collect();
        let begun: Vec<Bought> = quotes[..20].iter().map(|quote| driver.begin(quote)).collect();
        let key = world.key();
        let params = refused("too_many_requests", &driver.buy_with(&key, &quotes[20]));
        assert_eq!(params["most"], 20);
        assert_eq!(driver.account().open.len(), 20);
        assert_eq!(driver.delete(&format!("/v1/payments/{}", begun[0].payment.id)).status, 200);
        expect::<Bought>(201, driver.buy_with(&key, &quotes[20]));
        // From the deposit one buys all the same.
        world.approve(&begun[1].payment);
        let vehicle = driver.add("BG789PP").id;
        driver.park(vehicle, "green", 60);
        assert_eq!(driver.account().balance, rsd("145.00"));
        world.check_books();
    }
}
