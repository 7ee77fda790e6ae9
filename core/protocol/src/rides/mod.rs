//! Rides: a rider scans a vehicle's sign, checks, confirms and shows the ticket; vehicles and
//! their terminals tell which trip they make.

pub mod riders;
pub mod signed;
pub mod vehicles;

use crate::kernel::service::Service;

pub const SERVICE: Service = Service { adds: &[riders::ADDS, vehicles::ADDS], ..Service::named("rides") };
