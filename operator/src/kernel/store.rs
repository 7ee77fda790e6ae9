//! The store: transactions over SQLite or Postgres with the same SQL text.
//!
//! A table is declared once ([`table!`](crate::table)); its rows are read by the names of their
//! columns. Handlers ask with [`Select`] and write with [`Write`], which say what they do; a
//! handler sees a [`Tx`] and never knows which database it is.
//!
//! SQL uses `$1` parameters, 64-bit integers (minor units, epoch milliseconds) and text; nothing
//! that only one database has.

mod deadline;
mod line;
mod merge;
mod migrate;
mod postgres;
mod prefetch;
mod queue;
mod row;
mod speculation;
mod sqlite;
mod statement;
mod table;
mod task;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::kernel::health::heartbeat;

pub use self::deadline::Deadline;
pub(crate) use self::migrate::RESTORING;
#[cfg(feature = "testing")]
pub use self::migrate::schema_at;
pub use self::migrate::{SchemaFault, SchemaStatus};
pub use self::postgres::{AddressError, PostgresAddress, PostgresReader, PostgresStore};
pub(crate) use self::prefetch::Prefetched;
pub use self::row::{Cells, Column, Columns, IntoColumn, Json, Row, Table};
pub(crate) use self::row::{id_columns, mismatch};
pub use self::sqlite::{Copied, CopyError, Durability, Growing, SqliteInline, SqliteReader, SqliteStore, copy, grow};
pub use self::statement::{Ask, Select, Write};
pub use self::table::column_value;
pub use self::task::{Asker, Done, Importance, Job, Task};

/// A value of a column. Times are epoch milliseconds, money is minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl<T> From<Option<T>> for Value
where
    Value: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

/// The parameters of a statement: `values![id, now, &name]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Value::from($value)),*] };
}

/// Why a transaction did not commit. Nothing of it is stored, whatever the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The disk is full (SQLITE_FULL, Postgres 53100).
    #[error("the store has no room to write")]
    Full,
    /// Another transaction holds what this one needs, for longer than it may wait.
    #[error("another transaction is still working on the same rows")]
    Locked,
    /// The database asked to run the transaction again, too often.
    #[error("the transaction kept colliding with others")]
    Contended,
    /// Too much waits already: it was not begun.
    #[error("too much waits for the store")]
    Overloaded,
    /// It would have been committed after the moment that [`Tx::commit_by`] named.
    #[error("it was to be committed until {0}, and that is over")]
    TooLate(DateTime<Utc>),
    /// The database cannot be reached; the transaction may have committed when the connection broke
    /// during COMMIT.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// A pooler lends a connection to another session for each transaction: settings, locks and
    /// prepared statements of one are another's.
    #[error(
        "a pooler in front of the database gives each transaction another session (PgBouncer: pool_mode = transaction)"
    )]
    Pooled,
    /// The closure decided not to commit.
    #[error("the transaction was given up")]
    GivenUp,
    /// The schema is not this version's.
    #[error(transparent)]
    Schema(#[from] SchemaFault),
    /// A statement, a constraint or a stored value is not as the code expects.
    #[error("the store refused: {0}")]
    Broken(String),
}

impl StoreError {
    /// A stored value that the code cannot read.
    pub fn unreadable(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Broken(format!("{what}: {why}"))
    }
}

/// A running transaction. Wrap it to watch, abort or falsify single statements.
///
/// What asks with [`Tx::read`] first and writes with [`Tx::write`] afterwards takes the fast path
/// of both databases by itself: on Postgres its writes travel with the commit, on SQLite a reader
/// thread runs it beforehand.
pub trait Tx {
    /// Runs questions one after the other, each seeing what was committed before it began: one
    /// round trip to a database at the other end of a connection.
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError>;

    /// Runs a write, at the latest before the next question or the commit. An error may come from a
    /// later call.
    fn write(&mut self, write: Write) -> Result<(), StoreError>;

    /// It must be committed by a moment: who comes to its commit later gets
    /// [`StoreError::TooLate`], and nothing of it is stored. Asked right before the commit, when
    /// all locks are held; on Postgres once more by the server itself.
    fn commit_by(&mut self, deadline: Deadline);

    /// Runs any statement and returns its rows: for checks and tools. Never on the fast path.
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Runs any statement and returns how many rows it changed: for tools. Never on the fast path.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError>;
}

impl<'t> dyn Tx + 't {
    /// Every row of an answer.
    ///
    /// # Errors
    /// When the store fails or a row is not as expected.
    pub fn all<T: Columns>(&mut self, select: Select<T>) -> Result<Vec<T>, StoreError> {
        let answers = self.read(vec![select.ask()])?;
        answers.iter().flatten().map(Row::read).collect()
    }

    /// The first row of an answer.
    ///
    /// # Errors
    /// When the store fails or the row is not as expected.
    pub fn first<T: Columns>(&mut self, select: Select<T>) -> Result<Option<T>, StoreError> {
        let answers = self.read(vec![select.ask()])?;
        answers.first().and_then(|rows| rows.first()).map(Row::read).transpose()
    }
}

/// What a transaction does. It may run several times when the database asks for a retry; only the
/// last run counts.
pub type Work<'a> = dyn FnMut(&mut dyn Tx) -> Result<(), StoreError> + 'a;

/// The same work, whose panic is a failure of its own: it is rolled back and answered, and thread
/// and connection live on for the others.
fn contained<'a>(
    mut work: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + 'a,
) -> impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + 'a {
    move |tx| {
        // What a panic leaves half done is the transaction's, which is given up.
        catch_unwind(AssertUnwindSafe(|| work(tx)))
            .unwrap_or_else(|_| Err(StoreError::Broken("a transaction panicked".into())))
    }
}

/// Longest wait of [`Store::probe`] for the database.
const PROBE: Duration = Duration::from_secs(2);

/// A database.
pub trait Store: Send + Sync {
    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back otherwise. Blocks;
    /// not for async threads.
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError>;

    /// Whether it takes writes now, found out apart from its line and within seconds; tells what
    /// time the database has, where it has a clock of its own.
    ///
    /// # Errors
    /// Why it takes none.
    fn probe(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.transact(&mut |tx| tx.write(heartbeat(now)))?;
        Ok(None)
    }

    /// How many tasks wait in its line.
    fn waiting(&self) -> usize {
        0
    }

    /// The threads that serve HTTP came so late to their turn. What does much at once does less
    /// while they are late; tells how many transactions it does at once then, where that is
    /// bounded.
    fn http_came_late(&self, _by: Duration) -> Option<usize> {
        None
    }

    /// Queues a task on the store's own threads and returns at once; when too much waits already
    /// it ends with [`StoreError::Overloaded`]. The default runs it on the caller's thread.
    fn submit(&self, task: Task) {
        task.run(|job| self.transact(job));
    }
}

/// Runs a transaction that returns a value.
pub fn transact<T>(
    store: &dyn Store,
    mut work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut value = None;
    store.transact(&mut |tx| {
        value = Some(work(tx)?);
        Ok(())
    })?;
    value.ok_or(StoreError::GivenUp)
}
