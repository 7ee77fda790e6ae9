//! A store is served by keys of one root: `mesto serve` refuses others, the doctor tells of them,
//! and `mesto admin root-key adopt` is the deliberate way to another one.

use std::path::Path;

use mesto_operator::testing::PostgresCluster;
use serde_json::{Value, json};

use crate::{Ran, SERVE, Serving, admin, folder, mesto, right};

const REASON: [&str; 2] = ["--reason", "the keys were lost"];

fn error(ran: &Ran) -> (i32, Value) {
    (ran.exit, ran.json()["error"].clone())
}

/// What the doctor says of the root key.
fn told(path: &Path, words: &[&str]) -> Value {
    let doctor = mesto(path, &[&["doctor", "--json"], words].concat()).json();
    let checks = doctor["checks"].as_array().unwrap();
    checks.iter().find(|check| check["code"] == "keys_of_another_root").unwrap().clone()
}

/// The same of a store on either database; `copy` is put back into `new`.
fn is_of_one_root(path: &Path, [store, new]: [&[&str]; 2], copy: &str) -> [Value; 2] {
    let other = right(&mesto(path, &["keys", "init", "other", "--json"]))["root_key"].clone();
    let own = right(&mesto(path, &["keys", "renew", "--json"]))["root_key"].clone();
    let by_other = ["--keys", "other"];
    drop(Serving::start(path, &[&SERVE[..], store].concat()));
    let refused = |store: &[&str]| {
        let (exit, error) = error(&mesto(path, &[&SERVE[..], store, &by_other].concat()));
        assert_eq!((exit, &error["code"]), (6, &json!("store_of_another_root")), "{error}");
        let text = error["text"].as_str().unwrap();
        assert!(text.contains(own.as_str().unwrap()) && text.contains(other.as_str().unwrap()), "{text}");
        assert!(error["advice"].as_str().unwrap().contains("mesto admin root-key adopt"), "{error}");
        let check = told(path, &[store, &by_other].concat());
        assert_eq!((&check["state"], &check["severity"]), (&json!("bad"), &json!("error")), "{check}");
        assert_eq!(told(path, store)["state"], "good");
        let shown = admin(path, &[&["root-key"], store, &by_other].concat());
        assert!(shown.exit == 6 && shown.out.contains("store_of_another_root"), "{}", shown.out);
        assert_eq!(right(&admin(path, &[&["root-key"], store].concat())), json!({ "store": own, "keys": own }));
    };
    refused(store);
    // A copy that is put back remembers it, whoever puts it back.
    right(&admin(path, &[&["backup", "--to", copy], store].concat()));
    let restored = right(&admin(path, &[&["restore", "--from", copy], new, &by_other].concat()));
    assert_eq!(restored["is_of_other_root_key"], true, "{restored}");
    refused(new);

    let adopted = right(&admin(path, &[&["root-key", "adopt"], &REASON[..], new, &by_other].concat()));
    assert_eq!(adopted, json!({ "root_key": other, "before": own }));
    let serving = Serving::start(path, &[&SERVE[..], new, &by_other].concat());
    assert_eq!(serving.said("root_key"), other.as_str().unwrap());
    let log = right(&admin(path, &[&["audit"], new].concat())).to_string();
    assert!(log.contains("store.root_key_adopted") && log.contains("the keys were lost"), "{log}");
    [own, other]
}

#[test]
fn a_sqlite_store_is_of_one_root_key() {
    let folder = folder();
    let path = folder.path();
    let new = ["--database", "new.sqlite"];
    is_of_one_root(path, [&["--database", "mesto.sqlite"], &new], "copy.sqlite");
    // Not while somebody serves it.
    let _serving = Serving::start(path, &[&SERVE[..], &["--keys", "other"], &new].concat());
    let (exit, error) = error(&admin(path, &[&["root-key", "adopt"], &REASON[..], &new].concat()));
    assert_eq!((exit, &error["code"]), (6, &json!("store_in_use")), "{error}");
}

#[test]
fn two_instances_on_postgres_have_the_same_root_key_or_the_second_one_does_not_start() {
    let cluster = PostgresCluster::start().unwrap();
    let [store, new] = [cluster.database().unwrap(), cluster.database().unwrap()];
    let folder = folder();
    let path = folder.path();
    let (store, new) = (["--database-url", &store], ["--database-url", &new]);
    let serving = Serving::start(path, &[&SERVE[..], &store].concat());
    let [own, _] = is_of_one_root(path, [&store, &new], "copy.dump");
    assert_eq!(serving.said("root_key"), own.as_str().unwrap());
    let second = Serving::start(path, &[&SERVE[..], &store].concat());
    assert_eq!(second.said("root_key"), own.as_str().unwrap());
}
