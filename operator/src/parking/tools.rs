//! What only the operator's own tools do to a ticket.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::parking::tickets::Ticket;

use crate::kernel::grants::{self, Logged, TOOL};
use crate::kernel::operator::{Operator, acted};
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
        acted(store, |tx| {
            let voided = tickets::void(tx, self, now, ticket)?;
            let logged = Logged { actor: TOOL, action: "ticket.voided", subject: ticket, note: reason };
            grants::log(tx, self, now, &logged)?;
            Ok(voided)
        })
    }
}
