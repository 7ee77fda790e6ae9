//! Two instances whose clocks differ by as much as is tolerated, on one store.

use std::sync::Arc;

use chrono::TimeDelta;
use mesto_protocol::base::payments::Bought;
use mesto_protocol::orders::driver::Violation;
use mesto_protocol::orders::inspectors::{NewOrder, PlateCheck};
use mesto_protocol::parking::tickets::TicketState;

use crate::world::{Person, World, expect, refused, rsd};

const PHONE: &str = "+381641234567";

/// Another instance on the same store, whose clock is behind by two seconds.
fn behind(world: &World) -> World {
    let other = world.in_city(|_| {});
    other.pass_to(world.now() - TimeDelta::seconds(2));
    assert!(!Arc::ptr_eq(&world.operator, &other.operator) && Arc::ptr_eq(&world.store, &other.store));
    other
}

/// The same person, whose requests come to that instance.
fn at<'a>(other: &'a World, person: &Person<'_>) -> Person<'a> {
    Person { world: other, token: person.token.clone(), account: person.account }
}

// Row 5 of the first trial.
on_both_databases! {
    #[test]
    fn a_ticket_that_was_bought_covers_at_an_instance_whose_clock_is_behind(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let inspector = world.inspector();
        world.pass(1);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let other = behind(world);
        let inspector = at(&other, &inspector);
        let check: PlateCheck = expect(200, inspector.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=red"));
        assert!(check.is_covered, "{check:?}");
        assert_eq!(check.ticket.unwrap().id, ticket.id);
        let order = NewOrder {
            city: "belgrade".into(),
            plate: "BG789PP".into(),
            zone: "red".into(),
            violation: Violation::NoTicket,
            location: None,
        };
        refused("ticket_covers_plate", &inspector.act("/v1/inspector/orders", &world.key(), &order));
        world.check_books();
    }

    #[test]
    fn a_driver_sees_and_extends_at_one_instance_what_he_bought_at_another(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        world.pass(1);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let other = behind(world);
        let there = at(&other, &driver);
        let seen = there.account().tickets;
        assert_eq!((seen.len(), seen[0].id, &seen[0].state), (1, ticket.id, &TicketState::Active));
        let extended = there.park(vehicle, "red", 30).ticket;
        assert_eq!(extended.starts_at, ticket.ends_at, "no minute is sold twice, none is free");
        assert_eq!(driver.account().balance, rsd("800.00"));
        assert_eq!(there.account().cursor, driver.account().cursor);
        world.check_books();
    }

    // A quote is held at one instance as it was told by the other, to the same moment.
    #[test]
    fn what_one_instance_priced_the_other_sells_once(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        world.pass(1);
        let other = behind(world);
        let there = at(&other, &driver);
        // Told by the instance that is ahead, bought before it was issued by the other's clock.
        let quote = driver.quote(vehicle, "red", 60);
        let (key, asked) = (world.key(), there.purchase(&quote));
        let bought: Bought = expect(201, there.act("/v1/purchases", &key, &asked));
        let again: Bought = expect(201, driver.act("/v1/purchases", &key, &asked));
        assert_eq!(again, bought, "the key is known at both");
        refused("quote_used", &driver.buy_with(&world.key(), &quote));
        // A quote of the one that is behind is over by its own expiry, whoever is asked.
        let quote = there.quote(vehicle, "green", 30);
        world.pass_to(quote.expires_at + TimeDelta::milliseconds(1));
        refused("quote_expired", &driver.buy_with(&world.key(), &quote));
        world.check_books();
    }
}
