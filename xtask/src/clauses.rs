//! `cargo xtask clauses`: which clause is held by which test, and which has code without one.
//!
//! `docs/clauses.tsv` is the list. A test names its clauses at the end of its name; code names them
//! in its text (`BG-50`). Two things fail: a test or code that names a clause which is not in the
//! list, and a clause that code names and no test does. Legal clauses (class L) are texts, so code
//! may quote them without a test.

pub mod names;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use crate::failure::{About, Failure, Outcome};
use crate::repository;
use names::Language;

/// One row of `docs/clauses.tsv`.
#[derive(Debug, PartialEq, Eq)]
struct Clause {
    id: String,
    /// C: the client shows it, S: the operator decides it, L: legal text.
    class: String,
    requirement: String,
}

/// A test or a line of code that names a clause.
#[derive(Debug, PartialEq, Eq)]
struct Mention {
    /// The test's name; empty for code.
    test: String,
    file: String,
    line: usize,
}

#[derive(Debug, Default)]
struct Mentions {
    tests: BTreeMap<String, Vec<Mention>>,
    code: BTreeMap<String, Vec<Mention>>,
}

/// What the listing shows.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Options {
    /// Only clauses without a test, with their text
    #[arg(long)]
    missing: bool,
    /// One JSON object per clause
    #[arg(long, conflicts_with = "missing")]
    json: bool,
}

/// Lists, then fails when a name and the list disagree.
pub fn run(options: Options) -> Outcome<()> {
    let (list, mentions) = read()?;
    for clause in &list {
        let tests = mentions.tests.get(&clause.id).map_or(&[][..], Vec::as_slice);
        let code = mentions.code.get(&clause.id).map_or(&[][..], Vec::as_slice);
        if options.json {
            say!("{}", as_json(clause, tests, code));
        } else if options.missing {
            if tests.is_empty() {
                let code = code.first().map_or_else(String::new, |at| format!("  code: {}:{}", at.file, at.line));
                say!("{:<7} {} {}{code}", clause.id, clause.class, clause.requirement);
            }
        } else {
            say!("{:<7} {} {}", clause.id, clause.class, if tests.is_empty() { "-" } else { "" });
            for test in tests {
                say!("          {} ({}:{})", test.test, test.file, test.line);
            }
        }
    }
    if !options.json {
        say!("{}", summary(&list, &mentions));
    }
    verdict(&list, &mentions)
}

/// The summary alone; fails as [`run`] does.
pub fn check() -> Outcome<()> {
    let (list, mentions) = read()?;
    say!("{}", summary(&list, &mentions));
    verdict(&list, &mentions)
}

fn read() -> Outcome<(Vec<Clause>, Mentions)> {
    let root = repository::root()?;
    let list = read_list(&std::fs::read_to_string(root.join("docs/clauses.tsv")).about("docs/clauses.tsv")?)?;
    Ok((list, collect(&root)?))
}

fn verdict(list: &[Clause], mentions: &Mentions) -> Outcome<()> {
    let problems = problems(list, mentions);
    if problems.is_empty() { Ok(()) } else { Err(Failure::new(problems.join("\n"))) }
}

fn read_list(text: &str) -> Outcome<Vec<Clause>> {
    let mut lines = text.lines();
    if lines.next() != Some("id\tclause\tclass\tmark\trequirement") {
        return Err(Failure::new("docs/clauses.tsv: the first line must name id, clause, class, mark, requirement"));
    }
    lines
        .map(|line| match line.split('\t').collect::<Vec<_>>().as_slice() {
            [id, _, class @ ("C" | "S" | "L"), _, requirement] => {
                Ok(Clause { id: (*id).to_owned(), class: (*class).to_owned(), requirement: (*requirement).to_owned() })
            }
            _ => Err(Failure::new(format!("docs/clauses.tsv: not five columns with a class C, S or L: {line}"))),
        })
        .collect()
}

fn collect(root: &Path) -> Outcome<Mentions> {
    let mut mentions = Mentions::default();
    for path in repository::written_files(root)? {
        let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        // The examples in the tests of this command are no tests of a clause.
        if relative.starts_with("xtask/") {
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let language = Language::of_extension(extension);
        let is_scenario = relative.starts_with("tests/scenarios/") && extension == "json";
        if language.is_none() && !is_scenario && extension != "sql" {
            continue;
        }
        let text = std::fs::read_to_string(&path).about(&relative)?;
        let tests = match language {
            Some(language) => names::tests_in(language, &text),
            None if is_scenario => names::scenario(&relative, &text)?.into_iter().collect(),
            None => Vec::new(),
        };
        for test in tests {
            for id in test.clauses {
                let mention = Mention { test: test.name.clone(), file: relative.clone(), line: test.line };
                mentions.tests.entry(id).or_default().push(mention);
            }
        }
        if !is_scenario && !repository::is_test_file(&relative) {
            for (id, line) in names::clauses_in_code(&text) {
                let mention = Mention { test: String::new(), file: relative.clone(), line };
                mentions.code.entry(id).or_default().push(mention);
            }
        }
    }
    Ok(mentions)
}

fn problems(list: &[Clause], mentions: &Mentions) -> Vec<String> {
    let clause = |id: &str| list.iter().find(|clause| clause.id == id);
    let mut problems = Vec::new();
    for (id, tests) in &mentions.tests {
        if clause(id).is_none() {
            for test in tests {
                problems.push(format!(
                    "{}:{}: `{}` names {id}, which docs/clauses.tsv does not have",
                    test.file, test.line, test.test
                ));
            }
        }
    }
    for (id, places) in &mentions.code {
        let Some(place) = places.first() else { continue };
        match clause(id) {
            None => problems.push(format!(
                "{}:{}: the code names {id}, which docs/clauses.tsv does not have",
                place.file, place.line
            )),
            Some(clause) if clause.class != "L" && !mentions.tests.contains_key(id) => problems.push(format!(
                "{}:{}: the code names {id}, but no test's name ends in it ({})",
                place.file, place.line, clause.requirement
            )),
            Some(_) => {}
        }
    }
    problems
}

fn summary(list: &[Clause], mentions: &Mentions) -> String {
    let tested = list.iter().filter(|clause| mentions.tests.contains_key(&clause.id)).count();
    let legal = list.iter().filter(|clause| clause.class == "L" && !mentions.tests.contains_key(&clause.id)).count();
    format!(
        "{} clauses: {tested} with a test, {} without ({legal} of them legal texts)",
        list.len(),
        list.len() - tested
    )
}

fn as_json(clause: &Clause, tests: &[Mention], code: &[Mention]) -> serde_json::Value {
    let tests: Vec<_> = tests.iter().map(|at| json!({ "name": at.test, "file": at.file, "line": at.line })).collect();
    let code: Vec<_> = code.iter().map(|at| json!({ "file": at.file, "line": at.line })).collect();
    json!({
        "id": clause.id, "class": clause.class, "requirement": clause.requirement, "tests": tests, "code": code,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn clause(id: &str, class: &str) -> Clause {
        Clause { id: id.into(), class: class.into(), requirement: "a rule".into() }
    }

    fn mention(test: &str) -> Mention {
        Mention { test: test.into(), file: "a.rs".into(), line: 3 }
    }

    #[test]
    fn the_list_holds_every_clause_of_the_five_documents_without_a_gap() {
        let text = std::fs::read_to_string(repository::root().unwrap().join("docs/clauses.tsv")).unwrap();
        let ids: Vec<String> = read_list(&text).unwrap().into_iter().map(|clause| clause.id).collect();
        let counts = [("PQ", 58), ("BG", 104), ("AV", 135), ("RK", 65), ("BK", 85)];
        let expected: Vec<String> =
            counts.iter().flat_map(|(name, count)| (1..=*count).map(move |n| format!("{name}-{n:02}"))).collect();
        assert_eq!(ids, expected);
        assert_eq!(ids.len(), 447);
    }

    #[test]
    fn a_broken_row_is_refused() {
        assert!(read_list("id\tclause\n").is_err());
        assert!(read_list("id\tclause\tclass\tmark\trequirement\nBG-50\tItem 7\tX\t\tred").is_err());
        assert!(read_list("id\tclause\tclass\tmark\trequirement\nBG-50\tItem 7\tS\tred").is_err());
    }

    #[test]
    fn a_test_that_names_an_unknown_clause_fails() {
        let mut mentions = Mentions::default();
        mentions.tests.insert("BG-50".into(), vec![mention("red_bg_50")]);
        assert!(problems(&[clause("BG-50", "S")], &mentions).is_empty());
        let found = problems(&[clause("BG-51", "S")], &mentions);
        assert_eq!(found, ["a.rs:3: `red_bg_50` names BG-50, which docs/clauses.tsv does not have"]);
    }

    #[test]
    fn code_without_a_test_fails_except_for_legal_texts() {
        let mut mentions = Mentions::default();
        mentions.code.insert("BG-50".into(), vec![mention("")]);
        assert_eq!(problems(&[clause("BG-50", "S")], &mentions).len(), 1);
        assert_eq!(problems(&[clause("BG-50", "L")], &mentions).len(), 0);
        assert_eq!(problems(&[], &mentions).len(), 1, "an unknown clause in code");
        mentions.tests.insert("BG-50".into(), vec![mention("red_bg_50")]);
        assert!(problems(&[clause("BG-50", "S")], &mentions).is_empty());
    }
}
