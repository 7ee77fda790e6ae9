//! An account that its person suspends, or the operator blocks.

use mesto_operator::store::transact;
use mesto_operator::{Request, Response};
use mesto_protocol::base::accounts::{Account, AccountClosed};
use mesto_protocol::base::payments::{PayMethod, Quote, QuoteRequest, RefundState, Wanted};
use mesto_protocol::base::standing::{AccountStanding, StandingSection, StandingState};
use mesto_protocol::base::wallet::WalletSubject;
use mesto_protocol::rides::riders::{Ride, RideCode, RideState};
use serde_json::{Value, json};

use super::rides::{PHONE, bus, check, checked, ride, rider, scanned};
use crate::world::{Person, World, device, expect, kzt, refused, rsd};

const REASON: &str = "Tickets were copied";

fn suspend(person: &Person<'_>) -> AccountStanding {
    expect(200, make(person, "/v1/account/suspended"))
}

fn resume(person: &Person<'_>) -> AccountStanding {
    expect(200, make(person, "/v1/account/resumed"))
}

fn make(person: &Person<'_>, path: &str) -> Response {
    person.world.send(&Request::new("POST", path).bearer(&person.token))
}

fn standing(person: &Person<'_>) -> AccountStanding {
    let account: Account = expect(200, person.get("/v1/account"));
    account.section::<StandingSection>().unwrap().unwrap().standing
}

fn block(world: &World, person: &Person<'_>) -> AccountStanding {
    world.operator.block_account(&*world.store, world.now(), &person.account.to_string(), REASON).unwrap()
}

/// The price of a top-up in Almaty.
fn top_up(rider: &Person<'_>, tenge: &str) -> Quote {
    let items = vec![Wanted::of(&WalletSubject { amount: kzt(tenge) }).unwrap()];
    let asked = QuoteRequest { city: "almaty".into(), items, pay: PayMethod::Card, payer: None };
    expect(201, rider.post("/v1/quotes", &asked))
}

/// What the account was told, newest first.
fn told(person: &Person<'_>) -> Vec<StandingState> {
    let events = person.events(0).events;
    let told = events.iter().rev().filter_map(|event| event.read::<AccountStanding>().unwrap());
    told.map(|standing| standing.state).collect()
}

on_both_databases! {
    #[test]
    fn a_suspended_account_pays_nothing_keeps_everything_and_goes_on_at_any_time_av_126(world) {
        let world = &world.almaty();
        let bus = bus(world);
        let rider = rider(world, &device(5), PHONE, "1000.00");
        let registered = ride(&rider, &scanned(&bus.sign));
        let before = rider.account();
        let quote = top_up(&rider, "500.00");
        assert_eq!(standing(&rider).state, StandingState::Active);
        let suspended = suspend(&rider);
        assert_eq!((&suspended.state, suspended.is_suspended, suspended.changed_at), (&StandingState::Suspended, true, Some(world.now())));
        assert_eq!(standing(&rider), suspended);
        // Neither a price nor what a price was told for.
        let refusal = refused("account_suspended", &check(&rider, &scanned(&bus.sign)));
        assert_eq!(refusal["since"], json!(world.now()));
        refused("account_suspended", &rider.buy_with(&world.key(), &quote));
        // Balance, rides and history are there, and the ticket is shown to a controller.
        assert_eq!(rider.account().balance, before.balance);
        let shown: Ride = expect(200, rider.get(&format!("/v1/rides/{}", registered.id)));
        assert_eq!((shown.state, shown.signed == registered.signed), (RideState::Registered, true));
        let code = Request::new("POST", &format!("/v1/rides/{}/code", registered.id)).bearer(&rider.token);
        assert!(!expect::<RideCode>(200, world.send(&code)).signed.is_empty());
        // Said again it changes nothing, and nobody is told again.
        world.pass(1);
        assert_eq!(suspend(&rider), suspended);
        assert_eq!(resume(&rider).state, StandingState::Active);
        assert_eq!(resume(&rider).changed_at, Some(world.now()));
        assert_eq!(told(&rider), [StandingState::Active, StandingState::Suspended]);
        world.pass(20);
        expect::<Value>(201, check(&rider, &scanned(&bus.sign)));
        world.check_books();
    }

    #[test]
    fn a_blocked_account_knows_why_and_whom_to_write_to_and_may_read_and_close_av_103_av_124(world) {
        let world = &world.in_almaty(|city| {
            city.contacts.email = "help@example.kz".into();
            city.contacts.phone = "+77270000000".into();
        });
        let bus = bus(world);
        let rider = rider(world, &device(5), PHONE, "1000.00");
        let registered = ride(&rider, &scanned(&bus.sign));
        let blocked = block(world, &rider);
        assert_eq!((&blocked.state, blocked.reason.as_deref()), (&StandingState::Blocked, Some(REASON)));
        assert_eq!((blocked.email.as_deref(), blocked.phone.as_deref(), blocked.website.as_deref()), (Some("help@example.kz"), Some("+77270000000"), Some("https://avtobys.kz")));
        assert_eq!(standing(&rider), blocked);
        let refusal = refused("account_blocked", &check(&rider, &scanned(&bus.sign)));
        assert_eq!((&refusal["reason"], &refusal["email"]), (&json!(REASON), &json!("help@example.kz")));
        // It cannot be resumed by its person, and what was paid stays good.
        assert_eq!(resume(&rider).state, StandingState::Blocked);
        let shown: Ride = expect(200, rider.get(&format!("/v1/rides/{}", registered.id)));
        assert_eq!(shown.state, RideState::Registered);
        expect::<Value>(200, rider.get("/v1/account/export"));
        let closed: AccountClosed = expect(200, rider.delete("/v1/account"));
        assert!(closed.refund.is_some());
        world.check_books();
    }

    #[test]
    fn a_block_is_told_in_writing_and_stands_in_the_audit_log_av_71_av_124(world) {
        let world = &world.almaty();
        let rider = world.driver(PHONE);
        block(world, &rider);
        let messages = world.operator.messages_to(&*world.store, PHONE).unwrap();
        let told = messages.last().unwrap();
        assert_eq!((told.template.as_str(), told.recipient.as_str()), ("standing.blocked", PHONE));
        let text = told.text();
        assert!(text.contains(REASON) && text.contains("https://avtobys.kz"), "{text}");
        let log = world.operator.audit_log(&*world.store, None, None).unwrap();
        let done = log.iter().find(|row| row.action == "account.blocked").unwrap();
        assert_eq!((done.subject.as_str(), done.note.as_str()), (rider.account.to_string().as_str(), REASON));
        // A block without a reason is none, nor is one whose reason has no end.
        let other = world.driver("+77077654321");
        for reason in ["", "  \n", &"x".repeat(201)] {
            let problem = world.operator.block_account(&*world.store, world.now(), &other.account.to_string(), reason).unwrap_err();
            assert_eq!((problem.code.as_str(), &problem.params["field"]), ("bad_request", &json!("reason")));
        }
        assert_eq!(standing(&other).state, StandingState::Active);
        world.operator.block_account(&*world.store, world.now(), &other.account.to_string(), &"x".repeat(200)).unwrap();
    }

    #[test]
    fn a_block_ends_as_it_began_and_a_suspension_outlives_it_av_103(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let account = driver.account.to_string();
        let unblock = || world.operator.unblock_account(&*world.store, world.now(), &account, "It was a mistake").map_err(Box::new);
        assert_eq!(unblock().unwrap_err().code, "bad_request");
        suspend(&driver);
        assert!(block(world, &driver).is_suspended);
        let again = world.operator.block_account(&*world.store, world.now(), &account, "Another reason").unwrap_err();
        assert_eq!((again.code.as_str(), &again.params["reason"]), ("account_blocked", &json!(REASON)));
        let suspended = unblock().unwrap();
        assert_eq!((suspended.state, suspended.reason), (StandingState::Suspended, None));
        refused("account_suspended", &driver.ask(vehicle, "green", 30));
        resume(&driver);
        driver.park(vehicle, "green", 30);
        let nobody = world.operator.block_account(&*world.store, world.now(), "ac_01jd4f8q0r3n7w2x5y6z8a9b1c", REASON);
        assert_eq!(nobody.unwrap_err().code, "not_found");
        assert_eq!(told(&driver).len(), 4);
        world.check_books();
    }

    #[test]
    fn a_suspended_account_is_closed_its_balance_is_owed_and_only_a_new_registration_goes_on_av_123_av_128_amb_38(world) {
        let world = &world.almaty();
        let rider = rider(world, &device(5), PHONE, "1000.00");
        suspend(&rider);
        let closed: AccountClosed = expect(200, rider.delete("/v1/account"));
        let refund = closed.refund.unwrap();
        assert_eq!((refund.amount, refund.state, refund.reason.as_str()), (kzt("1000.00"), RefundState::Due, "account_closed"));
        assert_eq!((world.balance("deposit"), world.balance("refunds_payable")), (kzt("0.00"), kzt("-1000.00")));
        refused("unauthorized", &rider.get("/v1/account"));
        refused("unauthorized", &make(&rider, "/v1/account/resumed"));
        let problem = world.operator.block_account(&*world.store, world.now(), &rider.account.to_string(), REASON).unwrap_err();
        assert_eq!(problem.code, "not_found");
        world.pass(1);
        let anew = world.driver_on(&device(6), PHONE);
        assert_ne!(anew.account, rider.account);
        assert_eq!((anew.account().balance, standing(&anew).state), (kzt("0.00"), StandingState::Active));
        let left = transact(&*world.store, |tx| tx.query("SELECT COUNT(*) AS count FROM account_standing", &[])?[0].get::<i64>("count"));
        assert_eq!(left.unwrap(), 0);
        world.check_books();
    }

    #[test]
    fn what_was_begun_before_the_suspension_comes_to_its_end_av_126(world) {
        let driver = world.driver("+381641234567");
        let topup = driver.top_up("500.00");
        suspend(&driver);
        // The page of the bank was open: its money is the person's.
        world.approve(&topup);
        assert_eq!(driver.account().balance, rsd("500.00"));
        refused("account_suspended", &driver.ask_for(&WalletSubject { amount: rsd("200.00") }, PayMethod::Card));
        world.check_books();
    }

    #[test]
    fn of_two_phones_one_suspends_and_the_other_pays_or_not_but_never_afterwards_av_126(world) {
        let world = &world.almaty();
        let bus = bus(world);
        let rider = rider(world, &device(5), PHONE, "1000.00");
        let (quote, _) = checked(&rider, &scanned(&bus.sign));
        let (operator, store, now) = (&world.operator, &*world.store, world.now());
        let buy = Request::new("POST", "/v1/purchases").bearer(&rider.token).key(&world.key()).json(&rider.purchase(&quote));
        let stop = Request::new("POST", "/v1/account/suspended").bearer(&rider.token);
        let (bought, stopped) = std::thread::scope(|scope| {
            let bought = scope.spawn(|| operator.handle(store, now, &buy));
            let stopped = scope.spawn(|| operator.handle(store, now, &stop));
            (bought.join().unwrap(), stopped.join().unwrap())
        });
        assert_eq!(stopped.status, 200);
        match bought.status {
            201 => assert_eq!(rider.account().balance, kzt("1000.00").checked_sub(&quote.total).unwrap()),
            _ => {
                refused("account_suspended", &bought);
                assert_eq!(rider.account().balance, kzt("1000.00"));
            }
        }
        refused("account_suspended", &check(&rider, &scanned(&bus.sign)));
        world.check_books();
    }

    #[test]
    fn the_first_use_makes_the_account_and_its_cabinet_is_shut_to_everybody_else_av_15_av_28_av_43(world) {
        let world = &world.almaty();
        let rider = world.driver(PHONE);
        world.pass(1);
        // The same number finds it again, another one has its own.
        assert_eq!(world.driver_on(&device(6), PHONE).account, rider.account);
        assert_ne!(world.driver("+77077654321").account, rider.account);
        for (method, path) in [
            ("GET", "/v1/account"),
            ("GET", "/v1/account/export"),
            ("GET", "/v1/rides"),
            ("GET", "/v1/reports"),
            ("GET", "/v1/account/terms?city=almaty"),
            ("POST", "/v1/account/suspended"),
            ("POST", "/v1/account/resumed"),
            ("DELETE", "/v1/account"),
        ] {
            refused("unauthorized", &world.send(&Request::new(method, path)));
            refused("unauthorized", &world.send(&Request::new(method, path).bearer("nonsense")));
        }
        assert_eq!(standing(&rider).state, StandingState::Active);
    }

    #[test]
    fn the_contract_holds_until_it_is_ended_however_long_nobody_uses_it_av_122(world) {
        let world = &world.almaty();
        let rider = rider(world, &device(5), PHONE, "1000.00");
        suspend(&rider);
        world.pass(3 * 365 * 24 * 60);
        for _ in 0..5 {
            world.due();
            world.pass_seconds(1);
        }
        // The session is over, the account is not.
        refused("unauthorized", &rider.get("/v1/account"));
        let back = world.driver_on(&device(6), PHONE);
        assert_eq!((back.account, back.account().balance), (rider.account, kzt("1000.00")));
        assert_eq!(standing(&back).state, StandingState::Suspended);
        assert_eq!(resume(&back).state, StandingState::Active);
    }

    #[test]
    fn an_app_that_is_too_old_is_told_to_update_and_which_version_is_served_av_100(world) {
        let config = mesto_operator::Config { min_client: Some("2.1".parse().unwrap()), ..crate::world::config() };
        let world = &World::with(std::sync::Arc::clone(&world.store), config);
        let ask = |path: &str, version: &str| world.send(&Request::new("GET", path).header("mesto-client", version));
        let told = refused("client_too_old", &ask("/v1/notices?city=belgrade", "2.0.9"));
        assert_eq!(told["min_client"], "2.1.0");
        assert_eq!(ask("/v1/notices?city=belgrade", "2.1.0").status, 200);
        assert_eq!(ask("/v1/operator", "2.0.9").status, 200);
    }

    #[test]
    fn the_operator_ends_a_contract_with_a_written_notice_and_owes_the_balance_av_124_av_128(world) {
        let world = &world.almaty();
        let bus = bus(world);
        let rider = rider(world, &device(5), PHONE, "1000.00");
        let registered = ride(&rider, &scanned(&bus.sign));
        let terminate = |reason: &str| world.operator.terminate_account(&*world.store, world.now(), &rider.account.to_string(), reason).map_err(Box::new);
        assert_eq!(terminate(" ").unwrap_err().params["field"], "reason");
        let closed = terminate("Tickets were sold on").unwrap();
        let left = kzt("1000.00").checked_sub(&registered.price).unwrap();
        assert_eq!(closed.refund.unwrap().amount, left);
        refused("unauthorized", &rider.get("/v1/account"));
        let messages = world.operator.messages_to(&*world.store, PHONE).unwrap();
        let [told] = &messages[..] else { panic!("{messages:?}") };
        assert!(told.template == "standing.terminated" && told.text().contains("Tickets were sold on"));
        assert_eq!(terminate("Again").unwrap_err().code, "not_found");
        let staff = bus.dispatcher.account.to_string();
        assert_eq!(world.operator.terminate_account(&*world.store, world.now(), &staff, "x").unwrap_err().code, "forbidden");
        // Who registers anew is a new account, and the ticket that was paid is still in the books.
        world.pass(1);
        assert_ne!(world.driver_on(&device(6), PHONE).account, rider.account);
        world.check_books();
    }
}
