//! What every service stands on: the account and its session, cities, vehicles, the deposit,
//! paying.

pub mod account;
pub mod cities;
pub mod codes;
pub(crate) mod codes_again;
pub mod deposit;
pub mod live;
pub mod operator_document;
pub mod operators;
pub mod payments;
pub mod sync;
pub mod vehicles;
pub mod wallet;
