//! Daily parking ticket orders (eDPK): an inspector issues one, a driver pays it.

pub mod inspectors;
pub mod driver;

use crate::kernel::service::Service;

pub const SERVICE: Service = Service { adds: &[driver::ADDS, inspectors::ADDS], ..Service::named("orders") };
