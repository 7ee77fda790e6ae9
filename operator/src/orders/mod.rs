//! Daily parking ticket orders: an inspector issues one, a driver pays it.

pub(crate) mod control;
pub(crate) mod driver;
pub(crate) mod proofs;
mod tools;

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::orders::{self as wire, control as control_wire, driver as driver_wire};
use mesto_rules::orders::OrdersSection;
pub use proofs::OrderLimits;
use serde_json::{Value, json};

use crate::base::payments::sells::Sells;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{before, section_of};
use crate::kernel::service::{Check, Erasure, Export, Service, Table, serve};
use crate::kernel::store::{Tx, Write};
use crate::values;

/// The service in the ledger.
const NAME: &str = wire::SERVICE.name;

pub(crate) const SERVICE: Service = Service {
    operations: &[
        serve!(get driver_wire::LIST => driver::list),
        serve!(post driver_wire::SLIP => proofs::by_slip),
        serve!(get control_wire::CHECK => control::check),
        serve!(action control_wire::ISSUE => control::issue, again driver::issued_again)
            .prefetching(control::prefetch)
            .also_locking(control::also_locks),
    ],
    due: &[driver::TELL_OTHERS],
    section: Some(driver::section),
    tables: &[
        Table {
            name: "daily_order",
            export: Export::Made { called: "orders", by: exported },
            erasure: Erasure::Excused("belongs to the books; names no driver, the plate stands elsewhere"),
        },
        Table {
            name: "order_plate",
            export: Export::Excused("told with the orders"),
            erasure: Erasure::WithTime("the plate of an order that is still owed says who owes it"),
        },
        Table {
            name: "order_proof",
            export: Export::Excused("told with the orders"),
            erasure: Erasure::AtClosing(&["DELETE FROM order_proof WHERE account = $1"]),
        },
        Table {
            name: "plate_check",
            export: Export::Excused("what an inspector did; a plate is not the driver's alone"),
            erasure: Erasure::WithTime("evidence of a check, kept as long as the city says"),
        },
    ],
    retention: Some(erase_old),
    audit: &[Check {
        fault: "order {} and its payment in the ledger differ",
        sql: "SELECT id FROM daily_order WHERE (state = 'paid' AND paid_by IS NOT NULL) <> EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'orders.order' AND reference = daily_order.id) LIMIT 1",
    }],
    ..Service::of(&wire::SERVICE)
};

pub(crate) const SELLS: Sells = Sells {
    service: NAME,
    price: driver::price,
    deliver: driver::deliver,
    outcome: driver::outcome,
    prefetch: driver::prefetch,
};

fn exported(tx: &mut dyn Tx, account: AccountId, now: DateTime<Utc>) -> Outcome<Value> {
    Ok(json!(driver::all(tx, account, now)?))
}

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
