//! Keys in a folder: made once, rotated, loaded, readable by their owner only.

use std::os::unix::fs::PermissionsExt;

use chrono::TimeDelta;
use mesto_operator::{KeysError, keys};
use mesto_protocol::keys::{KeySet, KeySetError};

use crate::world::{Chance, start};

#[test]
fn keys_are_made_once_and_only_their_owner_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let made = keys::init(&path, start(), &Chance::new(3)).unwrap();
    assert!(matches!(keys::init(&path, start(), &Chance::new(4)), Err(KeysError::Exists { .. })));
    let loaded = keys::load(&path).unwrap();
    assert_eq!((loaded.root_public(), loaded.signed_set()), (made.root_public(), made.signed_set()));
    for file in std::fs::read_dir(&path).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", file.path().display());
    }
    assert!(!format!("{loaded:?}").contains("seed"));
}

#[test]
fn rotated_keys_stand_beside_the_old_ones_under_the_same_root() {
    let folder = tempfile::tempdir().unwrap();
    let first = keys::init(folder.path(), start(), &Chance::new(3)).unwrap();
    let second = keys::rotate(folder.path(), start() + TimeDelta::days(10), &Chance::new(4)).unwrap();
    assert_eq!(first.root_public(), second.root_public());
    let set = KeySet::verify(second.signed_set(), second.root_public(), 1).unwrap();
    let kids: Vec<&str> = set.keys.iter().map(|key| key.kid.as_str()).collect();
    let all = ["city-1", "ticket-1", "revocations-1", "city-2", "ticket-2", "revocations-2"];
    assert_eq!((set.version, &kids[..]), (2, &all[..]));
    assert!(set.is_due(start() + TimeDelta::days(375)) && !set.is_due(start() + TimeDelta::days(374)));
    assert!(format!("{second:?}").contains("ticket-2"));
    let rollback = KeySet::verify(first.signed_set(), first.root_public(), 2);
    assert!(matches!(rollback, Err(KeySetError::Rollback { .. })), "{rollback:?}");
}

#[test]
fn a_folder_that_does_not_fit_says_which_file() {
    let folder = tempfile::tempdir().unwrap();
    let named = |error: KeysError, file: &str| assert!(error.to_string().contains(file), "{error}");
    named(keys::load(folder.path()).unwrap_err(), "keys.json");
    keys::init(folder.path(), start(), &Chance::new(3)).unwrap();
    std::fs::copy(folder.path().join("city-1.seed"), folder.path().join("ticket-1.seed")).unwrap();
    named(keys::load(folder.path()).unwrap_err(), "ticket-1.seed");
    std::fs::write(folder.path().join("ticket-1.seed"), "short").unwrap();
    named(keys::load(folder.path()).unwrap_err(), "ticket-1.seed");
    std::fs::remove_file(folder.path().join("root.seed")).unwrap();
    named(keys::rotate(folder.path(), start(), &Chance::new(5)).unwrap_err(), "root.seed");
}
