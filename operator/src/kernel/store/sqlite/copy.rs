//! A copy of a SQLite store in a file of its own, taken while others write.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::migrate::SchemaStatus;
use super::reader::{self, read_only};
use super::{make_private, refused};
use crate::kernel::store::{SchemaFault, StoreError};

/// Why there is no copy. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{} is there already, and is not overwritten", .0.display())]
    Exists(PathBuf),
    #[error("{}: {why}", path.display())]
    File { path: PathBuf, why: io::Error },
    /// What the copy was taken of, or the copy itself.
    #[error("{}: {why}", path.display())]
    Store { path: PathBuf, why: StoreError },
    #[error("the copy is damaged: {0}")]
    Damaged(String),
}

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub bytes: u64,
    pub schema: SchemaStatus,
}

/// A copy that is being written beside the file to be made; it goes unless it was given its name.
pub struct Growing(PathBuf);

impl Drop for Growing {
    fn drop(&mut self) {
        self.remove();
    }
}

impl Growing {
    /// What its name ends in.
    pub const PARTIAL: &str = ".partial";

    /// One beside a file, which is not there yet.
    #[must_use]
    pub fn beside(to: &Path) -> Self {
        let growing = Self(beside(to, &format!(".{}{}", std::process::id(), Self::PARTIAL)));
        // A former process of this number may have left one.
        growing.remove();
        growing
    }

    /// With what SQLite had beside it.
    fn remove(&self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(beside(&self.0, suffix));
        }
    }

    /// Makes it, empty, for its owner alone.
    ///
    /// # Errors
    /// [`CopyError::File`]
    pub fn make(&self) -> Result<(), CopyError> {
        make_private(&self.0).map_err(of_file(&self.0))
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Waits for the disk and gives it its name, unless something has that; its bytes. Nobody has
    /// it open any more.
    ///
    /// # Errors
    /// [`CopyError::Exists`] and [`CopyError::File`]
    pub fn name_it(self, to: &Path) -> Result<u64, CopyError> {
        // Whoever closes a store last writes its log back, and does not say when that failed.
        let log = beside(&self.0, "-wal");
        if log.symlink_metadata().is_ok() {
            return Err(of_file(&log)(io::Error::other("it could not be written back into its file")));
        }
        let file = File::open(&self.0).map_err(of_file(&self.0))?;
        file.sync_all().map_err(of_file(&self.0))?;
        let bytes = file.metadata().map_err(of_file(&self.0))?.len();
        name_it(&self.0, to)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(of_file(folder))?;
        Ok(bytes)
    }
}

fn of_file(path: &Path) -> impl Fn(io::Error) -> CopyError {
    let path = path.to_path_buf();
    move |why| CopyError::File { path: path.clone(), why }
}

/// Copies a store as it was at one moment into a new file that its owner alone may read. The copy
/// needs no other file, is checked before it has its name, and is on the disk when this returns.
///
/// # Errors
/// [`CopyError`]
pub fn copy(from: &Path, to: &Path) -> Result<Copied, CopyError> {
    let (growing, schema) = grow(from, to)?;
    let bytes = growing.name_it(to)?;
    Ok(Copied { bytes, schema })
}

/// The same copy before it has its name, and the schema that it has.
///
/// # Errors
/// [`CopyError`]
pub fn grow(from: &Path, to: &Path) -> Result<(Growing, SchemaStatus), CopyError> {
    let of_store = |path: &Path| {
        let path = path.to_path_buf();
        move |why| CopyError::Store { path, why }
    };
    // What a store had beside it would be taken for a part of the new one.
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let there = beside(to, suffix);
        if there.symlink_metadata().is_ok() {
            return Err(CopyError::Exists(there));
        }
    }
    if !from.is_file() {
        return Err(of_file(from)(io::ErrorKind::NotFound.into()));
    }
    let schema = reader::schema(from).map_err(of_store(from))?;
    if schema.version == 0 {
        return Err(of_store(from)(SchemaFault::Empty.into()));
    }
    let growing = Growing::beside(to);
    // When it cannot be made, SQLite says why.
    let _ = growing.make();
    let name = growing.0.to_str().ok_or_else(|| of_file(to)(io::ErrorKind::InvalidFilename.into()))?;
    let source = read_only(from).map_err(of_store(from))?;
    source.execute("VACUUM INTO ?1", [name]).map_err(|error| of_store(to)(refused(error)))?;
    drop(source);
    check(&read_only(&growing.0).map_err(of_store(to))?)?;
    Ok((growing, schema))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_path_buf().into_os_string();
    name.push(suffix);
    name.into()
}

/// Gives a file its name, unless something has it.
fn name_it(file: &Path, name: &Path) -> Result<(), CopyError> {
    let exists = |why: io::Error| match why.kind() {
        io::ErrorKind::AlreadyExists => CopyError::Exists(name.to_path_buf()),
        _ => CopyError::File { path: name.to_path_buf(), why },
    };
    match std::fs::hard_link(file, name) {
        Ok(()) => Ok(()),
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => Err(exists(why)),
        // There are file systems without links: the name is taken first.
        Err(_) => {
            OpenOptions::new().write(true).create_new(true).open(name).map_err(exists)?;
            std::fs::rename(file, name).map_err(|why| {
                let _ = std::fs::remove_file(name);
                exists(why)
            })
        }
    }
}

/// What SQLite itself says of a file.
fn check(copy: &Connection) -> Result<(), CopyError> {
    let damaged = |error: rusqlite::Error| CopyError::Damaged(error.to_string());
    let said: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(damaged)?;
    if said != "ok" {
        return Err(CopyError::Damaged(said));
    }
    let mut strays = copy.prepare("PRAGMA foreign_key_check").map_err(damaged)?;
    let mut rows = strays.query([]).map_err(damaged)?;
    match rows.next().map_err(damaged)? {
        None => Ok(()),
        Some(row) => {
            let table: String = row.get(0).map_err(damaged)?;
            Err(CopyError::Damaged(format!("a row of `{table}` belongs to one that is not there")))
        }
    }
}
