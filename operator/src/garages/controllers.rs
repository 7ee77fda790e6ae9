//! What a controller tells and asks. Reports come late, twice and in another order than things
//! happened; each event is taken or refused by itself, at the moment at which it happened.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use mesto_protocol::garages::controllers::{
    self as wire, EVENTS_MOST, ExitOpened, ExitRequest, GarageReport, GarageReported, ReportedPlaces, VisitOwed,
};
use mesto_protocol::garages::visits as visits_wire;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::garages::visit::VisitEvent;
use mesto_rules::garages::{Refusal, TicketNumber};
use mesto_rules::money::Money;

use crate::base::incidents;
use crate::garages::refusal::unknown;
use crate::garages::reported::{PaidVisit, ReportedVisits};
use crate::garages::tables::{FacilityRow, StateWord};
use crate::garages::visits::{Place, VisitRecord};
use crate::kernel::call::Call;
use crate::kernel::epoch;
use crate::kernel::failure::Outcome;
use crate::kernel::limits::told_at_most;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx, Write};
use crate::{find, update, values};

pub(crate) const OPERATIONS: &[Served] = &[
    serve!(post wire::REPORT => report).urgent(),
    serve!(get wire::OWED => owed).urgent(),
    serve!(post wire::EXIT => exit).urgent(),
];

/// A payment that is being stored is in the books within this: what was told before it is told once
/// more.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);
/// Most payments that one exchange tells.
const SETTLED_MOST: usize = 500;

/// A facility of the caller's, by what he said.
fn place<'a>(call: &Call<'a>, city: &str, facility: &str) -> Outcome<Place<'a>> {
    let place = Place::of(call.operator.city(city)?, facility)?;
    call.in_place(city, facility)?;
    Ok(place)
}

/// A controller tells what happened and hears what was paid.
pub(crate) fn report(tx: &mut dyn Tx, call: &mut Call<'_>, told: GarageReport) -> Outcome<GarageReported> {
    let (operator, now) = (call.operator, call.now);
    let place = place(call, &told.city, &told.facility)?;
    let clock_differs_seconds = clock_differs(tx, &place, told.sent_at, now)?;
    if let Err(refused) = place.not_ahead("sent_at", told.sent_at, now) {
        // The incident is kept.
        return Err(refused.counted());
    }
    if let Some(places) = &told.places {
        place.not_ahead("places.at", places.at, now)?;
    }
    told_at_most("events", told.events.len(), EVENTS_MOST)?;
    let since = told.settled_after.as_deref().map(cursor).transpose()?.unwrap_or_default();
    // Told while this clock was ahead: without it nothing would be told until then.
    let since = if since > now { now - OVERLAP } else { since };
    // The row of the facility orders its reports: two at once are two one after the other.
    let heard =
        tx.first(find!(FacilityRow { city: &place.city.id, facility: &place.facility.id }).locking("facility"))?;
    let epoch = Some(epoch::current(tx)?.id);
    let mut reported = ReportedVisits::open(tx, operator, place, now, &told.events)?;
    let (mut paid, more) = paid_since(tx, &place, since)?;
    // Where more follows it goes on from the last one that was read, whether it is told or not.
    let next = paid.last().filter(|_| more).map_or(since.max(now - OVERLAP), |(payment, _)| payment.at);
    let next = next.timestamp_millis().to_string();
    corrected_since(tx, &place, since, &mut paid)?;
    let (taken, refused) = reported.take_all(&told.events)?;
    let settled = reported.settled(paid);
    reported.close(tx)?;
    hear(tx, &place, now, heard, told.places)?;
    Ok(GarageReported { taken, refused, settled, next, has_more: more, epoch, clock_differs_seconds })
}

/// By how much a controller's clock is ahead or behind, where that is more than clocks may differ;
/// somebody has to look at it.
fn clock_differs(
    tx: &mut dyn Tx,
    place: &Place<'_>,
    sent_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Outcome<Option<i64>> {
    let differs = sent_at - now;
    if differs.abs() <= place.garages.policy.clocks_differ() {
        return Ok(None);
    }
    let (seconds, reference) = (differs.num_seconds(), format!("{}/{}", place.city.id, place.facility.id));
    let word = if seconds > 0 { "ahead" } else { "behind" };
    let detail = format!("the controller's clock is {} seconds {word}: set it", seconds.abs());
    incidents::report(tx, now, "clock_differs", &reference, &detail)?;
    Ok(Some(seconds))
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

/// Whether so many places can be free. A wrong count keeps no event of its report out.
fn can_be(place: &Place<'_>, counted: &ReportedPlaces) -> bool {
    let capacity = place.facility.capacity.known();
    let is_possible = capacity.is_none_or(|capacity| counted.free <= *capacity);
    if !is_possible {
        tracing::warn!(facility = %place.facility.id, free = counted.free, ?capacity, "more places than there are were told as free");
    }
    is_possible
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
    let counted = counted.filter(|told| can_be(place, told)).map(|told| (told.free, told.at.trunc_subsecs(3)));
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
    record.step(&VisitEvent::ExitAsked { owed }, at)?;
    Ok(ExitOpened { visit: record.row.id })
}
