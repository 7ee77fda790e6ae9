//! What an inspector does: he checks a plate, and issues the daily order. The operator never issues
//! one by itself (BG-57, AMB-11).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use mesto_protocol::base::plate::Plate;
use mesto_protocol::kernel::ids::{AccountId, PlateCheckId, TicketId};
use mesto_protocol::kernel::reference::Reference;
use mesto_protocol::orders::driver::{Order, OrderState, Violation};
use mesto_protocol::orders::inspectors::{self as wire, CheckedTicket, NewOrder, PlateCheck};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::{CityId, ParkingSection, ZoneId, order};

use crate::base::vehicles;
use crate::kernel::account::Subject;
use crate::kernel::call::{AlsoLocked, Call};
use crate::kernel::failure::Outcome;
use crate::kernel::ledger::{self, LedgerAccount, Movement};
use crate::kernel::service::{Erasure, Export, Served, Table, serve};
use crate::kernel::store::{Ask, Json, Select, StoreError, Tx, Write, id_columns};
use crate::kernel::text;
use crate::orders::driver::{OrderPlateRow, OrderRow, StateWord};
use crate::orders::proofs::ProofWord;
use crate::orders::{NAME, driver, proofs};
use crate::parking::tickets::ChannelWord;
use crate::{projection, table, values};

pub(crate) const OPERATIONS: &[Served] = &[
    serve!(get wire::CHECK => check),
    serve!(action wire::ISSUE => issue, again driver::issued_again).prefetching(prefetch).also_locking(also_locks),
];

id_columns![PlateCheckId];

table! {
    pub(crate) struct PlateCheckRow in "plate_check" {
        id: PlateCheckId,
        inspector: AccountId,
        city: CityId,
        zone: ZoneId,
        canonical: String,
        is_covered: bool,
        at: DateTime<Utc>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "plate_check",
    export: Export::Excused("what an inspector did; a plate is not the driver's alone"),
    erasure: Erasure::WithTime("evidence of a check, kept as long as the city says"),
};

projection! {
    /// What an inspector may know of a ticket.
    struct SeenTicket {
        id: TicketId = "ticket.id",
        canonical: String = "ticket_plate.canonical",
        shown: String = "ticket_plate.shown",
        country: Option<String> = "ticket_plate.country",
        starts_at: DateTime<Utc> = "ticket.starts_at",
        ends_at: DateTime<Utc> = "ticket.ends_at",
        channel: ChannelWord = "ticket.channel",
        issue: u32 = "ticket_plate.issue",
    }
}

const LOCATION_MAX: usize = 120;

/// The ticket of a plate in a zone that covers it now, or the last one that ran out on the same
/// local day.
struct Seen {
    ticket: Option<CheckedTicket>,
    is_covered: bool,
    /// The end of the last ticket that ran out, whenever that was.
    paid_until: Option<DateTime<Utc>>,
}

/// Whether a plate is covered in a zone now.
pub(crate) fn check(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<PlateCheck> {
    let (city, typed, zone) =
        (call.request.needed("city")?, call.request.needed("plate")?, call.request.needed("zone")?);
    let zone_id = known_zone(call, &city, &zone)?;
    call.in_city(&city)?;
    let mut plate = vehicles::plate(call.operator, &city, &typed)?;
    let seen = see(tx, call, &city, &zone, &plate.canonical)?;
    let rules = call.operator.city(&city)?;
    let covering = driver::find_covering(tx, &city, &zone, &plate.canonical, call.now)?.map(|order| order.id);
    // Who checked which plate is kept as evidence, and erased with its own retention.
    tx.write(Write::insert(PlateCheckRow {
        id: call.operator.new_id(call.now),
        inspector: call.who()?.account,
        city: rules.id.clone(),
        zone: zone_id.clone(),
        canonical: plate.canonical.clone(),
        is_covered: seen.is_covered,
        at: call.now,
    }))?;
    let warnings = std::mem::take(&mut plate.warnings);
    let Seen { ticket, is_covered, paid_until } = seen;
    let grace_until = paid_until.map(|until| order::grace_until(rules, until)).filter(|until| call.now < *until);
    Ok(PlateCheck {
        plate: plate.into(),
        warnings,
        zone: zone_id,
        checked_at: call.now,
        is_covered,
        ticket,
        order: covering,
        grace_until,
    })
}

/// What is asked for, and the canonical plate.
fn asked_order(call: &Call<'_>) -> Outcome<(NewOrder, String)> {
    let asked: NewOrder = call.request.read()?;
    let plate = vehicles::plate(call.operator, &asked.city, &asked.plate)?.canonical;
    Ok((asked, plate))
}

/// What issuing an order reads: the last ticket and the order of the plate, and whom it is told.
pub(crate) fn prefetch(call: &Call<'_>) -> Option<Vec<Ask>> {
    let (asked, plate) = asked_order(call).ok()?;
    Some(vec![
        last_ticket(&asked.city, &asked.zone, &plate, call.now).ask(),
        driver::covering(&asked.city, &asked.zone, &plate, call.now).ask(),
        proofs::proven_by_ticket(&asked.city, &asked.zone, &plate, call.now).ask(),
    ])
}

/// Two inspectors in front of the same car: the second one waits, and then finds the order of the
/// first. Who had a ticket there is told.
pub(crate) fn also_locks(call: &Call<'_>) -> Option<AlsoLocked> {
    let (asked, plate) = asked_order(call).ok()?;
    let subjects = vec![Subject { kind: "plate", id: format!("{}/{plate}", asked.city) }];
    let accounts = proofs::proven_by_ticket(&asked.city, &asked.zone, &plate, call.now);
    Some(AlsoLocked { accounts, subjects })
}

/// Issues a daily order.
pub(crate) fn issue(tx: &mut dyn Tx, call: &mut Call<'_>, asked: NewOrder) -> Outcome<Order> {
    let zone = known_zone(call, &asked.city, &asked.zone)?;
    call.in_city(&asked.city)?;
    let plate = Plate::from(vehicles::plate(call.operator, &asked.city, &asked.plate)?);
    let seen = see(tx, call, &asked.city, &asked.zone, &plate.canonical)?;
    if seen.is_covered {
        let ticket = seen.ticket.map(|ticket| ticket.id);
        return Err(Problem::new(ProblemCode::TicketCoversPlate, "a valid ticket covers this vehicle here")
            .with("ticket", ticket)
            .into());
    }
    if let Violation::Other(word) = &asked.violation {
        let detail = format!("violation is one of {}, not `{word}`", Violation::KNOWN.join(", "));
        return Err(Problem::new(ProblemCode::BadRequest, detail).with("field", "violation").into());
    }
    if asked.violation == Violation::TimeExpired && seen.ticket.is_none() {
        return Err(Problem::new(
            ProblemCode::BadRequest,
            "no ticket of this plate ran out in this zone today; the violation is no_ticket",
        )
        .with("field", "violation")
        .into());
    }
    if let Some(order) = driver::find_covering(tx, &asked.city, &asked.zone, &plate.canonical, call.now)? {
        return Err(Problem::new(ProblemCode::OrderExists, "a daily order covers this vehicle here")
            .with("order", order.id)
            .with("valid_until", order.valid_until)
            .into());
    }
    let proven = tx.all(proofs::proven_by_ticket(&asked.city, &asked.zone, &plate.canonical, call.now))?;
    let proven: BTreeSet<AccountId> = proven.into_iter().map(|holder| holder.account).collect();
    if proven.iter().any(|account| !call.locked.contains_key(account)) {
        // Somebody has bought a ticket since the accounts to be locked were looked for: run again.
        return Err(StoreError::Contended.into());
    }
    let terms = order::issue(call.operator.city(&asked.city)?, &asked.zone, call.now, seen.paid_until)?;
    let mut chance = [0; 8];
    call.operator.entropy.fill(&mut chance);
    let order = Order {
        id: call.operator.new_id(call.now),
        // One that stands already collides with its index, and the transaction runs again.
        number: Reference::new(chance),
        city: call.operator.city(&asked.city)?.id.clone(),
        zone,
        plate,
        state: OrderState::Issued,
        issued_at: call.now,
        valid_until: terms.valid_until,
        price: terms.price,
        owed: terms.owed(call.now),
        discount_until: terms.discount_until,
        location: asked.location.map(|told| text::plain(&told, LOCATION_MAX)),
        violation: asked.violation,
        paid_at: None,
    };
    tx.write(Write::insert(OrderRow {
        id: order.id,
        number: order.number,
        city: order.city.clone(),
        zone: order.zone.clone(),
        state: StateWord::Issued,
        violation: order.violation.clone().try_into()?,
        location: order.location.clone(),
        terms: Json::of(&terms)?,
        issued_at: order.issued_at,
        valid_until: order.valid_until,
        currency: order.price.currency,
        inspector: call.who()?.account,
        paid_at: None,
        paid_by: None,
        paid_amount: None,
    }))?;
    tx.write(Write::insert(OrderPlateRow {
        daily_order: order.id,
        city: order.city.clone(),
        canonical: order.plate.canonical.clone(),
        shown: order.plate.display.clone(),
        country: order.plate.country.clone(),
    }))?;
    let (price, reference) = (order.price.minor()?, order.id.to_string());
    let movement = Movement {
        id: call.operator.new_id(call.now),
        kind: driver::ISSUED,
        reference: &reference,
        currency: order.price.currency,
        legs: vec![
            (LedgerAccount::Receivable { service: NAME, city: order.city.clone() }, price),
            (LedgerAccount::Revenue { service: NAME, city: order.city.clone() }, -price),
        ],
    };
    ledger::post(tx, call.now, None, movement)?;
    call.made = Some(order.id.to_string());
    for account in proven {
        if let Some(account) = call.locked.get_mut(&account).filter(|account| !account.is_closed) {
            proofs::give(tx, call.now, account, &order, ProofWord::Ticket)?;
        }
    }
    Ok(order)
}

fn known_zone(call: &Call<'_>, city: &str, zone: &str) -> Outcome<ZoneId> {
    let parking: &ParkingSection = call.operator.city(city)?.section()?;
    if let Some(zone) = parking.zone(zone) {
        return Ok(zone.id.clone());
    }
    let known: Vec<&str> = parking.zones.iter().map(|zone| zone.id.as_str()).collect();
    Err(Problem::new(ProblemCode::ZoneUnknown, format!("there is no zone `{zone}`; known are {}", known.join(", ")))
        .with("zone", zone)
        .with("known", known)
        .into())
}

/// The ticket of a plate in a zone that has begun and ends last. One that starts when it is bought
/// has begun: it stands here, also when the clock of the instance that sold it is ahead of this
/// one.
fn last_ticket(city: &str, zone: &str, canonical: &str, now: DateTime<Utc>) -> Select<SeenTicket> {
    Select::of(
        "FROM ticket_plate JOIN ticket ON ticket.id = ticket_plate.ticket WHERE ticket_plate.city = $1 AND ticket_plate.canonical = $2 AND ticket_plate.zone = $3 AND ticket.state <> 'voided' AND (ticket.starts_at <= $4 OR ticket.starts_at = ticket.issued_at) ORDER BY ticket_plate.ends_at DESC LIMIT 1",
        values![city, canonical, zone, now.timestamp_millis()],
    )
}

fn see(tx: &mut dyn Tx, call: &Call<'_>, city: &str, zone: &str, canonical: &str) -> Outcome<Seen> {
    let Some(seen) = tx.first(last_ticket(city, zone, canonical, call.now))? else {
        return Ok(Seen { ticket: None, is_covered: false, paid_until: None });
    };
    let SeenTicket { id, canonical, shown, country, starts_at, ends_at, channel, issue } = seen;
    let plate = Plate { canonical, display: shown, country };
    let ticket = CheckedTicket { id, plate, starts_at, ends_at, channel: channel.into(), issue };
    let is_covered = ticket.ends_at > call.now;
    let of_today = is_covered || same_day(call, city, ticket.ends_at)?;
    let paid_until = (!is_covered).then_some(ticket.ends_at);
    Ok(Seen { ticket: of_today.then_some(ticket), is_covered, paid_until })
}

/// Whether a moment lies on today's date in the city.
fn same_day(call: &Call<'_>, city: &str, moment: DateTime<Utc>) -> Outcome<bool> {
    let city = call.operator.city(city)?;
    Ok(city.local_day(call.now) == city.local_day(moment))
}
