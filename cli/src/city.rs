//! City documents: the ones built in, a folder of them, and `mesto city check`.

use std::collections::BTreeMap;
use std::path::Path;

use mesto_rules::load::{self, LoadError};
use mesto_rules::{City, ParkingSection};

use crate::failure::{CliError, Exit, Outcome};
use crate::output::{Style, Tone, table};

/// The city of the demo and the testbed.
///
/// # Errors
/// When the document built in is not right (a test of the rules keeps it right).
pub fn belgrade() -> Outcome<City> {
    load::embedded("belgrade").map_err(|errors| mistakes("belgrade", &errors))
}

/// The source files in a city's folder: file name to text.
fn source_files(folder: &Path) -> Outcome<BTreeMap<String, String>> {
    let unreadable = |why: std::io::Error| {
        CliError::new(Exit::Input, "city_unreadable", format!("{} cannot be read: {why}", folder.display()))
            .advise("Give the folder that holds the city's city.toml, such as cities/belgrade.")
    };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_file() && path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|why| {
                CliError::new(Exit::Input, "city_unreadable", format!("{} cannot be read: {why}", path.display()))
                    .advise("Save it as text in UTF-8, readable to you.")
            })?;
            files.insert(name, text);
        }
    }
    Ok(files)
}

/// Loads the city in a folder.
///
/// # Errors
/// Every mistake in it.
pub fn from_folder(folder: &Path) -> Outcome<City> {
    load::compile(&source_files(folder)?).map_err(|errors| mistakes(&folder.display().to_string(), &errors))
}

/// The cities an operator serves: each folder inside `folder`, or the ones built in.
///
/// # Errors
/// As [`from_folder`], or when there is none.
pub fn served(folder: Option<&Path>) -> Outcome<Vec<City>> {
    let Some(folder) = folder else { return Ok(vec![belgrade()?]) };
    let unreadable = |why: std::io::Error| {
        CliError::new(Exit::Input, "cities_unreadable", format!("{} cannot be read: {why}", folder.display()))
            .advise("Give the folder that holds one folder per city, such as cities.")
    };
    let mut folders: Vec<_> = std::fs::read_dir(folder)
        .map_err(unreadable)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("city.toml").is_file())
        .collect();
    folders.sort();
    if folders.is_empty() {
        return Err(CliError::new(
            Exit::Input,
            "no_city",
            format!("no folder in {} holds a city.toml", folder.display()),
        )
        .advise("Give the folder that holds one folder per city, such as cities."));
    }
    folders.iter().map(|folder| from_folder(folder)).collect()
}

fn mistakes(what: &str, errors: &[LoadError]) -> CliError {
    let lines: Vec<String> =
        errors.iter().map(|error| format!("  {}: {}: {}", error.file, error.field, error.reason)).collect();
    let count = match errors.len() {
        1 => "1 mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    CliError::new(Exit::Input, "city_wrong", format!("{what} has {count}:\n{}", lines.join("\n")))
        .advise("Nothing is served from it until each is right; an unknown value is written as `unknown`.")
}

/// `mesto city check`.
///
/// # Errors
/// Every mistake, with its file, field and reason.
pub fn check(folder: &Path, style: Style) -> Outcome<()> {
    let city = from_folder(folder)?;
    if style.json {
        let document = serde_json::to_value(&city)
            .map_err(|why| CliError::new(Exit::Input, "city_wrong", format!("it cannot be written: {why}")))?;
        say!("{}", serde_json::json!({ "city": city.id.as_str(), "version": city.version, "document": document }));
        return Ok(());
    }
    say!("{}", style.paint(Tone::Good, &format!("{} (version {}) is right.", city.name.get("en"), city.version)));
    let sections: Vec<&str> = city.sections.services().collect();
    say!(
        "Clock {} until {}; in force until {}.",
        city.sections.time.zone(),
        city.sections.time.until(),
        city.valid_until
    );
    say!("Services: {}.", sections.join(", "));
    let Ok(parking) = city.section::<ParkingSection>() else { return Ok(()) };
    let rows: Vec<Vec<String>> = parking
        .zones
        .iter()
        .map(|zone| {
            vec![
                zone.id.to_string(),
                zone.name.get("en").to_owned(),
                zone.sign_codes.join(" "),
                zone.max_stay_minutes().map_or_else(|| "–".to_owned(), |minutes| minutes.to_string()),
            ]
        })
        .collect();
    say!();
    crate::output::write(&table(&["zone", "name", "signs", ">max stay, min"], &rows));
    say!(
        "\n{} price lists: {}",
        parking.tariffs.len(),
        parking.tariffs.iter().map(|tariff| tariff.id.as_str()).collect::<Vec<_>>().join(", ")
    );
    Ok(())
}
