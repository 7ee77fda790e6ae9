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

/// The number came again within a day and its second car stays for longer than visits are kept:
/// what is told of it does not bring the first one back, which was paid.
#[test]
fn a_visit_that_is_erased_does_not_come_back_with_the_next_one_bg_68() {
    let world = &World::sqlite();
    let world = &world.with_garages(|garages| garages.retention.visits_days = 30);
    let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
    garage.enters(TICKET);
    pay(&driver, &quote(&driver, TICKET));
    garage.after(50);
    garage.leaves(TICKET);
    garage.after(30);
    garage.enters(TICKET);
    assert_eq!(claims(world), []);
    world.due();
    world.pass(31 * DAY);
    world.due();
    assert_eq!(count(world, "visit WHERE ticket IS NULL"), 1, "the first one is forgotten");
    assert_eq!(count(world, "visit"), 2);
    // The second car is told again, as after a loss of memory, or leaves.
    garage.leaves(TICKET);
    world.due();
    let claimed = claims(world);
    assert_eq!((count(world, "visit"), claimed.len()), (2, 1), "two cars, one of which paid: {claimed:?}");
}

/// The same with a claim: there is one.
#[test]
fn the_claim_of_a_visit_that_is_erased_is_not_raised_again_bg_68() {
    let world = &World::sqlite();
    let world = &world.with_garages(|garages| garages.retention.visits_days = 30);
    let garage = Controller::of(world, "zeleni-venac");
    garage.enters(TICKET);
    garage.after(50);
    garage.leaves(TICKET);
    garage.after(30);
    garage.enters(TICKET);
    garage.after(DAY);
    garage.leaves(TICKET);
    assert_eq!(claims(world).len(), 2);
    let second = world.now() - TimeDelta::minutes(DAY);
    world.pass(30 * DAY - 60);
    world.due();
    let before = (count(world, "visit"), claims(world).len(), count(world, "visit WHERE ticket IS NULL"));
    assert_eq!(before, (2, 2, 1));
    // Cash of the second one is told late.
    garage.tell(vec![cash(TICKET, second + TimeDelta::minutes(20), "100.00")]);
    assert_eq!((count(world, "visit"), claims(world).len()), (2, 2), "{:?}", claims(world));
}

/// Another car has the number when a visit is erased whose ticket was told lost just before its
/// entry.
#[test]
fn a_lost_ticket_of_an_erased_visit_is_no_second_car_inside_bg_68() {
    let world = &World::sqlite();
    let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
    world.pass(1);
    let book = world.now() - TimeDelta::seconds(30);
    garage.enters(TICKET);
    garage.tell(vec![told(ReportedEventKind::Lost, TICKET, book)]);
    pay(&driver, &quote(&driver, TICKET));
    garage.after(10);
    garage.leaves(TICKET);
    world.due();
    assert_eq!(driver.delete("/v1/account").status, 200);
    world.pass(10 * DAY);
    garage.enters(TICKET);
    world.pass(21 * DAY);
    world.due();
    garage.now(ReportedEventKind::PaidOnSite, TICKET);
    world.check_books();
}

/// Three cars a day, all of which pay in the app.
#[test]
fn a_chip_that_is_used_every_day_claims_nothing_when_its_first_visits_are_erased_bg_68() {
    let base = World::sqlite();
    let world = &base.with_garages(|garages| garages.retention.visits_days = 30);
    let start = world.now();
    let garage = Controller::of(world, "zeleni-venac");
    let mut cars = 0;
    for day in 0..33 {
        for hour in [0, 4, 8] {
            world.pass_to(start + TimeDelta::days(day) + TimeDelta::hours(hour));
            world.due();
            garage.enters(TICKET);
            cars += 1;
            garage.after(20);
            let person = driver(world, &format!("+38164{:07}", day * 10 + hour));
            pay(&person, &quote(&person, TICKET));
            garage.after(20);
            garage.leaves(TICKET);
            world.due();
        }
    }
    let claimed = claims(world);
    assert_eq!((count(world, "visit"), claimed.len()), (cars, 0), "{claimed:?}");
}

fn send_one(garage: &Controller<'_>, event: ReportedEvent) {
    let _: GarageReported = expect(200, garage.send(&garage.report(vec![event])));
}

/// Numbers that come again for months, people who pay and close, corrections, and everything that
/// is forgotten in between: a car has one visit and one claim at most.
fn months(seed: u64, lost: bool, gap_days: u64) -> Vec<String> {
    use ReportedEventKind as K;
    let mut chance = Random(seed);
    let base = World::sqlite();
    let world = &base.with_garages(|garages| garages.retention.visits_days = 30);
    let mut wrong = Vec::new();
    let mut cars = 0;
    let mut log = Vec::new();
    for step in 0..25 {
        let garage = Controller::of(world, "zeleni-venac");
        let n = seed % 90 * 1000 + step;
        let person = driver(world, &format!("+38164{n:07}"));
        world.pass(1);
        let entered = world.now();
        let day = (entered - crate::world::start()).num_minutes() as f64 / 1440.0;
        let reported: GarageReported =
            expect(200, garage.send(&garage.report(vec![told(K::Entered, TICKET, entered)])));
        if reported.taken == 0 {
            wrong.push(format!("step {step} {} {log:#?}", reported.refused[0].code));
            break;
        }
        cars += 1;
        log.push(format!("{day:.2} car {cars}"));
        if lost && chance.one_in(2) {
            log.push("  lost 30 s before".into());
            send_one(&garage, told(K::Lost, TICKET, entered - TimeDelta::seconds(30)));
        }
        garage.after(chance.below(90) as i64);
        if chance.one_in(2) {
            let answer = ask(&person, TICKET);
            if answer.status == 201 {
                pay(&person, &expect(201, answer));
                log.push("  paid".into());
                if chance.one_in(2) {
                    log.push(format!("  closed {}", person.delete("/v1/account").status));
                }
            }
        }
        garage.after(chance.below(90) as i64);
        if chance.one_in(6) {
            world.pass(chance.below(40) as i64 * DAY);
            garage.is_there();
        }
        if chance.one_in(3) {
            garage.now(K::PaidOnSite, TICKET);
        }
        let left = world.now();
        garage.leaves(TICKET);
        world.due();
        world.pass(if chance.one_in(2) { chance.below(100) as i64 } else { chance.below(gap_days * 1440) as i64 });
        world.due();
        if chance.one_in(3) {
            log.push("  cash told late".into());
            send_one(&garage, cash(TICKET, left - TimeDelta::milliseconds(1), "100.00"));
        }
        let visits = count(world, "visit");
        if visits != cars {
            wrong.push(format!("step {step}: {visits} visits of {cars} cars {log:#?}"));
            break;
        }
        if let Err(fault) = world.operator.audit_ledger(&*world.store) {
            wrong.push(format!("step {step}: {fault} {log:#?}"));
            break;
        }
    }
    wrong
}

#[test]
fn numbers_that_come_again_for_months_have_one_visit_a_car_bg_68() {
    let found: Vec<String> = (0..12).flat_map(|seed| months(seed, seed % 2 == 0, 50)).collect();
    assert_eq!(found, Vec::<String>::new());
}
