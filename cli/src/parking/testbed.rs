//! What is counted of parking beside the books.

use mesto_operator::{StoreError, Tx};

/// How many tickets were sold.
///
/// # Errors
/// When the store fails.
pub fn sold(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    tx.query("SELECT COUNT(*) AS count FROM ticket", &[])?.first().map_or(Ok(0), |row| row.get("count"))
}
