//! The module trees of the crates, and which file each path in them leads to.
//!
//! A path is followed as the compiler follows it: from `crate`, `self`, `super`, a child module, an
//! import or another crate of the table, through re-exports, to the file that declares the name.
//! What it does not see: a method called on a value whose type is named elsewhere, and code that a
//! macro makes of names it does not spell out.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{self, Module, Waiting};
use crate::failure::{Failure, Outcome};

/// Texts by their paths from the repository's root.
pub type Files = BTreeMap<String, String>;

/// The modules of every crate.
pub struct Tree {
    pub modules: Vec<Module>,
    /// The module of `lib.rs` by the crate's name in paths.
    crates: BTreeMap<String, usize>,
}

/// One file names another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    pub from: String,
    pub line: usize,
    pub to: String,
    /// The path as it is written.
    pub words: String,
    /// An import of a module as such, of nothing in it.
    pub is_module: bool,
}

/// What a path leads to: the module that declares its last name, or a module itself.
#[derive(Clone, Copy, Debug)]
struct Found {
    module: usize,
    is_module: bool,
}

/// Imports that are being followed, so that none is followed in a circle.
type Following = Vec<(usize, usize)>;

impl Tree {
    /// Reads crates: `(name in paths, source folder)`, each from its `lib.rs` and `main.rs`.
    pub fn read<'a>(files: &Files, crates: impl IntoIterator<Item = (&'a str, &'a str)>) -> Outcome<Self> {
        let mut tree = Self { modules: Vec::new(), crates: BTreeMap::new() };
        for (name, source) in crates {
            let library = format!("{source}/lib.rs");
            if !files.contains_key(&library) {
                return Err(Failure::new(format!("there is no {library}: xtask/rooms.toml names {source} as a crate")));
            }
            tree.crates.insert(name.to_owned(), tree.modules.len());
            tree.root(files, library)?;
            let program = format!("{source}/main.rs");
            if files.contains_key(&program) {
                tree.root(files, program)?;
            }
        }
        Ok(tree)
    }

    fn root(&mut self, files: &Files, file: String) -> Outcome<()> {
        let root = self.modules.len();
        self.modules.push(Module { file, root, ..Module::default() });
        let mut reading = vec![root];
        while let Some(at) = reading.pop() {
            let Some(module) = self.modules.get(at) else { continue };
            let file = module.file.clone();
            let text = files.get(&file).map_or("", String::as_str);
            for Waiting { module, line, place } in source::read(text, at, &mut self.modules)? {
                let candidates = [format!("{place}.rs"), format!("{place}/mod.rs")];
                let Some(found) = candidates.into_iter().find(|candidate| files.contains_key(candidate)) else {
                    return Err(Failure::new(format!(
                        "{file}:{line}: the module has neither {place}.rs nor {place}/mod.rs"
                    )));
                };
                if let Some(child) = self.modules.get_mut(module) {
                    child.file = found;
                }
                reading.push(module);
            }
        }
        Ok(())
    }

    /// Every file that is compiled without `test`.
    pub fn files(&self) -> BTreeSet<&str> {
        self.modules.iter().map(|module| module.file.as_str()).collect()
    }

    /// Which file names which, the first place of each; a file does not name itself.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows: BTreeMap<(String, String), Arrow> = BTreeMap::new();
        let mut add = |from: usize, line: usize, words: String, found: Vec<Found>, is_import: bool| {
            for Found { module, is_module } in found {
                let (Some(from), Some(to)) = (self.modules.get(from), self.modules.get(module)) else { continue };
                if from.file == to.file {
                    continue;
                }
                let is_module = is_module && is_import;
                let arrow =
                    Arrow { from: from.file.clone(), line, to: to.file.clone(), words: words.clone(), is_module };
                let kept = arrows.entry((arrow.from.clone(), arrow.to.clone())).or_insert_with(|| arrow.clone());
                // A name in a module tells more than the module's own.
                if (is_module, line) < (kept.is_module, kept.line) {
                    *kept = arrow;
                }
            }
        };
        for (at, module) in self.modules.iter().enumerate() {
            for (index, import) in module.imports.iter().enumerate() {
                let mut following = vec![(at, index)];
                let mut found = self.from(at, &import.path, &mut following);
                let words = import.path.join("::");
                if import.name.is_some() {
                    add(at, import.line, words, found, true);
                } else {
                    for module in found.clone() {
                        self.exports(module, &mut following, &mut found);
                    }
                    add(at, import.line, format!("{words}::*"), found, false);
                }
            }
            for mention in &module.mentions {
                let found = match mention.path.as_slice() {
                    [name] => self.macro_named(at, name),
                    path => self.from(at, path, &mut Following::new()),
                };
                add(at, mention.line, mention.path.join("::"), found, false);
            }
        }
        arrows.into_values().collect()
    }

    /// Where a path leads that stands in the module `at`.
    fn from(&self, at: usize, path: &[String], following: &mut Following) -> Vec<Found> {
        let (Some(module), Some((first, rest))) = (self.modules.get(at), path.split_first()) else { return vec![] };
        match first.as_str() {
            "crate" => self.within(module.root, rest, following),
            "self" | "super" => self.within(at, path, following),
            name => self
                .named(at, path, following)
                .or_else(|| self.crates.get(name).map(|root| self.within(*root, rest, following)))
                .unwrap_or_default(),
        }
    }

    /// Where a path leads whose first name is one of the module `at`.
    fn within(&self, at: usize, path: &[String], following: &mut Following) -> Vec<Found> {
        let Some((first, rest)) = path.split_first() else { return vec![Found { module: at, is_module: true }] };
        let Some(module) = self.modules.get(at) else { return vec![] };
        match first.as_str() {
            "self" => self.within(at, rest, following),
            "super" => module.parent.map_or_else(Vec::new, |parent| self.within(parent, rest, following)),
            name => {
                let found = self.named(at, path, following);
                let exported = || if module.root == at { self.macro_named(at, name) } else { vec![] };
                found.unwrap_or_else(|| match exported() {
                    // Nobody is seen to declare it: a variant, or what a macro makes.
                    none if none.is_empty() => vec![Found { module: at, is_module: false }],
                    found => found,
                })
            }
        }
    }

    /// Where a path leads whose first name the module `at` knows; `None` if it does not know it.
    fn named(&self, at: usize, path: &[String], following: &mut Following) -> Option<Vec<Found>> {
        let (module, (first, rest)) = (self.modules.get(at)?, path.split_first()?);
        let child = module.children.get(first);
        if let Some(child) = child.filter(|_| !rest.is_empty()) {
            return Some(self.within(*child, rest, following));
        }
        // A name may be a module and a function at once.
        let mut found: Vec<Found> = child.map(|child| Found { module: *child, is_module: true }).into_iter().collect();
        let mut is_known = child.is_some();
        for (index, import) in module.imports.iter().enumerate() {
            if import.name.as_ref() == Some(first) && !following.contains(&(at, index)) {
                following.push((at, index));
                let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
                found.extend(self.from(at, &path, following));
                following.pop();
                is_known = true;
            }
        }
        if !is_known && (module.items.contains(first) || module.macros.contains(first)) {
            found.push(Found { module: at, is_module: false });
            is_known = true;
        }
        if is_known {
            return Some(found);
        }
        module.imports.iter().enumerate().filter(|(_, import)| import.name.is_none()).find_map(|(index, glob)| {
            if following.contains(&(at, index)) {
                return None;
            }
            following.push((at, index));
            let held = self.from(at, &glob.path, following);
            let found =
                held.iter().filter(|held| held.is_module).find_map(|held| self.named(held.module, path, following));
            following.pop();
            found
        })
    }

    /// What a module passes on of other files to everybody who imports all of it.
    fn exports(&self, of: Found, following: &mut Following, found: &mut Vec<Found>) {
        let Some(module) = self.modules.get(of.module).filter(|_| of.is_module) else { return };
        for (index, import) in module.imports.iter().enumerate() {
            if !import.is_public || following.contains(&(of.module, index)) {
                continue;
            }
            following.push((of.module, index));
            let passed = self.from(of.module, &import.path, following);
            if import.name.is_none() {
                for module in passed.clone() {
                    self.exports(module, following, found);
                }
            }
            found.extend(passed);
        }
    }

    /// A macro called by its bare name: imported, or anywhere in the crate, as `#[macro_use]` and
    /// `#[macro_export]` reach.
    fn macro_named(&self, at: usize, name: &str) -> Vec<Found> {
        let root = self.modules.get(at).map(|module| module.root);
        if let Some(found) = self.named(at, &[name.to_owned()], &mut Following::new()) {
            return found;
        }
        let declares = |module: &Module| Some(module.root) == root && module.macros.contains(name);
        let module = self.modules.iter().position(declares);
        module.map(|module| Found { module, is_module: false }).into_iter().collect()
    }
}
