//! The back office: authority over money, tickets and limits.
//!
//! A synchronous domain over a transaction. [`Operator::handle`] takes a request and gives its answer; it knows no web framework, no clock
//! and no source of chance of its own. [`serve`] puts HTTP around it.
//!
//! ```
//! use chrono::{DateTime, Utc};
//! use mesto_operator::{Config, HostedPage, Keys, Operator, Request, SqliteInline, SystemEntropy};
//! use std::sync::Arc;
//!
//! let now: DateTime<Utc> = "2025-09-03T08:00:00Z".parse()?;
//! let keys = Keys::ephemeral(now, &SystemEntropy)?;
//! let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", b"shared secret");
//! let city = mesto_rules::load::embedded("belgrade").map_err(|errors| format!("{errors:?}"))?;
//! let operator = Operator::new(vec![city], keys, Arc::new(SystemEntropy), Arc::new(page), Config::default())?;
//! let store = SqliteInline::in_memory()?;
//!
//! let answer = operator.handle(&store, now, &Request::new("GET", "/v1/clock"));
//! assert_eq!(answer.status, 200);
//! assert_eq!(operator.due(&store, now), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Must not know: how a bank asks for a card, what an app shows, which database it runs on.

// A refusal is the rare way out of a handler and is moved once; boxing it everywhere would only be noise.
#![allow(clippy::result_large_err)]

mod account;
mod accounts;
mod auth;
mod deposit;
mod due;
mod epoch;
mod events;
mod failure;
mod http;
mod idempotency;
mod incidents;
mod inspector;
pub mod keys;
pub mod ledger;
mod operator;
mod orders;
mod outbox;
pub mod payment;
mod ports;
mod public;
mod quotes;
mod retention;
mod routes;
mod serve;
mod staff;
mod stays;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod tickets;
mod vehicles;
mod words;

pub use http::{Request, Response};
pub use incidents::Incident;
pub use keys::{Keys, KeysError};
pub use ledger::LedgerFault;
pub use operator::{Config, Operator, SetupError};
pub use outbox::Message;
pub use payment::{HostedPage, PaymentPage};
pub use ports::{Clock, Entropy, SystemClock, SystemEntropy};
pub use serve::serve;
pub use store::{Durability, PostgresStore, SqliteInline, SqliteStore, Store, StoreError, Tx};
