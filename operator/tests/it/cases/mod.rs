//! What the operator does, by subject.

mod availability;
mod cards;
mod clock;
mod closing;
mod codes;
mod contract;
mod control;
mod deposit;
pub mod feeds;
mod garages;
mod grants;
mod intents;
mod limits;
mod messages;
mod notices;
mod orders;
mod parking;
mod partners;
mod passes;
mod plates;
mod privacy;
mod purchases;
mod refunds;
mod reports;
mod rides;
mod root_key;
mod sign_in;
mod skew;
mod standing;
mod strangers;
mod stream;
mod terms;

pub use cards::fill as fill_cards;
pub use control::fill as fill_control;
pub use partners::fill as fill_partners;
