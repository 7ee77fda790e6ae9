//! Visits as a driver sees them, and how long they are kept.

use super::*;

on_both_databases! {
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
        let page = |query: &str| -> VisitPage { expect(200, driver.get(&format!("/v1/garages/visits?{query}"))) };
        let seen = |page: &VisitPage| page.items.iter().map(|visit| visit.id).collect::<Vec<_>>();
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
        assert_eq!(exported["visits"][0]["is_lost"], false);
        assert_eq!(exported["payments_of_visits"][0]["amount"]["currency"], "RSD");
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
    fn the_ticket_of_a_sale_of_which_nothing_came_is_kept_as_long_av_123(world) {
        let world = &world.with_garages(|garages| garages.retention.visits_days = 30);
        let garage = Controller::of(world, "zeleni-venac");
        let (driver, leaving) = (driver(world, PHONE), driver(world, OTHER));
        garage.enters("GR03");
        garage.after(150);
        for person in [&driver, &leaving] {
            // Its page expires.
            person.begin(&card_quote(person, "GR03"));
        }
        garage.leaves("GR03");
        world.pass(20);
        world.due();
        assert_eq!(leaving.delete("/v1/account").status, 200);
        let kept = || (count(world, "sale WHERE items LIKE '%GR03%'"), count(world, "sale WHERE items LIKE '%zeleni-venac%'"));
        world.pass(29 * DAY);
        world.due();
        assert_eq!(kept(), (2, 2));
        world.pass(2 * DAY);
        world.due();
        assert_eq!(kept(), (0, 2), "where it was tried to pay stays, with the sale");
        world.check_books();
    }

    #[test]
    fn a_visit_without_its_number_is_told_to_no_controller_av_123(world) {
        let world = &world.with_garages(|garages| garages.retention.visits_days = 30);
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        pay(&driver, &quote(&driver, TICKET));
        assert_eq!(garage.tell(vec![]).settled.len(), 1);
        // Nobody told that it left; after a year and its days it is forgotten.
        world.pass(400 * DAY);
        world.due();
        assert_eq!(count(world, "visit WHERE ticket IS NULL AND ended_at IS NULL"), 1);
        // The session of its controller has ended too.
        let garage = Controller::of(world, "zeleni-venac");
        assert_eq!(garage.tell(vec![]).settled, []);
        world.check_books();
    }
}
