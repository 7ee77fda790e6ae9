//! Twice as much is asked as can be done: how long those wait who are served, how soon the others
//! are refused, whether the operator is seen to live; and what one account takes of another's time.
//! And rides at seven tenths of the load that can just be done.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use mesto_operator::testing::PostgresCluster;
use mesto_operator::{Durability, FairShares, PostgresStore, SqliteStore, Store};
use mesto_simulation::driver::Rig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use crate::purchases::{STORE_CONNECTIONS, http_runtime, shuffle};
use crate::shop::{self, FromThen, Goods};
use crate::stopwatch::Stopwatch;
use crate::table::{Measure, Target};
use crate::traffic::written;
use crate::{Outcome, ROUNDS};

/// Connections that ask again as soon as they are answered: the load that can just be done.
const FULL: usize = 64;
/// Those that open the operator's connections before.
const FEW: usize = 16;
/// Connections that those who do not wait for each other may have.
const MOST: usize = 6_000;
/// Purchases prepared for each second of a run.
const PREPARED: usize = 10_000;
/// So long twice the load is offered before it counts: it has to be seen to last.
const WARM_UP: Duration = Duration::from_secs(2);
/// How often the operator is asked whether it lives.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Milliseconds.
const RIDE_WITHIN: f64 = 100.0;
const REFUSED_WITHIN: f64 = 50.0;
const ALIVE_WITHIN: f64 = 20.0;

/// Milliseconds that answers took.
#[derive(Debug, Default)]
struct Times(Vec<f64>);

impl Times {
    fn add(&mut self, took: Duration) {
        self.0.push(took.as_secs_f64() * 1_000.0);
    }

    /// The value that so many hundredths do not exceed; 0 when there is none.
    fn hundredth(&self, hundredths: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let place = (sorted.len() * hundredths / 100).min(sorted.len().saturating_sub(1));
        sorted.get(place).copied().unwrap_or_default()
    }
}

/// Of the load that can just be done, what is offered on a busy day.
const BUSY: f64 = 0.7;

/// What came of a run.
#[derive(Debug, Default)]
struct Ran {
    served: Times,
    refused: Times,
    alive: Times,
    span: Duration,
}

/// A running operator with purchases that are prepared for it.
struct Shop {
    runtime: tokio::runtime::Runtime,
    address: SocketAddr,
    end: tokio::sync::oneshot::Sender<()>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
    requests: Vec<Vec<u8>>,
}

impl Shop {
    fn open(
        open: &dyn Fn() -> Outcome<Arc<dyn Store>>,
        (goods, count): (Goods, usize),
        shares: FairShares,
    ) -> Outcome<Self> {
        let rig = Rig::of(goods.city()?, open()?, shares);
        let mut purchases = shop::prepare(&rig, goods, count)?;
        let (operator, now) = (Arc::clone(&rig.operator), rig.now);
        drop(rig);
        shuffle(&mut purchases);
        let requests = purchases.iter().map(written).collect();
        let store = open()?;
        let runtime = http_runtime()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let told = async move {
            let _ = ended.await;
        };
        let clock = Arc::new(FromThen::start(now));
        let served = runtime.spawn(mesto_operator::serve(listener, operator, store, clock, told));
        Ok(Self { runtime, address, end, served, requests })
    }

    fn close(self) -> Outcome<()> {
        drop(self.end);
        self.runtime.block_on(self.served)??;
        Ok(())
    }
}

pub fn measure(is_short: bool) -> Outcome<Vec<Measure>> {
    let span = Duration::from_secs(if is_short { 2 } else { 5 });
    let rounds = if is_short { 1 } else { ROUNDS };
    let count = PREPARED * usize::try_from((span * 2 + WARM_UP).as_secs())?;
    let cluster = PostgresCluster::start_with("-c fsync=on -c synchronous_commit=on -c max_connections=200")?;
    let folder = tempfile::tempdir()?;
    let mut measures = rides(&cluster, folder.path(), (rounds, span))?;
    for database in ["Postgres", "SQLite"] {
        let (mut full, mut twice, mut refused, mut alive) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut alone, mut beside) = (Vec::new(), Vec::new());
        for round in 1..=rounds {
            let (url, file) = (cluster.database()?, folder.path().join(format!("round-{round}.sqlite")));
            let open = || -> Outcome<Arc<dyn Store>> {
                Ok(match database {
                    "Postgres" => Arc::new(PostgresStore::open(&url, STORE_CONNECTIONS)?),
                    _ => Arc::new(SqliteStore::open(&file, Durability::Full)?),
                })
            };
            let shop = Shop::open(&open, (Goods::Ticket, count), FairShares::default())?;
            let (address, requests) = (shop.address, shop.requests.clone());
            let drivers = std::thread::spawn(move || offered(address, requests, (2.0, span)));
            let (at_full, at_twice) = drivers.join().map_err(|_| "the drivers' thread ended early")??;
            let rate = per_second(at_full.served.0.len(), at_full.span);
            eprintln!(
                "round {round}, {database}: full load {rate:.0}/s, p99 {:.0} ms; at twice that {:.0}/s served, p99 {:.0} ms, {:.0}/s refused, p99 {:.0} ms; healthz p99 {:.1} ms",
                at_full.served.hundredth(99),
                per_second(at_twice.served.0.len(), at_twice.span),
                at_twice.served.hundredth(99),
                per_second(at_twice.refused.0.len(), at_twice.span),
                at_twice.refused.hundredth(99),
                at_twice.alive.hundredth(99),
            );
            full.push(at_full.served.hundredth(99));
            twice.push(at_twice.served.hundredth(99));
            refused.push(at_twice.refused.hundredth(99));
            alive.push(at_twice.alive.hundredth(99));
            let (address, span) = (shop.address, span / 2);
            let drivers = std::thread::spawn(move || two_drivers(address, span));
            let (quiet, flooded) = drivers.join().map_err(|_| "the drivers' thread ended early")??;
            eprintln!(
                "round {round}, {database}: another driver's p50 {quiet:.1} ms alone, {flooded:.1} ms beside a flood"
            );
            alone.push(quiet);
            beside.push(flooded);
            shop.close()?;
            if database == "SQLite" {
                std::fs::remove_file(&file)?;
            }
        }
        let on = |postgres: &'static str, sqlite: &'static str| if database == "Postgres" { postgres } else { sqlite };
        measures.extend([
            Measure {
                name: on("Served at twice the load on Postgres", "Served at twice the load on SQLite"),
                unit: "p99 of a purchase, ms, less is better",
                ours: ("twice the load".into(), twice),
                peer: (format!("full load, {FULL} connections"), full),
                target: Target::AtMost(3.0),
            },
            Measure {
                name: on("Refused at twice the load on Postgres", "Refused at twice the load on SQLite"),
                unit: "p99, ms, less is better",
                ours: ("503 with Retry-After".into(), refused),
                peer: ("what is allowed".into(), vec![REFUSED_WITHIN; rounds]),
                target: Target::AtMost(1.0),
            },
            Measure {
                name: on("Liveness at twice the load on Postgres", "Liveness at twice the load on SQLite"),
                unit: "p99 of /healthz, ms, less is better",
                ours: ("/healthz".into(), alive),
                peer: ("what is allowed".into(), vec![ALIVE_WITHIN; rounds]),
                target: Target::AtMost(1.0),
            },
            Measure {
                name: on("A driver beside a flood on Postgres", "A driver beside a flood on SQLite"),
                unit: "p50 of a driver's own request, ms, less is better",
                ours: (format!("{FULL} connections of another account"), beside),
                peer: ("alone".into(), alone),
                target: Target::AtMost(3.0),
            },
        ]);
    }
    Ok(measures)
}

/// Rides at [`BUSY`] of the load that can just be done, whoever waits.
fn rides(cluster: &PostgresCluster, folder: &Path, (rounds, span): (usize, Duration)) -> Outcome<Vec<Measure>> {
    let count = PREPARED * usize::try_from((span * 2 + WARM_UP).as_secs())?;
    let mut measures = Vec::new();
    for database in ["Postgres", "SQLite"] {
        let mut busy = Vec::new();
        for round in 1..=rounds {
            let (url, file) = (cluster.database()?, folder.join(format!("rides-{round}.sqlite")));
            let open = || -> Outcome<Arc<dyn Store>> {
                Ok(match database {
                    "Postgres" => Arc::new(PostgresStore::open(&url, STORE_CONNECTIONS)?),
                    _ => Arc::new(SqliteStore::open(&file, Durability::Full)?),
                })
            };
            let shop = Shop::open(&open, (Goods::Ride, count), FairShares::default())?;
            let (address, requests) = (shop.address, shop.requests.clone());
            let drivers = std::thread::spawn(move || offered(address, requests, (BUSY, span)));
            let (full, at_busy) = drivers.join().map_err(|_| "the drivers' thread ended early")??;
            if !at_busy.refused.0.is_empty() {
                return Err(format!("{} rides were refused", at_busy.refused.0.len()).into());
            }
            eprintln!(
                "round {round}, {database}: rides, full load {:.0}/s; at {BUSY} of it {:.0}/s, p50 {:.1} ms, p99 {:.1} ms",
                per_second(full.served.0.len(), full.span),
                per_second(at_busy.served.0.len(), at_busy.span),
                at_busy.served.hundredth(50),
                at_busy.served.hundredth(99),
            );
            busy.push(at_busy.served.hundredth(99));
            shop.close()?;
            if database == "SQLite" {
                std::fs::remove_file(&file)?;
            }
        }
        measures.push(Measure {
            name: if database == "Postgres" {
                "Rides on a busy day on Postgres"
            } else {
                "Rides on a busy day on SQLite"
            },
            unit: "p99 at 0.7 of the load that can just be done, ms, less is better",
            ours: ("a ride".into(), busy),
            peer: ("what is allowed".into(), vec![RIDE_WITHIN; rounds]),
            target: Target::AtMost(1.0),
        });
    }
    Ok(measures)
}

#[allow(clippy::cast_precision_loss, reason = "counts of a bench are far below 2^52")]
fn per_second(count: usize, span: Duration) -> f64 {
    count as f64 / span.as_secs_f64()
}

/// Finds the load that can just be done, then offers so many times as much. Whoever asks is on a
/// machine of his own elsewhere: here he waits for the processor no longer than those who answer
/// him.
fn offered(address: SocketAddr, requests: Vec<Vec<u8>>, (times, span): (f64, Duration)) -> Outcome<(Ran, Ran)> {
    mesto_operator::serve_first();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let requests: Rc<RefCell<Vec<Vec<u8>>>> = Rc::new(RefCell::new(requests));
    runtime.block_on(LocalSet::new().run_until(async {
        let full = at_full_load(address, &requests, span).await?;
        let rate = per_second(full.served.0.len(), full.span) * times;
        let ran = at_a_rate(address, &requests, rate, span).await?;
        Ok((full, ran))
    }))
}

/// Everybody asks again as soon as he is answered. What is refused then is what the disk's own
/// pauses cost; when it is more than one in a hundred, it is not the load that can be done.
async fn at_full_load(address: SocketAddr, requests: &Rc<RefCell<Vec<Vec<u8>>>>, span: Duration) -> Outcome<Ran> {
    // Opens connections and prepares statements.
    asking_again(address, requests, (FEW, Duration::from_millis(500))).await?;
    let ran = asking_again(address, requests, (FULL, span)).await?;
    let (served, refused) = (ran.served.0.len(), ran.refused.0.len());
    if refused * 100 > served {
        return Err(
            format!("{FULL} connections are more than can be served: {served} served, {refused} refused").into()
        );
    }
    Ok(ran)
}

async fn asking_again(
    address: SocketAddr,
    requests: &Rc<RefCell<Vec<Vec<u8>>>>,
    (count, span): (usize, Duration),
) -> Outcome<Ran> {
    let ran = Rc::new(RefCell::new(Ran::default()));
    let watch = Stopwatch::start();
    let tasks: Vec<_> = (0..count)
        .map(|_| {
            let (requests, ran) = (Rc::clone(requests), Rc::clone(&ran));
            tokio::task::spawn_local(async move {
                let mut stream = Wire::open(address).await?;
                while watch.elapsed() < span {
                    let Some(request) = requests.borrow_mut().pop() else { break };
                    let asked = Stopwatch::start();
                    let status = stream.ask(&request, &[201, 503]).await?;
                    let mut ran = ran.borrow_mut();
                    if status == 201 { ran.served.add(asked.elapsed()) } else { ran.refused.add(asked.elapsed()) }
                }
                Outcome::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    let mut ran = std::mem::take(&mut *ran.borrow_mut());
    ran.span = watch.elapsed();
    Ok(ran)
}

/// So many ask in a second, whether those before them were answered or not.
async fn at_a_rate(
    address: SocketAddr,
    requests: &Rc<RefCell<Vec<Vec<u8>>>>,
    rate: f64,
    span: Duration,
) -> Outcome<Ran> {
    let ran = Rc::new(RefCell::new(Ran::default()));
    let idle: Rc<RefCell<Vec<Wire>>> = Rc::default();
    let open = Rc::new(RefCell::new(0_usize));
    let watch = Stopwatch::start();
    // Not in the thread of those who ask: it is late itself.
    let looks = std::thread::spawn(move || look(address, WARM_UP + span));
    let (mut tasks, mut sent) = (Vec::new(), 0_u32);
    let mut beat = tokio::time::interval(Duration::from_millis(2));
    while watch.elapsed() < WARM_UP + span {
        beat.tick().await;
        while f64::from(sent) < watch.elapsed().as_secs_f64() * rate {
            sent += 1;
            let Some(request) = requests.borrow_mut().pop() else {
                return Err("too few purchases were prepared".into());
            };
            let (ran, idle, open) = (Rc::clone(&ran), Rc::clone(&idle), Rc::clone(&open));
            tasks.push(tokio::task::spawn_local(async move {
                let asked = Stopwatch::start();
                let known = idle.borrow_mut().pop();
                let mut stream = match known {
                    Some(stream) => stream,
                    None => {
                        *open.borrow_mut() += 1;
                        if *open.borrow() > MOST {
                            return Err(format!("more than {MOST} requests wait at once").into());
                        }
                        Wire::open(address).await?
                    }
                };
                let status = stream.ask(&request, &[201, 503]).await?;
                idle.borrow_mut().push(stream);
                if watch.elapsed() > WARM_UP {
                    let mut ran = ran.borrow_mut();
                    if status == 201 { ran.served.add(asked.elapsed()) } else { ran.refused.add(asked.elapsed()) }
                }
                Outcome::Ok(())
            }));
        }
    }
    for task in tasks {
        task.await??;
    }
    let mut ran = std::mem::take(&mut *ran.borrow_mut());
    ran.span = watch.elapsed() - WARM_UP;
    ran.alive = looks.join().map_err(|_| "the thread that looks ended early")??;
    Ok(ran)
}

/// Asks again and again whether the operator lives.
fn look(address: SocketAddr, span: Duration) -> Outcome<Times> {
    mesto_operator::serve_first();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (watch, mut times) = (Stopwatch::start(), Times::default());
        let mut stream = Wire::open(address).await?;
        let mut beat = tokio::time::interval(LOOK_EVERY);
        while watch.elapsed() < span {
            beat.tick().await;
            let asked = Stopwatch::start();
            stream.ask(b"GET /healthz HTTP/1.1\r\nhost: operator\r\n\r\n", &[200]).await?;
            times.add(asked.elapsed());
        }
        Ok(times)
    })
}

/// The p50 of a driver's list of vehicles, ten in a second, alone and beside another account that
/// asks for it over [`FULL`] connections as fast as it is answered.
fn two_drivers(address: SocketAddr, span: Duration) -> Outcome<(f64, f64)> {
    let list = |number: usize| {
        let token = shop::token(number);
        format!("GET /v1/vehicles HTTP/1.1\r\nhost: operator\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(LocalSet::new().run_until(async {
        let watch_driver = async |span: Duration| -> Outcome<f64> {
            let (watch, mut times) = (Stopwatch::start(), Times::default());
            let mut stream = Wire::open(address).await?;
            let mut beat = tokio::time::interval(Duration::from_millis(100));
            while watch.elapsed() < span {
                beat.tick().await;
                let asked = Stopwatch::start();
                stream.ask(&list(1), &[200]).await?;
                times.add(asked.elapsed());
            }
            Ok(times.hundredth(50))
        };
        let alone = watch_driver(span).await?;
        let watch = Stopwatch::start();
        let flood: Vec<_> = (0..FULL)
            .map(|_| {
                let request = list(2);
                tokio::task::spawn_local(async move {
                    let mut stream = Wire::open(address).await?;
                    while watch.elapsed() < span {
                        stream.ask(&request, &[200, 429]).await?;
                    }
                    Outcome::Ok(())
                })
            })
            .collect();
        let beside = watch_driver(span).await?;
        for task in flood {
            task.await??;
        }
        Ok((alone, beside))
    }))
}

/// A connection that is kept.
struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8 * 1024) })
    }

    /// Sends a request and reads its answer, which must have one of these statuses.
    async fn ask(&mut self, request: &[u8], statuses: &[u16]) -> Outcome<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the operator closed the connection".into());
            }
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.ok_or("an answer without its length")?.trim().parse()?;
            if self.buffer.len() < end + 4 + length {
                continue;
            }
            let status: u16 = head.get(9..12).unwrap_or_default().parse()?;
            if statuses.contains(&status) {
                return Ok(status);
            }
            return Err(format!("instead of {statuses:?} came {}", String::from_utf8_lossy(&self.buffer)).into());
        }
    }
}
