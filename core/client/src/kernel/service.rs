//! What a service is to the client: a value that says what it keeps, plans, shows and sells. The
//! list of them is `crate::services`.

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::event::{Change, Event};
use mesto_protocol::kernel::json::Json;
use mesto_rules::{City, Money};

use super::client::Client;
use super::error::Result;
use super::paying::Sold;
use super::reminders::Planned;
use super::store::{Stored, Tx};

/// A service.
pub struct Service {
    /// Its name on the wire: of its section of an account, before the kinds of its events, and of
    /// its topic.
    pub name: &'static str,
    /// Takes its section of the account as the whole truth; `None` where the operator has none.
    pub section: Option<Section>,
    /// Keeps what one of its events tells; `false` when this version cannot read it. Without it
    /// they are passed over.
    pub event: Option<Keep>,
    /// Removes what is of this city and older than it keeps such records. The operator still has
    /// them.
    pub prune: Option<Prune>,
    /// Forgets what it keeps of the account.
    pub forget: Option<fn(&Tx<'_>) -> Stored>,
    /// What it asks for when the account was read: nothing of it keeps a sync from its end.
    pub synced: Option<Synced>,
    /// The alarms that it wants.
    pub reminders: Option<fn(&Client) -> Vec<Planned>>,
    /// Its state, as its section of the widgets' file.
    pub widget: Option<fn(&Client) -> serde_json::Result<Json>>,
    /// What it keeps of what was bought of it.
    pub sold: Option<Sold>,
    /// What one usual purchase of it costs, where that is known: a balance below it is low.
    pub usual_price: Option<fn(&Client) -> Option<Money>>,
    /// Refuses to let a vehicle go, by its canonical plate, that is in use here.
    pub needs_vehicle: Option<fn(&Client, &str) -> Result<()>>,
    /// Codes of errors that the phone itself gives, besides those of the operator and the rules.
    pub codes: &'static [&'static str],
}

pub type Section = fn(&Tx<'_>, Option<&Json>, &Reading) -> Stored;
pub type Keep = fn(&Tx<'_>, &Event, DateTime<Utc>) -> Stored<bool>;
pub type Synced = for<'c> fn(&'c Client) -> Pin<Box<dyn Future<Output = ()> + Send + 'c>>;
pub type Prune = fn(&Tx<'_>, &City, DateTime<Utc>) -> Stored;

impl Service {
    /// A service that has nothing yet.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            section: None,
            event: None,
            prune: None,
            forget: None,
            synced: None,
            reminders: None,
            widget: None,
            sold: None,
            usual_price: None,
            needs_vehicle: None,
            codes: &[],
        }
    }
}

/// How an account was read.
pub struct Reading {
    pub now: DateTime<Utc>,
    /// The operator's books were put back from a copy: what is stored, and should be told and is
    /// not, is forgotten.
    pub is_behind: bool,
}

/// The services of a client.
#[derive(Clone, Copy)]
pub struct Services(pub &'static [&'static Service]);

impl Services {
    pub fn all(self) -> impl Iterator<Item = &'static Service> {
        self.0.iter().copied()
    }

    pub fn named(self, name: &str) -> Option<&'static Service> {
        self.all().find(|service| service.name == name)
    }

    /// Forgets everything of the account; cities and the clock stay.
    pub fn forget(self, tx: &Tx<'_>) -> Stored {
        self.all().filter_map(|service| service.forget).try_for_each(|forget| forget(tx))
    }

    /// What is kept of what was bought of a service; `None` for one that this version does not
    /// know.
    pub fn sold(self, name: &str) -> Option<&'static Sold> {
        self.named(name).and_then(|service| service.sold.as_ref())
    }
}

/// Keeps what an event tells when it can be read; `false` when it has a shape of a later version.
pub fn keep<T: Change>(event: &Event, keep: impl FnOnce(T) -> Stored) -> Stored<bool> {
    match event.data.read() {
        Ok(thing) => keep(thing).map(|()| true),
        Err(_) => Ok(false),
    }
}

/// Epoch milliseconds so many days ago: what ended before is too old.
pub fn days_before(now: DateTime<Utc>, days: u32) -> i64 {
    now.timestamp_millis().saturating_sub(TimeDelta::days(i64::from(days)).num_milliseconds())
}
