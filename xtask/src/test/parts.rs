//! What each part of the tests runs.

use std::path::Path;
use std::process::Command;

use super::counts::{self, Runner};
use super::{Part, Step, Told, failures, programs};
use crate::failure::{About, Failure, Outcome};
use crate::process::Finished;
use crate::setup::{self, Swift};
use crate::{clauses, dependencies, pages, process, repository, size, texts};

/// The name in the table; a part of several steps goes by its first word.
pub fn name(part: Part) -> &'static str {
    match part {
        Part::Rust => "rust",
        Part::Kotlin => "kotlin",
        Part::Ui => "ui",
        Part::Swift => "swift",
        Part::Python => "python",
    }
}

pub fn steps(part: Part) -> Vec<Step> {
    match part {
        Part::Rust => vec![
            Step { name: "rust format", run: format },
            Step { name: "rust lints", run: lints },
            Step { name: "rust", run: rust },
            Step { name: "dependencies", run: || dependencies::check().map(|()| Told::default()) },
            Step { name: "clauses", run: || clauses::check().map(|()| Told::default()) },
            Step { name: "pages", run: || pages::check().map(|()| Told::default()) },
            Step { name: "texts", run: || texts::run(texts::Options { check: true }).map(|()| Told::default()) },
        ],
        Part::Kotlin => vec![Step { name: name(part), run: kotlin }],
        Part::Ui => vec![Step { name: name(part), run: ui }],
        Part::Swift => vec![Step { name: name(part), run: swift }],
        Part::Python => vec![Step { name: name(part), run: python }],
    }
}

/// The core as a host library, the bindings of every language, and the `mesto` that serves their tests.
pub const LIBRARY: Step = Step { name: "library", run: || library().map(|()| Told::default()) };

/// The library of the phone apps, built as it ships and held to its limits.
pub const SIZE: Step = Step { name: "size", run: || size::check().map(|()| Told::default()) };

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

/// Draws the screens by the tests that draw them: each state, and the journeys as film strips, into `target/screens`.
/// With `update` the film strips go to `docs/screens` too.
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
    let tests = "-Dtest=JourneyTest,ScreensDrawnTest";
    command.args(["-q", "-pl", "ui", "-am", tests, "-Dsurefire.runOrder=alphabetical"]);
    command.args(["-Dmesto.tests.required=false", "-Dsurefire.failIfNoSpecifiedTests=false", "test"]);
    process::succeed(&mut command)?;
    let drawn = std::fs::read_dir(&folder).about("no picture was drawn")?.count();
    say!("{drawn} pictures lie in {}", folder.display());
    Ok(())
}

/// Builds the host library and writes the generated Kotlin, Swift and Python below `target/bindings`.
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

fn format() -> Outcome<Told> {
    process::succeed(cargo()?.args(["fmt", "--all", "--check"])).map(|()| Told::default())
}

fn lints() -> Outcome<Told> {
    let words = ["clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    process::succeed(cargo()?.args(words)).map(|()| Told::default())
}

fn rust() -> Outcome<Told> {
    let (mut told, lines) = run(Runner::Cargo, rust_tests()?.args(["--", "--quiet"]))?;
    if told.failure.is_none() {
        // They are built by now: this only tells which there are.
        let listed = process::output(rust_tests()?.args(["--no-run", "--quiet", "--message-format=json"]))?;
        told.failure = programs::silent(&programs::listed(&listed)?, &lines);
    }
    Ok(told)
}

fn rust_tests() -> Outcome<Command> {
    let mut command = cargo()?;
    // What it says is read.
    command.env("CARGO_TERM_COLOR", "never");
    // The generator has no tests, and beside it the bindings would be built with its features.
    command.args(["test", "--locked", "--no-fail-fast", "--workspace", "--exclude", "mesto-generate"]);
    Ok(command)
}

fn kotlin() -> Outcome<Told> {
    let root = built("Kotlin", "android/pom.xml")?;
    counted(Runner::Surefire, maven(&root).args(["-pl", "sdk", "-am", "test"]))
}

fn ui() -> Outcome<Told> {
    let root = built("the screens in Compose", "android/ui/pom.xml")?;
    // The SDK is built again beneath the screens, its tests are another part.
    let only = ["-Dtest=city/mesto/ui/**", "-Dmesto.tests.required=false", "-Dsurefire.failIfNoSpecifiedTests=false"];
    counted(Runner::Surefire, maven(&root).args(["-pl", "ui,desktop", "-am"]).args(only).arg("test"))
}

fn maven(root: &Path) -> Command {
    let mut command = Command::new("mvn");
    // Texts with letters beyond ASCII are compared: the JVM takes its encoding from the locale.
    command.env("LC_ALL", "C.UTF-8").args(["-B", "-ntp", "-f"]).arg(root.join("android/pom.xml"));
    command
}

fn swift() -> Outcome<Told> {
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
    counted(Runner::Swift, &mut command(&["test"])?)
}

fn python() -> Outcome<Told> {
    let root = built("Python", "bindings/python/tests")?;
    let words = ["-m", "unittest", "discover", "-v", "-s", "bindings/python/tests"];
    let mut command = Command::new("python3");
    command.args(words).current_dir(&root).env("MESTO_LIB_DIR", root.join("target/debug"));
    command.env("PYTHONUTF8", "1");
    counted(Runner::Unittest, &mut command)
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

fn counted(runner: Runner, command: &mut Command) -> Outcome<Told> {
    run(runner, command).map(|(told, _)| told)
}

/// What the tests of a runner told, and every line of it.
fn run(runner: Runner, command: &mut Command) -> Outcome<(Told, Vec<String>)> {
    let Finished { succeeded, lines } = process::follow(command)?;
    let counts = counts::read(runner, &lines);
    let mut told = Told { counts: Some(counts), ..Told::default() };
    if !succeeded {
        told.failure = Some(format!("`{}` failed after {} tests", process::shown(command), counts.ran));
        told.failed = failures::shown(&failures::read(runner, &lines), &lines);
    }
    Ok((told, lines))
}
