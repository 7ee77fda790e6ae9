//! An operator with a clock and chance of its own, on one of the two databases, and the people who use it.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::payments::sign;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{
    Config, Entropy, HostedPage, Keys, Operator, PostgresStore, Request, Response, SqliteInline, Store,
};
use mesto_protocol::base::accounts::Account;
use mesto_protocol::base::payments::{BankNotice, BankOutcome};
use mesto_protocol::base::sign_in::{Session, SignIn};
use mesto_protocol::base::vehicles::{NewVehicle, Vehicle, VehiclesSection};
use mesto_protocol::base::wallet::{NewTopup, Topup, WalletSection};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::event::{Cursor, EventPage};
use mesto_protocol::headers;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::orders::driver::{Order, OrdersSection};
use mesto_protocol::parking::quotes::{Purchase, Purchased, Quote, QuoteRequest};
use mesto_protocol::parking::tickets::{ParkingSection, Ticket};
use mesto_rules::City;
use mesto_rules::money::{Currency, Money};
use serde::de::DeserializeOwned;

use crate::contract;

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

/// The usual habits, and a site beside the app's own scheme.
pub fn config() -> Config {
    let return_to = ["mesto", "https://app.example"].iter().map(|text| text.parse().unwrap()).collect();
    Config { return_to, ..Config::default() }
}

pub fn operator(config: Config) -> Operator {
    operator_of(belgrade(), config)
}

pub fn belgrade() -> City {
    mesto_rules::load::embedded("belgrade").unwrap()
}

pub fn operator_of(city: City, config: Config) -> Operator {
    let chance = Chance::new(1);
    let keys = Keys::ephemeral(start(), &chance).unwrap();
    let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET);
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
        Self::with(store, config())
    }

    pub fn with(store: Arc<dyn Store>, config: Config) -> Self {
        Self { operator: Arc::new(operator(config)), store, now: Cell::new(start()), keys: Cell::new(0) }
    }

    /// The same store and moment, in a Belgrade that is otherwise.
    pub fn in_city(&self, change: impl FnOnce(&mut City)) -> Self {
        let mut city = belgrade();
        change(&mut city);
        let operator = Arc::new(operator_of(city, config()));
        Self { operator, store: Arc::clone(&self.store), now: self.now.clone(), keys: self.keys.clone() }
    }

    /// As [`World::in_city`], with something else said of parking.
    pub fn with_parking(&self, change: impl FnOnce(&mut mesto_rules::ParkingSection)) -> Self {
        self.in_city(|city| {
            let mut parking = city.section::<mesto_rules::ParkingSection>().unwrap().clone();
            change(&mut parking);
            city.put_section(parking).unwrap();
        })
    }

    /// As [`World::in_city`], with something else said of daily orders.
    pub fn with_orders(&self, change: impl FnOnce(&mut mesto_rules::orders::OrdersSection)) -> Self {
        self.in_city(|city| {
            let mut orders = city.section::<mesto_rules::orders::OrdersSection>().unwrap().clone();
            change(&mut orders);
            city.put_section(orders).unwrap();
        })
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

    /// Sends a request. Whatever is refused must be listed for its operation.
    #[track_caller]
    pub fn send(&self, request: &Request) -> Response {
        let response = self.operator.handle(&*self.store, self.now(), request);
        contract::holds(request, &response);
        response
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
        self.operator.audit_ledger(&*self.store).unwrap();
    }

    /// The sum of a ledger account, by its kind and what it is about: `revenue parking belgrade`.
    pub fn balance(&self, name: &str) -> Money {
        let balances = self.operator.ledger_balances(&*self.store).unwrap();
        let found = balances.iter().find(|balance| balance.to_string() == name);
        found.unwrap_or_else(|| panic!("no ledger account `{name}` in {balances:?}")).balance
    }
}

pub fn signed_notice(notice: &BankNotice) -> Request {
    let request = Request::new("POST", "/v1/bank/notice").json(notice);
    let signature = sign(SECRET, &request.body);
    request.header(headers::SIGNATURE, &signature)
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

/// An account with its sections.
#[derive(Debug, PartialEq)]
pub struct Shown {
    pub account: String,
    pub phone_masked: String,
    pub cursor: Cursor,
    pub balance: Money,
    pub topups: Vec<Topup>,
    pub vehicles: Vec<Vehicle>,
    pub tickets: Vec<Ticket>,
    pub orders: Vec<Order>,
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
            vehicle: Some(vehicle.into()),
            extends: None,
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

    /// What an app shows.
    pub fn account(&self) -> Shown {
        let account: Account = expect(200, self.get("/v1/account"));
        let WalletSection { balance, topups } = account.section().unwrap().unwrap();
        let VehiclesSection { vehicles } = account.section().unwrap().unwrap();
        let ParkingSection { tickets } = account.section().unwrap().unwrap();
        let OrdersSection { orders } = account.section().unwrap().unwrap();
        let Account { account, phone_masked, cursor, .. } = account;
        Shown { account, phone_masked, cursor, balance, topups, vehicles, tickets, orders }
    }

    /// Events after the one that is so many-th of the account.
    pub fn events(&self, after: i64) -> EventPage {
        expect(200, self.get(&format!("/v1/events?after={}", self.cursor(after))))
    }

    /// The cursor of the account's so many-th event.
    pub fn cursor(&self, seq: i64) -> Cursor {
        Cursor { seq, ..self.account().cursor }
    }
}
