//! Where an operator's store is: `--database`, `--database-url`, or the environment's DATABASE_URL;
//! and how it is opened.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mesto_operator::store::Growing;
use mesto_operator::{
    Durability, PostgresAddress, PostgresReader, PostgresStore, SchemaFault, SchemaStatus, SqliteReader, SqliteStore,
    Store, StoreError,
};

use crate::kernel::args::StoreArgs;
use crate::kernel::failure::{CliError, Exit, Outcome, page};
use crate::kernel::private_files;

/// The SQLite file when nothing is said.
const FILE: &str = "mesto.sqlite";

/// A store that was named.
pub enum Place {
    Sqlite(PathBuf),
    Postgres(Box<PostgresAddress>),
}

/// As it is told to the operator; without a password.
impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(file) => write!(out, "{}", file.display()),
            Self::Postgres(address) => write!(out, "Postgres, {address}"),
        }
    }
}

impl StoreArgs {
    /// The SQLite file of these arguments, beside which other files of the operator stand.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.database.clone().unwrap_or_else(|| FILE.into())
    }

    /// Which store these arguments and the environment name.
    ///
    /// # Errors
    /// When the address or a file that belongs to it cannot be used.
    pub fn place(&self) -> Outcome<Place> {
        let wrong = |why: String| CliError::new(Exit::Input, "store_unusable", why).advise(ADVICE);
        let url = match (&self.database, &self.database_url) {
            (Some(_), _) => None,
            (None, Some(url)) => Some(url.clone()),
            (None, None) => std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()),
        };
        let Some(url) = url else {
            return match &self.database_ca {
                None if is_partial(&self.file()) => {
                    let text = format!("{} was left by a copy or a restore that did not end", self.file().display());
                    Err(CliError::new(Exit::Input, "store_unusable", text).advise("Remove it and begin that anew."))
                }
                None => Ok(Place::Sqlite(self.file())),
                Some(_) => Err(wrong("--database-ca is for a Postgres database".into())),
            };
        };
        let mut address = PostgresAddress::parse(&url, self.database_ca.as_deref())
            .map_err(|why| wrong(format!("the Postgres database cannot be used: {why}")))?;
        if let Some(file) = password_file() {
            address.take_password(&file).map_err(|why| wrong(format!("the password file cannot be used: {why}")))?;
        }
        Ok(Place::Postgres(Box::new(address)))
    }
}

/// Whether a file is one that was being made when something ended that.
#[must_use]
pub fn is_partial(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().ends_with(Growing::PARTIAL))
}

/// What a restore of a file left beside it that did not end; nothing where the file is there.
#[must_use]
pub fn left_by_restore(file: &Path) -> Option<PathBuf> {
    if file.exists() {
        return None;
    }
    let name = format!("{}.", file.file_name()?.to_string_lossy());
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let files = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    files.into_iter().find(|beside| {
        let beside = beside.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // As `Growing` calls it: the number of a process lies between.
        let number = beside.strip_prefix(&name).and_then(|rest| rest.strip_suffix(Growing::PARTIAL));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
    })
}

const ADVICE: &str =
    "Give an existing folder and a file of this operator with --database, or a reachable database with --database-url.";

/// What root types instead where Postgres asks for the user of the machine.
pub const AS_ITS_USER: &str = "Root is not the user whom the database lets in: run it as the one who serves, `runuser -u \
                               mesto -- mesto …` or `sudo -u mesto mesto …`; for the doctor of the package that is \
                               `systemctl start mesto-doctor`, and `journalctl -u mesto-doctor` shows what it found.";

/// Where a password is looked for.
const PASSWORD: &str = concat!(
    "Name the file that has it in PGPASSFILE (`host:port:database:user:password`, mode 0600, of the user who runs this): \
     the units of the package take it from /etc/default/mesto, and before a tool that you type say `export \
     PGPASSFILE=/etc/mesto/pgpass`; see ",
    page!("operator-stores.md"),
    "."
);

/// libpq's: PGPASSFILE, else `.pgpass` in the home folder when there is one.
fn password_file() -> Option<PathBuf> {
    let named = std::env::var_os("PGPASSFILE").map(PathBuf::from);
    named.or_else(|| {
        let usual = PathBuf::from(std::env::var_os("HOME")?).join(".pgpass");
        usual.is_file().then_some(usual)
    })
}

impl Place {
    /// Refuses a second operator on one SQLite file, whose one writer is a process's own. It is
    /// alone as long as the lock is kept.
    ///
    /// # Errors
    /// `store_in_use`, or when the file of the lock cannot be made.
    pub fn alone(&self) -> Outcome<Option<File>> {
        let Self::Sqlite(file) = self else { return Ok(None) };
        let mut lock = file.clone().into_os_string();
        lock.push(".serving");
        let lock = PathBuf::from(lock);
        let unusable = |why: std::io::Error| {
            CliError::new(Exit::Input, "store_unusable", format!("{} cannot be used: {why}", lock.display()))
                .advise(ADVICE)
        };
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        // Whoever may open it may lock it.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.open(&lock).map_err(unusable)?;
        match opened.try_lock() {
            Ok(()) => Ok(Some(opened)),
            Err(TryLockError::WouldBlock) => {
                let text = format!("another `mesto serve` has {}", file.display());
                Err(CliError::new(Exit::Input, "store_in_use", text)
                    .advise("One process serves a SQLite file; several operators share a Postgres database."))
            }
            Err(TryLockError::Error(why)) => Err(unusable(why)),
        }
    }

    /// Whether there is no store yet, so that opening makes an empty one.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn is_new(&self) -> Outcome<bool> {
        match self {
            Self::Sqlite(file) => Ok(!file.exists()),
            Self::Postgres(_) => Ok(self.schema()?.version == 0),
        }
    }

    /// Opens the store, its schema brought up to date; Postgres with at most so many connections.
    ///
    /// # Errors
    /// When it cannot be opened, or a restore of it did not end.
    pub fn open(&self, connections: usize) -> Outcome<Arc<dyn Store>> {
        self.was_restored_whole()?;
        self.is_private(true)?;
        Ok(match self {
            Self::Postgres(address) => {
                let store = PostgresStore::connect((**address).clone(), connections);
                Arc::new(store.map_err(|why| self.unusable(&why))?)
            }
            Self::Sqlite(file) => {
                Arc::new(SqliteStore::open(file, Durability::Full).map_err(|why| self.unusable(&why))?)
            }
        })
    }

    /// Opens a store that is there and of this version; makes and migrates nothing.
    ///
    /// # Errors
    /// `store_missing`, or when it cannot be opened.
    pub fn open_current(&self, connections: usize) -> Outcome<Arc<dyn Store>> {
        self.is_there()?;
        self.is_private(true)?;
        Ok(match self {
            Self::Postgres(address) => {
                let store = PostgresStore::connect_current((**address).clone(), connections);
                Arc::new(store.map_err(|why| self.unusable(&why))?)
            }
            Self::Sqlite(file) => {
                Arc::new(SqliteStore::open_current(file, Durability::Full).map_err(|why| self.unusable(&why))?)
            }
        })
    }

    /// Opens a store that is there and of this version for looking at it alone.
    ///
    /// # Errors
    /// As [`Place::open_current`].
    pub fn look_at(&self) -> Outcome<Arc<dyn Store>> {
        self.is_there()?;
        self.is_private(false)?;
        Ok(match self {
            Self::Postgres(address) => Arc::new(PostgresReader::connect(address).map_err(|why| self.unusable(&why))?),
            Self::Sqlite(file) => Arc::new(SqliteReader::open(file).map_err(|why| self.unusable(&why))?),
        })
    }

    /// How far its schema is; one that is not there is an empty one. Changes nothing.
    ///
    /// # Errors
    /// When it cannot be read, or is not one of ours.
    pub fn schema(&self) -> Outcome<SchemaStatus> {
        let status = match self {
            Self::Postgres(address) => PostgresStore::schema(address),
            Self::Sqlite(file) => {
                self.is_there()?;
                SqliteStore::schema(file)
            }
        };
        status.map_err(|why| self.unusable(&why))
    }

    /// Refuses a SQLite file that is not there yet because its restore was cut off.
    fn was_restored_whole(&self) -> Outcome<()> {
        let Self::Sqlite(file) = self else { return Ok(()) };
        let Some(left) = left_by_restore(file) else { return Ok(()) };
        let text =
            format!("a restore of this store did not end: {} is there, {} is not", left.display(), file.display());
        Err(CliError::new(Exit::Input, "store_unusable", text)
            .advise("Remove that file and what lies beside it, and run `mesto admin restore` anew."))
    }

    /// Refuses a SQLite file that others may change; with `is_shut`, lets no other read it.
    fn is_private(&self, is_shut: bool) -> Outcome<()> {
        let Self::Sqlite(file) = self else { return Ok(()) };
        let files = ["", "-wal", "-shm"].map(|ending| {
            let mut name = file.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        });
        private_files::books(&files, is_shut)
    }

    fn is_there(&self) -> Outcome<()> {
        self.was_restored_whole()?;
        match self {
            Self::Sqlite(file) if !file.is_file() => {
                let missing = format!("there is no operator's store at {}", file.display());
                Err(CliError::new(Exit::Input, "store_missing", missing)
                    .advise("Name the file that `mesto serve` writes with --database, or give --database-url."))
            }
            Self::Sqlite(_) | Self::Postgres(_) => Ok(()),
        }
    }

    /// Whether a server did not let root in whom it lets in as the user that serves: over a socket
    /// it takes the user of the machine for that of the database (`peer`).
    fn takes_root_for_another(&self, why: &StoreError) -> bool {
        // `invalid_authorization_specification`, in whatever language the server says it.
        matches!(self, Self::Postgres(_)) && private_files::is_root() && why.to_string().contains("(28000)")
    }

    /// Whether a server asks for a password and was given none, or another one.
    fn lacks_password(&self, why: &StoreError) -> bool {
        let said = why.to_string();
        // The driver's own words; `invalid_password`, in whatever language the server says it.
        matches!(self, Self::Postgres(_)) && (said.contains("password missing") || said.contains("(28P01)"))
    }

    /// Why it cannot be used.
    #[must_use]
    pub fn unusable(&self, why: &StoreError) -> CliError {
        let what = match self {
            Self::Postgres(address) => format!("the Postgres database ({address})"),
            Self::Sqlite(file) => file.display().to_string(),
        };
        let advice = match why {
            StoreError::Schema(SchemaFault::Behind { .. }) => {
                "Back it up and run `mesto admin migrate`; or use the version that wrote it."
            }
            StoreError::Schema(SchemaFault::HalfRestored) => {
                "Drop this database, make an empty one with `createdb`, and run `mesto admin restore` into that."
            }
            StoreError::Schema(SchemaFault::Served { .. }) => {
                "Stop every instance, on every machine; back it up, run `mesto admin migrate`, and start them all in this version."
            }
            StoreError::Schema(SchemaFault::Migrating) => {
                "Start again when that is over, in the version that migrates."
            }
            StoreError::Schema(SchemaFault::Ahead { .. }) => "Use the version that wrote it, or a newer one.",
            _ if self.takes_root_for_another(why) => AS_ITS_USER,
            StoreError::Schema(SchemaFault::Empty) => {
                "Name the store that `mesto serve` writes. A copy of the file alone lacks what stands in the `-wal` beside it: copy with `mesto admin backup`."
            }
            _ if self.lacks_password(why) => PASSWORD,
            StoreError::Pooled => {
                concat!(
                    "Say `pool_mode = session` in pgbouncer.ini, or name the server itself: ",
                    page!("two-instances.md"),
                    "."
                )
            }
            _ => ADVICE,
        };
        CliError::new(Exit::Input, "store_unusable", format!("{what} cannot be used: {why}")).advise(advice)
    }
}
