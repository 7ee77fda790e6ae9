//! What is told late: cash, lost tickets and second places of cars that have left or were paid in
//! the app, and events of a visit whose entry is still to be told.

use super::*;

on_both_databases! {
    #[test]
    fn cash_told_late_lowers_a_claim_by_what_was_owed_when_it_was_paid_bg_19_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let garage = Controller::of(world, "zeleni-venac");
        let at = since(world);
        garage.tell(vec![told(ReportedEventKind::Entered, TICKET, at(0)), told(ReportedEventKind::Left, TICKET, at(130))]);
        assert_eq!(claims(world), [(rsd("300.00"), ClaimState::Open)]);
        // An hour was paid after half of it; two more were not.
        for _ in 0..2 {
            garage.tell(vec![told(ReportedEventKind::PaidOnSite, TICKET, at(30))]);
            assert_eq!(claims(world), [(rsd("200.00"), ClaimState::Open)]);
        }
        garage.tell(vec![told(ReportedEventKind::PaidOnSite, TICKET, at(70))]);
        assert_eq!(claims(world), [(rsd("100.00"), ClaimState::Open)]);
        garage.tell(vec![told(ReportedEventKind::PaidOnSite, TICKET, at(128))]);
        assert_eq!(claims(world), [(rsd("100.00"), ClaimState::Settled)]);
        assert_eq!((count(world, "visit_payment"), incidents(world)), (3, 0));
        world.check_books();
    }

    #[test]
    fn cash_told_late_was_owed_before_what_was_paid_in_the_app_later_bg_19(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        let entered = world.now();
        garage.after(90);
        let visit = pay(&driver, &quote(&driver, TICKET));
        assert_eq!(visit.paid, rsd("200.00"));
        let early = told(ReportedEventKind::PaidOnSite, TICKET, entered + TimeDelta::minutes(30));
        for _ in 0..2 {
            garage.tell(vec![early.clone()]);
        }
        world.due();
        assert_eq!(visits(&driver)[0].paid, rsd("300.00"), "a hundred were owed then");
        assert_eq!(incidents(world), 1, "more was paid than it cost");
        // What was paid too much counts for a longer stay.
        garage.after(60);
        assert!(garage.opens(TICKET));
        world.check_books();
    }

    #[test]
    fn what_happened_after_a_visit_is_not_told_to_it_bg_64(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let at = since(world);
        let (entered, left) = (told(ReportedEventKind::Entered, TICKET, at(0)), told(ReportedEventKind::Left, TICKET, at(70)));
        garage.tell(vec![entered, left.clone()]);
        assert_eq!(claims(world), [(rsd("200.00"), ClaimState::Open)]);
        // The number is used again, and that entry is told last.
        let later = [told(ReportedEventKind::PaidOnSite, TICKET, at(200)), told(ReportedEventKind::Left, TICKET, at(210))];
        for event in later.clone() {
            assert_eq!(garage.refuses(event), "visit_unknown");
        }
        assert_eq!((claims(world), count(world, "visit_payment")), (vec![(rsd("200.00"), ClaimState::Open)], 0));
        garage.tell(vec![left]);
        garage.tell([vec![told(ReportedEventKind::Entered, TICKET, at(180))], later.to_vec()].concat());
        assert_eq!((count(world, "visit"), count(world, "visit_payment"), claims(world).len()), (2, 1, 1));
        world.check_books();
    }

    #[test]
    fn a_lost_ticket_is_of_the_visit_to_which_its_moment_belongs_bg_64_bg_68(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let at = since(world);
        let lost = |minutes: i64| told(ReportedEventKind::Lost, TICKET, at(minutes));
        garage.tell(vec![
            told(ReportedEventKind::Entered, TICKET, at(0)), told(ReportedEventKind::PaidOnSite, TICKET, at(10)),
            told(ReportedEventKind::Left, TICKET, at(12)), told(ReportedEventKind::Entered, TICKET, at(100)),
        ]);
        assert_eq!(claims(world), []);
        // The first car, which has left: eleven hours since midnight had started, and one was paid.
        for _ in 0..2 {
            garage.tell(vec![lost(0)]);
            assert_eq!(claims(world), [(rsd("1000.00"), ClaimState::Open)]);
        }
        assert!(!garage.owed(TICKET).is_lost, "it is not the car that is inside");
        // Between the two, and before the first, none is known; a book may differ by as much as
        // clocks do.
        assert_eq!(garage.refuses(lost(50)), "visit_unknown");
        assert_eq!(garage.refuses(lost(-3)), "visit_unknown");
        garage.tell(vec![lost(99)]);
        assert!(garage.owed(TICKET).is_lost);
        // An entry by mistake has no ticket to lose.
        garage.tell(vec![told(ReportedEventKind::Entered, "GR02", at(0)), told(ReportedEventKind::Cancelled, "GR02", at(1))]);
        let of_none = ReportedEvent { ticket: "GR02".into(), ..lost(0) };
        assert_eq!(garage.refuses(of_none), "visit_over");
        world.check_books();
    }

    #[test]
    fn a_car_that_is_told_wholly_after_later_ones_is_taken_bg_64_bg_66(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let at = since(world);
        let one = |kind: ReportedEventKind, minutes: i64| told(kind, TICKET, at(minutes));
        let car = |entered: i64, paid: i64, left: i64| {
            [one(ReportedEventKind::Entered, entered), one(ReportedEventKind::PaidOnSite, paid), one(ReportedEventKind::Left, left)]
        };
        // Of three cars with this number the first and the last are told.
        garage.tell(car(-600, -590, -585).to_vec());
        garage.tell(vec![one(ReportedEventKind::Entered, 0)]);
        // Of the one between them the exit comes first, then its cash, then its entry.
        let [entered, paid, left] = car(-300, -100, -90);
        for event in [&left, &paid, &one(ReportedEventKind::Lost, -200)] {
            assert_eq!(garage.refuses(event.clone()), "visit_unknown");
        }
        // While a car is inside with it, it is asked to wait.
        assert_eq!(garage.refuses(entered.clone()), "ticket_in_use");
        garage.tell(vec![one(ReportedEventKind::PaidOnSite, 50), one(ReportedEventKind::Left, 55)]);
        garage.tell(vec![entered.clone()]);
        assert_eq!(garage.refuses(one(ReportedEventKind::Entered, -200)), "ticket_in_use");
        garage.tell(vec![left.clone()]);
        assert_eq!(claims(world), [(rsd("400.00"), ClaimState::Open)]);
        for _ in 0..2 {
            garage.tell(vec![paid.clone(), entered.clone(), left.clone()]);
            assert_eq!(claims(world), [(rsd("400.00"), ClaimState::Settled)]);
        }
        // Those that are over let no other in while they were inside.
        assert_eq!((count(world, "visit"), count(world, "visit_payment")), (3, 3));
        for minutes in [-595, -585, -90, 30] {
            assert_eq!(garage.refuses(one(ReportedEventKind::Entered, minutes)), "ticket_in_use");
        }
        // The same in one report, before all of them and between two.
        garage.tell([car(-900, -890, -889), car(-80, -70, -60)].concat());
        assert_eq!((claims(world).len(), count(world, "visit"), count(world, "visit_payment")), (1, 5, 5));
        world.check_books();
    }

    #[test]
    fn two_places_and_a_badge_told_after_the_exit_change_what_is_owed_bg_64_bg_68(world) {
        let vma = Controller::of(world, "vma");
        let at = since(world);
        let entered = told(ReportedEventKind::Entered, TICKET, at(0));
        vma.tell(vec![entered.clone(), told(ReportedEventKind::PaidOnSite, TICKET, at(80)), told(ReportedEventKind::Left, TICKET, at(85))]);
        assert_eq!(claims(world), []);
        let places = |places| ReportedEvent { places: Some(places), ..entered.clone() };
        vma.tell(vec![places(2)]);
        assert_eq!(claims(world), [(rsd("45.00"), ClaimState::Open)]);
        vma.tell(vec![ReportedEvent { is_disabled: Some(true), ..entered.clone() }]);
        assert_eq!(claims(world), [(rsd("45.00"), ClaimState::Settled)]);
        vma.tell(vec![ReportedEvent { is_disabled: Some(false), ..places(1) }]);
        assert_eq!(claims(world), [(rsd("45.00"), ClaimState::Settled)]);
        vma.tell(vec![places(2)]);
        assert_eq!(claims(world), [(rsd("45.00"), ClaimState::Open)], "it is owed again");
        world.check_books();
    }

    #[test]
    fn cash_and_a_payment_in_the_app_at_one_moment_are_two_bg_19_bg_67(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        garage.after(10);
        pay(&driver, &quote(&driver, TICKET));
        let same = cash(TICKET, world.now(), "100.00");
        for _ in 0..2 {
            garage.tell(vec![same.clone()]);
        }
        assert_eq!((count(world, "visit_payment"), incidents(world)), (2, 1));
        assert_eq!(visits(&driver)[0].paid, rsd("200.00"));
        world.check_books();
    }

    #[test]
    fn another_amount_for_the_same_moment_is_refused_and_the_first_stands_bg_19(world) {
        let garage = Controller::of(world, "zeleni-venac");
        garage.enters(TICKET);
        garage.after(90);
        let first = cash(TICKET, world.now(), "150.00");
        for _ in 0..2 {
            garage.tell(vec![first.clone()]);
        }
        // Without an amount it is the same event; with another one it is not.
        garage.tell(vec![told(ReportedEventKind::PaidOnSite, TICKET, world.now())]);
        assert_eq!(garage.refuses(cash(TICKET, world.now(), "200.00")), "payment_differs");
        let owed = garage.owed(TICKET);
        assert_eq!((owed.owed, owed.state), (rsd("50.00"), VisitState::OwingAgain), "a part is paid");
        for wrong in ["0.00", "-1.00", "10000000.01", "92233720368547758.07"] {
            world.pass_seconds(1);
            assert_eq!(garage.refuses(cash(TICKET, world.now(), wrong)), "out_of_range");
        }
        let euro = ReportedEvent { amount: Some(Money::from_minor(100, mesto_rules::Currency::new("EUR").unwrap())), ..first };
        assert_eq!(garage.refuses(ReportedEvent { at: world.now(), ..euro }), "out_of_range");
        garage.tell(vec![told(ReportedEventKind::PaidOnSite, TICKET, world.now())]);
        assert!(garage.opens(TICKET));
        world.check_books();
    }

    #[test]
    fn cash_with_nothing_owed_takes_no_time_to_leave_away_bg_19_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let garage = Controller::of(world, "zeleni-venac");
        garage.enters(TICKET);
        garage.after(55);
        garage.now(ReportedEventKind::PaidOnSite, TICKET);
        garage.after(7);
        garage.now(ReportedEventKind::PaidOnSite, TICKET);
        garage.after(3);
        assert!(garage.opens(TICKET), "it may leave until the seventieth minute");
        garage.after(5);
        assert!(garage.opens(TICKET));
        world.pass_seconds(1);
        refused("visit_owes", &garage.exit(TICKET));
        world.check_books();
    }

    #[test]
    fn a_visit_that_became_dearer_is_told_again_with_the_moment_bg_67_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let hear = |events: Vec<ReportedEvent>, after: &str| -> GarageReported {
            expect(200, garage.send(&GarageReport { settled_after: Some(after.to_owned()), ..garage.report(events) }))
        };
        garage.enters(TICKET);
        let entered = world.now();
        garage.enters("GR02");
        let paid = pay(&driver, &quote(&driver, TICKET));
        pay(&driver, &quote(&driver, "GR02"));
        garage.after(3);
        let before = hear(vec![], &world.now().timestamp_millis().to_string());
        assert_eq!(before.settled, []);
        let lost = told(ReportedEventKind::Lost, TICKET, entered);
        let heard = hear(vec![lost.clone()], &before.next);
        let [settled] = heard.settled.as_slice() else { panic!("{heard:?}") };
        let corrected_at = Some(world.now());
        assert_eq!((settled.visit, settled.corrected_at, settled.receipt.clone()), (paid.id, corrected_at, None));
        assert_eq!(settled.owes_again_at, Some(settled.at), "the barrier stays closed");
        // An answer that was lost is asked for again; told again it is the same correction.
        world.pass(2);
        for _ in 0..2 {
            let again = hear(vec![lost.clone()], &before.next);
            assert_eq!(again.settled.iter().map(|one| (one.visit, one.corrected_at)).collect::<Vec<_>>(), [(paid.id, corrected_at)]);
        }
        assert_eq!(visits(&driver).iter().filter(|visit| visit.signed.is_some()).count(), 1);
        // Paid once more, it has a receipt from after that.
        let difference = pay(&driver, &quote(&driver, TICKET));
        assert!(difference.signed.is_some());
        let heard = hear(vec![], &heard.next);
        let last = heard.settled.iter().rfind(|one| one.visit == paid.id).unwrap();
        assert_eq!((last.corrected_at, last.receipt.clone()), (corrected_at, difference.signed));
        let claims = ReceiptClaims::verify(last.receipt.as_ref().unwrap(), &world.key_set(), world.now()).unwrap();
        assert!(Some(claims.bought_at) >= corrected_at);
        assert!(garage.opens(TICKET));
        // A payment and its correction in one minute: told as it is, and once.
        garage.enters("GR03");
        let third = pay(&driver, &quote(&driver, "GR03"));
        let heard = hear(vec![ReportedEvent { places: Some(2), ..told(ReportedEventKind::Entered, "GR03", world.now()) }], &heard.next);
        let told: Vec<_> = heard.settled.iter().filter(|one| one.visit == third.id).collect();
        assert_eq!((told.len(), told[0].owes_again_at, told[0].receipt.clone()), (1, Some(told[0].at), None));
        world.check_books();
    }

    #[test]
    fn an_exit_told_late_ends_the_visit_before_one_that_was_told_of_a_later_car_bg_64_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let garage = Controller::of(world, "zeleni-venac");
        let at = since(world);
        let event = |kind, minutes| told(kind, TICKET, at(minutes));
        garage.tell(vec![event(ReportedEventKind::Entered, 0), cash(TICKET, at(55), "100.00")]);
        // A second car has the number before the exit of the first is told.
        let second = event(ReportedEventKind::Entered, 90);
        let reported: GarageReported = expect(200, garage.send(&garage.report(vec![
            second.clone(), cash(TICKET, at(150), "50.00"), event(ReportedEventKind::Left, 175),
        ])));
        assert_eq!((reported.taken, reported.refused[0].code.as_str()), (2, "ticket_in_use"));
        assert_eq!(claims(world), [(rsd("150.00"), ClaimState::Open)], "three hours, of which a half was paid");
        assert_eq!(garage.refuses(second.clone()), "ticket_in_use", "it is told again until the exit was");
        for _ in 0..2 {
            garage.tell(vec![event(ReportedEventKind::Left, 70)]);
            assert_eq!(claims(world), [(rsd("150.00"), ClaimState::Settled)], "it left within its time");
        }
        world.pass(1);
        // What was told of the second car is its own, also the cash.
        for again in [vec![second.clone()], vec![second, event(ReportedEventKind::Left, 175)]] {
            garage.tell(again);
            assert_eq!(claims(world), [(rsd("150.00"), ClaimState::Settled), (rsd("150.00"), ClaimState::Open)]);
        }
        garage.tell(vec![cash(TICKET, at(150), "50.00")]);
        assert_eq!((count(world, "visit"), count(world, "visit_payment"), incidents(world)), (2, 2, 0));
        world.check_books();
    }

    #[test]
    fn cash_without_an_amount_is_what_was_owed_then_in_whatever_order_it_is_told_bg_19_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let garage = Controller::of(world, "zeleni-venac");
        let at = since(world);
        for (ticket, moments) in [("GR01", [30, 70]), ("GR02", [70, 30])] {
            garage.tell(vec![told(ReportedEventKind::Entered, ticket, at(0))]);
            for minutes in moments {
                garage.tell(vec![told(ReportedEventKind::PaidOnSite, ticket, at(minutes))]);
            }
            garage.tell(vec![told(ReportedEventKind::Left, ticket, at(190))]);
        }
        assert_eq!(claims(world), [(rsd("200.00"), ClaimState::Open), (rsd("200.00"), ClaimState::Open)]);
        // What was told with an amount stays; the rest is reckoned anew by it, also after the exit.
        garage.tell(vec![cash("GR01", at(20), "60.00")]);
        let amounts = transact(&*world.store, |tx| {
            let sql = "SELECT amount FROM visit_payment JOIN visit ON visit.id = visit_payment.visit WHERE visit.ticket = 'GR01' ORDER BY visit_payment.at";
            tx.query(sql, values![])?.iter().map(|row| row.get::<i64>("amount")).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(amounts.unwrap(), [6000, 4000, 10000]);
        assert_eq!(claims(world)[0], (rsd("200.00"), ClaimState::Open));
        world.check_books();
    }

    #[test]
    fn a_visit_that_turns_out_cheaper_than_what_was_paid_in_the_app_is_looked_at_bg_67(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, vma, driver) = (Controller::of(world, "zeleni-venac"), Controller::of(world, "vma"), driver(world, PHONE));
        let looked_at = || world.operator.incidents(&*world.store).unwrap().into_iter().map(|one| (one.kind, one.reference)).collect::<Vec<_>>();
        let of = |visit: &Visit| ("visit_paid_twice".to_owned(), visit.id.to_string());
        garage.enters(TICKET);
        vma.enters("VM07");
        let entered = world.now();
        world.pass(80);
        vma.is_there();
        let badge = pay(&driver, &expect(201, ask_at(&driver, "vma", "VM07", PayMethod::Deposit)));
        garage.after(50);
        let late = pay(&driver, &quote(&driver, TICKET));
        assert_eq!(late.paid, rsd("300.00"));
        assert_eq!(looked_at(), []);
        // It had left when it was paid, after an hour at most.
        garage.tell(vec![told(ReportedEventKind::Left, TICKET, entered + TimeDelta::minutes(50))]);
        assert_eq!((looked_at(), claims(world)), (vec![of(&late)], vec![]));
        let told = ReportedEvent { is_disabled: Some(true), ..told(ReportedEventKind::Entered, "VM07", entered) };
        vma.tell(vec![told.clone()]);
        let mut both = vec![of(&badge), of(&late)];
        let mut found = looked_at();
        both.sort();
        found.sort();
        assert_eq!(found, both);
        // Told again it is nothing new.
        world.operator.incident_done(&*world.store, world.now(), ("visit_paid_twice", &badge.id.to_string()), "given back").unwrap();
        vma.tell(vec![told]);
        assert_eq!(looked_at(), [of(&late)]);
        world.check_books();
    }

    #[test]
    fn an_entry_told_after_its_lost_ticket_is_when_the_visit_began_bg_64_bg_68(world) {
        let vma = Controller::of(world, "vma");
        let garage = Controller::of(world, "zeleni-venac");
        let start = "2025-09-02T21:00:00Z".parse::<DateTime<Utc>>().unwrap();
        let event = |kind, minutes| told(kind, TICKET, start + TimeDelta::minutes(minutes));
        let story = [event(ReportedEventKind::Lost, 120), event(ReportedEventKind::Entered, 0), event(ReportedEventKind::Left, 180)];
        for _ in 0..2 {
            for one in story.clone() {
                garage.tell(vec![one]);
            }
        }
        // In at 23:00 of the day before, out at 2:00: a day since midnight, and two hours.
        assert_eq!(claims(world), [(rsd("1700.00"), ClaimState::Open)]);
        world.pass(1);
        // Told after the exit it is claimed anew, with its places.
        let [lost, entered, left] = story;
        vma.tell(vec![lost, left]);
        let before = claims(world)[1];
        vma.tell(vec![ReportedEvent { places: Some(2), ..entered.clone() }]);
        assert!(claims(world)[1].0.amount > before.0.amount, "{before:?} {:?}", claims(world));
        assert_eq!(count(world, "visit WHERE places = 2"), 1);
        // An entry that was told is when it began.
        garage.tell(vec![event(ReportedEventKind::Entered, 300), event(ReportedEventKind::Lost, 310)]);
        assert_eq!(garage.refuses(event(ReportedEventKind::Entered, 290)), "ticket_in_use");
        world.check_books();
    }

    #[test]
    fn a_ticket_is_tried_in_vain_while_its_controller_is_silent_bg_64(world) {
        let (garage, payer, other) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE), driver(world, OTHER));
        garage.enters(TICKET);
        pay(&payer, &quote(&payer, TICKET));
        garage.enters("GR02");
        garage.leaves("GR02");
        world.pass(3);
        for ticket in ["XX01", TICKET, "GR02"] {
            refused("facility_unreachable", &ask(&other, ticket));
        }
        // One's own visit is told all the same.
        refused("visit_already_paid", &ask(&payer, TICKET));
        world.check_books();
    }

    #[test]
    fn numbers_of_tickets_are_tried_only_so_often_bg_64(world) {
        let (garage, driver, other) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE), driver(world, OTHER));
        let vma = Controller::of(world, "vma");
        garage.enters(TICKET);
        vma.enters("VM07");
        pay(&driver, &quote(&driver, TICKET));
        garage.enters("GR02");
        garage.leaves("GR02");
        let tries = |count: i64| (0..count).for_each(|one| drop(refused("visit_unknown", &ask(&driver, &format!("XX{one:04}")))));
        tries(18);
        // What is said of cars elsewhere and of those that have left counts too.
        refused("visit_of_another_facility", &ask(&driver, "VM07"));
        refused("visit_over", &ask(&driver, "GR02"));
        garage.enters("GR03");
        let refusal = refused("too_many_requests", &ask(&driver, "GR03"));
        assert_eq!(refusal["retry_after_seconds"], 3601);
        refused("too_many_requests", &ask(&driver, "XX99"));
        // One's own visits are told all the same, and nobody else is kept waiting.
        refused("visit_already_paid", &ask(&driver, TICKET));
        quote(&other, "GR03");
        for _ in 0..5 {
            refused("visit_already_paid", &ask(&driver, TICKET));
        }
        garage.after(61);
        quote(&driver, "GR03");
        garage.leaves(TICKET);
        for _ in 0..30 {
            refused("visit_over", &ask(&driver, TICKET));
        }
        tries(20);
        refused("too_many_requests", &ask(&driver, "XX99"));
        world.check_books();
    }
}

/// The exit of the first car and the entry of the second are told late: the second car's driver
/// paid what the operator knew, and owes nothing for the first car.
#[test]
fn who_paid_after_the_car_had_left_is_not_its_debtor_bg_68() {
    let world = &World::sqlite();
    let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
    let start = world.now();
    let at = |minutes| start + TimeDelta::minutes(minutes);
    garage.enters(TICKET);
    garage.after(110);
    // The second car came in at 100.
    let paid = pay(&driver, &quote(&driver, TICKET));
    assert_eq!(paid.paid, rsd("200.00"));
    garage.after(5);
    garage.tell(vec![told(ReportedEventKind::Left, TICKET, at(70)), told(ReportedEventKind::Entered, TICKET, at(100))]);
    garage.tell(vec![told(ReportedEventKind::Lost, TICKET, at(60))]);
    let found = world.operator.claims(&*world.store).unwrap();
    assert!(found.iter().all(|claim| claim.debtor.is_none()), "{found:?}");
}

/// A leap second is one moment when it is taken and another one when it is read again.
#[test]
fn a_leap_second_is_the_second_after_it_bg_64() {
    let world = &World::sqlite();
    let garage = Controller::of(world, "vma");
    garage.enters("VM01");
    garage.after(1);
    garage.leaves("VM01");
    garage.after(5);
    let leap: DateTime<Utc> = "2025-09-03T07:59:60.999Z".parse().unwrap();
    for _ in 0..2 {
        let reported: GarageReported =
            expect(200, garage.send(&garage.report(vec![told(ReportedEventKind::Entered, "VM01", leap)])));
        assert_eq!((reported.taken, reported.refused.len(), count(world, "visit")), (0, 1, 1), "{reported:?}");
    }
    assert_eq!(count(world, "visit WHERE ended_at IS NULL"), 0);
    world.check_books();
}
