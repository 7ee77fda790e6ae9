//! What a controller tells and hears.

use super::*;

on_both_databases! {
    #[test]
    fn a_report_may_come_twice_late_and_out_of_order_bg_64_bg_66(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let at = |minutes: i64| "2025-09-03T08:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes);
        world.pass(200);
        // One report, its events in any order.
        let events = vec![
            told(ReportedEventKind::Left, "A001", at(50)),
            told(ReportedEventKind::PaidOnSite, "A001", at(45)),
            told(ReportedEventKind::Entered, "A001", at(0)),
            told(ReportedEventKind::Entered, "A002", at(10)),
        ];
        for _ in 0..3 {
            garage.tell(events.clone());
        }
        assert_eq!((count(world, "visit"), count(world, "visit_payment")), (2, 1));
        // What is told before its entry is told again after it.
        let left = told(ReportedEventKind::Left, "A003", at(100));
        assert_eq!(garage.refuses(left.clone()), "visit_unknown");
        let reported: GarageReported = expect(200, garage.send(&garage.report(vec![left.clone(), told(ReportedEventKind::Entered, "A003", at(60))])));
        assert_eq!((reported.taken, reported.refused), (2, vec![]));
        // It left without paying, until the cash is told.
        let claims = || world.operator.claims(&*world.store).unwrap();
        let [claim] = claims().try_into().unwrap();
        assert_eq!((claim.amount, claim.state, claim.debtor), (rsd("100.00"), ClaimState::Open, None));
        for _ in 0..2 {
            garage.tell(vec![told(ReportedEventKind::PaidOnSite, "A003", at(99))]);
        }
        let [claim] = claims().try_into().unwrap();
        assert_eq!((claim.state, claim.settled_at), (ClaimState::Settled, Some(world.now())));
        // The whole story again changes nothing.
        garage.tell(vec![left, told(ReportedEventKind::Entered, "A003", at(60)), told(ReportedEventKind::PaidOnSite, "A003", at(99))]);
        assert_eq!((count(world, "visit"), count(world, "visit_payment"), claims().len()), (3, 2, 1));
        // What happened before its entry is of a car that is not known; to one that is over nothing
        // happens.
        assert_eq!(garage.refuses(told(ReportedEventKind::Left, "A002", at(5))), "visit_unknown");
        assert_eq!(garage.refuses(told(ReportedEventKind::Cancelled, "A003", at(80))), "visit_over");
        assert_eq!(garage.refuses(told(ReportedEventKind::Cancelled, "A003", at(120))), "visit_unknown");
        // The number is used again, when the first visit has ended and not before.
        assert_eq!(garage.refuses(told(ReportedEventKind::Entered, "A002", at(30))), "ticket_in_use");
        assert_eq!(garage.refuses(told(ReportedEventKind::Entered, "A003", at(90))), "ticket_in_use");
        garage.tell(vec![told(ReportedEventKind::Entered, "A003", at(190))]);
        assert_eq!(quote(&driver, "A003").total, rsd("100.00"));
        garage.tell(vec![told(ReportedEventKind::Left, "A003", at(100))]);
        assert_eq!(garage.owed("A003").entered_at, at(190), "that was the one before");
        world.check_books();
    }

    #[test]
    fn an_entry_by_mistake_is_taken_back_while_nobody_paid_bg_64(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        for _ in 0..2 {
            garage.now(ReportedEventKind::Cancelled, TICKET);
        }
        let refusal = refused("visit_over", &ask(&driver, TICKET));
        assert!(!refusal["ended_at"].is_null());
        garage.enters("GR02");
        pay(&driver, &quote(&driver, "GR02"));
        assert_eq!(garage.refuses(told(ReportedEventKind::Cancelled, "GR02", world.now())), "visit_already_paid");
        assert_eq!(garage.refuses(told(ReportedEventKind::PaidOnSite, TICKET, world.now())), "visit_over");
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
        let anywhere = give(None, None).unwrap_err();
        assert_eq!(anywhere, GrantError::ControllerWithoutPlace { known: String::new() });
        let placeless = give(None, Some("belgrade")).unwrap_err();
        assert!(placeless.to_string().contains("zeleni-venac, baba-visnjina"), "{placeless}");
        // One that was given for all of the city before a controller needed a place still counts.
        give(Some("vma"), Some("belgrade")).unwrap();
        refused("forbidden", &as_driver.send(&as_driver.report(vec![])));
        let (account, place) = (driver.account.to_string(), "\"place\":\"vma\"");
        let widened = values![account, place, "\"place\":null"];
        transact(&*world.store, |tx| tx.execute("UPDATE account SET roles = REPLACE(roles, $2, $3) WHERE id = $1", widened)).unwrap();
        assert_eq!(as_driver.send(&as_driver.report(vec![])).status, 200);
        assert_eq!(give(Some("zeleni-venac"), None), Err(GrantError::PlaceWithoutCity));
        let nowhere = give(Some("red"), Some("belgrade")).unwrap_err();
        assert!(matches!(&nowhere, GrantError::NoPlace { known, .. } if known.contains("zeleni-venac, baba-visnjina")), "{nowhere}");
        // Where nothing asks for a place, or a city, a role for one would do nothing or everything.
        let give = |role, place| {
            let given = RoleGiven { role, city: Some("belgrade"), place, until: None };
            world.operator.give_role(&*world.store, world.now(), &driver.account.to_string(), &given).map(|grant| grant.place)
        };
        assert_eq!(give(Role::Inspector, Some("vma")), Err(GrantError::InspectorOfPlace));
        assert_eq!(give(Role::Inspector, None), Ok(None));
        assert_eq!(give(Role::Driver, None), Err(GrantError::DriverOfCity));
        let staff = world.operator.staff(&*world.store, world.now()).unwrap();
        assert!(staff.iter().any(|one| one.name == "zeleni-venac" && one.grants[0].place.as_deref() == Some("zeleni-venac")));
    }

    #[test]
    fn a_report_that_cannot_be_is_refused_as_a_whole_and_events_each_bg_64(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let ahead = |seconds: i64| world.now() + TimeDelta::seconds(seconds);
        assert_eq!(garage.send(&GarageReport { sent_at: ahead(120), ..garage.report(vec![]) }).status, 200);
        let refusal = refused("out_of_range", &garage.send(&GarageReport { sent_at: ahead(121), ..garage.report(vec![]) }));
        assert_eq!((refusal["field"].as_str(), refusal["now"].clone()), (Some("sent_at"), serde_json::to_value(world.now()).unwrap()));
        let places = Some(ReportedPlaces { free: 1, at: ahead(121) });
        refused("out_of_range", &garage.send(&GarageReport { places, ..garage.report(vec![]) }));
        // More places than there are: the events are taken, the count is not kept.
        let before = super::places(world);
        let counted = Some(ReportedPlaces { free: 304, at: world.now() });
        let counted = GarageReport { places: counted, ..garage.report(vec![told(ReportedEventKind::Entered, "GR77", world.now())]) };
        assert_eq!(expect::<GarageReported>(200, garage.send(&counted)).taken, 1);
        assert_eq!(super::places(world), before);
        let refusal = refused("bad_request", &garage.send(&GarageReport { settled_after: Some("soon".into()), ..garage.report(vec![]) }));
        assert_eq!(refusal["field"], "settled_after");
        let many = vec![told(ReportedEventKind::Entered, TICKET, world.now()); 201];
        assert_eq!(refused("bad_request", &garage.send(&garage.report(many)))["most"], 200);
        garage.tell(vec![told(ReportedEventKind::Entered, TICKET, world.now()); 200]);
        assert_eq!(garage.refuses(told(ReportedEventKind::Entered, "GR02", ahead(121))), "entry_in_future");
        assert_eq!(garage.refuses(told(ReportedEventKind::Left, TICKET, ahead(121))), "out_of_range");
        assert_eq!(garage.refuses(told(ReportedEventKind::Other("vanished".into()), TICKET, world.now())), "bad_request");
        assert_eq!(garage.refuses(told(ReportedEventKind::Entered, "GR03", world.now() - TimeDelta::days(4000))), "out_of_range");
        // One that cannot be taken does not stop the others.
        let events = vec![told(ReportedEventKind::Left, "GR04", world.now()), told(ReportedEventKind::Entered, "GR05", world.now()), told(ReportedEventKind::Entered, "?", world.now())];
        let reported: GarageReported = expect(200, garage.send(&garage.report(events)));
        let refused: Vec<_> = reported.refused.iter().map(|one| (one.index, one.code.as_str())).collect();
        assert_eq!((reported.taken, refused), (1, vec![(0, "visit_unknown"), (2, "ticket_number_invalid")]));
        // A clock that is a little ahead is one that is just happening.
        garage.tell(vec![told(ReportedEventKind::Entered, "GR06", ahead(100))]);
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
        assert_eq!((tickets(&second), second.has_more), (vec!["GR01".to_owned()], false));
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
        let leaves = GarageReport { settled_after: None, ..garage.report(vec![told(ReportedEventKind::Left, "GR01", world.now())]) };
        assert_eq!(tickets(&expect(200, garage.send(&leaves))), ["GR02"]);
        // Another garage hears of its own alone.
        let vma = Controller::of(world, "vma");
        assert!(vma.tell(vec![]).settled.is_empty());
    }

    #[test]
    fn more_than_one_answer_holds_is_told_in_several_bg_67(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let plant = "INSERT INTO visit_payment (visit, at, is_cash, priced_at, city, facility, sale, amount, fee, currency, lines) SELECT id, entered_at, 0, entered_at, city, facility, 'sa' || SUBSTR(id, 3), 0, 0, currency, '[]' FROM visit";
        for hundred in 0..6 {
            let event = |one: i64| told(ReportedEventKind::Entered, &format!("GR{}", 1000 + hundred * 100 + one), world.now() + TimeDelta::milliseconds(one));
            garage.tell((0..100).map(event).collect());
            world.pass(1);
        }
        transact(&*world.store, |tx| tx.execute(plant, values![])).unwrap();
        let hear = |after: Option<String>| -> GarageReported {
            expect(200, garage.send(&GarageReport { settled_after: after, ..garage.report(vec![]) }))
        };
        let first = hear(None);
        assert_eq!((first.settled.len(), first.has_more), (500, true));
        let second = hear(Some(first.next));
        assert_eq!((second.settled.len(), second.has_more), (101, false), "the last one is told again");
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
            let places = Some(ReportedPlaces { free, at });
            assert_eq!(garage.send(&GarageReport { places, ..garage.report(vec![]) }).status, 200);
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
    fn two_reports_of_one_entry_at_the_same_instant_make_one_visit_bg_64(world) {
        let garage = Controller::of(world, "zeleni-venac");
        for round in 0..4 {
            let report = garage.report(vec![told(ReportedEventKind::Entered, &format!("GR30{round}"), world.now())]);
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

    #[test]
    fn a_controller_hears_of_another_history_of_the_books(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let first = garage.tell(Vec::new()).epoch;
        assert!(first.is_some());
        assert_eq!(garage.tell(Vec::new()).epoch, first);
        let begun = world.operator.begin_epoch(&*world.store, world.now()).unwrap();
        assert_eq!(garage.tell(Vec::new()).epoch, Some(begun));
        assert_ne!(first, Some(begun));
    }

    #[test]
    fn a_controllers_clock_that_is_off_is_told_and_somebody_looks_at_it(world) {
        let garage = Controller::of(world, "zeleni-venac");
        let found = || -> Vec<String> {
            let found = world.operator.incidents(&*world.store).unwrap();
            found.into_iter().map(|one| format!("{} {}: {}", one.kind, one.reference, one.detail)).collect()
        };
        let sent = |seconds: i64| {
            let sent_at = world.now() + TimeDelta::seconds(seconds);
            garage.send(&GarageReport { sent_at, ..garage.report(Vec::new()) })
        };
        let heard: GarageReported = expect(200, sent(-30));
        assert_eq!((heard.clock_differs_seconds, found()), (None, vec![]));
        let heard: GarageReported = expect(200, sent(-86_400));
        assert_eq!(heard.clock_differs_seconds, Some(-86_400));
        expect::<GarageReported>(200, sent(-90_000));
        let [told] = &found()[..] else { panic!("told once: {:?}", found()) };
        assert!(told.starts_with("clock_differs belgrade/zeleni-venac") && told.contains("86400 seconds behind"), "{told}");
        world.operator.incident_done(&*world.store, world.now(), ("clock_differs", "belgrade/zeleni-venac"), "set").unwrap();
        // Ahead, nothing of the report is taken, and it is told all the same.
        refused("out_of_range", &sent(86_400));
        assert!(found()[0].contains("86400 seconds ahead"), "{:?}", found());
    }
}
