//! An operator with a clock and chance of its own, on one of the two databases, and the people who use it.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::payments::{SIGNATURE, sign};
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{
    Config, Entropy, HostedPage, Keys, Operator, PostgresStore, Request, Response, SqliteInline, Store,
};
use mesto_protocol::base::accounts::Account;
use mesto_protocol::base::payments::{BankNotice, BankOutcome};
use mesto_protocol::base::sign_in::{Role, Session, SignIn};
use mesto_protocol::base::vehicles::{NewVehicle, Vehicle};
use mesto_protocol::base::wallet::{NewTopup, Topup};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::event::EventPage;
use mesto_protocol::parking::quotes::{Purchase, Purchased, Quote, QuoteRequest};
use mesto_rules::money::{Currency, Money};
use serde::de::DeserializeOwned;

pub const SECRET: &[u8] = b"the secret of bank and operator";

/// SplitMix64: the same ids in every run.
pub struct Chance(AtomicU64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

pub struct World {
    pub operator: Arc<Operator>,
    pub store: Arc<dyn Store>,
    now: Cell<DateTime<Utc>>,
    keys: Cell<u64>,
}

/// One server for all cases; it ends with this process.
pub fn cluster() -> &'static PostgresCluster {
    static CLUSTER: OnceLock<PostgresCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| PostgresCluster::start().unwrap())
}

/// A Wednesday, ten in the morning in Belgrade.
pub fn start() -> DateTime<Utc> {
    "2025-09-03T08:00:00Z".parse().unwrap()
}

pub fn operator(config: Config) -> Operator {
    let chance = Chance::new(1);
    let keys = Keys::ephemeral(start(), &chance).unwrap();
    let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET);
    let city = mesto_rules::load::embedded("belgrade").unwrap();
    Operator::new(vec![city], keys, Arc::new(chance), Arc::new(page), config).unwrap()
}

impl World {
    pub fn sqlite() -> Self {
        Self::on(Arc::new(SqliteInline::in_memory().unwrap()))
    }

    pub fn postgres() -> Self {
        Self::on(Arc::new(PostgresStore::open(&cluster().database().unwrap(), 4).unwrap()))
    }

    pub fn on(store: Arc<dyn Store>) -> Self {
        Self::with(store, Config::default())
    }

    pub fn with(store: Arc<dyn Store>, config: Config) -> Self {
        Self { operator: Arc::new(operator(config)), store, now: Cell::new(start()), keys: Cell::new(0) }
    }

    /// A world around an operator that is there already.
    pub fn around(operator: Arc<Operator>, store: Arc<dyn Store>) -> Self {
        Self { operator, store, now: Cell::new(start()), keys: Cell::new(0) }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    pub fn set(&self, now: &str) {
        self.now.set(now.parse().unwrap());
    }

    pub fn pass(&self, minutes: i64) {
        self.now.set(self.now() + TimeDelta::minutes(minutes));
    }

    pub fn pass_seconds(&self, seconds: i64) {
        self.now.set(self.now() + TimeDelta::seconds(seconds));
    }

    pub fn key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("key-of-the-test-{:06}", self.keys.get())
    }

    pub fn send(&self, request: &Request) -> Response {
        self.operator.handle(&*self.store, self.now(), request)
    }

    /// What time brought until now.
    pub fn due(&self) -> usize {
        self.operator.due(&*self.store, self.now())
    }

    pub fn code(&self, phone: &str) -> String {
        let messages = self.operator.outbox(&*self.store, phone).unwrap();
        let body = &messages.last().expect("a message").body;
        body.split(' ')
            .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()))
            .unwrap()
            .to_owned()
    }

    pub fn ask_code(&self, phone: &str) -> Response {
        self.send(&Request::new("POST", "/v1/auth/code").json(&serde_json::json!({"phone": phone})))
    }

    pub fn try_code(&self, phone: &str, code: &str) -> Response {
        let device_key = SoftwareDevice::from_seed(&[9; 32]).unwrap().device_key().to_text();
        let sign_in = SignIn { phone: phone.into(), code: code.into(), device: "phone".into(), device_key };
        self.send(&Request::new("POST", "/v1/auth/session").json(&sign_in))
    }

    pub fn driver(&self, phone: &str) -> Person<'_> {
        expect::<serde_json::Value>(200, self.ask_code(phone));
        let session: Session = expect(201, self.try_code(phone, &self.code(phone)));
        Person { world: self, token: session.token, account: session.account }
    }

    /// A driver with one vehicle and money.
    pub fn driver_with(&self, phone: &str, plate: &str, topups: &[&str]) -> (Person<'_>, String) {
        let driver = self.driver(phone);
        let vehicle = driver.add(plate).id;
        for amount in topups {
            let topup = driver.top_up(amount);
            self.approve(&topup);
        }
        (driver, vehicle)
    }

    pub fn inspector(&self) -> Person<'_> {
        let token = self.operator.create_staff(&*self.store, self.now(), Role::Inspector, "Mira").unwrap();
        Person { world: self, token, account: String::new() }
    }

    pub fn notice(&self, notice: &BankNotice) -> Response {
        self.send(&signed_notice(notice))
    }

    pub fn approve(&self, topup: &Topup) {
        let response = self.notice(&approval(topup, &format!("pay-{}", topup.id)));
        assert_eq!(response.status, 204, "{:?}", response.refusal());
    }

    pub fn check_books(&self) {
        self.operator.check_ledger(&*self.store).unwrap();
    }
}

pub fn signed_notice(notice: &BankNotice) -> Request {
    let request = Request::new("POST", "/v1/bank/notice").json(notice);
    let signature = sign(SECRET, &request.body);
    request.header(SIGNATURE, &signature)
}

pub fn approval(topup: &Topup, payment: &str) -> BankNotice {
    BankNotice {
        payment: payment.into(),
        reference: topup.id.clone(),
        amount: topup.amount,
        outcome: BankOutcome::Approved,
        reason: None,
    }
}

pub fn rsd(amount: &str) -> Money {
    Money::parse(amount, Currency::new("RSD").unwrap()).unwrap()
}

/// The body of an answer with this status.
#[track_caller]
pub fn expect<T: DeserializeOwned>(status: u16, response: Response) -> T {
    assert_eq!(response.status, status, "{}", String::from_utf8_lossy(&response.body));
    response.read().unwrap()
}

/// Asserts a refusal, and gives its parameters.
#[track_caller]
pub fn refused(code: &str, response: &Response) -> serde_json::Map<String, serde_json::Value> {
    let problem = response.refusal().unwrap_or_else(|| panic!("refused with {code}, but {response:?}"));
    assert_eq!(problem.code, code, "{}", problem.detail);
    assert_eq!(problem.status, response.status);
    assert!(!problem.detail.is_empty());
    problem.params
}

/// Somebody who signed in.
pub struct Person<'a> {
    pub world: &'a World,
    pub token: String,
    pub account: String,
}

impl Person<'_> {
    pub fn get(&self, target: &str) -> Response {
        self.world.send(&Request::new("GET", target).bearer(&self.token))
    }

    pub fn delete(&self, target: &str) -> Response {
        self.world.send(&Request::new("DELETE", target).bearer(&self.token))
    }

    pub fn post(&self, target: &str, body: &impl serde::Serialize) -> Response {
        self.world.send(&Request::new("POST", target).bearer(&self.token).json(body))
    }

    pub fn act(&self, target: &str, key: &str, body: &impl serde::Serialize) -> Response {
        self.world.send(&Request::new("POST", target).bearer(&self.token).key(key).json(body))
    }

    pub fn add(&self, plate: &str) -> Vehicle {
        expect(
            201,
            self.post("/v1/vehicles", &NewVehicle { city: "belgrade".into(), plate: plate.into(), label: None }),
        )
    }

    pub fn new_topup(&self, amount: &str) -> NewTopup {
        NewTopup {
            amount: rsd(amount),
            not_after: self.world.now() + TimeDelta::minutes(2),
            return_url: "https://app.example/back".into(),
        }
    }

    pub fn top_up(&self, amount: &str) -> Topup {
        expect(201, self.act("/v1/deposit/topups", &self.world.key(), &self.new_topup(amount)))
    }

    pub fn ask(&self, vehicle: &str, zone: &str, minutes: u32) -> Response {
        let request = QuoteRequest {
            city: "belgrade".into(),
            zone: zone.into(),
            vehicle: vehicle.into(),
            minutes,
            pay: Default::default(),
        };
        self.post("/v1/quotes", &request)
    }

    pub fn quote(&self, vehicle: &str, zone: &str, minutes: u32) -> Quote {
        expect(201, self.ask(vehicle, zone, minutes))
    }

    pub fn purchase(&self, quote: &Quote) -> Purchase {
        Purchase { quote: quote.id.clone(), not_after: self.world.now() + TimeDelta::minutes(2) }
    }

    pub fn buy_with(&self, key: &str, quote: &Quote) -> Response {
        self.act("/v1/tickets", key, &self.purchase(quote))
    }

    pub fn buy(&self, quote: &Quote) -> Purchased {
        expect(201, self.buy_with(&self.world.key(), quote))
    }

    pub fn park(&self, vehicle: &str, zone: &str, minutes: u32) -> Purchased {
        self.buy(&self.quote(vehicle, zone, minutes))
    }

    pub fn account(&self) -> Account {
        expect(200, self.get("/v1/account"))
    }

    pub fn events(&self, after: i64) -> EventPage {
        expect(200, self.get(&format!("/v1/events?after={after}")))
    }
}
