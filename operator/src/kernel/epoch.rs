//! The epoch of the store: which history of the books this is, and since when it is remembered
//! without a gap.
//!
//! It is made with the first account, and anew whenever the store is put back from a copy or a
//! replica that lagged takes over: what was told and executed since the copy is then unknown here.
//! Cursors carry it, so that a reader of another epoch reads his account as a whole; a key from
//! before it that is not found may have been executed all the same.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::EpochId;
use mesto_protocol::kernel::operator_name::OperatorName;

use crate::kernel::failure::Failure;
use crate::kernel::grants::{self, Logged};
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::signed_codes;
use crate::kernel::store::{RESTORING, Store, StoreError, Tx, Write, transact};
use crate::{find, table, update};

/// The one row.
pub(crate) const STORE: &str = "store";

table! {
    pub(crate) struct EpochRow in "epoch" {
        name: String,
        id: EpochId,
        began_at: DateTime<Utc>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "epoch",
    export: Export::Excused("one row about the store as a whole"),
    erasure: Erasure::Excused("says nothing about a person"),
};

table! {
    /// What the operator of this store is called: one row, written when it is served first.
    pub(crate) struct CalledRow in "called" {
        name: String,
        issuer: OperatorName,
    }
}

pub(crate) const CALLED: Table = Table {
    name: "called",
    export: Export::Excused("one row about the store as a whole"),
    erasure: Erasure::Excused("says nothing about a person"),
};

/// Why a store is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Its codes, and what phones keep, are of another name.
    #[error("this store is {known}'s, and would be served as {wanted}")]
    Another { known: OperatorName, wanted: OperatorName },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the epoch, if there is none yet. Who makes it at the same moment collides, and then finds
/// it.
pub(crate) fn ensure(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Result<(), StoreError> {
    if tx.first(find!(EpochRow { name: STORE }))?.is_some() {
        return Ok(());
    }
    tx.write(Write::insert(EpochRow { name: STORE.to_owned(), id: operator.new_id(now), began_at: now }))
}

/// The epoch that runs now. It was made with the first account.
pub(crate) fn current(tx: &mut dyn Tx) -> Result<EpochRow, StoreError> {
    tx.first(find!(EpochRow { name: STORE }))?.ok_or_else(|| StoreError::unreadable("epoch", "there is none"))
}

impl Operator {
    /// Says in the store what this operator is called, the first time it is served; later it has to
    /// be called the same.
    ///
    /// # Errors
    /// [`NameError`]
    pub fn is_called(&self, store: &dyn Store) -> Result<(), NameError> {
        let wanted = self.config.issuer.clone();
        let known = transact(store, |tx| match tx.first(find!(CalledRow { name: STORE }))? {
            Some(row) => Ok(row.issuer),
            None => {
                tx.write(Write::insert(CalledRow { name: STORE.to_owned(), issuer: wanted.clone() }))?;
                Ok(wanted.clone())
            }
        })?;
        if known == wanted { Ok(()) } else { Err(NameError::Another { known, wanted }) }
    }

    /// Begins a new epoch: the store was put back from a copy, or a replica that may have lagged
    /// took over. Every phone then reads its account as a whole, and no key from before is told
    /// to be unused. Returns its id.
    ///
    /// # Errors
    /// When the store fails.
    pub fn begin_epoch(&self, store: &dyn Store, now: DateTime<Utc>) -> Result<EpochId, StoreError> {
        let now = whole_millis(now);
        let id: EpochId = self.new_id(now);
        transact(store, |tx| {
            let logged = Logged { actor: "tool", action: "store.restored", subject: &id.to_string(), note: "" };
            grants::log(tx, self, now, &logged).map_err(Failure::into_store_error)?;
            match tx.first(find!(EpochRow { name: STORE }))? {
                Some(_) => tx.write(update!(EpochRow { name: STORE } set { id: id, began_at: now }))?,
                None => tx.write(Write::insert(EpochRow { name: STORE.to_owned(), id, began_at: now }))?,
            }
            signed_codes::changed(tx, now)?;
            // From here on it is served.
            tx.execute(&format!("DROP TABLE IF EXISTS {RESTORING}"), &[])
        })?;
        tracing::warn!("a new epoch began: every phone reads its account as a whole");
        Ok(id)
    }
}
