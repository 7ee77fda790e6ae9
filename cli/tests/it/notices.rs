//! News, a suspended and a blocked account, terms, reports and availability from a terminal.

use serde_json::{Value, json};

use crate::phone::Driver;
use crate::{Ran, right};

fn code(ran: &Ran) -> (i32, String) {
    (ran.exit, ran.json()["error"]["code"].as_str().unwrap().to_owned())
}

/// A driver, and keys for the tools of the operator.
fn driver() -> Driver {
    let driver = Driver::with_car();
    assert_eq!(driver.run(&["keys", "init"]).exit, 0);
    driver
}

#[test]
fn works_are_published_by_an_operator_and_read_and_remembered_by_a_driver_av_95_av_104() {
    let driver = driver();
    assert_eq!(driver.run(&["news"]).out.trim(), "There is no news.");
    let works = |from: &str| {
        driver.admin(&[
            "notice",
            "publish",
            "planned-works",
            "--for",
            "belgrade",
            "--title",
            "sr-Latn=Radovi",
            "--title",
            "en=Works",
            "--text",
            "sr-Latn=Ne radi.",
            "--text",
            "en=It is down.",
            "--from",
            from,
            "--until",
            "2099-01-01T00:00:00Z",
        ])
    };
    assert_eq!(code(&works("2020-01-01T00:00:00Z")), (3, "out_of_range".into()));
    let far = works("2098-12-01T00:00:00Z");
    assert_eq!(code(&far), (3, "out_of_range".into()), "they begin and end within a year");
    let news = driver.admin(&[
        "notice",
        "publish",
        "news",
        "--for",
        "belgrade",
        "--title",
        "sr-Latn=Vest",
        "--title",
        "en=News",
        "--text",
        "sr-Latn=Tekst",
        "--text",
        "en=Text",
    ]);
    let published = right(&news);
    let missing =
        driver.admin(&["notice", "publish", "news", "--for", "belgrade", "--title", "en=News", "--text", "en=Text"]);
    assert_eq!(code(&missing), (3, "notice_language_missing".into()));
    let twice = ["notice", "publish", "news", "--title", "en=One", "--title", "en=Two", "--text", "en=Text"];
    assert_eq!(driver.admin(&twice).exit, 2);
    let told = driver.json(&["news"]);
    assert_eq!((&told["unread"], &told["notices"][0]["title"]), (&json!(1), &json!("News")));
    let text = driver.run(&["news", "--language", "sr-Latn", "--read"]).out;
    assert!(text.contains("Vest") && text.contains("1 nepročitano obaveštenje"), "{text}");
    assert_eq!(driver.json(&["news"])["unread"], 0);
    let listed = right(&driver.admin(&["notice", "list"]));
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &published["id"]));
    let id = published["id"].as_str().unwrap();
    right(&driver.admin(&["notice", "withdraw", id, "--reason", "it was wrong"]));
    assert_eq!(driver.json(&["news"])["notices"], json!([]));
    let log = right(&driver.admin(&["audit"]));
    assert!(log.as_array().unwrap().iter().any(|row| row["action"] == "notice.withdrawn"), "{log}");
}

#[test]
fn a_driver_suspends_resumes_reports_and_reads_the_terms_av_02_av_108_av_126() {
    let driver = driver();
    assert_eq!(driver.json(&["account", "suspend"])["state"], "suspended");
    let quote = driver.run(&["quote", "red", "60", "--json"]);
    assert_eq!(code(&quote), (3, "account_suspended".into()));
    assert!(driver.run(&["account", "show"]).out.contains("resume it to pay"));
    assert_eq!(driver.json(&["account", "resume"])["state"], "active");
    let terms = driver.json(&["terms"]);
    assert_eq!((&terms[0]["id"], &terms[0]["in_force"]), (&json!("mobile-application"), &json!("1856/1")));
    assert_eq!(code(&driver.run(&["accept-terms", "mobile-application", "1", "--json"])), (3, "terms_unknown".into()));
    assert_eq!(driver.json(&["accept-terms", "mobile-application", "1856/1"])["accepted_by"], "registration");
    let report = driver.json(&["report", "failure", "The barrier stays shut", "--vehicle", "BG 789-PP"]);
    let number = report["reference"].as_str().unwrap();
    assert_eq!(right(&driver.admin(&["reports"]))[0]["reference"], number);
    right(&driver.admin(&["answer-report", number, "It was mended"]));
    assert_eq!(driver.json(&["reports"])["items"][0]["answer"], "It was mended");
    assert_eq!(right(&driver.admin(&["reports"])), json!([]));
    assert_eq!(code(&driver.admin(&["answer-report", "4821 0937 5558", "x"])), (3, "bad_request".into()));
}

#[test]
fn an_operator_blocks_an_account_and_says_how_long_it_was_up_av_46_av_103() {
    let driver = driver();
    let account = driver.json(&["account", "show"]);
    assert_eq!(account["may_pay"], true);
    let exported: Value = driver.run(&["export"]).json();
    let id = exported["account"].as_str().unwrap();
    assert_eq!(driver.admin(&["block-account", id]).exit, 2, "why?");
    assert_eq!(right(&driver.admin(&["block-account", id, "--reason", "Copied tickets"]))["state"], "blocked");
    let refused = driver.run(&["quote", "red", "60", "--json"]);
    assert_eq!(code(&refused), (3, "account_blocked".into()));
    assert!(driver.run(&["account", "show"]).out.contains("Copied tickets"));
    assert_eq!(driver.json(&["account", "resume"])["state"], "blocked");
    assert_eq!(right(&driver.admin(&["unblock-account", id, "--reason", "A mistake"]))["state"], "active");
    let wrong = driver.admin(&["availability", "--month", "November"]);
    assert_eq!(code(&wrong), (3, "bad_request".into()));
}
