//! What was agreed with a carrier: told by the operator's tools, from a service day on.

use chrono::NaiveDate;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::rides::{CarrierId, RidesSection};

use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::store::{Select, Tx};
use crate::partners::tables::{SettlementRow, TermsRow};
use crate::values;

/// A carrier of a city, or a refusal that names those that are there.
pub(super) fn carrier_of(city: &City, typed: &str) -> Outcome<CarrierId> {
    let rides = city.section::<RidesSection>()?;
    let carrier = CarrierId::new(typed).ok().filter(|carrier| rides.carrier(carrier).is_some());
    carrier.ok_or_else(|| {
        let known: Vec<&str> = rides.carriers.iter().map(|carrier| carrier.id.as_str()).collect();
        let detail = format!("this carrier is not in the city; these are: {}", known.join(", "));
        Problem::new(ProblemCode::CarrierUnknown, detail).with("known", known).into()
    })
}

/// Everything that was agreed with a carrier, oldest first.
pub(super) struct Agreed(pub Vec<TermsRow>);

impl Agreed {
    pub fn with(tx: &mut dyn Tx, city: &City, carrier: &CarrierId) -> Outcome<Self> {
        Ok(Self(tx.all(Select::of(
            "FROM partner_terms WHERE partner_terms.city = $1 AND partner_terms.carrier = $2 ORDER BY partner_terms.from_on",
            values![&city.id, carrier],
        ))?))
    }

    /// The terms of a service day.
    pub fn on(&self, day: NaiveDate) -> Option<&TermsRow> {
        self.0.iter().rev().find(|terms| terms.from_on <= day)
    }

    /// The terms of a service day, or a refusal that says from when on there are any.
    pub fn needed_on(&self, carrier: &CarrierId, day: NaiveDate) -> Outcome<&TermsRow> {
        self.on(day).ok_or_else(|| self.missing(carrier))
    }

    /// The first day for which something was agreed.
    pub fn begun(&self, carrier: &CarrierId) -> Outcome<NaiveDate> {
        self.0.first().map(|terms| terms.from_on).ok_or_else(|| self.missing(carrier))
    }

    fn missing(&self, carrier: &CarrierId) -> Failure {
        let first = self.0.first().map(|terms| terms.from_on);
        let detail = match first {
            Some(first) => format!("nothing was agreed with {carrier} before {first}"),
            None => format!("nothing was agreed with {carrier}; tell its terms first"),
        };
        Problem::new(ProblemCode::PartnerTermsMissing, detail).with("from", first).into()
    }

    /// When the next terms after those of a day begin.
    pub fn next_after(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.0.iter().map(|terms| terms.from_on).find(|from| *from > day)
    }
}

/// The last settlement of a carrier.
pub(super) fn last_settlement(tx: &mut dyn Tx, city: &City, carrier: &CarrierId) -> Outcome<Option<SettlementRow>> {
    Ok(tx.first(Select::of(
        "FROM partner_settlement WHERE partner_settlement.city = $1 AND partner_settlement.carrier = $2 ORDER BY partner_settlement.number DESC LIMIT 1",
        values![&city.id, carrier],
    ))?)
}
