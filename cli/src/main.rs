//! The command `mesto`.

use clap::Parser as _;

fn main() -> std::process::ExitCode {
    mesto_cli::run(&mesto_cli::args::Cli::parse()).into()
}
