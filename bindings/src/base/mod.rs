//! What every service stands on: the account, its cities, vehicles, deposit and payments, news,
//! terms, reports.

pub mod account;
pub mod cities;
pub mod live;
pub mod notices;
pub mod operator_document;
pub mod operators;
pub mod payments;
pub mod plate;
pub mod reports;
pub mod standing;
pub mod terms;
pub mod vehicles;
pub mod wallet;
