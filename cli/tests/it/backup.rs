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
    assert!(!said.out.contains("clock") && said.out.contains("same keys"), "{}", said.out);
    assert_eq!(restored["is_clock_doubted"], false, "{restored}");
    // Older than two days: nothing is erased by itself.
    let books = mesto_operator::SqliteStore::open(&path.join("mesto.sqlite"), mesto_operator::Durability::Full);
    let days_ago = "UPDATE clock SET seen_at = (SELECT MAX(at) FROM audit_log) - 3 * 86400000";
    mesto_operator::store::transact(&books.unwrap(), |tx| tx.execute(days_ago, &[])).unwrap();
    right(&admin(path, &["backup", "--to", "old.sqlite"]));
    let old = |to: &str| ["admin", "restore", "--from", "old.sqlite", "--database", to].map(str::to_owned);
    let said = mesto(path, &old("fourth.sqlite").each_ref().map(String::as_str));
    assert!(said.out.contains("`mesto admin clock-is-right`"), "{}", said.out);
    let told = right(&admin(path, &["restore", "--from", "old.sqlite", "--database", "fifth.sqlite"]));
    assert_eq!(told["is_clock_doubted"], true, "{told}");
    right(&admin(path, &["clock-is-right", "--database", "new.sqlite"]));
    let serving = begun(path, &["--database", "new.sqlite"]);
    assert_eq!(crate::http("GET", &format!("{}/healthz", serving.said("operator")), None).unwrap().0, 200);
}

/// Dated copies that lie in a folder.
fn dated(folder: &Path, ending: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    files.filter(|name| name.starts_with("mesto-20") && name.ends_with(ending)).collect()
}

#[cfg(unix)]
#[test]
fn of_dated_copies_so_many_stay_and_a_copy_that_is_at_fault_takes_the_place_of_none() {
    let cluster = PostgresCluster::start().unwrap();
    let url = cluster.database().unwrap();
    let folder = folder();
    let path = folder.path();
    std::fs::create_dir(path.join("copies")).unwrap();
    for (store, ending) in [(["--database", "mesto.sqlite"], "Z.sqlite"), (["--database-url", &url], "Z.dump")] {
        right(&admin(path, &[&["create", "--role", "inspector", "--name", "Mira"], &store[..]].concat()));
        let old = [format!("mesto-2026-01-01T031500{ending}"), format!("mesto-2026-01-02T031500{ending}")];
        for name in old.iter().chain([&"by-hand.sqlite".to_owned()]) {
            std::fs::write(path.join("copies").join(name), "x").unwrap();
        }
        let into = ["backup", "--into", "copies"];
        let keep = |number: &str| admin(path, &[&into[..], &["--keep", number], &store].concat());
        let all = right(&admin(path, &[&into[..], &store].concat()));
        assert_eq!((all["removed"].as_array().unwrap().len(), dated(&path.join("copies"), ending).len()), (0, 3));
        let first = all["file"].as_str().unwrap().to_owned();
        std::fs::rename(path.join(&first), path.join(format!("copies/mesto-2026-01-03T031500{ending}"))).unwrap();
        let made = right(&keep("2"));
        assert_eq!(made["audit"], "audited");
        let removed: Vec<String> =
            made["removed"].as_array().unwrap().iter().map(|old| old.as_str().unwrap().to_owned()).collect();
        assert_eq!(removed, [format!("copies/{}", old[1]), format!("copies/{}", old[0])]);
        assert_eq!(mode(&path.join(made["file"].as_str().unwrap())), 0o600);
        assert!(path.join("copies/by-hand.sqlite").exists());
        for name in dated(&path.join("copies"), ending) {
            std::fs::remove_file(path.join("copies").join(name)).unwrap();
        }
    }
    // Books at fault: what was kept stays.
    std::fs::write(path.join("copies/mesto-2026-01-01T031500Z.sqlite"), "x").unwrap();
    let books =
        mesto_operator::SqliteStore::open(&path.join("mesto.sqlite"), mesto_operator::Durability::Full).unwrap();
    let wrong = "INSERT INTO ledger_entry (id, kind, reference, at, currency) VALUES ('le_1', 'topup', 'x', 1, 'RSD')";
    let leg =
        "INSERT INTO ledger_leg (entry, ordinal, kind, amount, currency) VALUES ('le_1', 0, 'clearing', 100, 'RSD')";
    mesto_operator::store::transact(&books, |tx| {
        tx.execute(wrong, &[])?;
        tx.execute(leg, &[])
    })
    .unwrap();
    drop(books);
    let fault = admin(path, &["backup", "--into", "copies", "--keep", "1", "--database", "mesto.sqlite"]);
    assert!(fault.exit == 1 && fault.out.contains("ledger_fault"), "{} {}", fault.out, fault.err);
    let left = dated(&path.join("copies"), "Z.sqlite");
    assert_eq!(left.len(), 2, "{left:?} {}", fault.out);
    assert_eq!(mesto(path, &["admin", "backup", "--keep", "2", "--to", "x.sqlite"]).exit, 2);
    assert_eq!(mesto(path, &["admin", "backup"]).exit, 2);
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
    // What put nothing there may be tried again.
    right(&of(&restore, &third));
    right(&of(&["list"], &third));
}

/// The epoch that stands in a file.
fn epoch_of(file: &Path) -> String {
    let store = mesto_operator::SqliteReader::open(file).unwrap();
    mesto_operator::store::transact(&store, |tx| tx.query("SELECT id FROM epoch", &[])?[0].get("id")).unwrap()
}

/// Looks again until something is so, for a minute at most.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if is_so() {
            return;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
    panic!("it never is so: {what}");
}

/// What `serve` says first; it is ended.
fn served(path: &Path, words: &[&str]) -> Value {
    Serving::start(path, &[&SERVE[..], words].concat()).said.clone()
}

#[cfg(unix)]
#[test]
fn a_restore_that_is_killed_at_any_step_leaves_no_store_of_the_old_epoch_on_sqlite() {
    let folder = folder();
    let path = folder.path();
    right(&admin(path, &["create", "--role", "inspector", "--name", "Mira"]));
    right(&admin(path, &["backup", "--to", "first.sqlite"]));
    right(&admin(path, &["restore", "--from", "first.sqlite", "--database", "old.sqlite"]));
    right(&admin(path, &["backup", "--to", "copy.sqlite", "--database", "old.sqlite"]));
    let old = epoch_of(&path.join("copy.sqlite"));
    let names = || -> Vec<String> {
        let files = std::fs::read_dir(path).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    for (number, sign) in [".partial", ".partial-wal", ".sqlite"].into_iter().enumerate() {
        let to = format!("new-{number}.sqlite");
        let words = ["admin", "restore", "--from", "copy.sqlite", "--database", &to];
        let mut child = crate::command(path, &words).stdout(std::process::Stdio::null()).spawn().unwrap();
        let is_there = || names().iter().any(|name| name.starts_with(&to) && name.ends_with(sign));
        while !is_there() && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        let by_itself = child.wait().unwrap().success();
        let file = path.join(&to);
        assert!(!by_itself || file.exists(), "{sign}");
        if file.exists() {
            assert_ne!(epoch_of(&file), old, "{sign}");
        } else {
            let left: Vec<String> = names().into_iter().filter(|name| name.ends_with(".partial")).collect();
            for partial in &left {
                let refused = served(path, &["--database", partial]);
                assert!(refused["error"]["text"].as_str().unwrap().contains("did not end"), "{refused}");
            }
            if left.iter().any(|partial| partial.starts_with(&to)) {
                let refused = served(path, &["--database", &to]);
                assert!(refused["error"]["text"].as_str().unwrap().contains("did not end"), "{refused}");
                assert!(!file.exists(), "an empty store was made");
            }
            right(&admin(path, &["restore", "--from", "copy.sqlite", "--database", &to]));
        }
        assert_ne!(epoch_of(&file), old, "{sign}");
        let said = served(path, &["--database", &to]);
        assert_eq!(said["store"], json!(to), "{said}");
    }
}

#[test]
fn a_store_whose_restore_did_not_end_is_refused_and_no_empty_one_is_made_in_its_place() {
    let folder = folder();
    let path = folder.path();
    let left = path.join("n.sqlite.4711.partial");
    std::fs::write(&left, "half").unwrap();
    let at = ["--database", "n.sqlite"];
    let serve = mesto(path, &[&SERVE[..], &at].concat());
    assert_eq!(refusal(&serve), (6, "store_unusable".into()));
    assert!(text(&serve).contains("a restore of this store did not end"), "{}", text(&serve));
    assert!(text(&serve).contains("n.sqlite.4711.partial"), "{}", text(&serve));
    for words in [&["ledger"][..], &["create", "--role", "inspector", "--name", "Mira"], &["migrate", "--pending"]] {
        let tool = admin(path, &[words, &at].concat());
        assert_eq!(refusal(&tool), (6, "store_unusable".into()), "{words:?}");
        assert!(text(&tool).contains("a restore of this store did not end"), "{words:?} {}", text(&tool));
    }
    let doctor = mesto(path, &["doctor", "--json", "--database", "n.sqlite"]).json();
    let of_store = |check: &&Value| check["code"] == "store_unusable";
    let check = doctor["checks"].as_array().unwrap().iter().find(of_store).unwrap().clone();
    assert!(check["state"] == "bad" && check["text"].as_str().unwrap().contains("did not end"), "{check}");
    assert!(!path.join("n.sqlite").exists());
    // What another store's restore or a copy by hand left says nothing of this one.
    std::fs::rename(&left, path.join("other.n.sqlite.4711.partial")).unwrap();
    std::fs::write(path.join("n.sqlite.copy.partial"), "half").unwrap();
    assert_eq!(served(path, &at)["store"], json!("n.sqlite"));
}

#[cfg(unix)]
#[test]
fn an_empty_store_that_serve_makes_is_said_in_the_log_and_one_that_is_there_is_not() {
    let folder = folder();
    let path = folder.path();
    let warned = |log: &str| {
        let log = path.join(log);
        drop(Serving::logging(path, &SERVE, &log));
        let log = std::fs::read_to_string(&log).unwrap();
        log.lines().any(|line| line.contains("WARN") && line.contains("a new, empty one was made"))
    };
    assert!(warned("first.log"));
    assert!(!warned("second.log"));
}

/// A session of `psql` in a database, in the middle of something.
#[cfg(unix)]
pub struct Session(std::process::Child);

#[cfg(unix)]
impl Session {
    /// Does something and keeps the locks that it took.
    pub fn holding(cluster: &PostgresCluster, url: &str, sql: &str) -> Self {
        use std::io::{BufRead as _, Write as _};
        let mut psql = std::process::Command::new(cluster.programs().join("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url]);
        let mut child = psql.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "{sql}\n\\echo held").unwrap();
        let mut said = std::io::BufReader::new(child.stdout.as_mut().unwrap()).lines();
        assert!(said.any(|line| line.unwrap() == "held"), "{sql}");
        Self(child)
    }

    /// Lets go of its locks.
    pub fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

#[cfg(unix)]
#[test]
fn a_restore_that_is_killed_at_any_step_leaves_a_database_that_is_not_served_on_postgres() {
    let cluster = PostgresCluster::start().unwrap();
    let (url, first, second) = (cluster.database().unwrap(), cluster.database().unwrap(), cluster.database().unwrap());
    let folder = folder();
    let path = folder.path();
    let of = |command: &[&str], url: &str| admin(path, &[command, &["--database-url", url]].concat());
    right(&of(&["create", "--role", "inspector", "--name", "Mira"], &url));
    right(&of(&["backup", "--to", "mesto.dump"], &url));
    let restore = ["restore", "--from", "mesto.dump"];
    let begin = |url: &str| {
        let words = [&["admin"], &restore[..], &["--database-url", url]].concat();
        crate::command(path, &words).stdout(std::process::Stdio::null()).spawn().unwrap()
    };
    let asked = |url: &str, sql: &str| -> bool {
        let mut psql = std::process::Command::new(cluster.programs().join("psql"));
        let said = psql.args(["-X", "-q", "-A", "-t", "-d", url, "-c", sql]).output().unwrap();
        String::from_utf8(said.stdout).unwrap().trim() == "t"
    };
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pg_restore' AND wait_event_type = 'Lock')";
    let filled = "SELECT to_regclass('schema_history') IS NOT NULL";
    let is_refused = |url: &str, when: &str| {
        let said = served(path, &["--database-url", url]);
        let text = said["error"]["text"].as_str().unwrap_or_else(|| panic!("{when}: it is served: {said}"));
        assert!(text.contains("did not end") && text.contains("an empty one"), "{when}: {text}");
        for tool in [&["list"][..], &["restored"], &["migrate"], &["backup", "--to", "half.dump"]] {
            assert_eq!(refusal(&of(tool, url)), (6, "store_unusable".into()), "{when}: {tool:?}");
        }
    };

    // In the middle of `pg_restore`, which goes on alone.
    let held = Session::holding(&cluster, &first, "BEGIN; CREATE TABLE account (id TEXT);");
    let mut child = begin(&first);
    until("pg_restore waits", || asked(&first, waits));
    child.kill().unwrap();
    child.wait().unwrap();
    is_refused(&first, "while pg_restore goes on");
    held.end();
    until("pg_restore has ended", || asked(&first, filled));
    is_refused(&first, "after pg_restore");
    assert!(text(&of(&restore, &first)).contains("an empty one with `createdb`"));

    // After `pg_restore`, before the new epoch.
    let held = Session::holding(&cluster, &second, "BEGIN; CREATE TABLE account (id TEXT);");
    let mut child = begin(&second);
    until("pg_restore waits", || asked(&second, waits));
    let migrates = Session::holding(&cluster, &second, "SELECT pg_advisory_lock(7215063);");
    held.end();
    until("it waits to migrate", || {
        asked(&second, "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
    });
    child.kill().unwrap();
    child.wait().unwrap();
    migrates.end();
    assert!(asked(&second, filled));
    is_refused(&second, "before the new epoch");

    let third = cluster.database().unwrap();
    right(&of(&restore, &third));
    let said = served(path, &["--database-url", &third]);
    assert!(said["store"].as_str().unwrap().contains("Postgres"), "{said}");
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
