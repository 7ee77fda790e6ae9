//! `xtask/rooms.toml`: the crates with their rooms, and the services with what they may name.

use std::fmt;
use std::path::Path;

use serde::Deserialize;

use super::tree::Files;
use crate::failure::{About, Failure, Outcome};

pub const FILE: &str = "xtask/rooms.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub screens: Vec<String>,
    pub crates: Vec<Crate>,
    pub services: Vec<Service>,
    #[serde(default)]
    pub circles: Vec<Circle>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crate {
    pub name: String,
    pub source: String,
    pub rooms: bool,
    pub kernel: String,
    pub base: Option<String>,
    pub services: String,
    pub composition: Vec<String>,
    #[serde(default)]
    pub seen_by_apps: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub name: String,
    pub crates: Vec<String>,
    pub uses: Vec<String>,
    pub at_most: usize,
    pub screens_at_most: usize,
    /// Names of its things: ids, tables, texts.
    pub things: Vec<String>,
    pub things_at_most: usize,
    pub why: String,
}

/// A circle between rooms of a crate that is permitted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    #[serde(rename = "crate")]
    pub of: String,
    pub rooms: Vec<String>,
    pub why: String,
}

/// A part of a crate whose files belong together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    Kernel,
    Base(String),
    Service(String),
    /// Puts the others together: it may name everybody.
    Composition,
}

impl fmt::Display for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kernel => out.write_str("kernel"),
            Self::Base(name) => write!(out, "base {name}"),
            Self::Service(name) => write!(out, "service {name}"),
            Self::Composition => out.write_str("composition"),
        }
    }
}

impl Table {
    /// Reads the table; a name in it that means nothing is an error.
    pub fn parse(text: &str) -> Outcome<Self> {
        let table: Self = toml::from_str(text).about(FILE)?;
        let is_service = |name: &String| table.services.iter().any(|service| service.name == *name);
        let is_crate = |name: &String| table.crates.iter().any(|of| of.name == *name);
        for service in &table.services {
            if let Some(name) = service.uses.iter().find(|name| !is_service(name)) {
                return Err(Failure::new(format!("{FILE}: {} uses {name}, which is no service", service.name)));
            }
            if let Some(name) = service.crates.iter().find(|name| !is_crate(name)) {
                return Err(Failure::new(format!("{FILE}: {} lies in {name}, which is no crate here", service.name)));
            }
            if service.why.trim().is_empty() {
                return Err(Failure::new(format!("{FILE}: why at most {} for {}?", service.at_most, service.name)));
            }
        }
        for circle in &table.circles {
            if !is_crate(&circle.of) || circle.why.trim().is_empty() {
                return Err(Failure::new(format!("{FILE}: a circle needs a crate of the table and a reason")));
            }
        }
        Ok(table)
    }

    /// Reads the table of the repository.
    pub fn load(root: &Path) -> Outcome<Self> {
        Self::parse(&std::fs::read_to_string(root.join(FILE)).about(FILE)?)
    }

    /// Whether every crate in which the service lies has rooms.
    pub fn has_rooms(&self, service: &Service) -> bool {
        let has_rooms = |name: &String| self.crates.iter().any(|of| of.name == *name && of.rooms);
        !service.crates.is_empty() && service.crates.iter().all(has_rooms)
    }

    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The crate that a file belongs to.
    pub fn crate_of(&self, file: &str) -> Option<&Crate> {
        self.crates.iter().find(|of| of.inside(file).is_some())
    }

    /// The room of a file of this crate; `None` if it lies in no room.
    pub fn room(&self, of: &Crate, file: &str) -> Option<Room> {
        let inside = of.inside(file)?;
        let below = |folder: &str| match folder {
            "" => Some(inside),
            _ => inside.strip_prefix(folder)?.strip_prefix('/'),
        };
        // `garages/mod.rs`, `garages/tariff.rs` and `garages.rs` are garages.
        let first = |rest: &str| rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs").to_owned();
        let is_list = |folder: &str| {
            !folder.is_empty() && (inside == format!("{folder}.rs") || inside == format!("{folder}/mod.rs"))
        };
        let is_composition = of
            .composition
            .iter()
            .any(|listed| if listed.ends_with('/') { inside.starts_with(listed.as_str()) } else { inside == listed });
        if is_composition || of.base.as_deref().is_some_and(is_list) || is_list(&of.services) {
            return Some(Room::Composition);
        }
        if below(&of.kernel).is_some() || inside == format!("{}.rs", of.kernel) {
            return Some(Room::Kernel);
        }
        if let Some(rest) = of.base.as_deref().and_then(below) {
            return Some(Room::Base(first(rest)));
        }
        let name = first(below(&of.services)?);
        self.service(&name).map(|service| Room::Service(service.name.clone()))
    }

    /// What the table promises of a crate with rooms and its files do not have.
    pub fn missing(&self, of: &Crate, files: &Files) -> Vec<String> {
        let mut missing = Vec::new();
        let mut need = |path: &str, what: &str| {
            let place = format!("{}/{path}", of.source);
            let is_there = match place.strip_suffix('/') {
                Some(_) => files.keys().any(|file| file.starts_with(&place)),
                None if place.ends_with(".rs") => files.contains_key(&place),
                None => {
                    let folder = format!("{place}/");
                    files.contains_key(&format!("{place}.rs")) || files.keys().any(|file| file.starts_with(&folder))
                }
            };
            if !is_there {
                missing.push(format!("{place} is not there: {FILE} says that {} has {what}", of.name));
            }
        };
        need(&of.kernel, "a kernel");
        if let Some(base) = &of.base {
            need(base, "base services");
        }
        for path in &of.composition {
            need(path, "this composition file");
        }
        for service in self.services.iter().filter(|service| service.crates.contains(&of.name)) {
            let path =
                if of.services.is_empty() { service.name.clone() } else { format!("{}/{}", of.services, service.name) };
            need(&path, &format!("the service {}", service.name));
        }
        missing
    }
}

impl Crate {
    /// The path of a file below the crate's source folder.
    pub fn inside<'f>(&self, file: &'f str) -> Option<&'f str> {
        file.strip_prefix(self.source.as_str())?.strip_prefix('/')
    }
}
