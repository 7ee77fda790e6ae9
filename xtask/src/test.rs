//! `cargo xtask test`: every test in every language, then one table. A part that is missing, ran no
//! test or skipped one has failed; the first failure does not stop the others.

mod counts;
mod failures;
mod junit;
mod parts;
mod programs;

use crate::failure::{Failure, Outcome};
use crate::process::Stopwatch;
use crate::setup;
use counts::Counts;
pub use parts::{app, bindings, cargo, screens};

/// What can be tested on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Part {
    /// Format, lints, tests, dependencies, clauses, texts
    Rust,
    /// The SDK on the JVM
    Kotlin,
    /// The screens on the desktop
    Ui,
    /// The Swift package
    Swift,
    /// The Python bindings
    Python,
    /// The Debian package and docs/install.md, word by word on a clean Debian
    Operator,
    /// The operator against its contract, by generated requests
    Contract,
}

impl Part {
    pub const ALL: [Self; 7] =
        [Self::Rust, Self::Kotlin, Self::Ui, Self::Swift, Self::Python, Self::Contract, Self::Operator];

    /// Whether it tests the core as a library for other languages.
    const fn needs_library(self) -> bool {
        !matches!(self, Self::Rust | Self::Contract | Self::Operator)
    }
}

#[derive(Debug, clap::Args)]
pub struct Options {
    /// Only this part; may be given several times
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Fail instead of installing what is missing
    #[arg(long)]
    no_setup: bool,
}

/// What a step tells when it came to its end.
#[derive(Debug, Default)]
pub struct PartReport {
    /// `None` where a step has no tests to count, such as the format check.
    counts: Option<Counts>,
    failure: Option<String>,
    /// Which tests failed, and how, for the end of the run.
    failed: Vec<String>,
}

/// One line of the table.
struct Line {
    name: &'static str,
    told: PartReport,
    seconds: u64,
}

/// One thing to run: its name in the table, and what it does.
struct Step {
    name: &'static str,
    run: fn() -> Outcome<PartReport>,
}

pub fn run(options: &Options) -> Outcome<()> {
    let mut chosen = if options.only.is_empty() { Part::ALL.to_vec() } else { options.only.clone() };
    chosen.sort_unstable();
    chosen.dedup();
    let mode = if options.no_setup { setup::Mode::Never } else { setup::Mode::Install };
    let mut lines = vec![];
    let mut library: Option<bool> = None;
    for part in chosen {
        // What one part lacks does not keep the others from running.
        if let Err(failure) = setup::run(&[part], mode) {
            lines.push(failed(parts::name(part), failure.to_string()));
            continue;
        }
        if part.needs_library() && library.is_none() {
            let line = measure(&parts::LIBRARY);
            library = Some(line.told.failure.is_none());
            lines.push(line);
        }
        for step in parts::steps(part) {
            lines.push(if part.needs_library() && library == Some(false) {
                failed(step.name, "the library it tests was not built".to_owned())
            } else {
                measure(&step)
            });
        }
    }
    // The library as it ships takes minutes to build: only a whole run does.
    if options.only.is_empty() {
        lines.push(measure(&parts::SIZE));
    }
    say!("\n{}", table(&lines));
    for line in lines.iter().filter(|line| !line.told.failed.is_empty()) {
        say!("\n{} failed:\n  {}", line.name, line.told.failed.join("\n  "));
    }
    let failed: Vec<&str> = lines.iter().filter(|line| line.told.failure.is_some()).map(|line| line.name).collect();
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("failed: {}", failed.join(", ")))) }
}

fn failed(name: &'static str, why: String) -> Line {
    say!("{name}: {why}");
    Line { name, told: PartReport { failure: Some(why), ..PartReport::default() }, seconds: 0 }
}

fn measure(step: &Step) -> Line {
    say!("\n== {} ==", step.name);
    let watch = Stopwatch::start();
    let result = (step.run)();
    let seconds = watch.elapsed().as_secs();
    let mut told =
        result.unwrap_or_else(|failure| PartReport { failure: Some(failure.to_string()), ..PartReport::default() });
    told.failure = told.failure.or_else(|| told.counts.and_then(complaint));
    if let Some(text) = &told.failure {
        say!("{}: {text}", step.name);
    }
    Line { name: step.name, told, seconds }
}

/// Why a run whose program succeeded has failed all the same.
fn complaint(counts: Counts) -> Option<String> {
    match counts {
        Counts { ran: 0, .. } => Some("no test ran".to_owned()),
        Counts { skipped: 0, .. } => None,
        Counts { skipped, .. } => Some(format!("{skipped} tests were skipped")),
    }
}

fn table(lines: &[Line]) -> String {
    let mut text = format!("{:<14} {:<7} {:>6} {:>8}", "part", "result", "tests", "seconds");
    for line in lines {
        let result = if line.told.failure.is_some() { "FAILED" } else { "ok" };
        let tests = line.told.counts.map_or_else(String::new, |counts| counts.ran.to_string());
        text.push_str(&format!("\n{:<14} {result:<7} {tests:>6} {:>8}", line.name, line.seconds));
        if let Some(why) = line.told.failure.as_deref().and_then(|failure| failure.lines().next()) {
            text.push_str(&format!("  {why}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_test_and_a_skipped_test_are_failures() {
        assert_eq!(complaint(Counts { ran: 3, skipped: 0 }), None);
        assert_eq!(complaint(Counts { ran: 0, skipped: 0 }).as_deref(), Some("no test ran"));
        assert_eq!(complaint(Counts { ran: 3, skipped: 1 }).as_deref(), Some("1 tests were skipped"));
    }

    #[test]
    fn a_failing_step_is_a_failed_line_with_its_reason() {
        let line = measure(&Step { name: "x", run: || Err(Failure::new("why\nmore")) });
        let counts = Some(Counts { ran: 2, skipped: 0 });
        let text = table(&[line, Line { name: "y", told: PartReport { counts, ..PartReport::default() }, seconds: 0 }]);
        let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split_whitespace().collect()).collect();
        let expected =
            [vec!["part", "result", "tests", "seconds"], vec!["x", "FAILED", "0", "why"], vec!["y", "ok", "2", "0"]];
        assert_eq!(rows, expected);
    }
}
