//! Reads from a runner's own summary how many tests ran.

/// Tests of one part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub ran: u64,
    /// Ignored, disabled or skipped by an assumption: they prove nothing.
    pub skipped: u64,
}

/// The runner whose summary is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; ...`, one per test program.
    Cargo,
    /// `[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 1`, one per module.
    Surefire,
    /// XCTest's `Executed 12 tests` of "All tests", and Swift Testing's `Test run with 3 tests`.
    Swift,
    /// `Ran 12 tests in 0.1s` and `OK (skipped=1)`.
    Unittest,
}

pub fn read(runner: Runner, lines: &[String]) -> Counts {
    let mut counts = Counts::default();
    let mut all_tests = false;
    for line in lines {
        match runner {
            Runner::Cargo => {
                if let Some(rest) = after(line, "test result:") {
                    counts.ran += before(rest, " passed") + before(rest, " failed");
                    counts.skipped += before(rest, " ignored");
                }
            }
            Runner::Surefire => {
                // Per class the line goes on with the time; only the module's sum ends here.
                if let Some(rest) = after(line, "Tests run:").filter(|rest| !rest.contains("Time elapsed")) {
                    let skipped = after(rest, "Skipped:").map_or(0, first_number);
                    counts.ran += first_number(rest).saturating_sub(skipped);
                    counts.skipped += skipped;
                }
            }
            Runner::Swift => {
                if line.contains("Test Suite '") {
                    all_tests = line.contains("Test Suite 'All tests'") || line.contains("Test Suite 'Selected tests'");
                }
                if let Some(rest) = after(line, "Executed ").filter(|_| all_tests) {
                    let skipped = before(rest, " test skipped") + before(rest, " tests skipped");
                    counts.ran += first_number(rest).saturating_sub(skipped);
                    counts.skipped += skipped;
                }
                if let Some(rest) = after(line, "Test run with ") {
                    counts.ran += first_number(rest);
                }
                // Swift Testing: `➜ Test name() skipped.`; XCTest's own cases are in its sum already.
                if line.contains("➜ Test ") && line.contains(" skipped") {
                    counts.skipped += 1;
                }
            }
            Runner::Unittest => {
                if let Some(rest) = after(line, "Ran ") {
                    counts.ran += first_number(rest);
                }
                if let Some(rest) = after(line, "skipped=") {
                    let skipped = first_number(rest);
                    counts.ran = counts.ran.saturating_sub(skipped);
                    counts.skipped += skipped;
                }
            }
        }
    }
    counts
}

pub fn after<'a>(line: &'a str, words: &str) -> Option<&'a str> {
    line.find(words).and_then(|at| line.get(at + words.len()..))
}

fn first_number(text: &str) -> u64 {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The number that stands directly before these words.
fn before(text: &str, words: &str) -> u64 {
    let Some(head) = text.find(words).and_then(|at| text.get(..at)) else { return 0 };
    let start = head.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    head.get(start..).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(runner: Runner, text: &str) -> (u64, u64) {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let counts = read(runner, &lines);
        (counts.ran, counts.skipped)
    }

    #[test]
    fn cargo_sums_every_test_program() {
        let text = "running 3 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(counted(Runner::Cargo, text), (7, 1));
    }

    #[test]
    fn surefire_counts_modules_and_not_classes_twice() {
        let text = "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.05 s -- in a.B\n\
            [INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 1\n\
            [ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0";
        assert_eq!(counted(Runner::Surefire, text), (4, 1));
    }

    #[test]
    fn swift_counts_both_of_its_runners() {
        let text = "Test Suite 'All tests' started at 2026\nTest Suite 'A' passed at 2026\n\
            \t Executed 2 tests, with 0 failures (0 unexpected) in 0.1 (0.1) seconds\n\
            Test Suite 'All tests' passed at 2026\n\
            \t Executed 5 tests, with 1 test skipped and 0 failures (0 unexpected) in 0.1 (0.1) seconds\n\
            ◇ Test run started.\n➜ Test off() skipped.\n✔ Test run with 3 tests passed after 0.001 seconds.";
        assert_eq!(counted(Runner::Swift, text), (7, 2));
    }

    #[test]
    fn unittest_counts_what_ran() {
        assert_eq!(counted(Runner::Unittest, "Ran 4 tests in 0.01s\n\nOK (skipped=1)"), (3, 1));
        assert_eq!(counted(Runner::Unittest, "Ran 1 test in 0.01s\n\nFAILED (failures=1)"), (1, 0));
    }

    #[test]
    fn a_run_without_a_summary_counts_nothing() {
        for runner in [Runner::Cargo, Runner::Surefire, Runner::Swift, Runner::Unittest] {
            assert_eq!(counted(runner, "error: could not compile"), (0, 0));
        }
    }
}
