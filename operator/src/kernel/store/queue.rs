//! What waits for the threads of SQLite: transactions to play beforehand, and those to write.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::rehearsal::Score;
use super::{Done, Job};

/// How long a commit waits for as many as came the last time. Less than the disk takes, and nothing for somebody alone.
const GATHER: Duration = Duration::from_micros(200);

/// A transaction that waits for the writer.
pub(super) struct Waiting {
    pub job: Job,
    pub done: Done,
    /// What it does, when it was played beforehand.
    pub score: Option<Score>,
}

/// What waits for the readers and for the writer.
#[derive(Default)]
pub(super) struct Queue {
    lines: Mutex<Lines>,
    for_readers: Condvar,
    for_writer: Condvar,
}

#[derive(Default)]
struct Lines {
    asked: VecDeque<(Job, Done)>,
    rehearsed: VecDeque<Waiting>,
    /// How many are being played by readers.
    on_stage: usize,
    is_closed: bool,
}

/// Stands for a transaction that a reader plays, however that ends.
pub(super) struct OnStage<'a>(&'a Queue);

impl Drop for OnStage<'_> {
    fn drop(&mut self) {
        self.0.lock().on_stage -= 1;
        self.0.for_writer.notify_one();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn ask(&self, job: Job, done: Done) {
        self.lock().asked.push_back((job, done));
        self.for_readers.notify_one();
    }

    pub fn close(&self) {
        self.lock().is_closed = true;
        self.for_readers.notify_all();
        self.for_writer.notify_all();
    }

    /// The next transaction to play beforehand; waits for one, until the store closes.
    pub fn to_rehearse(&self) -> Option<(Job, Done, OnStage<'_>)> {
        let mut lines = self.lock();
        loop {
            if let Some((job, done)) = lines.asked.pop_front() {
                lines.on_stage += 1;
                return Some((job, done, OnStage(self)));
            }
            if lines.is_closed {
                return None;
            }
            lines = self.for_readers.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub fn rehearsed(&self, waiting: Waiting, on_stage: OnStage<'_>) {
        self.lock().rehearsed.push_back(waiting);
        drop(on_stage);
    }

    /// The next transaction to write; waits for one, until the store closes and nothing is left.
    pub fn to_write(&self) -> Option<Waiting> {
        let mut lines = self.lock();
        loop {
            if let Some(waiting) = lines.rehearsed.pop_front() {
                return Some(waiting);
            }
            if lines.is_closed && lines.asked.is_empty() && lines.on_stage == 0 {
                return None;
            }
            lines = self.for_writer.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// One more for the batch: a played one, else one that no reader has got to. When there is none, it waits a moment for those that
    /// readers are playing, and for those that `are_expected`.
    pub fn also_to_write(&self, are_expected: bool) -> Option<Waiting> {
        let mut lines = self.lock();
        let mut has_waited = false;
        loop {
            if let Some(waiting) = lines.rehearsed.pop_front() {
                return Some(waiting);
            }
            if let Some((job, done)) = lines.asked.pop_front() {
                return Some(Waiting { job, done, score: None });
            }
            if has_waited || !(are_expected || lines.on_stage > 0) {
                return None;
            }
            (lines, _) = self.for_writer.wait_timeout(lines, GATHER).unwrap_or_else(PoisonError::into_inner);
            has_waited = true;
        }
    }
}
