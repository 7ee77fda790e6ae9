//! The terminal of a conductor: cash, luggage, a shift without a network.

use serde_json::{Value, json};

use crate::{Ran, Serving, json_of, mesto};

struct Bus {
    testbed: Serving,
    folder: tempfile::TempDir,
}

impl Bus {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let testbed = Serving::start(folder.path(), &["testbed", "--port", "0", "--city", "almaty", "--json"]);
        let bus = Self { testbed, folder };
        for role in ["dispatcher", "terminal"] {
            let made = bus.control("/staff", json!({ "role": role, "city": "almaty" }));
            std::fs::write(bus.folder.path().join(role), made["token"].as_str().unwrap()).unwrap();
        }
        bus
    }

    fn control(&self, path: &str, body: Value) -> Value {
        json_of("POST", &format!("{}{path}", self.testbed.said("control")), Some(body))
    }

    fn run(&self, words: &[&str]) -> Ran {
        mesto(self.folder.path(), &[words, &["--json"]].concat())
    }

    #[track_caller]
    fn good(&self, words: &[&str]) -> Value {
        let ran = self.run(words);
        assert_eq!(ran.exit, 0, "{words:?}: {} {}", ran.out, ran.err);
        ran.json()
    }

    #[track_caller]
    fn bad(&self, exit: i32, code: &str, words: &[&str]) {
        let ran = self.run(words);
        let told = ran.json();
        assert_eq!((ran.exit, told["error"]["code"].as_str()), (exit, Some(code)), "{words:?}: {told}");
    }

    /// What a controller's device says of a ticket in this bus.
    fn checked(&self, ticket: &Value) -> Value {
        self.control("/control", json!({ "vehicle": "1204", "code": ticket["ticket"] }))["answer"].clone()
    }
}

#[test]
fn a_conductor_sells_for_cash_without_a_network_and_tells_it_later_av_16_av_30_av_33_av_60_av_61_av_80() {
    let bus = Bus::new();
    let operator = bus.testbed.said("operator");
    bus.bad(2, "ride_vehicle_unknown", &["conductor", "ticket"]);
    bus.bad(2, "operator_unknown", &["conductor", "upload", "--board", "1204"]);
    // It says its sign and what its terminal shows, a line each.
    let told = bus.run(&["bus", "--once", "--operator", &operator, "--token-file", "dispatcher"]);
    assert_eq!((told.exit, told.out.lines().count()), (0, 2), "{} {}", told.out, told.err);
    let at = ["--operator", &operator, "--token-file", "terminal", "--board", "1204"];
    let trip = bus.good(&[&["conductor", "trip"], &at[..]].concat());
    assert_eq!(trip["trip"]["route"], "92");
    bus.good(&["conductor", "upload"]);
    // A shift without a network: what was sold waits, each with a number of its own.
    let paper = bus.good(&["conductor", "ticket", "--persons", "2", "--offline"]);
    let luggage = bus.good(&["conductor", "luggage", "--price", "60", "--offline"]);
    assert_eq!((&luggage["waiting"], &luggage["price"]["amount"]), (&json!(2), &json!("60.00")));
    assert_ne!(paper["ticket"], luggage["ticket"]);
    // What the operator does not take keeps nothing else back.
    let crowd = bus.good(&["conductor", "ticket", "--persons", "100", "--offline"]);
    let free = bus.good(&["conductor", "ticket", "--free", "--category", "pensioner"]);
    assert_eq!((&free["waiting"], &free["refused"], &free["is_away"]), (&json!(0), &json!(1), &json!(false)));
    for ticket in [&paper, &luggage, &free] {
        assert_eq!(bus.checked(ticket), "registered", "{ticket}");
    }
    let listed = bus.good(&["conductor", "list"]);
    let refused = listed["tickets"].as_array().unwrap().iter().find(|one| one["ticket"] == crowd["ticket"]).unwrap();
    assert_eq!((&refused["state"], refused["why"].is_string()), (&json!("refused"), true));
    assert_eq!(listed["cash_said"], "60.00");
    // Taken back, it is told again; of another terminal's tickets this one knows nothing.
    bus.good(&["conductor", "void", paper["ticket"].as_str().unwrap()]);
    assert_ne!(bus.checked(&paper), "registered");
    bus.bad(3, "ticket_unknown", &["conductor", "void", "NOSUCH000001"]);
    // Away: nothing is lost and it is said.
    let away = ["--operator", "http://127.0.0.1:9", "--token-file", "terminal"];
    let sold = bus.good(&[&["conductor", "ticket"], &away[..]].concat());
    assert_eq!((&sold["waiting"], &sold["is_away"]), (&json!(1), &json!(true)));
    bus.bad(4, "offline", &["conductor", "upload"]);
    assert_eq!(bus.good(&[&["conductor", "upload"], &at[..]].concat())["waiting"], 0);
    assert_eq!(bus.checked(&sold), "registered");
}

#[test]
fn a_terminal_posts_no_signs_and_another_city_has_its_own_folder_av_33() {
    let bus = Bus::new();
    let operator = bus.testbed.said("operator");
    bus.bad(3, "forbidden", &["bus", "--once", "--operator", &operator, "--token-file", "terminal"]);
    let at = ["--operator", &operator, "--token-file", "terminal", "--board", "1204"];
    bus.good(&[&["conductor", "upload"], &at[..]].concat());
    bus.bad(2, "state_of_another_terminal", &["conductor", "list", "--city", "belgrade"]);
    bus.bad(3, "ride_vehicle_unknown", &["conductor", "trip"]);
    for wrong in [&["--price=-1"][..], &["--price", "free"], &["--persons", "0"], &["--free", "--price", "5"]] {
        let ran = bus.run(&[&["conductor", "ticket"], wrong].concat());
        assert_eq!(ran.exit, 2, "{wrong:?}: {}", ran.err);
    }
    assert_eq!(bus.good(&["conductor", "list"])["tickets"], json!([]));
}
