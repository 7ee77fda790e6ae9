//! What is shown of a topic: read when it is asked for, kept until a transaction touches the topic,
//! its moment comes, or the clock goes back behind the reading.

use std::any::Any;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::client::{Client, Core};
use super::error::Result;

/// The states that were read last, by topic.
#[derive(Default)]
pub struct States {
    cached: HashMap<&'static str, CachedState>,
    /// What changed since the observers were told last.
    touched: BTreeSet<&'static str>,
}

struct CachedState {
    state: Arc<dyn Any + Send + Sync>,
    /// When it was read. A clock that was ahead is set back: what was read by it says nothing of
    /// before.
    since: DateTime<Utc>,
    /// The moment at which it is no longer true by itself.
    until: Option<DateTime<Utc>>,
    is_stale: bool,
}

impl States {
    /// What is known of these topics is no longer true.
    pub fn touch(&mut self, topics: impl IntoIterator<Item = &'static str>) {
        for topic in topics {
            self.touched.insert(topic);
            if let Some(cached) = self.cached.get_mut(topic) {
                cached.is_stale = true;
            }
        }
    }

    /// Nothing that was read is true any more.
    pub fn touch_all(&mut self) {
        let topics: Vec<&'static str> = self.cached.keys().copied().collect();
        self.touch(topics);
    }

    /// What changed since this was asked last.
    pub fn take_touched(&mut self) -> BTreeSet<&'static str> {
        std::mem::take(&mut self.touched)
    }

    fn fresh(&self, topic: &str, now: DateTime<Utc>) -> Option<Arc<dyn Any + Send + Sync>> {
        let cached = self.cached.get(topic)?;
        let holds = !cached.is_stale && cached.since <= now && cached.until.is_none_or(|until| now < until);
        holds.then(|| Arc::clone(&cached.state))
    }
}

/// A state, and the moment at which it is no longer true by itself.
pub type Shown<S> = (S, Option<DateTime<Utc>>);

impl Client {
    /// The state of a topic as of now. Where the store fails or is closed, as it was last: better
    /// than nothing.
    pub(crate) fn state<S: Default + Send + Sync + 'static>(
        &self,
        topic: &'static str,
        read: impl FnOnce(&mut Core, DateTime<Utc>) -> Result<Shown<S>>,
    ) -> Arc<S> {
        let now = self.now();
        let mut core = self.core();
        let cached = core.states.fresh(topic, now).and_then(|state| state.downcast().ok());
        if let Some(state) = cached {
            return state;
        }
        match read(&mut core, now) {
            Ok((state, until)) => {
                let state = Arc::new(state);
                let cached = CachedState { state: Arc::clone(&state) as _, since: now, until, is_stale: false };
                core.states.cached.insert(topic, cached);
                state
            }
            Err(_) => {
                let last = core.states.cached.get(topic).map(|cached| Arc::clone(&cached.state));
                last.and_then(|state| state.downcast().ok()).unwrap_or_default()
            }
        }
    }
}
