//! Control of rides: what the device of a controller asks and tells. It works a whole shift without
//! a network; see `docs/control.md`.

pub mod controllers;
pub mod registrations;

use crate::kernel::service::Service;

pub const SERVICE: Service = Service { adds: &[controllers::ADDS, registrations::ADDS], ..Service::named("control") };
