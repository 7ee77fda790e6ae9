//! `cargo xtask pages`: the places and the tests that README and docs name are there, and each row
//! of docs/faults.md, and of OWASP's lists in docs/security.md, names a test.

use std::path::Path;

use crate::failure::{About, Failure, Outcome};
use crate::repository;

/// Fails with every path in a page that does not exist.
pub fn check() -> Outcome<()> {
    let root = repository::root()?;
    let mut problems = Vec::new();
    let mut named = 0;
    for page in repository::written_files(&root)? {
        if page.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&page).about(page.display())?;
        let folder = page.parent().unwrap_or(&root);
        let shown = page.strip_prefix(&root).unwrap_or(&page).display();
        for (line, place) in places(&text) {
            named += 1;
            let found = match place {
                Place::FromRoot(path) => exists(&root, path),
                Place::Link(path) => exists(folder, path),
                Place::Function { path, name } => {
                    std::fs::read_to_string(root.join(path)).is_ok_and(|code| declares(&code, name))
                }
            };
            if !found {
                problems.push(format!("{shown}:{line}: there is no {place}"));
            }
        }
        if page.ends_with(FAULTS) {
            problems.extend(rows_without_a_test(&text).into_iter().map(|row| format!("{shown}: {row}")));
        }
        if page.ends_with(SECURITY) {
            problems.extend(risks_without_a_test(&text).into_iter().map(|row| format!("{shown}: {row}")));
        }
    }
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("\n")));
    }
    say!("{named} places named in pages are there");
    Ok(())
}

/// The faults that were found once, each with the tests that hold what is right.
const FAULTS: &str = "docs/faults.md";
/// How many they are.
const FAULTS_FOUND: usize = 47;

/// OWASP's lists, each risk and each control with the tests that hold it.
const SECURITY: &str = "docs/security.md";
/// The risks of one list, and the rows of the other, which takes some controls together.
const RISKS: usize = 10;
const CONTROLS: usize = 18;

/// What a page names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'a> {
    /// In backticks: `core/rules/src/quote.rs`.
    FromRoot(&'a str),
    /// A link's address, from the page's own folder.
    Link(&'a str),
    /// In backticks, mostly a test: `operator/tests/it/locks.rs::two_phones_wait`.
    Function { path: &'a str, name: &'a str },
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::FromRoot(path) | Self::Link(path) => out.write_str(path),
            Self::Function { path, name } => write!(out, "`{name}` in {path}"),
        }
    }
}

/// Whether a source text, of any of the languages, declares a function.
fn declares(code: &str, name: &str) -> bool {
    let quoted = format!("`{name}`");
    code.lines().map(str::trim_start).filter(|line| !line.starts_with("//") && !line.starts_with("# ")).any(|line| {
        ["fn ", "fun ", "func ", "def "].iter().any(|word| {
            line.split_once(word).is_some_and(|(_, rest)| {
                [name, &quoted]
                    .iter()
                    .any(|name| rest.strip_prefix(*name).is_some_and(|rest| rest.trim_start().starts_with(['(', '<'])))
            })
        })
    })
}

/// What is wrong with the table of faults: a row that is missing, stands twice or names no test.
fn rows_without_a_test(page: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for number in 1..=FAULTS_FOUND {
        let start = format!("| {number} |");
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with(&start)).collect();
        match rows.as_slice() {
            [row] if places(row).iter().any(|(_, place)| is_test(*place)) => {}
            [_] => problems.push(format!("row {number} names no test")),
            rows => problems.push(format!("row {number} stands there {} times, not once", rows.len())),
        }
    }
    problems
}

/// What is wrong with the lists of risks: rows that are missing, or of something that applies and
/// names no test.
fn risks_without_a_test(page: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (start, number) in [("| API", RISKS), ("| MASVS-", CONTROLS)] {
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with(start)).collect();
        if rows.len() != number {
            problems.push(format!("{} rows begin with `{start}`, not {number}", rows.len()));
        }
        for row in rows {
            let applies = !row.contains("does not apply") && !row.contains("do not apply:");
            if applies && !places(row).iter().any(|(_, place)| matches!(place, Place::Function { .. })) {
                problems.push(format!("a row names no test: {}", row.get(..40).unwrap_or(row)));
            }
        }
    }
    problems
}

fn is_test(place: Place<'_>) -> bool {
    match place {
        Place::Function { path, .. } => repository::is_test_file(path),
        Place::FromRoot(path) => path.starts_with("tests/scenarios/"),
        Place::Link(_) => false,
    }
}

fn exists(folder: &Path, path: &str) -> bool {
    folder.join(path.split('#').next().unwrap_or(path)).exists()
}

/// Where the links of a page lead, from its own folder, without what stands behind `#`.
pub fn links(text: &str) -> Vec<&str> {
    let links = places(text).into_iter().filter_map(|(_, place)| match place {
        Place::Link(address) => Some(address.split('#').next().unwrap_or(address)),
        Place::FromRoot(_) | Place::Function { .. } => None,
    });
    links.collect()
}

/// Paths with the line they stand in, counted from 1. Code blocks are left out: they hold commands
/// and examples.
fn places(text: &str) -> Vec<(usize, Place<'_>)> {
    const FOLDERS: [&str; 11] =
        ["android", "bank", "bindings", "cities", "cli", "core", "docs", "ios", "operator", "tests", "xtask"];
    let mut found = Vec::new();
    let mut in_block = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        }
        if in_block {
            continue;
        }
        for words in line.split('`').skip(1).step_by(2) {
            if let Some((path, name)) = words.split_once("::")
                && path.split_once('/').is_some_and(|(first, _)| FOLDERS.contains(&first))
            {
                found.push((index + 1, Place::Function { path, name }));
                continue;
            }
            let is_path = words.split_once('/').is_some_and(|(first, _)| FOLDERS.contains(&first))
                && !words.contains([' ', '<', '*', '{', '$', '…']);
            if is_path {
                found.push((index + 1, Place::FromRoot(words)));
            }
        }
        for rest in line.split("](").skip(1) {
            let Some((address, _)) = rest.split_once(')') else { continue };
            if !address.contains("://") && !address.starts_with('#') && !address.starts_with("mailto:") {
                found.push((index + 1, Place::Link(address)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_backticks_and_links_are_places() {
        let text = "See `core/rules/src/quote.rs` and [ADRs](adr/0001.md#why).\n`cargo test`, `POST /v1/tickets`, `cities/<city>/`\n\
            ```\n`core/nothing.rs`\n```\n[site](https://example.org/a) `operator/`";
        let expected = [
            (1, Place::FromRoot("core/rules/src/quote.rs")),
            (1, Place::Link("adr/0001.md#why")),
            (6, Place::FromRoot("operator/")),
        ];
        assert_eq!(places(text), expected);
    }

    #[test]
    fn a_test_is_named_by_its_file_and_its_name() {
        let text = "`operator/tests/it/locks.rs::two_phones_wait`, `std::fs`";
        let place = Place::Function { path: "operator/tests/it/locks.rs", name: "two_phones_wait" };
        assert_eq!(places(text), [(1, place)]);
        for code in [
            "fn wait() {",
            "    pub async fn wait<T>(a: T)",
            "fun `wait`() {",
            "    def wait(self):",
            "@Test func wait() async {",
        ] {
            assert!(declares(code, "wait"), "{code}");
        }
        for code in ["// fn wait() {", "fn waiting() {", "let wait = 1;", "wait();"] {
            assert!(!declares(code, "wait"), "{code}");
        }
        assert!(declares("@Test fun `waits in the rain`() = run {", "waits in the rain"));
    }

    #[test]
    fn each_fault_stands_once_and_names_a_test() {
        let row = |number: usize| format!("| {number} | right | `tests/scenarios/a.json` |");
        let mut rows: Vec<String> = (1..=FAULTS_FOUND).map(row).collect();
        assert!(rows_without_a_test(&rows.join("\n")).is_empty());
        rows.push(row(7));
        rows[2] = "| 3 | right | `operator/src/lib.rs::run` |".to_owned();
        rows.remove(11);
        let found = rows_without_a_test(&rows.join("\n"));
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn each_risk_that_applies_names_a_test() {
        let row = |start: &str| format!("{start} x | `tests/attack/owners.rs::is_nobodys` |");
        let mut rows = vec![row("| API"); RISKS];
        rows.extend(vec![row("| MASVS-"); CONTROLS]);
        assert!(risks_without_a_test(&rows.join("\n")).is_empty());
        rows[3] = "| API4 consumption | yes | `tests/attack/` |".to_owned();
        rows[12] = "| MASVS-AUTH-2 | does not apply: nothing is unlocked | |".to_owned();
        rows.pop();
        let found = risks_without_a_test(&rows.join("\n"));
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn no_source_of_an_app_has_a_web_view_or_a_field_for_a_card() {
        let root = repository::root().unwrap();
        let sources = repository::texts(&root, &["kt", "swift", "py", "rs", "ftl", "xml"]).unwrap();
        let of_an_app = |file: &str| {
            ["android/", "ios/", "bindings/", "core/"].iter().any(|folder| file.starts_with(folder))
                && !file.contains("/tests/")
                && !file.contains("/test/")
                && !file.starts_with("ios/Tests/")
        };
        let mut read = 0;
        for (file, text) in sources.iter().filter(|(file, _)| of_an_app(file)) {
            let text = text.to_lowercase();
            for word in ["webview", "web_view", "cardnumber", "card_number", "card number", "cvv", "cvc", "expirymonth"]
            {
                assert!(!text.contains(word), "{file} has `{word}`");
            }
            read += 1;
        }
        assert!(read > 300, "{read} files were read");
    }

    #[test]
    fn the_least_versions_stand_in_the_build_files() {
        let root = repository::root().unwrap();
        for (file, least) in [
            ("ios/Package.swift", "platforms: [.iOS(."),
            ("android/pom.xml", "<maven.compiler.release>"),
            ("bindings/python/wheel.py", "Requires-Python: >="),
            ("Cargo.toml", "rust-version = "),
        ] {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            assert!(text.contains(least), "{file} has no `{least}`");
        }
    }

    #[test]
    fn a_heading_is_no_part_of_a_file_name() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(exists(root, "Cargo.toml#x"));
        assert!(!exists(root, "Cargo.yaml"));
    }
}
