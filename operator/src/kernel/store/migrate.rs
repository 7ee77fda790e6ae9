//! Migrations: numbered SQL files, forward only, the same for both databases.

use super::StoreError;

pub(super) struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "first_walk", sql: include_str!("../../../migrations/V1__first_walk.sql") },
    Migration { version: 2, name: "rides", sql: include_str!("../../../migrations/V2__rides.sql") },
];

/// What is wrong with a store's schema for this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaFault {
    #[error("there is no table in it: no operator has written here")]
    Empty,
    #[error("it is another program's database: it has tables, but no `schema_history`")]
    Foreign,
    #[error("the restore of this database did not end; restore it again into an empty one")]
    HalfRestored,
    #[error("its schema is V{version}, and this version works with V{newest}")]
    Behind { version: i64, newest: i64 },
    #[error("its schema is V{version} and has to become V{newest}, and another instance serves it as it is")]
    Served { version: i64, newest: i64 },
    #[error("another instance migrates it at this moment")]
    Migrating,
    #[error("it was written by a newer version: its schema is V{version}, and this version knows V{newest}")]
    Ahead { version: i64, newest: i64 },
    #[error("migration V{version}__{name} differs from the one that ran")]
    Changed { version: i64, name: &'static str },
}

/// How far a store's schema is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaStatus {
    /// The newest migration that ran; 0 on an empty database.
    pub version: i64,
    /// The newest one that this version knows.
    pub newest: i64,
    /// What would run, oldest first: `V2__what_it_does`.
    pub pending: Vec<String>,
}

/// What a database must offer so that the migrations can run on it, inside one transaction that
/// excludes others.
pub(super) trait Schema {
    /// Runs several statements.
    fn script(&mut self, sql: &str) -> Result<(), StoreError>;
    /// The names of its tables.
    fn tables(&mut self) -> Result<Vec<String>, StoreError>;
    /// `(version, checksum)` of what was applied before, oldest first.
    fn applied(&mut self) -> Result<Vec<(i64, String)>, StoreError>;
}

/// The table that stands in a database while it is restored, from before its first row until its
/// new epoch. A `pg_restore` whose `mesto` was killed may end by itself.
pub(crate) const RESTORING: &str = "restoring";

/// A schema that is being restored: the sign of it is passed over.
pub(super) struct Restored<'a>(pub &'a mut dyn Schema);

impl Schema for Restored<'_> {
    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.0.script(sql)
    }
    fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let tables = self.0.tables()?;
        Ok(tables.into_iter().filter(|table| table != RESTORING).collect())
    }
    fn applied(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        self.0.applied()
    }
}

/// How far the schema is. Changes nothing.
///
/// # Errors
/// [`SchemaFault`] when it is another program's, a newer version's, half restored, or a migration
/// was changed after it ran.
pub(super) fn status(schema: &mut dyn Schema) -> Result<SchemaStatus, StoreError> {
    status_of(schema, MIGRATIONS)
}

pub(super) fn status_of(schema: &mut dyn Schema, known: &[Migration]) -> Result<SchemaStatus, StoreError> {
    let newest = known.iter().map(|migration| migration.version).max().unwrap_or_default();
    let tables = schema.tables()?;
    if tables.iter().any(|table| table == RESTORING) {
        return Err(SchemaFault::HalfRestored.into());
    }
    let applied = match tables.iter().any(|table| table == "schema_history") {
        true => schema.applied()?,
        false if tables.is_empty() => Vec::new(),
        false => return Err(SchemaFault::Foreign.into()),
    };
    for (version, checksum) in &applied {
        match known.iter().find(|migration| migration.version == *version) {
            Some(known) if fingerprint(known.sql) == *checksum => {}
            Some(known) => return Err(SchemaFault::Changed { version: *version, name: known.name }.into()),
            None => return Err(SchemaFault::Ahead { version: *version, newest }.into()),
        }
    }
    let is_pending = |migration: &&Migration| !applied.iter().any(|(version, _)| *version == migration.version);
    let name = |migration: &Migration| format!("V{}__{}", migration.version, migration.name);
    Ok(SchemaStatus {
        version: applied.iter().map(|(version, _)| *version).max().unwrap_or_default(),
        newest,
        pending: known.iter().filter(is_pending).map(name).collect(),
    })
}

/// Refuses a schema that is not this version's. Changes nothing.
pub(super) fn expect_current(schema: &mut dyn Schema) -> Result<(), StoreError> {
    match status(schema)? {
        SchemaStatus { pending, .. } if pending.is_empty() => Ok(()),
        SchemaStatus { version: 0, .. } => Err(SchemaFault::Empty.into()),
        SchemaStatus { version, newest, .. } => Err(SchemaFault::Behind { version, newest }.into()),
    }
}

/// Brings the schema up to this version; what ran, oldest first. A file that was changed after it
/// ran, a schema from a newer version or another program's database is refused.
pub(super) fn migrate(schema: &mut dyn Schema) -> Result<Vec<String>, StoreError> {
    migrate_by(schema, MIGRATIONS, i64::MAX)
}

/// The same by a list of migrations, no further than to a version.
pub(super) fn migrate_by(schema: &mut dyn Schema, known: &[Migration], last: i64) -> Result<Vec<String>, StoreError> {
    let SchemaStatus { version, pending, .. } = status_of(schema, known)?;
    if version == 0 {
        schema.script(
            "CREATE TABLE IF NOT EXISTS schema_history (version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)",
        )?;
    }
    for migration in known {
        let Migration { version, name, sql } = migration;
        if *version > last || !pending.contains(&format!("V{version}__{name}")) {
            continue;
        }
        schema.script(sql)?;
        schema.script(&format!(
            "INSERT INTO schema_history (version, name, checksum) VALUES ({version}, '{name}', '{}')",
            fingerprint(sql)
        ))?;
    }
    Ok(pending)
}

/// Statements that make a store as it was at a version, in one text for one database: for tests.
#[cfg(feature = "testing")]
#[must_use]
pub fn schema_at(database: &str, version: i64) -> String {
    struct Written<'a>(&'a str, String);
    impl Schema for Written<'_> {
        fn script(&mut self, sql: &str) -> Result<(), StoreError> {
            self.1.push_str(&for_database(self.0, sql));
            self.1.push_str(";\n");
            Ok(())
        }
        fn tables(&mut self) -> Result<Vec<String>, StoreError> {
            Ok(Vec::new())
        }
        fn applied(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
            Ok(Vec::new())
        }
    }
    let mut written = Written(database, String::new());
    // Writing a text does not fail.
    let _ = migrate_by(&mut written, MIGRATIONS, version);
    written.1
}

/// The text with what stands in `/*name ... */` uncommented. On Postgres a column of text is
/// compared by its bytes, as SQLite does and whatever locale the database has: the same order on
/// both, less work for every index, and no index that is wrong after an update of the system's
/// locales.
pub(super) fn for_database(name: &str, sql: &str) -> String {
    let text = uncommented(name, sql);
    if name == "postgres" { text.replace(" TEXT", r#" TEXT COLLATE "C""#) } else { text }
}

fn uncommented(name: &str, sql: &str) -> String {
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
