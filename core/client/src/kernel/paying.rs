//! What a paying action is to the client: how its answer is read, what is kept of it, and where it waits at the bank.

use mesto_protocol::Method;
use mesto_protocol::kernel::json::Json;
use rusqlite::Connection as Database;

use super::intent::IntentEvent;
use super::store::{Stored, Tx};

/// One kind of paying.
pub struct PayingAction {
    /// Stored with its intents: never changed.
    pub name: &'static str,
    /// The very same thing is bought once only: a later tap finds what the first one bought.
    pub is_once: bool,
    /// Reads what the operator answers when he did it; `None` when it cannot be read.
    pub read: fn(&[u8]) -> Option<Answer>,
    /// What was bought or begun, by its id, as it is stored.
    pub outcome: fn(&Database, &str) -> Stored<Option<Json>>,
    /// For one that the driver ends at the bank.
    pub at_bank: Option<AtBank>,
}

/// An action that the operator knows and the bank decides, by its id there.
pub struct AtBank {
    /// Asks how it stands; answered as the action is.
    pub ask: fn(&str) -> (Method, String),
    /// Ends it; answered as the action is.
    pub abandon: fn(&str) -> (Method, String),
    /// The page where the driver pays.
    pub page: fn(&Database, &str) -> Stored<Option<String>>,
}

/// What the operator said of an action.
pub struct Answer {
    pub event: IntentEvent,
    /// Id of what was bought or begun.
    pub result: String,
    /// It tells how much is left on the deposit.
    pub tells_balance: bool,
    /// Stores it. The balance in it counts only when it is the latest word: an answer may be an old one told again, or
    /// overtaken on its way.
    pub keep: Keep,
}

pub type Keep = Box<dyn FnOnce(&Tx<'_>, Latest) -> Stored + Send>;

/// Whether an answer is the latest word on the deposit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Latest(pub bool);
