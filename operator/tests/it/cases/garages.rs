//! Garages: what controllers tell, what drivers pay, and who is let out.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::store::transact;
use mesto_operator::{ClaimState, GrantError, PostgresStore, Request, Response, RoleGiven, Store, values};
use mesto_protocol::base::accounts::Account;
use mesto_protocol::base::payments::{PayMethod, Payment, PaymentState, Purchase, Quote, SaleState};
use mesto_protocol::garages::control::{
    ExitOpened, ExitRequest, FreeTold, GarageReport, GarageReported, VisitOwed, VisitTold, VisitToldKind,
};
use mesto_protocol::garages::signed::{ExitReceipt, GOOD_WITHOUT_END, ReceiptClaims};
use mesto_protocol::garages::visits::{
    FacilityPlaces, GaragesOffer, GaragesOutcome, GaragesSection, GaragesSubject, Places, Visit, VisitState, Visits,
};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::signed_code::{ClockRule, CodeError, Presentation, Seen, Verifier};
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::garages::facility::TicketPattern;
use mesto_rules::{Minutes, TimeOfDay, TimeSpan};
use serde_json::{Value, json};

use crate::bank::Link;
use crate::world::{ISSUER, Person, World, approval, cluster, device, expect, refused, rsd, signed_notice};

const PHONE: &str = "+381641234567";
const OTHER: &str = "+381650000000";
const DAY: i64 = 24 * 60;
const TICKET: &str = "GR004217";

fn known<T>(value: T) -> Fact<T> {
    Fact::Known(Known { value, certainty: Certainty::Assumed, source: "decision".parse().unwrap() })
}

/// Garages that give minutes to leave.
pub(super) fn with_exit_minutes(world: &World, minutes: u32) -> World {
    world.with_garages(|garages| {
        for table in garages.tariffs[0].rate_tables.values_mut() {
            table.exit_minutes = known(Minutes(minutes));
        }
    })
}

/// The controller of a facility, and what it has heard.
pub(super) struct Controller<'a> {
    pub(super) person: Person<'a>,
    facility: &'static str,
}

pub(super) fn told(kind: VisitToldKind, ticket: &str, at: DateTime<Utc>) -> VisitTold {
    VisitTold { at, ticket: ticket.into(), kind, is_disabled: None, places: None }
}

impl<'a> Controller<'a> {
    pub(super) fn of(world: &'a World, facility: &'static str) -> Self {
        Self { person: world.controller(facility), facility }
    }

    pub(super) fn report(&self, events: Vec<VisitTold>) -> GarageReport {
        let sent_at = self.person.world.now();
        let (city, facility) = ("belgrade".into(), self.facility.into());
        GarageReport { city, facility, sent_at, events, free: None, settled_after: None }
    }

    fn send(&self, report: &GarageReport) -> Response {
        self.person.post("/v1/garages/reports", report)
    }

    /// Tells what happened, all of which is taken.
    #[track_caller]
    fn tell(&self, events: Vec<VisitTold>) -> GarageReported {
        let count = events.len();
        let reported: GarageReported = expect(200, self.send(&self.report(events)));
        assert_eq!((reported.taken as usize, reported.refused.as_slice()), (count, [].as_slice()));
        reported
    }

    /// Tells one thing that is not taken; gives the code.
    #[track_caller]
    fn refuses(&self, event: VisitTold) -> String {
        let reported: GarageReported = expect(200, self.send(&self.report(vec![event])));
        assert_eq!((reported.taken, reported.refused.len()), (0, 1));
        assert!(!reported.refused[0].detail.is_empty());
        reported.refused[0].code.clone()
    }

    pub(super) fn now(&self, kind: VisitToldKind, ticket: &str) {
        self.tell(vec![told(kind, ticket, self.person.world.now())]);
    }

    pub(super) fn enters(&self, ticket: &str) {
        self.now(VisitToldKind::Entered, ticket);
    }

    pub(super) fn leaves(&self, ticket: &str) {
        self.now(VisitToldKind::Left, ticket);
    }

    /// A sign of life.
    fn is_there(&self) {
        self.tell(Vec::new());
    }

    /// Time goes on, and the controller is heard.
    pub(super) fn after(&self, minutes: i64) {
        self.person.world.pass(minutes);
        self.is_there();
    }

    fn exit(&self, ticket: &str) -> Response {
        let (city, facility) = ("belgrade".into(), self.facility.into());
        let exit = ExitRequest { city, facility, ticket: ticket.into(), at: self.person.world.now() };
        self.person.post("/v1/garages/exits", &exit)
    }

    fn opens(&self, ticket: &str) -> bool {
        expect::<ExitOpened>(200, self.exit(ticket)).open
    }

    fn ask_owed(&self, ticket: &str) -> Response {
        self.person.get(&format!("/v1/garages/owed?city=belgrade&facility={}&ticket={ticket}", self.facility))
    }

    fn owed(&self, ticket: &str) -> VisitOwed {
        expect(200, self.ask_owed(ticket))
    }
}

fn ask_at(driver: &Person<'_>, facility: &str, ticket: &str, pay: PayMethod) -> Response {
    driver.ask_for(&GaragesSubject { facility: facility.into(), ticket: ticket.into() }, pay)
}

fn ask(driver: &Person<'_>, ticket: &str) -> Response {
    ask_at(driver, "zeleni-venac", ticket, PayMethod::Deposit)
}

pub(super) fn quote(driver: &Person<'_>, ticket: &str) -> Quote {
    expect(201, ask(driver, ticket))
}

fn card_quote(driver: &Person<'_>, ticket: &str) -> Quote {
    expect(201, ask_at(driver, "zeleni-venac", ticket, PayMethod::Card))
}

fn offer(quote: &Quote) -> GaragesOffer {
    quote.items[0].offer().unwrap().unwrap()
}

fn lines(quote: &Quote) -> Vec<(String, String)> {
    quote.items[0].lines.iter().map(|line| (line.kind.clone(), line.amount.to_string())).collect()
}

/// The visit that a purchase paid, once it was delivered.
fn visit_of(purchase: &Purchase) -> Option<Visit> {
    purchase.sale.items[0].outcome::<GaragesOutcome>().unwrap().map(|bought| bought.visit)
}

pub(super) fn pay(driver: &Person<'_>, quote: &Quote) -> Visit {
    let bought = driver.begin(quote);
    visit_of(&Purchase { sale: bought.sale, payment: bought.payment }).expect("a visit")
}

fn visits(driver: &Person<'_>) -> Vec<Visit> {
    let account: Account = expect(200, driver.get("/v1/account"));
    account.section::<GaragesSection>().unwrap().unwrap().visits
}

fn told_visits(driver: &Person<'_>) -> Vec<VisitState> {
    let events = driver.events(0).events;
    events.iter().filter_map(|event| event.read::<Visit>().unwrap()).map(|visit| visit.state).collect()
}

fn places(world: &World) -> Vec<FacilityPlaces> {
    expect::<Places>(200, world.send(&Request::new("GET", "/v1/garages/places?city=belgrade"))).items
}

fn count(world: &World, rows: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS count FROM {rows}");
    transact(&*world.store, |tx| tx.query(&sql, values![])?[0].get("count")).unwrap()
}

/// A driver with money on his deposit.
pub(super) fn driver<'a>(world: &'a World, phone: &str) -> Person<'a> {
    let driver = world.driver(phone);
    world.approve(&driver.top_up("5000.00"));
    driver
}

on_both_databases! {
    #[test]
    fn a_visit_is_paid_by_its_ticket_and_the_barrier_opens_bg_03_bg_64_bg_67(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let first = garage.tell(vec![told(VisitToldKind::Entered, TICKET, world.now())]);
        assert_eq!(first.settled, []);
        let entered = world.now();
        garage.after(90);
        refused("visit_owes", &garage.exit(TICKET));
        let quote = quote(&driver, "gr-0042 17");
        assert_eq!((quote.total, lines(&quote)), (rsd("200.00"), vec![("garages.started_units".into(), "200.00 RSD".into())]));
        assert_eq!(quote.items[0].guard, format!("garages/belgrade/zeleni-venac/{TICKET}"));
        let offered = offer(&quote);
        assert_eq!((offered.ticket.as_str(), offered.entered_at, offered.price), (TICKET, entered, rsd("200.00")));
        assert_eq!(offered.rises_at, Some(entered + TimeDelta::milliseconds(2 * 3_600_000 + 1)));
        assert_eq!(offered.exit_by, Some(world.now() + TimeDelta::minutes(15)));

        world.pass_seconds(60);
        let visit = pay(&driver, &quote);
        let exit_by = world.now() + TimeDelta::minutes(15);
        assert_eq!((visit.state.clone(), visit.exit_by, visit.paid), (VisitState::Paid, Some(exit_by), rsd("200.00")));
        let [payment] = visit.payments.as_slice() else { panic!("{visit:?}") };
        assert_eq!((payment.amount, payment.at, payment.exit_by), (rsd("200.00"), world.now(), Some(exit_by)));
        assert_eq!(payment.lines, quote.items[0].lines);
        assert_eq!(visits(&driver), std::slice::from_ref(&visit));
        assert_eq!(told_visits(&driver), [VisitState::Paid]);
        assert_eq!(driver.account().balance, rsd("4800.00"));
        assert_eq!(world.balance("revenue garages belgrade"), rsd("-200.00"));

        let heard = expect::<GarageReported>(200, garage.send(&GarageReport { settled_after: Some(first.next), ..garage.report(vec![]) }));
        let [settled] = heard.settled.as_slice() else { panic!("{heard:?}") };
        assert_eq!((settled.ticket.as_str(), settled.visit, settled.at), (TICKET, visit.id, world.now()));
        assert_eq!((settled.exit_by, settled.owes_again_at), (Some(exit_by), visit.owes_again_at));
        world.pass(15);
        assert!(garage.opens(TICKET));
        garage.leaves(TICKET);
        assert!(garage.tell(vec![]).settled.is_empty(), "who has left is told no more");
        world.due();
        let [left] = visits(&driver).try_into().unwrap();
        let Visit { state, left_at, .. } = left;
        assert_eq!((state, left_at), (VisitState::Left, Some(world.now())));
        assert_eq!(told_visits(&driver), [VisitState::Paid, VisitState::Left]);
        refused("visit_over", &ask(&driver, TICKET));
        refused("visit_over", &garage.exit(TICKET));
        assert!(world.operator.claims(&*world.store).unwrap().is_empty());
        world.check_books();
    }

    #[test]
    fn a_receipt_proves_a_paid_visit_to_a_barrier_that_cannot_ask_bg_66_bg_67(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver, other) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE), driver(world, OTHER));
        garage.enters(TICKET);
        garage.after(110);
        let visit = pay(&driver, &quote(&driver, TICKET));
        let signed = visit.signed.clone().unwrap();
        let (paid_at, exit_by) = (world.now(), world.now() + TimeDelta::minutes(15));
        let [settled] = garage.tell(vec![]).settled.try_into().unwrap();
        assert_eq!(settled.receipt.as_ref(), Some(&signed), "the controller has what the driver shows");

        let shown = Presentation::encode(&signed, &device(9), world.now()).unwrap();
        let keys = world.key_set();
        let offline = |text: &str, at: DateTime<Utc>| {
            Verifier { issuer: ISSUER, keys: &keys, revocations: None, seen: None, clock: ClockRule::default() }.verify(text, at)
        };
        let claims: ReceiptClaims = offline(&shown, paid_at).unwrap().claims.read().unwrap();
        let expected = ReceiptClaims {
            issuer: ISSUER.into(), id: visit.id, issue: 1, bought_at: paid_at, issued_at: paid_at, starts_at: paid_at,
            // A millisecond after the minutes to leave, filled up.
            ends_at: exit_by + TimeDelta::seconds(1), device: None,
            what: ExitReceipt {
                city: "belgrade".parse().unwrap(), facility: "zeleni-venac".parse().unwrap(), ticket: TICKET.into(),
                exit_by: Some(exit_by), amount: rsd("200.00"),
            },
        };
        assert_eq!(claims, expected);
        assert!(claims.what.is_for("belgrade", "zeleni-venac", TICKET));
        assert!(!claims.what.is_for("belgrade", "vma", TICKET) && !claims.what.is_for("belgrade", "zeleni-venac", "GR000001"));
        assert!(offline(&shown, exit_by).is_ok());
        let late = offline(&shown, claims.ends_at).unwrap_err();
        assert!(matches!(&late, CodeError::Over { .. }), "{late:?}");
        let cut = offline(&shown[..shown.len() - 3], paid_at).unwrap_err();
        assert_eq!(cut.code(), "garbage");

        // Something is owed again: the next payment is the next issue, for both who paid.
        garage.after(16);
        let friend = &other;
        let second = pay(friend, &quote(friend, TICKET));
        world.due();
        let again = second.signed.clone().unwrap();
        assert_eq!(visits(&driver)[0].signed.as_ref(), Some(&again));
        let again = Presentation::encode(&again, &device(8), world.now()).unwrap();
        let newer = offline(&again, world.now()).unwrap();
        let claims: ReceiptClaims = newer.claims.read().unwrap();
        assert_eq!((claims.id, claims.issue, claims.what.amount), (visit.id, 2, rsd("300.00")));
        let mut seen = Seen::default();
        seen.note(&newer);
        let verifier = Verifier { issuer: ISSUER, keys: &keys, revocations: None, seen: Some(&seen), clock: ClockRule::default() };
        assert_eq!(verifier.verify(&shown, paid_at).unwrap_err().code(), "reissued");
        // Who has left needs none.
        garage.leaves(TICKET);
        world.due();
        assert_eq!(visits(&driver)[0].signed, None);
        world.check_books();
    }

    #[test]
    fn a_receipt_without_minutes_to_leave_is_good_as_long_as_what_was_paid_bg_67_bg_68(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        let entered = world.now();
        garage.after(59);
        let visit = pay(&driver, &quote(&driver, TICKET));
        let claims = ReceiptClaims::verify(&visit.signed.unwrap(), &world.key_set(), world.now()).unwrap();
        assert_eq!((claims.what.exit_by, claims.ends_at), (None, entered + TimeDelta::seconds(3601)));
        // A badge that is told later makes it cheaper, a lost ticket dearer: that receipt is shown
        // no more.
        garage.tell(vec![VisitTold { is_disabled: Some(true), ..told(VisitToldKind::Entered, TICKET, entered) }]);
        assert!(visits(&driver)[0].signed.is_some());
        garage.tell(vec![told(VisitToldKind::Lost, TICKET, entered)]);
        assert_eq!(visits(&driver)[0].signed, None);
        world.check_books();
    }

    #[test]
    fn who_leaves_within_the_last_second_of_a_receipt_owes_nothing_bg_67(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        for (ticket, milliseconds, claims) in [("GR01", 3_600_999, 0), ("GR02", 3_601_000, 1)] {
            garage.enters(ticket);
            let entered = world.now();
            garage.after(59);
            let visit = pay(&driver, &quote(&driver, ticket));
            let receipt = ReceiptClaims::verify(&visit.signed.unwrap(), &world.key_set(), world.now()).unwrap();
            garage.after(2);
            let left_at = entered + TimeDelta::milliseconds(milliseconds);
            garage.tell(vec![told(VisitToldKind::Left, ticket, left_at)]);
            assert_eq!((left_at < receipt.ends_at, count(world, "claim")), (claims == 0, claims), "{ticket}");
        }
    }

    #[test]
    fn a_receipt_of_a_visit_that_never_owes_again_is_good_for_a_year_bg_67(world) {
        let world = &world.with_garages(|garages| {
            let flat = mesto_rules::garages::tariff::LostTicket::Flat { price: rsd("3000.00") };
            for table in garages.tariffs[0].rate_tables.values_mut() {
                table.lost_ticket = known(flat);
            }
        });
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.now(VisitToldKind::Lost, TICKET);
        let visit = pay(&driver, &quote(&driver, TICKET));
        assert_eq!((visit.owes_again_at, visit.paid), (None, rsd("3000.00")));
        let claims = ReceiptClaims::verify(&visit.signed.unwrap(), &world.key_set(), world.now()).unwrap();
        assert_eq!(claims.ends_at, world.now() + GOOD_WITHOUT_END);
    }

    #[test]
    fn a_visit_is_paid_by_card_once_the_bank_says_so_bg_67_bg_93(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        // What a card costs below 200 is not known.
        let refusal = refused("tariff_unknown", &ask_at(&driver, "zeleni-venac", TICKET, PayMethod::Card));
        assert_eq!(refusal["field"], "card.fee");
        garage.after(150);
        let quote = card_quote(&driver, TICKET);
        assert_eq!(quote.total, rsd("300.00"));
        let payment = driver.begin(&quote).payment;
        assert!(visits(&driver).is_empty(), "nothing is paid yet");
        refused("visit_owes", &garage.exit(TICKET));
        garage.after(10);
        world.approve(&payment);
        let purchase = driver.payment(&payment);
        let visit = visit_of(&purchase).unwrap();
        assert_eq!((purchase.payment.state, visit.payments[0].pay.clone()), (PaymentState::Captured, PayMethod::Card));
        assert!(garage.opens(TICKET));
        assert_eq!(garage.tell(vec![]).settled.len(), 1);
        assert_eq!((world.balance("revenue garages belgrade"), driver.account().balance), (rsd("-300.00"), rsd("5000.00")));
        world.check_books();
    }

    #[test]
    fn the_commission_of_a_card_is_paid_and_settles_nothing_bg_93(world) {
        let world = &world.in_city(|city| {
            city.sections.wallet.card.fee = known(rsd("10.00"));
        });
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        let quote = card_quote(&driver, TICKET);
        let lines = lines(&quote);
        assert_eq!((quote.total, lines[1].clone()), (rsd("110.00"), ("payments.card_fee".into(), "10.00 RSD".into())));
        let payment = driver.begin(&quote).payment;
        world.approve(&payment);
        let visit = visit_of(&driver.payment(&payment)).unwrap();
        assert_eq!((visit.paid, visit.payments[0].amount), (rsd("100.00"), rsd("110.00")));
        assert_eq!(world.balance("revenue garages belgrade"), rsd("-110.00"));
        world.check_books();
    }

    #[test]
    fn what_a_quote_promised_is_paid_although_another_hour_has_begun_bg_64_bg_67(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        garage.after(59);
        let quoted = quote(&driver, TICKET);
        world.pass_seconds(119);
        let visit = pay(&driver, &quoted);
        assert_eq!((visit.paid, visit.exit_by), (rsd("100.00"), Some(world.now() + TimeDelta::minutes(15))));
        assert_eq!(visit.owes_again_at, Some(world.now() + TimeDelta::milliseconds(15 * 60_000 + 1)));
        garage.after(15);
        assert!(garage.opens(TICKET));
        world.check_books();
    }

    #[test]
    fn by_card_the_promise_lasts_as_long_as_the_banks_page_bg_67_bg_83(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let tickets = ["GR0001", "GR0002", "GR0003"];
        garage.tell(tickets.map(|ticket| told(VisitToldKind::Entered, ticket, world.now())).into());
        garage.after(175);
        let payments = tickets.map(|ticket| driver.begin(&card_quote(&driver, ticket)).payment);
        // Within the life of the page, in the fourth hour: 300 all the same.
        garage.after(14);
        world.approve(&payments[0]);
        assert_eq!(visit_of(&driver.payment(&payments[0])).unwrap().paid, rsd("300.00"));
        // After it, what is owed then counts: the money goes back.
        garage.after(2);
        world.approve(&payments[1]);
        let late = driver.payment(&payments[1]);
        assert_eq!((late.sale.state.clone(), late.payment.reason.as_deref()), (SaleState::Undeliverable, Some("quote_stale")));
        assert_eq!(late.payment.refunds[0].amount, rsd("300.00"));
        assert_eq!(garage.owed("GR0002").owed, rsd("400.00"));
        // Unless it is the same.
        let again = driver.begin(&card_quote(&driver, "GR0003")).payment;
        garage.after(17);
        world.approve(&again);
        assert_eq!(visit_of(&driver.payment(&again)).unwrap().paid, rsd("400.00"));
        world.approve(&payments[2]);
        assert_eq!(driver.payment(&payments[2]).payment.reason.as_deref(), Some("visit_already_paid"));
        world.check_books();
    }

    #[test]
    fn two_phones_pay_one_ticket_at_the_same_instant_and_one_of_them_does_bg_67(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let people = [driver(world, PHONE), driver(world, OTHER)];
        for round in 0..4 {
            let ticket = format!("GR10{round}");
            garage.enters(&ticket);
            let requests = people.each_ref().map(|person| {
                let purchase = person.purchase(&quote(person, &ticket));
                Request::new("POST", "/v1/purchases").bearer(&person.token).key(&world.key()).json(&purchase)
            });
            let (operator, store, now) = (&world.operator, &*world.store, world.now());
            let answers: Vec<Response> = std::thread::scope(|scope| {
                // Not the same millisecond: only the lock of the visit keeps them apart.
                let moments = (0..).map(|later| now + TimeDelta::milliseconds(later));
                let sent: Vec<_> = requests
                    .iter()
                    .zip(moments)
                    .map(|(request, now)| scope.spawn(move || operator.handle(store, now, request)))
                    .collect();
                sent.into_iter().map(|sent| sent.join().unwrap()).collect()
            });
            let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 409], "{answers:?}");
            let late = answers.iter().find(|answer| answer.status == 409).unwrap();
            refused("visit_already_paid", late);
            assert_eq!(garage.owed(&ticket).owed, rsd("0.00"));
        }
        let balances: Vec<_> = people.iter().map(|person| person.account().balance).collect();
        assert_eq!(balances[0].checked_add(&balances[1]).unwrap(), rsd("9600.00"));
        assert_eq!(world.balance("revenue garages belgrade"), rsd("-400.00"));
        world.check_books();
    }

    #[test]
    fn a_card_that_comes_with_another_phones_deposit_is_paid_back_when_it_is_late_bg_67_bg_97(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let people = [driver(world, PHONE), driver(world, OTHER)];
        for round in 0..6 {
            let ticket = format!("GR20{round}");
            garage.enters(&ticket);
            garage.after(119);
            let payment = people[0].begin(&card_quote(&people[0], &ticket)).payment;
            let purchase = people[1].purchase(&quote(&people[1], &ticket));
            let requests = [
                signed_notice(&approval(&payment, &format!("pay-{round}"))),
                Request::new("POST", "/v1/purchases").bearer(&people[1].token).key(&world.key()).json(&purchase),
            ];
            let (operator, store, now) = (&world.operator, &*world.store, world.now());
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let moments = (0..).map(|later| now + TimeDelta::milliseconds(later));
                let sent: Vec<_> =
                    requests.iter().zip(moments).map(|(request, now)| scope.spawn(move || operator.handle(store, now, request).status)).collect();
                sent.into_iter().map(|sent| sent.join().unwrap()).collect()
            });
            let by_card = people[0].payment(&payment);
            match statuses.as_slice() {
                [204, 201] => {
                    assert_eq!((by_card.sale.state, by_card.payment.reason.as_deref()), (SaleState::Undeliverable, Some("visit_already_paid")));
                    assert_eq!(by_card.payment.refunds[0].amount, rsd("200.00"));
                }
                [204, 409] => assert_eq!(by_card.sale.state, SaleState::Delivered),
                other => panic!("{other:?}"),
            }
            assert_eq!(garage.owed(&ticket).owed, rsd("0.00"));
        }
        assert_eq!(world.balance("revenue garages belgrade"), rsd("-1200.00"));
        world.check_books();
        world.send_due(&Link::done());
        world.check_books();
    }

    #[test]
    fn while_a_controller_is_silent_nothing_is_sold_or_guessed_bg_66_bg_67(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let refusal = refused("facility_unreachable", &ask(&driver, TICKET));
        assert_eq!((refusal["facility"].as_str(), refusal["heard_at"].is_null()), (Some("zeleni-venac"), true), "it was never heard");
        garage.enters(TICKET);
        garage.after(110);
        let (by_deposit, by_card) = (quote(&driver, TICKET), card_quote(&driver, TICKET));
        let payment = driver.begin(&by_card).payment;
        let heard_at = world.now();
        world.pass_seconds(120);
        assert_eq!(ask(&driver, TICKET).status, 201, "two minutes are not silence yet");
        world.operator.handle(&*world.store, world.now(), &Request::new("GET", "/v1/clock"));
        world.pass_seconds(1);
        let answer = ask(&driver, TICKET);
        let refusal = refused("facility_unreachable", &answer);
        assert_eq!(refusal["heard_at"], serde_json::to_value(heard_at).unwrap());
        assert!(answer.get("retry-after").is_some());
        refused("facility_unreachable", &ask(&driver, "GR009999"));
        // Nor is what was quoted before.
        refused("quote_expired", &driver.buy_with(&world.key(), &by_deposit));
        world.approve(&payment);
        let purchase = driver.payment(&payment);
        assert_eq!((purchase.sale.state, purchase.payment.reason.as_deref()), (SaleState::Undeliverable, Some("facility_unreachable")));
        assert_eq!((purchase.payment.refunds[0].amount, driver.account().balance), (rsd("200.00"), rsd("5000.00")));
        // Somebody else's silence is none of it.
        let other = Controller::of(world, "vma");
        other.is_there();
        refused("facility_unreachable", &ask(&driver, TICKET));
        garage.is_there();
        assert_eq!(pay(&driver, &quote(&driver, TICKET)).state, VisitState::Paid);
        world.check_books();
    }

    #[test]
    fn a_quote_is_not_bought_from_a_facility_that_went_silent_since_bg_66(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        world.pass_seconds(60);
        let quoted = quote(&driver, TICKET);
        world.pass_seconds(61);
        refused("facility_unreachable", &driver.buy_with(&world.key(), &quoted));
        assert_eq!(driver.account().balance, rsd("5000.00"));
    }

    #[test]
    fn a_ticket_of_another_facility_or_of_none_is_told_as_such_bg_64(world) {
        let world = &world.with_garages(|garages| {
            garages.facilities[0].ticket_number = known(TicketPattern { mask: "GRDDDDDD".into(), check_digit: None });
        });
        let (garage, vma, driver) = (Controller::of(world, "zeleni-venac"), Controller::of(world, "vma"), driver(world, PHONE));
        vma.enters("GR000001");
        vma.enters("VM07");
        garage.is_there();
        for ticket in ["GR000001", "vm-07"] {
            let refusal = refused("visit_of_another_facility", &ask(&driver, ticket));
            assert_eq!(refusal["facility"], "vma");
        }
        refused("visit_of_another_facility", &garage.exit("GR000001"));
        refused("visit_unknown", &ask(&driver, "GR000002"));
        refused("visit_unknown", &garage.exit("GR000002"));
        refused("visit_unknown", &garage.ask_owed("GR000002"));
        for (typed, said) in [("", "no number was given"), ("GR12", "8 signs such as GR234567"), ("GR00000O", "sign 8"), ("GR 00!", "`!`")] {
            let answer = ask(&driver, typed);
            refused("ticket_number_invalid", &answer);
            let detail = answer.refusal().unwrap().detail;
            assert!(detail.contains(said), "{typed}: {detail}");
        }
        refused("ticket_number_invalid", &garage.exit("12"));
        assert_eq!(garage.refuses(told(VisitToldKind::Entered, "12", world.now())), "ticket_number_invalid");
        let refusal = refused("facility_unknown", &ask_at(&driver, "beogradjanka", TICKET, PayMethod::Deposit));
        assert_eq!(refusal["known"].as_array().unwrap().len(), 19);
    }

    #[test]
    fn where_nothing_is_sold_it_is_said_why_bg_66_bg_67(world) {
        let driver = driver(world, PHONE);
        for (facility, code) in [("ada", "paid_on_entry"), ("belvil", "tariff_unknown")] {
            let garage = Controller::of(world, facility);
            garage.enters(TICKET);
            refused(code, &ask_at(&driver, facility, TICKET, PayMethod::Deposit));
        }
        // What was paid on entry owes nothing; what has no price cannot be told.
        let ada = Controller::of(world, "ada");
        assert!(ada.opens(TICKET));
        refused("paid_on_entry", &ada.ask_owed(TICKET));
        ada.leaves(TICKET);
        let belvil = Controller::of(world, "belvil");
        refused("tariff_unknown", &belvil.exit(TICKET));
        belvil.leaves(TICKET);
        assert!(world.operator.claims(&*world.store).unwrap().is_empty());

        let closed = world.with_garages(|garages| {
            let night = TimeSpan { days: vec![], from: TimeOfDay::new(6, 0).unwrap(), until: TimeOfDay::new(7, 0).unwrap() };
            garages.facilities[0].opening_hours = known(vec![night]);
            garages.facilities[1].pay.clear();
        });
        let (garage, other) = (Controller::of(&closed, "zeleni-venac"), Controller::of(&closed, "baba-visnjina"));
        garage.enters(TICKET);
        other.enters(TICKET);
        let driver = Person { world: &closed, token: driver.token, account: driver.account };
        refused("facility_closed", &ask(&driver, TICKET));
        refused("payment_method_not_allowed", &ask_at(&driver, "baba-visnjina", TICKET, PayMethod::Card));
        world.check_books();
    }

    #[test]
    fn a_paid_visit_says_until_when_one_may_leave_and_a_late_one_pays_the_difference_bg_67_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver, friend) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE), driver(world, OTHER));
        garage.enters(TICKET);
        garage.after(55);
        let first = pay(&driver, &quote(&driver, TICKET));
        let exit_by = world.now() + TimeDelta::minutes(15);
        let refusal = refused("visit_already_paid", &ask(&friend, TICKET));
        assert_eq!(refusal["exit_by"], serde_json::to_value(exit_by).unwrap());
        assert_eq!(refusal["visit"], first.id.to_string());
        assert_eq!(world.due(), 0);
        garage.after(15);
        assert!(garage.opens(TICKET));
        world.pass_seconds(1);
        // The job is late; what is shown is not.
        assert_eq!(visits(&driver)[0].state, VisitState::OwingAgain);
        let refusal = refused("visit_owes", &garage.exit(TICKET));
        assert_eq!(refusal["owed"], json!({"amount": "100.00", "currency": "RSD"}));
        assert!(world.due() >= 1);
        assert_eq!(told_visits(&driver), [VisitState::Paid, VisitState::OwingAgain]);
        let owed = garage.owed(TICKET);
        assert_eq!((owed.state, owed.price, owed.owed), (VisitState::OwingAgain, rsd("200.00"), rsd("100.00")));
        assert_eq!(owed.lines.iter().map(|line| line.kind.as_str()).collect::<Vec<_>>(), ["garages.started_units", "garages.already_paid"]);
        // His friend pays the difference; both see it, each his own payment.
        let second = pay(&friend, &quote(&friend, TICKET));
        assert_eq!((second.id, second.paid, second.payments.len()), (first.id, rsd("200.00"), 1));
        assert_eq!(second.payments[0].amount, rsd("100.00"));
        world.due();
        let seen = visits(&driver).remove(0);
        assert_eq!((seen.paid, seen.payments.clone(), seen.state), (rsd("200.00"), first.payments, VisitState::Paid));
        assert_eq!(told_visits(&driver), [VisitState::Paid, VisitState::OwingAgain, VisitState::Paid]);
        assert!(garage.opens(TICKET));
        let settled = garage.tell(vec![]).settled;
        assert_eq!(settled.iter().map(|one| one.exit_by).collect::<Vec<_>>(), [Some(exit_by), second.exit_by]);
        world.check_books();
    }

    #[test]
    fn without_minutes_to_leave_one_leaves_at_once_bg_68(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        garage.after(59);
        let quoted = quote(&driver, TICKET);
        assert_eq!(quoted.items[0].notices[0].kind, "garages.exit_without_delay");
        assert_eq!(offer(&quoted).exit_by, None);
        let entered = offer(&quoted).entered_at;
        let visit = pay(&driver, &quoted);
        let again = entered + TimeDelta::milliseconds(3_600_001);
        assert_eq!((visit.exit_by, visit.owes_again_at), (None, Some(again)));
        garage.after(2);
        refused("visit_owes", &garage.exit(TICKET));
        assert_eq!(quote(&driver, TICKET).total, rsd("100.00"));
    }

    #[test]
    fn what_is_paid_at_the_place_settles_the_visit_here_bg_19(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        garage.after(30);
        let quoted = quote(&driver, TICKET);
        let event = told(VisitToldKind::PaidOnSite, TICKET, world.now());
        for _ in 0..2 {
            garage.tell(vec![event.clone()]);
        }
        let exit_by = world.now() + TimeDelta::minutes(15);
        let refusal = refused("visit_already_paid", &ask(&driver, TICKET));
        assert_eq!(refusal["exit_by"], serde_json::to_value(exit_by).unwrap());
        refused("visit_already_paid", &driver.buy_with(&world.key(), &quoted));
        assert!(garage.opens(TICKET));
        assert!(garage.tell(vec![]).settled.is_empty(), "it knows what was paid there");
        // Too late: the difference, in the app.
        garage.after(40);
        let difference = quote(&driver, TICKET);
        assert_eq!(difference.total, rsd("100.00"));
        let visit = pay(&driver, &difference);
        assert_eq!((visit.paid, visit.payments.len()), (rsd("200.00"), 1));
        assert_eq!(world.balance("revenue garages belgrade"), rsd("-100.00"), "cash is not in these books");
        world.check_books();
    }

    #[test]
    fn a_visit_paid_here_and_at_the_place_is_somebodys_to_look_at_bg_19(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        let visit = pay(&driver, &quote(&driver, TICKET));
        world.pass(1);
        garage.now(VisitToldKind::PaidOnSite, TICKET);
        let incidents = world.operator.incidents(&*world.store).unwrap();
        let about: Vec<_> = incidents.iter().map(|one| (one.kind.as_str(), one.reference.as_str())).collect();
        assert_eq!(about, [("visit_paid_twice", visit.id.to_string().as_str())]);
        world.check_books();
    }

    #[test]
    fn the_first_minutes_of_a_lot_are_free_bg_64(world) {
        let (vma, driver) = (Controller::of(world, "vma"), driver(world, PHONE));
        let ask = || ask_at(&driver, "vma", TICKET, PayMethod::Deposit);
        vma.enters(TICKET);
        let free_until = world.now() + TimeDelta::milliseconds(30 * 60_000 + 1);
        vma.after(30);
        let refusal = refused("nothing_owed", &ask());
        assert_eq!(refusal["free_until"], serde_json::to_value(free_until).unwrap());
        assert!(vma.opens(TICKET));
        world.pass_seconds(1);
        let quoted: Quote = expect(201, ask());
        assert_eq!(lines(&quoted), [("garages.free".into(), "0.00 RSD".into()), ("garages.started_units".into(), "45.00 RSD".into())]);
        // Disabled drivers have eight hours.
        let badge = VisitTold { is_disabled: Some(true), ..told(VisitToldKind::Entered, "VM02", world.now()) };
        vma.tell(vec![badge]);
        vma.after(8 * 60);
        refused("nothing_owed", &ask_at(&driver, "vma", "VM02", PayMethod::Deposit));
        world.pass_seconds(1);
        let quoted: Quote = expect(201, ask_at(&driver, "vma", "VM02", PayMethod::Deposit));
        assert_eq!(quoted.total, rsd("45.00"));
    }

    #[test]
    fn a_car_on_two_places_pays_twice_and_a_badge_may_be_told_later_bg_64(world) {
        let (vma, driver) = (Controller::of(world, "vma"), driver(world, PHONE));
        let entered = told(VisitToldKind::Entered, TICKET, world.now());
        vma.tell(vec![VisitTold { places: Some(2), ..entered.clone() }]);
        vma.after(60);
        let quoted: Quote = expect(201, ask_at(&driver, "vma", TICKET, PayMethod::Deposit));
        assert_eq!(quoted.total, rsd("90.00"));
        vma.tell(vec![VisitTold { is_disabled: Some(true), ..entered.clone() }]);
        refused("nothing_owed", &ask_at(&driver, "vma", TICKET, PayMethod::Deposit));
        // What was quoted before is another price now.
        refused("nothing_owed", &driver.buy_with(&world.key(), &quoted));
        assert_eq!(vma.refuses(VisitTold { places: Some(3), ..entered }), "out_of_range");
    }

    #[test]
    fn a_lost_ticket_counts_from_midnight_bg_64(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        // Ten in the morning: eleven hours have started at five past.
        garage.enters(TICKET);
        let entered = world.now();
        garage.after(5);
        let before = quote(&driver, TICKET);
        garage.tell(vec![told(VisitToldKind::Lost, TICKET, entered)]);
        let stale = refused("quote_stale", &driver.buy_with(&world.key(), &before));
        assert_eq!(stale["total"], json!({"amount": "1100.00", "currency": "RSD"}));
        let quoted = quote(&driver, TICKET);
        assert_eq!(lines(&quoted), [("garages.lost".into(), "0.00 RSD".into()), ("garages.started_units".into(), "1100.00 RSD".into())]);
        // A ticket printed instead, with the entry of the inventory book, the day before: that is
        // 1500 and ten hours.
        let book = "2025-09-02T18:00:00Z".parse().unwrap();
        for _ in 0..2 {
            garage.tell(vec![told(VisitToldKind::Lost, "GR09", book)]);
        }
        let (quoted, owed) = (quote(&driver, "GR09"), garage.owed("GR09"));
        assert_eq!((quoted.total, offer(&quoted).entered_at), (rsd("2600.00"), book));
        assert!(owed.is_lost);
        // Lost after it was paid: the difference.
        garage.enters("GR10");
        pay(&driver, &quote(&driver, "GR10"));
        garage.tell(vec![told(VisitToldKind::Lost, "GR10", world.now())]);
        assert_eq!(quote(&driver, "GR10").total, rsd("1000.00"));
        assert_eq!(visits(&driver)[0].state, VisitState::OwingAgain);
        world.due();
        world.check_books();
    }

    #[test]
    fn seven_days_are_one_ticket_whose_rest_is_lost_bg_64(world) {
        let (vma, driver) = (Controller::of(world, "vma"), driver(world, PHONE));
        vma.enters(TICKET);
        vma.after(5 * DAY);
        let quoted: Quote = expect(201, ask_at(&driver, "vma", TICKET, PayMethod::Deposit));
        assert_eq!(lines(&quoted), [("garages.several_days".into(), "3500.00 RSD".into())]);
        let notices: Vec<&str> = quoted.items[0].notices.iter().map(|notice| notice.kind.as_str()).collect();
        assert_eq!(notices, ["garages.unused_days_lost", "garages.exit_without_delay"]);
        let visit = pay(&driver, &quoted);
        let end = visit.entered_at + TimeDelta::days(7);
        assert_eq!(visit.owes_again_at, Some(end + TimeDelta::milliseconds(1)));
        vma.after(2 * DAY);
        assert!(vma.opens(TICKET));
        vma.after(1);
        let more: Quote = expect(201, ask_at(&driver, "vma", TICKET, PayMethod::Deposit));
        assert_eq!(more.total, rsd("45.00"));
        world.due();
        assert_eq!(told_visits(&driver), [VisitState::Paid, VisitState::OwingAgain]);
        world.check_books();
    }

    #[test]
    fn a_report_may_come_twice_late_and_out_of_order_bg_64_bg_66(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let at = |minutes: i64| "2025-09-03T08:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes);
        world.pass(200);
        // One report, its events in any order.
        let events = vec![
            told(VisitToldKind::Left, "A001", at(50)),
            told(VisitToldKind::PaidOnSite, "A001", at(45)),
            told(VisitToldKind::Entered, "A001", at(0)),
            told(VisitToldKind::Entered, "A002", at(10)),
        ];
        for _ in 0..3 {
            garage.tell(events.clone());
        }
        assert_eq!((count(world, "visit"), count(world, "visit_payment")), (2, 1));
        // What is told before its entry is told again after it.
        let left = told(VisitToldKind::Left, "A003", at(100));
        assert_eq!(garage.refuses(left.clone()), "visit_unknown");
        let reported: GarageReported = expect(200, garage.send(&garage.report(vec![left.clone(), told(VisitToldKind::Entered, "A003", at(60))])));
        assert_eq!((reported.taken, reported.refused), (2, vec![]));
        // It left without paying, until the cash is told.
        let claims = || world.operator.claims(&*world.store).unwrap();
        let [claim] = claims().try_into().unwrap();
        assert_eq!((claim.amount, claim.state, claim.debtor), (rsd("100.00"), ClaimState::Open, None));
        for _ in 0..2 {
            garage.tell(vec![told(VisitToldKind::PaidOnSite, "A003", at(99))]);
        }
        let [claim] = claims().try_into().unwrap();
        assert_eq!((claim.state, claim.settled_at), (ClaimState::Settled, Some(world.now())));
        // The whole story again changes nothing.
        garage.tell(vec![left, told(VisitToldKind::Entered, "A003", at(60)), told(VisitToldKind::PaidOnSite, "A003", at(99))]);
        assert_eq!((count(world, "visit"), count(world, "visit_payment"), claims().len()), (3, 2, 1));
        // What happened before its entry, or to one that is over, did not happen.
        assert_eq!(garage.refuses(told(VisitToldKind::Left, "A002", at(5))), "out_of_range");
        assert_eq!(garage.refuses(told(VisitToldKind::Cancelled, "A003", at(120))), "visit_over");
        // The number is used again, when the first visit has ended and not before.
        assert_eq!(garage.refuses(told(VisitToldKind::Entered, "A002", at(30))), "ticket_in_use");
        assert_eq!(garage.refuses(told(VisitToldKind::Entered, "A003", at(90))), "visit_over");
        garage.tell(vec![told(VisitToldKind::Entered, "A003", at(190))]);
        assert_eq!(quote(&driver, "A003").total, rsd("100.00"));
        garage.tell(vec![told(VisitToldKind::Left, "A003", at(100))]);
        assert_eq!(garage.owed("A003").entered_at, at(190), "that was the one before");
        world.check_books();
    }

    #[test]
    fn an_entry_by_mistake_is_taken_back_while_nobody_paid_bg_64(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        for _ in 0..2 {
            garage.now(VisitToldKind::Cancelled, TICKET);
        }
        let refusal = refused("visit_over", &ask(&driver, TICKET));
        assert!(!refusal["ended_at"].is_null());
        garage.enters("GR02");
        pay(&driver, &quote(&driver, "GR02"));
        assert_eq!(garage.refuses(told(VisitToldKind::Cancelled, "GR02", world.now())), "visit_already_paid");
        assert_eq!(garage.refuses(told(VisitToldKind::PaidOnSite, TICKET, world.now())), "visit_over");
        world.check_books();
    }

    #[test]
    fn a_car_that_leaves_without_paying_leaves_a_claim_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        let visit = pay(&driver, &quote(&driver, TICKET));
        garage.after(70);
        refused("visit_owes", &garage.exit(TICKET));
        for _ in 0..2 {
            garage.leaves(TICKET);
        }
        let [claim] = world.operator.claims(&*world.store).unwrap().try_into().unwrap();
        assert_eq!((claim.service.as_str(), claim.subject, claim.amount), ("garages", visit.id.to_string(), rsd("100.00")));
        assert_eq!((claim.debtor, claim.state), (Some(driver.account), ClaimState::Open));
        let exported: Value = expect(200, driver.get("/v1/account/export"));
        assert_eq!(exported["claims"][0]["subject"], visit.id.to_string());
        world.check_books();
    }

    #[test]
    fn a_controller_acts_for_its_own_facility_alone_bg_10(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let vma = Controller { facility: "vma", person: Person { world, token: garage.person.token.clone(), account: garage.person.account } };
        for answer in [vma.send(&vma.report(vec![])), vma.exit(TICKET), vma.ask_owed(TICKET)] {
            let refusal = refused("forbidden", &answer);
            assert_eq!(refusal["places"], json!(["zeleni-venac"]));
        }
        let as_driver = Controller { facility: "zeleni-venac", person: Person { world, token: driver.token.clone(), account: driver.account } };
        refused("forbidden", &as_driver.send(&as_driver.report(vec![])));
        refused("forbidden", &garage.person.get("/v1/garages/visits"));
        refused("unauthorized", &world.send(&Request::new("GET", "/v1/garages/owed?city=belgrade&facility=vma&ticket=1234")));
        // A role for all of the city is one for each of its places; one for a place is none for a
        // city.
        let give = |place, city| {
            let given = RoleGiven { role: Role::Controller, city, place, until: None };
            world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &given)
        };
        give(None, Some("belgrade")).unwrap();
        assert_eq!(as_driver.send(&as_driver.report(vec![])).status, 200);
        assert_eq!(give(Some("zeleni-venac"), None), Err(GrantError::PlaceWithoutCity));
        let nowhere = give(Some("red"), Some("belgrade")).unwrap_err();
        assert!(matches!(&nowhere, GrantError::NoPlace { known, .. } if known.contains("zeleni-venac, baba-visnjina")), "{nowhere}");
        let placed = RoleGiven { role: Role::Inspector, city: Some("belgrade"), place: Some("vma"), until: None };
        let inspector = world.driver("+381660000000");
        let grant = world.operator.give_role(&*world.store, world.now(), &inspector.account.to_string(), &placed).unwrap();
        assert_eq!(grant.place.as_deref(), Some("vma"));
        refused("forbidden", &inspector.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=red"));
        let staff = world.operator.staff(&*world.store).unwrap();
        assert!(staff.iter().any(|one| one.name == "zeleni-venac" && one.grants[0].place.as_deref() == Some("zeleni-venac")));
    }

    #[test]
    fn a_report_that_cannot_be_is_refused_as_a_whole_and_events_each_bg_64(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let ahead = |seconds: i64| world.now() + TimeDelta::seconds(seconds);
        assert_eq!(garage.send(&GarageReport { sent_at: ahead(120), ..garage.report(vec![]) }).status, 200);
        let refusal = refused("out_of_range", &garage.send(&GarageReport { sent_at: ahead(121), ..garage.report(vec![]) }));
        assert_eq!((refusal["field"].as_str(), refusal["now"].clone()), (Some("sent_at"), serde_json::to_value(world.now()).unwrap()));
        let free = Some(FreeTold { free: 1, at: ahead(121) });
        refused("out_of_range", &garage.send(&GarageReport { free, ..garage.report(vec![]) }));
        let refusal = refused("bad_request", &garage.send(&GarageReport { settled_after: Some("soon".into()), ..garage.report(vec![]) }));
        assert_eq!(refusal["field"], "settled_after");
        let many = vec![told(VisitToldKind::Entered, TICKET, world.now()); 201];
        assert_eq!(refused("bad_request", &garage.send(&garage.report(many)))["most"], 200);
        garage.tell(vec![told(VisitToldKind::Entered, TICKET, world.now()); 200]);
        assert_eq!(garage.refuses(told(VisitToldKind::Entered, "GR02", ahead(121))), "entry_in_future");
        assert_eq!(garage.refuses(told(VisitToldKind::Left, TICKET, ahead(121))), "out_of_range");
        assert_eq!(garage.refuses(told(VisitToldKind::Other("vanished".into()), TICKET, world.now())), "bad_request");
        assert_eq!(garage.refuses(told(VisitToldKind::Entered, "GR03", world.now() - TimeDelta::days(4000))), "out_of_range");
        // One that cannot be taken does not stop the others.
        let events = vec![told(VisitToldKind::Left, "GR04", world.now()), told(VisitToldKind::Entered, "GR05", world.now()), told(VisitToldKind::Entered, "?", world.now())];
        let reported: GarageReported = expect(200, garage.send(&garage.report(events)));
        let refused: Vec<_> = reported.refused.iter().map(|one| (one.index, one.code.as_str())).collect();
        assert_eq!((reported.taken, refused), (1, vec![(0, "visit_unknown"), (2, "ticket_number_invalid")]));
        // A clock that is a little ahead is one that is just happening.
        garage.tell(vec![told(VisitToldKind::Entered, "GR06", ahead(100))]);
        assert_eq!(garage.owed("GR06").owed, rsd("100.00"));
        world.check_books();
    }

    #[test]
    fn a_controller_hears_of_each_payment_until_it_knows_bg_67(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let hear = |after: Option<&str>| -> GarageReported {
            expect(200, garage.send(&GarageReport { settled_after: after.map(str::to_owned), ..garage.report(vec![]) }))
        };
        let tickets = |heard: &GarageReported| heard.settled.iter().map(|one| one.ticket.clone()).collect::<Vec<_>>();
        garage.enters("GR01");
        garage.enters("GR02");
        let first = hear(None);
        pay(&driver, &quote(&driver, "GR01"));
        let second = hear(Some(&first.next));
        assert_eq!((tickets(&second), second.more), (vec!["GR01".to_owned()], false));
        world.pass_seconds(30);
        // An answer that was lost is asked for again; what is not a minute old is told twice.
        assert_eq!(tickets(&hear(Some(&first.next))), ["GR01"]);
        pay(&driver, &quote(&driver, "GR02"));
        assert_eq!(tickets(&hear(Some(&second.next))), ["GR01", "GR02"]);
        garage.after(2);
        let third = hear(Some(&second.next));
        assert_eq!(tickets(&third), ["GR01", "GR02"]);
        assert_eq!(tickets(&hear(Some(&third.next))), Vec::<String>::new());
        // One that has lost its memory hears of all that are inside.
        assert_eq!(tickets(&hear(None)), ["GR01", "GR02"]);
        let leaves = GarageReport { settled_after: None, ..garage.report(vec![told(VisitToldKind::Left, "GR01", world.now())]) };
        assert_eq!(tickets(&expect(200, garage.send(&leaves))), ["GR02"]);
        // Another garage hears of its own alone.
        let vma = Controller::of(world, "vma");
        assert!(vma.tell(vec![]).settled.is_empty());
    }

    #[test]
    fn more_than_one_answer_holds_is_told_in_several_bg_67(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let plant = "INSERT INTO visit_payment (visit, at, priced_at, city, facility, sale, amount, fee, currency, lines) SELECT id, entered_at, entered_at, city, facility, 'sa' || SUBSTR(id, 3), 0, 0, currency, '[]' FROM visit";
        for hundred in 0..6 {
            let event = |one: i64| told(VisitToldKind::Entered, &format!("GR{}", 1000 + hundred * 100 + one), world.now() + TimeDelta::milliseconds(one));
            garage.tell((0..100).map(event).collect());
            world.pass(1);
        }
        transact(&*world.store, |tx| tx.execute(plant, values![])).unwrap();
        let hear = |after: Option<String>| -> GarageReported {
            expect(200, garage.send(&GarageReport { settled_after: after, ..garage.report(vec![]) }))
        };
        let first = hear(None);
        assert_eq!((first.settled.len(), first.more), (500, true));
        let second = hear(Some(first.next));
        assert_eq!((second.settled.len(), second.more), (101, false), "the last one is told again");
        let all: std::collections::BTreeSet<_> = first.settled.iter().chain(&second.settled).map(|one| one.visit).collect();
        assert_eq!(all.len(), 600);
    }

    #[test]
    fn free_places_are_told_with_their_moment_and_unknown_when_it_is_too_old_bg_72(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let all = places(world);
        assert_eq!((all.len(), all[0].facility.as_str()), (19, "zeleni-venac"));
        assert!(all.iter().all(|one| !one.is_reachable && one.free.is_none() && one.observed_at.is_none()));
        let counted = world.now();
        let count = |free: u32, at: DateTime<Utc>| {
            let free = Some(FreeTold { free, at });
            assert_eq!(garage.send(&GarageReport { free, ..garage.report(vec![]) }).status, 200);
        };
        count(12, counted);
        let seen = |free, is_reachable| FacilityPlaces { facility: "zeleni-venac".parse().unwrap(), free, observed_at: Some(counted), is_reachable };
        assert_eq!(places(world)[0], seen(Some(12), true));
        world.pass(2);
        assert!(places(world)[0].is_reachable);
        world.pass(13);
        assert_eq!(places(world)[0], seen(Some(12), false), "counted just in time, and silent since");
        garage.is_there();
        // A count that was late does not replace a newer one.
        count(300, counted - TimeDelta::minutes(1));
        assert_eq!(places(world)[0], seen(Some(12), true));
        world.pass_seconds(1);
        assert_eq!(places(world)[0], seen(None, true));
        refused("bad_request", &world.send(&Request::new("GET", "/v1/garages/places")));
        refused("city_unknown", &world.send(&Request::new("GET", "/v1/garages/places?city=atlantis")));
    }

    #[test]
    fn visits_are_listed_in_pages_and_shown_while_they_last_bg_67(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver, other) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE), driver(world, OTHER));
        let mut ids = Vec::new();
        for one in 0..5 {
            let ticket = format!("GR{one}00");
            world.pass(1);
            garage.enters(&ticket);
            ids.insert(0, pay(&driver, &quote(&driver, &ticket)).id);
        }
        garage.enters("GR999");
        pay(&other, &quote(&other, "GR999"));
        garage.leaves("GR000");
        let page = |query: &str| -> Visits { expect(200, driver.get(&format!("/v1/garages/visits?{query}"))) };
        let seen = |page: &Visits| page.items.iter().map(|visit| visit.id).collect::<Vec<_>>();
        let all = page("");
        assert_eq!((seen(&all), all.next), (ids.clone(), None));
        let first = page("limit=2");
        assert_eq!(seen(&first), ids[..2]);
        let rest = page(&format!("limit=3&cursor={}", first.next.unwrap()));
        assert_eq!((seen(&rest), rest.next.clone()), (ids[2..].to_vec(), None));
        assert_eq!(rest.items[2].state, VisitState::Left);
        assert_eq!(refused("bad_request", &driver.get("/v1/garages/visits?cursor=x"))["field"], "cursor");
        assert_eq!(visits(&driver).iter().map(|visit| visit.id).collect::<Vec<_>>(), ids);
        let exported: Value = expect(200, driver.get("/v1/account/export"));
        assert_eq!((exported["visits"].as_array().unwrap().len(), exported["payments_of_visits"].as_array().unwrap().len()), (5, 5));
        assert_eq!(exported["visits"][0]["ticket"], "GR000");
        assert!(exported["payments_of_visits"][0]["exit_by"].as_str().unwrap().starts_with("2025-09-03T"));
    }

    #[test]
    fn a_visit_of_a_closed_account_is_let_out_and_then_forgotten_av_123(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        pay(&driver, &quote(&driver, TICKET));
        assert_eq!(driver.delete("/v1/account").status, 200);
        assert!(garage.opens(TICKET));
        assert_eq!(garage.tell(vec![]).settled.len(), 1);
        garage.leaves(TICKET);
        world.due();
        world.check_books();
        world.pass(31 * DAY);
        world.due();
        assert_eq!((count(world, "visit WHERE ticket IS NOT NULL"), count(world, "visit_payment WHERE account IS NOT NULL")), (0, 0));
        assert_eq!(count(world, "visit WHERE receipt IS NOT NULL"), 0, "a receipt tells the ticket");
        assert_eq!(count(world, &format!("sale WHERE items LIKE '%{TICKET}%'")), 0);
        assert_eq!((count(world, "visit"), count(world, "visit_payment")), (1, 1));
        world.check_books();
    }

    #[test]
    fn the_ticket_of_a_visit_and_who_paid_it_are_kept_as_long_as_the_city_says_av_123(world) {
        let world = &world.with_garages(|garages| garages.retention.visits_days = 30);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        garage.enters("GR02");
        let bought = driver.begin(&quote(&driver, TICKET));
        pay(&driver, &quote(&driver, "GR02"));
        garage.leaves(TICKET);
        world.due();
        world.pass(29 * DAY);
        world.due();
        assert_eq!(visits(&driver).len(), 2);
        world.pass(3 * DAY);
        world.due();
        let [inside] = visits(&driver).try_into().unwrap();
        let Visit { ticket, .. } = inside;
        assert_eq!(ticket, "GR02", "its car never left");
        assert_eq!((count(world, "visit WHERE ticket IS NULL"), count(world, "visit_payment WHERE account IS NULL")), (1, 1));
        assert_eq!(count(world, "visit WHERE receipt IS NULL"), 1);
        assert_eq!(count(world, &format!("sale WHERE items LIKE '%{TICKET}%'")), 0);
        // The payment stays, and says what was bought without saying of which ticket.
        let Payment { sale, .. } = bought.payment.clone();
        let purchase = driver.payment(&bought.payment);
        let visit = visit_of(&purchase).unwrap();
        assert_eq!((visit.ticket.as_str(), visit.payments[0].sale, visit.paid), ("", sale, rsd("100.00")));
        world.pass(400 * DAY);
        world.due();
        assert_eq!(count(world, "visit WHERE ticket IS NOT NULL"), 0);
        world.check_books();
    }

    #[test]
    fn two_reports_of_one_entry_at_the_same_instant_make_one_visit_bg_64(world) {
        let garage = Controller::of(world, "zeleni-venac");
        for round in 0..4 {
            let report = garage.report(vec![told(VisitToldKind::Entered, &format!("GR30{round}"), world.now())]);
            let request = Request::new("POST", "/v1/garages/reports").bearer(&garage.person.token).json(&report);
            let (operator, store, now) = (&world.operator, &*world.store, world.now());
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| assert_eq!(operator.handle(store, now, &request).status, 200));
                }
            });
            assert_eq!(count(world, "visit"), round + 1);
        }
        world.check_books();
    }
}

/// Whoever holds the row of a visit changes it: a payment waits for him, and then sees what became
/// of it.
#[test]
fn a_payment_waits_for_whoever_holds_its_visit_bg_67() {
    let url = cluster().database().unwrap();
    let world = World::on(Arc::new(PostgresStore::open(&url, 2).unwrap()));
    let (garage, driver) = (Controller::of(&world, "zeleni-venac"), driver(&world, PHONE));
    garage.enters(TICKET);
    let purchase = driver.purchase(&quote(&driver, TICKET));
    let request = Request::new("POST", "/v1/purchases").bearer(&driver.token).key(&world.key()).json(&purchase);
    let other = PostgresStore::open(&url, 1).unwrap();
    let (operator, store, now) = (&world.operator, &*world.store, world.now());
    let waiting =
        "SELECT COUNT(*) AS count FROM pg_locks WHERE transactionid = pg_current_xact_id()::xid AND NOT granted";
    let answer = std::thread::scope(|scope| {
        let mut sent = None;
        let held = other.transact(&mut |tx| {
            tx.query("SELECT id FROM visit FOR NO KEY UPDATE", values![])?;
            sent = Some(scope.spawn(|| operator.handle(store, now, &request)));
            while tx.query(waiting, values![])?[0].get::<i64>("count")? == 0 {}
            tx.execute("UPDATE visit SET state = 'left', ended_at = $1", values![now.timestamp_millis()])?;
            Ok(())
        });
        assert_eq!(held, Ok(()));
        sent.unwrap().join().unwrap()
    });
    refused("visit_over", &answer);
    assert_eq!(driver.account().balance, rsd("5000.00"));
    world.check_books();
}
