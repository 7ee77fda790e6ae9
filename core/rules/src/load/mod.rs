//! Compiles a city's papers (`cities/<id>/*.toml`) into its document; an error names file, field and why.
//!
//! The papers of a city: `city.toml` (itself, contacts, terms, policies), `sources.toml`, `zones.toml`, `holidays.toml`,
//! `plates.toml`, one `tariff-<day>.toml` for each list of prices, and `areas.toml` where geometry is known.

mod paper;

use crate::kernel::city::City;
use paper::{AreasPaper, CityPaper, HolidaysPaper, SourcesPaper, TariffPaper, ZonesPaper};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt;

/// What is wrong in a city's papers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoadError {
    /// Name of the file in the city's folder.
    pub file: String,
    /// Path of the field, `zones.red.limits.stay`; with the line where the text itself cannot be read.
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

/// The papers that come with this build: city id, then file name and text.
pub const EMBEDDED: &[(&str, &[(&str, &str)])] = &[(
    "belgrade",
    &[
        ("city.toml", include_str!("../../../../cities/belgrade/city.toml")),
        ("sources.toml", include_str!("../../../../cities/belgrade/sources.toml")),
        ("zones.toml", include_str!("../../../../cities/belgrade/zones.toml")),
        ("areas.toml", include_str!("../../../../cities/belgrade/areas.toml")),
        ("holidays.toml", include_str!("../../../../cities/belgrade/holidays.toml")),
        ("plates.toml", include_str!("../../../../cities/belgrade/plates.toml")),
        ("tariff-2022-01-01.toml", include_str!("../../../../cities/belgrade/tariff-2022-01-01.toml")),
        ("tariff-2023-01-04.toml", include_str!("../../../../cities/belgrade/tariff-2023-01-04.toml")),
        ("tariff-2025-02-01.toml", include_str!("../../../../cities/belgrade/tariff-2025-02-01.toml")),
    ],
)];

/// The papers of a city that come with this build; empty for an unknown id.
#[must_use]
pub fn embedded_papers(id: &str) -> BTreeMap<String, String> {
    let papers = EMBEDDED.iter().find(|(city, _)| *city == id).map(|(_, files)| *files).unwrap_or_default();
    papers.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// The compiled city that comes with this build.
///
/// # Errors
/// As [`compile`]; of an unknown id every file is missing.
pub fn embedded(id: &str) -> Result<City, Vec<LoadError>> {
    compile(&embedded_papers(id))
}

/// Compiles the papers of a city: file name in its folder to TOML text.
///
/// # Errors
/// Everything that is wrong, by file and field; never empty.
pub fn compile(files: &BTreeMap<String, String>) -> Result<City, Vec<LoadError>> {
    let mut errors = unexpected(files);
    let city: Option<CityPaper> = read(files, "city.toml", &mut errors);
    let sources: Option<SourcesPaper> = read(files, "sources.toml", &mut errors);
    let zones: Option<ZonesPaper> = read(files, "zones.toml", &mut errors);
    let holidays: Option<HolidaysPaper> = read(files, "holidays.toml", &mut errors);
    let plates = read(files, "plates.toml", &mut errors);
    let areas: Option<AreasPaper> = if files.contains_key("areas.toml") {
        read(files, "areas.toml", &mut errors)
    } else {
        Some(AreasPaper::default())
    };
    let mut tariffs: Vec<(String, TariffPaper)> = Vec::new();
    for name in files.keys().filter(|name| is_tariff(name)) {
        if let Some(tariff) = read(files, name, &mut errors) {
            tariffs.push((name.clone(), tariff));
        }
    }
    if !files.keys().any(|name| is_tariff(name)) {
        errors.push(missing("tariff-<day>.toml"));
    }
    let (Some(city), Some(sources), Some(zones), Some(holidays), Some(plates), Some(areas)) =
        (city, sources, zones, holidays, plates, areas)
    else {
        return Err(sorted(errors));
    };

    let file_of_tariff: BTreeMap<String, String> =
        tariffs.iter().map(|(file, tariff)| (tariff.id.clone(), file.clone())).collect();
    let city = paper::compose(city, sources, zones, areas, holidays, plates, tariffs, &mut errors);
    if let Err(problems) = city.check() {
        errors.extend(problems.into_iter().map(|(field, reason)| located(&field, reason, &file_of_tariff)));
    }
    if errors.is_empty() { Ok(city) } else { Err(sorted(errors)) }
}

fn is_tariff(name: &str) -> bool {
    name.starts_with("tariff-") && name.ends_with(".toml")
}

/// A misspelt paper would silently leave out what it says.
fn unexpected(files: &BTreeMap<String, String>) -> Vec<LoadError> {
    const KNOWN: &[&str] = &["city.toml", "sources.toml", "zones.toml", "areas.toml", "holidays.toml", "plates.toml"];
    let strange =
        files.keys().filter(|name| name.ends_with(".toml") && !KNOWN.contains(&name.as_str()) && !is_tariff(name));
    strange
        .map(|name| LoadError {
            file: name.clone(),
            field: "file".to_owned(),
            reason: format!("no paper has this name; known are {} and tariff-<day>.toml", KNOWN.join(", ")),
        })
        .collect()
}

fn missing(name: &str) -> LoadError {
    LoadError { file: name.to_owned(), field: "file".to_owned(), reason: "the paper is missing".to_owned() }
}

fn sorted(mut errors: Vec<LoadError>) -> Vec<LoadError> {
    errors.sort();
    errors.dedup();
    errors
}

/// A field of the document as the field of the paper that it comes from.
fn located(field: &str, reason: String, tariffs: &BTreeMap<String, String>) -> LoadError {
    let (file, field) = match field.split('.').collect::<Vec<_>>().as_slice() {
        ["zones", zone, "area", rest @ ..] => ("areas.toml", [&[*zone], rest].concat().join(".")),
        ["zones", ..] => ("zones.toml", field.to_owned()),
        ["holidays", rest @ ..] => ("holidays.toml", rest.join(".")),
        ["plates", rest @ ..] => ("plates.toml", rest.join(".")),
        ["tariffs", id, rest @ ..] => (tariffs.get(*id).map_or("tariff-<day>.toml", String::as_str), rest.join(".")),
        _ => ("city.toml", field.to_owned()),
    };
    LoadError { file: file.to_owned(), field, reason }
}

fn read<T: DeserializeOwned>(files: &BTreeMap<String, String>, name: &str, errors: &mut Vec<LoadError>) -> Option<T> {
    let Some(text) = files.get(name) else {
        errors.push(missing(name));
        return None;
    };
    match toml::from_str(text) {
        Ok(paper) => Some(paper),
        Err(error) => {
            let field = error.span().map_or_else(|| "file".to_owned(), |span| locate(text, span.start));
            errors.push(LoadError { file: name.to_owned(), field, reason: error.message().trim().replace('\n', "; ") });
            None
        }
    }
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
