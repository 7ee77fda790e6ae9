//! `kill -9` of the operator's process in the middle of 200 purchases, on both databases: nothing
//! lost, nothing doubled.

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
use mesto_operator::{Durability, PostgresStore, Request, Response, SqliteInline, Store, values};
use mesto_protocol::base::payments::Bought;
use mesto_protocol::headers;
use mesto_protocol::parking::purchase::ParkingOutcome;
use mesto_simulation::check;
use mesto_simulation::driver::{Counter, Driver, SECRET};
use serde_json::Value;
use tokio::net::TcpSocket;

const ZONES: [&str; 5] = ["a", "red", "yellow", "green", "blue"];
pub const DRIVERS: u64 = 40;
pub const THREADS: usize = 8;
/// The process is killed when so many answers were heard.
const KILLS: [usize; 3] = [30, 90, 150];

#[test]
fn kill_nine_in_two_hundred_purchases_on_sqlite_loses_and_doubles_nothing_bg_34() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operator.sqlite");
    let store = || -> Arc<dyn Store> { Arc::new(SqliteInline::open(&file, Durability::Full).unwrap()) };
    play(folder.path(), &["--database", file.to_str().unwrap()], &store);
}

#[test]
fn kill_nine_in_two_hundred_purchases_on_postgres_loses_and_doubles_nothing_bg_34() {
    let cluster = PostgresCluster::start().unwrap_or_else(|why| panic!("{why}"));
    let url = cluster.database().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = || -> Arc<dyn Store> { Arc::new(PostgresStore::open(&url, 1).unwrap()) };
    play(folder.path(), &["--database-url", &url], &store);
}

pub struct Purchase {
    /// Minor units.
    pub price: i64,
    pub request: Request,
}

fn play(folder: &Path, database: &[&str], store: &dyn Fn() -> Arc<dyn Store>) {
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
    let address = server.address;
    let counter = Served { address, books: store() };
    let purchases: Vec<Purchase> = (0..DRIVERS).flat_map(|number| prepare(&counter, number)).collect();
    assert_eq!(purchases.len(), 200);

    let answered = Arc::new((Mutex::new(0_usize), Condvar::new()));
    let next = AtomicUsize::new(0);
    let answers: Mutex<Vec<(usize, u16, Vec<u8>)>> = Mutex::new(Vec::new());
    let broken = AtomicUsize::new(0);
    let restarts = Restarts::default();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    let Some(purchase) = purchases.get(index) else { return };
                    let (status, body) = persist(address, &purchase.request, &broken, &restarts);
                    answers.lock().unwrap().push((index, status, body));
                    *answered.0.lock().unwrap() += 1;
                    answered.1.notify_all();
                }
            });
        }
        for kill in KILLS {
            let mut count = answered.0.lock().unwrap();
            while *count < kill {
                let (again, waited) = answered.1.wait_timeout(count, Duration::from_secs(60)).unwrap();
                assert!(!waited.timed_out(), "only {} answers came", *again);
                count = again;
            }
            drop(count);
            server.kill();
            server = Server::start(folder, database, &address.to_string());
            restarts.tell();
        }
    });

    assert!(
        broken.load(Ordering::SeqCst) > 0,
        "no request was under way when the process was killed: the test proves nothing"
    );
    let mut tickets = HashSet::new();
    for (index, status, body) in answers.lock().unwrap().iter() {
        assert_eq!(*status, 201, "{}", String::from_utf8_lossy(body));
        let bought: Bought = serde_json::from_slice(body).unwrap();
        let ticket = bought.sale.items[0].outcome::<ParkingOutcome>().unwrap().unwrap().ticket;
        assert!(tickets.insert(ticket.id), "two purchases got one ticket");
        let (again, replay) = persist(address, &purchases[*index].request, &broken, &restarts);
        assert_eq!((again, &replay), (201, body), "a replayed key is answered byte for byte, after a crash too");
    }
    assert_eq!(tickets.len(), 200);
    server.kill();

    let books = store();
    let spent: i64 = purchases.iter().map(|purchase| purchase.price).sum();
    let (faults, deposits, sold) = transact(&*books, |tx| {
        let number = |rows: Vec<mesto_operator::store::Row>| rows[0].get::<i64>("number");
        Ok((
            check::laws(tx)?,
            number(tx.query("SELECT CAST(SUM(deposit) AS BIGINT) AS number FROM account", values![])?)?,
            number(tx.query("SELECT COUNT(*) AS number FROM ticket", values![])?)?,
        ))
    })
    .unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(sold, 200);
    assert_eq!(deposits, i64::try_from(DRIVERS).unwrap() * 100_000 - spent);
}

/// Belgrade, but selling ahead at any hour: the served operator runs on the machine's clock, and
/// this test must not care what it shows.
pub fn write_city(folder: &Path) {
    let city = folder.join("cities/belgrade");
    std::fs::create_dir_all(&city).unwrap();
    for (name, text) in mesto_rules::load::embedded_files("belgrade") {
        let ahead = text.replace("sold_ahead = \"same_day\"", "sold_ahead = \"next_opening\"");
        assert_eq!(ahead != text, name == "parking.toml", "{name}");
        std::fs::write(city.join(name), ahead).unwrap();
    }
}

/// The operator behind its socket, with its books beside it.
pub struct Served {
    pub address: SocketAddr,
    pub books: Arc<dyn Store>,
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

/// A purchase in every zone by one driver, whose deposit covers them.
pub fn prepare(counter: &Served, number: u64) -> Vec<Purchase> {
    let mut driver = Driver::new(counter, number);
    driver.fund(1_000);
    let vehicle = driver.vehicle;
    ZONES
        .iter()
        .map(|zone| {
            let quote = driver.quote(vehicle, zone, if *zone == "a" { 30 } else { 60 });
            Purchase { price: quote.total.minor().unwrap(), request: driver.purchase(&quote) }
        })
        .collect()
}

/// Sends a purchase until it is answered for good, always with the same key, as an app does.
fn persist(address: SocketAddr, purchase: &Request, broken: &AtomicUsize, restarts: &Restarts) -> (u16, Vec<u8>) {
    for _ in 0..10_000 {
        let seen = restarts.count();
        match ask(address, purchase) {
            Ok((status, answer)) if status < 500 && status != 409 && status != 429 => return (status, answer),
            Ok(_) => {}
            // Refused connections while the process is down are not what the test is about.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => restarts.wait_beyond(seen),
            Err(_) => {
                broken.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
    panic!("{:?} is never answered", purchase.get(headers::IDEMPOTENCY_KEY));
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
