//! `mesto history`: what was bought, and what consumed the deposit (BG-36, BG-37); each service
//! shows its own.

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("history") };

#[derive(Debug, Subcommand)]
enum Command {
    /// What was bought, and what consumed the deposit.
    History(HistoryArgs),
}

#[derive(Debug, Args)]
struct HistoryArgs {
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    #[command(flatten)]
    at: PhoneArgs,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::History(args) => call.ask(history(args, call)),
        }
    }
}

/// A list says on its last page too that there is no next one.
fn with_next(mut page: Value) -> Value {
    if let Some(fields) = page.as_object_mut() {
        fields.entry("next").or_insert(Value::Null);
    }
    page
}

async fn history(args: HistoryArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let (mut json, mut texts) = (Map::new(), Vec::new());
    for read in call.services.all().filter_map(|service| service.history) {
        let past = read(&phone, args.limit).await?;
        json.insert(past.name.to_owned(), with_next(past.json));
        texts.push(past.text);
    }
    call.say(&Value::Object(json), || texts.join("\n"));
    Ok(())
}
