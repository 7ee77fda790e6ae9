//! The demo bank: a hosted card page with a 3-D Secure step, on its own listener and its own store.
//!
//! A merchant sends the payer to `GET /pay?…` with a signed link; the payer types the card here and
//! nowhere else (BG-91, PQ-29); the bank tells the merchant by a signed notice, resent until it is
//! taken, and leads the payer back to the merchant's address.
//!
//! Must not know: the operator, parking, accounts. A payment is a merchant, a reference, an amount
//! and an outcome. A card's number, its expiry and its security code live only while one request is
//! handled; the store keeps the brand and the last four digits.
//!
//! | card | what happens |
//! |---|---|
//! | 4242 4242 4242 4242, 5555 5555 5555 4444 | approved after the code [`DEMO_CODE`]; three tries |
//! | 4000 0000 0000 3220 | approved after the code; the first wrong code ends the payment |
//! | 4000 0000 0000 0002 | declined at once |
//!
//! A merchant asks by a signed `POST /refunds` for money to go back; `docs/bank.md` shows all that
//! the two say to each other.
//!
//! No other number is taken, so that nobody types a real card into a demonstration.

mod amount;
mod card;
mod notice;
mod page;
mod refund;
mod server;
mod signature;
mod store;
mod texts;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

pub use server::serve;
pub use signature::{canonical_query, sign, verify};
pub use store::StoreError;

/// The code that the 3-D Secure page of the demonstration expects.
pub const DEMO_CODE: &str = "123456";

/// What time it is, as a port: epoch milliseconds.
pub trait Clock: Send + Sync {
    /// Epoch milliseconds.
    fn now_ms(&self) -> i64;
}

/// Unguessable bytes, as a port.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// Who may send payers here, and the secret shared with him.
#[derive(Clone)]
pub struct Merchant {
    /// As it stands in the link: `mesto`.
    pub id: String,
    /// As the payer reads it.
    pub name: String,
    /// Key of the HMAC-SHA256 of links, notices and requests for refunds.
    pub secret: Vec<u8>,
}

/// Where the bank keeps its payments, and for whom.
#[derive(Clone)]
pub struct BankConfig {
    /// A file, or nothing for a store in memory.
    pub database: Option<PathBuf>,
    pub merchants: Vec<Merchant>,
}

/// The bank; clones share one store.
#[derive(Clone)]
pub struct Bank {
    inner: Arc<Inner>,
}

struct Inner {
    merchants: Vec<Merchant>,
    store: Mutex<store::Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    link: reqwest::Client,
    /// Wakes the task that delivers notices.
    wake: tokio::sync::Notify,
    /// One delivery at a time, so that a notice is not sent twice side by side.
    delivering: tokio::sync::Mutex<()>,
}

impl Bank {
    /// Opens the store (and creates it when it is new).
    ///
    /// # Errors
    /// When the file cannot be opened or is not this bank's, or no HTTP client can be made.
    pub fn open(config: &BankConfig, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let store = store::Store::open(config.database.as_deref())?;
        let link = notice::link().map_err(|error| StoreError::Link(error.to_string()))?;
        Ok(Self {
            inner: Arc::new(Inner {
                merchants: config.merchants.clone(),
                store: Mutex::new(store),
                clock,
                entropy,
                link,
                wake: tokio::sync::Notify::new(),
                delivering: tokio::sync::Mutex::new(()),
            }),
        })
    }

    fn merchant(&self, id: &str) -> Option<&Merchant> {
        self.inner.merchants.iter().find(|merchant| merchant.id == id)
    }

    /// Runs `work` with the store away from the async workers: a commit waits for the disk.
    async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut store::Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let bank = self.clone();
        tokio::task::spawn_blocking(move || {
            let mut store = bank.inner.store.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            work(&mut store)
        })
        .await
        .map_err(|error| StoreError::Link(error.to_string()))?
    }
}
