//! An operator behind its socket, on a clock of its own, with its books beside it.

use std::io::{ErrorKind, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::store::transact;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{
    Clock, Config, Durability, FairShares, HostedPage, Keys, Message, Operator, PostgresStore, Request, Response,
    SignInLimits, SqliteStore, Store, SystemEntropy, serve,
};
use mesto_protocol::kernel::operation::Entry;
use mesto_protocol::services::{SERVICES, operations};
use mesto_rules::City;
use mesto_rules::cards::CardsSection;
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::merchants::{Fee, MerchantsSection};
use mesto_rules::passes::PassesSection;
use mesto_rules::rides::{DatedFare, RidesSection};
use mesto_simulation::check;
use mesto_simulation::driver::{Counter, SECRET, belgrade, dinar, morning};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// Nothing here takes longer; what does hangs.
pub const LONG: Duration = Duration::from_secs(60);
/// How many come at the same instant.
pub const CROWD: usize = 64;

/// A clock that goes only when it is told to.
pub struct Watch(Mutex<DateTime<Utc>>);

impl Clock for Watch {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

impl Watch {
    pub fn at(now: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(now)))
    }

    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap() = now;
    }

    pub fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

/// One server for all tests; it ends with this process.
pub fn cluster() -> &'static PostgresCluster {
    static CLUSTER: OnceLock<PostgresCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| PostgresCluster::start().unwrap_or_else(|why| panic!("{why}")))
}

/// A town that is priced as Belgrade is, with another name.
pub const OTHER_CITY: &str = "zemun";

/// Belgrade with the rides of Almaty, for dinars: one operator has all services.
fn belgrade_with_rides() -> City {
    let almaty = mesto_rules::load::embedded("almaty").unwrap();
    let mut rides = almaty.section::<RidesSection>().unwrap().clone();
    let source = "decision".parse().unwrap();
    let mut cards = almaty.section::<CardsSection>().unwrap().clone();
    (cards.top_ups.least, cards.top_ups.most) = (dinar(100), dinar(10_000));
    let fare = Fact::Known(Known { value: dinar(50), certainty: Certainty::Assumed, source });
    rides.fares = vec![DatedFare { from: "2024-08-03".parse().unwrap(), fare }];
    let mut merchants = almaty.section::<MerchantsSection>().unwrap().clone();
    let source = "decision".parse().unwrap();
    let fee = Fee { basis_points: 100, least: dinar(1) };
    merchants.fee = Fact::Known(Known { value: fee, certainty: Certainty::Assumed, source });
    let limits = &mut merchants.limits;
    (limits.least, limits.most, limits.day_most) = (dinar(10), dinar(10_000), dinar(1_000_000));
    let mut passes = almaty.section::<PassesSection>().unwrap().clone();
    for price in passes.products.iter_mut().flat_map(|product| product.prices.values_mut()) {
        let source = "decision".parse().unwrap();
        *price = Fact::Known(Known { value: dinar(500), certainty: Certainty::Assumed, source });
    }
    let mut city = belgrade();
    city.put_section(passes).unwrap();
    city.put_section(rides).unwrap();
    city.put_section(cards).unwrap();
    city.put_section(merchants).unwrap();
    city
}

fn other_city() -> City {
    let mut city = belgrade_with_rides();
    city.id = OTHER_CITY.parse().unwrap();
    city
}

/// An operator of two cities, with the secret of the bank and the usual shares of each caller.
pub fn guarded(now: DateTime<Utc>, moves_clock: bool) -> Operator {
    let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET.as_bytes());
    let keys = Keys::ephemeral(now, &SystemEntropy).unwrap();
    let config = Config { moves_clock, ..Config::default() };
    let cities = vec![belgrade_with_rides(), other_city()];
    Operator::new(cities, keys, Arc::new(SystemEntropy), Arc::new(page), config).unwrap()
}

/// The same, but open to a crowd: these tests ask more than anybody may.
pub fn operator(now: DateTime<Utc>) -> Operator {
    let code_resend_longest = TimeDelta::seconds(30);
    let limits = SignInLimits { codes_per_network: 1_000_000, code_resend_longest, ..SignInLimits::default() };
    guarded(now, true).limited(limits).limited(FairShares::of(1_000_000, 1_000, 1_000_000))
}

/// An operator that is served. It ends with the value.
pub struct Served {
    pub address: SocketAddr,
    pub operator: Arc<Operator>,
    pub store: Arc<dyn Store>,
    pub watch: Arc<Watch>,
    client: reqwest::Client,
    runtime: Option<Runtime>,
    end: Option<oneshot::Sender<()>>,
    /// That of SQLite.
    folder: Option<tempfile::TempDir>,
}

impl Served {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("operator.sqlite"), Durability::None).unwrap();
        let mut served = Self::on(Arc::new(store), Watch::at(morning()));
        served.folder = Some(folder);
        served
    }

    pub fn postgres() -> Self {
        Self::on(Arc::new(PostgresStore::open(&cluster().database().unwrap(), 8).unwrap()), Watch::at(morning()))
    }

    /// On a file, with the usual shares.
    pub fn guarded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("operator.sqlite"), Durability::None).unwrap();
        let operator = Arc::new(guarded(morning(), true));
        let mut served = Self::of(operator, Arc::new(store), Watch::at(morning()));
        served.folder = Some(folder);
        served
    }

    pub fn on(store: Arc<dyn Store>, watch: Arc<Watch>) -> Self {
        let operator = Arc::new(operator(watch.now()));
        Self::of(operator, store, watch)
    }

    pub fn of(operator: Arc<Operator>, store: Arc<dyn Store>, watch: Arc<Watch>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel();
        let shutdown = async {
            let _ = ended.await;
        };
        runtime.spawn(serve(listener, Arc::clone(&operator), Arc::clone(&store), watch.clone(), shutdown));
        let client = mesto_cli::web::client().unwrap();
        Self { address, operator, store, watch, client, runtime: Some(runtime), end: Some(end), folder: None }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.watch.now()
    }

    pub fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    /// Sends a request as it stands; a body goes as JSON unless it says otherwise.
    pub fn send(&self, request: &Request) -> Response {
        self.try_send(request).unwrap_or_else(|error| panic!("{} {}: {error:?}", request.method, request.path))
    }

    pub fn try_send(&self, request: &Request) -> reqwest::Result<Response> {
        self.runtime().block_on(self.sending(request))
    }

    pub async fn sending(&self, request: &Request) -> reqwest::Result<Response> {
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let target = format!("http://{}{}{query}", self.address, request.path);
        let method = request.method.parse().expect("a method");
        let mut sent = self.client.request(method, target).timeout(LONG).body(request.body.clone());
        if !request.body.is_empty() && request.get("content-type").is_none() {
            sent = sent.header("content-type", "application/json");
        }
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        let answer = sent.send().await?;
        let status = answer.status().as_u16();
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        Ok(Response { status, headers, body: answer.bytes().await?.to_vec() })
    }

    /// What is answered to an operation: never a failure of the operator, and refused only with
    /// what the table lists for it.
    #[track_caller]
    pub fn ask_of(&self, operation: &Entry, request: &Request) -> Response {
        let answer = self.send(request);
        holds(operation, request, &answer);
        answer
    }

    /// Sends all of them at the same instant. On a machine that is too slow for so many some are
    /// refused for the crowd, with nothing done; they are asked again, as a phone asks again.
    pub fn at_once(&self, requests: &[Request]) -> Vec<Response> {
        let barrier = Barrier::new(requests.len());
        let mut answers: Vec<Response> = std::thread::scope(|scope| {
            let sent: Vec<_> = requests
                .iter()
                .map(|request| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        self.send(request)
                    })
                })
                .collect();
            sent.into_iter().map(|sent| sent.join().unwrap()).collect()
        });
        for (answer, request) in answers.iter_mut().zip(requests) {
            let detail = answer.refusal().map(|problem| problem.detail).unwrap_or_default();
            if detail.starts_with("more is asked of the operator") {
                *answer = self.send(request);
            }
        }
        answers
    }

    /// The number that a question of SQL is answered with, in its column `number`.
    pub fn number(&self, sql: &str) -> i64 {
        transact(&*self.store, |tx| tx.query(sql, &[])?[0].get("number")).unwrap()
    }

    /// The books and every law hold.
    #[track_caller]
    pub fn check(&self) {
        self.operator.audit_ledger(&*self.store).unwrap();
        let faults = transact(&*self.store, check::laws).unwrap();
        assert!(faults.is_empty(), "{faults:?}");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(10));
        }
    }
}

/// What comes until the connection ends. One that is kept open does not count as an end.
pub fn heard(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    if let Err(error) = stream.read_to_end(&mut heard) {
        let kind = error.kind();
        assert!(![ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&kind), "the connection was kept open");
    }
    String::from_utf8_lossy(&heard).into_owned()
}

impl Counter for Served {
    fn ask(&self, request: &Request) -> Response {
        self.send(request)
    }

    fn last_code(&self, phone: &str) -> String {
        let sent = self.operator.messages_to(&*self.store, phone).unwrap();
        sent.iter().rev().find_map(Message::code).expect("a code was sent").to_owned()
    }

    fn deadline(&self) -> DateTime<Utc> {
        self.now() + TimeDelta::minutes(2)
    }
}

/// As a test of one operation names it.
pub fn name(operation: &Entry) -> String {
    format!("{} {}", operation.method.as_str(), operation.path)
}

/// The operation with this method and path.
pub fn listed(entry: &Entry) -> &'static Entry {
    operations()
        .find(|one| one.method == entry.method && one.path == entry.path)
        .unwrap_or_else(|| panic!("{} stands in no table", name(entry)))
}

/// Asserts that an answer is one that the table lists for the operation.
#[track_caller]
pub fn holds(operation: &Entry, request: &Request, answer: &Response) {
    let name = format!("{} of {}", request.method, operation.path);
    let body = String::from_utf8_lossy(&answer.body);
    assert!(answer.status < 500, "{name}: {} {body}", answer.status);
    if answer.status < 400 {
        return;
    }
    let kind = answer.get("content-type");
    assert_eq!(kind, Some("application/problem+json"), "{name}: {body}");
    assert_eq!(answer.get("cache-control"), Some("no-store"), "{name}: {body}");
    let problem = answer.refusal().unwrap_or_else(|| panic!("{name}: {body}"));
    let listed = operation.refusals(SERVICES);
    assert!(listed.iter().any(|code| code.as_str() == problem.code), "{name}: {} is not listed: {body}", problem.code);
    let asks_who = answer.get("www-authenticate").is_some();
    assert_eq!(asks_who, answer.status == 401, "{name}: {body}");
}
