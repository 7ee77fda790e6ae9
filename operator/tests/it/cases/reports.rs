//! Reports of trouble and their answers.

use mesto_operator::Response;
use mesto_operator::store::transact;
use mesto_protocol::base::reports::{NewReport, ReportKind, ReportPage, ReportState, TroubleReport};
use mesto_protocol::kernel::reference::Reference;
use serde_json::{Value, json};

use crate::world::{Person, World, expect, refused};

const PHONE: &str = "+77071234567";

fn asked(kind: ReportKind, text: &str) -> NewReport {
    NewReport { city: "almaty".into(), kind, text: text.into(), vehicle: None, ride: None }
}

fn ask(person: &Person<'_>, report: &NewReport) -> Response {
    person.post("/v1/reports", report)
}

fn report(person: &Person<'_>, text: &str) -> TroubleReport {
    expect(201, ask(person, &asked(ReportKind::Failure, text)))
}

fn reports(person: &Person<'_>) -> Vec<TroubleReport> {
    expect::<ReportPage>(200, person.get("/v1/reports")).items
}

fn answer(world: &World, number: &str, answer: &str) -> Result<TroubleReport, Box<mesto_protocol::Problem>> {
    world.operator.answer_report(&*world.store, world.now(), number, answer).map_err(Box::new)
}

on_both_databases! {
    #[test]
    fn a_report_has_a_number_for_the_telephone_and_its_answer_reaches_its_person_av_99_av_101_av_108(world) {
        let world = &world.almaty();
        let rider = world.driver(PHONE);
        let told = NewReport {
            vehicle: Some(" 1204 ".into()),
            ride: Some("yesterday, eight in the evening".into()),
            ..asked(ReportKind::PrivateTransfer, "The driver asked for a transfer\nto his own card")
        };
        let report: TroubleReport = expect(201, ask(&rider, &told));
        assert_eq!((&report.state, report.reported_at, report.vehicle.as_deref()), (&ReportState::Open, world.now(), Some("1204")));
        assert_eq!(report.text, "The driver asked for a transfer\nto his own card");
        assert_eq!(world.operator.reports(&*world.store, true).unwrap(), std::slice::from_ref(&report));
        world.pass(60);
        // As it is said on the telephone, with its groups; a digit that is wrong is found.
        let shown = report.reference.shown();
        let answered = answer(world, &shown, "We spoke to the carrier").unwrap();
        assert_eq!((&answered.state, answered.answer.as_deref(), answered.answered_at), (&ReportState::Answered, Some("We spoke to the carrier"), Some(world.now())));
        assert_eq!(reports(&rider), std::slice::from_ref(&answered));
        assert_eq!(world.operator.reports(&*world.store, true).unwrap(), []);
        let events = rider.events(0).events;
        let told: Vec<TroubleReport> = events.iter().filter_map(|event| event.read().unwrap()).collect();
        assert_eq!(told, [report, answered]);
        let wrong = shown.replace(|sign: char| sign == shown.chars().next().unwrap(), "x");
        assert_eq!(answer(world, &wrong, "text").unwrap_err().code, "bad_request");
        let nobodys = Reference::new([7; 8]).shown();
        assert_eq!(answer(world, &nobodys, "text").unwrap_err().code, "not_found");
        assert_eq!(answer(world, &shown, " ").unwrap_err().params["field"], "answer");
    }

    #[test]
    fn a_card_that_does_not_work_and_access_that_became_known_can_be_told_av_92_av_130(world) {
        let world = &world.almaty();
        let rider = world.driver(PHONE);
        for kind in [ReportKind::DefectiveCard, ReportKind::AccessKnown, ReportKind::Payment, ReportKind::SomethingElse] {
            let told: TroubleReport = expect(201, ask(&rider, &asked(kind.clone(), "It is so")));
            assert_eq!(told.kind, kind);
        }
        let unknown = refused("bad_request", &ask(&rider, &asked(ReportKind::Other("joke".into()), "Ha")));
        assert_eq!(unknown["field"], "kind");
    }

    #[test]
    fn the_same_report_again_is_the_one_that_is_there_and_nobody_floods_av_108(world) {
        let world = &world.almaty();
        let rider = world.driver(PHONE);
        let first = report(&rider, "Number 0");
        world.pass(1);
        assert_eq!(report(&rider, "Number 0"), first);
        for number in 1..10 {
            report(&rider, &format!("Number {number}"));
        }
        let refusal = refused("too_many_requests", &ask(&rider, &asked(ReportKind::Failure, "Number 10")));
        assert!(refusal["retry_after_seconds"].as_i64().unwrap() > 0);
        // What is known is answered all the same, and others are not kept from reporting.
        assert_eq!(report(&rider, "Number 0"), first);
        report(&world.driver("+77077654321"), "Number 10");
        world.pass(24 * 60);
        report(&rider, "Number 10");
        assert_eq!(reports(&rider).len(), 11);
    }

    #[test]
    fn what_has_no_end_or_says_nothing_is_refused_av_108(world) {
        let world = &world.almaty();
        let rider = world.driver(PHONE);
        for text in ["", " \n\t", "\u{202e}"] {
            assert_eq!(refused("bad_request", &ask(&rider, &asked(ReportKind::Failure, text)))["field"], "text");
        }
        assert_eq!(refused("bad_request", &ask(&rider, &asked(ReportKind::Failure, &"x".repeat(1_001))))["most"], 1_000);
        expect::<Value>(201, ask(&rider, &asked(ReportKind::Failure, &"\u{43d}".repeat(1_000))));
        let vehicle = |typed: &str| NewReport { vehicle: Some(typed.into()), ..asked(ReportKind::Failure, "text") };
        assert_eq!(refused("bad_request", &ask(&rider, &vehicle(&"1".repeat(41))))["field"], "vehicle");
        expect::<Value>(201, ask(&rider, &vehicle(&"1".repeat(40))));
        let city = NewReport { city: "atlantis".into(), ..asked(ReportKind::Failure, "text") };
        refused("city_unknown", &ask(&rider, &city));
    }

    #[test]
    fn reports_are_told_to_their_person_alone_and_erased_with_the_account_av_108(world) {
        let world = &world.almaty();
        let (rider, other) = (world.driver(PHONE), world.driver("+77077654321"));
        let (mine, theirs) = (report(&rider, "One"), report(&other, "Two"));
        assert_eq!((reports(&rider), reports(&other)), (vec![mine.clone()], vec![theirs]));
        let known: Value = expect(200, rider.get("/v1/account/export"));
        assert_eq!((&known["reports"][0]["said"], &known["reports"][0]["number"]), (&json!("One"), &json!(mine.reference)));
        expect::<Value>(200, rider.delete("/v1/account"));
        assert_eq!(answer(world, &mine.reference.to_string(), "text").unwrap_err().code, "not_found");
        let left = transact(&*world.store, |tx| tx.query("SELECT COUNT(*) AS count FROM trouble_report", &[])?[0].get::<i64>("count"));
        assert_eq!(left.unwrap(), 1);
    }

    #[test]
    fn whoever_suspended_his_account_or_is_blocked_reports_all_the_same_av_103_av_108(world) {
        let world = &world.almaty();
        let rider = world.driver(PHONE);
        world.operator.block_account(&*world.store, world.now(), &rider.account.to_string(), "A reason").unwrap();
        report(&rider, "Why am I blocked?");
    }
}
