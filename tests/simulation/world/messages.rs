//! Time goes on: messages arrive or do not, jobs fall due, and phones learn how their intents
//! stand.

use std::sync::atomic::Ordering;

use mesto_client::{IntentState, IntentView, LinkError, Progress};

use super::{Faults, World, end_of};
use crate::network::{Flight, Message, PATIENCE, arrivals};
use crate::phone::{Outcome, Phone};

impl World {
    pub(super) fn advance(&mut self) -> Result<(), Faults> {
        let by = match self.random.below(100) {
            0..65 => self.random.between(1, 900),
            65..88 => self.random.between(1_000, 10_000),
            88..98 => self.random.between(10_000, 120_000),
            _ => self.random.between(300_000, 2_400_000),
        };
        self.time.fetch_add(by, Ordering::SeqCst);
        self.carry()
    }

    /// Everything that is due now: messages, time-outs, the operator's jobs, the bank; then the
    /// tasks go on.
    pub(super) fn carry(&mut self) -> Result<(), Faults> {
        let now = self.now();
        if self.operator.is_none() && self.operator_back_at <= now {
            self.open_operator()?;
            self.note(|| "the operator is back".to_owned());
        }
        self.garage_reports()?;
        // A task that goes on may send again at once: three rounds let short errands pass within a
        // step.
        for _ in 0..3 {
            self.poll_phones()?;
            self.dispatch();
            self.deliver();
        }
        if let Some((operator, store)) = &self.operator
            && operator.due(&**store, self.moment()) > 0
        {
            self.touched = true;
        }
        self.notify_operator();
        self.send_refunds()?;
        let overdue: Vec<u64> = self.waiting.iter().filter(|(until, _)| *until <= now).map(|(_, call)| *call).collect();
        self.waiting.retain(|(until, _)| *until > now);
        for call in overdue {
            self.air.answer(call, Err(LinkError::Unknown("no answer in time".to_owned())));
        }
        self.poll_phones()
    }

    pub(super) fn dispatch(&mut self) {
        let now = self.now();
        for (phone, call, request) in self.air.take_sent() {
            self.waiting.push((now + PATIENCE, call));
            let times = arrivals(&mut self.random, self.weather, now);
            if times.len() > 1 {
                self.report.requests_doubled += 1;
            }
            self.flights.extend(times.into_iter().map(|at| Flight {
                at,
                phone,
                call,
                what: Message::Request(request.clone()),
            }));
        }
    }

    pub(super) fn deliver(&mut self) {
        let now = self.now();
        self.flights.sort_by_key(|flight| flight.at);
        let due = self.flights.partition_point(|flight| flight.at <= now);
        let arrived: Vec<Flight> = self.flights.drain(..due).collect();
        for flight in arrived {
            match &flight.what {
                Message::Request(request) => {
                    let Some(answer) = self.ask(flight.phone, request) else { continue };
                    // In fair weather the answer is there at once; in a storm it takes its own way
                    // back.
                    let times =
                        if self.weather.lost == 0 { vec![now] } else { arrivals(&mut self.random, self.weather, now) };
                    if times.is_empty() {
                        self.report.answers_lost += 1;
                        self.note(|| format!("phone {}: an answer is lost", flight.phone));
                    }
                    self.flights.extend(times.into_iter().map(|at| flight.with(at, Message::Answer(answer.clone()))));
                }
                Message::Answer(answer) => self.air.answer(flight.call, Ok(answer.clone())),
            }
        }
    }

    pub(super) fn poll_phones(&mut self) -> Result<(), Faults> {
        for index in 0..self.phones.len() {
            let outcomes = self.phones.get_mut(index).map(Phone::poll).unwrap_or_default();
            for outcome in outcomes {
                match outcome {
                    Outcome::Intents(views) => {
                        for view in views {
                            self.told(index, &view)?;
                        }
                    }
                    Outcome::Failed(error) => {
                        self.report.beaten += u64::from(error.code() == "visit_already_paid");
                        self.report.refused_in_silence += u64::from(error.code() == "facility_unreachable");
                        self.note(|| format!("phone {index}: {}", error.code()));
                    }
                    Outcome::Done => {}
                }
            }
        }
        Ok(())
    }

    /// A phone learned how an intent stands.
    pub(super) fn told(&mut self, index: usize, view: &IntentView) -> Result<(), Faults> {
        self.note(|| format!("phone {index}: {} {} is {}", view.service(), view.key, view.state.name()));
        if let (Some(payment), Some(_)) = (&view.payment, &view.page_url) {
            self.visit_bank(&payment.id.to_string(), view.amount);
        }
        if view.needs_update {
            return Err(vec![format!("phone {index}: {} cannot be read by the version that bought it", view.key)]);
        }
        match &view.state {
            IntentState::Unconfirmed(progress) => {
                if *progress != Progress::AtBank {
                    self.report.unconfirmed_seen += 1;
                }
                return Ok(());
            }
            IntentState::Confirmed => {
                self.report.confirmed += 1;
                if let Some(visit) = view.visit() {
                    self.garage.is_paid(&visit.ticket);
                }
            }
            IntentState::Refused(problem) => {
                self.report.refused += 1;
                self.report.beaten += u64::from(problem.code == "visit_already_paid");
            }
            IntentState::Expired => self.report.expired += 1,
            // Nobody puts books back from a copy here.
            IntentState::Forgotten => {
                return Err(vec![format!("phone {index}: {} is lost, though the operator forgot nothing", view.key)]);
            }
        }
        let end = end_of(view);
        let Some(phone) = self.phones.get_mut(index) else { return Ok(()) };
        // The same quote can be tried again under a new key after a refusal: the last word counts.
        // What the bank refused it may still approve: then the phone must say at the end that it
        // was bought after all.
        if view.state == IntentState::Confirmed || view.payment.is_some() {
            phone.unsold.remove(&view.quote);
        } else {
            phone.unsold.insert(view.quote, view.key.clone());
        }
        match phone.ended.insert(view.key.clone(), end.clone()) {
            Some(before) if before != end => {
                Err(vec![format!("phone {index}: {} ended as {before} and then as {end}", view.key)])
            }
            _ => Ok(()),
        }
    }
}
