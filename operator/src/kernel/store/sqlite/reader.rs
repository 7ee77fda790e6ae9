//! A SQLite store that is only looked at: it is not made, not migrated, not written to, and whoever
//! writes it waits for nobody here.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::super::migrate::{SchemaStatus, expect_current, status};
use super::{Database, SqliteSchema, SqliteTx, refused, roll_back, set_up};
use crate::kernel::store::{Store, StoreError, Work, contained};

/// A store for what only reads: each transaction sees one state of it.
pub struct SqliteReader {
    database: Mutex<Database>,
}

/// Opens a file that is there, for reading alone.
pub(super) fn read_only(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(refused)?;
    set_up(&connection, "PRAGMA cache_size = -65536;")?;
    Ok(connection)
}

impl SqliteReader {
    /// Opens a store of this version.
    ///
    /// # Errors
    /// When the file is not there, is no store or another version's ([`StoreError::Schema`]).
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = read_only(path)?;
        expect_current(&mut SqliteSchema(&connection))?;
        Ok(Self { database: Mutex::new(Database::new(connection)) })
    }
}

/// How far a store's schema is; nothing is changed.
///
/// # Errors
/// When the file is not there, or is not this program's.
pub(super) fn schema(path: &Path) -> Result<SchemaStatus, StoreError> {
    status(&mut SqliteSchema(&read_only(path)?))
}

impl Store for SqliteReader {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = &database.connection;
        roll_back(connection)?;
        // A state is chosen by the first question, and no lock is taken that a writer waits for.
        connection.execute_batch("BEGIN DEFERRED").map_err(refused)?;
        let outcome = contained(work)(&mut SqliteTx::new(&database));
        roll_back(connection).and(outcome)
    }
}
