//! How many tests ran; for cargo, which writes no report, by its own summary.

/// Tests of one part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub ran: u64,
    /// Ignored, disabled or skipped by an assumption: they prove nothing.
    pub skipped: u64,
}

/// Sums `test result: ok. 12 passed; 0 failed; 1 ignored; ...`, one per test program.
pub fn of_cargo(lines: &[String]) -> Counts {
    let mut counts = Counts::default();
    for rest in lines.iter().filter_map(|line| after(line, "test result:")) {
        counts.ran += before(rest, " passed") + before(rest, " failed");
        counts.skipped += before(rest, " ignored");
    }
    counts
}

pub fn after<'a>(line: &'a str, words: &str) -> Option<&'a str> {
    line.find(words).and_then(|at| line.get(at + words.len()..))
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

    fn counted(text: &str) -> (u64, u64) {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let counts = of_cargo(&lines);
        (counts.ran, counts.skipped)
    }

    #[test]
    fn cargo_sums_every_test_program() {
        let text = "running 3 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(counted(text), (7, 1));
    }

    #[test]
    fn a_run_without_a_summary_counts_nothing() {
        assert_eq!(counted("error: could not compile"), (0, 0));
    }
}
