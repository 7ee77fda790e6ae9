//! What a service keeps of what was bought of it.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::SaleId;
use mesto_protocol::kernel::json::Json;
use rusqlite::Connection as Database;

use super::store::{Stored, Tx};

/// Whether a sale of an outcome is counted in a price that was asked for at a moment.
pub type IsCounted = fn(&Json, SaleId, DateTime<Utc>) -> bool;

/// What a service that is sold does with its outcomes: what the operator says was bought.
pub struct Sold {
    /// Keeps an outcome; `false` when it has a shape of a later version. It may be an old one told
    /// again: what was heard since stays.
    pub keep: fn(&Tx<'_>, &Json) -> Stored<bool>,
    /// The outcome as it stands by what is stored now; `None` when it has a shape of a later
    /// version.
    pub stored: fn(&Database, &Json) -> Stored<Option<Json>>,
    /// Of a thing that is paid several times: whether this sale of an outcome is counted already in
    /// a price that was asked for at a moment of the operator's clock. Then that price is of what
    /// is owed besides. `None`: whoever buys the same thing again while it is open wants the same.
    pub is_counted: Option<IsCounted>,
}
