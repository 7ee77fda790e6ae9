//! Partners (AV-12, AV-21): what a carrier is told of the rides that were sold in its vehicles, and
//! what is settled with it.

pub mod reports;

use crate::kernel::service::Service;

pub const SERVICE: Service = Service { adds: &[reports::ADDS], ..Service::named("partners") };
