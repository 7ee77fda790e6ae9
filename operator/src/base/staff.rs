//! What only the operator's own tools do: staff, the outbox, the books.

use chrono::{DateTime, Utc};
use mesto_protocol::base::sign_in::Role;

use crate::base::messages::{self, Message};
use crate::base::sign_in;
use crate::base::sign_in::PersonRow;
use crate::kernel::failure::Failure;
use crate::kernel::ledger::{self, LedgerBalance, LedgerFault};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Store, StoreError, Write, transact};

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
                let account = sign_in::create(tx, self, now, role.try_into()?)?;
                let name = Some(name.to_owned());
                tx.write(Write::insert(PersonRow { account: account.clone(), phone: None, name, created_at: now }))?;
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

    /// The sum of every ledger account, those of different holders as one; debits are positive.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ledger_balances(&self, store: &dyn Store) -> Result<Vec<LedgerBalance>, StoreError> {
        transact(store, ledger::balances)
    }

    /// Audits the ledger; see [`ledger::audit`].
    ///
    /// # Errors
    /// The first fault.
    pub fn audit_ledger(&self, store: &dyn Store) -> Result<(), LedgerFault> {
        transact(store, |tx| Ok(ledger::audit(tx)))?
    }
}
