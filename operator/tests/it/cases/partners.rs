//! Partners: what a carrier is told of its rides, what is settled, and that neither is ever another
//! carrier's.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use mesto_operator::{GrantError, Response, RoleGiven, TermsToTell};
use mesto_protocol::control::registrations::{RegistrationsTold, ShownKind, ToldRegistration, ToldRegistrations};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::ids::RideId;
use mesto_protocol::partners::reports::{
    PartnerLine, PartnerProduct, PartnerReport, PartnerSettlement, PartnerSettlementPage, PartnerStatement,
    PartnerSubsidies,
};
use mesto_protocol::rides::riders::{RideChannel, RidesSubject};
use mesto_rules::money::Money;
use mesto_rules::partners::Period;
use proptest::prelude::*;
use serde_json::json;

use super::rides::{Bus, PHONE, bus, by_card, ride, rider, scanned};
use crate::world::{Person, World, device, expect, kzt, refused};

const CARRIER: &str = "almaty-electrotrans";
const OTHER: &str = "green-bus";
const PAYABLE: &str = "payable partners almaty almaty-electrotrans";
/// The service day of the first moment of these tests.
const DAY: &str = "2025-09-03";

fn on(day: &str) -> NaiveDate {
    day.parse().unwrap()
}

fn terms<'a>(from: &str, period: Period, basis_points: u32, per_ride: Option<Money>) -> TermsToTell<'a> {
    TermsToTell {
        city: "almaty",
        carrier: CARRIER,
        from_on: on(from),
        period,
        basis_points,
        per_ride: per_ride.map(|each| each.amount).unwrap_or_default(),
    }
}

fn agree(world: &World, told: &TermsToTell<'_>) -> Result<(), String> {
    let told = world.operator.tell_partner_terms(&*world.store, world.now(), told, "contract 17");
    told.map(drop).map_err(|problem| problem.code)
}

/// Somebody who works for a carrier.
fn partner<'a>(world: &'a World, carrier: &str) -> Person<'a> {
    world.staff_of(Role::Partner, "almaty", carrier)
}

fn report(partner: &Person<'_>, from: &str, to: &str) -> Response {
    partner.get(&format!("/v1/partners/report?city=almaty&carrier={CARRIER}&from={from}&to={to}"))
}

fn statement(partner: &Person<'_>, number: i64) -> PartnerStatement {
    expect(200, partner.get(&format!("/v1/partners/settlement?city=almaty&carrier={CARRIER}&number={number}")))
}

fn settle(world: &World) -> Result<PartnerSettlement, String> {
    let settled = world.operator.settle_partner(&*world.store, world.now(), "almaty", CARRIER);
    settled.map_err(|problem| problem.code)
}

/// What a conductor sold for cash.
fn ticket(code: &str, kind: ShownKind, at: DateTime<Utc>, amount: Option<&str>) -> ToldRegistration {
    ToldRegistration {
        kind,
        code: code.into(),
        channel: RideChannel::Cash,
        vehicle: "1204".into(),
        persons: 1,
        registered_at: at,
        is_free: false,
        is_void: false,
        price: amount.map(kzt),
        category: None,
    }
}

fn tell(bus: &Bus<'_>, one: ToldRegistration) -> Response {
    let told = ToldRegistrations { city: "almaty".into(), registrations: vec![one], complete: Vec::new() };
    bus.dispatcher.post("/v1/control/registrations", &told)
}

fn again(sign: &str, persons: u32) -> RidesSubject {
    RidesSubject { persons, is_again: true, ..scanned(sign) }
}

/// Why the one that was told was not taken.
#[track_caller]
fn not_taken(answer: &Response) -> (String, Option<String>) {
    let told: RegistrationsTold = expect(200, answer.clone());
    let [refused] = told.refused.try_into().unwrap();
    (refused.code, refused.field)
}

fn line(lines: &[PartnerLine], product: PartnerProduct) -> &PartnerLine {
    let of: Vec<&PartnerLine> = lines.iter().filter(|line| line.product == product).collect();
    assert_eq!(of.len(), 1, "{product}: {lines:?}");
    of[0]
}

/// The rides that are there in Belgrade, and two tickets of a conductor, are settled; one ticket is
/// voided after that.
pub fn fill(world: &World) {
    let day = world.now().date_naive();
    let told = TermsToTell {
        city: "belgrade",
        carrier: OTHER,
        from_on: day,
        period: Period::Day,
        basis_points: 350,
        per_ride: kzt("1.00").amount,
    };
    world.operator.tell_partner_terms(&*world.store, world.now(), &told, "contract 17").unwrap();
    let dispatcher = world.dispatcher();
    let at = world.now();
    let tell = |code: &str, is_void: bool| {
        let one = json!({"kind": "paper", "code": code, "channel": "cash", "vehicle": "1204", "persons": 1, "registered_at": at, "is_void": is_void});
        let told = json!({"city": "belgrade", "registrations": [one]});
        assert_eq!(dispatcher.post("/v1/control/registrations", &told).status, 200);
    };
    tell("PT0001", false);
    tell("PT0002", false);
    let settle = || {
        world.pass(24 * 60);
        world.operator.settle_partner(&*world.store, world.now(), "belgrade", OTHER).unwrap()
    };
    settle();
    tell("PT0002", true);
    settle();
    world.check_books();
}

on_both_databases! {
    #[test]
    fn a_report_counts_every_way_to_register_by_day_route_and_product_av_12_av_21_av_24_av_42_av_54(world) {
        let world = world.almaty();
        let bus = bus(&world);
        agree(&world, &terms(DAY, Period::Month, 350, None)).unwrap();
        let rider = rider(&world, &device(3), PHONE, "1000");
        ride(&rider, &again(&bus.sign, 2));
        by_card(&rider, &again(&bus.sign, 1));
        let card = json!({"number": "9643100000000017", "code": "CARD01", "kind": "standard", "issued_on": "2025-01-15"});
        let issued = bus.dispatcher.post("/v1/transit/cards", &json!({"city": "almaty", "cards": [card]}));
        assert_eq!(issued.status, 200);
        let by_transport_card = ToldRegistration {
            kind: ShownKind::TransportCard, channel: RideChannel::TransportCard,
            ..ticket("CARD01", ShownKind::Paper, world.now(), None)
        };
        let free = ToldRegistration {
            is_free: true, category: Some("pensioner".into()), registered_at: world.now() - TimeDelta::minutes(1),
            ..by_transport_card.clone()
        };
        for one in [
            ticket("TK0001", ShownKind::Paper, world.now(), None),
            ticket("TK0002", ShownKind::Paper, world.now(), Some("200.00")),
            ticket("BG0001", ShownKind::Luggage, world.now(), Some("60.00")),
            free,
            by_transport_card,
        ] {
            expect::<RegistrationsTold>(200, tell(&bus, one));
        }
        let partner = partner(&world, CARRIER);
        let told: PartnerReport = expect(200, report(&partner, DAY, DAY));
        for line in &told.lines {
            assert_eq!((line.service_on, line.route.as_ref().unwrap().as_str(), line.is_correction), (on(DAY), "92", false));
            let sums = &line.sums;
            let owed = sums.gross.minor().unwrap() - sums.refunded.minor().unwrap() - sums.commission.minor().unwrap() - sums.taken_by_carrier.minor().unwrap();
            assert_eq!(sums.payable.minor().unwrap(), owed);
        }
        let app = line(&told.lines, PartnerProduct::AppBalance);
        assert_eq!((app.sums.rides, app.sums.persons, app.sums.gross), (1, 2, kzt("240.00")));
        assert_eq!((app.sums.commission, app.sums.payable), (kzt("8.40"), kzt("231.60")));
        let card = line(&told.lines, PartnerProduct::AppCard);
        assert_eq!((card.sums.rides, card.sums.gross), (1, kzt("120.00")), "without what the bank takes");
        let cash = line(&told.lines, PartnerProduct::CashTicket);
        assert_eq!((cash.sums.rides, cash.sums.gross, cash.sums.taken_by_carrier), (2, kzt("320.00"), kzt("320.00")));
        assert_eq!(cash.sums.payable, kzt("-11.20"), "cash is the carrier's own; the commission on it is owed");
        let luggage = line(&told.lines, PartnerProduct::LuggageTicket);
        assert_eq!((luggage.sums.rides, luggage.sums.persons, luggage.sums.gross), (1, 0, kzt("60.00")));
        let free = line(&told.lines, PartnerProduct::ZeroFare);
        assert_eq!((free.category.as_deref(), free.sums.rides, free.sums.gross), (Some("pensioner"), 1, kzt("0.00")));
        let held = line(&told.lines, PartnerProduct::TransportCard);
        assert_eq!((held.sums.rides, held.sums.gross, held.sums.taken_by_carrier), (1, kzt("120.00"), kzt("0.00")));
        assert_eq!((told.sums.rides, told.sums.gross), (7, kzt("860.00")));
        assert_eq!(told.sums.commission, kzt("30.10"), "3.5 % of 860, rounded once");
        world.pass_to("2025-10-02T00:00:00Z".parse().unwrap());
        let settled = settle(&world).unwrap();
        assert_eq!((settled.sums.rides, settled.sums.payable), (7, told.sums.payable));
        assert_eq!(world.balance("revenue cards almaty"), kzt("0.00"), "what cards paid is owed to the carrier");
        world.check_books();
    }

    #[test]
    fn tickets_of_a_conductor_and_for_luggage_are_paid_in_cash_and_counted_by_themselves_av_11_av_60_av_61(world) {
        let world = world.almaty();
        let bus = bus(&world);
        agree(&world, &terms(DAY, Period::Day, 0, Some(kzt("4.20")))).unwrap();
        for kind in [ShownKind::Paper, ShownKind::Luggage] {
            let by_card = ToldRegistration { channel: RideChannel::BankCard, ..ticket("TK0001", kind, world.now(), Some("60.00")) };
            assert_eq!(not_taken(&tell(&bus, by_card)), ("bad_request".into(), Some("registrations.channel".into())));
        }
        let unsaid = not_taken(&tell(&bus, ticket("BG0001", ShownKind::Luggage, world.now(), None)));
        assert_eq!(unsaid.1.as_deref(), Some("registrations.price"));
        for amount in ["-0.01", "1000000.01"] {
            let refused = not_taken(&tell(&bus, ticket("BG0001", ShownKind::Luggage, world.now(), Some(amount))));
            assert_eq!(refused.0, "out_of_range");
        }
        let free = ToldRegistration { is_free: true, ..ticket("TK0001", ShownKind::Paper, world.now(), Some("0.01")) };
        assert_eq!(not_taken(&tell(&bus, free)).0, "bad_request");
        let named = ToldRegistration { category: Some("x".repeat(41)), ..ticket("TK0001", ShownKind::Paper, world.now(), None) };
        assert_eq!(not_taken(&tell(&bus, named)).0, "bad_request");
        let first: RegistrationsTold = expect(200, tell(&bus, ticket("BG0001", ShownKind::Luggage, world.now(), Some("1000000.00"))));
        // Told again, as after an answer that was lost, it is the same ticket.
        let second: RegistrationsTold = expect(200, tell(&bus, ticket("BG0001", ShownKind::Luggage, world.now(), Some("1000000.00"))));
        assert_eq!(first, second);
        let partner = partner(&world, CARRIER);
        let told: PartnerReport = expect(200, report(&partner, DAY, DAY));
        assert_eq!((told.sums.rides, told.sums.commission, told.sums.payable), (1, kzt("4.20"), kzt("-4.20")));
        world.pass(24 * 60);
        settle(&world).unwrap();
        assert_eq!(world.balance(PAYABLE), kzt("4.20"), "the carrier owes the commission");
        world.check_books();
    }

    #[test]
    fn a_ride_that_comes_late_corrects_the_next_settlement_and_leaves_the_closed_one_av_21(world) {
        let world = world.almaty();
        let bus = bus(&world);
        agree(&world, &terms(DAY, Period::Day, 1_000, None)).unwrap();
        let rider = rider(&world, &device(3), PHONE, "1000");
        let first = ride(&rider, &again(&bus.sign, 1));
        let then = world.now();
        assert_eq!(settle(&world).unwrap_err(), "settlement_period_open");
        world.pass(24 * 60);
        let closed = settle(&world).unwrap();
        assert_eq!((closed.number, closed.from_on, closed.to_on), (1, on(DAY), on(DAY)));
        assert_eq!((closed.sums.gross, closed.sums.commission, closed.sums.payable), (kzt("120.00"), kzt("12.00"), kzt("108.00")));
        assert_eq!(world.balance(PAYABLE), kzt("-108.00"));
        assert_eq!(world.balance("revenue partners almaty"), kzt("-12.00"));
        assert_eq!(world.balance("revenue rides almaty"), kzt("0.00"));
        let partner = partner(&world, CARRIER);
        let before = statement(&partner, 1);
        // A conductor tells of yesterday, and a ride of yesterday is voided.
        expect::<RegistrationsTold>(200, tell(&bus, ticket("TK0007", ShownKind::Paper, then, Some("100.00"))));
        world.operator.void_ride(&*world.store, world.now(), &first.id.to_string(), "a mistake").unwrap();
        world.check_books();
        assert_eq!(settle(&world).unwrap_err(), "settlement_period_open");
        world.pass(24 * 60);
        let next = settle(&world).unwrap();
        assert_eq!(next.number, 2);
        let told = statement(&partner, 2);
        assert!(told.lines.iter().all(|line| line.is_correction && line.service_on == on(DAY)), "{told:?}");
        let voided = line(&told.lines, PartnerProduct::AppBalance);
        assert_eq!((voided.sums.rides, voided.sums.refunded, voided.sums.commission), (-1, kzt("120.00"), kzt("-12.00")));
        assert_eq!(voided.sums.payable, kzt("-108.00"));
        let late = line(&told.lines, PartnerProduct::CashTicket);
        assert_eq!((late.sums.rides, late.sums.taken_by_carrier, late.sums.payable), (1, kzt("100.00"), kzt("-10.00")));
        assert_eq!(statement(&partner, 1), before, "what is closed never changes");
        assert_eq!(world.balance(PAYABLE), kzt("10.00"));
        assert_eq!(world.balance("revenue rides almaty"), kzt("0.00"));
        let page: PartnerSettlementPage = expect(200, partner.get(&format!("/v1/partners/settlements?city=almaty&carrier={CARRIER}&limit=1")));
        assert_eq!((page.items[0].number, page.next.as_deref()), (2, Some("2")));
        let page: PartnerSettlementPage = expect(200, partner.get(&format!("/v1/partners/settlements?city=almaty&carrier={CARRIER}&cursor=2")));
        assert_eq!((page.items.len(), page.next), (1, None));
        world.check_books();
    }

    #[test]
    fn a_ticket_that_was_voided_before_it_was_settled_is_in_no_sum(world) {
        let world = world.almaty();
        let bus = bus(&world);
        agree(&world, &terms(DAY, Period::Day, 1_000, Some(kzt("1.00")))).unwrap();
        let rider = rider(&world, &device(3), PHONE, "1000");
        let gone = ride(&rider, &again(&bus.sign, 1));
        world.operator.void_ride(&*world.store, world.now(), &gone.id.to_string(), "a mistake").unwrap();
        let void = ToldRegistration { is_void: true, ..ticket("TK0001", ShownKind::Paper, world.now(), Some("100.00")) };
        expect::<RegistrationsTold>(200, tell(&bus, void));
        world.pass(24 * 60);
        let closed = settle(&world).unwrap();
        assert_eq!((closed.sums.rides, closed.sums.gross, closed.sums.refunded), (0, kzt("220.00"), kzt("220.00")));
        assert_eq!((closed.sums.commission, closed.sums.taken_by_carrier, closed.sums.payable), (kzt("0.00"), kzt("0.00"), kzt("0.00")));
        world.pass(24 * 60);
        let next = settle(&world).unwrap();
        assert_eq!((next.sums.rides, next.sums.refunded), (0, kzt("0.00")), "it is not taken back twice");
        world.check_books();
    }

    #[test]
    fn a_partner_sees_his_own_carrier_and_nobody_elses_av_41(world) {
        let world = world.almaty();
        bus(&world);
        agree(&world, &terms(DAY, Period::Day, 0, None)).unwrap();
        let (own, other) = (partner(&world, CARRIER), partner(&world, OTHER));
        let ways = |carrier: &str| [
            format!("/v1/partners/report?city=almaty&carrier={carrier}&from={DAY}&to={DAY}"),
            format!("/v1/partners/settlements?city=almaty&carrier={carrier}"),
            format!("/v1/partners/settlement?city=almaty&carrier={carrier}&number=1"),
            format!("/v1/partners/subsidies?city=almaty&carrier={carrier}&from={DAY}&to={DAY}"),
        ];
        world.pass(24 * 60);
        settle(&world).unwrap();
        for way in ways(CARRIER) {
            assert_eq!(own.get(&way).status, 200, "{way}");
            assert_eq!(refused("forbidden", &other.get(&way))["places"], json!([OTHER]), "{way}");
            for stranger in [&world.dispatcher(), &world.driver("+77070000001"), &world.ride_controller("Daniyar")] {
                refused("forbidden", &stranger.get(&way));
            }
        }
        for way in ways(OTHER) {
            refused("forbidden", &own.get(&way));
        }
        // No way of writing a carrier is another's.
        for odd in ["almaty-electrotrans%20", "ALMATY-ELECTROTRANS", "%25", "green-bus%27%20OR%201=1", ""] {
            for way in ways(odd) {
                assert!((400..404).contains(&own.get(&way).status), "{way}");
            }
        }
        // Of one that is named twice, the first is asked about and answered.
        let twice: PartnerReport = expect(200, report(&own, DAY, &format!("{DAY}&carrier={OTHER}")));
        assert_eq!(twice.carrier.as_str(), CARRIER);
        let role = |city, place| RoleGiven { role: Role::Partner, city, place, until: None };
        let given = |role: RoleGiven<'_>| world.operator.create_staff(&*world.store, world.now(), &role, "Dana").unwrap_err();
        assert!(matches!(given(role(None, None)), GrantError::PartnerWithoutCarrier { .. }));
        let without = given(role(Some("almaty"), None));
        assert_eq!(without, GrantError::PartnerWithoutCarrier { known: format!("{CARRIER}, {OTHER}") });
        assert!(matches!(given(role(Some("almaty"), Some("nobody"))), GrantError::NoPlace { .. }));
        let controller = given(RoleGiven { role: Role::Controller, ..role(Some("almaty"), Some(CARRIER)) });
        assert!(matches!(controller, GrantError::NoPlace { .. }), "a carrier is no place of a garage's controller");
    }

    #[test]
    fn terms_begin_after_what_is_settled_and_end_the_period_before_them_av_21(world) {
        let world = world.almaty();
        bus(&world);
        let code = |told: &TermsToTell<'_>| agree(&world, told).unwrap_err();
        assert_eq!(settle(&world).unwrap_err(), "partner_terms_missing");
        let own = partner(&world, CARRIER);
        refused("partner_terms_missing", &report(&own, DAY, DAY));
        assert_eq!(code(&TermsToTell { carrier: "nobody", ..terms(DAY, Period::Day, 0, None) }), "carrier_unknown");
        assert_eq!(code(&TermsToTell { city: "atlantis", ..terms(DAY, Period::Day, 0, None) }), "city_unknown");
        assert_eq!(code(&terms(DAY, Period::Day, 10_001, None)), "out_of_range");
        assert_eq!(code(&terms(DAY, Period::Day, 0, Some(kzt("-0.01")))), "out_of_range");
        assert_eq!(code(&terms(DAY, Period::Day, 0, Some(kzt("10000.01")))), "out_of_range");
        agree(&world, &terms(DAY, Period::Month, 10_000, Some(kzt("10000.00")))).unwrap();
        agree(&world, &terms(DAY, Period::Month, 100, None)).unwrap();
        assert_eq!(code(&terms("2025-09-02", Period::Day, 0, None)), "out_of_range", "they would begin before others");
        agree(&world, &terms("2025-09-10", Period::Week, 200, None)).unwrap();
        world.set("2025-09-10T08:00:00Z");
        let first = settle(&world).unwrap();
        assert_eq!((first.from_on, first.to_on), (on(DAY), on("2025-09-09")), "other terms end it");
        assert_eq!(code(&terms("2025-09-09", Period::Day, 0, None)), "out_of_range", "that day is settled");
        world.set("2025-09-29T08:00:00Z");
        let settled = world.operator.settle_partners(&*world.store, world.now(), "almaty", None).unwrap();
        let ends: Vec<String> = settled.iter().map(|one| one.to_on.to_string()).collect();
        assert_eq!(ends, ["2025-09-14", "2025-09-21", "2025-09-28"], "weeks end on Sunday");
        refused("partner_terms_missing", &report(&own, "2025-09-02", DAY));
        refused("out_of_range", &report(&own, DAY, "2025-12-04"));
        assert_eq!(report(&own, DAY, "2025-12-03").status, 200, "92 days");
        refused("out_of_range", &report(&own, "2025-09-05", "2025-09-04"));
        for odd in ["", "tomorrow", "2025-13-01", "+12025-09-03", "2025-9-3"] {
            refused("bad_request", &report(&own, odd, DAY));
        }
        world.check_books();
    }

    #[test]
    fn what_free_rides_would_have_cost_is_told_by_category_av_21(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let one = |code: &str, category: &str, persons| ToldRegistration {
            is_free: true, persons, category: Some(category.into()), ..ticket(code, ShownKind::Paper, world.now(), None)
        };
        for told in [one("TK0001", "pensioner", 1), one("TK0002", "pensioner", 2), one("TK0003", "school", 1), ToldRegistration { is_void: true, ..one("TK0004", "school", 1) }] {
            expect::<RegistrationsTold>(200, tell(&bus, told));
        }
        let reduced = ToldRegistration { category: Some("student".into()), ..ticket("TK0005", ShownKind::Paper, world.now(), Some("40.00")) };
        expect::<RegistrationsTold>(200, tell(&bus, reduced));
        expect::<RegistrationsTold>(200, tell(&bus, ticket("TK0006", ShownKind::Paper, world.now(), None)));
        let partner = partner(&world, CARRIER);
        let told: PartnerSubsidies = expect(200, partner.get(&format!("/v1/partners/subsidies?city=almaty&carrier={CARRIER}&from={DAY}&to={DAY}")));
        let lines: Vec<(&str, i64, i64, Money, Money)> =
            told.lines.iter().map(|one| (one.category.as_deref().unwrap(), one.rides, one.persons, one.full_fare, one.subsidy)).collect();
        assert_eq!(lines, [
            ("pensioner", 2, 3, kzt("360.00"), kzt("360.00")),
            ("school", 1, 1, kzt("120.00"), kzt("120.00")),
            ("student", 1, 1, kzt("120.00"), kzt("80.00")),
        ]);
        assert_eq!((told.subsidy, told.unknown_rides), (kzt("560.00"), 0));
        world.check_books();
    }
}

on_both_databases! {
    #[test]
    fn a_subsidy_is_counted_by_person_and_a_pass_is_none_av_21_av_65(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let pupil = super::rides::rider(&world, &device(3), PHONE, "1000");
        super::passes::granted(&world, &pupil, "school", "2026-06-30");
        let told = super::passes::with(&bus.sign, 4, &[("child", 2)]);
        super::rides::ride(&pupil, &told);
        let holder = super::rides::rider(&world, &device(4), "+77071234568", "10000");
        super::passes::bought(&holder, &super::passes::month(None));
        super::rides::ride(&holder, &super::passes::with(&bus.sign, 2, &[("child", 1)]));
        let partner = partner(&world, CARRIER);
        let told: PartnerSubsidies = expect(200, partner.get(&format!("/v1/partners/subsidies?city=almaty&carrier={CARRIER}&from={DAY}&to={DAY}")));
        let lines: Vec<(&str, i64, i64, Money)> =
            told.lines.iter().map(|one| (one.category.as_deref().unwrap(), one.rides, one.persons, one.subsidy)).collect();
        assert_eq!(lines, [("child", 2, 3, kzt("360.00")), ("school", 1, 1, kzt("60.00"))]);
        agree(&world, &terms(DAY, Period::Day, 0, None)).unwrap();
        let told: PartnerReport = expect(200, report(&partner, DAY, DAY));
        assert_eq!(line(&told.lines, PartnerProduct::Pass).sums.persons, 2);
        world.check_books();
    }

    #[test]
    fn a_card_that_is_told_late_is_owed_to_its_carrier_with_the_next_settlement_av_28_av_54(world) {
        let world = world.almaty();
        let bus = bus(&world);
        agree(&world, &terms(DAY, Period::Day, 0, None)).unwrap();
        let by_card = ToldRegistration {
            kind: ShownKind::TransportCard, channel: RideChannel::TransportCard,
            ..ticket("LATE0001", ShownKind::Paper, world.now(), None)
        };
        expect::<RegistrationsTold>(200, tell(&bus, by_card));
        for _ in 0..45 {
            world.pass(24 * 60);
            settle(&world).unwrap();
        }
        super::cards::issue(&bus.dispatcher, "9643100000000777", "LATE0001", "standard");
        world.check_books();
        world.pass(24 * 60);
        let settled = settle(&world).unwrap();
        assert_eq!((settled.sums.rides, settled.sums.payable), (1, kzt("120.00")));
        world.pass(24 * 60);
        assert_eq!(settle(&world).unwrap().sums.rides, 0, "once");
        world.check_books();
    }
}

/// Something that happens to the rides of a carrier.
#[derive(Debug, Clone)]
enum Step {
    Ride(u32),
    /// For so much, so many days ago.
    Ticket(i64, i64),
    /// The ride of this place among those there are.
    Void(usize),
    VoidTicket(usize),
    Days(i64),
    Settle,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..=3_u32).prop_map(Step::Ride),
        3 => (0..50_000_i64, 0..9_i64).prop_map(|(amount, days)| Step::Ticket(amount, days)),
        2 => (0..50_usize).prop_map(Step::Void),
        1 => (0..50_usize).prop_map(Step::VoidTicket),
        2 => (1..4_i64).prop_map(Step::Days),
        2 => Just(Step::Settle),
    ]
}

fn settle_all(world: &World, closed: &mut Vec<PartnerSettlement>) {
    closed.extend(world.operator.settle_partners(&*world.store, world.now(), "almaty", Some(CARRIER)).unwrap());
    world.check_books();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rides, refunds, late tickets and settlements in any order: what is settled is what the
    /// ledger says, to the last minor unit, and what was closed stays.
    #[test]
    fn settlements_and_corrections_add_up_to_the_ledger_av_21(
        steps in prop::collection::vec(step(), 1..24), basis_points in 0..=10_000_u32, per_ride in 0..=500_i64, is_week in any::<bool>(),
    ) {
        let world = World::sqlite().almaty();
        let bus = bus(&world);
        let period = if is_week { Period::Week } else { Period::Day };
        let per_ride = Money::from_minor(per_ride, kzt("0.00").currency);
        agree(&world, &terms("2025-08-20", period, basis_points, Some(per_ride))).unwrap();
        let rider = rider(&world, &device(3), PHONE, "5000");
        let mut rides: Vec<(RideId, i64, bool)> = Vec::new();
        let mut tickets: Vec<(ToldRegistration, i64)> = Vec::new();
        let mut closed = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Ride(persons) => {
                    let made = ride(&rider, &again(&bus.sign, persons));
                    rides.push((made.id, made.price.minor().unwrap(), false));
                }
                Step::Ticket(amount, days) => {
                    let at = world.now() - TimeDelta::days(days);
                    let mut one = ticket(&format!("TK{number:06}"), ShownKind::Paper, at, Some("0.00"));
                    one.price = Some(Money::from_minor(amount, kzt("0.00").currency));
                    expect::<RegistrationsTold>(200, tell(&bus, one.clone()));
                    tickets.push((one, amount));
                }
                Step::Void(place) => {
                    let standing = rides.iter_mut().filter(|ride| !ride.2).nth(place % 4);
                    if let Some(ride) = standing {
                        world.operator.void_ride(&*world.store, world.now(), &ride.0.to_string(), "a mistake").unwrap();
                        ride.2 = true;
                    }
                }
                Step::VoidTicket(place) => {
                    let standing = tickets.iter_mut().filter(|(one, _)| !one.is_void).nth(place % 4);
                    if let Some((one, _)) = standing {
                        one.is_void = true;
                        expect::<RegistrationsTold>(200, tell(&bus, one.clone()));
                    }
                }
                Step::Days(days) => world.pass(days * 24 * 60),
                Step::Settle => settle_all(&world, &mut closed),
            }
        }
        world.pass(8 * 24 * 60);
        settle_all(&world, &mut closed);
        let sum = |of: fn(&PartnerSettlement) -> Money| closed.iter().map(|one| of(one).minor().unwrap()).sum::<i64>();
        let net = sum(|one| one.sums.gross) - sum(|one| one.sums.refunded);
        let of_app: i64 = rides.iter().filter(|ride| !ride.2).map(|ride| ride.1).sum();
        let of_tickets: i64 = tickets.iter().filter(|(one, _)| !one.is_void).map(|(_, amount)| amount).sum();
        prop_assert_eq!(net, of_app + of_tickets);
        prop_assert_eq!(sum(|one| one.sums.taken_by_carrier), of_tickets);
        prop_assert_eq!(sum(|one| one.sums.payable), of_app - sum(|one| one.sums.commission));
        let balances = world.operator.ledger_balances(&*world.store).unwrap();
        let balance = |name: &str| balances.iter().find(|one| one.to_string() == name).map_or(0, |one| one.balance.minor().unwrap());
        prop_assert_eq!(balance(PAYABLE), -sum(|one| one.sums.payable));
        prop_assert_eq!(balance("revenue partners almaty"), -sum(|one| one.sums.commission));
        prop_assert_eq!(balance("revenue rides almaty"), 0, "everything that was sold is somebody's");
        // The exact commission of all, and half a minor unit for each settlement at most.
        let standing = rides.iter().filter(|ride| !ride.2).count() + tickets.iter().filter(|(one, _)| !one.is_void).count();
        let exact = i128::from(net) * i128::from(basis_points) + standing as i128 * i128::from(per_ride.minor().unwrap()) * 10_000;
        let differs = (i128::from(sum(|one| one.sums.commission)) * 10_000 - exact).abs();
        prop_assert!(differs <= 5_000 * closed.len() as i128, "{differs}");
        let partner = partner(&world, CARRIER);
        for one in &closed {
            prop_assert_eq!(&statement(&partner, one.number).settlement, one, "what is closed never changes");
        }
    }
}
