//! Daily parking ticket orders: an inspector issues one, a driver pays it.

pub(crate) mod driver;
pub(crate) mod inspectors;
pub(crate) mod proofs;
mod tools;

use chrono::{DateTime, Utc};
use mesto_protocol::orders as wire;
use mesto_rules::orders::OrdersSection;
pub use proofs::OrderLimits;

use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{Rule, before, section_of};
use crate::kernel::service::{Check, Service};
use crate::values;

/// The service in the ledger.
const NAME: &str = wire::SERVICE.name;

pub(crate) const SERVICE: Service = Service {
    operations: &[driver::OPERATIONS, proofs::OPERATIONS, inspectors::OPERATIONS],
    due: &[driver::TELL_OTHERS],
    section: Some(driver::section),
    tables: &[driver::TABLE, driver::PLATE_TABLE, proofs::TABLE, inspectors::TABLE],
    retention: Some(erase_old),
    audit: &[Check {
        fault: "order {} and its payment in the ledger differ",
        sql: "SELECT id FROM daily_order WHERE (state = 'paid' AND paid_by IS NOT NULL) <> EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'orders.order' AND reference = daily_order.id) LIMIT 1",
    }],
    ..Service::of(&wire::SERVICE)
};

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let mut rules = Vec::new();
    for city in operator.cities.values() {
        let Some(orders) = section_of::<OrdersSection>(city)? else { continue };
        let kept = &orders.retention;
        let checks = values![city.id.as_str(), before(now, kept.plate_checks_days)];
        rules.push(Rule::deleted("plate_check", &["id"], "plate_check.city = $1 AND plate_check.at < $2", checks));
        // The plate of an order that is still owed says who owes it.
        let settled = "daily_order.city = $1 AND daily_order.state <> 'issued' AND daily_order.valid_until < $2";
        let old = values![city.id.as_str(), before(now, kept.orders_days)];
        for (table, key) in [("order_plate", &["daily_order"][..]), ("order_proof", &["account", "daily_order"])] {
            let of = format!("SELECT 1 FROM daily_order WHERE daily_order.id = {table}.daily_order AND {settled}");
            rules.push(Rule::deleted(table, key, &format!("({of}) = 1"), old));
        }
    }
    Ok(rules)
}
