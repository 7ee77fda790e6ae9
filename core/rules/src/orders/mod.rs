//! Daily parking ticket orders (eDPK), issued by inspectors. Leans on parking for zones and their
//! hours.

pub(crate) mod check;
#[cfg(feature = "load")]
pub(crate) mod load;
pub mod order;
pub mod section;

pub use section::OrdersSection;
