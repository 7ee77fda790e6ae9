//! A garage whose link fails: its controller tells what happened once it can, hears what was paid
//! in the app, and opens by what it knows, by what was paid at the place, or by a driver's receipt.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use mesto_client::protocol::base::payments::PayMethod;
use mesto_operator::store::transact;
use mesto_operator::{Config, Request, RoleGiven};
use mesto_protocol::garages::controllers::{
    EXIT, ExitRequest, GarageReport, GarageReported, REPORT, ReportedEvent, ReportedEventKind, VisitSettled,
};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::keys::KeySet;
use mesto_protocol::services::CodeClaims;
use mesto_protocol::signed_code::{ClockRule, Verifier};

use super::{Faults, World};
use crate::check::{self, Barrier};

const CITY: &str = "belgrade";
const FACILITY: &str = "zeleni-venac";
/// Most cars inside: few, so that phones meet at one ticket.
const PLACES: usize = 4;
/// Between two reports, milliseconds.
const EVERY: i64 = 60_000;

/// The controller, and the cars behind its barrier.
#[derive(Default)]
pub(super) struct Garage {
    token: String,
    keys: Option<KeySet>,
    printed: u32,
    /// Cars inside by their tickets: when they came in, and what was paid at the place.
    inside: BTreeMap<String, Car>,
    /// What was not taken yet.
    waiting: Vec<ReportedEvent>,
    /// What is said of cars that have left, and told the next time.
    later: Vec<ReportedEvent>,
    settled: BTreeMap<String, VisitSettled>,
    settled_after: Option<String>,
    /// The ticket that was paid last in the app: its driver goes to the barrier sooner or later.
    paid_last: Option<String>,
    next_report: i64,
    /// Until when the link is down.
    down_until: i64,
    heard: Vec<i64>,
    let_out: BTreeSet<String>,
}

struct Car {
    entered_at: i64,
    /// When it was paid at the place last.
    cash_at: Option<i64>,
}

/// Why the barrier opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Because {
    Operator,
    Settled,
    Cash,
    Receipt,
}

impl Garage {
    pub(super) fn barrier(&self) -> Barrier<'_> {
        Barrier { heard: &self.heard, let_out: &self.let_out }
    }

    /// A phone was told that a ticket is paid.
    pub(super) fn is_paid(&mut self, ticket: &str) {
        self.paid_last = Some(ticket.to_owned());
    }

    pub(super) fn link_is_back(&mut self) {
        self.down_until = 0;
        self.waiting.append(&mut self.later);
    }

    /// Everything that happened was told.
    pub(super) fn is_quiet(&self) -> bool {
        self.waiting.is_empty() && self.later.is_empty()
    }

    /// Something happened: it is told at once, when the link allows.
    fn happened(&mut self, ticket: &str, kind: ReportedEventKind, at: DateTime<Utc>) {
        self.waiting.push(ReportedEvent {
            at,
            ticket: ticket.to_owned(),
            kind,
            is_disabled: None,
            places: None,
            amount: None,
        });
        self.next_report = 0;
    }
}

impl World {
    pub(super) fn open_garage(&mut self) -> Result<(), Faults> {
        let moment = self.moment();
        let (operator, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
        let given = RoleGiven { role: Role::Controller, city: Some(CITY), place: Some(FACILITY), until: None };
        let token =
            operator.create_device(&**store, moment, &given, "Barrier").map_err(|error| vec![error.to_string()])?;
        let signed = operator.keys().signed_set(moment).map_err(|error| vec![error.to_string()])?;
        let keys =
            KeySet::verify(&signed, operator.keys().root_public(), 0).map_err(|error| vec![error.to_string()])?;
        (self.garage.token, self.garage.keys) = (token, Some(keys));
        Ok(())
    }

    /// A car comes, one wants out, the link fails, or the controller forgets what it heard.
    pub(super) fn at_the_garage(&mut self) -> Result<(), Faults> {
        self.garage.waiting.append(&mut self.garage.later);
        // Nothing else happens in this millisecond.
        self.time.fetch_add(1, Ordering::SeqCst);
        match self.random.below(10) {
            0..4 => self.comes_in(),
            4..8 => self.wants_out()?,
            8 => {
                let length = self.random.between(60_000, 1_500_000);
                self.garage.down_until = self.now() + length;
                self.note(|| format!("the garage's link is down for {} s", length / 1_000));
            }
            _ => {
                // The cars that are inside are told again.
                self.garage.settled.clear();
                self.garage.settled_after = None;
                let inside: Vec<(String, i64)> =
                    self.garage.inside.iter().map(|(ticket, car)| (ticket.clone(), car.entered_at)).collect();
                for (ticket, entered_at) in inside {
                    let at = DateTime::from_timestamp_millis(entered_at).unwrap_or_default();
                    self.garage.happened(&ticket, ReportedEventKind::Entered, at);
                }
                self.note(|| "the controller has lost its memory".to_owned());
            }
        }
        Ok(())
    }

    fn comes_in(&mut self) {
        if self.garage.inside.len() >= PLACES {
            return;
        }
        self.garage.printed += 1;
        let (ticket, entered_at, moment) = (format!("ZV{:06}", self.garage.printed), self.now(), self.moment());
        self.garage.inside.insert(ticket.clone(), Car { entered_at, cash_at: None });
        self.garage.happened(&ticket, ReportedEventKind::Entered, moment);
        self.report.visits += 1;
        self.note(|| format!("a car comes in with {ticket}"));
    }

    /// A car at the barrier: it is let out, pays cash, breaks through, or goes back to its place.
    fn wants_out(&mut self) -> Result<(), Faults> {
        let inside: Vec<String> = self.garage.inside.keys().cloned().collect();
        let paid = self.garage.paid_last.clone().filter(|ticket| self.garage.inside.contains_key(ticket));
        let paid = paid.filter(|_| self.random.percent(60));
        let Some(ticket) = paid.or_else(|| self.random.pick(&inside).cloned()) else { return Ok(()) };
        let opens = self.opens(&ticket)?;
        let moment = self.moment();
        let leaves = match opens {
            Some(because) => {
                self.report.let_out_alone += u64::from(because == Because::Settled);
                self.report.let_out_by_receipt += u64::from(because == Because::Receipt);
                // What was paid at the place besides, while the link was down, is given back by
                // hand.
                if because != Because::Cash {
                    self.garage.let_out.insert(ticket.clone());
                }
                true
            }
            None => match self.random.below(10) {
                0..3 => {
                    self.garage.happened(&ticket, ReportedEventKind::PaidOnSite, moment);
                    let at = self.now();
                    if let Some(car) = self.garage.inside.get_mut(&ticket) {
                        car.cash_at = Some(at);
                    }
                    self.note(|| format!("{ticket} is paid in cash"));
                    false
                }
                3 => {
                    self.report.left_unpaid += 1;
                    true
                }
                _ => false,
            },
        };
        if leaves {
            let car = self.garage.inside.remove(&ticket);
            self.garage.settled.remove(&ticket);
            self.garage.happened(&ticket, ReportedEventKind::Left, moment);
            if let Some(car) = car.filter(|_| self.random.percent(8)) {
                // Somebody says afterwards that it took two places.
                let at = DateTime::from_timestamp_millis(car.entered_at).unwrap_or_default();
                self.garage.later.push(ReportedEvent {
                    at,
                    ticket: ticket.clone(),
                    kind: ReportedEventKind::Entered,
                    is_disabled: None,
                    places: Some(2),
                    amount: None,
                });
                self.garage.let_out.remove(&ticket);
                self.report.corrected_late += 1;
            }
            self.note(|| format!("the car with {ticket} leaves: {opens:?}"));
        }
        Ok(())
    }

    /// Whether the barrier opens. What a phone proves to be paid has to open it, also without a
    /// link.
    fn opens(&mut self, ticket: &str) -> Result<Option<Because>, Faults> {
        let now = self.now();
        let receipt_until = self.receipt_until(ticket)?;
        let is_up = self.garage.down_until <= now && !self.random.percent(self.weather.lost);
        if is_up {
            self.garage.next_report = 0;
            self.garage_reports()?;
        }
        if is_up && self.garage.is_quiet() {
            let asked = ExitRequest {
                city: CITY.to_owned(),
                facility: FACILITY.to_owned(),
                ticket: ticket.to_owned(),
                at: self.moment(),
            };
            let asked = Request::new("POST", EXIT.path).bearer(&self.garage.token).json(&asked);
            match self.ask_in_storm("the barrier", &asked) {
                Some(answer) if answer.status < 300 => return Ok(Some(Because::Operator)),
                Some(answer) if answer.status < 500 => {
                    let code = answer.refusal().map(|problem| problem.code).unwrap_or_default();
                    if code != "visit_owes" || receipt_until.is_some_and(|until| now + 1_000 <= until) {
                        return Err(vec![format!("what was paid opens: {ticket} is refused with {code}")]);
                    }
                    return Ok(None);
                }
                _ => {}
            }
        }
        let settled = self.garage.settled.get(ticket).map(|settled| settled.owes_again_at);
        if settled.is_some_and(|again| again.is_none_or(|again| now < again.timestamp_millis())) {
            return Ok(Some(Because::Settled));
        }
        let car = self.garage.inside.get(ticket);
        if car.is_some_and(|car| {
            car.cash_at.is_some_and(|at| check::bill(car.entered_at, at) == check::bill(car.entered_at, now))
        }) {
            return Ok(Some(Because::Cash));
        }
        Ok(receipt_until.map(|_| Because::Receipt))
    }

    /// Until when a phone's receipt opens for a ticket, verified without the operator: its last
    /// second is filled up.
    fn receipt_until(&self, ticket: &str) -> Result<Option<i64>, Faults> {
        let Some(keys) = &self.garage.keys else { return Ok(None) };
        let config = Config::default();
        let verifier = Verifier {
            issuer: config.issuer.as_str(),
            keys,
            revocations: None,
            seen: None,
            clock: ClockRule::default(),
        };
        let mut until = None;
        for (index, client) in
            self.phones.iter().enumerate().filter_map(|(index, phone)| Some((index, phone.client.as_ref()?)))
        {
            let state = client.garages().state();
            let Some(visit) = state.inside.iter().find(|visit| visit.ticket == ticket) else { continue };
            let told = |why: String| vec![format!("receipts verify: phone {index}, {ticket}: {why}")];
            let shown = client.garages().receipt(visit.id).map_err(|error| told(error.to_string()))?;
            let Some(shown) = shown else { return Err(told("it has none".to_owned())) };
            let verified = match verifier.verify(&shown.text, self.moment()) {
                Ok(verified) => verified,
                Err(why) if why.code() == "over" => continue,
                Err(why) => return Err(told(why.to_string())),
            };
            match CodeClaims::read(&verified.claims) {
                Ok(CodeClaims::ExitReceipt(receipt)) if receipt.what.is_for(CITY, FACILITY, ticket) => {
                    until = until.max(Some(receipt.ends_at.timestamp_millis()));
                }
                other => return Err(told(format!("it is {other:?}"))),
            }
        }
        Ok(until)
    }

    /// The controller's report, when it is time and the link allows.
    pub(super) fn garage_reports(&mut self) -> Result<(), Faults> {
        let now = self.now();
        if self.garage.token.is_empty() || self.garage.next_report > now || self.garage.down_until > now {
            return Ok(());
        }
        let is_lost = self.random.percent(self.weather.lost);
        let is_answer_lost = self.random.percent(self.weather.lost);
        let times = if self.random.percent(self.weather.doubled) { 2 } else { 1 };
        self.garage.next_report = now + if is_lost || is_answer_lost { 5_000 } else { EVERY };
        if is_lost {
            return Ok(());
        }
        let report = GarageReport {
            city: CITY.to_owned(),
            facility: FACILITY.to_owned(),
            sent_at: self.moment(),
            events: self.garage.waiting.clone(),
            places: None,
            settled_after: self.garage.settled_after.clone(),
        };
        let asked = Request::new("POST", REPORT.path).bearer(&self.garage.token).json(&report);
        let (mut reported, touched) = (None, self.touched);
        for _ in 0..times {
            let answer = self.ask_in_storm("the garage", &asked);
            if let Some(answer) = answer.filter(|answer| answer.status < 500) {
                let read: GarageReported =
                    answer.read().map_err(|error| vec![format!("a report is answered {}: {error}", answer.status)])?;
                self.garage.heard.push(now);
                reported = Some(read);
            }
        }
        if report.events.is_empty() {
            // A sign of life changes nothing that the laws are about.
            self.touched = touched;
        }
        let Some(reported) = reported.filter(|_| !is_answer_lost) else { return Ok(()) };
        if let Some(refused) = reported.refused.first() {
            return Err(vec![format!("what happened is taken: {} is refused with {}", refused.ticket, refused.code)]);
        }
        self.garage.waiting.clear();
        self.garage.settled_after = Some(reported.next);
        for settled in reported.settled {
            let known = self.garage.settled.get(&settled.ticket);
            if self.garage.inside.contains_key(&settled.ticket) && known.is_none_or(|known| known.at <= settled.at) {
                self.garage.settled.insert(settled.ticket.clone(), settled);
            }
        }
        Ok(())
    }

    /// Somebody pays a ticket of the garage, now and then two at the same moment.
    pub(super) fn pay_garage(&mut self, index: usize) {
        let inside: Vec<String> = self.garage.inside.keys().cloned().collect();
        let Some(ticket) = self.random.pick(&inside).cloned() else { return };
        let other = if self.random.percent(30) { Some((index + 1) % self.phones.len()) } else { None };
        for index in std::iter::once(index).chain(other) {
            let Some(client) = self.free_client(index) else { continue };
            let pay = if self.random.percent(30) { PayMethod::Card } else { PayMethod::Deposit };
            self.note(|| format!("phone {index}: pays {ticket} by {pay}"));
            let (Ok(city), Ok(facility), Ok(number)) = (CITY.parse(), FACILITY.parse(), ticket.parse()) else {
                continue;
            };
            self.start(index, async move { client.garages().pay(&city, &facility, &number, pay).await.into() });
        }
    }

    /// After the storm the operator knows the cars that are inside.
    pub(super) fn garage_agrees(&mut self) -> Result<(), Faults> {
        let (_, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
        let known = transact(&**store, check::tickets_inside).map_err(|error| vec![error.to_string()])?;
        let inside: BTreeSet<String> = self.garage.inside.keys().cloned().collect();
        if known != inside {
            return Err(vec![format!("the cars {inside:?} are inside, the operator has {known:?}")]);
        }
        let paid = transact(&**store, check::visits_sold).map_err(|error| vec![error.to_string()])?;
        self.report.visits_paid = paid;
        Ok(())
    }
}
