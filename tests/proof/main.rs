//! Proof beyond single crates: the simulation, concurrent histories on Postgres, and a process or
//! a database killed under load.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod failover;
mod fuzz;
mod histories;
mod kill;
mod simulation;
