//! A transaction played beforehand, on a snapshot and on a thread of its own, so that the one writer of SQLite has less to do.
//!
//! Its reads are answered from the snapshot and remembered with their answers, its writes are only remembered. The writer then asks the
//! same again: as long as it hears the same answers, the handler would decide the same, and what it wrote is written. At the first other
//! answer the handler itself runs again, in the writer. So nothing is decided by what is not true any more.

use super::{Line, Row, StoreError, Tx, Value, Write};

/// What a transaction did, in its order: reads first, writes after them.
#[derive(Debug, Default)]
pub(super) struct Score {
    reads: Vec<(Line, Vec<Row>)>,
    writes: Vec<Write>,
}

impl Score {
    pub fn writes_nothing(&self) -> bool {
        self.writes.is_empty()
    }

    /// Whether everything reads as it did.
    pub fn holds(&self, tx: &mut dyn Tx) -> Result<bool, StoreError> {
        for (line, rows) in &self.reads {
            if tx.query(&line.sql, &line.values())? != *rows {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes what was to be written.
    pub fn perform(&self, tx: &mut dyn Tx) -> Result<(), StoreError> {
        for Write { line, rows } in &self.writes {
            match rows {
                Some(rows) => tx.write_exactly(*rows, &line.sql, &line.values())?,
                None => tx.write(&line.sql, &line.values())?,
            }
        }
        Ok(())
    }
}

/// Plays a transaction on a snapshot.
pub(super) struct Rehearsal<'a> {
    snapshot: &'a mut dyn Tx,
    score: Score,
    /// It did something that only the writer can answer.
    is_impossible: bool,
}

impl<'a> Rehearsal<'a> {
    pub fn new(snapshot: &'a mut dyn Tx) -> Self {
        Self { snapshot, score: Score::default(), is_impossible: false }
    }

    /// What it did, or nothing when only the writer can do it.
    pub fn score(self) -> Option<Score> {
        (!self.is_impossible).then_some(self.score)
    }

    fn give_up<T>(&mut self) -> Result<T, StoreError> {
        self.is_impossible = true;
        Err(StoreError::GivenUp)
    }
}

impl Tx for Rehearsal<'_> {
    fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        // What was written here is not in the snapshot.
        if !sql.starts_with("SELECT") || !self.score.writes_nothing() {
            return self.give_up();
        }
        let rows = self.snapshot.query(sql, params)?;
        self.score.reads.push((Line::of(sql, params), rows.clone()));
        Ok(rows)
    }

    /// How many rows it would change cannot be known.
    fn execute(&mut self, _: &str, _: &[Value<'_>]) -> Result<u64, StoreError> {
        self.give_up()
    }

    fn write(&mut self, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError> {
        self.score.writes.push(Write { line: Line::of(sql, params), rows: None });
        Ok(())
    }

    fn write_exactly(&mut self, rows: u64, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError> {
        self.score.writes.push(Write { line: Line::of(sql, params), rows: Some(rows) });
        Ok(())
    }
}
