//! Base services of the command line: what more than one service stands on.

pub mod about;
pub mod account;
pub mod backup;
pub mod books;
pub mod bounds;
pub mod cities;
pub mod claims;
pub mod codes;
pub mod demo;
pub mod doctor;
pub mod front;
pub mod history;
pub mod keys;
pub mod messages;
pub mod migrations;
pub mod operator;
pub mod packaging;
pub mod payments;
pub mod providers;
pub mod refunds;
pub mod root_key;
pub mod serve;
pub mod staff;
pub mod testbed;
pub mod vehicles;
pub mod wallet;
