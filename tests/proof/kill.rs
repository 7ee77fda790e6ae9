//! `kill -9` of the operator's process twenty times under load, on both databases; `cargo xtask
//! kill` does it a thousand times.

use mesto_simulation::kill::{Database, play};

const KILLS: usize = 20;

#[test]
fn twenty_kills_under_load_on_sqlite_lose_and_double_nothing_bg_34() {
    assert_eq!(play(Database::Sqlite, KILLS).kills, KILLS);
}

#[test]
fn twenty_kills_under_load_on_postgres_lose_and_double_nothing_bg_34() {
    assert_eq!(play(Database::Postgres, KILLS).kills, KILLS);
}
