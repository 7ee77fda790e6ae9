//! What crosses a wire or a camera: the types of `/v1`, problems (RFC 9457), signed tickets and key sets.
//!
//! Must not know: HTTP clients or servers, stores, clocks. Everything here is a value, a parser or a signature.

pub mod api;
pub mod event;
pub mod problem;
pub mod route;

pub use problem::{Problem, ProblemCode};
