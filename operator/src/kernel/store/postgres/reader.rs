//! A Postgres store that is only looked at: on the primary or on a replica, without making or
//! migrating anything.

use std::sync::{Mutex, PoisonError};

use super::super::migrate::expect_current;
use super::{Connection, Manner, PostgresAddress, PostgresSchema};
use crate::kernel::store::{Store, StoreError, Work, contained};

/// A store for what only reads: each transaction sees one state of it. It holds one connection.
pub struct PostgresReader {
    connection: Mutex<Connection>,
}

/// Reports read whole tables, where requests walk along indexes; and a copy's transaction says
/// nothing for as long as the copy takes.
const FOR_REPORTS: &str = "SET idle_in_transaction_session_timeout = 0; SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on; SET plan_cache_mode = auto; SET enable_seqscan = on; SET enable_hashjoin = on; SET enable_mergejoin = on";

impl PostgresReader {
    /// Connects to a store of this version.
    ///
    /// # Errors
    /// When the database cannot be reached, is no store or another version's
    /// ([`StoreError::Schema`]).
    pub fn connect(address: &PostgresAddress) -> Result<Self, StoreError> {
        let mut connection = Connection::open(address)?;
        // What is set here must not be another's, who writes.
        connection.has_its_session(address)?;
        connection.script(FOR_REPORTS)?;
        expect_current(&mut PostgresSchema(&mut connection))?;
        Ok(Self { connection: Mutex::new(connection) })
    }
}

impl Store for PostgresReader {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.transact(&mut contained(work), Manner::Report)
    }
}
