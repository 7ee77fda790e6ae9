//! What a handler will read, asked beforehand in a round trip that is made anyway. The handler asks
//! as usual and needs not know.

use super::statement::{Ask, Write};
use super::{Deadline, Row, StoreError, Tx, Value};

/// A transaction in which some questions were answered already, after its locks were taken.
pub(crate) struct Prefetched<'a> {
    tx: &'a mut dyn Tx,
    answers: Vec<(Ask, Vec<Row>)>,
}

impl<'a> Prefetched<'a> {
    pub fn new(tx: &'a mut dyn Tx, answers: Vec<(Ask, Vec<Row>)>) -> Self {
        Self { tx, answers }
    }

    fn answer(&mut self, ask: &Ask) -> Option<Vec<Row>> {
        let place = self.answers.iter().position(|(known, _)| known == ask)?;
        Some(self.answers.swap_remove(place).1)
    }
}

impl Tx for Prefetched<'_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        let known: Vec<Option<Vec<Row>>> = asks.iter().map(|ask| self.answer(ask)).collect();
        let open = asks.into_iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(ask, _)| ask).collect();
        let mut read = match known.iter().all(Option::is_some) {
            true => Vec::new(),
            false => self.tx.read(open)?,
        }
        .into_iter();
        Ok(known.into_iter().map(|known| known.or_else(|| read.next()).unwrap_or_default()).collect())
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        // What was read before may not be true any more.
        self.answers.clear();
        self.tx.write(write)
    }

    fn commit_by(&mut self, deadline: Deadline) {
        self.tx.commit_by(deadline);
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.answers.clear();
        self.tx.query(sql, params)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.answers.clear();
        self.tx.execute(sql, params)
    }
}
