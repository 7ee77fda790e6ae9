//! Street parking: quotes, stays, tickets.

pub mod quotes;
pub mod stays;
pub mod tickets;
