//! What every room of the command line stands on, and what knows none of them.

pub mod args;
pub mod call;
pub mod clock;
pub mod config;
pub mod database;
pub mod failure;
pub mod link;
pub mod output;
pub mod phone;
pub mod private_files;
pub mod service;
pub mod show;
pub mod testbed;
pub mod web;
