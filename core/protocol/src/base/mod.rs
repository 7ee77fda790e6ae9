//! What every service stands on: accounts, signing in, vehicles, the deposit, payments.

pub mod accounts;
pub mod payments;
pub mod public;
pub mod sign_in;
pub mod vehicles;
pub mod wallet;
