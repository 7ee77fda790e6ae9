//! Quotes: a price frozen for two minutes, with the stays it was computed against.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::parking::quotes::{Quote, QuoteRequest};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::quote::{PayMethod as RulesPay, QuoteAsk};

use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::routes::Call;
use crate::kernel::store::Tx;
use crate::kernel::{text, words};
use crate::parking::stays;
use crate::values;

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
    let rows = tx.query(
        "SELECT canonical, shown, city FROM vehicle WHERE id = $1 AND account = $2",
        values![&asked.vehicle, &account],
    )?;
    let Some(row) = rows.first() else {
        return refuse(ProblemCode::VehicleUnknown, "this vehicle is not in your account");
    };
    let (canonical, shown) = (row.string(0)?, row.string(1)?);
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
    let running = running(tx, call, &asked, &canonical, &account)?;
    let kept = stays::read(tx, &asked.city, &asked.zone, &account, &canonical)?;
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
        plate: shown,
        issued_at: now,
        expires_at: now + TimeDelta::seconds(city.policy.quote_ttl_seconds.into()),
        pay: asked.pay,
        extends: running.filter(|running| running.is_own).map(|running| running.ticket),
        terms,
    };
    tx.execute(
        "INSERT INTO quote (id, account, city, zone, vehicle, canonical, shown, pay, extends, terms, user_stay, plate_stay, issued_at, expires_at) VALUES ($1, $2, $3, $14, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        values![
            &quote.id,
            &account,
            &quote.city,
            &quote.vehicle,
            &canonical,
            &quote.plate,
            &words::write(&quote.pay)?,
            quote.extends.as_deref(),
            &serde_json::to_string(&quote.terms)?,
            stays::version(kept.0.as_ref()),
            stays::version(kept.1.as_ref()),
            now.timestamp_millis(),
            quote.expires_at.timestamp_millis(),
            &asked.zone
        ],
    )?;
    Ok(Response::json(201, &quote))
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
