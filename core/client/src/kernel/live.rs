//! Whether changes are told as they happen, and how whoever waits there is woken.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, Utc};
use mesto_rules::shown;

shown! { live_shown;
    /// Whether changes are told as they happen.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum LiveState {
        /// Nobody started it, it was stopped, or nobody is signed in any more.
        Off,
        Connecting,
        /// What happens at the operator shows here at once.
        Live,
        /// The app's own link hands on whole answers alone: the operator is asked every 15 seconds.
        Polling,
        /// It broke; the next attempt is at this moment, by the corrected time.
        Waiting { until: DateTime<Utc> },
    }
}

/// What those share who start, stop and follow.
#[derive(Default)]
pub struct Live(Mutex<Shared>);

struct Shared {
    marks: Marks,
    state: LiveState,
    waiting: Vec<Waker>,
}

/// What wakes: another beginning or an end, and a network that changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    pub turn: u64,
    pub hurry: u64,
}

impl Default for Shared {
    fn default() -> Self {
        Self { marks: Marks::default(), state: LiveState::Off, waiting: Vec::new() }
    }
}

impl Live {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn state(&self) -> LiveState {
        self.shared().state
    }

    pub fn marks(&self) -> Marks {
        self.shared().marks
    }

    /// Wakes whoever waits; the marks from now on.
    pub fn mark(&self, change: impl FnOnce(&mut Marks)) -> Marks {
        let mut shared = self.shared();
        change(&mut shared.marks);
        let (marks, waiting) = (shared.marks, std::mem::take(&mut shared.waiting));
        drop(shared);
        waiting.into_iter().for_each(Waker::wake);
        marks
    }

    /// Whose turn it is says how it stands; whether that is new.
    pub fn set(&self, turn: u64, state: LiveState) -> bool {
        let mut shared = self.shared();
        shared.marks.turn == turn && std::mem::replace(&mut shared.state, state) != state
    }

    /// Ready once the marks are others than these.
    pub fn poll_since(&self, seen: Marks, context: &Context<'_>) -> Poll<()> {
        let mut shared = self.shared();
        if shared.marks != seen {
            return Poll::Ready(());
        }
        if !shared.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            shared.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }
}
