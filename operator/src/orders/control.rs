//! What an inspector does: he checks a plate, and issues the daily order. The operator never issues one by itself (BG-57, AMB-11).

use chrono::{DateTime, Utc};
use mesto_protocol::event::Change;
use mesto_protocol::orders::control::{CheckedTicket, NewOrder, PlateCheck};
use mesto_protocol::orders::driver::{Order, OrderState, Violation};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::order;

use crate::base::vehicles;
use crate::kernel::account::Held;
use crate::kernel::failure::Outcome;
use crate::kernel::http::Response;
use crate::kernel::ledger::{self, Book, Movement};
use crate::kernel::routes::Call;
use crate::kernel::store::Tx;
use crate::kernel::{text, words};
use crate::orders::driver;
use crate::values;

const PLACE_MAX: usize = 120;

/// The ticket of a plate in a zone that covers it now, or the last one that ran out on the same local day.
struct Seen {
    ticket: Option<CheckedTicket>,
    covered: bool,
}

/// `GET /v1/inspector/check?city=&plate=&zone=`
pub(crate) fn check(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let (city, typed, zone) =
        (call.request.needed("city")?, call.request.needed("plate")?, call.request.needed("zone")?);
    known_zone(call, &city, &zone)?;
    let plate = vehicles::plate(call.operator, &city, &typed)?.canonical;
    let seen = see(tx, call, &city, &zone, &plate)?;
    let order = driver::covering(tx, &city, &zone, &plate, call.now)?.map(|order| order.id);
    // Who checked which plate is kept as evidence, and erased with its own retention.
    tx.execute(
        "INSERT INTO plate_check (id, inspector, city, zone, canonical, covered, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![
            &call.operator.id("pc", call.now),
            &call.who()?.account,
            &city,
            &zone,
            &plate,
            i64::from(seen.covered),
            call.now.timestamp_millis()
        ],
    )?;
    let Seen { ticket, covered } = seen;
    Ok(Response::json(200, &PlateCheck { plate, zone, checked_at: call.now, covered, ticket, order }))
}

/// `POST /v1/inspector/orders`
pub(crate) fn issue(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let asked: NewOrder = call.request.read()?;
    known_zone(call, &asked.city, &asked.zone)?;
    let plate = vehicles::plate(call.operator, &asked.city, &asked.plate)?;
    // Two inspectors in front of the same car: the second one waits, and then finds the order of the first.
    tx.execute(
        "INSERT INTO plate_lock (city, canonical) VALUES ($1, $2) ON CONFLICT (city, canonical) DO UPDATE SET canonical = excluded.canonical",
        values![&asked.city, &plate.canonical],
    )?;
    let seen = see(tx, call, &asked.city, &asked.zone, &plate.canonical)?;
    if seen.covered {
        let ticket = seen.ticket.map(|ticket| ticket.id);
        return Err(Problem::new(ProblemCode::TicketCoversPlate, "a valid ticket covers this vehicle here")
            .with("ticket", ticket)
            .into());
    }
    if asked.violation == Violation::TimeExpired && seen.ticket.is_none() {
        return Err(Problem::new(
            ProblemCode::BadRequest,
            "no ticket of this plate ran out in this zone today; the violation is no_ticket",
        )
        .with("field", "violation")
        .into());
    }
    if let Some(order) = driver::covering(tx, &asked.city, &asked.zone, &plate.canonical, call.now)? {
        return Err(Problem::new(ProblemCode::OrderExists, "a daily order covers this vehicle here")
            .with("order", order.id)
            .with("valid_until", order.valid_until)
            .into());
    }
    let terms = order::issue(call.operator.city(&asked.city)?, &asked.zone, call.now)?;
    let order = Order {
        id: call.operator.id("or", call.now),
        city: asked.city,
        zone: asked.zone,
        plate: plate.canonical,
        state: OrderState::Issued,
        issued_at: call.now,
        valid_until: terms.valid_until,
        price: terms.price,
        due: terms.due(call.now),
        discount_until: terms.discount_until,
        place: asked.place.map(|place| place.chars().filter(|letter| !letter.is_control()).take(PLACE_MAX).collect()),
        violation: asked.violation,
        paid_at: None,
    };
    let inspector = call.who()?.account.clone();
    tx.execute(
        "INSERT INTO daily_order (id, city, zone, state, violation, place, terms, issued_at, valid_until, currency, inspector) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            &order.id,
            &order.city,
            &order.zone,
            &words::write(&order.state)?,
            &words::write(&order.violation)?,
            order.place.as_deref(),
            &serde_json::to_string(&terms)?,
            order.issued_at.timestamp_millis(),
            order.valid_until.timestamp_millis(),
            order.price.currency.code(),
            &inspector
        ],
    )?;
    tx.execute(
        "INSERT INTO order_plate (daily_order, city, canonical, shown) VALUES ($1, $2, $3, $4)",
        values![&order.id, &order.city, &order.plate, &plate.display],
    )?;
    let price = order.price.minor()?;
    let movement = Movement {
        id: call.operator.id("le", call.now),
        kind: "order_issued",
        reference: &order.id,
        currency: order.price.currency,
        legs: vec![(Book::OrdersReceivable, price), (Book::OrderRevenue(order.city.clone()), -price)],
    };
    ledger::book(tx, call.now, None, &movement)?;
    for account in driver::owners(tx, &order.city, &order.plate)? {
        let mut held = Held::take(tx, &account)?;
        held.tell(Change::OrderChanged(order.clone()));
        held.release(tx, call.now)?;
    }
    Ok(Response::json(201, &order))
}

fn known_zone(call: &Call<'_>, city: &str, zone: &str) -> Outcome<()> {
    let city = call.operator.city(city)?;
    if city.zone(zone).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = city.zones.iter().map(|zone| zone.id.as_str()).collect();
    Err(Problem::new(ProblemCode::ZoneUnknown, format!("there is no zone `{zone}`; known are {}", known.join(", ")))
        .with("zone", zone)
        .with("known", known)
        .into())
}

fn see(tx: &mut dyn Tx, call: &Call<'_>, city: &str, zone: &str, canonical: &str) -> Outcome<Seen> {
    let rows = tx.query(
        "SELECT ticket.id, ticket.starts_at, ticket.ends_at, ticket.channel FROM ticket_plate JOIN ticket ON ticket.id = ticket_plate.ticket WHERE ticket_plate.city = $1 AND ticket_plate.canonical = $2 AND ticket_plate.zone = $3 AND ticket.state <> 'voided' AND ticket.starts_at <= $4 ORDER BY ticket_plate.ends_at DESC LIMIT 1",
        values![city, canonical, zone, call.now.timestamp_millis()],
    )?;
    let Some(row) = rows.first() else { return Ok(Seen { ticket: None, covered: false }) };
    let ticket = CheckedTicket {
        id: row.string(0)?,
        starts_at: text::time(row.int(1)?)?,
        ends_at: text::time(row.int(2)?)?,
        channel: words::read(row.text(3)?)?,
    };
    let covered = ticket.ends_at > call.now;
    let of_today = covered || same_day(call, city, ticket.ends_at)?;
    Ok(Seen { ticket: of_today.then_some(ticket), covered })
}

/// Whether a moment lies on today's date in the city.
fn same_day(call: &Call<'_>, city: &str, moment: DateTime<Utc>) -> Outcome<bool> {
    let zone =
        call.operator.city(city)?.tz().map_err(|error| crate::kernel::store::StoreError::unreadable("city", error))?;
    let (today, then) = (call.now.with_timezone(&zone).date_naive(), moment.with_timezone(&zone).date_naive());
    Ok(today == then)
}
