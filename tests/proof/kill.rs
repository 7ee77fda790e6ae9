//! `kill -9` of the operator's process in the middle of 200 purchases, on both databases: nothing lost, nothing doubled.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use mesto_operator::store::transact;
use mesto_operator::{Durability, PostgresStore, SqliteInline, Store, payment, values};
use mesto_protocol::api::{BankNotice, BankOutcome, Purchased, Quote, Session, Topup, Vehicle};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::route;
use mesto_simulation::{check, postgres};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::rig::dinar;

const SECRET: &str = "a secret of the bank and the operator";
const ZONES: [&str; 5] = ["a", "red", "yellow", "green", "blue"];
const DRIVERS: usize = 40;
const THREADS: usize = 8;
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
    let cluster = postgres::cluster().unwrap_or_else(|why| panic!("{why}"));
    let url = cluster.database().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = || -> Arc<dyn Store> { Arc::new(PostgresStore::open(&url, 1).unwrap()) };
    play(folder.path(), &["--database-url", &url], &store);
}

struct Purchase {
    token: String,
    key: String,
    quote: Quote,
}

fn play(folder: &Path, database: &[&str], store: &dyn Fn() -> Arc<dyn Store>) {
    std::fs::write(folder.join("secret"), SECRET).unwrap();
    let keys = Command::new(program()).args(["keys", "init"]).arg(folder.join("keys")).output().unwrap();
    assert!(keys.status.success(), "{}", String::from_utf8_lossy(&keys.stderr));

    write_city(folder);
    let reserved = reserved_port();
    let listen =
        reserved.as_ref().map_or_else(|| "127.0.0.1:0".to_owned(), |port| port.local_addr().unwrap().to_string());
    let mut server = Server::start(folder, database, &listen);
    let address = server.address;
    let books = store();
    let purchases: Vec<Purchase> = (0..DRIVERS).flat_map(|driver| prepare(address, &*books, driver)).collect();
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
                    let (status, body) = persist(address, purchase, &broken, &restarts);
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
        let bought: Purchased = serde_json::from_slice(body).unwrap();
        assert!(tickets.insert(bought.ticket.id.clone()), "two purchases got one ticket");
        let (again, replay) = persist(address, &purchases[*index], &broken, &restarts);
        assert_eq!((again, &replay), (201, body), "a replayed key is answered byte for byte, after a crash too");
    }
    assert_eq!(tickets.len(), 200);
    server.kill();

    let books = store();
    let spent: i64 = purchases.iter().map(|purchase| purchase.quote.terms.total.minor().unwrap()).sum();
    let (faults, deposits, sold) = transact(&*books, |tx| {
        let number = |rows: Vec<mesto_operator::store::Row>| rows[0].int(0);
        Ok((
            check::laws(tx)?,
            number(tx.query("SELECT CAST(SUM(deposit) AS BIGINT) FROM account", values![])?)?,
            number(tx.query("SELECT COUNT(*) FROM ticket", values![])?)?,
        ))
    })
    .unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(sold, 200);
    assert_eq!(deposits, i64::try_from(DRIVERS).unwrap() * 100_000 - spent);
}

/// Belgrade, but selling ahead at any hour: the served operator runs on the machine's clock, and this test must not care what it shows.
fn write_city(folder: &Path) {
    let city = folder.join("cities/belgrade");
    std::fs::create_dir_all(&city).unwrap();
    for (name, paper) in mesto_rules::load::embedded_papers("belgrade") {
        let ahead = paper.replace("outside_hours = \"refuse\"", "outside_hours = \"next_opening\"");
        assert_eq!(ahead != paper, name == "city.toml", "{name}");
        std::fs::write(city.join(name), ahead).unwrap();
    }
}

/// One driver with a funded deposit, and a quote in every zone.
fn prepare(address: SocketAddr, books: &dyn Store, driver: usize) -> Vec<Purchase> {
    let phone = format!("+3816120{driver:05}");
    let must = |method: &str, path: &str, headers: &[(&str, &str)], body: &Value| -> Vec<u8> {
        let (status, answer) = ask(address, method, path, headers, &serde_json::to_vec(body).unwrap()).unwrap();
        assert!(status < 300, "{method} {path} -> {status} {}", String::from_utf8_lossy(&answer));
        answer
    };
    must("POST", route::ONE_TIME_CODE, &[], &json!({ "phone": phone }));
    let sent =
        transact(books, |tx| tx.query("SELECT body FROM outbox WHERE recipient = $1", values![&phone])?[0].string(0))
            .unwrap();
    let code = sent.split(|letter: char| !letter.is_ascii_digit()).find(|word| word.len() == 6).unwrap();
    let seed = [u8::try_from(driver + 1).unwrap(); 32];
    let device_key = SoftwareDevice::from_seed(&seed).unwrap().device_key().to_text();
    let session = must(
        "POST",
        route::SESSION,
        &[],
        &json!({ "phone": phone, "code": code, "device": "load", "device_key": device_key }),
    );
    let session: Session = serde_json::from_slice(&session).unwrap();
    let bearer = format!("Bearer {}", session.token);
    let post = |path: &str, name: &str, body: Value| {
        let key = format!("prepare-{driver:04}-{name}-key");
        must("POST", path, &[("authorization", &bearer), ("idempotency-key", &key)], &body)
    };
    let vehicle: Vehicle = serde_json::from_slice(&post(
        route::VEHICLES,
        "vehicle",
        json!({ "city": "belgrade", "plate": format!("BG {driver:03}-KL") }),
    ))
    .unwrap();
    let far = "2099-01-01T00:00:00Z";
    let topup = post(
        route::TOPUPS,
        "topup",
        json!({ "amount": dinar(1_000), "not_after": far, "return_url": "mesto://return" }),
    );
    let topup: Topup = serde_json::from_slice(&topup).unwrap();
    let notice = BankNotice {
        payment: format!("pay-{driver}"),
        reference: topup.id,
        amount: topup.amount,
        outcome: BankOutcome::Approved,
        reason: None,
    };
    let notice = serde_json::to_vec(&notice).unwrap();
    let signature = payment::sign(SECRET.as_bytes(), &notice);
    let (status, _) = ask(address, "POST", route::BANK_NOTICE, &[(payment::SIGNATURE, &signature)], &notice).unwrap();
    assert!(status < 300);
    ZONES
        .iter()
        .map(|zone| {
            let minutes = if *zone == "a" { 30 } else { 60 };
            let asked = json!({ "city": "belgrade", "zone": zone, "vehicle": vehicle.id, "minutes": minutes });
            let quote: Quote = serde_json::from_slice(&post(route::QUOTES, &format!("quote-{zone}"), asked)).unwrap();
            Purchase { token: session.token.clone(), key: format!("purchase-{driver:04}-{zone}-00000000"), quote }
        })
        .collect()
}

/// Sends a purchase until it is answered for good, always with the same key, as an app does.
fn persist(address: SocketAddr, purchase: &Purchase, broken: &AtomicUsize, restarts: &Restarts) -> (u16, Vec<u8>) {
    let body =
        serde_json::to_vec(&json!({ "quote": purchase.quote.id, "not_after": purchase.quote.expires_at })).unwrap();
    let bearer = format!("Bearer {}", purchase.token);
    for _ in 0..10_000 {
        let seen = restarts.count();
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", purchase.key.as_str())];
        match ask(address, "POST", route::TICKETS, &headers, &body) {
            Ok((status, answer)) if status < 500 && status != 409 && status != 429 => return (status, answer),
            Ok(_) => {}
            // Refused connections while the process is down are not what the test is about.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => restarts.wait_beyond(seen),
            Err(_) => {
                broken.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
    panic!("{} is never answered", purchase.key);
}

/// How often the process came back: who is refused waits for the next time instead of knocking.
#[derive(Default)]
struct Restarts(Mutex<usize>, Condvar);

impl Restarts {
    fn count(&self) -> usize {
        *self.0.lock().unwrap()
    }

    fn tell(&self) {
        *self.0.lock().unwrap() += 1;
        self.1.notify_all();
    }

    fn wait_beyond(&self, seen: usize) {
        let waiting =
            self.1.wait_timeout_while(self.0.lock().unwrap(), Duration::from_secs(60), |count| *count <= seen);
        assert!(!waiting.unwrap().1.timed_out(), "the operator does not come back");
    }
}

/// One request on a connection of its own.
fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<(u16, Vec<u8>)> {
    let broken = |why: &str| std::io::Error::new(std::io::ErrorKind::UnexpectedEof, why.to_owned());
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes())?;
    stream.write_all(body)?;
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

/// A port that nobody else is given while the process is dead: bound, but not listening. Only Linux lets two sockets share
/// a port so.
fn reserved_port() -> Option<TcpSocket> {
    cfg!(target_os = "linux").then(|| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        socket
    })
}

/// `mesto serve` as a process of its own.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(folder: &Path, database: &[&str], listen: &str) -> Self {
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
        Self { process, address }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(&mut self) {
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
fn program() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let program = folder.join("mesto");
    assert!(program.exists(), "{} is missing: build it with `cargo build -p mesto-cli`", program.display());
    program
}
