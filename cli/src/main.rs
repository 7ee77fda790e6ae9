//! The command `mesto`.

use clap::Parser as _;
use mesto_cli::args::Cli;

fn main() -> std::process::ExitCode {
    let exit = match Cli::try_parse() {
        Ok(cli) => mesto_cli::run(&cli),
        Err(error) => mesto_cli::misread(&error, std::env::args_os().any(|word| word == "--json")),
    };
    exit.into()
}
