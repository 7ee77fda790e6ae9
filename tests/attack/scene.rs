//! Who is there: two drivers, each with one of everything, and everybody else who holds a token.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;
use mesto_operator::{Request, RoleGiven, payments};
use mesto_protocol::base::accounts::Account;
use mesto_protocol::base::payments::{self as buying, Bought, PayMethod, Quote};
use mesto_protocol::base::sign_in::{self, CodeRequest, Session, SessionPage, SignIn};
use mesto_protocol::cards::{offices, riders as cards};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::garages::controllers as garages;
use mesto_protocol::headers;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::ids::{ControlId, RecordId as _, ShiftId};
use mesto_protocol::kernel::operation::Entry;
use mesto_protocol::merchants::payers::MerchantsOutcome;
use mesto_protocol::merchants::{clerks as merchants, tills};
use mesto_protocol::orders::driver::{self as orders, Order, OrderSlip};
use mesto_protocol::orders::inspectors;
use mesto_protocol::parking::purchase::ParkingOutcome;
use mesto_protocol::passes::holders::PassesOutcome;
use mesto_protocol::rides::riders::RidesOutcome;
use mesto_protocol::rides::vehicles::{self as fleet, PostedSign};
use mesto_simulation::driver::{Counter as _, Driver, SECRET};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::served::{OTHER_CITY, Served};

/// The facility whose controller is there, and another one.
pub const FACILITY: &str = "zeleni-venac";
pub const OTHER_FACILITY: &str = "obilicev-venac";
/// A carrier with terms, and one without.
pub const CARRIER: &str = "green-bus";
pub const OTHER_CARRIER: &str = "almaty-electrotrans";
/// So many days before the scene begins are reported.
const AGREED_DAYS: i64 = 3;

/// What belongs to an account, by what a request names it with.
#[derive(Debug, Clone)]
pub struct Things {
    pub account: String,
    pub vehicle: String,
    pub plate: String,
    pub ticket: String,
    /// Of a top-up that waits for the bank.
    pub payment: String,
    /// Its slip was shown; not paid.
    pub order: String,
    /// Registered, running.
    pub ride: String,
    /// A transport card.
    pub card: String,
    /// Of that card; it waits for a reader.
    pub top_up: String,
    /// Bought, not begun.
    pub pass: String,
    /// Paid to the merchant of the scene, which sees it.
    pub merchant_payment: String,
    /// Not bought.
    pub quote: String,
    /// Of another phone.
    pub session: String,
    /// Of a purchase that was executed.
    pub key: String,
    pub cursor: String,
}

impl Things {
    /// Ids of the same look that belong to nobody.
    pub fn of_nobody(&self) -> Self {
        let other = |id: &String| {
            let mut letters: Vec<char> = id.chars().collect();
            let at = letters.len() - 5;
            letters[at] = if letters[at] == '7' { '8' } else { '7' };
            letters.into_iter().collect()
        };
        Self {
            account: other(&self.account),
            vehicle: other(&self.vehicle),
            plate: self.plate.clone(),
            ticket: other(&self.ticket),
            payment: other(&self.payment),
            order: other(&self.order),
            ride: other(&self.ride),
            card: other(&self.card),
            top_up: other(&self.top_up),
            pass: other(&self.pass),
            merchant_payment: other(&self.merchant_payment),
            quote: other(&self.quote),
            session: other(&self.session),
            key: other(&self.key),
            cursor: self.cursor.clone(),
        }
    }

    /// What no answer to somebody else may hold.
    pub fn secrets(&self) -> [&str; 13] {
        let Self { account, vehicle, plate, ticket, payment, order, ride, .. } = self;
        let Self { card, top_up, pass, quote, session, key, .. } = self;
        [account, vehicle, plate, ticket, payment, order, ride, card, top_up, pass, quote, session, key]
            .map(String::as_str)
    }
}

/// A driver with one of everything.
pub struct Person {
    pub token: String,
    /// Of a phone of his that is not used for anything else.
    pub spare: String,
    pub things: Things,
}

/// How somebody stands who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No token that is good.
    Nobody,
    /// The token by which an account was closed: good for hearing that again.
    Closed,
    Driver,
    Inspector,
    Controller,
    Dispatcher,
    Terminal,
    RideController,
    Partner,
    NoticeEditor,
    CardClerk,
    BenefitClerk,
    MerchantClerk,
    Merchant,
    /// Signed in, with no role that counts here.
    NoRole,
    /// Has the role, in another place or city.
    Elsewhere(&'static [&'static str]),
}

/// Somebody who sends a request.
pub struct Caller {
    pub name: &'static str,
    pub standing: Standing,
    pub token: Option<String>,
}

pub struct Scene<'a> {
    pub served: &'a Served,
    pub a: Person,
    pub b: Person,
    pub inspector: String,
    pub controller: String,
    pub dispatcher: String,
    pub terminal: String,
    pub ride_controller: String,
    /// Of [`CARRIER`].
    pub partner: String,
    pub notice_editor: String,
    pub card_clerk: String,
    pub benefit_clerk: String,
    pub merchant_clerk: String,
    /// Of [`Scene::merchant_id`].
    pub merchant: String,
    pub merchant_id: String,
    /// Another one of the city.
    pub other_merchant_id: String,
    /// The code of a till of the merchant, and its id.
    pub till: String,
    pub till_id: String,
    /// Of vehicle 1204.
    pub sign: String,
    count: AtomicU64,
}

/// What a request names and carries.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// In the places of the path.
    pub names: Vec<String>,
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    /// The bank signs it.
    pub is_signed: bool,
}

impl Ask {
    pub fn body(body: Value) -> Self {
        Self { body: Some(body), ..Self::default() }
    }

    pub fn named(name: &str) -> Self {
        Self { names: vec![name.to_owned()], ..Self::default() }
    }

    pub fn query(query: &[(&'static str, &str)]) -> Self {
        Self { query: query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), ..Self::default() }
    }

    /// The request to an operation, under a key where it needs one.
    pub fn request(&self, operation: &Entry, token: Option<&str>, key: &str) -> Request {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let query: Vec<(&str, &str)> = self.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut request = Request::new(operation.method.as_str(), &operation.target(&names, &query));
        if let Some(token) = token {
            request = request.bearer(token);
        }
        if operation.is_action {
            request = request.key(key);
        }
        if let Some(body) = &self.body {
            request = request.json(body);
        }
        if self.is_signed { signed(request) } else { request }
    }
}

/// With the bank's signature over the body.
pub fn signed(request: Request) -> Request {
    let signature = payments::sign(SECRET.as_bytes(), &request.body);
    request.header(headers::SIGNATURE, &signature)
}

/// Reads what must have succeeded.
#[track_caller]
pub fn must<T: DeserializeOwned>(served: &Served, request: &Request) -> T {
    let answer = served.send(request);
    let said = String::from_utf8_lossy(&answer.body);
    assert!(answer.status < 300, "{} {} -> {} {said}", request.method, request.path, answer.status);
    answer.read().unwrap_or_else(|error| panic!("{} {}: {error}: {said}", request.method, request.path))
}

pub fn device_key(seed: u64) -> String {
    let mut bytes = [3; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    SoftwareDevice::from_seed(&bytes).unwrap().device_key().to_text()
}

/// Signs in on a phone, half a minute later: codes do not come faster.
pub fn sign_in(served: &Served, phone: &str, device: u64) -> Session {
    served.watch.pass(TimeDelta::seconds(31));
    let asked = CodeRequest { phone: phone.to_owned(), language: None };
    must::<Value>(served, &Request::new("POST", sign_in::SEND_CODE.path).json(&asked));
    let (phone, code, device_key) = (phone.to_owned(), served.last_code(phone), device_key(device));
    let asked = SignIn { phone, code, device: "another phone".into(), device_key, language: None };
    must(served, &Request::new("POST", sign_in::SIGN_IN.path).json(&asked))
}

/// The phone number of the simulation's driver of this number.
pub fn phone_of(number: u64) -> String {
    format!("+38160{number:07}")
}

/// A controller's report of things that happened just now.
pub fn report(served: &Served, events: &[(&str, &str)]) -> Value {
    let events: Vec<Value> =
        events.iter().map(|(kind, ticket)| json!({"at": served.now(), "ticket": ticket, "kind": kind})).collect();
    json!({"city": "belgrade", "facility": FACILITY, "sent_at": served.now(), "events": events})
}

pub fn staff(served: &Served, role: Role, city: Option<&str>, place: Option<&str>) -> String {
    let given = RoleGiven { role, city, place, until: None };
    served.operator.create_staff(&*served.store, served.now(), &given, "Mira").unwrap()
}

impl<'a> Scene<'a> {
    pub fn new(served: &'a Served) -> Self {
        let inspector = staff(served, Role::Inspector, None, None);
        let controller = staff(served, Role::Controller, Some("belgrade"), Some(FACILITY));
        let heard = Request::new("POST", garages::REPORT.path).bearer(&controller).json(&report(served, &[]));
        must::<Value>(served, &heard);
        let dispatcher = staff(served, Role::Dispatcher, Some("belgrade"), None);
        let terminal = staff(served, Role::Terminal, Some("belgrade"), None);
        let ride_controller = staff(served, Role::RideController, Some("belgrade"), None);
        let partner = staff(served, Role::Partner, Some("belgrade"), Some(CARRIER));
        agree(served);
        let notice_editor = staff(served, Role::NoticeEditor, Some("belgrade"), None);
        let card_clerk = staff(served, Role::CardClerk, Some("belgrade"), None);
        let benefit_clerk = staff(served, Role::BenefitClerk, Some("belgrade"), None);
        let sign = bus(served, &dispatcher);
        let merchant_clerk = staff(served, Role::MerchantClerk, Some("belgrade"), None);
        let (merchant_id, till, till_id) = shop(served, &merchant_clerk, "123456789012");
        let (other_merchant_id, ..) = shop(served, &merchant_clerk, "210987654321");
        let merchant = staff(served, Role::Merchant, Some("belgrade"), Some(&merchant_id));
        let one = |number| person(served, number, (&inspector, &dispatcher), (&sign, &till));
        let (a, b) = (one(1), one(2));
        let count = AtomicU64::new(0);
        Self {
            served,
            a,
            b,
            inspector,
            controller,
            dispatcher,
            terminal,
            ride_controller,
            partner,
            notice_editor,
            card_clerk,
            benefit_clerk,
            merchant_clerk,
            merchant,
            merchant_id,
            other_merchant_id,
            till,
            till_id,
            sign,
            count,
        }
    }

    /// A question about the merchant.
    pub fn of_merchant(&self, more: &[(&'static str, &str)]) -> Ask {
        let mut query = vec![("city", "belgrade"), ("merchant", self.merchant_id.as_str())];
        query.extend_from_slice(more);
        Ask::query(&query)
    }

    /// What its till asks for, by a reference of its own.
    pub fn invoice(&self) -> Value {
        let (amount, reference) = (json!({"amount": "100.00", "currency": "RSD"}), format!("A-{}", self.next()));
        json!({"till": self.till_id, "amount": amount, "reference": reference, "minutes": 60})
    }

    /// An invoice that waits.
    pub fn asked_for(&self) -> String {
        let asked = Request::new("POST", tills::ASK.path).bearer(&self.merchant).json(&self.invoice());
        must::<tills::Invoice>(self.served, &asked).id.to_string()
    }

    /// A number that was not used yet.
    pub fn next(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    pub fn key(&self) -> String {
        format!("key-of-the-attacker-{:08}", self.next())
    }

    /// A control of vehicle 1204 that begins now, in a shift of its own.
    pub fn control(&self) -> Value {
        let id = |seed: u64| {
            let mut chance = [0; 10];
            chance[..8].copy_from_slice(&seed.to_be_bytes());
            chance
        };
        let (now, seed) = (self.served.now(), self.next());
        let (control, shift) = (ControlId::new(now, id(seed)), ShiftId::new(now, id(seed)));
        json!({"id": control, "shift": shift, "city": "belgrade", "vehicle": "1204", "begun_at": now})
    }

    /// A question about [`CARRIER`], of the days that were agreed on.
    pub fn of_carrier(&self, days: bool, more: &[(&'static str, &str)]) -> Ask {
        let today = self.served.now().date_naive();
        let (from, to) = (today - TimeDelta::days(AGREED_DAYS), today);
        let mut ask = Ask::query(&[("city", "belgrade"), ("carrier", CARRIER)]);
        if days {
            ask.query.extend([("from", from.to_string()), ("to", to.to_string())]);
        }
        ask.query.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        ask
    }

    /// A notice that was not published yet.
    pub fn notice(&self) -> Value {
        let text = json!({"sr-Latn": format!("Vest {}", self.next()), "en": "News"});
        json!({"kind": "news", "city": "belgrade", "title": text, "body": text})
    }

    /// A transport card that nobody knows yet: its number, its printed code, and how it is told.
    pub fn new_card(&self) -> (String, String, Value) {
        card_of(1_000 + self.next())
    }

    /// A transport card that was issued and that nobody has: its number and its printed code.
    pub fn card(&self) -> (String, String) {
        let (number, code, told) = self.new_card();
        let issue = Request::new("POST", offices::TELL_ISSUED.path).bearer(&self.dispatcher);
        must::<Value>(self.served, &issue.json(&told));
        (number, code)
    }

    /// The number of a transport card that somebody has who is not used for anything else.
    pub fn linked_card(&self) -> String {
        let (number, code) = self.card();
        let rider = sign_in(self.served, &self.fresh_phone(), 300 + self.next()).token;
        let asked = json!({"city": "belgrade", "number": number, "code": code});
        must::<Value>(self.served, &Request::new("POST", cards::LINK.path).bearer(&rider).json(&asked));
        number
    }

    /// The account of these things has no transport card but its own.
    pub fn unlink_others(&self, things: &Things) {
        for person in [&self.a, &self.b] {
            let account: Account = must(self.served, &Request::new("GET", "/v1/account").bearer(&person.token));
            let linked = account.section::<cards::CardsSection>().unwrap().unwrap_or_else(|| panic!("no cards"));
            let own = [&self.a.things.card, &self.b.things.card, &things.card];
            for card in linked.cards.iter().filter(|card| !own.contains(&&card.id.to_string())) {
                let unlink = Request::new("DELETE", &format!("/v1/cards/{}", card.id)).bearer(&person.token);
                assert_eq!(self.served.send(&unlink).status, 204);
            }
        }
    }

    /// A benefit for one of the two, with evidence of its own.
    pub fn benefit(&self) -> Value {
        let until = (self.served.now() + TimeDelta::days(30)).date_naive();
        let evidence = format!("office-{}", self.next());
        json!({"city": "belgrade", "account": self.a.things.account, "category": "student", "until_on": until, "evidence": evidence})
    }

    /// A number at which nobody was called yet.
    pub fn fresh_phone(&self) -> String {
        format!("+38163{:07}", self.next())
    }

    /// A ticket of a car that came in just now, as the controller tells it.
    pub fn garage_ticket(&self, then: &[&str]) -> String {
        let ticket = format!("GR{:06}", 5_000 + self.next());
        for kind in ["entered"].iter().chain(then) {
            self.served.watch.pass(TimeDelta::milliseconds(5));
            let told = report(self.served, &[(kind, &ticket)]);
            let told = Request::new("POST", garages::REPORT.path).bearer(&self.controller).json(&told);
            let taken: Value = must(self.served, &told);
            assert_eq!(taken["taken"], 1, "{taken}");
        }
        ticket
    }

    /// An order for a car that is nobody's.
    pub fn order(&self, zone: &str) -> Order {
        issue(self.served, &self.inspector, &format!("NS{:03}ZZ", self.next() % 1_000), zone, &self.key())
    }

    /// Everybody who sends requests, those with tokens that are good for nothing included.
    pub fn callers(&self) -> Vec<Caller> {
        let Self { served, .. } = self;
        let caller = |name, standing, token: &str| Caller { name, standing, token: Some(token.to_owned()) };
        let was = served.now();
        // Longer ago than a session lives.
        served.watch.set(was - TimeDelta::days(200));
        let expired = sign_in(served, "+381621111111", 11).token;
        served.watch.set(was + TimeDelta::seconds(1));
        let ended = sign_in(served, "+381622222222", 12).token;
        let out = Request::new("DELETE", sign_in::SIGN_OUT.path).bearer(&ended);
        assert_eq!(served.send(&out).status, 204);
        let closed = sign_in(served, "+381623333333", 13).token;
        must::<Value>(served, &Request::new("DELETE", "/v1/account").bearer(&closed));
        let once = {
            let until = Some(served.now() + TimeDelta::seconds(1));
            let given = RoleGiven { until, ..RoleGiven::everywhere(Role::Inspector) };
            let token = served.operator.create_staff(&*served.store, served.now(), &given, "Ana").unwrap();
            served.watch.pass(TimeDelta::seconds(2));
            token
        };
        let elsewhere = |role, city, place| staff(served, role, Some(city), place);
        vec![
            Caller { name: "nobody", standing: Standing::Nobody, token: None },
            caller("an empty token", Standing::Nobody, ""),
            caller("nonsense", Standing::Nobody, "nonsense"),
            caller("a token that is very long", Standing::Nobody, &"x".repeat(4_000)),
            caller("SQL", Standing::Nobody, "' OR '1'='1"),
            caller("an expired session", Standing::Nobody, &expired),
            caller("an ended session", Standing::Nobody, &ended),
            caller("who closed his account", Standing::Closed, &closed),
            caller("a driver", Standing::Driver, &self.b.token),
            caller("an inspector", Standing::Inspector, &self.inspector),
            caller("an inspector once", Standing::NoRole, &once),
            caller(
                "an inspector of another city",
                Standing::Elsewhere(&["orders.check", "orders.issue"]),
                &elsewhere(Role::Inspector, OTHER_CITY, None),
            ),
            caller("a dispatcher", Standing::Dispatcher, &self.dispatcher),
            caller(
                "a dispatcher of another city",
                Standing::Elsewhere(&[
                    "rides.dispatch",
                    "rides.fleet",
                    "control.registrations",
                    "cards.readers",
                    "cards.issue",
                ]),
                &elsewhere(Role::Dispatcher, OTHER_CITY, None),
            ),
            caller("a terminal", Standing::Terminal, &self.terminal),
            caller(
                "a terminal of another city",
                Standing::Elsewhere(&["rides.fleet", "control.registrations", "cards.readers"]),
                &elsewhere(Role::Terminal, OTHER_CITY, None),
            ),
            caller("a controller of rides", Standing::RideController, &self.ride_controller),
            caller(
                "a controller of rides in another city",
                Standing::Elsewhere(&["control.check"]),
                &elsewhere(Role::RideController, OTHER_CITY, None),
            ),
            caller("a partner", Standing::Partner, &self.partner),
            caller(
                "a partner of another carrier",
                Standing::Elsewhere(&["partners.read"]),
                &elsewhere(Role::Partner, "belgrade", Some(OTHER_CARRIER)),
            ),
            caller("an editor of notices", Standing::NoticeEditor, &self.notice_editor),
            caller(
                "an editor of notices of another city",
                Standing::Elsewhere(&["notices.edit"]),
                &elsewhere(Role::NoticeEditor, OTHER_CITY, None),
            ),
            caller("a card clerk", Standing::CardClerk, &self.card_clerk),
            caller(
                "a card clerk of another city",
                Standing::Elsewhere(&["cards.office"]),
                &elsewhere(Role::CardClerk, OTHER_CITY, None),
            ),
            caller("a clerk", Standing::BenefitClerk, &self.benefit_clerk),
            caller(
                "a clerk of another city",
                Standing::Elsewhere(&["passes.benefits"]),
                &elsewhere(Role::BenefitClerk, OTHER_CITY, None),
            ),
            caller("a clerk of merchants", Standing::MerchantClerk, &self.merchant_clerk),
            caller(
                "a clerk of merchants of another city",
                Standing::Elsewhere(&["merchants.register", "merchants.read", "merchants.give_back"]),
                &elsewhere(Role::MerchantClerk, OTHER_CITY, None),
            ),
            caller("a merchant", Standing::Merchant, &self.merchant),
            caller(
                "another merchant",
                Standing::Elsewhere(&["merchants.read", "merchants.take", "merchants.give_back"]),
                &elsewhere(Role::Merchant, "belgrade", Some(&self.other_merchant_id)),
            ),
            caller("a controller", Standing::Controller, &self.controller),
            caller(
                "the controller of another facility",
                Standing::Elsewhere(&["garages.control"]),
                &elsewhere(Role::Controller, "belgrade", Some(OTHER_FACILITY)),
            ),
            caller(
                "the controller of another city",
                Standing::Elsewhere(&["garages.control"]),
                &elsewhere(Role::Controller, OTHER_CITY, Some(FACILITY)),
            ),
        ]
    }
}

pub fn issue(served: &Served, inspector: &str, plate: &str, zone: &str, key: &str) -> Order {
    let order = json!({"city": "belgrade", "zone": zone, "plate": plate, "violation": "no_ticket"});
    must(served, &Request::new("POST", inspectors::ISSUE.path).bearer(inspector).key(key).json(&order))
}

/// Terms of [`CARRIER`], and what is settled by them already.
fn agree(served: &Served) {
    let told = mesto_operator::TermsToTell {
        city: "belgrade",
        carrier: CARRIER,
        from_on: served.now().date_naive() - TimeDelta::days(AGREED_DAYS + 2),
        period: mesto_rules::partners::Period::Day,
        basis_points: 350,
        per_ride: rust_decimal::Decimal::ZERO,
    };
    served.operator.tell_partner_terms(&*served.store, served.now(), &told, "contract 17").unwrap();
    let settled = served.operator.settle_partners(&*served.store, served.now(), "belgrade", None).unwrap();
    assert!(!settled.is_empty());
}

/// Vehicle 1204, in service: its sign.
fn bus(served: &Served, dispatcher: &str) -> String {
    let vehicle = json!({"board": "1204", "carrier": "green-bus", "is_in_service": true});
    let told = json!({"city": "belgrade", "vehicles": [vehicle]});
    must::<Value>(served, &Request::new("POST", fleet::TELL_VEHICLES.path).bearer(dispatcher).json(&told));
    let asked = json!({"city": "belgrade", "vehicle": "1204"});
    let posted: PostedSign = must(served, &Request::new("POST", fleet::POST_SIGN.path).bearer(dispatcher).json(&asked));
    posted.text
}

/// A transport card by its number: what is on it, and how it is told.
fn card_of(number: u64) -> (String, String, Value) {
    let (number, code) = (format!("96431000{number:08}"), format!("CODE{number:04}"));
    let card = json!({"number": number, "code": code, "kind": "standard", "issued_on": "2025-01-15"});
    let told = json!({"city": "belgrade", "cards": [card]});
    (number, code, told)
}

/// A ride in that vehicle, again on purpose.
pub fn ride_again(sign: &str) -> Value {
    json!({"scanned": sign, "persons": 1, "is_again": true})
}

/// A merchant with a till: its id, the code of the till and its id.
fn shop(served: &Served, clerk: &str, business_number: &str) -> (String, String, String) {
    let register = Request::new("POST", merchants::REGISTER.path).bearer(clerk).json(&merchant(business_number));
    let registered: merchants::Merchant = must(served, &register);
    let asked = json!({"merchant": registered.id, "name": "Till 1", "is_open": true});
    let till: tills::Till = must(served, &Request::new("POST", merchants::TILL.path).bearer(clerk).json(&asked));
    (registered.id.to_string(), till.code, till.id.to_string())
}

/// A merchant that can be registered.
pub fn merchant(business_number: &str) -> Value {
    let name = |language: &str| json!({"language": language, "name": "Coffee"});
    json!({"city": "belgrade", "names": [name("sr-Latn"), name("en")], "business_number": business_number, "category": "food", "contract": "17/2025", "contract_on": "2025-09-01", "commission_basis_points": 200})
}

/// A payment at a till, again on purpose.
pub fn pay_again(till: &str) -> Value {
    json!({"scanned": till, "amount": {"amount": "100.00", "currency": "RSD"}, "is_again": true})
}

fn person(served: &Served, number: u64, (inspector, dispatcher): (&str, &str), (sign, till): (&str, &str)) -> Person {
    let phone = phone_of(number);
    let mut driver = Driver::new(served, number);
    driver.fund(5_000);
    let spare = sign_in(served, &phone, 100 + number).token;
    sign_in(served, &phone, 200 + number);
    let quote = driver.quote(driver.vehicle, "red", 60);
    let buys = driver.purchase(&quote);
    let bought: Bought = must(served, &buys);
    let ticket = bought.sale.items[0].outcome::<ParkingOutcome>().unwrap().unwrap().ticket;
    let payment = driver.topup(1_000);
    let key = format!("key-of-the-inspector-{number:04}");
    let order = issue(served, inspector, &ticket.plate.canonical, "yellow", &key);
    let slip = OrderSlip { number: order.number.shown() };
    let order: Order = must(served, &Request::new("POST", orders::BY_SLIP.path).bearer(&driver.token).json(&slip));
    let asked =
        json!({"city": "belgrade", "items": [{"service": "rides", "subject": ride_again(sign)}], "pay": "deposit"});
    let quote: Quote = must(served, &Request::new("POST", buying::QUOTE.path).bearer(&driver.token).json(&asked));
    let rides: Bought = must(served, &driver.purchase(&quote));
    let ride = rides.sale.items[0].outcome::<RidesOutcome>().unwrap().unwrap().ride;
    let (transport_number, code, told) = card_of(number);
    let issue = Request::new("POST", offices::TELL_ISSUED.path).bearer(dispatcher).json(&told);
    let told: offices::CardsTold = must(served, &issue);
    let asked = json!({"city": "belgrade", "number": transport_number, "code": code});
    must::<Value>(served, &Request::new("POST", cards::LINK.path).bearer(&driver.token).json(&asked));
    let subject = json!({"card": told.cards[0], "amount": {"amount": "100.00", "currency": "RSD"}});
    let asked = json!({"city": "belgrade", "items": [{"service": "cards", "subject": subject}], "pay": "deposit"});
    let quote: Quote = must(served, &Request::new("POST", buying::QUOTE.path).bearer(&driver.token).json(&asked));
    let bought: Bought = must(served, &driver.purchase(&quote));
    let paid = bought.sale.items[0].outcome::<cards::CardsOutcome>().unwrap().unwrap();
    let later = (served.now() + TimeDelta::days(7)).date_naive();
    let subject = json!({"product": "month", "first_on": later});
    let asked = json!({"city": "belgrade", "items": [{"service": "passes", "subject": subject}], "pay": "deposit"});
    let quote: Quote = must(served, &Request::new("POST", buying::QUOTE.path).bearer(&driver.token).json(&asked));
    let passes: Bought = must(served, &driver.purchase(&quote));
    let pass = passes.sale.items[0].outcome::<PassesOutcome>().unwrap().unwrap().pass;
    let asked =
        json!({"city": "belgrade", "items": [{"service": "merchants", "subject": pay_again(till)}], "pay": "deposit"});
    let quote: Quote = must(served, &Request::new("POST", buying::QUOTE.path).bearer(&driver.token).json(&asked));
    let there: Bought = must(served, &driver.purchase(&quote));
    let payment_there = there.sale.items[0].outcome::<MerchantsOutcome>().unwrap().unwrap().payment;
    let quote = driver.quote(driver.vehicle, "green", 30);
    assert_eq!(quote.pay, PayMethod::Deposit);
    let sessions: SessionPage = must(served, &Request::new("GET", sign_in::SESSIONS.path).bearer(&driver.token));
    // The newest is that of the third phone.
    let session = sessions.items.first().unwrap();
    assert!(!session.is_own);
    let account: Account = must(served, &Request::new("GET", "/v1/account").bearer(&driver.token));
    let things = Things {
        account: driver.account.to_string(),
        vehicle: driver.vehicle.to_string(),
        plate: ticket.plate.canonical.clone(),
        ticket: ticket.id.to_string(),
        payment: payment.id.to_string(),
        order: order.id.to_string(),
        ride: ride.id.to_string(),
        card: paid.card.to_string(),
        top_up: paid.top_up.id.to_string(),
        pass: pass.id.to_string(),
        merchant_payment: payment_there.id.to_string(),
        quote: quote.id.to_string(),
        session: session.id.to_string(),
        key: buys.get(headers::IDEMPOTENCY_KEY).unwrap().to_owned(),
        cursor: account.cursor.to_string(),
    };
    Person { token: driver.token.clone(), spare, things }
}
