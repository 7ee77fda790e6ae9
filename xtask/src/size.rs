//! `cargo xtask size`: how large the library in the phone apps is, and which crates make it so.
//!
//! It is measured without its optional parts; `--photo` tells what the decoder of photos adds.
//! The shipped file is built with the `mobile` profile and stripped of every symbol; the listing by
//! crate is read from the file before that. `docs/size.tsv` keeps the growth, one line a record.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{About, Failure, Outcome};
use crate::test::cargo;
use crate::{process, repository};

/// Bytes of the stripped library on x86-64 that a release may have, and gzipped as an app store
/// sends it. Without the reader of photos, which an app takes or leaves. Live updates, the log,
/// prices as data and the verifier of codes are 152 kB of it; calls that end with their client,
/// and codes that are asked for again when their key ended, 26 kB. Kazakh and Russian texts are 127
/// kB of it, 27 kB gzipped; rides in the client, the wire and the bindings with their texts 194 kB.
/// The scanner of QR codes (without the tables of other encodings, other kinds of codes and
/// pictures of files) is 71 kB of it; with its records, the words of its screens in four languages
/// and codes of rides that are asked for again 169 kB, 85 kB gzipped. Transport cards, passes and
/// benefits, notices, terms, where an account stands and reports of trouble are 547 kB, 221 kB
/// gzipped, with their words in four languages. Payments at merchants, a kept history, fares of a
/// feed and the words of the screens of cards, passes, news and the account are 389 kB, 166 kB
/// gzipped.
const MOST_BYTES: u64 = 6_230_000;
const MOST_GZIPPED: u64 = 2_980_000;
/// Relocations in the packed form that Android reads since version 11: a fifteenth of the size.
/// Functions of the same instructions become one, as in the browsers of phones: nothing here
/// compares functions by their address.
/// Segments begin where a page of 16 KB may: phones whose pages are so large load nothing else, and
/// Google Play takes nothing else. `.cargo/config.toml` says it for Android's targets.
const LINK: [&str; 3] =
    ["link-arg=-Wl,--pack-dyn-relocs=relr", "link-arg=-Wl,--icf=all", "link-arg=-Wl,-z,max-page-size=16384"];
const PAGE: u64 = 16_384;
/// Hashes and signatures in their short form: a phone does a few in a second, and a processor's own
/// instructions are used all the same. Frame pointers, as phones' own processors have them anyway:
/// tables for unwinding say where a frame begins once, and not after each push and pop.
const CODE: [&str; 5] = [
    "--cfg",
    "sha2_backend_soft=\"compact\"",
    "--cfg",
    "curve25519_dalek_backend=\"serial\"",
    "-Cforce-frame-pointers=yes",
];
/// For the linker: what the generator of the bindings reads is left out of what ships.
const SCRIPT: &str = "bindings/phone.ld";
const BUILT: &str = "libmesto_bindings.so";
const SHIPPED: &str = "libmesto_bindings.shipped.so";
const RECORDS: &str = "docs/size.tsv";
const HEADER: &str = "date\tcommit\tbytes\tgzipped\n";

#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Options {
    /// Append the size to docs/size.tsv
    #[arg(long)]
    record: bool,
    /// How many crates to list
    #[arg(long, default_value_t = 25)]
    top: usize,
    /// Build it once more with the decoder of photos, and tell what that adds
    #[arg(long)]
    photo: bool,
}

/// Bytes of the stripped library, and gzipped as an app store sends it.
#[derive(Clone, Copy, Debug)]
struct Weight {
    bytes: u64,
    gzipped: u64,
}

/// Bytes of one crate's symbols.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    code: u64,
    data: u64,
}

/// Fails as [`run`] does and records nothing.
pub fn check() -> Outcome<()> {
    run(Options { record: false, top: 15, photo: false })
}

pub fn run(options: Options) -> Outcome<()> {
    let root = repository::root()?;
    let folder = root.join("target/mobile");
    // First, so that the library which is left is the one that is listed.
    let with_photo = if options.photo { Some(weigh(&folder, &["photo"])?) } else { None };
    let Weight { bytes, gzipped } = weigh(&folder, &[])?;

    let built = folder.join(BUILT);
    let symbols =
        process::output(Command::new("nm").args(["--print-size", "--demangle", "--defined-only"]).arg(&built))?;
    let shares = shares(&symbols);
    say!("{:<28} {:>9} {:>9}", "crate", "code", "data");
    for (name, share) in shares.iter().take(options.top) {
        say!("{name:<28} {:>9} {:>9}", share.code, share.data);
    }
    let rest = shares
        .iter()
        .skip(options.top)
        .fold(Share::default(), |sum, (_, share)| Share { code: sum.code + share.code, data: sum.data + share.data });
    say!("{:<28} {:>9} {:>9}", "the rest", rest.code, rest.data);

    say!("\n{bytes} bytes, limit {MOST_BYTES}\n{gzipped} gzipped, limit {MOST_GZIPPED}");
    if let Some((commit, before)) = std::fs::read_to_string(root.join(RECORDS)).ok().as_deref().and_then(last) {
        say!("{:+} bytes since {commit}", i128::from(bytes) - i128::from(before));
    }
    if let Some(with) = with_photo {
        let (more, packed) = (with.bytes.saturating_sub(bytes), with.gzipped.saturating_sub(gzipped));
        say!("{more} bytes more, {packed} gzipped, with the decoder of photos");
    }
    if options.record {
        record(&root, bytes, gzipped)?;
    }
    let headers = process::output(Command::new("readelf").arg("-lW").arg(folder.join(SHIPPED)))?;
    if least_alignment(&headers).is_none_or(|least| least < PAGE) {
        return Err(Failure::new(format!("a segment of the library does not begin at a page of {PAGE} bytes")));
    }
    if bytes > MOST_BYTES || gzipped > MOST_GZIPPED {
        return Err(Failure::new("the library is larger than an app may carry: see the crates above"));
    }
    Ok(())
}

/// Builds the library with these features, strips it and weighs what ships.
fn weigh(folder: &Path, features: &[&str]) -> Outcome<Weight> {
    build(features)?;
    let (built, shipped) = (folder.join(BUILT), folder.join(SHIPPED));
    process::succeed(Command::new("strip").arg("--strip-all").arg("-o").arg(&shipped).arg(&built))?;
    let bytes = std::fs::metadata(&shipped).about(shipped.display())?.len();
    Ok(Weight { bytes, gzipped: gzipped(&shipped)? })
}

/// One library of one kind: beside a static one, every public function would have to stay.
fn build(features: &[&str]) -> Outcome<()> {
    let mut command = cargo()?;
    // Nothing unwinds through C.
    command.env("CFLAGS", "-fno-asynchronous-unwind-tables -fno-unwind-tables");
    let package = ["-p", "mesto-bindings", "--lib", "--crate-type", "cdylib"];
    command.args(["rustc", "--locked", "--profile", "mobile"]).args(package);
    command.arg("--no-default-features").args(["--features", &features.join(",")]);
    let flags = CODE.iter().map(|flag| (*flag).to_owned()).chain(short_paths()?).collect::<Vec<_>>();
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")).arg("--");
    let script = format!("link-arg=-Wl,-T,{}", repository::root()?.join(SCRIPT).display());
    process::succeed(command.args(LINK.iter().copied().chain([script.as_str()]).flat_map(|option| ["-C", option])))
}

/// A panic names the file it came from: by crate and version, without the folders of the machine
/// that built it.
fn short_paths() -> Outcome<Vec<String>> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let Some(home) = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))) else {
        return Err(Failure::new("cargo's folder is not known: set CARGO_HOME"));
    };
    // Without the folder nothing was built from a registry.
    let sources = std::fs::read_dir(home.join("registry/src")).into_iter().flatten();
    let mut registries: Vec<PathBuf> = sources.filter_map(|entry| Some(entry.ok()?.path())).collect();
    registries.sort();
    Ok(registries.iter().map(|folder| format!("--remap-path-prefix={}/=", folder.display())).collect())
}

/// The least alignment of a segment that is loaded, of `readelf -lW`.
fn least_alignment(headers: &str) -> Option<u64> {
    let loaded = headers.lines().filter_map(|line| line.trim_start().strip_prefix("LOAD "));
    let alignment = |line: &str| u64::from_str_radix(line.split_whitespace().last()?.strip_prefix("0x")?, 16).ok();
    loaded.map(|line| alignment(line).unwrap_or_default()).min()
}

fn gzipped(file: &Path) -> Outcome<u64> {
    let output = Command::new("gzip").args(["-9", "--stdout"]).arg(file).output().about("gzip")?;
    if output.status.success() { Ok(output.stdout.len() as u64) } else { Err(Failure::new("gzip failed")) }
}

fn record(root: &Path, bytes: u64, gzipped: u64) -> Outcome<()> {
    let head = process::output(Command::new("git").current_dir(root).args(["log", "-1", "--format=%cs\t%h"]))?;
    let file = root.join(RECORDS);
    let mut text = std::fs::read_to_string(&file).unwrap_or_else(|_| HEADER.to_owned());
    text.push_str(&format!("{}\t{bytes}\t{gzipped}\n", head.trim_end()));
    std::fs::write(&file, text).about(RECORDS)
}

/// The commit and the bytes of the last record.
fn last(records: &str) -> Option<(&str, u64)> {
    match records.lines().last()?.split('\t').collect::<Vec<_>>().as_slice() {
        [_, commit, bytes, _] => Some((commit, bytes.parse().ok()?)),
        _ => None,
    }
}

/// Sums `nm --print-size` by crate, the largest first.
fn shares(symbols: &str) -> Vec<(String, Share)> {
    let mut sums: BTreeMap<String, Share> = BTreeMap::new();
    for line in symbols.lines() {
        // Address, size, kind, name; without a size there are three.
        let mut words = line.splitn(4, ' ');
        let (Some(_), Some(size), Some(kind), Some(name)) = (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let Ok(size) = u64::from_str_radix(size, 16) else { continue };
        let share = sums.entry(crate_of(name)).or_default();
        match kind {
            "t" | "T" | "w" | "W" => share.code += size,
            // Zeroed memory takes no place in the file.
            "b" | "B" => {}
            _ => share.data += size,
        }
    }
    let mut shares: Vec<_> = sums.into_iter().collect();
    shares.sort_by_key(|(name, share)| (std::cmp::Reverse(share.code + share.data), name.clone()));
    shares
}

/// The crate a demangled name belongs to: `<a::B as c::D>::e` to `a`, a name of C to the library it
/// begins with.
fn crate_of(name: &str) -> String {
    let path = name.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let path = ["dyn ", "mut ", "const "].iter().fold(path, |path, word| path.strip_prefix(word).unwrap_or(path));
    let first = path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    if path.get(first.len()..).is_some_and(|rest| rest.starts_with("::")) {
        return first.to_owned();
    }
    // Legacy mangling leaves `_<T as c::D>` for types of no crate, such as slices.
    if let Some((_, of_trait)) = path.split_once(" as ") {
        return crate_of(of_trait);
    }
    for (prefix, library) in
        [("sqlite3", "SQLite (C)"), ("uniffi_", "uniffi exports"), ("ffi_", "uniffi exports"), ("ring_", "ring (C)")]
    {
        if first.starts_with(prefix) {
            return library.to_owned();
        }
    }
    if first.starts_with("UNIFFI_META") { "uniffi metadata".to_owned() } else { "C and others".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_belongs_to_the_crate_of_its_type() {
        for (name, expected) in [
            ("mesto_client::store::open", "mesto_client"),
            ("<mesto_rules::money::Money as core::fmt::Display>::fmt", "mesto_rules"),
            ("<&mut serde_json::ser::Serializer<W> as serde::ser::Serializer>::serialize_str", "serde_json"),
            ("<[u8] as base64::Engine>::encode", "base64"),
            ("core::ptr::drop_in_place<mesto_client::Client>", "core"),
            ("sqlite3_step", "SQLite (C)"),
            ("UNIFFI_META_MESTO_FUNC", "uniffi metadata"),
            ("fts5yy_find", "C and others"),
        ] {
            assert_eq!(crate_of(name), expected, "{name}");
        }
    }

    #[test]
    fn a_library_is_as_aligned_as_its_least_segment() {
        let of = |first: &str, second: &str| {
            format!(
                "Program Headers:\n  Type Offset Align\n  PHDR 0x40 0x8\n  LOAD 0x000000 0x00 R   {first}\n  \
                LOAD 0x100604 0x00 R E {second}\n  GNU_STACK 0x0 RW 0\n"
            )
        };
        assert_eq!(least_alignment(&of("0x4000", "0x4000")), Some(PAGE));
        assert_eq!(least_alignment(&of("0x4000", "0x1000")), Some(4_096));
        assert_eq!(least_alignment(&of("0x10000", "?")), Some(0));
        assert_eq!(least_alignment("no ELF"), None);
    }

    #[test]
    fn androids_targets_are_linked_for_the_same_pages() {
        let config = std::fs::read_to_string(repository::root().unwrap().join(".cargo/config.toml")).unwrap();
        let of_android = config.split("[target.'cfg(target_os = \"android\")']").nth(1).unwrap();
        assert!(LINK.iter().any(|flag| *flag == format!("link-arg=-Wl,-z,max-page-size={PAGE}")));
        assert!(of_android.contains(&format!("link-arg=-Wl,-z,max-page-size={PAGE}")), "{config}");
    }

    #[test]
    fn growth_is_counted_from_the_last_record() {
        assert_eq!(last(&format!("{HEADER}2026-01-01\ta1\t10\t5\n2026-01-02\tb2\t12\t6\n")), Some(("b2", 12)));
        assert_eq!(last(HEADER), None);
    }

    #[test]
    fn shares_are_summed_by_crate_without_zeroed_memory() {
        let symbols = "0000000000001000 0000000000000010 t a::one\n\
            0000000000001010 0000000000000020 T <b::X as c::Y>::two\n\
            0000000000002000 0000000000000100 r b::TABLE\n\
            0000000000003000 0000000000001000 b a::ZEROS\n\
            0000000000004000 t no_size\n";
        let expected = [("b".to_owned(), Share { code: 32, data: 256 }), ("a".to_owned(), Share { code: 16, data: 0 })];
        assert_eq!(shares(symbols), expected);
    }
}
