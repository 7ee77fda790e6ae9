//! Keys in a folder: made once, rotated, loaded, readable by their owner only.

use std::os::unix::fs::PermissionsExt;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::{Keys, KeysError, keys};
use mesto_protocol::keys::{KeySet, KeySetError};

use crate::world::{SeededEntropy, start};

fn served(keys: &Keys, now: DateTime<Utc>) -> String {
    keys.signed_set(now).unwrap().to_string()
}

#[test]
fn keys_are_made_once_and_only_their_owner_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let made = keys::init(&path, start(), &SeededEntropy::new(3)).unwrap();
    assert!(matches!(keys::init(&path, start(), &SeededEntropy::new(4)), Err(KeysError::Exists { .. })));
    let loaded = keys::load(&path).unwrap();
    assert_eq!((loaded.root_public(), served(&loaded, start())), (made.root_public(), served(&made, start())));
    for file in std::fs::read_dir(&path).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", file.path().display());
    }
    assert!(!format!("{loaded:?}").contains("seed"));
}

#[test]
fn rotated_keys_stand_beside_the_old_ones_under_the_same_root() {
    let folder = tempfile::tempdir().unwrap();
    let first = keys::init(folder.path(), start(), &SeededEntropy::new(3)).unwrap();
    let second = keys::rotate(folder.path(), start() + TimeDelta::days(10), &SeededEntropy::new(4)).unwrap();
    assert_eq!(first.root_public(), second.root_public());
    let set = KeySet::verify(&served(&second, start()), second.root_public(), 1).unwrap();
    let kids: Vec<&str> = set.keys.iter().map(|key| key.kid.as_str()).collect();
    let all = ["city-1", "code-1", "revocations-1", "city-2", "code-2", "revocations-2"];
    assert_eq!((set.version, &kids[..]), (2, &all[..]));
    assert!(format!("{second:?}").contains("code-2"));
    let rollback = KeySet::verify(&served(&first, start()), first.root_public(), 2);
    assert!(matches!(rollback, Err(KeySetError::Rollback { .. })), "{rollback:?}");
}

#[test]
fn every_file_that_is_made_belongs_to_the_owner_of_the_folder_also_when_root_makes_it() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    std::fs::create_dir(&path).unwrap();
    let is_root = std::fs::metadata(&path).unwrap().uid() == 0;
    if is_root {
        std::os::unix::fs::chown(&path, Some(12_345), Some(12_346)).unwrap();
    }
    let of_folder = std::fs::metadata(&path).unwrap();
    let are_given = |after: &str| {
        for file in std::fs::read_dir(&path).unwrap() {
            let file = file.unwrap();
            let is = file.metadata().unwrap();
            let owners = ((is.uid(), is.gid()), (of_folder.uid(), of_folder.gid()));
            assert_eq!(owners.0, owners.1, "{} after {after}", file.path().display());
            assert_eq!(is.permissions().mode() & 0o777, 0o600, "{} after {after}", file.path().display());
        }
    };
    keys::init(&path, start(), &SeededEntropy::new(3)).unwrap();
    are_given("init");
    keys::rotate(&path, start(), &SeededEntropy::new(4)).unwrap();
    are_given("rotate");
    keys::revoke(&path, ("code-2", "seen"), start(), &SeededEntropy::new(5)).unwrap();
    are_given("revoke");
    keys::renew(&path, start()).unwrap();
    are_given("renew");
}

#[test]
fn a_link_in_the_folder_leads_nobody_to_write_over_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("keys"), folder.path().join("other"));
    keys::init(&path, start(), &SeededEntropy::new(3)).unwrap();
    std::fs::write(&other, "kept").unwrap();
    for name in ["keys.new", "root.new", "code-2.new"] {
        std::os::unix::fs::symlink(&other, path.join(name)).unwrap();
    }
    keys::rotate(&path, start(), &SeededEntropy::new(4)).unwrap();
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "kept");
    keys::load(&path).unwrap();
}

#[test]
fn a_folder_that_does_not_fit_says_which_file() {
    let folder = tempfile::tempdir().unwrap();
    let named = |error: KeysError, file: &str| assert!(error.to_string().contains(file), "{error}");
    named(keys::load(folder.path()).unwrap_err(), "keys.json");
    keys::init(folder.path(), start(), &SeededEntropy::new(3)).unwrap();
    std::fs::copy(folder.path().join("city-1.seed"), folder.path().join("code-1.seed")).unwrap();
    named(keys::load(folder.path()).unwrap_err(), "code-1.seed");
    std::fs::write(folder.path().join("code-1.seed"), "short").unwrap();
    named(keys::load(folder.path()).unwrap_err(), "code-1.seed");
    std::fs::remove_file(folder.path().join("root.seed")).unwrap();
    named(keys::rotate(folder.path(), start(), &SeededEntropy::new(5)).unwrap_err(), "root.seed");
}

#[test]
fn a_key_set_is_renewed_long_before_it_is_due_by_every_instance_alike() {
    let folder = tempfile::tempdir().unwrap();
    let made = keys::init(folder.path(), start(), &SeededEntropy::new(3)).unwrap();
    let other = keys::load(folder.path()).unwrap();
    assert_eq!(made.to_be_renewed_from(), None);
    let day = |day: i64| start() + TimeDelta::days(day);
    let first = served(&made, day(0));
    assert_eq!(served(&made, day(30) - TimeDelta::seconds(1)), first);
    let renewed = served(&made, day(30));
    assert_ne!(renewed, first);
    for at in [30, 47, 59] {
        assert_eq!((served(&made, day(at)), served(&other, day(at))), (renewed.clone(), renewed.clone()));
    }
    let (old, new) = (
        KeySet::verify(&first, made.root_public(), 0).unwrap(),
        KeySet::verify(&renewed, made.root_public(), 1).unwrap(),
    );
    assert_eq!((new.version, &new.keys, new.issued_at), (1, &old.keys, day(30)));
    assert_eq!((old.next_update, new.next_update), (day(keys::SET_DAYS), day(30 + keys::SET_DAYS)));
    for at in [0, 29, 89, 400] {
        let set = KeySet::verify(&served(&made, day(at)), made.root_public(), 1).unwrap();
        assert!(!set.is_due(day(at) + TimeDelta::days(59)), "day {at}");
    }
    // One that a clock years ahead made is given out no longer than that clock goes: by its date
    // phones would ask for the next one years too late.
    let ahead = served(&made, day(4_000));
    assert_eq!((served(&made, day(0)), served(&made, day(31))), (first.clone(), renewed));
    assert_ne!(ahead, first);
    assert_eq!(served(&made, day(-1)), first, "none is older than that of the folder");
}

#[test]
fn a_key_set_whose_root_lies_in_a_safe_is_renewed_by_hand_and_asked_for_in_time() {
    let folder = tempfile::tempdir().unwrap();
    keys::init(folder.path(), start(), &SeededEntropy::new(3)).unwrap();
    let (root, safe) = (folder.path().join("root.seed"), folder.path().join("safe"));
    std::fs::rename(&root, &safe).unwrap();
    let without = keys::load(folder.path()).unwrap();
    let later = start() + TimeDelta::days(75);
    assert_eq!(served(&without, later), served(&without, start()));
    assert_eq!(without.to_be_renewed_from(), Some(start() + TimeDelta::days(60)));
    assert!(keys::renew(folder.path(), later).unwrap_err().to_string().contains("root.seed"));
    std::fs::copy(&safe, &root).unwrap();
    keys::renew(folder.path(), later).unwrap();
    std::fs::remove_file(&root).unwrap();
    let renewed = keys::load(folder.path()).unwrap();
    assert_eq!(renewed.to_be_renewed_from(), Some(later + TimeDelta::days(60)));
    let set = KeySet::verify(&served(&renewed, later), without.root_public(), 1).unwrap();
    assert_eq!((set.version, set.issued_at), (1, later));
    std::fs::copy(folder.path().join("city-1.seed"), &root).unwrap();
    assert!(keys::load(folder.path()).unwrap_err().to_string().contains("root.seed: it is not the root"));
}

#[test]
fn a_key_that_was_stolen_is_ended_and_another_one_signs() {
    let folder = tempfile::tempdir().unwrap();
    let chance = SeededEntropy::new(4);
    keys::init(folder.path(), start(), &chance).unwrap();
    let now = start() + TimeDelta::days(1);
    let unknown = keys::revoke(folder.path(), ("code-7", "stolen"), now, &chance).unwrap_err().to_string();
    assert!(unknown.contains("code-7") && unknown.contains("city-1, code-1"), "{unknown}");
    let revoked = keys::revoke(folder.path(), ("code-1", "the server was broken into"), now, &chance).unwrap();
    let set = KeySet::verify(&served(&revoked, now), revoked.root_public(), 2).unwrap();
    let code = |kid: &str| set.keys.iter().find(|key| key.kid == kid).unwrap();
    assert_eq!((code("code-1").revoked_at, code("code-2").revoked_at), (Some(now), None));
    assert!(set.find("city-2").is_none(), "only what was ended has another one");
    assert!(keys::revoke(folder.path(), ("code-1", "again"), now, &chance).unwrap_err().to_string().contains("before"));
    // The seed may be thrown away, and the set says nothing of the reason.
    std::fs::remove_file(folder.path().join("code-1.seed")).unwrap();
    assert_eq!(keys::load(folder.path()).unwrap().root_public(), revoked.root_public());
    assert!(std::fs::read_to_string(folder.path().join("keys.json")).unwrap().contains("broken into"));
    // One that signs no more anyway leaves the newer one alone.
    let rotated = keys::rotate(folder.path(), now, &chance).unwrap();
    let again = keys::revoke(folder.path(), ("code-2", "seen by a leaver"), now, &chance).unwrap();
    assert!(KeySet::verify(&served(&again, now), rotated.root_public(), 4).unwrap().find("code-4").is_none());
    // Without the root nothing happens.
    std::fs::rename(folder.path().join("root.seed"), folder.path().join("safe")).unwrap();
    let before = std::fs::read(folder.path().join("keys.json")).unwrap();
    assert!(keys::revoke(folder.path(), ("city-1", "x"), now, &chance).unwrap_err().to_string().contains("root.seed"));
    assert_eq!(std::fs::read(folder.path().join("keys.json")).unwrap(), before);
}
