//! The app's use cases over a store (SQLite), a link (HTTP) and the phone (clock, entropy, secrets, signer, reminders).
//!
//! [`Client`] is the whole surface: cheap to clone, `Send + Sync`. Its async functions wait only at the [`Link`]; everything
//! else is synchronous. It draws no random bytes, reads no clock and starts no thread of its own but the one that tells
//! observers, and that only while there are some.
//!
//! What must hold (design rule 2): a paying action is an *intent*, committed to the database before anything is sent, retried
//! with the same key, and ended exactly once as Confirmed, Refused or Expired; until then it is Unconfirmed. See [`intent`].
//!
//! A day with it:
//!
//! ```no_run
//! use mesto_client::{Client, Config, IntentState, Locale, Ports, Result};
//!
//! async fn park(ports: Ports, root_key: [u8; 32]) -> Result<()> {
//!     let client = Client::open(Config::new("/data/mesto.db", "belgrade", root_key), ports)?;
//!     client.refresh().await?; // keys and city, verified against the pinned root
//!     client.request_code("+381641234567").await?;
//!     client.sign_in("+381641234567", "123456", "Ana's phone").await?;
//!     let car = client.add_vehicle("BG 789-PP", None).await?;
//!     let near = client.zones_near(None, Some("9111"))?; // a sign wins over the position
//!     let zone = near.by_sign.unwrap_or_default();
//!     let quote = client.quote(&zone, &car.id, 60).await?; // every line explained, good for two minutes
//!     let intent = client.buy(&quote).await?;
//!     match intent.state {
//!         IntentState::Confirmed => println!("parked: {:?}", intent.ticket),
//!         IntentState::Unconfirmed(_) => println!("not confirmed yet; settle() when {:?}", client.next_retry_at()),
//!         IntentState::Refused(problem) => println!("{}", problem.detail),
//!         IntentState::Expired => println!("not bought"),
//!     }
//!     client.sync().await?;
//!     println!("{:?}", client.snapshot().balance.as_ref().map(|money| mesto_client::texts::format_money(Locale::En, money)));
//!     Ok(())
//! }
//! ```
//!
//! When to call what: [`Client::settle`] at start, when the connection comes back, when a bank page leads back
//! ([`Client::settle_intent`]); [`Client::settle_due`] at [`Client::next_retry_at`]; [`Client::sync`] at start, after `settle`, and as
//! often as the screen wants; [`Client::refresh`] once a day; [`Client::replan`] after a reboot of the phone;
//! [`Client::close`] before somebody else needs the file, or the system must not find it locked.

mod account;
mod client;
mod clock;
mod error;
#[cfg(feature = "http")]
pub mod http;
pub mod intent;
mod outbox;
mod parking;
pub mod ports;
mod reminders;
mod sms;
mod snapshot;
mod store;
mod sync;
#[cfg(feature = "system")]
pub mod system;
pub mod texts;
mod trust;
mod vehicles;
mod wallet;
mod wire;

pub use client::{Client, Config};
pub use clock::ClockState;
pub use error::{Error, ErrorKind, LOCAL_CODES, Result, problem_of_refusal};
pub use intent::{IntentKind, IntentState, Progress};
pub use mesto_protocol as protocol;
pub use mesto_protocol::{Problem, ProblemCode};
pub use mesto_rules as rules;
pub use outbox::IntentView;
pub use parking::{History, NearZone, Preview, TicketCode, ZonesNear};
pub use ports::{
    Clock, DeviceSigner, Entropy, Link, LinkAnswer, LinkError, LinkRequest, Method, NoReminders, Ports, Reminders,
    Secrets, SecretsError,
};
pub use reminders::{Reminder, ReminderKind};
pub use sms::SmsFallback;
pub use snapshot::{Connection, Observer, Snapshot, Subscription};
pub use store::Recovery;
pub use sync::SyncReport;
pub use texts::{Locale, TextValue};
pub use trust::{CityVersion, Refreshed};
