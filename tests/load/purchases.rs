//! Purchases per second over HTTP: on Postgres beside pgbench, on SQLite beside Postgres.

use std::sync::Arc;
use std::time::Duration;

use mesto_operator::store::transact;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{Durability, PostgresStore, SqliteStore, Store, values};
use mesto_simulation::check;
use mesto_simulation::driver::Rig;
use tokio::net::TcpListener;

use crate::peer::{self, Pgbench};
use crate::shop::{self, FromThen};
use crate::table::{Measure, Target};
use crate::traffic::{self, Sold};
use crate::{Outcome, ROUNDS};

/// As `mesto serve` is set up.
const SERVER_THREADS: usize = 2;
const STORE_CONNECTIONS: usize = 32;
/// Purchases prepared for each second of a run: more than are sold.
const PREPARED: usize = 5_000;

pub fn measure(is_short: bool) -> Outcome<[Measure; 2]> {
    let span = Duration::from_secs(if is_short { 2 } else { 6 });
    let seconds = usize::try_from(span.as_secs())?;
    // Every answer stands on the disk before it is given, on both databases and for the peer.
    let cluster = PostgresCluster::start_with("-c fsync=on -c synchronous_commit=on -c max_connections=200")?;
    let pgbench = Pgbench::prepare(&cluster)?;
    let folder = tempfile::tempdir()?;
    let (mut peer, mut postgres, mut sqlite) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        peer.push(pgbench.rate(span)?);
        let url = cluster.database()?;
        if peer::durability(&cluster, &peer::name_of(&url))? != "on/on" {
            return Err("the cluster does not wait for the disk".into());
        }
        let open = || -> Outcome<Arc<dyn Store>> { Ok(Arc::new(PostgresStore::open(&url, STORE_CONNECTIONS)?)) };
        let settle = || peer::settle(&cluster, &peer::name_of(&url));
        postgres.push(sell(&open, &settle, PREPARED * seconds, span)?.per_second);
        let file = folder.path().join(format!("round-{round}.sqlite"));
        let open = || -> Outcome<Arc<dyn Store>> { Ok(Arc::new(SqliteStore::open(&file, Durability::Full)?)) };
        // Closing the store wrote everything into the file.
        sqlite.push(sell(&open, &|| Ok(()), PREPARED * seconds, span)?.per_second);
        eprintln!(
            "round {round}: pgbench {:.0}/s, Postgres {:.0}/s, SQLite {:.0}/s",
            peer.last().unwrap_or(&0.0),
            postgres.last().unwrap_or(&0.0),
            sqlite.last().unwrap_or(&0.0)
        );
    }
    Ok([
        Measure {
            name: "Purchases over HTTP on Postgres, 32 connections",
            unit: "per second, more is better",
            ours: ("Mesto on Postgres".into(), postgres.clone()),
            peer: ("pgbench -M prepared -c 32 -j 2 -s 10".into(), peer),
            target: Target::AtLeast(0.5),
        },
        Measure {
            name: "Purchases over HTTP on SQLite, 32 connections",
            unit: "per second, more is better",
            ours: ("Mesto on SQLite (WAL, FULL, group commit)".into(), sqlite),
            peer: ("Mesto on Postgres".into(), postgres),
            target: Target::AtLeast(1.5),
        },
    ])
}

/// Prepares purchases, opens the store anew, serves it, sells for `span`, and checks the books.
fn sell(
    open: &dyn Fn() -> Outcome<Arc<dyn Store>>,
    settle: &dyn Fn() -> Outcome<()>,
    count: usize,
    span: Duration,
) -> Outcome<Sold> {
    let rig = Rig::new(open()?);
    let mut purchases = shop::prepare(&rig, count)?;
    let (operator, now) = (Arc::clone(&rig.operator), rig.now);
    // Closed: what is measured begins with an operator that has just started.
    drop(rig);
    shuffle(&mut purchases);
    settle()?;
    let store = open()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(SERVER_THREADS).enable_all().build()?;
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
fn shuffle<T>(list: &mut [T]) {
    let mut random = mesto_simulation::random::Random::new(1);
    for last in (1..list.len()).rev() {
        list.swap(last, random.below(last + 1));
    }
}

fn check_books(store: &dyn Store, sold: Sold) -> Outcome<()> {
    // Only the check asks for the legs of a holder; without this it would read all of them for each account.
    transact(store, |tx| tx.execute("CREATE INDEX bench_leg_of_holder ON ledger_leg (holder)", values![]))?;
    transact(store, |tx| tx.execute("ANALYZE", values![]))?;
    let faults = transact(store, check::laws)?;
    if let Some(fault) = faults.first() {
        return Err(format!("{} laws are broken, the first: {fault}", faults.len()).into());
    }
    let rows = transact(store, |tx| tx.query("SELECT COUNT(*) AS count FROM ticket", values![]))?;
    let tickets = rows.first().map_or(Ok(0), |row| row.get("count"))?;
    if tickets != i64::try_from(sold.tickets)? {
        return Err(
            format!("{} purchases were answered 201 and {tickets} tickets stand in the books", sold.tickets).into()
        );
    }
    Ok(())
}
