//! `cargo xtask fuzz`: inputs that were right, altered by a seed; with `--minutes` inputs that
//! libFuzzer leads by the code that they reach.
//!
//! The coverage is LLVM's own pass, which stable Rust has; address sanitizing, which it has not,
//! would find little in code without `unsafe`.

use std::path::Path;
use std::process::Command;

use crate::failure::{About, Failure, Outcome};
use crate::test::cargo;
use crate::{process, repository};

const TARGETS: [&str; 7] = ["scanner", "kinds", "segments", "picture", "grammar", "signed", "feed"];
/// What libFuzzer reads: which edges were taken, and what was compared.
const COVERAGE: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];
/// Seconds after which an input hangs, and megabytes that one may take.
const HANGS: u32 = 20;
const MEMORY: u32 = 2048;

#[derive(Debug, clap::Args)]
pub struct Options {
    /// Minutes of processor time, over all targets: guided by coverage
    #[arg(long)]
    minutes: Option<u64>,
    /// With `--minutes`: one target, such as scanner; it may be given several times. Without:
    /// scan, signed, city or request
    #[arg(long)]
    target: Vec<String>,
    /// Without `--minutes`: `--seed N` replays, `--seeds K` hunts longer
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// # Errors
/// A finding, or what kept it from looking.
pub fn run(options: &Options, seeded: impl Fn(&[String]) -> Outcome<()>) -> Outcome<()> {
    let Some(minutes) = options.minutes else {
        let targets = options.target.iter().flat_map(|target| ["--target".to_owned(), target.clone()]);
        return seeded(&targets.chain(options.words.iter().cloned()).collect::<Vec<_>>());
    };
    let chosen: Vec<&str> = TARGETS
        .into_iter()
        .filter(|name| options.target.is_empty() || options.target.iter().any(|t| t == name))
        .collect();
    if chosen.is_empty() {
        return Err(Failure::new(format!("--target is one of {}", TARGETS.join(", "))));
    }
    let root = repository::root()?;
    let corpus = root.join("target/guided/corpus");
    process::succeed(cargo()?.args(["run", "--quiet", "--locked", "-p", "mesto-guided", "--"]).arg(&corpus))?;
    let program = build(&root)?;
    let seconds = (minutes * 60 / chosen.len() as u64).max(1);
    for target in chosen {
        guided(&program, &corpus, target, seconds)?;
    }
    Ok(())
}

/// With coverage in everything but what runs while it is built; overflows are findings.
fn build(root: &Path) -> Outcome<std::path::PathBuf> {
    let host = process::output(Command::new("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
    let folder = root.join("target/guided");
    let mut command = cargo()?;
    command
        .args(["build", "--locked", "--release", "-p", "mesto-guided", "--features", "guided", "--target", &host])
        .env("CARGO_TARGET_DIR", &folder)
        .env("RUSTFLAGS", COVERAGE.join(" "))
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true");
    process::succeed(&mut command)?;
    Ok(folder.join(host).join("release/guided"))
}

/// libFuzzer keeps what reached new code in the corpus, and writes what broke something beside it.
fn guided(program: &Path, corpus: &Path, target: &str, seconds: u64) -> Outcome<()> {
    let corpus = corpus.join(target);
    let found = corpus.with_file_name(format!("{target}-found-"));
    std::fs::create_dir_all(&corpus).about(corpus.display())?;
    let most = std::fs::read_dir(&corpus)
        .about(corpus.display())?
        .filter_map(|entry| entry.ok()?.metadata().ok().map(|file| file.len()))
        .fold(512, u64::max);
    let mut command = Command::new(program);
    command
        .env("TARGET", target)
        .arg(&corpus)
        .args([format!("-max_total_time={seconds}"), format!("-max_len={}", most + most / 4)])
        .args([format!("-timeout={HANGS}"), format!("-rss_limit_mb={MEMORY}"), "-print_final_stats=1".to_owned()])
        .arg(format!("-artifact_prefix={}", found.display()));
    process::succeed(&mut command)
        .map_err(|failure| Failure::new(format!("{target}: {failure}; the input lies in {}*", found.display())))
}
