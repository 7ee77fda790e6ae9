//! A city in a bottle: many phones, one operator, the bank, a virtual clock and a seeded network
//! that misbehaves.
//!
//! [`run`] plays a seed. After every step the [`check`] laws hold and no phone forgot what it was
//! told; at the end the network heals and every intent must end. The same seed and steps give the
//! same run, on every machine.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // test code that happens to be a library

pub mod check;
pub mod driver;
pub mod faulty;
#[path = "../fuzz/mod.rs"]
pub mod fuzz;
#[path = "../kill/mod.rs"]
pub mod kill;
pub mod network;
pub mod phone;
pub mod random;
mod report;
pub mod words;
mod world;

pub use faulty::Defect;
pub use report::{Failure, Report, Settings};
pub use world::run;
