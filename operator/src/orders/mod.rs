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
use crate::kernel::retention::{before, section_of};
use crate::kernel::service::{Check, Service};
use crate::kernel::store::{Tx, Write};
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

fn erase_old(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Outcome<()> {
    for city in operator.cities.values() {
        let Some(orders) = section_of::<OrdersSection>(city)? else { continue };
        let kept = &orders.retention;
        tx.write(Write::sql(
            "plate_check",
            "DELETE FROM plate_check WHERE city = $1 AND at < $2",
            values![city.id.as_str(), before(now, kept.plate_checks_days)],
        ))?;
        // The plate of an order that is still owed says who owes it.
        let settled = "SELECT id FROM daily_order WHERE city = $1 AND state <> 'issued' AND valid_until < $2";
        for table in ["order_plate", "order_proof"] {
            let sql = format!("DELETE FROM {table} WHERE daily_order IN ({settled})");
            tx.write(Write::sql(table, &sql, values![city.id.as_str(), before(now, kept.orders_days)]))?;
        }
    }
    Ok(())
}
