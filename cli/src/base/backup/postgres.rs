//! Copies of a Postgres database, by the programs that come with it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mesto_operator::store::{Growing, transact};
use mesto_operator::{CopyError, LedgerFault, Operator, PostgresAddress, PostgresStore, SchemaStatus, Store};

use super::{Audit, Copy, not_copied};
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
fn server_major(place: &Place, address: &PostgresAddress) -> Outcome<i64> {
    PostgresStore::server_major(address).map_err(|why| place.unusable(&why))
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

/// Dumps the very state that was audited. The file has its name when it is whole.
pub fn backup(
    operator: &Operator,
    place: &Place,
    address: &PostgresAddress,
    to: &Path,
    schema: &SchemaStatus,
) -> Outcome<Copy> {
    if to.symlink_metadata().is_ok() {
        return Err(not_copied(CopyError::Exists(to.to_path_buf())));
    }
    let major = server_major(place, address)?;
    let growing = Growing::beside(to);
    growing.make().map_err(not_copied)?;
    let dump = |snapshot: Option<&str>| {
        let mut dump = command("pg_dump", address, major)?;
        dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(growing.path());
        if let Some(snapshot) = snapshot {
            dump.arg("--snapshot").arg(snapshot);
        }
        run(dump, "pg_dump")
    };
    let audit =
        if schema.pending.is_empty() { audited(operator, place, dump)? } else { dump(None).map(|()| Audit::Older)? };
    // What it holds can be read back to its last page.
    let mut read = Command::new(program("pg_restore", major)?);
    read.arg("--file=/dev/null").arg(growing.path()).stdin(Stdio::null());
    run(read, "pg_restore")?;
    let bytes = growing.name_it(to).map_err(not_copied)?;
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

/// Fills an empty database. It is marked first, and what ends this early leaves the mark: the
/// `pg_restore` of a process that was killed ends by itself, and its books are of an old epoch.
pub fn restore<T>(
    place: &Place,
    address: &PostgresAddress,
    from: &Path,
    adopt: impl FnOnce(&dyn Store) -> Outcome<T>,
) -> Outcome<T> {
    let mut restore = command("pg_restore", address, server_major(place, address)?)?;
    restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--dbname"]);
    restore.arg(address.database()).arg(from);
    if !PostgresStore::restoring(address).map_err(|why| place.unusable(&why))? {
        return Err(CliError::new(Exit::Input, "store_exists", format!("there is a store in {place} already"))
            .advise("Make an empty database with `createdb`, and name that one."));
    }
    run(restore, "pg_restore")?;
    let store = PostgresStore::restored(address.clone()).map_err(|why| place.unusable(&why))?;
    adopt(&store)
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
