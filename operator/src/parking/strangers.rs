//! What is told of a car's stay to somebody who did not buy it: what can be had now and until when,
//! and nothing of when it began (ADR 18). Who adds the plate of a stranger's car learns no more,
//! and does not learn it often.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::{AccountId, TicketId};
use mesto_protocol::kernel::line::Notice;
use mesto_protocol::parking::purchase;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::{City, Notice as RulesNotice, Refusal, StayPer, ZoneId};

use crate::base::payments::sells::Asked;
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::limits::{Limit, Limits};
use crate::kernel::store::{Select, Tx};
use crate::parking::stays::{self, StoredStay};
use crate::{projection, values};

projection! {
    struct OwnTicket {
        ticket: TicketId = "ticket.id",
    }
}

/// Asks for a ticket that an account bought for a car, in a zone since a moment, or anywhere ever.
fn own_ticket(
    account: AccountId,
    city: &City,
    canonical: &str,
    since: Option<(&ZoneId, DateTime<Utc>)>,
) -> Select<OwnTicket> {
    let from = "FROM ticket JOIN ticket_plate ON ticket_plate.ticket = ticket.id WHERE ticket.account = $1 AND ticket_plate.city = $2 AND ticket_plate.canonical = $3 AND ticket.state <> 'voided'";
    match since {
        Some((zone, since)) => Select::of(
            &format!("{from} AND ticket_plate.zone = $4 AND ticket.starts_at >= $5 LIMIT 1"),
            values![account, &city.id, canonical, zone, since.timestamp_millis()],
        ),
        None => Select::of(&format!("{from} LIMIT 1"), values![account, &city.id, canonical]),
    }
}

/// Whether a car's stay is still open and none of its tickets is this account's.
pub(crate) fn is_of_another(
    tx: &mut dyn Tx,
    (account, now): (AccountId, DateTime<Utc>),
    (city, canonical): (&City, &str),
    stay: Option<&StoredStay>,
) -> Outcome<bool> {
    let Some(stay) = stay.map(|kept| &kept.stay).filter(|stay| stay.is_open(now)) else { return Ok(false) };
    Ok(tx.first(own_ticket(account, city, canonical, Some((&stay.zone, stay.started_at))))?.is_none())
}

/// Prices of an hour that show something of somebody else's stay (ADR 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParkingLimits {
    /// In so many may one account see that somebody else bought a car's stay.
    pub others_stays_per_account: i64,
    /// So many accounts may see it of one car.
    pub accounts_per_others_stay: i64,
}

impl Default for ParkingLimits {
    fn default() -> Self {
        Self { others_stays_per_account: 12, accounts_per_others_stay: 3 }
    }
}

impl Limits for ParkingLimits {}

/// Whether a price in this city shows what limits the car; where a driver's own stay alone counts,
/// only when the ticket begins.
pub(crate) fn limits_car(city: &City) -> Outcome<bool> {
    Ok(stays::stay_per(city)? != StayPer::User)
}

/// Counts a price that shows something of another account's stay, and refuses one too many. Who has
/// bought a ticket for this car before is not kept away from it by others who ask.
pub(crate) fn count(tx: &mut dyn Tx, asked: &Asked<'_>, canonical: &str) -> Outcome<()> {
    let Asked { operator, now, city, account, .. } = *asked;
    let (id, car) = (account.to_string(), format!("{}/{canonical}", city.id));
    let limits: ParkingLimits = operator.limits();
    let by_account = Limit { kind: "others_stay", subject: &id, most: limits.others_stays_per_account };
    by_account.check(tx, now)?;
    let pair = format!("{id}/{car}");
    let asks = Limit { kind: "asks_for_car", subject: &pair, most: 1 };
    if !asks.is_known(tx, now)? && tx.first(own_ticket(account, city, canonical, None))?.is_none() {
        let by_car = Limit { kind: "car_asked_for", subject: &car, most: limits.accounts_per_others_stay };
        by_car.check(tx, now)?;
        by_car.count(tx, operator, now)?;
        asks.count(tx, operator, now)?;
    }
    by_account.count(tx, operator, now)
}

/// Notices that tell how much can be had, and not of what.
pub(crate) fn notices(notices: &[RulesNotice]) -> Vec<Notice> {
    let told = notices.iter().map(|notice| match notice {
        RulesNotice::Clipped { asked, offered, .. } => {
            purchase::notice(&RulesNotice::ClippedByAnother { asked: *asked, offered: *offered })
        }
        other => purchase::notice(other),
    });
    told.collect()
}

/// A refusal of another account's stay: that nothing can be had, and no moment.
pub(crate) fn refusal(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::LimitReached { .. } | Refusal::NoReturn { .. } => {
            Problem::new(ProblemCode::LimitReached, "this car can have no more time in this zone now").into()
        }
        other => other.into(),
    }
}
