//! The order of locks, on two instances over one Postgres: accounts by id, then subjects. Nobody
//! waits in a circle.

use std::sync::{Arc, Barrier};

use chrono::TimeDelta;
use mesto_operator::store::transact;
use mesto_operator::{PostgresStore, Request, values};
use mesto_protocol::kernel::ids::{RecordId, TicketId};
use mesto_protocol::orders::driver::Violation;
use mesto_protocol::orders::inspectors::NewOrder;

use crate::meeting::{Meeting, Place};
use crate::world::{World, cluster};

/// Two inspectors, each of whom has a car of his own, issue an order for the other's car at the
/// same moment: each transaction locks both accounts. If each began with its own, the two would
/// wait for each other until Postgres ended one.
#[test]
fn two_who_lock_each_others_accounts_do_not_wait_in_a_circle() {
    let url = cluster().database().unwrap();
    let world = World::on(Arc::new(PostgresStore::open(&url, 2).unwrap()));
    let inspectors = [world.inspector(), world.inspector()];
    let plates = ["BG111AA", "BG222BB"];
    let zones = ["a", "red", "yellow", "green", "blue"];
    let mut tickets = 0;
    for (inspector, plate) in inspectors.iter().zip(plates) {
        for zone in zones {
            tickets += 1;
            // Over for a minute: whose it was is told of an order there.
            let (account, id) = (inspector.account().account, TicketId::new(world.now(), [tickets; 10]));
            let (from, until) = (
                (world.now() - TimeDelta::hours(1)).timestamp_millis(),
                (world.now() - TimeDelta::minutes(1)).timestamp_millis(),
            );
            let ticket = "INSERT INTO ticket (id, account, channel, city, zone, state, issued_at, starts_at, ends_at, paid_minutes, price, currency, lines, tariff, pay, stay, stay_started_at, stay_paid_until) \
                VALUES ($1, $2, 'app', 'belgrade', $3, 'expired', $4, $4, $5, 59, 0, 'RSD', '[]', '2025-02-01', 'deposit', 'st_01k479dz00qgg4pqj408q8qgak', $4, $5)";
            let of_plate = "INSERT INTO ticket_plate (ticket, city, zone, canonical, shown, ends_at, signed, issue) VALUES ($1, 'belgrade', $2, $3, $3, $4, '', 1)";
            transact(&*world.store, |tx| {
                tx.execute(ticket, values![id, account, zone, from, until])?;
                tx.execute(of_plate, values![id, zone, plate, until])
            })
            .unwrap();
        }
    }
    let barrier = Arc::new(Barrier::new(2));
    let instances = [0, 1]
        .map(|_| Meeting::new(PostgresStore::open(&url, 2).unwrap(), Place::BehindTheFirstRead, Arc::clone(&barrier)));
    for zone in zones {
        let others = [plates[1], plates[0]];
        let requests = [0, 1].map(|place: usize| {
            let order = NewOrder {
                city: "belgrade".into(),
                plate: others[place].into(),
                zone: zone.into(),
                violation: Violation::NoTicket,
                location: None,
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
    // Each was told of the orders for his own car: both accounts were locked every time.
    for (inspector, plate) in inspectors.iter().zip(plates) {
        let told = inspector.account().orders;
        assert!(told.len() == zones.len() && told.iter().all(|order| order.plate.canonical == plate), "{told:?}");
    }
    world.check_books();
}
