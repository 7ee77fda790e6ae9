//! Schemas move forward: a store of every version opens with this one, is migrated and holds what
//! it held; a migration that was released is never changed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mesto_operator::store::{Value, schema_at, transact};
use mesto_operator::{Durability, PostgresStore, Request, SqliteInline, SqliteStore, Store};
use sha2::{Digest as _, Sha256};

use crate::audit::fill;
use crate::world::{World, cluster, expect};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn tables(store: &dyn Store) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'schema_history' ORDER BY rowid";
    let rows = transact(store, |tx| tx.query(sql, &[])).unwrap();
    rows.iter().map(|row| row.get("name").unwrap()).collect()
}

/// A row as a statement that both databases read.
fn insert(table: &str, row: &mesto_operator::store::Row) -> String {
    let value = |value: &Value| match value {
        Value::Null => "NULL".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
    };
    let (names, values): (Vec<_>, Vec<_>) = row.columns().map(|(name, held)| (name, value(held))).unzip();
    format!("INSERT INTO {table} ({}) VALUES ({});\n", names.join(", "), values.join(", "))
}

/// The books with everything in them, as statements; in its first line who is signed in.
fn written() -> String {
    let world = World::sqlite();
    world.operator.is_known_to(&*world.store).unwrap();
    fill(&world);
    let driver = world.driver("+381629876543");
    driver.add("BG123AB");
    let mut text = format!("-- {} {}\n", driver.token, world.now().to_rfc3339());
    for table in tables(&*world.store) {
        // Rows that the migrations make are there already.
        let _ = writeln!(text, "DELETE FROM {table};");
        let rows = transact(&*world.store, |tx| tx.query(&format!("SELECT * FROM {table}"), &[])).unwrap();
        text.extend(rows.iter().map(|row| insert(table.as_str(), row)));
    }
    text
}

/// What a store holds, so that another one can be compared: how many rows of which table.
fn held(store: &dyn Store, tables: &[String]) -> BTreeMap<String, i64> {
    let count = |table: &String| {
        let sql = format!("SELECT COUNT(*) AS number FROM {table}");
        let number = transact(store, |tx| tx.query(&sql, &[])?[0].get("number")).unwrap();
        (table.clone(), number)
    };
    tables.iter().map(count).collect()
}

/// Everything is read with today's code.
fn is_read(store: Arc<dyn Store>, fixture: &str) {
    let head = fixture.lines().next().unwrap().trim_start_matches("-- ").to_owned();
    let (token, at) = head.split_once(' ').unwrap();
    let world = World::on(store);
    world.set(at);
    assert_eq!(world.operator.audit_ledger(&*world.store), Ok(()));
    world.operator.is_known_to(&*world.store).unwrap();
    let operator = &world.operator;
    assert!(!operator.staff(&*world.store, world.now()).unwrap().is_empty());
    assert!(!operator.audit_log(&*world.store, None, None).unwrap().is_empty());
    operator.incidents(&*world.store).unwrap();
    operator.refunds(&*world.store, true).unwrap();
    operator.claims(&*world.store).unwrap();
    for path in ["/v1/account", "/v1/account/export", "/v1/events", "/v1/revocations", "/v1/operator"] {
        let answer = world.send(&Request::new("GET", path).bearer(token));
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    }
    let account: serde_json::Value = expect(200, world.send(&Request::new("GET", "/v1/account").bearer(token)));
    assert_eq!(account["sections"]["vehicles"]["vehicles"][0]["plate"]["canonical"], "BG123AB", "{account}");
    // What was planned is done, and the night's erasing reads every table.
    world.due();
    world.pass(400 * 24 * 60);
    for _ in 0..5 {
        world.due();
        world.pass_seconds(1);
    }
    assert_eq!(world.operator.audit_ledger(&*world.store), Ok(()));
}

#[test]
fn stores_of_every_version_open_and_are_migrated_with_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new.db");
    drop(SqliteInline::open(&new, Durability::None).unwrap());
    let newest = SqliteStore::schema(&new).unwrap().newest;
    let own = fixtures().join(format!("books-v{newest}.sql"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(fixtures()).unwrap();
        std::fs::write(&own, written()).unwrap();
    }
    for version in 1..=newest {
        let file = fixtures().join(format!("books-v{version}.sql"));
        let why = "UPDATE=1 cargo test -p mesto-operator --test it -- forward writes it anew, as long as that version is not frozen";
        let fixture =
            std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}; {why}", file.display()));
        let folder = tempfile::tempdir().unwrap();

        let path = folder.path().join("old.db");
        let old = rusqlite::Connection::open(&path).unwrap();
        old.execute_batch(&format!("{}{fixture}", schema_at("sqlite", version)))
            .unwrap_or_else(|error| panic!("{}: {error}; {why}", file.display()));
        drop(old);
        let before = SqliteStore::schema(&path).unwrap();
        assert_eq!(before.version, version);
        let held_before = |store: &dyn Store| held(store, &tables_of(&fixture));
        let mut counted = counts(&fixture);
        *counted.entry("due".to_owned()).or_default() += planned_after(version);
        let store = Arc::new(SqliteInline::open(&path, Durability::None).unwrap());
        assert_eq!(held_before(&*store), counted, "on SQLite");
        is_read(store, &fixture);

        let url = cluster().database().unwrap();
        let script = folder.path().join("old.sql");
        std::fs::write(&script, format!("{}{fixture}", schema_at("postgres", version))).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        cluster().run_file(&url, &script).unwrap_or_else(|error| panic!("{}: {error}; {why}", file.display()));
        let store = Arc::new(PostgresStore::open(&url, 2).unwrap());
        assert_eq!(held_before(&*store), counted, "on Postgres");
        is_read(store, &fixture);
    }
}

fn tables_of(fixture: &str) -> Vec<String> {
    counts(fixture).into_keys().collect()
}

/// How many rows a fixture adds to which table.
fn counts(fixture: &str) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for line in fixture.lines() {
        if let Some(table) = line.strip_prefix("DELETE FROM ") {
            counts.insert(table.trim_end_matches(';').to_owned(), 0);
        } else if let Some(rest) = line.strip_prefix("INSERT INTO ") {
            *counts.entry(rest.split(' ').next().unwrap().to_owned()).or_default() += 1;
        }
    }
    counts
}

/// How much the migrations behind a version plan.
fn planned_after(version: i64) -> i64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let later = std::fs::read_dir(folder).unwrap().filter_map(|entry| {
        let path = entry.unwrap().path();
        let number = path.file_name()?.to_str()?.strip_prefix('V')?.split_once("__")?.0.parse::<i64>().ok()?;
        (number > version).then(|| std::fs::read_to_string(path).unwrap().matches("INSERT INTO due").count())
    });
    i64::try_from(later.sum::<usize>()).unwrap()
}

/// Version and checksum of the migrations in a folder, and of those that are frozen there.
fn migrations(folder: &Path) -> (BTreeMap<i64, String>, BTreeMap<i64, String>) {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(version) = name.strip_prefix('V').and_then(|rest| rest.split_once("__")) else { continue };
        let hash = Sha256::digest(std::fs::read(&path).unwrap());
        found.insert(version.0.parse().unwrap(), hash.iter().map(|byte| format!("{byte:02x}")).collect());
    }
    let frozen = std::fs::read_to_string(folder.join("frozen.tsv")).unwrap();
    let frozen = frozen.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (version, hash) = line.split_once('\t').unwrap();
        (version.parse().unwrap(), hash.to_owned())
    });
    (found, frozen.collect())
}

/// `UPDATE=freeze` writes the list: at a release, and never in between.
#[test]
fn a_migration_that_was_released_is_never_changed() {
    for folder in ["operator/migrations", "core/client/migrations"] {
        let path = root().join(folder);
        if std::env::var("UPDATE").is_ok_and(|update| update == "freeze") {
            let list = std::fs::read_to_string(path.join("frozen.tsv")).unwrap();
            let mut list: String =
                list.lines().filter(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
            migrations(&path).0.iter().for_each(|(version, hash)| {
                let _ = writeln!(list, "{version}\t{hash}");
            });
            std::fs::write(path.join("frozen.tsv"), list).unwrap();
        }
        let (found, frozen) = migrations(&path);
        for (version, hash) in &frozen {
            let why =
                format!("{folder}: V{version} was released as it was; write what changes into the next migration");
            assert_eq!(found.get(version), Some(hash), "{why}");
        }
        let newest = found.keys().max().copied().unwrap();
        assert!(found.keys().copied().eq(1..=newest), "{folder}: versions count from 1 without a gap");
        for version in 1..newest {
            assert!(frozen.contains_key(&version), "{folder}: V{version} has to be frozen before V{newest} begins");
        }
    }
}
