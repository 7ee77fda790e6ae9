//! `kill -9` of the operator's process under load: what was acknowledged is there, and nothing is
//! there twice. [`play`] kills as often as it is told to.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use mesto_operator::store::transact;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{
    Durability, PostgresAddress, PostgresReader, PostgresStore, Request, Response, SqliteInline, Store, values,
};
use mesto_protocol::base::payments::Bought;
use mesto_protocol::headers;
use mesto_protocol::parking::purchase::ParkingOutcome;
use serde_json::Value;
use tokio::net::TcpSocket;

use crate::check;
use crate::driver::{Counter, Driver, SECRET, approval};

const ZONES: [&str; 5] = ["a", "red", "yellow", "green", "blue"];
/// Of each round, new ones: they buy in every zone, and the bank tells of a top-up of each.
pub const DRIVERS: u64 = 40;
pub const THREADS: usize = 8;
/// At most so many kills in a round, so that answers come between them.
const KILLS_OF_ROUND: usize = 10;
/// Dinars: on the deposit before the round, and told by the bank in it.
const FUNDED: i64 = 1_000;
const TOPPED_UP: i64 = 500;

/// Where the operator keeps its books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// What was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    pub kills: usize,
    /// Requests that were under way when the process was killed.
    pub broken: usize,
    /// Purchases and notices that were answered.
    pub answered: usize,
}

/// Kills so often, and panics when something is lost or doubled. `mesto` lies beside this program.
pub fn play(database: Database, kills: usize) -> Played {
    let folder = tempfile::tempdir().unwrap();
    match database {
        Database::Sqlite => {
            let file = folder.path().join("operator.sqlite");
            let store = || -> Arc<dyn Store> { Arc::new(SqliteInline::open(&file, Durability::Full).unwrap()) };
            play_on(folder.path(), &["--database", file.to_str().unwrap()], (&store, &store), kills)
        }
        Database::Postgres => {
            let cluster = PostgresCluster::start().unwrap_or_else(|why| panic!("{why}"));
            let url = cluster.database().unwrap();
            let store = || -> Arc<dyn Store> { Arc::new(PostgresStore::open(&url, 1).unwrap()) };
            // The laws are questions over whole tables.
            let address = PostgresAddress::parse(&url, None).unwrap();
            let report = || -> Arc<dyn Store> { Arc::new(PostgresReader::connect(&address).unwrap()) };
            play_on(folder.path(), &["--database-url", &url], (&store, &report), kills)
        }
    }
}

/// Something that is sent until it is answered.
struct Wanted {
    request: Request,
    /// Minor units that it moves on the deposit.
    moves: i64,
    status: u16,
}

/// Opens a store: for single questions, and for those over whole tables.
type Opens<'a> = &'a dyn Fn() -> Arc<dyn Store>;

fn play_on(folder: &Path, database: &[&str], (store, report): (Opens<'_>, Opens<'_>), kills: usize) -> Played {
    let secret = folder.join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let keys = Command::new(program()).args(["keys", "init"]).arg(folder.join("keys")).output().unwrap();
    assert!(keys.status.success(), "{}", String::from_utf8_lossy(&keys.stderr));
    write_city(folder);
    let reserved = reserved_port();
    let listen =
        reserved.as_ref().map_or_else(|| "127.0.0.1:0".to_owned(), |port| port.local_addr().unwrap().to_string());
    let mut server = Server::start(folder, database, &listen);
    let counter = Served { address: server.address, books: store() };
    let mut played = Played { kills: 0, broken: 0, answered: 0 };
    let (mut tickets, mut deposits, mut drivers) = (HashSet::new(), 0, 0);
    while played.kills < kills {
        counter.forget_tries();
        let wanted: Vec<Wanted> = (drivers..drivers + DRIVERS).flat_map(|number| wanted(&counter, number)).collect();
        drivers += DRIVERS;
        let round = Round { folder, database, wanted: &wanted, kills: KILLS_OF_ROUND.min(kills - played.kills) };
        let broken = round.play(&mut server, &mut tickets);
        played.kills += round.kills;
        played.broken += broken;
        played.answered += wanted.len();
        deposits += wanted.iter().map(|one| one.moves).sum::<i64>();
    }
    assert!(played.broken > 0, "no request was under way when the process was killed: this proves nothing");
    server.kill();
    let (faults, deposit, sold) = transact(&*report(), |tx| {
        let number = |rows: Vec<mesto_operator::store::Row>| rows[0].get::<i64>("number");
        Ok((
            check::laws(tx)?,
            number(tx.query("SELECT CAST(SUM(deposit) AS BIGINT) AS number FROM account", values![])?)?,
            number(tx.query("SELECT COUNT(*) AS number FROM ticket", values![])?)?,
        ))
    })
    .unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(usize::try_from(sold).unwrap(), tickets.len(), "tickets that nobody was told of, or that are gone");
    assert_eq!(deposit, i64::try_from(drivers).unwrap() * FUNDED * 100 + deposits);
    played
}

/// What is sent between the first kill and the last one of a round.
struct Round<'a> {
    folder: &'a Path,
    database: &'a [&'a str],
    wanted: &'a [Wanted],
    kills: usize,
}

impl Round<'_> {
    /// Gives how many requests broke.
    fn play(&self, server: &mut Server, tickets: &mut HashSet<String>) -> usize {
        let address = server.address;
        let answered = (Mutex::new(0_usize), Condvar::new());
        let (next, broken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let answers: Mutex<Vec<(usize, Vec<u8>)>> = Mutex::new(Vec::new());
        let restarts = Restarts::default();
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::SeqCst);
                        let Some(wanted) = self.wanted.get(index) else { return };
                        let (status, body) = persist(address, &wanted.request, &broken, &restarts);
                        assert_eq!(status, wanted.status, "{}", String::from_utf8_lossy(&body));
                        answers.lock().unwrap().push((index, body));
                        *answered.0.lock().unwrap() += 1;
                        answered.1.notify_all();
                    }
                });
            }
            for kill in 1..=self.kills {
                let after = self.wanted.len() * kill / (self.kills + 1);
                let count = answered.0.lock().unwrap();
                let waiting = answered.1.wait_timeout_while(count, Duration::from_secs(60), |count| *count < after);
                assert!(!waiting.unwrap().1.timed_out(), "the answers do not come");
                server.kill();
                *server = Server::start(self.folder, self.database, &address.to_string());
                restarts.tell();
            }
        });
        for (index, body) in answers.into_inner().unwrap() {
            let wanted = &self.wanted[index];
            if wanted.status == 201 {
                let bought: Bought = serde_json::from_slice(&body).unwrap();
                let ticket = bought.sale.items[0].outcome::<ParkingOutcome>().unwrap().unwrap().ticket;
                assert!(tickets.insert(ticket.id.to_string()), "two purchases got one ticket");
            }
            let again = persist(address, &wanted.request, &broken, &restarts);
            assert_eq!(again, (wanted.status, body), "what was answered is answered again, after a crash too");
        }
        broken.into_inner()
    }
}

/// Belgrade, but charged at any hour of any day: the served operator runs on the machine's clock,
/// and this test must not care what it shows. Shortly before closing a price is soon another one.
pub fn write_city(folder: &Path) {
    const AT_ANY_HOUR: [(&str, &str); 6] = [
        ("[\"sat\"]", "[\"sat\", \"sun\"]"),
        ("from = \"07:00\", until = \"21:00\"", "from = \"00:00\", until = \"24:00\""),
        ("from = \"07:00\", until = \"14:00\"", "from = \"00:00\", until = \"24:00\""),
        ("from = \"08:00\", until = \"21:00\"", "from = \"00:00\", until = \"24:00\""),
        ("from = \"08:00\", until = \"14:00\"", "from = \"00:00\", until = \"24:00\""),
        ("on_holidays = { value = \"free\"", "on_holidays = { value = \"charged\""),
    ];
    let city = folder.join("cities/belgrade");
    std::fs::create_dir_all(&city).unwrap();
    for (name, text) in mesto_rules::load::embedded_files("belgrade") {
        let mut text = text.to_owned();
        if name == "parking.toml" {
            for (hours, any_hour) in AT_ANY_HOUR {
                assert!(text.contains(hours), "{hours}");
                text = text.replace(hours, any_hour);
            }
        }
        std::fs::write(city.join(name), text).unwrap();
    }
}

/// The operator behind its socket, with its books beside it.
pub struct Served {
    pub address: SocketAddr,
    pub books: Arc<dyn Store>,
}

impl Served {
    /// All drivers come from one address; what its limits counted is taken away.
    fn forget_tries(&self) {
        transact(&*self.books, |tx| tx.execute("DELETE FROM attempt", values![])).unwrap();
    }
}

impl Counter for Served {
    fn ask(&self, request: &Request) -> Response {
        let (status, body) = ask(self.address, request).unwrap();
        Response { status, headers: Vec::new(), body }
    }

    fn last_code(&self, phone: &str) -> String {
        let sent = "SELECT params FROM message WHERE recipient = $1 ORDER BY id DESC";
        let params: String = transact(&*self.books, |tx| tx.query(sent, values![phone])?[0].get("params")).unwrap();
        let params: Value = serde_json::from_str(&params).unwrap();
        params["code"].as_str().unwrap().to_owned()
    }

    fn deadline(&self) -> DateTime<Utc> {
        "2099-01-01T00:00:00Z".parse().unwrap()
    }
}

/// Something that is bought from the deposit.
pub struct Purchase {
    /// Minor units.
    pub price: i64,
    pub request: Request,
}

/// A purchase in every zone by one driver, whose deposit covers them.
pub fn prepare(counter: &Served, number: u64) -> Vec<Purchase> {
    let mut driver = Driver::new(counter, number);
    driver.fund(FUNDED);
    purchases(&mut driver)
}

fn purchases(driver: &mut Driver<'_>) -> Vec<Purchase> {
    let vehicle = driver.vehicle;
    ZONES
        .iter()
        .map(|zone| {
            let quote = driver.quote(vehicle, zone, if *zone == "a" { 30 } else { 60 });
            Purchase { price: quote.total.minor().unwrap(), request: driver.purchase(&quote) }
        })
        .collect()
}

/// The purchases of one driver, and what the bank tells of his top-up.
fn wanted(counter: &Served, number: u64) -> Vec<Wanted> {
    let mut driver = Driver::new(counter, number);
    driver.fund(FUNDED);
    let topup = driver.topup(TOPPED_UP);
    let told = approval(&topup, &format!("pay-{}", topup.id));
    let bought = purchases(&mut driver).into_iter();
    let mut wanted = vec![Wanted { request: told, moves: TOPPED_UP * 100, status: 204 }];
    wanted.extend(bought.map(|Purchase { price, request }| Wanted { request, moves: -price, status: 201 }));
    wanted
}

/// Sends something until it is answered for good, always with the same key, as an app does.
fn persist(address: SocketAddr, wanted: &Request, broken: &AtomicUsize, restarts: &Restarts) -> (u16, Vec<u8>) {
    for _ in 0..10_000 {
        let seen = restarts.count();
        match ask(address, wanted) {
            Ok((status, answer)) if status < 500 && status != 409 && status != 429 => return (status, answer),
            Ok(_) => {}
            // Refused connections while the process is down are not what the test is about.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => restarts.wait_beyond(seen),
            Err(_) => {
                broken.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
    panic!("{:?} is never answered", wanted.get(headers::IDEMPOTENCY_KEY));
}

/// How often the process came back: who is refused waits for the next time instead of knocking.
#[derive(Default)]
pub struct Restarts(Mutex<usize>, Condvar);

impl Restarts {
    pub fn count(&self) -> usize {
        *self.0.lock().unwrap()
    }

    pub fn tell(&self) {
        *self.0.lock().unwrap() += 1;
        self.1.notify_all();
    }

    pub fn wait_beyond(&self, seen: usize) {
        let waiting =
            self.1.wait_timeout_while(self.0.lock().unwrap(), Duration::from_secs(60), |count| *count <= seen);
        assert!(!waiting.unwrap().1.timed_out(), "the operator does not come back");
    }
}

/// One request on a connection of its own.
pub fn ask(address: SocketAddr, request: &Request) -> std::io::Result<(u16, Vec<u8>)> {
    let broken = |why: &str| std::io::Error::new(std::io::ErrorKind::UnexpectedEof, why.to_owned());
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut head = format!(
        "{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        request.method,
        request.path,
        request.body.len()
    );
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(&request.body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(|| broken("no head"))?;
    let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| broken("no status"))?;
    let named = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse().ok());
    let length: usize = if status == 204 { 0 } else { named.ok_or_else(|| broken("no length"))? };
    let body = answer.split_off(head + 4);
    if body.len() == length { Ok((status, body)) } else { Err(broken("the answer is cut off")) }
}

/// A port that nobody else is given while the process is dead: bound, but not listening. Only Linux
/// lets two sockets share a port so.
fn reserved_port() -> Option<TcpSocket> {
    cfg!(target_os = "linux").then(|| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        socket
    })
}

/// `mesto serve` as a process of its own.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    /// The key that phones pin.
    pub root_key: String,
}

impl Server {
    pub fn start(folder: &Path, database: &[&str], listen: &str) -> Self {
        let mut process = Command::new(program())
            .args(["serve", "--json", "--listen", listen])
            .args(database)
            .arg("--keys")
            .arg(folder.join("keys"))
            .arg("--cities")
            .arg(folder.join("cities"))
            .arg("--bank-secret-file")
            .arg(folder.join("secret"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let said: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("`mesto serve` says `{said}`"));
        let address = said["listen"].as_str().unwrap().parse().unwrap();
        Self { process, address, root_key: said["root_key"].as_str().unwrap().to_owned() }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The `mesto` of this build, beside the test's own binary.
pub fn program() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let program = folder.join("mesto");
    assert!(program.exists(), "{} is missing: build it with `cargo build -p mesto-cli`", program.display());
    program
}
