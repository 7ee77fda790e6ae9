//! What became of the cars of a ticket, in whatever order it was told.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::garages::history::{
    NotPlaced, TicketEvent, TicketEventKind as Kind, TicketHistory, ToldVisit, VisitEnd,
};
use proptest::prelude::*;

use crate::support::at;

const CLOCKS: TimeDelta = TimeDelta::seconds(120);

fn moment(minutes: i64) -> DateTime<Utc> {
    at("2025-06-02 10:00") + TimeDelta::minutes(minutes)
}

fn event(kind: Kind, minutes: i64) -> TicketEvent {
    TicketEvent { at: moment(minutes), kind, is_disabled: None, places: None, amount: None, seen: None }
}

fn empty() -> TicketHistory {
    TicketHistory::new(Vec::new(), CLOCKS)
}

fn told(events: &[TicketEvent]) -> TicketHistory {
    let mut history = empty();
    for event in events {
        history.take(*event, |_| false).unwrap();
    }
    history
}

/// When each came in and left, in minutes.
fn spans(history: &TicketHistory) -> Vec<(i64, Option<i64>)> {
    let minutes = |at: DateTime<Utc>| (at - moment(0)).num_minutes();
    history.visits().iter().map(|visit| (minutes(visit.entered_at), visit.end.map(|end| minutes(end.at)))).collect()
}

#[test]
fn an_earlier_exit_gives_what_came_after_it_to_the_next_cars_bg_64_bg_66() {
    let mut history = told(&[
        event(Kind::Entered, 0),
        event(Kind::PaidOnSite, 150),
        event(Kind::Lost, 160),
        event(Kind::Left, 400),
        event(Kind::Left, 250),
        event(Kind::Left, 70),
    ]);
    // The second car is known by its lost ticket; the third one's exit waits.
    assert_eq!(spans(&history), [(0, Some(70)), (160, Some(250))]);
    history.take(event(Kind::Entered, 130), |_| false).unwrap();
    history.take(event(Kind::Entered, 300), |_| false).unwrap();
    assert_eq!(spans(&history), [(0, Some(70)), (130, Some(250)), (300, Some(400))]);
    let visits = history.visits();
    assert_eq!(
        visits.iter().map(|visit| (visit.is_lost, visit.cash.len())).collect::<Vec<_>>(),
        [(false, 0), (true, 1), (false, 0)]
    );
}

#[test]
fn what_cannot_have_happened_says_what_to_tell_first_bg_64() {
    let mut history = told(&[event(Kind::Entered, 0), event(Kind::Left, 70)]);
    let mut refused = |kind, minutes| history.take(event(kind, minutes), |_| false).unwrap_err();
    for kind in [Kind::PaidOnSite, Kind::Left, Kind::Cancelled] {
        assert_eq!(refused(kind, -1), NotPlaced::NotEntered { at: moment(-1) });
        assert_eq!(refused(kind, 71), NotPlaced::AfterTheEnd { ended_at: moment(70) });
    }
    assert_eq!(refused(Kind::Lost, -3), NotPlaced::NotEntered { at: moment(-3) });
    for minutes in [30, 70] {
        assert_eq!(refused(Kind::Entered, minutes), NotPlaced::WasInUse { since: moment(0), until: moment(70) });
    }
    let mut history = told(&[event(Kind::Entered, 0)]);
    let mut refused = |kind, minutes| history.take(event(kind, minutes), |_| true).unwrap_err();
    for minutes in [-30, 30] {
        assert_eq!(refused(Kind::Entered, minutes), NotPlaced::InUse { since: moment(0) });
    }
    assert_eq!(refused(Kind::Cancelled, 5), NotPlaced::AlreadyPaid);
    let mut history = told(&[event(Kind::Entered, 0), event(Kind::Cancelled, 5)]);
    for kind in [Kind::PaidOnSite, Kind::Lost, Kind::Entered] {
        let refused = history.take(event(kind, 4), |_| false).unwrap_err();
        assert_eq!(refused, NotPlaced::Over { ended_at: moment(5) });
    }
}

#[test]
fn an_entry_by_mistake_leaves_its_exit_to_the_next_car_bg_64() {
    let mut history = told(&[event(Kind::Entered, 0), event(Kind::Left, 70), event(Kind::Cancelled, 1)]);
    assert_eq!(history.visits()[0].end, Some(VisitEnd { at: moment(1), is_cancelled: true }));
    history.take(event(Kind::Entered, 30), |_| false).unwrap();
    assert_eq!(spans(&history), [(0, Some(1)), (30, Some(70))]);
    // One that was paid was none.
    let mut history = told(&[event(Kind::Entered, 0), event(Kind::PaidOnSite, 60), event(Kind::Left, 70)]);
    let refused = history.take(event(Kind::Cancelled, 1), |_| false).unwrap_err();
    assert_eq!(refused, NotPlaced::Over { ended_at: moment(70) });
}

#[test]
fn an_inventory_book_and_a_barrier_have_two_clocks_bg_64() {
    let lost = TicketEvent { at: moment(0), ..event(Kind::Lost, 0) };
    for seconds in [1, 120] {
        let entered =
            TicketEvent { at: moment(0) + TimeDelta::seconds(seconds), places: Some(2), ..event(Kind::Entered, 0) };
        for order in [[lost, entered], [entered, lost]] {
            let visits = told(&order).visits();
            assert_eq!(visits.len(), 1, "{seconds}");
            let ToldVisit { entered_at, is_lost, places, is_entry_told, .. } = visits[0];
            assert_eq!((entered_at, is_lost, places, is_entry_told), (entered.at, true, 2, true));
        }
    }
    // Beyond that it is another car's.
    let mut history = told(&[lost]);
    let late = TicketEvent { at: moment(0) + TimeDelta::seconds(121), ..event(Kind::Entered, 0) };
    assert_eq!(history.take(late, |_| false), Err(NotPlaced::InUse { since: moment(0) }));
}

#[test]
fn a_lost_ticket_whose_car_left_is_not_the_next_cars_bg_64() {
    let story = [event(Kind::Lost, 0), event(Kind::Left, 1), event(Kind::Entered, 2), event(Kind::Left, 30)];
    assert_eq!(spans(&told(&story)), [(0, Some(1)), (2, Some(30))]);
    let is_lost = |history: &TicketHistory| history.visits().iter().map(|visit| visit.is_lost).collect::<Vec<_>>();
    assert_eq!(is_lost(&told(&story)), [true, false]);
    // Without an exit between them it is the ticket of the car that came in just after.
    assert_eq!(is_lost(&told(&[event(Kind::Lost, 0), event(Kind::Entered, 1), event(Kind::Left, 30)])), [true]);
}

#[test]
fn what_is_told_again_is_known_and_what_is_told_better_is_not() {
    let mut history = told(&[event(Kind::Entered, 0), event(Kind::Left, 70)]);
    let mut take = |event| history.take(event, |_| false).unwrap();
    assert!(!take(event(Kind::Entered, 0)) && !take(event(Kind::Left, 70)));
    let places = TicketEvent { places: Some(2), ..event(Kind::Entered, 0) };
    assert!(take(places) && !take(places) && !take(event(Kind::Entered, 0)));
    assert_eq!(history.visits()[0].places, 2);
}

/// Cars one after the other: minutes until the entry, and of the stay; cash and a lost ticket at
/// parts of the stay. The last one has left too: an entry waits for whoever is inside.
fn cars() -> impl Strategy<Value = Vec<TicketEvent>> {
    let parts = prop::collection::btree_set(0_i64..=100, 0..3);
    let car = (3_i64..90, 3_i64..300, parts, prop::option::of(0_i64..=100));
    prop::collection::vec(car, 1..4).prop_map(|cars| {
        let (mut now, mut events) = (0, Vec::new());
        for (wait, stay, cash, lost) in cars {
            let entered = now + wait;
            events.push(event(Kind::Entered, entered));
            let moments: std::collections::BTreeSet<i64> = cash.into_iter().map(|part| stay * part / 100).collect();
            events.extend(moments.into_iter().map(|minutes| event(Kind::PaidOnSite, entered + minutes)));
            events.extend(lost.map(|part| event(Kind::Lost, entered + stay * part / 100)));
            now = entered + stay;
            events.push(event(Kind::Left, now));
        }
        events
    })
}

/// The visits without what was known of the car when cash was told, which is another thing in
/// another order.
fn without_seen(history: &TicketHistory) -> Vec<ToldVisit> {
    let mut visits = history.visits();
    visits.iter_mut().flat_map(|visit| &mut visit.cash).for_each(|cash| cash.seen = None);
    visits
}

#[test]
fn cash_without_an_amount_was_taken_for_the_car_as_it_was_known_bg_64() {
    let seen = |history: &TicketHistory, visit: usize| history.visits()[visit].cash[0].seen.map(|seen| seen.places);
    let places = TicketEvent { places: Some(2), ..event(Kind::Entered, 0) };
    let mut history = told(&[event(Kind::Entered, 0), event(Kind::PaidOnSite, 80), places]);
    assert_eq!((seen(&history, 0), history.visits()[0].places), (Some(1), 2));
    // It was the next car's, of which nothing was known then.
    history.take(event(Kind::Left, 50), |_| false).unwrap();
    history.take(event(Kind::Entered, 60), |_| false).unwrap();
    assert_eq!((seen(&history, 1), history.visits()[0].cash.len()), (None, 0));
    // A car that came in earlier than its lost ticket is the same car.
    let history = told(&[event(Kind::Lost, 30), event(Kind::PaidOnSite, 80), event(Kind::Entered, 0)]);
    assert_eq!(history.visits()[0].cash[0].seen.map(|seen| seen.is_lost), Some(true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn in_whatever_order_it_is_told_the_visits_are_the_same_bg_64_bg_66(
        (events, shuffled) in cars().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    ) {
        let expected = without_seen(&TicketHistory::new(events, CLOCKS));
        let (mut history, mut left) = (empty(), shuffled);
        // A controller tells again what was refused for now.
        for _ in 0..=left.len() {
            left.retain(|event| history.take(*event, |_| false).is_err());
        }
        prop_assert_eq!(&left, &Vec::new());
        prop_assert_eq!(without_seen(&history), expected);
    }
}
