//! Copies whose names say when they were made, and how many of them stay.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::Kind;
use crate::kernel::failure::{CliError, Exit, Outcome};

const BEGINS: &str = "mesto-";
/// Sorted by name they are sorted by time.
const TIME: &str = "%Y-%m-%dT%H%M%SZ";

/// `mesto-2026-11-26T031500Z.sqlite`
pub fn name(now: DateTime<Utc>, kind: Kind) -> String {
    format!("{BEGINS}{}{}", now.format(TIME), kind.ending())
}

/// When a copy was made, by its name; nothing for a file that has another one.
fn made_at(name: &str) -> Option<NaiveDateTime> {
    let time = name.strip_prefix(BEGINS)?;
    let time = [Kind::Sqlite, Kind::Dump].iter().find_map(|kind| time.strip_suffix(kind.ending()))?;
    NaiveDateTime::parse_from_str(time, TIME).ok()
}

/// Removes all but so many of the newest dated copies of a folder, whichever database they are of;
/// what has another name stays.
pub fn prune(folder: &Path, keep: usize) -> Outcome<Vec<PathBuf>> {
    let failed = |path: &Path, why: std::io::Error| {
        let text = format!("the copy is there, and {} cannot be removed: {why}", path.display());
        CliError::new(Exit::Failed, "copies_kept", text)
            .advise("Let the user who makes the copies own the folder and what lies in it.")
    };
    let files = std::fs::read_dir(folder).map_err(|why| failed(folder, why))?;
    let mut dated: Vec<(NaiveDateTime, PathBuf)> = files
        .filter_map(|file| {
            let file = file.ok()?;
            let at = made_at(file.file_name().to_str()?)?;
            file.file_type().is_ok_and(|kind| kind.is_file()).then(|| (at, file.path()))
        })
        .collect();
    dated.sort();
    let old: Vec<PathBuf> = dated.into_iter().rev().skip(keep).map(|(_, file)| file).collect();
    for file in &old {
        std::fs::remove_file(file).map_err(|why| failed(file, why))?;
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_dated_copies_stay_and_what_has_another_name_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let dated = [
            name(at("2026-11-24T03:15:00Z"), Kind::Sqlite),
            name(at("2026-11-25T03:15:00Z"), Kind::Dump),
            name(at("2026-11-26T03:15:00Z"), Kind::Sqlite),
            name(at("2026-11-26T03:15:01Z"), Kind::Sqlite),
        ];
        assert_eq!(dated[0], "mesto-2026-11-24T031500Z.sqlite");
        let others = [
            "first.sqlite",
            "2026-11-20.sqlite",
            "mesto-2026-11-20.sqlite",
            "mesto-2026-13-20T031500Z.dump",
            "mesto-2026-11-20T031500Z.sqlite.gpg",
            "mesto-2026-11-20T031500Z.sqlite.7.partial",
            "mesto.sqlite",
        ];
        for file in dated.iter().map(String::as_str).chain(others) {
            std::fs::write(folder.path().join(file), "x").unwrap();
        }
        let folders = "mesto-2026-11-01T031500Z.dump";
        std::fs::create_dir(folder.path().join(folders)).unwrap();
        assert_eq!(prune(folder.path(), 4).unwrap(), [] as [PathBuf; 0]);
        let removed = prune(folder.path(), 2).unwrap();
        assert_eq!(removed, [&dated[1], &dated[0]].map(|name| folder.path().join(name)));
        let mut left: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut stay: Vec<&str> = dated[2..].iter().map(String::as_str).chain(others).chain([folders]).collect();
        stay.sort_unstable();
        assert_eq!(left, stay);
    }
}
