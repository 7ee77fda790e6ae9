//! What a controller tells and asks. Reports come late, twice and in another order than things
//! happened; each event is taken or refused by itself, at the moment at which it happened.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use mesto_protocol::garages::controllers::{
    self as wire, EVENTS_MOST, EventRefused, ExitOpened, ExitRequest, GarageReport, GarageReported, ReportedEvent,
    ReportedEventKind, ReportedPlaces, VisitOwed, VisitSettled,
};
use mesto_protocol::garages::visits as visits_wire;
use mesto_protocol::kernel::ids::VisitId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::garages::visit::{self, VisitEffect, VisitError, VisitEvent};
use mesto_rules::garages::{Refusal, TicketNumber};
use mesto_rules::money::Money;

use crate::base::incidents;
use crate::garages::refusal::{refused, unknown};
use crate::garages::tables::{FacilityRow, StateWord, VisitPaymentRow, VisitRow};
use crate::garages::visits::{Place, VisitRecord, records_of};
use crate::kernel::call::Call;
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::operator::Operator;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Json, Row, Select, StoreError, Tx, Write};
use crate::{find, update, values};

pub(crate) const OPERATIONS: &[Served] =
    &[serve!(post wire::REPORT => report), serve!(get wire::OWED => owed), serve!(post wire::EXIT => exit)];

/// A payment that is being stored is in the books within this: what was told before it is told once
/// more.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);
/// Most that is taken in cash at once, in whole units of the currency: more is a mistake, and sums
/// of less never overflow.
const CASH_MOST: u32 = 10_000_000;
/// Most payments that one exchange tells.
const SETTLED_MOST: usize = 500;

/// A facility of the caller's, by what he said.
fn place<'a>(call: &Call<'a>, city: &str, facility: &str) -> Outcome<Place<'a>> {
    let place = Place::of(call.operator.city(city)?, facility)?;
    call.in_place(city, facility)?;
    Ok(place)
}

impl Place<'_> {
    /// Whether a moment of the controller's clock lies farther ahead than clocks may differ.
    fn is_ahead(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        at - now > TimeDelta::seconds(self.garages.policy.clock_tolerance_seconds.into())
    }

    /// Refuses such a moment, and tells the operator's.
    fn not_ahead(&self, field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Outcome<()> {
        if !self.is_ahead(at, now) {
            return Ok(());
        }
        let detail = format!("{field} is {at}, and it is {now} here: set the clock");
        Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", field).with("now", now).into())
    }
}

/// A controller tells what happened and hears what was paid.
pub(crate) fn report(tx: &mut dyn Tx, call: &mut Call<'_>, told: GarageReport) -> Outcome<GarageReported> {
    let (operator, now) = (call.operator, call.now);
    let place = place(call, &told.city, &told.facility)?;
    place.not_ahead("sent_at", told.sent_at, now)?;
    if let Some(free) = &told.free {
        place.not_ahead("free.at", free.at, now)?;
    }
    if told.events.len() > EVENTS_MOST {
        let detail = format!("{} events were told; tell at most {EVENTS_MOST} at a time", told.events.len());
        return Err(Problem::new(ProblemCode::BadRequest, detail)
            .with("field", "events")
            .with("most", EVENTS_MOST)
            .into());
    }
    let since = told.settled_after.as_deref().map(cursor).transpose()?.unwrap_or_default();
    // Told while this clock was ahead: without it nothing would be told until then.
    let since = if since > now { now - OVERLAP } else { since };
    // The row of the facility orders its reports: two at once are two one after the other.
    let heard =
        tx.first(find!(FacilityRow { city: &place.city.id, facility: &place.facility.id }).locking("facility"))?;
    let mut reported = ReportedVisits::open(tx, operator, place, now, &told.events)?;
    let (mut paid, more) = paid_since(tx, &place, since)?;
    // Where more follows it goes on from the last one that was read, whether it is told or not.
    let next = paid.last().filter(|_| more).map_or(since.max(now - OVERLAP), |(payment, _)| payment.at);
    let next = next.timestamp_millis().to_string();
    corrected_since(tx, &place, since, &mut paid)?;
    let (taken, refused) = reported.take_all(&told.events)?;
    let settled = reported.settled(paid);
    reported.close(tx)?;
    hear(tx, &place, now, heard, told.free)?;
    Ok(GarageReported { taken, refused, settled, next, more })
}

/// The moment from which on payments are told again.
fn cursor(text: &str) -> Outcome<DateTime<Utc>> {
    let at = text.parse().ok().and_then(DateTime::from_timestamp_millis);
    at.ok_or_else(|| {
        Problem::new(ProblemCode::BadRequest, "settled_after should be `next` of the exchange before, or be left out")
            .with("field", "settled_after")
            .into()
    })
}

/// Keeps that the controller is there, and what it counted.
fn hear(
    tx: &mut dyn Tx,
    place: &Place<'_>,
    now: DateTime<Utc>,
    heard: Option<FacilityRow>,
    counted: Option<ReportedPlaces>,
) -> Outcome<()> {
    let (city, facility) = (&place.city.id, &place.facility.id);
    let counted = counted.map(|told| (told.free, told.at.trunc_subsecs(3)));
    let Some(row) = heard else {
        let (free, observed_at) = counted.unzip();
        let (city, facility) = (city.clone(), facility.clone());
        return Ok(tx.write(Write::insert(FacilityRow { city, facility, heard_at: now, free, observed_at }))?);
    };
    // A report that was late does not replace what was counted since.
    let newer = counted.filter(|(_, at)| row.observed_at.is_none_or(|before| before < *at));
    let (free, observed_at) = newer.map_or((row.free, row.observed_at), |(free, at)| (Some(free), Some(at)));
    let heard_at = row.heard_at.max(now);
    Ok(tx.write(update!(FacilityRow { city: city, facility: facility } set {
        heard_at: heard_at, free: free, observed_at: observed_at
    }))?)
}

/// A payment in the app with its visit.
type PaidVisit = (VisitPaymentRow, VisitRow);

/// What was paid here for cars that are inside, from a moment on, and whether there is more.
fn paid_since(tx: &mut dyn Tx, place: &Place<'_>, since: DateTime<Utc>) -> Outcome<(Vec<PaidVisit>, bool)> {
    let mut rows: Vec<PaidVisit> = tx.all(Select::of(
        "FROM visit_payment JOIN visit ON visit.id = visit_payment.visit WHERE visit_payment.city = $1 AND visit_payment.facility = $2 AND visit_payment.at >= $3 AND visit_payment.sale IS NOT NULL AND visit.ended_at IS NULL AND visit.ticket IS NOT NULL ORDER BY visit_payment.at, visit_payment.visit LIMIT $4",
        values![&place.city.id, &place.facility.id, since.timestamp_millis(), i64::try_from(SETTLED_MOST).unwrap_or(0) + 1],
    ))?;
    let more = rows.len() > SETTLED_MOST;
    rows.truncate(SETTLED_MOST);
    Ok((rows, more))
}

/// Adds what was paid before that moment for cars that are inside, where something made the visit
/// dearer since: of each the last payment.
fn corrected_since(tx: &mut dyn Tx, place: &Place<'_>, since: DateTime<Utc>, paid: &mut Vec<PaidVisit>) -> Outcome<()> {
    let rows: Vec<PaidVisit> = tx.all(Select::of(
        "FROM visit JOIN visit_payment ON visit_payment.visit = visit.id WHERE visit.city = $1 AND visit.facility = $2 AND visit.corrected_at >= $3 AND visit.ended_at IS NULL AND visit.ticket IS NOT NULL AND visit_payment.sale IS NOT NULL AND visit_payment.at < $3 ORDER BY visit_payment.at DESC, visit_payment.visit",
        values![&place.city.id, &place.facility.id, since.timestamp_millis()],
    ))?;
    for row in rows {
        if paid.iter().all(|(_, visit)| visit.id != row.1.id) {
            paid.push(row);
        }
    }
    Ok(())
}

/// The visits that a report is about, while its events are taken.
struct ReportedVisits<'a> {
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
    fn open(
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
    fn take_all(&mut self, events: &[ReportedEvent]) -> Outcome<(u32, Vec<EventRefused>)> {
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
        // One that a lost ticket began came in earlier, when nothing else was with this ticket then.
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
            let since = inside.row.entered_at;
            let detail = format!("a car is inside with this ticket since {since}; tell first that it left");
            return Err(Problem::new(ProblemCode::TicketInUse, detail).into());
        }
        let left = visits.iter().find(|record| {
            record.row.state == StateWord::Left
                && record.row.entered_at <= at
                && record.row.ended_at.is_some_and(|ended_at| at <= ended_at)
        });
        if let Some(VisitRow { entered_at, ended_at: Some(ended_at), .. }) = left.map(|record| &record.row) {
            let detail = format!(
                "a car was inside with this ticket from {entered_at} to {ended_at}; tell first when it left, if that was earlier"
            );
            return Err(Problem::new(ProblemCode::TicketInUse, detail).into());
        }
        if let Some(ended_at) = visits.iter().filter_map(|record| record.row.ended_at).find(|ended_at| at <= *ended_at)
        {
            let detail = format!("a visit with this ticket ended at {ended_at}; this entry is before that");
            return Err(Problem::new(ProblemCode::VisitOver, detail).into());
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
        });
        // That it has no price, or is paid otherwise, is no reason not to know it.
        if let Err(refusal @ (Refusal::OutOfRange { .. } | Refusal::EntryInFuture { .. })) = record.owed(city, self.now)
        {
            return Err(refusal.into());
        }
        // Cash that was taken for the visit before, until its earlier end was told.
        if let Some(before) = visits.last_mut() {
            record.take_cash_of(before, city)?;
        }
        visits.push(record);
        Ok(())
    }

    /// The ticket of the visit to which a moment belongs is lost. The inventory book and the barrier
    /// have two clocks, which may differ as a controller's and the operator's. A number that is not
    /// known then begins its visit: it is that of a ticket printed instead.
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
            None if is_inside => before_entry(at),
            None => self.entered(ticket, told, at),
        }
    }

    fn paid_on_site(&mut self, ticket: &TicketNumber, told: &ReportedEvent, at: DateTime<Utc>) -> Outcome<()> {
        let city = self.place.city;
        let taken = told.amount.map(|amount| taken(amount, city)).transpose()?;
        let record = self.at(ticket, at)?;
        let known = record.payments.iter().find(|payment| payment.sale.is_none() && payment.at == at);
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
            record.row.ended_at = Some(at);
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
            return before_entry(at);
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
    fn settled(&self, mut paid: Vec<PaidVisit>) -> Vec<VisitSettled> {
        let records = || self.visits.values().flatten();
        for record in records().filter(|record| record.row.corrected_at == Some(self.now)) {
            let last = record.payments.iter().filter(|payment| payment.sale.is_some()).max_by_key(|payment| payment.at);
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
    fn close(self, tx: &mut dyn Tx) -> Outcome<()> {
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

/// Nothing happens to a visit before it begins.
fn before_entry<T>(at: DateTime<Utc>) -> Outcome<T> {
    refuse(ProblemCode::OutOfRange, format!("{at} is before the entry with this ticket"))
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

/// The visit of a ticket that is inside.
fn inside(tx: &mut dyn Tx, place: &Place<'_>, ticket: &TicketNumber) -> Outcome<VisitRecord> {
    match place.last(tx, ticket)? {
        Some(record) if !record.is_over() => Ok(record),
        found => {
            place.not_elsewhere(tx, ticket)?;
            Err(found.map_or_else(|| unknown(place.facility, ticket), |record| record.over()).into())
        }
    }
}

/// What a visit costs so far, however it is paid.
pub(crate) fn owed(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<VisitOwed> {
    let request = call.request;
    let place = place(call, &request.needed("city")?, &request.needed("facility")?)?;
    let ticket = place.ticket(&request.needed("ticket")?)?;
    let record = inside(tx, &place, &ticket)?;
    let price = record.owed(place.city, call.now)?;
    Ok(VisitOwed {
        visit: record.row.id,
        facility: price.facility,
        ticket: ticket.to_string(),
        state: StateWord::from(record.state_at(call.now)).into(),
        entered_at: price.entered_at,
        is_lost: record.row.is_lost,
        tariff: price.tariff,
        tariff_from: price.tariff_from,
        lines: visits_wire::lines(&price.lines),
        notices: visits_wire::notices(&price.notices),
        price: price.price,
        owed: price.total,
        exit_by: price.exit_by,
        rises_at: price.rises_at,
    })
}

/// Whether the barrier opens: when nothing is owed.
pub(crate) fn exit(tx: &mut dyn Tx, call: &mut Call<'_>, asked: ExitRequest) -> Outcome<ExitOpened> {
    let place = place(call, &asked.city, &asked.facility)?;
    place.not_ahead("at", asked.at, call.now)?;
    let (ticket, at) = (place.ticket(&asked.ticket)?, asked.at.trunc_subsecs(3));
    let mut record = inside(tx, &place, &ticket)?;
    let owed = match record.owed(place.city, at) {
        Ok(price) => price.total,
        Err(Refusal::PaidOnEntry { .. }) => Money::zero(record.row.currency),
        Err(refusal) => return Err(refusal.into()),
    };
    let effects = record.step(&VisitEvent::ExitAsked { owed }, at)?;
    Ok(ExitOpened { open: effects.contains(&VisitEffect::OpenBarrier), visit: record.row.id })
}
