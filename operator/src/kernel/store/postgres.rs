//! Postgres: a pool of connections, each with its own thread while it works; statements prepared once, writes sent together.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use futures_util::future::try_join_all;
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls, Statement};

use super::merge::{WRONG_COUNT, merge};
use super::migrate::{self, Schema, migrate};
use super::{Ask, Cell, Done, Job, Line, Owned, Row, Store, StoreError, Tx, Value, Work, Write, contained};

/// How often a transaction is run again when the database asks for it.
const ATTEMPTS: usize = 10;
/// Longest wait for a row that another transaction holds.
const LOCK_TIMEOUT_MS: u32 = 5_000;

/// What means that somebody else was faster. Handlers look before they write, so a key that is there all the same came meanwhile.
const COLLISIONS: [SqlState; 4] =
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION, WRONG_COUNT];

/// A Postgres database, one or many operators on it.
pub struct PostgresStore {
    pool: Arc<Pool>,
    queue: Option<Sender<(Job, Done)>>,
    workers: Vec<JoinHandle<()>>,
}

struct Pool {
    url: String,
    idle: Mutex<Idle>,
    returned: Condvar,
}

struct Idle {
    connections: Vec<Connection>,
    /// Connections that may still be opened.
    room: usize,
}

impl PostgresStore {
    /// Connects (`postgres://user@host/name`, or a key=value string), brings the schema up to date and starts `connections` workers.
    pub fn open(url: &str, connections: usize) -> Result<Self, StoreError> {
        let connections = connections.max(1);
        let mut first = Connection::open(url)?;
        first.migrate()?;
        let pool = Arc::new(Pool {
            url: url.to_owned(),
            idle: Mutex::new(Idle { connections: vec![first], room: connections - 1 }),
            returned: Condvar::new(),
        });
        let (queue, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let workers = (0..connections)
            .map(|number| {
                let (pool, waiting) = (Arc::clone(&pool), Arc::clone(&waiting));
                std::thread::Builder::new()
                    .name(format!("mesto-store-{number}"))
                    .spawn(move || work_all(&pool, &waiting))
                    .map_err(|error| StoreError::Unavailable(error.to_string()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { pool, queue: Some(queue), workers })
    }
}

fn work_all(pool: &Pool, waiting: &Mutex<Receiver<(Job, Done)>>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((mut job, done)) = next else { return };
        let ended = pool.transact(&mut *job);
        done(ended);
    }
}

impl Store for PostgresStore {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        self.pool.transact(&mut contained(work))
    }

    fn submit(&self, job: Job, done: Done) {
        let refused = match &self.queue {
            Some(queue) => queue.send((Box::new(contained(job)), done)).err().map(|unsent| unsent.0.1),
            None => Some(done),
        };
        if let Some(done) = refused {
            done(Err(StoreError::Unavailable("the workers have stopped".into())));
        }
    }
}

impl Drop for PostgresStore {
    /// Lets the workers finish what waits.
    fn drop(&mut self) {
        self.queue = None;
        for worker in self.workers.drain(..) {
            if worker.thread().id() != std::thread::current().id() {
                let _ = worker.join();
            }
        }
    }
}

impl Pool {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let mut connection = self.take()?;
            let outcome = connection.transact(work);
            self.give_back(connection);
            match outcome {
                Err(StoreError::Contended) => {}
                other => return other,
            }
        }
        Err(StoreError::Contended)
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = idle.connections.pop() {
                return Ok(connection);
            }
            if idle.room > 0 {
                idle.room -= 1;
                drop(idle);
                return Connection::open(&self.url).inspect_err(|_| self.make_room());
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn make_room(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).room += 1;
        self.returned.notify_one();
    }

    fn give_back(&self, connection: Connection) {
        if connection.client.is_closed() || connection.is_torn {
            self.make_room();
            return;
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).connections.push(connection);
        self.returned.notify_one();
    }
}

/// One connection, driven by the thread that uses it.
struct Connection {
    runtime: Runtime,
    client: Client,
    statements: HashMap<String, Statement>,
    /// Its transaction could not be ended; it must not be used again.
    is_torn: bool,
}

impl Connection {
    fn open(url: &str) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(reason = %error, "the connection to Postgres ended");
                }
            });
            // Every statement is a walk along an index. Planning it anew for each value costs more than it could win, and a plan made
            // while a table is empty would read all of it for ever after.
            client
                .batch_execute(&format!(
                    "SET lock_timeout = {LOCK_TIMEOUT_MS}; SET default_transaction_isolation = 'read committed'; SET client_min_messages = warning; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off"
                ))
                .await?;
            Ok::<_, tokio_postgres::Error>(client)
        });
        let client = client.map_err(|error| refused(&error))?;
        Ok(Self { runtime, client, statements: HashMap::new(), is_torn: false })
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        let mut schema = PostgresSchema(self);
        schema.script("BEGIN")?;
        // Several operators may start at once on an empty database.
        schema.script("SELECT pg_advisory_xact_lock(7215063)")?;
        let migrated = migrate(&mut schema);
        schema.script(if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        migrated
    }

    fn transact(&mut self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let mut tx = PostgresTx { connection: self, waiting: Vec::new(), has_begun: false, failed: None };
        let outcome = work(&mut tx);
        let failed = tx.failed.clone();
        let outcome = match (outcome, failed) {
            // A closure may have turned the database's word into one of its own; a retry is still a retry.
            (Err(_), Some(failed)) => Err(failed),
            (outcome, _) => outcome,
        };
        if outcome.is_ok() {
            return tx.commit();
        }
        if tx.has_begun && self.runtime.block_on(self.client.batch_execute("ROLLBACK")).is_err() {
            self.is_torn = true;
        }
        outcome
    }

    /// Preparing inside a transaction is as good as outside of it.
    fn prepare(&mut self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.runtime.block_on(self.client.prepare(sql))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// `BEGIN` and writes travel together with the next statement that has an answer.
struct PostgresTx<'a> {
    connection: &'a mut Connection,
    waiting: Vec<Write>,
    has_begun: bool,
    failed: Option<StoreError>,
}

impl PostgresTx<'_> {
    fn fail(&mut self, error: &tokio_postgres::Error) -> StoreError {
        let error = refused(error);
        self.failed = Some(error.clone());
        error
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, StoreError> {
        self.connection.prepare(sql).map_err(|error| self.fail(&error))
    }

    /// Sends what waits, then `last`, in one go, in order.
    fn send<T>(
        &mut self,
        last: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, StoreError> {
        let waiting = std::mem::take(&mut self.waiting);
        let mut writes = Vec::new();
        for merged in merge(&waiting) {
            let statement = self.statement(&merged.sql)?;
            writes.push((statement, bound(merged.members.iter().flat_map(|write| &write.line.params))));
        }
        let begin = !std::mem::replace(&mut self.has_begun, true);
        let client = &self.connection.client;
        let sent = self.connection.runtime.block_on(async {
            let begun = async { if begin { client.batch_execute("BEGIN").await } else { Ok(()) } };
            let written =
                try_join_all(writes.iter().map(async |(statement, params)| client.execute(statement, params).await));
            // Polled in this order, so they leave in this order; Postgres answers them in turn.
            tokio::try_join!(biased; begun, written, last(client)).map(|(_, _, value)| value)
        });
        sent.map_err(|error| self.fail(&error))
    }

    fn commit(mut self) -> Result<(), StoreError> {
        if !self.has_begun && self.waiting.is_empty() {
            return Ok(());
        }
        let committed = self.send(async |client| client.batch_execute("COMMIT").await);
        if committed.is_err() {
            // An aborted transaction answers COMMIT with ROLLBACK; when even that did not come back, the connection is torn.
            let connection = &mut *self.connection;
            connection.is_torn = connection.runtime.block_on(connection.client.batch_execute("ROLLBACK")).is_err();
        }
        committed
    }
}

impl Tx for PostgresTx<'_> {
    fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let statement = self.statement(sql)?;
        let params = bound(params);
        let rows = self.send(async |client| client.query(&statement, &params).await)?;
        rows.iter().map(read).collect()
    }

    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.statement(sql)?;
        let params = bound(params);
        self.send(async |client| client.execute(&statement, &params).await)
    }

    fn write(&mut self, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError> {
        self.waiting.push(Write { line: Line::of(sql, params), rows: None });
        Ok(())
    }

    fn write_exactly(&mut self, rows: u64, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError> {
        self.waiting.push(Write { line: Line::of(sql, params), rows: Some(rows) });
        Ok(())
    }

    fn query_all(&mut self, asks: &[Ask<'_>]) -> Result<Vec<Vec<Row>>, StoreError> {
        let mut queries = Vec::new();
        for ask in asks {
            queries.push((self.statement(ask.sql)?, bound(&ask.params)));
        }
        let answers = self.send(async |client| {
            try_join_all(queries.iter().map(async |(statement, params)| client.query(statement, params).await)).await
        })?;
        answers.iter().map(|rows| rows.iter().map(read).collect()).collect()
    }
}

/// Values as the driver takes them.
fn bound<'a, T: ToSql + Sync + 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<&'a (dyn ToSql + Sync)> {
    values.into_iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn read(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let mut cells = Vec::with_capacity(row.len());
    for (column, description) in row.columns().iter().enumerate() {
        let kind = description.type_();
        let cell = if *kind == Type::INT8 {
            row.try_get::<_, Option<i64>>(column).map(|value| value.map(Cell::Int))
        } else if *kind == Type::INT4 {
            row.try_get::<_, Option<i32>>(column).map(|value| value.map(|value| Cell::Int(value.into())))
        } else {
            row.try_get::<_, Option<String>>(column).map(|value| value.map(Cell::Text))
        };
        cells.push(cell.map_err(|error| StoreError::unreadable(description.name(), error))?.unwrap_or(Cell::Null));
    }
    Ok(Row(cells))
}

impl ToSql for Owned {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Value::from(self).to_sql(kind, out)
    }

    fn accepts(kind: &Type) -> bool {
        <Value<'_> as ToSql>::accepts(kind)
    }

    to_sql_checked!();
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) if *kind == Type::INT4 => i32::try_from(*value)?.to_sql(kind, out),
            Value::Int(value) if *kind == Type::INT8 => value.to_sql(kind, out),
            Value::Text(value) if *kind == Type::TEXT || *kind == Type::VARCHAR => value.to_sql(kind, out),
            other => Err(format!("{other:?} cannot be a {kind}").into()),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT4, Type::INT8, Type::TEXT, Type::VARCHAR].contains(kind)
    }

    to_sql_checked!();
}

struct PostgresSchema<'a>(&'a mut Connection);

impl Schema for PostgresSchema<'_> {
    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        let sql = migrate::for_database("postgres", sql);
        self.0.runtime.block_on(self.0.client.batch_execute(&sql)).map_err(|error| refused(&error))
    }

    fn applied(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        let rows = self
            .0
            .runtime
            .block_on(self.0.client.query("SELECT version, checksum FROM schema_history ORDER BY version", &[]))
            .map_err(|error| refused(&error))?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, tokio_postgres::Error>>()
            .map_err(|error| refused(&error))
    }
}

fn refused(error: &tokio_postgres::Error) -> StoreError {
    let Some(code) = error.code() else { return StoreError::Unavailable(error.to_string()) };
    if *code == SqlState::DISK_FULL {
        StoreError::Full
    } else if COLLISIONS.contains(code) {
        StoreError::Contended
    } else if *code == SqlState::LOCK_NOT_AVAILABLE {
        StoreError::Locked
    } else if code.code().starts_with("57P") || code.code().starts_with("08") || code.code().starts_with("53") {
        StoreError::Unavailable(error.to_string())
    } else {
        let said = error.as_db_error().map_or_else(String::new, |said| said.message().to_owned());
        StoreError::Broken(format!("{}: {said}", code.code()))
    }
}
