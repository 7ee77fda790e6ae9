//! The codes of tickets: issued again for another phone, ended before their time, and told by a
//! signed list.

use chrono::TimeDelta;
use mesto_operator::{Request, Response, Tx};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::kernel::ids::{RecordId as _, TicketId};
use mesto_protocol::orders::inspectors::{CHECK, PlateCheck};
use mesto_protocol::parking::signed::TicketClaims;
use mesto_protocol::parking::tickets::{Ticket, TicketCode, TicketState};
use mesto_protocol::signed_code::REISSUES;
use mesto_protocol::signed_code::{
    ClockRule, CodeError, Presentation, Revocations, Revoked, Verified, Verifier, Warning,
};

use crate::world::{ISSUER, Person, World, device, expect, refused};

const PHONE: &str = "+381641234567";

/// The same account on another phone, a second later: codes of one moment cannot be told apart.
fn another<'a>(world: &'a World, phone: &SoftwareDevice) -> Person<'a> {
    world.pass_seconds(1);
    world.driver_on(phone, PHONE)
}

fn ask(driver: &Person<'_>, ticket: TicketId) -> Response {
    let target = format!("/v1/tickets/{ticket}/code");
    driver.world.send(&Request::new("POST", &target).bearer(&driver.token))
}

/// The list as it is served now.
fn list(world: &World) -> Revocations {
    let answer = world.send(&Request::new("GET", "/v1/revocations"));
    assert_eq!(answer.status, 200);
    Revocations::verify(std::str::from_utf8(&answer.body).unwrap(), &world.key_set(), world.now(), 0).unwrap()
}

/// How many ended codes the store holds.
fn kept(world: &World) -> i64 {
    let mut kept = 0;
    let ask = "SELECT COUNT(*) AS kept FROM revoked_code";
    let mut count = |tx: &mut dyn Tx| {
        kept = tx.query(ask, &[])?[0].get("kept")?;
        Ok(())
    };
    world.store.transact(&mut count).unwrap();
    kept
}

/// What a controller with this list says of a code that a phone shows now.
fn inspect(world: &World, list: &Revocations, signed: &str, by: &SoftwareDevice) -> Result<Verified, CodeError> {
    let shown = Presentation::encode(signed, by, world.now())?;
    let keys = world.key_set();
    let (revocations, clock) = (Some(list), ClockRule::default());
    Verifier { issuer: ISSUER, keys: &keys, revocations, seen: None, clock }.verify(&shown, world.now())
}

on_both_databases! {
    #[test]
    fn a_running_ticket_is_issued_again_for_another_phone_and_the_code_before_it_ends_bg_47(world) {
        let (old, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let ticket = old.park(vehicle, "red", 60).ticket;
        let empty = list(world);
        assert_eq!((empty.version, empty.entries.len()), (1, 0));
        world.pass(10);
        let phone = device(8);
        let new = another(world, &phone);
        // Signing in moves nothing.
        let shown: Ticket = expect(200, new.get(&format!("/v1/tickets/{}", ticket.id)));
        assert_eq!(shown, ticket);
        let before = new.account().cursor.seq;
        let code: TicketCode = expect(200, ask(&new, ticket.id));
        assert_eq!(code.issue, 2);
        let claims = TicketClaims::verify(&code.signed, &world.key_set(), world.now()).unwrap();
        let first = TicketClaims::verify(&ticket.signed, &world.key_set(), world.now()).unwrap();
        let expected = TicketClaims { issue: 2, issued_at: world.now(), device: Some(phone.device_key()), ..first };
        assert_eq!((claims.bought_at, claims), (ticket.issued_at, expected));

        // Every phone of the account is told, and each knows by the claims whether it is the one.
        let told = old.events(before).events;
        assert_eq!(told.len(), 1);
        let told = told[0].read::<Ticket>().unwrap().unwrap();
        assert_eq!(told, Ticket { signed: code.signed.clone(), ..ticket.clone() });
        assert_eq!(old.account().tickets, [told]);
        assert!(matches!(Presentation::encode(&code.signed, &device(9), world.now()), Err(CodeError::DeviceMismatch)));

        let now = list(world);
        assert_eq!(now.entries, [Revoked { id: ticket.id.bytes(), good_from: Some(2) }]);
        assert!(now.version > empty.version);
        let refused = inspect(world, &now, &ticket.signed, &device(9)).unwrap_err();
        assert!(matches!(&refused, CodeError::Reissued { good_from: 2, .. }), "{refused:?}");
        assert!(inspect(world, &empty, &ticket.signed, &device(9)).is_ok());
        assert_eq!(inspect(world, &now, &code.signed, &phone).unwrap().warnings, []);

        // An answer that was lost is asked for again; the old phone may have it back.
        assert_eq!(expect::<TicketCode>(200, ask(&new, ticket.id)), code);
        assert_eq!(list(world), now);
        world.pass(1);
        let back: TicketCode = expect(200, ask(&old, ticket.id));
        assert_eq!(back.issue, 3);
        let later = list(world);
        assert_eq!(later.entries, [Revoked { id: ticket.id.bytes(), good_from: Some(3) }]);
        assert!(later.version > now.version);
        assert!(inspect(world, &later, &code.signed, &phone).is_err());
        assert!(inspect(world, &later, &back.signed, &device(9)).is_ok());
        world.check_books();
    }

    #[test]
    fn an_inspector_who_asks_is_told_which_issue_is_the_newest_bg_57(world) {
        let (old, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let ticket = old.park(vehicle, "red", 60).ticket;
        let inspector = world.inspector();
        let target = CHECK.target(&[], &[("city", "belgrade"), ("plate", "BG789PP"), ("zone", "red")]);
        let seen = || expect::<PlateCheck>(200, inspector.get(&target)).ticket.unwrap();
        assert_eq!((seen().id, seen().issue), (ticket.id, 1));
        let code: TicketCode = expect(200, ask(&another(world, &device(10)), ticket.id));
        assert_eq!((seen().issue, code.issue), (2, 2));
    }

    #[test]
    fn an_extension_bought_on_another_phone_is_issued_again_before_it_starts_bg_54(world) {
        let (first, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        first.park(vehicle, "red", 60);
        let second = another(world, &device(8));
        let more = second.buy(&second.quote(vehicle, "red", 30)).ticket;
        let code: TicketCode = expect(200, ask(&first, more.id));
        let claims = TicketClaims::verify(&code.signed, &world.key_set(), world.now()).unwrap();
        assert_eq!((claims.bought_at, claims.starts_at, claims.ends_at), (more.issued_at, more.starts_at, more.ends_at));
        assert_eq!((claims.issue, claims.device), (2, Some(device(9).device_key())));
    }

    #[test]
    fn a_code_is_moved_ten_times_and_stays_with_the_last_phone(world) {
        let (first, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let ticket = first.park(vehicle, "red", 60).ticket;
        let second = another(world, &device(8));
        let phones = [&first, &second];
        for moved in 1..=REISSUES {
            let code: TicketCode = expect(200, ask(phones[moved as usize % 2], ticket.id));
            assert_eq!(code.issue, moved + 1);
        }
        let version = list(world).version;
        assert_eq!(refused("too_many_requests", &ask(&second, ticket.id))["max"], REISSUES);
        assert_eq!(expect::<TicketCode>(200, ask(&first, ticket.id)).issue, REISSUES + 1);
        assert_eq!(list(world).version, version);
        // The next ticket begins anew.
        let next = first.park(vehicle, "green", 30).ticket;
        assert_eq!(expect::<TicketCode>(200, ask(&second, next.id)).issue, 2);
    }

    #[test]
    fn only_a_running_ticket_of_the_caller_is_issued_again_and_only_for_a_device(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (over, voided) = (driver.park(vehicle, "green", 30).ticket, driver.park(vehicle, "red", 60).ticket);
        let new = another(world, &device(8));
        let (stranger, _) = world.driver_with("+381650000000", "BG111AA", &[]);
        refused("not_found", &ask(&stranger, over.id));
        refused("not_found", &stranger.world.send(&Request::new("POST", "/v1/tickets/none/code").bearer(&stranger.token)));
        refused("unauthorized", &world.send(&Request::new("POST", &format!("/v1/tickets/{}/code", over.id))));
        refused("forbidden", &ask(&world.inspector(), over.id));
        world.operator.void_ticket(&*world.store, world.now(), &voided.id.to_string(), "a mistake").unwrap();
        refused("ticket_not_active", &ask(&new, voided.id));
        assert_eq!(list(world).entries.len(), 1);
        world.pass(60);
        assert_eq!(refused("ticket_not_active", &ask(&new, over.id))["ended_at"], "2025-09-03T09:00:00Z");
        // A clerk who may park has no phone that could show a code.
        let given = mesto_operator::RoleGiven { role: mesto_protocol::kernel::grants::Role::Driver, city: None, place: None, until: None };
        let clerk = world.inspector();
        world.operator.give_role(&*world.store, world.now(), &clerk.account.to_string(), &given).unwrap();
        refused("device_missing", &ask(&clerk, over.id));
        assert_eq!(list(world).entries, []);
        world.check_books();
    }

    #[test]
    fn a_voided_tickets_codes_are_ended_until_they_would_be_over(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let phone = device(8);
        let code: TicketCode = expect(200, ask(&another(world, &phone), ticket.id));
        let before = list(world);
        assert!(inspect(world, &before, &code.signed, &phone).is_ok());
        world.pass(5);
        let ended = world.operator.void_ticket(&*world.store, world.now(), &ticket.id.to_string(), "a mistake").unwrap();
        assert_eq!(ended.state, TicketState::Voided);
        let now = list(world);
        assert_eq!(now.entries, [Revoked { id: ticket.id.bytes(), good_from: None }]);
        assert!(now.version > before.version);
        let refused = inspect(world, &now, &code.signed, &phone).unwrap_err();
        assert!(matches!(&refused, CodeError::Revoked { .. }), "{refused:?}");
        // Its place in the list goes when it would have ended, and is erased.
        world.pass(54);
        assert_eq!(list(world).entries.len(), 1);
        world.pass(16);
        let last = list(world);
        assert_eq!((last.entries.len(), last.version), (0, now.version));
        assert_eq!(kept(world), 1);
        world.pass(24 * 60);
        world.due();
        assert_eq!((list(world).version, kept(world)), (now.version, 0));
        world.check_books();
    }

    #[test]
    fn a_ticket_that_ran_out_is_not_ended_before_its_time(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        driver.park(vehicle, "red", 60);
        world.pass(60);
        assert!(world.due() > 0);
        assert_eq!(list(world).entries, []);
    }

    #[test]
    fn the_list_is_tagged_renewed_every_quarter_of_an_hour_and_due_after_an_hour(world) {
        world.set("2025-09-03T08:07:00Z");
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let get = |known: &str| world.send(&Request::new("GET", "/v1/revocations").header("if-none-match", known));
        let first = get("none");
        let tag = first.get("etag").unwrap().to_owned();
        let quarter = list(world);
        assert_eq!((quarter.issued_at, quarter.next_update), ("2025-09-03T08:00:00Z".parse().unwrap(), "2025-09-03T09:00:00Z".parse().unwrap()));
        world.set("2025-09-03T08:14:59Z");
        assert_eq!((get(&tag).status, get(&tag).body.len()), (304, 0));
        world.set("2025-09-03T08:15:00Z");
        assert_eq!(get(&tag).status, 200);
        let renewed = list(world);
        assert_eq!((renewed.version, renewed.issued_at - quarter.issued_at), (1, TimeDelta::minutes(15)));
        // A change is told at once.
        world.set("2025-09-03T08:17:00Z");
        expect::<TicketCode>(200, ask(&another(world, &device(8)), ticket.id));
        let changed = list(world);
        assert_eq!((changed.issued_at, changed.entries.len()), ("2025-09-03T08:17:01Z".parse().unwrap(), 1));
        world.set("2025-09-03T09:05:00Z");
        let code = ticket.signed;
        let stale = inspect(world, &quarter, &code, &device(9)).unwrap();
        assert_eq!(stale.warnings, [Warning::RevocationsDue { since: quarter.next_update }]);
    }

    #[test]
    fn a_store_that_was_put_back_from_a_copy_tells_a_newer_list(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let tickets = [driver.park(vehicle, "red", 60).ticket, driver.park(vehicle, "green", 60).ticket];
        let new = another(world, &device(8));
        // Two changes of one second.
        expect::<TicketCode>(200, ask(&new, tickets[0].id));
        let one = list(world).version;
        expect::<TicketCode>(200, ask(&new, tickets[1].id));
        let two = list(world).version;
        assert_eq!((one, two), (world.now().timestamp() as u64, one + 1));
        world.pass(1);
        world.operator.begin_epoch(&*world.store, world.now()).unwrap();
        assert_eq!(list(world).version, world.now().timestamp() as u64);
    }

    #[test]
    fn a_key_set_that_is_due_soon_is_served_anew(world) {
        let first = world.send(&Request::new("GET", "/v1/keys"));
        let due = world.key_set().next_update;
        world.pass(60 * 24 * 89);
        let renewed = world.send(&Request::new("GET", "/v1/keys").header("if-none-match", first.get("etag").unwrap()));
        assert_eq!(renewed.status, 200);
        assert!(world.key_set().next_update > due + TimeDelta::days(59));
        // The revocation list is believed by it.
        assert_eq!(list(world).version, 1);
    }
}

/// Two phones of one account ask at the same instant: both get a code, one after the other, and the
/// last one counts.
#[test]
fn two_phones_that_ask_at_once_get_different_issues() {
    let world = World::postgres();
    let (first, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
    let ticket = first.park(vehicle, "red", 60).ticket.id;
    let tokens = [8, 7, 6].map(|seed| another(&world, &device(seed)).token);
    let (operator, store, now) = (&world.operator, &world.store, world.now());
    let mut issues: Vec<u32> = std::thread::scope(|scope| {
        let asked = tokens.each_ref().map(|token| {
            let request = Request::new("POST", &format!("/v1/tickets/{ticket}/code")).bearer(token);
            scope.spawn(move || expect::<TicketCode>(200, operator.handle(&**store, now, &request)).issue)
        });
        asked.map(|one| one.join().unwrap()).to_vec()
    });
    issues.sort_unstable();
    assert_eq!(issues, [2, 3, 4]);
    assert_eq!(list(&world).entries, [Revoked { id: ticket.bytes(), good_from: Some(4) }]);
}
