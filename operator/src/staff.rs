//! What only the operator's own tools do: staff, the outbox, the books, tickets and orders that something happens to outside.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::api::{Order, Role, Ticket};
use mesto_rules::money::Money;

use crate::failure::{Failure, Outcome, store_problem};
use crate::ledger::{self, LedgerFault};
use crate::outbox::{self, Message};
use crate::store::{Store, StoreError, Tx, transact};
use crate::{Operator, auth, orders, tickets, values};

/// One transaction of a tool; a refusal leaves nothing of it.
fn acted<T>(store: &dyn Store, mut work: impl FnMut(&mut dyn Tx) -> Outcome<T>) -> Result<T, Problem> {
    let mut refused = None;
    let done = transact(store, |tx| match work(tx) {
        Ok(done) => Ok(done),
        Err(Failure::Store(error)) => Err(error),
        Err(Failure::Refused(problem)) => {
            refused = Some(*problem);
            Err(StoreError::GivenUp)
        }
    });
    done.map_err(|error| refused.unwrap_or_else(|| store_problem(&error)))
}

impl Operator {
    /// Makes an account of staff and returns its token, which is shown once and stored hashed.
    ///
    /// # Errors
    /// When the store fails.
    pub fn create_staff(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        role: Role,
        name: &str,
    ) -> Result<String, StoreError> {
        transact(store, |tx| {
            let token = (|| {
                let account = auth::create(tx, self, now, role)?;
                tx.execute(
                    "INSERT INTO person (account, name, created_at) VALUES ($1, $2, $3)",
                    values![&account, name, now.timestamp_millis()],
                )?;
                auth::issue_token(tx, self, now, &account, None)
            })();
            match token {
                Ok((token, _)) => Ok(token),
                Err(Failure::Store(error)) => Err(error),
                Err(Failure::Refused(problem)) => Err(StoreError::Broken(problem.detail)),
            }
        })
    }

    /// Takes a ticket back before its end and gives its price back.
    ///
    /// # Errors
    /// `not_found`, `ticket_not_active` when it is over, or the store's trouble.
    pub fn void_ticket(&self, store: &dyn Store, now: DateTime<Utc>, ticket: &str) -> Result<Ticket, Problem> {
        acted(store, |tx| tickets::void(tx, self, now, ticket))
    }

    /// Marks a daily order as paid at a counter, a bank or the post (BG-18).
    ///
    /// # Errors
    /// `not_found`, `order_already_paid`, `order_not_payable` when it was withdrawn, or the store's trouble.
    pub fn order_paid_elsewhere(&self, store: &dyn Store, now: DateTime<Utc>, order: &str) -> Result<Order, Problem> {
        acted(store, |tx| orders::paid_elsewhere(tx, self, now, order))
    }

    /// Withdraws a daily order that is not paid.
    ///
    /// # Errors
    /// As [`Operator::order_paid_elsewhere`].
    pub fn cancel_order(&self, store: &dyn Store, now: DateTime<Utc>, order: &str) -> Result<Order, Problem> {
        acted(store, |tx| orders::cancel(tx, self, now, order))
    }

    /// The messages sent to a number, oldest first. For the testbed and the demo; no request leads here.
    ///
    /// # Errors
    /// When the store fails.
    pub fn outbox(&self, store: &dyn Store, phone: &str) -> Result<Vec<Message>, StoreError> {
        transact(store, |tx| outbox::read(tx, phone))
    }

    /// The sum of every book, all deposits as one, by `book CURRENCY`; debits are positive.
    ///
    /// # Errors
    /// When the store fails.
    pub fn balances(&self, store: &dyn Store) -> Result<BTreeMap<String, Money>, StoreError> {
        transact(store, ledger::balances)
    }

    /// Checks the books; see [`ledger::check`].
    ///
    /// # Errors
    /// The first fault.
    pub fn check_ledger(&self, store: &dyn Store) -> Result<(), LedgerFault> {
        transact(store, |tx| Ok(ledger::check(tx)))?
    }
}
