//! Tokens that are ended, the audit log, an operator's name, keys that were stolen, migrations.

use serde_json::{Value, json};

use crate::{Ran, SERVE, Serving, admin, folder, http, mesto, right};

fn code(ran: &Ran) -> (i32, String) {
    (ran.exit, ran.json()["error"]["code"].as_str().unwrap().to_owned())
}

#[test]
fn who_did_what_is_read_from_the_audit_log() {
    let folder = folder();
    let path = folder.path();
    right(&admin(path, &["create", "--role", "inspector", "--name", "Mira"]));
    right(&admin(path, &["create", "--role", "inspector", "--name", "Ana"]));
    let staff = right(&admin(path, &["list"]));
    let (first, second) = (staff[0]["account"].as_str().unwrap(), staff[1]["account"].as_str().unwrap());
    right(&admin(path, &["token", first]));
    assert_eq!(right(&admin(path, &["sign-out", first, "--reason", "lost his phone"]))["ended"], 1);
    assert_eq!(right(&admin(path, &["list"]))[0]["token_ends_at"], Value::Null);
    let nobody = "ac_01jd4f8q0r3n7w2x5y6z8a9b1c";
    assert_eq!(code(&admin(path, &["sign-out", nobody, "--reason", "x"])), (6, "role_unchanged".into()));
    assert_eq!(admin(path, &["sign-out", first]).exit, 2, "why?");
    right(&admin(path, &["revoke", staff[0]["roles"][0]["id"].as_str().unwrap()]));
    right(&admin(path, &["restored"]));
    let actions = |arguments: &[&str]| -> Vec<String> {
        let log = right(&admin(path, &[&["audit"], arguments].concat()));
        log.as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap().to_owned()).collect()
    };
    let all = ["grant.given", "grant.given", "token.renewed", "token.ended", "grant.ended", "store.restored"];
    assert_eq!(actions(&[]), all);
    assert_eq!(actions(&["--account", first]), ["grant.given", "token.renewed", "token.ended", "grant.ended"]);
    assert_eq!(actions(&["--account", second]), ["grant.given"]);
    assert_eq!(actions(&["--since", "2099-01-01T00:00:00Z"]), [""; 0]);
    let shown = mesto(path, &["admin", "audit"]).out;
    assert!(shown.contains("lost his phone") && !shown.contains("Mira"), "{shown}");
}

#[test]
fn a_store_is_served_under_one_name() {
    let folder = folder();
    let path = folder.path();
    drop(Serving::start(path, &[&SERVE[..], &["--name", "parking.example"]].concat()));
    let other = mesto(path, &[&SERVE[..], &["--name", "parking.other"]].concat());
    assert_eq!(code(&other), (6, "store_of_another_name".into()));
    assert!(other.out.contains("--name parking.example"), "{}", other.out);
    let unnamed = mesto(path, &SERVE);
    assert_eq!(code(&unnamed), (6, "store_of_another_name".into()));
    let serving = Serving::start(path, &[&SERVE[..], &["--name", "parking.example"]].concat());
    assert_eq!(serving.said("name"), "parking.example");
}

#[test]
fn a_stolen_key_is_ended_from_the_command_line() {
    let folder = folder();
    let path = folder.path();
    assert_eq!(mesto(path, &["keys", "revoke", "code-1"]).exit, 2, "why?");
    let unknown = mesto(path, &["keys", "revoke", "code-9", "--reason", "stolen"]);
    assert!(unknown.exit == 6 && unknown.err.contains("code-1"), "{}", unknown.err);
    assert_eq!(mesto(path, &["keys", "revoke", "code-1", "--reason", "stolen"]).exit, 0);
    let serving = Serving::start(path, &SERVE);
    assert_eq!(http("GET", &format!("{}/v1/keys", serving.said("operator")), None).unwrap().0, 200);
    let again = mesto(path, &["keys", "revoke", "code-1", "--reason", "stolen"]);
    assert!(again.exit == 6 && again.err.contains("before"), "{}", again.err);
}

#[test]
fn a_store_of_this_version_has_nothing_to_migrate_and_another_programs_is_left_alone() {
    let folder = folder();
    let path = folder.path();
    assert_eq!(code(&admin(path, &["migrate"])), (6, "store_missing".into()));
    // An empty file is what a store begins with.
    std::fs::write(path.join("mesto.sqlite"), "").unwrap();
    let refused = mesto(path, &[&SERVE[..], &["--no-migrate"]].concat());
    assert_eq!(code(&refused), (6, "store_unusable".into()));
    let tried = right(&admin(path, &["migrate", "--dry-run"]));
    assert_eq!((&tried["store"], tried["pending"].as_array().unwrap().is_empty()), (&json!(0), false));
    assert_eq!(std::fs::read(path.join("mesto.sqlite")).unwrap(), b"");
    let names: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_str().unwrap().starts_with(".tmp")), "{names:?}");
    assert_eq!(right(&admin(path, &["migrate"]))["pending"], tried["pending"]);
    let again = right(&admin(path, &["migrate"]));
    assert_eq!((&again["store"], &again["pending"]), (&again["binary"], &json!([])));
    drop(Serving::start(path, &[&SERVE[..], &["--no-migrate"]].concat()));
}
