//! The client itself, and what every service crosses by: values, ids, lines of a price, errors, ports, calling off.

pub mod cancel;
pub mod client;
pub mod error;
pub mod ids;
pub mod line;
pub mod link;
pub mod ports;
pub mod reminders;
pub mod signal;
pub mod values;
