//! Roles: several for one account, for a time and a city, ended at once, each change in the audit
//! log.

use std::sync::Arc;

use chrono::TimeDelta;
use mesto_operator::store::transact;
use mesto_operator::{GrantError, HostedPage, Keys, Operator, Request, Response, RoleGiven, SqliteInline, values};
use mesto_protocol::base::sign_in::Session;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::orders::inspectors::PlateCheck;

use crate::world::{Person, SECRET, SeededEntropy, World, config, expect, refused, start};

const PHONE: &str = "+381641234567";
const EVERYWHERE: RoleGiven<'_> = RoleGiven { role: Role::Inspector, city: None, place: None, until: None };

fn check(person: &Person<'_>, city: &str) -> Response {
    person.get(&format!("/v1/inspector/check?city={city}&plate=BG789PP&zone=red"))
}

fn audit(world: &World) -> Vec<(String, String)> {
    let rows = transact(&*world.store, |tx| tx.query("SELECT action, subject FROM audit_log ORDER BY id", values![]));
    rows.unwrap().iter().map(|row| (row.get("action").unwrap(), row.get("subject").unwrap())).collect()
}

on_both_databases! {
    #[test]
    fn a_driver_may_be_an_inspector_too_until_the_role_is_ended(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &[]);
        let refusal = refused("forbidden", &check(&driver, "belgrade"));
        assert_eq!(refusal["permission"], "orders.check");
        world.pass(1);
        let given = world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &EVERYWHERE).unwrap();
        assert_eq!((given.role, given.city, given.ends_at), (Role::Inspector, None, None));
        expect::<PlateCheck>(200, check(&driver, "belgrade"));
        assert_eq!(driver.get("/v1/tickets").status, 200, "and stays a driver");
        let staff = world.operator.staff(&*world.store, world.now()).unwrap();
        assert_eq!((staff.len(), staff[0].account, staff[0].grants.len()), (1, driver.account, 2));
        world.pass(1);
        let session: Session = {
            world.ask_code(PHONE);
            expect(201, world.try_code(PHONE, &world.code(PHONE)))
        };
        let roles: Vec<Role> = session.grants.iter().map(|grant| grant.role.clone()).collect();
        assert_eq!(roles, [Role::Driver, Role::Inspector]);

        world.operator.end_role(&*world.store, world.now(), &given.id.to_string()).unwrap();
        refused("forbidden", &check(&driver, "belgrade"));
        assert_eq!(driver.get("/v1/tickets").status, 200);
        let again = world.operator.end_role(&*world.store, world.now(), &given.id.to_string());
        assert_eq!(again, Err(GrantError::NoGrant(given.id.to_string())));
        let logged = audit(world);
        let of_it: Vec<&str> = logged.iter().filter(|(_, subject)| *subject == given.id.to_string()).map(|(action, _)| action.as_str()).collect();
        assert_eq!(of_it, ["grant.given", "grant.ended"]);
        assert_eq!(logged.len(), 2, "who signs in did nothing for the operator: {logged:?}");
        world.check_books();
    }

    #[test]
    fn the_check_of_the_books_finds_roles_that_do_not_stand_as_they_were_given(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &[]);
        let account = driver.account.to_string();
        let given = world.operator.give_role(&*world.store, world.now(), &account, &EVERYWHERE).unwrap();
        let set = |sql: &str, value: &str| transact(&*world.store, |tx| tx.execute(sql, values![value, &account])).unwrap();
        let fault = || world.operator.audit_ledger(&*world.store).unwrap_err().to_string();
        let roles: String = transact(&*world.store, |tx| tx.query("SELECT roles FROM account WHERE id = $1", values![&account])?[0].get("roles")).unwrap();
        world.check_books();
        let rewrite = "UPDATE account SET roles = $1 WHERE id = $2";
        set(rewrite, "[]");
        assert!(fault().contains("does not stand with its account"), "{}", fault());
        let mut more: Vec<serde_json::Value> = serde_json::from_str(&roles).unwrap();
        more.push(serde_json::json!({"id": "gr_01jd4f8q0r3n7w2x5y6z8a9b1c", "role": "controller", "starts_at": world.now()}));
        set(rewrite, &serde_json::to_string(&more).unwrap());
        assert!(fault().contains("that nobody gave"), "{}", fault());
        set(rewrite, &roles);
        world.check_books();
        world.operator.end_role(&*world.store, world.now(), &given.id.to_string()).unwrap();
        world.check_books();
        set(rewrite, &roles);
        assert!(fault().contains("was ended and stands"), "{}", fault());
    }

    #[test]
    fn one_line_of_the_log_is_one_thing_that_a_tool_did_and_says_of_whom_and_why(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let ticket = driver.park(vehicle, "red", 60).ticket.id.to_string();
        world.pass(1);
        world.operator.void_ticket(&*world.store, world.now(), &ticket, "lost\n2026 tool grant.ended\u{1b}[2K").unwrap();
        let given = RoleGiven { city: Some("belgrade"), until: Some(world.now() + TimeDelta::days(1)), ..EVERYWHERE };
        world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &given).unwrap();
        let log = world.operator.audit_log(&*world.store, None, None).unwrap();
        let told: Vec<(&str, &str, &str)> = log.iter().map(|one| (one.action.as_str(), one.subject.as_str(), one.note.as_str())).collect();
        let until = given.until.unwrap().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let note = format!("inspector of {} for belgrade until {until}", driver.account);
        assert_eq!(told.first(), Some(&("ticket.voided", ticket.as_str(), "lost2026 tool grant.ended[2K")));
        assert_eq!(told.last().map(|(action, _, note)| (*action, *note)), Some(("grant.given", note.as_str())));
        assert_eq!(told.len(), 2, "{told:?}");
    }

    #[test]
    fn a_token_of_a_device_is_renewed_with_or_without_the_one_before(world) {
        let controller = world.controller("zeleni-venac");
        let account = controller.account.to_string();
        let asks = |token: &str| world.send(&Request::new("GET", "/v1/account").bearer(token)).status;
        let ends_at = || world.operator.staff(&*world.store, world.now()).unwrap()[0].token_ends_at;
        let first_ends_at = ends_at();
        world.pass(60);
        let renew = |keeps| world.operator.renew_token(&*world.store, world.now(), &account, keeps).unwrap();
        let (second, second_ends_at) = renew(true);
        assert_eq!((asks(&controller.token), asks(&second), ends_at()), (200, 200, Some(second_ends_at)));
        assert_eq!(Some(second_ends_at - TimeDelta::minutes(60)), first_ends_at);
        world.pass(60);
        let (third, _) = renew(false);
        assert_eq!([&controller.token, &second, &third].map(|token| asks(token)), [401, 401, 200]);
        assert!(audit(world).contains(&("token.renewed".into(), account.clone())));
        // A driver's tokens are his phones' own.
        let driver = world.driver(PHONE);
        let refused = world.operator.renew_token(&*world.store, world.now(), &driver.account.to_string(), false);
        assert_eq!(refused, Err(GrantError::NoAccount(driver.account.to_string())));
        assert_eq!(asks(&driver.token), 200);
    }

    #[test]
    fn a_role_ends_with_its_time(world) {
        let driver = world.driver(PHONE);
        let until = world.now() + TimeDelta::minutes(10);
        let given = RoleGiven { until: Some(until), ..EVERYWHERE };
        world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &given).unwrap();
        world.pass_seconds(10 * 60 - 1);
        expect::<PlateCheck>(200, check(&driver, "belgrade"));
        world.pass_seconds(1);
        refused("forbidden", &check(&driver, "belgrade"));
        let over = world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &given);
        assert_eq!(over, Err(GrantError::Over { until }));
    }

    #[test]
    fn a_role_is_given_to_an_open_account_in_a_city_that_is_served(world) {
        let driver = world.driver(PHONE);
        let give = |account: &str, given: &RoleGiven<'_>| world.operator.give_role(&*world.store, world.now(), account, given);
        assert_eq!(give("ac_nobody", &EVERYWHERE), Err(GrantError::NoAccount("ac_nobody".into())));
        let elsewhere = give(&driver.account.to_string(), &RoleGiven { city: Some("atlantis"), ..EVERYWHERE }).unwrap_err();
        assert!(elsewhere.to_string().contains("belgrade"), "{elsewhere}");
        assert_eq!(give(&driver.account.to_string(), &RoleGiven { role: Role::Other("king".into()), ..EVERYWHERE }), Err(GrantError::NoRole));
        assert_eq!(driver.delete("/v1/account").status, 200);
        assert_eq!(give(&driver.account.to_string(), &EVERYWHERE), Err(GrantError::NoAccount(driver.account.to_string())));
    }
}

#[test]
fn a_role_for_one_city_is_none_in_another() {
    let chance = SeededEntropy::new(1);
    let keys = Keys::ephemeral(start(), &chance).unwrap();
    let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET);
    let belgrade = mesto_rules::load::embedded("belgrade").unwrap();
    let mut twin = belgrade.clone();
    twin.id = "twin".parse().unwrap();
    let operator = Operator::new(vec![belgrade, twin], keys, Arc::new(chance), Arc::new(page), config()).unwrap();
    let world = World::around(Arc::new(operator), Arc::new(SqliteInline::in_memory().unwrap()));
    let driver = world.driver(PHONE);
    let given = RoleGiven { city: Some("twin"), ..EVERYWHERE };
    world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &given).unwrap();
    expect::<PlateCheck>(200, check(&driver, "twin"));
    let refusal = refused("forbidden", &check(&driver, "belgrade"));
    assert_eq!(refusal["cities"], serde_json::json!(["twin"]));
    let order = serde_json::json!({"city": "belgrade", "zone": "red", "plate": "BG789PP", "violation": "no_ticket"});
    refused("forbidden", &driver.act("/v1/inspector/orders", &world.key(), &order));
    world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &EVERYWHERE).unwrap();
    expect::<PlateCheck>(200, check(&driver, "belgrade"));
}
