//! What the demo claims, and how it looks.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::{json_of, mesto};

#[test]
#[allow(clippy::disallowed_methods)] // the promise is about the machine's seconds
fn the_day_goes_as_told_within_fifteen_seconds_bg_36_bg_37_bg_46_bg_50_bg_57_bg_64_bg_67_bg_76() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let ran = mesto(folder.path(), &["--json"]);
    assert!(began.elapsed() < Duration::from_secs(15));
    assert_eq!(ran.exit, 0, "{} {}", ran.out, ran.err);
    let claims = &ran.json()["claims"];
    let expected = [
        ("/sign_in/signed_in", json!(true)),
        ("/vehicle/plate", json!("BG 789-PP")),
        ("/top_up/odd_amount", json!("amount_not_offered")),
        ("/top_up/came_back_with_only_the_intent", json!(true)),
        ("/top_up/balance", json!("1000.00")),
        ("/zones/nearest_first", json!(true)),
        ("/zones/typed", json!("red")),
        ("/zones/scanned", json!("red")),
        ("/red/minute_91_asked_at_once", json!("max_stay_exceeded")),
        ("/red/minute_91_allowed", json!(90)),
        ("/red/total", json!("80.00")),
        ("/red/balance", json!("920.00")),
        ("/red/second_tap_is_the_same_purchase", json!(true)),
        ("/reminder/alarms", json!(["10:55", "11:00"])),
        ("/extend/total", json!("120.00")),
        ("/extend/balance", json!("800.00")),
        ("/extend/minute_91", json!("limit_reached")),
        ("/cut/at_first", json!("unconfirmed")),
        ("/cut/after_a_crash_still_unconfirmed", json!(1)),
        ("/cut/at_last", json!("confirmed")),
        ("/cut/tickets_sold", json!(1)),
        ("/cut/deposits", json!("745.00")),
        ("/tunnel/at_first", json!("unconfirmed")),
        ("/tunnel/at_last", json!(true)),
        ("/tunnel/tickets_sold", json!(0)),
        ("/tunnel/balance", json!("745.00")),
        ("/inspector/scanned_plate", json!("BG789PP")),
        ("/inspector/a_picture_of_it_is_refused", json!("moment_too_old")),
        ("/inspector/covered", json!(true)),
        ("/inspector/no_order_while_covered", json!("ticket_covers_plate")),
        ("/inspector/the_operator_issued_none_by_itself", json!(0)),
        ("/inspector/covered_later", json!(false)),
        ("/inspector/order_price", json!("3000.00")),
        ("/inspector/order_due", json!("1500.00")),
        ("/inspector/orders", json!(1)),
        ("/inspector/the_deposit_does_not_cover_it", json!("deposit_too_low")),
        ("/card/below_200", json!("card_fee_unknown")),
        ("/card/waits_for_the_bank", json!("unconfirmed")),
        ("/card/came_back_with_only_the_intent", json!(true)),
        ("/card/ticket_confirmed", json!(true)),
        ("/card/balance", json!("680.00")),
        ("/card/order_amount", json!("1500.00")),
        ("/card/declined", json!("card_declined")),
        ("/card/order_confirmed", json!(true)),
        ("/card/order_paid", json!(true)),
        ("/garage/ticket", json!("MS000001")),
        ("/garage/total", json!("200.00")),
        ("/garage/balance", json!("480.00")),
        ("/garage/the_barrier_has_not_heard_of_it", json!(true)),
        ("/garage/opens_until", json!("19:00")),
        ("/garage/of_another_ticket", json!("receipt_of_another_ticket")),
        ("/garage/a_second_time", json!("visit_over")),
        ("/garage/left", json!(true)),
        ("/history/amounts", json!(["-200.00", "-65.00", "-55.00", "-120.00", "-80.00", "1000.00"])),
        ("/history/balance", json!("480.00")),
        ("/ledger/sums_to_zero", json!(true)),
        ("/ledger/deposits", json!("480.00")),
        ("/ledger/tickets", json!(5)),
    ];
    for (place, value) in expected {
        assert_eq!(claims.pointer(place), Some(&value), "{place}");
    }
    // The books, worked out by hand: 1000 on the deposit, 225 for a ticket and 1500 for the order
    // came by card; 80 + 120 + 55 + 65 earned from the deposit by parking and 200 by a garage, 225
    // by card, and half of the order's 3000.
    let accounts = claims["ledger"]["accounts"].as_array().unwrap();
    let balance = |kind: &str, service: Option<&str>| {
        let fits = |row: &&serde_json::Value| row["kind"] == kind && row["service"].as_str() == service;
        accounts.iter().find(fits).map(|row| row["balance"].clone())
    };
    assert_eq!(balance("clearing", None), Some(json!("2725.00")));
    assert_eq!(balance("deposit", None), Some(json!("-480.00")));
    assert_eq!(balance("revenue", Some("parking")), Some(json!("-545.00")));
    assert_eq!(balance("revenue", Some("garages")), Some(json!("-200.00")));
    assert_eq!(balance("receivable", Some("orders")), Some(json!("0.00")));
    assert_eq!(balance("revenue", Some("orders")), Some(json!("-1500.00")));
    let minor = |row: &serde_json::Value| row["balance"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(accounts.iter().map(minor).sum::<i64>(), 0);
}

#[test]
fn the_story_is_plain_where_nobody_sees_colour_and_shows_qr_and_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let ran = mesto(folder.path(), &[]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(!ran.out.contains('\u{1b}'));
    for told in [
        "A day in Belgrade",
        "14/14 ",
        "9111",
        "80.00 RSD",
        "120.00 RSD",
        "Not confirmed yet",
        "Not executed",
        "██ ▄▄▄▄▄ █",
        "The books sum to zero",
        "The day ended as it was told.",
    ] {
        assert!(ran.out.contains(told), "{told}");
    }
    assert!(ran.err.is_empty(), "{}", ran.err);
}

#[test]
fn the_story_is_coloured_and_serbian_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let ran = mesto(folder.path(), &["--colour", "always", "--language", "sr-Latn"]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.out.contains("\u{1b}[1;36m"));
    assert!(ran.out.contains("1.000,00 RSD"));
}

#[cfg(unix)]
#[test]
fn keep_leaves_everything_running_until_it_is_told_to_end() {
    use std::io::BufRead as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_mesto"))
        .args(["--keep", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    let address = |name: &str| said["addresses"][name].as_str().unwrap().to_owned();
    assert_eq!(json_of("GET", &format!("{}/ledger", address("control")), None)["deposits"], "480.00");
    assert!(json_of("GET", &format!("{}/v1/openapi.json", address("operator")), None)["paths"].is_object());
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
