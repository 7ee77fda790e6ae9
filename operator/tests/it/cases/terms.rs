//! Versions of the contract: told before the button that pays, accepted by paying or by saying so.

use chrono::NaiveDate;
use mesto_operator::Response;
use mesto_protocol::base::accounts::AccountClosed;
use mesto_protocol::base::payments::Quote;
use mesto_protocol::base::terms::{AcceptedBy, AcceptedTerms, CityTerms, TermsList, TermsPending, TermsToAccept};
use mesto_rules::City;
use mesto_rules::city::TermsVersion;
use serde_json::{Value, json};

use super::rides::{PHONE, bus, check, checked, ride, rider, scanned};
use crate::world::{Person, World, device, expect, kzt, refused};

fn day(day: &str) -> NaiveDate {
    day.parse().unwrap()
}

/// The first version, which holds when everybody signs up on the third of September.
fn first(city: &mut City) {
    let terms = &mut city.terms[0];
    (terms.version, terms.published_on, terms.effective_on) = ("1".into(), day("2025-08-01"), day("2025-08-01"));
}

/// A change that was published on the fifth of September and holds from the tenth on.
fn second(city: &mut City, needs_acceptance: bool) {
    first(city);
    let terms = &mut city.terms[0];
    terms.earlier = vec![TermsVersion {
        version: "1".into(),
        published_on: terms.published_on,
        effective_on: terms.effective_on,
        links: terms.links.clone(),
    }];
    (terms.version, terms.published_on, terms.effective_on) = ("2".into(), day("2025-09-05"), day("2025-09-10"));
    terms.needs_acceptance = needs_acceptance;
}

/// The same store on another day, with that change.
fn changed(world: &World, now: &str, needs_acceptance: bool) -> World {
    world.set(now);
    world.in_almaty(|city| second(city, needs_acceptance))
}

/// The same person, served by another operator of the same store.
fn again<'a>(world: &'a World, person: &Person<'_>) -> Person<'a> {
    Person { world, token: person.token.clone(), account: person.account }
}

fn terms(person: &Person<'_>) -> CityTerms {
    let list: TermsList = expect(200, person.get("/v1/account/terms?city=almaty"));
    list.items.into_iter().next().unwrap()
}

fn accept(person: &Person<'_>, version: &str) -> Response {
    let asked = TermsToAccept { city: "almaty".into(), id: "public-offer".into(), version: version.into() };
    person.post("/v1/account/terms", &asked)
}

fn how(terms: &CityTerms) -> Vec<(&str, &AcceptedBy)> {
    terms.accepted.iter().map(|accepted| (accepted.version.as_str(), &accepted.accepted_by)).collect()
}

/// A quote of a ride, in a bus of this world.
fn quote(rider: &Person<'_>, vehicle: &str) -> Quote {
    let subject = mesto_protocol::rides::riders::RidesSubject {
        scanned: None,
        vehicle: Some(vehicle.into()),
        persons: 1,
        companions: Vec::new(),
        is_again: true,
    };
    checked(rider, &subject).0
}

on_both_databases! {
    #[test]
    fn registering_concludes_the_contract_and_nothing_has_to_be_accepted_then_av_03_av_05_av_44(world) {
        let world = &world.in_almaty(first);
        let bus = bus(world);
        let rider = rider(world, &device(5), PHONE, "1000.00");
        let (quote, _) = checked(&rider, &scanned(&bus.sign));
        assert_eq!(quote.terms_pending, []);
        rider.begin(&quote);
        let terms = terms(&rider);
        assert_eq!((how(&terms), terms.in_force.as_deref(), &terms.pending), (vec![("1", &AcceptedBy::Registration)], Some("1"), &None));
        assert_eq!(terms.versions[0].links.get("kk"), "https://avtobys.kz/rules/");
        // What was accepted by registering is not accepted again.
        let accepted: AcceptedTerms = expect(200, accept(&rider, "1"));
        assert_eq!((accepted.accepted_by, how(&super::terms::terms(&rider)).len()), (AcceptedBy::Registration, 1));
    }

    #[test]
    fn a_change_is_told_with_the_price_and_paying_after_its_day_accepts_it_once_av_125_av_127_amb_31_amb_38(world) {
        let world = &world.in_almaty(first);
        bus(world);
        let rider = rider(world, &device(5), PHONE, "1000.00");
        // Published, and still to come: told, and nothing is accepted by paying.
        let before = &changed(world, "2025-09-06T08:00:00Z", false);
        let one = again(before, &rider);
        let told = quote(&one, "1204").terms_pending;
        let [TermsPending { id, version, effective_on, is_effective, needs_acceptance, links, .. }] = &told[..] else { panic!("{told:?}") };
        assert_eq!((id.as_str(), version.as_str(), *effective_on, *is_effective, *needs_acceptance), ("public-offer", "2", day("2025-09-10"), false, false));
        assert_eq!(links.get("ru"), "https://avtobys.kz/rules/");
        one.begin(&quote(&one, "1204"));
        assert_eq!(how(&terms(&one)), [("1", &AcceptedBy::Registration)]);
        // On the clock of Almaty the tenth begins at seven in the evening of the ninth.
        let last = &changed(world, "2025-09-09T18:59:00Z", false);
        assert!(!quote(&again(last, &rider), "1204").terms_pending[0].is_effective);
        let after = &changed(world, "2025-09-09T19:00:00Z", false);
        let one = again(after, &rider);
        let shown = quote(&one, "1204");
        assert!(shown.terms_pending[0].is_effective);
        // Asking for a price accepts nothing; paying does, with its moment.
        assert_eq!(how(&terms(&one)).len(), 1);
        one.begin(&shown);
        let now = terms(&one);
        assert_eq!(how(&now), [("2", &AcceptedBy::Use), ("1", &AcceptedBy::Registration)]);
        assert_eq!((now.accepted[0].accepted_at, now.pending), (after.now(), None));
        assert_eq!(quote(&one, "1204").terms_pending, []);
        after.pass(30);
        one.begin(&quote(&one, "1204"));
        assert_eq!(how(&terms(&one)).len(), 2);
        let events = one.events(0).events;
        assert_eq!(events.iter().filter_map(|event| event.read::<AcceptedTerms>().unwrap()).count(), 1);
        after.check_books();
    }

    #[test]
    fn a_price_that_was_told_before_the_day_accepts_nothing_after_it_amb_38(world) {
        let world = &world.in_almaty(first);
        bus(world);
        let rider = rider(world, &device(5), PHONE, "1000.00");
        let before = &changed(world, "2025-09-09T18:59:30Z", false);
        let shown = quote(&again(before, &rider), "1204");
        assert!(!shown.terms_pending[0].is_effective);
        let after = &changed(world, "2025-09-09T19:00:30Z", false);
        let one = again(after, &rider);
        one.begin(&shown);
        assert_eq!(how(&terms(&one)), [("1", &AcceptedBy::Registration)]);
    }

    #[test]
    fn where_it_has_to_be_said_nothing_is_paid_until_it_was_and_who_disagrees_suspends_or_closes_av_45_av_125_amb_31(world) {
        let world = &world.in_almaty(first);
        let bus = bus(world);
        let rider = rider(world, &device(5), PHONE, "1000.00");
        ride(&rider, &scanned(&bus.sign));
        let balance = rider.account().balance;
        let after = &changed(world, "2025-09-10T08:00:00Z", true);
        let one = again(after, &rider);
        let shown = quote(&one, "1204");
        assert!(shown.terms_pending[0].needs_acceptance);
        let refusal = refused("terms_not_accepted", &one.buy_with(&after.key(), &shown));
        assert_eq!((&refusal["terms"], &refusal["version"], &refusal["effective_on"]), (&json!("public-offer"), &json!("2"), &json!("2025-09-10")));
        assert_eq!(one.account().balance, balance);
        // Only the newest version is accepted, and of these terms.
        assert_eq!(refused("terms_unknown", &accept(&one, "1"))["version"], "2");
        refused("terms_unknown", &accept(&one, "3"));
        refused("terms_unknown", &one.post("/v1/account/terms", &json!({"city": "almaty", "id": "another", "version": "2"})));
        refused("city_unknown", &one.post("/v1/account/terms", &json!({"city": "atlantis", "id": "public-offer", "version": "2"})));
        let accepted: AcceptedTerms = expect(200, accept(&one, "2"));
        assert_eq!((&accepted.accepted_by, accepted.accepted_at), (&AcceptedBy::Person, after.now()));
        after.pass(1);
        assert_eq!(expect::<AcceptedTerms>(200, accept(&one, "2")), accepted);
        one.begin(&quote(&one, "1204"));
        // Who disagrees has both ways without accepting anything.
        let other = super::rides::rider(world, &device(6), "+77077654321", "500.00");
        let late = &changed(world, "2025-09-12T08:00:00Z", true);
        let other = again(late, &other);
        let suspended = mesto_operator::Request::new("POST", "/v1/account/suspended").bearer(&other.token);
        expect::<Value>(200, late.send(&suspended));
        let closed: AccountClosed = expect(200, other.delete("/v1/account"));
        assert_eq!(closed.refund.unwrap().amount, kzt("500.00"));
        late.check_books();
    }

    #[test]
    fn every_version_is_told_newest_first_and_what_was_accepted_when_stays_known_av_134(world) {
        let world = &world.in_almaty(first);
        let rider = world.driver(PHONE);
        let after = &changed(world, "2025-09-10T08:00:00Z", true);
        let one = again(after, &rider);
        expect::<AcceptedTerms>(200, accept(&one, "2"));
        let told = terms(&one);
        let versions: Vec<(&str, NaiveDate)> = told.versions.iter().map(|one| (one.version.as_str(), one.effective_on)).collect();
        assert_eq!(versions, [("2", day("2025-09-10")), ("1", day("2025-08-01"))]);
        assert_eq!((told.in_force.as_deref(), told.scope.as_str()), (Some("2"), "city"));
        let known: Value = expect(200, one.get("/v1/account/export"));
        assert_eq!((&known["terms_accepted"][0]["version"], &known["terms_accepted"][0]["accepted_by"]), (&json!("2"), &json!("person")));
        refused("bad_request", &one.get("/v1/account/terms"));
        refused("city_unknown", &one.get("/v1/account/terms?city=atlantis"));
        // A newcomer accepts the newest one by registering.
        let newcomer = after.driver("+77077654321");
        assert_eq!(how(&terms(&newcomer)), [("2", &AcceptedBy::Registration)]);
    }

    #[test]
    fn terms_of_another_service_stop_nothing_here_amb_31(world) {
        let world = &world.in_almaty(first);
        let bus = bus(world);
        let rider = rider(world, &device(5), PHONE, "1000.00");
        world.set("2025-09-10T08:00:00Z");
        let after = &world.in_almaty(|city| {
            second(city, true);
            city.terms[0].scope = "parking".into();
        });
        let one = again(after, &rider);
        assert_eq!(quote(&one, "1204").terms_pending, []);
        let _ = check(&one, &scanned(&bus.sign));
        one.begin(&quote(&one, "1204"));
    }
}
