//! Signed documents that were believed when they were stored: the key set and cities.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Stored, Tx};

pub fn document(db: &Connection, name: &str) -> Stored<Option<Vec<u8>>> {
    let found = db
        .prepare_cached("SELECT bytes FROM document WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0))
        .optional()?;
    Ok(found)
}

pub fn document_version(db: &Connection, name: &str) -> Stored<Option<u32>> {
    let found = db
        .prepare_cached("SELECT version FROM document WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// Names that begin so, in their order.
pub fn document_names(db: &Connection, prefix: &str) -> Stored<Vec<String>> {
    let mut statement =
        db.prepare_cached("SELECT name FROM document WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name")?;
    let names = statement.query_map(params![prefix], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Stores a document of a topic in the place of the one before.
pub fn put_document(
    tx: &Tx<'_>,
    topic: &'static str,
    (name, version): (&str, u32),
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Stored {
    tx.write(
        topic,
        "INSERT INTO document (name, version, bytes, stored_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE
         SET version = excluded.version, bytes = excluded.bytes, stored_at = excluded.stored_at",
        params![name, version, bytes, now.timestamp_millis()],
    )?;
    Ok(())
}
