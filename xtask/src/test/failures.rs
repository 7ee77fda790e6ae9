//! Reads from a runner's own words which tests failed and why: who sees only the end of a log must know.

use super::counts::{Runner, after};

/// A test that failed, and what the runner said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub name: String,
    pub said: Vec<String>,
}

/// Lines for one part at the end of the run, and of them for one test, its name included.
const MOST: usize = 40;
const MOST_OF_ONE: usize = 6;
/// Lines of a run that broke before it could name a test.
const MOST_OF_A_BREAK: usize = 10;

/// The tests that failed, in the order they were told.
pub fn read(runner: Runner, lines: &[String]) -> Vec<Failed> {
    let lines = lines.iter().map(String::as_str);
    match runner {
        Runner::Cargo => cargo(lines),
        Runner::Surefire => surefire(lines),
        Runner::Swift => swift(lines),
        Runner::Unittest => unittest(lines),
    }
}

/// What to print of a run that failed: its tests, all named before one is told at length; or why it broke.
pub fn shown(failed: &[Failed], lines: &[String]) -> Vec<String> {
    if failed.is_empty() {
        return broke(lines);
    }
    let each = (MOST / failed.len()).clamp(1, MOST_OF_ONE);
    let mut shown = Vec::new();
    for test in failed.iter().take(MOST) {
        shown.push(test.name.clone());
        shown.extend(test.said.iter().take(each - 1).map(|line| format!("    {line}")));
    }
    if failed.len() > MOST {
        shown.push(format!("and {} more", failed.len() - MOST));
    }
    shown
}

/// The first errors that were told, else the last words.
fn broke(lines: &[String]) -> Vec<String> {
    let is_error = |line: &&String| {
        let line = line.trim_start();
        line.starts_with("error") || line.starts_with("[ERROR]") || line.contains(": error:")
    };
    let errors: Vec<String> = lines.iter().filter(is_error).take(MOST_OF_A_BREAK).cloned().collect();
    if errors.is_empty() {
        lines.iter().skip(lines.len().saturating_sub(MOST_OF_A_BREAK)).cloned().collect()
    } else {
        errors
    }
}

/// Adds a line to the test of this name.
fn say(failed: &mut Vec<Failed>, name: &str, said: &str) {
    match failed.iter_mut().find(|test| test.name == name) {
        Some(test) => test.said.push(said.to_owned()),
        None => failed.push(Failed { name: name.to_owned(), said: vec![said.to_owned()] }),
    }
}

/// Tests told one after the other, each name with its words below it.
#[derive(Default)]
struct Telling {
    failed: Vec<Failed>,
    /// What comes now are the words of the last test.
    is_telling: bool,
}

impl Telling {
    fn name(&mut self, name: &str) {
        self.failed.push(Failed { name: name.to_owned(), said: Vec::new() });
    }

    fn line(&mut self, line: &str) {
        if self.is_telling
            && !line.is_empty()
            && let Some(test) = self.failed.last_mut()
        {
            test.said.push(line.to_owned());
        }
    }
}

/// `---- name stdout ----`, its words, and no backtrace.
fn cargo<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Failed> {
    let mut telling = Telling::default();
    for line in lines {
        if let Some(name) = line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" stdout ----")) {
            telling.name(name);
            telling.is_telling = true;
        } else if line == "failures:" || line == "stack backtrace:" || line.starts_with("note: ") {
            telling.is_telling = false;
        } else {
            telling.line(line);
        }
    }
    telling.failed
}

/// The summary's `[ERROR] Failures:` and `[ERROR] Errors:`, each `[ERROR]   Class.test:line words`, with further lines bare.
fn surefire<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Failed> {
    let mut telling = Telling::default();
    for line in lines {
        let name = line.strip_prefix("[ERROR]   ").filter(|_| telling.is_telling);
        if let Some(name) = name {
            telling.name(name);
        } else if line.starts_with('[') {
            telling.is_telling = matches!(line.trim_end(), "[ERROR] Failures:" | "[ERROR] Errors:");
        } else {
            telling.line(line);
        }
    }
    telling.failed
}

/// Swift Testing's `✘ Test name() recorded an issue at File.swift:1:2: words` with `↳ words` below, and XCTest's
/// `File.swift:1: error: Class.test : words`.
fn swift<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Failed> {
    let mut failed = Vec::new();
    let mut latest = None;
    for line in lines {
        let issue = after(line, "✘ Test ").and_then(|rest| rest.split_once(" recorded an issue"));
        if let Some((name, said)) = issue {
            say(&mut failed, name, said.trim_start());
        } else if let (Some(name), Some(said)) = (latest, line.strip_prefix("↳ ")) {
            say(&mut failed, name, said);
        } else if let Some((place, told)) = line.split_once(": error: ")
            && let Some((name, said)) = told.split_once(" : ")
        {
            say(&mut failed, name, &format!("{place}: {said}"));
        }
        latest = issue.map(|(name, _)| name);
    }
    failed
}

/// `FAIL: name` or `ERROR: name` below a double line; of what follows the words, not the way there.
fn unittest<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Failed> {
    let mut telling = Telling::default();
    let mut before = "";
    for line in lines {
        let name = line.strip_prefix("FAIL: ").or_else(|| line.strip_prefix("ERROR: "));
        if let Some(name) = name.filter(|_| before.starts_with("======")) {
            telling.name(name);
        } else if line.starts_with("Traceback ") {
            telling.is_telling = true;
        } else if line.starts_with("======") || line.starts_with("------") {
            telling.is_telling = false;
        } else if !line.starts_with("  ") {
            telling.line(line);
        }
        before = line;
    }
    telling.failed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(runner: Runner, text: &str) -> Vec<(String, Vec<String>)> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        read(runner, &lines).into_iter().map(|test| (test.name, test.said)).collect()
    }

    fn test(name: &str, said: &[&str]) -> (String, Vec<String>) {
        (name.to_owned(), said.iter().map(|&line| line.to_owned()).collect())
    }

    #[test]
    fn cargo_tells_names_and_panics_and_no_backtrace() {
        let text = r#"running 2 tests
FF
failures:

---- closing::a_session stdout ----

thread 'closing::a_session' (17227) panicked at core/client/tests/it/closing.rs:130:9:
assertion failed: matches!(late, Poll::Ready(Err(error)) if
    error.code() == "closed")
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/library/std/src/panicking.rs:689:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.

---- observing::second stdout ----
Error: "no"


failures:
    closing::a_session
    observing::second

test result: FAILED. 0 passed; 2 failed; 0 ignored; 0 measured; 104 filtered out; finished in 2.62s

error: test failed, to rerun pass `-p mesto-client --test it`"#;
        let expected = [
            test(
                "closing::a_session",
                &[
                    "thread 'closing::a_session' (17227) panicked at core/client/tests/it/closing.rs:130:9:",
                    "assertion failed: matches!(late, Poll::Ready(Err(error)) if",
                    "    error.code() == \"closed\")",
                ],
            ),
            test("observing::second", &["Error: \"no\""]),
        ];
        assert_eq!(told(Runner::Cargo, text), expected);
    }

    #[test]
    fn surefire_tells_what_its_summary_says() {
        let text = "[ERROR] Tests run: 15, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 1.295 s <<< FAILURE! -- in city.mesto.sdk.MestoTest
[ERROR] city.mesto.sdk.MestoTest.the core never works on the caller's thread -- Time elapsed: 0.258 s <<< FAILURE!
java.lang.AssertionError: [Thread-65, screen @coroutine#13]
	at kotlin.test.DefaultAsserter.fail(DefaultAsserter.kt:16)

[INFO] Results:
[INFO]
[ERROR] Failures:\u{20}
[ERROR]   MestoTest.the core never works on the caller's thread:173 [Thread-65, screen @coroutine#13]
[ERROR]   OkHttpLinkTest.a cancelled coroutine:75 expected:
<0>
 but was:
<1>
[ERROR] Errors:\u{20}
[ERROR]   OkHttpLinkTest.the app's interceptors » IO Failed to delete temp directory /tmp/junit-1
[INFO]
[ERROR] Tests run: 55, Failures: 2, Errors: 1, Skipped: 0
[INFO]
[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.5.6:test (default-test)
[ERROR]   mvn <args> -rf :mesto-sdk";
        let expected = [
            test("MestoTest.the core never works on the caller's thread:173 [Thread-65, screen @coroutine#13]", &[]),
            test("OkHttpLinkTest.a cancelled coroutine:75 expected:", &["<0>", " but was:", "<1>"]),
            test("OkHttpLinkTest.the app's interceptors » IO Failed to delete temp directory /tmp/junit-1", &[]),
        ];
        assert_eq!(told(Runner::Surefire, text), expected);
    }

    #[test]
    fn swift_tells_every_issue_below_its_test() {
        let text = "◇ Test run started.
↳ Testing Library Version: 6.0.3
◇ Passing 1 argument x → \"a\" to plantedWith(_:)
✘ Test plantedWith(_:) recorded an issue with 1 argument x → \"a\" at Planted.swift:3:2: Caught error: PlantedError()
✘ Test planted() recorded an issue at Planted.swift:2:37: Expectation failed: (one → 1) == 2
↳ they differ
✘ Test plantedWith(_:) recorded an issue with 1 argument x → \"b\" at Planted.swift:3:2: Caught error: PlantedError()
✘ Test planted() failed after 0.002 seconds with 1 issue.
✘ Test plantedWith(_:) failed after 0.003 seconds with 2 issues.
✘ Test run with 2 tests failed after 0.004 seconds with 3 issues.
/src/ios/Tests/Old.swift:7: error: OldTests.testSum : XCTAssertEqual failed: (\"1\") is not equal to (\"2\") -";
        let caught =
            |x: &str| format!("with 1 argument x → \"{x}\" at Planted.swift:3:2: Caught error: PlantedError()");
        let expected = [
            test("plantedWith(_:)", &[&caught("a"), &caught("b")]),
            test("planted()", &["at Planted.swift:2:37: Expectation failed: (one → 1) == 2", "they differ"]),
            test(
                "OldTests.testSum",
                &["/src/ios/Tests/Old.swift:7: XCTAssertEqual failed: (\"1\") is not equal to (\"2\") -"],
            ),
        ];
        assert_eq!(told(Runner::Swift, text), expected);
    }

    #[test]
    fn unittest_tells_the_words_and_not_the_way_there() {
        let text = r#"test_a (t_x.Life.test_a)
Says why. ... FAIL
test_c (t_x.Life.test_c) ... ERROR

======================================================================
ERROR: test_c (t_x.Life.test_c)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "t_x.py", line 11, in test_c
    raise KeyError("x")
KeyError: 'x'

======================================================================
FAIL: test_a (t_x.Life.test_a) (n=1)
Says why.
----------------------------------------------------------------------
Traceback (most recent call last):
  File "t_x.py", line 5, in test_a
    self.assertEqual([1,2],[1,3], "they differ")
AssertionError: Lists differ: [1, 2] != [1, 3]

- [1, 2]
+ [1, 3]

----------------------------------------------------------------------
Ran 3 tests in 0.001s

FAILED (failures=1, errors=1)"#;
        let expected = [
            test("test_c (t_x.Life.test_c)", &["KeyError: 'x'"]),
            test(
                "test_a (t_x.Life.test_a) (n=1)",
                &["AssertionError: Lists differ: [1, 2] != [1, 3]", "- [1, 2]", "+ [1, 3]"],
            ),
        ];
        assert_eq!(told(Runner::Unittest, text), expected);
    }

    #[test]
    fn what_is_shown_has_an_end_and_names_come_before_words() {
        let failed = |count: usize| -> Vec<Failed> {
            let said = vec!["why".to_owned(); 30];
            (1..=count).map(|number| Failed { name: format!("test {number}"), said: said.clone() }).collect()
        };
        assert_eq!(shown(&failed(1), &[]), ["test 1", "    why", "    why", "    why", "    why", "    why"]);
        assert_eq!(shown(&failed(20), &[]).len(), 40);
        let many = shown(&failed(43), &[]);
        assert_eq!((many.len(), many.last().map(String::as_str)), (41, Some("and 3 more")));
    }

    #[test]
    fn a_run_that_broke_tells_its_errors_or_else_its_last_words() {
        let broken = |text: &str| shown(&[], &text.lines().map(str::to_owned).collect::<Vec<_>>());
        let compiling =
            "   Compiling mesto-client\nerror[E0425]: cannot find value `x`\n --> src/lib.rs:1:1\nwarning: more";
        assert_eq!(broken(compiling), ["error[E0425]: cannot find value `x`"]);
        let maven = "[INFO] Building\n[ERROR] a.kt:[1,2] no such name";
        assert_eq!(broken(maven), ["[ERROR] a.kt:[1,2] no such name"]);
        assert_eq!(broken(&"dot\n".repeat(30)).len(), 10);
    }
}
