//! Parking time as it is priced: the terms that the rules give, frozen with the versions of the
//! stays they were computed against.

use mesto_protocol::base::plate::Plate;
use mesto_protocol::base::vehicles::Vehicle;
use mesto_protocol::kernel::ids::{AccountId, TicketId};
use mesto_protocol::kernel::json::Json;
use mesto_protocol::parking::purchase::{ParkingOffer, ParkingSubject, lines, notices};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::quote::{Quote as Terms, QuoteAsk, quote_held};
use mesto_rules::{City, ParkingSection};
use serde::{Deserialize, Serialize};

use crate::base::payments::sells::{Asked, Priced, rules_pay};
use crate::base::vehicles::VehicleRow;
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::store::{Select, Tx};
use crate::parking::{stays, strangers, tickets};
use crate::{find, projection, values};

/// What a quote keeps until it is bought.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Frozen {
    pub plate: Plate,
    /// The running ticket that it continues.
    pub extends: Option<TicketId>,
    pub terms: Terms,
    /// Versions of the user's and the plate's stay that it was computed against, 0 when there was
    /// none or it does not count.
    pub versions: (i64, i64),
}

projection! {
    /// A ticket that covers a plate, as an extension sees it.
    struct Running {
        ticket: TicketId = "ticket.id",
        account: Option<AccountId> = "ticket.account",
    }
}

pub(crate) fn price(tx: &mut dyn Tx, asked: &Asked<'_>) -> Outcome<Priced> {
    let subject: ParkingSubject = asked.subject()?;
    let (city, account, now) = (asked.city, asked.account, asked.now);
    let plate = plate_of(tx, city, &subject, account)?;
    let parking: &ParkingSection = city.section()?;
    if parking.zone(subject.zone.as_str()).is_none() {
        let known: Vec<&str> = parking.zones.iter().map(|zone| zone.id.as_str()).collect();
        return Err(Problem::new(
            ProblemCode::ZoneUnknown,
            format!("there is no zone `{}`; known are {}", subject.zone, known.join(", ")),
        )
        .with("zone", subject.zone.as_str())
        .with("known", known)
        .into());
    }
    let kept = stays::read(tx, city, subject.zone.as_str(), account, &plate.canonical)?;
    let (car, stay) = ((city, plate.canonical.as_str()), kept.plate.as_ref());
    let is_of_another = strangers::is_of_another(tx, (account, now), car, stay)?;
    if is_of_another {
        strangers::count(tx, asked, &plate.canonical)?;
    }
    let hides = is_of_another && strangers::limits_car(city)?;
    let (zone, minutes, pay) = (subject.zone.as_str(), subject.minutes, rules_pay(asked.pay)?);
    let ask = QuoteAsk { zone, minutes, now, stays: kept.stays(), pay };
    let terms = match quote_held(city, &ask, asked.held()) {
        Ok(terms) => terms,
        Err(refusal) if hides => return Err(strangers::refusal(refusal).counted()),
        Err(refusal) if is_of_another => return Err(Failure::from(refusal).counted()),
        Err(refusal) => return Err(refusal.into()),
    };
    let extends = own_running(tx, asked, zone, &plate.canonical)?;
    let mut offer = ParkingOffer::of(&terms, plate.clone(), extends);
    let mut notices = notices(&terms);
    if hides {
        (offer.stay, notices) = (None, strangers::notices(&terms.notices));
    }
    Ok(Priced {
        offer: Json::of(&offer)?,
        lines: lines(&terms.lines),
        notices,
        total: terms.total,
        place: terms.zone.to_string(),
        thing: plate.canonical.clone(),
        terms: serde_json::to_string(&Frozen { plate, extends, terms, versions: kept.versions() })?,
    })
}

/// The plate to be quoted for: of a vehicle of this account, or of a ticket of his that is to go
/// on, whose car he may have removed since.
fn plate_of(tx: &mut dyn Tx, city: &City, asked: &ParkingSubject, account: AccountId) -> Outcome<Plate> {
    match (&asked.vehicle, &asked.extends) {
        (Some(vehicle), None) => match tx.first(find!(VehicleRow { id: vehicle, account: account }))? {
            Some(vehicle) => Ok(Vehicle::from(vehicle).plate),
            None => refuse(ProblemCode::VehicleUnknown, "this vehicle is not in your account"),
        },
        (None, Some(ticket)) => match tickets::plate_of(tx, *ticket, account, (city.id.as_str(), asked.zone.as_str()))?
        {
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

/// The caller's running ticket that a new one would continue: the last of this plate in this zone,
/// when it is his own.
fn own_running(tx: &mut dyn Tx, asked: &Asked<'_>, zone: &str, canonical: &str) -> Outcome<Option<TicketId>> {
    let running: Option<Running> = tx.first(Select::of(
        "FROM ticket_plate JOIN ticket ON ticket.id = ticket_plate.ticket WHERE ticket_plate.city = $1 AND ticket_plate.canonical = $2 AND ticket_plate.zone = $3 AND ticket_plate.ends_at > $4 AND ticket.state = 'active' ORDER BY ticket_plate.ends_at DESC LIMIT 1",
        values![&asked.city.id, canonical, zone, asked.now.timestamp_millis()],
    ))?;
    Ok(running.filter(|running| running.account == Some(asked.account)).map(|running| running.ticket))
}
