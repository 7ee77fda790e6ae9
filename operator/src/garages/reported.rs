//! The events of a report, each at the moment at which it happened: which visit it is of, and what
//! becomes of that.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use mesto_protocol::garages::controllers::{EventRefused, ReportedEvent, ReportedEventKind, VisitSettled};
use mesto_protocol::kernel::ids::VisitId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::garages::visit::{self, VisitError, VisitEvent};
use mesto_rules::garages::{Refusal, TicketNumber};
use mesto_rules::money::Money;

use crate::base::incidents;
use crate::garages::refusal::refused;
use crate::garages::tables::{StateWord, VisitPaymentRow, VisitRow};
use crate::garages::visits::{Place, VisitRecord, records_of};
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Json, Row, StoreError, Tx};

/// Most that is taken in cash at once, in whole units of the currency: more is a mistake, and sums
/// of less never overflow.
const CASH_MOST: u32 = 10_000_000;

/// A payment in the app with its visit.
pub(super) type PaidVisit = (VisitPaymentRow, VisitRow);

impl Place<'_> {
    /// Whether a moment of the controller's clock lies farther ahead than clocks may differ.
    fn is_ahead(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        at - now > TimeDelta::seconds(self.garages.policy.clock_tolerance_seconds.into())
    }

    /// Refuses such a moment, and tells the operator's.
    pub(super) fn not_ahead(&self, field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Outcome<()> {
        if !self.is_ahead(at, now) {
            return Ok(());
        }
        let detail = format!("{field} is {at}, and it is {now} here: set the clock");
        Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", field).with("now", now).into())
    }
}

/// The visits that a report is about, while its events are taken.
pub(super) struct ReportedVisits<'a> {
    operator: &'a Operator,
    place: Place<'a>,
    now: DateTime<Utc>,
    /// Those of a ticket in the order of their entries.
    visits: BTreeMap<TicketNumber, Vec<VisitRecord>>,
    /// Those that were paid here and at the place, or more than they cost: their ids.
    paid_twice: BTreeSet<VisitId>,
}

impl<'a> ReportedVisits<'a> {
    /// Locks the visits of the tickets of these events, and then reads what was paid for them.
    pub fn open(
        tx: &mut dyn Tx,
        operator: &'a Operator,
        place: Place<'a>,
        now: DateTime<Utc>,
        events: &[ReportedEvent],
    ) -> Outcome<Self> {
        let tickets: BTreeMap<TicketNumber, ()> =
            events.iter().filter_map(|event| Some((place.facility.read_ticket(&event.ticket).ok()?, ()))).collect();
        let locks = tickets.keys().map(|ticket| place.visits(ticket).locking("visit").ask());
        let payments = tickets.keys().map(|ticket| place.payments(ticket).ask());
        let asks: Vec<_> = locks.chain(payments).collect();
        let mut answers = if asks.is_empty() { Vec::new() } else { tx.read(asks)? };
        let payments = answers.split_off(tickets.len().min(answers.len()));
        let mut visits = BTreeMap::new();
        for ((ticket, ()), (rows, payments)) in tickets.into_iter().zip(answers.iter().zip(&payments)) {
            let rows = rows.iter().map(Row::read).collect::<Result<Vec<VisitRow>, StoreError>>()?;
            let payments = payments.iter().map(Row::read).collect::<Result<Vec<VisitPaymentRow>, StoreError>>()?;
            let mut of_ticket = records_of(rows, payments);
            of_ticket.reverse();
            visits.insert(ticket, of_ticket);
        }
        Ok(Self { operator, place, now, visits, paid_twice: BTreeSet::new() })
    }

    /// Takes the events in the order in which they happened; an entry is before what else happened
    /// at the same moment.
    pub fn take_all(&mut self, events: &[ReportedEvent]) -> Outcome<(u32, Vec<EventRefused>)> {
        let order = |event: &ReportedEvent| match event.kind {
            ReportedEventKind::Entered | ReportedEventKind::Lost => 0,
            ReportedEventKind::PaidOnSite => 1,
            ReportedEventKind::Left | ReportedEventKind::Cancelled | ReportedEventKind::Other(_) => 2,
        };
        let mut in_order: Vec<(u32, &ReportedEvent)> = (0..).zip(events).collect();
        in_order.sort_by_key(|(index, event)| (event.at, order(event), *index));
        let (mut taken, mut refused) = (0, Vec::new());
        for (index, event) in in_order {
            match self.take(event) {
                Ok(()) => taken += 1,
                Err(Failure::Refused(problem)) => {
                    let Problem { code, detail, .. } = *problem;
                    refused.push(EventRefused { index, ticket: event.ticket.clone(), code, detail });
                }
                Err(failure) => return Err(failure),
            }
        }
        refused.sort_by_key(|one| one.index);
        Ok((taken, refused))
    }

    /// Takes one event, or says why not; then nothing of it is kept.
    fn take(&mut self, told: &ReportedEvent) -> Outcome<()> {
        let (place, now, at) = (self.place, self.now, told.at.trunc_subsecs(3));
        let ticket = place.ticket(&told.ticket)?;
        match told.kind {
            ReportedEventKind::Entered | ReportedEventKind::Lost if place.is_ahead(at, now) => {
                return Err(Refusal::EntryInFuture { entered_at: at, now }.into());
            }
            _ => place.not_ahead("at", at, now)?,
        }
        if told.places.is_some_and(|places| !(1..=2).contains(&places)) {
            return refuse(ProblemCode::OutOfRange, "a car takes 1 place or 2");
        }
        // Whoever looked at what was overpaid before is not told of it again.
        let before = self.overpaid(&ticket);
        match &told.kind {
            ReportedEventKind::Entered => self.entered(ticket.clone(), told, at),
            ReportedEventKind::Lost => self.lost(ticket.clone(), told, at),
            ReportedEventKind::PaidOnSite => self.paid_on_site(&ticket, told, at),
            ReportedEventKind::Left => self.ended(&ticket, at, |owed| VisitEvent::Left { owed }),
            ReportedEventKind::Cancelled => self.ended(&ticket, at, |_| VisitEvent::Cancel),
            ReportedEventKind::Other(word) => {
                let known = ReportedEventKind::KNOWN.join(", ");
                refuse(ProblemCode::BadRequest, format!("what happened is one of {known}, not `{word}`"))
            }
        }?;
        // By cash, or because it turned out to be cheaper than what was paid in the app.
        let overpaid = self.overpaid(&ticket);
        self.paid_twice.extend(overpaid.difference(&before));
        Ok(())
    }

    /// The visits with a ticket that were paid in the app, and for which more was paid than they
    /// cost.
    fn overpaid(&self, ticket: &TicketNumber) -> BTreeSet<VisitId> {
        let visits = self.visits.get(ticket).into_iter().flatten();
        let overpaid = visits.filter(|record| record.is_paid_here() && record.is_overpaid(self.place.city));
        overpaid.map(|record| record.row.id).collect()
    }

    fn entered(&mut self, ticket: TicketNumber, told: &ReportedEvent, at: DateTime<Utc>) -> Outcome<()> {
        let city = self.place.city;
        let visits = self.visits.entry(ticket.clone()).or_default();
        if let Some(known) = visits.iter_mut().find(|record| record.row.entered_at == at) {
            if !known.is_over() {
                known.step(&VisitEvent::Entered, at)?;
            }
            known.row.is_entry_told |= told.kind == ReportedEventKind::Entered;
            return Ok(known.correct(city, told, self.now)?);
        }
        // One that a lost ticket began came in earlier, when no other had this ticket then.
        let began = visits.iter().position(|record| at < record.row.entered_at).filter(|place| {
            let earlier = visits.get(..*place).unwrap_or_default();
            earlier.iter().all(|record| record.row.ended_at.is_some_and(|ended_at| ended_at < at))
        });
        let began = began.and_then(|place| visits.get_mut(place));
        if let Some(record) = began.filter(|record| !record.row.is_entry_told)
            && told.kind == ReportedEventKind::Entered
        {
            return Ok(record.entered_earlier(city, (told, at), self.now)?);
        }
        if let Some(inside) = visits.iter().find(|record| !record.is_over()) {
            return Err(inside.in_use(at).into());
        }
        // Reports come in any order: this car may have come and gone before those that are known.
        let place = visits.partition_point(|record| record.row.entered_at < at);
        if told.kind == ReportedEventKind::Lost && place < visits.len() {
            return not_entered(at);
        }
        let before = visits.get(..place).unwrap_or_default().last();
        if let Some(before) = before.filter(|before| before.row.ended_at.is_none_or(|ended_at| at <= ended_at)) {
            return Err(before.in_use(at).into());
        }
        let (state, _) = visit::step(None, &VisitEvent::Entered, at).map_err(|error| refused(&error))?;
        let mut record = VisitRecord::entered(VisitRow {
            id: self.operator.new_id(self.now),
            city: city.id.clone(),
            facility: self.place.facility.id.clone(),
            ticket: Some(ticket.to_string()),
            state: state.into(),
            entered_at: at,
            ended_at: None,
            is_disabled: told.is_disabled.unwrap_or_default(),
            places: told.places.unwrap_or(1),
            is_lost: told.kind == ReportedEventKind::Lost,
            is_entry_told: told.kind == ReportedEventKind::Entered,
            currency: city.currency,
            owes_again_at: None,
            receipt: None,
            corrected_at: None,
            left_again_at: None,
        });
        // That it has no price, or is paid otherwise, is no reason not to know it.
        if let Err(refusal @ (Refusal::OutOfRange { .. } | Refusal::EntryInFuture { .. })) = record.owed(city, self.now)
        {
            return Err(refusal.into());
        }
        // What was taken for the visit before, until its earlier end was told.
        if let Some(before) = visits.get_mut(..place).and_then(<[_]>::last_mut) {
            record.take_cash_of(before, city)?;
            if let Some(left_at) = before.row.left_again_at.take_if(|left_at| at <= *left_at) {
                let owed = record.owed_or_nothing(city, left_at);
                record.step(&VisitEvent::Left { owed }, left_at)?;
                record.row.ended_at = Some(left_at);
                record.watch(city);
            }
        }
        visits.insert(place, record);
        Ok(())
    }

    /// The ticket of the visit to which a moment belongs is lost. The inventory book and the
    /// barrier have two clocks, which may differ as a controller's and the operator's. A number
    /// that is not known then begins its visit: it is that of a ticket printed instead.
    fn lost(&mut self, ticket: TicketNumber, told: &ReportedEvent, at: DateTime<Utc>) -> Outcome<()> {
        let city = self.place.city;
        let clocks = TimeDelta::seconds(self.place.garages.policy.clock_tolerance_seconds.into());
        let visits = self.visits.entry(ticket.clone()).or_default();
        let had_begun = |record: &VisitRecord, ahead: TimeDelta| {
            record.row.entered_at - ahead <= at && record.row.ended_at.is_none_or(|ended_at| at <= ended_at)
        };
        let found = visits.iter().rposition(|record| had_begun(record, TimeDelta::zero()));
        let found = found.or_else(|| visits.iter().rposition(|record| had_begun(record, clocks)));
        let is_inside = visits.iter().any(|record| !record.is_over());
        match found.and_then(|place| visits.get_mut(place)) {
            Some(record) if record.row.state == StateWord::Cancelled => Err(record.over().into()),
            Some(record) => Ok(record.correct(city, told, self.now)?),
            None if is_inside => not_entered(at),
            None => self.entered(ticket, told, at),
        }
    }

    fn paid_on_site(&mut self, ticket: &TicketNumber, told: &ReportedEvent, at: DateTime<Utc>) -> Outcome<()> {
        let city = self.place.city;
        let taken = told.amount.map(|amount| taken(amount, city)).transpose()?;
        let record = self.at(ticket, at)?;
        let known = record.payments.iter().find(|payment| payment.is_cash && payment.at == at);
        if let Some(known) = known {
            let stands = Money::from_minor(known.amount, known.currency);
            return match taken {
                Some(amount) if amount != stands => refuse(
                    ProblemCode::PaymentDiffers,
                    format!(
                        "{stands} was told of {at} before, and stands; {amount} is another payment at another moment"
                    ),
                ),
                _ => Ok(()),
            };
        }
        record.step(&VisitEvent::PaidOnSite, at)?;
        let mut payment = VisitPaymentRow {
            visit: record.row.id,
            at,
            is_cash: true,
            priced_at: at,
            city: record.row.city.clone(),
            facility: record.row.facility.clone(),
            sale: None,
            account: None,
            pay: None,
            amount: taken.map(|amount| amount.minor()).transpose()?.unwrap_or_default(),
            is_amount_told: taken.is_some(),
            fee: 0,
            currency: city.currency,
            exit_by: None,
            lines: Json::of(&Vec::new())?,
        };
        let is_owed = record.reckon(city, &mut payment)?;
        record.payments.push(payment);
        record.reckon_cash_after(city, at)?;
        record.watch(city);
        record.claim_anew(city)?;
        let (id, in_vain) = (record.row.id, is_owed == Some(false) || record.is_overpaid(city));
        if record.is_paid_here() && in_vain {
            self.paid_twice.insert(id);
        }
        Ok(())
    }

    /// The visit ends, by leaving or because it never was.
    fn ended(&mut self, ticket: &TicketNumber, at: DateTime<Utc>, event: fn(Money) -> VisitEvent) -> Outcome<()> {
        let city = self.place.city;
        let record = self.at(ticket, at)?;
        let was_over = record.is_over();
        let owed = record.owed_or_nothing(city, record.leaving(at));
        let event = event(owed);
        record.step(&event, at)?;
        if !was_over {
            record.row.ended_at = Some(at);
            record.watch(city);
        } else if matches!(event, VisitEvent::Left { .. })
            && record.row.state == StateWord::Left
            && record.row.ended_at.is_some_and(|ended_at| at < ended_at)
        {
            // What was told as its exit was that of a later car with the same number.
            record.row.left_again_at = record.row.ended_at.replace(at);
            record.claim_anew(city)?;
        }
        Ok(())
    }

    /// The visit with a ticket to which a moment belongs: the last one that had begun by then, and
    /// had not ended before. What is later than its end happened to a car whose entry is still to
    /// be told.
    fn at(&mut self, ticket: &TicketNumber, at: DateTime<Utc>) -> Outcome<&mut VisitRecord> {
        let Some(visits) = self.visits.get_mut(ticket).filter(|visits| !visits.is_empty()) else {
            return Err(refused(&VisitError::NotEntered).into());
        };
        let Some(record) = visits.iter_mut().rev().find(|record| record.row.entered_at <= at) else {
            return not_entered(at);
        };
        match record.row.ended_at.filter(|ended_at| *ended_at < at) {
            None => Ok(record),
            Some(ended_at) => {
                let detail =
                    format!("the visit with this ticket ended at {ended_at}; tell the entry of the next one first");
                Err(Problem::new(ProblemCode::VisitUnknown, detail).with("ended_at", ended_at).into())
            }
        }
    }

    /// What is told of payments for cars that are inside: their visits as this report leaves them,
    /// also those that it made dearer. Oldest first.
    pub fn settled(&self, mut paid: Vec<PaidVisit>) -> Vec<VisitSettled> {
        let records = || self.visits.values().flatten();
        for record in records().filter(|record| record.row.corrected_at == Some(self.now)) {
            let last = record.payments.iter().filter(|payment| !payment.is_cash).max_by_key(|payment| payment.at);
            if let Some(payment) = last.filter(|_| paid.iter().all(|(_, visit)| visit.id != record.row.id)) {
                paid.push((payment.clone(), record.row.clone()));
            }
        }
        paid.sort_by_key(|(payment, visit)| (payment.at, visit.id));
        let told = paid.into_iter().filter_map(|(payment, visit)| {
            let changed = records().find(|record| record.row.id == visit.id).map(|record| record.row.clone());
            let visit = changed.unwrap_or(visit);
            visit.ended_at.is_none().then(|| VisitSettled {
                ticket: visit.ticket.unwrap_or_default(),
                visit: visit.id,
                at: payment.at,
                exit_by: payment.exit_by,
                owes_again_at: visit.owes_again_at,
                receipt: visit.receipt,
                corrected_at: visit.corrected_at,
            })
        });
        told.collect()
    }

    /// Stores what became of the visits.
    pub fn close(self, tx: &mut dyn Tx) -> Outcome<()> {
        for visit in &self.paid_twice {
            let detail =
                "a visit was paid here and at the place, or more than it cost: the rest is to be given back by hand";
            incidents::report(tx, self.now, "visit_paid_twice", &visit.to_string(), detail)?;
        }
        for record in self.visits.into_values().flatten() {
            record.save(tx, self.operator, self.now, None)?;
        }
        Ok(())
    }
}

/// No car is known to have been inside with this ticket then: its entry may be told later.
fn not_entered<T>(at: DateTime<Utc>) -> Outcome<T> {
    let detail = format!("no car is known to have been inside with this ticket at {at}; tell its entry first");
    refuse(ProblemCode::VisitUnknown, detail)
}

/// What was taken at the place.
fn taken(amount: Money, city: &City) -> Outcome<Money> {
    let is_money = amount.currency == city.currency && amount.amount.is_sign_positive() && !amount.is_zero();
    if !is_money || amount.amount > CASH_MOST.into() || amount.minor().is_err() {
        let detail = format!(
            "{amount} is no amount in {} above zero and of at most {CASH_MOST}; leave it out where it is what was owed",
            city.currency
        );
        return refuse(ProblemCode::OutOfRange, detail);
    }
    Ok(amount)
}
