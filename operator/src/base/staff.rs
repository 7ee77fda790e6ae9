//! What only the operator's own tools do: staff, the outbox, the books.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use mesto_protocol::base::sign_in::Role;
use mesto_rules::money::Money;

use crate::base::messages::{self, Message};
use crate::base::sign_in;
use crate::kernel::failure::Failure;
use crate::kernel::ledger::{self, LedgerFault};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Store, StoreError, transact};
use crate::values;

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
                let account = sign_in::create(tx, self, now, role)?;
                tx.execute(
                    "INSERT INTO person (account, name, created_at) VALUES ($1, $2, $3)",
                    values![&account, name, now.timestamp_millis()],
                )?;
                sign_in::issue_token(tx, self, now, &account, None)
            })();
            match token {
                Ok((token, _)) => Ok(token),
                Err(Failure::Store(error)) => Err(error),
                Err(Failure::Refused(problem)) => Err(StoreError::Broken(problem.detail)),
            }
        })
    }

    /// The messages sent to a number, oldest first. For the testbed and the demo; no request leads here.
    ///
    /// # Errors
    /// When the store fails.
    pub fn outbox(&self, store: &dyn Store, phone: &str) -> Result<Vec<Message>, StoreError> {
        transact(store, |tx| messages::read(tx, phone))
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
