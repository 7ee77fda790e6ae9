//! The store: transactions over SQLite or Postgres with the same SQL text.
//!
//! SQL uses `$1` parameters, 64-bit integers (minor units, epoch milliseconds) and text, `RETURNING` and `ON CONFLICT`; nothing that
//! only one database has, but for `FOR NO KEY UPDATE OF ...` at the end of a statement, which SQLite does not know and does not need: it
//! has one writer. A handler sees a [`Tx`] and never knows which database it is.

mod merge;
mod migrate;
mod postgres;
mod queue;
mod rehearsal;
mod sqlite;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use self::postgres::PostgresStore;
pub use self::sqlite::{Durability, SqliteInline, SqliteStore};

/// A parameter of a statement. Times are epoch milliseconds, money is minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}
impl<'a, T> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

/// A statement with its values, to run later.
#[derive(Debug)]
struct Line {
    sql: String,
    params: Vec<Owned>,
}

impl Line {
    fn of(sql: &str, params: &[Value<'_>]) -> Self {
        Self { sql: sql.to_owned(), params: params.iter().map(Owned::from).collect() }
    }

    fn values(&self) -> Vec<Value<'_>> {
        self.params.iter().map(Value::from).collect()
    }
}

/// A write to run later.
#[derive(Debug)]
struct Write {
    line: Line,
    /// How many rows it has to change, when that matters.
    rows: Option<u64>,
}

/// A value that outlives its statement's call.
#[derive(Debug)]
enum Owned {
    Null,
    Int(i64),
    Text(String),
}

impl From<&Value<'_>> for Owned {
    fn from(value: &Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(value) => Self::Int(*value),
            Value::Text(value) => Self::Text((*value).to_owned()),
        }
    }
}

impl<'a> From<&'a Owned> for Value<'a> {
    fn from(value: &'a Owned) -> Self {
        match value {
            Owned::Null => Self::Null,
            Owned::Int(value) => Self::Int(*value),
            Owned::Text(value) => Self::Text(value),
        }
    }
}

/// The parameters of a statement: `values![id, now, &name]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Value::from($value)),*] };
}

/// A value that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Null,
    Int(i64),
    Text(String),
}

/// One row of an answer, columns by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Cell>);

impl Row {
    /// The integer in a column that is never null.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.maybe_int(column)?.ok_or_else(|| StoreError::shape(column, "an integer", "null"))
    }

    /// The integer in a column that may be null.
    pub fn maybe_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(column) {
            Some(Cell::Int(value)) => Ok(Some(*value)),
            Some(Cell::Null) => Ok(None),
            other => Err(StoreError::shape(column, "an integer", other.map_or("no column", Cell::kind))),
        }
    }

    /// The text in a column that is never null.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        self.maybe_text(column)?.ok_or_else(|| StoreError::shape(column, "text", "null"))
    }

    /// The text in a column that may be null.
    pub fn maybe_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.0.get(column) {
            Some(Cell::Text(value)) => Ok(Some(value)),
            Some(Cell::Null) => Ok(None),
            other => Err(StoreError::shape(column, "text", other.map_or("no column", Cell::kind))),
        }
    }

    /// Like [`Row::text`], owned.
    pub fn string(&self, column: usize) -> Result<String, StoreError> {
        self.text(column).map(str::to_owned)
    }

    /// Like [`Row::maybe_text`], owned.
    pub fn maybe_string(&self, column: usize) -> Result<Option<String>, StoreError> {
        Ok(self.maybe_text(column)?.map(str::to_owned))
    }
}

impl Cell {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "an integer",
            Self::Text(_) => "text",
        }
    }
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
    /// The database cannot be reached; the transaction may have committed when the connection broke during COMMIT.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// The closure decided not to commit.
    #[error("the transaction was given up")]
    GivenUp,
    /// A statement, a constraint or a stored value is not as the code expects.
    #[error("the store refused: {0}")]
    Broken(String),
}

impl StoreError {
    fn shape(column: usize, expected: &str, found: &str) -> Self {
        Self::Broken(format!("column {column} should be {expected} and is {found}"))
    }

    /// A stored value that the code cannot read.
    pub fn unreadable(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Broken(format!("{what}: {why}"))
    }
}

/// A running transaction. Wrap it to watch, abort or falsify single statements.
pub trait Tx {
    /// Runs a statement and returns its rows (`SELECT`, or `... RETURNING`).
    fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError>;

    /// Runs a statement and returns how many rows it changed.
    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Runs a statement whose count does not matter, at the latest before the next query or the commit, so that a database at the other
    /// end of a connection can take several at once. An error may come from a later call.
    fn write(&mut self, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError> {
        self.execute(sql, params).map(|_| ())
    }

    /// Like [`Tx::write`] for a statement that has to change so many rows. Any other count means that somebody else was faster since the
    /// rows were read: the transaction is [`StoreError::Contended`] and runs again.
    fn write_exactly(&mut self, rows: u64, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError> {
        if self.execute(sql, params)? == rows { Ok(()) } else { Err(StoreError::Contended) }
    }

    /// Runs several queries one after the other, each seeing what was committed before it began: one journey to a database at the other
    /// end of a connection.
    fn query_all(&mut self, asks: &[Ask<'_>]) -> Result<Vec<Vec<Row>>, StoreError> {
        asks.iter().map(|ask| self.query(ask.sql, &ask.params)).collect()
    }
}

/// A query that is sent with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask<'a> {
    pub sql: &'a str,
    pub params: Vec<Value<'a>>,
}

/// What a transaction does. It may run several times when the database asks for a retry; only the last run counts.
pub type Work<'a> = dyn FnMut(&mut dyn Tx) -> Result<(), StoreError> + 'a;
/// A transaction that can wait in a queue.
pub type Job = Box<dyn FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send>;
/// Called once with how it ended, after the commit.
pub type Done = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The same work, whose panic is a failure of its own: it is rolled back and answered, and thread and connection live on for the others.
fn contained<'a>(
    mut work: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + 'a,
) -> impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + 'a {
    move |tx| {
        // What a panic leaves half done is the transaction's, which is given up.
        catch_unwind(AssertUnwindSafe(|| work(tx)))
            .unwrap_or_else(|_| Err(StoreError::Broken("a transaction panicked".into())))
    }
}

/// A database.
pub trait Store: Send + Sync {
    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back otherwise. Blocks; not for async threads.
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError>;

    /// Queues `job` on the store's own threads and returns at once. The default runs it on the caller's thread.
    fn submit(&self, mut job: Job, done: Done) {
        let ended = self.transact(&mut *job);
        done(ended);
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
