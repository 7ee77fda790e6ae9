//! Lines before a store's threads: bounded by how long they take, money first.
//!
//! A line is refused further tasks as soon as the one that waits longest has waited too long. A
//! moment's stall is borne for [`STALL`]; when every task has waited for a while, more is asked
//! than can be done, and then only [`CROWDED`] is borne, and no longer line than was served in so
//! long: who is refused hears it at once, and who is served waits little longer than that. A crowd
//! is over when nobody has waited for as long: one task that is served at once, because all others
//! were refused, does not end it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::task::{self, Importance, Task};

/// A wait that tells of no crowd.
const CALM: Duration = Duration::from_millis(50);
/// So long nobody was served calmly: it is a crowd, not a stall. And so long nobody has waited: it
/// is over.
const LASTING: Duration = Duration::from_millis(500);
/// Longest wait at the head of a line in a crowd, and else.
const CROWDED: Duration = Duration::from_millis(60);
const STALL: Duration = Duration::from_secs(1);
/// Most tasks of a line, however fast they are done.
pub(super) const MOST: usize = 4_096;
/// Whose line is looked at first, turn by turn: money mostly, and none is forgotten. A purchase
/// needs a quote before it, which is usual.
const TURNS: [Importance; 8] = {
    use Importance::{Money, Reading, Usual};
    [Money, Usual, Money, Money, Usual, Money, Money, Reading]
};
/// How often the log tells that tasks are refused.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// Whether those who are served have waited for long.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    /// Since when nobody was served calmly, or everybody.
    waiting_since: Option<Instant>,
    calm_since: Option<Instant>,
    lasts: bool,
    served_at: Option<Instant>,
    /// How many are served in [`CROWDED`].
    pace: Pace,
}

/// How many were served, in spans of [`CROWDED`].
#[derive(Debug, Default)]
struct Pace {
    since: Option<Instant>,
    count: usize,
    /// In the span before.
    before: usize,
}

impl Pace {
    fn one(&mut self, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let spans = now.saturating_duration_since(since).as_micros() / CROWDED.as_micros();
        if spans > 0 {
            self.before = if spans == 1 { self.count } else { 0 };
            (self.since, self.count) = (Some(now), 0);
        }
        self.count += 1;
    }

    /// Served in the better of two spans: a standstill of less than a span changes nothing.
    fn in_a_span(&self) -> usize {
        self.before.max(self.count)
    }
}

impl Crowd {
    /// Somebody is served who has waited so long.
    pub fn serves(&mut self, waited: Duration, now: Instant) {
        self.pace.one(now);
        self.served_at = Some(now);
        let has_lasted = |since: Instant| now.saturating_duration_since(since) >= LASTING;
        if waited <= CALM {
            self.waiting_since = None;
            self.lasts &= !has_lasted(*self.calm_since.get_or_insert(now));
        } else {
            self.calm_since = None;
            self.lasts |= has_lasted(*self.waiting_since.get_or_insert(now));
        }
    }

    /// Somebody comes where nobody waits: what was long ago is forgotten.
    pub fn begins(&mut self, now: Instant) {
        if self.served_at.is_some_and(|at| now.saturating_duration_since(at) >= LASTING) {
            *self = Self::default();
        }
    }

    /// Whether more is asked than can be done.
    pub fn lasts(&self, now: Instant) -> bool {
        self.lasts || self.waiting_since.is_some_and(|since| now.saturating_duration_since(since) >= LASTING)
    }

    /// Whether one more may come when so many wait and the first of them has waited so long.
    pub fn takes(&self, waiting: usize, longest: Duration, now: Instant) -> bool {
        if self.lasts(now) { longest <= CROWDED && waiting <= self.pace.in_a_span() } else { longest <= STALL }
    }
}

/// Tasks by their importance.
#[derive(Default)]
pub(super) struct Line {
    waiting: [Waiting; 3],
    turns: usize,
    refused: Refused,
}

/// The tasks of one importance.
#[derive(Default)]
struct Waiting {
    tasks: VecDeque<Task>,
    crowd: Crowd,
}

impl Waiting {
    /// The next whose caller is still there, and that is let in.
    fn next_of(&mut self, lets_in: &mut dyn FnMut(Task) -> Option<Task>) -> Option<Task> {
        while let Some(task) = self.tasks.pop_front() {
            if !task.is_forsaken()
                && let Some(task) = lets_in(task)
            {
                let now = task::now();
                self.crowd.serves(task.waited(now), now);
                return Some(task);
            }
        }
        None
    }
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
    fn of(&mut self, importance: Importance) -> &mut Waiting {
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
        let longest = line.tasks.front().map_or(Duration::ZERO, |first| first.waited(now));
        if line.tasks.is_empty() {
            line.crowd.begins(now);
        }
        if may_come && line.tasks.len() < MOST && line.crowd.takes(line.tasks.len(), longest, now) {
            line.tasks.push_back(task);
            return Ok(());
        }
        self.refused.one(now);
        Err(Box::new(task))
    }

    /// The next to be done. Whose caller is gone is dropped.
    pub fn next(&mut self) -> Option<Task> {
        self.next_of(Some)
    }

    /// The next that is let in; who is not has left the line, and was not served.
    pub fn next_of(&mut self, mut lets_in: impl FnMut(Task) -> Option<Task>) -> Option<Task> {
        let first = TURNS.get(self.turns % TURNS.len()).copied().unwrap_or(Importance::Money);
        self.turns = self.turns.wrapping_add(1);
        let then = [Importance::Money, Importance::Usual, Importance::Reading];
        std::iter::once(first).chain(then).find_map(|importance| self.of(importance).next_of(&mut lets_in))
    }

    /// Whether somebody waits where more is asked than can be done.
    pub fn is_crowded(&self, now: Instant) -> bool {
        self.waiting.iter().any(|line| !line.tasks.is_empty() && line.crowd.lasts(now))
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.iter().all(|line| line.tasks.is_empty())
    }

    pub fn len(&self) -> usize {
        self.waiting.iter().map(|line| line.tasks.len()).sum()
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
        let served = importances(&mut line, 9);
        assert_eq!(served, [Money, Usual, Money, Money, Usual, Money, Money, Reading, Money]);
        // Who is alone has every turn.
        let mut line = Line::default();
        for _ in 0..9 {
            assert!(line.join(task(Usual), true).is_ok());
        }
        assert_eq!(importances(&mut line, 9), [Usual; 9]);
    }

    #[test]
    fn whoever_asks_too_much_of_one_kind_crowds_that_kind_alone() {
        let mut line = Line::default();
        line.of(Importance::Reading).crowd.lasts = true;
        let (late, now) = (Duration::from_millis(200), task::now());
        assert!(!line.of(Importance::Reading).crowd.takes(0, late, now));
        assert!(line.of(Importance::Money).crowd.takes(0, late, now));
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
            crowd.takes(0, Duration::from_millis(900), after(0))
                && !crowd.takes(0, Duration::from_millis(1_100), after(0))
        );
        crowd.serves(Duration::from_millis(200), after(0));
        assert!(crowd.takes(0, Duration::from_millis(200), after(400)), "it may be a stall");
        crowd.serves(Duration::from_millis(200), after(450));
        assert!(!crowd.takes(0, Duration::from_millis(61), after(500)), "nobody was served calmly for long");
        assert!(crowd.takes(0, Duration::from_millis(60), after(500)));
        crowd.serves(Duration::from_millis(60), after(550));
        // Who comes when all others were refused is served calmly, and the crowd is still there.
        crowd.serves(Duration::from_millis(40), after(600));
        assert!(!crowd.takes(0, Duration::from_millis(200), after(600)));
        crowd.serves(Duration::from_millis(60), after(900));
        crowd.serves(Duration::from_millis(40), after(1_000));
        crowd.serves(Duration::from_millis(40), after(1_499));
        assert!(!crowd.takes(0, Duration::from_millis(200), after(1_499)), "calm is young");
        crowd.serves(Duration::from_millis(0), after(1_500));
        assert!(crowd.takes(0, Duration::from_millis(900), after(1_500)), "it is over");
    }

    #[test]
    fn a_crowd_has_no_longer_line_than_is_served_while_one_may_wait() {
        let start = task::now();
        let after = |millis: u64| start + Duration::from_millis(millis);
        let mut crowd = Crowd::default();
        let soon = Duration::from_millis(10);
        // One each 2 ms, each after a long wait: thirty in 60 ms.
        for moment in (0..600).step_by(2) {
            assert!(moment >= 500 || crowd.takes(MOST, soon, after(moment)), "it may be a stall");
            crowd.serves(Duration::from_millis(200), after(moment));
        }
        assert!(crowd.takes(30, soon, after(600)));
        assert!(!crowd.takes(32, soon, after(600)), "the last would wait for longer than 60 ms");
        // It stood still for a while: who is served then tells how fast it goes.
        crowd.serves(Duration::from_millis(200), after(2_000));
        assert!(crowd.takes(1, soon, after(2_000)) && !crowd.takes(2, soon, after(2_000)));
        // Nobody comes for a while: it is over, and not while somebody waits.
        crowd.begins(after(2_400));
        assert!(!crowd.takes(2, soon, after(2_400)));
        crowd.begins(after(2_500));
        assert!(crowd.takes(MOST, soon, after(2_500)));
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
