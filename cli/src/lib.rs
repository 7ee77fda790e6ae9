//! `mesto`: the demo, serve, testbed and every use case of the app from a terminal.
//!
//! Thin: what a command does is the client's, the operator's or the bank's; here are arguments,
//! words and exit codes. Each service has a room with its commands; `services.rs` lists them. The
//! testbed is public so that tests of other crates can have a city of their own in one process.

// `println!` and `eprintln!` panic when nobody reads any more.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod base;
mod cards;
mod control;
mod garages;
mod kernel;
mod merchants;
mod orders;
mod parking;
mod partners;
mod passes;
mod rides;
mod services;

use std::ffi::OsString;

use clap::error::ErrorKind;
use kernel::call::{Call, wait};
use kernel::config::Misread;
use kernel::failure::{self, CliError, Exit};
use kernel::output::{Colour, Style, Tone, say, warn};

pub use kernel::{clock, web};
pub use services::example_of_config;

/// A whole city in one process; docs/testbed.md.
pub mod testbed {
    pub use crate::base::books::{IncidentRow, LedgerReport, LedgerRow};
    pub use crate::base::testbed::{Fault, FaultKind, Options, Payer, WalkError, Walked, World, WorldError, walk};
}

/// Runs a command line, its first word the program's; the exit code.
#[must_use]
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    let words: Vec<OsString> = words.into_iter().collect();
    let typed = match services::read(&words) {
        Ok(typed) => typed,
        Err(Misread::Words(error)) => return misread(&error, words.iter().any(|word| word == "--json")),
        Err(Misread::File(error)) => {
            let style = Style::new(words.iter().any(|word| word == "--json"), Colour::Auto);
            tell(&error, style);
            return error.exit as u8;
        }
    };
    let options = &typed.options;
    let style = Style::new(options.json, options.colour);
    let call = Call { style, locale: options.language, services: services::SERVICES, whole: services::whole };
    let ended = match (typed.has_command(), options.keep) {
        (false, keep) => wait(base::demo::run(call, keep, services::day)),
        (true, true) => {
            let text = "--keep belongs to the demo and to no command";
            Err(CliError::new(Exit::Usage, "keep_is_of_the_demo", text)
                .advise("Write `mesto --keep`, or leave it out."))
        }
        (true, false) => match typed.run(call) {
            Err(error) => return misread(&error, options.json),
            Ok(ended) => ended,
        },
    };
    match ended {
        Ok(()) => 0,
        Err(error) => {
            if error.code != failure::SAID {
                tell(&error, style);
            }
            error.exit as u8
        }
    }
}

/// Whether a command line can be read, its first word the program's. Nothing is done.
///
/// # Errors
/// What is wrong with it.
pub fn check(words: impl IntoIterator<Item = String>) -> Result<(), String> {
    match services::read(words) {
        Err(Misread::Words(error)) if error.use_stderr() => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// Whether there is such a command with such options; values may be missing or stand for others.
///
/// # Errors
/// What there is not.
pub fn check_name(words: impl IntoIterator<Item = String>) -> Result<(), String> {
    match services::read(words) {
        Err(Misread::Words(error))
            if matches!(error.kind(), ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument) =>
        {
            Err(error.to_string())
        }
        _ => Ok(()),
    }
}

/// Says what is wrong with a command line, or shows the help that was asked for; the exit code.
fn misread(error: &clap::Error, json: bool) -> u8 {
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
        let told = serde_json::json!({
            "code": error.code, "text": error.text, "advice": error.advice, "params": error.params,
        });
        let mut document = *error.about.clone();
        document.insert("error".to_owned(), told);
        say!("{}", serde_json::Value::from(document));
        return;
    }
    warn(&format!("{} {}", style.paint(Tone::Bad, "mesto:"), error.text));
    if let Some(advice) = &error.advice {
        warn(&format!("       {advice}"));
    }
}
