//! Migrations: numbered SQL files, forward only, the same for both databases.

use super::StoreError;

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, name: "first_walk", sql: include_str!("../../../migrations/V1__first_walk.sql") }];

/// What a database must offer so that the migrations can run on it, inside one transaction that
/// excludes others.
pub(super) trait Schema {
    /// Runs several statements.
    fn script(&mut self, sql: &str) -> Result<(), StoreError>;
    /// `(version, checksum)` of what was applied before, oldest first.
    fn applied(&mut self) -> Result<Vec<(i64, String)>, StoreError>;
}

/// Brings the schema up to this version. A file that was changed after it ran, or a schema from a
/// newer version, is refused.
pub(super) fn migrate(schema: &mut dyn Schema) -> Result<(), StoreError> {
    schema.script(
        "CREATE TABLE IF NOT EXISTS schema_history (version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)",
    )?;
    let applied = schema.applied()?;
    for (version, checksum) in &applied {
        match MIGRATIONS.iter().find(|migration| migration.version == *version) {
            Some(known) if fingerprint(known.sql) == *checksum => {}
            Some(known) => {
                return Err(StoreError::Broken(format!(
                    "migration V{version}__{} differs from the one that ran",
                    known.name
                )));
            }
            None => {
                return Err(StoreError::Broken(format!(
                    "the store was written by a newer version (its schema is V{version})"
                )));
            }
        }
    }
    for migration in
        MIGRATIONS.iter().filter(|migration| !applied.iter().any(|(version, _)| *version == migration.version))
    {
        schema.script(migration.sql)?;
        schema.script(&format!(
            "INSERT INTO schema_history (version, name, checksum) VALUES ({}, '{}', '{}')",
            migration.version,
            migration.name,
            fingerprint(migration.sql)
        ))?;
    }
    Ok(())
}

/// The text with what stands in `/*name ... */` uncommented.
pub(super) fn for_database(name: &str, sql: &str) -> String {
    let opening = format!("/*{name} ");
    let mut pieces = sql.split(&opening);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (own, rest) = piece.split_once("*/").unwrap_or((piece, ""));
        text.extend([" ", own, rest]);
    }
    text
}

fn fingerprint(sql: &str) -> String {
    crate::kernel::text::sha256(sql.as_bytes())
}
