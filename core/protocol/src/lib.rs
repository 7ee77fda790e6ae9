//! What crosses a wire or a camera: the types of `/v1`, problems (RFC 9457), signed tickets and key sets.
//!
//! Must not know: HTTP clients or servers, stores, clocks. Everything here is a value, a parser or a signature.

pub mod api;
mod cbor;
pub mod code;
pub mod device;
pub mod event;
pub mod idempotency;
pub mod keys;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod problem;
pub mod route;
pub mod signature;
pub mod signed_city;
pub mod ticket;

pub use problem::{Problem, ProblemCode};
