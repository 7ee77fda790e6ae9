//! `mesto admin backup|restore`: a copy of a store that is served, and a store made of it.

use std::path::Path;

use mesto_operator::testing::PostgresCluster;
use serde_json::{Value, json};

use crate::phone::PHONE;
use crate::{Ran, SERVE, Serving, admin, folder, mesto, right};

/// Serves with a bank at an address of its own too.
fn begun(folder: &Path, more: &[&str]) -> Serving {
    Serving::start(folder, &[&SERVE[..], &["--bank-url", "http://127.0.0.1:0"], more].concat())
}

fn refusal(ran: &Ran) -> (i32, String) {
    (ran.exit, ran.json()["error"]["code"].as_str().unwrap().to_owned())
}

fn text(ran: &Ran) -> String {
    let error = ran.json()["error"].clone();
    format!("{} {}", error["text"].as_str().unwrap(), error["advice"].as_str().unwrap_or_default())
}

fn mode(file: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

/// Whether what was begun lies in a folder.
fn has_partial(folder: &Path) -> bool {
    let mut files = std::fs::read_dir(folder).unwrap();
    files.any(|file| file.unwrap().file_name().to_string_lossy().ends_with(".partial"))
}

#[cfg(unix)]
#[test]
fn a_store_that_is_served_is_copied_and_another_one_is_made_of_the_copy_on_sqlite() {
    let folder = folder();
    let path = folder.path();
    let serving = begun(path, &["--with-demo-bank"]);
    let at = ["--operator", &serving.said("operator"), "--root-key", &serving.said("root_key")].map(str::to_owned);
    let at: Vec<&str> = at.iter().map(String::as_str).collect();
    assert_eq!(mesto(path, &[&["sign-in", PHONE][..], &at].concat()).exit, 0);
    right(&admin(path, &["create", "--role", "inspector", "--name", "Mira"]));

    let made = right(&admin(path, &["backup", "--to", "copy.sqlite"]));
    assert_eq!((made["audit"].as_str(), made["fault"].as_str()), (Some("audited"), None));
    let copy = path.join("copy.sqlite");
    assert_eq!((made["bytes"].as_u64(), mode(&copy)), (Some(std::fs::metadata(&copy).unwrap().len()), 0o600));
    assert_eq!(refusal(&admin(path, &["backup", "--to", "copy.sqlite"])), (6, "file_exists".into()));
    // What happens afterwards is not in it.
    right(&admin(path, &["create", "--role", "inspector", "--name", "Ana"]));
    drop(serving);

    let restore = |to: &str| admin(path, &["restore", "--from", "copy.sqlite", "--database", to]);
    assert_eq!(refusal(&restore("mesto.sqlite")), (6, "file_exists".into()));
    let restored = right(&restore("new.sqlite"));
    assert!(restored["epoch"].as_str().unwrap().starts_with("ep_"), "{restored}");
    assert_eq!(refusal(&restore("new.sqlite")), (6, "file_exists".into()));
    assert_eq!(mode(&path.join("new.sqlite")), 0o600);
    let staff = right(&admin(path, &["list", "--database", "new.sqlite"]));
    let names: Vec<_> = staff.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Mira"]);
    assert_eq!(right(&admin(path, &["ledger", "--database", "new.sqlite"]))["fault"], Value::Null);
    // Each time it is another history of the books.
    assert_ne!(right(&restore("other.sqlite"))["epoch"], restored["epoch"]);
    let said = mesto(path, &["admin", "restore", "--from", "copy.sqlite", "--database", "third.sqlite"]);
    assert!(said.out.contains("clock-is-right") && said.out.contains("same keys"), "{}", said.out);
    right(&admin(path, &["clock-is-right", "--database", "new.sqlite"]));
    let serving = begun(path, &["--database", "new.sqlite"]);
    assert_eq!(crate::http("GET", &format!("{}/healthz", serving.said("operator")), None).unwrap().0, 200);
}

/// What happened in a garage since the copy was taken is told again by its controller.
#[cfg(unix)]
#[test]
fn a_controller_tells_its_last_days_again_to_a_store_that_was_put_back() {
    let folder = folder();
    let path = folder.path();
    let garage = |serving: &Serving, words: &[&str]| {
        let (operator, root_key) = (serving.said("operator"), serving.said("root_key"));
        let at = ["--operator", &operator, "--operator-name", "localhost", "--root-key", &root_key];
        let place = ["--token-file", "token", "--facility", "zeleni-venac", "--json"];
        right(&mesto(path, &[&["garage"], words, &at, &place].concat()))
    };
    let visits = |file: &str| -> i64 {
        let store = mesto_operator::SqliteReader::open(&path.join(file)).unwrap();
        let sql = "SELECT COUNT(*) AS number FROM visit";
        mesto_operator::store::transact(&store, |tx| tx.query(sql, &[])?[0].get("number")).unwrap()
    };
    let serving = begun(path, &[]);
    let role = ["--role", "controller", "--city", "belgrade", "--place", "zeleni-venac"];
    let made = right(&admin(path, &[&["create", "--name", "Barrier"], &role[..]].concat()));
    std::fs::write(path.join("token"), made["token"].as_str().unwrap()).unwrap();
    garage(&serving, &["enter"]);
    right(&admin(path, &["backup", "--to", "copy.sqlite"]));
    garage(&serving, &["enter"]);
    assert_eq!((visits("mesto.sqlite"), visits("copy.sqlite")), (2, 1));
    assert_eq!(garage(&serving, &["report"])["told_again"], 0);
    drop(serving);
    right(&admin(path, &["restore", "--from", "copy.sqlite", "--database", "new.sqlite"]));
    let serving = begun(path, &["--database", "new.sqlite"]);
    assert_eq!(garage(&serving, &["report"])["told_again"], 2);
    assert_eq!(visits("new.sqlite"), 2, "what was there already is not there twice");
    assert_eq!(garage(&serving, &["report"])["told_again"], 0, "once");
    assert_eq!(right(&admin(path, &["ledger", "--database", "new.sqlite"]))["fault"], Value::Null);
}

#[test]
fn a_postgres_database_is_dumped_with_its_audit_and_another_one_is_made_of_the_dump() {
    let cluster = PostgresCluster::start().unwrap();
    let (url, empty) = (cluster.database().unwrap(), cluster.database().unwrap());
    let folder = folder();
    let path = folder.path();
    let of = |command: &[&str], url: &str| admin(path, &[command, &["--database-url", url]].concat());
    assert_eq!(refusal(&of(&["backup", "--to", "mesto.dump"], &url)), (6, "store_unusable".into()));
    assert!(!path.join("mesto.dump").exists());
    right(&of(&["create", "--role", "inspector", "--name", "Mira"], &url));
    let made = right(&of(&["backup", "--to", "mesto.dump"], &url));
    assert_eq!(made["audit"], json!("audited"));
    #[cfg(unix)]
    assert_eq!(mode(&path.join("mesto.dump")), 0o600);
    assert!(!has_partial(path), "it has its own name when it is whole");
    assert_eq!(refusal(&of(&["backup", "--to", "mesto.dump"], &url)), (6, "file_exists".into()));
    assert_eq!(refusal(&of(&["backup", "--to", "none/mesto.dump"], &url)), (1, "copy".into()));
    right(&of(&["create", "--role", "inspector", "--name", "Ana"], &url));

    let restore = ["restore", "--from", "mesto.dump"];
    assert_eq!(refusal(&of(&restore, &url)), (6, "store_exists".into()));
    let restored = right(&of(&restore, &empty));
    assert!(restored["epoch"].as_str().unwrap().starts_with("ep_"), "{restored}");
    let staff = right(&of(&["list"], &empty));
    assert_eq!((staff.as_array().unwrap().len(), &staff[0]["name"]), (1, &json!("Mira")));
    assert_eq!(right(&of(&["ledger"], &empty))["fault"], Value::Null);

    let other = admin(path, &["restore", "--from", "mesto.dump", "--database", "new.sqlite"]);
    assert_eq!(refusal(&other), (2, "backup_of_another_kind".into()));
    assert!(!path.join("new.sqlite").exists());
    let dump = std::fs::read(path.join("mesto.dump")).unwrap();
    std::fs::write(path.join("half.dump"), &dump[..dump.len() / 2]).unwrap();
    let third = cluster.database().unwrap();
    assert_eq!(refusal(&of(&["restore", "--from", "half.dump"], &third)).0, 1);
    assert_eq!(refusal(&of(&["list"], &third)), (6, "store_unusable".into()), "all or nothing");
}

/// A copy of the file alone has no tables: all is in the log beside it.
#[test]
fn a_tool_that_looks_refuses_what_is_no_store_and_changes_nothing() {
    let folder = folder();
    let path = folder.path();
    let serving = begun(path, &[]);
    // Made as somebody would who does not know of the log.
    std::fs::copy(path.join("mesto.sqlite"), path.join("copied.sqlite")).unwrap();
    drop(serving);
    std::fs::write(path.join("text.sqlite"), "something else, of somebody else; long enough to be no database")
        .unwrap();
    for (file, says) in
        [("copied.sqlite", "mesto admin backup"), ("text.sqlite", "not a database"), ("none.sqlite", "there is no")]
    {
        let before = std::fs::read(path.join(file)).ok();
        for tool in [
            &["ledger"][..],
            &["incidents"],
            &["list"],
            &["refunds"],
            &["claims"],
            &["restored"],
            &["revoke", "gr_01jd4f8q0r3n7w2x5y6z8a9b1c"],
            &["backup", "--to", "copy.sqlite"],
        ] {
            let refused = admin(path, &[tool, &["--database", file]].concat());
            assert_eq!(refused.exit, 6, "{tool:?} of {file}: {}", refused.out);
            assert!(text(&refused).contains(says), "{tool:?} of {file}: {}", refused.out);
        }
        assert_eq!(std::fs::read(path.join(file)).ok(), before, "{file}");
        assert!(!path.join("copy.sqlite").exists());
    }
}
