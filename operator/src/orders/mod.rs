//! Daily parking ticket orders: an inspector issues one, a driver pays it.

pub mod control;
pub mod driver;
