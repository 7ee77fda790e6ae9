//! The measures of `cargo xtask bench`: what a purchase, an opening and a quote cost, each beside a
//! peer in the same run.
//!
//! `load [--only purchases|streams|overload|client|quote] [--short]`. Every measure is taken three
//! times, alternating with its peer; the ratio that counts is the median of the three. Nothing is
//! written but standard output; the exit code is 1 when a target is missed.

mod opening;
mod overload;
mod peer;
mod purchases;
mod quote;
mod shop;
mod stopwatch;
mod streams;
mod table;
mod traffic;

use std::error::Error;
use std::process::ExitCode;

use table::Measure;

/// As `mesto` has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "load [--only purchases|streams|overload|client|quote] [--short]";

/// How many alternated pairs a measure takes.
const ROUNDS: usize = 3;

pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What was asked for.
struct Options {
    only: Option<String>,
    is_short: bool,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(ended) = streams::company(&words) {
        return match ended {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => {
                eprintln!("{why}");
                ExitCode::FAILURE
            }
        };
    }
    let options = match Options::parse(words.into_iter()) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}\nusage: {USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { only: None, is_short: false };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--short" => options.is_short = true,
                "--only" => {
                    let name = words.next().unwrap_or_default();
                    if !["purchases", "streams", "overload", "client", "quote"].contains(&name.as_str()) {
                        return Err(format!(
                            "--only takes purchases, streams, overload, client or quote, not `{name}`"
                        ));
                    }
                    options.only = Some(name);
                }
                other => return Err(format!("`{other}` is not known")),
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == name)
    }
}

/// Whether every target was met.
fn run(options: &Options) -> Outcome<bool> {
    let mut measures: Vec<Measure> = Vec::new();
    if options.wants("quote") {
        measures.push(quote::measure(options.is_short)?);
    }
    if options.wants("client") {
        measures.push(opening::measure(options.is_short)?);
    }
    if options.wants("purchases") {
        measures.extend(purchases::measure(options.is_short)?);
    }
    if options.wants("streams") {
        measures.extend(streams::measure(options.is_short)?);
    }
    if options.wants("overload") {
        measures.extend(overload::measure(options.is_short)?);
    }
    println!("{}", table::machine());
    for measure in &measures {
        println!("\n{measure}");
    }
    Ok(measures.iter().all(Measure::is_met))
}
