//! What is known about a person, how long, and how it ends.

use mesto_operator::store::transact;
use mesto_operator::values;
use mesto_operator::{Request, RoleGiven};
use mesto_protocol::base::accounts::AccountClosed;
use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::base::wallet::{DepositPage, WalletSubject};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::orders::inspectors::PlateCheck;
use mesto_protocol::parking::tickets::TicketState;
use mesto_rules::StayPer;
use serde_json::Value;

use crate::world::{World, asking_for, decline, expect, refused, rsd};

const PHONE: &str = "+381641234567";
const DAY: i64 = 24 * 60;

/// An event that still tells something; of one that belongs to a ledger entry the bare row stays.
const TOLD: &str = "event WHERE change IS NOT NULL";

/// Texts that are documents.
fn packed(known: &Value) -> Vec<String> {
    match known {
        Value::String(text) if text.starts_with(['{', '[']) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(packed).collect(),
        Value::Object(fields) => fields.values().flat_map(packed).collect(),
        _ => Vec::new(),
    }
}

fn count(world: &World, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS count FROM {table}");
    transact(&*world.store, |tx| tx.query(&sql, values![])?[0].get("count")).unwrap()
}

/// `UPDATE=1` writes docs/personal-data.md anew.
#[test]
fn the_page_of_personal_data_is_current() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/personal-data.md");
    let built = mesto_operator::personal_data_page();
    if std::env::var("UPDATE").is_ok_and(|update| !update.is_empty()) {
        std::fs::write(&path, &built).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), built, "UPDATE=1 writes it anew");
}

on_both_databases! {
    #[test]
    fn everything_known_about_a_person_can_be_read(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let known: Value = expect(200, driver.get("/v1/account/export"));
        assert_eq!(known["person"][0]["phone"], PHONE);
        assert_eq!(known["vehicles"][0]["shown"], "BG 789-PP");
        assert_eq!(known["tickets"][0]["id"], ticket.id.to_string());
        assert_eq!(known["plates_of_tickets"][0]["ticket"], ticket.id.to_string());
        assert_eq!(known["deposit"].as_array().unwrap().len(), 2);
        let rsd = |amount: &str| serde_json::json!({ "amount": amount, "currency": "RSD" });
        assert_eq!((&known["accounts"][0]["deposit"], &known["tickets"][0]["price"]), (&rsd("920.00"), &rsd("80.00")));
        assert_eq!((&known["quotes"][0]["total"], &known["sales"][1]["total"]), (&rsd("1000.00"), &rsd("80.00")));
        assert!(known["sales"][1]["items"][0].is_object(), "{}", known["sales"]);
        let answers = known["actions"].as_array().unwrap();
        assert!(answers.iter().all(|action| action["answer"]["sale"]["id"].is_string()), "{answers:?}");
        assert_eq!(packed(&known), Vec::<String>::new(), "a document stands as one, not as text");
        let messages = known["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 1);
        // A session that was stolen does not read the code of the next one.
        assert_eq!((&messages[0]["template"], &messages[0]["params"]), (&"sign_in.code".into(), &Value::Null));
        let (stranger, _) = world.driver_with("+381650000000", "BG111AA", &[]);
        assert!(!stranger.get("/v1/account/export").body.windows(7).any(|seen| seen == b"BG789PP"));
    }

    #[test]
    fn a_closed_account_leaves_pseudonyms_and_a_refund_that_is_owed_av_123_av_128(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        driver.park(vehicle, "red", 60);
        let inspector = world.inspector();
        assert_eq!(driver.delete("/v1/account").status, 200);
        refused("unauthorized", &driver.get("/v1/account"));
        assert_eq!([count(world, "vehicle"), count(world, "message"), count(world, TOLD), count(world, "device")], [0; 4]);
        assert_eq!(count(world, "stay WHERE owner_kind = 'account'"), 0);
        assert_eq!(world.balance("refunds_payable"), rsd("-920.00"));
        // The ticket is paid and still counts in front of an inspector.
        let check = || expect::<PlateCheck>(200, inspector.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=red"));
        assert!(check().is_covered);
        world.check_books();
        world.pass(31 * DAY);
        world.due();
        assert_eq!(count(world, "ticket_plate"), 0);
        assert_eq!((count(world, "ticket"), count(world, "ledger_entry")), (1, 3));
        world.check_books();
        let again = world.driver(PHONE);
        assert_ne!(again.account, driver.account);
        assert_eq!(again.account().balance, rsd("0.00"));
    }

    #[test]
    fn a_closed_account_keeps_no_role_and_no_key_of_its_phone_av_123(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let payments = [0; 3].map(|_| driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment);
        let bound = || count(world, "sale WHERE device IS NOT NULL");
        assert_eq!(bound(), 3);
        // Delivered: the ticket is bound. Declined: it may still be paid.
        world.approve(&payments[0]);
        assert_eq!(world.notice(&decline(&payments[1], "pay-declined")).status, 204);
        assert_eq!(bound(), 2);
        let role = RoleGiven::everywhere(Role::Inspector);
        world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &role).unwrap();
        assert_eq!(driver.delete("/v1/account").status, 200);
        assert_eq!((bound(), count(world, "role_grant WHERE ends_at IS NULL")), (0, 0));
        assert_eq!((count(world, "role_grant"), count(world, "account WHERE roles <> '[]'")), (2, 0));
        // What is approved behind the closing goes back, and binds nothing.
        world.approve(&payments[2]);
        assert_eq!(bound(), 0);
        world.check_books();
    }

    #[test]
    fn who_may_park_no_more_takes_his_data_and_his_money_with_him_av_123(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let role = "SELECT id FROM role_grant WHERE account = $1";
        let role: String = transact(&*world.store, |tx| tx.query(role, values![driver.account])?[0].get("id")).unwrap();
        world.operator.end_role(&*world.store, world.now(), &role).unwrap();
        refused("forbidden", &driver.ask_by(PayMethod::Deposit, vehicle, "red", 60));
        assert_eq!(driver.account().balance, rsd("1000.00"));
        let known: Value = expect(200, driver.get("/v1/account/export"));
        assert_eq!(known["person"][0]["phone"], PHONE);
        let closed: AccountClosed = expect(200, driver.delete("/v1/account"));
        assert_eq!(closed.refund.unwrap().amount, rsd("1000.00"));
        // What the operator's tools made is no person's own.
        for staff in [world.inspector(), world.controller("zeleni-venac")] {
            refused("forbidden", &staff.get("/v1/account/export"));
            refused("forbidden", &staff.delete("/v1/account"));
        }
        world.check_books();
    }

    #[test]
    fn what_is_too_old_is_erased_by_kind_and_books_stay(world) {
        let world = &world.with_parking(|parking| parking.policy.stay_per = StayPer::Both);
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let inspector = world.inspector();
        driver.park(vehicle, "red", 60);
        expect::<PlateCheck>(200, inspector.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=red"));
        let answers = "intent WHERE answer IS NOT NULL";
        let tables = ["message", "quote WHERE pay = 'deposit'", "stay", answers, TOLD, "plate_check", "ticket_plate"];
        let users_stays = || count(world, "stay WHERE owner_kind = 'account'");
        let left = || tables.map(|table| count(world, table) > 0);
        world.due();
        assert_eq!((left(), users_stays()), ([true; 7], 1));
        world.pass(8 * DAY);
        world.due();
        assert_eq!(left(), [false, false, true, true, true, true, true]);
        world.pass(8 * DAY);
        world.due();
        assert_eq!((left(), users_stays()), ([false, false, false, true, true, true, true], 0));
        world.pass(20 * DAY);
        world.due();
        assert_eq!(left(), [false, false, false, false, true, false, true]);
        world.pass(63 * DAY);
        world.due();
        assert_eq!(left(), [false, false, false, false, false, false, true]);
        assert_eq!(refused("cursor_too_old", &driver.get("/v1/events"))["oldest"], driver.account().cursor.to_string());
        world.pass(79 * DAY);
        assert!(driver.events(driver.account().cursor.seq).events.is_empty());
        world.check_books();
        world.pass(1000 * DAY);
        world.due();
        assert_eq!(left(), [false; 7]);
        let again = world.driver(PHONE);
        let account = again.account();
        assert_eq!((account.balance, account.tickets[0].state.clone(), account.tickets[0].plate.canonical.as_str()), (rsd("920.00"), TicketState::Expired, ""));
        // What consumed the deposit is read by way of the events, whose rows stay for it.
        let amounts: Vec<_> = expect::<DepositPage>(200, again.get("/v1/deposit")).items.into_iter().map(|entry| entry.amount).collect();
        assert_eq!(amounts, [rsd("-80.00"), rsd("1000.00")]);
        world.check_books();
    }

    #[test]
    fn no_card_number_can_come_into_the_store_bg_96(world) {
        // Nothing of the wire has a place for one: what is sent all the same is not kept.
        let driver = world.driver(PHONE);
        let with_card = |body: serde_json::Result<Value>| {
            let mut body = body.unwrap();
            body["transport_number"] = "4242424242424242".into();
            body
        };
        let asked = with_card(serde_json::to_value(asking_for(&WalletSubject { amount: rsd("200.00") }, PayMethod::Card)));
        let quote: Quote = expect(201, driver.post("/v1/quotes", &asked));
        let purchase = with_card(serde_json::to_value(driver.purchase(&quote)));
        let request = Request::new("POST", "/v1/purchases").bearer(&driver.token).key(&world.key()).json(&purchase);
        assert_eq!(world.send(&request).status, 201);
        let columns = [("payment", "page_url"), ("intent", "answer"), ("event", "change"), ("quote", "terms"), ("sale", "items")];
        for (table, column) in columns {
            let sql = format!("SELECT COUNT(*) AS count, COALESCE(SUM(CASE WHEN {column} LIKE '%4242%' THEN 1 ELSE 0 END), 0) AS found FROM {table}");
            let (rows, found): (i64, i64) = transact(&*world.store, |tx| {
                let row = &tx.query(&sql, values![])?[0];
                Ok((row.get("count")?, row.get("found")?))
            })
            .unwrap();
            assert!(rows > 0 && found == 0, "{table}");
        }
    }
}
