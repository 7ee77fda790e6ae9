//! The command `mesto`.

/// The operator allocates in 32 threads at once (docs/performance.md has what it brings).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    mesto_cli::run(std::env::args_os()).into()
}
