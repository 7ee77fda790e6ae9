//! What is played, what came of it, and what a broken law says.

use std::fmt;

use crate::faulty::Defect;

/// What is played.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub seed: u64,
    pub steps: u32,
    pub phones: usize,
    /// A defect planted on purpose; the run must then fail.
    pub defect: Defect,
}

impl Settings {
    pub const fn new(seed: u64, steps: u32) -> Self {
        Self { seed, steps, phones: 5, defect: Defect::None }
    }
}

/// What a run did, so that a test can see that it was worth something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub tickets: u64,
    pub confirmed: u64,
    pub refused: u64,
    pub expired: u64,
    pub unconfirmed_seen: u64,
    pub orders: u64,
    /// Payments that the bank took, and those of them that it paid back.
    pub card_payments: u64,
    pub paid_back: u64,
    /// Cars that came into the garage, and payments for them in the app.
    pub visits: u64,
    pub visits_paid: u64,
    /// Cars that were let out by what the controller knew, or by a driver's receipt alone.
    pub let_out_alone: u64,
    pub let_out_by_receipt: u64,
    /// Cars that left while something was owed.
    pub left_unpaid: u64,
    /// Cars of which something dearer was told after they had left.
    pub corrected_late: u64,
    /// Payments of a ticket that another one had paid.
    pub beaten: u64,
    /// Payments that were refused because the controller was silent.
    pub refused_in_silence: u64,
    pub phone_crashes: u64,
    pub operator_crashes: u64,
    pub answers_lost: u64,
    pub requests_doubled: u64,
    /// Hash-like mark of the whole run: equal for equal seeds.
    pub mark: u64,
}

/// A law broke. The seed and step replay it.
#[derive(Debug)]
pub struct Failure {
    pub settings: Settings,
    pub step: u32,
    pub faults: Vec<String>,
    /// The last things that happened, oldest first.
    pub trail: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} broke at step {} of {}:", self.settings.seed, self.step, self.settings.steps)?;
        for fault in &self.faults {
            writeln!(f, "  {fault}")?;
        }
        writeln!(f, "before that:")?;
        for line in &self.trail {
            writeln!(f, "  {line}")?;
        }
        write!(f, "replay: cargo xtask simulate --seed {} --steps {}", self.settings.seed, self.settings.steps)
    }
}
