//! Where the repository lies and which of its files a person wrote.

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
