//! What waits for the threads of SQLite: transactions to run speculatively, and those to write.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::StoreError;
use super::deadline::Deadline;
use super::line::{Crowd, Line, MOST};
use super::speculation::Script;
use super::task::{self, Importance, Task};

/// How long a commit waits for as many as came the last time. Less than the disk takes, and nothing
/// for somebody alone.
const GATHER: Duration = Duration::from_micros(200);

/// A transaction that waits for the writer.
pub(super) struct Waiting {
    pub task: Task,
    /// What it does, when it was run speculatively.
    pub script: Option<Script>,
    /// Until when it may be committed; known when it was run.
    pub deadline: Option<Deadline>,
}

impl Waiting {
    pub const fn new(task: Task, script: Option<Script>) -> Self {
        Self { task, script, deadline: None }
    }
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
    asked: Line,
    /// Probes of the store's health, which the writer does first. They say nothing of how long
    /// others wait.
    probes: VecDeque<Waiting>,
    to_write: VecDeque<Waiting>,
    /// Of those who are written.
    crowd: Crowd,
    /// How many are being run by readers.
    in_progress: usize,
    is_closed: bool,
}

impl Lines {
    /// The next for the writer: a probe, else the next of those that readers have run.
    fn next_to_write(&mut self) -> Option<Waiting> {
        while let Some(probe) = self.probes.pop_front() {
            if !probe.task.is_forsaken() {
                return Some(probe);
            }
        }
        while let Some(waiting) = self.to_write.pop_front() {
            if !waiting.task.is_forsaken() {
                let now = task::now();
                self.crowd.serves(waiting.task.waited(now), now);
                return Some(waiting);
            }
        }
        None
    }

    /// Whether the writer takes one more; what only asks does not need it.
    fn may_come(&self, importance: Importance) -> bool {
        let now = task::now();
        importance == Importance::Reading
            || self.to_write.len() < MOST && self.crowd.takes(self.to_write.len(), self.longest(now), now)
    }

    /// How long the first of those who are to be written has waited.
    fn longest(&self, now: Instant) -> Duration {
        self.to_write.front().map_or(Duration::ZERO, |first| first.task.waited(now))
    }
}

/// Stands for a transaction that a reader runs, however that ends.
pub(super) struct InProgress<'a>(&'a Queue);

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        self.0.lock().in_progress -= 1;
        self.0.for_writer.notify_one();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a task into line, or ends it when that is too long.
    pub fn ask(&self, task: Task) {
        let mut lines = self.lock();
        let may_come = lines.may_come(task.importance());
        let joined = lines.asked.join(task, may_come);
        drop(lines);
        match joined {
            Ok(()) => self.for_readers.notify_one(),
            Err(task) => task.end(Err(StoreError::Overloaded)),
        }
    }

    /// Puts a probe before all others that are to be written.
    pub fn ask_first(&self, task: Task) {
        self.lock().probes.push_back(Waiting::new(task, None));
        self.for_writer.notify_one();
    }

    pub fn close(&self) {
        self.lock().is_closed = true;
        self.for_readers.notify_all();
        self.for_writer.notify_all();
    }

    /// The next transaction to run speculatively; waits for one, until the store closes.
    pub fn to_run(&self) -> Option<(Task, InProgress<'_>)> {
        let mut lines = self.lock();
        loop {
            if let Some(task) = lines.asked.next() {
                lines.in_progress += 1;
                return Some((task, InProgress(self)));
            }
            if lines.is_closed {
                // Those whose callers are gone were dropped here, and the writer may wait for them.
                self.for_writer.notify_all();
                return None;
            }
            lines = self.for_readers.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub fn ran(&self, waiting: Waiting, in_progress: InProgress<'_>) {
        let mut lines = self.lock();
        if lines.to_write.is_empty() {
            lines.crowd.begins(task::now());
        }
        lines.to_write.push_back(waiting);
        drop(lines);
        drop(in_progress);
    }

    /// The next transaction to write; waits for one, until the store closes and nothing is left.
    pub fn to_write(&self) -> Option<Waiting> {
        let mut lines = self.lock();
        loop {
            if let Some(waiting) = lines.next_to_write() {
                return Some(waiting);
            }
            if lines.is_closed && lines.asked.is_empty() && lines.in_progress == 0 {
                return None;
            }
            lines = self.for_writer.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// One more for the batch: one that a reader ran, else one that no reader has got to. When
    /// there is none, it waits a moment for those that readers are running, and for those that
    /// `are_expected`.
    pub fn also_to_write(&self, are_expected: bool) -> Option<Waiting> {
        let mut lines = self.lock();
        let mut has_waited = false;
        loop {
            if let Some(waiting) = lines.next_to_write() {
                return Some(waiting);
            }
            if let Some(task) = lines.asked.next() {
                return Some(Waiting::new(task, None));
            }
            if has_waited || !(are_expected || lines.in_progress > 0) {
                return None;
            }
            (lines, _) = self.for_writer.wait_timeout(lines, GATHER).unwrap_or_else(PoisonError::into_inner);
            has_waited = true;
        }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        let lines = self.lock();
        lines.asked.len() + lines.probes.len() + lines.to_write.len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::{Arc, mpsc};

    use super::*;

    fn task(importance: Importance) -> Task {
        Task::new(Box::new(|_| Ok(())), Box::new(|_| {})).of(importance)
    }

    /// Run by a reader, and left for the writer.
    fn leave_to_write(queue: &Queue, importance: Importance) {
        queue.ask(task(importance));
        let (task, in_progress) = queue.to_run().unwrap();
        queue.ran(Waiting::new(task, None), in_progress);
    }

    #[test]
    fn a_probe_is_written_first_and_hides_neither_a_writer_that_stands_still_nor_a_crowd() {
        let queue = Queue::default();
        leave_to_write(&queue, Importance::Usual);
        let since = task::now();
        while task::now() <= since {}
        queue.ask_first(task(Importance::Money));
        assert_eq!(queue.len(), 2);
        let mut lines = queue.lock();
        let second = Duration::from_secs(1);
        assert!(lines.longest(since + second) >= second, "the probe came later");
        lines.crowd.serves(second, since);
        let first = lines.next_to_write().unwrap();
        assert_eq!(first.task.importance(), Importance::Money);
        assert!(!lines.crowd.takes(1, second, since + second), "a probe that was served at once calms nobody");
        assert_eq!(lines.next_to_write().unwrap().task.importance(), Importance::Usual);
    }

    #[test]
    fn a_probe_that_nobody_waits_for_is_not_done() {
        let queue = Queue::default();
        let caller = Arc::new(());
        queue.ask_first(task(Importance::Money).for_caller(&caller));
        drop(caller);
        leave_to_write(&queue, Importance::Usual);
        assert_eq!(queue.to_write().unwrap().task.importance(), Importance::Usual);
    }

    #[test]
    fn the_writer_ends_although_callers_left_while_the_store_closed() {
        // The writer has to wait already when the last reader ends: often enough it does.
        for _ in 0..200 {
            let queue = Arc::new(Queue::default());
            queue.ask(task(Importance::Usual));
            let (_, in_progress) = queue.to_run().unwrap();
            let caller = Arc::new(());
            queue.ask(task(Importance::Usual).for_caller(&caller));
            drop(caller);
            queue.close();
            let (begun, begins) = mpsc::channel();
            let (over, ends) = mpsc::channel();
            let writer = Arc::clone(&queue);
            std::thread::spawn(move || {
                begun.send(()).unwrap();
                over.send(writer.to_write().is_none()).unwrap();
            });
            begins.recv().unwrap();
            for _ in 0..20 {
                std::thread::yield_now();
            }
            drop(in_progress);
            std::thread::yield_now();
            assert!(queue.to_run().is_none());
            assert_eq!(ends.recv_timeout(Duration::from_secs(20)), Ok(true), "it waits for ever");
        }
    }
}
