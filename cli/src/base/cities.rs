//! City documents: the ones built in, a folder of them, `mesto city check` and `mesto city show`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use mesto_rules::City;
use mesto_rules::load::{self, LoadError};
use serde_json::Value;

use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::service::{Commands, OfCity, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    city: OfCity {
        check: None,
        pages: &[("Whom to ask", "/contacts"), ("Terms", "/terms"), ("Cards", "/sections/wallet/card")],
    },
    ..Service::named("cities")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// City documents.
    City {
        #[command(subcommand)]
        command: CityCommand,
    },
}

#[derive(Debug, Subcommand)]
enum CityCommand {
    /// Check a city's folder: every mistake with its file, field and reason.
    Check {
        /// cities/belgrade
        folder: PathBuf,
    },
    /// Show what a city says beside its prices: whom to ask, the terms, how far each value is
    /// certain and where it was read.
    Show {
        /// cities/belgrade
        folder: PathBuf,
    },
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::City { command: CityCommand::Check { folder } } => check(&folder, call),
            Self::City { command: CityCommand::Show { folder } } => show(&folder, call),
        }
    }
}

/// The city of the demo.
///
/// # Errors
/// As [`built_in`].
pub fn belgrade() -> Outcome<City> {
    built_in("belgrade")
}

/// A city that comes with this program.
///
/// # Errors
/// When there is none of this name, or its document is not right (a test of the rules keeps each
/// right).
pub fn built_in(id: &str) -> Outcome<City> {
    if load::embedded_files(id).is_empty() {
        let known = load::embedded_ids().collect::<Vec<_>>().join(" and ");
        return Err(CliError::new(Exit::Input, "city_unknown", format!("no city built in is called {id}"))
            .advise(format!("Those built in are {known}; --cities takes a folder of your own.")));
    }
    load::embedded(id).map_err(|errors| mistakes(id, &errors))
}

/// The source files in a city's folder: file name to text. Of a folder in it, a feed, the files
/// that say what rides cost.
fn source_files(folder: &Path) -> Outcome<BTreeMap<String, String>> {
    let unreadable = |why: std::io::Error| {
        CliError::new(Exit::Input, "city_unreadable", format!("{} cannot be read: {why}", folder.display()))
            .advise("Give the folder that holds the city's city.toml, such as cities/belgrade.")
    };
    let text = |path: &Path| {
        std::fs::read_to_string(path).map_err(|why| {
            CliError::new(Exit::Input, "city_unreadable", format!("{} cannot be read: {why}", path.display()))
                .advise("Save it as text in UTF-8, readable to you.")
        })
    };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_file() && path.extension().is_some_and(|ending| ending == "toml") {
            files.insert(name, text(&path)?);
        } else if path.is_dir() {
            let inside = load::FOLDER_FILES.iter().map(|file| (format!("{name}/{file}"), path.join(file)));
            for (name, path) in inside.filter(|(_, path)| path.is_file()) {
                files.insert(name, text(&path)?);
            }
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

/// The cities an operator serves: each folder inside the one that is given, or one built in.
///
/// # Errors
/// As [`from_folder`] and [`built_in`], or when there is none.
pub fn served(store: &StoreArgs) -> Outcome<Vec<City>> {
    let Some(folder) = store.cities.as_deref() else { return Ok(vec![built_in(&store.built_in)?]) };
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

/// Every mistake in a city's folder, or that it is right and what is in it.
fn check(folder: &Path, call: Call) -> Outcome<()> {
    let compiled = load::compile_noting(&source_files(folder)?);
    let (city, notices) = compiled.map_err(|errors| mistakes(&folder.display().to_string(), &errors))?;
    let document = serde_json::to_value(&city)
        .map_err(|why| CliError::new(Exit::Input, "city_wrong", format!("it cannot be written: {why}")))?;
    let told: Vec<Value> = notices
        .iter()
        .map(|it| serde_json::json!({ "file": it.file, "field": it.field, "notice": it.notice }))
        .collect();
    let answer = serde_json::json!({
        "city": city.id.as_str(), "version": city.version, "document": document, "notices": told,
    });
    call.say(&answer, || {
        let right = format!("{} (version {}) is right.", city.name.get("en"), city.version);
        let sections: Vec<&str> = city.sections.services().collect();
        let mut said = format!(
            "{}\nClock {} until {}; in force until {}.\nServices: {}.\n",
            call.style.paint(Tone::Good, &right),
            city.sections.time.zone(),
            city.sections.time.until(),
            city.outdated_from,
            sections.join(", "),
        );
        let checks = call.services.all().filter_map(|service| service.city.check);
        for part in checks.filter_map(|check| check(&city)) {
            said.push_str(&format!("\n{part}\n"));
        }
        for notice in &notices {
            said.push_str(&format!("{notice}\n"));
        }
        said
    });
    Ok(())
}

fn show(folder: &Path, call: Call) -> Outcome<()> {
    let city = from_folder(folder)?;
    call.say(&city, || page(&city, call));
    Ok(())
}

/// What a city says for people to read: whom to ask, the terms, how things are paid, and of each
/// value how far it is certain and where it was read.
fn page(city: &City, call: Call) -> String {
    let document: Value = serde_json::to_value(city).unwrap_or_default();
    let mut page = String::new();
    for (title, place) in call.services.all().flat_map(|service| service.city.pages) {
        let mut rows = Vec::new();
        if let Some(section) = document.pointer(place) {
            plain(section, "", &mut rows);
        }
        page.push_str(&format!("{}\n{}\n", call.style.paint(Tone::Good, title), table(&["what", "value"], &rows)));
    }
    let mut facts = Vec::new();
    certainty(&document, "", &mut facts);
    page.push_str(&table(&["value", "certainty", "source, or why it is unknown"], &facts));
    let sources: Vec<Vec<String>> = city
        .sources
        .iter()
        .map(|(id, source)| vec![id.to_string(), source.title.clone(), source.url.clone().unwrap_or_default()])
        .collect();
    format!("{page}\n{}", table(&["source", "title", "address"], &sources))
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// What a part of an object or a list is called: a list's by its id where it has one.
fn named(value: &Value, index: usize) -> String {
    value.get("id").and_then(Value::as_str).map_or_else(|| index.to_string(), str::to_owned)
}

/// Every value of a section by its path; of facts what is known.
fn plain(value: &Value, path: &str, rows: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(fields) if fields.contains_key("known") || fields.contains_key("unknown") => {
            if let Some(value) = value.pointer("/known/value") {
                plain(value, path, rows);
            }
        }
        Value::Object(fields) => match (fields.get("amount"), fields.get("currency")) {
            (Some(Value::String(amount)), Some(Value::String(currency))) => {
                rows.push(vec![path.to_owned(), format!("{amount} {currency}")]);
            }
            _ => fields.iter().for_each(|(name, field)| plain(field, &below(path, name), rows)),
        },
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            rows.push(vec![path.to_owned(), texts.join(", ")]);
        }
        Value::Array(items) => {
            let named = items.iter().enumerate().map(|(index, item)| (named(item, index), item));
            named.for_each(|(name, item)| plain(item, &below(path, &name), rows));
        }
        Value::String(text) => rows.push(vec![path.to_owned(), text.clone()]),
        other => rows.push(vec![path.to_owned(), other.to_string()]),
    }
}

/// Of every fact its path, how far it is certain, and where it was read or why it is unknown.
fn certainty(value: &Value, path: &str, rows: &mut Vec<Vec<String>>) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    match value {
        Value::Object(fields) => {
            if let Some(known) = fields.get("known") {
                rows.push(vec![path.to_owned(), text(known.get("certainty")), text(known.get("source"))]);
            } else if let Some(unknown) = fields.get("unknown") {
                rows.push(vec![path.to_owned(), "unknown".to_owned(), text(unknown.get("note"))]);
            } else {
                if let Some(source) = fields.get("source").and_then(Value::as_str) {
                    rows.push(vec![path.to_owned(), text(fields.get("certainty")), source.to_owned()]);
                }
                fields.iter().for_each(|(name, field)| certainty(field, &below(path, name), rows));
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| certainty(item, &below(path, &named(item, index)), rows));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
