//! A phone, an operator, and the network between them.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_client::protocol::base::payments::{NOTICE, NoticeOutcome, PayMethod, ProviderNotice, Quote};
use mesto_client::protocol::base::vehicles::Vehicle;
use mesto_client::protocol::event::EventPage;
use mesto_client::protocol::kernel::EVENTS;
use mesto_client::protocol::kernel::grants::Role;
use mesto_client::protocol::kernel::ids::{AccountId, OrderId, VehicleId};
use mesto_client::protocol::orders::driver::Order;
use mesto_client::protocol::parking::purchase::ParkingOffer;
use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::rules::{CityId, Currency, Money, ZoneId};
use mesto_client::{
    CityVersion, Client, Clock, ClockState, Config, Connection, Entropy, IntentView, Link, LinkAnswer, LinkError,
    LinkRequest, LinkStream, Log, LogLine, Opened, OperatorName, Ports, Problem, ProblemCode, Reminder, Reminders,
    Secrets, SecretsError,
};
use mesto_operator::payments::{self, ProviderLink};
use mesto_operator::{HostedPage, Keys, Operator, Profile, Request, SqliteInline};
use mesto_protocol::device::SoftwareDevice;
use mesto_rules::City;

pub const PHONE: &str = "+381641234567";
pub const SECRET: &[u8] = b"shared with the bank";

/// Wednesday, ten in the morning in Belgrade.
pub fn morning() -> DateTime<Utc> {
    "2025-09-03T08:00:00Z".parse().unwrap()
}

pub fn rsd(text: &str) -> Money {
    Money::parse(text, Currency::new("RSD").unwrap()).unwrap()
}

pub fn belgrade() -> CityId {
    "belgrade".parse().unwrap()
}

pub fn zone(name: &str) -> ZoneId {
    name.parse().unwrap()
}

/// What a quote of parking promises.
pub fn offer(quote: &Quote) -> ParkingOffer {
    quote.items[0].offer().unwrap().unwrap()
}

/// Runs a future that only waits at the link; the link answers at once or hangs for ever.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    match poll(future) {
        Some(value) => value,
        None => panic!("the link hangs"),
    }
}

/// One poll: what a future does until the link hangs; dropping it then is the death of the app.
pub fn poll<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// A call whose answer waits at the link, what happens until it comes, and what the call gives
/// then.
pub fn meanwhile<T>(call: impl Future<Output = T>, happens: impl FnOnce()) -> T {
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting = pin!(call);
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    happens();
    let Poll::Ready(ended) = waiting.as_mut().poll(&mut context) else { panic!("the answer is there") };
    ended
}

/// The true time, and the phone's idea of it.
#[derive(Clone)]
pub struct Time(Arc<Mutex<TimeState>>);

struct TimeState {
    now: DateTime<Utc>,
    wrong_by: TimeDelta,
    booted: DateTime<Utc>,
    boots: u32,
}

impl Time {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(TimeState {
            now: morning(),
            wrong_by: TimeDelta::zero(),
            booted: morning() - TimeDelta::hours(5),
            boots: 0,
        })))
    }
    pub fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap().now
    }
    pub fn advance(&self, by: TimeDelta) {
        self.0.lock().unwrap().now += by;
    }
    pub fn wrong_by(&self, by: TimeDelta) {
        self.0.lock().unwrap().wrong_by = by;
    }
    pub fn reboot(&self) {
        let mut state = self.0.lock().unwrap();
        state.booted = state.now;
        state.boots += 1;
    }
}

impl Clock for Time {
    fn wall(&self) -> DateTime<Utc> {
        let state = self.0.lock().unwrap();
        state.now + state.wrong_by
    }
    fn monotonic(&self) -> Duration {
        let state = self.0.lock().unwrap();
        (state.now - state.booted).to_std().unwrap()
    }
    fn boot(&self) -> String {
        self.0.lock().unwrap().boots.to_string()
    }
}

impl mesto_operator::Clock for Time {
    fn now(&self) -> DateTime<Utc> {
        Self::now(self)
    }
}

/// Repeatable "chance": a counter through a mixing function, different for each seed.
pub struct Counter(Mutex<u64>);

impl Counter {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed << 32))
    }
    fn bytes(&self, bytes: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        for byte in bytes {
            *count += 1;
            let mut mixed = count.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed ^= mixed >> 31;
            mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (mixed >> 40) as u8;
        }
    }
}

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        self.bytes(bytes);
    }
}

impl mesto_operator::Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        self.bytes(bytes);
    }
}

/// What happens to a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// No connection: nothing leaves.
    NotSent,
    /// It leaves and is lost.
    RequestLost,
    /// It is executed; the answer is lost.
    AnswerLost,
    /// It is executed twice; the second answer comes.
    Doubled,
    /// It never comes back, before or after it was executed.
    HangsBefore,
    HangsAfter,
    /// It is executed; the answer comes when it is asked for a second time.
    Waits,
    /// Somebody else answers.
    Says(u16, Vec<(String, String)>, Vec<u8>),
}

impl Fault {
    pub fn refuses(code: ProblemCode) -> Self {
        Self::Says(code.status(), Vec::new(), serde_json::to_vec(&Problem::new(code, "as told")).unwrap())
    }
}

/// A copy of an operator's store.
pub struct Copy(Vec<(String, Vec<mesto_operator::store::Row>)>);

/// The network with the operator at its end. A clone is the same one.
#[derive(Clone)]
pub struct Net {
    pub operator: Arc<Operator>,
    pub store: Arc<SqliteInline>,
    pub time: Time,
    state: Arc<Mutex<NetState>>,
}

#[derive(Default)]
struct NetState {
    offline: bool,
    /// For the next requests whose `METHOD path` begins so; a stream is `STREAM /v1/events`.
    faults: VecDeque<(String, Fault)>,
    log: Vec<String>,
    streams: Streams,
    /// How far the operator's clock is ahead of the true time.
    ahead: TimeDelta,
    /// Every `mesto-request-id` that was sent.
    ids: Vec<String>,
}

/// The streams of events that were opened.
#[derive(Default)]
struct Streams {
    /// The link hands on whole answers alone.
    impossible: bool,
    /// `Last-Event-ID` of each.
    opened: Vec<Option<String>>,
    /// How many are open.
    open: Arc<()>,
    /// Those of an earlier number have broken.
    breaks: u64,
    /// What the next ones say before anything else.
    says: Vec<u8>,
    /// Each event is told twice.
    doubled: bool,
}

impl Net {
    pub fn new(time: Time) -> Arc<Self> {
        Self::in_city(time, |_| {})
    }

    /// An operator of a Belgrade that is otherwise.
    pub fn in_city(time: Time, change: impl FnOnce(&mut City)) -> Arc<Self> {
        let mut city = mesto_rules::load::embedded("belgrade").unwrap();
        change(&mut city);
        Self::of(time, 1, vec![city], mesto_operator::Config::default(), Profile::default())
    }

    /// An operator of these cities; `seed` tells its keys and ids from another one's.
    pub fn of(time: Time, seed: u64, cities: Vec<City>, config: mesto_operator::Config, profile: Profile) -> Arc<Self> {
        let entropy = Arc::new(Counter::new(seed));
        let keys = Keys::ephemeral(time.now(), entropy.as_ref()).unwrap();
        let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET);
        let config = mesto_operator::Config { moves_clock: true, ..config };
        let operator = Operator::new(cities, keys, entropy, Arc::new(page), config).unwrap().saying(profile);
        let store = Arc::new(SqliteInline::in_memory().unwrap());
        Arc::new(Self { operator: Arc::new(operator), store, time, state: Arc::default() })
    }

    /// The operator's process ended, and another one serves the same books by these keys.
    pub fn served_by(&self, keys: Keys) -> Arc<Self> {
        self.served_in(vec![mesto_rules::load::embedded("belgrade").unwrap()], keys)
    }

    /// The same of other cities.
    pub fn served_in(&self, cities: Vec<City>, keys: Keys) -> Arc<Self> {
        let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET);
        let config = mesto_operator::Config { moves_clock: true, ..mesto_operator::Config::default() };
        let operator = Operator::new(cities, keys, Arc::new(Counter::new(77)), Arc::new(page), config).unwrap();
        Arc::new(Self {
            operator: Arc::new(operator.saying(Profile::default())),
            state: Arc::default(),
            ..self.clone()
        })
    }

    pub fn offline(&self, offline: bool) {
        self.state.lock().unwrap().offline = offline;
    }

    /// The operator's clock is so far ahead from now on.
    pub fn ahead_by(&self, ahead: TimeDelta) {
        self.state.lock().unwrap().ahead = ahead;
    }

    /// The ids that requests had since the last call, also of those that did not arrive.
    pub fn ids(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().ids)
    }

    pub fn fault(&self, request: &str, fault: Fault) {
        self.state.lock().unwrap().faults.push_back((request.to_owned(), fault));
    }

    /// Requests that left the phone, `POST /v1/tickets`, since the last call.
    pub fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().log)
    }

    /// `Last-Event-ID` of the streams that were opened since the last call.
    pub fn opened(&self) -> Vec<Option<String>> {
        std::mem::take(&mut self.state.lock().unwrap().streams.opened)
    }

    pub fn open_streams(&self) -> usize {
        Arc::strong_count(&self.state.lock().unwrap().streams.open) - 1
    }

    pub fn break_streams(&self) {
        self.state.lock().unwrap().streams.breaks += 1;
    }

    pub fn streams_impossible(&self, impossible: bool) {
        self.state.lock().unwrap().streams.impossible = impossible;
    }

    /// What the streams say first that are opened from now on.
    pub fn streams_say(&self, bytes: &[u8]) {
        self.state.lock().unwrap().streams.says = bytes.to_vec();
    }

    pub fn streams_double(&self) {
        self.state.lock().unwrap().streams.doubled = true;
    }

    pub fn handle(&self, request: &Request) -> mesto_operator::Response {
        let now = self.time.now() + self.state.lock().unwrap().ahead;
        self.operator.due(&*self.store, now);
        self.operator.handle(&*self.store, now, request)
    }

    fn execute(&self, request: &LinkRequest) -> LinkAnswer {
        let mut inside = Request::new(request.method.as_str(), &request.path);
        inside.headers = request.headers.clone();
        inside.body = request.body.clone().unwrap_or_default();
        inside.address = "192.0.2.1".to_owned();
        let answer = self.handle(&inside);
        let mut headers: Vec<(String, String)> =
            answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        if !headers.iter().any(|(name, _)| name == "mesto-time") {
            headers.push(("mesto-time".to_owned(), self.time.now().timestamp_millis().to_string()));
        }
        LinkAnswer { status: answer.status, headers, body: answer.body.clone() }
    }

    /// The last one-time code that was sent to the number.
    pub fn code(&self) -> String {
        self.code_of(PHONE)
    }

    /// The same for any number.
    pub fn code_of(&self, phone: &str) -> String {
        let messages = self.operator.messages_to(&*self.store, phone).unwrap();
        messages.last().and_then(|message| message.code()).unwrap().to_owned()
    }

    /// The token of an inspector.
    pub fn inspector(&self) -> String {
        self.operator
            .create_staff(
                &*self.store,
                self.time.now(),
                &mesto_operator::RoleGiven::everywhere(Role::Inspector),
                "inspector",
            )
            .unwrap()
    }

    /// The bank tells the operator how the payment of an intent ended.
    pub fn bank_decides(&self, intent: &IntentView, outcome: NoticeOutcome, reason: Option<&str>) {
        let payment = intent.payment.as_ref().unwrap();
        let said = self.bank_says(&payment.id.to_string(), &payment.amount, outcome, reason);
        assert_eq!(said.status / 100, 2, "{}", String::from_utf8_lossy(&said.body));
    }

    /// A notice of the bank, and what the operator answers to it.
    pub fn bank_says(
        &self,
        payment: &str,
        amount: &Money,
        outcome: NoticeOutcome,
        reason: Option<&str>,
    ) -> mesto_operator::Response {
        let notice = ProviderNotice {
            payment: format!("at-the-bank-{payment}"),
            reference: payment.to_owned(),
            amount: *amount,
            outcome,
            reason: reason.map(str::to_owned),
        };
        let body = serde_json::to_vec(&notice).unwrap();
        let mut request = Request::new("POST", &NOTICE.target(&["bank"], &[]))
            .header("mesto-signature", &payments::sign(SECRET, &body));
        request.body = body;
        self.handle(&request)
    }

    /// The operator asks the bank for the refunds that are due, and the bank pays them.
    pub fn pays_back(&self) -> usize {
        struct Bank;
        impl ProviderLink for Bank {
            fn send(
                &self,
                _: payments::HttpRequest,
            ) -> Pin<Box<dyn Future<Output = Option<payments::HttpAnswer>> + Send + '_>> {
                let body = br#"{"state":"done"}"#.to_vec();
                Box::pin(async { Some(payments::HttpAnswer { status: 200, body }) })
            }
        }
        let store: Arc<dyn mesto_operator::Store> = self.store.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(payments::send_due(&self.operator, &store, &self.time, &Bank)).unwrap()
    }

    /// A copy of the operator's store: its tables in the order they were made, with their rows.
    pub fn copy(&self) -> Copy {
        use mesto_operator::Store as _;
        let mut copy = Vec::new();
        self.store
            .transact(&mut |tx| {
                copy.clear();
                for table in tx.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'schema_history' AND name NOT LIKE 'sqlite%' ORDER BY rowid", &[])? {
                    let name = table.get::<String>("name")?;
                    let rows = tx.query(&format!("SELECT * FROM {name}"), &[])?;
                    copy.push((name, rows));
                }
                Ok(())
            })
            .unwrap();
        Copy(copy)
    }

    /// The store is put back from a copy, as after a disaster; `told` says it to the operator, as
    /// the guide asks.
    pub fn put_back(&self, copy: &Copy, told: bool) {
        use mesto_operator::Store as _;
        use mesto_operator::store::Value;
        self.store
            .transact(&mut |tx| {
                for (table, _) in copy.0.iter().rev() {
                    tx.execute(&format!("DELETE FROM {table}"), &[])?;
                }
                for (table, rows) in &copy.0 {
                    for row in rows {
                        let values: Vec<Value> = row.columns().map(|(_, value)| value.clone()).collect();
                        let places: Vec<String> = (1..=values.len()).map(|place| format!("${place}")).collect();
                        tx.execute(&format!("INSERT INTO {table} VALUES ({})", places.join(", ")), &values)?;
                    }
                }
                Ok(())
            })
            .unwrap();
        if told {
            self.operator.begin_epoch(&*self.store, self.time.now()).unwrap();
        }
    }

    /// The books are right, and hold so many sold tickets.
    pub fn sold(&self) -> i64 {
        self.operator.audit_ledger(&*self.store).unwrap();
        use mesto_operator::Store as _;
        let mut count = 0;
        self.store
            .transact(&mut |tx| {
                count = tx.query("SELECT id FROM ticket", &[])?.len() as i64;
                Ok(())
            })
            .unwrap();
        count
    }
}

/// A stream that looks for events whenever it is polled.
struct NetStream {
    net: Net,
    request: LinkRequest,
    breaks: u64,
    says: Vec<u8>,
    _open: Arc<()>,
}

#[async_trait::async_trait]
impl LinkStream for NetStream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, LinkError> {
        std::future::poll_fn(|_| {
            let state = self.net.state.lock().unwrap();
            if state.streams.breaks != self.breaks || state.offline {
                return Poll::Ready(Ok(None));
            }
            let doubled = state.streams.doubled;
            drop(state);
            if !self.says.is_empty() {
                return Poll::Ready(Ok(Some(std::mem::take(&mut self.says))));
            }
            let answer = self.net.execute(&self.request);
            if answer.status != 200 {
                return Poll::Ready(Ok(None));
            }
            let page: EventPage = serde_json::from_slice(&answer.body).unwrap();
            if page.events.is_empty() {
                return Poll::Pending;
            }
            let mut told = String::new();
            for event in &page.events {
                let data = serde_json::to_string(event).unwrap();
                told += &format!("id: {}\nevent: {}\ndata: {data}\n\n", event.cursor, event.kind);
            }
            self.request.path = EVENTS.target(&[], &[("after", &page.next.to_string())]);
            Poll::Ready(Ok(Some(told.repeat(1 + usize::from(doubled)).into_bytes())))
        })
        .await
    }
}

#[async_trait::async_trait]
impl Link for Net {
    async fn open(&self, mut request: LinkRequest) -> Result<Opened, LinkError> {
        let id = request.headers.iter().find(|(name, _)| name == "last-event-id").map(|(_, id)| id.clone());
        let named = request.headers.iter().find(|(name, _)| name == "mesto-request-id").map(|(_, id)| id.clone());
        let (breaks, says, open) = {
            let mut state = self.state.lock().unwrap();
            state.ids.extend(named);
            if state.streams.impossible {
                return Ok(Opened::NotPossible);
            }
            let place = state.faults.iter().position(|(prefix, _)| prefix == "STREAM");
            let fault = place.and_then(|place| state.faults.remove(place)).map(|(_, fault)| fault);
            if state.offline || matches!(fault, Some(Fault::NotSent)) {
                return Err(LinkError::NotSent("no connection".to_owned()));
            }
            state.log.push("STREAM /v1/events".to_owned());
            if let Some(Fault::Says(status, headers, body)) = fault {
                return Ok(Opened::Answer(LinkAnswer { status, headers, body }));
            }
            state.streams.opened.push(id.clone());
            (state.streams.breaks, state.streams.says.clone(), Arc::clone(&state.streams.open))
        };
        if let Some(id) = id {
            request.path = EVENTS.target(&[], &[("after", &id)]);
        }
        let answer = self.execute(&request);
        if answer.status != 200 {
            return Ok(Opened::Answer(answer));
        }
        let headers = vec![
            ("content-type".to_owned(), "text/event-stream".to_owned()),
            ("mesto-time".to_owned(), self.time.now().timestamp_millis().to_string()),
        ];
        let net = self.clone();
        Ok(Opened::Stream(headers, Box::new(NetStream { net, request, breaks, says, _open: open })))
    }

    async fn send(&self, request: LinkRequest) -> Result<LinkAnswer, LinkError> {
        let name = format!("{} {}", request.method.as_str(), request.path);
        let id = request.headers.iter().find(|(name, _)| name == "mesto-request-id").map(|(_, id)| id.clone());
        let (offline, fault) = {
            let mut state = self.state.lock().unwrap();
            state.ids.extend(id);
            let place = state.faults.iter().position(|(prefix, _)| name.starts_with(prefix.as_str()));
            (state.offline, place.and_then(|place| state.faults.remove(place)).map(|(_, fault)| fault))
        };
        if offline || matches!(fault, Some(Fault::NotSent)) {
            return Err(LinkError::NotSent("no connection".to_owned()));
        }
        self.state.lock().unwrap().log.push(name);
        match fault {
            None => Ok(self.execute(&request)),
            Some(Fault::Says(status, headers, body)) => Ok(LinkAnswer { status, headers, body }),
            Some(Fault::Doubled) => {
                self.execute(&request);
                Ok(self.execute(&request))
            }
            Some(Fault::RequestLost | Fault::NotSent) => Err(LinkError::Unknown("timed out".to_owned())),
            Some(Fault::AnswerLost) => {
                self.execute(&request);
                Err(LinkError::Unknown("connection reset".to_owned()))
            }
            Some(Fault::Waits) => {
                let answer = self.execute(&request);
                let mut asked = false;
                std::future::poll_fn(
                    move |_| {
                        if std::mem::replace(&mut asked, true) { Poll::Ready(()) } else { Poll::Pending }
                    },
                )
                .await;
                Ok(answer)
            }
            Some(Fault::HangsBefore) => std::future::pending().await,
            Some(Fault::HangsAfter) => {
                self.execute(&request);
                std::future::pending().await
            }
        }
    }
}

/// A keychain in memory.
#[derive(Default)]
pub struct Keychain(Mutex<BTreeMap<String, String>>);

impl Keychain {
    /// Every secret.
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().values().cloned().collect()
    }
}

impl Secrets for Keychain {
    fn get(&self, name: &str) -> Result<Option<String>, SecretsError> {
        Ok(self.0.lock().unwrap().get(name).cloned())
    }
    fn set(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        self.0.lock().unwrap().insert(name.to_owned(), value.to_owned());
        Ok(())
    }
    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

/// The phone's alarms: every plan that was given.
#[derive(Default)]
pub struct Alarms(pub Mutex<Vec<Vec<Reminder>>>);

impl Alarms {
    pub fn last(&self) -> Vec<Reminder> {
        self.0.lock().unwrap().last().cloned().unwrap_or_default()
    }
}

impl Reminders for Alarms {
    fn replace(&self, _: &OperatorName, plan: &[Reminder]) {
        self.0.lock().unwrap().push(plan.to_vec());
    }
}

/// A Belgrade under another name.
pub fn city_called(id: &str) -> City {
    let mut city = mesto_rules::load::embedded("belgrade").unwrap();
    city.id = id.parse().unwrap();
    city
}

/// The app's log, line by line.
#[derive(Default)]
pub struct Lines(pub Mutex<Vec<LogLine>>);

impl Log for Lines {
    fn line(&self, line: LogLine) {
        self.0.lock().unwrap().push(line);
    }
}

/// One phone with its state folder.
pub struct Phone {
    pub net: Arc<Net>,
    pub time: Time,
    pub client: Client,
    pub secrets: Arc<Keychain>,
    pub alarms: Arc<Alarms>,
    pub log: Arc<Lines>,
    pub folder: tempfile::TempDir,
    pub ports: Ports,
}

impl Phone {
    /// A new phone with the city on it; nobody is signed in.
    pub fn new() -> Self {
        Self::on(&Net::new(Time::new()), 2)
    }

    /// Another phone on the same network; `seed` tells phones apart.
    pub fn on(net: &Arc<Net>, seed: u8) -> Self {
        Self::in_city(net, seed, &belgrade())
    }

    /// The same with a city that the operator has.
    pub fn in_city(net: &Arc<Net>, seed: u8, city: &CityId) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Arc::new(Keychain::default());
        let alarms = Arc::new(Alarms::default());
        let log = Arc::new(Lines::default());
        let time = net.time.clone();
        let ports = Ports {
            link: net.clone(),
            clock: Arc::new(time.clone()),
            entropy: Arc::new(Counter::new(u64::from(seed))),
            secrets: secrets.clone(),
            signer: Arc::new(SoftwareDevice::from_seed(&[seed; 32]).unwrap()),
            reminders: alarms.clone(),
            stills: Arc::new(mesto_client::NoStillDecoder),
            log: log.clone(),
        };
        let client = Client::open(config(folder.path().join("mesto.db"), net), ports.clone()).unwrap();
        run(client.cities().refresh(city)).unwrap();
        Self { net: net.clone(), time, client, secrets, alarms, log, folder, ports }
    }

    /// Signed in, one car, this much on the deposit.
    pub fn ready(deposit: &str) -> Self {
        Self::new().made_ready(deposit)
    }

    /// The same, of a phone that is there.
    pub fn made_ready(self, deposit: &str) -> Self {
        let phone = self;
        phone.sign_in();
        run(phone.client.vehicles().add(&belgrade(), "BG 789-PP", None)).unwrap();
        if deposit != "0" {
            phone.fill(deposit);
        }
        phone.net.log();
        phone
    }

    pub fn sign_in(&self) {
        run(self.client.account().request_code(PHONE)).unwrap();
        run(self.client.account().sign_in(PHONE, &self.net.code(), "test phone")).unwrap();
    }

    /// Tops the deposit up by amounts that the city takes.
    pub fn fill(&self, amount: &str) {
        let amount = rsd(amount);
        let intent = run(self.client.wallet().top_up(&belgrade(), amount.amount)).unwrap();
        self.net.bank_decides(&intent, NoticeOutcome::Approved, None);
        run(self.client.payments().settle_all()).unwrap();
        run(self.client.sync()).unwrap();
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("mesto.db")
    }

    pub fn car(&self) -> VehicleId {
        self.client.vehicles().list().unwrap()[0].id
    }

    /// A price from the deposit.
    pub fn quote(&self, zone: &str, minutes: u32) -> Quote {
        self.quote_by(zone, minutes, PayMethod::Deposit)
    }

    pub fn quote_by(&self, name: &str, minutes: u32, pay: PayMethod) -> Quote {
        run(self.client.parking().quote(&belgrade(), &zone(name), self.car(), minutes, pay)).unwrap()
    }

    /// An inspector issues an order for the phone's car in the yellow zone, and the driver types
    /// the number on its slip.
    pub fn ordered(&self) -> OrderId {
        let token = self.net.inspector();
        let order =
            serde_json::json!({"city": "belgrade", "plate": "BG789PP", "zone": "yellow", "violation": "no_ticket"});
        let request =
            Request::new("POST", "/v1/inspector/orders").bearer(&token).key("an-inspectors-key-1").json(&order);
        let issued = self.net.handle(&request);
        assert_eq!(issued.status, 201, "{}", String::from_utf8_lossy(&issued.body));
        let issued: Order = serde_json::from_slice(&issued.body).unwrap();
        run(self.client.orders().by_slip(&issued.number.shown())).unwrap().id
    }

    /// The app dies and is opened again.
    pub fn reopen(&mut self) {
        // The old one must be gone first, as a dead process is.
        let other = tempfile::tempdir().unwrap();
        self.client = Client::open(config(other.path().join("x.db"), &self.net), self.ports.clone()).unwrap();
        self.client = Client::open(config(self.path(), &self.net), self.ports.clone()).unwrap();
    }

    pub fn shown(&self) -> Shown {
        shown(&self.client)
    }

    pub fn balance(&self) -> Money {
        self.shown().balance.unwrap()
    }

    pub fn after(&self, minutes: i64) {
        self.time.advance(TimeDelta::minutes(minutes));
    }
}

pub fn config(path: PathBuf, net: &Net) -> Config {
    Config::new(path, OperatorName::localhost(), *net.operator.keys().root_public())
}

/// What an app shows of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub is_signed_in: bool,
    pub account: Option<AccountId>,
    /// The stored city.
    pub city: Option<CityVersion>,
    pub phone_masked: Option<String>,
    pub vehicles: Vec<Vehicle>,
    pub balance: Option<Money>,
    pub active_tickets: Vec<Ticket>,
    pub forgotten_tickets: Vec<Ticket>,
    pub orders: Vec<Order>,
    pub open_intents: Vec<IntentView>,
    pub clock: ClockState,
    pub connection: Connection,
    pub last_sync_at: Option<DateTime<Utc>>,
}

pub fn shown(client: &Client) -> Shown {
    let account = client.account().state();
    let parking = client.parking().state();
    Shown {
        is_signed_in: account.is_signed_in,
        account: account.account,
        city: client.cities().state().stored.first().cloned(),
        phone_masked: account.phone_masked.clone(),
        vehicles: client.vehicles().state().vehicles.clone(),
        balance: client.wallet().state().balance,
        active_tickets: parking.active.clone(),
        forgotten_tickets: parking.forgotten.clone(),
        orders: client.orders().state().orders.clone(),
        open_intents: client.payments().state().open.clone(),
        clock: client.time().1,
        connection: client.connection(),
        last_sync_at: account.last_sync_at,
    }
}
