//! What only the operator's own tools do to a ticket.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::parking::tickets::Ticket;

use crate::kernel::grants;
use crate::kernel::operator::Operator;
use crate::kernel::store::Store;
use crate::parking::tickets;

impl Operator {
    /// Takes a ticket back before its end and gives its price back; the reason stands in the audit
    /// log.
    ///
    /// # Errors
    /// `not_found`, `ticket_not_active` when it is over, or the store's trouble.
    pub fn void_ticket(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        ticket: &str,
        reason: &str,
    ) -> Result<Ticket, Problem> {
        grants::by_tool((store, self, now), ("ticket.voided", ticket, reason), |tx| {
            tickets::void(tx, self, now, ticket)
        })
    }
}
