//! `cargo xtask rooms`: kernel, base services and services of each crate name each other in one
//! direction only.
//!
//! `xtask/rooms.toml` says which crates have rooms, where they lie, and which service may name
//! which. The check follows every path of the Rust sources to the file that declares the name (see
//! [`tree`]) and fails with file, line and path on an arrow against the direction, on a file in no
//! room, and on rooms that name each other in a circle.

mod circles;
mod source;
pub mod table;
pub mod tree;

use std::collections::{BTreeMap, BTreeSet};

use crate::failure::{Failure, Outcome};
use crate::repository;
use circles::{Graph, circles};
use table::{Crate, FILE, Room, Table};
use tree::{Arrow, Files, Tree};

pub fn check() -> Outcome<()> {
    let root = repository::root()?;
    let table = Table::load(&root)?;
    let files = repository::texts(&root, &["rs"])?;
    let (told, problems) = examine(&table, &files)?;
    for line in told {
        say!("{line}");
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::new(problems.join("\n"))) }
}

/// One line for each crate, and what is wrong.
fn examine(table: &Table, files: &Files) -> Outcome<(Vec<String>, Vec<String>)> {
    let tree = Tree::read(files, table.crates.iter().map(|of| (of.name.as_str(), of.source.as_str())))?;
    let arrows = tree.arrows();
    let (mut told, mut problems) = (Vec::new(), Vec::new());
    let mut used = BTreeSet::new();
    for of in &table.crates {
        if !of.rooms {
            told.push(format!("{}: no rooms yet", of.name));
            continue;
        }
        let missing = table.missing(of, files);
        if !missing.is_empty() {
            problems.extend(missing);
            continue;
        }
        let own: BTreeSet<&str> = tree.files().into_iter().filter(|file| of.inside(file).is_some()).collect();
        let rooms: BTreeMap<&str, Room> = own.iter().filter_map(|file| Some((*file, table.room(of, file)?))).collect();
        for file in own.iter().filter(|file| !rooms.contains_key(**file)) {
            problems.push(format!(
                "{file} lies in no room: move it into the kernel, a base service or a service, or list it in {FILE}"
            ));
        }
        let mut allowed = Vec::new();
        for arrow in &arrows {
            let Some(from) = rooms.get(arrow.from.as_str()) else { continue };
            let Some(to_crate) = table.crate_of(&arrow.to).filter(|to| to.rooms) else { continue };
            let Some(to) = table.room(to_crate, &arrow.to) else { continue };
            if let (Room::Service(from), Room::Service(to)) = (from, &to) {
                used.insert((from.clone(), to.clone()));
            }
            match against(table, from, &to, arrow, of.name == to_crate.name) {
                None => allowed.push(arrow),
                Some(why) => problems.push(format!(
                    "{}:{}: {from} -> {to} ({}) by `{}`: {why}",
                    arrow.from, arrow.line, arrow.to, arrow.words
                )),
            }
        }
        problems.extend(in_circles(table, of, &rooms, &allowed));
        let count = rooms.values().filter(|room| **room != Room::Composition).collect::<BTreeSet<_>>().len();
        told.push(format!("{}: {} files in {count} rooms", of.name, own.len()));
    }
    // Which permission is needed is known when the service's crates have rooms and nothing else is
    // wrong.
    if problems.is_empty() {
        for service in table.services.iter().filter(|service| table.has_rooms(service)) {
            for name in service.uses.iter().filter(|name| !used.contains(&(service.name.clone(), (*name).clone()))) {
                problems.push(format!("{FILE}: {} may use {name} and does not: remove it", service.name));
            }
        }
    }
    Ok((told, problems))
}

/// Why an arrow from one room to another is not allowed.
fn against(table: &Table, from: &Room, to: &Room, arrow: &Arrow, is_own: bool) -> Option<String> {
    match (from, to) {
        (Room::Composition, _) => None,
        // What another crate declares at its root is its face. A module as such says nothing: what
        // is named in it does.
        (_, Room::Composition) if !is_own || arrow.is_module => None,
        (_, Room::Composition) => {
            Some("composition names the rooms, no room names it; move what it needs into the kernel".to_owned())
        }
        (Room::Kernel, Room::Base(_) | Room::Service(_)) => {
            Some("arrows go service -> base -> kernel, and the kernel names nobody".to_owned())
        }
        (Room::Base(_), Room::Service(_)) => {
            Some("arrows go service -> base -> kernel, and a base service names no service".to_owned())
        }
        (Room::Service(from), Room::Service(to)) if from != to => {
            let is_listed = table.service(from).is_some_and(|service| service.uses.contains(to));
            (!is_listed).then(|| format!("{FILE} does not list that {from} uses {to}"))
        }
        (Room::Kernel | Room::Base(_) | Room::Service(_), _) => None,
    }
}

/// Files, and rooms, that name each other in a circle which crosses rooms. An arrow against the
/// direction is told already and closes none.
fn in_circles(table: &Table, of: &Crate, rooms: &BTreeMap<&str, Room>, arrows: &[&Arrow]) -> Vec<String> {
    let mut by_file: Graph<&str> = Graph::new();
    let mut by_room: Graph<&Room> = Graph::new();
    // The first arrow from one room to another.
    let mut between: BTreeMap<(&Room, &Room), &Arrow> = BTreeMap::new();
    let mut within: BTreeMap<(&str, &str), &Arrow> = BTreeMap::new();
    for arrow in arrows {
        let (from, to) = (arrow.from.as_str(), arrow.to.as_str());
        let (Some(left), Some(right)) = (rooms.get(from), rooms.get(to)) else { continue };
        if *left == Room::Composition || *right == Room::Composition {
            continue;
        }
        by_file.entry(from).or_default().insert(to);
        within.insert((from, to), arrow);
        if left != right {
            by_room.entry(left).or_default().insert(right);
            between.entry((left, right)).or_insert(arrow);
        }
    }
    let shown = |arrow: Option<&&Arrow>| {
        arrow.map_or_else(String::new, |arrow| {
            format!("\n  {}:{} -> {} by `{}`", arrow.from, arrow.line, arrow.to, arrow.words)
        })
    };
    let mut problems = Vec::new();
    let mut told: Vec<BTreeSet<&Room>> = Vec::new();
    for circle in circles(&by_file, |from, to| rooms.get(from) != rooms.get(to)) {
        told.push(circle.iter().filter_map(|file| rooms.get(file)).collect());
        let steps: String = pairs(&circle).map(|step| shown(within.get(&step))).collect();
        problems.push(format!("{}: files of different rooms name each other in a circle:{steps}", of.name));
    }
    for circle in circles(&by_room, |_, _| true) {
        let names: BTreeSet<String> = circle.iter().map(|room| room.to_string()).collect();
        let is_permitted = table.circles.iter().any(|permitted| {
            permitted.of == of.name && permitted.rooms.iter().cloned().collect::<BTreeSet<_>>() == names
        });
        let is_told = told.iter().any(|rooms| circle.iter().all(|room| rooms.contains(room)));
        if !is_permitted && !is_told {
            let steps: String = pairs(&circle).map(|step| shown(between.get(&step))).collect();
            problems.push(format!("{}: rooms name each other in a circle:{steps}", of.name));
        }
    }
    problems
}

/// Each place of a circle with the one after it.
fn pairs<P: Copy>(circle: &[P]) -> impl Iterator<Item = (P, P)> {
    circle.iter().copied().zip(circle.iter().copied().cycle().skip(1))
}

#[cfg(test)]
mod tests;
