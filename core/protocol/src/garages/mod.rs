//! Garages: a visit that is found by the number of its ticket and paid, free places, and what a
//! garage's controller tells and asks.

pub mod controllers;
pub mod signed;
pub mod visits;

use crate::kernel::service::Service;

pub const SERVICE: Service = Service { adds: &[visits::ADDS, controllers::ADDS], ..Service::named("garages") };
