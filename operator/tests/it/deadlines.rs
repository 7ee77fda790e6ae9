//! What has a deadline is not done behind it, however long it waits on its way: for a row, for the
//! writer, for a database that stands still.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::store::{Task, transact};
use mesto_operator::{
    Clock, Durability, PostgresAddress, PostgresStore, Request, Response, SqliteStore, Store, delete, table, values,
};
use mesto_protocol::base::payments::{Bought, PurchaseRequest};
use mesto_protocol::kernel::intents::{IntentOutcome, IntentState};

use crate::freezing::FreezingWay;
use crate::world::{Person, World, cluster, expect, refused, rsd};

const PHONE: &str = "+381641234567";

table! {
    struct Heart in "heartbeat" {
        name: String,
    }
}

/// A clock that goes on when it is told, and does something when it is asked for the second time:
/// at the commit; the first time is the arrival.
struct TestClock {
    now: Mutex<DateTime<Utc>>,
    asked: AtomicUsize,
    at_commit: Box<dyn Fn() + Send + Sync>,
}

impl TestClock {
    fn new(now: DateTime<Utc>, at_commit: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(now), asked: AtomicUsize::new(0), at_commit: Box::new(at_commit) })
    }

    fn pass(&self, span: TimeDelta) {
        *self.now.lock().unwrap() += span;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        if self.asked.fetch_add(1, Ordering::SeqCst) == 1 {
            (self.at_commit)();
        }
        *self.now.lock().unwrap()
    }
}

/// A purchase that is good until a moment.
fn purchase(driver: &Person<'_>, vehicle: mesto_protocol::kernel::ids::VehicleId, until: TimeDelta) -> Request {
    let quote = driver.quote(vehicle, "green", 60);
    let body = PurchaseRequest { quote: quote.id, not_after: driver.world.now() + until, return_url: None };
    Request::new("POST", "/v1/purchases").bearer(&driver.token).key(&driver.world.key()).json(&body)
}

/// It was refused, is remembered, and nothing was booked.
fn was_refused_for_good(world: &World, driver: &Person<'_>, request: &Request, answer: &Response) {
    refused("intent_expired", answer);
    assert_eq!(world.send(request).body, answer.body, "remembered as it was refused");
    let outcome: IntentOutcome =
        expect(200, driver.get(&format!("/v1/intents/{}", request.get("idempotency-key").unwrap())));
    assert_eq!((outcome.state, outcome.status), (IntentState::Ended, Some(409)));
    let account = driver.account();
    assert_eq!((account.tickets.len(), account.balance), (0, rsd("1000.00")));
    world.check_books();
}

// Row 29 of the first trial.
#[test]
fn a_purchase_that_waited_for_its_account_beyond_its_deadline_is_refused_on_postgres() {
    let url = cluster().database().unwrap();
    let world = World::on(Arc::new(PostgresStore::open(&url, 4).unwrap()));
    let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
    let request = purchase(&driver, vehicle, TimeDelta::seconds(3));
    let clock = TestClock::new(world.now(), || {});
    let (operator, store, account) = (&world.operator, &*world.store, driver.account);
    let (locked, is_locked) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let answer = std::thread::scope(|scope| {
        scope.spawn(move || {
            transact(store, |tx| {
                tx.query("SELECT id FROM account WHERE id = $1 FOR UPDATE", values![account])?;
                locked.send(()).unwrap();
                released.recv().unwrap();
                Ok(())
            })
            .unwrap();
        });
        is_locked.recv().unwrap();
        let (by, sent) = (Arc::clone(&clock), &request);
        let asked = scope.spawn(move || {
            let by: Arc<dyn Clock> = by;
            operator.handle_by(store, &by, sent)
        });
        waits_for_a_row(&url);
        clock.pass(TimeDelta::seconds(4));
        release.send(()).unwrap();
        asked.join().unwrap()
    });
    was_refused_for_good(&world, &driver, &request, &answer);
}

/// Waits until somebody waits for a row in this database.
fn waits_for_a_row(url: &str) {
    let other = PostgresStore::open(url, 1).unwrap();
    let waiting =
        "SELECT pid::TEXT AS pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..20_000 {
        if !transact(&other, |tx| tx.query(waiting, &[])).unwrap().is_empty() {
            return;
        }
    }
    panic!("nobody waits");
}

#[test]
fn a_purchase_that_waited_for_the_writer_beyond_its_deadline_is_refused_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&folder.path().join("operator.db"), Durability::None).unwrap());
    let world = World::on(store.clone());
    let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
    let request = purchase(&driver, vehicle, TimeDelta::seconds(3));
    let clock = TestClock::new(world.now(), || {});
    let operator = &world.operator;
    let (locked, is_locked) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let answer = std::thread::scope(|scope| {
        let inline = store.inline();
        scope.spawn(move || {
            transact(inline, |_| {
                locked.send(()).unwrap();
                released.recv().unwrap();
                Ok(())
            })
            .unwrap();
        });
        is_locked.recv().unwrap();
        // The writer has taken this one already, and waits; the next stays in its line.
        store.submit(Task::new(Box::new(|tx| tx.write(delete!(Heart { name: "none" }))), Box::new(|_| {})));
        while store.waiting() > 0 {
            std::thread::yield_now();
        }
        // As it is served: a reader runs it beforehand, the writer is busy.
        let (by, sent, on): (Arc<dyn Clock>, Request, Arc<dyn Store>) = (clock.clone(), request.clone(), store.clone());
        let asked = scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(Arc::clone(operator).answer_by(on, &by, sent))
        });
        let waits = (0..10_000_000).any(|_| {
            std::thread::yield_now();
            store.waiting() > 0
        });
        assert!(waits, "it was answered without the writer");
        clock.pass(TimeDelta::seconds(4));
        release.send(()).unwrap();
        asked.join().unwrap()
    });
    was_refused_for_good(&world, &driver, &request, &answer);
}

on_both_databases! {
    #[test]
    fn a_purchase_that_arrives_in_time_and_is_ready_too_late_is_refused_and_one_at_its_last_moment_is_sold(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let late = purchase(&driver, vehicle, TimeDelta::seconds(3));
        let by = |span: TimeDelta| -> Arc<dyn Clock> {
            let clock = TestClock::new(world.now(), || {});
            // It is asked at the arrival and at the commit, and between them it goes on.
            struct Jumping(Arc<TestClock>, TimeDelta);
            impl Clock for Jumping {
                fn now(&self) -> DateTime<Utc> {
                    let now = self.0.now();
                    if self.0.asked.load(Ordering::SeqCst) > 1 { now + self.1 } else { now }
                }
            }
            Arc::new(Jumping(clock, span))
        };
        let answer = world.operator.handle_by(&*world.store, &by(TimeDelta::milliseconds(3_001)), &late);
        was_refused_for_good(world, &driver, &late, &answer);
        let punctual = purchase(&driver, vehicle, TimeDelta::seconds(3));
        let answer = world.operator.handle_by(&*world.store, &by(TimeDelta::seconds(3)), &punctual);
        let bought: Bought = expect(201, answer);
        assert_eq!(bought.sale.created_at, world.now(), "the moment of its arrival is what it is sold at");
        world.check_books();
    }
}

/// A world whose operator reaches Postgres by a way that can be frozen.
struct Frozen {
    way: Arc<FreezingWay>,
    world: World,
    /// The same database, reached as usual.
    beside: Arc<PostgresStore>,
}

impl Frozen {
    fn answering_within(millis: u64) -> Self {
        let url = cluster().database().unwrap();
        let beside = Arc::new(PostgresStore::open(&url, 2).unwrap());
        let way = Arc::new(FreezingWay::to(cluster().port()));
        let address = PostgresAddress::parse(&way.url(&url), None).unwrap();
        let address = address.answering_within(Duration::from_millis(millis));
        let world = World::on(Arc::new(PostgresStore::connect(address, 2).unwrap()));
        Self { way, world, beside }
    }

    /// Sends a request whose commit does not reach the server any more; its answer.
    fn frozen_at_its_commit(&self, request: &Request) -> Response {
        let way = Arc::clone(&self.way);
        let clock: Arc<dyn Clock> = TestClock::new(self.world.now(), move || way.freeze());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (operator, store) = (Arc::clone(&self.world.operator), Arc::clone(&self.world.store));
        runtime.block_on(operator.answer_by(store, &clock, request.clone()))
    }

    /// Lets everything arrive, and waits until the server has done with it.
    fn thaw(&self) {
        self.way.thaw();
        let others = "SELECT pid::TEXT AS pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";
        for _ in 0..20_000 {
            if transact(&*self.beside, |tx| tx.query(others, &[])).unwrap().is_empty() {
                return;
            }
        }
        panic!("the server has not done with it");
    }
}

/// The client was told that nothing is known; the server wakes up behind the deadline.
#[test]
fn what_a_database_that_stood_still_would_commit_behind_the_deadline_is_not_booked() {
    let frozen = Frozen::answering_within(1_500);
    let world = &frozen.world;
    let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
    // What is sent in time may be on its way for a second.
    let request = purchase(&driver, vehicle, TimeDelta::milliseconds(300));
    let answer = frozen.frozen_at_its_commit(&request);
    refused("unavailable", &answer);
    assert_eq!((answer.status, answer.get("retry-after")), (503, Some("5")));
    frozen.thaw();
    let asked = driver.get(&format!("/v1/intents/{}", request.get("idempotency-key").unwrap()));
    assert_eq!(expect::<IntentOutcome>(200, asked).state, IntentState::Unknown, "nothing was booked");
    world.pass_seconds(1);
    let again = world.send(&request);
    was_refused_for_good(world, &driver, &request, &again);
}

#[test]
fn what_a_database_that_stood_still_commits_in_time_is_found_by_the_same_key_once() {
    let frozen = Frozen::answering_within(400);
    let world = &frozen.world;
    let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
    let request = purchase(&driver, vehicle, TimeDelta::minutes(2));
    assert_eq!(frozen.frozen_at_its_commit(&request).status, 503);
    frozen.thaw();
    let bought: Bought = expect(201, world.send(&request));
    let account = driver.account();
    assert_eq!((account.tickets.len(), account.balance), (1, bought.balance));
    world.check_books();
}

/// Threads and connections are free again, whatever becomes of the server.
#[test]
fn a_database_that_falls_silent_frees_the_workers_and_is_used_again_when_it_speaks() {
    let frozen = Frozen::answering_within(200);
    let world = &frozen.world;
    let driver = world.driver(PHONE);
    frozen.way.freeze();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ask = || {
        let request = Request::new("GET", "/v1/account").bearer(&driver.token);
        runtime.block_on(Arc::clone(&world.operator).answer(Arc::clone(&world.store), world.now(), request))
    };
    // Both connections fall silent; then none is left, and opening one takes no longer.
    for _ in 0..3 {
        assert_eq!(ask().status, 503);
    }
    frozen.thaw();
    assert_eq!(ask().status, 200);
}
