//! The operator from outside: the same cases on SQLite and on Postgres.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

/// Writes every case twice: once on SQLite, once on Postgres.
macro_rules! on_both_databases {
    ($(#[test] fn $name:ident($world:ident) $body:block)*) => {
        $(fn $name($world: &$crate::world::World) $body)*
        mod on_sqlite { $(#[test] fn $name() { super::$name(&$crate::world::World::sqlite()); })* }
        mod on_postgres { $(#[test] fn $name() { super::$name(&$crate::world::World::postgres()); })* }
    };
}

mod audit;
mod bank;
mod cases;
mod contract;
mod copies;
mod deadlines;
mod fast_path;
mod forward;
mod freezing;
mod front;
mod http;
mod keys;
mod locks;
mod logs;
mod meeting;
mod notices;
mod ready;
mod shares;
mod stores;
mod tls;
mod world;
mod zero;
