//! The command `mesto`.

fn main() -> std::process::ExitCode {
    mesto_cli::run(std::env::args_os()).into()
}
