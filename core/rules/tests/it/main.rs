//! The rules against Belgrade as it is published, and against laws that hold for any city.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod almaty;
mod authors;
mod belgrade_receipts;
mod clock;
mod control;
mod control_laws;
mod fares;
mod garage_history;
mod garage_laws;
mod garage_tickets;
mod garage_visits;
mod garages;
mod hours;
mod journey;
mod laws;
mod leaves;
mod limits;
mod nights;
mod older;
mod orders;
mod pages;
mod passes;
mod places;
mod plates;
mod promises;
mod rides;
mod sections;
mod source_files;
mod state_machines;
mod stays;
mod support;
mod values;
