//! Daily parking ticket orders (eDPK): an inspector issues one, a driver pays it.

pub mod control;
pub mod driver;
