//! The core as Kotlin, Swift and Python see it: the client's types as they are, and one object for
//! each part of it. No logic.
//!
//! [`kernel`](self) and the base services are what every service stands on, a folder per service
//! exports what that one does, [`services`] lists them. Types are declared where they are made (ADR
//! 13): `remote!` expands what their modules give.

#![allow(
    clippy::result_large_err,
    reason = "an error is copied across the border once, field by field, whatever its size here"
)]
#![allow(
    unexpected_cfgs,
    reason = "types keep the conditions of the crates they are declared in; nothing of them is used here"
)]

#[macro_use]
mod kernel;

mod base;
mod cards;
mod garages;
mod merchants;
mod orders;
mod parking;
mod passes;
mod rides;
mod services;
mod verifier;

uniffi::setup_scaffolding!("mesto");
