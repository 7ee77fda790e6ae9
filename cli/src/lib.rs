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
pub mod database;
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
use failure::{CliError, Exit, Outcome};
use output::{Style, Tone};

/// Runs a command line; the exit code.
#[must_use]
pub fn run(cli: &Cli) -> u8 {
    let style = Style::new(cli.json, cli.colour);
    match dispatch(cli, style) {
        Ok(()) => 0,
        Err(error) => {
            tell(&error, style);
            error.exit as u8
        }
    }
}

/// Says what is wrong with a command line, or shows the help that was asked for; the exit code.
#[must_use]
pub fn misread(error: &clap::Error, json: bool) -> u8 {
    if !json || !error.use_stderr() {
        // Nobody is left to tell when this cannot be written.
        let _ = error.print();
        return u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8);
    }
    let whole = error.render().to_string();
    let mut parts = whole.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    let text = parts.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let advice: Vec<String> = parts.map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let error = CliError::new(Exit::Usage, "usage", text).advise(advice.join(" "));
    tell(&error, Style { json, coloured: false });
    error.exit as u8
}

/// What went wrong and what would be right: on standard error, or for a machine on standard output.
fn tell(error: &CliError, style: Style) {
    if style.json {
        let mut told = serde_json::json!({ "code": error.code, "text": error.text, "advice": error.advice });
        if !error.params.is_empty()
            && let Some(told) = told.as_object_mut()
        {
            told.insert("params".to_owned(), error.params.clone().into());
        }
        let mut document = serde_json::json!({ "error": told });
        if let (Some((name, what)), Some(document)) = (&error.about, document.as_object_mut()) {
            document.insert((*name).to_owned(), what.as_ref().clone());
        }
        say!("{document}");
        return;
    }
    eprintln!("{} {}", style.paint(Tone::Bad, "mesto:"), error.text);
    if let Some(advice) = &error.advice {
        eprintln!("       {advice}");
    }
}

fn dispatch(cli: &Cli, style: Style) -> Outcome<()> {
    let locale = cli.language;
    if matches!(cli.command, Some(Command::Serve(_) | Command::Testbed(_))) {
        write_logs();
    }
    if cli.keep && cli.command.is_some() {
        return Err(CliError::new(Exit::Usage, "keep_is_of_the_demo", "--keep belongs to the demo and to no command")
            .advise("Write `mesto --keep`, or leave it out."));
    }
    match &cli.command {
        Some(Command::Serve(args)) => wait(serve::run(args, style)),
        Some(Command::Testbed(args)) => wait(testbed::run(args, cli.json)),
        Some(Command::Keys { command }) => staff::keys(command, style),
        Some(Command::Admin { command }) => staff::admin(command, style),
        Some(Command::City { command: CityCommand::Check { folder } }) => city::check(folder, style),
        Some(Command::City { command: CityCommand::Show { folder } }) => city::show(folder, style),
        None => wait(demo::run(style, locale, cli.keep)),
        Some(Command::SignIn(args)) => ask(phone::sign_in(args, style, locale), style),
        Some(Command::Vehicles(args)) => ask(phone::vehicles(args, style, locale), style),
        Some(Command::Zones(args)) => ask(phone::zones(args, style, locale), style),
        Some(Command::Quote(args)) => ask(phone::quote(args, style, locale), style),
        Some(Command::Park(args)) => ask(phone::park(args, style, locale), style),
        Some(Command::Extend(args)) => ask(phone::extend(args, style, locale), style),
        Some(Command::Tickets(args)) => ask(phone::tickets(args, style, locale), style),
        Some(Command::Topup(args)) => ask(phone::topup(args, style, locale), style),
        Some(Command::History(args)) => ask(phone::deposit_and_tickets(args, style, locale), style),
        Some(Command::Orders(args)) => ask(phone::orders(args, style, locale), style),
        Some(Command::Pay(args)) => ask(phone::pay(args, style, locale), style),
        Some(Command::Payments(args)) => ask(phone::payments(args, style, locale), style),
        Some(Command::Settle(args)) => ask(phone::settle(args, style, locale), style),
        Some(Command::Abandon(args)) => ask(phone::abandon(args, style, locale), style),
    }
}

/// A use case of the app: while the operator does not answer, a terminal shows that it is waited for.
fn ask(work: impl Future<Output = Outcome<()>>, style: Style) -> Outcome<()> {
    wait(async {
        let mut work = std::pin::pin!(work);
        let mut told_to_end = std::pin::pin!(serve::told_to_end());
        let mut waiting = output::Waiting::new(style);
        let outcome = loop {
            tokio::select! {
                // In this order: Ctrl-C is listened to before anything is sent.
                biased;
                () = &mut told_to_end => break Err(CliError::interrupted()),
                outcome = &mut work => break outcome,
                () = tokio::time::sleep(output::Waiting::STEP) => waiting.step(),
            }
        };
        output::clear_waiting();
        outcome
    })
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
