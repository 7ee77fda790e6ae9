//! The observable state and who listens to it.

use crate::city::CityVersion;
use crate::intent::Intent;
use crate::ports::PhoneError;
use crate::quote::ClockState;
use crate::values::Timestamp;
use mesto_client::protocol::base::vehicles::Vehicle;
use mesto_client::protocol::orders::driver::Order;
use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::{Connection, Locale, Observer as CoreObserver, Topic, WeakClient};
use mesto_rules::money::Money;
use std::sync::{Arc, Mutex, PoisonError};

/// How the last request went.
#[uniffi::remote(Enum)]
pub enum Connection {
    /// None was made since the client was opened.
    Unknown,
    Online,
    Offline,
    /// The operator no longer serves this version of the app.
    UpdateNeeded,
}

/// What an app shows. Times are the operator's; money as the operator said it last.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Snapshot {
    pub signed_in: bool,
    pub account: Option<String>,
    pub phone_masked: Option<String>,
    /// The stored city, absent before the first refresh.
    pub city: Option<CityVersion>,
    pub vehicles: Vec<Vehicle>,
    /// The deposit; absent until the first sync.
    pub balance: Option<Money>,
    /// Running, or bought and still to start; first to end first. A ticket that was extended stays beside its extension.
    pub active_tickets: Vec<Ticket>,
    /// Bought, their time not over, and unknown to the operator since his books were put back from a copy.
    pub lost_tickets: Vec<Ticket>,
    /// Newest first, paid ones included, at most 50.
    pub orders: Vec<Order>,
    /// Oldest first: neither paid nor unpaid.
    pub open_intents: Vec<Intent>,
    pub clock: ClockState,
    pub connection: Connection,
    pub last_sync_at: Option<Timestamp>,
}

impl Snapshot {
    /// The states of the client as one value. Open intents are read first: whatever ends one meanwhile is then shown as
    /// open and done, never as neither.
    pub(crate) fn told(client: &mesto_client::Client, locale: Locale) -> Self {
        let open = client.payments().state();
        let account = client.account().state();
        let parking = client.parking().state();
        Self {
            signed_in: account.signed_in,
            account: account.account.clone(),
            phone_masked: account.phone_masked.clone(),
            city: client.cities().state().stored.first().cloned(),
            vehicles: client.vehicles().state().vehicles.clone(),
            balance: client.wallet().state().balance,
            active_tickets: parking.active.clone(),
            lost_tickets: parking.lost.clone(),
            orders: client.orders().state().orders.clone(),
            // An open intent has no reason yet.
            open_intents: open.open.iter().map(|intent| Intent::told(intent, None, locale)).collect(),
            clock: client.time().1,
            connection: client.connection(),
            last_sync_at: account.last_sync_at,
        }
    }
}

/// What happened to a damaged database file. Everything but intents comes back with the next sync.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Recovery {
    /// Where the damaged file lies now; for support, never opened again.
    pub set_aside: String,
    pub why: String,
    /// Open intents carried over.
    pub intents_saved: u32,
    /// The intents could be read to their end. If not, an intent may be missing: the next sync shows what it did.
    pub intents_complete: bool,
}

impl From<mesto_client::Recovery> for Recovery {
    fn from(core: mesto_client::Recovery) -> Self {
        let mesto_client::Recovery { set_aside, why, intents_saved, intents_complete } = core;
        Self { set_aside: set_aside.to_string_lossy().into_owned(), why, intents_saved, intents_complete }
    }
}

/// Told the current state first, then after every change, the latest only.
#[uniffi::export(with_foreign)]
pub trait Observer: Send + Sync {
    /// Called from the core's own thread with no lock held; may call the client. What it throws is ignored.
    fn changed(&self, snapshot: Snapshot) -> Result<(), PhoneError>;
}

pub(crate) struct Listener {
    pub observer: Arc<dyn Observer>,
    pub client: WeakClient,
    pub locale: Locale,
}

impl CoreObserver for Listener {
    fn changed(&self, _: &[Topic]) {
        let Some(client) = self.client.upgrade() else { return };
        let snapshot = Snapshot::told(&client, self.locale);
        drop(client);
        // A screen that failed hears of the next change all the same.
        let _ = self.observer.changed(snapshot);
    }
}

/// Ends when it is cancelled or let go of.
#[derive(uniffi::Object)]
pub struct Subscription {
    inner: Mutex<Option<mesto_client::Subscription>>,
}

impl Subscription {
    pub(crate) fn new(inner: mesto_client::Subscription) -> Arc<Self> {
        Arc::new(Self { inner: Mutex::new(Some(inner)) })
    }
}

#[uniffi::export]
impl Subscription {
    /// A call that is under way comes to its end first or right after. Again does nothing.
    pub fn cancel(&self) {
        let subscription = self.inner.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(subscription);
    }
}
