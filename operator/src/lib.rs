//! The back office: authority over money, tickets and limits.
//!
//! A synchronous domain over a transaction. [`Operator::handle`] takes a request and gives its
//! answer; it knows no web framework, no clock and no source of chance of its own. [`serve`] puts
//! HTTP around it.
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

// A refusal is the rare way out of a handler and is moved once; boxing it everywhere would only be
// noise.
#![allow(clippy::result_large_err)]

mod base;
mod cards;
mod control;
mod garages;
mod kernel;
mod orders;
mod parking;
mod partners;
mod passes;
mod rides;
#[cfg(test)]
mod schema;
mod services;

pub use base::claims::{ByHand, Claim, ClaimError, ClaimState, SettledBy};
pub use base::incidents::Incident;
pub use base::messages::outbox::{
    self, MessageGateway, MessageLimits, MessageStanding, OutgoingMessage, Receipt, Sending,
};
pub use base::messages::{Message, TEMPLATES as MESSAGE_TEMPLATES};
pub use base::notices::KeptNotice;
pub use base::operator_document::Profile;
pub use base::payments;
pub use base::payments::{HostedPage, PaymentLimits, Provider};
pub use base::reports::ReportLimits;
pub use base::sign_in::SignInLimits;
pub use base::staff::{Audited, GrantError, RoleGiven, Staff};
pub use base::vehicles::VehicleLimits;
pub use cards::CardLimits;
pub use control::ControlShift;
pub use garages::GarageLimits;
pub use kernel::clock::ClockDoubt;
pub use kernel::epoch::KnownError;
pub use kernel::health::skew_text;
pub use kernel::http::{Request, Response};
pub use kernel::idempotency::IntentLimits;
pub use kernel::keys::{self, Keys, KeysError};
pub use kernel::ledger::{self, LedgerAccountKind, LedgerBalance, LedgerFault};
pub use kernel::limits::Limits;
pub use kernel::operator::{Config, Operator, SetupError};
pub use kernel::ports::{Clock, Entropy, SystemClock, SystemEntropy};
pub use kernel::serve::{Front, NoNetwork, TrustedProxy, serve};
pub use kernel::shares::{FairShares, Share};
pub use kernel::store::{
    self, Copied, CopyError, Durability, PostgresAddress, PostgresReader, PostgresStore, SchemaFault, SchemaStatus,
    SqliteInline, SqliteReader, SqliteStore, Store, StoreError, Tx,
};
#[cfg(feature = "testing")]
pub use kernel::testing;
pub use kernel::this_machine::is_this_machine;
pub use kernel::threads::serve_first;
pub use kernel::tls;
pub use orders::OrderLimits;
pub use parking::ParkingLimits;
pub use partners::{TermsOfPartner, TermsToTell};
pub use rides::{RideDisputed, RideLimits};
pub use services::personal_data_page;
