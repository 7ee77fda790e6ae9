//! The order of locks, on two instances over one Postgres: accounts by id, then subjects. Nobody waits in a circle.

use std::sync::{Arc, Barrier};

use mesto_operator::store::transact;
use mesto_operator::{PostgresStore, Request, values};
use mesto_protocol::orders::control::NewOrder;
use mesto_protocol::orders::driver::Violation;

use crate::meeting::{Meeting, Place};
use crate::world::{World, cluster};

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
    let instances = [0, 1]
        .map(|_| Meeting::new(PostgresStore::open(&url, 2).unwrap(), Place::BehindTheFirstRead, Arc::clone(&barrier)));
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
    let runs = instances.each_ref().map(Meeting::runs);
    assert_eq!(runs, [zones.len(); 2], "no transaction was ended by Postgres and run again");
    world.check_books();
}
