//! `cargo xtask budgets`: how many files outside a service's own folders name it, against the limit
//! of `xtask/rooms.toml`.
//!
//! A service's own files lie in a folder of its name, or are files of its name, in any language. In
//! the crates of the table another file names it when a path of that file leads into one of them
//! (also through a re-export), when it declares its module or calls its accessor
//! (`client.garages()`). In Kotlin, Swift and Python, when it has the service's name in an import
//! or beside a dot, or one of its types. Files of a service that the table lets use it (`uses`) are
//! not counted. Base services have no limit: everybody names them. Files of the
//! screens are counted by themselves, tests are not counted, and generated files are not in the
//! repository.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::failure::{Failure, Outcome};
use crate::repository::{self, is_test_file};
use crate::rooms::table::{Service, Table};
use crate::rooms::tree::{Files, Tree};
use words::Words;

/// What the apps are written in.
const APPS: [&str; 3] = ["kt", "swift", "py"];

pub fn check() -> Outcome<()> {
    let root = repository::root()?;
    let table = Table::load(&root)?;
    let files = repository::texts(&root, &["rs", "kt", "swift", "py"])?;
    let mut problems = Vec::new();
    for count in count(&table, &files)? {
        let until = if count.is_held { "" } else { " (not held before its crates have rooms)" };
        for (files, what, limit) in count.limits() {
            say!(
                "{}: {} {what} outside its own folders name it, at most {limit}{until}",
                count.service.name,
                files.len()
            );
            for (file, place) in files {
                say!("  {file}:{} `{}`", place.line, place.words);
            }
        }
        problems.extend(count.problems());
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::new(problems.join("\n"))) }
}

/// The files that name a service.
#[derive(Debug)]
struct Count<'t> {
    service: &'t Service,
    /// The first place in each.
    files: BTreeMap<String, Place>,
    screens: BTreeMap<String, Place>,
    /// Every crate in which it has a room has rooms.
    is_held: bool,
}

impl Count<'_> {
    fn limits(&self) -> [(&BTreeMap<String, Place>, &'static str, usize); 2] {
        [
            (&self.files, "files", self.service.at_most),
            (&self.screens, "files of the screens", self.service.screens_at_most),
        ]
    }

    fn problems(&self) -> Vec<String> {
        let over = self.limits().into_iter().filter(|(files, _, limit)| self.is_held && files.len() > *limit);
        over.map(|(files, what, limit)| {
            format!(
                "{} is named by {} {what} outside its own folders, and at most {limit} may ({}): move what they need of \
                 it into its own folders, or let them name the kernel",
                self.service.name,
                files.len(),
                self.service.why
            )
        })
        .collect()
    }
}

/// Where a file names a service, and how.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    line: usize,
    words: String,
}

fn count<'t>(table: &'t Table, files: &Files) -> Outcome<Vec<Count<'t>>> {
    let tree = Tree::read(files, table.crates.iter().map(|of| (of.name.as_str(), of.source.as_str())))?;
    let arrows = tree.arrows();
    let apps: Vec<(&str, Words)> = files
        .iter()
        .filter_map(|(file, text)| {
            let extension = file.rsplit_once('.')?.1;
            let is_app = APPS.contains(&extension) && !is_test_file(file);
            is_app.then(|| (file.as_str(), Words::of(extension, text)))
        })
        .collect();
    Ok(table
        .services
        .iter()
        .map(|service| {
            let name = service.name.as_str();
            let mut found: BTreeMap<String, Place> = BTreeMap::new();
            // Whoever may use it has its budget for that in `uses`.
            let is_users = |file: &str| {
                table.services.iter().any(|other| other.uses.contains(&service.name) && is_own(&other.name, file))
            };
            let mut add = |file: &str, line: usize, words: String| {
                if !is_own(name, file) && !is_users(file) && !is_test_file(file) {
                    let place = Place { line, words };
                    match found.get_mut(file) {
                        Some(first) if *first <= place => {}
                        Some(first) => *first = place,
                        None => drop(found.insert(file.to_owned(), place)),
                    }
                }
            };
            for arrow in arrows.iter().filter(|arrow| is_own(name, &arrow.to)) {
                add(&arrow.from, arrow.line, arrow.words.clone());
            }
            for module in &tree.modules {
                for (_, line) in module.declared.iter().filter(|(declared, _)| declared == name) {
                    add(&module.file, *line, format!("mod {name}"));
                }
                for (_, line) in module.calls.iter().filter(|(called, _)| called == name) {
                    add(&module.file, *line, format!(".{name}()"));
                }
            }
            let types = types_of(table, name, &tree, &apps);
            for (file, words) in &apps {
                if let Some((line, word)) = words.first_of(name, &types) {
                    add(file, line, word.to_owned());
                }
            }
            let is_screen = |file: &String| table.screens.iter().any(|folder| file.starts_with(folder.as_str()));
            let (screens, files) = found.into_iter().partition(|(file, _)| is_screen(file));
            Count { service, files, screens, is_held: table.has_rooms(service) }
        })
        .collect())
}

/// A file in a folder of the service's name, or of that name itself: `garages/`, `Garages.kt`.
fn is_own(service: &str, file: &str) -> bool {
    file.split('/').any(|part| part.split('.').next().is_some_and(|name| name.eq_ignore_ascii_case(service)))
}

/// Types that only the service declares, as Kotlin, Swift and Python know them.
fn types_of(table: &Table, service: &str, tree: &Tree, apps: &[(&str, Words)]) -> BTreeSet<String> {
    let is_seen = |file: &str| table.crate_of(file).is_some_and(|of| of.seen_by_apps);
    let rust = tree.modules.iter().filter(|module| is_seen(&module.file));
    let declared = rust
        .map(|module| (module.file.as_str(), &module.types))
        .chain(apps.iter().map(|(file, words)| (*file, &words.types)));
    let (own, others): (Vec<_>, Vec<_>) = declared.partition(|(file, _)| is_own(service, file));
    let all = |declared: Vec<(&str, &BTreeSet<String>)>| -> BTreeSet<String> {
        declared.into_iter().flat_map(|(_, types)| types.iter().cloned()).collect()
    };
    let others = all(others);
    all(own).into_iter().filter(|name| !others.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
screens = ["android/ui/"]

[[crates]]
name = "rules"
source = "rules/src"
rooms = true
kernel = "kernel"
services = ""
composition = ["lib.rs"]

[[crates]]
name = "bindings"
source = "bindings/src"
rooms = false
kernel = "kernel"
services = ""
composition = ["lib.rs"]
seen_by_apps = true

[[services]]
name = "garages"
crates = ["rules"]
uses = []
at_most = 2
screens_at_most = 0
why = "a number"
"#;

    const FILES: [(&str, &str); 18] = [
        ("rules/src/lib.rs", "pub mod kernel;\npub mod garages;\npub use garages::tariff::Fee;"),
        ("rules/src/kernel.rs", "pub struct Money;\n#[cfg(test)] use crate::garages::tariff::Fee;"),
        ("rules/src/garages/mod.rs", "pub mod tariff; use crate::kernel::Money;"),
        ("rules/src/garages/tariff.rs", "pub struct Fee;"),
        ("bindings/src/lib.rs", "mod garages; mod quote; mod wallet;"),
        ("bindings/src/quote.rs", "fn quote() -> rules::Fee { todo!() }"),
        ("bindings/src/wallet.rs", "struct Wallet;\nfn pay() { client.garages().pay() }"),
        ("bindings/src/garages.rs", "#[derive(uniffi::Record)] pub struct Facility; pub struct Wallet; struct Hidden;"),
        ("bindings/tests/it/main.rs", "use rules::Fee;"),
        ("android/sdk/src/main/kotlin/Mesto.kt", "// garages.tariff\nval a = \"garages.x\"\nval b = client.garages()"),
        ("android/sdk/src/main/kotlin/List.kt", "import a.Facility"),
        ("android/sdk/src/main/kotlin/Other.kt", "val garages = Facilities()\nval w: Wallet\nclass Hidden"),
        ("android/sdk/src/main/kotlin/Wallet.kt", "class Wallet"),
        (
            "android/ui/src/main/kotlin/garages/GaragesScreen.kt",
            "package ui.garages\nclass GaragesState\nprivate class Row",
        ),
        ("android/ui/src/main/kotlin/App.kt", "import ui.garages.GaragesState"),
        ("android/ui/src/test/kotlin/AppTest.kt", "import ui.garages.GaragesState"),
        ("ios/Sources/MestoKit/Mesto.swift", "/* nested /* */ Facility */\nlet a: [Facility] = []"),
        ("bindings/python/mesto/__init__.py", "# garages\nfrom .mesto import garages"),
    ];

    /// Where the files name garages, those of the screens apart, and what is wrong.
    fn counted(table: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
        let files: Files = FILES.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
        let table = Table::parse(table).unwrap();
        let count = count(&table, &files).unwrap().remove(0);
        let shown = |files: &BTreeMap<String, Place>| {
            files.iter().map(|(file, place)| format!("{file}:{} {}", place.line, place.words)).collect()
        };
        (shown(&count.files), shown(&count.screens), count.problems())
    }

    #[test]
    fn every_file_outside_that_names_the_service_counts_once_and_no_test_does() {
        let expected = [
            "android/sdk/src/main/kotlin/List.kt:1 Facility",
            "android/sdk/src/main/kotlin/Mesto.kt:3 garages",
            "bindings/python/mesto/__init__.py:2 garages",
            "bindings/src/lib.rs:1 mod garages",
            "bindings/src/quote.rs:1 rules::Fee",
            "bindings/src/wallet.rs:2 .garages()",
            "ios/Sources/MestoKit/Mesto.swift:2 Facility",
            "rules/src/lib.rs:2 mod garages",
        ];
        let screens = ["android/ui/src/main/kotlin/App.kt:1 garages"];
        let (files, of_screens, _) = counted(TABLE);
        assert_eq!((files, of_screens), (expected.map(str::to_owned).into(), screens.map(str::to_owned).into()));
    }

    #[test]
    fn more_files_than_the_limit_fail_once_every_crate_of_the_service_has_rooms() {
        let problems = |table: &str| counted(table).2;
        let enough = TABLE.replace("at_most = 2", "at_most = 8").replace("screens_at_most = 0", "screens_at_most = 1");
        assert_eq!(problems(&enough), Vec::<String>::new());
        let found = problems(TABLE);
        assert_eq!(found.len(), 2, "{found:#?}");
        assert!(
            found[0].starts_with("garages is named by 8 files outside its own folders, and at most 2 may (a number)")
        );
        assert!(found[1].starts_with("garages is named by 1 files of the screens"));
        for crates in ["crates = [\"rules\", \"bindings\"]", "crates = []"] {
            assert_eq!(problems(&TABLE.replace("crates = [\"rules\"]", crates)), Vec::<String>::new(), "{crates}");
        }
    }
}
