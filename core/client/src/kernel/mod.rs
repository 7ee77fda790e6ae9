//! What every service of the client stands on, whichever there are: the store, requests, time,
//! errors, signals.

pub mod city;
pub mod client;
pub mod clock;
pub mod ending;
pub mod error;
#[cfg(feature = "http")]
pub mod http;
pub mod intent;
pub mod keychain;
pub mod live;
pub mod paying;
pub mod platform;
pub mod ports;
pub mod private_file;
pub mod reminders;
pub mod service;
pub mod session;
pub mod shown_code;
pub mod signal;
pub mod sse;
pub mod state;
pub mod store;
#[cfg(feature = "system")]
pub mod system;
pub mod wire;
