//! Postgres: a pool of connections, each with its own thread while it works; statements prepared
//! once, writes sent together.

mod address;
mod askers;
mod at_once;
mod error;
mod passfile;
mod reader;
mod workers;

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use tokio::runtime::Runtime;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, SimpleQueryMessage, Statement};

pub use self::address::{AddressError, PostgresAddress};
use self::error::{Trouble, is_outdated, refused, unreachable};
pub use self::reader::PostgresReader;
use self::workers::Workers;
use super::deadline::Deadline;
use super::merge::{Merged, Shape, merge};
use super::migrate::{
    self, MIGRATIONS, Migration, RESTORING, Restored, Schema, SchemaFault, SchemaStatus, expect_current, migrate_by,
    status, status_of,
};
use super::row::Names;
use super::statement::{Ask, Lock, Write};
use super::{PROBE, Row, Store, StoreError, Task, Tx, Value, Work, contained, heartbeat, task};

/// How often a transaction is run again when the database asks for it.
const ATTEMPTS: usize = 10;
/// Most statements that one connection keeps prepared. Those of requests are a few hundred; what a
/// long report writes may make a text of its own.
const PREPARED: usize = 1_000;
/// Longest wait for a row that another transaction holds.
const LOCK_TIMEOUT_MS: u32 = 5_000;
/// Longest statement of a request; tools and jobs take what time they need.
const STATEMENT_TIMEOUT_MS: u32 = 10_000;
/// So long the server keeps the locks of an operator that says nothing within a transaction.
const IDLE_TIMEOUT_MS: u32 = 60_000;
/// The same for jobs and tools that change something, and for migrations and reports.
const JOB_EXCHANGE: Duration = Duration::from_secs(60);
const LONG_EXCHANGE: Duration = Duration::from_secs(3_600);
/// The lock that who migrates has, and the one that every connection of an instance shares, those
/// of its pool and its watcher: nobody migrates while another instance serves.
const MIGRATES: &str = "pg_advisory_xact_lock(7215063)";
const SERVES: &str = "SELECT pg_try_advisory_lock_shared(7215064)";
const SERVES_ALONE: &str = "SELECT pg_try_advisory_xact_lock(7215064)";
/// The server notices within a minute that a machine is gone, and frees its locks: whether it was
/// idle, or an answer to it was on its way. Without a meaning where there is no network between.
const KEEPALIVE: &str = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; SET tcp_user_timeout = 60000";
/// How often two connections are asked at the start whether they are sessions of their own: what
/// else a pooler serves meanwhile may hide once that they are not.
const SESSION_LOOKS: usize = 3;
/// A server that takes no more connections says so within this time, and is not asked again for
/// as long: those that are open are waited for.
const REFUSED_FOR: Duration = Duration::from_secs(1);
/// Longest time until a connection is open.
const OPENING: Duration = Duration::from_secs(10);

/// A Postgres database, one or many operators on it.
pub struct PostgresStore {
    pool: Arc<Pool>,
    workers: Workers,
    /// A connection of its own, opened when somebody wants to know how the database is.
    watcher: Mutex<Option<Connection>>,
}

/// Who waits for a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Somebody at the other end of a connection, who goes soon.
    Served,
    /// A job that time brought, or a tool.
    Job,
    /// A report over whole tables.
    Report,
}

/// What an instance expects to find when it opens a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finds {
    /// A store of this version.
    Current,
    /// One of this version that is being restored, or was.
    Restored,
}

struct Pool {
    address: PostgresAddress,
    finds: Finds,
    idle: Mutex<Idle>,
    returned: Condvar,
}

struct Idle {
    connections: Vec<Connection>,
    /// Connections that may still be opened, of so many in all.
    room: usize,
    most: usize,
    /// When the server refused one more while others were open.
    refused_at: Option<Instant>,
}

impl Idle {
    /// Whether another connection may be opened: not while the server refuses more than there are.
    fn may_open(&self) -> bool {
        let is_refused = self.refused_at.is_some_and(|at| task::now().saturating_duration_since(at) < REFUSED_FOR);
        self.room > 0 && (self.room == self.most || !is_refused)
    }
}

impl PostgresStore {
    /// Like [`PostgresStore::connect`], by the address's text; see [`PostgresAddress`].
    ///
    /// # Errors
    /// As [`PostgresStore::connect`], and for a text that is no address.
    pub fn open(url: &str, connections: usize) -> Result<Self, StoreError> {
        let address = PostgresAddress::parse(url, None).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Self::connect(address, connections)
    }

    /// Connects, brings the schema up to date and starts `connections` workers; further connections
    /// are opened when they are needed.
    ///
    /// # Errors
    /// When the database cannot be reached or its schema is not one of ours.
    pub fn connect(address: PostgresAddress, connections: usize) -> Result<Self, StoreError> {
        let mut first = Connection::open(&address)?;
        first.has_its_session(&address)?;
        first.migrate(Tries::ForGood)?;
        Self::around(address, first, connections, Finds::Current)
    }

    /// Like [`PostgresStore::connect`], for a store whose schema is this version's: nothing is made
    /// or migrated.
    ///
    /// # Errors
    /// As [`PostgresStore::connect`], and [`StoreError::Schema`].
    pub fn connect_current(address: PostgresAddress, connections: usize) -> Result<Self, StoreError> {
        let first = Connection::open(&address)?;
        first.has_its_session(&address)?;
        Self::around(address, first, connections, Finds::Current)
    }

    /// Marks an empty database as one that is being restored: nothing opens it but
    /// [`PostgresStore::restored`] until [`begin_epoch`](crate::Operator::begin_epoch). `false`
    /// when there is a store in it already.
    ///
    /// # Errors
    /// When the database cannot be reached, is another program's, or was half restored before.
    pub fn restoring(address: &PostgresAddress) -> Result<bool, StoreError> {
        let mut connection = Connection::open(address)?;
        let mut schema = PostgresSchema(&mut connection);
        schema.script(&format!("BEGIN; SELECT {MIGRATES}"))?;
        let is_empty = match status(&mut schema) {
            Ok(SchemaStatus { version, .. }) => version == 0,
            // One that put nothing there may be tried again.
            Err(StoreError::Schema(SchemaFault::HalfRestored))
                if status(&mut Restored(&mut schema)).is_ok_and(|left| left.version == 0) =>
            {
                return Ok(true);
            }
            Err(why) => return Err(why),
        };
        if is_empty {
            schema.script(&format!("CREATE TABLE {RESTORING} (since TIMESTAMPTZ NOT NULL DEFAULT now())"))?;
        }
        schema.script("COMMIT")?;
        Ok(is_empty)
    }

    /// Like [`PostgresStore::connect`], for a database that was marked and filled.
    ///
    /// # Errors
    /// As [`PostgresStore::connect`].
    pub fn restored(address: PostgresAddress) -> Result<Self, StoreError> {
        let mut first = Connection::open(&address)?;
        first.migrate(Tries::OfRestore)?;
        Self::around(address, first, 1, Finds::Restored)
    }

    /// How far the schema of a database is. Nothing is changed.
    ///
    /// # Errors
    /// When the database cannot be reached, or is not one of ours.
    pub fn schema(address: &PostgresAddress) -> Result<SchemaStatus, StoreError> {
        let mut connection = Connection::open(address)?;
        connection.has_its_session(address)?;
        status(&mut PostgresSchema(&mut connection))
    }

    /// The major version of a server.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn server_major(address: &PostgresAddress) -> Result<i64, StoreError> {
        let mut major = None;
        Connection::open(address)?.transact(
            &mut |tx| {
                let rows = tx.query(SERVER_MAJOR, &[])?;
                major = rows.first().map(|row| row.get::<i64>("major")).transpose()?;
                Ok(())
            },
            Manner::Served,
        )?;
        major.ok_or_else(|| StoreError::Broken("the server does not say its version".into()))
    }

    /// Runs what would be migrated and takes it back; what ran, oldest first. While it runs, others
    /// wait for the tables that it changes.
    ///
    /// # Errors
    /// What the database says of it.
    pub fn try_migrations(address: &PostgresAddress) -> Result<Vec<String>, StoreError> {
        Connection::open(address)?.migrate(Tries::TakenBack)
    }

    fn around(
        address: PostgresAddress,
        mut first: Connection,
        connections: usize,
        finds: Finds,
    ) -> Result<Self, StoreError> {
        let connections = connections.max(1);
        first.serve(finds)?;
        let pool = Arc::new(Pool {
            address,
            finds,
            idle: Mutex::new(Idle {
                connections: vec![first],
                room: connections - 1,
                most: connections,
                refused_at: None,
            }),
            returned: Condvar::new(),
        });
        let workers = Workers::start(connections, &pool)?;
        Ok(Self { pool, workers, watcher: Mutex::default() })
    }
}

impl PostgresStore {
    /// Writes over the watcher's connection, and tells the server's time; all of it until `until`.
    fn watch(
        &self,
        watcher: &mut Option<Connection>,
        now: DateTime<Utc>,
        until: Instant,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut connection = match watcher.take() {
            Some(connection) => connection,
            None => Connection::watching(&self.pool.address, self.pool.finds, until)?,
        };
        connection.until = Some(until);
        let mut told = None;
        connection.transact(
            &mut |tx| {
                let rows = tx.query(SERVER_TIME, &[])?;
                told = rows.first().map(|row| row.get::<i64>("now")).transpose()?;
                tx.write(heartbeat(now))
            },
            Manner::Served,
        )?;
        *watcher = Some(connection);
        Ok(told.and_then(DateTime::from_timestamp_millis))
    }
}

const SERVER_MAJOR: &str = "SELECT CAST(current_setting('server_version_num') AS BIGINT) / 10000 AS major";
const SERVER_TIME: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now";

impl Store for PostgresStore {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        self.pool.transact(&mut contained(work), Manner::Job)
    }

    fn probe(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let was_open = watcher.is_some();
        let until = task::now() + PROBE;
        match self.watch(&mut watcher, now, until) {
            // One that was idle may have been cut long ago, which is known at once. Of a server
            // that says nothing the time of the look is over.
            Err(StoreError::Unavailable(_)) if was_open && task::now() < until => self.watch(&mut watcher, now, until),
            told => told,
        }
    }

    fn waiting(&self) -> usize {
        self.workers.waiting()
    }

    fn submit(&self, task: Task) {
        self.workers.ask(task);
    }

    fn http_came_late(&self, by: Duration) -> Option<usize> {
        Some(self.workers.http_came_late(by))
    }
}

impl Drop for PostgresStore {
    /// Lets the workers finish what waits.
    fn drop(&mut self) {
        self.workers.end();
        // The last owner may be an async task, and no runtime may end inside another.
        let mut connections = std::mem::take(&mut self.pool.idle().connections);
        connections.extend(self.watcher.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        let _ = std::thread::spawn(move || drop(connections)).join();
    }
}

impl Pool {
    fn transact(&self, work: &mut Work<'_>, manner: Manner) -> Result<(), StoreError> {
        let mut was_lost = false;
        for _ in 0..ATTEMPTS {
            let mut connection = self.take()?;
            let outcome = connection.transact(work, manner);
            // One that fell silent is not asked for again: the time is over.
            let is_lost = connection.is_torn && !connection.may_be_committed && !connection.is_silent;
            self.give_back(connection);
            match outcome {
                Err(StoreError::Contended) => {}
                // Once: an idle connection may have been cut long ago.
                Err(StoreError::Unavailable(_)) if is_lost && !was_lost => was_lost = true,
                other => return other,
            }
        }
        Err(StoreError::Contended)
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let mut idle = self.idle();
        loop {
            if let Some(connection) = idle.connections.pop() {
                return Ok(connection);
            }
            if idle.may_open() {
                idle.room -= 1;
                drop(idle);
                let begun = task::now();
                let opened = Connection::serving(&self.address, self.finds);
                let Err(why) = opened else { return opened };
                self.make_room();
                idle = self.idle();
                // Of a server that says nothing enough time was lost.
                let is_refused = task::now().saturating_duration_since(begun) < REFUSED_FOR;
                if idle.room == idle.most || !is_refused || !matches!(why, StoreError::Unavailable(_)) {
                    return Err(why);
                }
                idle.refused_at = Some(task::now());
                tracing::error!(%why, open = idle.most - idle.room, wanted = idle.most, "the database takes no more connections");
                continue;
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make_room(&self) {
        self.idle().room += 1;
        self.returned.notify_one();
    }

    fn give_back(&self, connection: Connection) {
        if connection.client.is_closed() || connection.is_torn {
            // What ended it has likely ended those that are idle as well.
            let idle = std::mem::take(&mut self.idle().connections);
            for _ in 0..=idle.len() {
                self.make_room();
            }
            return;
        }
        self.idle().connections.push(connection);
        self.returned.notify_one();
    }
}

/// What becomes of migrations that ran.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tries {
    ForGood,
    TakenBack,
    /// For good, in a database that is being restored.
    OfRestore,
}

/// One connection, driven by the thread that uses it.
struct Connection {
    runtime: Runtime,
    client: Client,
    statements: HashMap<String, Prepared>,
    /// Those of writes, by their shapes.
    merged: HashMap<Shape, Statement>,
    /// Its transaction could not be ended; it must not be used again.
    is_torn: bool,
    /// A commit was sent in the last transaction: it must not run again.
    may_be_committed: bool,
    /// The server did not answer in time.
    is_silent: bool,
    /// Longest exchange of the transaction that runs, and of one that is served.
    exchange: Duration,
    served_exchange: Duration,
    /// Nothing is waited for any longer, whatever an exchange may take.
    until: Option<Instant>,
}

/// A statement that was prepared, and the names of its answer's columns.
type Prepared = (Statement, Names);

impl Connection {
    fn open(address: &PostgresAddress) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let opening = OPENING.min(address.exchange());
        let opened = async {
            let client = address.connect().await?;
            // Every statement is a walk along an index. Planning it anew for each value costs more
            // than it could win, and a plan made while a table is empty would read all of it for
            // ever after. A stored answer is long enough to be compressed: cheaper by lz4, where
            // the server has it.
            client
                .batch_execute(&format!(
                    "{KEEPALIVE}; SET lock_timeout = {LOCK_TIMEOUT_MS}; SET statement_timeout = {STATEMENT_TIMEOUT_MS}; SET idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}; SET default_transaction_isolation = 'read committed'; SET client_min_messages = warning; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SELECT set_config(name, 'lz4', false) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"
                ))
                .await?;
            Ok::<_, tokio_postgres::Error>(client)
        };
        let opened = runtime.block_on(async { tokio::time::timeout(opening, opened).await });
        let client = match opened {
            Ok(opened) => opened.map_err(|error| unreachable(&error, address))?,
            Err(_) => return Err(Trouble::Silent(opening).into()),
        };
        Ok(Self {
            runtime,
            client,
            statements: HashMap::new(),
            merged: HashMap::new(),
            is_torn: false,
            may_be_committed: false,
            is_silent: false,
            exchange: address.exchange(),
            served_exchange: address.exchange(),
            until: None,
        })
    }

    /// One that looks at the server now and then, opened until `until`.
    fn watching(address: &PostgresAddress, finds: Finds, until: Instant) -> Result<Self, StoreError> {
        let left = until.saturating_duration_since(task::now());
        let mut connection = Self::open(&address.clone().answering_within(left))?;
        (connection.exchange, connection.served_exchange) = (PROBE, PROBE);
        connection.until = Some(until);
        connection.serve(finds)?;
        Ok(connection)
    }

    fn serving(address: &PostgresAddress, finds: Finds) -> Result<Self, StoreError> {
        let mut connection = Self::open(address)?;
        connection.serve(finds)?;
        Ok(connection)
    }

    /// Refuses a pooler that gives each transaction another session. Two connections that are
    /// sessions are never served by the same process of the server, and each always by its own. A
    /// pooler lends the one that came back last, or the one that rested longest.
    fn has_its_session(&self, address: &PostgresAddress) -> Result<(), StoreError> {
        // Where there is no room for another connection, nobody can tell.
        let Ok(other) = Self::open(address) else { return Ok(()) };
        let own = self.process()?;
        for _ in 0..SESSION_LOOKS {
            // Of two that are lent in turn, one question to each would find its own each time.
            let before = [self.process()?, self.process()?];
            other.script("BEGIN")?;
            // With one session in the pool this one would wait for it.
            let is_lent = before != [own.clone(), own.clone()] || other.process()? == own || self.process()? != own;
            other.script("ROLLBACK")?;
            if is_lent {
                return Err(StoreError::Pooled);
            }
        }
        Ok(())
    }

    /// The process of the server that answers, asked without anything prepared.
    fn process(&self) -> Result<Option<String>, Trouble> {
        let told = self.hear(self.client.simple_query("SELECT pg_backend_pid()"))?;
        Ok(told.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }

    /// Keeps others from migrating for as long as the connection lasts, and then looks whether
    /// somebody has: an instance whose connections broke has no lock until it opens the next one.
    fn serve(&mut self, finds: Finds) -> Result<(), StoreError> {
        let mut schema = PostgresSchema(self);
        if !schema.locks(SERVES)? {
            return Err(SchemaFault::Migrating.into());
        }
        match finds {
            Finds::Current => expect_current(&mut schema),
            Finds::Restored => expect_current(&mut Restored(&mut schema)),
        }
    }

    /// Waits for the server's answer, for as long as an exchange may take.
    fn hear<T>(&self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Trouble> {
        let left = self.until.map(|until| until.saturating_duration_since(task::now()));
        let exchange = left.map_or(self.exchange, |left| left.min(self.exchange));
        let heard = self.runtime.block_on(async { tokio::time::timeout(exchange, answer).await });
        heard.map_err(|_| Trouble::Silent(self.exchange))?.map_err(Trouble::Said)
    }

    fn script(&self, sql: &str) -> Result<(), Trouble> {
        self.hear(self.client.batch_execute(sql))
    }

    /// Leaves a transaction; a connection that cannot do even that is torn.
    fn roll_back(&mut self) {
        self.is_torn = self.is_torn || self.script("ROLLBACK").is_err();
    }

    fn migrate(&mut self, tries: Tries) -> Result<Vec<String>, StoreError> {
        self.migrate_by(MIGRATIONS, tries)
    }

    fn migrate_by(&mut self, known: &[Migration], tries: Tries) -> Result<Vec<String>, StoreError> {
        self.exchange = LONG_EXCHANGE;
        let mut schema = PostgresSchema(self);
        schema.script("BEGIN; SET LOCAL statement_timeout = 0")?;
        // Several operators may start at once on an empty database: one waits for the other's
        // migrations, however long they take.
        schema.script(&format!("SET LOCAL lock_timeout = 0; SELECT {MIGRATES}"))?;
        schema.script(&format!("SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))?;
        let migrated = match tries {
            Tries::OfRestore => migrate_by(&mut Restored(&mut schema), known, i64::MAX),
            Tries::TakenBack => migrate_by(&mut schema, known, i64::MAX),
            Tries::ForGood => schema.is_free(known).and_then(|()| migrate_by(&mut schema, known, i64::MAX)),
        };
        schema.script(if migrated.is_ok() && tries != Tries::TakenBack { "COMMIT" } else { "ROLLBACK" })?;
        migrated
    }

    fn transact(&mut self, work: &mut Work<'_>, manner: Manner) -> Result<(), StoreError> {
        self.may_be_committed = false;
        self.exchange = match manner {
            Manner::Served => self.served_exchange,
            Manner::Job => JOB_EXCHANGE,
            Manner::Report => LONG_EXCHANGE,
        };
        let mut tx =
            PostgresTx { connection: self, manner, waiting: Vec::new(), begun: None, failed: None, deadline: None };
        let outcome = work(&mut tx);
        let failed = tx.failed.clone();
        let outcome = match (outcome, failed) {
            // A closure may have turned the database's word into one of its own; a retry is still a
            // retry.
            (Err(_), Some(failed)) => Err(failed),
            (outcome, _) => outcome,
        };
        if outcome.is_ok() {
            return tx.commit();
        }
        if tx.begun.is_some() {
            self.roll_back();
        }
        outcome
    }

    fn forget_prepared(&mut self) {
        self.statements.clear();
        self.merged.clear();
    }

    /// The statement of writes; its text is made when its shape is new.
    fn prepare_merged(&mut self, merged: &Merged<'_>) -> Result<Statement, Trouble> {
        let Some(shape) = merged.shape() else { return Ok(self.prepare(&merged.sql())?.0) };
        if let Some(statement) = self.merged.get(&shape) {
            return Ok(statement.clone());
        }
        let (statement, _) = self.prepare(&merged.sql())?;
        self.merged.insert(shape, statement.clone());
        Ok(statement)
    }

    /// Preparing inside a transaction is as good as outside of it.
    fn prepare(&mut self, sql: &str) -> Result<Prepared, Trouble> {
        if let Some(prepared) = self.statements.get(sql) {
            return Ok(prepared.clone());
        }
        let statement = self.hear(self.client.prepare(sql))?;
        let names: Names = statement.columns().iter().map(|column| Box::from(column.name())).collect();
        let prepared = (statement, names);
        // Those that are let go of are closed; the ones that are used again are prepared again.
        if self.statements.len() >= PREPARED {
            self.forget_prepared();
        }
        self.statements.insert(sql.to_owned(), prepared.clone());
        Ok(prepared)
    }
}

/// `BEGIN` and writes travel together with the next question, or with the commit.
struct PostgresTx<'a> {
    connection: &'a mut Connection,
    manner: Manner,
    waiting: Vec<Write>,
    /// When `BEGIN` was sent.
    begun: Option<Instant>,
    failed: Option<StoreError>,
    deadline: Option<Deadline>,
}

/// Refuses the commit when the transaction has lasted longer than `$1` milliseconds by the server's
/// own clock: what lay before a server that stood still is not booked when it wakes up.
const IN_TIME: &str = "SELECT CAST(CASE WHEN clock_timestamp() - transaction_timestamp() <= CAST($1 AS BIGINT) * INTERVAL '1 millisecond' THEN '0' ELSE 'too late to commit' END AS INTEGER)";
/// What was in time when it was sent may be on its way for so long.
const ON_ITS_WAY_MS: i64 = 1_000;
/// How long the transaction has lasted, milliseconds.
const LASTED: &str =
    "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp() - transaction_timestamp()) * 1000 AS BIGINT) AS lasted";
/// From then on the server is asked how long it took: its `BEGIN` may have come late as well.
const QUICK: Duration = Duration::from_millis(200);

impl PostgresTx<'_> {
    fn fail(&mut self, error: StoreError) -> StoreError {
        self.failed = Some(error.clone());
        error
    }

    /// What the database refused. A connection that serves no more is not used again, and after a
    /// change of the schema its statements are prepared anew.
    fn failed(&mut self, trouble: &Trouble) -> StoreError {
        let failed = match (trouble, &self.deadline) {
            (Trouble::Said(error), Some(deadline)) if error::is_too_late(error) => deadline.too_late(),
            _ => refused(trouble),
        };
        let connection = &mut *self.connection;
        connection.is_torn |= matches!(failed, StoreError::Unavailable(_));
        connection.is_silent |= matches!(trouble, Trouble::Silent(_));
        if is_outdated(trouble) {
            connection.forget_prepared();
        }
        self.fail(failed)
    }

    fn prepared(&mut self, sql: &str) -> Result<Prepared, StoreError> {
        self.connection.prepare(sql).map_err(|error| self.failed(&error))
    }

    /// Values as the driver takes them. Ones that the statement does not take are our own mistake:
    /// told before anything is sent, since of the driver's errors those of the way look alike.
    fn bound<'a>(
        &mut self,
        statement: &Statement,
        values: impl IntoIterator<Item = &'a Value>,
    ) -> Result<Vec<&'a (dyn ToSql + Sync)>, StoreError> {
        let values: Vec<&Value> = values.into_iter().collect();
        let kinds = statement.params();
        let fault = if values.len() == kinds.len() {
            let mut numbered = values.iter().zip(kinds).zip(1..);
            numbered.find_map(|((value, kind), number)| Some(format!("${number}: {}", value.fits(kind).err()?)))
        } else {
            Some(format!("the statement takes {} values, and {} were given", kinds.len(), values.len()))
        };
        match fault {
            Some(fault) => Err(self.fail(StoreError::Broken(fault))),
            None => Ok(values.into_iter().map(|value| value as &(dyn ToSql + Sync)).collect()),
        }
    }

    /// Sends what waits, then `last`, in one go, in order.
    fn send<T>(
        &mut self,
        last: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, StoreError> {
        let waiting = std::mem::take(&mut self.waiting);
        let merged = merge(&waiting);
        let mut writes = Vec::new();
        for write in &merged {
            let statement = self.connection.prepare_merged(write).map_err(|error| self.failed(&error))?;
            let params = self.bound(&statement, write.params())?;
            writes.push((statement, params));
        }
        let begin = self.begun.is_none();
        self.begun.get_or_insert_with(task::now);
        let first = match self.manner {
            Manner::Served => "BEGIN",
            Manner::Job => "BEGIN; SET LOCAL statement_timeout = 50000",
            Manner::Report => "BEGIN; SET LOCAL statement_timeout = 0",
        };
        let client = &self.connection.client;
        let sent = self.connection.hear(async {
            let begun = async { if begin { client.batch_execute(first).await } else { Ok(()) } };
            let written =
                try_join_all(writes.iter().map(async |(statement, params)| client.execute(statement, params).await));
            // Polled in this order, so they leave in this order; Postgres answers them in turn.
            tokio::try_join!(biased; begun, written, last(client))
        });
        let (_, counts, value) = sent.map_err(|error| self.failed(&error))?;
        if merged.iter().zip(counts).any(|(write, count)| write.rows.is_some_and(|rows| rows != count)) {
            return Err(self.fail(StoreError::Contended));
        }
        Ok(value)
    }

    /// How long the transaction may have lasted by the server's clock when it is committed,
    /// milliseconds; nothing when it has no deadline.
    fn may_last(&mut self) -> Result<Option<i64>, StoreError> {
        let Some(deadline) = self.deadline.clone() else { return Ok(None) };
        deadline.check().map_err(|late| self.fail(late))?;
        if self.begun.is_none() {
            self.send(async |_| Ok(()))?;
        }
        let lasted = self.begun.map(|begun| task::now().saturating_duration_since(begun)).unwrap_or_default();
        let lasted = if lasted <= QUICK {
            i64::try_from(lasted.as_millis()).unwrap_or_default()
        } else {
            let rows = self.query(LASTED, &[])?;
            rows.first().map_or(Ok(0), |row| row.get("lasted"))?
        };
        Ok(Some(lasted + deadline.left().num_milliseconds() + ON_ITS_WAY_MS))
    }

    /// Sends what waits along with the commit. A write whose count matters is heard first.
    fn commit(mut self) -> Result<(), StoreError> {
        if self.begun.is_none() && self.waiting.is_empty() {
            return Ok(());
        }
        let counted = match self.waiting.iter().any(|write| write.rows.is_some()) {
            true => self.send(async |_| Ok(())),
            false => Ok(()),
        };
        let committed = counted.and_then(|()| self.may_last()).and_then(|may_last| {
            let guard = match may_last {
                Some(millis) => Some((self.prepared(IN_TIME)?.0, Value::Int(millis))),
                None => None,
            };
            self.connection.may_be_committed = true;
            self.send(async |client| {
                let in_time = async {
                    match &guard {
                        Some((statement, millis)) => client.execute(statement, &[millis]).await.map(|_| ()),
                        None => Ok(()),
                    }
                };
                tokio::try_join!(biased; in_time, client.batch_execute("COMMIT")).map(|_| ())
            })
        });
        if committed.is_err() {
            // An aborted transaction answers COMMIT with ROLLBACK; when even that did not come
            // back, the connection is torn.
            self.connection.roll_back();
        }
        committed
    }
}

impl Tx for PostgresTx<'_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        let mut queries = Vec::new();
        for ask in &asks {
            let prepared = self.prepared(&ask.for_postgres())?;
            let params = self.bound(&prepared.0, &ask.params)?;
            queries.push((prepared, params));
        }
        let answers = self.send(async |client| {
            try_join_all(queries.iter().map(async |((statement, _), params)| client.query(statement, params).await))
                .await
        })?;
        let answers = asks.iter().zip(&queries).zip(&answers);
        answers
            .map(|((ask, ((_, names), _)), rows)| match ask.lock {
                Lock::Subject => Ok(Vec::new()),
                Lock::None | Lock::Rows(_) | Lock::FreeRows(_) => rows.iter().map(|row| read(row, names)).collect(),
            })
            .collect()
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.waiting.push(write);
        Ok(())
    }

    fn commit_by(&mut self, deadline: Deadline) {
        self.deadline = Some(deadline);
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let (statement, names) = self.prepared(sql)?;
        let params = self.bound(&statement, params)?;
        let rows = self.send(async |client| client.query(&statement, &params).await)?;
        rows.iter().map(|row| read(row, &names)).collect()
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let (statement, _) = self.prepared(sql)?;
        let params = self.bound(&statement, params)?;
        self.send(async |client| client.execute(&statement, &params).await)
    }
}

fn read(row: &tokio_postgres::Row, names: &Names) -> Result<Row, StoreError> {
    let mut values = Vec::with_capacity(row.len());
    for (column, description) in row.columns().iter().enumerate() {
        let kind = description.type_();
        let value = if *kind == Type::INT8 {
            row.try_get::<_, Option<i64>>(column).map(Value::from)
        } else if *kind == Type::INT4 {
            row.try_get::<_, Option<i32>>(column).map(|value| value.map(i64::from).into())
        } else {
            row.try_get::<_, Option<String>>(column).map(Value::from)
        };
        values.push(value.map_err(|error| StoreError::unreadable(description.name(), error))?);
    }
    Ok(Row::new(Arc::clone(names), values))
}

impl Value {
    /// Whether a parameter of this kind takes it; never says the value itself.
    fn fits(&self, kind: &Type) -> Result<(), String> {
        let (what, fits) = match self {
            Self::Null => return Ok(()),
            Self::Int(value) if *kind == Type::INT4 => ("this integer", i32::try_from(*value).is_ok()),
            Self::Int(_) => ("an integer", *kind == Type::INT8),
            Self::Text(_) => ("a text", *kind == Type::TEXT || *kind == Type::VARCHAR),
        };
        if fits { Ok(()) } else { Err(format!("{what} cannot be a {kind}")) }
    }
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.fits(kind)?;
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) if *kind == Type::INT4 => i32::try_from(*value)?.to_sql(kind, out),
            Self::Int(value) => value.to_sql(kind, out),
            Self::Text(value) => value.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT4, Type::INT8, Type::TEXT, Type::VARCHAR].contains(kind)
    }

    to_sql_checked!();
}

struct PostgresSchema<'a>(&'a mut Connection);

impl PostgresSchema<'_> {
    /// Whether a lock was free that is tried for.
    fn locks(&self, sql: &str) -> Result<bool, StoreError> {
        let rows = self.0.hear(self.0.client.query(sql, &[]))?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose().map_err(Trouble::Said)? == Some(true))
    }

    /// Refuses to migrate what others serve: they would meet a schema that they do not know. Until
    /// the end of the transaction nobody begins to.
    fn is_free(&mut self, known: &[Migration]) -> Result<(), StoreError> {
        let SchemaStatus { version, newest, pending } = status_of(self, known)?;
        if version == 0 || pending.is_empty() {
            return Ok(());
        }
        if self.locks(SERVES_ALONE)? { Ok(()) } else { Err(SchemaFault::Served { version, newest }.into()) }
    }
}

impl Schema for PostgresSchema<'_> {
    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.0.script(&migrate::for_database("postgres", sql))?)
    }

    fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()";
        let rows = self.0.hear(self.0.client.query(sql, &[]))?;
        let read = rows.iter().map(|row| row.try_get(0));
        read.collect::<Result<_, _>>().map_err(|error| StoreError::unreadable("the names of the tables", error))
    }

    fn applied(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        let asked = self.0.client.query("SELECT version, checksum FROM schema_history ORDER BY version", &[]);
        let rows = self.0.hear(asked)?;
        let read = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        read.collect::<Result<_, tokio_postgres::Error>>()
            .map_err(|error| StoreError::unreadable("schema_history", error))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use mesto_operator::testing::PostgresCluster;

    const OF_NEXT: &str = "V99__next";

    /// What the next version knows.
    fn next() -> Vec<Migration> {
        let next = Migration { version: 99, name: "next", sql: "CREATE TABLE of_next (id BIGINT)" };
        let known = MIGRATIONS.iter().map(|known| Migration { ..*known });
        known.chain([next]).collect()
    }

    const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].version;

    fn migrate(address: &PostgresAddress, tries: Tries) -> Result<Vec<String>, StoreError> {
        Connection::open(address).unwrap().migrate_by(&next(), tries)
    }

    /// The server notices by itself that connections are gone, a moment later.
    fn migrate_when_nobody_serves(address: &PostgresAddress) {
        let migrated = (0..1_000).any(|_| migrate(address, Tries::ForGood) == Ok(vec![OF_NEXT.to_owned()]));
        assert!(migrated, "the lock stays");
    }

    fn cluster() -> (PostgresCluster, PostgresAddress) {
        let cluster = PostgresCluster::start().unwrap();
        let address = PostgresAddress::parse(&cluster.database().unwrap(), None).unwrap();
        (cluster, address)
    }

    const SERVED: StoreError = StoreError::Schema(SchemaFault::Served { version: NEWEST, newest: 99 });
    const AHEAD: StoreError = StoreError::Schema(SchemaFault::Ahead { version: 99, newest: NEWEST });

    #[test]
    fn nobody_migrates_while_another_instance_serves() {
        let (_cluster, address) = cluster();
        let serving = PostgresStore::connect(address.clone(), 2).unwrap();
        assert_eq!(migrate(&address, Tries::ForGood), Err(SERVED));
        assert_eq!(migrate(&address, Tries::TakenBack), Ok(vec![OF_NEXT.to_owned()]), "a try changes nothing");
        // Also over connections that were opened later.
        serving.transact(&mut |_| Ok(())).unwrap();
        let taken = serving.pool.take().unwrap();
        let another = serving.pool.take().unwrap();
        drop(taken);
        assert_eq!(migrate(&address, Tries::ForGood), Err(SERVED));
        serving.pool.give_back(another);
        drop(serving);
        migrate_when_nobody_serves(&address);
        assert_eq!(PostgresStore::connect(address, 1).err(), Some(AHEAD));
    }

    #[test]
    fn a_server_that_takes_connections_and_says_nothing_keeps_nobody_from_the_one_that_works() {
        let (_cluster, address) = cluster();
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let (host, name) = ("postgres://mesto@127.0.0.1:", address.database());
        let working = address.to_string().rsplit(':').next().unwrap().to_owned();
        for ports in [[port.to_string(), working.clone()], [working, port.to_string()]] {
            let text = format!("{host}{}/{name}", ports.join(",127.0.0.1:"));
            let store = PostgresStore::open(&text, 2).unwrap();
            assert_eq!(store.transact(&mut |_| Ok(())), Ok(()));
            assert!(store.probe(DateTime::UNIX_EPOCH).is_ok(), "what /readyz tells");
        }
    }

    #[test]
    fn the_page_tells_who_keeps_others_from_migrating_and_how_to_end_it() {
        let page = include_str!("../../../../docs/backup.md");
        let question = page.split("```").find(|block| block.contains("objid = 7215064")).unwrap();
        let (_cluster, address) = cluster();
        let looking = Connection::open(&address).unwrap();
        let sharing = || -> Vec<i32> {
            let rows = looking.hear(looking.client.query(question.trim().trim_end_matches(';'), &[])).unwrap();
            rows.iter().map(|row| row.get("pid")).collect()
        };
        let serving = PostgresStore::connect(address.clone(), 2).unwrap();
        serving.probe(DateTime::UNIX_EPOCH).unwrap();
        let found = sharing();
        assert_eq!(found.len(), 2, "one of the pool, and the watcher");
        for pid in &found {
            looking.script(&format!("SELECT pg_terminate_backend({pid})")).unwrap();
        }
        migrate_when_nobody_serves(&address);
        assert!(sharing().is_empty());
    }

    #[test]
    fn an_instance_that_lost_its_connections_notices_that_another_version_migrated() {
        let (_cluster, address) = cluster();
        let serving = PostgresStore::connect(address.clone(), 2).unwrap();
        let lose = || {
            let mut torn = serving.pool.take().unwrap();
            torn.is_torn = true;
            serving.pool.give_back(torn);
        };
        // The one that looks how the database is shares the lock as well.
        serving.probe(DateTime::UNIX_EPOCH).unwrap();
        lose();
        assert_eq!(migrate(&address, Tries::ForGood), Err(SERVED), "the watcher has it");
        assert_eq!(serving.transact(&mut |_| Ok(())), Ok(()), "nobody migrated");
        lose();
        serving.watcher.lock().unwrap().take();
        migrate_when_nobody_serves(&address);
        for _ in 0..3 {
            assert_eq!(serving.transact(&mut |tx| tx.write(heartbeat(DateTime::UNIX_EPOCH))), Err(AHEAD));
            assert_eq!(serving.probe(DateTime::UNIX_EPOCH), Err(AHEAD), "what /readyz tells");
        }
    }

    #[test]
    fn nobody_begins_to_serve_while_another_version_migrates() {
        let (_cluster, address) = cluster();
        let serving = PostgresStore::connect(address.clone(), 1).unwrap();
        let mut torn = serving.pool.take().unwrap();
        torn.is_torn = true;
        serving.pool.give_back(torn);
        let mut migrating = Connection::open(&address).unwrap();
        let mut schema = PostgresSchema(&mut migrating);
        let is_free = (0..1_000).any(|_| {
            schema.script("ROLLBACK; BEGIN").unwrap();
            schema.is_free(&next()).is_ok()
        });
        assert!(is_free, "the lock stays");
        let migrating = StoreError::Schema(SchemaFault::Migrating);
        assert_eq!(PostgresStore::connect_current(address.clone(), 1).err(), Some(migrating.clone()));
        assert_eq!(serving.transact(&mut |_| Ok(())), Err(migrating.clone()));
        assert_eq!(serving.probe(DateTime::UNIX_EPOCH), Err(migrating));
        // It was taken back: the schema is as it was.
        schema.script("ROLLBACK").unwrap();
        assert_eq!(serving.transact(&mut |_| Ok(())), Ok(()));
        assert!(PostgresStore::connect_current(address, 1).is_ok());
    }

    #[test]
    fn a_text_is_compared_by_its_bytes_in_every_column() {
        let (_cluster, address) = cluster();
        let store = PostgresStore::connect(address, 1).unwrap();
        let columns = "SELECT CAST(attrelid::regclass AS TEXT) || '.' || CAST(attname AS TEXT) AS name, CAST(CASE WHEN collname = 'C' THEN 1 ELSE 0 END AS BIGINT) AS is_by_bytes FROM pg_attribute JOIN pg_collation ON pg_collation.oid = attcollation JOIN pg_class ON pg_class.oid = attrelid WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS regnamespace) AND attnum > 0";
        let mut found: Vec<(String, i64)> = Vec::new();
        let look = &mut |tx: &mut dyn Tx| {
            let rows = tx.query(columns, &[])?;
            for row in &rows {
                found.push((row.get("name")?, row.get("is_by_bytes")?));
            }
            Ok(())
        };
        store.transact(look).unwrap();
        assert!(found.len() > 100, "{found:?}");
        found.retain(|(_, is_by_bytes)| *is_by_bytes == 0);
        assert_eq!(found, Vec::new());
    }

    #[test]
    fn the_server_notices_within_a_minute_that_a_machine_is_gone() {
        let (_cluster, address) = cluster();
        let connection = Connection::open(&address).unwrap();
        // Over TCP the server tells what its socket has, not what was asked for.
        for (setting, value) in [
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
            ("tcp_user_timeout", "60000"),
        ] {
            let rows = connection.hear(connection.client.query(&format!("SHOW {setting}"), &[])).unwrap();
            assert_eq!(rows[0].get::<_, String>(0), value, "{setting}");
        }
    }
}
