//! Garages, multi-storey car parks and lots with a barrier: facilities, dated tariffs, the price of a visit.

pub(crate) mod check;
pub mod facility;
#[cfg(feature = "load")]
pub(crate) mod load;
pub(crate) mod meter;
pub mod price;
pub mod section;
pub mod tariff;

pub use facility::Facility;
pub use price::{LineKind, Notice, Paid, Refusal, VisitAsk, VisitLine, VisitPrice, price};
pub use section::GaragesSection;
pub use tariff::{RateTable, Tariff};
