//! Which database an operator uses, and how it proves itself.

use std::path::Path;
use std::process::Command;

use mesto_operator::testing::{Authority, PostgresCluster};

use crate::{SERVE, Serving, command, folder, http, mesto, ran};

/// A server `db.example`, and the address of a database whose owner has to give his password.
fn guarded(authority: &Authority) -> (PostgresCluster, String) {
    let cluster = PostgresCluster::start_with_tls(&authority.certify("db.example").unwrap()).unwrap();
    let name = cluster.database().unwrap().rsplit('/').next().unwrap().to_owned();
    let told = Command::new(cluster.programs().join("psql"))
        .args(["-q", "-h", "127.0.0.1", "-U", "mesto", "-p", &cluster.port().to_string(), "-d", &name])
        .args(["-c", "CREATE ROLE guarded LOGIN PASSWORD 'of the database'"])
        .args(["-c", &format!("ALTER DATABASE {name} OWNER TO guarded")])
        .status();
    assert!(told.unwrap().success());
    let url = format!("postgres://guarded@db.example:{}/{name}?hostaddr=127.0.0.1", cluster.port());
    (cluster, url)
}

fn password_file(folder: &Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let file = folder.join("pgpass");
    std::fs::write(&file, "db.example:*:*:guarded:of the database\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file
}

#[test]
fn an_operator_serves_postgres_over_tls_with_its_password_in_a_file_and_refuses_a_wrong_authority() {
    let (folder, authority) = (folder(), Authority::new().unwrap());
    let (_cluster, url) = guarded(&authority);
    let authorities = authority.file().display().to_string();
    let arguments = [&SERVE[..], &["--connections", "3", "--database-ca", &authorities]].concat();
    let environment =
        [("DATABASE_URL", url.clone()), ("PGPASSFILE", password_file(folder.path()).display().to_string())];

    let mut serving = Serving::with(command(folder.path(), &arguments).envs(environment.clone()));
    let store = serving.said("store");
    assert!(store.contains("on db.example:") && store.ends_with(", TLS"), "{store}");
    assert_eq!(http("GET", &format!("{}/healthz", serving.said("operator")), None).unwrap().0, 200);
    let tool = ["admin", "ledger", "--json", "--database-ca", &authorities];
    assert_eq!(ran(command(folder.path(), &tool).envs(environment.clone())).json()["fault"], serde_json::Value::Null);
    Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
    assert!(!folder.path().join("mesto.sqlite").exists(), "nothing else was opened");

    let another = Authority::new().unwrap();
    let wrong = another.file().display().to_string();
    let refused = ran(command(folder.path(), &["admin", "ledger", "--database-ca", &wrong]).envs(environment));
    assert_eq!(refused.exit, 6);
    assert!(refused.err.contains("not signed by an authority in"), "{}", refused.err);

    let no_password = ran(command(folder.path(), &tool).env("DATABASE_URL", &url));
    assert!(no_password.exit == 6 && no_password.out.contains("password"), "{}", no_password.out);
}

#[test]
fn a_named_file_goes_before_the_environments_address() {
    let folder = folder();
    let elsewhere = "postgres://mesto@127.0.0.1:1/mesto";
    let arguments = ["admin", "create", "--role", "inspector", "--name", "Mira", "--database", "own.sqlite"];
    assert_eq!(ran(command(folder.path(), &arguments).env("DATABASE_URL", elsewhere)).exit, 0);
    assert!(folder.path().join("own.sqlite").is_file());
    let refused = ran(command(folder.path(), &["admin", "ledger"]).env("DATABASE_URL", elsewhere));
    assert!(refused.exit == 6 && refused.err.contains("127.0.0.1:1"), "{}", refused.err);
}

#[test]
fn a_database_on_another_machine_has_to_prove_itself_or_is_said_to_be_trusted() {
    let folder = folder();
    let url = "postgres://mesto:hidden@db.example/mesto";
    let refused = mesto(folder.path(), &["admin", "ledger", "--database-url", url]);
    assert_eq!(refused.exit, 6);
    assert!(refused.err.contains("sslmode=verify-full"), "{}", refused.err);
    assert!(!refused.err.contains("hidden"), "{}", refused.err);
}

/// The database's clock is made another one by a function of its name that is found first.
// Row 5 of the first trial.
#[test]
fn an_operator_whose_clock_differs_from_the_databases_does_not_start_and_says_by_how_much() {
    let folder = folder();
    let cluster = PostgresCluster::start().unwrap();
    let url = cluster.database().unwrap();
    let name = url.rsplit('/').next().unwrap();
    let told = Command::new(cluster.programs().join("psql"))
        .args(["-q", "-h", "127.0.0.1", "-U", "mesto", "-p", &cluster.port().to_string(), "-d", name])
        .args(["-c", "CREATE SCHEMA fast"])
        .args(["-c", "CREATE FUNCTION fast.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + INTERVAL '5 seconds' $$"])
        .args(["-c", &format!("ALTER DATABASE {name} SET search_path = fast, pg_catalog, public")])
        .status();
    assert!(told.unwrap().success());
    let arguments = [&SERVE[..], &["--connections", "2", "--database-url", &url]].concat();
    let refused = ran(&mut command(folder.path(), &arguments));
    assert_eq!(refused.json()["error"]["code"], "clock_skew", "{} {}", refused.out, refused.err);
    let text = format!("{}{}", refused.out, refused.err);
    assert!(text.contains("ms behind the database's, at most 2000 ms are allowed"), "{text}");
    assert!(text.contains("--max-clock-skew-ms"), "{text}");
    // Leases rely on the most that can be allowed.
    let beyond = [&arguments[..], &["--max-clock-skew-ms", "30001"]].concat();
    let beyond = ran(&mut command(folder.path(), &beyond));
    let text = beyond.json()["error"]["text"].to_string();
    assert!(text.contains("30001 is not in 100..=30000"), "{text}");
    let tolerant = [&arguments[..], &["--max-clock-skew-ms", "10000"]].concat();
    let serving = Serving::with(&mut command(folder.path(), &tolerant));
    assert_eq!(http("GET", &format!("{}/healthz", serving.said("operator")), None).unwrap().0, 200);
}

#[cfg(unix)]
#[test]
fn a_file_of_the_books_that_others_may_change_is_refused_and_one_they_may_read_is_shut() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let path = folder.path();
    drop(Serving::start(path, &SERVE));
    let books = path.join("mesto.sqlite");
    let set = |mode| std::fs::set_permissions(&books, std::fs::Permissions::from_mode(mode)).unwrap();
    let mode = || std::fs::metadata(&books).unwrap().permissions().mode() & 0o777;
    for wrong in [0o666, 0o660, 0o602] {
        set(wrong);
        for words in [
            &SERVE[..],
            &["admin", "ledger", "--json"],
            &["admin", "create", "--role", "inspector", "--name", "Mira", "--json"],
        ] {
            let refused = mesto(path, words);
            let error = refused.json()["error"].clone();
            assert_eq!((refused.exit, &error["code"]), (6, &"file_unsafe".into()), "{wrong:o} {words:?} {error}");
            assert!(error["advice"].as_str().unwrap().contains("chmod 600 mesto.sqlite"), "{error}");
        }
        assert_eq!(mode(), wrong, "it is looked at, not mended");
    }
    for open in [0o644, 0o640, 0o604] {
        set(open);
        // A tool that looks changes nothing.
        assert_eq!((mesto(path, &["admin", "ledger"]).exit, mode()), (0, open));
        let log = path.join("log");
        drop(Serving::logging(path, &SERVE, &log));
        assert_eq!(mode(), 0o600, "{open:o}");
        let log = std::fs::read_to_string(&log).unwrap();
        assert!(log.contains("others could read the books") && log.contains(&format!("{open:o}")), "{log}");
    }
}

/// A server of Postgres that asks everybody for a password, and says no more.
fn asks_for_password() -> String {
    use std::io::{Read as _, Write as _};
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://mesto@{}/mesto", server.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let mut said = [0; 1_024];
            let length = stream.read(&mut said).unwrap_or(0);
            // Whoever asks for TLS first is told that there is none.
            if length == 8 && stream.write_all(b"N").is_ok() {
                let _ = stream.read(&mut said);
            }
            let _ = stream.write_all(b"R\0\0\0\x08\0\0\0\x03");
            let _ = stream.read(&mut said);
        }
    });
    url
}

#[test]
fn who_has_no_password_is_told_where_it_is_looked_for() {
    let folder = folder();
    let url = asks_for_password();
    std::fs::write(folder.path().join("copy.dump"), "PGDMP").unwrap();
    for words in [&["ledger"][..], &["backup", "--to", "to.dump"], &["restore", "--from", "copy.dump"]] {
        let refused = mesto(folder.path(), &[&["admin"], words, &["--database-url", &url, "--json"]].concat());
        let error = refused.json()["error"].clone();
        assert_eq!((refused.exit, error["code"].as_str()), (6, Some("store_unusable")), "{words:?} {error}");
        let advice = error["advice"].as_str().unwrap();
        assert!(advice.contains("PGPASSFILE") && advice.contains("/etc/default/mesto"), "{words:?} {error}");
    }
}
