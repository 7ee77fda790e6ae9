//! Lines before a store's threads: bounded by how long they take, money first.
//!
//! A line is refused further tasks as soon as the one that waits longest has waited too long. A
//! moment's stall is borne for [`STALL`]; when every task has waited for a while, more is asked
//! than can be done, and then only [`CROWDED`] is borne: who is refused hears it at once, and who
//! is served waits no longer than that.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::task::{self, Importance, Task};

/// A wait that tells of no crowd.
const CALM: Duration = Duration::from_millis(50);
/// So long nobody was served calmly: it is a crowd, not a stall.
const LASTING: Duration = Duration::from_millis(500);
/// Longest wait at the head of a line in a crowd, and else.
const CROWDED: Duration = Duration::from_millis(100);
const STALL: Duration = Duration::from_secs(1);
/// Most tasks of a line, however fast they are done.
pub(super) const MOST: usize = 4_096;
/// Of so many tasks one is taken from the least important line that has any.
const SHARE: usize = 8;
/// How often the log tells that tasks are refused.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// Whether those who are served have waited for long.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    since: Option<Instant>,
}

impl Crowd {
    /// Somebody is served who has waited so long.
    pub fn serves(&mut self, waited: Duration, now: Instant) {
        self.since = if waited <= CALM { None } else { self.since.or(Some(now)) };
    }

    /// Whether one more may come when the first of the line has waited so long.
    pub fn takes(&self, longest: Duration, now: Instant) -> bool {
        let lasts = self.since.is_some_and(|since| now.saturating_duration_since(since) >= LASTING);
        longest <= if lasts { CROWDED } else { STALL }
    }
}

/// Tasks by their importance.
#[derive(Default)]
pub(super) struct Line {
    waiting: [VecDeque<Task>; 3],
    crowd: Crowd,
    turns: usize,
    refused: Refused,
}

/// What was refused since the log told of it.
#[derive(Debug, Default)]
struct Refused {
    count: u64,
    told_at: Option<Instant>,
}

impl Refused {
    fn one(&mut self, now: Instant) {
        self.count += 1;
        if self.told_at.is_none_or(|told| now.saturating_duration_since(told) >= TOLD_EVERY) {
            tracing::warn!(refused = self.count, "more is asked of the store than it can do: requests are refused");
            *self = Self { count: 0, told_at: Some(now) };
        }
    }
}

impl Line {
    fn of(&mut self, importance: Importance) -> &mut VecDeque<Task> {
        let [reading, usual, money] = &mut self.waiting;
        match importance {
            Importance::Reading => reading,
            Importance::Usual => usual,
            Importance::Money => money,
        }
    }

    /// Puts a task into its line, unless that is too long or nothing more `may_come`; gives it back
    /// then.
    pub fn join(&mut self, task: Task, may_come: bool) -> Result<(), Box<Task>> {
        let now = task::now();
        let line = self.of(task.importance());
        let (length, longest) = (line.len(), line.front().map_or(Duration::ZERO, |first| first.waited(now)));
        if may_come && length < MOST && self.crowd.takes(longest, now) {
            self.of(task.importance()).push_back(task);
            return Ok(());
        }
        self.refused.one(now);
        Err(Box::new(task))
    }

    /// The next to be done. Whose caller is gone is dropped.
    pub fn next(&mut self) -> Option<Task> {
        self.turns = self.turns.wrapping_add(1);
        let mut lines: Vec<&mut VecDeque<Task>> = self.waiting.iter_mut().collect();
        if !self.turns.is_multiple_of(SHARE) {
            lines.reverse();
        }
        let task = lines.into_iter().find_map(|line| {
            while let Some(task) = line.pop_front() {
                if !task.is_forsaken() {
                    return Some(task);
                }
            }
            None
        })?;
        let now = task::now();
        self.crowd.serves(task.waited(now), now);
        Some(task)
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.iter().all(VecDeque::is_empty)
    }

    pub fn len(&self) -> usize {
        self.waiting.iter().map(VecDeque::len).sum()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;

    fn task(importance: Importance) -> Task {
        Task::new(Box::new(|_| Ok(())), Box::new(|_| {})).of(importance)
    }

    fn importances(line: &mut Line, count: usize) -> Vec<Importance> {
        (0..count).map(|_| line.next().unwrap().importance()).collect()
    }

    #[test]
    fn money_is_served_first_and_what_only_asks_is_not_forgotten() {
        use Importance::{Money, Reading, Usual};
        let mut line = Line::default();
        for importance in [Reading, Usual, Money].into_iter().cycle().take(30) {
            assert!(line.join(task(importance), true).is_ok());
        }
        let served = importances(&mut line, 11);
        assert_eq!(served, [Money, Money, Money, Money, Money, Money, Money, Reading, Money, Money, Money]);
    }

    #[test]
    fn a_task_whose_caller_is_gone_is_not_done() {
        let mut line = Line::default();
        let (here, gone) = (Arc::new(()), Arc::new(()));
        for caller in [&gone, &here, &gone] {
            assert!(line.join(task(Importance::Usual).for_caller(caller), true).is_ok());
        }
        drop(gone);
        assert!(line.next().is_some());
        assert!(line.next().is_none() && line.is_empty());
    }

    #[test]
    fn a_stall_is_borne_and_a_lasting_crowd_is_not() {
        let start = task::now();
        let after = |millis: u64| start + Duration::from_millis(millis);
        let mut crowd = Crowd::default();
        assert!(
            crowd.takes(Duration::from_millis(900), after(0)) && !crowd.takes(Duration::from_millis(1_100), after(0))
        );
        crowd.serves(Duration::from_millis(200), after(0));
        assert!(crowd.takes(Duration::from_millis(200), after(400)), "it may be a stall");
        crowd.serves(Duration::from_millis(200), after(450));
        assert!(!crowd.takes(Duration::from_millis(101), after(500)), "nobody was served calmly for long");
        assert!(crowd.takes(Duration::from_millis(100), after(500)));
        crowd.serves(Duration::from_millis(40), after(600));
        assert!(crowd.takes(Duration::from_millis(900), after(600)), "it is over");
    }

    #[test]
    fn a_line_has_an_end() {
        let mut line = Line::default();
        let joined = (0..5_000).filter(|_| line.join(task(Importance::Reading), true).is_ok()).count();
        assert_eq!((joined, line.len()), (MOST, MOST));
        assert!(line.join(task(Importance::Money), true).is_ok(), "the line of money is another one");
        assert!(line.join(task(Importance::Money), false).is_err());
    }
}
