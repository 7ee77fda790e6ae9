//! `cargo xtask pages`: the places that README and docs name are there.

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
            };
            if !found {
                problems.push(format!("{shown}:{line}: there is no {}", place.path()));
            }
        }
    }
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("\n")));
    }
    say!("{named} places named in pages are there");
    Ok(())
}

/// A path that a page names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'a> {
    /// In backticks: `core/rules/src/quote.rs`.
    FromRoot(&'a str),
    /// A link's address, from the page's own folder.
    Link(&'a str),
}

impl<'a> Place<'a> {
    fn path(self) -> &'a str {
        match self {
            Self::FromRoot(path) | Self::Link(path) => path,
        }
    }
}

fn exists(folder: &Path, path: &str) -> bool {
    folder.join(path.split('#').next().unwrap_or(path)).exists()
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
    fn a_heading_is_no_part_of_a_file_name() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(exists(root, "Cargo.toml#x"));
        assert!(!exists(root, "Cargo.yaml"));
    }
}
