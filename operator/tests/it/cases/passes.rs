//! Benefits and passes: granted, bought, ridden on, given back; dated fares and free days.

use mesto_operator::Response;
use mesto_protocol::base::accounts::Account;
use mesto_protocol::base::accounts::AccountClosed;
use mesto_protocol::base::payments::{PayMethod, Wanted};
use mesto_protocol::control::controllers::ControlData;
use mesto_protocol::kernel::ids::{AccountId, RecordId as _};
use mesto_protocol::passes::clerks::{BenefitToGrant, BenefitToRevoke};
use mesto_protocol::passes::holders::{
    Benefit, Pass, PassPage, PassState, PassToGiveBack, PassesOffer, PassesOutcome, PassesSection, PassesSubject,
};
use mesto_protocol::rides::riders::{Companions, LessFor, RidePage, RideParty, RidesSubject};
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::money::Money;
use mesto_rules::rides::DatedFare;
use serde_json::json;

use super::rides::{PHONE, ask, balance, believed, bus, check, checked, ride, ride_of, rider, scanned};
use crate::world::{Person, World, device, expect, kzt, refused};

fn to_grant(account: AccountId, category: &str, until: &str) -> BenefitToGrant {
    BenefitToGrant {
        city: "almaty".into(),
        account,
        category: category.into(),
        until_on: until.parse().unwrap(),
        evidence: "17/2025".into(),
    }
}

/// A clerk grants a benefit.
pub(super) fn granted(world: &World, to: &Person<'_>, category: &str, until: &str) -> Benefit {
    let clerk = world.benefit_clerk();
    expect(200, clerk.post("/v1/passes/benefits", &to_grant(to.account, category, until)))
}

pub(super) fn month(first_on: Option<&str>) -> PassesSubject {
    PassesSubject {
        product: "month".parse().unwrap(),
        first_on: first_on.map(|day| day.parse().unwrap()),
        is_again: false,
    }
}

fn ask_pass(rider: &Person<'_>, subject: &PassesSubject) -> Response {
    ask(rider, Wanted::of(subject).unwrap(), PayMethod::Deposit)
}

/// Buys a pass.
pub(super) fn bought(rider: &Person<'_>, subject: &PassesSubject) -> Pass {
    let quote = expect(201, ask_pass(rider, subject));
    rider.begin(&quote).sale.items[0].outcome::<PassesOutcome>().unwrap().unwrap().pass
}

fn section(rider: &Person<'_>) -> PassesSection {
    let account: Account = expect(200, rider.get("/v1/account"));
    account.section().unwrap().unwrap()
}

/// Category, persons, fare, what each pays, why it is less.
type Paid<'a> = (Option<&'a str>, u32, Money, Money, Option<LessFor>);

fn paid(riders: &[RideParty]) -> Vec<Paid<'_>> {
    let of = |party: &RideParty| (party.persons, party.full, party.each, party.less.clone());
    let told = riders.iter().map(|party| {
        let (persons, full, each, less) = of(party);
        (party.category.as_ref().map(mesto_rules::passes::CategoryId::as_str), persons, full, each, less)
    });
    told.collect()
}

pub(super) fn with(sign: &str, persons: u32, companions: &[(&str, u32)]) -> RidesSubject {
    let said =
        |(category, persons): &(&str, u32)| Companions { category: category.parse().unwrap(), persons: *persons };
    RidesSubject { persons, companions: companions.iter().map(said).collect(), ..scanned(sign) }
}

on_both_databases! {
    #[test]
    fn a_benefit_is_shown_before_it_is_paid_and_stands_on_the_ticket_av_64_av_65_av_66_av_68_av_70(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let benefit = granted(&world, &rider, "school", "2026-06-30");
        assert_eq!(section(&rider).benefits, std::slice::from_ref(&benefit));
        assert_eq!((benefit.granted_at, benefit.ends_at.to_rfc3339()), (world.now(), "2026-06-30T19:00:00+00:00".into()));
        let (quote, offer) = checked(&rider, &scanned(&bus.sign));
        let half = [(Some("school"), 1, kzt("120"), kzt("60"), Some(LessFor::Benefit))];
        assert_eq!((quote.total, paid(&offer.riders)), (kzt("60"), half.to_vec()));
        let lines: Vec<(&str, Money)> = quote.items[0].lines.iter().map(|line| (line.kind.as_str(), line.amount)).collect();
        assert_eq!(lines, [("rides.fare", kzt("120")), ("rides.benefit", kzt("-60"))]);
        let made = ride_of(&rider.begin(&quote));
        assert_eq!((made.price, paid(&made.riders), balance(&rider)), (kzt("60"), half.to_vec(), kzt("940")));
        let claims = believed(&world, &made);
        assert_eq!((claims.what.benefits.len(), claims.what.benefits[0].as_str(), claims.what.pass), (1, "school", None));
        let control: ControlData = expect(200, world.ride_controller("Daniyar").get("/v1/control/data?city=almaty&vehicle=1204"));
        assert_eq!(control.registrations[0].riders, made.riders, "the controller sees it");
        world.check_books();
    }

    #[test]
    fn who_rides_free_is_registered_all_the_same_av_65_av_68(world) {
        let world = world.almaty();
        let bus = bus(&world);
        // He never paid anything.
        let rider = world.driver_on(&device(3), PHONE);
        granted(&world, &rider, "disability", "2026-06-30");
        let by_card = ask(&rider, Wanted::of(&scanned(&bus.sign)).unwrap(), PayMethod::Card);
        assert_eq!(refused("payment_method_not_allowed", &by_card)["allowed"], json!(["deposit"]));
        let (quote, offer) = checked(&rider, &scanned(&bus.sign));
        assert_eq!((quote.total, offer.riders[0].full, offer.riders[0].each), (kzt("0"), kzt("120"), kzt("0")));
        let made = ride_of(&rider.begin(&quote));
        assert_eq!((made.price, balance(&rider)), (kzt("0"), kzt("0")));
        assert_eq!(expect::<RidePage>(200, rider.get("/v1/rides")).items, std::slice::from_ref(&made));
        let control: ControlData = expect(200, world.ride_controller("Daniyar").get("/v1/control/data?city=almaty&vehicle=1204"));
        assert!(control.registrations[0].is_free);
        let export: serde_json::Value = expect(200, rider.get("/v1/account/export"));
        let told = &export["rides"][0];
        assert_eq!((&told["price"]["amount"], &told["full_price"]["amount"]), (&json!("0.00"), &json!("120.00")), "what is borne for him");
        let voided = world.operator.void_ride(&*world.store, world.now(), &made.id.to_string(), "wrong bus").unwrap();
        assert_eq!((voided.price, balance(&rider)), (kzt("0"), kzt("0")));
        world.check_books();
    }

    #[test]
    fn a_benefit_ends_at_midnight_by_the_clock_at_the_stop(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        granted(&world, &rider, "school", "2025-09-03");
        let total = || checked(&rider, &scanned(&bus.sign)).0.total;
        world.set("2025-09-03T18:59:59Z");
        assert_eq!(total(), kzt("60"));
        world.set("2025-09-03T19:00:00Z");
        assert_eq!(total(), kzt("120"), "of a night trip too: the calendar day counts");
        assert_eq!(section(&rider).benefits, []);
    }

    #[test]
    fn a_benefit_holds_from_its_grant_to_its_revocation_and_changes_no_ride_before(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let before = ride(&rider, &scanned(&bus.sign));
        world.pass(90);
        let benefit = granted(&world, &rider, "school", "2026-06-30");
        assert_eq!(ride(&rider, &scanned(&bus.sign)).price, kzt("60"));
        assert_eq!((before.price, balance(&rider)), (kzt("120"), kzt("820")));
        world.pass(60);
        let frozen = checked(&rider, &scanned(&bus.sign)).0;
        let clerk = world.benefit_clerk();
        let revoke = BenefitToRevoke { benefit: benefit.id, reason: "left the school".into() };
        let revoked: Benefit = expect(200, clerk.post("/v1/passes/benefits/revoked", &revoke));
        assert_eq!((revoked.is_revoked, revoked.ends_at), (true, world.now()));
        world.pass_seconds(60);
        assert_eq!(expect::<Benefit>(200, clerk.post("/v1/passes/benefits/revoked", &revoke)), revoked, "said again");
        assert_eq!(checked(&rider, &scanned(&bus.sign)).0.total, kzt("120"));
        // What was shown is charged while the quote lives.
        assert_eq!(ride_of(&rider.begin(&frozen)).price, kzt("60"));
        let log = world.operator.audit_log(&*world.store, None, None).unwrap();
        assert!(log.iter().any(|one| one.action == "benefit.revoked" && one.note == "left the school" && one.actor == clerk.account.to_string()));
        world.check_books();
    }

    #[test]
    fn what_a_clerk_cannot_grant_is_refused_and_said(world) {
        let world = world.almaty();
        let rider = world.driver_on(&device(3), PHONE);
        let clerk = world.benefit_clerk();
        let grant = |asked: &BenefitToGrant| clerk.post("/v1/passes/benefits", asked);
        let right = to_grant(rider.account, "student", "2026-09-04");
        // 366 days at most, from today on.
        let first: Benefit = expect(200, grant(&right));
        assert_eq!(expect::<Benefit>(200, grant(&right)), first, "said again");
        for wrong in ["2026-09-05", "2025-09-02", "1970-01-01", "9999-12-31"] {
            let told = refused("out_of_range", &grant(&BenefitToGrant { until_on: wrong.parse().unwrap(), ..right.clone() }));
            assert_eq!((&told["from"], &told["most"]), (&json!("2025-09-03"), &json!("2026-09-04")));
        }
        expect::<Benefit>(200, grant(&BenefitToGrant { until_on: "2025-09-03".parse().unwrap(), ..right.clone() }));
        refused("category_unknown", &grant(&BenefitToGrant { category: "pilot".into(), ..right.clone() }));
        for not in ["adult", "child"] {
            refused("category_not_granted", &grant(&BenefitToGrant { category: not.into(), ..right.clone() }));
        }
        for evidence in ["", "Aigerim", "passport no 7 of Aigerim", &"7".repeat(65), "7\u{202e}"] {
            let told = refused("bad_request", &grant(&BenefitToGrant { evidence: evidence.into(), ..right.clone() }));
            assert_eq!(told["field"], json!("evidence"), "{evidence}");
        }
        expect::<Benefit>(200, grant(&BenefitToGrant { evidence: "7".repeat(64), ..right.clone() }));
        let nobody = AccountId::new(world.now(), [7; 10]);
        refused("not_found", &grant(&BenefitToGrant { account: nobody, ..right.clone() }));
        refused("city_unknown", &grant(&BenefitToGrant { city: "astana".into(), ..right.clone() }));
        refused("forbidden", &rider.post("/v1/passes/benefits", &right));
        refused("forbidden", &world.dispatcher().post("/v1/passes/benefits", &right));
        world.check_books();
    }

    #[test]
    fn companions_pay_the_fare_unless_something_is_said_of_them_that_can_be(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        granted(&world, &rider, "school", "2026-06-30");
        let (quote, offer) = checked(&rider, &with(&bus.sign, 4, &[("child", 2)]));
        assert_eq!(
            paid(&offer.riders),
            [
                (Some("school"), 1, kzt("120"), kzt("60"), Some(LessFor::Benefit)),
                (Some("child"), 2, kzt("120"), kzt("0"), Some(LessFor::Benefit)),
                (Some("adult"), 1, kzt("120"), kzt("120"), None),
            ]
        );
        assert_eq!(quote.total, kzt("180"));
        let made = ride_of(&rider.begin(&quote));
        let benefits: Vec<String> = believed(&world, &made).what.benefits.iter().map(ToString::to_string).collect();
        assert_eq!(benefits, ["school", "child", "child"]);
        for (persons, wrong) in [(2, ("school", 1)), (2, ("pilot", 1)), (2, ("child", 2)), (1, ("child", 1)), (10, ("child", u32::MAX))] {
            refused("companions_wrong", &check(&rider, &with(&bus.sign, persons, &[wrong])));
        }
        world.check_books();
    }

    #[test]
    fn rides_of_the_holder_cost_nothing_on_a_pass_and_companions_pay(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        let pass = bought(&rider, &month(None));
        assert_eq!((pass.price, pass.category.as_str(), balance(&rider)), (kzt("9900"), "adult", kzt("100")));
        assert_eq!((pass.first_on.to_string(), pass.last_on.to_string()), ("2025-09-03".into(), "2025-10-02".into()));
        let (quote, offer) = checked(&rider, &scanned(&bus.sign));
        assert_eq!((quote.total, offer.riders[0].pass.as_ref().map(|id| id.as_str())), (kzt("0"), Some("month")));
        let made = ride_of(&rider.begin(&quote));
        assert_eq!((made.price, balance(&rider)), (kzt("0"), kzt("100")));
        let claims = believed(&world, &made);
        assert_eq!((claims.what.pass.as_ref().map(|id| id.as_str()), claims.what.benefits.len()), (Some("month"), 0));
        world.pass(60);
        assert_eq!(checked(&rider, &RidesSubject { persons: 3, ..scanned(&bus.sign) }).0.total, kzt("240"));
        let other = self::rider(&world, &device(4), "+77071234568", "500");
        assert_eq!(checked(&other, &scanned(&bus.sign)).0.total, kzt("120"), "nobody else rides on it");
        assert_eq!(expect::<PassPage>(200, rider.get("/v1/passes")).items, [pass]);
        world.check_books();
    }

    #[test]
    fn a_pass_holds_by_service_days_to_the_end_of_its_last_night(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        let total = || checked(&rider, &scanned(&bus.sign)).0.total;
        // Half past one: still the service day before.
        world.set("2025-09-03T20:30:00Z");
        let pass = bought(&rider, &month(None));
        assert_eq!((pass.first_on.to_string(), pass.last_on.to_string()), ("2025-09-03".into(), "2025-10-02".into()));
        assert_eq!((pass.starts_at.to_rfc3339(), pass.ends_at.to_rfc3339()), ("2025-09-02T22:00:00+00:00".into(), "2025-10-02T22:00:00+00:00".into()));
        assert_eq!(total(), kzt("0"));
        world.set("2025-10-02T21:59:59Z"); // 02:59:59 on the third
        assert_eq!(total(), kzt("0"));
        world.set("2025-10-02T22:00:00Z");
        assert_eq!(total(), kzt("120"));
        assert_eq!(section(&rider).passes.len(), 1, "one that is over is told");
    }

    #[test]
    fn a_pass_begins_today_or_up_to_thirty_days_ahead(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        for wrong in ["2025-09-02", "2025-10-04", "1970-01-01", "9999-12-31"] {
            let told = refused("out_of_range", &ask_pass(&rider, &month(Some(wrong))));
            assert_eq!((&told["from"], &told["most"]), (&json!("2025-09-03"), &json!("2025-10-03")), "{wrong}");
        }
        expect::<mesto_protocol::base::payments::Quote>(201, ask_pass(&rider, &month(Some("2025-10-03"))));
        let pass = bought(&rider, &month(Some("2025-09-04")));
        assert_eq!(checked(&rider, &scanned(&bus.sign)).0.total, kzt("120"), "it has not begun");
        world.pass_to(pass.starts_at);
        assert_eq!(checked(&rider, &scanned(&bus.sign)).0.total, kzt("0"));
    }

    #[test]
    fn a_pass_costs_by_the_category_and_who_has_none_of_it_is_told(world) {
        let world = world.almaty();
        let rider = rider(&world, &device(3), PHONE, "10000");
        granted(&world, &rider, "student", "2026-06-30");
        let pass = bought(&rider, &month(None));
        assert_eq!((pass.price, pass.category.as_str()), (kzt("4200"), "student"));
        refused("pass_unknown", &ask_pass(&rider, &PassesSubject { product: "week".parse().unwrap(), ..month(None) }));
        let world = world.almaty_passes(|passes| drop(passes.products[0].prices.remove("adult")));
        let other = world.driver_on(&device(4), "+77071234568");
        let told = refused("pass_not_for_category", &ask_pass(&other, &month(None)));
        assert_eq!(told["categories"], json!(["pensioner", "school", "student"]));
    }

    #[test]
    fn a_second_pass_for_the_same_days_is_asked_about_and_of_two_phones_one_buys(world) {
        let world = world.almaty();
        let rider = rider(&world, &device(3), PHONE, "20000");
        let (one, other) = (expect(201, ask_pass(&rider, &month(None))), expect(201, ask_pass(&rider, &month(None))));
        let first = rider.begin(&one).sale.items[0].outcome::<PassesOutcome>().unwrap().unwrap().pass;
        assert_eq!(refused("pass_overlaps", &rider.buy_with(&world.key(), &other))["pass"], json!(first.id));
        assert_eq!(balance(&rider), kzt("10100"));
        let quote = expect(201, ask_pass(&rider, &month(Some("2025-10-02"))));
        let offer = |quote: &mesto_protocol::base::payments::Quote| quote.items[0].offer::<PassesOffer>().unwrap().unwrap();
        assert_eq!(offer(&quote).overlaps.map(|pass| pass.id), Some(first.id));
        refused("pass_overlaps", &rider.buy_with(&world.key(), &quote));
        // The day after its last one is another.
        let next = expect(201, ask_pass(&rider, &month(Some("2025-10-03"))));
        assert_eq!(offer(&next).overlaps, None);
        let again = bought(&rider, &PassesSubject { is_again: true, ..month(Some("2025-10-02")) });
        assert_ne!(again.id, first.id);
        world.check_books();
    }

    #[test]
    fn a_pass_is_given_back_before_its_first_day_and_not_from_then_on(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        let give_back = |pass: &Pass| rider.post("/v1/passes/refunds", &PassToGiveBack { pass: pass.id });
        let later = bought(&rider, &month(Some("2025-09-10")));
        // Two hours before trips of its first day are sold already.
        let until = later.starts_at - chrono::TimeDelta::hours(2);
        world.pass_to(until - chrono::TimeDelta::seconds(1));
        let back: Pass = expect(200, give_back(&later));
        assert_eq!((back.state.clone(), balance(&rider)), (PassState::GivenBack, kzt("10000")));
        assert_eq!(expect::<Pass>(200, give_back(&later)), back, "said again");
        assert_eq!(balance(&rider), kzt("10000"));
        assert_eq!(checked(&rider, &scanned(&bus.sign)).0.total, kzt("120"), "nobody rides on it");
        let kept = bought(&rider, &month(Some("2025-09-10")));
        world.pass_seconds(1);
        assert_eq!(refused("pass_not_refundable", &give_back(&kept))["until"], serde_json::json!(until));
        let rider = self::rider(&world, &device(6), "+77071234569", "10000");
        let give_back = |pass: &Pass| rider.post("/v1/passes/refunds", &PassToGiveBack { pass: pass.id });
        let begun = bought(&rider, &month(None));
        refused("pass_not_refundable", &give_back(&begun));
        let stranger = world.driver_on(&device(4), "+77071234568");
        refused("not_found", &stranger.post("/v1/passes/refunds", &PassToGiveBack { pass: begun.id }));
        world.check_books();
    }

    #[test]
    fn who_closes_his_account_has_the_price_of_a_pass_that_has_not_begun_av_123_amb_38(world) {
        let world = world.almaty();
        let rider = rider(&world, &device(3), PHONE, "10000");
        bought(&rider, &month(Some("2025-09-10")));
        let closed: AccountClosed = expect(200, rider.delete("/v1/account"));
        assert_eq!(closed.refund.unwrap().amount, kzt("10000.00"));
        world.check_books();
        // One that has begun stays bought.
        let other = self::rider(&world, &device(4), "+77071234568", "10000");
        bought(&other, &month(None));
        let closed: AccountClosed = expect(200, other.delete("/v1/account"));
        assert_eq!(closed.refund.unwrap().amount, kzt("100.00"));
        world.check_books();
    }

    #[test]
    fn a_pass_carries_one_person_whoever_confirms_again(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        bought(&rider, &month(None));
        ride(&rider, &scanned(&bus.sign));
        let again = |rider: &Person<'_>| checked(rider, &RidesSubject { is_again: true, ..scanned(&bus.sign) }).0.total;
        assert_eq!(again(&rider), kzt("120"));
        assert_eq!(again(&world.driver_on(&device(4), PHONE)), kzt("120"), "nor another phone of his");
        let pupil = self::rider(&world, &device(5), "+77071234568", "1000");
        granted(&world, &pupil, "school", "2026-06-30");
        ride(&pupil, &scanned(&bus.sign));
        assert_eq!(again(&pupil), kzt("120"));
        world.check_books();
    }

    #[test]
    fn a_fare_changes_at_midnight_and_what_was_shown_is_charged(world) {
        let source = || "decision".parse().unwrap();
        let world = world.almaty_where(|rides| {
            let fare = Fact::Known(Known { value: kzt("150"), certainty: Certainty::Assumed, source: source() });
            rides.fares.push(DatedFare { from: "2025-09-04".parse().unwrap(), fare });
        });
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        world.set("2025-09-03T18:59:59Z");
        let (shown, _) = checked(&rider, &scanned(&bus.sign));
        assert_eq!(shown.total, kzt("120"));
        world.set("2025-09-03T19:00:00Z");
        assert_eq!(checked(&rider, &scanned(&bus.sign)).0.total, kzt("150"));
        world.set("2025-09-03T19:00:01Z");
        assert_eq!(ride_of(&rider.begin(&shown)).price, kzt("120"));
        assert_eq!(balance(&rider), kzt("880"));
        world.check_books();
    }

    #[test]
    fn on_a_free_day_nobody_pays_and_rides_are_registered(world) {
        let world = world.almaty_where(|rides| rides.free_days = ["2025-09-04".parse().unwrap()].into());
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        world.set("2025-09-03T18:59:59Z");
        assert_eq!(checked(&rider, &scanned(&bus.sign)).0.total, kzt("120"));
        world.set("2025-09-03T19:00:00Z");
        let made = ride(&rider, &RidesSubject { persons: 3, ..scanned(&bus.sign) });
        assert_eq!(paid(&made.riders), [(Some("adult"), 3, kzt("120"), kzt("0"), Some(LessFor::FreeDay))]);
        assert_eq!(believed(&world, &made).what.benefits.len(), 0);
        world.set("2025-09-04T18:59:59Z");
        assert_eq!(checked(&rider, &scanned(&bus.sign)).0.total, kzt("0"));
        world.set("2025-09-04T19:00:00Z");
        assert_eq!(checked(&rider, &scanned(&bus.sign)).0.total, kzt("120"));
        world.check_books();
    }
}
