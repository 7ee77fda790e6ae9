//! `mesto admin migrate`: a store's schema brought up to this version, tried beforehand.

use std::path::Path;

use clap::Subcommand;
use mesto_operator::{Durability, PostgresStore, SchemaStatus, SqliteInline};
use serde_json::json;

use crate::base::operator::tool;
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::database::Place;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::Tone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { tools: Some(Commands::of::<Tool>()), ..Service::named("migrations") };

#[derive(Debug, Subcommand)]
enum Tool {
    /// Bring the store's schema up to this version. Back it up first: there is no way back.
    Migrate {
        /// Say what would run and try it: on a copy of a SQLite file, on Postgres in a transaction
        /// that is taken back.
        #[arg(long)]
        dry_run: bool,
        /// Say what would run, and nothing else.
        #[arg(long, conflicts_with = "dry_run")]
        pending: bool,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Migrate { dry_run, pending: is_asked, store } = self;
        let place = store.place()?;
        let SchemaStatus { version, newest, pending } = place.schema()?;
        // Several instances may serve a Postgres database.
        let is_shared = matches!(place, Place::Postgres(_));
        let said = json!({
            "store": version, "binary": newest, "pending": pending, "dry_run": dry_run, "is_shared": is_shared,
        });
        let good = |text: &str| call.style.paint(Tone::Good, text);
        if pending.is_empty() {
            call.say(&said, || format!("{} the schema is V{version}, as this version has it", good("Up to date:")));
            return Ok(());
        }
        if is_asked {
            call.say(&said, || {
                format!("From V{version} to V{newest}: {}\nnothing was tried or changed", pending.join(", "))
            });
            return Ok(());
        }
        if dry_run {
            match &place {
                Place::Sqlite(file) => try_on_copy(&store, &place, file)?,
                Place::Postgres(address) => {
                    PostgresStore::try_migrations(address).map(drop).map_err(|why| failed(&place, &why))?;
                }
            }
        } else {
            // Nobody else serves a SQLite file meanwhile.
            let _alone = place.alone()?;
            drop(place.open(1)?);
        }
        call.say(&said, || {
            let list = pending.join(", ");
            match dry_run {
                true => {
                    format!("{} from V{version} to V{newest}: {list}\nnothing was changed", good("It would go well"))
                }
                false => format!("{} from V{version} to V{newest}: {list}", good("Migrated")),
            }
        });
        Ok(())
    }
}

fn failed(place: &Place, why: &mesto_operator::StoreError) -> CliError {
    CliError::new(Exit::Failed, "migration_failed", format!("{place}: {why}"))
        .advise("Nothing was changed. Keep the version that wrote the store, and tell the makers of this one.")
}

/// Migrates a copy, which is removed, and audits it.
fn try_on_copy(store: &StoreArgs, place: &Place, file: &Path) -> Outcome<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let aside = tempfile::tempdir_in(folder).map_err(|why| CliError::failed("a folder for the copy", why))?;
    let copied = aside.path().join("copy.sqlite");
    // An empty file begins as a new one does.
    if std::fs::metadata(file).is_ok_and(|file| file.len() > 0) {
        copy(file, &copied)?;
    }
    let migrated = SqliteInline::open(&copied, Durability::None).map_err(|why| failed(place, &why))?;
    tool(store)?.audit_ledger(&migrated).map_err(|fault| {
        CliError::new(Exit::Failed, "ledger_fault", format!("after it the books do not agree: {fault}"))
    })
}

fn copy(file: &Path, to: &Path) -> Outcome<()> {
    mesto_operator::store::copy(file, to).map(drop).map_err(|why| {
        CliError::new(Exit::Failed, "copy", why.to_string()).advise("It needs room for a copy beside it.")
    })
}
