//! Copies of a Postgres database, by the programs that come with it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mesto_operator::store::transact;
use mesto_operator::{LedgerFault, Operator, PostgresAddress, PostgresStore, SchemaStatus};

use super::{Audit, Copy, PARTIAL};
use crate::kernel::database::Place;
use crate::kernel::failure::{CliError, Exit, Outcome};

/// A program of Postgres of the server's own version. A newer `pg_dump` writes what neither this
/// server nor its own `pg_restore` can put back, an older one does not read this server.
fn program(name: &str, major: i64) -> Outcome<PathBuf> {
    let own = PathBuf::from(format!("/usr/lib/postgresql/{major}/bin/{name}"));
    if own.is_file() {
        return Ok(own);
    }
    let advice = format!("Install the package postgresql-client-{major}, or make the copy on the server's machine.");
    let said = Command::new(name).arg("--version").stdin(Stdio::null()).output().map_err(|why| {
        CliError::new(Exit::Failed, "program_missing", format!("{name} cannot be run: {why}")).advise(&advice)
    })?;
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    if major_of(&said) == Some(major) {
        return Ok(name.into());
    }
    let text = format!("the server is Postgres {major}, and the program on the path is {said}");
    Err(CliError::new(Exit::Failed, "program_version", text).advise(&advice))
}

/// `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is of 15.
fn major_of(said: &str) -> Option<i64> {
    let version = said.split_once("(PostgreSQL) ")?.1;
    version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// The version of a database's server.
fn server_major(address: &PostgresAddress) -> Outcome<i64> {
    PostgresStore::server_major(address).map_err(|why| CliError::failed("the server's version", why))
}

/// The program with what it needs to reach the database; it asks nobody for a password.
fn command(name: &str, address: &PostgresAddress, major: i64) -> Outcome<Command> {
    let mut command = Command::new(program(name, major)?);
    command.envs(address.environment()).arg("--no-password").stdin(Stdio::null());
    Ok(command)
}

fn run(mut command: Command, name: &str) -> Outcome<()> {
    let ended = command.output().map_err(|why| {
        CliError::new(Exit::Failed, "program_missing", format!("{name} cannot be run: {why}"))
            .advise("Install the package postgresql-client of your server's version, or run pg_dump where it is.")
    })?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    Err(CliError::new(Exit::Failed, "program_failed", format!("{name} says: {}", said.trim())))
}

/// A dump that is being written; it goes unless it was given its name.
struct Growing(PathBuf);

impl Drop for Growing {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Growing {
    /// An empty file beside the one to be made, for its owner alone.
    fn beside(to: &Path) -> Outcome<Self> {
        let mut name = to.to_path_buf().into_os_string();
        name.push(format!(".{}{PARTIAL}", std::process::id()));
        let growing = Self(name.into());
        // A former process of this number may have left one.
        let _ = std::fs::remove_file(&growing.0);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&growing.0).map_err(|why| not_written(&growing.0, &why))?;
        Ok(growing)
    }

    /// Gives it its name, unless something has it, and waits for the disk.
    fn name_it(&self, to: &Path) -> Outcome<()> {
        let failed = |why: io::Error| match why.kind() {
            io::ErrorKind::AlreadyExists => exists(to),
            _ => not_written(to, &why),
        };
        match std::fs::hard_link(&self.0, to) {
            Ok(()) => {}
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => return Err(exists(to)),
            // There are file systems without links: the name is taken first.
            Err(_) => {
                OpenOptions::new().write(true).create_new(true).open(to).map_err(failed)?;
                std::fs::rename(&self.0, to).map_err(|why| {
                    let _ = std::fs::remove_file(to);
                    not_written(to, &why)
                })?;
            }
        }
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|why| not_written(folder, &why))
    }
}

fn exists(to: &Path) -> CliError {
    let text = format!("{} is there already, and is not overwritten", to.display());
    CliError::new(Exit::Input, "file_exists", text).advise("Name a file that is not there yet.")
}

fn not_written(file: &Path, why: &io::Error) -> CliError {
    CliError::new(Exit::Failed, "copy", format!("{}: {why}", file.display()))
}

/// Dumps the very state that was audited. The file has its name when it is whole.
pub fn backup(
    operator: &Operator,
    place: &Place,
    address: &PostgresAddress,
    to: &Path,
    schema: &SchemaStatus,
) -> Outcome<Copy> {
    if to.symlink_metadata().is_ok() {
        return Err(exists(to));
    }
    let major = server_major(address)?;
    let growing = Growing::beside(to)?;
    let dump = |snapshot: Option<&str>| {
        let mut dump = command("pg_dump", address, major)?;
        dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(&growing.0);
        if let Some(snapshot) = snapshot {
            dump.arg("--snapshot").arg(snapshot);
        }
        run(dump, "pg_dump")
    };
    let audit =
        if schema.pending.is_empty() { audited(operator, place, dump)? } else { dump(None).map(|()| Audit::Older)? };
    // What it holds can be read back to its last page.
    let mut read = Command::new(program("pg_restore", major)?);
    read.arg("--file=/dev/null").arg(&growing.0).stdin(Stdio::null());
    run(read, "pg_restore")?;
    let failed = |why: io::Error| CliError::failed("the copy", why);
    let file = File::open(&growing.0).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    growing.name_it(to)?;
    Ok(Copy { bytes, schema: schema.version, audit })
}

fn audited(operator: &Operator, place: &Place, dump: impl Fn(Option<&str>) -> Outcome<()>) -> Outcome<Audit> {
    let store = place.look_at()?;
    let mut dumped = Ok(());
    let audit = transact(store.as_ref(), |tx| {
        let rows = tx.query("SELECT pg_export_snapshot() AS name", &[])?;
        let snapshot: Option<String> = rows.first().map(|row| row.get("name")).transpose()?;
        let audit = match operator.audit(tx) {
            Ok(()) => Audit::Good,
            Err(LedgerFault::Store(why)) => return Err(why),
            Err(fault) => Audit::Fault(fault.to_string()),
        };
        dumped = dump(snapshot.as_deref());
        Ok(audit)
    });
    dumped?;
    audit.map_err(|why| CliError::failed("the audit", why))
}

/// Fills an empty database, all or nothing.
pub fn restore(place: &Place, address: &PostgresAddress, from: &Path) -> Outcome<()> {
    if place.schema()?.version != 0 {
        return Err(CliError::new(Exit::Input, "store_exists", format!("there is a store in {place} already"))
            .advise("Make an empty database with `createdb`, and name that one."));
    }
    let mut restore = command("pg_restore", address, server_major(address)?)?;
    restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--dbname"]);
    restore.arg(address.database()).arg(from);
    run(restore, "pg_restore")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_says_its_version() {
        assert_eq!(major_of("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_of("pg_restore (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_of("pg_dump of another make"), None);
    }
}
