//! What every service stands on: the account, its cities, vehicles, deposit and payments.

pub mod account;
pub mod cities;
pub mod live;
pub mod operator_document;
pub mod operators;
pub mod payments;
pub mod plate;
pub mod vehicles;
pub mod wallet;
