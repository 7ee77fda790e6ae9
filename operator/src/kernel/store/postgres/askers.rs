//! What one asker runs at once, so that others are served while his tasks wait for each other.
//!
//! The tasks of an account mostly want the same row. Were they all let in, one row that is held by
//! somebody would take every connection. Who waits for his own tasks stands beside the line, so
//! that his wait tells nothing of the store.

use std::collections::{HashMap, VecDeque};

use super::super::Task;
use super::super::task::Asker;

/// One asker has one of so many places.
const PART: usize = 8;

#[derive(Default)]
pub(super) struct Askers {
    running: HashMap<Asker, Runs>,
    /// Their turn has come: they count as running.
    ready: VecDeque<Task>,
}

/// How many tasks of an asker run, and those that wait for them.
#[derive(Default)]
struct Runs {
    count: usize,
    waiting: VecDeque<Task>,
}

/// How many places an asker has of those that are allowed: two at least, so that what takes long
/// does not keep him from everything, and never all.
fn part(allowed: usize) -> usize {
    (allowed / PART).max(2).min(allowed.saturating_sub(1).max(1))
}

impl Askers {
    /// The task, when it may run where so many may at once; else it is kept until one of its asker
    /// has ended.
    pub fn admits(&mut self, task: Task, allowed: usize) -> Option<Task> {
        let Some(asker) = task.asker() else { return Some(task) };
        let runs = self.running.entry(asker).or_default();
        if runs.count < part(allowed) {
            runs.count += 1;
            return Some(task);
        }
        runs.waiting.push_back(task);
        None
    }

    /// The next of those whose turn has come. Whose caller is gone is dropped.
    pub fn next(&mut self, allowed: usize) -> Option<Task> {
        while let Some(task) = self.ready.pop_front() {
            if !task.is_forsaken() {
                return Some(task);
            }
            if let Some(asker) = task.asker() {
                self.ended(asker, allowed);
            }
        }
        None
    }

    /// A task of an asker has ended: his next one takes its place, unless he has more than his part
    /// of what is allowed by now.
    pub fn ended(&mut self, asker: Asker, allowed: usize) {
        let Some(runs) = self.running.get_mut(&asker) else { return };
        if runs.count <= part(allowed)
            && let Some(task) = runs.waiting.pop_front()
        {
            self.ready.push_back(task);
            return;
        }
        runs.count -= 1;
        if runs.count == 0 {
            self.running.remove(&asker);
        }
    }

    /// How many wait for others of their asker.
    pub fn waiting(&self) -> usize {
        self.ready.len() + self.running.values().map(|runs| runs.waiting.len()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;

    fn task_of(asker: Option<u64>) -> Task {
        Task::new(Box::new(|_| Ok(())), Box::new(|_| {})).asked_by(asker.map(Asker))
    }

    #[test]
    fn one_asker_has_a_part_of_what_is_allowed_and_never_all_of_several() {
        for (allowed, most) in [(1, 1), (2, 1), (3, 2), (4, 2), (8, 2), (16, 2), (32, 4)] {
            let mut askers = Askers::default();
            let admitted = (0..40).filter(|_| askers.admits(task_of(Some(1)), allowed).is_some()).count();
            assert_eq!((admitted, askers.waiting()), (most, 40 - most), "{allowed} may run");
            assert!(
                askers.admits(task_of(Some(2)), allowed).is_some() && askers.admits(task_of(None), allowed).is_some()
            );
        }
    }

    #[test]
    fn whoever_waits_for_his_own_tasks_comes_when_one_has_ended() {
        let mut askers = Askers::default();
        let gone = Arc::new(());
        assert!(askers.admits(task_of(Some(1)), 16).is_some() && askers.admits(task_of(Some(1)), 16).is_some());
        assert!(askers.admits(task_of(Some(1)).for_caller(&gone), 16).is_none());
        assert!(askers.admits(task_of(Some(1)), 16).is_none());
        assert!(askers.next(16).is_none());
        drop(gone);
        askers.ended(Asker(1), 16);
        assert_eq!(askers.next(16).unwrap().asker(), Some(Asker(1)), "the one whose caller is there");
        assert!(askers.next(16).is_none());
        assert!(askers.admits(task_of(Some(1)), 16).is_none(), "two run");
        for _ in 0..3 {
            askers.ended(Asker(1), 16);
            while askers.next(16).is_some() {}
        }
        assert!(askers.running.is_empty() && askers.waiting() == 0);
    }

    #[test]
    fn his_part_shrinks_with_what_is_allowed() {
        let mut askers = Askers::default();
        let running = (0..6).filter(|_| askers.admits(task_of(Some(1)), 32).is_some()).count();
        assert_eq!((running, askers.waiting()), (4, 2));
        // Only four may run now, of which he has two.
        for waiting in [2, 2, 1, 0] {
            askers.ended(Asker(1), 4);
            let _ = askers.next(4);
            assert_eq!(askers.waiting(), waiting);
        }
    }
}
