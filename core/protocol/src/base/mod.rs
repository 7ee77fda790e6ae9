//! What every service stands on: accounts, signing in, vehicles, the deposit, payments.

pub mod accounts;
pub mod operator_document;
pub mod payments;
pub mod plate;
pub mod public;
pub mod sign_in;
pub mod vehicles;
pub mod wallet;
