//! The app's use cases over a store (SQLite), a link (HTTP) and the phone (clock, entropy, secrets,
//! signer, reminders).
//!
//! [`Client`] is the whole surface: cheap to clone, `Send + Sync`. What it does lies with its
//! services: `client.parking()`, `client.payments()`, each in a folder here, each with a `state()`
//! and the one signal [`Observer`]. Its async functions wait only at the [`Link`]; everything
//! else is synchronous. It draws no random bytes, reads no clock and starts no thread of its own
//! but the one that tells observers, and that only while there are some.
//!
//! What must hold: a paying action is an *intent*, committed to the database before
//! anything is sent, retried with the same key, and ended exactly once as Confirmed, Refused,
//! Expired or Forgotten; until then it is Unconfirmed. While it is, nothing is paid again for the
//! same thing. See [`intent`].
//!
//! A day with it:
//!
//! ```no_run
//! use mesto_client::protocol::base::payments::PayMethod;
//! use mesto_client::rules::CityId;
//! use mesto_client::{Client, Config, IntentState, Locale, OperatorName, Ports, Result, texts};
//!
//! async fn park(ports: Ports, operator: OperatorName, root_key: [u8; 32]) -> Result<()> {
//!     let client = Client::open(Config::new("/data/mesto.db", operator, root_key), ports)?;
//!     let city: CityId = "belgrade".parse().expect("the id of a city");
//!     client.cities().refresh(&city).await?; // keys and city, verified against the pinned root
//!     client.account().request_code("+381641234567").await?;
//!     client.account().sign_in("+381641234567", "123456", "Ana's phone").await?;
//!     let car = client.vehicles().add(&city, "BG 789-PP", None).await?;
//!     let zone = client.parking().zone_by_sign(&city, "9111")?;
//!     let quote = client.parking().quote(&city, &zone, car.id, 60, PayMethod::Deposit).await?; // good for two minutes
//!     for line in quote.items.iter().flat_map(|item| &item.lines) {
//!         println!("{}", client.line_text(line));
//!     }
//!     let intent = client.payments().buy(&quote).await?; // by card: with the page where it is paid
//!     match intent.state {
//!         IntentState::Confirmed => println!("parked: {:?}", intent.ticket()),
//!         IntentState::Unconfirmed(_) => println!("not confirmed yet; settle when {:?}", client.payments().next_retry_at()),
//!         IntentState::Refused(problem) => println!("{}", problem.detail),
//!         IntentState::Expired => println!("not bought"),
//!         IntentState::Forgotten => println!("nobody can say; look at the deposit"),
//!     }
//!     client.sync().await?;
//!     let balance = client.wallet().state().balance;
//!     println!("{:?}", balance.map(|money| texts::format_money(Locale::En, &money)));
//!     Ok(())
//! }
//! ```
//!
//! When to call what: [`Payments::settle_all`](base::payments::Payments::settle_all) at start and
//! when the connection comes back, [`settle`](base::payments::Payments::settle) when a bank page
//! leads back, and [`settle_due`](base::payments::Payments::settle_due) at its
//! [`next_retry_at`](base::payments::Payments::next_retry_at); [`Client::sync`] at start, after
//! settling, and as often as the screen wants; [`Cities::refresh`](base::cities::Cities::refresh)
//! once a day; [`Client::replan`] after a reboot of the phone; [`Client::close`] before somebody
//! else needs the file, or the system must not find it locked.

pub mod base;
pub mod cards;
pub mod garages;
mod kernel;
pub mod merchants;
pub mod orders;
pub mod parking;
pub mod passes;
pub mod rides;
mod services;

pub use base::account::AccountState;
pub use base::cities::{CitiesState, CityVersion, Refreshed};
pub use base::codes::{CodeVerifier, Inspected};
pub use base::live::{Live, POLL, Step, Updates};
pub use base::notices::{NoticeView, NoticesState};
pub use base::operator_document::{
    CityOfOperator, ClientStanding, LegalTextView, LegalView, OperatorState, OperatorView, PaymentOfCity, ServiceOfCity,
};
pub use base::operators::{OperatorIntent, Operators};
pub use base::payments::{IntentItem, IntentView, PaymentsState};
pub use base::reports::{ReportsState, TroubleToReport};
pub use base::standing::StandingView;
pub use base::sync::SyncReport;
pub use base::vehicles::VehiclesState;
pub use base::wallet::{DepositPast, DepositPreview, LowBalance, WalletState};
pub use kernel::client::{Client, Config, READ_RETRIES, WeakClient};
pub use kernel::clock::ClockState;
pub use kernel::error::{Error, ErrorKind, Result};
pub use kernel::intent::{IntentState, Progress};
pub use kernel::live::LiveState;
pub use kernel::ports::{
    Clock, DecodeError, Decoded, DeviceSigner, Entropy, Link, LinkAnswer, LinkError, LinkRequest, LinkStream, Log,
    LogLevel, LogLine, Method, NoLog, NoReminders, NoStillDecoder, Opened, OperatorName, Ports, Reminders, Secrets,
    SecretsError, StillDecoder,
};
pub use kernel::reminders::{Reminder, ReminderKind};
pub use kernel::shown_code::ShownCode;
pub use kernel::signal::{Connection, Subscription};
pub use kernel::store::Recovery;
pub use kernel::wire::page_size;
pub use kernel::{intent, ports};
pub use mesto_protocol as protocol;
pub use mesto_protocol::{Problem, ProblemCode};
pub use mesto_rules as rules;
pub use mesto_texts::{self as texts, Locale, TextValue};
pub use services::{Observer, Topic, local_codes};

#[cfg(feature = "http")]
pub use kernel::http;
#[cfg(feature = "system")]
pub use kernel::system;
