//! Visits whose ticket is erased, because their account was closed or they are old: the number is
//! free for the next car, and what is told of them again changes nothing.

use super::*;

/// A driver pays a visit, the car leaves, his account is closed, and its days are over.
fn erased(world: &World, garage: &Controller<'_>, events: Vec<ReportedEvent>) {
    let driver = driver(world, PHONE);
    garage.tell(events);
    pay(&driver, &quote(&driver, TICKET));
    garage.after(5);
    garage.leaves(TICKET);
    world.due();
    assert_eq!(claims(world), []);
    assert_eq!(driver.delete("/v1/account").status, 200);
    world.pass(31 * DAY);
    world.due();
    assert_eq!(count(world, "visit WHERE ticket IS NOT NULL"), 0);
    assert_eq!(count(world, "visit_event"), 0);
    world.check_books();
}

/// What a report of these events answers: how many were taken, and why the others were not.
fn tells(garage: &Controller<'_>, events: Vec<ReportedEvent>) -> (u32, Vec<String>) {
    let reported: GarageReported = expect(200, garage.send(&garage.report(events)));
    (reported.taken, reported.refused.into_iter().map(|refused| refused.code).collect())
}

on_both_databases! {
    #[test]
    fn a_ticket_that_was_lost_a_minute_before_its_entry_goes_with_its_visit_and_the_next_car_comes_in_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let garage = Controller::of(world, "zeleni-venac");
        let now = world.now();
        let lost = told(ReportedEventKind::Lost, TICKET, now - TimeDelta::minutes(1));
        erased(world, &garage, vec![lost, told(ReportedEventKind::Entered, TICKET, now)]);
        assert_eq!(tells(&garage, vec![told(ReportedEventKind::Entered, TICKET, world.now())]), (1, vec![]));
        garage.after(10);
        let owed = garage.owed(TICKET);
        assert!(owed.price.amount < 1000.into(), "its own minutes: {owed:?}");
        world.check_books();
    }

    #[test]
    fn what_is_told_again_of_a_visit_of_a_closed_account_changes_nothing_bg_68(world) {
        let world = &with_exit_minutes(world, 15);
        let garage = Controller::of(world, "zeleni-venac");
        let now = world.now();
        let entered = told(ReportedEventKind::Entered, TICKET, now);
        let left = told(ReportedEventKind::Left, TICKET, now + TimeDelta::minutes(5));
        erased(world, &garage, vec![entered.clone()]);
        // The controller's queue is put back from a copy of its disk.
        assert_eq!(tells(&garage, vec![entered, left]), (1, vec!["visit_unknown".to_owned()]));
        assert_eq!((claims(world), count(world, "visit"), count(world, "visit_event")), (vec![], 1, 0));
        // Another car of a minute later was never told of.
        let late = told(ReportedEventKind::Entered, TICKET, now + TimeDelta::minutes(6));
        assert_eq!(tells(&garage, vec![late]), (1, vec![]));
        assert_eq!(count(world, "visit WHERE ticket IS NOT NULL"), 1);
        world.check_books();
    }

    #[test]
    fn what_is_told_of_a_time_whose_visits_are_erased_begins_none_bg_68(world) {
        let world = &world.with_garages(|garages| garages.retention.visits_days = 30);
        let garage = Controller::of(world, "zeleni-venac");
        let left_at = world.now();
        let entered_at = left_at - TimeDelta::minutes(10);
        let entered = told(ReportedEventKind::Entered, TICKET, entered_at);
        let left = told(ReportedEventKind::Left, TICKET, left_at);
        garage.tell(vec![entered.clone(), cash(TICKET, left_at, "100.00"), left.clone()]);
        assert_eq!(claims(world), []);
        world.pass(30 * DAY - 10);
        let just_in_time = told(ReportedEventKind::Entered, "GR009999", entered_at);
        assert_eq!(tells(&garage, vec![just_in_time]), (1, vec![]));
        world.pass(2 * DAY);
        world.due();
        assert_eq!(count(world, "visit WHERE ticket = 'GR004217'"), 0);
        assert_eq!(tells(&garage, vec![entered, left]), (1, vec!["visit_unknown".to_owned()]));
        // Nobody knows whether it was told before.
        let older = told(ReportedEventKind::Entered, "GR008888", entered_at - TimeDelta::minutes(1));
        assert_eq!(tells(&garage, vec![older]), (0, vec!["out_of_range".to_owned()]));
        assert_eq!((claims(world), count(world, "visit WHERE ticket = 'GR004217'")), (vec![], 0));
        world.check_books();
    }
}
