//! `cargo xtask bench`: what a purchase, an opening and a quote cost, each beside a peer in the
//! same run.
//!
//! The measures themselves are the program `load` of `tests/`; `docs/performance.md` keeps the
//! numbers.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::Outcome;
use crate::process;
use crate::test::cargo;

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Subject {
    /// Purchases per second on Postgres and SQLite, beside pgbench
    Purchases,
    /// Purchases per second beside 10,000 idle event streams, and beside 64 readers
    Streams,
    /// Purchases at twice the load that can be done, and a driver beside a flood of another's
    Overload,
    /// Opening the client with 10,000 tickets, beside plain rusqlite
    Client,
    /// A quote, beside time-zone conversions
    Quote,
    /// The scanner of codes, beside zxing-cpp, rqrr, rxing, and zbar where libzbar-dev is there
    Scan,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// One measure instead of all
    #[arg(long)]
    only: Option<Subject>,
    /// Shorter runs: to see that everything works, not for numbers
    #[arg(long)]
    short: bool,
    /// With `--only scan`: a folder of public sets of pictures instead of frames made here, such as
    /// zxing/blackbox and boofcv/detection
    #[arg(long)]
    sets: Option<PathBuf>,
    /// With `--sets`: only sets whose kind and name have this in them, such as qrcode/boofcv
    #[arg(long)]
    of: Vec<String>,
}

pub fn run(options: Options) -> Outcome<()> {
    match options.only {
        Some(Subject::Scan) => scan(&options),
        Some(_) => load(&options),
        None => load(&options).and_then(|()| scan(&options)),
    }
}

/// With its peers, of which one is C++ and compiled with cmake.
fn scan(options: &Options) -> Outcome<()> {
    let has_zbar = Command::new("pkg-config").args(["--exists", "zbar"]).status().is_ok_and(|status| status.success());
    if !has_zbar {
        say!("without zbar: libzbar-dev is not there");
    }
    let peers = if has_zbar { "peers,zbar" } else { "peers" };
    let mut command = cargo()?;
    command.args(["run", "--quiet", "--release", "--locked", "-p", "mesto-scan-bench", "--features", peers, "--"]);
    if let Some(sets) = &options.sets {
        command.arg("--sets").arg(sets);
        for of in &options.of {
            command.args(["--of", of]);
        }
    }
    if options.short {
        command.args(["--frames", "18", "--clips", "2", "--empty", "6", "--hints", "4"]);
    }
    process::succeed(&mut command)
}

/// The measures of the program `load`.
fn load(options: &Options) -> Outcome<()> {
    let mut command = cargo()?;
    command.args(["run", "--quiet", "--profile", "dist", "--locked", "-p", "mesto-tests", "--bin", "load", "--"]);
    if let Some(subject) = options.only {
        let name = match subject {
            Subject::Purchases => "purchases",
            Subject::Streams => "streams",
            Subject::Overload => "overload",
            Subject::Client => "client",
            Subject::Quote => "quote",
            Subject::Scan => return Ok(()),
        };
        command.args(["--only", name]);
    }
    if options.short {
        command.arg("--short");
    }
    process::succeed(&mut command)
}
