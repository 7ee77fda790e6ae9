//! An operator with a clock and chance of its own, on one of the two databases, and the people who
//! use it.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::payments::sign;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{
    Clock, Config, Entropy, HostedPage, Keys, Message, Operator, PostgresStore, Request, Response, RoleGiven,
    SqliteInline, Store,
};
use mesto_protocol::base::accounts::Account;
use mesto_protocol::base::payments::{
    Bought, NoticeOutcome, Part, PayMethod, Payment, PaymentsSection, ProviderNotice, Purchase, PurchaseRequest, Quote,
    QuoteRequest, Wanted,
};
use mesto_protocol::base::sign_in::{Session, SignIn};
use mesto_protocol::base::vehicles::{NewVehicle, Vehicle, VehicleAdded, VehiclesSection};
use mesto_protocol::base::wallet::{WalletSection, WalletSubject};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::event::{Cursor, EventPage};
use mesto_protocol::headers;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::ids::{AccountId, OrderId, TicketId, VehicleId};
use mesto_protocol::keys::KeySet;
use mesto_protocol::orders::driver::{Order, OrderSlip, OrdersOffer, OrdersOutcome, OrdersSection, OrdersSubject};
use mesto_protocol::parking::purchase::{ParkingOffer, ParkingOutcome, ParkingSubject};
use mesto_protocol::parking::tickets::{ParkingSection, Ticket};
use mesto_protocol::rides::vehicles::PostedSign;
use mesto_rules::City;
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::money::{Currency, Money};
use mesto_rules::rides::DatedFare;
use serde::de::DeserializeOwned;

use crate::contract;

pub const ISSUER: &str = "parking.example";
pub const SECRET: &[u8] = b"the secret of bank and operator";

/// SplitMix64: the same ids in every run.
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for SeededEntropy {
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
    /// Counted on by the worlds that are made of one another.
    keys: Rc<Cell<u64>>,
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

/// The usual habits, a name of its own, and a site beside the app's own scheme.
pub fn config() -> Config {
    let return_to = ["mesto", "https://app.example"].iter().map(|text| text.parse().unwrap()).collect();
    Config { return_to, issuer: ISSUER.parse().unwrap(), moves_clock: true, ..Config::default() }
}

/// A phone's key.
pub fn device(seed: u8) -> SoftwareDevice {
    SoftwareDevice::from_seed(&[seed; 32]).unwrap()
}

pub fn operator(config: Config) -> Operator {
    operator_of(belgrade(), config, 1)
}

pub fn belgrade() -> City {
    mesto_rules::load::embedded("belgrade").unwrap()
}

fn operator_of(city: City, config: Config, seed: u64) -> Operator {
    let chance = SeededEntropy::new(seed);
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
        Self { operator: Arc::new(operator(config)), store, now: Cell::new(start()), keys: Rc::default() }
    }

    /// The same store and moment, with an operator of Almaty.
    pub fn almaty(&self) -> Self {
        self.almaty_where(|_| ())
    }

    /// The same store and moment, in a Belgrade where vehicle 1204 of route 92 carries riders: a
    /// sign of it.
    pub fn with_rides(&self) -> (Self, String) {
        let almaty = mesto_rules::load::embedded("almaty").unwrap();
        let mut rides = almaty.section::<mesto_rules::rides::RidesSection>().unwrap().clone();
        let source = "decision".parse().unwrap();
        let mut cards = almaty.section::<mesto_rules::cards::CardsSection>().unwrap().clone();
        (cards.top_ups.least, cards.top_ups.most) = (rsd("100.00"), rsd("10000.00"));
        let fare = Fact::Known(Known { value: rsd("50.00"), certainty: Certainty::Assumed, source });
        rides.fares = vec![DatedFare { from: "2024-08-03".parse().unwrap(), fare }];
        let mut merchants = almaty.section::<mesto_rules::merchants::MerchantsSection>().unwrap().clone();
        let fee = mesto_rules::merchants::Fee { basis_points: 100, least: rsd("1.00") };
        let source = "decision".parse().unwrap();
        merchants.fee = Fact::Known(Known { value: fee, certainty: Certainty::Assumed, source });
        let limits = &mut merchants.limits;
        (limits.least, limits.most, limits.day_most) = (rsd("10.00"), rsd("10000.00"), rsd("20000.00"));
        let mut passes = almaty.section::<mesto_rules::passes::PassesSection>().unwrap().clone();
        for price in passes.products.iter_mut().flat_map(|product| product.prices.values_mut()) {
            let source = "decision".parse().unwrap();
            *price = Fact::Known(Known { value: rsd("500.00"), certainty: Certainty::Assumed, source });
        }
        let world = self.in_city(|city| {
            city.put_section(rides).unwrap();
            city.put_section(passes).unwrap();
            city.put_section(cards).unwrap();
            city.put_section(merchants).unwrap();
        });
        let token = world.dispatcher().token;
        let post = |target: &str, body: serde_json::Value| {
            world.send(&Request::new("POST", target).bearer(&token).json(&body))
        };
        let vehicle = serde_json::json!({"board": "1204", "carrier": "green-bus", "is_in_service": true});
        let told = serde_json::json!({"city": "belgrade", "vehicles": [vehicle]});
        assert_eq!(post("/v1/transit/vehicles", told).status, 200);
        let asked = serde_json::json!({"city": "belgrade", "vehicle": "1204"});
        let PostedSign { text } = expect(200, post("/v1/transit/signs", asked));
        (world, text)
    }

    /// As [`World::almaty`], with something else said of rides.
    pub fn almaty_where(&self, change: impl FnOnce(&mut mesto_rules::rides::RidesSection)) -> Self {
        let mut city = mesto_rules::load::embedded("almaty").unwrap();
        let mut rides = city.section::<mesto_rules::rides::RidesSection>().unwrap().clone();
        change(&mut rides);
        city.put_section(rides).unwrap();
        let operator = Arc::new(operator_of(city, config(), 2));
        Self { operator, store: Arc::clone(&self.store), now: self.now.clone(), keys: Rc::clone(&self.keys) }
    }

    /// The same store and moment, in an Almaty that is otherwise.
    pub fn in_almaty(&self, change: impl FnOnce(&mut City)) -> Self {
        let mut city = mesto_rules::load::embedded("almaty").unwrap();
        change(&mut city);
        self.key();
        let operator = Arc::new(operator_of(city, config(), 3_000 + self.keys.get()));
        Self { operator, store: Arc::clone(&self.store), now: self.now.clone(), keys: Rc::clone(&self.keys) }
    }

    /// As [`World::almaty`], where so much may be tried.
    pub fn almaty_limited(&self, limits: mesto_operator::CardLimits) -> Self {
        let almaty = mesto_rules::load::embedded("almaty").unwrap();
        let operator = Arc::new(operator_of(almaty, config(), 2).limited(limits));
        Self { operator, store: Arc::clone(&self.store), now: self.now.clone(), keys: Rc::clone(&self.keys) }
    }

    /// As [`World::almaty`], with something else said of passes.
    pub fn almaty_passes(&self, change: impl FnOnce(&mut mesto_rules::passes::PassesSection)) -> Self {
        let mut city = mesto_rules::load::embedded("almaty").unwrap();
        let mut passes = city.section::<mesto_rules::passes::PassesSection>().unwrap().clone();
        change(&mut passes);
        city.put_section(passes).unwrap();
        self.key();
        let operator = Arc::new(operator_of(city, config(), 2_000 + self.keys.get()));
        Self { operator, store: Arc::clone(&self.store), now: self.now.clone(), keys: Rc::clone(&self.keys) }
    }

    /// The same store and moment, in a Belgrade that is otherwise.
    pub fn in_city(&self, change: impl FnOnce(&mut City)) -> Self {
        let mut city = belgrade();
        change(&mut city);
        self.key();
        let operator = Arc::new(operator_of(city, config(), 1_000 + self.keys.get()));
        Self { operator, store: Arc::clone(&self.store), now: self.now.clone(), keys: Rc::clone(&self.keys) }
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

    /// As [`World::in_city`], with something else said of garages.
    pub fn with_garages(&self, change: impl FnOnce(&mut mesto_rules::garages::GaragesSection)) -> Self {
        self.in_city(|city| {
            let mut garages = city.section::<mesto_rules::garages::GaragesSection>().unwrap().clone();
            change(&mut garages);
            city.put_section(garages).unwrap();
        })
    }

    /// A world around an operator that is there already.
    pub fn around(operator: Arc<Operator>, store: Arc<dyn Store>) -> Self {
        Self { operator, store, now: Cell::new(start()), keys: Rc::default() }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    /// Its clock, which stands still now.
    pub fn clock(&self) -> Arc<dyn Clock> {
        struct Stopped(DateTime<Utc>);
        impl Clock for Stopped {
            fn now(&self) -> DateTime<Utc> {
                self.0
            }
        }
        Arc::new(Stopped(self.now()))
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

    pub fn pass_to(&self, now: DateTime<Utc>) {
        self.now.set(now);
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
        let messages = self.operator.messages_to(&*self.store, phone).unwrap();
        messages.last().and_then(Message::code).expect("a code").to_owned()
    }

    pub fn ask_code(&self, phone: &str) -> Response {
        self.send(&Request::new("POST", "/v1/auth/code").json(&serde_json::json!({"phone": phone})))
    }

    pub fn try_code(&self, phone: &str, code: &str) -> Response {
        self.try_code_on(&device(9), phone, code)
    }

    pub fn try_code_on(&self, device: &SoftwareDevice, phone: &str, code: &str) -> Response {
        let device_key = device.device_key().to_text();
        let sign_in =
            SignIn { phone: phone.into(), code: code.into(), device: "phone".into(), device_key, language: None };
        self.send(&Request::new("POST", "/v1/auth/session").json(&sign_in))
    }

    pub fn driver(&self, phone: &str) -> Person<'_> {
        self.driver_on(&device(9), phone)
    }

    /// Somebody who signs in on this phone.
    pub fn driver_on(&self, device: &SoftwareDevice, phone: &str) -> Person<'_> {
        expect::<serde_json::Value>(200, self.ask_code(phone));
        let session: Session = expect(201, self.try_code_on(device, phone, &self.code(phone)));
        Person { world: self, token: session.token, account: session.account }
    }

    /// The key set that is served now.
    pub fn key_set(&self) -> KeySet {
        let keys = self.operator.keys();
        KeySet::verify(&keys.signed_set(self.now()).unwrap(), keys.root_public(), 0).unwrap()
    }

    /// A driver with one vehicle and money.
    pub fn driver_with(&self, phone: &str, plate: &str, topups: &[&str]) -> (Person<'_>, VehicleId) {
        let driver = self.driver(phone);
        let vehicle = driver.add(plate).id;
        for amount in topups {
            self.approve(&driver.top_up(amount));
        }
        (driver, vehicle)
    }

    pub fn inspector(&self) -> Person<'_> {
        self.staff(Role::Inspector, "Mira")
    }

    /// Whoever tells of the vehicles.
    pub fn dispatcher(&self) -> Person<'_> {
        self.staff(Role::Dispatcher, "Aigul")
    }

    /// Whoever writes news.
    pub fn notice_editor(&self) -> Person<'_> {
        self.staff(Role::NoticeEditor, "Saule")
    }

    /// Whoever grants benefits.
    pub fn benefit_clerk(&self) -> Person<'_> {
        self.staff(Role::BenefitClerk, "Saule")
    }

    /// Somebody with a role everywhere.
    pub fn staff(&self, role: Role, name: &str) -> Person<'_> {
        let token = self.operator.create_staff(&*self.store, self.now(), &RoleGiven::everywhere(role), name).unwrap();
        let request = Request::new("GET", "/v1/account").bearer(&token);
        let Account { account, .. } = expect(200, self.send(&request));
        Person { world: self, token, account }
    }

    /// Somebody with a role for a place of a city.
    pub fn staff_of(&self, role: Role, city: &str, place: &str) -> Person<'_> {
        let given = RoleGiven { role, city: Some(city), place: Some(place), until: None };
        let token = self.operator.create_staff(&*self.store, self.now(), &given, place).unwrap();
        let request = Request::new("GET", "/v1/account").bearer(&token);
        let Account { account, .. } = expect(200, self.send(&request));
        Person { world: self, token, account }
    }

    /// Somebody who controls rides, with a device of his own.
    pub fn ride_controller(&self, name: &str) -> Person<'_> {
        self.staff(Role::RideController, name)
    }

    /// Somebody who serves users of transport cards at an office.
    pub fn card_clerk(&self) -> Person<'_> {
        self.staff(Role::CardClerk, "Saule")
    }

    /// The controller of a facility of Belgrade.
    pub fn controller(&self, facility: &str) -> Person<'_> {
        let (role, city, place) = (Role::Controller, Some("belgrade"), Some(facility));
        let given = RoleGiven { role, city, place, until: None };
        let token = self.operator.create_device(&*self.store, self.now(), &given, facility).unwrap();
        let request = Request::new("GET", "/v1/account").bearer(&token);
        let Account { account, .. } = expect(200, self.send(&request));
        Person { world: self, token, account }
    }

    pub fn notice(&self, notice: &ProviderNotice) -> Response {
        self.send(&signed_notice(notice))
    }

    /// The bank approves a payment; it has one of its own for each of ours.
    pub fn approve(&self, payment: &Payment) {
        let response = self.notice(&approval(payment, &format!("pay-{}", payment.id)));
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

pub fn signed_notice(notice: &ProviderNotice) -> Request {
    let request = Request::new("POST", "/v1/providers/bank/notices").json(notice);
    let signature = sign(SECRET, &request.body);
    request.header(headers::SIGNATURE, &signature)
}

/// That the bank took a payment; `payment` is its own id of it.
pub fn approval(of: &Payment, payment: &str) -> ProviderNotice {
    ProviderNotice {
        payment: payment.into(),
        reference: of.id.to_string(),
        amount: of.amount,
        outcome: NoticeOutcome::Approved,
        reason: None,
    }
}

/// That the bank did not take it.
pub fn decline(of: &Payment, payment: &str) -> ProviderNotice {
    let reason = Some("authentication_failed".into());
    ProviderNotice { outcome: NoticeOutcome::Declined, reason, ..approval(of, payment) }
}

/// What a quote promises of parking.
pub fn parking(quote: &Quote) -> ParkingOffer {
    quote.items[0].offer().unwrap().unwrap()
}

/// The order that a quote is for.
pub fn order_of(quote: &Quote) -> Order {
    quote.items[0].offer::<OrdersOffer>().unwrap().unwrap().order
}

/// The ticket that was bought, once it was delivered.
pub fn ticket_of(purchase: &Purchase) -> Option<Ticket> {
    purchase.sale.items[0].outcome::<ParkingOutcome>().unwrap().map(|bought| bought.ticket)
}

/// The order that was paid, once it is.
pub fn paid_order(purchase: &Purchase) -> Option<Order> {
    purchase.sale.items[0].outcome::<OrdersOutcome>().unwrap().map(|bought| bought.order)
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
    pub account: AccountId,
    pub phone_masked: String,
    pub cursor: Cursor,
    pub balance: Money,
    /// What waits for a provider.
    pub open: Vec<Purchase>,
    pub vehicles: Vec<Vehicle>,
    pub tickets: Vec<Ticket>,
    pub orders: Vec<Order>,
}

/// A ticket that was bought at once.
#[derive(Debug, PartialEq)]
pub struct Parked {
    pub ticket: Ticket,
    pub payment: Payment,
    pub balance: Money,
}

impl From<Bought> for Parked {
    fn from(Bought { sale, payment, balance }: Bought) -> Self {
        let purchase = Purchase { sale, payment };
        let ticket = ticket_of(&purchase).expect("a ticket");
        Self { ticket, payment: purchase.payment, balance }
    }
}

/// Somebody who signed in.
pub struct Person<'a> {
    pub world: &'a World,
    pub token: String,
    pub account: AccountId,
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
        self.added(plate).vehicle
    }

    /// The whole answer of adding a vehicle.
    pub fn added(&self, plate: &str) -> VehicleAdded {
        let vehicle = NewVehicle { city: "belgrade".into(), plate: plate.into(), label: None };
        expect(201, self.post("/v1/vehicles", &vehicle))
    }

    /// Asks what something costs.
    pub fn ask_for<T: Part>(&self, subject: &T, pay: PayMethod) -> Response {
        self.post("/v1/quotes", &asking_for(subject, pay))
    }

    pub fn ask_top_up(&self, amount: Money) -> Response {
        self.ask_for(&WalletSubject { amount }, PayMethod::Card)
    }

    pub fn top_up_quote(&self, amount: &str) -> Quote {
        expect(201, self.ask_top_up(rsd(amount)))
    }

    /// A payment that waits on the bank's page, to be put on the deposit.
    pub fn top_up(&self, amount: &str) -> Payment {
        self.begin(&self.top_up_quote(amount)).payment
    }

    pub fn ask_by(&self, pay: PayMethod, vehicle: VehicleId, zone: &str, minutes: u32) -> Response {
        self.ask_for(&parking_of(vehicle, zone, minutes), pay)
    }

    pub fn ask(&self, vehicle: VehicleId, zone: &str, minutes: u32) -> Response {
        self.ask_by(PayMethod::Deposit, vehicle, zone, minutes)
    }

    pub fn ask_to_extend(&self, ticket: TicketId, zone: &str, minutes: u32) -> Response {
        let subject =
            ParkingSubject { zone: zone.parse().expect("a zone"), vehicle: None, extends: Some(ticket), minutes };
        self.ask_for(&subject, PayMethod::Deposit)
    }

    /// Has the slip of an order in his hand.
    pub fn has_slip(&self, order: &Order) -> Order {
        expect(201, self.post("/v1/orders/slips", &OrderSlip { number: order.number.shown() }))
    }

    pub fn ask_order(&self, pay: PayMethod, order: OrderId) -> Response {
        self.ask_for(&OrdersSubject { order }, pay)
    }

    pub fn quote(&self, vehicle: VehicleId, zone: &str, minutes: u32) -> Quote {
        expect(201, self.ask(vehicle, zone, minutes))
    }

    pub fn quote_by_card(&self, vehicle: VehicleId, zone: &str, minutes: u32) -> Quote {
        expect(201, self.ask_by(PayMethod::Card, vehicle, zone, minutes))
    }

    /// What buys a quote within two minutes.
    pub fn purchase(&self, quote: &Quote) -> PurchaseRequest {
        let return_url = (quote.pay == PayMethod::Card).then(|| "https://app.example/back".to_owned());
        PurchaseRequest { quote: quote.id, not_after: self.world.now() + TimeDelta::minutes(2), return_url }
    }

    pub fn buy_with(&self, key: &str, quote: &Quote) -> Response {
        self.act("/v1/purchases", key, &self.purchase(quote))
    }

    /// Buys whatever it is: delivered from the deposit, begun by card.
    pub fn begin(&self, quote: &Quote) -> Bought {
        expect(201, self.buy_with(&self.world.key(), quote))
    }

    pub fn buy(&self, quote: &Quote) -> Parked {
        self.begin(quote).into()
    }

    pub fn park(&self, vehicle: VehicleId, zone: &str, minutes: u32) -> Parked {
        self.buy(&self.quote(vehicle, zone, minutes))
    }

    /// A payment as it stands, with its sale.
    pub fn payment(&self, payment: &Payment) -> Purchase {
        expect(200, self.get(&format!("/v1/payments/{}", payment.id)))
    }

    /// What an app shows.
    pub fn account(&self) -> Shown {
        let account: Account = expect(200, self.get("/v1/account"));
        let WalletSection { balance } = account.section().unwrap().unwrap();
        let PaymentsSection { open } = account.section().unwrap().unwrap();
        let VehiclesSection { vehicles } = account.section().unwrap().unwrap();
        let ParkingSection { tickets } = account.section().unwrap().unwrap();
        let OrdersSection { orders } = account.section().unwrap().unwrap();
        let Account { account, phone_masked, cursor, .. } = account;
        Shown { account, phone_masked, cursor, balance, open, vehicles, tickets, orders }
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

pub fn kzt(amount: &str) -> Money {
    Money::parse(amount, Currency::new("KZT").unwrap()).unwrap()
}

/// Asks for one thing in Belgrade.
pub fn asking_for<T: Part>(subject: &T, pay: PayMethod) -> QuoteRequest {
    QuoteRequest { city: "belgrade".into(), items: vec![Wanted::of(subject).unwrap()], pay, payer: None }
}

pub fn parking_of(vehicle: VehicleId, zone: &str, minutes: u32) -> ParkingSubject {
    ParkingSubject { zone: zone.parse().expect("a zone"), vehicle: Some(vehicle), extends: None, minutes }
}
