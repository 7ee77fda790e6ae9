//! `mesto admin backup|restore`: a copy of the operator's store that was checked, and a store made
//! of one.

mod dated;
mod postgres;
mod sqlite;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use mesto_operator::{CopyError, Operator, Store};
use serde_json::json;

use crate::base::operator::{now, tool};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::database::{Place, is_partial};
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::Tone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { tools: Some(Commands::of::<Tool>()), ..Service::named("backup") };

#[derive(Debug, Subcommand)]
enum Tool {
    /// Copy the store into a new file, also while it is served, and audit the copy.
    ///
    /// A SQLite store becomes a SQLite file; a Postgres database is written by `pg_dump`. The file
    /// is for its owner alone and holds no signing keys: keep those of --keys elsewhere.
    Backup(BackupArgs),
    /// Make a new store of a copy, check it, and begin a new epoch: phones and controllers then
    /// tell what they know.
    Restore(RestoreArgs),
}

#[derive(Debug, Args)]
struct BackupArgs {
    /// The file to be made; one that is there is not overwritten.
    #[arg(long, value_name = "FILE", conflicts_with = "into", required_unless_present = "into")]
    to: Option<PathBuf>,
    /// A folder instead, for a copy whose name says when it was made, such as
    /// `mesto-2026-11-26T031500Z.sqlite`.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// When the copy is whole and its books agree, so many of the newest dated copies of the folder
    /// stay, and those before them are removed. Without it all of them stay.
    #[arg(long, value_name = "N", requires = "into", conflicts_with = "to", value_parser = clap::value_parser!(u16).range(1..))]
    keep: Option<u16>,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct RestoreArgs {
    /// The copy: a file of `mesto admin backup`, or of `pg_dump --format=custom`.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Where to, with --database a file that is not there yet, with --database-url a database that
    /// is empty.
    #[command(flatten)]
    store: StoreArgs,
}

/// A copy that was made.
struct Copy {
    bytes: u64,
    /// The newest migration that it has.
    schema: i64,
    audit: Audit,
}

/// What the audit says of a copy.
enum Audit {
    Good,
    Fault(String),
    /// It is an older version's, whose books this one does not read.
    Older,
}

impl Audit {
    fn of(operator: &Operator, store: &dyn Store) -> Outcome<Self> {
        match operator.audit_ledger(store) {
            Ok(()) => Ok(Self::Good),
            Err(mesto_operator::LedgerFault::Store(why)) => Err(CliError::failed("the audit", why)),
            Err(fault) => Ok(Self::Fault(fault.to_string())),
        }
    }
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Backup(args) => backup(&args, call),
            Self::Restore(args) => restore(&args, call),
        }
    }
}

fn backup(BackupArgs { to, into, keep, store }: &BackupArgs, call: Call) -> Outcome<()> {
    let place = store.place()?;
    let to = &match (to, into) {
        (Some(to), _) => to.clone(),
        (None, into) => into.as_deref().unwrap_or(Path::new("")).join(dated::name(now(), Kind::of_store(&place))),
    };
    let schema = place.schema()?;
    if schema.version == 0 {
        return Err(place.unusable(&mesto_operator::SchemaFault::Empty.into()));
    }
    let operator = tool(store)?;
    let Copy { bytes, schema, audit } = match &place {
        Place::Sqlite(file) => sqlite::backup(&operator, file, to)?,
        Place::Postgres(address) => postgres::backup(&operator, &place, address, to, &schema)?,
    };
    let (verdict, fault) = match &audit {
        Audit::Good => ("audited", None),
        Audit::Older => ("not_audited", None),
        Audit::Fault(fault) => ("at_fault", Some(fault)),
    };
    // One that is at fault takes the place of none.
    let removed = match (into, keep) {
        (Some(folder), Some(keep)) if fault.is_none() => dated::prune(folder, usize::from(*keep))?,
        _ => Vec::new(),
    };
    let told = json!({
        "file": to, "bytes": bytes, "schema": schema, "audit": verdict, "fault": fault, "removed": removed,
    });
    call.say(&told, || {
        let made = call.style.paint(Tone::Good, "Copied to");
        let audited = match &audit {
            Audit::Good => "its books were audited and agree",
            Audit::Older => "its books were not audited: they are of an older version",
            Audit::Fault(_) => "its books do not agree",
        };
        let keys = store.keys.display();
        format!(
            "{made} {}: {bytes} bytes, schema V{schema}, {audited}{}\nIt holds no signing keys: keep {keys} too, apart from it.",
            to.display(),
            removed.iter().map(|old| format!("\nremoved {}", old.display())).collect::<String>(),
        )
    });
    match fault {
        None => Ok(()),
        Some(fault) => {
            let text = format!("the copy is there, and the books do not agree: {fault}");
            Err(CliError::new(Exit::Failed, "ledger_fault", text)
                .advise("Keep older copies too; see `mesto admin ledger`."))
        }
    }
}

fn not_copied(error: CopyError) -> CliError {
    let text = error.to_string();
    match error {
        CopyError::Exists(_) => {
            CliError::new(Exit::Input, "file_exists", text).advise("Name a file that is not there yet.")
        }
        CopyError::File { .. } => {
            CliError::new(Exit::Failed, "copy", text).advise("Name a folder with enough room that you may write to.")
        }
        CopyError::Store { .. } => CliError::new(Exit::Input, "backup_unusable", text),
        CopyError::Damaged(_) => {
            CliError::new(Exit::Failed, "copy_damaged", text).advise("Look at the disk; keep the copies that you have.")
        }
    }
}

/// Whether a file may be a copy that is whole: it may have been packed or encrypted since. A text,
/// such as a log, is none.
pub fn may_be_copy(file: &Path) -> bool {
    if is_partial(file) || !file.metadata().is_ok_and(|about| about.is_file() && about.len() > 0) {
        return false;
    }
    let mut head = Vec::new();
    let read = std::fs::File::open(file).and_then(|opened| opened.take(HEAD).read_to_end(&mut head));
    match read {
        Ok(_) => ENCRYPTED.iter().any(|begins| head.starts_with(begins)) || !is_text(&head),
        // Whoever looks may not read it: its owner alone knows.
        Err(why) => why.kind() == std::io::ErrorKind::PermissionDenied,
    }
}

/// So many bytes show whether a file is a text.
const HEAD: u64 = 512;

/// What an encrypted file begins with that is written as a text, or begins with one.
const ENCRYPTED: [&[u8]; 4] =
    [b"-----BEGIN PGP MESSAGE-----", b"-----BEGIN AGE ENCRYPTED FILE-----", b"age-encryption.org/", b"U2FsdGVkX1"];

/// A copy that lies there as it was made is none, by its first bytes.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(SQLITE) || head.starts_with(DUMP) {
        return false;
    }
    let is_control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x1b);
    // The last letter may be cut off.
    let is_utf8 = std::str::from_utf8(head).map_or_else(|why| why.error_len().is_none(), |_| true);
    is_utf8 && !head.iter().any(is_control)
}

const SQLITE: &[u8] = b"SQLite format 3\0";
const DUMP: &[u8] = b"PGDMP";

/// What a file begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Dump,
}

impl Kind {
    const fn of_store(place: &Place) -> Self {
        match place {
            Place::Sqlite(_) => Self::Sqlite,
            Place::Postgres(_) => Self::Dump,
        }
    }

    /// How the name of a dated copy ends.
    const fn ending(self) -> &'static str {
        match self {
            Self::Sqlite => ".sqlite",
            Self::Dump => ".dump",
        }
    }

    fn of(file: &Path) -> Outcome<Self> {
        let mut head = [0; 16];
        let read = std::fs::File::open(file).and_then(|mut opened| opened.read(&mut head));
        let length = read.map_err(|why| {
            CliError::new(Exit::Input, "backup_unusable", format!("{} cannot be read: {why}", file.display()))
        })?;
        match head.get(..length).unwrap_or_default() {
            head if head.starts_with(SQLITE) => Ok(Self::Sqlite),
            head if head.starts_with(DUMP) => Ok(Self::Dump),
            _ => Err(CliError::new(
                Exit::Input,
                "backup_unusable",
                format!("{} is neither a SQLite file nor a dump of Postgres", file.display()),
            )
            .advise("Name a file of `mesto admin backup`, or of `pg_dump --format=custom`.")),
        }
    }
}

fn restore(RestoreArgs { from, store }: &RestoreArgs, call: Call) -> Outcome<()> {
    let place = store.place()?;
    let kind = Kind::of(from)?;
    let operator = tool(store)?;
    let other = |what: &str, right: &str| {
        CliError::new(Exit::Usage, "backup_of_another_kind", format!("{} is {what}", from.display())).advise(right)
    };
    let adopt = |store: &dyn Store| {
        if let Audit::Fault(fault) = Audit::of(&operator, store)? {
            let text = format!("the books of {} do not agree, and {place} is not served: {fault}", from.display());
            return Err(CliError::new(Exit::Failed, "ledger_fault", text).advise("Put an older copy back."));
        }
        let epoch = operator.begin_epoch(store, now()).map_err(|why| CliError::failed("the epoch", why))?;
        let root = operator.root_key_of(store).map_err(|why| CliError::failed("the root key", why))?;
        let doubt = operator.would_doubt_clock(store, now()).map_err(|why| CliError::failed("the clock", why))?;
        Ok((epoch, root, doubt.is_some()))
    };
    let (epoch, root, is_clock_doubted) = match (&place, kind) {
        (Place::Sqlite(file), Kind::Sqlite) => sqlite::restore(from, file, adopt)?,
        (Place::Postgres(address), Kind::Dump) => postgres::restore(&place, address, from, adopt)?,
        (Place::Postgres(_), Kind::Sqlite) => {
            return Err(other("a SQLite store", "Name the new file with --database instead of a Postgres database."));
        }
        (Place::Sqlite(_), Kind::Dump) => {
            return Err(other("a dump of Postgres", "Name an empty database with --database-url."));
        }
    };
    let is_other = root.is_some_and(|root| root != operator.keys().root_text());
    let told = json!({
        "store": place.to_string(), "from": from, "epoch": epoch, "is_of_other_root_key": is_other,
        "is_clock_doubted": is_clock_doubted,
    });
    call.say(&told, || {
        let made = call.style.paint(Tone::Good, "Restored to");
        let other = match is_other {
            true => {
                call.style.paint(Tone::Warn, "\nIt is of another root key than these keys, and is not served by them.")
            }
            false => String::new(),
        };
        let clock = if is_clock_doubted { CLOCK } else { "" };
        format!("{made} {place}, audited, under a new epoch {epoch}{other}\n{NEXT}{clock}")
    });
    Ok(())
}

/// What is to be done with a store that was put back.
const NEXT: &str = "\
Now: serve it with the same keys, name and cities, and let nothing serve the old store any more.
Phones read their accounts anew and mark what these books lack; garages tell their last days again.
Sessions, roles, tokens and accounts that were ended since the copy stand again: end them again. What was given since is missing.
Ask the bank for its notices since the copy was taken, and look at `mesto admin incidents`.";

/// What is to be said as well where the clock is far from what the copy has seen.
const CLOCK: &str = "
The copy is older than two days, or its clock was another one: nothing is erased until you say that the clock is right: `mesto admin clock-is-right`.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_may_be_packed_or_encrypted_and_a_text_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let is_taken = |bytes: &[u8]| {
            let file = folder.path().join("2026-11-26");
            std::fs::write(&file, bytes).unwrap();
            may_be_copy(&file)
        };
        let copies: [&[u8]; 9] = [
            b"SQLite format 3\0\x10\0",
            b"PGDMP\x01\x0e",
            b"PGDMP",
            b"\x1f\x8b\x08\0\0\0\0\0",
            b"\x28\xb5\x2f\xfd\x04\x58",
            b"Salted__\x01\x9c\xff",
            b"age-encryption.org/v1\n-> X25519 abc\n",
            b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n",
            b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n",
        ];
        for copy in copies {
            assert!(is_taken(copy), "{copy:?}");
        }
        let long = "mesto: поново \n".repeat(100);
        for text in
            ["", "mesto: the signing keys cannot be used\n", "{\"level\":\"INFO\"}\r\n", "\x1b[31merror\x1b[0m", &long]
        {
            assert!(!is_taken(text.as_bytes()), "{text}");
        }
    }
}
