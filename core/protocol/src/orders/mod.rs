//! Daily parking ticket orders (eDPK): an inspector issues one, a driver pays it.

pub mod control;
pub mod driver;

use crate::kernel::service::Service;

pub const SERVICE: Service = Service { adds: &[driver::ADDS, control::ADDS], ..Service::named("orders") };
