//! The night's erasing, and a clock that is not believed.

use std::sync::Arc;

use mesto_operator::store::transact;
use mesto_operator::{Config, Request, values};
use mesto_protocol::orders::inspectors::PlateCheck;
use mesto_protocol::parking::tickets::{Ticket, TicketState};
use serde_json::Value;

use crate::world::{World, config, expect, rsd};

const DAY: i64 = 24 * 60;

/// The same store under a clock that is watched.
fn watched(world: &World) -> World {
    World::with(Arc::clone(&world.store), Config { moves_clock: false, ..config() })
}

fn count(world: &World, what: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS number FROM {what}");
    transact(&*world.store, |tx| tx.query(&sql, &[])?[0].get("number")).unwrap()
}

/// When something is done next that is done again and again.
fn next(world: &World, kind: &str) -> chrono::DateTime<chrono::Utc> {
    let sql = "SELECT at FROM due WHERE kind = $1";
    transact(&*world.store, |tx| tx.query(sql, values![kind])?[0].get("at")).unwrap()
}

fn next_night(world: &World) -> String {
    next(world, "kernel.retention").to_rfc3339()
}

/// So many tries that no limit counts any more.
fn old_tries(world: &World, number: i64) {
    transact(&*world.store, |tx| {
        for id in 0..number {
            let sql = "INSERT INTO attempt (id, kind, subject, at) VALUES ($1, 'test', 'x', 1)";
            tx.execute(sql, values![format!("at_{id}")])?;
        }
        Ok(())
    })
    .unwrap();
}

fn incidents(world: &World) -> Vec<String> {
    let found = world.operator.incidents(&*world.store).unwrap();
    found.into_iter().map(|one| format!("{} {}", one.kind, one.detail)).collect()
}

/// Somebody who signed in with a phone, and what is erased of him when his data are old.
fn signed_in(world: &World) -> (String, i64) {
    let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
    driver.park(vehicle, "red", 60);
    (driver.token.clone(), count(world, "token"))
}

fn is_let_in(world: &World, token: &str) -> bool {
    world.operator.handle(&*world.store, world.now(), &Request::new("GET", "/v1/account").bearer(token)).status == 200
}

on_both_databases! {
    #[test]
    fn what_is_old_goes_in_the_night_of_the_city(world) {
        // Ten in the morning; the first start of a store has nothing to erase.
        world.due();
        assert_eq!(next_night(world), "2025-09-04T01:30:00+00:00");
        old_tries(world, 3);
        world.pass(17 * 60 + 29);
        world.due();
        assert_eq!(count(world, "attempt"), 3);
        world.pass(1);
        world.due();
        assert_eq!((count(world, "attempt"), next_night(world).as_str()), (0, "2025-09-05T01:30:00+00:00"));
    }

    #[test]
    fn much_goes_in_batches_and_sales_go_on_between_them(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["5000.00"]);
        world.due();
        old_tries(world, 1_000 - count(world, "attempt"));
        world.pass(DAY);
        let mut left = vec![];
        for zone in ["red", "yellow", "green", "blue"] {
            world.due();
            left.push(count(world, "attempt"));
            driver.park(vehicle, zone, 30);
            world.pass_seconds(1);
        }
        assert_eq!(left, [600, 200, 0, 0]);
        assert_eq!(next_night(world), "2025-09-05T01:30:00+00:00");
        world.check_books();
    }

    #[test]
    fn a_large_table_is_walked_in_portions_and_what_else_is_due_is_done_between_them(world) {
        world.due();
        // Twenty-five thousand that stay, and those that go behind them.
        let many = "WITH RECURSIVE n (i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM n WHERE i < 34999) INSERT INTO attempt (id, kind, subject, at) SELECT 'aa_' || CAST(i AS TEXT), 'test', 'x', $1 FROM n";
        let later = (world.now() + chrono::TimeDelta::days(10)).timestamp_millis();
        transact(&*world.store, |tx| tx.execute(many, values![later])).unwrap();
        old_tries(world, 10);
        world.pass(DAY);
        let mut left = vec![];
        for _ in 0..4 {
            world.due();
            left.push(count(world, "attempt WHERE at = 1"));
            assert!(next(world, "messages.expire") > world.now(), "it waits for the walk");
            let is_over = next(world, "kernel.retention") > world.now() + chrono::TimeDelta::seconds(1);
            assert_eq!(is_over, left.len() >= 3, "{left:?}");
            world.pass(1);
        }
        assert_eq!(left, [10, 10, 0, 0]);
        assert_eq!(count(world, "attempt"), 25_000);
        assert_eq!(next_night(world), "2025-09-05T01:30:00+00:00");
    }

    #[test]
    fn the_operator_that_began_the_night_goes_on_and_another_takes_over_when_it_is_gone(world) {
        world.due();
        let other = World::on(std::sync::Arc::clone(&world.store));
        old_tries(world, 2_000 - count(world, "attempt"));
        world.pass(DAY);
        let mut left = vec![];
        let mut beat = |of: &World| {
            of.operator.due(&*world.store, world.now());
            left.push(count(world, "attempt"));
            world.pass_seconds(1);
        };
        // Between two portions it is due, and not the other's.
        [world, &other, world, &other, &other].into_iter().for_each(&mut beat);
        // The one that began says nothing any more. A second before its lease ends, and after it.
        world.pass_seconds(26);
        [&other, &other].into_iter().for_each(&mut beat);
        // It is back, and leaves it to the other.
        [world, &other, world, &other].into_iter().for_each(&mut beat);
        assert_eq!(left, [1_600, 1_600, 1_200, 1_200, 1_200, 1_200, 800, 800, 400, 400, 0]);
    }

    #[test]
    fn an_erasing_that_failed_is_tried_again_by_the_one_that_began(world) {
        world.due();
        old_tries(world, 500 - count(world, "attempt"));
        world.pass(DAY);
        world.due();
        assert_eq!(count(world, "attempt"), 100);
        let rename = |from: &str, to: &str| {
            transact(&*world.store, |tx| tx.execute(&format!("ALTER TABLE {from} RENAME TO {to}"), &[])).unwrap();
        };
        rename("attempt", "away");
        for _ in 0..2 {
            world.pass_seconds(1);
            world.due();
        }
        rename("away", "attempt");
        // It is not asked for at once, and goes on before its lease ends.
        world.pass_seconds(10);
        world.due();
        assert_eq!(count(world, "attempt"), 100);
        world.pass_seconds(5);
        world.due();
        assert_eq!((count(world, "attempt"), next_night(world).as_str()), (0, "2025-09-05T01:30:00+00:00"));
    }

    #[test]
    fn a_table_whose_key_has_several_columns_is_gone_through_to_its_end(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        driver.park(vehicle, "red", 60);
        world.due();
        let copies = "INSERT INTO intent (account, key, route, body_hash, status, answer, at) SELECT account, $1, $2, body_hash, status, answer, 1 FROM intent WHERE at > 1 LIMIT 1";
        transact(&*world.store, |tx| {
            (0..900).try_for_each(|number| {
                let route = ["b", "a"][number % 2];
                tx.execute(copies, values![format!("{:03}", number / 2), route]).map(|_| ())
            })
        })
        .unwrap();
        assert_eq!(count(world, "intent WHERE at = 1"), 900);
        world.pass(DAY);
        let mut left = vec![];
        for _ in 0..3 {
            world.due();
            left.push(count(world, "intent WHERE at = 1"));
            world.pass_seconds(1);
        }
        assert_eq!((left, next_night(world).as_str()), (vec![500, 100, 0], "2025-09-05T01:30:00+00:00"));
        assert!(count(world, "intent") > 0, "what is not old stays");
    }

    #[test]
    fn a_clock_that_is_ten_years_ahead_for_a_second_erases_nothing(world) {
        let world = &watched(world);
        let (token, tokens) = signed_in(world);
        world.due();
        assert_eq!(world.operator.clock_doubt(), None);
        let now = world.now();
        old_tries(world, 1);
        let keys = next(world, "public.keys");
        assert!(keys <= now + chrono::TimeDelta::days(1));
        world.pass(10 * 365 * DAY);
        world.due();
        world.due();
        let doubt = world.operator.clock_doubt().unwrap();
        assert_eq!((doubt.clock, doubt.seen_at), (world.now(), now));
        // The token is refused by that clock, and is not gone.
        assert!(!is_let_in(world, &token));
        world.pass_to(now + chrono::TimeDelta::seconds(1));
        world.due();
        assert_eq!(world.operator.clock_doubt(), None);
        assert!(is_let_in(world, &token));
        assert_eq!((count(world, "token"), count(world, "attempt WHERE kind = 'test'"), count(world, "ticket_plate")), (tokens, 1, 1));
        assert_eq!(next_night(world), "2025-09-04T01:30:00+00:00", "nothing was planned by that clock");
        assert_eq!(next(world, "public.keys"), keys, "the keys are looked at tomorrow, and not in ten years");
        let told = incidents(world);
        assert!(matches!(&told[..], [one] if one.starts_with("clock_doubted") && one.contains("ahead of")), "{told:?}");
        // Nothing that was claimed by that clock waits until it is true.
        assert_eq!(count(world, "due WHERE at = 0"), 0);
        world.pass(DAY);
        world.due();
        assert_eq!(count(world, "attempt WHERE kind = 'test'"), 0, "in the next night");
        assert!(next(world, "public.keys") > world.now(), "they were looked at");
        world.check_books();
    }

    #[test]
    fn an_event_that_a_clock_ahead_has_dated_keeps_no_others(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        driver.park(vehicle, "red", 60);
        world.pass(61);
        world.due();
        let told = "event WHERE change IS NOT NULL";
        assert!(count(world, told) > 3);
        let ahead = (world.now() + chrono::TimeDelta::days(3650)).timestamp_millis();
        transact(&*world.store, |tx| tx.execute("UPDATE event SET at = $1 WHERE seq = 1", values![ahead])).unwrap();
        world.pass(365 * DAY);
        for _ in 0..20 {
            world.due();
        }
        assert_eq!(count(world, told), 0);
        world.check_books();
    }

    #[test]
    fn a_job_that_was_claimed_by_a_clock_ahead_is_claimed_again_by_the_right_one(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        driver.park(vehicle, "red", 60);
        let ahead = (world.now() + chrono::TimeDelta::days(3650)).timestamp_millis();
        transact(&*world.store, |tx| tx.execute("UPDATE due SET lease_until = $1", values![ahead])).unwrap();
        world.pass(61);
        assert!(world.due() > 0);
        let soon = (world.now() + chrono::TimeDelta::seconds(20)).timestamp_millis();
        transact(&*world.store, |tx| tx.execute("UPDATE due SET lease_until = $1, at = 0", values![soon])).unwrap();
        assert_eq!((world.due(), count(world, "due WHERE at = 0") > 0), (0, true), "another operator's lease is kept");
    }

    // So far a clock is not doubted: what it makes early is true again when it is back.
    #[test]
    fn a_clock_that_is_ahead_by_47_hours_for_a_moment_ends_no_ticket_and_each_end_is_told_once(world) {
        let world = &watched(world);
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let inspector = world.inspector();
        world.due();
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let (now, before) = (world.now(), driver.account());
        let is_covered = || {
            let check: PlateCheck = expect(200, inspector.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=red"));
            check.is_covered
        };
        assert!(is_covered());
        world.pass(47 * 60);
        for _ in 0..3 {
            world.due();
        }
        assert_eq!(world.operator.clock_doubt(), None);
        world.pass_to(now);
        world.due();
        // It was believed, so that now it is behind, until somebody says that it is right.
        assert!(world.operator.clock_doubt().is_some());
        let runs_on = || {
            assert!(is_covered(), "a car that is paid for is covered");
            let after = driver.account();
            assert_eq!((after.tickets, after.balance), (before.tickets.clone(), before.balance));
        };
        runs_on();
        world.operator.clock_is_right(&*world.store, world.now()).unwrap();
        world.due();
        runs_on();
        let extended = driver.park(vehicle, "red", 30).ticket;
        assert_eq!(extended.starts_at, ticket.ends_at);
        world.pass(91);
        world.due();
        let is_over = |ticket: &Ticket| ticket.state == TicketState::Expired;
        assert!(driver.account().tickets.iter().all(is_over));
        let told = driver.events(0).events.into_iter().filter(|event| event.kind == "parking.ticket");
        let ends: Vec<Ticket> = told.map(|event| event.data.read().unwrap()).filter(is_over).collect();
        assert_eq!(ends.iter().map(|end| end.id).collect::<Vec<_>>(), [ticket.id, extended.id], "each end is told once");
        world.check_books();
    }

    #[test]
    fn an_operator_that_stood_still_for_days_erases_when_somebody_says_that_the_clock_is_right(world) {
        let world = &watched(world);
        signed_in(world);
        world.due();
        old_tries(world, 1);
        world.pass(3 * DAY);
        for _ in 0..3 {
            world.due();
            world.pass(60);
        }
        assert_eq!(count(world, "attempt WHERE kind = 'test'"), 1);
        assert_eq!(incidents(world).len(), 1, "told once");
        world.operator.clock_is_right(&*world.store, world.now()).unwrap();
        assert_eq!(world.operator.clock_doubt(), None);
        world.due();
        assert_eq!(count(world, "attempt WHERE kind = 'test'"), 0);
        assert_eq!(count(world, "audit_log WHERE action = 'clock.confirmed'"), 1);
        // It lives on by what is seen every minute.
        for _ in 0..4 {
            world.pass(DAY + 60);
            world.due();
            assert_eq!(world.operator.clock_doubt(), None);
        }
    }

    #[test]
    fn a_clock_that_is_behind_is_doubted_and_one_that_is_set_by_minutes_is_not(world) {
        let world = &watched(world);
        world.due();
        world.pass(-50);
        world.due();
        assert_eq!(world.operator.clock_doubt(), None);
        world.pass(-20);
        world.due();
        assert!(world.operator.clock_doubt().unwrap().to_string().contains("behind"));
        world.pass(70);
        world.due();
        assert_eq!(world.operator.clock_doubt(), None);
    }

    #[test]
    fn an_operator_that_starts_compares_its_clock_with_what_the_store_has_seen(world) {
        let first = &watched(world);
        signed_in(first);
        // Nobody has looked yet: what was written last is what was seen.
        let other = watched(world);
        other.pass(30 * DAY);
        other.due();
        assert!(other.operator.clock_doubt().is_some());
        first.due();
        assert_eq!(first.operator.clock_doubt(), None);
        // Its own doubt is not another's, and what the one sees the other has to be near.
        let third = watched(world);
        third.pass(60);
        third.due();
        assert_eq!(third.operator.clock_doubt(), None);
    }

    #[test]
    fn what_is_erased_after_closing_waits_for_the_clock_too(world) {
        let world = &watched(world);
        let (token, _) = signed_in(world);
        world.due();
        world.pass(61);
        let closed = world.send(&Request::new("DELETE", "/v1/account").bearer(&token));
        let _: Value = expect(200, closed);
        assert_eq!(world.balance("deposit"), rsd("0.00"));
        world.pass(365 * DAY);
        world.due();
        assert_eq!(count(world, "ticket_plate"), 1);
        world.operator.clock_is_right(&*world.store, world.now()).unwrap();
        world.pass(1);
        world.due();
        assert_eq!(count(world, "ticket_plate"), 0);
        world.check_books();
    }
}
