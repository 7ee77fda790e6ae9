//! What no service is needed for: a request and its answer, the store, a locked account, keys of actions, the ledger, events, what is due.

pub mod account;
pub mod due;
pub mod events;
pub mod failure;
pub mod http;
pub mod idempotency;
pub mod keys;
pub mod ledger;
pub mod operator;
pub mod ports;
pub mod retention;
pub mod routes;
pub mod serve;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod words;
