//! `mesto garage`: a controller in the terminal against an operator over HTTP, which is there,
//! away, and back.

use mesto_client::StillDecoder as _;
use mesto_photo::Photos;
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::signed_code::Presentation;
use serde_json::{Value, json};

use crate::phone::Driver;
use crate::{Ran, command, ran};

struct Garage {
    driver: Driver,
}

impl Garage {
    /// The controller of a garage where the hour is 100 RSD, and a driver with a deposit.
    fn new() -> Self {
        let garage = Self { driver: Driver::new() };
        garage.driver.sign_in();
        garage.driver.top_up("1000");
        garage.introduce(".mesto-garage", "zeleni-venac");
        garage
    }

    /// The token of a facility's controller, in the file `token`.
    fn controller(&self, facility: &str) {
        let asked = json!({ "role": "controller", "city": "belgrade", "place": facility });
        let made = self.driver.control("/staff", Some(asked));
        std::fs::write(self.driver.path().join("token"), made["token"].as_str().unwrap()).unwrap();
    }

    /// A controller meets its operator.
    fn introduce(&self, state: &str, facility: &str) {
        self.controller(facility);
        let (operator, root_key) = (self.driver.testbed.said("operator"), self.driver.testbed.said("root_key"));
        let words = ["list", "--operator", &operator, "--operator-name", "localhost", "--root-key", &root_key];
        let more = ["--token-file", "token", "--facility", facility, "--state", state];
        self.good(&[&words[..], &more].concat());
    }

    fn run(&self, words: &[&str]) -> Ran {
        ran(&mut command(self.driver.path(), &[&["garage"], words].concat()))
    }

    /// A run that must succeed, as JSON.
    #[track_caller]
    fn good(&self, words: &[&str]) -> Value {
        let ran = self.run(&[words, &["--json"]].concat());
        assert_eq!(ran.exit, 0, "{words:?}: {} {}", ran.out, ran.err);
        ran.json()
    }

    /// One that must not; its exit code and its document.
    #[track_caller]
    fn bad(&self, exit: i32, code: &str, words: &[&str]) -> Value {
        let ran = self.run(&[words, &["--json"]].concat());
        let told = ran.json();
        assert_eq!((ran.exit, told["error"]["code"].as_str()), (exit, Some(code)), "{words:?}: {told}");
        told
    }

    fn enters(&self) -> String {
        self.good(&["enter"])["ticket"].as_str().unwrap().to_owned()
    }

    fn pass(&self, minutes: i64) {
        self.driver.control("/clock", Some(json!({ "advance_seconds": minutes * 60 })));
    }

    fn away(&self, is_away: bool) {
        self.driver.control("/offline", Some(json!({ "on": is_away })));
    }

    /// The driver pays a ticket from the deposit; the visit.
    fn pays(&self, ticket: &str) -> Value {
        self.buys("zeleni-venac", ticket)
    }

    fn buys(&self, facility: &str, ticket: &str) -> Value {
        let subject = json!({ "service": "garages", "subject": { "facility": facility, "ticket": ticket } });
        let quote = self.asks("/v1/quotes", &json!({ "city": "belgrade", "items": [subject], "pay": "deposit" }));
        let purchase = json!({ "quote": quote["id"], "not_after": quote["expires_at"] });
        let bought = self.asks("/v1/purchases", &purchase);
        bought["sale"]["items"][0]["outcome"]["visit"].clone()
    }

    fn asks(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.driver.testbed.said("operator"));
        // A quote is bought once.
        let key = body["quote"].as_str().unwrap_or("no-action-needs-none").to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let request = mesto_cli::web::client().unwrap().post(url).bearer_auth(self.driver.token());
        let request = request.header("content-type", "application/json").header("idempotency-key", key);
        runtime.block_on(async {
            let answer = request.body(body.to_string()).send().await.unwrap();
            let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
            assert!(status < 300, "{path}: {status} {text}");
            serde_json::from_str(&text).unwrap()
        })
    }
}

/// The receipt of a visit as the driver's app shows it.
fn shown(visit: &Value) -> String {
    let signed = visit["signed"].as_str().expect("the operator signs a receipt");
    let device = SoftwareDevice::from_seed(&[9; 32]).unwrap();
    Presentation::encode(signed, &device, "2025-09-03T08:00:00Z".parse().unwrap()).unwrap()
}

#[test]
fn a_car_comes_in_is_paid_in_the_app_and_is_let_out_bg_64_bg_67() {
    let garage = Garage::new();
    let entered = garage.good(&["enter", "--picture", "ticket.png"]);
    let ticket = entered["ticket"].as_str().unwrap();
    assert_eq!((ticket, &entered["waiting"], &entered["is_away"]), ("MS000001", &json!(0), &json!(false)));
    let picture = std::fs::read(garage.driver.path().join("ticket.png")).unwrap();
    let seen: Vec<String> = Photos.decode(&picture).unwrap().into_iter().map(|code| code.text).collect();
    assert_eq!(seen, [ticket], "the camera reads what the garage printed");
    let printed = garage.run(&["enter"]).out;
    assert!(printed.contains("MS000002") && printed.contains('▌'), "{printed}");

    garage.pass(90);
    garage.good(&["report"]);
    let owed = garage.good(&["owed", "ms-0000 01"]);
    assert_eq!((&owed["owed"]["amount"], &owed["is_reckoned"]), (&json!("200.00"), &json!(false)), "{owed}");
    assert!(garage.run(&["owed", ticket]).out.contains("2 started hours"), "in words");
    let closed = garage.bad(3, "visit_owes", &["exit", ticket]);
    assert_eq!(closed["error"]["params"]["owed"]["amount"], "200.00");
    let visit = garage.pays(ticket);
    assert_eq!(visit["state"], "paid");
    let open = garage.good(&["exit", ticket]);
    assert_eq!((&open["open"], &open["because"]), (&json!(true), &json!("operator")));
    let known = garage.good(&["report"])["settled"].clone();
    assert_eq!((&known[0]["ticket"], &known[0]["receipt"]), (&json!(ticket), &visit["signed"]));
    garage.good(&["left", ticket]);
    garage.bad(3, "visit_over", &["exit", ticket]);
    let list = garage.good(&["list"]);
    assert_eq!(list["inside"].as_array().unwrap().iter().map(|car| &car["ticket"]).collect::<Vec<_>>(), ["MS000002"]);
    assert_eq!((&list["settled"], &list["events"]), (&json!([]), &json!([])));
    let books = garage.driver.control("/ledger", None);
    assert_eq!(
        (&books["sums_to_zero"], &books["fault"], &books["deposits"]),
        (&json!(true), &json!(null), &json!("800.00"))
    );
}

#[test]
fn while_the_operator_is_away_a_controller_works_on_and_tells_it_all_afterwards_bg_66() {
    let garage = Garage::new();
    let (paid, cash, free) = (garage.enters(), garage.enters(), garage.enters());
    garage.pass(61);
    garage.good(&["report"]);
    let visit = garage.pays(&paid);
    garage.good(&["report"]);
    garage.away(true);
    // What it heard before opens; what it did not is refused, and cash is taken.
    let open = garage.good(&["exit", &paid]);
    assert_eq!(
        (&open["because"], &open["until"], &open["is_away"]),
        (&json!("settled"), &visit["owes_again_at"], &json!(true))
    );
    let closed = garage.bad(3, "visit_owes", &["exit", &cash]);
    assert_eq!(closed["error"]["params"]["owed"]["amount"], "200.00");
    let owed = garage.good(&["owed", &cash]);
    assert_eq!((&owed["owed"]["amount"], &owed["is_reckoned"]), (&json!("200.00"), &json!(true)));
    assert_eq!(garage.good(&["paid", &cash])["waiting"], 1);
    assert_eq!(garage.good(&["exit", &cash])["because"], "reckoned");
    garage.good(&["left", &cash]);
    garage.good(&["left", &paid]);
    garage.bad(3, "visit_over", &["exit", &cash]);
    let late = garage.run(&["enter"]);
    assert_eq!(late.exit, 0, "{}", late.err);
    assert!(late.out.contains("MS000004") && late.out.contains("The operator is away"), "{}", late.out);
    garage.good(&["free", "117"]);
    let told = garage.bad(4, "offline", &["report"]);
    assert_eq!(told["waiting"], 4);
    garage.bad(4, "offline", &["owed", "MS000099"]);
    garage.bad(3, "visit_unknown", &["exit", "MS000099"]);

    garage.away(false);
    let told = garage.good(&["report"]);
    assert_eq!((&told["told"], &told["refused"], &told["waiting"]), (&json!(4), &json!([]), &json!(0)));
    let inside = garage.good(&["list"])["inside"].clone();
    let inside: Vec<&Value> = inside.as_array().unwrap().iter().map(|car| &car["ticket"]).collect();
    assert_eq!(inside, [free.as_str(), "MS000004"]);
    garage.bad(3, "visit_over", &["owed", &cash]);
    let places = crate::json_of(
        "GET",
        &format!("{}/v1/garages/places?city=belgrade", garage.driver.testbed.said("operator")),
        None,
    );
    let place = places["items"].as_array().unwrap().iter().find(|one| one["facility"] == "zeleni-venac").unwrap();
    assert_eq!((&place["free"], &place["is_reachable"]), (&json!(117), &json!(true)));
    let books = garage.driver.control("/ledger", None);
    assert_eq!((&books["sums_to_zero"], &books["fault"]), (&json!(true), &json!(null)));
}

#[test]
fn a_receipt_opens_without_asking_until_something_is_owed_again_bg_66_bg_67() {
    let garage = Garage::new();
    let (ticket, other) = (garage.enters(), garage.enters());
    garage.pass(30);
    garage.good(&["report"]);
    let receipt = shown(&garage.pays(&ticket));
    // Nobody told the controller.
    garage.away(true);
    garage.bad(3, "visit_owes", &["exit", &ticket]);
    let open = garage.good(&["exit", &ticket, "--receipt", &receipt]);
    assert_eq!((&open["because"], &open["until"]), (&json!("receipt"), &json!("2025-09-03T09:00:01Z")));
    garage.bad(3, "receipt_of_another_ticket", &["exit", &other, "--receipt", &receipt]);
    garage.bad(3, "garbage", &["exit", &ticket, "--receipt", &receipt[..receipt.len() - 1]]);
    let mut altered = receipt.clone();
    altered.replace_range(60..61, if &receipt[60..61] == "A" { "B" } else { "A" });
    let refused = garage.run(&["exit", &ticket, "--receipt", &altered]);
    assert_eq!(refused.exit, 3, "{}", refused.out);
    garage.good(&["exit", &ticket, "--receipt", &receipt, "--at", "2025-09-03T09:00:00.999Z"]);
    garage.bad(3, "over", &["exit", &ticket, "--receipt", &receipt, "--at", "2025-09-03T09:00:01Z"]);
    garage.good(&["left", &ticket]);
    garage.bad(3, "visit_over", &["exit", &ticket, "--receipt", &receipt]);
    // The number comes again: what was paid for the car before opens for no other.
    garage.good(&["enter", "--ticket", &ticket, "--at", "2025-09-03T08:50:00Z"]);
    let again = ["exit", &ticket, "--receipt", &receipt, "--at", "2025-09-03T08:58:00Z"];
    garage.bad(3, "visit_over", &again);
    garage.away(false);
    // By the operator's clock that car has not come in yet.
    garage.bad(3, "entry_in_future", &["report"]);

    // Another garage, which has the same number.
    garage.introduce("vma", "vma");
    let same = ["enter", "--ticket", &ticket, "--state", "vma"];
    garage.good(&same);
    garage.bad(3, "visit_of_another_facility", &["exit", &ticket, "--receipt", &receipt, "--state", "vma"]);
    let code = garage.driver.run(&[
        "verify",
        &receipt,
        "--operator-name",
        "localhost",
        "--root-key",
        &garage.driver.testbed.said("root_key"),
        "--keys",
        &format!("{}/v1/keys", garage.driver.testbed.said("operator")),
        "--at",
        "2025-09-03T08:40:00Z",
    ]);
    assert!(code.out.contains("100.00 RSD paid for the ticket MS000001 at zeleni-venac"), "{} {}", code.out, code.err);
}

#[test]
fn a_receipt_from_before_a_visit_became_dearer_opens_no_more_bg_66_bg_68() {
    let garage = Garage::new();
    let (ticket, wide) = (garage.enters(), garage.enters());
    garage.pass(5);
    garage.good(&["report"]);
    let (receipt, other) = (shown(&garage.pays(&ticket)), shown(&garage.pays(&wide)));
    garage.good(&["report"]);
    garage.pass(1);
    garage.good(&["report"]);
    // Seen here, and told to nobody yet.
    garage.away(true);
    garage.good(&["exit", &ticket, "--receipt", &receipt]);
    garage.good(&["lost", &ticket]);
    let refused = garage.bad(3, "visit_owes", &["exit", &ticket, "--receipt", &receipt]);
    assert!(refused.to_string().contains("became dearer"), "{refused}");
    garage.good(&["exit", &wide, "--receipt", &other]);
    // The operator takes it and tells the visit again: the barrier stays closed also without
    // asking.
    garage.away(false);
    let told = garage.good(&["report"])["settled"].clone();
    let of = |ticket: &str| told.as_array().unwrap().iter().find(|one| one["ticket"] == json!(ticket)).unwrap().clone();
    assert!(of(&ticket)["corrected_at"].is_string() && of(&wide)["corrected_at"].is_null(), "{told}");
    garage.away(true);
    garage.bad(3, "visit_owes", &["exit", &ticket]);
    assert_eq!(garage.good(&["exit", &wide])["because"], "settled");
    garage.good(&["paid", &ticket, "--amount", "1000.00"]);
    garage.away(false);
    garage.good(&["report"]);
    assert_eq!(garage.good(&["exit", &ticket])["because"], "operator", "the difference is paid at the place");
    garage.away(true);
    // What was taken may be said.
    let cash = garage.enters();
    garage.bad(2, "amount_wrong", &["paid", &cash, "--amount", "0"]);
    garage.good(&["paid", &cash, "--amount", "40.00"]);
    let closed = garage.bad(3, "visit_owes", &["exit", &cash]);
    assert_eq!(closed["error"]["params"]["owed"]["amount"], "60.00");
    garage.away(false);
    assert_eq!(garage.good(&["owed", &cash])["owed"]["amount"], "60.00");
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again_and_nothing_happens_twice_bg_66() {
    let garage = Garage::new();
    let lose = |kind: &str| {
        let fault = json!({ "method": "POST", "path": "/v1/garages/reports", "kind": kind });
        garage.driver.control("/faults", Some(fault));
    };
    lose("drop_answer");
    let entered = garage.good(&["enter"]);
    assert_eq!((&entered["waiting"], &entered["is_away"]), (&json!(1), &json!(true)));
    let ticket = entered["ticket"].as_str().unwrap();
    lose("double");
    let told = garage.good(&["report"]);
    assert_eq!((&told["told"], &told["refused"]), (&json!(1), &json!([])));
    garage.pays(ticket);
    lose("drop_answer");
    garage.good(&["left", ticket]);
    lose("status");
    garage.bad(4, "offline", &["report"]);
    assert_eq!(garage.good(&["report"])["refused"], json!([]));
    garage.bad(3, "visit_over", &["owed", ticket]);
    let books = garage.driver.control("/ledger", None);
    assert_eq!((&books["deposits"], &books["fault"]), (&json!("900.00"), &json!(null)));
}

#[test]
fn a_controller_that_lost_its_memory_hears_again_what_was_paid_bg_67() {
    let garage = Garage::new();
    let ticket = garage.enters();
    garage.pays(&ticket);
    std::fs::remove_dir_all(garage.driver.path().join(".mesto-garage")).unwrap();
    garage.introduce(".mesto-garage", "zeleni-venac");
    let told = garage.good(&["report"]);
    assert_eq!(told["settled"][0]["ticket"], json!(ticket));
    garage.away(true);
    assert_eq!(garage.good(&["exit", &ticket])["because"], "settled");
    garage.away(false);
    garage.pass(1);
    // Its numbers begin anew, and one is inside: the operator says so, and the ticket is not given
    // out.
    let refused = garage.bad(3, "ticket_in_use", &["enter"]);
    assert_eq!(refused["event"]["ticket"], json!(ticket));
    assert_eq!(garage.good(&["enter"])["ticket"], "MS000002");
}

#[test]
fn a_lost_ticket_a_mistake_and_a_wrong_word_are_told_as_what_they_are_bg_64() {
    let garage = Garage::new();
    let ticket = garage.enters();
    garage.pass(5);
    garage.good(&["lost", &ticket]);
    assert_eq!(garage.good(&["owed", &ticket])["owed"]["amount"], "1100.00", "from midnight on");
    let unknown = garage.bad(2, "entry_unknown", &["lost"]);
    assert!(unknown["error"]["advice"].as_str().unwrap().contains("--entered"));
    let replaced = garage.good(&["lost", "--entered", "2025-09-02T18:00:00Z"]);
    assert_eq!((&replaced["kind"], &replaced["at"]), (&json!("lost"), &json!("2025-09-02T18:00:00Z")));
    let mistake = garage.enters();
    garage.good(&["cancel", &mistake]);
    garage.bad(3, "visit_over", &["owed", &mistake]);
    let unknown = garage.bad(3, "visit_unknown", &["left", "MS000777"]);
    assert_eq!((&unknown["event"]["ticket"], &unknown["event"]["waiting"]), (&json!("MS000777"), &json!(0)));
    assert!(garage.run(&["list"]).out.contains("not taken: MS000777 left"));
    garage.away(true);
    garage.good(&["left", "MS000778"]);
    garage.away(false);
    let reported = garage.bad(3, "visit_unknown", &["report"]);
    assert_eq!(reported["event"]["ticket"], "MS000778", "{reported}");
    let report = &reported["report"];
    assert_eq!((&report["refused"][0]["code"], &report["waiting"]), (&json!("visit_unknown"), &json!(0)), "{report}");
    garage.bad(3, "ticket_in_use", &["enter", "--ticket", &ticket]);
    garage.bad(3, "ticket_number_invalid", &["owed", "?"]);
    garage.bad(6, "picture_unwritten", &["enter", "--picture", "nowhere/ticket.png"]);
    let badge = garage.good(&["enter", "--disabled", "--places", "2"])["ticket"].as_str().unwrap().to_owned();
    let list = garage.good(&["list"]);
    let car = list["inside"].as_array().unwrap().iter().find(|car| car["ticket"] == json!(badge)).unwrap();
    assert_eq!((&car["is_disabled"], &car["places"]), (&json!(true), &json!(2)));
}

#[test]
fn a_controller_is_of_one_place_of_one_operator() {
    let garage = Garage::new();
    let nobody = garage.bad(2, "operator_unknown", &["list", "--state", "new"]);
    assert!(nobody["error"]["advice"].as_str().unwrap().contains("--token-file"));
    let (operator, root_key) = (garage.driver.testbed.said("operator"), garage.driver.testbed.said("root_key"));
    let words = |facility: &'static str, token: &'static str, key: &str, state: &'static str| {
        [
            "list",
            "--operator",
            &operator,
            "--operator-name",
            "localhost",
            "--root-key",
            key,
            "--token-file",
            token,
            "--facility",
            facility,
            "--state",
            state,
        ]
        .map(str::to_owned)
    };
    let bad =
        |exit: i32, code: &str, words: [String; 13]| garage.bad(exit, code, &words.each_ref().map(String::as_str));
    bad(2, "state_of_another_controller", words("vma", "token", &root_key, ".mesto-garage"));
    bad(2, "facility_unknown", words("nowhere", "token", &root_key, "new"));
    bad(6, "keys_untrusted", words("vma", "token", &"A".repeat(43), "new"));
    bad(6, "file_unreadable", words("vma", "no-token", &root_key, "new"));
    std::fs::write(garage.driver.path().join("wrong"), "x".repeat(43)).unwrap();
    garage.introduce("new", "vma");
    let mut again = words("vma", "wrong", &root_key, "new");
    again[0] = "report".to_owned();
    bad(7, "unauthorized", again);
    let half = garage.run(&["list", "--facility", "vma"]);
    assert!(half.exit == 2 && half.err.contains("--operator"), "{}", half.err);
}

#[test]
fn what_a_car_owes_that_left_without_paying_is_settled_by_hand_once_bg_68() {
    let garage = Garage::new();
    let (paid, withdrawn) = (garage.enters(), garage.enters());
    garage.pass(90);
    for ticket in [&paid, &withdrawn] {
        garage.good(&["left", ticket]);
    }
    garage.good(&["report"]);
    ran(&mut command(garage.driver.path(), &["keys", "init"]));
    let admin = |words: &[&str]| garage.driver.admin(&[&["claims"], words].concat());
    let open = admin(&[]).json();
    let [first, second] = [0, 1].map(|place| open[place]["claim"].as_str().unwrap().to_owned());
    assert_eq!(
        (&open[0]["amount"], &open[0]["state"], &open[0]["settled_by"], &open[0]["debtor"]),
        (&json!("200.00"), &json!("open"), &json!(null), &json!(null))
    );
    assert_eq!(admin(&["paid", &first]).exit, 2, "without a reason");
    assert_eq!(admin(&["paid", "vi", "--reason", "x"]).exit, 2, "no claim is named so");
    assert_eq!(admin(&["paid", &first, "--reason", "bank transfer 17"]).json()["paid"], first);
    assert_eq!(admin(&["withdrawn", &second, "--reason", "the barrier was broken"]).json()["withdrawn"], second);
    let again = admin(&["withdrawn", &first, "--reason", "again"]);
    assert_eq!((again.exit, &again.json()["error"]["code"]), (3, &json!("claim_settled")));
    let none = admin(&["paid", "garages/vi_none", "--reason", "x"]);
    assert_eq!((none.exit, &none.json()["error"]["code"]), (3, &json!("claim_unknown")));
    assert_eq!(admin(&[]).json(), json!([]));
    let all = admin(&["--all"]).json();
    assert_eq!([0, 1].map(|place| all[place]["settled_by"].clone()), ["staff", "withdrawn"]);
    assert_eq!(garage.driver.control("/ledger", None)["fault"], json!(null));
}

#[test]
fn a_driver_finds_a_garage_and_pays_his_ticket_typed_or_photographed_bg_64_bg_67_bg_72() {
    let garage = Garage::new();
    let driver = &garage.driver;
    let ticket = garage.good(&["enter", "--picture", "ticket.png"])["ticket"].as_str().unwrap().to_owned();
    garage.good(&["free", "17"]);
    let places = driver.json(&["places", "--near", "44.8125,20.4612"]);
    let found = places.as_array().unwrap().iter().find(|one| one["facility"] == "zeleni-venac").unwrap();
    assert_eq!((&found["free"], &found["is_reachable"]), (&json!(17), &json!(true)));
    assert!(driver.run(&["places"]).out.contains("17"), "in words");

    garage.pass(90);
    let silent = driver.run(&["owed", "zeleni-venac", &ticket, "--json"]);
    assert_eq!((silent.exit, &silent.json()["error"]["code"]), (3, &json!("facility_unreachable")), "{}", silent.out);
    garage.good(&["report"]);
    let photo = driver.json(&["owed", "zeleni-venac", "--photo", "ticket.png"]);
    let typed = driver.json(&["owed", "zeleni-venac", "ms-0000 01"]);
    for quote in [&photo, &typed] {
        assert_eq!(
            (&quote["total"]["amount"], &quote["items"][0]["offer"]["ticket"]),
            (&json!("200.00"), &json!(ticket))
        );
    }
    let words = driver.run(&["owed", "zeleni-venac", &ticket]).out;
    assert!(words.contains("2 started hours") && words.contains("If you pay now"), "{words}");
    let wrong = |exit: i32, code: &str, words: &[&str]| {
        let ran = driver.run(&[words, &["--json"]].concat());
        assert_eq!((ran.exit, ran.json()["error"]["code"].as_str().unwrap()), (exit, code), "{words:?}");
    };
    wrong(3, "facility_unknown", &["owed", "nowhere", &ticket]);
    wrong(3, "visit_unknown", &["owed", "zeleni-venac", "MS000099"]);
    wrong(6, "photo_unreadable", &["owed", "zeleni-venac", "--photo", "none.png"]);
    std::fs::write(driver.path().join("no.png"), "no picture").unwrap();
    wrong(3, "photo_unreadable", &["pay-visit", "zeleni-venac", "--photo", "no.png"]);
    wrong(2, "usage", &["owed", "zeleni-venac"]);
    wrong(3, "visit_missing", &["visits", "--receipt", "vi_01jd4f8q0r3n7w2x5y6z8a9b1c"]);

    let paid = driver.run(&["pay-visit", "zeleni-venac", &ticket]).out;
    assert!(paid.contains("is paid (200.00 RSD): leave without delay. Deposit: 800.00 RSD."), "{paid}");
    let paid = &driver.json(&["payments"])[0];
    assert_eq!((&paid["state"], &paid["pay"]), (&json!("confirmed"), &json!("deposit")), "{paid}");
    wrong(3, "visit_already_paid", &["pay-visit", "zeleni-venac", &ticket]);
    let visits = driver.json(&["visits"]);
    let visit = visits["inside"][0]["id"].as_str().unwrap();
    assert!(driver.run(&["visits"]).out.contains(&ticket));
    let receipt = driver.json(&["visits", "--receipt", visit]);
    let open = garage.good(&["exit", &ticket, "--receipt", receipt["text"].as_str().unwrap()]);
    assert_eq!(open["because"], "receipt");
    assert!(driver.run(&["visits", "--receipt", visit]).out.contains("▄▄▄▄▄"));
    garage.good(&["left", &ticket]);
    // Whoever paid is told when the clock moves.
    garage.pass(1);
    assert_eq!(driver.json(&["visits"])["over"][0]["id"], visit);
    wrong(3, "receipt_missing", &["visits", "--receipt", visit]);
}

#[test]
fn a_controller_takes_no_operator_of_another_name_neither_at_first_nor_later() {
    let garage = Garage::new();
    let (operator, root_key) = (garage.driver.testbed.said("operator"), garage.driver.testbed.said("root_key"));
    let known = |name: &'static str, state: &'static str| {
        let (operator, root_key) = (operator.as_str(), root_key.as_str());
        let of = ["report", "--operator", operator, "--operator-name", name, "--root-key", root_key];
        [&of[..], &["--token-file", "token", "--facility", "zeleni-venac", "--state", state]].concat()
    };
    let told = garage.bad(6, "operator_untrusted", &known("wrong.example", "new"));
    assert!(told["error"]["advice"].as_str().unwrap().contains("--operator-name"), "{told}");
    garage.good(&known("localhost", "new"));
    garage.bad(2, "state_of_another_controller", &known("wrong.example", ".mesto-garage"));
    garage.good(&["report"]);
}

#[test]
fn a_count_above_the_places_that_there_are_is_refused() {
    let garage = Garage::new();
    let told = garage.bad(3, "out_of_range", &["free", "500000"]);
    assert!(told["error"]["text"].as_str().unwrap().contains("303"), "{told}");
    assert!(told["error"]["advice"].as_str().unwrap().contains("Count again"), "{told}");
    garage.good(&["report"]);
    garage.good(&["free", "303"]);
    garage.away(true);
    assert!(garage.run(&["enter"]).out.contains("1 event waits"));
}
