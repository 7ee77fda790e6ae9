//! Files that only their owner reads, from their first byte on.

use std::io::{Result, Write as _};
use std::path::Path;

/// Replaces a file as a whole; one that has to outlive a loss of power is synced first.
pub fn replace(path: &Path, bytes: &[u8], needs_sync: bool) -> Result<()> {
    let beside = path.with_extension("new");
    // One that was left behind may have been made for everybody.
    let _ = std::fs::remove_file(&beside);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    if needs_sync {
        file.sync_all()?;
    }
    drop(file);
    std::fs::rename(beside, path)
}
