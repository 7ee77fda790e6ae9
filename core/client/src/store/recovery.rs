//! A damaged file is set aside and rebuilt; open intents are carried over first, so that what was sent still gets its
//! end.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value};

use super::{StoreError, connect};

/// What happened to a damaged file. Everything but intents comes back with the next sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Where the damaged file lies now; for support, never opened again.
    pub set_aside: PathBuf,
    pub why: String,
    /// Open intents carried over.
    pub intents_saved: u32,
    /// The intents could be read to their end. If not, an intent may be missing: the next sync shows what it did.
    pub intents_complete: bool,
}

const COLUMNS: &str = "key, account, kind, subject, details, path, body, created_at, not_after, state, open, attempts, \
                       next_attempt_at, result, problem, ended_at";

pub(super) fn rebuild(
    broken: Option<Connection>,
    path: &Path,
    now_ms: i64,
    why: &str,
) -> Result<(Connection, Recovery), StoreError> {
    drop(broken);
    let (intents, complete) = salvage(path);
    let set_aside = with_suffix(path, &format!(".corrupt-{now_ms}"));
    std::fs::rename(path, &set_aside).map_err(|error| StoreError::Other(error.to_string()))?;
    for side in ["-wal", "-shm"] {
        let from = with_suffix(path, side);
        if from.exists() {
            std::fs::rename(&from, with_suffix(&set_aside, side))
                .map_err(|error| StoreError::Other(error.to_string()))?;
        }
    }
    let mut connection = connect(path)?;
    let places = (1..=16).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
    super::transact(&mut connection, |transaction| {
        for row in &intents {
            transaction
                .execute(&format!("INSERT INTO intent ({COLUMNS}) VALUES ({places})"), params_from_iter(row.iter()))?;
        }
        Ok(())
    })?;
    let recovery = Recovery {
        set_aside,
        why: why.to_owned(),
        intents_saved: u32::try_from(intents.len()).unwrap_or(u32::MAX),
        intents_complete: complete,
    };
    Ok((connection, recovery))
}

/// Reads what can be read of the open intents, by the table and not by an index that may be what is damaged.
fn salvage(path: &Path) -> (Vec<Vec<Value>>, bool) {
    let mut rows = Vec::new();
    let complete = (|| -> Result<(), rusqlite::Error> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM intent NOT INDEXED WHERE +open = 1"))?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            rows.push((0..16).map(|column| row.get::<_, Value>(column)).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(())
    })()
    .is_ok();
    (rows, complete)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
