//! Street parking: zones, dated prices, quotes, stays and tickets.

pub(crate) mod check;
#[cfg(feature = "load")]
pub(crate) mod load;
pub mod quote;
pub mod refusal;
pub mod section;
pub mod stay;
pub(crate) mod terms;
pub mod ticket;
pub mod zones;

pub use section::{ParkingSection, Zone};
