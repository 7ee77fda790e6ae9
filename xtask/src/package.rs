//! `cargo xtask package`: the Debian package that an operator installs.
//!
//! Written with Debian's own tools (`dpkg-deb`, `dpkg-shlibdeps`); what it holds is in
//! `cli/debian`, man pages and completions come from the program itself.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::failure::{About, Failure, Outcome};
use crate::pages;
use crate::process;
use crate::repository;
use crate::test::cargo;

#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Options {
    /// Pack the debug build, which the tests have built already: to try the package, not to
    /// install it
    #[arg(long)]
    debug: bool,
}

pub fn run(options: Options) -> Outcome<()> {
    let package = build(options.debug)?;
    say!("{}", package.display());
    Ok(())
}

const TEMPLATE: &str = "usr/share/mesto/mesto.toml";

/// Files of `cli/debian` as they are installed.
const ASSETS: [(&str, &str, u32); 9] = [
    // `postinst` makes /etc/mesto/mesto.toml of it, the first time.
    ("mesto.toml", TEMPLATE, 0o644),
    ("mesto.service", "usr/lib/systemd/system/mesto.service", 0o644),
    ("mesto-backup.service", "usr/lib/systemd/system/mesto-backup.service", 0o644),
    ("mesto-backup.timer", "usr/lib/systemd/system/mesto-backup.timer", 0o644),
    ("mesto-doctor.service", "usr/lib/systemd/system/mesto-doctor.service", 0o644),
    ("mesto-doctor.timer", "usr/lib/systemd/system/mesto-doctor.timer", 0o644),
    ("nginx.conf", "usr/share/doc/mesto/examples/nginx.conf", 0o644),
    ("sysusers.conf", "usr/lib/sysusers.d/mesto.conf", 0o644),
    ("tmpfiles.conf", "usr/lib/tmpfiles.d/mesto.conf", 0o644),
];

/// Builds `target/package/mesto_<version>_<architecture>.deb`.
pub fn build(is_debug: bool) -> Outcome<PathBuf> {
    for (program, package) in [("dpkg-deb", "dpkg"), ("dpkg-shlibdeps", "dpkg-dev"), ("gzip", "gzip")] {
        if process::on_path(program).is_none() {
            return Err(Failure::new(format!("{program} is missing: the package is built on Debian, with {package}")));
        }
    }
    let root = repository::root()?;
    let profile = if is_debug { "dev" } else { "dist" };
    process::succeed(cargo()?.args(["build", "--locked", "-p", "mesto-cli", "--bin", "mesto", "--profile", profile]))?;
    let built = root.join("target").join(if is_debug { "debug" } else { "dist" }).join("mesto");

    let place = root.join("target/package");
    let tree = place.join("mesto");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    let program = tree.join("usr/bin/mesto");
    put_file(&built, &program, 0o755)?;
    process::succeed(Command::new("strip").args(["--strip-debug", "--remove-section=.comment"]).arg(&program))?;
    let debian = root.join("cli/debian");
    for (from, to, mode) in ASSETS {
        put_file(&debian.join(from), &tree.join(to), mode)?;
    }
    for (unit, of_instance) in OF_INSTANCES {
        let unit = fs::read_to_string(debian.join(unit))?;
        put(&tree.join("usr/lib/systemd/system").join(of_instance), &of_instances(&unit), 0o644)?;
    }
    let secrets = tree.join("etc/mesto/secrets");
    fs::create_dir_all(&secrets)?;
    fs::set_permissions(&secrets, fs::Permissions::from_mode(0o700))?;
    let cities = root.join("cities");
    for city in repository::written_files(&cities)? {
        let to = city.strip_prefix(&root).unwrap_or(&city);
        put_file(&city, &tree.join("usr/share/mesto").join(to), 0o644)?;
    }
    documents(&root, &debian, &tree, &built)?;
    let package = control(&debian, &place, &tree)?;
    Ok(package)
}

/// Units that every further instance on one machine has too.
const OF_INSTANCES: [(&str, &str); 3] = [
    ("mesto.service", "mesto@.service"),
    ("mesto-doctor.service", "mesto-doctor@.service"),
    ("mesto-doctor.timer", "mesto-doctor@.timer"),
];

/// Further instances on one machine: `mesto@2` serves by `/etc/mesto/2.toml`, and `mesto-doctor@2`
/// looks at it.
fn of_instances(unit: &str) -> String {
    unit.replace("/etc/mesto/mesto.toml", "/etc/mesto/%i.toml")
        .replace("systemctl enable --now mesto`", "systemctl enable --now mesto@2`")
        .replace("journalctl -u mesto`", "journalctl -u mesto@2`")
        .replace("mesto-doctor.timer`", "mesto-doctor@2.timer`")
        .replace("journalctl -u mesto-doctor`", "journalctl -u mesto-doctor@2`")
        .replace("mesto.service", "mesto@%i.service")
        .replace("operator of parking and transit\nDoc", "operator of parking and transit, instance %i\nDoc")
        .replace("set-up of Mesto\nDoc", "set-up of Mesto, instance %i\nDoc")
        .replace("set-up of Mesto every day", "set-up of Mesto, instance %i, every day")
}

fn documents(root: &Path, debian: &Path, tree: &Path, built: &Path) -> Outcome<()> {
    let doc = tree.join("usr/share/doc/mesto");
    put_file(&debian.join("copyright"), &doc.join("copyright"), 0o644)?;
    put(&doc.join("libraries"), &linked()?, 0o644)?;
    put_pages(root, &doc)?;
    let changelog = fs::read_to_string(debian.join("changelog"))?.replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    put(&doc.join("changelog"), &changelog, 0o644)?;
    put_file(&root.join("CHANGELOG.md"), &doc.join("CHANGELOG.md"), 0o644)?;
    zip(&[doc.join("changelog"), doc.join("CHANGELOG.md"), doc.join("libraries")])?;

    let made = tree.with_file_name("made");
    if made.exists() {
        fs::remove_dir_all(&made)?;
    }
    process::succeed(Command::new(built).arg("packaging").arg(&made))?;
    let mut pages = Vec::new();
    for entry in fs::read_dir(made.join("man"))? {
        let entry = entry?;
        let to = tree.join("usr/share/man/man1").join(entry.file_name());
        put_file(&entry.path(), &to, 0o644)?;
        pages.push(to);
    }
    zip(&pages)?;
    for (from, to) in [
        ("mesto.bash", "usr/share/bash-completion/completions/mesto"),
        ("_mesto", "usr/share/zsh/vendor-completions/_mesto"),
        ("mesto.fish", "usr/share/fish/vendor_completions.d/mesto.fish"),
    ] {
        put_file(&made.join("completions").join(from), &tree.join(to), 0o644)?;
    }
    Ok(())
}

/// Pages that an operator begins with. What they link to comes with them, and what that links to.
const PAGES: [&str; 7] = [
    "install.md",
    "guide-operators.md",
    "operator-stores.md",
    "city-authors.md",
    "command-line.md",
    "doctor.md",
    "backup.md",
];

/// Files outside `docs/` that pages link to: the link as written, and where the package has it.
const LINKED: [(&str, &str); 1] = [("../dist/alerts.yml", "examples/alerts.yml")];

/// Puts the pages into the folder of documents, with every file that one of them links to.
fn put_pages(root: &Path, doc: &Path) -> Outcome<()> {
    let docs = root.join("docs");
    let mut waiting: Vec<PathBuf> = PAGES.iter().map(PathBuf::from).collect();
    let mut put_already = BTreeSet::new();
    while let Some(page) = waiting.pop() {
        if !put_already.insert(page.clone()) {
            continue;
        }
        let (from, to) = (docs.join(&page), doc.join(&page));
        if page.extension().is_none_or(|extension| extension != "md") {
            put_file(&from, &to, 0o644)?;
            continue;
        }
        let mut text = fs::read_to_string(&from).about(from.display())?;
        let folder = page.parent().unwrap_or(Path::new(""));
        for link in pages::links(&text).into_iter().map(str::to_owned).collect::<Vec<_>>() {
            match LINKED.iter().find(|(written, _)| *written == link) {
                Some((written, place)) => {
                    put_file(&docs.join(written), &doc.join(place), 0o644)?;
                    text = text.replace(&format!("]({written})"), &format!("]({place})"));
                }
                None => waiting.push(within(folder, &link).ok_or_else(|| {
                    Failure::new(format!(
                        "{} links to {link}, outside docs/: the package has to say where it lies",
                        from.display()
                    ))
                })?),
            }
        }
        put(&to, &text, 0o644)?;
    }
    Ok(())
}

/// A link's file from the folder of all pages; nothing where it leads out of that.
fn within(folder: &Path, link: &str) -> Option<PathBuf> {
    let mut found = PathBuf::new();
    for part in folder.join(link).components() {
        match part {
            Component::Normal(name) => found.push(name),
            Component::ParentDir => found.pop().then_some(())?,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(found)
}

/// Every library in the program, with its version and its licence.
fn linked() -> Outcome<String> {
    let words = ["tree", "--locked", "-p", "mesto-cli", "-e", "normal", "--prefix", "none", "-f", "{p}  {l}"];
    let told = process::output(cargo()?.args(words))?;
    let lines = told.lines().filter(|line| !line.contains(" (/") && !line.ends_with("(*)"));
    let lines: std::collections::BTreeSet<&str> = lines.collect();
    if lines.len() < 20 {
        return Err(Failure::new(format!("cargo tells only {} libraries", lines.len())));
    }
    Ok(lines.into_iter().fold(String::new(), |text, line| text + line + "\n"))
}

/// Writes the control files and packs the tree.
fn control(debian: &Path, place: &Path, tree: &Path) -> Outcome<PathBuf> {
    let architecture = process::output(Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned();
    // `dpkg-shlibdeps` reads which package it is for.
    let source = place.join("source/debian");
    put(&source.join("control"), "Source: mesto\n\nPackage: mesto\nArchitecture: any\n", 0o644)?;
    let mut needs = Command::new("dpkg-shlibdeps");
    needs.args(["-O"]).arg(tree.join("usr/bin/mesto")).current_dir(place.join("source"));
    let needs = process::output(&mut needs)?;
    let needs = needs.trim().strip_prefix("shlibs:Depends=").unwrap_or_default().to_owned();
    if needs.is_empty() {
        return Err(Failure::new("dpkg-shlibdeps found no library that the program needs"));
    }
    let size = process::output(Command::new("du").args(["-sk"]).arg(tree))?;
    let size = size.split_whitespace().next().unwrap_or_default().to_owned();
    let text = fs::read_to_string(debian.join("control"))?
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@ARCHITECTURE@", &architecture)
        .replace("@SIZE@", &size)
        .replace("@DEPENDS@", &needs);
    let mut sums = Command::new("sh");
    sums.args(["-c", "find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum"]).current_dir(tree);
    let sums = process::output(&mut sums)?;
    let control = tree.join("DEBIAN");
    put(&control.join("control"), &text, 0o644)?;
    put(&control.join("md5sums"), &sums, 0o644)?;
    for script in ["postinst", "prerm", "postrm"] {
        put_file(&debian.join(script), &control.join(script), 0o755)?;
    }
    let package = place.join(format!("mesto_{}_{architecture}.deb", env!("CARGO_PKG_VERSION")));
    pack(tree, &package)?;
    Ok(package)
}

/// A package of the version after one that was built, whose settings have other defaults: to try
/// how one is upgraded.
pub fn next(built: &Path) -> Outcome<PathBuf> {
    let tree = built.with_file_name("mesto");
    let control = tree.join("DEBIAN/control");
    let version = format!("Version: {}", env!("CARGO_PKG_VERSION"));
    let text = fs::read_to_string(&control)?;
    put(&control, &text.replace(&version, &format!("{version}+next")), 0o644)?;
    let template = tree.join(TEMPLATE);
    let settings = fs::read_to_string(&template)?;
    put(&template, &format!("{settings}\n# Of the next version\n#connections = 17\n"), 0o644)?;
    let name = built.file_name().map(|name| name.to_string_lossy().replacen('_', "-next_", 1)).unwrap_or_default();
    let package = built.with_file_name(name);
    pack(&tree, &package)?;
    Ok(package)
}

fn pack(tree: &Path, package: &Path) -> Outcome<()> {
    let mut pack = Command::new("dpkg-deb");
    // Quick to pack and to unpack; the program is most of it.
    pack.args(["--root-owner-group", "-Zgzip", "-z6", "--build"]).arg(tree).arg(package);
    process::succeed(&mut pack)
}

fn zip(files: &[PathBuf]) -> Outcome<()> {
    process::succeed(Command::new("gzip").args(["-9n"]).args(files))
}

fn put_file(from: &Path, to: &Path, mode: u32) -> Outcome<()> {
    folder_of(to)?;
    fs::copy(from, to).about(from.display())?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).about(to.display())
}

fn put(to: &Path, text: &str, mode: u32) -> Outcome<()> {
    folder_of(to)?;
    fs::write(to, text).about(to.display())?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).about(to.display())
}

fn folder_of(file: &Path) -> Outcome<()> {
    // Folders of a package are everybody's to read, whatever the umask.
    let Some(folder) = file.parent() else { return Ok(()) };
    let mut made: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    made.reverse();
    for folder in made {
        fs::create_dir(folder).about(folder.display())?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).about(folder.display())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_of_a_page_of_the_package_leads_to_a_file_of_the_package() {
        let folder = tempfile::tempdir().unwrap();
        let root = repository::root().unwrap();
        put_pages(&root, folder.path()).unwrap();
        let mut followed = 0;
        let mut folders = vec![folder.path().to_path_buf()];
        while let Some(next) = folders.pop() {
            for file in fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()) {
                if file.is_dir() {
                    folders.push(file);
                } else if file.extension().is_some_and(|extension| extension == "md") {
                    for link in pages::links(&fs::read_to_string(&file).unwrap()) {
                        let to = next.join(link);
                        assert!(to.is_file(), "{} links to {link}", file.display());
                        assert!(
                            to.canonicalize().unwrap().starts_with(folder.path().canonicalize().unwrap()),
                            "{link}"
                        );
                        followed += 1;
                    }
                }
            }
        }
        assert!(followed > 40, "the pages are read: {followed}");
        for name in ["messages.md", "two-instances.md", "operator-network.md", "examples/alerts.yml"] {
            assert!(folder.path().join(name).is_file(), "{name}");
        }
    }

    #[test]
    fn a_link_out_of_the_pages_is_not_followed() {
        for (folder, link, file) in [
            ("", "backup.md", Some("backup.md")),
            ("adr", "../backup.md", Some("backup.md")),
            ("", "./adr/0001.md", Some("adr/0001.md")),
            ("", "../dist/alerts.yml", None),
            ("adr", "../../README.md", None),
            ("", "/etc/passwd", None),
        ] {
            assert_eq!(within(Path::new(folder), link), file.map(PathBuf::from), "{folder} {link}");
        }
    }

    const UNIT: &str = include_str!("../../cli/debian/mesto.service");

    #[test]
    fn a_further_instance_differs_by_its_file_alone() {
        let further = of_instances(UNIT);
        assert!(further.contains("--config /etc/mesto/%i.toml ") && further.contains("instance %i\n"));
        assert!(!further.contains("/etc/mesto/mesto.toml serve"));
        let settings = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.starts_with('#') && line.contains('='));
            lines
                .filter(|line| !line.starts_with("ExecStart") && !line.starts_with("Description"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(settings(&further), settings(UNIT));
    }

    #[test]
    fn the_doctor_of_a_further_instance_looks_at_its_file() {
        let further = of_instances(include_str!("../../cli/debian/mesto-doctor.service"));
        assert!(further.contains("doctor --config /etc/mesto/%i.toml --backups /var/backups/mesto "), "{further}");
        assert!(
            further.contains("\nDescription=Look for what is missing or unsafe in the set-up of Mesto, instance %i\n")
        );
        assert!(further.contains("postgresql.service mesto@%i.service mesto-backup.service\n"), "{further}");
        assert!(!further.contains("mesto.toml") && !further.contains("mesto-doctor.timer"), "{further}");
        let timer = of_instances(include_str!("../../cli/debian/mesto-doctor.timer"));
        assert!(timer.contains("--now mesto-doctor@2.timer`") && timer.contains("instance %i, every day\n"), "{timer}");
    }

    #[test]
    fn the_tools_of_the_timers_run_as_the_operator_does_and_are_confined_like_it() {
        // How a service goes on, what it is called and whom it comes before is its own.
        let own = ["Type", "ExecStart", "Description", "Documentation", "After", "Wants", "WantedBy", "Restart"];
        let own =
            own.into_iter().chain(["RestartSec", "TimeoutStopSec", "TimeoutStartSec", "LimitNICE"]).collect::<Vec<_>>();
        let settings = |text: &'static str| -> Vec<&'static str> {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines.filter(|line| line.split_once('=').is_some_and(|(name, _)| !own.contains(&name))).collect()
        };
        let serves = settings(UNIT);
        assert!(serves.contains(&"User=mesto") && serves.contains(&"ProtectSystem=strict") && serves.len() > 25);
        for (unit, more) in [
            (include_str!("../../cli/debian/mesto-doctor.service"), &[][..]),
            (
                include_str!("../../cli/debian/mesto-backup.service"),
                &["Environment=MESTO_COPIES=14", "Nice=10", "ReadWritePaths=/var/backups/mesto"],
            ),
        ] {
            let unit = settings(unit);
            let missing: Vec<_> = serves.iter().filter(|line| !unit.contains(line)).collect();
            assert!(missing.is_empty(), "{missing:?}");
            let added: Vec<_> = unit.iter().filter(|line| !serves.contains(line)).collect();
            assert_eq!(added, more.iter().collect::<Vec<_>>());
        }
    }
}
