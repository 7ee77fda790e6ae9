//! What every service stands on: accounts, signing in, vehicles, the deposit, payments, news,
//! terms, reports.

pub mod accounts;
pub mod availability;
pub mod notices;
pub mod operator_document;
pub mod payments;
pub mod plate;
pub mod public;
pub mod reports;
pub mod sign_in;
pub mod standing;
pub mod terms;
pub mod vehicles;
pub mod wallet;
