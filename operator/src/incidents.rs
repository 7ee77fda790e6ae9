//! Incidents: what a person at the operator has to look at. Kept until then, told once however often it happens.

use chrono::{DateTime, Utc};

use crate::store::{Store, StoreError, Tx, transact};
use crate::{Operator, text, values};

/// Something to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// `notice_contradicts`, `notice_amount`, `notice_unknown`.
    pub kind: String,
    /// What it is about: ids of the bank's payment and of the top-up. Never personal data.
    pub reference: String,
    /// What happened, in English.
    pub detail: String,
    /// When it happened first.
    pub at: DateTime<Utc>,
}

/// Keeps it, and says so in the log; the same again is not kept twice.
pub(crate) fn report(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    kind: &str,
    reference: &str,
    detail: &str,
) -> Result<(), StoreError> {
    tracing::error!(kind, reference, "{detail}; somebody has to look at it");
    tx.execute(
        "INSERT INTO incident (kind, reference, detail, at) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, reference) DO NOTHING",
        values![kind, reference, detail, now.timestamp_millis()],
    )?;
    Ok(())
}

impl Operator {
    /// What has to be looked at, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn incidents(&self, store: &dyn Store) -> Result<Vec<Incident>, StoreError> {
        transact(store, |tx| {
            tx.query("SELECT kind, reference, detail, at FROM incident ORDER BY at, kind, reference", &[])?
                .iter()
                .map(|row| {
                    Ok(Incident {
                        kind: row.string(0)?,
                        reference: row.string(1)?,
                        detail: row.string(2)?,
                        at: text::time(row.int(3)?)?,
                    })
                })
                .collect()
        })
    }
}
