//! Partners: what was agreed with a carrier, what it is told of the rides in its vehicles, and what
//! is settled with it.

mod reports;
mod settling;
mod sums;
pub(crate) mod tables;
mod terms;
mod tools;

use mesto_protocol::kernel::grants::Role;
use mesto_protocol::partners as wire;
use mesto_rules::City;
use mesto_rules::rides::RidesSection;

use crate::kernel::service::{Check, Service};

pub use tools::{TermsOfPartner, TermsToTell};

/// The service in the ledger.
const NAME: &str = wire::SERVICE.name;
/// A settlement in the ledger, with its id.
const SETTLEMENT: &str = "partners.settlement";

pub(crate) const SERVICE: Service = Service {
    operations: &[reports::OPERATIONS],
    tables: &[tables::TERMS, tables::SETTLEMENTS, tables::LINES, tables::RIDES],
    places: Some(carriers),
    audit: &[
        Check {
            fault: "settlement {} is not the sum of its rides",
            sql: "SELECT id FROM (SELECT partner_settlement.id AS id, rides, gross, refunded, (SELECT COUNT(*) FROM partner_ride WHERE settlement = partner_settlement.id) - (SELECT COUNT(*) FROM partner_ride WHERE taken_back = partner_settlement.id) AS counted, (SELECT COALESCE(SUM(fare), 0) FROM partner_ride WHERE settlement = partner_settlement.id) AS fares, (SELECT COALESCE(SUM(fare), 0) FROM partner_ride WHERE taken_back = partner_settlement.id) AS back FROM partner_settlement) AS sums WHERE rides <> counted OR gross <> fares OR refunded <> back LIMIT 1",
        },
        Check {
            fault: "settlement {} is not the sum of its lines",
            sql: "SELECT id FROM partner_settlement WHERE rides <> (SELECT COALESCE(SUM(rides), 0) FROM partner_line WHERE settlement = partner_settlement.id) OR persons <> (SELECT COALESCE(SUM(persons), 0) FROM partner_line WHERE settlement = partner_settlement.id) OR gross - refunded - taken - commission <> payable OR gross <> (SELECT COALESCE(SUM(gross), 0) FROM partner_line WHERE settlement = partner_settlement.id) OR refunded <> (SELECT COALESCE(SUM(refunded), 0) FROM partner_line WHERE settlement = partner_settlement.id) OR taken <> (SELECT COALESCE(SUM(taken), 0) FROM partner_line WHERE settlement = partner_settlement.id) OR commission <> (SELECT COALESCE(SUM(commission), 0) FROM partner_line WHERE settlement = partner_settlement.id) OR payable <> (SELECT COALESCE(SUM(payable), 0) FROM partner_line WHERE settlement = partner_settlement.id) LIMIT 1",
        },
        Check {
            fault: "settlement {} and the ledger differ",
            sql: "SELECT id FROM (SELECT partner_settlement.id AS id, payable, commission, gross - refunded - taken AS sold, (SELECT COALESCE(SUM(ledger_leg.amount), 0) FROM ledger_entry JOIN ledger_leg ON ledger_leg.entry = ledger_entry.id WHERE ledger_entry.kind = 'partners.settlement' AND ledger_entry.reference = partner_settlement.id AND ledger_leg.kind = 'payable' AND ledger_leg.service = 'partners' AND ledger_leg.city = partner_settlement.city AND ledger_leg.provider = partner_settlement.carrier) AS owed, (SELECT COALESCE(SUM(ledger_leg.amount), 0) FROM ledger_entry JOIN ledger_leg ON ledger_leg.entry = ledger_entry.id WHERE ledger_entry.kind = 'partners.settlement' AND ledger_entry.reference = partner_settlement.id AND ledger_leg.kind = 'revenue' AND ledger_leg.service = 'partners' AND ledger_leg.city = partner_settlement.city) AS kept, (SELECT COALESCE(SUM(ledger_leg.amount), 0) FROM ledger_entry JOIN ledger_leg ON ledger_leg.entry = ledger_entry.id WHERE ledger_entry.kind = 'partners.settlement' AND ledger_entry.reference = partner_settlement.id AND ledger_leg.kind = 'revenue' AND ledger_leg.service IN ('rides', 'cards') AND ledger_leg.city = partner_settlement.city) AS revenue FROM partner_settlement) AS booked WHERE owed <> -payable OR kept <> -commission OR revenue <> sold LIMIT 1",
        },
        Check {
            fault: "entry {} is of a settlement that does not exist",
            sql: "SELECT id FROM ledger_entry WHERE kind = 'partners.settlement' AND NOT EXISTS (SELECT 1 FROM partner_settlement WHERE partner_settlement.id = ledger_entry.reference) LIMIT 1",
        },
        Check {
            fault: "the settlements of the carrier of {} have a gap",
            sql: "SELECT MIN(id) AS id FROM partner_settlement GROUP BY city, carrier HAVING MIN(number) <> 1 OR MAX(number) <> COUNT(*) LIMIT 1",
        },
        Check {
            fault: "ride {} is settled with another sum or carrier than it has",
            sql: "SELECT ride.id AS id FROM partner_ride JOIN ride ON ride.id = partner_ride.ride WHERE partner_ride.fare <> ride.price - ride.card_fee OR partner_ride.carrier <> ride.carrier OR partner_ride.persons <> ride.persons LIMIT 1",
        },
        Check {
            fault: "ride {} of a card or ticket is settled with another sum or carrier than it has",
            sql: "SELECT ride_registered.ride AS id FROM partner_ride JOIN ride_registered ON ride_registered.ride = partner_ride.ride LEFT JOIN card_ride ON card_ride.ride = ride_registered.ride WHERE partner_ride.fare <> COALESCE(card_ride.price, ride_registered.amount) OR partner_ride.carrier <> ride_registered.carrier LIMIT 1",
        },
        Check {
            fault: "ride {} by a card was charged before its carrier was settled with, and is in no settlement",
            sql: "SELECT card_ride.ride AS id FROM card_ride JOIN ride_registered ON ride_registered.ride = card_ride.ride JOIN partner_settlement ON partner_settlement.city = ride_registered.city AND partner_settlement.carrier = ride_registered.carrier AND partner_settlement.from_on <= ride_registered.service_day AND partner_settlement.to_on >= ride_registered.service_day WHERE card_ride.is_charged = 1 AND NOT EXISTS (SELECT 1 FROM partner_ride WHERE partner_ride.ride = card_ride.ride) AND card_ride.charged_at < (SELECT MAX(latest.closed_at) FROM partner_settlement AS latest WHERE latest.city = partner_settlement.city AND latest.carrier = partner_settlement.carrier) LIMIT 1",
        },
        Check {
            fault: "ride {} was taken back from its carrier and stands",
            sql: "SELECT partner_ride.ride AS id FROM partner_ride LEFT JOIN ride ON ride.id = partner_ride.ride LEFT JOIN ride_registered ON ride_registered.ride = partner_ride.ride WHERE partner_ride.taken_back IS NOT NULL AND (ride.state <> 'voided' OR ride_registered.is_void = 0) LIMIT 1",
        },
    ],
    ..Service::of(&wire::SERVICE)
};

/// A partner acts for a carrier.
fn carriers<'a>(city: &'a City, role: &Role) -> Vec<&'a str> {
    if *role != Role::Partner {
        return Vec::new();
    }
    let rides = city.section::<RidesSection>();
    rides.map_or_else(|_| Vec::new(), |rides| rides.carriers.iter().map(|one| one.id.as_str()).collect())
}
