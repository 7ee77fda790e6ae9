//! What every operator and every app shares, whatever is sold: problems, keys and signatures, idempotency, events.

pub(crate) mod cbor;
pub mod code;
pub mod device;
pub mod event;
pub mod idempotency;
pub mod intents;
pub mod keys;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod problem;
pub mod route;
pub mod signature;
pub mod signed_city;
pub(crate) mod words;

pub use problem::{Problem, ProblemCode};
