//! The events of a report: each is taken or refused by itself, and what became of the visits of its
//! ticket is found anew by all that was told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::garages::controllers::{EventRefused, ReportedEvent, ReportedEventKind, VisitSettled};
use mesto_protocol::kernel::ids::VisitId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::garages::history::{TicketEvent, TicketEventKind, TicketHistory};
use mesto_rules::garages::{self, Refusal, TicketNumber, VisitAsk};
use mesto_rules::money::Money;
use mesto_rules::{City, PayMethod};

use crate::base::incidents;
use crate::garages::found::{Finding, FoundVisit, paired};
use crate::garages::refusal::not_placed;
use crate::garages::tables::{EventRow, EventWord, VisitPaymentRow, VisitRow};
use crate::garages::visits::{Place, VisitRecord, records_of};
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Json, Row, StoreError, Tx, Write};
use crate::update;

/// Most that is taken in cash at once, in whole units of the currency: more is a mistake, and sums
/// of less never overflow.
const CASH_MOST: u32 = 10_000_000;

/// A payment in the app with its visit.
pub(super) type PaidVisit = (VisitPaymentRow, VisitRow);

impl Place<'_> {
    /// Whether a moment of the controller's clock lies farther ahead than clocks may differ.
    fn is_ahead(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        at - now > self.garages.policy.clocks_differ()
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

/// A ticket of a report.
struct Ticket {
    /// In the order of their entries.
    stored: Vec<VisitRecord>,
    /// As it was before the report.
    before: TicketHistory,
    history: TicketHistory,
    /// What was told that is new, or another than before, and whether it is new.
    changes: BTreeMap<(DateTime<Utc>, TicketEventKind), bool>,
}

/// What somebody has to look at: how much more was paid for a visit than it cost, and how often
/// cash was taken for it with nothing owed.
type PaidTwice = BTreeMap<VisitId, (i64, usize)>;

impl Ticket {
    fn found(&self, finding: Finding<'_>, number: &TicketNumber, history: &TicketHistory) -> Outcome<Vec<FoundVisit>> {
        finding.all(number, &history.visits(), &self.stored)
    }

    /// Of visits that were paid in the app.
    fn paid_twice(found: &[FoundVisit], city: &City) -> PaidTwice {
        let paid_here = found.iter().filter(|found| found.record.is_paid_here());
        paid_here.map(|FoundVisit { record, in_vain }| (record.row.id, (record.overpaid(city), *in_vain))).collect()
    }

    /// Whether the driver paid the visit with this entry.
    fn is_paid_here(&self, entered_at: DateTime<Utc>, clocks_differ: TimeDelta) -> bool {
        let told = self.history.visits();
        let pairs = paired(&told, &self.stored, clocks_differ);
        let visit = told.iter().zip(pairs).find(|(visit, _)| visit.entered_at == entered_at);
        visit.and_then(|(_, pair)| self.stored.get(pair?)).is_some_and(VisitRecord::is_paid_here)
    }
}

/// The visits that a report is about, while its events are taken.
pub(super) struct ReportedVisits<'a> {
    finding: Finding<'a>,
    tickets: BTreeMap<TicketNumber, Ticket>,
    /// Of tickets of which something new was told: their visits as they are now.
    found: Vec<VisitRecord>,
    /// Those that were paid here and at the place, or more than they cost: their ids.
    paid_twice: Vec<VisitId>,
    /// Those that were, and by this report are no more.
    paid_once: Vec<VisitId>,
    /// Entries of this report whose visit is kept without its ticket, because the account that paid
    /// for it was closed.
    erased: BTreeSet<DateTime<Utc>>,
}

impl<'a> ReportedVisits<'a> {
    /// Locks the visits of the tickets of these events, and then reads what was told of them and
    /// paid for them.
    pub fn open(
        tx: &mut dyn Tx,
        operator: &'a Operator,
        place: Place<'a>,
        now: DateTime<Utc>,
        events: &[ReportedEvent],
    ) -> Outcome<Self> {
        let finding = Finding { operator, place, now };
        let mut tickets: BTreeMap<TicketNumber, Ticket> = BTreeMap::new();
        let numbers: BTreeSet<TicketNumber> =
            events.iter().filter_map(|event| place.facility.read_ticket(&event.ticket).ok()).collect();
        let locks = numbers.iter().map(|ticket| place.visits(ticket).locking("visit").ask());
        let payments = numbers.iter().map(|ticket| place.payments(ticket).ask());
        let told = numbers.iter().map(|ticket| place.events(ticket).ask());
        // Nothing younger is erased.
        let old = now - TimeDelta::days(operator.home.retention.closed_account_days.into());
        let entries = events.iter().filter(|event| event.kind == ReportedEventKind::Entered && event.at < old);
        let erased: BTreeSet<_> = entries.map(moment).collect();
        let asks: Vec<_> =
            locks.chain(payments).chain(told).chain(erased.iter().map(|at| place.erased(*at).ask())).collect();
        let answers = if asks.is_empty() { Vec::new() } else { tx.read(asks)? };
        let kept = answers.iter().skip(3 * numbers.len()).map(|visits| !visits.is_empty());
        let erased = erased.into_iter().zip(kept).filter_map(|(at, is_kept)| is_kept.then_some(at)).collect();
        let of = |part: usize| answers.iter().skip(part * numbers.len()).take(numbers.len());
        for (((number, visits), payments), told) in numbers.iter().zip(of(0)).zip(of(1)).zip(of(2)) {
            let visits = visits.iter().map(Row::read).collect::<Result<Vec<VisitRow>, StoreError>>()?;
            let payments = payments.iter().map(Row::read).collect::<Result<Vec<VisitPaymentRow>, StoreError>>()?;
            let told = told.iter().map(Row::read).collect::<Result<Vec<EventRow>, StoreError>>()?;
            let mut stored = records_of(visits, payments);
            // They are asked for newest first.
            stored.reverse();
            let events = told.into_iter().map(|row| event(row, place.city)).collect::<Result<_, _>>()?;
            let history = TicketHistory::new(events, place.garages.policy.clocks_differ());
            let ticket = Ticket { stored, before: history.clone(), history, changes: BTreeMap::new() };
            tickets.insert(number.clone(), ticket);
        }
        Ok(Self { finding, tickets, found: Vec::new(), paid_twice: Vec::new(), paid_once: Vec::new(), erased })
    }

    /// Takes the events in the order in which they happened, and finds what became of the visits.
    pub fn take_all(&mut self, events: &[ReportedEvent]) -> Outcome<(u32, Vec<EventRefused>)> {
        let order = |event: &ReportedEvent| EventWord::try_from(event.kind.clone()).map(TicketEventKind::from).ok();
        let mut in_order: Vec<(u32, &ReportedEvent)> = (0..).zip(events).collect();
        in_order.sort_by_key(|(index, event)| (moment(event), order(event), *index));
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
        self.find()?;
        Ok((taken, refused))
    }

    /// Takes one event, or says why not; then nothing of it is kept.
    fn take(&mut self, told: &ReportedEvent) -> Outcome<()> {
        let Finding { place, now, .. } = self.finding;
        let at = moment(told);
        let number = place.ticket(&told.ticket)?;
        let Ok(kind) = EventWord::try_from(told.kind.clone()).map(TicketEventKind::from) else {
            let known = ReportedEventKind::KNOWN.join(", ");
            return refuse(ProblemCode::BadRequest, format!("what happened is one of {known}, not `{}`", told.kind));
        };
        let may_begin = matches!(kind, TicketEventKind::Entered | TicketEventKind::Lost);
        match may_begin && place.is_ahead(at, now) {
            true => return Err(Refusal::EntryInFuture { entered_at: at, now }.into()),
            false => place.not_ahead("at", at, now)?,
        }
        if told.places.is_some_and(|places| !(1..=2).contains(&places)) {
            return refuse(ProblemCode::OutOfRange, "a car takes 1 place or 2");
        }
        let amount = match kind {
            TicketEventKind::PaidOnSite => told.amount.map(|amount| taken(amount, place.city)).transpose()?,
            _ => None,
        };
        let Some(ticket) = self.tickets.get(&number) else {
            return Err(StoreError::unreadable("ticket of a report", &number).into());
        };
        let is_known = ticket.history.at(at, kind).is_some();
        if kind == TicketEventKind::Entered && !is_known && self.erased.contains(&at) {
            return Ok(());
        }
        if may_begin && !is_known {
            self.can_begin(at)?;
        }
        if let Some(amount) = amount.filter(|_| is_known) {
            self.stands(ticket, &number, at, amount)?;
        }
        let (is_disabled, places) = if may_begin { (told.is_disabled, told.places) } else { (None, None) };
        let event = TicketEvent { at, kind, is_disabled, places, amount, seen: None };
        let mut history = ticket.history.clone();
        let is_changed =
            history.take(event, |entered_at| ticket.is_paid_here(entered_at, place.garages.policy.clocks_differ()));
        let is_changed = is_changed.map_err(|why| not_placed(&why))?;
        if let Some(ticket) = self.tickets.get_mut(&number).filter(|_| is_changed) {
            ticket.history = history;
            ticket.changes.entry((at, kind)).or_insert(!is_known);
        }
        Ok(())
    }

    /// Refuses an entry that no price reaches back to, and one of a time whose visits are erased:
    /// it may have been told before. That it has no price, or is paid otherwise, is no reason not
    /// to know it.
    fn can_begin(&self, entered_at: DateTime<Utc>) -> Outcome<()> {
        let Finding { place, now, .. } = self.finding;
        let days = place.garages.retention.visits_days;
        if entered_at < now - TimeDelta::days(days.into()) {
            let detail = format!("{entered_at} is more than {days} days ago; visits are kept no longer");
            return Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", "at").with("days", days).into());
        }
        let facility = place.facility.id.as_str();
        let (paid, pay) = (&[], PayMethod::Deposit);
        let ask = VisitAsk { facility, entered_at, now, paid, is_disabled: false, places: 1, is_lost: false, pay };
        match garages::owed(place.city, &ask) {
            Err(refusal @ (Refusal::OutOfRange { .. } | Refusal::EntryInFuture { .. })) => Err(refusal.into()),
            _ => Ok(()),
        }
    }

    /// Refuses another amount for cash that is known.
    fn stands(&self, ticket: &Ticket, number: &TicketNumber, at: DateTime<Utc>, amount: Money) -> Outcome<()> {
        let told = ticket.history.at(at, TicketEventKind::PaidOnSite).and_then(|event| event.amount);
        let stands = match told {
            Some(told) => Some(told),
            None => {
                let found = ticket.found(self.finding, number, &ticket.history)?;
                let mut payments = found.iter().flat_map(|found| &found.record.payments);
                let cash = payments.find(|payment| payment.is_cash && payment.at == at);
                cash.map(|payment| Money::from_minor(payment.amount, payment.currency))
            }
        };
        match stands {
            Some(stands) if stands != amount => refuse(
                ProblemCode::PaymentDiffers,
                format!("{stands} was told of {at} before, and stands; {amount} is another payment at another moment"),
            ),
            _ => Ok(()),
        }
    }

    /// What became of the visits of tickets of which something new was told.
    fn find(&mut self) -> Outcome<()> {
        let city = self.finding.place.city;
        for (number, ticket) in self.tickets.iter().filter(|(_, ticket)| !ticket.changes.is_empty()) {
            let found = ticket.found(self.finding, number, &ticket.history)?;
            let paid_twice = Ticket::paid_twice(&found, city);
            if !paid_twice.is_empty() {
                // By cash, or because it turned out to be cheaper than what was paid in the app.
                // Whoever looked at it before is told when it has become more.
                let before = Ticket::paid_twice(&ticket.found(self.finding, number, &ticket.before)?, city);
                let was = |id: &VisitId| before.get(id).copied().unwrap_or_default();
                let more = paid_twice.iter().filter(|(id, (overpaid, in_vain))| {
                    let (overpaid_before, in_vain_before) = was(id);
                    overpaid_before < *overpaid || in_vain_before < *in_vain
                });
                self.paid_twice.extend(more.map(|(id, _)| *id));
                let once = paid_twice.iter().filter(|(id, paid)| **paid == (0, 0) && was(id) != (0, 0));
                self.paid_once.extend(once.map(|(id, _)| *id));
            }
            self.found.extend(found.into_iter().map(|found| found.record));
        }
        Ok(())
    }

    /// What is told of payments for cars that are inside: their visits as this report leaves them,
    /// also those that it made dearer. Oldest first.
    pub fn settled(&self, mut paid: Vec<PaidVisit>) -> Vec<VisitSettled> {
        for record in self.found.iter().filter(|record| record.row.corrected_at == Some(self.finding.now)) {
            let last = record.payments.iter().filter(|payment| !payment.is_cash).max_by_key(|payment| payment.at);
            if let Some(payment) = last.filter(|_| paid.iter().all(|(_, visit)| visit.id != record.row.id)) {
                paid.push((payment.clone(), record.row.clone()));
            }
        }
        paid.sort_by_key(|(payment, visit)| (payment.at, visit.id));
        let told = paid.into_iter().filter_map(|(payment, visit)| {
            let changed = self.found.iter().find(|record| record.row.id == visit.id).map(|record| record.row.clone());
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

    /// Stores what was told, and what became of the visits.
    pub fn close(self, tx: &mut dyn Tx) -> Outcome<()> {
        let Finding { operator, place, now } = self.finding;
        for visit in &self.paid_once {
            incidents::forget(tx, "visit_paid_twice", &visit.to_string())?;
        }
        for visit in &self.paid_twice {
            let detail =
                "a visit was paid here and at the place, or more than it cost: the rest is to be given back by hand";
            incidents::report(tx, now, "visit_paid_twice", &visit.to_string(), detail)?;
        }
        for (number, ticket) in &self.tickets {
            for ((at, kind), is_new) in &ticket.changes {
                let Some(event) = ticket.history.at(*at, *kind) else { continue };
                let row = row(event, place, number, now)?;
                tx.write(if *is_new {
                    Write::insert(row)
                } else {
                    update!(EventRow {
                        city: &row.city, facility: &row.facility, ticket: &row.ticket, at: row.at, kind: row.kind
                    } set { is_disabled: row.is_disabled, places: row.places, amount: row.amount })
                })?;
            }
        }
        for record in self.found {
            record.save(tx, operator, now, None)?;
        }
        Ok(())
    }
}

/// An event as the rules take it.
fn event(row: EventRow, city: &City) -> Result<TicketEvent, StoreError> {
    let EventRow { at, kind, is_disabled, places, amount, seen, .. } = row;
    let amount = amount.map(|amount| Money::from_minor(amount, city.currency));
    let seen =
        seen.map(|seen| seen.read().map_err(|error| StoreError::unreadable("visit_event.seen", error))).transpose()?;
    Ok(TicketEvent { at, kind: kind.into(), is_disabled, places, amount, seen })
}

/// An event as it is stored.
fn row(event: &TicketEvent, place: Place<'_>, number: &TicketNumber, told_at: DateTime<Utc>) -> Outcome<EventRow> {
    Ok(EventRow {
        city: place.city.id.clone(),
        facility: place.facility.id.clone(),
        ticket: number.to_string(),
        at: event.at,
        kind: event.kind.into(),
        is_disabled: event.is_disabled,
        places: event.places,
        amount: event.amount.map(|amount| amount.minor()).transpose()?,
        seen: event.seen.map(|seen| Json::of(&seen)).transpose()?,
        told_at,
    })
}

/// Its moment as it is stored: a leap second is the second after it.
fn moment(event: &ReportedEvent) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(event.at.timestamp_millis()).unwrap_or(event.at)
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
