//! A type of the core that crosses as a record of the bindings: the languages know the record
//! alone.

use std::error::Error;
use std::fs;
use std::path::Path;

use uniffi_meta::{CustomTypeMetadata, Metadata, Type};

fn record_of(custom: &CustomTypeMetadata) -> Option<&str> {
    match &custom.builtin {
        Type::Record { name, .. } | Type::Enum { name, .. } => Some(name),
        _ => None,
    }
}

/// Whether a type crosses as a record.
pub fn is_alias(custom: &CustomTypeMetadata) -> bool {
    record_of(custom).is_some()
}

/// Writes the record's name in the place of the core's type, in every generated file, and drops the
/// alias.
///
/// # Errors
/// When a file cannot be read or written.
pub fn replace(folder: &Path, metadata: &[Metadata]) -> Result<(), Box<dyn Error>> {
    let aliases: Vec<(&str, &str)> = metadata
        .iter()
        .filter_map(|item| match item {
            Metadata::CustomType(one) => record_of(one).map(|name| (one.name.as_str(), name)),
            _ => None,
        })
        .collect();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            replace(&path, metadata)?;
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let mut out = String::with_capacity(text.len());
        for line in text.lines() {
            let named = aliases.iter().fold(line.to_owned(), |line, (from, to)| word(&line, from, to));
            let (left, right) = named.split_once(" = ").unwrap_or_default();
            // `public typealias A = A`, `A = A`
            let is_of_itself = left.rsplit(' ').next().is_some_and(|name| name.trim_matches('`') == right);
            if !is_of_itself || !aliases.iter().any(|(_, to)| *to == right) {
                out.push_str(&named);
                out.push('\n');
            }
        }
        fs::write(path, out)?;
    }
    Ok(())
}

/// The line with another word in the place of one that stands alone.
fn word(line: &str, from: &str, to: &str) -> String {
    let is_part = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
    let (mut out, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once(from) {
        let stands_alone = !is_part(before.chars().next_back()) && !is_part(after.chars().next());
        out.push_str(before);
        out.push_str(if stands_alone { to } else { from });
        rest = after;
    }
    out.push_str(rest);
    out
}
