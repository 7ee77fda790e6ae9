//! Why nothing is sold.

use super::*;

on_both_databases! {
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
        assert_eq!(garage.refuses(told(ReportedEventKind::Entered, "12", world.now())), "ticket_number_invalid");
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
}
