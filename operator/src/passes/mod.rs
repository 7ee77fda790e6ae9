//! Benefits and passes: what clerks grant, what riders buy, and what of it holds for a ride.

pub(crate) mod clerks;
pub(crate) mod held;
pub(crate) mod holders;
pub(crate) mod sales;
pub(crate) mod tables;
mod tools;

use chrono::{DateTime, Utc};
use mesto_protocol::passes as wire;
use mesto_rules::passes::PassesSection;

use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{Rule, before, section_of};
use crate::kernel::service::{Check, Service};
use crate::values;

/// The service in the ledger.
const NAME: &str = wire::SERVICE.name;
/// Movements of a pass in the ledger, with its id.
const PASS: &str = "passes.pass";
const REFUND: &str = "passes.refund";

pub(crate) const SERVICE: Service = Service {
    operations: &[holders::OPERATIONS, clerks::OPERATIONS],
    section: Some(holders::section),
    tables: &[tables::BENEFITS, tables::PASSES],
    closing: Some(holders::closing),
    retention: Some(erase_old),
    audit: &[
        Check {
            fault: "pass {} and its payment in the ledger differ",
            sql: "SELECT id FROM transit_pass WHERE NOT EXISTS (SELECT 1 FROM ledger_entry JOIN ledger_leg ON ledger_leg.entry = ledger_entry.id WHERE ledger_entry.kind = 'passes.pass' AND ledger_entry.reference = transit_pass.id AND ledger_leg.kind = 'revenue' AND ledger_leg.service = 'passes' AND ledger_leg.city = transit_pass.city AND ledger_leg.amount = -transit_pass.price AND ledger_leg.currency = transit_pass.currency) LIMIT 1",
        },
        Check {
            fault: "entry {} charges for a pass that was not sold",
            sql: "SELECT id FROM ledger_entry WHERE kind = 'passes.pass' AND NOT EXISTS (SELECT 1 FROM transit_pass WHERE transit_pass.id = ledger_entry.reference) LIMIT 1",
        },
        Check {
            fault: "pass {} was given back and its price was not, or the other way round",
            sql: "SELECT id FROM transit_pass WHERE price > 0 AND (state = 'given_back') <> EXISTS (SELECT 1 FROM refund WHERE refund.payment = 'py' || SUBSTR(transit_pass.sale, 3) AND refund.reason = 'given_back' AND refund.amount = transit_pass.price) LIMIT 1",
        },
        Check {
            fault: "benefit {} holds from before it was granted, or after it ends",
            sql: "SELECT id FROM rider_benefit WHERE ends_at < granted_at OR revoked_at < granted_at OR (revoked_at IS NOT NULL AND ends_at > revoked_at) LIMIT 1",
        },
    ],
    ..Service::of(&wire::SERVICE)
};

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let mut rules = Vec::new();
    for city in operator.cities.values() {
        let Some(passes) = section_of::<PassesSection>(city)? else { continue };
        let old = values![city.id.as_str(), before(now, passes.retention.benefits_days)];
        let which = "rider_benefit.city = $1 AND rider_benefit.ends_at < $2";
        rules.push(Rule::deleted("rider_benefit", &["id"], which, old));
    }
    Ok(rules)
}
