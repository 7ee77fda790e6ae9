//! What a service keeps of what was bought of it.

use mesto_protocol::kernel::json::Json;
use rusqlite::Connection as Database;

use super::store::{Stored, Tx};

/// What a service that is sold does with its outcomes: what the operator says was bought.
pub struct Sold {
    /// Keeps an outcome; `false` when it has a shape of a later version. It may be an old one told
    /// again: what was heard since stays.
    pub keep: fn(&Tx<'_>, &Json) -> Stored<bool>,
    /// The outcome as it stands by what is stored now; `None` when it has a shape of a later
    /// version.
    pub stored: fn(&Database, &Json) -> Stored<Option<Json>>,
}
