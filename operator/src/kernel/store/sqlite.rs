//! SQLite: one file, one writer. Requests that wait together are committed together.

mod copy;
mod reader;
mod threads;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use chrono::{DateTime, Utc};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement};

pub use self::copy::{Copied, CopyError, Growing, copy, grow};
pub use self::reader::SqliteReader;
use super::deadline::{self, Deadline};
use super::migrate::{self, Schema, SchemaStatus, expect_current, migrate};
use super::queue::{Queue, Waiting};
use super::row::Names;
use super::speculation::{Script, Speculation};
use super::statement::{Ask, Write};
use super::{PROBE, Row, Store, StoreError, Task, Tx, Value, Work, contained, heartbeat};

/// Threads that run transactions speculatively.
const READERS: usize = 2;
/// How many waiting transactions one commit takes along.
const BATCH: usize = 128;
/// The log is written back into the file after so many pages of 4 KiB: rarely, because most of what
/// it holds is changed again soon.
const CHECKPOINT: u32 = 16_384;

/// What survives when the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on the disk before it is answered.
    Full,
    /// Nothing is promised across a power loss; for simulations and tests.
    None,
}

/// What is done about a schema that is not this version's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Schemas {
    Migrated,
    Expected,
}

/// SQLite on the caller's thread: one transaction at a time, no thread of its own. For simulations
/// and tools.
pub struct SqliteInline {
    database: Mutex<Database>,
}

/// A connection, and the names of the columns of what was asked over it.
struct Database {
    connection: Connection,
    names: RefCell<HashMap<String, Names>>,
}

impl Database {
    fn new(connection: Connection) -> Self {
        Self { connection, names: RefCell::default() }
    }
}

impl SqliteInline {
    /// Opens or makes the file and brings its schema up to date.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        // One that is there already stays as it is.
        let _ = make_private(path);
        Self::with(Connection::open(path).map_err(refused)?, durability, Schemas::Migrated)
    }

    /// Opens a store whose schema is this version's; makes and migrates nothing.
    ///
    /// # Errors
    /// As [`SqliteInline::open`], and [`StoreError::Schema`].
    pub fn open_current(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // Looked at before anything is written: another program's file stays as it is.
        drop(SqliteReader::open(path)?);
        Self::with(Connection::open_with_flags(path, flags).map_err(refused)?, durability, Schemas::Expected)
    }

    /// A store that lives as long as the value.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::with(Connection::open_in_memory().map_err(refused)?, Durability::None, Schemas::Migrated)
    }

    fn with(mut connection: Connection, durability: Durability, schemas: Schemas) -> Result<Self, StoreError> {
        let synchronous = match durability {
            Durability::Full => "FULL",
            Durability::None => "OFF",
        };
        set_up(
            &connection,
            &format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = {CHECKPOINT};"
            ),
        )?;
        if schemas == Schemas::Migrated {
            let transaction =
                connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(refused)?;
            migrate(&mut SqliteSchema(&transaction))?;
            transaction.commit().map_err(refused)?;
        }
        expect_current(&mut SqliteSchema(&connection))?;
        Ok(Self { database: Mutex::new(Database::new(connection)) })
    }

    /// Refuses to grow the file beyond this many pages of 4 KiB: a disk that is full, for tests.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.lock().connection.pragma_update(None, "max_page_count", pages).map_err(refused)
    }

    /// How many pages the file has now.
    pub fn pages(&self) -> Result<u32, StoreError> {
        self.lock().connection.query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(refused)
    }

    // A panic while holding the connection leaves at worst an open transaction, which `begin` ends.
    fn lock(&self) -> MutexGuard<'_, Database> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs jobs until there are no more, at most [`BATCH`], and commits them together; one that
    /// fails leaves nothing behind.
    ///
    /// A savepoint for each would copy every page it changes, so there is none at first: a job that
    /// fails before it has written is just left out. When one fails later, everything is undone
    /// and done again, with savepoints.
    fn run_batch(&self, waiting: &mut dyn Iterator<Item = Waiting>) {
        let database = self.lock();
        let connection = &database.connection;
        let mut ended: Vec<(Waiting, Result<(), StoreError>)> = Vec::new();
        let mut batch = begin(connection);
        let mut is_careful = false;
        for mut job in waiting.take(BATCH) {
            let before = connection.total_changes();
            let outcome = batch.clone().and_then(|()| job.run(&database, is_careful));
            let leaves_something = !is_careful && outcome.is_err() && connection.total_changes() != before;
            ended.push((job, outcome));
            if batch.is_ok() && leaves_something {
                is_careful = true;
                batch = again(&database, &mut ended);
            } else if let Some((_, outcome)) = ended.last() {
                batch = still_open(connection, batch, outcome);
            }
        }
        // Whose time ran out while the others of the batch ran is left out of it.
        let is_late = |(waiting, outcome): &(Waiting, Result<(), StoreError>)| {
            outcome.is_ok() && deadline::check(waiting.deadline.as_ref()).is_err()
        };
        if batch.is_ok() && ended.iter().any(is_late) {
            batch = again(&database, &mut ended);
        }
        let committed = batch.and_then(|()| commit(connection));
        drop(database);
        for (waiting, outcome) in ended {
            waiting.task.end(committed.clone().and(outcome));
        }
    }
}

/// Undoes a batch and does it again, each with a savepoint of its own; how the batch stands then.
fn again(database: &Database, ended: &mut [(Waiting, Result<(), StoreError>)]) -> Result<(), StoreError> {
    let mut batch = begin(&database.connection);
    for (waiting, outcome) in ended {
        *outcome = batch.clone().and_then(|()| waiting.run(database, true));
        batch = still_open(&database.connection, batch, outcome);
    }
    batch
}

impl Waiting {
    fn run(&mut self, database: &Database, in_savepoint: bool) -> Result<(), StoreError> {
        if in_savepoint {
            return within_savepoint(database, |tx| run_in_time(tx, self.task.job(), &mut self.deadline));
        }
        let mut tx = SqliteTx::new(database);
        match &self.script {
            Some(script) if script.holds(&mut tx)? => {
                self.deadline.clone_from(&script.deadline);
                deadline::check(self.deadline.as_ref())?;
                script.perform(&mut tx)
            }
            _ => run_in_time(&mut tx, self.task.job(), &mut self.deadline),
        }
    }
}

/// Runs a transaction that may have to be committed by a moment, and says which.
fn run_in_time(tx: &mut SqliteTx<'_>, work: &mut Work<'_>, until: &mut Option<Deadline>) -> Result<(), StoreError> {
    tx.deadline = None;
    work(tx)?;
    *until = tx.deadline.take();
    deadline::check(until.as_ref())
}

/// Some failures (a full disk among them) make SQLite roll back everything at once: then nobody of
/// the batch got anything.
fn still_open(
    connection: &Connection,
    batch: Result<(), StoreError>,
    outcome: &Result<(), StoreError>,
) -> Result<(), StoreError> {
    if batch.is_ok() && connection.is_autocommit() {
        return outcome.clone().and(Err(StoreError::Broken("SQLite ended the transaction".into())));
    }
    batch
}

impl Store for SqliteInline {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let database = self.lock();
        let connection = &database.connection;
        begin(connection)?;
        let outcome = run_in_time(&mut SqliteTx::new(&database), &mut contained(work), &mut None);
        if outcome.is_ok() { commit(connection) } else { roll_back(connection).and(outcome) }
    }
}

/// Makes the file when it is not there, for its owner alone; SQLite gives the files beside it the
/// same mode. One that is there keeps its mode and is not opened here: closing it would drop the
/// locks that this process has on it. What cannot be made SQLite says.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// What every connection has, and its own pragmas.
fn set_up(connection: &Connection, own: &str) -> Result<(), StoreError> {
    // What a savepoint may have to undo stays in memory, never in a temporary file.
    connection
        .execute_batch(&format!("PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; {own}"))
        .map_err(refused)?;
    // A plan does not depend on the values bound: without this, statements are prepared anew for
    // every purchase.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(refused)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
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

fn within_savepoint(
    database: &Database,
    work: impl FnOnce(&mut SqliteTx<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let connection = &database.connection;
    let run = |sql: &str| {
        connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(|_| ()).map_err(refused)
    };
    run("SAVEPOINT job")?;
    match work(&mut SqliteTx::new(database)) {
        Ok(()) => run("RELEASE job"),
        Err(error) if connection.is_autocommit() => Err(error),
        Err(error) => {
            run("ROLLBACK TO job")?;
            run("RELEASE job")?;
            Err(error)
        }
    }
}

pub(super) struct SqliteTx<'a> {
    database: &'a Database,
    deadline: Option<Deadline>,
}

impl<'a> SqliteTx<'a> {
    const fn new(database: &'a Database) -> Self {
        Self { database, deadline: None }
    }
    /// Runs a statement whose parameters are `?1`, `?2`.
    fn bound<'p, T>(
        &self,
        sql: &str,
        params: impl IntoIterator<Item = &'p Value>,
        run: impl FnOnce(&mut Statement<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut statement = self.database.connection.prepare_cached(sql).map_err(refused)?;
        let wanted = statement.parameter_count();
        let mut given = 0;
        for (index, value) in (1..=wanted).zip(params) {
            statement.raw_bind_parameter(index, value).map_err(refused)?;
            given = index;
        }
        if given < wanted {
            return Err(StoreError::Broken(format!("it has {given} values and wants {wanted}: {sql}")));
        }
        run(&mut statement).map_err(refused)
    }

    pub fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.bound(sql, params, |statement| {
            let names = self.names(sql, statement);
            let width = names.len();
            let mut found = Vec::new();
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                let values =
                    (0..width).map(|column| value(row.get_ref(column)?, sql, column)).collect::<Result<_, _>>()?;
                found.push(Row::new(Arc::clone(&names), values));
            }
            Ok(found)
        })
    }

    fn names(&self, sql: &str, statement: &Statement<'_>) -> Names {
        let mut known = self.database.names.borrow_mut();
        if let Some(names) = known.get(sql).filter(|names| names.len() == statement.column_count()) {
            return Arc::clone(names);
        }
        let names: Names = statement.column_names().map(Box::from).collect();
        known.insert(sql.to_owned(), Arc::clone(&names));
        names
    }

    /// Whether a question is answered with these rows.
    pub fn answers_with(&mut self, sql: &str, params: &[Value], expected: &[Row]) -> Result<bool, StoreError> {
        self.bound(sql, params, |statement| {
            let mut expected = expected.iter();
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                let Some(known) = expected.next() else { return Ok(false) };
                for (column, (_, known)) in known.columns().enumerate() {
                    let is_same = match (row.get_ref(column)?, known) {
                        (ValueRef::Null, Value::Null) => true,
                        (ValueRef::Integer(found), Value::Int(known)) => found == *known,
                        (ValueRef::Text(found), Value::Text(known)) => found == known.as_bytes(),
                        _ => false,
                    };
                    if !is_same {
                        return Ok(false);
                    }
                }
            }
            Ok(expected.next().is_none())
        })
    }

    /// Runs a write by its text for SQLite.
    pub fn perform(&mut self, sql: &str, write: &Write) -> Result<(), StoreError> {
        let changed = self.bound(sql, write.params(), |statement| statement.raw_execute())?;
        match write.rows {
            Some(rows) if rows != changed as u64 => Err(StoreError::Contended),
            _ => Ok(()),
        }
    }
}

fn value(found: ValueRef<'_>, sql: &str, column: usize) -> rusqlite::Result<Value> {
    match found {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(text) => Ok(Value::Text(String::from_utf8_lossy(text).into_owned())),
        other => Err(rusqlite::Error::InvalidColumnType(column, sql.to_owned(), other.data_type())),
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
        }))
    }
}

impl Tx for SqliteTx<'_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        asks.iter()
            .map(|ask| match ask.for_sqlite() {
                Some(sql) => self.rows(&sql, &ask.params),
                None => Ok(Vec::new()),
            })
            .collect()
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.perform(&write.for_sqlite(), &write)
    }

    fn commit_by(&mut self, deadline: Deadline) {
        self.deadline = Some(deadline);
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.rows(&sql.replace('$', "?"), params)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.bound(&sql.replace('$', "?"), params, |statement| statement.raw_execute().map(|count| count as u64))
    }
}

/// SQLite with threads of its own: readers run transactions speculatively and answer what only
/// reads; one writer does the rest, and commits together what waits together.
pub struct SqliteStore {
    inline: Arc<SqliteInline>,
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

impl SqliteStore {
    /// Opens or makes the file, brings its schema up to date and starts the threads.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        Self::around(SqliteInline::open(path, durability)?, path)
    }

    /// Opens a store whose schema is this version's; makes and migrates nothing.
    ///
    /// # Errors
    /// As [`SqliteInline::open_current`].
    pub fn open_current(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        Self::around(SqliteInline::open_current(path, durability)?, path)
    }

    /// How far the schema of a file is. Nothing is changed.
    ///
    /// # Errors
    /// When the file cannot be read, or is not one of ours.
    pub fn schema(path: &Path) -> Result<SchemaStatus, StoreError> {
        reader::schema(path)
    }

    fn around(inline: SqliteInline, path: &Path) -> Result<Self, StoreError> {
        let inline = Arc::new(inline);
        let queue = Arc::new(Queue::default());
        let mut store = Self { inline, queue, threads: Vec::new() };
        let (inline, queue) = (Arc::clone(&store.inline), Arc::clone(&store.queue));
        store.threads.push(threads::spawn("mesto-writer", move || write_all(&inline, &queue))?);
        for _ in 0..READERS {
            let (snapshots, queue) = (snapshots(path)?, Arc::clone(&store.queue));
            store.threads.push(threads::spawn("mesto-reader", move || speculate_all(&snapshots, &queue))?);
        }
        Ok(store)
    }

    /// The same store on the caller's thread.
    #[must_use]
    pub fn inline(&self) -> &SqliteInline {
        &self.inline
    }
}

/// A connection that only reads.
fn snapshots(path: &Path) -> Result<Database, StoreError> {
    let connection = Connection::open(path).map_err(refused)?;
    set_up(&connection, "PRAGMA query_only = ON;")?;
    Ok(Database::new(connection))
}

fn speculate_all(snapshots: &Database, queue: &Queue) {
    while let Some((mut task, in_progress)) = queue.to_run() {
        match speculate(snapshots, task.job()) {
            Speculated::Over(outcome) => {
                drop(in_progress);
                task.end(outcome);
            }
            Speculated::ToWrite(script) => queue.ran(Waiting::new(task, script), in_progress),
        }
    }
}

enum Speculated {
    /// It has nothing to write, and this is how it ended.
    Over(Result<(), StoreError>),
    ToWrite(Option<Script>),
}

fn speculate(snapshots: &Database, work: &mut Work<'_>) -> Speculated {
    // Everything is read from one state: the newest when the first statement runs.
    let Ok(_snapshot) = snapshots.connection.unchecked_transaction() else { return Speculated::ToWrite(None) };
    let mut tx = SqliteTx::new(snapshots);
    let mut speculation = Speculation::new(&mut tx);
    let outcome = work(&mut speculation);
    match (outcome, speculation.script()) {
        (Err(StoreError::GivenUp), Some(_)) => Speculated::Over(Err(StoreError::GivenUp)),
        (Ok(()), Some(script)) if script.writes_nothing() => Speculated::Over(Ok(())),
        (Ok(()), Some(script)) => Speculated::ToWrite(Some(script)),
        // The store's own trouble is the writer's to judge.
        (Ok(()) | Err(_), _) => Speculated::ToWrite(None),
    }
}

fn write_all(store: &SqliteInline, queue: &Queue) {
    let mut expected = 0_usize;
    while let Some(first) = queue.to_write() {
        let mut came = 0_usize;
        let mut next = || {
            came += 1;
            // Those whose commit just ended come back one after the other: a batch that does not
            // wait for them takes two commits for one.
            queue.also_to_write(came <= expected)
        };
        store.run_batch(&mut std::iter::once(first).chain(std::iter::from_fn(&mut next)));
        expected = came.saturating_sub(1);
    }
}

impl Store for SqliteStore {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        self.inline.transact(work)
    }

    fn probe(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let (told, ended) = mpsc::channel();
        let caller = Arc::new(());
        let done = Box::new(move |outcome| {
            let _ = told.send(outcome);
        });
        self.queue.ask_first(Task::new(Box::new(move |tx| tx.write(heartbeat(now))), done).for_caller(&caller));
        let silent = || StoreError::Unavailable(format!("its writer did not answer within {} s", PROBE.as_secs()));
        ended.recv_timeout(PROBE).map_err(|_| silent())??;
        Ok(None)
    }

    fn waiting(&self) -> usize {
        self.queue.len()
    }

    fn submit(&self, task: Task) {
        self.queue.ask(task);
    }
}

impl Drop for SqliteStore {
    /// Lets the threads finish what waits: the readers end with their queue, the writer with the
    /// readers.
    fn drop(&mut self) {
        self.queue.close();
        let threads: Vec<JoinHandle<()>> = self.threads.drain(..).collect();
        // When the last owner is a job on one of them, it cannot wait for itself; they end all the
        // same.
        if threads.iter().any(|thread| thread.thread().id() == std::thread::current().id()) {
            return;
        }
        for thread in threads {
            let _ = thread.join();
        }
    }
}

struct SqliteSchema<'a>(&'a Connection);

impl Schema for SqliteSchema<'_> {
    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        let sql = migrate::for_database("sqlite", sql);
        self.0.execute_batch(&sql).map_err(refused)
    }

    fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
        let mut statement = self.0.prepare(sql).map_err(refused)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(refused)?;
        rows.collect::<Result<_, _>>().map_err(refused)
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
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            StoreError::Unavailable(format!("it takes no writes: {error}"))
        }
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::NotADatabase) => {
            StoreError::Unavailable(error.to_string())
        }
        _ => StoreError::Broken(error.to_string()),
    }
}
