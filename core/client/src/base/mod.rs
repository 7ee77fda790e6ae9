//! What every service stands on: the account and its session, cities, vehicles, the deposit,
//! paying, news, terms, reports.

pub mod account;
pub mod availability;
pub mod cities;
pub mod codes;
pub(crate) mod codes_again;
pub mod deposit;
pub mod live;
pub mod notices;
pub mod operator_document;
pub mod operators;
pub(crate) mod past;
pub mod payments;
pub mod reports;
pub mod standing;
pub mod sync;
pub mod terms;
pub mod vehicles;
pub mod wallet;
