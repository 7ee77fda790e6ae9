//! Where the repository lies and which of its files a person wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::failure::{About, Failure, Outcome};

/// The folder that holds the workspace's `Cargo.toml`.
pub fn root() -> Outcome<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .filter(|root| root.join("Cargo.lock").exists())
        .map(Path::to_path_buf)
        .ok_or_else(|| Failure::new("the repository has moved since xtask was built: run it again by `cargo xtask`"))
}

/// Every file below `root` that is not made by a build, sorted by path.
pub fn written_files(root: &Path) -> Outcome<Vec<PathBuf>> {
    const MADE: [&str; 6] = ["target", "node_modules", ".build", "__pycache__", ".venv", ".git"];
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).about(folder.display())? {
            let entry = entry?;
            let name = entry.file_name();
            if MADE.iter().any(|made| name == *made) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The texts of the written files whose names end so, by their paths from the root with `/` between
/// folders.
pub fn texts(root: &Path, extensions: &[&str]) -> Outcome<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for path in written_files(root)? {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if extensions.contains(&extension) {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let text = std::fs::read_to_string(&path).about(&relative)?;
            texts.insert(relative, text);
        }
    }
    Ok(texts)
}

/// Whether a file, by its path from the root, is a test or belongs to one.
pub fn is_test_file(relative: &str) -> bool {
    let name = relative.rsplit('/').next().unwrap_or(relative);
    name == "tests.rs"
        || relative.split('/').any(|folder| ["tests", "Tests", "test", "benches", "examples"].contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_are_told_from_code() {
        for path in ["tests/src/lib.rs", "core/rules/tests/it/main.rs", "ios/Tests/A.swift", "operator/src/x/tests.rs"]
        {
            assert!(is_test_file(path), "{path}");
        }
        for path in ["core/rules/src/quote.rs", "android/sdk/src/main/kotlin/A.kt", "operator/src/latest.rs"] {
            assert!(!is_test_file(path), "{path}");
        }
    }
}
