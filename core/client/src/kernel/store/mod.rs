//! The phone's memory: one SQLite file, opened, migrated, and rebuilt when it is damaged.
//!
//! WAL with `synchronous = FULL`: an intent that was committed before sending must survive a power
//! cut. Migrations only go forward.

mod documents;
mod intents;
mod recovery;
mod values;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Params, TransactionBehavior};

pub use documents::{StoredDocument, document, document_names, put_document, signed_document};
pub use intents::{IntentRow, NewIntent};
pub use recovery::Recovery;
pub use values::{Value, list};

/// Forward-only: the number of an entry is its place, counted from 1, kept in `PRAGMA
/// user_version`.
pub type Migrations = &'static [&'static str];

/// What reading or writing gives.
pub type Stored<T = ()> = Result<T, StoreError>;

/// Names of topics that a transaction touched.
pub type Touched = BTreeSet<&'static str>;

/// A transaction that remembers which topics it touched.
pub struct Tx<'t> {
    db: &'t Connection,
    touched: RefCell<Touched>,
}

impl Tx<'_> {
    /// To read in it.
    pub const fn db(&self) -> &Connection {
        self.db
    }

    /// Changes rows of a topic; how many.
    pub fn write(&self, topic: &'static str, sql: &str, params: impl Params) -> Stored<usize> {
        let changed = self.db.prepare_cached(sql)?.execute(params)?;
        if changed > 0 {
            self.touched.borrow_mut().insert(topic);
        }
        Ok(changed)
    }
}

/// Why the memory failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room; nothing was written, and nothing was sent because of that.
    #[error("the phone has no room to write: {0}")]
    Full(String),
    /// The file is damaged.
    #[error("the phone's database is damaged: {0}")]
    Damaged(String),
    /// Written by a newer version of the app.
    #[error("the phone's database is of version {found}, this app knows up to {known}")]
    Newer { found: i64, known: i64 },
    /// The client was closed.
    #[error("the phone's database was closed")]
    Closed,
    #[error("the phone's database: {0}")]
    Other(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        // The index of the log, in memory that a file stands for, has no room to grow.
        let no_room_for_index =
            error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
        match error.sqlite_error_code() {
            _ if no_room_for_index => Self::Full(error.to_string()),
            Some(ErrorCode::DiskFull) => Self::Full(error.to_string()),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    /// A row that this app cannot read: not damage, and rebuilding would not help.
    fn from(error: serde_json::Error) -> Self {
        Self::Other(format!("a stored row cannot be read: {error}"))
    }
}

/// How the database file stands.
enum File {
    Open(Connection),
    /// A rebuild failed (a full disk); the next use tries again.
    Lost,
    /// For good: nothing opens it again.
    Closed,
}

/// One database file.
pub struct Store {
    file: File,
    path: PathBuf,
    migrations: Migrations,
    /// Set when the file had to be set aside.
    pub recovery: Option<Recovery>,
    /// Tests: the disk is full from now on.
    #[cfg(test)]
    pub full: bool,
}

impl Store {
    /// Opens or creates the file, migrates it, and rebuilds it when it is damaged. `now_ms` names a
    /// file that is set aside.
    pub fn open(path: &Path, migrations: Migrations, now_ms: i64) -> Stored<Self> {
        recovery::resume(path)?;
        let (connection, recovery) = match connect(path, migrations) {
            Ok(connection) => (connection, None),
            Err(StoreError::Damaged(why)) => {
                let (connection, recovery) = recovery::rebuild(path, migrations, now_ms, &why)?;
                (connection, Some(recovery))
            }
            Err(other) => return Err(other),
        };
        Ok(Self {
            file: File::Open(connection),
            path: path.to_owned(),
            migrations,
            recovery,
            #[cfg(test)]
            full: false,
        })
    }

    /// Reads. When the file turns out to be damaged it is set aside and rebuilt, and the error says
    /// so.
    pub fn read<T>(&mut self, now_ms: i64, read: impl FnOnce(&Connection) -> Stored<T>) -> Stored<T> {
        let outcome = read(self.connected(now_ms)?);
        self.heal(now_ms, outcome)
    }

    /// Writes in one transaction: everything or nothing. Also what it touched.
    pub fn write<T>(&mut self, now_ms: i64, write: impl FnOnce(&Tx<'_>) -> Stored<T>) -> Stored<(T, Touched)> {
        #[cfg(test)]
        if self.full {
            return Err(StoreError::Full("no space left on device".to_owned()));
        }
        let outcome = transact(self.connected(now_ms)?, write);
        self.heal(now_ms, outcome)
    }

    fn connected(&mut self, now_ms: i64) -> Stored<&mut Connection> {
        if matches!(self.file, File::Lost) {
            let again = Self::open(&self.path, self.migrations, now_ms)?;
            self.recovery = again.recovery.or(self.recovery.take());
            self.file = again.file;
        }
        match &mut self.file {
            File::Open(connection) => Ok(connection),
            File::Lost => Err(StoreError::Other("the file is not open".to_owned())),
            File::Closed => Err(StoreError::Closed),
        }
    }

    /// Leaves nothing on the disk of what was removed: neither in the file, nor in its log, nor in
    /// a damaged file that was set aside. What the disk does not do now, it does with time.
    pub fn wipe_removed(&mut self) {
        recovery::forget_older(&self.path);
        if let File::Open(connection) = &self.file {
            let _ = connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
        }
    }

    /// Lets go of the file for good.
    pub fn close(&mut self) {
        self.file = File::Closed;
    }

    /// # Errors
    /// [`StoreError::Closed`]
    pub const fn still_open(&self) -> Stored {
        if matches!(self.file, File::Closed) { Err(StoreError::Closed) } else { Ok(()) }
    }

    fn heal<T>(&mut self, now_ms: i64, outcome: Stored<T>) -> Stored<T> {
        if let Err(StoreError::Damaged(why)) = &outcome {
            // Closed first: the salvage opens the file anew.
            self.file = File::Lost;
            let (connection, recovery) = recovery::rebuild(&self.path, self.migrations, now_ms, why)?;
            self.file = File::Open(connection);
            self.recovery = Some(recovery);
        }
        outcome
    }

    /// For tests that need to see or spoil the file below.
    #[cfg(test)]
    pub fn connection(&self) -> &Connection {
        let File::Open(connection) = &self.file else { panic!("the file is not open") };
        connection
    }
}

fn transact<T>(connection: &mut Connection, write: impl FnOnce(&Tx<'_>) -> Stored<T>) -> Stored<(T, Touched)> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (value, touched) = {
        let tx = Tx { db: &transaction, touched: RefCell::default() };
        (write(&tx)?, tx.touched.into_inner())
    };
    transaction.commit()?;
    Ok((value, touched))
}

fn connect(path: &Path, migrations: Migrations) -> Stored<Connection> {
    match connect_with(path, Index::Shared, migrations) {
        Err(StoreError::Full(why)) => connect_with(path, Index::Private, migrations).map_err(|_| StoreError::Full(why)),
        Err(StoreError::Other(why)) if !has_room_beside(path) => {
            connect_with(path, Index::Private, migrations).map_err(|_| StoreError::Full(why))
        }
        other => other,
    }
}

/// Where SQLite keeps the index of its log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Index {
    /// In a file that other processes share.
    Shared,
    /// In memory: nothing needs room on the disk, so that a full phone still shows its tickets.
    Private,
}

fn connect_with(path: &Path, index: Index, migrations: Migrations) -> Stored<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    make_private(path);
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(32);
    if index == Index::Private {
        // Before the log is first looked at, or it has no effect on it.
        connection.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
    }
    // A file that is already in WAL mode keeps it: asking first saves a lock.
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode != "wal" {
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    }
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;")?;
    migrate(&mut connection, migrations)?;
    Ok(connection)
}

/// Makes the file when it is not there, for its owner alone; SQLite gives the files beside it the
/// same mode. What cannot be made SQLite says.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

/// Whether a page more can be written where the file lies: SQLite names a full disk only at some of
/// its steps.
fn has_room_beside(path: &Path) -> bool {
    let probe = recovery::with_suffix(path, ".room");
    let outcome = std::fs::write(&probe, [0; 64 * 1024]);
    let _ = std::fs::remove_file(&probe);
    !matches!(
        outcome.map_err(|error| error.kind()),
        Err(std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
    )
}

fn migrate(connection: &mut Connection, migrations: Migrations) -> Stored {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found == known {
        return Ok(());
    }
    transact(connection, |tx| {
        // Another process may have migrated between the look and the lock.
        let found: i64 = tx.db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        for (number, sql) in (1i64..).zip(migrations).filter(|(number, _)| *number > found) {
            tx.db.execute_batch(sql)?;
            tx.db.execute_batch(&format!("PRAGMA user_version = {number}"))?;
        }
        Ok(())
    })
    .map(|((), _)| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATIONS: Migrations = &["CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"];
    const NAME: Value<String> = Value::new("name", "names");
    /// What a rebuilt file has to have: intents are rescued into it.
    const WITH_INTENTS: Migrations = &[include_str!("../../../migrations/V1__first.sql")];

    #[test]
    fn with_its_index_in_memory_a_file_is_read_without_another_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mesto.db");
        drop(connect_with(&path, Index::Shared, MIGRATIONS).unwrap());
        let mut connection = connect_with(&path, Index::Private, MIGRATIONS).unwrap();
        transact(&mut connection, |tx| NAME.set(tx, &"acc".to_owned())).unwrap();
        assert_eq!(NAME.get(&connection).unwrap().as_deref(), Some("acc"));
        assert!(!recovery::with_suffix(&path, "-shm").exists());
        drop(connection);
        let again = connect_with(&path, Index::Shared, MIGRATIONS).unwrap();
        assert_eq!(NAME.get(&again).unwrap().as_deref(), Some("acc"));
    }

    #[test]
    fn a_closed_file_is_not_opened_again_not_even_after_a_rebuild_that_failed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mesto.db");
        let mut store = Store::open(&path, MIGRATIONS, 0).unwrap();
        store.file = File::Lost;
        store.read(0, |db| NAME.get(db)).unwrap();
        store.file = File::Lost;
        store.close();
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(store.read(0, |db| NAME.get(db)), Err(StoreError::Closed)));
        assert!(matches!(store.write(0, |_| Ok(())), Err(StoreError::Closed)));
        assert!(!path.exists());
    }

    #[test]
    fn a_transaction_tells_which_topics_it_touched_and_one_that_changed_nothing_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("mesto.db"), MIGRATIONS, 0).unwrap();
        let (_, touched) = store.write(0, |tx| NAME.set(tx, &"acc".to_owned())).unwrap();
        assert_eq!(touched, Touched::from(["names"]));
        assert_eq!(store.write(0, |tx| NAME.set(tx, &"acc".to_owned())).unwrap().1, Touched::new(), "the same value");
        assert_eq!(store.write(0, |tx| NAME.remove(tx)).unwrap().1, Touched::from(["names"]));
        assert_eq!(store.write(0, |tx| NAME.remove(tx)).unwrap().1, Touched::new());
    }

    #[test]
    fn a_full_disk_is_known_by_each_of_its_names() {
        use rusqlite::ffi;
        for (code, is_full) in [
            (ffi::SQLITE_FULL, true),
            (ffi::SQLITE_IOERR_SHMSIZE, true),
            (ffi::SQLITE_IOERR_READ, false),
            (ffi::SQLITE_BUSY, false),
        ] {
            let error = StoreError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
            assert_eq!(matches!(error, StoreError::Full(_)), is_full, "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_and_those_beside_it_are_their_owners_alone_also_when_it_is_rebuilt() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mesto.db");
        let are_private = || {
            for file in ["", "-wal", "-shm"].map(|suffix| recovery::with_suffix(&path, suffix)) {
                let mode = std::fs::metadata(&file).unwrap().permissions().mode();
                assert_eq!(mode & 0o077, 0, "{}: {mode:o}", file.display());
            }
        };
        let mut store = Store::open(&path, WITH_INTENTS, 0).unwrap();
        store.write(0, |tx| NAME.set(tx, &"acc".to_owned())).unwrap();
        are_private();
        drop(store);
        std::fs::write(&path, [7; 8192]).unwrap();
        let mut store = Store::open(&path, WITH_INTENTS, 0).unwrap();
        assert!(store.recovery.is_some());
        store.write(0, |tx| NAME.set(tx, &"acc".to_owned())).unwrap();
        are_private();
    }

    #[test]
    fn looking_for_room_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(has_room_beside(&folder.path().join("mesto.db")));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
