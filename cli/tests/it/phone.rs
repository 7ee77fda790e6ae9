//! Every use case of the app from a terminal, against a testbed: output, suggestions, exit codes.

use std::path::Path;

use serde_json::{Value, json};

use crate::{Ran, Serving, command, json_of, mesto};

pub const PHONE: &str = "+381641234567";

pub struct Driver {
    pub testbed: Serving,
    folder: tempfile::TempDir,
}

impl Driver {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // What it stores lies in the driver's folder too, for an operator's tools.
        let mut testbed = command(folder.path(), &["testbed", "--port", "0", "--json"]);
        let testbed = Serving::with(testbed.env("TMPDIR", folder.path()));
        Self { testbed, folder }
    }

    /// Signed in, with BG 789-PP.
    pub fn with_car() -> Self {
        let driver = Self::new();
        driver.sign_in();
        driver.json(&["vehicles", "--add", "BG789PP"]);
        driver
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a tool on the store of the testbed's operator.
    pub fn admin(&self, arguments: &[&str]) -> Ran {
        let folders = std::fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().path());
        let store = folders.map(|folder| folder.join("operator.sqlite")).find(|file| file.is_file()).unwrap();
        let store = ["--database", store.to_str().unwrap(), "--json"];
        self.run(&[&["admin"], arguments, &store].concat())
    }

    /// The token of the session on this phone.
    pub fn token(&self) -> String {
        let secrets = std::fs::read_to_string(self.path().join(".mesto/secrets.json")).unwrap();
        let secrets: Value = serde_json::from_str(&secrets).unwrap();
        let mut secrets = secrets.as_object().unwrap().iter();
        secrets.find(|(name, _)| name.ends_with("session_token")).unwrap().1.as_str().unwrap().to_owned()
    }

    /// Asks the operator as this phone does; the status of the answer.
    pub fn ask_operator(&self, method: &str, path: &str) -> u16 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (url, method) = (format!("{}{path}", self.testbed.said("operator")), method.parse().unwrap());
        let request = mesto_cli::web::client().unwrap().request(method, url).bearer_auth(self.token());
        runtime.block_on(request.send()).unwrap().status().as_u16()
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        mesto(self.path(), arguments)
    }

    /// A run that must succeed, as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.exit, 0, "{arguments:?}: {} {}", ran.out, ran.err);
        ran.json()
    }

    pub fn control(&self, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.testbed.said("control"));
        json_of(if body.is_some() { "POST" } else { "GET" }, &url, body)
    }

    /// A code is sent; the phone knows its operator from now on.
    pub fn ask_code(&self) -> String {
        let (operator, root_key) = (self.testbed.said("operator"), self.testbed.said("root_key"));
        self.json(&["sign-in", PHONE, "--operator", &operator, "--root-key", &root_key]);
        let sent = self.control("/messages?phone=%2B381641234567", None);
        sent["messages"][0]["code"].as_str().unwrap().to_owned()
    }

    pub fn sign_in(&self) {
        let code = self.ask_code();
        assert_eq!(self.json(&["sign-in", PHONE, &code])["is_signed_in"], true);
    }

    pub fn top_up(&self, amount: &str) {
        let intent = self.json(&["topup", amount]);
        self.control("/bank/walk", Some(json!({ "page_url": intent["page_url"], "card": "approve" })));
        self.json(&["settle"]);
    }
}

#[test]
fn a_driver_does_everything_from_a_terminal_bg_38_bg_54_bg_76() {
    let driver = Driver::new();
    driver.sign_in();
    let vehicles = driver.json(&["vehicles", "--add", "bg 789-pp"]);
    assert_eq!(vehicles[0]["plate"]["display"], "BG 789-PP");
    let zones = driver.json(&["zones", "--near", "44.8079,20.4655", "--sign", "9111"]);
    assert_eq!(zones["by_sign"], "red");
    driver.top_up("1000");
    assert_eq!(driver.json(&["quote", "red", "60"])["total"]["amount"], "80.00");
    let bought = driver.run(&["park", "9111", "60"]);
    assert_eq!(bought.exit, 0, "{}", bought.err);
    assert!(bought.out.contains("BG 789-PP is parked until 11:00. Deposit: 920.00 RSD."), "{}", bought.out);
    assert_eq!(driver.json(&["extend", "30"])["items"][0]["outcome"]["ticket"]["price"]["amount"], "120.00");
    assert_eq!(driver.json(&["tickets"]).as_array().unwrap().len(), 2);
    let code = driver.json(&["tickets", "--qr"]);
    assert!(code["text"].as_str().unwrap().starts_with("MESTO1:"));
    let shown = driver.run(&["tickets", "--qr"]).out;
    assert!(shown.contains("▄▄▄▄▄") && shown.contains("Show it before 10:0"), "{shown}");
    let history = driver.json(&["history"]);
    assert_eq!(history["deposit"]["balance"]["amount"], "800.00");
    assert_eq!(history["history"]["items"].as_array().unwrap().len(), 2);
    assert!(driver.run(&["history"]).out.contains("-120.00 RSD"));
}

#[test]
fn prices_of_a_zone_are_told_for_a_day_with_how_sure_they_are() {
    let driver = Driver::new();
    driver.sign_in();
    let steps = |zone: &Value| -> Vec<(Value, Value)> {
        let steps = zone["steps"].as_array().unwrap().iter();
        steps.map(|step| (step["unit_minutes"].clone(), step["price"]["amount"].clone())).collect()
    };
    // Of the zone whose sign it is alone; a Wednesday of September 2025.
    let red = driver.json(&["zones", "--prices", "--sign", "9111"]);
    assert_eq!(red.as_array().unwrap().len(), 1);
    assert_eq!((&red[0]["zone"], &red[0]["on"]), (&json!("red"), &json!("2025-09-03")));
    assert_eq!(steps(&red[0]), [(json!(60), json!("80.00")), (json!(30), json!("120.00"))]);
    assert_eq!(red[0]["steps"][0]["certainty"], "second_hand");
    // An older list did not tell extended time: that is unknown, and not free.
    let older = driver.json(&["zones", "--prices", "--sign", "9111", "--on", "2023-02-01"]);
    assert_eq!(steps(&older[0]), [(json!(60), json!("60.00")), (json!(30), Value::Null)]);
    let shown = driver.run(&["zones", "--prices", "--sign", "9111", "--on", "2023-02-01"]);
    assert_eq!(shown.exit, 0, "{}", shown.err);
    for said in ["from 2023-01-04 until 2025-02-01", "60.00 RSD / 60 min", "? / 30 min", "second hand", "holidays"] {
        assert!(shown.out.contains(said), "`{said}` is missing: {}", shown.out);
    }
    // Of all zones without a sign; on a day that no list has, none is priced.
    let all = driver.json(&["zones", "--prices", "--on", "2021-12-31"]);
    assert!(all.as_array().unwrap().len() > 4 && all.as_array().unwrap().iter().all(|zone| zone["tariff"].is_null()));
    assert!(driver.run(&["zones", "--prices", "--on", "2021-12-31"]).out.contains("no price list on 2021-12-31"));
    assert_eq!(driver.run(&["zones", "--on", "2025-09-03"]).exit, 2, "a day is of prices");
    assert_eq!(driver.run(&["zones", "--prices", "--on", "3.9.2025"]).exit, 2);
}

#[test]
fn mistakes_are_told_with_what_would_be_right() {
    let driver = Driver::new();
    let lost = driver.run(&["zones"]);
    assert_eq!(lost.exit, 2);
    assert!(lost.err.contains("--operator"), "{}", lost.err);
    driver.sign_in();
    let no_vehicle = driver.run(&["quote", "red", "60"]);
    assert_eq!(no_vehicle.exit, 3);
    assert!(no_vehicle.err.contains("mesto vehicles --add"));
    driver.json(&["vehicles", "--add", "BG789PP"]);
    let slip = driver.run(&["quote", "yelow", "60"]);
    assert_eq!(slip.exit, 3);
    assert!(slip.err.contains("Did you mean `yellow`?"), "{}", slip.err);
    for minutes in ["0", "-5"] {
        let refused = driver.run(&["quote", "red", minutes, "--json"]);
        assert_eq!((refused.exit, refused.json()["error"]["code"].as_str()), (3, Some("minutes_not_positive")));
    }
    let long = driver.run(&["park", "red", "91"]);
    assert_eq!(long.exit, 3);
    assert!(long.err.contains("90"), "{}", long.err);
    let amount = driver.run(&["topup", "300"]);
    assert_eq!(amount.exit, 3);
    assert!(amount.err.contains("200, 500, 1000"), "{}", amount.err);
    let poor = driver.run(&["park", "red", "60", "--json"]);
    assert_eq!(poor.exit, 3);
    assert!(poor.out.contains("deposit_too_low"));
    let plate = driver.run(&["vehicles", "--add", ""]);
    assert_eq!(plate.exit, 3, "{}", plate.err);
    let command = driver.run(&["prak", "red"]);
    assert_eq!(command.exit, 2);
    assert!(command.err.contains("park"), "clap suggests: {}", command.err);
    let place = driver.run(&["zones", "--near", "north"]);
    assert_eq!(place.exit, 2);
    assert!(place.err.contains("44.8125,20.4612"));
}

#[test]
fn an_unconfirmed_purchase_says_so_and_settles_later() {
    let driver = Driver::with_car();
    driver.top_up("200");
    driver.control("/faults", Some(json!({ "method": "POST", "path": "/v1/purchases", "kind": "drop_answer" })));
    let cut = driver.run(&["park", "red", "60"]);
    assert_eq!(cut.exit, 5, "{} {}", cut.out, cut.err);
    assert!(cut.err.contains("Not confirmed yet") && cut.err.contains("mesto settle"), "{}", cut.err);
    let settled = driver.run(&["settle"]);
    assert_eq!(settled.exit, 0, "{}", settled.err);
    assert!(settled.out.contains("Confirmed"), "{}", settled.out);
    let books = driver.control("/ledger", None);
    assert_eq!((books["tickets"].clone(), books["deposits"].clone()), (json!(1), json!("120.00")));
    driver.control("/offline", Some(json!({ "on": true })));
    let quote = driver.run(&["quote", "red", "60"]);
    assert_eq!(quote.exit, 4);
    assert_eq!(quote.err.matches("no connection").count(), 1, "said once: {}", quote.err);
    assert_eq!(driver.run(&["tickets"]).exit, 0, "what the phone knows is shown without a connection");
}

#[test]
fn without_a_connection_an_sms_is_offered_and_a_lost_purchase_is_taken_back_first_bg_28_bg_34() {
    let driver = Driver::with_car();
    driver.top_up("200");
    let message = driver.json(&["sms", "9111"]);
    assert_eq!((&message["number"], &message["body"]), (&json!("9111"), &json!("BG789PP")), "{message}");
    assert!(driver.run(&["sms", "red"]).out.contains("Send `BG789PP` to 9111."));
    let refused = |code: &str, words: &[&str]| {
        let ran = driver.run(&[words, &["--json"]].concat());
        assert_eq!(ran.json()["error"]["code"], code, "{words:?}");
    };
    refused("zone_unknown", &["sms", "purple"]);
    refused("usage", &["sms"]);
    refused("intent_missing", &["sms", "--instead-of", "nothing"]);
    let fault = json!({ "method": "POST", "path": "/v1/purchases", "kind": "drop_answer" });
    driver.control("/faults", Some(fault));
    let lost = driver.run(&["park", "red", "60", "--json"]).json();
    let intent = lost["intent"]["key"].as_str().unwrap();
    refused("intent_bought", &["sms", "--instead-of", intent]);
    driver.control("/faults", Some(json!({ "method": "POST", "path": "/v1/purchases", "kind": "drop_request" })));
    let lost = driver.run(&["extend", "60", "--json"]).json();
    let intent = lost["intent"]["key"].as_str().unwrap();
    assert_eq!(driver.json(&["sms", "--instead-of", intent])["number"], "9111");
    assert_eq!(driver.control("/ledger", None)["deposits"], "120.00", "it is taken back");
}

#[test]
fn the_code_of_a_ticket_moves_to_the_phone_that_asks_for_it() {
    let driver = Driver::with_car();
    driver.top_up("200");
    driver.json(&["park", "red", "60"]);
    driver.control("/clock", Some(json!({ "advance_seconds": 61 })));
    let other = |words: &[&str]| driver.run(&[words, &["--state", "other", "--json"]].concat());
    let (operator, root_key) = (driver.testbed.said("operator"), driver.testbed.said("root_key"));
    other(&["sign-in", PHONE, "--operator", &operator, "--root-key", &root_key]);
    let sent = driver.control("/messages?phone=%2B381641234567", None);
    assert_eq!(other(&["sign-in", PHONE, sent["messages"][0]["code"].as_str().unwrap()]).exit, 0);
    let ticket = other(&["tickets"]).json()[0]["id"].as_str().unwrap().to_owned();
    let code_of = |ran: Ran| ran.json()["error"]["code"].as_str().map(str::to_owned);
    let elsewhere = other(&["tickets", "--qr", &ticket]);
    assert_eq!(elsewhere.exit, 3, "{}", elsewhere.out);
    assert!(elsewhere.out.contains(&format!("mesto tickets --move-here {ticket}")), "{}", elsewhere.out);
    assert_eq!(code_of(elsewhere).as_deref(), Some("code_of_another_phone"));
    assert_eq!(other(&["tickets", "--move-here", &ticket]).json()["id"], ticket.as_str());
    assert!(other(&["tickets", "--qr", &ticket]).json()["text"].as_str().unwrap().starts_with("MESTO1:"));
    let before = driver.run(&["tickets", "--qr", &ticket, "--json"]);
    assert_eq!(code_of(before).as_deref(), Some("code_of_another_phone"));
}

#[test]
fn a_command_typed_again_after_a_lost_answer_buys_nothing_more_bg_34() {
    let driver = Driver::with_car();
    driver.top_up("500");
    let lose_answers = |times: u32| {
        let fault = json!({ "method": "POST", "path": "/v1/purchases", "kind": "drop_answer", "times": times });
        driver.control("/faults", Some(fault));
    };
    let books = || {
        let books = driver.control("/ledger", None);
        (books["tickets"].clone(), books["deposits"].clone())
    };
    lose_answers(1);
    assert_eq!(driver.run(&["park", "green", "60"]).exit, 5);
    let again = driver.run(&["park", "green", "60"]);
    assert_eq!(again.exit, 0, "{} {}", again.out, again.err);
    assert!(again.out.contains("nothing more was bought"), "{}", again.out);
    assert!(again.out.contains("BG 789-PP is parked until 11:00. Deposit: 445.00 RSD."), "{}", again.out);
    assert_eq!(books(), (json!(1), json!("445.00")));

    // While it is not known, nothing else is bought there, and the open one is named.
    lose_answers(2);
    let lost = driver.run(&["extend", "60", "--json"]);
    assert_eq!(lost.exit, 5);
    let lost = lost.json();
    assert_eq!((&lost["error"]["code"], &lost["intent"]["state"]), (&json!("unconfirmed"), &json!("unconfirmed")));
    let refused = driver.run(&["extend", "60", "--json"]);
    assert_eq!(refused.exit, 5, "{} {}", refused.out, refused.err);
    let error = refused.json()["error"].clone();
    assert_eq!((&error["code"], &error["params"]["intent"]), (&json!("unconfirmed"), &lost["intent"]["key"]));
    let again = driver.run(&["extend", "60"]);
    assert_eq!(again.exit, 0, "{} {}", again.out, again.err);
    assert!(again.out.contains("parked until 12:00"), "{}", again.out);
    assert_eq!(books(), (json!(2), json!("390.00")));
}

#[test]
fn a_top_up_that_was_left_at_the_bank_is_named_and_can_be_given_up_bg_83() {
    let driver = Driver::with_car();
    let begun = driver.json(&["topup", "500"]);
    let refused = driver.run(&["topup", "1000"]);
    assert_eq!(refused.exit, 5, "{}", refused.err);
    let page = begun["page_url"].as_str().unwrap();
    assert!(refused.err.contains(page) && refused.err.contains("mesto abandon"), "{}", refused.err);
    let given_up = driver.run(&["abandon"]);
    assert_eq!(given_up.exit, 0, "{}", given_up.err);
    assert_eq!(driver.run(&["abandon"]).exit, 3, "nothing is open any more");
    driver.top_up("1000");
    // Paid on the page he left: his deposit does not grow, and the money went back to the card.
    driver.control("/bank/walk", Some(json!({ "page_url": page, "card": "approve" })));
    assert_eq!(driver.json(&["history"])["deposit"]["balance"]["amount"], "1000.00");
    let books = driver.control("/ledger", None);
    assert_eq!(books["sums_to_zero"], true, "{books}");
    let balance = |kind: &str| {
        let accounts = books["accounts"].as_array().unwrap();
        accounts.iter().find(|row| row["kind"] == kind).unwrap()["balance"].clone()
    };
    assert_eq!((balance("refunds_payable"), balance("clearing")), (json!("0.00"), json!("1000.00")));
    let told = driver.run(&["payments"]);
    assert!(told.out.contains("wallet: 500.00 RSD went back to your card."), "{}", told.out);
}

#[test]
fn a_parked_car_is_removed_only_with_yes_bg_54() {
    let driver = Driver::with_car();
    driver.top_up("500");
    driver.json(&["park", "green", "60"]);
    let asked = driver.run(&["vehicles", "--remove", "BG789PP"]);
    assert_eq!(asked.exit, 3);
    assert!(asked.err.contains("has a ticket until 11:00") && asked.err.contains("--yes"), "{}", asked.err);
    assert_eq!(driver.json(&["vehicles", "--remove", "BG789PP", "--yes"]), json!([]));
    assert_eq!(driver.json(&["extend", "60"])["items"][0]["outcome"]["ticket"]["plate"]["canonical"], "BG789PP");
}

#[test]
fn what_to_look_at_again_in_a_plate_is_said_beside_the_answer_bg_23() {
    let driver = Driver::with_car();
    // A Cyrillic letter at the beginning.
    let added = driver.run(&["vehicles", "--add", "\u{412}G 123-AA", "--json"]);
    assert_eq!(added.exit, 0, "{}", added.err);
    assert_eq!(added.json()[1]["plate"]["canonical"], "BG123AA");
    assert!(added.err.contains('B'), "{}", added.err);
    let clear = driver.run(&["vehicles", "--add", "NS 123-AB"]);
    assert_eq!((clear.exit, clear.err.as_str()), (0, ""));
}

#[test]
fn an_order_is_listed_and_paid() {
    let driver = Driver::with_car();
    driver.top_up("2000");
    let order = json!({ "zone": "yellow", "plate": "BG789PP", "violation": "no_ticket" });
    let issued = driver.control("/inspector/orders", Some(order));
    assert_eq!(driver.json(&["orders"]), json!({ "orders": [], "forgotten": [] }), "a plate alone shows no order");
    assert_eq!(driver.json(&["slip", issued["number"].as_str().unwrap()])["id"], issued["id"]);
    let listed = driver.run(&["orders"]);
    assert!(listed.out.contains("3,000.00 RSD") && listed.out.contains("1,500.00 RSD"), "{}", listed.out);
    let paid = driver.run(&["pay", issued["id"].as_str().unwrap()]);
    assert_eq!(paid.exit, 0, "{}", paid.err);
    assert!(paid.out.contains("The order is paid (1,500.00 RSD). Deposit: 500.00 RSD."), "{}", paid.out);
    let list = driver.run(&["orders"]).out;
    assert!(list.contains("Paid") && list.contains("3,000.00") && !list.contains("1,500.00"), "{list}");
    assert_eq!(driver.json(&["history"])["deposit"]["balance"]["amount"], "500.00");
}

#[test]
fn a_ticket_is_paid_by_card_and_how_it_stands_is_told_bg_91_bg_93() {
    let driver = Driver::with_car();
    // Below 200 RSD the bank's fee is the driver's, and nobody knows it.
    let cheap = driver.run(&["quote", "blue", "60", "--pay", "card"]);
    assert_eq!(cheap.exit, 3);
    assert!(cheap.err.contains("without `--pay card`"), "{}", cheap.err);
    let quote = driver.json(&["quote", "blue", "300", "--pay", "card"]);
    assert_eq!((quote["total"]["amount"].as_str(), quote["pay"].as_str()), (Some("225.00"), Some("card")));

    let begun = driver.run(&["park", "blue", "300", "--pay", "card"]);
    assert_eq!(begun.exit, 0, "{}", begun.err);
    assert!(begun.out.contains("Then: mesto settle"), "{}", begun.out);
    let page = begun.out.lines().find(|line| line.starts_with("http://")).unwrap().to_owned();
    let waits = driver.run(&["settle"]);
    assert_eq!(waits.exit, 5, "nobody has paid yet");
    let listed = driver.run(&["payments"]);
    assert!(listed.out.contains("Waits for the bank") && listed.out.contains(&page), "{}", listed.out);

    let other = driver.run(&["park", "blue", "300"]);
    assert_eq!(other.exit, 5, "the same car in the same zone is not bought from the deposit meanwhile");
    assert!(other.err.contains(&page) && other.err.contains("mesto abandon"), "{}", other.err);

    driver.control("/bank/walk", Some(json!({ "page_url": page, "card": "approve" })));
    let settled = driver.json(&["settle"]);
    assert_eq!(settled[0]["state"], "confirmed", "{settled}");
    let ticket = &settled[0]["items"][0]["outcome"]["ticket"];
    assert_eq!((ticket["price"]["amount"].as_str(), ticket["pay"].as_str()), (Some("225.00"), Some("card")));
    assert_eq!(driver.json(&["tickets"])[0]["id"], ticket["id"]);
    let paid = driver.run(&["payments"]);
    assert!(paid.out.contains("225.00 RSD") && paid.out.contains("Confirmed"), "{}", paid.out);
    assert_eq!(driver.json(&["history"])["deposit"]["items"], json!([]), "the deposit is untouched");
}

#[test]
fn an_order_is_paid_by_card_once_however_often_the_bank_declines_bg_70() {
    let driver = Driver::with_car();
    let order = json!({ "zone": "yellow", "plate": "BG789PP", "violation": "no_ticket" });
    let issued = driver.control("/inspector/orders", Some(order));
    driver.json(&["slip", issued["number"].as_str().unwrap()]);
    let pay = || driver.json(&["pay", issued["id"].as_str().unwrap(), "--pay", "card"]);
    let begun = pay();
    assert_eq!(begun["amount"]["amount"], "1500.00");
    driver.control("/bank/walk", Some(json!({ "page_url": begun["page_url"], "card": "decline" })));
    let declined = driver.run(&["settle"]);
    assert_eq!(declined.exit, 3, "nothing was bought: {}", declined.out);
    assert!(declined.out.contains("The bank declined the card. Nothing was charged."), "{}", declined.out);

    driver.control("/clock", Some(json!({ "advance_seconds": 1 })));
    let again = pay();
    assert_ne!(again["key"], begun["key"]);
    driver.control("/bank/walk", Some(json!({ "page_url": again["page_url"], "card": "approve" })));
    assert_eq!(driver.json(&["settle"])[0]["state"], "confirmed");
    let refused = driver.run(&["pay", issued["id"].as_str().unwrap(), "--pay", "card"]);
    assert_eq!(refused.exit, 3, "it is paid: {}", refused.out);
    let payments = driver.json(&["payments"]);
    let states: Vec<&Value> = payments.as_array().unwrap().iter().map(|intent| &intent["state"]).collect();
    assert_eq!(states, ["confirmed", "refused"], "newest first");
}

#[cfg(unix)]
#[test]
fn what_is_known_of_a_driver_lies_in_files_of_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let driver = Driver::with_car();
    std::fs::write(driver.path().join("before.json"), "mine").unwrap();
    for file in ["me.json", "before.json"] {
        driver.json(&["export", "--to", file]);
    }
    for file in [".mesto/phone.sqlite", ".mesto/secrets.json", "me.json", "before.json"] {
        let mode = std::fs::metadata(driver.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}: {mode:o}");
    }
    let told: Value = serde_json::from_slice(&std::fs::read(driver.path().join("before.json")).unwrap()).unwrap();
    assert_eq!(told["accounts"][0]["deposit"], json!({ "amount": "0.00", "currency": "RSD" }));
}

#[test]
fn a_session_is_listed_with_its_year_and_ended_by_signing_out() {
    let driver = Driver::with_car();
    let listed = driver.run(&["sessions"]).out;
    assert!(listed.contains("2025-09-03 10:00") && listed.contains("2026-"), "{listed}");
    let own = driver.json(&["sessions"])["items"][0]["id"].as_str().unwrap().to_owned();
    let refused = driver.run(&["end-session", &own]);
    assert_eq!(refused.exit, 3);
    assert!(refused.err.contains("mesto sign-out"), "{}", refused.err);
    assert_eq!(driver.json(&["sign-out"]), json!({ "signed_out": true }));
    assert_eq!(driver.run(&["sessions"]).exit, 7);
}

#[test]
fn a_slip_whose_digits_do_not_belong_together_says_so_in_every_language() {
    let driver = Driver::with_car();
    for (language, said) in [("en", "have changed places"), ("sr-Latn", "zamenile mesta")] {
        let slip = driver.run(&["slip", "4821", "0937", "5556", "--language", language]);
        assert_eq!(slip.exit, 3);
        assert!(slip.err.contains(said), "{}", slip.err);
    }
    assert_eq!(driver.run(&["slip", "4821", "--json"]).json()["error"]["params"]["reason"], "length");
}
