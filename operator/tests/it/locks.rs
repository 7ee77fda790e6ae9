//! The order of locks, on two instances over one Postgres: accounts by id, then subjects. Nobody waits in a circle.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use mesto_operator::store::{Ask, Row, Value, Work, Write, transact};
use mesto_operator::{PostgresStore, Request, Store, StoreError, Tx, values};
use mesto_protocol::orders::control::NewOrder;
use mesto_protocol::orders::driver::Violation;

use crate::world::{World, cluster};

/// An instance whose transactions wait for one of the other instance after what they asked first.
struct Meeting {
    inner: PostgresStore,
    barrier: Arc<Barrier>,
    runs: AtomicUsize,
}

impl Store for Meeting {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let mut barrier = Some(&self.barrier);
        self.inner.transact(&mut |tx| {
            self.runs.fetch_add(1, Ordering::SeqCst);
            work(&mut MeetingTx { inner: tx, barrier: barrier.take() })
        })
    }
}

struct MeetingTx<'a> {
    inner: &'a mut dyn Tx,
    barrier: Option<&'a Arc<Barrier>>,
}

impl Tx for MeetingTx<'_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        let rows = self.inner.read(asks);
        if let Some(barrier) = self.barrier.take() {
            barrier.wait();
        }
        rows
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.inner.write(write)
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.inner.query(sql, params)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.inner.execute(sql, params)
    }
}

/// Two inspectors, each of whom has a car of his own, issue an order for the other's car at the same moment: each transaction locks both
/// accounts. If each began with its own, the two would wait for each other until Postgres ended one.
#[test]
fn two_who_lock_each_others_accounts_do_not_wait_in_a_circle() {
    let url = cluster().database().unwrap();
    let world = World::on(Arc::new(PostgresStore::open(&url, 2).unwrap()));
    let inspectors = [world.inspector(), world.inspector()];
    let plates = ["BG111AA", "BG222BB"];
    for (inspector, plate) in inspectors.iter().zip(plates) {
        let vehicle = values![format!("vh_{plate}"), inspector.account().account, plate];
        let insert = "INSERT INTO vehicle (id, account, city, canonical, shown, created_at) VALUES ($1, $2, 'belgrade', $3, $3, 0)";
        transact(&*world.store, |tx| tx.execute(insert, vehicle)).unwrap();
    }
    let barrier = Arc::new(Barrier::new(2));
    let instances = [0, 1].map(|_| Meeting {
        inner: PostgresStore::open(&url, 2).unwrap(),
        barrier: Arc::clone(&barrier),
        runs: AtomicUsize::new(0),
    });
    let zones = ["a", "red", "yellow", "green", "blue"];
    for zone in zones {
        let others = [plates[1], plates[0]];
        let requests = [0, 1].map(|place: usize| {
            let order = NewOrder {
                city: "belgrade".into(),
                plate: others[place].into(),
                zone: zone.into(),
                violation: Violation::NoTicket,
                place: None,
            };
            let inspector = &inspectors[place];
            Request::new("POST", "/v1/inspector/orders").bearer(&inspector.token).key(&world.key()).json(&order)
        });
        let (operator, now) = (&world.operator, world.now());
        std::thread::scope(|scope| {
            for (instance, request) in instances.iter().zip(&requests) {
                scope.spawn(move || {
                    let answer = operator.handle(instance, now, request);
                    assert_eq!(answer.status, 201, "{:?}", answer.refusal());
                });
            }
        });
    }
    let runs = instances.each_ref().map(|instance| instance.runs.load(Ordering::SeqCst));
    assert_eq!(runs, [zones.len(); 2], "no transaction was ended by Postgres and run again");
    world.check_books();
}
