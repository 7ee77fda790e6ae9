//! `mesto serve` with a gateway that is a process of its own: codes leave, once in the usual case,
//! and a gateway that is slow or fails holds up nobody else.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use mesto_cli::testbed::{Payer, walk};
use mesto_operator::store::transact;
use mesto_operator::{Durability, SqliteStore};
use serde_json::{Value, json};

use crate::phone::PHONE;
use crate::{Ran, Serving, command, http, json_of, mesto, secret_file};

/// `mesto sms-simulator`, line by line.
struct Simulator {
    child: Child,
    lines: BufReader<ChildStdout>,
    said: Value,
}

impl Simulator {
    fn start(folder: &Path) -> Self {
        let arguments = ["sms-simulator", "--http", "127.0.0.1:0", "--smpp", "127.0.0.1:0", "--json"];
        let mut child = command(folder, &arguments).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut simulator = Self { child, lines, said: Value::Null };
        simulator.said = simulator.next();
        simulator
    }

    /// The next thing that it says: a message, when one comes.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.said["http"].as_str().unwrap())
    }

    fn behave(&self, behaviour: Value) {
        assert_eq!(http("POST", &self.url("/behaviour"), Some(&behaviour)).unwrap().0, 204);
    }

    fn tries(&self) -> u64 {
        json_of("GET", &self.url("/tries"), None)["tries"].as_u64().unwrap()
    }

    fn got(&self) -> Vec<Value> {
        json_of("GET", &self.url("/messages"), None)["messages"].as_array().unwrap().clone()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The six digits in a message.
fn code_in(message: &Value) -> String {
    let text = message["text"].as_str().unwrap();
    let digits: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    assert_eq!(digits.len(), 6, "{text}");
    digits
}

fn over_http(folder: &Path, simulator: &Simulator) {
    let text = format!(
        "[http]\nurl = \"{}\"\nbody = '{{\"to\": \"{{recipient}}\", \"text\": \"{{text}}\", \"id\": \"{{id}}\"}}'\nid_at = \"/id\"",
        simulator.url("/messages")
    );
    std::fs::write(folder.join("messages.toml"), text).unwrap();
}

fn over_smpp(folder: &Path, simulator: &Simulator) {
    let text = format!(
        "[smpp]\naddress = {}\nsystem_id = \"mesto\"\nsource = \"Mesto\"\ntimeout_seconds = 1",
        simulator.said["smpp"]
    );
    std::fs::write(folder.join("messages.toml"), text).unwrap();
}

/// An operator that sends messages, and a phone of its own folder.
struct Operator {
    folder: tempfile::TempDir,
    serving: Serving,
}

impl Operator {
    fn start(folder: tempfile::TempDir) -> Self {
        let path = folder.path();
        secret_file(&path.join("secret"), "0123456789abcdef0123456789abcdef");
        mesto(path, &["keys", "init"]);
        let serving = Serving::start(path, &Self::serve());
        Self { folder, serving }
    }

    fn serve() -> [&'static str; 11] {
        [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--bank-secret-file",
            "secret",
            "--json",
            "--messages",
            "messages.toml",
            "--with-demo-bank",
            "--bank-url",
            "http://127.0.0.1:0",
        ]
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn phone(&self, arguments: &[&str]) -> Ran {
        let ran = mesto(self.path(), &[arguments, &["--json"]].concat());
        assert_eq!(ran.exit, 0, "{arguments:?}: {} {}", ran.out, ran.err);
        ran
    }

    fn ask(&self, number: &str) {
        let (operator, root_key) = (self.serving.said("operator"), self.serving.said("root_key"));
        self.phone(&["sign-in", number, "--operator", &operator, "--root-key", &root_key]);
    }

    /// How many messages are in each state, once there are so many of one.
    fn counts_with(&self, state: &str, count: i64) -> Value {
        self.told_when(|told| told["counts"][state] == count)
    }

    /// How messages stand, once they do in this way; each look is a command.
    fn told_when(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..2_000 {
            let told = self.phone(&["admin", "messages"]).json();
            if is_so(&told) {
                return told;
            }
        }
        panic!("{}", self.phone(&["admin", "messages"]).out)
    }

    fn params(&self) -> Vec<String> {
        let store = SqliteStore::open(&self.path().join("mesto.sqlite"), Durability::Full).unwrap();
        let rows = transact(&store, |tx| tx.query("SELECT params FROM message ORDER BY id", &[])).unwrap();
        rows.iter().map(|row| row.get("params").unwrap()).collect()
    }
}

#[test]
fn a_code_leaves_by_the_gateway_and_signs_its_reader_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut simulator = Simulator::start(folder.path());
    over_http(folder.path(), &simulator);
    let operator = Operator::start(folder);
    operator.ask(PHONE);
    let message = simulator.next();
    assert_eq!((&message["via"], &message["to"]), (&json!("http"), &json!(PHONE)));
    operator.phone(&["sign-in", PHONE, &code_in(&message)]);
    let told = operator.counts_with("sent", 1);
    assert_eq!((&told["messages"][0]["to"], &told["messages"][0]["tries"]), (&json!("+381******567"), &json!(1)));
    assert_eq!(operator.params(), ["{}"], "the code has left the store");
    let shown = mesto(operator.path(), &["admin", "messages"]).out;
    assert!(shown.contains("1 sent") && shown.contains("+381******567") && !shown.contains(PHONE), "{shown}");
    assert_eq!(mesto(operator.path(), &["admin", "messages", "--failed"]).out, "Every message was sent.\n");
}

#[test]
fn over_smpp_a_code_leaves_and_its_delivery_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let mut simulator = Simulator::start(folder.path());
    over_smpp(folder.path(), &simulator);
    let operator = Operator::start(folder);
    operator.ask(PHONE);
    let message = simulator.next();
    assert_eq!((&message["via"], &message["encoding"], &message["parts"]), (&json!("smpp"), &json!("gsm"), &json!(1)));
    operator.phone(&["sign-in", PHONE, &code_in(&message)]);
    assert!(operator.counts_with("delivered", 1)["messages"][0]["delivered_at"].is_string());
}

#[test]
fn over_smpp_a_late_answer_a_receipt_in_another_base_and_one_that_is_early_are_all_of_their_message() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(folder.path());
    over_smpp(folder.path(), &simulator);
    let operator = Operator::start(folder);
    for (number, behaviour) in (1..).zip([
        // Later than it is waited for.
        json!({ "delay_milliseconds": 1_500, "times": 1 }),
        json!({ "ids": "hexadecimal_answers" }),
        json!({ "ids": "hexadecimal_receipts" }),
        json!({ "is_receipt_first": true }),
        json!({ "message": "id:sim-5 stat:UNDELIV err:011" }),
    ]) {
        simulator.behave(behaviour.clone());
        operator.ask(&format!("+38164123456{number}"));
        let told = operator.counts_with("delivered", number);
        let newest = &told["messages"][0];
        assert_eq!((&newest["tries"], &newest["submissions"]), (&json!(1), &json!(1)), "{behaviour} {told}");
        assert_eq!(simulator.tries(), u64::try_from(number).unwrap(), "{behaviour}");
    }
}

#[test]
fn over_smpp_a_connection_that_is_cut_before_the_answer_is_told_and_each_submission_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(folder.path());
    over_smpp(folder.path(), &simulator);
    simulator.behave(json!({ "answer": "lose", "times": 1 }));
    let operator = Operator::start(folder);
    operator.ask(PHONE);
    let waiting = operator.told_when(|told| told["messages"][0]["reason"].is_string());
    let row = &waiting["messages"][0];
    assert_eq!((&row["state"], &row["reason"]), (&json!("waiting"), &json!("smpp_broken_off")));
    assert_eq!(row["submissions"], 1);
    // It is sent again, and the person may have it twice.
    let told = operator.counts_with("delivered", 1);
    assert_eq!((&told["messages"][0]["submissions"], simulator.got().len()), (&json!(2), 2), "{told}");
    assert_eq!(simulator.got()[0]["user_message_reference"], simulator.got()[1]["user_message_reference"]);
}

#[test]
fn an_answer_that_is_lost_leaves_the_message_to_the_next_try_with_the_same_id() {
    let folder = tempfile::tempdir().unwrap();
    let mut simulator = Simulator::start(folder.path());
    over_http(folder.path(), &simulator);
    simulator.behave(json!({ "answer": "lose", "times": 1 }));
    let operator = Operator::start(folder);
    operator.ask(PHONE);
    simulator.next();
    let told = operator.counts_with("sent", 1);
    assert_eq!((told["messages"][0]["tries"].clone(), simulator.tries(), simulator.got().len()), (json!(2), 2, 1));
    // The operator cannot know that the gateway has refused the second one.
    assert_eq!(told["messages"][0]["submissions"], 2);
    assert_eq!(simulator.got()[0]["reference"], told["messages"][0]["id"]);
}

#[test]
fn what_a_gateway_refuses_is_an_incident_without_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(folder.path());
    over_http(folder.path(), &simulator);
    simulator.behave(json!({ "answer": "refuse" }));
    let operator = Operator::start(folder);
    operator.ask(PHONE);
    operator.counts_with("failed", 1);
    let failed = operator.phone(&["admin", "messages", "--failed"]).json();
    assert_eq!(failed["messages"][0]["reason"], "http_status_400");
    let incidents = operator.phone(&["admin", "incidents"]).json();
    assert_eq!(
        (&incidents[0]["kind"], &incidents[0]["reference"]),
        (&json!("message_failed"), &json!("sms http_status_400"))
    );
    assert!(!incidents.to_string().contains("64123"), "{incidents}");
}

#[test]
fn a_message_that_is_under_way_at_the_end_is_answered_and_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(folder.path());
    over_http(folder.path(), &simulator);
    let mut operator = Operator::start(folder);
    simulator.behave(json!({ "delay_milliseconds": 1_500, "times": 1 }));
    operator.ask(PHONE);
    assert!((0..2_000).any(|_| simulator.tries() > 0), "the gateway was not asked");
    Command::new("kill").args(["-TERM", &operator.serving.child.id().to_string()]).status().unwrap();
    assert_eq!(operator.serving.child.wait().unwrap().code(), Some(0));
    let told = operator.phone(&["admin", "messages"]).json();
    assert_eq!((&told["counts"], &told["messages"][0]["submissions"]), (&json!({ "sent": 1 }), &json!(1)));
    assert_eq!(simulator.got().len(), 1);
}

#[test]
fn a_gateway_that_does_not_answer_holds_up_neither_signing_in_nor_sales() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(folder.path());
    over_http(folder.path(), &simulator);
    let operator = Operator::start(folder);
    // Longer than this test: no message leaves.
    simulator.behave(json!({ "delay_milliseconds": 600_000 }));
    operator.ask(PHONE);
    let params: Value = serde_json::from_str(&operator.params()[0]).unwrap();
    operator.phone(&["sign-in", PHONE, params["code"].as_str().unwrap()]);
    operator.phone(&["vehicles", "--add", "BG789PP"]);
    let begun = operator.phone(&["topup", "500"]).json();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(walk(begun["page_url"].as_str().unwrap(), Payer::Approve)).unwrap();
    operator.phone(&["settle"]);
    let wallet = operator.phone(&["payments"]).out;
    assert!(wallet.contains("500.00"), "{wallet}");
    // The message is on its way all the time.
    assert!((0..2_000).any(|_| simulator.tries() > 0), "the gateway was not asked");
    assert!(simulator.got().is_empty());
    let counts = operator.phone(&["admin", "messages"]).json()["counts"].clone();
    assert_eq!(counts, json!({ "waiting": 1 }));
    // And it ends in order, with the message under way.
    let mut serving = operator.serving;
    Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
}

#[test]
fn secrets_and_keys_that_others_may_read_or_change_are_refused_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(folder.path());
    over_http(folder.path(), &simulator);
    let path = folder.path().to_owned();
    let operator = Operator::start(folder);
    drop(operator.serving);
    let mode =
        |file: &str, mode| std::fs::set_permissions(path.join(file), std::fs::Permissions::from_mode(mode)).unwrap();
    let key =
        std::fs::read_dir(path.join("keys")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let key = format!("keys/{}", key.into_iter().find(|name| name.starts_with("code-")).unwrap());
    for (file, wrong, right) in [
        ("secret", 0o644, 0o600),
        ("secret", 0o666, 0o600),
        (&key, 0o640 | 0o020, 0o600),
        ("keys", 0o777, 0o700),
        ("messages.toml", 0o666, 0o644),
    ] {
        mode(file, wrong);
        let refused = mesto(&path, &Operator::serve());
        let error = refused.json()["error"].clone();
        assert_eq!((refused.exit, &error["code"]), (6, &json!("file_unsafe")), "{file}: {error}");
        assert!(error["advice"].as_str().unwrap().contains("chmod"), "{error}");
        mode(file, right);
    }
    Serving::start(&path, &Operator::serve());
}

#[test]
fn countries_and_ceilings_are_options_of_serve() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(folder.path());
    over_http(folder.path(), &simulator);
    let path = folder.path().to_owned();
    let operator = Operator::start(folder);
    let sign_in = |number: &str| {
        mesto(
            &path,
            &[
                "sign-in",
                number,
                "--operator",
                &operator.serving.said("operator"),
                "--root-key",
                &operator.serving.said("root_key"),
                "--json",
            ],
        )
    };
    let refused = sign_in("+38761123456");
    assert_eq!((refused.exit, &refused.json()["error"]["code"]), (3, &json!("phone_country_not_served")));
    assert!(refused.json()["error"]["advice"].as_str().unwrap().contains("RS"), "{}", refused.out);
    operator.ask(PHONE);
    let again = sign_in(PHONE);
    assert_eq!((again.exit, &again.json()["error"]["code"]), (3, &json!("code_sent_already")));
    assert!(again.json()["error"]["advice"].as_str().unwrap().contains("newest SMS"), "{}", again.out);
    drop(operator.serving);
    let wrong = mesto(&path, &[&Operator::serve()[..], &["--sms-countries", "RS,Bosnia"]].concat());
    assert_eq!((wrong.exit, &wrong.json()["error"]["code"]), (2, &json!("sms_countries")), "{}", wrong.out);
    let serving = Serving::start(
        &path,
        &[&Operator::serve()[..], &["--sms-countries", "rs,BA", "--sms-per-minute", "5"]].concat(),
    );
    let ran = mesto(&path, &["sign-in", "+38761123456", "--operator", &serving.said("operator"), "--json"]);
    assert_eq!(ran.exit, 0, "{}", ran.out);
}
