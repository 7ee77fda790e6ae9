//! A database that stands still under load and speaks again: nobody is told what did not happen,
//! and nothing happens twice.

use std::sync::Arc;
use std::time::Duration;

use mesto_operator::{PostgresAddress, PostgresStore, Request};
use mesto_simulation::driver::{Driver, morning};

use crate::freezing::FreezingWay;
use crate::served::{Served, Watch, cluster};

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
