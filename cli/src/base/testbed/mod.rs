//! The testbed: a whole city on one machine, on a clock that moves by command (docs/testbed.md).

mod control;
mod fault_proxy;
mod walk;
mod world;

pub use fault_proxy::{Fault, FaultKind};
pub use walk::{Payer, WalkError, Walked, walk};
pub use world::{Options, World, WorldError};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use mesto_protocol::kernel::operator_name::OperatorName;
use tokio::io::AsyncReadExt;

use crate::kernel::args::moment;
use crate::kernel::call::{Call, told_to_end, wait, write_logs};
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("testbed") };

#[derive(Debug, Subcommand)]
enum Command {
    /// Run an operator, a bank and a control address on loopback, on a clock that moves by command.
    Testbed(TestbedArgs),
    /// Pay at the demo bank with its good test card, as a person in a browser would. Never with
    /// real money.
    DemoCard {
        /// The page, as `mesto topup` or `--pay card` said it.
        page: String,
    },
}

#[derive(Debug, Args)]
struct TestbedArgs {
    /// The operator's port; the bank's and the control's follow. 0 takes any free ones.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where the clock stands at first (RFC 3339).
    #[arg(long, value_parser = moment)]
    start: Option<DateTime<Utc>>,
    /// An empty Postgres database for the operator instead of a temporary file.
    #[arg(long)]
    database_url: Option<String>,
    /// What the operator is called, so that several testbeds are several operators to a phone.
    #[arg(long, value_name = "DNS_NAME", default_value = "localhost")]
    name: OperatorName,
    /// Which city built in: belgrade or almaty.
    #[arg(long, default_value = "belgrade")]
    city: String,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Testbed(args) => {
                write_logs();
                wait(run(args, call))
            }
            Self::DemoCard { page } => call.ask(demo_card(page, call)),
        }
    }
}

async fn demo_card(page: String, call: Call) -> Outcome<()> {
    let walked = walk(&page, Payer::Approve).await.map_err(|error| {
        CliError::new(Exit::Refused, "demo_card_refused", error.to_string())
            .advise("Give the page of a payment that is open at a demo bank.")
    })?;
    call.say(&serde_json::json!({ "returned_to": walked.returned_to }), || "Paid. Then: mesto settle".to_owned());
    Ok(())
}

/// Serves until standard input is closed, or until it is told to end.
async fn run(args: TestbedArgs, call: Call) -> Outcome<()> {
    let start = args.start.unwrap_or_else(default_start);
    let options = Options { port: args.port, start, database_url: args.database_url, name: args.name, city: args.city };
    let world = World::of(options, call.services).await.map_err(|error| {
        CliError::new(Exit::Failed, "testbed_failed", format!("the testbed cannot start: {error}"))
            .advise("Take `--port 0` for free ports, and an empty database for --database-url.")
    })?;
    let addresses = world.addresses();
    call.say(&addresses, || {
        let text = |name| addresses.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        ["operator", "bank", "control", "root_key", "now"].map(|name| format!("{name:<9} {}\n", text(name))).concat()
    });
    tokio::select! {
        () = input_closed() => {}
        () = told_to_end() => {}
    }
    world.end().await;
    Ok(())
}

/// A Wednesday morning in Belgrade.
#[must_use]
pub fn default_start() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_756_886_400, 0).unwrap_or_default()
}

/// Ends when whoever started the testbed is gone.
async fn input_closed() {
    let mut input = tokio::io::stdin();
    let mut scrap = [0; 256];
    while matches!(input.read(&mut scrap).await, Ok(read) if read > 0) {}
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn the_default_start_is_a_wednesday_at_ten_in_belgrade() {
        let start = crate::base::cities::belgrade().unwrap().sections.time.local(super::default_start());
        assert_eq!(start.format("%A %H:%M %Y-%m-%d").to_string(), "Wednesday 10:00 2025-09-03");
    }
}
