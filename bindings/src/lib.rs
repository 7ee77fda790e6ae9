//! The core as Kotlin, Swift and Python see it: mirrors of the client's types and coarse calls. No logic.

#![allow(
    clippy::result_large_err,
    reason = "an error is copied across the border once, field by field, whatever its size here"
)]

mod account;
mod cancel;
mod city;
mod client;
mod error;
mod intent;
mod link;
mod ports;
mod quote;
mod snapshot;
mod values;

uniffi::setup_scaffolding!("mesto");

pub use cancel::Cancel;
pub use client::{Client, ClientConfig, Phone, render_text};
pub use error::MestoError;
pub use intent::{Intent, IntentState, Reason};
pub use link::{Link, LinkAnswer, LinkReply, LinkRequest};
pub use ports::{Clock, DeviceKey, PhoneError, ReminderPlan, SecretStore};
pub use snapshot::{Observer, Snapshot, Subscription};
