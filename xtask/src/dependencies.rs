//! `cargo xtask dependencies`: bans, licences and sources of every crate in the lock, by
//! `deny.toml`; and that `docs/dependencies.md` says of each library that the workspace names what
//! it is for.
//!
//! `deny.toml` is written in cargo-deny's format and can be used with it. The check itself is here,
//! because building cargo-deny takes longer than all other checks together and these three need
//! nothing but `cargo metadata`.

mod licence;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::failure::{About, Failure, Outcome};
use crate::test::cargo;
use crate::{process, repository};

const PAGE: &str = "docs/dependencies.md";

#[derive(Debug, Deserialize)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
    allow_git: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// `registry+https://...` or `git+https://...`; none for the crates of this repository.
    source: Option<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    workspace: Workspace,
}

#[derive(Debug, Deserialize)]
struct Workspace {
    dependencies: BTreeMap<String, toml::Value>,
}

/// Fails with every crate that the policy does not allow.
pub fn check() -> Outcome<()> {
    let root = repository::root()?;
    let policy: Policy =
        toml::from_str(&std::fs::read_to_string(root.join("deny.toml")).about("deny.toml")?).about("deny.toml")?;
    let metadata = process::output(cargo()?.args(["metadata", "--locked", "--format-version", "1"]))?;
    let metadata: Metadata = serde_json::from_str(&metadata).about("cargo metadata")?;
    let mut problems = problems(&policy, &metadata.packages);
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).about("Cargo.toml")?;
    let page = std::fs::read_to_string(root.join(PAGE)).about(PAGE)?;
    problems.extend(unexplained(&manifest, &page, &metadata.packages)?);
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("\n")));
    }
    let foreign = metadata.packages.iter().filter(|package| package.source.is_some()).count();
    say!("{foreign} crates: licences, sources and bans hold");
    for (name, versions) in doubled(&metadata.packages) {
        say!("  {name} is there in {} versions: {}", versions.len(), versions.join(", "));
    }
    Ok(())
}

fn problems(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let mut problems = Vec::new();
    for package in packages {
        let title = format!("{} {}", package.name, package.version);
        if let Some(ban) = policy.bans.deny.iter().find(|ban| ban.name == package.name) {
            problems.push(format!("{title} is banned: {}", ban.reason));
        }
        match package.license.as_deref().map(|text| (text, licence::is_allowed(text, &policy.licenses.allow))) {
            Some((_, Ok(true))) => {}
            Some((text, Ok(false))) => problems.push(format!("{title}: the licence {text} is not in deny.toml")),
            Some((text, Err(why))) => problems.push(format!("{title}: the licence {text} cannot be read: {why}")),
            None => problems.push(format!("{title} names no licence")),
        }
        if let Some(source) = &package.source
            && !source_is_allowed(&policy.sources, source)
        {
            problems.push(format!("{title} comes from {source}, which deny.toml does not allow"));
        }
    }
    problems
}

/// Libraries of the workspace that no crate of it uses or the page does not name, and names of the
/// page that are gone or stand there twice.
fn unexplained(manifest: &str, page: &str, packages: &[Package]) -> Outcome<Vec<String>> {
    let manifest: Manifest = toml::from_str(manifest).about("Cargo.toml")?;
    let own = |value: &toml::Value| value.get("path").is_some();
    let libraries: Vec<&str> = manifest
        .workspace
        .dependencies
        .iter()
        .filter(|(_, value)| !own(value))
        .map(|(name, _)| name.as_str())
        .collect();
    // The first cell of a row names one or several libraries: | `serde`, `serde_json` | ...
    let named: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next())
        .flat_map(|cell| cell.split(',').map(|name| name.trim().trim_matches('`')))
        .collect();
    let is_used = |name: &str| {
        let own = packages.iter().filter(|package| package.source.is_none());
        own.flat_map(|package| &package.dependencies).any(|dependency| dependency.name == name)
    };
    let mut problems = Vec::new();
    for name in &libraries {
        if !named.contains(name) {
            problems.push(format!("{PAGE} does not say what `{name}` is for"));
        }
        if !is_used(name) {
            problems.push(format!("Cargo.toml names `{name}`, which no crate uses"));
        }
    }
    for (index, name) in named.iter().enumerate() {
        if !libraries.contains(name) {
            problems.push(format!("{PAGE} names `{name}`, which Cargo.toml does not have"));
        }
        if named.iter().take(index).any(|before| before == name) {
            problems.push(format!("{PAGE} says twice what `{name}` is for"));
        }
    }
    Ok(problems)
}

fn source_is_allowed(sources: &Sources, source: &str) -> bool {
    match source.split_once('+') {
        Some(("registry" | "sparse", address)) => sources.allow_registry.iter().any(|allowed| allowed == address),
        Some(("git", address)) => {
            let repository = address.split(['?', '#']).next();
            sources.allow_git.iter().any(|allowed| Some(allowed.as_str()) == repository)
        }
        _ => false,
    }
}

/// Crates that are compiled in several versions: each costs build time and size.
fn doubled(packages: &[Package]) -> Vec<(&str, Vec<&str>)> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    versions.into_iter().filter(|(_, versions)| versions.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

    fn policy() -> Policy {
        Policy {
            licenses: Licenses { allow: vec!["MIT".into()] },
            bans: Bans { deny: vec![Ban { name: "openssl".into(), reason: "rustls is used".into() }] },
            sources: Sources {
                allow_registry: vec!["https://github.com/rust-lang/crates.io-index".into()],
                allow_git: vec![],
            },
        }
    }

    fn package(name: &str, license: Option<&str>, source: Option<&str>) -> Package {
        Package {
            name: name.into(),
            version: "1.0.0".into(),
            license: license.map(str::to_owned),
            source: source.map(str::to_owned),
            dependencies: vec![],
        }
    }

    #[test]
    fn a_crate_that_the_policy_allows_passes() {
        assert!(problems(&policy(), &[package("a", Some("MIT OR GPL-3.0"), Some(REGISTRY))]).is_empty());
        assert!(problems(&policy(), &[package("mesto-x", Some("MIT"), None)]).is_empty());
    }

    #[test]
    fn licences_bans_and_sources_each_fail_by_themselves() {
        for (refused, why) in [
            (package("a", Some("GPL-3.0"), Some(REGISTRY)), "a 1.0.0: the licence GPL-3.0 is not in deny.toml"),
            (package("a", None, Some(REGISTRY)), "a 1.0.0 names no licence"),
            (package("openssl", Some("MIT"), Some(REGISTRY)), "openssl 1.0.0 is banned: rustls is used"),
            (
                package("a", Some("MIT"), Some("git+https://example.org/a?rev=1#1")),
                "a 1.0.0 comes from git+https://example.org/a?rev=1#1, which deny.toml does not allow",
            ),
            (
                package("a", Some("MIT"), Some("registry+https://example.org")),
                "a 1.0.0 comes from registry+https://example.org, which deny.toml does not allow",
            ),
        ] {
            assert_eq!(problems(&policy(), &[refused]), [why]);
        }
    }

    #[test]
    fn the_page_and_the_workspace_name_the_same_libraries() {
        let manifest =
            "[workspace.dependencies]\nserde = \"1\"\nserde_json = \"1\"\nmesto-rules = { path = \"core/rules\" }";
        let page = "| library | what for |\n| `serde`, `serde_json` | wire |";
        let mut own = package("mesto-x", Some("MIT"), None);
        own.dependencies = ["serde", "serde_json"].map(|name| Dependency { name: name.to_owned() }).into();
        let packages = [own];
        assert!(unexplained(manifest, page, &packages).is_ok_and(|problems| problems.is_empty()));
        let found = unexplained(manifest, "| `serde`, `gone` | wire |", &packages).unwrap_or_default();
        assert_eq!(
            found,
            [
                "docs/dependencies.md does not say what `serde_json` is for",
                "docs/dependencies.md names `gone`, which Cargo.toml does not have"
            ]
        );
        let twice = format!("{page}\n| `serde` | the standard |");
        let found = unexplained(manifest, &twice, &packages).unwrap_or_default();
        assert_eq!(found, ["docs/dependencies.md says twice what `serde` is for"]);
        let found = unexplained(manifest, page, &[]).unwrap_or_default();
        assert_eq!(found.len(), 2, "neither is used");
    }

    #[test]
    fn doubled_versions_are_told() {
        let mut newer = package("a", Some("MIT"), None);
        newer.version = "2.0.0".into();
        let packages = [package("a", Some("MIT"), None), newer, package("b", Some("MIT"), None)];
        assert_eq!(doubled(&packages), [("a", vec!["1.0.0", "2.0.0"])]);
    }
}
