//! Transport cards from a terminal: a rider, the reader of a vehicle and an office against the
//! operator of Almaty.

use serde_json::{Value, json};

use crate::{Ran, Serving, json_of, mesto};

const NUMBER: &str = "9643100000000017";
const CODE: &str = "K7M2P9QD";

struct Almaty {
    testbed: Serving,
    folder: tempfile::TempDir,
}

impl Almaty {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let testbed = Serving::start(folder.path(), &["testbed", "--port", "0", "--city", "almaty", "--json"]);
        let almaty = Self { testbed, folder };
        for role in ["dispatcher", "card_clerk"] {
            let made = almaty.control("/staff", Some(json!({ "role": role, "city": "almaty" })));
            std::fs::write(almaty.folder.path().join(role), made["token"].as_str().unwrap()).unwrap();
        }
        almaty
    }

    fn control(&self, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.testbed.said("control"));
        json_of(if body.is_some() { "POST" } else { "GET" }, &url, body)
    }

    fn run(&self, words: &[&str]) -> Ran {
        mesto(self.folder.path(), words)
    }

    #[track_caller]
    fn good(&self, words: &[&str]) -> Value {
        let ran = self.run(&[words, &["--json"]].concat());
        assert_eq!(ran.exit, 0, "{words:?}: {} {}", ran.out, ran.err);
        ran.json()
    }

    #[track_caller]
    fn bad(&self, exit: i32, code: &str, words: &[&str]) {
        let ran = self.run(&[words, &["--json"]].concat());
        let told = ran.json();
        assert_eq!((ran.exit, told["error"]["code"].as_str()), (exit, Some(code)), "{words:?}: {told}");
    }

    /// Words of a member of staff, and where he asks.
    fn staff<'w>(&'w self, words: &[&'w str], token: &'w str, operator: &'w str) -> Vec<&'w str> {
        [words, &["--operator", operator, "--token-file", token]].concat()
    }

    /// A rider who signed in, with 5000 tenge.
    fn rider(&self) {
        let (operator, root_key) = (self.testbed.said("operator"), self.testbed.said("root_key"));
        let at = ["--operator", &operator, "--root-key", &root_key, "--city", "almaty"];
        self.good(&[&["sign-in", "+77071234567"], &at[..]].concat());
        let sent = self.control("/messages?phone=%2B77071234567", None);
        self.good(&["sign-in", "+77071234567", sent["messages"][0]["code"].as_str().unwrap()]);
        let intent = self.good(&["topup", "5000"]);
        self.control("/bank/walk", Some(json!({ "page_url": intent["page_url"], "card": "approve" })));
        self.good(&["settle"]);
    }
}

#[test]
fn a_card_is_linked_topped_up_held_at_a_reader_and_replaced_av_56_av_57_av_58_av_74() {
    let almaty = Almaty::new();
    let operator = almaty.testbed.said("operator");
    let dispatcher = |words: &[&str]| -> Vec<String> {
        almaty.staff(words, "dispatcher", &operator).into_iter().map(str::to_owned).collect()
    };
    let good = |words: Vec<String>| almaty.good(&words.iter().map(String::as_str).collect::<Vec<_>>());
    for (number, code) in [(NUMBER, CODE), ("9643100000000025", "SECOND01")] {
        good(dispatcher(&["card-office", "issue", number, code, "--issued-on", "2025-01-15"]));
    }
    let bus = dispatcher(&["bus", "--once"]);
    assert_eq!(almaty.run(&bus.iter().map(String::as_str).collect::<Vec<_>>()).exit, 0);
    almaty.rider();
    let card = almaty.good(&["card", "link", NUMBER, CODE]);
    let id = card["id"].as_str().unwrap();
    almaty.bad(3, "card_top_up_too_much", &["card", "top-up", id, "10000.01"]);
    almaty.good(&["card", "top-up", id, "1000"]);
    let shown = almaty.run(&["cards"]).out;
    assert!(shown.contains("**** 0017") && shown.contains("Hold the card at a reader by"), "{shown}");
    // A card that is taken away too soon rides nowhere, and nothing is written onto it.
    let at_reader = |words: &[&str]| -> Vec<String> { dispatcher(&[&["reader", CODE], words].concat()) };
    let too_soon = at_reader(&["--seconds", "1"]);
    almaty.bad(3, "hold_longer", &too_soon.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(good(at_reader(&["--balance-only", "--seconds", "1"]))["balance"]["amount"]["amount"], "0.00");
    assert_eq!(good(at_reader(&[]))["left"]["amount"], "880.00");
    assert_eq!(almaty.good(&["cards"])["cards"][0]["balance"]["amount"]["amount"], "880.00");
    assert_eq!(almaty.good(&["card", "history", id])["items"].as_array().unwrap().len(), 2);
    // Lost: blocked at once, and replaced at an office.
    assert_eq!(almaty.run(&["card", "report", id]).exit, 2, "what is wrong?");
    almaty.good(&["card", "report", id, "--lost"]);
    let blocked = at_reader(&[]);
    almaty.bad(3, "card_blocked", &blocked.iter().map(String::as_str).collect::<Vec<_>>());
    almaty.bad(3, "card_office_needed", &["card", "link", "9643100000000025", "SECOND01"]);
    let clerk = |words: &[&str]| -> Vec<String> {
        almaty.staff(words, "card_clerk", &operator).into_iter().map(str::to_owned).collect()
    };
    good(clerk(&["card-office", "confirm", NUMBER]));
    let words = ["card-office", "replace", NUMBER, "--by", "9643100000000025", "--by-code", "SECOND01"];
    assert_eq!(good(clerk(&words))["balance"]["amount"]["amount"], "880.00");
    let now = almaty.good(&["cards"]);
    assert_eq!(now["cards"].as_array().unwrap().len(), 1);
    assert_eq!(now["cards"][0]["number_masked"], "**** 0025");
    let unlinked = almaty.run(&["card", "unlink", now["cards"][0]["id"].as_str().unwrap()]);
    assert!(unlinked.out.contains("Its balance stays on it."), "{} {}", unlinked.out, unlinked.err);
}
