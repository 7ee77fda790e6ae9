//! Drivers who talk to an operator by requests, whatever carries these: a call, or a socket.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::{
    Config, FairShares, HostedPage, Keys, Message, Operator, Request, Response, SignInLimits, Store, SystemEntropy,
    payments,
};
use mesto_protocol::base::payments::{
    self as wire, Bought, NoticeOutcome, Part, PayMethod, Payment, ProviderNotice, PurchaseRequest, Quote,
    QuoteRequest, Wanted,
};
use mesto_protocol::base::sign_in::{self, CodeRequest, Session, SignIn};
use mesto_protocol::base::vehicles::{self, NewVehicle, VehicleAdded};
use mesto_protocol::base::wallet::WalletSubject;
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::headers;
use mesto_protocol::kernel::ids::{AccountId, OrderId, RecordId as _, VehicleId};
use mesto_protocol::orders::driver::OrdersSubject;
use mesto_protocol::parking::purchase::ParkingSubject;
use mesto_rules::City;
use mesto_rules::money::{Currency, Money};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Shared by the bank and the operator.
pub const SECRET: &str = "a secret between the bank and the operator";

/// Wednesday, 10:00 in Belgrade.
pub fn morning() -> DateTime<Utc> {
    "2025-09-03T08:00:00Z".parse().unwrap()
}

pub fn belgrade() -> City {
    mesto_rules::load::embedded("belgrade").expect("the city in the repository is sound")
}

pub fn dinar(amount: i64) -> Money {
    Money::from_minor(amount * 100, Currency::new("RSD").unwrap())
}

/// The bank's signed word.
pub fn notice(notice: &ProviderNotice) -> Request {
    let request = Request::new("POST", &wire::NOTICE.target(&["bank"], &[])).json(notice);
    let signature = payments::sign(SECRET.as_bytes(), &request.body);
    request.header(headers::SIGNATURE, &signature)
}

/// The bank's signed word that a payment was made; `name` is what the bank calls it.
pub fn approval(payment: &Payment, name: &str) -> Request {
    notice(&ProviderNotice {
        payment: name.to_owned(),
        reference: payment.id.to_string(),
        amount: payment.amount,
        outcome: NoticeOutcome::Approved,
        reason: None,
    })
}

/// Where drivers ask: an operator in this process, or one behind a socket.
pub trait Counter {
    fn ask(&self, request: &Request) -> Response;

    /// The one-time code that was sent last to a number.
    fn last_code(&self, phone: &str) -> String;

    /// Until when what is asked for now may be executed.
    fn deadline(&self) -> DateTime<Utc>;
}

/// Asks for what must succeed, and reads it.
fn must<T: DeserializeOwned>(counter: &dyn Counter, request: &Request) -> T {
    let answer = counter.ask(request);
    let said = String::from_utf8_lossy(&answer.body);
    assert!(answer.status < 300, "{} {} -> {} {said}", request.method, request.path, answer.status);
    answer.read().unwrap_or_else(|error| panic!("{} {}: {error}: {said}", request.method, request.path))
}

/// Each has a share that is more than can be asked for.
#[must_use]
pub fn no_limits() -> FairShares {
    FairShares::of(1_000_000, 1_000, 1_000_000)
}

/// An operator of Belgrade in this process, over any store, on a clock that stands still.
pub struct Rig {
    pub operator: Arc<Operator>,
    pub store: Arc<dyn Store>,
    pub now: DateTime<Utc>,
}

impl Rig {
    pub fn new(store: Arc<dyn Store>) -> Self {
        // Whoever asks does so as fast as this machine can.
        Self::limited(store, no_limits())
    }

    /// The same where each has a share.
    #[must_use]
    pub fn limited(store: Arc<dyn Store>, shares: FairShares) -> Self {
        Self::of(belgrade(), store, shares)
    }

    /// The same in a Belgrade that is otherwise.
    #[must_use]
    pub fn of(city: City, store: Arc<dyn Store>, shares: FairShares) -> Self {
        let now = morning();
        let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET.as_bytes());
        // Hundreds of drivers sign in within one virtual hour.
        let limits = SignInLimits { codes_per_network: 1_000_000, ..SignInLimits::default() };
        let keys = Keys::ephemeral(now, &SystemEntropy).unwrap();
        let (entropy, page) = (Arc::new(SystemEntropy), Arc::new(page));
        let config = Config { moves_clock: true, ..Config::default() };
        let operator = Operator::new(vec![city], keys, entropy, page, config).unwrap();
        let operator = operator.limited(limits).limited(shares);
        Self { operator: Arc::new(operator), store, now }
    }
}

impl Counter for Rig {
    fn ask(&self, request: &Request) -> Response {
        self.operator.handle(&*self.store, self.now, request)
    }

    fn last_code(&self, phone: &str) -> String {
        let sent = self.operator.messages_to(&*self.store, phone).unwrap();
        sent.iter().rev().find_map(Message::code).expect("a code was sent").to_owned()
    }

    fn deadline(&self) -> DateTime<Utc> {
        self.now + TimeDelta::minutes(2)
    }
}

/// One driver with one vehicle.
pub struct Driver<'a> {
    counter: &'a dyn Counter,
    number: u64,
    pub token: String,
    pub account: AccountId,
    pub vehicle: VehicleId,
    keys: u64,
}

impl<'a> Driver<'a> {
    /// Signs in as somebody new; the number makes phone, device and plate.
    pub fn new(counter: &'a dyn Counter, number: u64) -> Self {
        let phone = format!("+38160{number:07}");
        let asked =
            Request::new("POST", sign_in::SEND_CODE.path).json(&CodeRequest { phone: phone.clone(), language: None });
        assert!(counter.ask(&asked).status < 300, "no code for {phone}");
        let code = counter.last_code(&phone);
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&number.to_be_bytes());
        let device_key = SoftwareDevice::from_seed(&seed).unwrap().device_key().to_text();
        let asked = SignIn { phone, code, device: "a phone".into(), device_key, language: None };
        let session: Session = must(counter, &Request::new("POST", sign_in::SIGN_IN.path).json(&asked));
        let (token, account) = (session.token, session.account);
        let vehicle = VehicleId::from_bytes([0; 16]);
        let mut driver = Self { counter, number, token, account, vehicle, keys: 0 };
        let plate = format!("BG {:03}-{}{}", number % 1_000, letter(number / 1_000), letter(number / 23_000));
        driver.vehicle = driver.add_vehicle(&plate);
        driver
    }

    /// A key nobody used.
    pub fn key(&mut self) -> String {
        self.keys += 1;
        format!("driver-{:08}-{:08}", self.number, self.keys)
    }

    /// A post under a new key.
    pub fn post(&mut self, path: &str, body: &impl Serialize) -> Request {
        let key = self.key();
        Request::new("POST", path).bearer(&self.token).key(&key).json(body)
    }

    /// The id of a new vehicle.
    pub fn add_vehicle(&mut self, plate: &str) -> VehicleId {
        let vehicle = NewVehicle { city: "belgrade".into(), plate: plate.into(), label: None };
        let request = self.post(vehicles::ADD.path, &vehicle);
        must::<VehicleAdded>(self.counter, &request).vehicle.id
    }

    /// A price.
    pub fn price(&mut self, subject: &impl Part, pay: PayMethod) -> Quote {
        let items = vec![Wanted::of(subject).unwrap()];
        let body = QuoteRequest { city: "belgrade".into(), items, pay, payer: None };
        let request = self.post(wire::QUOTE.path, &body);
        must(self.counter, &request)
    }

    /// A price of parking, from the deposit.
    pub fn quote(&mut self, vehicle: VehicleId, zone: &str, minutes: u32) -> Quote {
        let subject =
            ParkingSubject { zone: zone.parse().expect("a zone"), vehicle: Some(vehicle), extends: None, minutes };
        self.price(&subject, PayMethod::Deposit)
    }

    /// A price of a daily order.
    pub fn order_quote(&mut self, order: OrderId, pay: PayMethod) -> Quote {
        self.price(&OrdersSubject { order }, pay)
    }

    /// The request that buys a quote, under a new key.
    pub fn purchase(&mut self, quote: &Quote) -> Request {
        let return_url = (quote.pay == PayMethod::Card).then(|| "mesto://return".to_owned());
        let body = PurchaseRequest { quote: quote.id, not_after: quote.expires_at, return_url };
        self.post(wire::PURCHASE.path, &body)
    }

    /// A purchase by card that waits for the bank.
    pub fn begin(&mut self, quote: &Quote) -> Payment {
        let request = self.purchase(quote);
        must::<Bought>(self.counter, &request).payment
    }

    /// A top-up that waits for the bank.
    pub fn topup(&mut self, dinars: i64) -> Payment {
        let quote = self.price(&WalletSubject { amount: dinar(dinars) }, PayMethod::Card);
        self.begin(&quote)
    }

    /// Money on the deposit.
    pub fn fund(&mut self, dinars: i64) {
        let topup = self.topup(dinars);
        let answer = self.counter.ask(&approval(&topup, &format!("pay-{}", topup.id)));
        assert!(answer.status < 300, "the bank's notice was answered {}", answer.status);
    }
}

/// One of the letters that plates have.
fn letter(number: u64) -> char {
    char::from(b"ABCDEFGHIJKLMNOPRSTUVZT"[usize::try_from(number % 23).unwrap()])
}
