//! The observable state: one immutable value, and the thread that tells it to observers.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread;

use chrono::{DateTime, Utc};
use mesto_protocol::base::vehicles::Vehicle;
use mesto_protocol::orders::driver::Order;
use mesto_protocol::parking::tickets::Ticket;
use mesto_rules::Money;
use serde::Serialize;

use crate::client::{Client, Core, Inner};
use crate::clock::ClockState;
use crate::error::Result;
use crate::outbox::IntentView;
use crate::store::{IntentRow, rows};
use crate::trust::CityVersion;

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

/// What an app shows. Times are the operator's; money as the operator said it last.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot {
    pub signed_in: bool,
    pub account: Option<String>,
    pub phone_masked: Option<String>,
    /// The stored city, `None` before the first refresh.
    pub city: Option<CityVersion>,
    pub vehicles: Vec<Vehicle>,
    /// The deposit; `None` until the first sync.
    pub balance: Option<Money>,
    /// Running, or bought and still to start; first to end first. A ticket that was extended stays beside its
    /// extension.
    pub active_tickets: Vec<Ticket>,
    /// Newest first, paid ones included, at most 50.
    pub orders: Vec<Order>,
    /// Oldest first: neither paid nor unpaid.
    pub open_intents: Vec<IntentView>,
    pub clock: ClockState,
    pub connection: Connection,
    pub last_sync_at: Option<DateTime<Utc>>,
}

impl Snapshot {
    pub(crate) const fn empty(clock: ClockState) -> Self {
        Self {
            signed_in: false,
            account: None,
            phone_masked: None,
            city: None,
            vehicles: Vec::new(),
            balance: None,
            active_tickets: Vec::new(),
            orders: Vec::new(),
            open_intents: Vec::new(),
            clock,
            connection: Connection::Unknown,
            last_sync_at: None,
        }
    }

    /// Reads only what is active; with it, the moment at which it is no longer true by itself.
    pub(crate) fn build(
        core: &mut Core,
        now: DateTime<Utc>,
        clock: ClockState,
    ) -> Result<(Self, Option<DateTime<Utc>>)> {
        let account = core.account.clone();
        let mut snapshot = core.read(now, |db| {
            let mut snapshot = Self::empty(clock);
            snapshot.city = rows::get(db, rows::meta::CITY)?;
            if let Some(account) = &account {
                snapshot.phone_masked = rows::get(db, rows::meta::PHONE_MASKED)?;
                snapshot.balance = rows::get(db, rows::meta::BALANCE)?;
                snapshot.last_sync_at =
                    rows::get::<i64>(db, rows::meta::LAST_SYNC)?.and_then(DateTime::from_timestamp_millis);
                snapshot.vehicles = rows::vehicles(db)?;
                snapshot.active_tickets = rows::active_tickets(db, now)?;
                snapshot.orders = rows::orders(db)?;
                for intent in IntentRow::open(db, account)? {
                    snapshot.open_intents.push(IntentView::of(db, intent)?);
                }
            }
            Ok(snapshot)
        })?;
        snapshot.signed_in = core.token.is_some() && account.is_some();
        snapshot.account = account;
        snapshot.connection = core.connection;
        let until = snapshot.active_tickets.iter().map(|ticket| ticket.ends_at).min();
        Ok((snapshot, until))
    }
}

/// Told after every change.
pub trait Observer: Send + Sync {
    /// Called from the client's own thread, with no lock held; may call the client. Values in between may be left out.
    fn changed(&self, snapshot: Arc<Snapshot>);
}

#[derive(Default)]
struct Listeners {
    /// Grows with every change.
    version: u64,
    next_id: u64,
    running: bool,
    list: Vec<Listener>,
}

struct Listener {
    id: u64,
    observer: Arc<dyn Observer>,
    told: u64,
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
    pub fn add(&self, client: Weak<Inner>, observer: Arc<dyn Observer>) -> Subscription {
        let mut listeners = self.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        // Every change is a version; one that was never told to this observer is due at once.
        listeners.version = listeners.version.max(1);
        listeners.next_id += 1;
        let id = listeners.next_id;
        listeners.list.push(Listener { id, observer, told: 0 });
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

    /// A change happened.
    pub fn wake(&self) {
        self.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner).version += 1;
        self.shared.woken.notify_all();
    }
}

impl Drop for Inner {
    /// The thread holds only a weak reference and ends.
    fn drop(&mut self) {
        self.observers.wake();
    }
}

/// The thread's life: waits for a change, reads the latest state, tells whoever has not heard it. Ends with the last
/// observer.
fn tell(shared: &Arc<Shared>, client: &Weak<Inner>) {
    loop {
        let due: Vec<(u64, Arc<dyn Observer>)> = {
            let mut listeners = shared.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                if listeners.list.is_empty() || client.strong_count() == 0 {
                    listeners.running = false;
                    return;
                }
                let version = listeners.version;
                let due: Vec<_> = listeners
                    .list
                    .iter_mut()
                    .filter(|listener| listener.told < version)
                    .map(|listener| {
                        listener.told = version;
                        (listener.id, Arc::clone(&listener.observer))
                    })
                    .collect();
                if !due.is_empty() {
                    break due;
                }
                listeners = shared.woken.wait(listeners).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let Some(inner) = client.upgrade() else { continue };
        let snapshot = Client { inner }.snapshot();
        for (id, observer) in due {
            // Cancelled in the meantime: not told any more.
            let listens = {
                let listeners = shared.listeners.lock().unwrap_or_else(PoisonError::into_inner);
                listeners.list.iter().any(|listener| listener.id == id)
            };
            if listens {
                observer.changed(Arc::clone(&snapshot));
            }
        }
    }
}
