//! Benefits and passes: who a rider is, as a clerk grants it, and passes as a rider buys and holds
//! them.

pub mod clerks;
pub mod holders;

use crate::kernel::service::Service;

pub const SERVICE: Service = Service { adds: &[holders::ADDS, clerks::ADDS], ..Service::named("passes") };
