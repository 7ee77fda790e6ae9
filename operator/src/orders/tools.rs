//! What only the operator's own tools do to a daily order.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::orders::driver::Order;

use crate::kernel::grants::{self, Logged, TOOL};
use crate::kernel::operator::{Operator, acted};
use crate::kernel::store::Store;
use crate::orders::driver;

impl Operator {
    /// Marks a daily order as paid at a counter, a bank or the post (BG-18); the reason
    /// stands in the audit log.
    ///
    /// # Errors
    /// `not_found`, `order_already_paid`, `order_not_payable` when it was withdrawn, or the store's
    /// trouble.
    pub fn order_paid_elsewhere(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        order: &str,
        reason: &str,
    ) -> Result<Order, Problem> {
        acted(store, |tx| {
            let paid = driver::paid_elsewhere(tx, self, now, order)?;
            let logged = Logged { actor: TOOL, action: "order.paid_elsewhere", subject: order, note: reason };
            grants::log(tx, self, now, &logged)?;
            Ok(paid)
        })
    }

    /// Withdraws a daily order that is not paid.
    ///
    /// # Errors
    /// As [`Operator::order_paid_elsewhere`].
    pub fn cancel_order(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        order: &str,
        reason: &str,
    ) -> Result<Order, Problem> {
        acted(store, |tx| {
            let cancelled = driver::cancel(tx, self, now, order)?;
            let logged = Logged { actor: TOOL, action: "order.cancelled", subject: order, note: reason };
            grants::log(tx, self, now, &logged)?;
            Ok(cancelled)
        })
    }
}
