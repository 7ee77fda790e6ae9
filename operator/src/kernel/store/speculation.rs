//! A transaction run beforehand, on a snapshot and on a thread of its own, so that the one writer
//! of SQLite has less to do.
//!
//! Its reads are answered from the snapshot and remembered with their answers, its writes are only
//! remembered. The writer then asks the same again: as long as it hears the same answers, the
//! handler would decide the same, and what it wrote is written. At the first other answer the
//! handler itself runs again, in the writer. So nothing is decided by what is not true any more.

use super::sqlite::SqliteTx;
use super::statement::{Ask, Write};
use super::{Deadline, Row, StoreError, Tx, Value};

/// What a speculative transaction did, in its order: reads first, writes after them. The texts are
/// SQLite's already.
#[derive(Debug, Default)]
pub(super) struct Script {
    reads: Vec<(String, Vec<Value>, Vec<Row>)>,
    writes: Vec<(String, Write)>,
    pub deadline: Option<Deadline>,
}

impl Script {
    pub fn writes_nothing(&self) -> bool {
        self.writes.is_empty()
    }

    /// Whether everything reads as it did.
    pub fn holds(&self, tx: &mut SqliteTx<'_>) -> Result<bool, StoreError> {
        for (sql, params, rows) in &self.reads {
            if !tx.answers_with(sql, params, rows)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes what was to be written.
    pub fn perform(&self, tx: &mut SqliteTx<'_>) -> Result<(), StoreError> {
        self.writes.iter().try_for_each(|(sql, write)| tx.perform(sql, write))
    }
}

/// Runs a transaction on a snapshot.
pub(super) struct Speculation<'a, 'c> {
    snapshot: &'a mut SqliteTx<'c>,
    script: Script,
    /// It did something that only the writer can answer.
    is_impossible: bool,
}

impl<'a, 'c> Speculation<'a, 'c> {
    pub fn new(snapshot: &'a mut SqliteTx<'c>) -> Self {
        Self { snapshot, script: Script::default(), is_impossible: false }
    }

    /// What it did, or nothing when only the writer can do it.
    pub fn script(self) -> Option<Script> {
        (!self.is_impossible).then_some(self.script)
    }

    fn give_up<T>(&mut self) -> Result<T, StoreError> {
        self.is_impossible = true;
        Err(StoreError::GivenUp)
    }

    fn ask(&mut self, sql: String, params: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        // What was written here is not in the snapshot.
        if !self.script.writes_nothing() {
            return self.give_up();
        }
        let rows = self.snapshot.rows(&sql, &params)?;
        self.script.reads.push((sql, params, rows.clone()));
        Ok(rows)
    }
}

impl Tx for Speculation<'_, '_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        asks.into_iter()
            .map(|ask| match ask.for_sqlite() {
                Some(sql) => self.ask(sql, ask.params),
                None => Ok(Vec::new()),
            })
            .collect()
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.script.writes.push((write.for_sqlite(), write));
        Ok(())
    }

    fn commit_by(&mut self, deadline: Deadline) {
        self.script.deadline = Some(deadline);
    }

    /// Nobody knows what a text does.
    fn query(&mut self, _: &str, _: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.give_up()
    }

    fn execute(&mut self, _: &str, _: &[Value]) -> Result<u64, StoreError> {
        self.give_up()
    }
}
