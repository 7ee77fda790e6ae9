//! An operator over any store, and drivers who talk to it by requests.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_operator::{Config, HostedPage, Keys, Operator, Request, Response, Store, SystemEntropy, payment};
use mesto_protocol::api::{
    BankNotice, BankOutcome, CodeRequest, NewTopup, NewVehicle, PayMethod, Purchase, Quote, QuoteRequest, Session,
    SignIn, Topup, Vehicle,
};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::route;
use mesto_rules::money::Money;
use serde::Serialize;

const SECRET: &[u8] = b"histories";

/// Wednesday, 10:00 in Belgrade.
pub fn morning() -> DateTime<Utc> {
    "2025-09-03T08:00:00Z".parse().unwrap()
}

pub struct Rig {
    pub operator: Operator,
    pub store: Arc<dyn Store>,
    pub now: DateTime<Utc>,
}

impl Rig {
    pub fn new(store: Arc<dyn Store>) -> Self {
        let now = morning();
        let city = mesto_rules::load::embedded("belgrade").unwrap();
        let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET);
        // Hundreds of drivers sign in within one virtual hour.
        let config = Config { codes_per_address: 1_000_000, ..Config::default() };
        let keys = Keys::ephemeral(now, &SystemEntropy).unwrap();
        let operator = Operator::new(vec![city], keys, Arc::new(SystemEntropy), Arc::new(page), config).unwrap();
        Self { operator, store, now }
    }

    pub fn ask(&self, request: &Request) -> Response {
        self.operator.handle(&*self.store, self.now, request)
    }

    /// Posts and reads what must succeed.
    fn must<T: serde::de::DeserializeOwned>(&self, request: Request) -> T {
        let answer = self.ask(&request);
        assert!(
            answer.status < 300,
            "{} {} -> {} {}",
            request.method,
            request.path,
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        answer.read().unwrap()
    }

    /// A new driver with one vehicle.
    pub fn driver(&self, number: u64) -> Driver<'_> {
        let phone = format!("+38160{number:07}");
        let code_request = Request::new("POST", route::ONE_TIME_CODE).json(&CodeRequest { phone: phone.clone() });
        assert!(self.ask(&code_request).status < 300);
        let sent = self.operator.outbox(&*self.store, &phone).unwrap();
        let code = sent
            .last()
            .unwrap()
            .body
            .split(|letter: char| !letter.is_ascii_digit())
            .find(|word| word.len() == 6)
            .unwrap()
            .to_owned();
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&number.to_be_bytes());
        let device_key = SoftwareDevice::from_seed(&seed).unwrap().device_key().to_text();
        let session: Session = self.must(Request::new("POST", route::SESSION).json(&SignIn {
            phone,
            code,
            device: "history".into(),
            device_key,
        }));
        let plate = format!("BG {:03}-{}{}", number % 1_000, letter(number / 1_000), letter(number / 23_000));
        let mut driver = Driver {
            rig: self,
            number,
            token: session.token,
            account: session.account,
            vehicle: String::new(),
            keys: 0,
        };
        let vehicle: Vehicle =
            self.must(driver.post(route::VEHICLES, &NewVehicle { city: "belgrade".into(), plate, label: None }));
        driver.vehicle = vehicle.id;
        driver
    }

    pub fn notice(&self, topup: &Topup, payment: &str) -> Request {
        let notice = BankNotice {
            payment: payment.to_owned(),
            reference: topup.id.clone(),
            amount: topup.amount,
            outcome: BankOutcome::Approved,
            reason: None,
        };
        let request = Request::new("POST", route::BANK_NOTICE).json(&notice);
        let signature = payment::sign(SECRET, &request.body);
        request.header(payment::SIGNATURE, &signature)
    }
}

fn letter(number: u64) -> char {
    char::from(b"ABCDEFGHIJKLMNOPRSTUVZT"[usize::try_from(number % 23).unwrap()])
}

pub struct Driver<'a> {
    rig: &'a Rig,
    number: u64,
    pub token: String,
    pub account: String,
    pub vehicle: String,
    keys: u64,
}

impl Driver<'_> {
    /// A key nobody used.
    pub fn key(&mut self) -> String {
        self.keys += 1;
        format!("history-{:08}-{:08}", self.number, self.keys)
    }

    /// A post under a new key.
    pub fn post(&mut self, path: &str, body: &impl Serialize) -> Request {
        let key = self.key();
        Request::new("POST", path).bearer(&self.token).key(&key).json(body)
    }

    pub fn topup(&mut self, dinars: i64) -> Topup {
        let body = NewTopup {
            amount: dinar(dinars),
            not_after: self.rig.now + chrono::TimeDelta::minutes(2),
            return_url: "mesto://return".into(),
        };
        let request = self.post(route::TOPUPS, &body);
        self.rig.must(request)
    }

    /// Money on the deposit.
    pub fn fund(&mut self, dinars: i64) {
        let topup = self.topup(dinars);
        let answer = self.rig.ask(&self.rig.notice(&topup, &format!("pay-{}", topup.id)));
        assert!(answer.status < 300);
    }

    pub fn another_vehicle(&mut self, plate: &str) -> String {
        let request =
            self.post(route::VEHICLES, &NewVehicle { city: "belgrade".into(), plate: plate.into(), label: None });
        self.rig.must::<Vehicle>(request).id
    }

    pub fn quote(&mut self, vehicle: &str, zone: &str, minutes: u32) -> Quote {
        let body = QuoteRequest {
            city: "belgrade".into(),
            zone: zone.into(),
            vehicle: vehicle.into(),
            minutes,
            pay: PayMethod::Deposit,
        };
        let request = self.post(route::QUOTES, &body);
        self.rig.must(request)
    }

    /// The request that buys a quote, under a new key.
    pub fn purchase(&mut self, quote: &Quote) -> Request {
        let body = Purchase { quote: quote.id.clone(), not_after: quote.expires_at };
        self.post(route::TICKETS, &body)
    }
}

pub fn dinar(amount: i64) -> Money {
    Money::from_minor(amount * 100, mesto_rules::money::Currency::new("RSD").unwrap())
}
