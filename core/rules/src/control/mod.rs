//! Control of rides: what a controller is told about what somebody shows him.

pub mod decide;

pub use crate::cards::printed_code;
pub use decide::{
    Answer, CannotTell, Checked, ClockState, Known, NotRegistered, Registered, Registration, Trip, clock_state, decide,
};
