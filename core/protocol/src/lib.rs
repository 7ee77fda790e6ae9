//! What crosses a wire or a camera: the types of `/v1`, problems (RFC 9457), signed codes and key
//! sets.
//!
//! Must not know: HTTP clients or servers, stores, clocks. Everything here is a value, a parser or
//! a signature.
//!
//! [`kernel`] knows no service; [`base`] is what every service stands on; a folder per service
//! ([`parking`], [`orders`], [`garages`], [`passes`], [`rides`], [`cards`], [`control`],
//! [`partners`], [`merchants`]) holds what that service sends and takes; [`services`] is the list
//! of them.

pub mod base;
pub mod cards;
pub mod control;
pub mod garages;
pub mod kernel;
pub mod merchants;
pub mod orders;
pub mod parking;
pub mod partners;
pub mod passes;
pub mod rides;
pub mod services;

#[cfg(feature = "openapi")]
pub use kernel::openapi;
pub use kernel::{
    Method, Operation, Problem, ProblemCode, code, device, event, headers, idempotency, keys, signature, signed_code,
    signed_document,
};
pub use mesto_rules::words;
