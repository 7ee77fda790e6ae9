//! Street parking: zones, quotes, tickets and the signed ticket that a driver shows.

pub mod quotes;
#[cfg(feature = "openapi")]
pub mod schema;
pub mod signed;
pub mod tickets;
pub mod zones;
