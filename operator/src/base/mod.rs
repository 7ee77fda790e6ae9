//! What every service stands on: accounts, signing in, vehicles, the deposit, the bank's page,
//! messages, staff, incidents, claims, news, terms, reports.

pub mod accounts;
pub mod availability;
pub mod claims;
pub mod deposit;
pub mod incidents;
pub mod messages;
pub mod notices;
pub mod operator_document;
pub mod payments;
pub mod phone;
pub mod public;
pub mod reports;
pub mod sign_in;
pub mod staff;
pub mod standing;
pub mod terms;
pub mod vehicles;
pub mod wallet;
