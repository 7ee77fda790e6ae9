//! Control of rides: what a controller is told about what somebody shows him.

pub mod code;
pub mod decide;

pub use code::printed_code;
pub use decide::{
    Answer, CannotTell, Checked, ClockState, Known, NotRegistered, Registered, Registration, Trip, clock_state, decide,
};
