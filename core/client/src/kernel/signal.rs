//! The one signal: which topics changed, told to observers from a thread of the client's own.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread;

use mesto_rules::shown;
use serde::Serialize;

use super::client::Inner;

/// Who is signed in, and how far the account was read.
pub const ACCOUNT: &str = "accounts";
/// How far the time can be trusted.
pub const CLOCK: &str = "clock";
/// How the last request went.
pub const CONNECTION: &str = "connection";
/// Whether changes are told as they happen.
pub const LIVE: &str = "live";

shown! { connection_shown;
    /// How the last request went.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Connection {
        /// None was made since the client was opened.
        Unknown,
        Online,
        Offline,
        /// The operator no longer serves this version of the app (426).
        UpdateNeeded,
    }
}

/// Hears the names of the topics that changed.
pub trait Hears: Send + Sync {
    /// Called from the client's own thread, with no lock held; may call the client.
    fn changed(&self, topics: &[&'static str]);
}

#[derive(Default)]
struct Listeners {
    next_id: u64,
    running: bool,
    list: Vec<Listener>,
}

struct Listener {
    id: u64,
    observer: Arc<dyn Hears>,
    /// What it was not told yet.
    pending: BTreeSet<&'static str>,
}

#[derive(Default)]
struct Shared {
    listeners: Mutex<Listeners>,
    woken: Condvar,
}

/// Who listens. Cheap when nobody does: no thread runs.
#[derive(Default, Clone)]
pub(crate) struct Observers {
    shared: Arc<Shared>,
}

/// Ends when dropped. A call that is under way comes to its end first or right after.
pub struct Subscription {
    shared: Weak<Shared>,
    id: u64,
}

impl Subscription {
    /// The same as dropping it.
    pub fn cancel(&self) {
        let Some(shared) = self.shared.upgrade() else { return };
        let removed = {
            let mut listeners = shared.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            let place = listeners.list.iter().position(|listener| listener.id == self.id);
            place.map(|place| listeners.list.swap_remove(place))
        };
        shared.woken.notify_all();
        // The observer is dropped here, outside the lock: its own drop may call back.
        drop(removed);
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl Observers {
    /// Tells the observer all of these topics at once, and from then on what changes.
    pub fn add(&self, client: Weak<Inner>, observer: Arc<dyn Hears>, topics: BTreeSet<&'static str>) -> Subscription {
        let mut listeners = self.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.next_id += 1;
        let id = listeners.next_id;
        listeners.list.push(Listener { id, observer, pending: topics });
        if !listeners.running {
            let shared = Arc::clone(&self.shared);
            let started =
                thread::Builder::new().name("mesto-observers".to_owned()).spawn(move || tell(&shared, &client));
            listeners.running = started.is_ok();
        }
        drop(listeners);
        self.shared.woken.notify_all();
        Subscription { shared: Arc::downgrade(&self.shared), id }
    }

    /// Whether the thread that tells was started.
    #[cfg(test)]
    pub fn runs(&self) -> bool {
        self.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner).running
    }

    /// These topics changed.
    pub fn wake(&self, topics: &BTreeSet<&'static str>) {
        let mut listeners = self.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        for listener in &mut listeners.list {
            listener.pending.extend(topics);
        }
        drop(listeners);
        self.shared.woken.notify_all();
    }
}

impl Drop for Inner {
    /// The thread holds only a weak reference and ends.
    fn drop(&mut self) {
        self.observers.wake(&BTreeSet::new());
    }
}

/// What an observer is to be told: its number, itself, the topics.
type Due = (u64, Arc<dyn Hears>, Vec<&'static str>);

/// The thread's life: waits for a change, tells each observer what it has not heard. Ends with the
/// last observer.
fn tell(shared: &Arc<Shared>, client: &Weak<Inner>) {
    loop {
        let due: Vec<Due> = {
            let mut listeners = shared.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                if listeners.list.is_empty() || client.strong_count() == 0 {
                    listeners.running = false;
                    return;
                }
                let waiting = listeners.list.iter_mut().filter(|listener| !listener.pending.is_empty());
                let due: Vec<Due> = waiting
                    .map(|listener| {
                        let topics = std::mem::take(&mut listener.pending).into_iter().collect();
                        (listener.id, Arc::clone(&listener.observer), topics)
                    })
                    .collect();
                if !due.is_empty() {
                    break due;
                }
                listeners = shared.woken.wait(listeners).unwrap_or_else(PoisonError::into_inner);
            }
        };
        for (id, observer, topics) in due {
            // Cancelled in the meantime: not told any more.
            let listens = {
                let listeners = shared.listeners.lock().unwrap_or_else(PoisonError::into_inner);
                listeners.list.iter().any(|listener| listener.id == id)
            };
            if listens {
                observer.changed(&topics);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Deaf;
    impl Hears for Deaf {
        fn changed(&self, _: &[&'static str]) {}
    }

    #[test]
    fn no_thread_runs_while_nobody_listens() {
        let observers = Observers::default();
        observers.wake(&BTreeSet::from([CLOCK]));
        assert!(!observers.runs());
        let subscription = observers.add(Weak::new(), Arc::new(Deaf), BTreeSet::new());
        drop(subscription);
    }
}
