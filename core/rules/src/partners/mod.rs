//! What a carrier and the operator owe each other: in which period a day is settled, and the
//! commission of what was sold in it (AV-13, AV-21).

pub mod commission;
pub mod terms;

pub use commission::{Commission, Sold, shared};
pub use terms::{Period, SettlementPeriod};
