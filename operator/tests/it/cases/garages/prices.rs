//! What a visit owes: minutes to leave, free minutes, two places, lost tickets, several days.

use super::*;

on_both_databases! {
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
        let event = told(ReportedEventKind::PaidOnSite, TICKET, world.now());
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
        garage.now(ReportedEventKind::PaidOnSite, TICKET);
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
        let badge = ReportedEvent { is_disabled: Some(true), ..told(ReportedEventKind::Entered, "VM02", world.now()) };
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
        let entered = told(ReportedEventKind::Entered, TICKET, world.now());
        vma.tell(vec![ReportedEvent { places: Some(2), ..entered.clone() }]);
        vma.after(60);
        let quoted: Quote = expect(201, ask_at(&driver, "vma", TICKET, PayMethod::Deposit));
        assert_eq!(quoted.total, rsd("90.00"));
        vma.tell(vec![ReportedEvent { is_disabled: Some(true), ..entered.clone() }]);
        refused("nothing_owed", &ask_at(&driver, "vma", TICKET, PayMethod::Deposit));
        // What was quoted before is another price now.
        refused("nothing_owed", &driver.buy_with(&world.key(), &quoted));
        assert_eq!(vma.refuses(ReportedEvent { places: Some(3), ..entered }), "out_of_range");
    }

    #[test]
    fn a_lost_ticket_counts_from_midnight_bg_64(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        // Ten in the morning: eleven hours have started at five past.
        garage.enters(TICKET);
        let entered = world.now();
        garage.after(5);
        let before = quote(&driver, TICKET);
        garage.tell(vec![told(ReportedEventKind::Lost, TICKET, entered)]);
        let stale = refused("quote_stale", &driver.buy_with(&world.key(), &before));
        assert_eq!(stale["total"], json!({"amount": "1100.00", "currency": "RSD"}));
        let quoted = quote(&driver, TICKET);
        assert_eq!(lines(&quoted), [("garages.lost".into(), "0.00 RSD".into()), ("garages.started_units".into(), "1100.00 RSD".into())]);
        // A ticket printed instead, with the entry of the inventory book, the day before: that is
        // 1500 and ten hours.
        let book = "2025-09-02T18:00:00Z".parse().unwrap();
        for _ in 0..2 {
            garage.tell(vec![told(ReportedEventKind::Lost, "GR09", book)]);
        }
        let (quoted, owed) = (quote(&driver, "GR09"), garage.owed("GR09"));
        assert_eq!((quoted.total, offer(&quoted).entered_at), (rsd("2600.00"), book));
        assert!(owed.is_lost);
        // Lost after it was paid: the difference.
        garage.enters("GR10");
        pay(&driver, &quote(&driver, "GR10"));
        garage.tell(vec![told(ReportedEventKind::Lost, "GR10", world.now())]);
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
}
