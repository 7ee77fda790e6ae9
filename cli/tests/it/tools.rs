//! An operator's tools: serve, keys, admin, city check.

use std::process::Command;

use serde_json::Value;

use crate::phone::Driver;
use crate::{SERVE, Serving, http, json_of, mesto, right, secret_file};

fn city_folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cities/belgrade")
}

#[test]
fn the_version_and_the_exit_codes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(mesto(folder.path(), &["--version"]).out.trim(), format!("mesto {}", env!("CARGO_PKG_VERSION")));
    let help = mesto(folder.path(), &["--help"]).out;
    assert!(help.contains("Exit codes") && help.contains("not confirmed yet"));
}

#[test]
fn keys_are_made_once_and_rotated_under_the_same_root() {
    let folder = tempfile::tempdir().unwrap();
    let missing = mesto(folder.path(), &["keys", "rotate"]);
    assert_eq!(missing.exit, 6);
    assert!(missing.err.contains("mesto keys init"));
    let made = mesto(folder.path(), &["keys", "init", "--json"]).json();
    let twice = mesto(folder.path(), &["keys", "init"]);
    assert_eq!(twice.exit, 6);
    assert!(twice.err.contains("must not be lost"));
    let rotated = mesto(folder.path(), &["keys", "rotate", "--json"]).json();
    assert_eq!(made["root_key"], rotated["root_key"]);
    assert_ne!(made["root_key"], Value::Null);

    std::fs::rename(folder.path().join("keys/root.seed"), folder.path().join("safe")).unwrap();
    for command in ["rotate", "renew"] {
        let in_the_safe = mesto(folder.path(), &["keys", command]);
        assert_eq!(in_the_safe.exit, 6);
        assert!(in_the_safe.err.contains("put it back beside the other keys"), "{}", in_the_safe.err);
    }
}

#[test]
fn a_city_is_checked_with_file_field_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let good = mesto(folder.path(), &["city", "check", city_folder().to_str().unwrap()]);
    assert_eq!(good.exit, 0, "{}", good.err);
    assert!(good.out.contains("Belgrade") && good.out.contains("9111"));

    let copy = folder.path().join("broken");
    std::fs::create_dir(&copy).unwrap();
    for entry in std::fs::read_dir(city_folder()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    let zones = std::fs::read_to_string(copy.join("parking.toml")).unwrap();
    std::fs::write(copy.join("parking.toml"), format!("{zones}\n[red]\nthis is = not TOML")).unwrap();
    let broken = mesto(folder.path(), &["city", "check", "broken"]);
    assert_eq!(broken.exit, 6);
    assert!(broken.err.contains("parking.toml") && broken.err.contains("line"), "{}", broken.err);
    let nowhere = mesto(folder.path(), &["city", "check", "nowhere"]);
    assert_eq!(nowhere.exit, 6);
    assert!(nowhere.err.contains("city.toml"));
}

#[test]
fn a_city_with_a_feed_of_fares_is_checked_with_what_is_worth_saying_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let city = folder.path().join("almaty");
    std::fs::create_dir_all(city.join("fares")).unwrap();
    let built_in = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cities/almaty");
    for entry in std::fs::read_dir(built_in).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, city.join(path.file_name().unwrap())).unwrap();
    }
    let rides = std::fs::read_to_string(city.join("rides.toml")).unwrap();
    let (from, until) = (rides.find("fares = [").unwrap(), rides.find("free_days = ").unwrap());
    let feed = "[feed]\ndated = [{ from = \"2024-08-03\", folder = { value = \"fares\", certainty = \"assumed\", source = \"decision\" } }]\nstop_minutes = 10\n";
    std::fs::write(city.join("rides.toml"), format!("{}{}\n{feed}", &rides[..from], &rides[until..])).unwrap();
    let products = "fare_product_id,amount,currency\nride,90.00,KZT\n";
    std::fs::write(city.join("fares/fare_products.txt"), products).unwrap();
    std::fs::write(city.join("fares/fare_leg_rules.txt"), "fare_product_id,colour\nride,red\n").unwrap();
    // A timetable is nobody's business here.
    std::fs::write(city.join("fares/stop_times.txt"), [0xff, 0xfe]).unwrap();
    let good = mesto(folder.path(), &["city", "check", "almaty"]);
    assert_eq!(good.exit, 0, "{}", good.err);
    let said = "fares/fare_leg_rules.txt: row 1, colour: the reference has no such field; it is passed over";
    assert!(good.out.contains(said), "{}", good.out);
    let told = mesto(folder.path(), &["city", "check", "almaty", "--json"]).json();
    assert_eq!(told["notices"][0]["file"], "fares/fare_leg_rules.txt");
    std::fs::write(city.join("fares/fare_products.txt"), products.replace("90.00", "90")).unwrap();
    let broken = mesto(folder.path(), &["city", "check", "almaty"]);
    assert_eq!(broken.exit, 6);
    assert!(
        broken.err.contains("fares/fare_products.txt: row 2, amount: `90` has not the 2 decimals"),
        "{}",
        broken.err
    );
}

#[cfg(unix)]
#[test]
fn an_operator_serves_and_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let serve = SERVE;
    let no_secret = mesto(folder.path(), &serve);
    assert_eq!(no_secret.exit, 6);
    assert!(no_secret.out.contains("openssl rand"));
    secret_file(&folder.path().join("secret"), "0123456789abcdef0123456789abcdef\n");
    let no_keys = mesto(folder.path(), &serve);
    assert_eq!(no_keys.exit, 6);
    assert!(no_keys.out.contains("mesto keys init"));
    let keys = mesto(folder.path(), &["keys", "init", "--json"]).json();

    let mut serving = Serving::start(folder.path(), &serve);
    assert_eq!(serving.said("root_key"), keys["root_key"].as_str().unwrap());
    let operator = serving.said("operator");
    assert_eq!(http("GET", &format!("{operator}/healthz"), None).unwrap().0, 200);
    assert_eq!(
        json_of("GET", &format!("{operator}/v1/openapi.json"), None)["openapi"].as_str().unwrap().chars().next(),
        Some('3')
    );
    assert!(json_of("GET", &format!("{operator}/v1/clock"), None)["now"].as_str().unwrap().ends_with('Z'));
    Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));

    let made = mesto(folder.path(), &["admin", "create", "--role", "inspector", "--name", "Mira", "--json"]).json();
    assert!(made["token"].as_str().unwrap().len() >= 43);
    let books = mesto(folder.path(), &["admin", "ledger", "--json"]).json();
    assert_eq!((books["sums_to_zero"].clone(), books["fault"].clone()), (Value::Bool(true), Value::Null));
    assert_eq!(books["incidents"], serde_json::json!([]));
    // Put back from a copy, each time it is another history of the books.
    let epochs = [(); 2].map(|()| mesto(folder.path(), &["admin", "restored", "--json"]).json()["epoch"].clone());
    assert!(epochs[0].is_string() && epochs[0] != epochs[1], "{epochs:?}");
}

#[test]
fn roles_are_given_listed_and_ended() {
    let folder = tempfile::tempdir().unwrap();
    let admin = |arguments: &[&str]| mesto(folder.path(), &[&["admin"], arguments, &["--json"]].concat());
    let nowhere = admin(&["list"]);
    assert_eq!(nowhere.exit, 6);
    assert!(nowhere.out.contains("mesto serve"), "{}", nowhere.out);
    mesto(folder.path(), &["keys", "init", "--json"]);
    admin(&["create", "--role", "inspector", "--name", "Mira"]);
    let staff = admin(&["list"]).json();
    assert_eq!((staff[0]["name"].as_str(), staff[0]["roles"][0]["role"].as_str()), (Some("Mira"), Some("inspector")));
    let account = staff[0]["account"].as_str().unwrap();
    let controller = ["--role", "controller", "--city", "belgrade", "--place", "zeleni-venac"];
    let grant = |more: &[&str]| admin(&[&["grant", account], &controller[..], more].concat());
    let given = grant(&["--until", "2099-01-01T00:00:00Z"]).json();
    assert_eq!((given["city"].as_str(), given["ends_at"].as_str()), (Some("belgrade"), Some("2099-01-01T00:00:00Z")));
    assert_eq!(admin(&["list"]).json()[0]["roles"].as_array().unwrap().len(), 2);
    let renewed = admin(&["token", account]).json();
    let ends_at = &admin(&["list"]).json()[0]["token_ends_at"];
    assert_eq!((&renewed["ends_at"], renewed["token"].as_str().unwrap().len()), (ends_at, 64));
    let grant = given["id"].as_str().unwrap();
    assert_eq!(admin(&["revoke", grant]).json()["ended"], grant);
    for (wrong, said) in [
        (&["revoke", grant][..], "admin list"),
        (&["token", "ac_01jd4f8q0r3n7w2x5y6z8a9b1c"], "no open account ac_01jd4f8q"),
        (&["grant", "ac_01jd4f8q0r3n7w2x5y6z8a9b1c", "--role", "inspector"], "no open account ac_01jd4f8q"),
        (&["grant", account, "--role", "controller", "--city", "atlantis", "--place", "vma"], "belgrade"),
        (&["grant", account, "--role", "controller", "--city", "belgrade", "--place", "red"], "zeleni-venac"),
        (&["grant", account, "--role", "inspector", "--until", "2001-01-01T00:00:00Z"], "is over"),
        (&["create", "--role", "inspector", "--city", "atlantis", "--name", "Ana"], "belgrade"),
        (
            &["create", "--role", "inspector", "--city", "belgrade", "--place", "vma", "--name", "Ana"],
            "leave out the place",
        ),
        (&["grant", account, "--role", "driver", "--city", "belgrade"], "leave out the city"),
    ] {
        let refused = admin(wrong);
        assert_eq!(refused.exit, 6, "{wrong:?}");
        assert!(refused.out.contains(said), "{wrong:?}: {}", refused.out);
    }
    for (wrong, said) in [
        (&["revoke", "gr_none"][..], "such as `gr_01"),
        (&["grant", "ac_nobody", "--role", "inspector"], "`ac_01"),
        (&["grant", account, "--role", "controller", "--city", "belgrade"], "--place"),
        (&["grant", account, "--role", "controller"], "--city"),
        (&["create", "--role", "controller", "--name", "Barrier"], "--place"),
        (&["create", "--role", "inspector", "--place", "vma", "--name", "Ana"], "--city"),
    ] {
        let misread = admin(wrong);
        assert_eq!(misread.exit, 2, "{wrong:?}");
        assert!(misread.out.contains(said), "{wrong:?}: {}", misread.out);
    }
    let shown = mesto(folder.path(), &["admin", "list"]);
    assert!(shown.out.contains("Mira") && shown.out.contains("inspector"), "{}", shown.out);
    assert!(shown.out.contains("belgrade, zeleni-venac"), "{}", shown.out);
}

#[test]
fn staff_made_for_a_city_have_their_role_in_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let admin = |arguments: &[&str]| mesto(folder.path(), &[&["admin"], arguments, &["--json"]].concat());
    mesto(folder.path(), &["keys", "init", "--json"]);
    let inspector = ["create", "--role", "inspector", "--city", "belgrade", "--name", "Mira"];
    assert_eq!(right(&admin(&inspector))["city"], "belgrade");
    let grant = admin(&["list"]).json()[0]["roles"][0].clone();
    assert_eq!((&grant["city"], &grant["place"]), (&"belgrade".into(), &serde_json::Value::Null));
}

/// The code and the text of a refusal.
fn refusal(ran: &crate::Ran) -> (i32, String, String) {
    let error = ran.json()["error"].clone();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (ran.exit, text("code"), text("text"))
}

#[test]
fn orders_and_tickets_are_settled_by_the_operators_tools_bg_18() {
    let driver = Driver::with_car();
    driver.top_up("200");
    mesto(driver.path(), &["keys", "init"]);
    let [paid, withdrawn] = ["red", "yellow"].map(|zone| {
        let order = serde_json::json!({ "zone": zone, "plate": "BG789PP", "violation": "no_ticket" });
        driver.control("/inspector/orders", Some(order))["id"].as_str().unwrap().to_owned()
    });
    assert_eq!(right(&driver.admin(&["order-paid-elsewhere", &paid, "--reason", "at the counter"]))["state"], "paid");
    assert_eq!(
        refusal(&driver.admin(&["order-paid-elsewhere", &paid, "--reason", "at the counter"])).1,
        "order_already_paid"
    );
    assert_eq!(right(&driver.admin(&["cancel-order", &withdrawn, "--reason", "a mistake"]))["state"], "cancelled");
    assert_eq!(refusal(&driver.admin(&["cancel-order", &withdrawn, "--reason", "a mistake"])).1, "order_not_payable");
    let unknown = "or_01jd4f8q0r3n7w2x5y6z8a9b1c";
    let (exit, code, text) = refusal(&driver.admin(&["cancel-order", unknown, "--reason", "a mistake"]));
    assert_eq!((exit, code.as_str()), (3, "not_found"), "{text}");

    // Bought in the testbed's time, which is over on the tool's clock.
    driver.json(&["park", "green", "60"]);
    let ticket = driver.json(&["tickets"])[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(refusal(&driver.admin(&["void-ticket", &ticket, "--reason", "a mistake"])).1, "ticket_not_active");
    assert_eq!(refusal(&driver.admin(&["void-ticket", unknown, "--reason", "a mistake"])).0, 2, "no id of a ticket");
    assert_eq!(right(&driver.admin(&["ledger"]))["fault"], Value::Null);
}

#[test]
fn what_is_owed_by_transfer_is_marked_as_paid_by_hand_once_bg_97() {
    let driver = Driver::with_car();
    driver.top_up("200");
    driver.json(&["park", "red", "60"]);
    mesto(driver.path(), &["keys", "init"]);
    assert_eq!(right(&driver.admin(&["refunds"])), serde_json::json!([]));
    assert_eq!(driver.ask_operator("DELETE", "/v1/account"), 200);

    let owed = right(&driver.admin(&["refunds"]));
    assert_eq!(
        (&owed[0]["route"], &owed[0]["state"], &owed[0]["amount"]["amount"]),
        (&"transfer".into(), &"due".into(), &"120.00".into())
    );
    let refund = owed[0]["id"].as_str().unwrap();
    assert_eq!(refusal(&driver.admin(&["refunds", "done", refund])).0, 2, "without a reason");
    assert_eq!(refusal(&driver.admin(&["refunds", "done", refund, "--reason", " "])).0, 2);
    let done = right(&driver.admin(&["refunds", "done", refund, "--reason", "bank transfer 17"]));
    assert_eq!((&done["state"], &done["id"]), (&"done".into(), &owed[0]["id"]));
    let (exit, code, text) = refusal(&driver.admin(&["refunds", "done", refund, "--reason", "again"]));
    assert_eq!((exit, code.as_str()), (3, "refund_not_by_hand"), "{text}");
    let unknown = driver.admin(&["refunds", "done", "rf_01jd4f8q0r3n7w2x5y6z8a9b1c", "--reason", "x"]);
    assert_eq!(refusal(&unknown).1, "refund_unknown");
    assert_eq!(right(&driver.admin(&["refunds"])), serde_json::json!([]));
    assert_eq!(right(&driver.admin(&["refunds", "--all"])).as_array().unwrap().len(), 1);

    assert_eq!(right(&driver.admin(&["incidents"])), serde_json::json!([]));
    let nothing = driver.admin(&["incidents", "done", "notice_unknown", "payment x", "--reason", "seen"]);
    assert_eq!(refusal(&nothing).1, "incident_unknown");
    let books = right(&driver.admin(&["ledger"]));
    assert_eq!((&books["fault"], &books["sums_to_zero"]), (&Value::Null, &true.into()));
}

#[test]
fn a_demo_bank_is_never_served_to_the_world() {
    let folder = tempfile::tempdir().unwrap();
    secret_file(&folder.path().join("secret"), "0123456789abcdef0123456789abcdef");
    mesto(folder.path(), &["keys", "init"]);
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--bank-secret-file",
        "secret",
        "--with-demo-bank",
        "--bank-url",
        "http://0.0.0.0:0",
    ];
    let refused = mesto(folder.path(), &arguments);
    assert_eq!(refused.exit, 2, "{}", refused.err);
    assert!(refused.err.contains("loopback only"));
}

#[test]
fn a_port_that_the_demo_bank_cannot_have_is_said_to_be_the_banks() {
    let folder = tempfile::tempdir().unwrap();
    secret_file(&folder.path().join("secret"), "0123456789abcdef0123456789abcdef");
    mesto(folder.path(), &["keys", "init"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let bank = format!("http://{}", taken.local_addr().unwrap());
    let serve = ["serve", "--listen", "127.0.0.1:0", "--bank-secret-file", "secret", "--with-demo-bank", "--bank-url"];
    let refused = mesto(folder.path(), &[&serve[..], &[&bank]].concat());
    assert_eq!(refused.exit, 1, "{}", refused.err);
    assert!(
        refused.err.contains("the demo bank cannot listen on") && refused.err.contains("--bank-url"),
        "{}",
        refused.err
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_ends_the_command_quietly() {
    use std::io::Read as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_mesto"))
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
}
