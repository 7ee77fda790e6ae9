//! `/healthz` and `/readyz` of an operator that serves, on stores that stand still, are full, take
//! no writes, or whose clock is another one.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::store::transact;
use mesto_operator::{
    Clock, Durability, PostgresAddress, PostgresStore, SqliteStore, Store, SystemClock, serve, values,
};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::freezing::FreezingWay;
use crate::world::{World, cluster, refused, rsd};

/// The machine's clock, off by so much.
struct OffClock(TimeDelta);

impl Clock for OffClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }
}

/// An operator that serves until this is dropped, by the machine's clock or by one that stands.
struct Serving {
    address: SocketAddr,
    world: World,
    end: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Serving {
    fn on(store: Arc<dyn Store>, off: Option<TimeDelta>) -> Self {
        let world = World::on(store);
        let (operator, store) = (Arc::clone(&world.operator), Arc::clone(&world.store));
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let clock: Arc<dyn Clock> = match off {
            Some(off) => Arc::new(OffClock(off)),
            None => world.clock(),
        };
        let served = serve(listener, operator, store, clock, async {
            let _ = ended.await;
        });
        let thread = std::thread::spawn(move || runtime.block_on(served).unwrap());
        Self { address, world, end: Some(end), thread: Some(thread) }
    }

    /// Status and body.
    fn get(&self, path: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: operator\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap())
    }

    /// Asks until it is so; the store is looked at every second.
    #[track_caller]
    fn becomes(&self, path: &str, is_so: impl Fn(u16, &Value) -> bool) -> Value {
        let mut last = None;
        for _ in 0..3_000 {
            let (alive, _) = self.get("/healthz");
            assert_eq!(alive, 200, "it lives whatever its store does");
            let (status, body) = self.get(path);
            if is_so(status, &body) {
                return body;
            }
            last = Some((status, body));
            std::thread::park_timeout(Duration::from_millis(10));
        }
        panic!("{path} stays {last:?}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

fn said(body: &Value) -> &str {
    body["params"]["reason"].as_str().unwrap_or_default()
}

// Row 34 of the first trial.
#[test]
fn an_operator_whose_database_stands_still_lives_and_is_not_ready_until_it_speaks() {
    let url = cluster().database().unwrap();
    let way = FreezingWay::to(cluster().port());
    let address = PostgresAddress::parse(&way.url(&url), None).unwrap().answering_within(Duration::from_millis(500));
    let serving = Serving::on(Arc::new(PostgresStore::connect(address, 2).unwrap()), None);
    serving.becomes("/readyz", |status, body| status == 200 && body["status"] == "ready");
    way.freeze();
    let body = serving.becomes("/readyz", |status, _| status == 503);
    assert!(said(&body).contains("did not answer"), "{body}");
    way.thaw();
    serving.becomes("/readyz", |status, _| status == 200);
}

/// Another connection to the server of an operator's database.
struct Beside {
    store: PostgresStore,
    database: String,
}

impl Beside {
    fn set(&self, setting: &str, value: &str) {
        let sql = format!("ALTER DATABASE {} SET {setting} = {value}", self.database);
        transact(&self.store, |tx| tx.execute(&sql, &[])).unwrap();
    }

    /// Cuts whoever is connected to it.
    fn cut(&self) {
        let sql = "SELECT CAST(pg_terminate_backend(pid) AS TEXT) AS ended FROM pg_stat_activity WHERE CAST(datname AS TEXT) = $1";
        transact(&self.store, |tx| tx.query(sql, values![&self.database])).unwrap();
    }
}

/// An operator on a database of its own, and a connection beside it.
fn serving_beside() -> (Serving, Beside) {
    let url = cluster().database().unwrap();
    let database = url.rsplit('/').next().unwrap().to_owned();
    let beside = Beside { store: PostgresStore::open(&cluster().database().unwrap(), 1).unwrap(), database };
    (Serving::on(Arc::new(PostgresStore::open(&url, 2).unwrap()), None), beside)
}

#[test]
fn a_look_at_a_database_that_says_nothing_is_one_try_and_a_cut_connection_is_opened_again() {
    let url = cluster().database().unwrap();
    let way = FreezingWay::to(cluster().port());
    let store = PostgresStore::connect(PostgresAddress::parse(&way.url(&url), None).unwrap(), 1).unwrap();
    let database = url.rsplit('/').next().unwrap().to_owned();
    let beside = Beside { store: PostgresStore::open(&cluster().database().unwrap(), 1).unwrap(), database };
    let now = crate::world::start();
    store.probe(now).unwrap();
    let opened = way.opened();
    // Whoever is connected is cut: the same look opens another connection.
    beside.cut();
    store.probe(now).unwrap();
    assert_eq!(way.opened(), opened + 1);
    way.freeze();
    let told = store.probe(now).unwrap_err().to_string();
    assert!(told.contains("did not answer within 2 s"), "{told}");
    assert_eq!(way.opened(), opened + 1, "the time of the look was over: no second one");
    // One that has to open a connection takes no longer.
    let told = store.probe(now).unwrap_err().to_string();
    assert!(told.contains("did not answer within 2 s"), "{told}");
    assert_eq!(way.opened(), opened + 2);
    way.thaw();
    store.probe(now).unwrap();
}

#[test]
fn a_postgres_that_only_reads_is_told_and_not_ready() {
    let (serving, beside) = serving_beside();
    let driver = serving.world.driver("+381641234567");
    serving.becomes("/readyz", |status, _| status == 200);
    // As a primary that became a replica: whoever is connected is cut.
    let set = |value: &str| {
        beside.set("default_transaction_read_only", value);
        beside.cut();
    };
    set("on");
    let body = serving.becomes("/readyz", |status, body| status == 503 && said(body).contains("read-only"));
    assert_eq!(body["code"], "unavailable");
    let vehicle = serde_json::json!({"city": "belgrade", "plate": "BG789PP"});
    let answer = driver.post("/v1/vehicles", &vehicle);
    refused("unavailable", &answer);
    assert_eq!(answer.status, 503);
    set("off");
    serving.becomes("/readyz", |status, _| status == 200);
    assert_eq!(driver.post("/v1/vehicles", &vehicle).status, 201);
}

#[test]
fn an_instance_whose_store_another_version_migrated_is_not_ready_and_answers_503() {
    let (serving, beside) = serving_beside();
    let driver = serving.world.driver("+381641234567");
    serving.becomes("/readyz", |status, _| status == 200);
    let history = |sql: &str| transact(&*serving.world.store, |tx| tx.execute(sql, &[])).unwrap();
    history("INSERT INTO schema_history (version, name, checksum) VALUES (99, 'next', 'of another version')");
    beside.cut();
    let body = serving.becomes("/readyz", |status, _| status == 503);
    assert_eq!(said(&body), "it was written by a newer version: its schema is V99, and this version knows V2");
    let vehicle = serde_json::json!({"city": "belgrade", "plate": "BG789PP"});
    let answer = driver.post("/v1/vehicles", &vehicle);
    refused("unavailable", &answer);
    assert_eq!(answer.status, 503);
    let text = String::from_utf8_lossy(&answer.body);
    assert!(text.contains("the store is not this version's any more"), "{text}");
}

fn on_sqlite(folder: &Path) -> (Serving, Arc<SqliteStore>) {
    let store = Arc::new(SqliteStore::open(&folder.join("operator.db"), Durability::None).unwrap());
    (Serving::on(store.clone(), None), store)
}

#[test]
fn a_sqlite_that_takes_no_writes_is_told_and_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let (serving, store) = on_sqlite(folder.path());
    let driver = serving.world.driver("+381641234567");
    serving.becomes("/readyz", |status, _| status == 200);
    // Its disk is one that only reads from now on.
    transact(store.inline(), |tx| tx.query("PRAGMA query_only = ON", &[])).unwrap();
    let vehicle = serde_json::json!({"city": "belgrade", "plate": "BG789PP"});
    let answer = driver.post("/v1/vehicles", &vehicle);
    refused("unavailable", &answer);
    assert_eq!(answer.status, 503);
    let body = serving.becomes("/readyz", |status, _| status == 503);
    assert!(said(&body).contains("takes no writes"), "{body}");
}

#[test]
fn a_sqlite_that_is_full_is_told_and_not_ready_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let (serving, store) = on_sqlite(folder.path());
    let driver = serving.world.driver("+381641234567");
    serving.becomes("/readyz", |status, _| status == 200);
    store.inline().limit_pages(store.inline().pages().unwrap()).unwrap();
    let full = (0..500).map(|_| driver.ask_top_up(rsd("200.00"))).find(|answer| answer.status != 201);
    let full = full.expect("it is never full");
    refused("storage_full", &full);
    assert_eq!(full.status, 507);
    let body = serving.becomes("/readyz", |status, _| status == 503);
    assert!(said(&body).contains("no room"), "{body}");
    store.inline().limit_pages(1_000_000).unwrap();
    serving.becomes("/readyz", |status, _| status == 200);
}

#[test]
fn a_postgres_that_is_full_is_told_and_not_ready_until_there_is_room() {
    let url = cluster().database().unwrap();
    let serving = Serving::on(Arc::new(PostgresStore::open(&url, 2).unwrap()), None);
    let driver = serving.world.driver("+381641234567");
    serving.becomes("/readyz", |status, _| status == 200);
    // As the server says it: a table gets no further page.
    let beside = PostgresStore::open(&url, 1).unwrap();
    let run = |sql: &str| transact(&beside, |tx| tx.execute(sql, &[])).unwrap();
    run(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100''; END'",
    );
    run("CREATE TRIGGER full_disk BEFORE INSERT ON quote EXECUTE FUNCTION full_disk()");
    let full = driver.ask_top_up(rsd("200.00"));
    refused("storage_full", &full);
    assert_eq!(full.status, 507);
    let body = serving.becomes("/readyz", |status, _| status == 503);
    assert!(said(&body).contains("no room"), "{body}");
    run("DROP TRIGGER full_disk ON quote");
    serving.becomes("/readyz", |status, _| status == 200);
    assert_eq!(driver.ask_top_up(rsd("200.00")).status, 201);
}

// Row 5 of the first trial.
#[test]
fn a_clock_that_differs_from_the_databases_is_measured_and_told() {
    let store: Arc<dyn Store> = Arc::new(PostgresStore::open(&cluster().database().unwrap(), 1).unwrap());
    let serving = Serving::on(Arc::clone(&store), Some(TimeDelta::seconds(5)));
    let body = serving.becomes("/healthz", |_, body| body["notes"]["clock_skew"].is_string());
    let told = body["notes"]["clock_skew"].as_str().unwrap();
    assert!(told.contains("ms ahead of the database's") && body["status"] == "ok", "{body}");
    let clock: Arc<dyn Clock> = Arc::new(OffClock(TimeDelta::seconds(-3)));
    let skew = serving.world.operator.clock_skew(&*store, &clock).unwrap().expect("a quick answer");
    assert!((skew - TimeDelta::seconds(3)).abs() < TimeDelta::seconds(1), "{skew}");
    let right = Serving::on(store, Some(TimeDelta::zero()));
    right.becomes("/readyz", |status, _| status == 200);
    assert_eq!(right.get("/healthz").1, serde_json::json!({"status": "ok"}));
}
