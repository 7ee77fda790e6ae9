//! Visits that are paid in the app, from the deposit and by card.

use super::*;

on_both_databases! {
    #[test]
    fn a_visit_is_paid_by_its_ticket_and_the_barrier_opens_bg_03_bg_64_bg_67(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        let first = garage.tell(vec![told(ReportedEventKind::Entered, TICKET, world.now())]);
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
    fn a_blocked_and_suspended_account_still_pays_for_the_car_that_stands_inside_bg_67_av_103(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        garage.after(90);
        let suspended = Request::new("POST", "/v1/account/suspended").bearer(&driver.token);
        assert_eq!(world.send(&suspended).status, 200);
        world.operator.block_account(&*world.store, world.now(), &driver.account.to_string(), "Copied tickets").unwrap();
        let vehicle = driver.add("BG789PP").id;
        refused("account_blocked", &driver.ask(vehicle, "green", 30));
        let quote = quote(&driver, TICKET);
        assert_eq!(pay(&driver, &quote).paid, rsd("200.00"));
        assert!(garage.opens(TICKET));
        world.check_books();
    }

    #[test]
    fn a_visit_is_paid_by_card_once_the_bank_says_so_bg_25_bg_27_bg_67_bg_93(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        // What a card costs below 200 is not known.
        let refusal = refused("card_fee_unknown", &ask_at(&driver, "zeleni-venac", TICKET, PayMethod::Card));
        assert_eq!(refusal["below"]["amount"], "200.00");
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
        garage.tell(tickets.map(|ticket| told(ReportedEventKind::Entered, ticket, world.now())).into());
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

/// Two accounts pay one visit at one millisecond, and in between its controller told that it takes
/// two places: what each paid counts.
#[test]
fn two_payments_in_the_app_of_one_millisecond_are_two_bg_67() {
    let world = &World::sqlite();
    let garage = Controller::of(world, "vma");
    let people = [driver(world, PHONE), driver(world, OTHER)];
    garage.enters("VM01");
    let entered = world.now();
    garage.after(40);
    let quotes =
        people.each_ref().map(|person| expect::<Quote>(201, ask_at(person, "vma", "VM01", PayMethod::Deposit)));
    pay(&people[0], &quotes[0]);
    garage.tell(vec![ReportedEvent { places: Some(2), ..told(ReportedEventKind::Entered, "VM01", entered) }]);
    pay(&people[1], &quotes[1]);
    assert_eq!(count(world, "ledger_entry WHERE kind = 'garages.visit'"), 2);
    assert_eq!(count(world, "visit_payment"), 2);
    world.check_books();
}
