//! The fast path of the stores (docs/adr/0009): every request asks first and writes afterwards, and
//! says what it does; an action needs one round trip before its commit, two when it locks more than
//! its own account. A purchase asks only what its own service needs, and everything it writes goes
//! as one statement.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use mesto_operator::store::{Ask, Deadline, Row, Value, Work, Write};
use mesto_operator::{ClaimState, PostgresStore, Request, Response, SqliteInline, Store, StoreError, Tx};
use mesto_protocol::base::payments::{Bought, PayMethod, Quote};
use mesto_protocol::garages::visits::GaragesSubject;
use mesto_protocol::orders::driver::{Order, Violation};
use mesto_protocol::orders::inspectors::NewOrder;
use mesto_protocol::services::operations;
use serde_json::json;

use crate::world::{World, approval, cluster, decline, expect, refused, signed_notice};

/// What a transaction did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Trace {
    reads: usize,
    /// Questions, of all reads.
    asks: usize,
    /// The tables that are written, and whether by a row that is added.
    writes: Vec<(&'static str, bool)>,
    /// What takes it off the fast path.
    slow: Vec<String>,
}

impl Trace {
    /// What cannot be one statement: rows of a table that are changed beside others of it.
    fn apart(&self) -> Vec<&'static str> {
        let is_beside = |(place, (table, is_added)): &(usize, &(&str, bool))| {
            self.writes
                .iter()
                .take(*place)
                .any(|(other, other_is_added)| other == table && !(*is_added && *other_is_added))
        };
        self.writes.iter().enumerate().filter(is_beside).map(|(_, (table, _))| *table).collect()
    }
}

/// A store that writes down what its transactions do.
struct Watched {
    inner: Box<dyn Store>,
    traces: Mutex<Vec<Trace>>,
}

impl Store for Watched {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let mut trace = Trace::default();
        let ended = self.inner.transact(&mut |tx| {
            trace = Trace::default();
            work(&mut WatchedTx { inner: tx, trace: &mut trace })
        });
        self.traces.lock().unwrap().push(trace);
        ended
    }
}

struct WatchedTx<'a> {
    inner: &'a mut dyn Tx,
    trace: &'a mut Trace,
}

impl Tx for WatchedTx<'_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        if !self.trace.writes.is_empty() {
            self.trace.slow.push(format!("asks after it wrote: {asks:?}"));
        }
        self.trace.reads += 1;
        self.trace.asks += asks.len();
        self.inner.read(asks)
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.trace.writes.push(write.target());
        self.inner.write(write)
    }

    fn commit_by(&mut self, deadline: Deadline) {
        self.inner.commit_by(deadline);
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.trace.slow.push(sql.to_owned());
        self.inner.query(sql, params)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.trace.slow.push(sql.to_owned());
        self.inner.execute(sql, params)
    }
}

#[test]
fn every_request_asks_first_and_writes_afterwards_and_an_action_is_one_round_trip_and_its_commit_on_sqlite() {
    every_request_takes_the_fast_path(Box::new(SqliteInline::in_memory().unwrap()));
}

#[test]
fn every_request_asks_first_and_writes_afterwards_and_an_action_is_one_round_trip_and_its_commit_on_postgres() {
    every_request_takes_the_fast_path(Box::new(PostgresStore::open(&cluster().database().unwrap(), 2).unwrap()));
}

fn every_request_takes_the_fast_path(inner: Box<dyn Store>) {
    let store = Arc::new(Watched { inner, traces: Mutex::default() });
    let (world, sign) = World::on(Arc::clone(&store) as Arc<dyn Store>).with_rides();
    let inspector = world.inspector();
    // The tools' own transaction is no request.
    store.traces.lock().unwrap().clear();
    let traced = |answer: Response, status: u16| -> (Trace, Response) {
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&answer.body));
        let traces = std::mem::take(&mut *store.traces.lock().unwrap());
        (traces.last().unwrap().clone(), answer)
    };
    let mut actions: BTreeMap<&str, usize> = BTreeMap::new();
    let all_fast = || {
        let traces = store.traces.lock().unwrap();
        for trace in traces.iter() {
            assert_eq!(trace.slow, Vec::<String>::new());
        }
    };
    let driver = world.driver("+381641234567");
    let other = world.driver("+381650000000");
    let (vehicle, _) = (driver.add("BG789PP").id, other.add("BG789PP"));
    refused(
        "vehicle_exists",
        &driver.post("/v1/vehicles", &serde_json::json!({"city": "belgrade", "plate": "BG789PP"})),
    );
    world.ask_code("+381660000000");
    refused("code_wrong", &world.try_code("+381660000000", "000000"));
    all_fast();

    let mut purchases: BTreeMap<&str, Trace> = BTreeMap::new();
    let quote = driver.top_up_quote("5000.00");
    all_fast();
    let (trace, topup) = traced(driver.buy_with(&world.key(), &quote), 201);
    purchases.insert("wallet by card", trace);
    let topup = expect::<Bought>(201, topup).payment;
    let notice = approval(&topup, "pay-1");
    assert_eq!(world.send(&signed_notice(&notice)).status, 204);
    let quote = driver.quote(vehicle, "red", 60);
    all_fast();
    let (trace, _) = traced(driver.buy_with(&world.key(), &quote), 201);
    purchases.insert("parking", trace);
    let (extension, key) = (driver.quote(vehicle, "red", 60), world.key());
    let again = driver.buy_with(&key, &extension);
    assert_eq!(driver.buy_with(&key, &extension).body, again.body, "replayed");
    refused("quote_used", &driver.buy_with(&world.key(), &quote));
    refused("card_fee_unknown", &driver.ask_by(PayMethod::Card, vehicle, "blue", 30));
    // Delivered when the bank says so; left; declined; paid twice.
    let payments = [0; 3].map(|_| {
        let quote = driver.quote_by_card(vehicle, "yellow", 180);
        all_fast();
        let (trace, bought) = traced(driver.buy_with(&world.key(), &quote), 201);
        purchases.insert("parking by card", trace);
        expect::<Bought>(201, bought).payment
    });
    assert_eq!(driver.get(&format!("/v1/payments/{}", payments[0].id)).status, 200);
    assert_eq!(driver.delete(&format!("/v1/payments/{}", payments[1].id)).status, 200);
    world.approve(&payments[0]);
    world.approve(&payments[1]);
    assert_eq!(world.notice(&decline(&payments[2], "pay-3")).status, 204);
    // Its stay is another one now: the money goes back.
    world.approve(&payments[2]);
    assert_eq!(world.notice(&approval(&payments[0], "pay-again")).status, 204);

    let order = NewOrder {
        city: "belgrade".into(),
        plate: "BG789PP".into(),
        zone: "blue".into(),
        violation: Violation::NoTicket,
        location: None,
    };
    all_fast();
    let (trace, order) = traced(inspector.act("/v1/inspector/orders", &world.key(), &order), 201);
    actions.insert("/v1/inspector/orders", trace.reads);
    let order: Order = expect(201, order);
    driver.has_slip(&order);
    other.has_slip(&order);
    all_fast();
    let quote: Quote = expect(201, driver.ask_order(PayMethod::Deposit, order.id));
    all_fast();
    let (trace, _) = traced(driver.buy_with(&world.key(), &quote), 201);
    purchases.insert("orders", trace);
    refused("order_already_paid", &driver.ask_order(PayMethod::Deposit, order.id));
    let garage = world.controller("zeleni-venac");
    store.traces.lock().unwrap().clear();
    let report = |kind: &str| {
        let event = json!({"at": world.now(), "ticket": "GR004217", "kind": kind});
        json!({"city": "belgrade", "facility": "zeleni-venac", "sent_at": world.now(), "events": [event]})
    };
    assert_eq!(garage.post("/v1/garages/reports", &report("entered")).status, 200);
    let subject = GaragesSubject { facility: "zeleni-venac".parse().unwrap(), ticket: "GR004217".into() };
    let quote: Quote = expect(201, driver.ask_for(&subject, PayMethod::Deposit));
    all_fast();
    let (trace, _) = traced(driver.buy_with(&world.key(), &quote), 201);
    purchases.insert("garages", trace);
    refused("visit_already_paid", &driver.ask_for(&subject, PayMethod::Deposit));
    let at = world.now();
    let exit = json!({"city": "belgrade", "facility": "zeleni-venac", "ticket": "GR004217", "at": at});
    assert_eq!(garage.post("/v1/garages/exits", &exit).status, 200);
    let owed = "/v1/garages/owed?city=belgrade&facility=zeleni-venac&ticket=GR004217";
    assert_eq!(garage.get(owed).status, 200);
    // It leaves too late, and the rest is paid in cash that is told after it.
    world.pass(120);
    for kind in ["left", "paid_on_site"] {
        assert_eq!(garage.post("/v1/garages/reports", &report(kind)).status, 200);
    }
    assert_eq!(world.operator.claims(&*world.store).unwrap()[0].state, ClaimState::Settled);
    let subject = serde_json::json!({"scanned": sign, "persons": 1});
    let asked =
        serde_json::json!({"city": "belgrade", "items": [{"service": "rides", "subject": subject}], "pay": "deposit"});
    let quote: Quote = expect(201, driver.post("/v1/quotes", &asked));
    all_fast();
    let (trace, _) = traced(driver.buy_with(&world.key(), &quote), 201);
    purchases.insert("rides", trace);
    let card = serde_json::json!({"number": "9643100000000017", "code": "K7M2P9QD", "kind": "standard", "issued_on": "2025-01-15"});
    let told = serde_json::json!({"city": "belgrade", "cards": [card]});
    assert_eq!(world.dispatcher().post("/v1/transit/cards", &told).status, 200);
    let asked = serde_json::json!({"city": "belgrade", "number": "9643100000000017", "code": "K7M2P9QD"});
    let linked = driver.post("/v1/cards/links", &asked);
    let card: mesto_protocol::cards::riders::Card = expect(200, linked);
    let subject = serde_json::json!({"card": card.id, "amount": {"amount": "100.00", "currency": "RSD"}});
    let asked =
        serde_json::json!({"city": "belgrade", "items": [{"service": "cards", "subject": subject}], "pay": "deposit"});
    let quote: Quote = expect(201, driver.post("/v1/quotes", &asked));
    store.traces.lock().unwrap().clear();
    let (trace, _) = traced(driver.buy_with(&world.key(), &quote), 201);
    purchases.insert("cards", trace);
    let asked = serde_json::json!({"city": "belgrade", "items": [{"service": "passes", "subject": {"product": "month"}}], "pay": "deposit"});
    let quote: Quote = expect(201, driver.post("/v1/quotes", &asked));
    all_fast();
    let (trace, _) = traced(driver.buy_with(&world.key(), &quote), 201);
    purchases.insert("passes", trace);
    // What is paid in it is one: the longest.
    actions.insert("/v1/purchases", purchases.values().map(|trace| trace.reads).max().unwrap());
    // Each asks for its account with its roles, its key, its quote with its sale, where its account
    // stands and which terms it accepted, by card how many payments wait, and what its own service
    // needs: the stay of the plate, the order, the visit and what was paid for it before.
    let asked: BTreeMap<&str, usize> = purchases.iter().map(|(name, trace)| (*name, trace.asks)).collect();
    let expected = [
        ("cards", 5),
        ("garages", 5),
        ("orders", 4),
        ("parking", 4),
        ("parking by card", 5),
        ("passes", 4),
        ("rides", 5),
        ("wallet by card", 4),
    ];
    assert_eq!(asked, BTreeMap::from(expected));
    for (name, trace) in &purchases {
        assert_eq!(trace.apart(), Vec::<&str>::new(), "{name} is written by one statement: {:?}", trace.writes);
    }

    inspector.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=red");
    for path in [
        "/v1/account",
        "/v1/account/export",
        "/v1/auth/sessions",
        "/v1/vehicles",
        "/v1/tickets",
        "/v1/deposit",
        "/v1/orders",
        "/v1/payments",
        "/v1/garages/visits",
        "/v1/rides",
        "/v1/passes",
        "/v1/garages/places?city=belgrade",
        "/v1/notices?city=belgrade",
        "/v1/account/terms?city=belgrade",
        "/v1/reports",
    ] {
        assert_eq!(driver.get(path).status, 200, "{path}");
    }
    driver.events(0);
    let unseen = world.key();
    assert_eq!(driver.get(&format!("/v1/intents/{unseen}")).status, 200);
    assert_eq!(driver.delete(&format!("/v1/intents/{unseen}")).status, 200);
    assert_eq!(world.send(&Request::new("GET", "/healthz")).status, 200);
    assert_eq!(driver.delete(&format!("/v1/vehicles/{vehicle}")).status, 204);
    assert_eq!(driver.delete("/v1/account").status, 200);
    assert_eq!(other.delete("/v1/auth/session").status, 204);
    all_fast();

    let documented: Vec<_> =
        operations().filter(|operation| operation.is_action).map(|operation| operation.path).collect();
    for path in documented {
        let most = if path == "/v1/inspector/orders" { 2 } else { 1 };
        assert_eq!(actions.get(path), Some(&most), "{path}: round trips before the commit");
    }
}
