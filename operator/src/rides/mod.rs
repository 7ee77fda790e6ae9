//! Rides: which vehicle a sign belongs to, which trip it makes, and the rides that are registered
//! in it.

pub(crate) mod codes;
pub(crate) mod found;
mod price;
pub(crate) mod refusal;
pub(crate) mod riders;
pub(crate) mod sales;
pub(crate) mod tables;
mod tools;
pub(crate) mod vehicles;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::rides as wire;
use mesto_rules::rides::RidesSection;

use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{Rule, before, section_of};
use crate::kernel::service::{Check, Service};
use crate::values;

pub use found::RideLimits;
pub use tools::RideDisputed;

/// The service in the ledger.
pub(crate) const NAME: &str = wire::SERVICE.name;
/// Movements of a ride in the ledger, with its id.
const RIDE: &str = "rides.ride";
const REFUND: &str = "rides.refund";

pub(crate) const SERVICE: Service = Service {
    operations: &[riders::OPERATIONS, codes::OPERATIONS, vehicles::OPERATIONS],
    section: Some(riders::section),
    tables: &[
        tables::VEHICLES,
        tables::TRIPS,
        tables::SIGNS,
        tables::TERMINALS,
        tables::RIDES,
        tables::REDUCED,
        tables::CODES,
        tables::DISPUTES,
    ],
    retention: Some(erase_old),
    audit: &[
        Check {
            fault: "ride {} and its payment in the ledger differ",
            sql: "SELECT id FROM ride WHERE sale IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry JOIN ledger_leg ON ledger_leg.entry = ledger_entry.id WHERE ledger_entry.kind = 'rides.ride' AND ledger_entry.reference = ride.id AND ledger_leg.kind = 'revenue' AND ledger_leg.service = 'rides' AND ledger_leg.city = ride.city AND ledger_leg.amount = -ride.price AND ledger_leg.currency = ride.currency) LIMIT 1",
        },
        Check {
            fault: "entry {} charges for a ride that was not registered",
            sql: "SELECT id FROM ledger_entry WHERE kind = 'rides.ride' AND NOT EXISTS (SELECT 1 FROM ride WHERE ride.id = ledger_entry.reference) LIMIT 1",
        },
        Check {
            fault: "ride {} was voided and its price was not given back, or the other way round",
            sql: "SELECT id FROM ride WHERE sale IS NOT NULL AND price > 0 AND (state = 'voided') <> EXISTS (SELECT 1 FROM refund WHERE refund.payment = 'py' || SUBSTR(ride.sale, 3) AND refund.reason = 'voided' AND refund.amount = ride.price) LIMIT 1",
        },
        Check {
            fault: "ride {} is disputed and nobody said why, or a dispute of it is open and it does not say so",
            sql: "SELECT id FROM ride WHERE (state = 'disputed') <> EXISTS (SELECT 1 FROM ride_dispute WHERE ride_dispute.ride = ride.id AND ride_dispute.decided_at IS NULL) LIMIT 1",
        },
    ],
    ..Service::of(&wire::SERVICE)
};

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let mut rules = Vec::new();
    for city in operator.cities.values() {
        let Some(rides) = section_of::<RidesSection>(city)? else { continue };
        let old = values![city.id.as_str(), before(now, rides.retention.rides_days)];
        rules.push(Rule::deleted("ride_code", &["ride"], "ride_code.city = $1 AND ride_code.ends_at < $2", old));
        let decided = "ride_dispute.city = $1 AND ride_dispute.decided_at < $2";
        rules.push(Rule::deleted("ride_dispute", &["ride"], decided, old));
        let day = city.local_day(now - TimeDelta::days(rides.retention.rides_days.into()));
        let reduced = values![city.id.as_str(), day.to_string()];
        let which = "ride_reduced.city = $1 AND ride_reduced.service_day < $2";
        rules.push(Rule::deleted("ride_reduced", &["ride", "ordinal"], which, reduced));
        rules.push(Rule::deleted("transit_trip", &["id"], "transit_trip.city = $1 AND transit_trip.ends_at < $2", old));
    }
    Ok(rules)
}
