//! `mesto`: the demo, serve, testbed and every use case of the app from a terminal.
//!
//! Thin: what a command does is the client's, the operator's or the bank's; here are arguments, words and exit codes.
//! The testbed is public so that tests of other crates can have a city of their own in one process.

/// A line on standard output.
macro_rules! say {
    () => { $crate::output::write("\n") };
    ($($text:tt)*) => { $crate::output::write(&format!("{}\n", format_args!($($text)*))) };
}

pub mod args;
pub mod city;
pub mod clock;
mod demo;
pub mod failure;
pub mod output;
mod phone;
pub mod serve;
mod show;
mod staff;
pub mod testbed;
pub mod web;

use args::{CityCommand, Cli, Command};
use failure::Outcome;
use output::{Style, Tone};

/// Runs a command line; the exit code.
#[must_use]
pub fn run(cli: &Cli) -> u8 {
    let style = Style::new(cli.json, cli.colour);
    match dispatch(cli, style) {
        Ok(()) => 0,
        Err(error) => {
            if style.json {
                say!(
                    "{}",
                    serde_json::json!({ "error": { "code": error.code, "text": error.text, "advice": error.advice } })
                );
            } else {
                eprintln!("{} {}", style.paint(Tone::Bad, "mesto:"), error.text);
                if let Some(advice) = &error.advice {
                    eprintln!("       {advice}");
                }
            }
            error.exit as u8
        }
    }
}

fn dispatch(cli: &Cli, style: Style) -> Outcome<()> {
    let locale = mesto_client::Locale::of(&cli.language);
    if matches!(cli.command, Some(Command::Serve(_) | Command::Testbed(_))) {
        write_logs();
    }
    match &cli.command {
        Some(Command::Serve(args)) => wait(serve::run(args, style)),
        Some(Command::Testbed(args)) => wait(testbed::run(args, cli.json)),
        Some(Command::Keys { command }) => staff::keys(command, style),
        Some(Command::Admin { command }) => staff::admin(command, style),
        Some(Command::City { command: CityCommand::Check { folder } }) => city::check(folder, style),
        None => wait(demo::run(style, locale, cli.keep)),
        Some(Command::SignIn(args)) => wait(phone::sign_in(args, style, locale)),
        Some(Command::Vehicles(args)) => wait(phone::vehicles(args, style, locale)),
        Some(Command::Zones(args)) => wait(phone::zones(args, style, locale)),
        Some(Command::Quote(args)) => wait(phone::quote(args, style, locale)),
        Some(Command::Park(args)) => wait(phone::park(args, style, locale)),
        Some(Command::Extend(args)) => wait(phone::extend(args, style, locale)),
        Some(Command::Tickets(args)) => wait(phone::tickets(args, style, locale)),
        Some(Command::Topup(args)) => wait(phone::topup(args, style, locale)),
        Some(Command::History(args)) => wait(phone::deposit_and_tickets(args, style, locale)),
        Some(Command::Orders(args)) => wait(phone::orders(args, style, locale)),
        Some(Command::Settle(args)) => wait(phone::settle(args, style, locale)),
    }
}

/// Structured logs on standard error, as `RUST_LOG` asks; `info` without it. They hold no personal data (the operator's and the bank's tests see to it).
fn write_logs() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    // A second subscriber is refused, which is right: the first one writes.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

fn wait<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|why| failure::CliError::failed("the runtime", why))?;
    let outcome = runtime.block_on(work);
    // A read of standard input that nobody ends would hold the process up.
    runtime.shutdown_background();
    outcome
}
