//! An operator attacked from outside, over HTTP, on SQLite and on Postgres: whose thing is it, who
//! may, what is sent that nobody expects, who comes at the same instant, who is slow, what the
//! clocks and the database do meanwhile. `docs/security.md` says what each test is for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

/// Writes every case twice: once on SQLite, once on Postgres.
macro_rules! on_both_databases {
    ($(#[test] fn $name:ident($served:ident) $body:block)*) => {
        $(fn $name($served: &$crate::served::Served) $body)*
        mod on_sqlite { $(#[test] fn $name() { super::$name(&$crate::served::Served::sqlite()); })* }
        mod on_postgres { $(#[test] fn $name() { super::$name(&$crate::served::Served::postgres()); })* }
    };
}

mod answers;
mod bodies;
mod clocks;
mod fields;
mod floods;
#[path = "../../operator/tests/it/freezing.rs"]
mod freezing;
mod frozen;
mod methods;
mod owners;
mod races;
mod replays;
mod roles;
mod scene;
mod served;
