//! Street parking: zones, dated prices, quotes, stays and tickets.

pub mod quote;
pub mod stay;
pub(crate) mod terms;
pub mod ticket;
pub mod zones;
