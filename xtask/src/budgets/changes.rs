//! How many files a change touches: those that have the words of a specimen of its kind, against
//! the limit of `xtask/budgets.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::names::{Name, words};
use crate::failure::{About, Failure, Outcome};

pub const FILE: &str = "xtask/budgets.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    changes: Vec<Change>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    name: String,
    at_most: usize,
    #[serde(default)]
    apart: Vec<String>,
    why: String,
    specimens: Vec<Specimen>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Specimen {
    what: String,
    words: Vec<String>,
    /// Files that have it by other names.
    #[serde(default)]
    also: Vec<String>,
}

impl Changes {
    /// Reads the table; a row that could never fail is an error.
    pub fn parse(text: &str) -> Outcome<Self> {
        let table: Self = toml::from_str(text).about(FILE)?;
        for change in &table.changes {
            if change.specimens.is_empty() || change.why.trim().is_empty() {
                return Err(Failure::new(format!("{FILE}: \"{}\" needs a specimen and a reason", change.name)));
            }
            let is_said = |specimen: &Specimen| specimen.words.iter().any(|name| words(name).is_empty());
            if let Some(specimen) = change.specimens.iter().find(|it| it.words.is_empty() || is_said(it)) {
                return Err(Failure::new(format!("{FILE}: \"{}\" has no words to find it by", specimen.what)));
            }
        }
        Ok(table)
    }

    /// Reads the table of the repository.
    pub fn load(root: &Path) -> Outcome<Self> {
        Self::parse(&std::fs::read_to_string(root.join(FILE)).about(FILE)?)
    }

    /// What is said of each specimen, and what is wrong. `files` are those that count, with their
    /// names.
    pub fn examine(&self, files: &BTreeMap<&str, Vec<Name>>) -> (Vec<String>, Vec<String>) {
        let (mut told, mut problems) = (Vec::new(), Vec::new());
        for change in &self.changes {
            for specimen in &change.specimens {
                let found = change.found(specimen, files);
                let (what, count, limit) = (&specimen.what, found.len(), change.at_most);
                told.push(format!("{}: {what} stands in {count} files, at most {limit}", change.name));
                told.extend(found.iter().map(|(file, name)| match name {
                    Some(name) => format!("  {file}:{} `{}`", name.line, name.text),
                    None => format!("  {file} by other names"),
                }));
                for file in specimen.also.iter().filter(|file| !files.contains_key(file.as_str())) {
                    problems.push(format!("{}: {file}, where {what} stands too, is not there", change.name));
                }
                if found.values().all(Option::is_none) {
                    problems.push(format!(
                        "{}: no file has {what} by the words {:?}; {FILE} names something that is there",
                        change.name, specimen.words
                    ));
                }
                if count > limit {
                    problems.push(format!(
                        "{}: {what} stands in {count} files, and at most {limit} may ({}): let one file say what the \
                         others repeat",
                        change.name, change.why
                    ));
                }
            }
        }
        (told, problems)
    }
}

impl Change {
    /// The files that have a specimen, each with the first place.
    fn found<'f>(
        &self,
        specimen: &'f Specimen,
        files: &'f BTreeMap<&str, Vec<Name>>,
    ) -> BTreeMap<&'f str, Option<&'f Name>> {
        let wanted: Vec<Vec<String>> = specimen.words.iter().map(|name| words(name)).collect();
        let is_apart =
            |file: &str| self.apart.iter().any(|part| file.starts_with(part.as_str()) || file.ends_with(part.as_str()));
        let also = specimen.also.iter().map(|file| (file.as_str(), None));
        let named = files.iter().filter_map(|(file, names)| {
            let name = names.iter().find(|name| wanted.iter().any(|it| name.has(it)))?;
            (!is_apart(file)).then_some((*file, Some(name)))
        });
        also.chain(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::{Files, named};

    const TABLE: &str = r#"
[[changes]]
name = "a field"
at_most = 6
apart = ["android/ui/"]
why = "a number"

[[changes.specimens]]
what = "the time to leave"
words = ["exit by", "leave until"]
"#;

    const FILES: [(&str, &str); 12] = [
        ("core/rules/src/visit.rs", "struct Visit { exit_by: u32 }"),
        ("core/rules/src/other.rs", "// exit_by\nstruct Other;\n#[cfg(test)]\nmod tests { fn exit_by() {} }"),
        ("core/rules/tests/it/visit.rs", "exit_by"),
        ("operator/migrations/V1.sql", "CREATE TABLE visit (exit_by BIGINT)"),
        ("core/client/texts/en.ftl", "visit-exit-by = until"),
        ("android/sdk/Garages.kt", "val leaveUntil = visit.other"),
        ("android/sdk/Texts.kt", "// Generated by `cargo xtask texts`.\nfun exitBy() = 1"),
        ("android/ui/Visit.kt", "exitBy"),
        ("ios/Sources/Visit.swift", "let text = \"exit_by\""),
        ("cities/a/garages.toml", "exit_by = 1"),
        ("xtask/src/budgets.rs", "exit_by"),
        ("docs/openapi.json", "exit_by"),
    ];

    fn examined(table: &str) -> (Vec<String>, Vec<String>) {
        let files: Files = FILES.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
        Changes::parse(table).unwrap().examine(&named(&files))
    }

    #[test]
    fn a_specimen_is_found_in_every_language_and_not_in_tests_comments_and_generated_files() {
        let (told, problems) = examined(TABLE);
        let expected = [
            "a field: the time to leave stands in 6 files, at most 6",
            "  android/sdk/Garages.kt:1 `leaveUntil`",
            "  cities/a/garages.toml:1 `exit_by`",
            "  core/client/texts/en.ftl:1 `visit-exit-by`",
            "  core/rules/src/visit.rs:1 `exit_by`",
            "  ios/Sources/Visit.swift:1 `exit_by`",
            "  operator/migrations/V1.sql:1 `exit_by`",
        ];
        assert_eq!(told, expected);
        assert_eq!(problems, Vec::<String>::new());
    }

    #[test]
    fn a_file_that_has_it_by_other_names_counts_once() {
        let also = |file: &str| format!("words = [\"exit by\"]\nalso = [\"{file}\"]");
        for (file, count, is_named) in [("android/sdk/Garages.kt", 6, false), ("core/rules/src/visit.rs", 5, true)] {
            let (told, problems) = examined(&TABLE.replace("words = [\"exit by\", \"leave until\"]", &also(file)));
            assert!(told[0].contains(&format!("stands in {count} files")), "{told:#?}");
            assert_eq!(told.contains(&format!("  {file} by other names")), !is_named, "{told:#?}");
            assert_eq!(problems, Vec::<String>::new());
        }
    }

    #[test]
    fn more_files_than_the_limit_fail() {
        let (_, problems) = examined(&TABLE.replace("at_most = 6", "at_most = 5"));
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(problems[0].starts_with("a field: the time to leave stands in 6 files, and at most 5 may (a number)"));
        let (_, problems) = examined(&TABLE.replace("apart = [\"android/ui/\"]", ""));
        assert!(problems[0].contains("stands in 7 files"), "{problems:#?}");
    }

    #[test]
    fn a_specimen_that_is_gone_or_cannot_be_found_fails() {
        let (_, problems) = examined(&TABLE.replace("\"exit by\", \"leave until\"", "\"nowhere\""));
        assert!(problems[0].starts_with("a field: no file has the time to leave"), "{problems:#?}");
        let also = "words = [\"exit by\"]\nalso = [\"docs/openapi.json\"]";
        let (_, problems) = examined(&TABLE.replace("words = [\"exit by\", \"leave until\"]", also));
        assert_eq!(problems, ["a field: docs/openapi.json, where the time to leave stands too, is not there"]);
        for wrong in [
            TABLE.replace("\"exit by\", \"leave until\"", ""),
            TABLE.replace("exit by", "-"),
            TABLE.replace("a number", ""),
        ] {
            assert!(Changes::parse(&wrong).is_err(), "{wrong}");
        }
    }
}
