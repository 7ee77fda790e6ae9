//! `mesto admin root-key`: by which root key a store's apps know its operator, and the deliberate
//! way to another one.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::base::operator::{looked_at, now, opened, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::Tone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { tools: Some(Commands::of::<Tool>()), ..Service::named("root_key") };

/// What helps against keys of another root.
pub const ADVICE: &str = "Give the folder of this operator's keys with --keys, the same at every instance, or put its \
     copy back: apps believe nothing that other keys sign. When those keys are lost for good, stop every instance, run \
     `mesto admin root-key adopt` and deliver new apps.";

#[derive(Debug, Subcommand)]
enum Tool {
    /// Say which root key the store remembers, and which one the keys have; `adopt` takes that of
    /// the keys.
    RootKey(Box<RootKeyArgs>),
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
struct RootKeyArgs {
    #[command(subcommand)]
    adopt: Option<Adopt>,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum Adopt {
    /// Let the store be served by these keys from now on, of whichever root key they are: no app
    /// that has the former root key believes this operator any more.
    Adopt {
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::RootKey(args) = self;
        match args.adopt {
            None => told(&args.store, call),
            Some(Adopt::Adopt { reason, store }) => adopt(&store, &reason, call),
        }
    }
}

fn told(store: &StoreArgs, call: Call) -> Outcome<()> {
    let (operator, store) = looked_at(store)?;
    let of_keys = operator.keys().root_text();
    let of_store = operator.root_key_of(store.as_ref()).map_err(|why| CliError::failed("the root key", why))?;
    let is_same = of_store.as_ref().is_none_or(|root| *root == of_keys);
    call.say(&json!({ "store": of_store, "keys": of_keys }), || {
        let remembered = of_store.as_deref().unwrap_or("none yet: it was never served");
        format!("the store remembers {remembered}\nthe keys have       {of_keys}")
    });
    if is_same {
        return Ok(());
    }
    let text = "the store and the keys have two root keys";
    Err(CliError::new(Exit::Input, "store_of_another_root", text).advise(ADVICE))
}

fn adopt(args: &StoreArgs, reason: &str, call: Call) -> Outcome<()> {
    let (operator, store) = opened(args)?;
    // Nobody serves a SQLite file meanwhile; who serves a Postgres database goes on with what it
    // has until it is stopped.
    let _alone = args.place()?.alone()?;
    let adopted = operator.adopt_root_key(store.as_ref(), now(), reason);
    let before = adopted.map_err(|why| CliError::failed("the root key", why))?;
    let root = operator.keys().root_text();
    call.say(&json!({ "root_key": root, "before": before }), || match &before {
        Some(before) => {
            let done = call.style.paint(Tone::Good, "Adopted:");
            format!("{done} {root}\nno app that has {before} believes this operator any more: deliver new ones with this root key, and start every instance with these keys.")
        }
        None => format!("nothing is to be changed: the store is of no other root key than {root}"),
    });
    Ok(())
}
