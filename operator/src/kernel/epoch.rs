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
    /// What the operator of this store is called, and the root key that its apps compile in: one
    /// row, written when it is served first.
    pub(crate) struct CalledRow in "called" {
        name: String,
        issuer: OperatorName,
        /// base64url, as `root.public` has it.
        root_key: String,
    }
}

pub(crate) const CALLED: Table = Table {
    name: "called",
    export: Export::Excused("one row about the store as a whole"),
    erasure: Erasure::Excused("says nothing about a person"),
};

/// Why a store is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnownError {
    /// Its codes, and what phones keep, are of another name.
    #[error("this store is {known}'s, and would be served as {wanted}")]
    AnotherName { known: OperatorName, wanted: OperatorName },
    /// Its apps believe another root key, and nothing that these keys sign.
    #[error("this store is of the root key {known}, and would be served by keys of the root key {wanted}")]
    AnotherRoot { known: String, wanted: String },
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
    /// Says in the store what this operator is called and of which root key its keys are, the first
    /// time it is served; later both have to be the same.
    ///
    /// # Errors
    /// [`KnownError`]
    pub fn is_known_to(&self, store: &dyn Store) -> Result<(), KnownError> {
        let (wanted, root) = (self.config.issuer.clone(), self.keys().root_text());
        let known = transact(store, |tx| match tx.first(find!(CalledRow { name: STORE }))? {
            Some(row) => Ok(row),
            None => {
                let row = || CalledRow { name: STORE.to_owned(), issuer: wanted.clone(), root_key: root.clone() };
                tx.write(Write::insert(row()))?;
                Ok(row())
            }
        })?;
        if known.issuer != wanted {
            return Err(KnownError::AnotherName { known: known.issuer, wanted });
        }
        if known.root_key != root {
            return Err(KnownError::AnotherRoot { known: known.root_key, wanted: root });
        }
        Ok(())
    }

    /// The root key that a store remembers, as text; `None` where it was never served.
    ///
    /// # Errors
    /// When the store fails.
    pub fn root_key_of(&self, store: &dyn Store) -> Result<Option<String>, StoreError> {
        transact(store, |tx| Ok(tx.first(find!(CalledRow { name: STORE }))?.map(|row| row.root_key)))
    }

    /// Lets a store be served by these keys from now on, although it was by those of another root
    /// key; which one that was. `None`, and nothing is written, where it was not, or never served.
    ///
    /// # Errors
    /// When the store fails.
    pub fn adopt_root_key(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        reason: &str,
    ) -> Result<Option<String>, StoreError> {
        let now = whole_millis(now);
        let root = self.keys().root_text();
        let before = transact(store, |tx| {
            let row = tx.first(find!(CalledRow { name: STORE }))?;
            let Some(before) = row.map(|row| row.root_key).filter(|before| *before != root) else { return Ok(None) };
            let logged = Logged { actor: grants::TOOL, action: "store.root_key_adopted", subject: &root, note: reason };
            grants::log(tx, self, now, &logged).map_err(Failure::into_store_error)?;
            tx.write(update!(CalledRow { name: STORE } set { root_key: root.clone() }))?;
            Ok(Some(before))
        })?;
        if before.is_some() {
            tracing::warn!(root_key = root, "the store is of another root key now");
        }
        Ok(before)
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
            let logged = Logged { actor: grants::TOOL, action: "store.restored", subject: &id.to_string(), note: "" };
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
