//! Stores that fail or lie on purpose: to crash a transaction in its middle, and to show that the
//! laws notice what they are for.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use mesto_operator::store::{Ask, Deadline, Row, Store, StoreError, Tx, Value, Work, Write};

/// A defect planted between the operator and its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    None,
    /// Answers of finished requests are never found again: a retry is executed anew.
    ForgetsIdempotency,
    /// The second leg of every other ledger entry is not written.
    DropsLedgerLeg,
    /// No stay's row is ever written.
    ForgetsStay,
    /// What is owed back is never written down.
    ForgetsRefunds,
    /// What was paid in the app for a visit to a garage is never found again.
    ForgetsWhatWasPaid,
    /// Changes of a visit are never written: that it was paid, its receipt, that the car has left.
    ForgetsVisits,
    /// What a car owed when it left is never written down.
    ForgetsClaims,
    /// Not of the store: a garage counts as heard for a whole day.
    HearsTheSilent,
}

/// A store with a plan: abort the transaction after so many statements, or live with a [`Defect`].
pub struct Faulty<S> {
    inner: S,
    defect: Defect,
    plan: Arc<Plan>,
}

/// What happens to the next transaction. Negative: nothing.
#[derive(Debug)]
pub struct Plan {
    /// Statements that may still run before the process dies.
    abort_after: AtomicI64,
    legs: AtomicI64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { abort_after: AtomicI64::new(-1), legs: AtomicI64::new(0) }
    }
}

impl Plan {
    /// The next transactions end after `statements` more statements, until [`Plan::calm`].
    pub fn abort_after(&self, statements: i64) {
        self.abort_after.store(statements, Ordering::SeqCst);
    }

    pub fn calm(&self) {
        self.abort_after.store(-1, Ordering::SeqCst);
    }

    /// Whether the planned abort happened.
    pub fn struck(&self) -> bool {
        self.abort_after.load(Ordering::SeqCst) == 0
    }
}

impl<S: Store> Faulty<S> {
    pub fn new(inner: S, defect: Defect, plan: Arc<Plan>) -> Self {
        Self { inner, defect, plan }
    }
}

impl<S: Store> Store for Faulty<S> {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        self.inner.transact(&mut |tx| work(&mut FaultyTx { inner: tx, defect: self.defect, plan: &self.plan }))
    }
}

struct FaultyTx<'a> {
    inner: &'a mut dyn Tx,
    defect: Defect,
    plan: &'a Plan,
}

impl FaultyTx<'_> {
    fn strike(&self) -> Result<(), StoreError> {
        match self.plan.abort_after.load(Ordering::SeqCst) {
            0 => Err(StoreError::Unavailable("the process died here".to_owned())),
            left if left > 0 => {
                self.plan.abort_after.store(left - 1, Ordering::SeqCst);
                if left == 1 { Err(StoreError::Unavailable("the process died here".to_owned())) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// A write that the planted defect swallows.
    fn swallows(&self, write: &Write) -> bool {
        let (table, is_insert) = write.target();
        match self.defect {
            Defect::None | Defect::ForgetsWhatWasPaid | Defect::HearsTheSilent => false,
            Defect::ForgetsIdempotency => table == "intent",
            Defect::DropsLedgerLeg => {
                table == "ledger_leg" && is_insert && self.plan.legs.fetch_add(1, Ordering::SeqCst) % 4 == 3
            }
            Defect::ForgetsStay => table == "stay",
            Defect::ForgetsRefunds => table == "refund" && is_insert,
            Defect::ForgetsVisits => table == "visit" && !is_insert,
            Defect::ForgetsClaims => table == "claim",
        }
    }
}

impl Tx for FaultyTx<'_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        for _ in &asks {
            self.strike()?;
        }
        let mut answers = self.inner.read(asks)?;
        if self.defect == Defect::ForgetsWhatWasPaid {
            // What was paid in the app has a sale.
            let is_payment = |row: &Row| {
                row.columns().any(|(name, _)| name.ends_with("priced_at"))
                    && row.columns().any(|(name, value)| name.ends_with("sale") && *value != Value::Null)
            };
            answers.iter_mut().for_each(|rows| rows.retain(|row| !is_payment(row)));
        }
        Ok(answers)
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.strike()?;
        if self.swallows(&write) { Ok(()) } else { self.inner.write(write) }
    }

    fn commit_by(&mut self, deadline: Deadline) {
        self.inner.commit_by(deadline);
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.strike()?;
        self.inner.query(sql, params)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.strike()?;
        self.inner.execute(sql, params)
    }
}
