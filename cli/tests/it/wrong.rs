//! Bad input from a terminal: each is answered with what is wrong, what would be right, and its
//! exit code.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::phone::{Driver, PHONE};
use crate::{Ran, Serving, http, mesto, secret_file};

/// The code of an error told to a machine.
fn code(ran: &Ran) -> String {
    ran.json()["error"]["code"].as_str().unwrap_or_else(|| panic!("{}", ran.out)).to_owned()
}

#[test]
fn every_wrong_word_of_a_driver_is_answered_with_what_would_be_right() {
    let driver = Driver::with_car();
    // What is typed, the exit code, and words of the answer.
    let wrong: &[(&[&str], i32, &str)] = &[
        (&["quote", "red", "an hour"], 2, "such as 60"),
        (&["quote", "red", "1.5"], 2, "such as 60"),
        (&["quote", "red"], 2, "<MINUTES>"),
        (&["quote", "red", "0"], 3, "from 1 on"),
        (&["quote", "red", "-5"], 3, "from 1 on"),
        (&["quote", "red", "91"], 3, "at most 90"),
        (&["quote", "a", "31"], 3, "at most 30"),
        (&["quote", "red", "99999999999"], 3, "shorter time"),
        (&["quote", "blue", "99999"], 3, "too large"),
        (&["quote", "purple", "60"], 3, "Zones are a, red"),
        (&["quote", "911", "60"], 3, "Did you mean `9111`?"),
        (&["quote", "white", "60"], 3, "not known"),
        (&["quote", "red", "60", "--plate", "NS 123-AB"], 3, "mesto vehicles --add"),
        (&["quote", "red", "60", "--plate", "?"], 3, "BG 789-PP"),
        (&["vehicles", "--add", "ЖЖ 123"], 3, "Latin letters"),
        (&["vehicles", "--add", "BG*789"], 3, "letters and digits"),
        (&["vehicles", "--add", "AB"], 3, "at least 3"),
        (&["vehicles", "--add", "ABCDEF"], 3, "at least one digit"),
        (&["vehicles", "--add", "BG1234567890123"], 3, "12"),
        (&["vehicles", "--add", "BG789PP"], 3, "already"),
        (&["vehicles", "add", "NS123AB"], 2, "mesto vehicles --add \"BG 789-PP\""),
        (&["vehicles", "--remove", "NS123AB"], 3, "There are: BG 789-PP"),
        (&["topup", "300"], 3, "200, 500, 1000, 2000, 5000"),
        (&["topup", "-200"], 3, "200, 500, 1000, 2000, 5000"),
        (&["topup", "200.01"], 3, "200, 500, 1000, 2000, 5000"),
        (&["topup", "much"], 2, "such as 1000"),
        (&["zones", "--sign", "\u{1}\u{fffd}garbage\u{202e}"], 3, "Known codes: 9114"),
        (&["zones", "--sign", "https://evil.example/9111x"], 3, "Known codes: 9114"),
        (&["zones", "--sign", "9111 9112"], 3, "red, yellow"),
        (&["zones", "--near", "91,0"], 2, "44.8125,20.4612"),
        (&["zones", "--language", "de"], 2, "en, sr-Latn, kk and ru"),
        (&["zones", "--city", "atlantis"], 3, "does not serve"),
        (&["extend", "30"], 3, "mesto park red 60"),
        (&["extend", "30", "--ticket", "tk_none"], 2, "26 letters such as `tk_01jd4f8q0r3n7w2x5y6z8a9b1c`"),
        (&["extend", "30", "--ticket", "tk_01jd4f8q0r3n7w2x5y6z8a9b1c"], 3, "not on the phone"),
        (&["tickets", "--qr", "red"], 2, "tk_01jd4f8q0r3n7w2x5y6z8a9b1c"),
        (&["tickets", "--qr"], 3, "mesto park red 60"),
        (&["pay", "or_none"], 2, "26 letters such as `or_01jd4f8q0r3n7w2x5y6z8a9b1c`"),
        (&["pay", "or_01jd4f8q0r3n7w2x5y6z8a9b1c"], 3, "no unpaid daily order"),
        (&["pay", "tk_01jd4f8q0r3n7w2x5y6z8a9b1c"], 2, "which is `or_`"),
        (&["park", "red", "60", "--pay", "cash"], 2, "deposit, card"),
        (&["park", "red", "60", "--pay", "card"], 3, "the bank's fee is not known"),
        (&["payments", "--limit", "0"], 2, "1..=200"),
        (&["history", "--limit", "0"], 2, "1..=200"),
        (&["sign-in", "064123"], 3, "+381"),
        (&["zones", "--operator", "http://park.example"], 2, "https://host"),
        (&["zones", "--root-key", "short"], 2, "43 characters"),
        (&["--keep", "zones"], 2, "mesto --keep"),
        (&["parc", "red", "60"], 2, "park"),
    ];
    for (words, exit, said) in wrong {
        let ran = driver.run(words);
        assert_eq!(ran.exit, *exit, "{words:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{words:?}: {}", ran.err);
        assert!(ran.out.is_empty() && !ran.err.contains("panicked"), "{words:?}: {} {}", ran.out, ran.err);
        let told = driver.run(&[*words, &["--json"]].concat());
        assert_eq!(told.exit, *exit, "{words:?}");
        assert!(!code(&told).is_empty() && told.err.is_empty(), "{words:?}: {}", told.err);
        let error = &told.json()["error"];
        let fields: Vec<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["advice", "code", "params", "text"], "{words:?}");
        assert!(error["params"].is_object(), "{words:?}: {error}");
    }
    let history = driver.json(&["history"]);
    assert_eq!(history["history"]["items"].as_array().unwrap().len(), 0, "nothing was bought");
    for name in ["deposit", "payments", "history", "orders", "visits", "rides", "passes", "merchants"] {
        let list = history[name].as_object().unwrap();
        assert!(list.contains_key("items") && list.get("next").is_some_and(serde_json::Value::is_null), "{name}");
    }
}

#[test]
fn six_wrong_codes_end_the_code_and_say_what_to_do() {
    let driver = Driver::new();
    let right = driver.ask_code();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for left in ["4 tries", "3 tries", "2 tries", "One try", "No try"] {
        let ran = driver.run(&["sign-in", PHONE, wrong]);
        assert_eq!(ran.exit, 3);
        assert!(ran.err.contains(left), "{left}: {}", ran.err);
        assert_eq!(ran.err.contains("Ask for a new code"), left == "No try", "{}", ran.err);
    }
    let ran = driver.run(&["sign-in", PHONE, &right, "--json"]);
    assert_eq!((ran.exit, code(&ran).as_str()), (3, "code_tries_exhausted"));
    assert!(ran.json()["error"]["advice"].as_str().unwrap().contains("new"), "{}", ran.out);
}

#[test]
fn a_token_that_is_not_the_operators_asks_to_sign_in_again() {
    let driver = Driver::with_car();
    let path = driver.path().join(".mesto/secrets.json");
    let mut secrets: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    secrets["localhost/session_token"] = "0".repeat(64).into();
    std::fs::write(&path, secrets.to_string()).unwrap();
    let refused = driver.run(&["quote", "red", "60"]);
    assert_eq!(refused.exit, 7, "{}", refused.err);
    assert!(refused.err.contains("mesto sign-in +381"), "{}", refused.err);
    assert_eq!(driver.run(&["tickets"]).exit, 7, "also the next time");
}

#[test]
fn an_operator_with_other_keys_is_not_believed_and_not_remembered() {
    let driver = Driver::new();
    let operator = driver.testbed.said("operator");
    let foreign = driver.run(&["zones", "--operator", &operator, "--root-key", &"A".repeat(43)]);
    assert_eq!(foreign.exit, 6);
    assert!(foreign.err.contains("not genuine") && foreign.err.contains("--root-key"), "{}", foreign.err);
    let nowhere = driver.run(&["zones", "--operator", "http://127.0.0.1:1", "--root-key", &"A".repeat(43)]);
    assert_eq!(nowhere.exit, 4, "{}", nowhere.err);
    let none = driver.run(&["zones"]);
    assert_eq!(none.exit, 2);
    assert!(none.err.contains("does not know its operator"), "{}", none.err);
}

#[test]
fn an_operator_of_another_name_is_refused_at_first_sight_and_not_remembered() {
    let driver = Driver::new();
    let (operator, root_key) = (driver.testbed.said("operator"), driver.testbed.said("root_key"));
    let known = ["--operator", &operator, "--root-key", &root_key];
    let sent = driver.run(&[&["sign-in", PHONE, "--operator-name", "wrong.example", "--json"], &known[..]].concat());
    assert_eq!((sent.exit, code(&sent).as_str()), (6, "operator_untrusted"));
    assert_eq!(driver.control("/messages?phone=%2B381641234567", None)["messages"], serde_json::json!([]));
    assert_eq!(driver.run(&[&["sign-in", PHONE], &known[..]].concat()).exit, 0, "by its right name");
    let later = driver.run(&["zones", "--operator-name", "wrong.example"]);
    assert_eq!(later.exit, 1, "the file is of another operator: {}", later.err);
}

#[test]
fn who_asks_too_often_is_refused_and_not_told_that_nobody_is_there() {
    let driver = Driver::new();
    driver.ask_code();
    let again = driver.run(&["sign-in", PHONE, "--json"]);
    assert_eq!((again.exit, code(&again).as_str()), (3, "code_sent_already"));
}

#[test]
fn a_corrupt_phone_database_is_told_and_the_driver_goes_on() {
    let driver = Driver::with_car();
    driver.top_up("200");
    driver.json(&["park", "red", "60"]);
    let path = driver.path().join(".mesto/phone.sqlite");
    let spoil = || {
        let mut bytes = std::fs::read(&path).unwrap();
        for (place, byte) in bytes.iter_mut().take(4096).enumerate() {
            *byte = (place * 31 % 251) as u8;
        }
        std::fs::write(&path, bytes).unwrap();
    };
    spoil();
    let told = driver.run(&["tickets"]);
    assert_eq!(told.exit, 0, "{}", told.err);
    assert!(told.err.contains("damaged") && told.err.contains("phone.sqlite.corrupt-"), "{}", told.err);
    assert!(told.out.contains("BG 789-PP"), "the ticket came back from the operator: {}", told.out);
    let again = driver.run(&["tickets"]);
    assert_eq!((again.exit, again.err.as_str()), (0, ""));
    spoil();
    assert_eq!(driver.json(&["tickets"]).as_array().unwrap().len(), 1, "a machine reads its JSON all the same");
}

#[test]
fn what_is_wrong_with_the_state_folder_is_named() {
    let driver = Driver::new();
    driver.ask_code();
    let at = |name: &str| driver.path().join(name);
    std::fs::write(at("a-file"), "x").unwrap();
    let file = driver.run(&["zones", "--state", "a-file"]);
    assert_eq!(file.exit, 6);
    assert!(file.err.contains("a-file") && file.err.contains("--state"), "{}", file.err);
    for (name, text) in [("settings.json", "not JSON"), ("secrets.json", "{")] {
        let path = at(".mesto").join(name);
        let before = std::fs::read(&path).unwrap();
        std::fs::write(&path, text).unwrap();
        let ran = driver.run(&["zones"]);
        assert_eq!(ran.exit, 6, "{name}: {}", ran.err);
        assert!(ran.err.contains(name) && ran.err.to_lowercase().contains("remove"), "{name}: {}", ran.err);
        std::fs::write(&path, before).unwrap();
    }
    assert_eq!(driver.run(&["zones"]).exit, 0);
    // The session of one operator is never shown to another.
    let listening = TcpListener::bind("127.0.0.1:0").unwrap();
    listening.set_nonblocking(true).unwrap();
    let other = format!("http://{}", listening.local_addr().unwrap());
    let ran = driver.run(&["zones", "--operator", &other, "--root-key", &"A".repeat(43)]);
    assert_eq!(ran.exit, 2, "{}", ran.err);
    assert!(ran.err.contains("belongs to another operator") && ran.err.contains("--state"), "{}", ran.err);
    assert!(listening.accept().is_err(), "nothing was sent");
}

#[test]
fn tools_answer_what_is_wrong_with_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    secret_file(&path.join("secret"), "0123456789abcdef0123456789abcdef");
    secret_file(&path.join("short"), "abc");
    std::fs::write(path.join("no-database"), "this is no database at all, whatever its name says").unwrap();
    std::fs::create_dir(path.join("empty")).unwrap();
    assert_eq!(mesto(path, &["keys", "init"]).exit, 0);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let wrong: &[(&[&str], i32, &str)] = &[
        (&["serve"], 2, "--bank-secret-file"),
        (&["serve", "--bank-secret-file", "short"], 6, "openssl rand"),
        (&["serve", "--bank-secret-file", "secret", "--listen", &port], 1, "--listen"),
        (&["serve", "--bank-secret-file", "secret", "--listen", "here"], 2, "127.0.0.1:8080"),
        (&["serve", "--bank-secret-file", "secret", "--bank-url", "ftp://bank"], 2, "http://127.0.0.1:8081"),
        (
            &["serve", "--bank-secret-file", "secret", "--listen", "127.0.0.1:0", "--database", "no-database"],
            6,
            "--database",
        ),
        (&["serve", "--bank-secret-file", "secret", "--listen", "127.0.0.1:0", "--cities", "empty"], 6, "city.toml"),
        (
            &["serve", "--bank-secret-file", "secret", "--listen", "127.0.0.1:0", "--keys", "empty"],
            6,
            "mesto keys init",
        ),
        (
            &["serve", "--bank-secret-file", "secret", "--listen", "127.0.0.1:0", "--keys", "empty"],
            6,
            "never make new ones for books that exist",
        ),
        (&["keys", "init"], 6, "must not be lost"),
        (&["keys", "init", "secret/keys"], 6, "may write to"),
        (&["keys", "rotate", "empty"], 6, "mesto keys init"),
        (&["admin", "create", "--name", " "], 2, "Mira"),
        (&["admin", "create"], 2, "--name"),
        (&["admin", "ledger", "--database", "nowhere.sqlite"], 6, "mesto serve"),
        (&["admin", "restored", "--database", "nowhere.sqlite"], 6, "mesto serve"),
        (&["testbed", "--start", "tomorrow"], 2, "2025-09-03T08:00:00Z"),
        (&["testbed", "--port", "99999"], 2, "65535"),
        (&["city", "check", "empty"], 6, "city.toml: file: the source file is missing"),
        (&["city", "check", "secret"], 6, "cities/belgrade"),
    ];
    for (words, exit, said) in wrong {
        let ran = mesto(path, words);
        assert_eq!(ran.exit, *exit, "{words:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{words:?}: {}", ran.err);
        assert!(!code(&mesto(path, &[*words, &["--json"]].concat())).is_empty(), "{words:?}");
    }
    assert!(!path.join("nowhere.sqlite").exists(), "looking makes no store");
    std::fs::write(path.join("empty/city.toml"), [0xff, 0xfe]).unwrap();
    let unreadable = mesto(path, &["city", "check", "empty"]);
    assert!(unreadable.err.contains("empty/city.toml") && unreadable.err.contains("UTF-8"), "{}", unreadable.err);
}

#[test]
fn colour_is_for_terminals_and_for_who_asks() {
    let folder = tempfile::tempdir().unwrap();
    let coloured = |arguments: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_mesto"))
            .current_dir(folder.path())
            .args(arguments)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8(run.stderr).unwrap().contains("\u{1b}[")
    };
    assert!(!coloured(&["zones"]));
    assert!(coloured(&["zones", "--colour", "always"]));
    assert!(!coloured(&["zones", "--colour", "never"]));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_nothing_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let city = concat!(env!("CARGO_MANIFEST_DIR"), "/../cities/belgrade");
    let run = Command::new(env!("CARGO_BIN_EXE_mesto"))
        .current_dir(folder.path())
        .args(["city", "check", city])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(String::from_utf8(run.stderr).unwrap().contains("standard output cannot be written"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_says_what_to_do_about_the_money() {
    let folder = tempfile::tempdir().unwrap();
    // An operator that takes the connection and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let operator = format!("http://{}", silent.local_addr().unwrap());
    let child = Command::new(env!("CARGO_BIN_EXE_mesto"))
        .current_dir(folder.path())
        .args(["park", "red", "60", "--operator", &operator, "--root-key", &"A".repeat(43)])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _connection = silent.accept().unwrap();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    assert!(String::from_utf8(ended.stderr).unwrap().contains("mesto settle"));
}

#[test]
fn the_control_address_tells_mistakes_in_json() {
    let driver = Driver::new();
    let control = driver.testbed.said("control");
    for (path, body) in [
        ("/clock", serde_json::json!({ "advance_seconds": -1 })),
        ("/clock", serde_json::json!({})),
        ("/offline", serde_json::json!({ "on": "yes" })),
        ("/faults", serde_json::json!({ "method": "GET", "path": "no-slash", "kind": "double" })),
        ("/faults", serde_json::json!({ "method": "GET", "path": "/", "kind": "delay", "milliseconds": 99_999 })),
        ("/nothing", serde_json::json!({})),
    ] {
        let (status, answer) = http("POST", &format!("{control}{path}"), Some(&body)).unwrap();
        assert!((400..500).contains(&status), "{path}: {status}");
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap_or_else(|why| panic!("{why}: {answer}"));
        assert!(answer["error"].as_str().is_some_and(|error| !error.is_empty()), "{path}: {answer}");
    }
    for path in ["/messages", "/kill"] {
        let (status, answer) = http("GET", &format!("{control}{path}"), None).unwrap();
        assert!((400..500).contains(&status) && answer.contains("\"error\""), "{path}: {status} {answer}");
    }
}

/// The writing end of a pipe that nobody reads any more, as in `mesto doctor 2>&1 | head -1`.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn who_reads_no_further_changes_no_exit_code() {
    let folder = crate::folder();
    for (words, exit) in [
        (&["zones", "--root-key", "short"][..], 2),
        (&["doctor", "--config", "nowhere.toml"], 6),
        (&["admin", "list", "--database", "nowhere.sqlite"], 6),
    ] {
        let mut command = crate::command(folder.path(), words);
        let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(unread()).status().unwrap();
        assert_eq!(ended.code(), Some(exit), "{words:?}");
    }
    // What is found is written first: there nobody reads either.
    let mut both = crate::command(folder.path(), &["doctor"]);
    let ended = both.stdin(Stdio::null()).stdout(unread()).stderr(unread()).status().unwrap();
    assert_eq!(ended.code(), Some(0), "it ends quietly, as `head` has what it wants");
}

#[test]
fn an_operator_whose_log_nobody_reads_serves_on() {
    let folder = crate::folder();
    let mut command = crate::command(folder.path(), &crate::SERVE);
    let serving = Serving::spawned(command.env("RUST_LOG", "debug").stderr(unread()));
    let clock = format!("{}/v1/clock", serving.said("operator"));
    assert_eq!(http("GET", &clock, None).unwrap().0, 200);
    drop(serving);
}
