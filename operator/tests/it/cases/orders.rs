//! The inspector's check, the daily order and its payment.

use chrono::TimeDelta;
use mesto_protocol::event::Change;
use mesto_protocol::orders::control::{NewOrder, PlateCheck};
use mesto_protocol::orders::driver::{Order, OrderPaid, OrderPayment, OrderState, Orders, Violation};
use mesto_protocol::parking::tickets::Channel;
use mesto_rules::money::Money;

use crate::world::{Person, expect, refused, rsd};

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
        place: Some("Njegoševa 12".into()),
    };
    inspector.act("/v1/inspector/orders", &inspector.world.key(), &order)
}

fn pay(driver: &Person<'_>, order: &Order, amount: Money) -> mesto_operator::Response {
    let payment = OrderPayment { amount, not_after: driver.world.now() + TimeDelta::minutes(2) };
    driver.act(&format!("/v1/orders/{}/payment", order.id), &driver.world.key(), &payment)
}

on_both_databases! {
    #[test]
    fn an_inspector_sees_what_covers_a_plate_bg_57(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let inspector = world.inspector();
        let before = check(&inspector, "bg+789-pp", "yellow");
        assert_eq!((before.plate.as_str(), before.covered, before.ticket), ("BG789PP", false, None));
        let ticket = driver.park(&vehicle, "yellow", 60).ticket;
        let during = check(&inspector, "BG789PP", "yellow");
        assert_eq!((during.covered, during.ticket.unwrap().id), (true, ticket.id.clone()));
        assert!(!check(&inspector, "BG789PP", "red").covered);
        world.pass(60);
        let after = check(&inspector, "BG789PP", "yellow");
        assert_eq!((after.covered, after.ticket.unwrap().id), (false, ticket.id));
        world.pass(24 * 60);
        assert_eq!(check(&inspector, "BG789PP", "yellow").ticket, None);
        refused("zone_unknown", &inspector.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=purple"));
        refused("plate_invalid", &inspector.get("/v1/inspector/check?city=belgrade&plate=%3F&zone=red"));
    }

    #[test]
    fn a_ticket_bought_by_message_covers_the_plate_bg_12_bg_17(world) {
        let (from, until) = (world.now().timestamp_millis(), (world.now() + TimeDelta::minutes(60)).timestamp_millis());
        let ticket = format!(
            "INSERT INTO ticket (id, channel, city, zone, state, issued_at, starts_at, ends_at, price, currency, lines, tariff, pay, stay, stay_started_at, stay_paid_until) \
             VALUES ('tk_sms', 'sms', 'belgrade', 'yellow', 'active', {from}, {from}, {until}, 6500, 'RSD', '[]', '2025-02-01', 'sms', 'st_sms', {from}, {until})"
        );
        let plate = format!(
            "INSERT INTO ticket_plate (ticket, city, zone, canonical, shown, ends_at, signed) \
             VALUES ('tk_sms', 'belgrade', 'yellow', 'BG789PP', 'BG 789-PP', {until}, '')"
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
        assert_eq!((seen.covered, seen.ticket.map(|ticket| ticket.channel)), (true, Some(Channel::Sms)));
        refused("ticket_covers_plate", &issue(&inspector, "BG789PP", "yellow", Violation::NoTicket));
    }

    #[test]
    fn an_order_is_issued_by_an_inspector_and_never_by_itself_bg_57_bg_63(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        driver.park(&vehicle, "yellow", 60);
        let inspector = world.inspector();
        refused("ticket_covers_plate", &issue(&inspector, "BG789PP", "yellow", Violation::NoTicket));
        refused("bad_request", &issue(&inspector, "BG789PP", "red", Violation::TimeExpired));
        world.pass(61);
        world.due();
        assert!(driver.account().orders.is_empty());
        let before = driver.account().seq;
        let order: Order = expect(201, issue(&inspector, "BG789PP", "yellow", Violation::TimeExpired));
        assert_eq!((order.state, order.price, order.due), (OrderState::Issued, rsd("3000.00"), rsd("1500.00")));
        // The same time on the next charged day: Thursday.
        assert_eq!(order.valid_until, world.now() + TimeDelta::days(1));
        let told = driver.events(before).events;
        assert!(matches!(&told[..], [event] if matches!(&event.change, Change::OrderChanged(told) if *told == order)));
        assert_eq!(refused("order_exists", &issue(&inspector, "BG789PP", "yellow", Violation::NoTicket))["order"], order.id);
        assert_eq!(check(&inspector, "BG789PP", "yellow").order.as_ref(), Some(&order.id));
        let listed: Orders = expect(200, driver.get("/v1/orders"));
        assert_eq!(listed.orders, vec![order]);
        world.check_books();
    }

    #[test]
    fn an_order_is_paid_from_the_deposit_once_and_exactly_bg_04_bg_69_bg_70(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &["2000.00"]);
        let (other, _) = world.driver_with("+381650000000", "BG789PP", &["5000.00"]);
        let (stranger, _) = world.driver_with("+381660000000", "BG111AA", &["5000.00"]);
        let inspector = world.inspector();
        let order: Order = expect(201, issue(&inspector, "BG789PP", "red", Violation::NoTicket));
        refused("not_found", &pay(&stranger, &order, order.due));
        let params = refused("order_not_payable", &pay(&driver, &order, rsd("1.00")));
        assert_eq!(params["due"], serde_json::to_value(order.due).unwrap());
        let paid: OrderPaid = expect(200, pay(&driver, &order, order.due));
        assert_eq!((paid.order.state, paid.balance), (OrderState::Paid, rsd("500.00")));
        refused("order_already_paid", &pay(&driver, &order, order.due));
        refused("order_already_paid", &pay(&other, &order, order.due));
        let before = other.account().seq;
        assert_eq!(world.due(), 1);
        assert!(matches!(&other.events(before).events[..], [event] if matches!(&event.change, Change::OrderChanged(told) if told.state == OrderState::Paid)));
        let balances = world.operator.balances(&*world.store).unwrap();
        assert_eq!(balances["receivable:orders RSD"], rsd("0.00"));
        assert_eq!(balances["revenue:orders:belgrade RSD"], rsd("-1500.00"));
        world.check_books();
    }

    #[test]
    fn after_the_discount_days_the_whole_price_is_owed(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &["2000.00"]);
        let order: Order = expect(201, issue(&world.inspector(), "BG789PP", "red", Violation::NoTicket));
        let until = order.discount_until.unwrap();
        world.set(&until.to_rfc3339());
        refused("order_not_payable", &pay(&driver, &order, order.due));
        let params = refused("deposit_too_low", &pay(&driver, &order, order.price));
        assert_eq!(params["missing"], serde_json::to_value(rsd("1000.00")).unwrap());
    }

    #[test]
    fn no_order_is_issued_while_parking_is_not_charged(world) {
        world.set("2025-09-07T10:00:00Z");
        refused("not_charged", &issue(&world.inspector(), "BG789PP", "red", Violation::NoTicket));
    }
}
