//! Quotes: a price frozen for two minutes, with the versions of the stays it was computed against.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::base::plate::Plate;
use mesto_protocol::base::vehicles::Vehicle;
use mesto_protocol::parking::quotes::{Quote, QuoteRequest};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::quote::{Quote as Terms, QuoteAsk, quote};
use mesto_rules::{ParkingSection, PayMethod as RulesPay};

use crate::base::vehicles::VehicleRow;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::store::{Json, Select, Tx, Write};
use crate::parking::{stays, tickets};
use crate::{find, projection, stored_words, table, values};

stored_words! {
    /// `quote.pay`, `ticket.pay`
    pub(crate) enum PayWord for PayMethod { Deposit = "deposit", Card = "card" }
}

table! {
    pub(crate) struct QuoteRow in "quote" {
        id: String,
        account: String,
        city: String,
        zone: String,
        /// Absent when a ticket was to go on.
        vehicle: Option<String>,
        canonical: String,
        shown: String,
        country: Option<String>,
        pay: PayWord,
        extends: Option<String>,
        terms: Json<Terms>,
        /// Versions of the stays it was computed against, 0 when there was none or it does not count.
        user_stay: i64,
        plate_stay: i64,
        issued_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    }
}

/// The wire's payment methods are those of the rules without SMS, which is bought outside the app.
pub(crate) fn rules_pay(pay: PayMethod) -> Outcome<RulesPay> {
    match pay {
        PayMethod::Deposit => Ok(RulesPay::Deposit),
        PayMethod::Card => Ok(RulesPay::Card),
        PayMethod::Other => {
            Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, "this operator does not know it").into())
        }
    }
}

projection! {
    /// A ticket that covers a plate, as an extension sees it.
    struct Running {
        ticket: String = "ticket.id",
        account: Option<String> = "ticket.account",
    }
}

pub(crate) fn make(tx: &mut dyn Tx, call: &mut Call<'_>, asked: QuoteRequest) -> Outcome<Quote> {
    let account = call.who()?.account.clone();
    let city = call.operator.city(&asked.city)?;
    let plate = plate_of(tx, &asked, &account)?;
    let parking: &ParkingSection = city.section()?;
    if parking.zone(&asked.zone).is_none() {
        let known: Vec<&str> = parking.zones.iter().map(|zone| zone.id.as_str()).collect();
        return Err(Problem::new(
            ProblemCode::ZoneUnknown,
            format!("there is no zone `{}`; known are {}", asked.zone, known.join(", ")),
        )
        .with("zone", &asked.zone)
        .with("known", known)
        .into());
    }
    let now = call.now;
    let kept = stays::read(tx, city, &asked.zone, &account, &plate.canonical)?;
    let (zone, minutes, pay) = (asked.zone.as_str(), asked.minutes, rules_pay(asked.pay)?);
    let terms = quote(city, &QuoteAsk { zone, minutes, now, stays: kept.stays(), pay })?;
    let extends = own_running(tx, call, &asked, &plate.canonical, &account)?;
    let (user_stay, plate_stay) = kept.versions();
    let quote = Quote {
        id: call.operator.id("qt", now),
        city: asked.city,
        vehicle: asked.vehicle,
        plate,
        issued_at: now,
        expires_at: now + TimeDelta::seconds(city.quote_ttl_seconds.into()),
        pay: asked.pay,
        extends,
        terms,
    };
    tx.write(Write::insert(QuoteRow {
        id: quote.id.clone(),
        account,
        city: quote.city.clone(),
        zone: asked.zone,
        vehicle: quote.vehicle.clone(),
        canonical: quote.plate.canonical.clone(),
        shown: quote.plate.display.clone(),
        country: quote.plate.country.clone(),
        pay: quote.pay.try_into()?,
        extends: quote.extends.clone(),
        terms: Json::of(&quote.terms)?,
        user_stay,
        plate_stay,
        issued_at: now,
        expires_at: quote.expires_at,
    }))?;
    Ok(quote)
}

/// The plate to be quoted for: of a vehicle of this account, or of a ticket of his that is to go on, whose car he may
/// have removed since.
fn plate_of(tx: &mut dyn Tx, asked: &QuoteRequest, account: &str) -> Outcome<Plate> {
    match (&asked.vehicle, &asked.extends) {
        (Some(vehicle), None) => match tx.first(find!(VehicleRow { id: vehicle, account: account }))? {
            Some(vehicle) => Ok(Vehicle::from(vehicle).plate),
            None => refuse(ProblemCode::VehicleUnknown, "this vehicle is not in your account"),
        },
        (None, Some(ticket)) => match tickets::plate_of(tx, ticket, account, (&asked.city, &asked.zone))? {
            Some(plate) => Ok(plate),
            None => refuse(ProblemCode::NotFound, "there is no such ticket of yours in this zone"),
        },
        (None, None) | (Some(_), Some(_)) => Err(Problem::new(
            ProblemCode::BadRequest,
            "name a vehicle of yours in `vehicle`, or the ticket that is to go on in `extends`, and not both",
        )
        .with("field", "vehicle")
        .into()),
    }
}

/// The caller's running ticket that a new one would continue: the last of this plate in this zone, when it is his own.
fn own_running(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    asked: &QuoteRequest,
    canonical: &str,
    account: &str,
) -> Outcome<Option<String>> {
    let running: Option<Running> = tx.first(Select::of(
        "FROM ticket_plate JOIN ticket ON ticket.id = ticket_plate.ticket WHERE ticket_plate.city = $1 AND ticket_plate.canonical = $2 AND ticket_plate.zone = $3 AND ticket_plate.ends_at > $4 AND ticket.state = 'active' ORDER BY ticket_plate.ends_at DESC LIMIT 1",
        values![&asked.city, canonical, &asked.zone, call.now.timestamp_millis()],
    ))?;
    Ok(running.filter(|running| running.account.as_deref() == Some(account)).map(|running| running.ticket))
}
