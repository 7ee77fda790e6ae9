//! A damaged file is set aside and rebuilt; open intents are carried over first, so that what was
//! sent still gets its end.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use mesto_protocol::kernel::ids::AccountId;
use mesto_rules::CityId;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params, params_from_iter};

use super::{IntentRow, Migrations, StoreError, Stored, Tx, connect};
use crate::kernel::city::WANTED;
use crate::kernel::client::ACCOUNT;
use crate::kernel::session::TURN;

/// What happened to a damaged file. Everything but intents comes back with the next sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Where the damaged file lies now; for support, never opened again.
    pub set_aside: PathBuf,
    pub why: String,
    /// Open intents carried over.
    pub intents_saved: u32,
    /// The intents could be read to their end. If not, an intent may be missing: the next sync
    /// shows what it did.
    pub has_all_intents: bool,
}

const COLUMNS: &str = "key, account, kind, guard, subject, amount, details, path, body, created_at, not_after, state, open, attempts, \
                       next_attempt_at, told, problem, ended_at";
/// How many they are.
const WIDTH: usize = 18;
/// The file that is being built; in the place of the old one it goes only when it is whole.
const REBUILT: &str = ".rebuilt";
const ASIDE: &str = ".corrupt-";
/// Files that SQLite keeps beside a database. Those of another database must never lie beside one.
const SIDES: [&str; 2] = ["-wal", "-shm"];

/// What could be read of a damaged file.
#[derive(Default)]
struct Salvage {
    intents: Vec<Vec<Value>>,
    /// Whose they are, and the cities to be fetched again: name and value as they are stored.
    values: Vec<(&'static str, String)>,
    complete: bool,
}

/// Builds a new file beside the damaged one, carries over what can be read, and only then puts it
/// in its place: whenever the app dies, or the disk is full, the open intents are in one of the
/// two.
pub(super) fn rebuild(path: &Path, migrations: Migrations, now_ms: i64, why: &str) -> Stored<(Connection, Recovery)> {
    let salvage = salvage(path);
    let rebuilt = with_suffix(path, REBUILT);
    remove(&rebuilt)?;
    let (saved, complete) = {
        let mut connection = connect(&rebuilt, migrations)?;
        let (kept, _) = super::transact(&mut connection, |tx| carry_over(tx, &salvage))?;
        // Everything in the one file that is renamed.
        connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)?;
        kept
    };
    forget_older(path);
    let set_aside = with_suffix(path, &format!("{ASIDE}{now_ms}"));
    std::fs::rename(path, &set_aside).map_err(other)?;
    for side in SIDES {
        let from = with_suffix(path, side);
        if from.exists() {
            std::fs::rename(&from, with_suffix(&set_aside, side)).map_err(other)?;
        }
    }
    std::fs::rename(&rebuilt, path).map_err(other)?;
    let recovery = Recovery {
        set_aside,
        why: why.to_owned(),
        intents_saved: saved,
        has_all_intents: complete && salvage.complete,
    };
    Ok((connect(path, migrations)?, recovery))
}

/// Finishes a rebuilding that the app's death cut short.
pub(super) fn resume(path: &Path) -> Stored {
    let rebuilt = with_suffix(path, REBUILT);
    if !rebuilt.exists() {
        return Ok(());
    }
    if path.exists() {
        // The old file is still in its place, and the new one may not be whole. If it cannot go
        // now, the next rebuilding says so.
        let _ = remove(&rebuilt);
        return Ok(());
    }
    for side in SIDES {
        remove_one(&with_suffix(path, side))?;
    }
    std::fs::rename(&rebuilt, path).map_err(other)
}

/// Writes what was salvaged; how many intents, and whether all of them.
fn carry_over(tx: &Tx<'_>, salvage: &Salvage) -> Stored<(u32, bool)> {
    let transaction = tx.db();
    let places = (1..=WIDTH).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
    let insert = format!("INSERT INTO intent ({COLUMNS}) VALUES ({places})");
    let (mut saved, mut complete) = (0_u32, true);
    for row in &salvage.intents {
        // A row that came out garbled is left out: nothing could read it later either.
        match transaction.execute(&insert, params_from_iter(row.iter())).map_err(StoreError::from) {
            Ok(_) => saved = saved.saturating_add(1),
            Err(full @ StoreError::Full(_)) => return Err(full),
            Err(_) => complete = false,
        }
    }
    let keys = transaction
        .prepare("SELECT key FROM intent")?
        .query_map([], |row| row.get::<_, Value>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    for key in keys {
        let readable = match &key {
            Value::Text(key) => IntentRow::can_be_read(transaction, key),
            _ => false,
        };
        if !readable {
            transaction.execute("DELETE FROM intent WHERE key = ?1", [key])?;
            (saved, complete) = (saved.saturating_sub(1), false);
        }
    }
    for (name, value) in &salvage.values {
        transaction.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", params![name, value])?;
    }
    Ok((saved, complete))
}

/// Reads what can be read of the open intents, by the table and not by an index that may be what is
/// damaged.
fn salvage(path: &Path) -> Salvage {
    let mut found = Salvage::default();
    let Ok(connection) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE) else { return found };
    let intents = &mut found.intents;
    found.complete = (|| -> Result<(), rusqlite::Error> {
        let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM intent NOT INDEXED WHERE +open = 1"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            intents.push((0..WIDTH).map(|column| row.get::<_, Value>(column)).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(())
    })()
    .is_ok();
    let value = |name: &'static str, is_one: fn(&str) -> bool| {
        let read =
            connection.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get::<_, String>(0));
        Some((name, read.ok().filter(|text| is_one(text))?))
    };
    found.values.extend(value(ACCOUNT.name, |text| mesto_rules::from_json::<AccountId>(text.as_bytes()).is_ok()));
    found.values.extend(value(TURN.name, |text| mesto_rules::from_json::<i64>(text.as_bytes()).is_ok()));
    found.values.extend(value(WANTED.name, |text| mesto_rules::from_json::<Vec<CityId>>(text.as_bytes()).is_ok()));
    found
}

/// One damaged file is enough for support; older ones go, so that they do not fill the phone.
pub(super) fn forget_older(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return };
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let beginning = format!("{}{ASIDE}", name.to_string_lossy());
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(&beginning)) {
        let _ = std::fs::remove_file(entry.path());
    }
}

fn remove(database: &Path) -> Stored {
    SIDES.iter().try_for_each(|side| remove_one(&with_suffix(database, side)))?;
    remove_one(&with_suffix(database, "-journal"))?;
    remove_one(database)
}

fn remove_one(path: &Path) -> Stored {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(other(error)),
        _ => Ok(()),
    }
}

fn other(error: std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full(error.to_string()),
        _ => StoreError::Other(error.to_string()),
    }
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
