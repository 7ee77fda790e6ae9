//! Closing an account: what is owed is paid from the deposit first, the rest goes back, once.

use std::sync::Arc;

use chrono::TimeDelta;
use mesto_operator::store::transact;
use mesto_operator::{ByHand, Claim, ClaimError, ClaimState, PostgresStore, Request, Response, SettledBy, values};
use mesto_protocol::base::accounts::AccountClosed;
use mesto_protocol::base::payments::{RefundRoute, RefundState};
use mesto_protocol::base::sign_in::SessionPage;
use mesto_protocol::garages::controllers::ReportedEventKind;
use mesto_rules::money::Money;

use crate::cases::garages::{Controller, driver, pay, quote, told, with_exit_minutes};
use crate::world::{Person, World, approval, cluster, device, expect, refused, rsd, signed_notice};

const PHONE: &str = "+381641234567";
const TICKET: &str = "GR004217";

/// Pays an hour, and leaves so many minutes after that without paying again.
fn leaves_owing(world: &World, driver: &Person<'_>, ticket: &str, minutes: i64) {
    let garage = Controller::of(world, "zeleni-venac");
    garage.enters(ticket);
    pay(driver, &quote(driver, ticket));
    garage.after(minutes);
    garage.leaves(ticket);
}

fn close(driver: &Person<'_>) -> AccountClosed {
    expect(200, driver.delete("/v1/account"))
}

/// What is claimed: its sum, and how each stands.
fn claims(world: &World) -> Vec<(Money, ClaimState)> {
    world.operator.claims(&*world.store).unwrap().into_iter().map(|claim| (claim.amount, claim.state)).collect()
}

/// The amount that goes back to somebody whose account is closed.
fn back(closed: &AccountClosed) -> Option<Money> {
    let refund = closed.refund.as_ref()?;
    assert_eq!(
        (refund.reason.as_str(), &refund.route, &refund.state),
        ("account_closed", &RefundRoute::Transfer, &RefundState::Due)
    );
    Some(refund.amount)
}

/// Sends both at the same instant, a millisecond apart by the operator's clock.
fn at_once(world: &World, requests: &[Request]) -> Vec<Response> {
    let (operator, store, now) = (&world.operator, &*world.store, world.now());
    std::thread::scope(|scope| {
        let moments = (0..).map(|later| now + TimeDelta::milliseconds(later));
        let sent: Vec<_> = requests
            .iter()
            .zip(moments)
            .map(|(request, now)| scope.spawn(move || operator.handle(store, now, request)))
            .collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    })
}

fn closing(driver: &Person<'_>) -> Request {
    Request::new("DELETE", "/v1/account").bearer(&driver.token)
}

on_both_databases! {
    #[test]
    fn what_is_owed_is_paid_from_the_deposit_before_the_rest_goes_back_bg_68_av_123(world) {
        let world = &with_exit_minutes(world, 15);
        let driver = driver(world, PHONE);
        leaves_owing(world, &driver, TICKET, 70);
        leaves_owing(world, &driver, "GR004218", 130);
        assert_eq!(claims(world), [(rsd("100.00"), ClaimState::Open), (rsd("200.00"), ClaimState::Open)]);
        let closed = close(&driver);
        assert_eq!((closed.settled, back(&closed)), (Some(rsd("300.00")), Some(rsd("4500.00"))));
        assert_eq!(claims(world), [(rsd("100.00"), ClaimState::Settled), (rsd("200.00"), ClaimState::Settled)]);
        assert_eq!(world.balance("revenue garages belgrade"), rsd("-500.00"));
        assert_eq!((world.balance("deposit"), world.balance("refunds_payable")), (rsd("0.00"), rsd("-4500.00")));
        world.check_books();
    }

    #[test]
    fn an_account_that_owes_more_than_its_deposit_stays_open_and_nothing_moves_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let driver = world.driver(PHONE);
        world.approve(&driver.top_up("200.00"));
        leaves_owing(world, &driver, TICKET, 130);
        let before = (driver.account(), claims(world));
        let owed = refused("account_owes", &driver.delete("/v1/account"));
        assert_eq!([&owed["owed"], &owed["balance"], &owed["missing"]].map(|sum| sum["amount"].as_str().unwrap()), ["200.00", "100.00", "100.00"]);
        assert_eq!((driver.account(), claims(world)), before);
        world.check_books();
        world.approve(&driver.top_up("200.00"));
        let closed = close(&driver);
        assert_eq!((closed.settled, back(&closed)), (Some(rsd("200.00")), Some(rsd("100.00"))));
        world.check_books();
    }

    #[test]
    fn a_deposit_that_just_covers_what_is_owed_leaves_nothing_to_go_back_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let driver = world.driver(PHONE);
        world.approve(&driver.top_up("200.00"));
        leaves_owing(world, &driver, TICKET, 70);
        assert_eq!(close(&driver), AccountClosed { settled: Some(rsd("100.00")), refund: None });
        world.check_books();
    }

    #[test]
    fn whoever_did_not_hear_that_it_was_closed_asks_again_and_it_is_closed_once_av_123(world) {
        let world = &with_exit_minutes(world, 15);
        let driver = driver(world, PHONE);
        world.pass(1);
        let other = world.driver_on(&device(7), PHONE);
        leaves_owing(world, &driver, TICKET, 70);
        let closed = close(&driver);
        world.pass(3 * 24 * 60);
        for _ in 0..2 {
            assert_eq!(close(&driver), closed);
        }
        assert_eq!(world.operator.refunds(&*world.store, true).unwrap().len(), 1);
        // That token is good for nothing else, and no other one for anything.
        refused("unauthorized", &driver.get("/v1/account"));
        refused("unauthorized", &driver.get("/v1/auth/sessions"));
        refused("unauthorized", &other.delete("/v1/account"));
        world.pass(200 * 24 * 60);
        world.due();
        refused("unauthorized", &driver.delete("/v1/account"));
        world.check_books();
    }

    #[test]
    fn two_phones_that_close_an_account_at_the_same_instant_close_it_once_av_123(world) {
        for round in 0..4 {
            let phone = format!("+38164123450{round}");
            let first = driver(world, &phone);
            world.pass(1);
            let people = [first, world.driver_on(&device(7), &phone)];
            let answers = at_once(world, &people.each_ref().map(closing));
            assert!(answers.iter().any(|answer| answer.status == 200), "{answers:?}");
            for answer in answers.iter().filter(|answer| answer.status != 200) {
                refused("unauthorized", answer);
            }
            assert_eq!(world.operator.refunds(&*world.store, true).unwrap().len(), round + 1);
        }
        world.check_books();
    }

    #[test]
    fn what_is_bought_while_the_account_is_closed_is_paid_or_refused_av_123(world) {
        for round in 0..4 {
            let (driver, vehicle) = world.driver_with(&format!("+38164123450{round}"), &format!("BG00{round}AA"), &["1000.00"]);
            let purchase = driver.purchase(&driver.quote(vehicle, "red", 60));
            let purchase = Request::new("POST", "/v1/purchases").bearer(&driver.token).key(&world.key()).json(&purchase);
            let mut requests = vec![closing(&driver), purchase];
            if round % 2 == 1 {
                requests.reverse();
            }
            let answers = at_once(world, &requests);
            let bought = requests.iter().zip(&answers).any(|(request, answer)| request.method == "POST" && answer.status == 201);
            let closed = close(&driver);
            assert_eq!(back(&closed), Some(rsd(if bought { "920.00" } else { "1000.00" })), "{answers:?}");
        }
        world.check_books();
    }

    // Row 31 of the first trial.
    #[test]
    fn whatever_is_done_while_the_account_is_closed_leaves_nothing_of_the_person_behind_av_123(world) {
        for round in 0..6 {
            let phone = format!("+38164123460{round}");
            let (driver, vehicle) = world.driver_with(&phone, &format!("BG10{round}AA"), &["1000.00"]);
            let (other_phone, removed) = (world.driver_on(&device(7), &phone), driver.add(&format!("BG20{round}AA")).id);
            world.pass(2);
            let quote = driver.quote(vehicle, "red", 60);
            let ticket = driver.park(vehicle, "green", 30).ticket.id;
            let (topup, pending) = (driver.top_up_quote("200.00"), driver.top_up("200.00"));
            expect::<serde_json::Value>(200, world.ask_code(&phone));
            let code = world.code(&phone);
            let sign_in = serde_json::json!({"phone": phone, "code": code, "device": "new", "device_key": device(5).device_key().to_text()});
            let post = |path: &str, body: serde_json::Value| {
                Request::new("POST", path).bearer(&driver.token).key(&world.key()).json(&body)
            };
            let asked = |subject: serde_json::Value| {
                post("/v1/quotes", serde_json::json!({"city": "belgrade", "items": [{"service": "parking", "subject": subject}]}))
            };
            let of_key = world.key();
            let bodied = |method: &str, path: &str| Request::new(method, path).bearer(&driver.token);
            let mut requests = vec![
                closing(&driver),
                post("/v1/vehicles", serde_json::json!({"city": "belgrade", "plate": format!("BG30{round}AA")})),
                asked(serde_json::json!({"zone": "blue", "vehicle": vehicle, "minutes": 30})),
                asked(serde_json::json!({"zone": "green", "extends": ticket, "minutes": 30})),
                post("/v1/purchases", serde_json::to_value(driver.purchase(&quote)).unwrap()),
                post("/v1/purchases", serde_json::to_value(driver.purchase(&topup)).unwrap()),
                Request::new("POST", "/v1/auth/session").json(&sign_in),
                Request::new("POST", "/v1/auth/code").json(&serde_json::json!({"phone": phone})),
                bodied("DELETE", &format!("/v1/vehicles/{removed}")),
                bodied("DELETE", &format!("/v1/intents/{of_key}")),
                bodied("DELETE", &format!("/v1/payments/{}", pending.id)),
                signed_notice(&approval(&pending, &format!("pay-{}", pending.id))),
                bodied("DELETE", "/v1/auth/session"),
                closing(&other_phone),
            ];
            let turn = round * 2 % requests.len();
            requests.rotate_left(turn);
            for (request, answer) in requests.iter().zip(at_once(world, &requests)) {
                assert!(answer.status < 500, "{} {}: {answer:?}", request.method, request.path);
            }
            // Signing in by the same number is another account now, or none was closed in time.
            if other_phone.get("/v1/account").status == 200 {
                close(&other_phone);
            }
            world.check_books();
        }
    }

    #[test]
    fn a_claim_that_a_deposit_paid_and_that_stays_as_it_is_is_nothing_to_look_at_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let entered = world.now();
        leaves_owing(world, &driver, TICKET, 70);
        close(&driver);
        let cash = |minutes: i64| told(ReportedEventKind::PaidOnSite, TICKET, entered + TimeDelta::minutes(minutes));
        // Nothing was owed then: as much is claimed as before.
        garage.tell(vec![cash(5)]);
        let kinds = || world.operator.incidents(&*world.store).unwrap().into_iter().map(|one| one.kind).collect::<Vec<_>>();
        assert_eq!(kinds(), ["visit_paid_twice"], "of the cash, not of the claim");
        world.pass(1);
        garage.tell(vec![told(ReportedEventKind::Lost, TICKET, entered)]);
        assert_eq!(kinds(), ["visit_paid_twice", "claim_changed"]);
        assert_eq!(claims(world), [(rsd("100.00"), ClaimState::Settled)]);
        world.check_books();
    }

    #[test]
    fn a_claim_that_the_staff_settled_is_not_paid_again_nor_opened_again_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let entered = world.now();
        leaves_owing(world, &driver, TICKET, 70);
        leaves_owing(world, &driver, "GR004218", 130);
        let [first, second] = world.operator.claims(&*world.store).unwrap().try_into().unwrap();
        let settle = |claim: &Claim, how, note| {
            world.operator.settle_claim(&*world.store, world.now(), (&claim.service, &claim.subject), (how, note))
        };
        assert_eq!(settle(&first, ByHand::Paid, "bank transfer 17"), Ok(()));
        assert_eq!(settle(&second, ByHand::Withdrawn, "the barrier was broken"), Ok(()));
        assert_eq!(settle(&first, ByHand::Withdrawn, "again"), Err(ClaimError::Settled { at: world.now() }));
        let none = Claim { subject: "vi_00000000000000000000000000".into(), ..first };
        assert_eq!(settle(&none, ByHand::Paid, "none"), Err(ClaimError::Unknown));
        let by = world.operator.claims(&*world.store).unwrap().into_iter().map(|claim| claim.settled_by).collect::<Vec<_>>();
        assert_eq!(by, [Some(SettledBy::Staff), Some(SettledBy::Withdrawn)]);
        let notes = transact(&*world.store, |tx| {
            let rows = tx.query("SELECT action || ' ' || note AS it FROM audit_log WHERE action LIKE 'claim.%' ORDER BY action", values![])?;
            rows.iter().map(|row| row.get::<String>("it")).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(notes.unwrap(), ["claim.paid bank transfer 17", "claim.withdrawn the barrier was broken"]);
        // What is heard later opens it no more.
        garage.tell(vec![told(ReportedEventKind::Lost, TICKET, entered)]);
        let kinds: Vec<_> = world.operator.incidents(&*world.store).unwrap().into_iter().map(|one| one.kind).collect();
        assert_eq!(kinds, ["claim_changed"]);
        let closed = close(&driver);
        assert_eq!((closed.settled, back(&closed)), (None, Some(rsd("4800.00"))));
        world.check_books();
    }

    #[test]
    fn a_claim_that_arises_while_the_account_is_closed_is_paid_or_stays_open_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let garage = Controller::of(world, "zeleni-venac");
        for round in 0..4 {
            let (phone, ticket) = (format!("+38164123450{round}"), format!("GR00500{round}"));
            let driver = driver(world, &phone);
            garage.enters(&ticket);
            pay(&driver, &quote(&driver, &ticket));
            garage.after(70);
            let report = garage.report(vec![told(ReportedEventKind::Left, &ticket, world.now())]);
            let leaving = Request::new("POST", "/v1/garages/reports").bearer(&garage.person.token).json(&report);
            let mut requests = vec![closing(&driver), leaving];
            if round % 2 == 1 {
                requests.reverse();
            }
            for answer in at_once(world, &requests) {
                assert_eq!(answer.status, 200, "{answer:?}");
            }
            let claims = world.operator.claims(&*world.store).unwrap();
            let claim = claims.iter().find(|claim| claim.debtor == Some(driver.account)).unwrap();
            let closed = close(&driver);
            match claim.state {
                ClaimState::Settled => assert_eq!((closed.settled, back(&closed)), (Some(rsd("100.00")), Some(rsd("4800.00")))),
                ClaimState::Open => assert_eq!((closed.settled, back(&closed)), (None, Some(rsd("4900.00")))),
            }
        }
        world.check_books();
    }

    #[test]
    fn a_claim_that_is_paid_at_the_place_while_the_account_is_closed_is_paid_once_or_looked_at_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let garage = Controller::of(world, "zeleni-venac");
        let looked_at = || world.operator.incidents(&*world.store).unwrap().iter().filter(|one| one.kind == "claim_paid_twice").count();
        for round in 0..4 {
            let (phone, ticket) = (format!("+38164123450{round}"), format!("GR00600{round}"));
            let (driver, before) = (driver(world, &phone), looked_at());
            leaves_owing(world, &driver, &ticket, 70);
            let report = garage.report(vec![told(ReportedEventKind::PaidOnSite, &ticket, world.now())]);
            let paying = Request::new("POST", "/v1/garages/reports").bearer(&garage.person.token).json(&report);
            let mut requests = vec![closing(&driver), paying];
            if round % 2 == 1 {
                requests.reverse();
            }
            for answer in at_once(world, &requests) {
                assert_eq!(answer.status, 200, "{answer:?}");
            }
            assert!(claims(world).iter().all(|(_, state)| *state == ClaimState::Settled));
            let by_deposit = close(&driver).settled.is_some();
            assert_eq!(looked_at() - before, usize::from(by_deposit), "one who paid twice is seen");
        }
        world.check_books();
    }

    #[test]
    fn devices_that_are_signed_in_are_listed_and_another_one_is_ended_pq_50(world) {
        let here = world.driver_on(&device(1), PHONE);
        world.pass(1);
        let there = world.driver_on(&device(2), PHONE);
        world.pass(1);
        let third = world.driver_on(&device(3), PHONE);
        let stranger = world.driver("+381650000000");
        let all: SessionPage = expect(200, here.get("/v1/auth/sessions"));
        assert_eq!(all.items.iter().map(|session| session.is_own).collect::<Vec<_>>(), [false, false, true]);
        assert!(all.items.iter().all(|session| session.device == "phone" && session.expires_at > world.now()));
        assert!(all.items.is_sorted_by(|newer, older| newer.signed_in_at > older.signed_in_at));
        let page: SessionPage = expect(200, here.get("/v1/auth/sessions?limit=2"));
        let rest: SessionPage = expect(200, here.get(&format!("/v1/auth/sessions?limit=2&cursor={}", page.next.clone().unwrap())));
        assert_eq!(([page.items, rest.items].concat(), rest.next), (all.items.clone(), None));
        let end = |by: &Person<'_>, place: usize| by.delete(&format!("/v1/auth/sessions/{}", all.items[place].id));
        refused("session_is_own", &end(&here, 2));
        refused("not_found", &end(&stranger, 1));
        refused("not_found", &here.delete("/v1/auth/sessions/nonsense"));
        assert_eq!(end(&here, 1).status, 204);
        refused("not_found", &end(&here, 1));
        refused("unauthorized", &there.get("/v1/account"));
        for still in [&here, &third] {
            assert_eq!(still.get("/v1/account").status, 200);
        }
        assert_eq!(expect::<SessionPage>(200, here.get("/v1/auth/sessions")).items.len(), 2);
        let inspector = world.inspector();
        assert!(expect::<SessionPage>(200, inspector.get("/v1/auth/sessions")).items.is_empty(), "a token of a tool is no device's");
    }
}

/// Waits until so many statements on a database wait for a row that another one holds.
pub(super) fn wait_for_locks(store: &PostgresStore, waiting: i64) {
    let sql = "SELECT COUNT(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..100_000 {
        let count: i64 = transact(store, |tx| tx.query(sql, values![])?[0].get("count")).unwrap();
        if count >= waiting {
            return;
        }
        std::thread::yield_now();
    }
    panic!("fewer than {waiting} statements wait");
}

/// The correction waits for the row of the claim, and by then the deposit has paid it.
#[test]
fn a_claim_that_becomes_dearer_while_the_deposit_pays_it_stays_as_it_was_paid_bg_68_av_123() {
    let url = cluster().database().unwrap();
    let world = World::on(Arc::new(PostgresStore::open(&url, 6).unwrap()));
    let world = &with_exit_minutes(&world, 15);
    let garage = Controller::of(world, "zeleni-venac");
    let driver = driver(world, PHONE);
    let entered = world.now();
    leaves_owing(world, &driver, TICKET, 70);
    let (holder, watcher) = (PostgresStore::open(&url, 1).unwrap(), PostgresStore::open(&url, 1).unwrap());
    let lost = garage.report(vec![told(ReportedEventKind::Lost, TICKET, entered)]);
    let lost = Request::new("POST", "/v1/garages/reports").bearer(&garage.person.token).json(&lost);
    let (operator, store, now, close) = (&world.operator, &*world.store, world.now(), closing(&driver));
    let (is_held, held) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        // What closes the account ends its sessions last: until then it holds the claim.
        scope.spawn(move || {
            transact(&holder, |tx| {
                tx.query("SELECT hash FROM token FOR UPDATE", values![])?;
                is_held.send(()).unwrap();
                released.recv().unwrap();
                Ok(())
            })
        });
        held.recv().unwrap();
        let closed = scope.spawn(|| operator.handle(store, now, &close));
        wait_for_locks(&watcher, 1);
        let told = scope.spawn(|| operator.handle(store, now + TimeDelta::milliseconds(1), &lost));
        wait_for_locks(&watcher, 2);
        release.send(()).unwrap();
        assert_eq!((closed.join().unwrap().status, told.join().unwrap().status), (200, 200));
    });
    assert_eq!(claims(world), [(rsd("100.00"), ClaimState::Settled)]);
    let incidents = world.operator.incidents(store).unwrap();
    assert_eq!(incidents.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>(), ["claim_changed"]);
    world.check_books();
}
