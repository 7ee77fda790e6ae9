//! The epoch of the store: which history of the books this is, and since when it is remembered without a gap.
//!
//! It is made with the first account, and anew whenever the store is put back from a copy or a replica that lagged takes
//! over: what was told and executed since the copy is then unknown here. Cursors carry it, so that a reader of another
//! epoch reads his account as a whole; a key from before it that is not found may have been executed all the same.

use chrono::{DateTime, Utc};

use crate::failure::Outcome;
use crate::store::{Store, StoreError, Tx, transact};
use crate::{Operator, text, values};

/// The one row.
const STORE: &str = "store";

/// Makes the epoch, if there is none yet.
pub(crate) fn ensure(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO epoch (place, id, began_at) VALUES ($1, $2, $3) ON CONFLICT (place) DO NOTHING",
        values![STORE, &operator.id("ep", now), now.timestamp_millis()],
    )?;
    Ok(())
}

/// When it began.
pub(crate) fn began_at(tx: &mut dyn Tx) -> Outcome<DateTime<Utc>> {
    let rows = tx.query("SELECT began_at FROM epoch WHERE place = $1", values![STORE])?;
    let row = rows.first().ok_or_else(|| StoreError::unreadable("epoch", "there is none"))?;
    Ok(text::time(row.int(0)?)?)
}

impl Operator {
    /// Begins a new epoch: the store was put back from a copy, or a replica that may have lagged took over. Every phone
    /// then reads its account as a whole, and no key from before is told to be unused. Returns its id.
    ///
    /// # Errors
    /// When the store fails.
    pub fn begin_epoch(&self, store: &dyn Store, now: DateTime<Utc>) -> Result<String, StoreError> {
        let id = self.id("ep", now);
        transact(store, |tx| {
            ensure(tx, self, now)?;
            tx.write(
                "UPDATE epoch SET id = $2, began_at = $3 WHERE place = $1",
                values![STORE, &id, now.timestamp_millis()],
            )
        })?;
        tracing::warn!("a new epoch began: every phone reads its account as a whole");
        Ok(id)
    }
}
