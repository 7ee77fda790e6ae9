//! Notices of a provider that come at the same instant, to two instances over one Postgres.

use std::sync::{Arc, Barrier};

use mesto_operator::store::transact;
use mesto_operator::{PostgresStore, Store, values};
use mesto_protocol::base::payments::{Payment, PaymentState};

use crate::meeting::{Meeting, Place};
use crate::world::{Person, World, approval, cluster, decline, rsd, signed_notice};

/// Two instances that have read everything before either writes.
fn instances(url: &str) -> [Meeting; 2] {
    let barrier = Arc::new(Barrier::new(2));
    [0, 1].map(|_| Meeting::new(PostgresStore::open(url, 2).unwrap(), Place::BeforeTheFirstWrite, Arc::clone(&barrier)))
}

fn count(world: &World, rows: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS count FROM {rows}");
    transact(&*world.store, |tx| tx.query(&sql, values![])?[0].get("count")).unwrap()
}

/// One payment of the bank is told for two of ours, of two people, at the same instant and with
/// different outcomes. Neither notice can see the other; only one of them may count.
#[test]
fn one_payment_told_for_two_of_ours_at_the_same_instant_is_one_contradiction_bg_83() {
    let url = cluster().database().unwrap();
    let world = World::on(Arc::new(PostgresStore::open(&url, 2).unwrap()));
    let people = [world.driver("+381641234567"), world.driver("+381650000000")];
    let instances = instances(&url);
    for round in 0..6 {
        let bank = format!("pay-{round}");
        let payments = people.each_ref().map(|driver| driver.top_up("200.00"));
        // Each of the two is the approved one in turn.
        let (approved, declined) = (round % 2, 1 - round % 2);
        let notices = [0, 1].map(|place: usize| {
            let of = if place == approved { approval } else { decline };
            signed_notice(&of(&payments[place], &bank))
        });
        let (operator, now) = (&world.operator, world.now());
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let told: Vec<_> = instances
                .iter()
                .zip(&notices)
                .map(|(instance, notice)| scope.spawn(move || operator.handle(instance, now, notice).status))
                .collect();
            told.into_iter().map(|told| told.join().unwrap()).collect()
        });
        let counted = statuses.iter().position(|status| *status == 204).unwrap();
        assert_eq!(statuses[1 - counted], 409, "{statuses:?}");
        let state = |driver: &Person<'_>, payment: &Payment| driver.payment(payment).payment.state;
        let states = [0, 1].map(|place: usize| state(&people[place], &payments[place]));
        let expected = if counted == approved { PaymentState::Captured } else { PaymentState::Declined };
        assert_eq!((&states[counted], &states[1 - counted]), (&expected, &PaymentState::Pending));
        assert_eq!(count(&world, &format!("provider_notice WHERE reference = '{bank}'")), 1);
        let incidents = world.operator.incidents(&*world.store).unwrap();
        assert_eq!(incidents.len(), round + 1);
        let known = payments[counted].id.to_string();
        let last = incidents.iter().find(|one| one.reference.contains(&format!("payment {bank} of"))).unwrap();
        assert!(last.kind == "notice_contradicts" && last.detail.contains(&known), "{last:?}");
        // Told again, it is the same.
        let again = notices.each_ref().map(|notice| operator.handle(&*world.store, now, notice).status);
        assert_eq!((again[counted], again[1 - counted]), (204, 409));
        assert_eq!(state(&people[declined], &payments[declined]), states[declined]);
        world.check_books();
    }
    assert!(instances.iter().map(Meeting::runs).sum::<usize>() > 12, "one of the two ran again each time");
}

/// The same notice comes twice at the same instant, as a bank does that heard no answer.
#[test]
fn a_notice_that_comes_twice_at_the_same_instant_counts_once_bg_83() {
    let url = cluster().database().unwrap();
    let world = World::on(Arc::new(PostgresStore::open(&url, 2).unwrap()));
    let driver = world.driver("+381641234567");
    let payment = driver.top_up("200.00");
    let notice = signed_notice(&approval(&payment, "pay-1"));
    let second = PostgresStore::open(&url, 2).unwrap();
    let (operator, now) = (&world.operator, world.now());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            for store in [&*world.store, &second as &dyn Store] {
                let notice = &notice;
                scope.spawn(move || assert_eq!(operator.handle(store, now, notice).status, 204));
            }
        }
    });
    assert_eq!(
        (driver.account().balance, count(&world, "provider_notice"), count(&world, "refund")),
        (rsd("200.00"), 1, 0)
    );
    world.check_books();
}
