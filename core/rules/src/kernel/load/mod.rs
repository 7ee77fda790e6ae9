//! Compiles a city's source files (`cities/<id>/*.toml`); an error names file, field and why.
//!
//! Here are the files that every city has and what a service needs to read its own; which services
//! there are stands in [`crate::services`]. Source files are read strictly: a field that is not
//! known is a mistake.

mod envelope;
mod time;
mod values;

pub(crate) use envelope::{KERNEL_FILES, envelope, located};
pub(crate) use values::{Amount, FactSource, Word};

use super::city::City;
use super::fact::{Fact, Known};
use super::money::{Currency, Money};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong in a city's source files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoadError {
    /// Name of the file in the city's folder.
    pub file: String,
    /// Path of the field, `zones.red.stay`; with the line where the text itself cannot be read.
    pub field: String,
    /// Why, and what would be right.
    pub reason: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.field, self.reason)
    }
}

impl std::error::Error for LoadError {}

/// What is worth saying of a city's source files that are right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoadNotice {
    /// Name of the file in the city's folder.
    pub file: String,
    /// Path of the field, or a row of it.
    pub field: String,
    pub notice: String,
}

impl fmt::Display for LoadNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.field, self.notice)
    }
}

/// Reads the source files of one city and collects what is wrong in them.
pub(crate) struct Compiler<'a> {
    files: &'a BTreeMap<String, String>,
    /// Of the city; not known when `city.toml` cannot be read.
    currency: Option<Currency>,
    pub wrong: Vec<LoadError>,
    pub notices: Vec<LoadNotice>,
}

impl<'a> Compiler<'a> {
    pub fn new(files: &'a BTreeMap<String, String>) -> Self {
        Self { files, currency: None, wrong: Vec::new(), notices: Vec::new() }
    }

    /// Says what is wrong in a field of a file.
    pub fn say(&mut self, file: &str, field: &str, reason: impl Into<String>) {
        self.wrong.push(LoadError { file: file.to_owned(), field: field.to_owned(), reason: reason.into() });
    }

    /// Says what is worth saying of a file.
    pub fn note(&mut self, file: &str, field: &str, notice: String) {
        self.notices.push(LoadNotice { file: file.to_owned(), field: field.to_owned(), notice });
    }

    /// The files in a folder of the city: name in the folder to text.
    pub fn folder(&self, folder: &str) -> BTreeMap<String, &'a str> {
        let inside = |name: &str| name.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned);
        self.files.iter().filter_map(|(name, text)| Some((inside(name)?, text.as_str()))).collect()
    }

    pub fn has(&self, file: &str) -> bool {
        self.files.contains_key(file)
    }

    /// Names of the source files, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.files.keys().map(String::as_str).filter(|name| name.ends_with(".toml"))
    }

    /// A file that must be there.
    pub fn read<T: DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        let Some(text) = self.files.get(file) else {
            self.say(file, "file", "the source file is missing");
            return None;
        };
        for (at, number) in numbers_written_otherwise(text) {
            self.say(file, &locate(text, at), format!("`{number}` is to be written in decimal digits alone"));
        }
        let mut unknown = Vec::new();
        let read = toml::Deserializer::parse(text).and_then(|toml| {
            serde_ignored::deserialize(toml, |path| unknown.push(path.to_string().replace(".?", "").replace('?', "")))
        });
        for field in unknown {
            let name = field.rsplit('.').next().unwrap_or_default();
            let reason = format!("unknown field `{name}`; docs/city-authors.md says which there are");
            self.say(file, &field, reason);
        }
        match read {
            Ok(read) => Some(read),
            Err(error) => {
                let field = error.span().map_or_else(|| "file".to_owned(), |span| locate(text, span.start));
                self.say(file, &field, error.message().trim().replace('\n', "; "));
                None
            }
        }
    }

    /// A fact that cannot be read stands as unknown; the error keeps the document from being used.
    pub fn fact<T>(&mut self, file: &str, field: &str, source: FactSource<T>) -> Fact<T> {
        source.fact().unwrap_or_else(|reason| {
            self.say(file, field, reason.clone());
            Fact::Unknown { note: reason }
        })
    }

    /// An amount in the city's currency; `None` with what is wrong about it said.
    pub fn money(&mut self, file: &str, field: &str, amount: Amount) -> Option<Money> {
        match Money::new(amount.0, self.currency?) {
            Ok(money) => Some(money),
            Err(error) => {
                self.say(file, field, error.to_string());
                None
            }
        }
    }

    pub fn price(&mut self, file: &str, field: &str, source: FactSource<Amount>) -> Fact<Money> {
        match self.fact(file, field, source) {
            Fact::Known(Known { value, certainty, source }) => match self.money(file, field, value) {
                Some(value) => Fact::Known(Known { value, certainty, source }),
                None => Fact::Unknown { note: "the amount is wrong".to_owned() },
            },
            Fact::Unknown { note } => Fact::Unknown { note },
        }
    }
}

impl City {
    /// The document as it is signed and served: canonical JSON (RFC 8785), money as text. Only
    /// coordinates are floats.
    ///
    /// # Errors
    /// When a value cannot be JSON: a coordinate that is no number.
    pub fn to_canonical_json(&self) -> Result<String, serde_json::Error> {
        let document = serde_json::to_value(self)?;
        serde_json_canonicalizer::to_string(&document)
    }
}

/// Whole numbers with `_`, a sign in front or in another base, with their offsets: TOML takes
/// them, but `80_50` beside `80.50` is easily one for the other.
fn numbers_written_otherwise(text: &str) -> Vec<(usize, &str)> {
    let Ok(root) = DeTable::parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    let mut waiting: Vec<&Spanned<DeValue<'_>>> = root.get_ref().values().collect();
    while let Some(value) = waiting.pop() {
        match value.get_ref() {
            DeValue::Table(table) => waiting.extend(table.values()),
            DeValue::Array(array) => waiting.extend(array.iter()),
            DeValue::Integer(_) | DeValue::Float(_) => {
                let number = text.get(value.span()).unwrap_or_default();
                if number.contains(|sign: char| !sign.is_ascii_digit() && !['.', '-'].contains(&sign)) {
                    found.push((value.span().start, number));
                }
            }
            DeValue::String(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
        }
    }
    found.sort_unstable();
    found
}

/// Names the place of an error in a text: the table above it, the key on its line, and the line.
fn locate(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line_number = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim();
    let table_on = |line: &str| {
        let name = line.trim().strip_prefix('[')?.trim_start_matches('[').split(']').next()?;
        // An array of an area, `[44.81, 20.46]`, is no table.
        let plain = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '-' | '.' | '"');
        (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
    };
    let table = table_on(line).or_else(|| before.lines().rev().find_map(table_on));
    let key = line.split_once('=').map(|(key, _)| key.trim()).filter(|key| !key.is_empty() && !key.contains(' '));
    let path: Vec<&str> = table.as_deref().into_iter().chain(key).collect();
    if path.is_empty() { format!("line {line_number}") } else { format!("{} (line {line_number})", path.join(".")) }
}
