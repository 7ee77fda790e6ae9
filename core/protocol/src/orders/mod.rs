//! Daily parking ticket orders (eDPK): an inspector issues one, a driver pays it.

pub mod driver;
pub mod inspectors;

use crate::kernel::service::Service;

pub const SERVICE: Service = Service { adds: &[driver::ADDS, inspectors::ADDS], ..Service::named("orders") };
