//! The rules against Belgrade as it is published, and against laws that hold for any city.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod belgrade_receipts;
mod hours;
mod journey;
mod laws;
mod limits;
mod nights;
mod orders;
mod papers;
mod places;
mod plates;
mod promises;
mod state_machines;
mod stays;
mod support;
mod values;
