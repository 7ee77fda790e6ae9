//! What every service stands on: values, ids, lines of a price, errors, ports, calling off.

pub mod cancel;
pub mod error;
pub mod ids;
pub mod line;
pub mod link;
pub mod ports;
pub mod values;
