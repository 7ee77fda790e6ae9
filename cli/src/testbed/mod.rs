//! The testbed: a whole city on one machine, on a clock that moves by command (docs/testbed.md).

mod control;
mod front;
mod walk;
mod world;

pub use control::code_in;
pub use front::{Fault, FaultKind};
pub use walk::{Payer, WalkError, Walked};
pub use world::{IncidentRow, LedgerReport, LedgerRow, Options, World, WorldError, ledger};

use crate::args::TestbedArgs;
use crate::failure::{CliError, Exit, Outcome};
use tokio::io::AsyncReadExt;

/// `mesto testbed`: serves until standard input is closed, or until it is told to end.
///
/// # Errors
/// When a port or the store cannot be had.
pub async fn run(args: &TestbedArgs, json: bool) -> Outcome<()> {
    let start = args.start.unwrap_or_else(default_start);
    let options = Options { port: args.port, start, database_url: args.database_url.clone() };
    let world = World::start(options).await.map_err(|error| {
        CliError::new(Exit::Failed, "testbed_failed", format!("the testbed cannot start: {error}"))
            .advise("Take `--port 0` for free ports, and an empty database for --database-url.")
    })?;
    let addresses = world.addresses();
    if json {
        say!("{addresses}");
    } else {
        for name in ["operator", "bank", "control", "root_key", "now"] {
            say!("{name:<9} {}", addresses.get(name).and_then(|value| value.as_str()).unwrap_or_default());
        }
    }
    tokio::select! {
        () = input_closed() => {}
        () = crate::serve::told_to_end() => {}
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
        let start = crate::city::belgrade().unwrap().sections.time.local(super::default_start());
        assert_eq!(start.format("%A %H:%M %Y-%m-%d").to_string(), "Wednesday 10:00 2025-09-03");
    }
}
