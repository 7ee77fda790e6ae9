//! Payments at merchants (AV-18): as a rider pays, as a till asks and gives back, as a clerk
//! registers who takes part.

pub mod clerks;
pub mod payers;
pub mod tills;

use crate::kernel::service::Service;

pub const SERVICE: Service =
    Service { adds: &[payers::ADDS, tills::ADDS, clerks::ADDS], ..Service::named("merchants") };
