//! Writes the Kotlin, Swift and Python side of the bindings from the built library.
//!
//! `mesto-generate all|kotlin|swift|python [LIBRARY]`; the library is the one built beside this
//! program, such as `target/debug/libmesto_bindings.so`, unless named.

mod aliases;
mod checks;
mod errors;
mod ids;
mod lifting;
mod python;
mod swift;
mod waiting;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use uniffi::{GenerateOptions, TargetLanguage};
use uniffi_meta::Metadata;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let which = args.next().unwrap_or_else(|| "all".to_owned());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("the crate lies in no workspace")?;
    let library = match args.next() {
        Some(path) => PathBuf::from(path),
        None => built_library()?,
    };
    let languages: &[&str] = match which.as_str() {
        "all" => &["kotlin", "swift", "python"],
        "kotlin" => &["kotlin"],
        "swift" => &["swift"],
        "python" => &["python"],
        other => return Err(format!("unknown language {other:?}: kotlin, swift, python or all").into()),
    };
    let metadata = uniffi_bindgen::macro_metadata::extract_from_bytes(&fs::read(&library)?)?;
    let panics = lifting::panics(&metadata);
    if !panics.is_empty() {
        return Err(
            format!("these exports take a value that may be none, and have to return a Result: {panics:?}").into()
        );
    }
    for language in languages {
        write(language, root, &library, &metadata)?;
    }
    Ok(())
}

/// Generates into a folder of its own and moves it into place, so that a compiler never reads half
/// a file.
fn write(language: &str, root: &Path, library: &Path, metadata: &[Metadata]) -> Result<(), Box<dyn Error>> {
    let target = root.join("target/bindings");
    let fresh = target.join(format!(".{language}-{}", std::process::id()));
    let ids = ids::exported(metadata);
    fs::create_dir_all(&fresh)?;
    let config = fresh.join("uniffi.toml");
    fs::write(&config, fs::read_to_string(root.join("uniffi.toml"))? + &ids::config(&ids))?;
    uniffi::generate(GenerateOptions {
        languages: vec![match language {
            "kotlin" => TargetLanguage::Kotlin,
            "swift" => TargetLanguage::Swift,
            _ => TargetLanguage::Python,
        }],
        source: utf8(library)?.into(),
        out_dir: utf8(&fresh)?.into(),
        config_override: Some(utf8(&config)?.into()),
        format: false,
        crate_filter: None,
        metadata_no_deps: true,
    })?;
    fs::remove_file(config)?;
    aliases::replace(&fresh, metadata)?;
    if language == "kotlin" {
        let module = fresh.join("city/mesto/sdk/core/mesto.kt");
        fs::write(&module, printable(&refused_spans(&short_messages(&fs::read_to_string(&module)?)?)?))?;
        fs::write(fresh.join("city/mesto/sdk/core/Ids.kt"), ids::kotlin(&ids))?;
    }
    if language == "python" {
        let module = fresh.join("mesto.py");
        let text = load_from_environment(&fs::read_to_string(&module)?)?;
        let text = errors::typed(&checks::refusing(&text, metadata)?, metadata)?;
        fs::write(fresh.join("waiting.py"), waiting::parts(&text)?)?;
        fs::write(fresh.join("core.py"), python::usable(&text, metadata, &ids::python(&ids), &names(metadata))?)?;
        fs::remove_file(module)?;
    }
    if language == "swift" {
        let module = fresh.join("MestoCore.swift");
        fs::write(&module, swift::without_traps(&fs::read_to_string(&module)?)?)?;
        // A package's targets are folders: the module of Swift, and the C module beneath it.
        for (file, module, name) in [
            ("MestoCore.swift", "MestoCore", "MestoCore.swift"),
            ("MestoFFI.h", "MestoFFI", "MestoFFI.h"),
            ("MestoFFI.modulemap", "MestoFFI", "module.modulemap"),
        ] {
            fs::create_dir_all(fresh.join(module))?;
            fs::rename(fresh.join(file), fresh.join(module).join(name))?;
        }
        let values = ids::swift(&ids) + swift::DAY + &swift::identifiable(metadata);
        fs::write(fresh.join("MestoCore/Values.swift"), values)?;
    }
    let place = target.join(language);
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::rename(&fresh, &place)?;
    println!("{language}: {}", place.display());
    Ok(())
}

/// Types that the generator keeps to itself, and that stand in what apps call.
fn names(metadata: &[Metadata]) -> Vec<String> {
    let custom = metadata.iter().filter_map(|item| match item {
        Metadata::CustomType(one) if !aliases::is_alias(one) => Some(one.name.clone()),
        _ => None,
    });
    custom.collect()
}

/// A variant without data has its name for text, and not the place of the object.
fn printable(kotlin: &str) -> String {
    let lines = kotlin.lines().map(|line| match line.strip_prefix("    object ") {
        Some(variant) if variant.ends_with("()") => format!("    data object {variant}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// The message of an error is what a log may hold, and none of the values of its text: a plate may
/// stand among them. `toString` is that of every error.
fn short_messages(kotlin: &str) -> Result<String, Box<dyn Error>> {
    const ERROR: &str = "sealed class MestoException: kotlin.Exception() {";
    const PRINTED: &str =
        "    // The local Rust `Display`/`Debug` implementation.\n    override fun toString(): String {";
    let (before, of_error) = kotlin.split_once(ERROR).ok_or("the generator no longer writes `MestoException` so")?;
    let (shown, rest) = of_error.split_once(PRINTED).ok_or("the generator no longer prints errors so")?;
    let (_, after) = rest.split_once("\n    }\n").ok_or("the end of `toString` is not found")?;
    let mut out = format!("{before}{ERROR}");
    let mut found = 0;
    for line in shown.split_inclusive('\n') {
        if line.trim_start().starts_with("get() = \"code=") {
            found += 1;
            out.push_str("            get() = \"$code: $detail\"\n");
        } else {
            out.push_str(line);
        }
    }
    if found == 0 {
        return Err("the generator no longer writes messages of errors".into());
    }
    Ok(out + after)
}

/// A length of time that is less than none is refused as every other value that nobody can mean; in
/// English, because the core is not asked.
fn refused_spans(kotlin: &str) -> Result<String, Box<dyn Error>> {
    const WRITTEN: &str = "throw IllegalArgumentException(\"Invalid duration, must be non-negative\")";
    const OURS: &str = "throw MestoException.Refused(
                \"out_of_range\",
                \"This value is out of range.\",
                \"Look at what you typed: it is too small, too large or too far away.\",
                emptyMap(),
                \"$value is less than no time\",
                null,
                false,
            )";
    if kotlin.matches(WRITTEN).count() == 1 {
        Ok(kotlin.replace(WRITTEN, OURS))
    } else {
        Err("the generator no longer refuses lengths of time so".into())
    }
}

/// The generated module looks for the library beside itself; ours lies in the build's folder, named
/// by `MESTO_LIB_DIR`.
fn load_from_environment(module: &str) -> Result<String, Box<dyn Error>> {
    const BESIDE: &str = "os.path.join(os.path.dirname(__file__), libname)";
    const NAMED: &str = "os.path.join(os.environ.get(\"MESTO_LIB_DIR\") or os.path.dirname(__file__), libname)";
    if module.contains(BESIDE) {
        Ok(module.replace(BESIDE, NAMED))
    } else {
        Err(format!("the generator no longer writes `{BESIDE}`").into())
    }
}

/// The library as `cargo build -p mesto-bindings` leaves it, in the folder of this program.
fn built_library() -> Result<PathBuf, Box<dyn Error>> {
    let name = format!("{}mesto_bindings{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = std::env::current_exe()?.parent().ok_or("this program lies in no folder")?.join(name);
    if library.exists() {
        Ok(library)
    } else {
        Err(format!("there is no {}: run `cargo build -p mesto-bindings` first", library.display()).into())
    }
}

fn utf8(path: &Path) -> Result<&str, Box<dyn Error>> {
    path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()).into())
}
