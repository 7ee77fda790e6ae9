//! Garages: what controllers tell, what drivers pay, and who is let out. What all of these use
//! stands here.

mod erased;
mod late;
mod orders_of_telling;
mod prices;
mod receipts;
mod records;
mod refusals;
mod reports;
mod sales;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::store::transact;
use mesto_operator::{ClaimState, GrantError, PostgresStore, Request, Response, RoleGiven, Store, values};
use mesto_protocol::base::accounts::Account;
use mesto_protocol::base::payments::{PayMethod, Payment, PaymentState, Purchase, Quote, SaleState};
use mesto_protocol::garages::controllers::{
    ExitOpened, ExitRequest, GarageReport, GarageReported, ReportedEvent, ReportedEventKind, ReportedPlaces, VisitOwed,
};
use mesto_protocol::garages::signed::{ExitReceipt, GOOD_WITHOUT_END, ReceiptClaims};
use mesto_protocol::garages::visits::{
    FacilityPlaces, GaragesOffer, GaragesOutcome, GaragesSection, GaragesSubject, Places, Visit, VisitPage, VisitState,
};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::signed_code::{ClockRule, CodeError, Presentation, Seen, Verifier};
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::garages::facility::TicketPattern;
use mesto_rules::{Minutes, Money, TimeOfDay, TimeSpan};
use serde_json::{Value, json};

use crate::bank::Link;
use crate::world::{ISSUER, Person, World, approval, cluster, device, expect, refused, rsd, signed_notice};

const PHONE: &str = "+381641234567";
const OTHER: &str = "+381650000000";
const DAY: i64 = 24 * 60;
const TICKET: &str = "GR004217";

fn known<T>(value: T) -> Fact<T> {
    Fact::Known(Known { value, certainty: Certainty::Assumed, source: "decision".parse().unwrap() })
}

/// Garages that give minutes to leave.
pub(super) fn with_exit_minutes(world: &World, minutes: u32) -> World {
    world.with_garages(|garages| {
        for table in garages.tariffs[0].rate_tables.values_mut() {
            table.exit_minutes = known(Minutes(minutes));
        }
    })
}

/// Moments by their minutes from now on; a day passes.
fn since(world: &World) -> impl Fn(i64) -> DateTime<Utc> + use<> {
    let start = world.now();
    world.pass(DAY);
    move |minutes| start + TimeDelta::minutes(minutes)
}

/// Cash of an amount.
fn cash(ticket: &str, at: DateTime<Utc>, amount: &str) -> ReportedEvent {
    ReportedEvent { amount: Some(rsd(amount)), ..told(ReportedEventKind::PaidOnSite, ticket, at) }
}

/// The controller of a facility, and what it has heard.
pub(super) struct Controller<'a> {
    pub(super) person: Person<'a>,
    facility: &'static str,
}

pub(super) fn told(kind: ReportedEventKind, ticket: &str, at: DateTime<Utc>) -> ReportedEvent {
    ReportedEvent { at, ticket: ticket.into(), kind, is_disabled: None, places: None, amount: None }
}

impl<'a> Controller<'a> {
    pub(super) fn of(world: &'a World, facility: &'static str) -> Self {
        Self { person: world.controller(facility), facility }
    }

    pub(super) fn report(&self, events: Vec<ReportedEvent>) -> GarageReport {
        let sent_at = self.person.world.now();
        let (city, facility) = ("belgrade".into(), self.facility.into());
        GarageReport { city, facility, sent_at, events, places: None, settled_after: None }
    }

    fn send(&self, report: &GarageReport) -> Response {
        self.person.post("/v1/garages/reports", report)
    }

    /// Tells what happened, all of which is taken.
    #[track_caller]
    pub(super) fn tell(&self, events: Vec<ReportedEvent>) -> GarageReported {
        let count = events.len();
        let reported: GarageReported = expect(200, self.send(&self.report(events)));
        assert_eq!((reported.taken as usize, reported.refused.as_slice()), (count, [].as_slice()));
        reported
    }

    /// Tells one thing that is not taken; gives the code.
    #[track_caller]
    fn refuses(&self, event: ReportedEvent) -> String {
        let reported: GarageReported = expect(200, self.send(&self.report(vec![event])));
        assert_eq!((reported.taken, reported.refused.len()), (0, 1));
        assert!(!reported.refused[0].detail.is_empty());
        reported.refused[0].code.clone()
    }

    pub(super) fn now(&self, kind: ReportedEventKind, ticket: &str) {
        self.tell(vec![told(kind, ticket, self.person.world.now())]);
    }

    pub(super) fn enters(&self, ticket: &str) {
        self.now(ReportedEventKind::Entered, ticket);
    }

    pub(super) fn leaves(&self, ticket: &str) {
        self.now(ReportedEventKind::Left, ticket);
    }

    /// A sign of life.
    fn is_there(&self) {
        self.tell(Vec::new());
    }

    /// Time goes on, and the controller is heard.
    pub(super) fn after(&self, minutes: i64) {
        self.person.world.pass(minutes);
        self.is_there();
    }

    fn exit(&self, ticket: &str) -> Response {
        let (city, facility) = ("belgrade".into(), self.facility.into());
        let exit = ExitRequest { city, facility, ticket: ticket.into(), at: self.person.world.now() };
        self.person.post("/v1/garages/exits", &exit)
    }

    fn opens(&self, ticket: &str) -> bool {
        let answer = self.exit(ticket);
        answer.status == 200 && expect::<ExitOpened>(200, answer).visit.to_string().starts_with("vi_")
    }

    fn ask_owed(&self, ticket: &str) -> Response {
        self.person.get(&format!("/v1/garages/owed?city=belgrade&facility={}&ticket={ticket}", self.facility))
    }

    fn owed(&self, ticket: &str) -> VisitOwed {
        expect(200, self.ask_owed(ticket))
    }
}

fn ask_at(driver: &Person<'_>, facility: &str, ticket: &str, pay: PayMethod) -> Response {
    driver.ask_for(&GaragesSubject { facility: facility.parse().expect("a facility"), ticket: ticket.into() }, pay)
}

fn ask(driver: &Person<'_>, ticket: &str) -> Response {
    ask_at(driver, "zeleni-venac", ticket, PayMethod::Deposit)
}

pub(super) fn quote(driver: &Person<'_>, ticket: &str) -> Quote {
    expect(201, ask(driver, ticket))
}

fn card_quote(driver: &Person<'_>, ticket: &str) -> Quote {
    expect(201, ask_at(driver, "zeleni-venac", ticket, PayMethod::Card))
}

fn offer(quote: &Quote) -> GaragesOffer {
    quote.items[0].offer().unwrap().unwrap()
}

fn lines(quote: &Quote) -> Vec<(String, String)> {
    quote.items[0].lines.iter().map(|line| (line.kind.clone(), line.amount.to_string())).collect()
}

/// The visit that a purchase paid, once it was delivered.
fn visit_of(purchase: &Purchase) -> Option<Visit> {
    purchase.sale.items[0].outcome::<GaragesOutcome>().unwrap().map(|bought| bought.visit)
}

pub(super) fn pay(driver: &Person<'_>, quote: &Quote) -> Visit {
    let bought = driver.begin(quote);
    visit_of(&Purchase { sale: bought.sale, payment: bought.payment }).expect("a visit")
}

fn visits(driver: &Person<'_>) -> Vec<Visit> {
    let account: Account = expect(200, driver.get("/v1/account"));
    account.section::<GaragesSection>().unwrap().unwrap().visits
}

fn told_visits(driver: &Person<'_>) -> Vec<VisitState> {
    let events = driver.events(0).events;
    events.iter().filter_map(|event| event.read::<Visit>().unwrap()).map(|visit| visit.state).collect()
}

fn places(world: &World) -> Vec<FacilityPlaces> {
    expect::<Places>(200, world.send(&Request::new("GET", "/v1/garages/places?city=belgrade"))).items
}

/// What is claimed for visits: the amount and whether it is open.
fn claims(world: &World) -> Vec<(Money, ClaimState)> {
    let claims = world.operator.claims(&*world.store).unwrap();
    claims.into_iter().map(|claim| (claim.amount, claim.state)).collect()
}

fn incidents(world: &World) -> usize {
    world.operator.incidents(&*world.store).unwrap().len()
}

fn count(world: &World, rows: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS count FROM {rows}");
    transact(&*world.store, |tx| tx.query(&sql, values![])?[0].get("count")).unwrap()
}

/// A driver with money on his deposit.
pub(super) fn driver<'a>(world: &'a World, phone: &str) -> Person<'a> {
    let driver = world.driver(phone);
    world.approve(&driver.top_up("5000.00"));
    driver
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}
