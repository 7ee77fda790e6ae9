//! Clocks that jump, and two instances whose clocks differ, behind one proxy.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use chrono::TimeDelta;
use mesto_operator::{PostgresStore, Request};
use mesto_protocol::base::accounts::Account;
use mesto_protocol::base::payments::Bought;
use mesto_protocol::event::{Cursor, EventPage};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::orders::inspectors::PlateCheck;
use mesto_simulation::driver::{Driver, morning};

use crate::scene::{must, staff};
use crate::served::{Served, Watch, cluster, guarded};

/// A proxy that gives each connection to the next instance. Its threads end with the connections.
struct Proxy(SocketAddr);

impl Proxy {
    fn before(instances: [SocketAddr; 2]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for (from, to) in listener.incoming().zip(instances.into_iter().cycle()) {
                let (Ok(from), Ok(to)) = (from, TcpStream::connect(to)) else { return };
                let (back, forth) = (to.try_clone().unwrap(), from.try_clone().unwrap());
                std::thread::spawn(move || carry(forth, to));
                std::thread::spawn(move || carry(back, from));
            }
        });
        Self(address)
    }

    /// One request, on a connection of its own: the next one goes to the other instance.
    fn ask(&self, request: &Request) -> (u16, Vec<u8>) {
        mesto_simulation::kill::ask(self.0, request).unwrap()
    }

    #[track_caller]
    fn must<T: serde::de::DeserializeOwned>(&self, request: &Request) -> T {
        let (status, body) = self.ask(request);
        assert!(status < 300, "{} {} -> {status} {}", request.method, request.path, String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

#[test]
fn two_instances_whose_clocks_differ_behind_a_proxy_are_one_operator() {
    let url = cluster().database().unwrap();
    let instance =
        |behind: TimeDelta| Served::on(Arc::new(PostgresStore::open(&url, 4).unwrap()), Watch::at(morning() - behind));
    let instances = [instance(TimeDelta::zero()), instance(TimeDelta::seconds(2))];
    let served = &instances[0];
    let inspector = staff(served, Role::Inspector, None, None);
    let mut driver = Driver::new(served, 1);
    driver.fund(5_000);
    let proxy = Proxy::before(instances.each_ref().map(|one| one.address));
    let read = |path: &str| Request::new("GET", path).bearer(&driver.token);
    let account: Account = proxy.must(&read("/v1/account"));
    let mut cursor: Cursor = account.cursor;
    let (account, events) = (read("/v1/account"), read("/v1/events"));
    for (round, zone) in ["a", "red", "yellow", "green", "blue"].into_iter().cycle().take(10).enumerate() {
        if round == 5 {
            driver.vehicle = driver.add_vehicle("NS123AB");
        }
        // Bought at either instance, looked at by the other one.
        let quote = driver.quote(driver.vehicle, zone, 30);
        let purchase = driver.purchase(&quote);
        let bought: Bought = proxy.must(&purchase);
        let plate = if round < 5 { "BG001AA" } else { "NS123AB" };
        for _ in 0..2 {
            let path = format!("/v1/inspector/check?city=belgrade&plate={plate}&zone={zone}");
            let mut check = Request::new("GET", &path).bearer(&inspector);
            check.path = path;
            let check: PlateCheck = proxy.must(&check);
            assert!(check.is_covered, "round {round} in {zone}: a car that was paid for is not covered");
            // The answer is the same wherever the key is replayed.
            let again: Bought = proxy.must(&purchase);
            assert_eq!(again, bought);
        }
        // Whoever follows the events through the proxy misses none.
        for _ in 0..2 {
            let mut after = events.clone();
            after.path = format!("/v1/events?after={cursor}");
            let page: EventPage = proxy.must(&after);
            for event in page.events {
                assert_eq!(event.cursor.seq, cursor.seq + 1);
                cursor = event.cursor;
            }
        }
        let now: Account = proxy.must(&account);
        assert_eq!(now.cursor, cursor);
        instances.iter().for_each(|one| one.watch.pass(TimeDelta::seconds(1)));
    }
    assert_eq!(served.number("SELECT COUNT(*) AS number FROM ticket"), 10);
    served.check();
}

fn survives_a_jump(served: &Served) {
    let mut driver = Driver::new(served, 1);
    driver.fund(1_000);
    let quote = driver.quote(driver.vehicle, "red", 60);
    let purchase = driver.purchase(&quote);
    must::<Bought>(served, &purchase);
    let read = Request::new("GET", "/v1/account").bearer(&driver.token);
    let before = served.send(&read).body;
    let now = served.now();
    for jump in [TimeDelta::days(3_650), TimeDelta::days(-3_650), TimeDelta::days(400)] {
        served.watch.set(now + jump);
        // What is due is done, and everybody asks.
        for _ in 0..3 {
            served.operator.due(&*served.store, served.now());
            for request in [&read, &purchase, &Request::new("GET", "/healthz"), &Request::new("GET", "/v1/clock")] {
                let answer = served.send(request);
                assert!(answer.status < 600 && answer.status != 500, "{} {}", request.path, answer.status);
            }
        }
        served.watch.set(now);
        served.operator.due(&*served.store, served.now());
        assert_eq!(
            String::from_utf8(served.send(&read).body).unwrap(),
            String::from_utf8(before.clone()).unwrap(),
            "after a jump of {jump}"
        );
        assert_eq!(served.number("SELECT COUNT(*) AS number FROM ticket_plate"), 1, "after a jump of {jump}");
        assert_eq!(served.number("SELECT COUNT(*) AS number FROM vehicle"), 1, "after a jump of {jump}");
    }
    let next = driver.quote(driver.vehicle, "green", 30);
    must::<Bought>(served, &driver.purchase(&next));
    served.check();
}

#[test]
fn a_clock_that_jumps_by_years_for_a_moment_costs_nobody_anything_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operator.sqlite");
    let store = mesto_operator::SqliteStore::open(&file, mesto_operator::Durability::None).unwrap();
    survives_a_jump(&Served::of(Arc::new(guarded(morning(), false)), Arc::new(store), Watch::at(morning())));
}

#[test]
fn a_clock_that_jumps_by_years_for_a_moment_costs_nobody_anything_on_postgres() {
    let store = PostgresStore::open(&cluster().database().unwrap(), 4).unwrap();
    survives_a_jump(&Served::of(Arc::new(guarded(morning(), false)), Arc::new(store), Watch::at(morning())));
}
