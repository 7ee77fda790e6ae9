//! What somebody learns who adds the plate of a stranger's car: nothing of its stay but what can be
//! had now, and nothing of its orders.

use chrono::TimeDelta;
use mesto_operator::Response;
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::kernel::ids::VehicleId;
use mesto_protocol::kernel::reference::Reference;
use mesto_protocol::orders::driver::{Order, OrderPage, OrderState};
use mesto_protocol::orders::inspectors::{CHECK, PlateCheck};
use mesto_rules::StayPer;
use mesto_rules::quote::Start;
use serde_json::{Value, json};

use crate::world::{Person, World, expect, parking, refused, rsd};

const PHONE: &str = "+381641234567";
const STRANGER: &str = "+381650000000";
const PLATE: &str = "BG789PP";

/// The moments that somebody must not learn, as they stand on the wire.
fn holds_none_of(answer: &Response, moments: &[chrono::DateTime<chrono::Utc>]) {
    let text = String::from_utf8(answer.body.clone()).unwrap();
    for moment in moments {
        let text_of = serde_json::to_string(moment).unwrap();
        assert!(!text.contains(text_of.trim_matches('"')), "{text_of} in {text}");
    }
}

fn issue(inspector: &Person<'_>, zone: &str) -> Order {
    let order =
        json!({"city": "belgrade", "zone": zone, "plate": PLATE, "violation": "no_ticket", "location": "Krunska 3"});
    expect(201, inspector.act("/v1/inspector/orders", &inspector.world.key(), &order))
}

fn slip(person: &Person<'_>, number: &str) -> Response {
    person.post("/v1/orders/slips", &json!({"number": number}))
}

/// A stranger who has added the plate, too.
fn stranger<'a>(world: &'a World, phone: &str) -> (Person<'a>, VehicleId) {
    world.driver_with(phone, PLATE, &["1000.00"])
}

on_both_databases! {
    #[test]
    fn of_another_accounts_stay_a_quote_shows_only_what_can_be_had_and_until_when_pq_16_bg_48(world) {
        let (driver, vehicle) = world.driver_with(PHONE, PLATE, &["1000.00"]);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let (began, deadline) = (ticket.starts_at, ticket.stay.deadline.unwrap());
        world.pass(20);
        let (stranger, same) = stranger(world, STRANGER);
        let answer = stranger.ask(same, "red", 90);
        let quote = expect(201, stranger.ask(same, "red", 90));
        let offer = parking(&quote);
        // It is true: half an hour behind the paid time, by the price of the stay.
        assert_eq!((offer.granted_minutes, offer.ends_at, offer.start), (30, deadline, Start::At { at: ticket.ends_at }));
        assert_eq!((offer.stay, offer.extends, quote.total), (None, None, rsd("120.00")));
        holds_none_of(&answer, &[began, deadline + TimeDelta::minutes(30)]);
        let kinds: Vec<&str> = quote.items[0].notices.iter().map(|notice| notice.kind.as_str()).collect();
        assert!(kinds.contains(&"parking.clipped_by_another") && !kinds.contains(&"parking.clipped"), "{kinds:?}");
        // Who bought it sees his stay.
        let own = parking(&driver.quote(vehicle, "red", 30)).stay.unwrap();
        assert_eq!((own.started_at, own.deadline), (began, Some(deadline)));
        // Who pays for the car there takes part in its stay.
        let bought = stranger.buy(&quote).ticket;
        assert_eq!(bought.stay.deadline, Some(deadline));
        assert!(refused("limit_reached", &stranger.ask(same, "red", 10)).contains_key("next_possible_at"));
        world.check_books();
    }

    #[test]
    fn a_refusal_says_nothing_of_when_another_accounts_stay_began_pq_16(world) {
        let (driver, vehicle) = world.driver_with(PHONE, PLATE, &["1000.00"]);
        let ticket = driver.park(vehicle, "red", 90).ticket;
        let (began, ends) = (ticket.starts_at, ticket.ends_at);
        let (stranger, same) = stranger(world, STRANGER);
        let before = [began, ends, ends + TimeDelta::minutes(30)];
        let silent = |answer: &Response| {
            assert_eq!(refused("limit_reached", answer), serde_json::Map::new());
            holds_none_of(answer, &before);
        };
        silent(&stranger.ask(same, "red", 30));
        assert_eq!(refused("limit_reached", &driver.ask(vehicle, "red", 30))["deadline"], json!(ends));
        // Within the break it is the same refusal: it does not tell that the time has just run out.
        world.pass(100);
        silent(&stranger.ask(same, "red", 30));
        assert_eq!(refused("no_return", &driver.ask(vehicle, "red", 30))["until"], json!(before[2]));
        world.pass(20);
        assert!(parking(&stranger.quote(same, "red", 30)).stay.is_some());
    }

    #[test]
    fn a_quote_that_another_purchase_made_stale_tells_no_more_pq_16_bg_48(world) {
        let (driver, vehicle) = world.driver_with(PHONE, PLATE, &["1000.00"]);
        let (stranger, same) = stranger(world, STRANGER);
        let (quote, of_driver) = (stranger.quote(same, "red", 30), driver.quote(vehicle, "red", 90));
        let ticket = driver.buy(&of_driver).ticket;
        let answer = stranger.buy_with(&world.key(), &quote);
        let params = refused("quote_stale", &answer);
        assert_eq!(Value::Object(params), json!({"reason": "limit_reached"}));
        holds_none_of(&answer, &[ticket.ends_at, ticket.ends_at + TimeDelta::minutes(30)]);
        world.check_books();
    }

    #[test]
    fn where_a_drivers_own_stay_counts_he_sees_it_beside_a_stranger_bg_48(world) {
        let world = &world.with_parking(|parking| parking.policy.stay_per = StayPer::User);
        let (driver, vehicle) = world.driver_with(PHONE, PLATE, &["1000.00"]);
        driver.park(vehicle, "red", 30);
        let (stranger, same) = stranger(world, STRANGER);
        let offer = parking(&stranger.quote(same, "red", 30));
        assert_eq!(offer.stay.unwrap().started_at, offer.starts_at);
    }

    #[test]
    fn who_asks_often_for_a_car_that_others_parked_has_to_wait_pq_16(world) {
        let (driver, vehicle) = world.driver_with(PHONE, PLATE, &["2000.00"]);
        driver.park(vehicle, "blue", 60);
        let (stranger, same) = stranger(world, STRANGER);
        for asked in 0..12 {
            let answer = stranger.ask(same, "blue", 30);
            assert_eq!(answer.status, 201, "{asked}");
        }
        let answer = stranger.ask(same, "blue", 30);
        assert_eq!(refused("too_many_requests", &answer)["retry_after_seconds"], 3601);
        // Refusals count as well; where nobody parked the car nothing is counted, and its own
        // driver is not limited.
        assert_eq!(stranger.ask(same, "green", 30).status, 201);
        for _ in 0..15 {
            driver.quote(vehicle, "blue", 60);
        }
        world.pass(61);
        driver.park(vehicle, "blue", 120);
        assert_eq!(stranger.ask(same, "blue", 30).status, 201);
    }

    #[test]
    fn a_refusal_that_shows_anothers_stay_counts_too_pq_16(world) {
        let (driver, vehicle) = world.driver_with(PHONE, PLATE, &["1000.00"]);
        driver.park(vehicle, "a", 30);
        let (stranger, same) = stranger(world, STRANGER);
        for _ in 0..12 {
            refused("limit_reached", &stranger.ask(same, "a", 30));
        }
        refused("too_many_requests", &stranger.ask(same, "a", 30));
    }

    #[test]
    fn few_accounts_see_that_a_car_is_parked_and_who_paid_for_it_once_is_not_kept_away_pq_16(world) {
        let (owner, own) = world.driver_with("+381640000001", PLATE, &["1000.00"]);
        owner.park(own, "a", 30);
        world.pass(61);
        let (driver, vehicle) = world.driver_with(PHONE, PLATE, &["1000.00"]);
        driver.park(vehicle, "blue", 120);
        let strangers: Vec<_> = (0..4).map(|number| stranger(world, &format!("+38165000010{number}"))).collect();
        for (stranger, same) in &strangers[..3] {
            for _ in 0..2 {
                assert_eq!(stranger.ask(*same, "blue", 30).status, 201);
            }
        }
        refused("too_many_requests", &strangers[3].0.ask(strangers[3].1, "blue", 30));
        assert_eq!(strangers[0].0.ask(strangers[0].1, "blue", 30).status, 201);
        assert_eq!(owner.ask(own, "blue", 30).status, 201);
        world.pass(61);
        assert_eq!(strangers[3].0.ask(strangers[3].1, "blue", 30).status, 201);
    }

    #[test]
    fn a_plate_alone_shows_nothing_of_its_orders_bg_69_pq_16(world) {
        let (stranger, _) = stranger(world, STRANGER);
        let before = stranger.account().cursor;
        let order = issue(&world.inspector(), "red");
        assert!(stranger.account().orders.is_empty());
        assert!(expect::<OrderPage>(200, stranger.get("/v1/orders")).items.is_empty());
        assert_eq!(stranger.account().cursor, before, "told by no event");
        refused("not_found", &stranger.ask_order(PayMethod::Deposit, order.id));
        let known: Value = expect(200, stranger.get("/v1/account/export"));
        assert_eq!(known["orders"], json!([]));
        for (operator, done) in [(true, OrderState::Paid), (false, OrderState::Cancelled)] {
            let order = issue(&world.inspector(), if operator { "yellow" } else { "green" });
            let (id, now) = (order.id.to_string(), world.now());
            let ended = if operator {
                world.operator.order_paid_elsewhere(&*world.store, now, &id, "a mistake")
            } else {
                world.operator.cancel_order(&*world.store, now, &id, "a mistake")
            };
            assert_eq!(ended.unwrap().state, done);
        }
        world.due();
        assert_eq!(stranger.account().cursor, before);
    }

    #[test]
    fn who_had_a_ticket_there_is_told_of_the_order_and_nobody_else_bg_57_pq_16(world) {
        let (driver, vehicle) = world.driver_with(PHONE, PLATE, &["1000.00"]);
        let (elsewhere, same) = world.driver_with("+381640000001", PLATE, &["1000.00"]);
        let (stranger, late) = stranger(world, STRANGER);
        driver.park(vehicle, "yellow", 60);
        elsewhere.park(same, "green", 60);
        world.pass(61);
        let order = issue(&world.inspector(), "yellow");
        // Bought afterwards a ticket proves nothing.
        stranger.park(late, "yellow", 60);
        assert_eq!(driver.account().orders, std::slice::from_ref(&order));
        assert_eq!(driver.events(driver.account().cursor.seq - 1).events[0].read::<Order>().unwrap(), Some(order.clone()));
        assert!(elsewhere.account().orders.is_empty() && stranger.account().orders.is_empty());
        let check: PlateCheck = expect(200, world.inspector().get(&CHECK.target(&[], &[("city", "belgrade"), ("plate", PLATE), ("zone", "yellow")])));
        assert_eq!(check.order, Some(order.id));
    }

    #[test]
    fn a_ticket_of_yesterday_proves_nothing_and_of_a_closed_account_either_bg_57_av_123(world) {
        let (driver, vehicle) = world.driver_with(PHONE, PLATE, &["1000.00"]);
        let closed = world.driver_with("+381640000001", PLATE, &["1000.00"]).0;
        driver.park(vehicle, "red", 60);
        let (left, same) = (closed.account, closed.account().vehicles[0].id);
        world.set("2025-09-04T08:00:00Z");
        closed.park(same, "red", 60);
        assert_eq!(closed.delete("/v1/account").status, 200);
        world.pass(61);
        issue(&world.inspector(), "red");
        assert!(driver.account().orders.is_empty());
        let sql = "SELECT account FROM order_proof";
        let proofs = mesto_operator::store::transact(&*world.store, |tx| tx.query(sql, &[])).unwrap();
        assert!(proofs.iter().all(|row| row.get::<String>("account").unwrap() != left.to_string()));
    }

    #[test]
    fn the_number_on_the_slip_shows_the_order_and_lets_it_be_paid_bg_04_bg_69(world) {
        let driver = world.driver_with(PHONE, "BG111AA", &["2000.00"]).0;
        let order = issue(&world.inspector(), "red");
        let digits = order.number.to_string();
        let typed = format!("{} {}-{}", &digits[..4], &digits[4..8], &digits[8..]);
        let before = driver.account().cursor.seq;
        let shown: Order = expect(201, slip(&driver, &typed));
        assert_eq!(shown, order);
        assert_eq!((driver.account().orders.clone(), driver.events(before).events.len()), (vec![order.clone()], 1));
        // Shown again it is told again, and no event.
        assert_eq!(expect::<Order>(201, slip(&driver, &digits)), order);
        assert_eq!((driver.account().orders.len(), driver.events(before).events.len()), (1, 1));
        let quote = expect(201, driver.ask_order(PayMethod::Deposit, order.id));
        driver.begin(&quote);
        assert_eq!(driver.account().orders[0].state, OrderState::Paid);
        // What he paid he is told of as long as it is kept; a closed account has shown nothing.
        assert_eq!(driver.delete("/v1/account").status, 200);
        let rows = mesto_operator::store::transact(&*world.store, |tx| tx.query("SELECT account FROM order_proof", &[])).unwrap();
        assert!(rows.is_empty());
        world.check_books();
    }

    #[test]
    fn a_number_that_is_none_says_why_and_guessing_ends_bg_69(world) {
        let driver = world.driver(PHONE);
        let order = issue(&world.inspector(), "red");
        let digits = order.number.to_string();
        let mut wrong = digits.clone().into_bytes();
        wrong[3] = if wrong[3] == b'9' { b'0' } else { wrong[3] + 1 };
        let wrong = String::from_utf8(wrong).unwrap();
        for (typed, reason) in [(wrong.as_str(), "check"), (&digits[1..], "length"), ("4821 O937 5557", "sign"), ("", "length")] {
            let params = refused("order_number_invalid", &slip(&driver, typed));
            assert_eq!((params["reason"].as_str(), params["example"].as_str()), (Some(reason), Some(Reference::EXAMPLE)), "{typed}");
        }
        for guess in 0..10_u64 {
            refused("not_found", &slip(&driver, &Reference::new(guess.to_be_bytes()).to_string()));
        }
        refused("too_many_requests", &slip(&driver, &Reference::new(11_u64.to_be_bytes()).to_string()));
        refused("too_many_requests", &slip(&driver, &digits));
        world.pass(61);
        assert_eq!(expect::<Order>(201, slip(&driver, &digits)).id, order.id);
        refused("forbidden", &slip(&world.inspector(), &digits));
    }

    #[test]
    fn numbers_of_orders_are_all_different(world) {
        let inspector = world.inspector();
        let numbers: std::collections::BTreeSet<_> =
            ["a", "red", "yellow", "green", "blue"].iter().map(|zone| issue(&inspector, zone).number).collect();
        assert_eq!(numbers.len(), 5);
        let twice = "UPDATE daily_order SET number = (SELECT MIN(number) FROM daily_order)";
        assert!(mesto_operator::store::transact(&*world.store, |tx| tx.execute(twice, &[])).is_err());
    }
}
