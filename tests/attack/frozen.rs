//! A database that stands still under load and speaks again: nobody is told what did not happen,
//! and nothing happens twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use mesto_operator::store::transact;
use mesto_operator::{PostgresAddress, PostgresStore, Request, values};
use mesto_simulation::driver::{Driver, morning};

use crate::freezing::FreezingWay;
use crate::served::{LONG, Served, Watch, cluster};

#[test]
fn purchases_at_a_frozen_database_are_told_to_be_unknown_and_each_is_booked_once() {
    let url = cluster().database().unwrap();
    let way = FreezingWay::to(cluster().port());
    let address = PostgresAddress::parse(&way.url(&url), None).unwrap().answering_within(Duration::from_millis(700));
    let served = &Served::on(Arc::new(PostgresStore::connect(address, 4).unwrap()), Watch::at(morning()));
    let beside = PostgresStore::open(&url, 1).unwrap();
    let mut driver = Driver::new(served, 1);
    driver.fund(5_000);
    let mut purchases: Vec<Request> = Vec::new();
    for number in 0..12 {
        let vehicle = driver.add_vehicle(&format!("NS{number:03}AA"));
        for zone in ["a", "red", "yellow", "green", "blue"] {
            let quote = driver.quote(vehicle, zone, 30);
            purchases.push(driver.purchase(&quote));
        }
    }
    let (first, rest) = purchases.split_at(20);
    let acknowledged = served.at_once(first);
    assert!(acknowledged.iter().all(|answer| answer.status == 201));
    way.freeze();
    let answers = served.at_once(rest);
    for answer in &answers {
        assert_eq!(answer.status, 503, "{:?}", answer.refusal());
        assert!(answer.get("retry-after").is_some());
    }
    // It lives, and says that it is not ready.
    assert_eq!(served.send(&Request::new("GET", "/healthz")).status, 200);
    // What was made once is told all the same.
    assert_eq!(served.send(&Request::new("GET", "/v1/cities/belgrade")).status, 200);
    way.thaw();
    for (request, told) in first.iter().zip(&acknowledged) {
        assert_eq!(served.send(request).body, told.body, "what was acknowledged stays");
    }
    let mut sold = 0;
    for request in rest {
        let mut tries = 0;
        let answer = loop {
            let answer = served.send(request);
            if answer.status != 503 {
                break answer;
            }
            tries += 1;
            assert!(tries < 200, "the database is not used again");
        };
        assert!(answer.status == 201 || answer.refusal().is_some_and(|problem| problem.code == "deposit_too_low"));
        assert_eq!(served.send(request).body, answer.body);
        sold += i64::from(answer.status == 201);
    }
    assert!(sold > 0, "nothing was sold after the database spoke again");
    assert_eq!(served.number("SELECT COUNT(*) AS number FROM ticket"), 20 + sold);
    served.operator.audit_ledger(&beside).unwrap();
    served.check();
}

/// Sixteen requests of one account wait for its row, which somebody holds: they leave connections
/// to the others, who are answered before any of them.
#[test]
fn one_account_whose_row_is_held_does_not_take_every_connection() {
    let url = cluster().database().unwrap();
    let served = &Served::on(Arc::new(PostgresStore::open(&url, 8).unwrap()), Watch::at(morning()));
    let beside = PostgresStore::open(&url, 2).unwrap();
    let mut stuck = Driver::new(served, 1);
    stuck.fund(5_000);
    let quotes = ["a", "red", "yellow", "green"].map(|zone| stuck.quote(stuck.vehicle, zone, 30));
    let purchases: Vec<Request> = (0..16).map(|place| stuck.purchase(&quotes[place % quotes.len()])).collect();
    let mut others: Vec<Driver<'_>> = (2..6)
        .map(|number| {
            let mut other = Driver::new(served, number);
            other.fund(5_000);
            other
        })
        .collect();
    let (held, is_held) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let answered = &AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (holds, account) = (&beside, stuck.account);
        scope.spawn(move || {
            let released = &released;
            transact(holds, |tx| {
                tx.query("SELECT id FROM account WHERE id = $1 FOR UPDATE", values![account])?;
                held.send(()).unwrap();
                let _ = released.recv_timeout(LONG);
                Ok::<_, mesto_operator::StoreError>(())
            })
        });
        is_held.recv_timeout(LONG).unwrap();
        let sent: Vec<_> = purchases
            .iter()
            .map(|purchase| {
                scope.spawn(move || {
                    let answer = served.send(purchase);
                    answered.fetch_add(1, Ordering::SeqCst);
                    answer
                })
            })
            .collect();
        let waiting = "SELECT COUNT(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let mut looks = 0;
        loop {
            let in_the_store: i64 = transact(&beside, |tx| tx.query(waiting, &[])?[0].get("number")).unwrap();
            if usize::try_from(in_the_store).unwrap() + served.store.waiting() == purchases.len() {
                break;
            }
            looks += 1;
            assert!(looks < 100_000, "the purchases do not come");
        }
        for other in &mut others {
            let quote = other.quote(other.vehicle, "red", 30);
            assert_eq!(served.send(&other.purchase(&quote)).status, 201);
        }
        assert_eq!(answered.load(Ordering::SeqCst), 0, "the others waited for the one");
        release.send(()).unwrap();
        for answer in sent {
            let answer = answer.join().unwrap();
            assert!(answer.status < 500, "{:?}", answer.refusal());
        }
    });
    served.check();
}
