//! `mesto` without a command: one day of a driver in Belgrade, played for real on this machine.
//!
//! Operator and bank serve HTTP on loopback over SQLite in a temporary folder; the phone is the
//! client core of the apps; only the clock is virtual. The chapters lie with the services they are
//! about; `crate::services` tells their order.

use std::sync::Arc;

use super::{CITY, DRIVER, Demo};
use mesto_client::OperatorName;

use crate::base::testbed::{Options, World, default_start};
use crate::kernel::call::{Call, told_to_end};
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::{self, Style, Tone, say};

/// Plays the day; with `keep` everything is left running afterwards.
///
/// # Errors
/// When something cannot be started, or does not go as it is told.
pub async fn run(call: Call, keep: bool, day: impl AsyncFnOnce(&mut Demo) -> Outcome<()>) -> Outcome<()> {
    let options = Options {
        port: 0,
        start: default_start(),
        database_url: None,
        name: OperatorName::localhost(),
        city: CITY.to_owned(),
    };
    let world = World::of(options, call.services).await.map_err(|why| CliError::failed("the demo", why))?;
    // Where the reader of the output goes away in the middle, the folder goes all the same.
    output::remove_at_exit(world.folder());
    // Listened for once: what is told between the day and the wait is not lost.
    let mut end = std::pin::pin!(told_to_end());
    let outcome = tokio::select! {
        biased;
        () = &mut end => Err(CliError { advice: None, ..CliError::interrupted() }),
        outcome = play(&world, call, day) => outcome,
    };
    if keep && outcome.is_ok() {
        stay(&world, call.style);
        end.await;
    }
    // Also when it went wrong: the folder goes with the world.
    world.end().await;
    outcome
}

async fn play(world: &Arc<World>, call: Call, day: impl AsyncFnOnce(&mut Demo) -> Outcome<()>) -> Outcome<()> {
    let demo = &mut Demo::of(world, call)?;
    let style = call.style;
    if !style.json {
        say!("{}", style.paint(Tone::Heading, "A day in Belgrade"));
        say!("operator {}   bank {}", world.operator_url(), world.bank_url());
        say!("{}", style.paint(Tone::Faint, "real HTTP, SQLite in a temporary folder, the client core of the apps; only the clock is virtual (3 September 2025)"));
    }
    day(demo).await?;

    if style.json {
        let claims = demo.tell.claims();
        say!("{}", serde_json::json!({ "claims": claims, "addresses": world.addresses() }));
    } else {
        say!("\n{}", style.paint(Tone::Good, "The day ended as it was told."));
    }
    Ok(())
}

/// Leaves everything running, on a clock that runs on.
fn stay(world: &Arc<World>, style: Style) {
    world.run_on();
    if !style.json {
        let root_key = world.addresses().get("root_key").and_then(|key| key.as_str()).unwrap_or_default().to_owned();
        let operator = world.operator_url();
        say!("\n{}", style.paint(Tone::Heading, "Everything keeps running; the clock runs on. Ctrl-C ends it."));
        say!("  operator  {operator}   (OpenAPI {operator}/v1/openapi.json)");
        say!("  bank      {}   (card 4242 4242 4242 4242, code {})", world.bank_url(), mesto_bank::DEMO_CODE);
        say!("  control   {}   (docs/testbed.md)", world.control_url());
        say!("  Try it as the same driver:");
        // A folder of its own, which goes with the demo: the next one has other keys.
        let state = world.folder().join("you").display().to_string();
        say!("    mesto sign-in {DRIVER} --state {state} --operator {operator} --root-key {root_key}");
        say!("    curl '{}/messages?phone=%2B{}'   # the code", world.control_url(), DRIVER.trim_start_matches('+'));
        say!("    mesto sign-in {DRIVER} CODE --state {state} && mesto park green 60 --state {state}");
    }
}
