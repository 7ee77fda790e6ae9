//! Instances over one Postgres whose transactions wait for each other at a place, so that what
//! rarely happens happens.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use mesto_operator::store::{Ask, Deadline, Row, Value, Work, Write};
use mesto_operator::{PostgresStore, Store, StoreError, Tx};

/// Where they wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    BehindTheFirstRead,
    /// All was read, nothing was written.
    BeforeTheFirstWrite,
}

/// An instance whose transactions wait, each in its first run, for as many of other instances as
/// the barrier is for.
pub struct Meeting {
    inner: PostgresStore,
    place: Place,
    barrier: Arc<Barrier>,
    runs: AtomicUsize,
}

impl Meeting {
    pub fn new(inner: PostgresStore, place: Place, barrier: Arc<Barrier>) -> Self {
        Self { inner, place, barrier, runs: AtomicUsize::new(0) }
    }

    /// How often a transaction was run.
    pub fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

impl Store for Meeting {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let mut barrier = Some(&self.barrier);
        self.inner.transact(&mut |tx| {
            self.runs.fetch_add(1, Ordering::SeqCst);
            work(&mut MeetingTx { inner: tx, place: self.place, barrier: barrier.take() })
        })
    }
}

struct MeetingTx<'a> {
    inner: &'a mut dyn Tx,
    place: Place,
    barrier: Option<&'a Arc<Barrier>>,
}

impl MeetingTx<'_> {
    fn meet(&mut self, place: Place) {
        if self.place == place
            && let Some(barrier) = self.barrier.take()
        {
            barrier.wait();
        }
    }
}

impl Tx for MeetingTx<'_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        let rows = self.inner.read(asks);
        self.meet(Place::BehindTheFirstRead);
        rows
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.meet(Place::BeforeTheFirstWrite);
        self.inner.write(write)
    }

    fn commit_by(&mut self, deadline: Deadline) {
        self.inner.commit_by(deadline);
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.inner.query(sql, params)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.inner.execute(sql, params)
    }
}
