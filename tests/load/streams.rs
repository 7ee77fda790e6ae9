//! Purchases per second beside those who only listen or read: 10,000 idle event streams, 64
//! anonymous readers of the city and the contract, and nobody, in the same run.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use mesto_operator::{Durability, SqliteStore, Store};
use mesto_simulation::driver::Rig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::purchases::{PREPARED, check_books, http_runtime, shuffle};
use crate::shop::{self, FromThen, Goods};
use crate::table::{Measure, Target};
use crate::traffic::{self, Sold};
use crate::{Outcome, ROUNDS};

/// Streams that nothing is told.
const STREAMS: usize = 10_000;
/// Connections that read the city and the contract by turns.
const READERS: usize = 64;
/// Each asks so often. As fast as they can they would only measure that the processor is shared.
const READ_EVERY: Duration = Duration::from_secs(1);
/// Streams that are opened at once.
const AT_ONCE: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nobody,
    Streams,
    Readers,
}

pub fn measure(is_short: bool) -> Outcome<Vec<Measure>> {
    let span = Duration::from_secs(if is_short { 2 } else { 6 });
    let streams = if is_short { STREAMS / 10 } else { STREAMS };
    let count = PREPARED * usize::try_from(span.as_secs())?;
    let folder = tempfile::tempdir()?;
    let mut rates = [Beside::Nobody, Beside::Streams, Beside::Readers].map(|beside| (beside, Vec::new()));
    for round in 1..=ROUNDS {
        for (beside, rates) in &mut rates {
            let file = folder.path().join(format!("round-{round}-{beside:?}.sqlite"));
            let open = || -> Outcome<Arc<dyn Store>> { Ok(Arc::new(SqliteStore::open(&file, Durability::Full)?)) };
            let rate = sell(&open, count, streams, *beside, span)?.per_second;
            eprintln!("round {round}: beside {beside:?}: {rate:.0}/s");
            rates.push(rate);
            std::fs::remove_file(&file)?;
        }
    }
    let [(_, nobody), (_, streaming), (_, reading)] = rates;
    let unit = "32 connections, per second, more is better";
    let peer = ("Mesto on SQLite, nobody else".to_owned(), nobody);
    Ok(vec![
        Measure {
            name: "Tickets over HTTP beside idle event streams",
            unit,
            ours: (format!("beside {streams} idle event streams"), streaming),
            peer: peer.clone(),
            target: Target::AtLeast(0.9),
        },
        Measure {
            name: "Tickets over HTTP beside readers of city and contract",
            unit,
            ours: (format!("beside {READERS} readers, each once a second"), reading),
            peer,
            target: Target::AtLeast(0.95),
        },
    ])
}

fn sell(
    open: &dyn Fn() -> Outcome<Arc<dyn Store>>,
    count: usize,
    streams: usize,
    beside: Beside,
    span: Duration,
) -> Outcome<Sold> {
    let rig = Rig::new(open()?);
    // Who listens does not buy.
    let mut purchases = shop::prepare(&rig, Goods::Ticket, count + streams)?;
    purchases.truncate(count);
    let (operator, now) = (Arc::clone(&rig.operator), rig.now);
    drop(rig);
    shuffle(&mut purchases);
    let store = open()?;
    let runtime = http_runtime()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let clock = Arc::new(FromThen::start(now));
    let told = async move {
        let _ = ended.await;
    };
    let served = runtime.spawn(mesto_operator::serve(listener, operator, Arc::clone(&store), clock, told));
    let company = match beside {
        Beside::Nobody => None,
        Beside::Streams => Some(Company::start(&["--hold-streams", &(count + 1).to_string()], address, streams)?),
        Beside::Readers => Some(Company::start(&["--read"], address, READERS)?),
    };
    let drivers = std::thread::spawn(move || traffic::drive(address, &purchases, span));
    let sold = drivers.join().map_err(|_| "the drivers' thread ended early")??;
    if let Some(company) = company {
        company.end()?;
    }
    drop(end);
    runtime.block_on(served)??;
    check_books(&*store, sold)?;
    Ok(sold)
}

/// A process of its own, so that its sockets are not the operator's: this program, as it was
/// called. It says a line when all are there, and goes on until its input ends.
struct Company(Child);

impl Company {
    fn start(words: &[&str], address: SocketAddr, count: usize) -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(words)
            .args([address.to_string(), count.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let company = Self(child);
        if line.trim() == "ready" { Ok(company) } else { Err("those beside the drivers did not come in".into()) }
    }

    /// Fails when they lost a connection or were answered anything but 200 in the meantime.
    fn end(mut self) -> Outcome<()> {
        drop(self.0.stdin.take());
        if self.0.wait()?.success() { Ok(()) } else { Err("those beside the drivers were not served".into()) }
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The process of a [`Company`]: `None` when the words are for something else.
pub fn company(words: &[String]) -> Option<Outcome<()>> {
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--hold-streams", first, address, count] => Some(hold_streams(first, address, count)),
        ["--read", address, count] => Some(read(address, count)),
        _ => None,
    }
}

/// Ends with standard input.
async fn input_ends() {
    let _ = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
}

fn hold_streams(first: &str, address: &str, count: &str) -> Outcome<()> {
    let (first, count): (usize, usize) = (first.parse()?, count.parse()?);
    let address: SocketAddr = address.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut open = tokio::task::JoinSet::new();
        let mut held = Vec::new();
        let mut numbers = first..first + count;
        loop {
            while open.len() < AT_ONCE
                && let Some(number) = numbers.next()
            {
                open.spawn(open_stream(address, shop::token(number)));
            }
            match open.join_next().await {
                Some(stream) => held.push(stream??),
                None => break,
            }
        }
        // What is told is read, as an app does; whoever is cut has lost.
        let mut listening = tokio::task::JoinSet::new();
        for mut stream in held {
            listening.spawn(async move {
                let mut buffer = [0; 512];
                while !matches!(stream.read(&mut buffer).await, Ok(0) | Err(_)) {}
            });
        }
        println!("ready");
        tokio::select! {
            () = input_ends() => Ok(()),
            _ = listening.join_next() => Err("a stream ended".into()),
        }
    })
}

async fn open_stream(address: SocketAddr, token: String) -> Outcome<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut begun = [0; 12];
    stream.read_exact(&mut begun).await?;
    if &begun == b"HTTP/1.1 200" { Ok(stream) } else { Err("a stream was refused".into()) }
}

fn read(address: &str, count: &str) -> Outcome<()> {
    let (address, count): (SocketAddr, usize) = (address.parse()?, count.parse()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut reading = tokio::task::JoinSet::new();
        for number in 0..count {
            let mut stream = TcpStream::connect(address).await?;
            // Spread over the second.
            let first = READ_EVERY * u32::try_from(number)? / u32::try_from(count)?;
            reading.spawn(async move {
                let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + first, READ_EVERY);
                let mut buffer = Vec::new();
                for path in ["/v1/cities/belgrade", "/v1/openapi.json"].iter().cycle() {
                    beat.tick().await;
                    let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
                    stream.write_all(request.as_bytes()).await?;
                    traffic::answer(&mut stream, &mut buffer, 200).await?;
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            });
        }
        println!("ready");
        tokio::select! {
            () = input_ends() => Ok(()),
            ended = reading.join_next() => match ended {
                Some(ended) => ended?,
                None => Err("nobody reads".into()),
            },
        }
    })
}
