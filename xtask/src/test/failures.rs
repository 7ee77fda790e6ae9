//! Which tests failed and why, for the end of the run: who sees only the end of a log must know.

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

/// What to print of a run that failed: its tests, all named before one is told at length; or why it
/// broke.
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

/// The tests that cargo tells of, in its order: `---- name stdout ----`, its words, and no
/// backtrace.
pub fn of_cargo(lines: &[String]) -> Vec<Failed> {
    let mut failed: Vec<Failed> = Vec::new();
    // What comes now are the words of the last test.
    let mut is_telling = false;
    for line in lines {
        if let Some(name) = line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" stdout ----")) {
            failed.push(Failed { name: name.to_owned(), said: Vec::new() });
            is_telling = true;
        } else if line == "failures:" || line == "stack backtrace:" || line.starts_with("note: ") {
            is_telling = false;
        } else if is_telling
            && !line.is_empty()
            && let Some(test) = failed.last_mut()
        {
            test.said.push(line.clone());
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, Vec<String>)> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        of_cargo(&lines).into_iter().map(|test| (test.name, test.said)).collect()
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
        assert_eq!(told(text), expected);
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
