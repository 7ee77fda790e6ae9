//! Developer commands: `cargo xtask
//! setup|test|clauses|dependencies|texts|bindings|size|package|app|screens|simulate|fuzz|kill`,
//! `bench` and what the tests check on the way: `comments`, `pages`, `rooms`, `budgets`.

/// Prints a line; a terminal or a pipe that was closed is no failure.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

mod bench;
mod budgets;
mod clauses;
mod comments;
mod dependencies;
mod failure;
mod fuzz;
mod install;
mod package;
mod pages;
mod process;
mod repository;
mod rooms;
mod setup;
mod size;
mod test;
mod texts;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Outcome;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Developer commands of Mesto")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run every test in every language, after setting up what is missing
    Test(test::Options),
    /// Install what the tests need (Debian as root), or say what is missing
    Setup {
        /// Only say what is missing
        #[arg(long)]
        dry_run: bool,
    },
    /// List the clauses of the requirements, the tests that hold them, and what is without one
    Clauses(clauses::Options),
    /// Check licences, sources and bans of all dependencies by deny.toml
    Dependencies,
    /// Check that no line of a comment is longer than 100 columns
    Comments,
    /// Check that the places and tests which README and docs name are there
    Pages,
    /// Check that kernel, base services and services of each crate name each other in one direction
    /// only
    Rooms,
    /// Count the files outside a service's own folders that name it; fails over the limit of
    /// xtask/rooms.toml
    Budgets,
    /// Write the typed texts of Kotlin and Swift from the Fluent catalogue
    Texts(texts::Options),
    /// Write the generated Kotlin, Swift and Python below target/bindings
    Bindings,
    /// Build the library of the phone apps and print its size by crate; fails over the limit
    Size(size::Options),
    /// Build the Debian package that an operator installs
    Package(package::Options),
    /// Measure purchases, the opening of the client and quotes, each beside a peer; fails when a
    /// target is missed
    Bench(bench::Options),
    /// Open the screens in a window, beside a testbed whose clock, network and bank obey a panel
    App,
    /// Draw every state of every screen, and the film strips, into target/screens to look at
    Screens {
        /// Also put the film strips into docs/screens
        #[arg(long)]
        update: bool,
    },
    /// Run the simulation: many phones, one operator, a network that fails; `--seed N --steps M`
    /// replays
    Simulate {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Kill the operator under load, 1,000 times on each database; `--database D --kills N` for
    /// less
    Kill {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Hand altered inputs to whatever takes them from strangers; `--target T --seed N` replays,
    /// `--seeds K` hunts longer, `--minutes M` is guided by coverage
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Outcome<()> {
    match command {
        Command::Test(options) => test::run(&options),
        Command::Setup { dry_run } => {
            let mode = if dry_run { setup::Mode::DryRun } else { setup::Mode::Install };
            setup::run(&test::Part::ALL, mode)
        }
        Command::Clauses(options) => clauses::run(options),
        Command::Dependencies => dependencies::check(),
        Command::Comments => comments::check(),
        Command::Pages => pages::check(),
        Command::Rooms => rooms::check(),
        Command::Budgets => budgets::check(),
        Command::Texts(options) => texts::run(options),
        Command::Bindings => test::bindings(),
        Command::Size(options) => size::run(options),
        Command::Package(options) => package::run(options),
        Command::Bench(options) => bench::run(options),
        Command::App => test::app(),
        Command::Screens { update } => test::screens(update),
        Command::Simulate { words } => of_tests("simulate", &words),
        Command::Fuzz(options) => fuzz::run(&options, |words| of_tests("fuzz", words)),
        Command::Kill { words } => kill(&words),
    }
}

/// Runs a program of `tests/`, built to be fast.
fn of_tests(program: &str, words: &[String]) -> Outcome<()> {
    let cargo = ["run", "--quiet", "--release", "--locked", "-p", "mesto-tests", "--bin", program, "--"];
    process::succeed(test::cargo()?.args(cargo).args(words))
}

/// The program that kills has `mesto` beside it.
fn kill(words: &[String]) -> Outcome<()> {
    process::succeed(test::cargo()?.args(["build", "--quiet", "--locked", "-p", "mesto-cli"]))?;
    let cargo = ["run", "--quiet", "--locked", "-p", "mesto-tests", "--bin", "kill", "--"];
    process::succeed(test::cargo()?.args(cargo).args(words))
}
