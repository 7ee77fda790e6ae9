//! What only the operator's own tools do to a daily order.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::orders::driver::Order;

use crate::kernel::grants;
use crate::kernel::operator::Operator;
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
        grants::by_tool((store, self, now), ("order.paid_elsewhere", order, reason), |tx| {
            driver::paid_elsewhere(tx, self, now, order)
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
        grants::by_tool((store, self, now), ("order.cancelled", order, reason), |tx| {
            driver::cancel(tx, self, now, order)
        })
    }
}
