//! Compiles a city's papers (`cities/<id>/*.toml`) into its document; an error names file, field and why.

use crate::city::City;
use std::collections::BTreeMap;
use std::fmt;

/// What is wrong in a city's papers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoadError {
    /// Name of the file in the city's folder.
    pub file: String,
    /// Path of the field, `zones.red.limits.limited`; the line where the file cannot be read at all.
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

/// Compiles the papers of a city: file name in its folder to TOML text.
///
/// # Errors
/// Everything that is wrong, by file and field; never empty.
pub fn compile(files: &BTreeMap<String, String>) -> Result<City, Vec<LoadError>> {
    let _ = files;
    Err(vec![LoadError { file: "city.toml".into(), field: "id".into(), reason: "the file is missing".into() }])
}

/// The papers that come with this build: city id, then file name and text.
pub const EMBEDDED: &[(&str, &[(&str, &str)])] = &[];

/// The compiled city that comes with this build.
///
/// # Errors
/// As [`compile`]; an unknown id is an error of the folder.
pub fn embedded(id: &str) -> Result<City, Vec<LoadError>> {
    let files = EMBEDDED.iter().find(|(city, _)| *city == id).map(|(_, files)| *files).unwrap_or_default();
    compile(&files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}
