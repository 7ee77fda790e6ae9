//! An operator on Postgres with people in it, for tests that come from outside: serves on a free
//! port, says where and with which tokens as a line of JSON, and ends when its input closes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // test code that happens to be a program

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{Clock, PostgresStore, RoleGiven, serve};
use mesto_protocol::kernel::grants::Role;
use mesto_simulation::driver::{Driver, Rig};
use tokio::net::TcpListener;

/// Time does not pass: what a seed found is found again.
struct Stopped(DateTime<Utc>);

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

fn main() {
    let cluster = PostgresCluster::start().unwrap_or_else(|why| panic!("{why}"));
    let store = Arc::new(PostgresStore::open(&cluster.database().unwrap(), 4).unwrap());
    let rig = Rig::new(store);
    let given = RoleGiven::everywhere(Role::Inspector);
    let inspector = rig.operator.create_staff(&*rig.store, rig.now, &given, "Mira").unwrap();
    let given = RoleGiven { role: Role::Controller, city: Some("belgrade"), place: Some("zeleni-venac"), until: None };
    let controller = rig.operator.create_device(&*rig.store, rig.now, &given, "Zeleni venac").unwrap();
    let drivers: Vec<String> = (1..=4)
        .map(|number| {
            let mut driver = Driver::new(&rig, number);
            driver.fund(5_000);
            driver.token
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let said = serde_json::json!({
        "url": format!("http://{}", listener.local_addr().unwrap()),
        "tokens": {"driver": drivers[0], "inspector": inspector, "controller": controller},
        "leavers": drivers[1..],
    });
    let clock = Arc::new(Stopped(rig.now));
    let served = runtime.spawn(serve(listener, rig.operator, rig.store, clock, std::future::pending()));
    let mut out = std::io::stdout();
    writeln!(out, "{said}").and_then(|()| out.flush()).unwrap();
    let mut nothing = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut nothing);
    served.abort();
}
