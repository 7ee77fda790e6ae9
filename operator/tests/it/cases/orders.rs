//! The inspector's check, the daily order and its payment.

use chrono::TimeDelta;
use mesto_protocol::base::payments::{Bought, PayMethod, Purchase, Quote};
use mesto_protocol::kernel::ids::{AccountId, RecordId};
use mesto_protocol::kernel::intents::{IntentOutcome, IntentState};
use mesto_protocol::orders::driver::{Order, OrderPage, OrderState, Violation};
use mesto_protocol::orders::inspectors::{NewOrder, PlateCheck};
use mesto_protocol::parking::tickets::Channel;
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::{Minutes, PayMethod as RulesPay};

use crate::world::{Person, expect, order_of, paid_order, refused, rsd};

const PHONE: &str = "+381641234567";

fn check(inspector: &Person<'_>, plate: &str, zone: &str) -> PlateCheck {
    expect(200, inspector.get(&format!("/v1/inspector/check?city=belgrade&plate={plate}&zone={zone}")))
}

fn issue(inspector: &Person<'_>, plate: &str, zone: &str, violation: Violation) -> mesto_operator::Response {
    let order = NewOrder {
        city: "belgrade".into(),
        plate: plate.into(),
        zone: zone.into(),
        violation,
        location: Some("Njegoševa 12".into()),
    };
    inspector.act("/v1/inspector/orders", &inspector.world.key(), &order)
}

fn quote(driver: &Person<'_>, order: &Order) -> Quote {
    expect(201, driver.ask_order(PayMethod::Deposit, order.id))
}

fn pay(driver: &Person<'_>, order: &Order) -> mesto_operator::Response {
    let asked = driver.ask_order(PayMethod::Deposit, order.id);
    if asked.status == 201 { driver.buy_with(&driver.world.key(), &asked.read().unwrap()) } else { asked }
}

on_both_databases! {
    #[test]
    fn an_inspector_sees_what_covers_a_plate_bg_57(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let inspector = world.inspector();
        let before = check(&inspector, "bg+789-pp", "yellow");
        assert_eq!((before.plate.canonical.as_str(), before.is_covered, before.ticket), ("BG789PP", false, None));
        let ticket = driver.park(vehicle, "yellow", 60).ticket;
        let during = check(&inspector, "BG789PP", "yellow");
        assert_eq!((during.is_covered, during.ticket.unwrap().id), (true, ticket.id));
        assert!(!check(&inspector, "BG789PP", "red").is_covered);
        world.pass(60);
        let after = check(&inspector, "BG789PP", "yellow");
        assert_eq!((after.is_covered, after.ticket.unwrap().id), (false, ticket.id));
        world.pass(24 * 60);
        assert_eq!(check(&inspector, "BG789PP", "yellow").ticket, None);
        refused("zone_unknown", &inspector.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=purple"));
        refused("plate_invalid", &inspector.get("/v1/inspector/check?city=belgrade&plate=%3F&zone=red"));
    }

    #[test]
    fn a_ticket_bought_by_message_covers_the_plate_bg_12_bg_17(world) {
        let (from, until) = (world.now().timestamp_millis(), (world.now() + TimeDelta::minutes(60)).timestamp_millis());
        let ticket = format!(
            "INSERT INTO ticket (id, channel, city, zone, state, issued_at, starts_at, ends_at, paid_minutes, price, currency, lines, tariff, pay, stay, stay_started_at, stay_paid_until) \
             VALUES ('tk_01k479dz00qgg4pqj408q8qgak', 'sms', 'belgrade', 'yellow', 'active', {from}, {from}, {until}, 60, 6500, 'RSD', '[]', '2025-02-01', 'sms', 'st_01k479dz00qgg4pqj408q8qgak', {from}, {until})"
        );
        let plate = format!(
            "INSERT INTO ticket_plate (ticket, city, zone, canonical, shown, ends_at, signed, issue) \
             VALUES ('tk_01k479dz00qgg4pqj408q8qgak', 'belgrade', 'yellow', 'BG789PP', 'BG 789-PP', {until}, '', 1)"
        );
        world
            .store
            .transact(&mut |tx| {
                tx.execute(&ticket, &[])?;
                tx.execute(&plate, &[]).map(drop)
            })
            .unwrap();
        let inspector = world.inspector();
        let seen = check(&inspector, "BG789PP", "yellow");
        assert_eq!((seen.is_covered, seen.ticket.map(|ticket| ticket.channel)), (true, Some(Channel::Sms)));
        refused("ticket_covers_plate", &issue(&inspector, "BG789PP", "yellow", Violation::NoTicket));
    }

    #[test]
    fn an_order_is_issued_by_an_inspector_and_never_by_itself_bg_57_bg_63(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        driver.park(vehicle, "yellow", 60);
        let inspector = world.inspector();
        refused("ticket_covers_plate", &issue(&inspector, "BG789PP", "yellow", Violation::NoTicket));
        refused("bad_request", &issue(&inspector, "BG789PP", "red", Violation::TimeExpired));
        world.pass(61);
        world.due();
        assert!(driver.account().orders.is_empty());
        let before = driver.account().cursor.seq;
        let order: Order = expect(201, issue(&inspector, "BG789PP", "yellow", Violation::TimeExpired));
        assert_eq!((order.state.clone(), order.price, order.owed), (OrderState::Issued, rsd("3000.00"), rsd("1500.00")));
        // The same time on the next charged day: Thursday.
        assert_eq!(order.valid_until, world.now() + TimeDelta::days(1));
        let told = driver.events(before).events;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].read::<Order>().unwrap().as_ref(), Some(&order));
        assert_eq!(refused("order_exists", &issue(&inspector, "BG789PP", "yellow", Violation::NoTicket))["order"], order.id.to_string());
        assert_eq!(check(&inspector, "BG789PP", "yellow").order.as_ref(), Some(&order.id));
        let listed: OrderPage = expect(200, driver.get("/v1/orders"));
        assert_eq!(listed.items, vec![order]);
        world.check_books();
    }

    #[test]
    fn an_order_is_paid_from_the_deposit_once_and_exactly_bg_04_bg_26_bg_69_bg_70(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &["2000.00"]);
        let (other, _) = world.driver_with("+381650000000", "BG789PP", &["5000.00"]);
        let (stranger, _) = world.driver_with("+381660000000", "BG111AA", &["5000.00"]);
        let inspector = world.inspector();
        let order: Order = expect(201, issue(&inspector, "BG789PP", "red", Violation::NoTicket));
        refused("not_found", &pay(&stranger, &order));
        driver.has_slip(&order);
        other.has_slip(&order);
        let (quoted, of_other, again) = (quote(&driver, &order), quote(&other, &order), quote(&driver, &order));
        assert_eq!((quoted.total, order_of(&quoted)), (order.owed, order.clone()));
        let Bought { sale, payment, balance } = driver.begin(&quoted);
        let paid = paid_order(&Purchase { sale, payment }).unwrap();
        assert_eq!((paid.id, paid.state, balance), (order.id, OrderState::Paid, rsd("500.00")));
        refused("order_already_paid", &driver.buy_with(&world.key(), &again));
        refused("order_already_paid", &other.buy_with(&world.key(), &of_other));
        refused("order_already_paid", &pay(&driver, &order));
        let before = other.account().cursor.seq;
        assert_eq!(world.due(), 1);
        let told = other.events(before).events;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].read::<Order>().unwrap().unwrap().state, OrderState::Paid);
        assert_eq!(world.balance("receivable orders belgrade"), rsd("0.00"));
        assert_eq!(world.balance("revenue orders belgrade"), rsd("-1500.00"));
        world.check_books();
    }

    #[test]
    fn an_order_is_paid_only_as_the_city_takes_it_bg_70(world) {
        let world = &world.with_orders(|orders| orders.policy.pay = vec![RulesPay::Card]);
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &["2000.00"]);
        let order: Order = expect(201, issue(&world.inspector(), "BG789PP", "red", Violation::NoTicket));
        driver.has_slip(&order);
        let params = refused("payment_method_not_allowed", &pay(&driver, &order));
        assert_eq!(params["allowed"], serde_json::json!(["card"]));
    }

    #[test]
    fn after_the_discount_days_the_whole_price_is_owed(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &["2000.00"]);
        let order: Order = expect(201, issue(&world.inspector(), "BG789PP", "red", Violation::NoTicket));
        driver.has_slip(&order);
        let until = order.discount_until.unwrap();
        world.set(&(until - TimeDelta::seconds(1)).to_rfc3339());
        let discounted = quote(&driver, &order);
        world.set(&until.to_rfc3339());
        let params = refused("quote_stale", &driver.buy_with(&world.key(), &discounted));
        assert_eq!(params["total"], serde_json::to_value(order.price).unwrap());
        assert_eq!(quote(&driver, &order).total, order.price);
        let params = refused("deposit_too_low", &pay(&driver, &order));
        assert_eq!(params["missing"], serde_json::to_value(rsd("1000.00")).unwrap());
    }

    #[test]
    fn a_violation_that_is_not_known_is_refused_and_those_that_are_named(world) {
        let inspector = world.inspector();
        let response = issue(&inspector, "BG789PP", "red", Violation::Other("wrong_colour".into()));
        let problem = response.refusal().unwrap();
        assert_eq!(refused("bad_request", &response)["field"], "violation");
        assert!(problem.detail.contains("no_ticket, time_expired") && problem.detail.contains("wrong_colour"), "{}", problem.detail);
        assert_eq!(check(&inspector, "BG789PP", "red").order, None);
    }

    #[test]
    fn an_order_that_cannot_be_read_is_refused_and_remembered_like_any_other(world) {
        let (inspector, key) = (world.inspector(), world.key());
        let order = NewOrder {
            city: "belgrade".into(),
            plate: "?".into(),
            zone: "red".into(),
            violation: Violation::NoTicket,
            location: None,
        };
        refused("plate_invalid", &inspector.act("/v1/inspector/orders", &key, &order));
        let known: IntentOutcome = expect(200, inspector.get(&format!("/v1/intents/{key}")));
        assert_eq!((known.state, known.status), (IntentState::Ended, Some(422)));
        let stranger = Person { world, token: "nobody".into(), account: AccountId::from_bytes([0; 16]) };
        refused("unauthorized", &stranger.act("/v1/inspector/orders", &world.key(), &order));
    }

    #[test]
    fn within_the_grace_no_order_is_issued_and_the_check_says_until_when_bg_57(world) {
        let world = &world.with_orders(|orders| {
            let known = Known { value: Minutes(10), certainty: Certainty::Assumed, source: "decision".parse().unwrap() };
            orders.policy.grace_minutes = Fact::Known(known);
        });
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let until = driver.park(vehicle, "yellow", 60).ticket.ends_at + TimeDelta::minutes(10);
        let inspector = world.inspector();
        assert_eq!(check(&inspector, "BG789PP", "yellow").grace_until, None);
        world.pass(60);
        let seen = check(&inspector, "BG789PP", "yellow");
        assert_eq!((seen.is_covered, seen.grace_until), (false, Some(until)));
        for violation in [Violation::TimeExpired, Violation::NoTicket] {
            let params = refused("within_grace", &issue(&inspector, "BG789PP", "yellow", violation));
            assert_eq!(params["until"], serde_json::to_value(until).unwrap());
        }
        // Elsewhere it has no ticket that could have ended.
        assert_eq!(issue(&inspector, "BG789PP", "red", Violation::NoTicket).status, 201);
        world.pass(10);
        assert_eq!(check(&inspector, "BG789PP", "yellow").grace_until, None);
        assert_eq!(issue(&inspector, "BG789PP", "yellow", Violation::TimeExpired).status, 201);
    }

    #[test]
    fn a_ticket_of_now_does_not_cover_a_moment_before_its_purchase_bg_47(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let quote = driver.quote(vehicle, "yellow", 60);
        world.pass_seconds(60);
        let order: Order = expect(201, issue(&world.inspector(), "BG789PP", "yellow", Violation::NoTicket));
        world.pass_seconds(30);
        let ticket = driver.buy(&quote).ticket;
        assert_eq!(ticket.starts_at, world.now());
        assert!(order.issued_at < ticket.starts_at);
    }

    #[test]
    fn an_order_paid_at_a_counter_or_withdrawn_is_told_and_owed_no_more_bg_18(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &["5000.00"]);
        let inspector = world.inspector();
        let counter: Order = expect(201, issue(&inspector, "BG789PP", "red", Violation::NoTicket));
        let withdrawn: Order = expect(201, issue(&inspector, "BG789PP", "yellow", Violation::NoTicket));
        driver.has_slip(&counter);
        driver.has_slip(&withdrawn);
        let before = driver.account().cursor.seq;
        let (operator, store, now) = (&world.operator, &*world.store, world.now());
        assert_eq!(operator.order_paid_elsewhere(store, now, &counter.id.to_string(), "a mistake").unwrap().state, OrderState::Paid);
        assert_eq!(operator.cancel_order(store, now, &withdrawn.id.to_string(), "a mistake").unwrap().state, OrderState::Cancelled);
        assert_eq!(world.due(), 2);
        let events = driver.events(before).events;
        let told: Vec<_> = events.iter().map(|event| event.read::<Order>().unwrap().unwrap().state).collect();
        assert_eq!(told.len(), 2);
        assert!(told.contains(&OrderState::Paid) && told.contains(&OrderState::Cancelled));
        refused("order_already_paid", &pay(&driver, &counter));
        refused("order_not_payable", &pay(&driver, &withdrawn));
        assert_eq!(operator.order_paid_elsewhere(store, now, &withdrawn.id.to_string(), "a mistake").unwrap_err().code, "order_not_payable");
        assert_eq!(operator.cancel_order(store, now, &counter.id.to_string(), "a mistake").unwrap_err().code, "order_already_paid");
        assert_eq!(operator.cancel_order(store, now, "or_none", "a mistake").unwrap_err().code, "not_found");
        assert_eq!(world.balance("receivable orders belgrade"), rsd("0.00"));
        assert_eq!(world.balance("revenue orders belgrade"), rsd("-1500.00"));
        assert_eq!(driver.account().balance, rsd("5000.00"));
        world.check_books();
    }

    #[test]
    fn no_order_is_issued_while_parking_is_not_charged(world) {
        world.set("2025-09-07T10:00:00Z");
        refused("not_charged", &issue(&world.inspector(), "BG789PP", "red", Violation::NoTicket));
    }
}
