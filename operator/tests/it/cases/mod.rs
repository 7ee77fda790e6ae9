//! What the operator does, by subject.

mod clock;
mod closing;
mod codes;
mod contract;
mod control;
mod deposit;
mod garages;
mod grants;
mod intents;
mod limits;
mod messages;
mod orders;
mod parking;
mod passes;
mod plates;
mod privacy;
mod purchases;
mod refunds;
mod rides;
mod root_key;
mod sign_in;
mod skew;
mod strangers;
mod stream;

pub use control::fill as fill_control;
