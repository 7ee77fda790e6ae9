//! A carrier's reports from a terminal, and the tools that tell its terms and settle.

use serde_json::{Value, json};

use crate::{SERVE, Serving, admin, folder, mesto, right};

/// Tells the operator something, with a token.
fn post(url: &str, token: &str, body: &Value) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let request = mesto_cli::web::client().unwrap().post(url).bearer_auth(token);
        let answer = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
        let status = answer.status().as_u16();
        assert!(status < 300, "{url}: {status} {}", answer.text().await.unwrap());
    });
}

#[test]
fn a_carrier_is_told_in_csv_and_settled_with_and_another_is_not_av_21_av_41() {
    let folder = folder();
    let at = folder.path();
    let almaty = ["--built-in", "almaty"];
    let tool = |words: &[&str]| admin(at, &[words, &almaty[..]].concat());
    let staff = |role: &str, place: &[&str]| {
        let made = tool(&[&["create", "--role", role, "--city", "almaty", "--name", "Dana"], place].concat());
        let token = right(&made)["token"].as_str().unwrap().to_owned();
        std::fs::write(at.join(role), &token).unwrap();
        token
    };
    let dispatcher = staff("dispatcher", &[]);
    staff("partner", &["--place", "green-bus"]);
    let nowhere = tool(&["create", "--role", "partner", "--city", "almaty", "--name", "Dana"]);
    assert_eq!(nowhere.exit, 2, "{}", nowhere.err);
    let now = mesto_operator::Clock::now(&mesto_operator::SystemClock);
    let today = now.date_naive();
    let terms = |from: &str, percent: &str| {
        tool(&[
            "tell-partner-terms",
            "--city",
            "almaty",
            "--carrier",
            "green-bus",
            "--from",
            from,
            "--period",
            "day",
            "--percent",
            percent,
            "--reason",
            "contract 17",
        ])
    };
    let from = (today - chrono::TimeDelta::days(5)).to_string();
    assert_eq!(terms(&from, "100.01").exit, 2);
    assert_eq!(right(&terms(&from, "3.5"))["basis_points"], json!(350));
    let settled = right(&tool(&["settle-partners", "--city", "almaty"]));
    assert!(settled.as_array().unwrap().len() >= 3, "{settled}");
    assert_eq!(right(&tool(&["settle-partners", "--city", "almaty"])), json!([]), "they are settled once");
    let again = terms(&from, "5");
    assert_eq!((again.exit, &again.json()["error"]["code"]), (3, &json!("out_of_range")));
    assert_eq!(right(&tool(&["partner-terms"])).as_array().unwrap().len(), 1);

    let serving = Serving::start(at, &[&SERVE[..], &almaty[..]].concat());
    let operator = serving.said("operator");
    let post = |path: &str, body: &Value| post(&format!("{operator}{path}"), &dispatcher, body);
    let vehicle = json!({"board": "77", "carrier": "green-bus", "is_in_service": true});
    post("/v1/transit/vehicles", &json!({"city": "almaty", "vehicles": [vehicle]}));
    let ticket = json!({"kind": "paper", "code": "TK0001", "channel": "cash", "vehicle": "77", "persons": 1, "registered_at": now, "price": {"amount": "120.00", "currency": "KZT"}, "category": "school"});
    post("/v1/control/registrations", &json!({"city": "almaty", "registrations": [ticket]}));
    let to = (today + chrono::TimeDelta::days(1)).to_string();
    let asked = |what: &str, carrier: &str, more: &[&str]| {
        let days = ["--from", from.as_str(), "--to", to.as_str()];
        let of = ["partner", what, "--operator", &operator, "--token-file", "partner", "--carrier", carrier, "--json"];
        mesto(at, &[&of[..], &days[..], more].concat())
    };
    let report = right(&asked("report", "green-bus", &["--csv", "report.csv"]));
    assert_eq!(report["sums"]["taken_by_carrier"]["amount"], json!("120.00"));
    assert_eq!(report["sums"]["payable"]["amount"], json!("-4.20"));
    let csv = std::fs::read_to_string(at.join("report.csv")).unwrap();
    assert!(csv.contains("\"school\"") && csv.ends_with("-4.20,\"KZT\"\r\n"), "{csv}");
    let twice = asked("report", "green-bus", &["--csv", "report.csv"]);
    assert_eq!((twice.exit, &twice.json()["error"]["code"]), (6, &json!("file_unwritable")));
    let font = asked("report", "green-bus", &["--pdf", "report.pdf", "--font", "report.csv"]);
    assert_eq!((font.exit, &font.json()["error"]["code"]), (6, &json!("font_unusable")));
    assert!(!at.join("report.pdf").exists());
    right(&asked("subsidies", "green-bus", &[]));
    let other = asked("report", "almaty-electrotrans", &[]);
    assert_eq!((other.exit, &other.json()["error"]["code"]), (3, &json!("forbidden")));
    let one = [
        "partner",
        "settlement",
        "1",
        "--operator",
        &operator,
        "--token-file",
        "partner",
        "--carrier",
        "green-bus",
        "--json",
    ];
    assert_eq!(right(&mesto(at, &one))["settlement"]["number"], json!(1));
    let all = ["partner", "settlements", "--operator", &operator, "--token-file", "partner", "--carrier", "green-bus"];
    let all = mesto(at, &all);
    assert!(all.exit == 0 && all.out.contains("taken by carrier"), "{} {}", all.out, all.err);
    drop(serving);
}
