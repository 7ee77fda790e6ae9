//! What each part of the tests runs.

use std::path::Path;
use std::process::Command;

use super::junit::{Folders, Report};
use super::{Counts, Part, PartReport, Step, counts, failures, programs};
use crate::clauses::names::Language;
use crate::failure::{About, Failure, Outcome};
use crate::process::Finished;
use crate::setup::{self, Swift};
use crate::{budgets, clauses, comments, dependencies, install, pages, process, repository, rooms, size, texts};

/// The name in the table; a part of several steps goes by its first word.
pub fn name(part: Part) -> &'static str {
    match part {
        Part::Rust => "rust",
        Part::Kotlin => "kotlin",
        Part::Ui => "ui",
        Part::Swift => "swift",
        Part::Python => "python",
        Part::Operator => "operator",
        Part::Contract => "contract",
    }
}

pub fn steps(part: Part) -> Vec<Step> {
    match part {
        Part::Rust => vec![
            Step { name: "rust format", run: format },
            Step { name: "rust lints", run: lints },
            Step { name: "rust", run: rust },
            Step { name: "generator", run: generator },
            Step { name: "dependencies", run: || dependencies::check().map(|()| PartReport::default()) },
            Step { name: "clauses", run: || clauses::check().map(|()| PartReport::default()) },
            Step { name: "comments", run: || comments::check().map(|()| PartReport::default()) },
            Step { name: "rooms", run: || rooms::check().map(|()| PartReport::default()) },
            Step { name: "budgets", run: || budgets::check().map(|()| PartReport::default()) },
            Step { name: "pages", run: || pages::check().map(|()| PartReport::default()) },
            Step { name: "texts", run: || texts::run(texts::Options { check: true }).map(|()| PartReport::default()) },
        ],
        Part::Kotlin => vec![Step { name: name(part), run: kotlin }],
        Part::Ui => vec![Step { name: name(part), run: ui }],
        Part::Swift => vec![Step { name: name(part), run: swift }],
        Part::Python => vec![Step { name: name(part), run: python }],
        Part::Operator => vec![Step { name: name(part), run: operator }],
        Part::Contract => vec![Step { name: name(part), run: contract }],
    }
}

/// The core as a host library, the bindings of every language, and the `mesto` that serves their
/// tests.
pub const LIBRARY: Step = Step { name: "library", run: || library().map(|()| PartReport::default()) };

/// The library of the phone apps, built as it ships and held to its limits.
pub const SIZE: Step = Step { name: "size", run: || size::check().map(|()| PartReport::default()) };

fn library() -> Outcome<()> {
    process::succeed(cargo()?.args(["build", "--locked", "-p", "mesto-bindings", "-p", "mesto-cli"]))?;
    generate()
}

/// Opens the screens in a window over a testbed; ends when the window is closed.
pub fn app() -> Outcome<()> {
    setup::run(&[Part::Ui], setup::Mode::Install)?;
    library()?;
    let root = repository::root()?;
    process::succeed(maven(&root).args(["-q", "-Papp", "-pl", "desktop", "-am", "process-classes"]))
}

/// Draws the screens by the tests that draw them: each state, and the journeys as film strips, into
/// `target/screens`. With `update` the film strips go to `docs/screens` too.
pub fn screens(update: bool) -> Outcome<()> {
    setup::run(&[Part::Ui], setup::Mode::Install)?;
    library()?;
    let root = repository::root()?;
    let folder = root.join("target/screens");
    if folder.exists() {
        // Pictures of states that are gone.
        std::fs::remove_dir_all(&folder).about(folder.display())?;
    }
    let mut command = maven(&root);
    command.env("MESTO_SCREENS", &folder).env("UPDATE", if update { "1" } else { "" });
    // The strips first: the other test looks whether they are kept.
    let tests = "-Dtest=*JourneyTest,ScreensDrawnTest";
    command.args(["-q", "-pl", "ui", "-am", tests, "-Dsurefire.runOrder=alphabetical"]);
    command.args(["-Dmesto.tests.required=false", "-Dsurefire.failIfNoSpecifiedTests=false", "test"]);
    process::succeed(&mut command)?;
    let drawn = std::fs::read_dir(&folder).about("no picture was drawn")?.count();
    say!("{drawn} pictures lie in {}", folder.display());
    Ok(())
}

/// Builds the host library and writes the generated Kotlin, Swift and Python below
/// `target/bindings`.
pub fn bindings() -> Outcome<()> {
    process::succeed(cargo()?.args(["build", "--locked", "-p", "mesto-bindings"]))?;
    generate()
}

fn generate() -> Outcome<()> {
    process::succeed(cargo()?.args(["run", "--quiet", "--locked", "-p", "mesto-generate", "--", "all"]))
}

pub fn cargo() -> Outcome<Command> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(repository::root()?);
    Ok(command)
}

fn format() -> Outcome<PartReport> {
    process::succeed(cargo()?.args(["fmt", "--all", "--check"])).map(|()| PartReport::default())
}

fn lints() -> Outcome<PartReport> {
    let words = ["clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    process::succeed(cargo()?.args(words)).map(|()| PartReport::default())
}

fn rust() -> Outcome<PartReport> {
    let mut command = rust_tests()?;
    let Finished { succeeded, lines } = process::follow(command.args(["--", "--quiet"]))?;
    let counts = counts::of_cargo(&lines);
    let mut told = PartReport { counts: Some(counts), ..PartReport::default() };
    if !succeeded {
        told.failure = Some(format!("`{}` failed after {} tests", process::shown(&command), counts.ran));
        told.failed = failures::shown(&failures::of_cargo(&lines), &lines);
    } else {
        // They are built by now: this only tells which there are.
        let listed = process::output(rust_tests()?.args(["--no-run", "--quiet", "--message-format=json"]))?;
        told.failure = programs::silent(&programs::listed(&listed)?, &lines);
    }
    Ok(told)
}

/// What writes the bindings, by itself.
fn generator() -> Outcome<PartReport> {
    let mut command = cargo()?;
    command.env("CARGO_TERM_COLOR", "never").args(["test", "--locked", "-p", "mesto-generate", "--", "--quiet"]);
    let Finished { succeeded, lines } = process::follow(&mut command)?;
    let mut told = PartReport { counts: Some(counts::of_cargo(&lines)), ..PartReport::default() };
    if !succeeded {
        told.failure = Some(format!("`{}` failed", process::shown(&command)));
        told.failed = failures::shown(&failures::of_cargo(&lines), &lines);
    }
    Ok(told)
}

fn rust_tests() -> Outcome<Command> {
    let mut command = cargo()?;
    // What it says is read.
    command.env("CARGO_TERM_COLOR", "never");
    // Beside the generator the bindings would be built with its features.
    command.args(["test", "--locked", "--no-fail-fast", "--workspace", "--exclude", "mesto-generate"]);
    Ok(command)
}

fn kotlin() -> Outcome<PartReport> {
    let root = built("Kotlin", "android/pom.xml")?;
    let mut command = maven(&root);
    command.args(["-pl", "sdk", "-am", "test"]);
    surefire(&root, &mut command, &["android/sdk"])
}

fn ui() -> Outcome<PartReport> {
    let root = built("the screens in Compose", "android/ui/pom.xml")?;
    // The SDK is built again beneath the screens, its tests are another part.
    let only = [
        "-Dtest=city/mesto/ui/**,city/mesto/sdk/FakeMesto*",
        "-Dmesto.tests.required=false",
        "-Dsurefire.failIfNoSpecifiedTests=false",
    ];
    let mut command = maven(&root);
    command.args(["-pl", "ui,desktop", "-am"]).args(only).arg("test");
    surefire(&root, &mut command, &["android/ui", "android/desktop"])
}

fn surefire(root: &Path, command: &mut Command, modules: &[&str]) -> Outcome<PartReport> {
    let reports = modules.iter().map(|module| root.join(module).join("target/surefire-reports")).collect();
    let sources: Vec<String> = modules.iter().map(|module| format!("{module}/src/test/")).collect();
    reported(root, command, &Folders(reports), Language::Kotlin, &sources)
}

fn maven(root: &Path) -> Command {
    let mut command = Command::new("mvn");
    // Texts with letters beyond ASCII are compared: the JVM takes its encoding from the locale.
    command.env("LC_ALL", "C.UTF-8").args(["-B", "-ntp", "-f"]).arg(root.join("android/pom.xml"));
    command
}

fn swift() -> Outcome<PartReport> {
    let root = built("Swift", "ios/Package.swift")?;
    let library = root.join("target/debug");
    let command = |words: &[&str]| {
        Ok::<_, Failure>(match Swift::of_this_machine()? {
            Swift::System => {
                let mut command = Command::new("swift");
                command.args(words).current_dir(root.join("ios"));
                command.env("MESTO_LIB_DIR", &library).env("LD_LIBRARY_PATH", &library);
                command
            }
            Swift::Folder(folder) => {
                let mut command = Command::new(root.join("xtask/scripts/swift.sh"));
                command.arg("run").arg(folder).arg(&root).arg("swift").args(words);
                command
            }
        })
    };
    process::succeed(&mut command(&["build"])?)?;
    // The name of XCTest's report; beside it Swift Testing writes its own. Without `--parallel`
    // XCTest writes none, and with it none that tells what was skipped: its tests would count as
    // not run.
    let reports = Folders(vec![root.join("ios/.build/reports")]);
    let words = ["test", "--xunit-output", ".build/reports/tests.xml"];
    reported(&root, &mut command(&words)?, &reports, Language::Swift, &["ios/Tests/".to_owned()])
}

fn python() -> Outcome<PartReport> {
    let root = built("Python", "bindings/python/tests")?;
    let checker = setup::python_packages("mypy", &root.join("bindings/python/requirements-types.txt"))?;
    let reports = Folders(vec![root.join("target/reports/python")]);
    let mut command = Command::new("pytest");
    // The family `xunit1` names each test's file.
    command.args(["-v", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", "--rootdir=."]);
    command.arg("--junitxml=target/reports/python/tests.xml").args(["bindings/python/tests", "tests/vectors"]);
    command.current_dir(&root);
    command.env("MESTO_LIB_DIR", root.join("target/debug")).env("PYTHONUTF8", "1").env("MESTO_MYPY", checker);
    // Plugins of this machine are no part of the tests.
    command.env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1");
    let sources = ["bindings/python/tests/".to_owned(), "tests/vectors/".to_owned()];
    reported(&root, &mut command, &reports, Language::Python, &sources)
}

/// What an operator installs and reads: each block of the page's commands, and each check after
/// them, is a test.
fn operator() -> Outcome<PartReport> {
    let (ran, Finished { succeeded, lines }) = install::run()?;
    let mut told = PartReport { counts: Some(Counts { ran, skipped: 0 }), ..PartReport::default() };
    if !succeeded {
        let last = lines.iter().rev().find(|line| line.starts_with("== ")).map_or("", |line| line.as_str());
        told.failure = Some(format!("failed after {ran} steps, at {}", last.trim_start_matches("== ")));
        let shown = lines.len().saturating_sub(25);
        told.failed = lines.into_iter().skip(shown).collect();
    }
    Ok(told)
}

/// Requests that Schemathesis makes of the contract, to an operator on Postgres.
fn contract() -> Outcome<PartReport> {
    let root = built("the contract's tests", "tests/contract/requirements.txt")?;
    let packages = setup::python_packages("schemathesis", &root.join("tests/contract/requirements.txt"))?;
    process::succeed(cargo()?.args(["build", "--locked", "-p", "mesto-tests", "--bin", "served"]))?;
    let reports = Folders(vec![root.join("target/reports/contract")]);
    let mut command = Command::new("python3");
    command.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "schemathesis.pytest.plugin"]);
    command.args(["-o", "junit_family=xunit1", "--rootdir=.", "--junitxml=target/reports/contract/tests.xml"]);
    command.arg("tests/contract").current_dir(&root);
    command.env("PYTHONPATH", packages).env("PYTHONUTF8", "1").env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("MESTO_LIB_DIR", root.join("target/debug")).env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1");
    reported(&root, &mut command, &reports, Language::Python, &["tests/contract/".to_owned()])
}

/// The repository, where this part of it exists.
fn built(what: &str, sign: &str) -> Outcome<std::path::PathBuf> {
    let root = repository::root()?;
    if root.join(sign).exists() {
        Ok(root)
    } else {
        Err(Failure::new(format!("{what} is not built yet: there is no {sign}")))
    }
}

/// Runs tests that leave reports; fails also when a test file below `sources` is in none of them.
fn reported(
    root: &Path,
    command: &mut Command,
    reports: &Folders,
    language: Language,
    sources: &[String],
) -> Outcome<PartReport> {
    reports.empty()?;
    let Finished { succeeded, lines } = process::follow(command)?;
    // A program that broke may have left half a report.
    let report = if succeeded { reports.read()? } else { reports.read().unwrap_or_default() };
    let counts = report.counts();
    let mut told = PartReport { counts: Some(counts), ..PartReport::default() };
    if succeeded {
        told.failure = silent(root, &report, language, sources)?;
    } else {
        told.failure = Some(format!("`{}` failed after {} tests", process::shown(command), counts.ran));
        told.failed = failures::shown(&report.failed(), &lines);
    }
    Ok(told)
}

fn silent(root: &Path, report: &Report, language: Language, sources: &[String]) -> Outcome<Option<String>> {
    let files = repository::texts(root, &["kt", "swift", "py"])?;
    let tests = files.iter().filter(|(file, _)| {
        let extension = file.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
        Language::of_extension(extension) == Some(language) && sources.iter().any(|folder| file.starts_with(folder))
    });
    Ok(report.silent(language, tests))
}
