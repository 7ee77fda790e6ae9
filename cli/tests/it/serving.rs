//! `mesto serve` with its bank: what is owed back goes back while it serves, and it ends in order.

use std::process::Command;

use mesto_cli::testbed::{Payer, walk};
use mesto_operator::store::transact;
use mesto_operator::{Durability, SqliteStore};
use serde_json::json;

use crate::phone::PHONE;
use crate::{SERVE, Serving, mesto, secret_file};

/// The one-time code of the newest message in an operator's store.
fn code(store: &std::path::Path) -> String {
    let store = SqliteStore::open(store, Durability::Full).unwrap();
    let sql = "SELECT params FROM message ORDER BY id DESC LIMIT 1";
    let rows = transact(&store, |tx| tx.query(sql, &[])).unwrap();
    let params: String = rows[0].get("params").unwrap();
    let params: serde_json::Value = serde_json::from_str(&params).unwrap();
    params["code"].as_str().unwrap().to_owned()
}

/// Reads the account's events as they come, until one says what is waited for.
fn wait_for_event(operator: &str, token: &str, says: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let request = mesto_cli::web::client().unwrap().get(format!("{operator}/v1/events"));
        let mut stream = request.bearer_auth(token).header("accept", "text/event-stream").send().await.unwrap();
        let mut told = String::new();
        while !told.contains(says) {
            let part = stream.chunk().await.unwrap().expect("the stream goes on");
            told.push_str(&String::from_utf8_lossy(&part));
        }
    });
}

#[cfg(unix)]
#[test]
fn what_is_owed_back_is_asked_of_the_bank_while_an_operator_serves_bg_83_bg_97() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    secret_file(&path.join("secret"), "0123456789abcdef0123456789abcdef");
    mesto(path, &["keys", "init"]);
    let serve = SERVE;
    let mut serving =
        Serving::start(path, &[&serve[..], &["--with-demo-bank", "--bank-url", "http://127.0.0.1:0"]].concat());
    let (operator, root_key) = (serving.said("operator"), serving.said("root_key"));
    let phone = |arguments: &[&str]| {
        let ran = mesto(path, &[arguments, &["--json"]].concat());
        assert_eq!(ran.exit, 0, "{arguments:?}: {} {}", ran.out, ran.err);
        ran.json()
    };
    phone(&["sign-in", PHONE, "--operator", &operator, "--root-key", &root_key]);
    phone(&["sign-in", PHONE, &code(&path.join("mesto.sqlite"))]);

    // Given up on the phone, and paid all the same on the page that was left open.
    let begun = phone(&["topup", "500"]);
    phone(&["abandon"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(walk(begun["page_url"].as_str().unwrap(), Payer::Approve)).unwrap();
    let secrets: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path.join(".mesto/secrets.json")).unwrap()).unwrap();
    let token = secrets.as_object().unwrap().iter().find(|(name, _)| name.ends_with("session_token")).unwrap().1;
    wait_for_event(&operator, token.as_str().unwrap(), r#""state":"done""#);

    let payments = mesto(path, &["payments"]);
    assert!(payments.out.contains("500.00 RSD went back to your card."), "{} {}", payments.out, payments.err);
    let done = mesto(path, &["admin", "refunds", "--all", "--json"]).json();
    assert_eq!((&done[0]["state"], &done[0]["reason"]), (&json!("done"), &json!("abandoned")), "{done}");
    assert_eq!(mesto(path, &["admin", "refunds"]).out, "Nothing is owed back.\n");
    Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
    let books = mesto(path, &["admin", "ledger", "--json"]).json();
    assert_eq!((&books["sums_to_zero"], &books["fault"]), (&json!(true), &json!(null)), "{books}");
}

#[test]
fn what_would_not_work_is_refused_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    secret_file(&path.join("secret"), "0123456789abcdef0123456789abcdef");
    mesto(path, &["keys", "init"]);
    let serve = |listen: &'static str| ["serve", "--listen", listen, "--bank-secret-file", "secret", "--json"];
    let refused = |listen, exit, code: &str| {
        let ran = mesto(path, &serve(listen));
        assert_eq!((ran.exit, ran.json()["error"]["code"].as_str()), (exit, Some(code)), "{}", ran.out);
    };
    // A bank reaches nobody there.
    refused("0.0.0.0:0", 2, "public_url_missing");
    // A SQLite file has one process that serves it; tools work beside that, and the next one after
    // it.
    let mut first = Serving::start(path, &serve("127.0.0.1:0"));
    refused("127.0.0.1:0", 6, "store_in_use");
    #[cfg(unix)]
    for file in ["mesto.sqlite", "mesto.sqlite.serving"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}: {mode:o}");
    }
    assert_eq!(mesto(path, &["admin", "ledger", "--json"]).exit, 0);
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    Serving::start(path, &serve("127.0.0.1:0"));
}

#[test]
fn what_an_operator_says_of_itself_is_shown_to_a_phone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    secret_file(&path.join("secret"), "0123456789abcdef0123456789abcdef");
    mesto(path, &["keys", "init"]);
    let about = |least: &str| {
        let text = format!(
            "version = 2\nname.en = \"Two towns\"\nlegal.company = \"JKP Dva grada\"\nclient.least = \"{least}\"\n\
            [[legal.texts]]\nkind = \"terms\"\nversion = \"7\"\neffective_on = \"2026-01-01\"\ntitle.en = \"Terms\"\n\
            text.en = \"Whoever parks, pays.\\n\\nBy the signs.\""
        );
        std::fs::write(path.join("operator.toml"), text).unwrap();
    };
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--bank-secret-file",
        "secret",
        "--name",
        "parking.example",
        "--about",
        "operator.toml",
        "--json",
    ];
    about("0.1.0");
    let serving = Serving::start(path, &serve);
    let at = ["--operator", &serving.said("operator"), "--root-key", &serving.said("root_key")].map(str::to_owned);
    let run = |at: &[String], more: &[&str]| {
        let at: Vec<&str> = at.iter().map(String::as_str).collect();
        mesto(path, &[&["about"], &at[..], more].concat())
    };
    // At this address it is called localhost, unless somebody says otherwise. What was not found
    // right is not remembered.
    let refused = run(&at, &["--json"]);
    assert_eq!(refused.json()["error"]["code"], "operator_untrusted", "{}", refused.out);
    assert_eq!(refused.exit, 6);

    let shown = run(&at, &["--operator-name", "parking.example"]);
    assert_eq!(shown.exit, 0, "{} {}", shown.out, shown.err);
    assert!(shown.out.contains("Two towns  parking.example, version 2") && shown.out.contains("JKP Dva grada"));
    assert!(shown.out.contains("card (fee not known below 200.00 RSD)"), "{}", shown.out);
    let terms = "Terms (7, from 2026-01-01)  \n  Whoever parks, pays.\n\n  By the signs.\n";
    assert!(shown.out.contains(terms), "{}", shown.out);
    // Both are remembered.
    let json = run(&[], &["--json"]).json();
    assert_eq!(json["document"]["cities"][0]["id"], "belgrade");
    assert_eq!(json["client"]["kind"], "served");

    // This version is served no more.
    drop(serving);
    about("999.0.0");
    let serving = Serving::start(path, &serve);
    let refused = run(&["--operator".to_owned(), serving.said("operator")], &["--json"]).json()["error"].clone();
    assert_eq!((&refused["code"], &refused["params"]["min_client"]), (&json!("client_too_old"), &json!("999.0.0")));
    about("one.2");
    let wrong = mesto(path, &serve);
    assert_eq!((wrong.exit, &wrong.json()["error"]["code"]), (6, &json!("about_unusable")), "{}", wrong.out);
}

/// What systemd hears, where it asked (`Type=notify`).
#[cfg(unix)]
#[test]
fn systemd_is_asked_for_time_while_a_store_is_migrated_and_told_ready_when_readyz_says_so() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    let cluster = mesto_operator::testing::PostgresCluster::start().unwrap();
    let url = cluster.database().unwrap();
    let folder = crate::folder();
    let path = folder.path();
    let manager = std::os::unix::net::UnixDatagram::bind(path.join("notify")).unwrap();
    manager.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    let heard = || {
        let mut said = [0; 4_096];
        let length = manager.recv(&mut said).unwrap();
        String::from_utf8_lossy(&said[..length]).trim().to_owned()
    };
    // Another one migrates, for longer than anybody knows.
    let migrates = crate::backup::Session::holding(&cluster, &url, "SELECT pg_advisory_lock(7215063);");
    let words = ["serve", "--listen", "127.0.0.1:0", "--bank-secret-file", "secret", "--json", "--database-url", &url];
    let mut command = crate::command(path, &words);
    command.env("NOTIFY_SOCKET", path.join("notify")).env("RUST_LOG", "error");
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut serving = Serving { child, input: None, said: json!(null) };
    let more_time = "EXTEND_TIMEOUT_USEC=60000000";
    assert_eq!([heard(), heard()], [more_time, more_time]);
    migrates.end();
    let mut line = String::new();
    BufReader::new(serving.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    serving.said = serde_json::from_str(&line).unwrap();
    let first = std::iter::repeat_with(heard).take(10).find(|said| said != more_time);
    assert_eq!(first.as_deref(), Some("READY=1"));
    let (status, body) = crate::http("GET", &format!("{}/readyz", serving.said("operator")), None).unwrap();
    assert_eq!(status, 200, "{body}");
    Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    assert_eq!(heard(), "STOPPING=1");
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
}
