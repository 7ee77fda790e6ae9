//! Quotes: a price frozen for two minutes, with the stays it was computed against.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::api::{PayMethod, Plate, Quote, QuoteRequest};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::quote::{PayMethod as RulesPay, QuoteAsk};

use crate::failure::{Outcome, refuse};
use crate::http::Response;
use crate::routes::Call;
use crate::store::Tx;
use crate::{stays, text, values, vehicles, words};

/// The wire's payment methods are those of the rules without SMS, which is bought outside the app.
fn rules_pay(pay: PayMethod) -> Outcome<RulesPay> {
    match pay {
        PayMethod::Deposit => Ok(RulesPay::Deposit),
        PayMethod::Card => Ok(RulesPay::Card),
        PayMethod::Other => {
            Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, "this operator does not know it").into())
        }
    }
}

/// A ticket that covers a plate, as an extension sees it.
struct Running {
    ticket: String,
    is_own: bool,
    ends_at: DateTime<Utc>,
}

/// `POST /v1/quotes`
pub(crate) fn make(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let asked: QuoteRequest = call.request.read()?;
    let account = call.who()?.account.clone();
    let city = call.operator.city(&asked.city)?;
    let plate = plate_of(tx, &asked, &account)?;
    if city.zone(&asked.zone).is_none() {
        let known: Vec<&str> = city.zones.iter().map(|zone| zone.id.as_str()).collect();
        return Err(Problem::new(
            ProblemCode::ZoneUnknown,
            format!("there is no zone `{}`; known are {}", asked.zone, known.join(", ")),
        )
        .with("zone", &asked.zone)
        .with("known", known)
        .into());
    }
    let now = call.now;
    let running = running(tx, call, &asked, &plate.canonical, &account)?;
    let kept = stays::read(tx, &asked.city, &asked.zone, &account, &plate.canonical)?;
    let ask = QuoteAsk {
        zone: &asked.zone,
        minutes: asked.minutes,
        now,
        start: running.as_ref().map_or(now, |running| running.ends_at),
        stay: None,
        pay: rules_pay(asked.pay)?,
    };
    let terms = stays::stricter_quote(city, &ask, &kept)?;
    let quote = Quote {
        id: call.operator.id("qt", now),
        city: asked.city,
        vehicle: asked.vehicle,
        plate,
        issued_at: now,
        expires_at: now + TimeDelta::seconds(city.policy.quote_ttl_seconds.into()),
        pay: asked.pay,
        extends: running.filter(|running| running.is_own).map(|running| running.ticket),
        terms,
    };
    tx.execute(
        "INSERT INTO quote (id, account, city, zone, vehicle, canonical, shown, country, pay, extends, terms, user_stay, plate_stay, issued_at, expires_at) VALUES ($1, $2, $3, $14, $4, $5, $6, $15, $7, $8, $9, $10, $11, $12, $13)",
        values![
            &quote.id,
            &account,
            &quote.city,
            quote.vehicle.as_deref(),
            &quote.plate.canonical,
            &quote.plate.display,
            &words::write(&quote.pay)?,
            quote.extends.as_deref(),
            &serde_json::to_string(&quote.terms)?,
            stays::version(kept.0.as_ref()),
            stays::version(kept.1.as_ref()),
            now.timestamp_millis(),
            quote.expires_at.timestamp_millis(),
            &asked.zone,
            quote.plate.country.as_deref()
        ],
    )?;
    Ok(Response::json(201, &quote))
}

/// The plate to be quoted for: of a vehicle of this account, or of a ticket of his that is to go on, whose car he may
/// have removed since.
fn plate_of(tx: &mut dyn Tx, asked: &QuoteRequest, account: &str) -> Outcome<Plate> {
    match (&asked.vehicle, &asked.extends) {
        (Some(vehicle), None) => {
            let rows = tx.query(
                "SELECT canonical, shown, country FROM vehicle WHERE id = $1 AND account = $2",
                values![vehicle, account],
            )?;
            match rows.first() {
                Some(row) => Ok(vehicles::plate_at(row, 0)?),
                None => refuse(ProblemCode::VehicleUnknown, "this vehicle is not in your account"),
            }
        }
        (None, Some(ticket)) => {
            let rows = tx.query(
                "SELECT ticket_plate.canonical, ticket_plate.shown, ticket_plate.country FROM ticket JOIN ticket_plate ON ticket_plate.ticket = ticket.id WHERE ticket.id = $1 AND ticket.account = $2 AND ticket.city = $3 AND ticket.zone = $4",
                values![ticket, account, &asked.city, &asked.zone],
            )?;
            match rows.first() {
                Some(row) => Ok(vehicles::plate_at(row, 0)?),
                None => refuse(ProblemCode::NotFound, "there is no such ticket of yours in this zone"),
            }
        }
        (None, None) | (Some(_), Some(_)) => Err(Problem::new(
            ProblemCode::BadRequest,
            "name a vehicle of yours in `vehicle`, or the ticket that is to go on in `extends`, and not both",
        )
        .with("field", "vehicle")
        .into()),
    }
}

/// The running ticket that a new one would continue: the last of this plate in this zone.
fn running(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    asked: &QuoteRequest,
    canonical: &str,
    account: &str,
) -> Outcome<Option<Running>> {
    let rows = tx.query(
        "SELECT ticket.id, ticket.account, ticket.ends_at FROM ticket_plate JOIN ticket ON ticket.id = ticket_plate.ticket WHERE ticket_plate.city = $1 AND ticket_plate.canonical = $2 AND ticket_plate.zone = $3 AND ticket_plate.ends_at > $4 AND ticket.state = 'active' ORDER BY ticket_plate.ends_at DESC LIMIT 1",
        values![&asked.city, canonical, &asked.zone, call.now.timestamp_millis()],
    )?;
    let Some(row) = rows.first() else { return Ok(None) };
    let is_own = row.maybe_text(1)? == Some(account);
    Ok(Some(Running { ticket: row.string(0)?, is_own, ends_at: text::time(row.int(2)?)? }))
}
