//! Opening the client with 10,000 tickets, beside opening the same file with plain rusqlite and reading the active rows.
//!
//! The measure: at most 3 times. Medians of alternated pairs in one run.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::indexing_slicing, reason = "a measurement")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mesto_client::system::{MemorySecrets, SystemClock, SystemEntropy, device_signer};
use mesto_client::{Client, Config, Link, LinkAnswer, LinkError, LinkRequest, NoReminders, Ports};
use serde_json::json;

const TICKETS: i64 = 10_000;
const ACTIVE: i64 = 5;
const PAIRS: usize = 201;

struct Nobody;

#[async_trait::async_trait]
impl Link for Nobody {
    async fn send(&self, _: LinkRequest) -> Result<LinkAnswer, LinkError> {
        Err(LinkError::NotSent("a measurement has no network".to_owned()))
    }
}

fn ports() -> Ports {
    let secrets = MemorySecrets::default();
    let signer = device_signer(&secrets, &SystemEntropy).unwrap();
    Ports {
        link: Arc::new(Nobody),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        secrets: Arc::new(secrets),
        signer: Arc::new(signer),
        reminders: Arc::new(NoReminders),
    }
}

fn fill(path: &Path) {
    let mut file = rusqlite::Connection::open(path).unwrap();
    let transaction = file.transaction().unwrap();
    transaction.execute("INSERT INTO meta (name, value) VALUES ('account', '\"a1\"')", []).unwrap();
    for number in 0..TICKETS {
        let active = number >= TICKETS - ACTIVE;
        // Far ahead for those that are active, past for the others.
        let start = if active { 4_000_000_000_000 } else { 1_600_000_000_000 + number * 3_600_000 };
        let (from, to) = (moment(start), moment(start + 3_600_000));
        let price = json!({"amount": "80.00", "currency": "RSD"});
        let ticket = json!({
            "id": format!("t{number:06}"), "city": "belgrade", "zone": "red", "plate": "BG789PP", "plate_shown": "BG 789-PP",
            "channel": "app", "state": if active { "active" } else { "expired" }, "issued_at": from, "starts_at": from,
            "ends_at": to, "minutes": 60, "price": price,
            "lines": [{"kind": {"type": "limited", "units": 1, "unit_minutes": 60, "unit_price": price}, "amount": price}],
            "tariff": "2025-02-01", "pay": "deposit",
            "stay": {"id": format!("s{number:06}"), "started_at": from, "deadline": to, "paid_until": to},
            "signed": "A".repeat(600),
        });
        transaction
            .execute(
                "INSERT INTO ticket (id, open, issued_at, starts_at, ends_at, json) VALUES (?1, ?2, ?3, ?3, ?4, ?5)",
                rusqlite::params![format!("t{number:06}"), active, start, start + 3_600_000, ticket.to_string()],
            )
            .unwrap();
    }
    transaction.commit().unwrap();
}

fn moment(ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(ms).unwrap().to_rfc3339()
}

fn plain(path: &Path) -> usize {
    let file = rusqlite::Connection::open(path).unwrap();
    let mut statement =
        file.prepare("SELECT json FROM ticket WHERE open = 1 AND ends_at > ?1 ORDER BY ends_at").unwrap();
    let rows = statement.query_map([1_756_900_000_000_i64], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| row.unwrap().len()).sum()
}

fn client(path: &Path, ports: &Ports) -> usize {
    let client = Client::open(Config::new(path, "belgrade", [0; 32]), ports.clone()).unwrap();
    let shown = client.snapshot();
    assert_eq!(shown.active_tickets.len() as i64, ACTIVE);
    shown.active_tickets.len()
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mesto.db");
    let ports = ports();
    drop(Client::open(Config::new(&path, "belgrade", [0; 32]), ports.clone()).unwrap());
    fill(&path);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        theirs.push(timed(|| plain(&path)));
        ours.push(timed(|| client(&path, &ports)));
    }
    ours.sort();
    theirs.sort();
    let (ours, theirs) = (ours[PAIRS / 2], theirs[PAIRS / 2]);
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("open_client_10000_tickets {} us", ours.as_micros());
    println!("open_plain_rusqlite {} us", theirs.as_micros());
    println!("ratio {ratio:.2} (at most 3)");
}
