//! Who a rider is and what he holds: categories of riders with what each pays, and passes with
//! their days and what they cover.

pub(crate) mod check;
#[cfg(feature = "load")]
pub(crate) mod load;
pub mod pass;
pub mod section;

pub use pass::{covers, days_overlap};
pub use section::{Category, CategoryId, PassProduct, PassProductId, PassRefund, PassesSection, Pays};
