//! Purchases per second over HTTP: on Postgres beside pgbench, on SQLite beside Postgres.

use std::sync::Arc;
use std::time::Duration;

use mesto_operator::store::transact;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{Durability, PostgresStore, SqliteStore, Store, values};
use mesto_simulation::check;
use mesto_simulation::driver::{Rig, no_limits};
use tokio::net::TcpListener;

use crate::peer::{self, Pgbench};
use crate::shop::{self, FromThen, Goods};
use crate::table::{Measure, Target};
use crate::traffic::{self, Sold};
use crate::{Outcome, ROUNDS};

/// As `mesto serve` is set up.
const SERVER_THREADS: usize = 2;

/// What serves HTTP, as `mesto serve` has it.
pub fn http_runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    threads.worker_threads(SERVER_THREADS).on_thread_start(mesto_operator::serve_first).enable_all().build()
}
pub const STORE_CONNECTIONS: usize = 16;
/// Purchases prepared for each second of a run: more than are sold.
pub const PREPARED: usize = 5_000;

pub fn measure(is_short: bool) -> Outcome<Vec<Measure>> {
    let span = Duration::from_secs(if is_short { 2 } else { 6 });
    let count = PREPARED * usize::try_from(span.as_secs())?;
    // Every answer stands on the disk before it is given, on both databases and for the peer.
    let cluster = PostgresCluster::start_with("-c fsync=on -c synchronous_commit=on -c max_connections=200")?;
    let pgbench = Pgbench::prepare(&cluster)?;
    let folder = tempfile::tempdir()?;
    let mut peer = Vec::new();
    let mut rates = Goods::ALL.map(|goods| (goods, Vec::new(), Vec::new()));
    for round in 1..=ROUNDS {
        let tps = pgbench.rate(span)?;
        peer.push(tps);
        for (goods, on_postgres, on_sqlite) in &mut rates {
            let url = cluster.database()?;
            if peer::durability(&cluster, &peer::name_of(&url))? != "on/on" {
                return Err("the cluster does not wait for the disk".into());
            }
            let open = || -> Outcome<Arc<dyn Store>> { Ok(Arc::new(PostgresStore::open(&url, STORE_CONNECTIONS)?)) };
            let settle = || peer::settle(&cluster, &peer::name_of(&url));
            let postgres = sell(&open, &settle, (*goods, count), span)?.per_second;
            let file = folder.path().join(format!("round-{round}-{goods:?}.sqlite"));
            let open = || -> Outcome<Arc<dyn Store>> { Ok(Arc::new(SqliteStore::open(&file, Durability::Full)?)) };
            // Closing the store wrote everything into the file.
            let sqlite = sell(&open, &|| Ok(()), (*goods, count), span)?.per_second;
            eprintln!("round {round}: {goods:?}: pgbench {tps:.0}/s, Postgres {postgres:.0}/s, SQLite {sqlite:.0}/s");
            on_postgres.push(postgres);
            on_sqlite.push(sqlite);
        }
    }
    let measures = rates.into_iter().flat_map(|(goods, postgres, sqlite)| {
        let (on_postgres, on_sqlite) = match goods {
            Goods::Ticket => ("Tickets over HTTP on Postgres", "Tickets over HTTP on SQLite"),
            Goods::Visit => ("Garage payments over HTTP on Postgres", "Garage payments over HTTP on SQLite"),
            Goods::Ride => ("Rides over HTTP on Postgres", "Rides over HTTP on SQLite"),
        };
        let unit = "32 connections, per second, more is better";
        [
            Measure {
                name: on_postgres,
                unit,
                ours: ("Mesto on Postgres".into(), postgres.clone()),
                peer: ("pgbench -M prepared -c 32 -j 2 -s 10".into(), peer.clone()),
                target: Target::AtLeast(0.5),
            },
            Measure {
                name: on_sqlite,
                unit,
                ours: ("Mesto on SQLite (WAL, FULL, group commit)".into(), sqlite),
                peer: ("Mesto on Postgres".into(), postgres),
                target: Target::AtLeast(1.5),
            },
        ]
    });
    Ok(measures.collect())
}

/// Prepares purchases, opens the store anew, serves it, sells for `span`, and checks the books.
fn sell(
    open: &dyn Fn() -> Outcome<Arc<dyn Store>>,
    settle: &dyn Fn() -> Outcome<()>,
    (goods, count): (Goods, usize),
    span: Duration,
) -> Outcome<Sold> {
    let rig = Rig::of(goods.city()?, open()?, no_limits());
    let mut purchases = shop::prepare(&rig, goods, count)?;
    let (operator, now) = (Arc::clone(&rig.operator), rig.now);
    // Closed: what is measured begins with an operator that has just started.
    drop(rig);
    shuffle(&mut purchases);
    settle()?;
    let store = open()?;
    let runtime = http_runtime()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let served = runtime.spawn(mesto_operator::serve(
        listener,
        operator,
        Arc::clone(&store),
        Arc::new(FromThen::start(now)),
        async move {
            let _ = ended.await;
        },
    ));
    let drivers = std::thread::spawn(move || traffic::drive(address, &purchases, span));
    let sold = drivers.join().map_err(|_| "the drivers' thread ended early")??;
    drop(end);
    runtime.block_on(served)??;
    check_books(&*store, sold)?;
    Ok(sold)
}

/// Drivers do not come in the order in which they signed up.
pub fn shuffle<T>(list: &mut [T]) {
    let mut random = mesto_simulation::random::Random::new(1);
    for last in (1..list.len()).rev() {
        list.swap(last, random.below(last + 1));
    }
}

pub fn check_books(store: &dyn Store, sold: Sold) -> Outcome<()> {
    // Only the check asks for the legs of a holder; without this it would read all of them for each
    // account.
    transact(store, |tx| tx.execute("CREATE INDEX bench_leg_of_holder ON ledger_leg (holder)", values![]))?;
    transact(store, |tx| tx.execute("ANALYZE", values![]))?;
    let faults = transact(store, check::laws)?;
    if let Some(fault) = faults.first() {
        return Err(format!("{} laws are broken, the first: {fault}", faults.len()).into());
    }
    let delivered = "SELECT COUNT(*) AS count FROM sale WHERE pay = 'deposit' AND state = 'delivered'";
    let rows = transact(store, |tx| tx.query(delivered, values![]))?;
    let sales = rows.first().map_or(Ok(0), |row| row.get("count"))?;
    if sales != i64::try_from(sold.purchases)? {
        return Err(format!("{} purchases were answered 201 and {sales} stand in the books", sold.purchases).into());
    }
    Ok(())
}
