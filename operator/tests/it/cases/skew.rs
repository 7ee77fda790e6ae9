//! Two instances whose clocks differ by as much as is tolerated, on one store.

use chrono::TimeDelta;
use mesto_protocol::orders::driver::Violation;
use mesto_protocol::orders::inspectors::{NewOrder, PlateCheck};
use mesto_protocol::parking::tickets::TicketState;

use crate::world::{World, expect, refused, rsd};

const PHONE: &str = "+381641234567";

/// What the instance does whose clock is behind by two seconds.
fn behind<T>(world: &World, act: impl FnOnce() -> T) -> T {
    let now = world.now();
    world.pass_to(now - TimeDelta::seconds(2));
    let done = act();
    world.pass_to(now);
    done
}

// Row 5 of the first trial.
on_both_databases! {
    #[test]
    fn a_ticket_that_was_bought_covers_at_an_instance_whose_clock_is_behind(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let inspector = world.inspector();
        world.pass(1);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        behind(world, || {
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
        });
        world.check_books();
    }

    #[test]
    fn a_driver_sees_and_extends_at_one_instance_what_he_bought_at_another(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        world.pass(1);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let extended = behind(world, || {
            let seen = driver.account().tickets;
            assert_eq!((seen.len(), seen[0].id, &seen[0].state), (1, ticket.id, &TicketState::Active));
            driver.park(vehicle, "red", 30).ticket
        });
        assert_eq!(extended.starts_at, ticket.ends_at, "no minute is sold twice, none is free");
        assert_eq!(driver.account().balance, rsd("800.00"));
        let keys = driver.account().cursor;
        behind(world, || assert_eq!(driver.account().cursor, keys));
        world.check_books();
    }
}
