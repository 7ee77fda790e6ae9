//! `cargo xtask texts`: typed accessors for Kotlin and Swift from the Fluent catalogue.
//!
//! Every language of `core/texts` has the same messages with the same variables; a message
//! becomes a function with typed parameters, so that a screen cannot name a text that is not there
//! or forget a value. The functions call the core's `render(id, args)`: the core alone knows the
//! language and the plural rules. A text that nothing names fails the command.

mod catalogue;
mod named;
mod write;

use std::collections::BTreeSet;
use std::path::Path;

use crate::failure::{About, Failure, Outcome};
use crate::repository;
use catalogue::Catalogue;

const FOLDER: &str = "core/texts";
/// What only an operator sends: no app names it.
const OF_OPERATOR: &str = "messages";
const KOTLIN: &str = "android/sdk/src/main/kotlin/city/mesto/sdk/Texts.kt";
const SWIFT: &str = "ios/Sources/MestoKit/Texts.swift";

#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Options {
    /// Fail where a generated file is not current, and write nothing
    #[arg(long)]
    pub check: bool,
}

pub fn run(options: Options) -> Outcome<()> {
    let root = repository::root()?;
    let mut catalogue = read(&root)?;
    all_are_shown(&root, &catalogue)?;
    // The core writes an error's text from its code and parameters; a screen never names one.
    catalogue.messages.retain(|id, _| !id.starts_with("error-"));
    for (path, text) in [(KOTLIN, write::kotlin(&catalogue)), (SWIFT, write::swift(&catalogue))] {
        let file = root.join(path);
        if std::fs::read_to_string(&file).is_ok_and(|current| current == text) {
            continue;
        }
        if options.check {
            return Err(Failure::new(format!("{path} is not current: run `cargo xtask texts` and commit it")));
        }
        std::fs::write(&file, text).about(path)?;
        say!("wrote {path}");
    }
    say!("{} texts", catalogue.messages.len());
    Ok(())
}

/// Fails with every text that no code names.
fn all_are_shown(root: &Path, catalogue: &Catalogue) -> Outcome<()> {
    let mut sources = repository::texts(root, &["rs", "py", "kt", "swift"])?;
    // These commands name texts to check them.
    sources.retain(|path, _| !path.starts_with("xtask/"));
    let ids: BTreeSet<&str> = catalogue.messages.keys().map(|id| id.split('.').next().unwrap_or(id)).collect();
    let problems = named::problems(&ids, &catalogue.quoted(), &sources);
    if problems.is_empty() { Ok(()) } else { Err(Failure::new(problems.join("\n"))) }
}

/// The texts of every service in a language; a text may quote one of another file.
fn whole(folder: &Path, language: &str) -> Outcome<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).about(folder.display())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "ftl") {
            let text = std::fs::read_to_string(&path).about(path.display())?;
            let service = path.file_stem().unwrap_or_default().to_string_lossy();
            catalogue::check(&format!("{language}/{service}"), &text)?;
            texts.push(text);
        }
    }
    Ok(texts.join("\n"))
}

/// The catalogue that all languages agree on.
fn read(root: &Path) -> Outcome<Catalogue> {
    let mut languages = Vec::new();
    for entry in std::fs::read_dir(root.join(FOLDER)).about(FOLDER)? {
        let path = entry?.path();
        let language = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let whole = if path.is_dir() && language != OF_OPERATOR { whole(&path, &language)? } else { String::new() };
        if !whole.is_empty() {
            languages.push(catalogue::parse(&language, &whole)?);
        }
    }
    languages.sort_by(|a, b| a.language.cmp(&b.language));
    catalogue::agree(languages)
}
