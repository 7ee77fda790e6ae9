//! SQLite: one file, one writer. Requests that wait together are committed together.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement};

use super::migrate::{Schema, migrate};
use super::{Cell, Done, Job, Row, Store, StoreError, Tx, Value, Work};

/// How many waiting transactions one commit takes along.
const BATCH: usize = 128;
/// The log is written back into the file after so many pages of 4 KiB: rarely, because most of what it holds is changed again soon.
const CHECKPOINT: u32 = 16_384;
/// How long a commit waits for as many as came the last time. Less than the disk takes, and nothing for somebody alone.
const GATHER: Duration = Duration::from_micros(200);

/// What survives when the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on the disk before it is answered.
    Full,
    /// Nothing is promised across a power loss; for simulations and tests.
    None,
}

/// SQLite on the caller's thread: one transaction at a time, no thread of its own. For simulations and tools.
pub struct SqliteInline {
    connection: Mutex<Connection>,
}

impl SqliteInline {
    /// Opens or makes the file and brings its schema up to date.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        Self::with(Connection::open(path).map_err(refused)?, durability)
    }

    /// A store that lives as long as the value.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::with(Connection::open_in_memory().map_err(refused)?, Durability::None)
    }

    fn with(mut connection: Connection, durability: Durability) -> Result<Self, StoreError> {
        let synchronous = match durability {
            Durability::Full => "FULL",
            Durability::None => "OFF",
        };
        // What a savepoint may have to undo stays in memory, never in a temporary file.
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = {CHECKPOINT};"
            ))
            .map_err(refused)?;
        // A plan does not depend on the values bound: without this, statements are prepared anew for every purchase.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(refused)?;
        connection.set_prepared_statement_cache_capacity(256);
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(refused)?;
        migrate(&mut SqliteSchema(&transaction))?;
        transaction.commit().map_err(refused)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Refuses to grow the file beyond this many pages of 4 KiB: a disk that is full, for tests.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.lock().pragma_update(None, "max_page_count", pages).map_err(refused)
    }

    /// How many pages the file has now.
    pub fn pages(&self) -> Result<u32, StoreError> {
        self.lock().query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(refused)
    }

    // A panic while holding the connection leaves at worst an open transaction, which `begin` ends.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run_batch(&self, jobs: &mut dyn Iterator<Item = (Job, Done)>) {
        let connection = self.lock();
        let mut ended: Vec<(Done, Result<(), StoreError>)> = Vec::new();
        let mut batch = begin(&connection);
        for (mut job, done) in jobs.take(BATCH) {
            let outcome = batch.clone().and_then(|()| in_savepoint(&connection, &mut *job));
            // Some failures (a full disk among them) make SQLite roll back everything at once.
            if batch.is_ok() && connection.is_autocommit() {
                batch = outcome.clone().and(Err(StoreError::Broken("SQLite ended the transaction".into())));
            }
            ended.push((done, outcome));
        }
        let committed = batch.and_then(|()| commit(&connection));
        drop(connection);
        for (done, outcome) in ended {
            done(committed.clone().and(outcome));
        }
    }
}

impl Store for SqliteInline {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let connection = self.lock();
        begin(&connection)?;
        let outcome = work(&mut SqliteTx(&connection));
        if outcome.is_ok() { commit(&connection) } else { roll_back(&connection).and(outcome) }
    }
}

fn begin(connection: &Connection) -> Result<(), StoreError> {
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK").map_err(refused)?;
    }
    connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut statement| statement.execute([])).map_err(refused)?;
    Ok(())
}

fn commit(connection: &Connection) -> Result<(), StoreError> {
    match connection.prepare_cached("COMMIT").and_then(|mut statement| statement.execute([])) {
        Ok(_) => Ok(()),
        Err(error) => {
            let error = refused(error);
            // A commit that failed for want of room leaves the transaction open.
            roll_back(connection)?;
            Err(error)
        }
    }
}

fn roll_back(connection: &Connection) -> Result<(), StoreError> {
    if connection.is_autocommit() { Ok(()) } else { connection.execute_batch("ROLLBACK").map_err(refused) }
}

fn in_savepoint(connection: &Connection, work: &mut Work<'_>) -> Result<(), StoreError> {
    let run = |sql: &str| {
        connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(|_| ()).map_err(refused)
    };
    run("SAVEPOINT job")?;
    match work(&mut SqliteTx(connection)) {
        Ok(()) => run("RELEASE job"),
        Err(error) if connection.is_autocommit() => Err(error),
        Err(error) => {
            run("ROLLBACK TO job")?;
            run("RELEASE job")?;
            Err(error)
        }
    }
}

struct SqliteTx<'a>(&'a Connection);

impl SqliteTx<'_> {
    fn bound<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        run: impl FnOnce(&mut Statement<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut statement = self.0.prepare_cached(sql).map_err(refused)?;
        for index in 1..=statement.parameter_count() {
            // SQLite takes `$3` for a name: its place is the order of first appearance, not 3.
            let position = statement
                .parameter_name(index)
                .and_then(|name| name.strip_prefix('$'))
                .and_then(|number| number.parse::<usize>().ok());
            let value = position
                .and_then(|position| params.get(position.wrapping_sub(1)))
                .ok_or_else(|| StoreError::Broken(format!("parameter {index} has no value in: {sql}")))?;
            statement.raw_bind_parameter(index, value).map_err(refused)?;
        }
        run(&mut statement).map_err(refused)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
        }))
    }
}

impl Tx for SqliteTx<'_> {
    fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.bound(sql, params, |statement| {
            let width = statement.column_count();
            let mut found = Vec::new();
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                let mut cells = Vec::with_capacity(width);
                for column in 0..width {
                    cells.push(match row.get_ref(column)? {
                        ValueRef::Null => Cell::Null,
                        ValueRef::Integer(value) => Cell::Int(value),
                        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                        other => {
                            return Err(rusqlite::Error::InvalidColumnType(column, sql.to_owned(), other.data_type()));
                        }
                    });
                }
                found.push(Row(cells));
            }
            Ok(found)
        })
    }

    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.bound(sql, params, |statement| statement.raw_execute().map(|count| count as u64))
    }
}

/// SQLite with one writer thread: what waits together is committed together, each request in its own savepoint.
pub struct SqliteStore {
    inline: Arc<SqliteInline>,
    queue: Option<Sender<(Job, Done)>>,
    writer: Option<JoinHandle<()>>,
}

impl SqliteStore {
    /// Opens or makes the file, brings its schema up to date and starts the writer.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        let inline = Arc::new(SqliteInline::open(path, durability)?);
        let (queue, waiting) = channel();
        let writer = std::thread::Builder::new()
            .name("mesto-writer".into())
            .spawn({
                let inline = Arc::clone(&inline);
                move || write_all(&inline, &waiting)
            })
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { inline, queue: Some(queue), writer: Some(writer) })
    }

    /// The same store on the caller's thread.
    #[must_use]
    pub fn inline(&self) -> &SqliteInline {
        &self.inline
    }
}

fn write_all(store: &SqliteInline, waiting: &Receiver<(Job, Done)>) {
    let mut expected = 0_usize;
    while let Ok(first) = waiting.recv() {
        let mut came = 0_usize;
        // Those whose commit just ended come back one after the other: a batch that does not wait for them takes two commits for one.
        let mut next = || {
            came += 1;
            if came <= expected { waiting.recv_timeout(GATHER).ok() } else { waiting.try_recv().ok() }
        };
        store.run_batch(&mut std::iter::once(first).chain(std::iter::from_fn(&mut next)));
        expected = came.saturating_sub(1);
    }
}

impl Store for SqliteStore {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        self.inline.transact(work)
    }

    fn submit(&self, job: Job, done: Done) {
        let refused = match &self.queue {
            Some(queue) => queue.send((job, done)).err().map(|unsent| unsent.0.1),
            None => Some(done),
        };
        if let Some(done) = refused {
            done(Err(StoreError::Unavailable("the writer has stopped".into())));
        }
    }
}

impl Drop for SqliteStore {
    /// Lets the writer finish what waits.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            // When the last owner is a job on the writer itself, it cannot wait for itself.
            if writer.thread().id() != std::thread::current().id() {
                let _ = writer.join();
            }
        }
    }
}

struct SqliteSchema<'a>(&'a Connection);

impl Schema for SqliteSchema<'_> {
    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.0.execute_batch(sql).map_err(refused)
    }

    fn applied(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        let mut statement =
            self.0.prepare("SELECT version, checksum FROM schema_history ORDER BY version").map_err(refused)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(refused)?;
        rows.collect::<Result<_, _>>().map_err(refused)
    }
}

fn refused(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked,
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::NotADatabase) => {
            StoreError::Unavailable(error.to_string())
        }
        _ => StoreError::Broken(error.to_string()),
    }
}
