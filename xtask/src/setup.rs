//! `cargo xtask setup`: what the tests need on this machine, and how Debian provides it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{About, Failure, Outcome};
use crate::process;
use crate::repository;
use crate::test::{Part, cargo};

/// How a need is recognised on a machine.
#[derive(Clone, Copy, Debug)]
enum Sign {
    /// Any of these programs on PATH or in a folder that holds one version of it.
    Program(&'static [&'static str]),
    /// Any of these files.
    File(&'static [&'static str]),
    /// Any of these files in the folder of the JDK whose compiler is on PATH.
    InJdk(&'static [&'static str]),
}

/// A thing the tests need, by Debian's package name.
#[derive(Clone, Copy, Debug)]
struct Need {
    package: &'static str,
    sign: Sign,
    what_for: &'static str,
    parts: &'static [Part],
}

const NEEDS: [Need; 17] = [
    Need {
        package: "build-essential",
        sign: Sign::Program(&["cc"]),
        what_for: "linking, and SQLite, which is built with the core",
        parts: &Part::ALL,
    },
    Need {
        package: "postgresql-15",
        sign: Sign::File(&[
            "/usr/lib/postgresql/15/bin/initdb",
            "/usr/lib/postgresql/16/bin/initdb",
            "/usr/lib/postgresql/17/bin/initdb",
            "/usr/lib/postgresql/18/bin/initdb",
            "/usr/local/bin/initdb",
            "/usr/bin/initdb",
        ]),
        what_for: "the tests on a private Postgres cluster",
        parts: &[Part::Rust, Part::Contract],
    },
    Need {
        package: "haproxy",
        sign: Sign::Program(&["haproxy"]),
        what_for: "two instances behind a proxy, as the page has them",
        parts: &[Part::Rust],
    },
    Need {
        package: "pgbouncer",
        sign: Sign::Program(&["pgbouncer"]),
        what_for: "two instances behind a pooler, as the page has it",
        parts: &[Part::Rust],
    },
    Need {
        package: "openjdk-17-jdk-headless",
        sign: Sign::Program(&["javac"]),
        what_for: "Kotlin",
        parts: &[Part::Kotlin, Part::Ui],
    },
    // The headless one draws into memory, which is enough for tests, but opens no window for `cargo
    // xtask app`.
    Need {
        package: "openjdk-17-jre",
        sign: Sign::InJdk(&["lib/libawt_xawt.so"]),
        what_for: "the screens in a window",
        parts: &[Part::Ui],
    },
    Need { package: "maven", sign: Sign::Program(&["mvn"]), what_for: "Kotlin", parts: &[Part::Kotlin, Part::Ui] },
    Need {
        package: "python3-pytest",
        sign: Sign::Program(&["pytest"]),
        what_for: "the tests of the Python bindings, and Python",
        parts: &[Part::Python],
    },
    Need {
        package: "python3-pip",
        sign: Sign::Program(&["pip3"]),
        what_for: "installing the wheel into a fresh environment, mypy, and Schemathesis",
        parts: &[Part::Python, Part::Contract],
    },
    Need {
        package: "fontconfig",
        sign: Sign::Program(&["fc-list"]),
        what_for: "drawing the screens",
        parts: &[Part::Ui],
    },
    Need {
        package: "fonts-noto-core",
        sign: Sign::File(&["/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"]),
        what_for: "drawing the screens: without it, letters are boxes",
        parts: &[Part::Ui],
    },
    Need {
        package: "libgl1",
        sign: Sign::File(&["/usr/lib/x86_64-linux-gnu/libGL.so.1", "/usr/lib/aarch64-linux-gnu/libGL.so.1"]),
        what_for: "drawing the screens",
        parts: &[Part::Ui],
    },
    Need {
        package: "libx11-6",
        sign: Sign::File(&["/usr/lib/x86_64-linux-gnu/libX11.so.6", "/usr/lib/aarch64-linux-gnu/libX11.so.6"]),
        what_for: "drawing the screens",
        parts: &[Part::Ui],
    },
    Need {
        package: "debootstrap",
        sign: Sign::Program(&["swift", "debootstrap"]),
        what_for: "a Swift toolchain in a folder of its own",
        parts: &[Part::Swift],
    },
    Need {
        package: "debootstrap",
        sign: Sign::Program(&["debootstrap"]),
        what_for: "a clean Debian to install the package on",
        parts: &[Part::Operator],
    },
    Need {
        package: "util-linux",
        sign: Sign::Program(&["swift", "unshare"]),
        what_for: "running the Swift toolchain in mounts of its own",
        parts: &[Part::Swift],
    },
    Need {
        package: "iproute2",
        sign: Sign::Program(&["ip"]),
        what_for: "a network of its own for the clean Debian",
        parts: &[Part::Operator],
    },
];

/// How this machine runs Swift.
pub enum Swift {
    /// `swift` is on PATH.
    System,
    /// Debian 13's toolchain lies in this folder.
    Folder(PathBuf),
}

impl Swift {
    pub fn of_this_machine() -> Outcome<Self> {
        if process::on_path("swift").is_some() { Ok(Self::System) } else { Ok(Self::Folder(cache()?.join("swift"))) }
    }

    fn is_missing(&self) -> bool {
        matches!(self, Self::Folder(folder) if !folder.join(".ready").exists())
    }
}

/// `${XDG_CACHE_HOME:-~/.cache}/mesto`.
fn cache() -> Outcome<PathBuf> {
    std::env::var_os("XDG_CACHE_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .map(|folder| folder.join("mesto"))
        .ok_or_else(|| Failure::new("neither XDG_CACHE_HOME nor HOME is set: no place for the Swift toolchain"))
}

/// A folder with these packages of Python, installed as pinned, once for each list of them.
pub fn python_packages(name: &str, pinned: &Path) -> Outcome<PathBuf> {
    let list = std::fs::read_to_string(pinned).about(pinned.display())?;
    let version = list.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("==")).unwrap_or("unpinned");
    let folder = cache()?.join(format!("{name}-{version}"));
    let ready = folder.join(".installed");
    if std::fs::read_to_string(&ready).is_ok_and(|installed| installed == list) {
        return Ok(folder);
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder).about(folder.display())?;
    }
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
    process::succeed(command.arg(&folder).arg("-r").arg(pinned))?;
    std::fs::write(&ready, list).about(ready.display())?;
    Ok(folder)
}

/// What may be done about what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Install,
    /// Only say what would be installed.
    DryRun,
    /// Fail and name it.
    Never,
}

/// Makes the machine ready for these parts.
pub fn run(parts: &[Part], mode: Mode) -> Outcome<()> {
    let packages: Vec<&Need> = NEEDS
        .iter()
        .filter(|need| need.parts.iter().any(|part| parts.contains(part)))
        .filter(|need| !is_there(need.sign, |file| file.exists(), process::on_path))
        .collect();
    let swift_is_missing = parts.contains(&Part::Swift) && Swift::of_this_machine()?.is_missing();
    let debian = crate::install::debian()?;
    let debian_is_missing = parts.contains(&Part::Operator) && !debian.join(".ready").exists();
    let components: Vec<&str> = if parts.contains(&Part::Rust) { missing_components()? } else { vec![] };
    if packages.is_empty() && components.is_empty() && !swift_is_missing && !debian_is_missing {
        if mode == Mode::DryRun {
            say!("Nothing is missing.");
        }
        return Ok(());
    }
    let mut missing: Vec<String> =
        packages.iter().map(|need| format!("  {} ({})", need.package, need.what_for)).collect();
    if swift_is_missing {
        missing.push("  swift (Debian 13's swiftlang, in a folder of its own)".to_owned());
    }
    if debian_is_missing {
        missing.push("  debian (bookworm on which nothing was installed, in a folder of its own)".to_owned());
    }
    missing.extend(components.iter().map(|name| format!("  {name} (a component of the Rust toolchain)")));
    let missing = missing.join("\n");
    if mode == Mode::DryRun {
        say!("Missing on this machine:\n{missing}");
        return Ok(());
    }
    if mode == Mode::Never {
        return Err(Failure::new(format!("missing on this machine:\n{missing}\n`cargo xtask setup` installs it")));
    }
    let needs_root = !packages.is_empty() || swift_is_missing || debian_is_missing;
    if needs_root && !is_debian_root() {
        return Err(Failure::new(format!(
            "missing on this machine:\n{missing}\nOnly on Debian as root is it installed automatically; install it yourself and run again"
        )));
    }
    say!("Missing on this machine, installing now:\n{missing}");
    if !packages.is_empty() {
        install(&packages)?;
    }
    if !components.is_empty() {
        process::succeed(Command::new("rustup").args(["component", "add"]).args(&components))?;
    }
    if let (true, Swift::Folder(folder)) = (swift_is_missing, Swift::of_this_machine()?) {
        let script = repository::root()?.join("xtask/scripts/swift.sh");
        process::succeed(Command::new(script).arg("setup").arg(folder))?;
    }
    if debian_is_missing {
        let script = repository::root()?.join("xtask/scripts/clean-debian.sh");
        process::succeed(Command::new(script).arg("setup").arg(debian))?;
    }
    Ok(())
}

/// Formatter and linter, which a minimal toolchain comes without.
fn missing_components() -> Outcome<Vec<&'static str>> {
    let mut missing = Vec::new();
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let version = cargo()?.args([subcommand, "--version"]).output().about("cargo")?;
        if !version.status.success() {
            missing.push(component);
        }
    }
    Ok(missing)
}

fn install(packages: &[&Need]) -> Outcome<()> {
    let apt = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        // Another set-up may hold the lock: wait for it.
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-o", "DPkg::Lock::Timeout=600"]).args(words);
        command
    };
    process::succeed(&mut apt(&["update"]))?;
    let mut words = vec!["install", "-y", "--no-install-recommends"];
    words.extend(packages.iter().map(|need| need.package));
    process::succeed(&mut apt(&words)).about("the packages could not be installed")
}

fn is_there(sign: Sign, exists: impl Fn(&Path) -> bool, on_path: impl Fn(&str) -> Option<PathBuf>) -> bool {
    match sign {
        Sign::Program(names) => names.iter().any(|name| on_path(name).is_some()),
        Sign::File(paths) => paths.iter().any(|path| exists(Path::new(path))),
        Sign::InJdk(paths) => on_path("javac")
            // `/usr/bin/javac` is a link to a link to `<JDK>/bin/javac`.
            .map(|javac| javac.canonicalize().unwrap_or(javac))
            .and_then(|javac| javac.ancestors().nth(2).map(Path::to_path_buf))
            .is_some_and(|jdk| paths.iter().any(|path| exists(&jdk.join(path)))),
    }
}

fn is_debian_root() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    root && Path::new("/etc/debian_version").exists() && process::on_path("apt-get").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_is_met_by_any_of_its_signs() {
        let no_file = |_: &Path| false;
        let only =
            |there: &'static str| move |name: &str| (name == there).then(|| PathBuf::from("/jdk/bin").join(name));
        assert!(is_there(Sign::Program(&["cc", "clang"]), no_file, only("clang")));
        assert!(!is_there(Sign::Program(&["cc", "clang"]), no_file, only("gcc")));
        let files = Sign::File(&["/a", "/b"]);
        assert!(is_there(files, |path| path == Path::new("/b"), |_| None));
        assert!(!is_there(files, no_file, only("a")));
        let of_jdk = Sign::InJdk(&["lib/libawt_xawt.so"]);
        let library = |path: &Path| path == Path::new("/jdk/lib/libawt_xawt.so");
        assert!(is_there(of_jdk, library, only("javac")));
        assert!(!is_there(of_jdk, library, only("java")), "no JDK");
        assert!(!is_there(of_jdk, no_file, only("javac")), "a headless one");
    }

    #[test]
    fn every_part_has_its_needs_and_no_package_is_named_twice() {
        for part in Part::ALL {
            assert!(NEEDS.iter().any(|need| need.parts.contains(&part)), "{part:?}");
        }
        let mut packages: Vec<_> = NEEDS.iter().map(|need| need.package).collect();
        packages.sort_unstable();
        packages.dedup();
        // What is there for one part may be missing for another.
        assert_eq!(packages.len(), NEEDS.len() - 1, "debootstrap alone has two signs");
    }
}
