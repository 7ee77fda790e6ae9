//! Signed documents that were believed when they were stored: the key set, cities, what the
//! operator says of itself.

use chrono::{DateTime, Utc};
use mesto_protocol::signed_document::Known;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Stored, Tx};

pub fn document(db: &Connection, name: &str) -> Stored<Option<Vec<u8>>> {
    let found = db
        .prepare_cached("SELECT bytes FROM document WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// A document as it was stored, and when it was signed.
pub struct StoredDocument {
    pub version: u32,
    pub signed_at: DateTime<Utc>,
    pub text: String,
}

impl StoredDocument {
    /// What a later one is measured against.
    #[must_use]
    pub fn known(&self) -> Known<'_> {
        Known { version: self.version, signed_at: self.signed_at, json: &self.text }
    }
}

pub fn signed_document(db: &Connection, name: &str) -> Stored<Option<StoredDocument>> {
    let found = db
        .prepare_cached("SELECT version, signed_at, bytes FROM document WHERE name = ?1")?
        .query_row(params![name], |row| {
            let (signed_at, bytes): (i64, Vec<u8>) = (row.get(1)?, row.get(2)?);
            // Of bytes that are damaged only the version and the moment count.
            let text = String::from_utf8(bytes).unwrap_or_default();
            let signed_at = DateTime::from_timestamp_millis(signed_at).unwrap_or_default();
            Ok(StoredDocument { version: row.get(0)?, signed_at, text })
        })
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
    name: &str,
    (version, signed_at): (u32, DateTime<Utc>),
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Stored {
    tx.write(
        topic,
        "INSERT INTO document (name, version, signed_at, bytes, stored_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (name) DO UPDATE
         SET version = excluded.version, signed_at = excluded.signed_at, bytes = excluded.bytes,
             stored_at = excluded.stored_at",
        params![name, version, signed_at.timestamp_millis(), bytes, now.timestamp_millis()],
    )?;
    Ok(())
}
