//! A transaction that waits in a queue: how important it is, for whom it is done, since when it
//! waits.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::{StoreError, Tx, Work, contained};

/// A transaction that can wait in a queue.
pub type Job = Box<dyn FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send>;
/// Called once with how it ended, after the commit.
pub type Done = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// What is served first, and refused last, when there is too much to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Importance {
    /// What only asks.
    Reading,
    /// What changes something, or promises a price.
    Usual,
    /// Money: purchases, a bank's word, what became of a key, a barrier that waits.
    Money,
}

/// Stands for an account that asks, or for a token whose account is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Asker(pub u64);

/// A transaction on its way to a store's threads.
pub struct Task {
    job: Job,
    done: Done,
    importance: Importance,
    /// `None`: it is done whoever waits for it.
    caller: Option<Weak<()>>,
    asker: Option<Asker>,
    came: Instant,
    /// Nobody at a connection waits for it.
    is_job: bool,
}

impl Task {
    /// Work that is as important as money, whoever waits for it.
    #[must_use]
    pub fn new(job: Job, done: Done) -> Self {
        let job = Box::new(contained(job));
        Self { job, done, importance: Importance::Money, caller: None, asker: None, came: now(), is_job: false }
    }

    #[must_use]
    pub fn of(self, importance: Importance) -> Self {
        Self { importance, ..self }
    }

    /// For a caller who is there as long as this is: when he is gone before its turn comes, it is
    /// not done.
    #[must_use]
    pub fn for_caller(self, caller: &Arc<()>) -> Self {
        Self { caller: Some(Arc::downgrade(caller)), ..self }
    }

    /// Asked by somebody who has no more than his part of what runs at once.
    #[must_use]
    pub fn asked_by(self, asker: Option<Asker>) -> Self {
        Self { asker, ..self }
    }

    /// A job of the operator itself, which may take longer than what is asked by somebody.
    #[must_use]
    pub fn as_job(self) -> Self {
        Self { is_job: true, ..self }
    }

    /// The same task, seen by somebody who looks at what it does and how it ends.
    pub(crate) fn seen_by(self, job: impl FnOnce(Job) -> Job, done: impl FnOnce(Done) -> Done) -> Self {
        Self { job: job(self.job), done: done(self.done), ..self }
    }

    pub(super) const fn importance(&self) -> Importance {
        self.importance
    }

    pub(super) const fn is_job(&self) -> bool {
        self.is_job
    }

    pub(super) const fn asker(&self) -> Option<Asker> {
        self.asker
    }

    pub(super) fn waited(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.came)
    }

    /// Nobody waits for its answer any more: the connection was closed, or the time was over.
    pub(super) fn is_forsaken(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.strong_count() == 0)
    }

    pub(super) fn job(&mut self) -> &mut Work<'static> {
        &mut *self.job
    }

    pub(super) fn end(self, ended: Result<(), StoreError>) {
        (self.done)(ended);
    }

    /// Does it, by what runs a transaction.
    pub(super) fn run(mut self, transact: impl FnOnce(&mut Work<'_>) -> Result<(), StoreError>) {
        let ended = transact(&mut *self.job);
        self.end(ended);
    }
}

/// How long something waits is not a time of day: no clock of the operator's is asked.
#[allow(clippy::disallowed_methods)] // the edge: waiting is measured in real time
pub(super) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_is_watched_stays_one() {
        let task = || Task::new(Box::new(|_| Ok(())), Box::new(|_| {})).of(Importance::Reading);
        assert!(!task().is_job());
        assert!(task().as_job().seen_by(|job| job, |done| done).is_job());
    }
}
