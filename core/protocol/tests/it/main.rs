//! What other languages and other people's verifiers rely on: vectors with fixed keys, and the laws
//! of signed things.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod codes;
mod events;
mod fixture;
mod future;
mod garages;
mod laws;
mod openapi;
mod revocations;
mod standards;
mod vectors;
