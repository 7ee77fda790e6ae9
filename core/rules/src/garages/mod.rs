//! Garages, multi-storey car parks and lots with a barrier: facilities, dated tariffs, the price of
//! a visit, how a visit ends, ticket numbers, free places.

pub(crate) mod check;
pub mod facility;
pub mod history;
#[cfg(feature = "load")]
pub(crate) mod load;
pub(crate) mod meter;
pub mod number;
pub mod places;
pub mod price;
pub mod section;
pub mod tariff;
pub mod visit;

pub use facility::Facility;
pub use number::{TicketNumber, TicketNumberError};
pub use places::{FreePlaces, Observation, free_places, is_heard};
pub use price::{LineKind, Notice, Paid, Refusal, VisitAsk, VisitLine, VisitPrice, owed, price};
pub use section::GaragesSection;
pub use tariff::{RateTable, Tariff};
pub use visit::VisitState;
