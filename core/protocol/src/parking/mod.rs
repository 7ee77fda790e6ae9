//! Street parking: zones, quotes, tickets and the signed ticket that a driver shows.

pub mod purchase;
pub mod signed;
pub mod signs;
pub mod tickets;
pub mod zones;

use crate::kernel::service::Service;

pub const SERVICE: Service =
    Service { adds: &[zones::ADDS, tickets::ADDS, purchase::ADDS], ..Service::named("parking") };
