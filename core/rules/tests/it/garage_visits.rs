//! A visit of a garage from the barrier to the barrier, and its free places.

use crate::support::{at, belgrade, garages};
use chrono::TimeDelta;
use mesto_rules::Money;
use mesto_rules::garages::visit::{VisitEffect, VisitError, VisitEvent, VisitState, state_at, step};
use mesto_rules::garages::{FreePlaces, Observation, Paid, VisitAsk, VisitPrice, free_places, is_heard, price};

fn dinar(amount: i64) -> Money {
    Money::from_minor(amount * 100, belgrade().currency)
}

fn priced(now: &str, paid: &[Paid]) -> VisitPrice {
    let ask = VisitAsk {
        facility: "baba-visnjina",
        entered_at: at("2025-06-02 10:00"),
        now: at(now),
        paid,
        is_disabled: false,
        places: 1,
        is_lost: false,
        pay: mesto_rules::PayMethod::Deposit,
    };
    price(belgrade(), &ask).unwrap()
}

#[test]
fn a_visit_is_paid_and_leaves_or_owes_again_bg_64_bg_67_bg_68() {
    let (inside, effects) = step(None, &VisitEvent::Entered, at("2025-06-02 10:00")).unwrap();
    assert_eq!((inside, effects), (VisitState::Inside, vec![]));

    let quoted = priced("2025-06-02 10:50", &[]);
    let pay = VisitEvent::Pay { amount: quoted.total, owed: quoted.total };
    let (paid, effects) = step(Some(inside), &pay, at("2025-06-02 10:50")).unwrap();
    let book = VisitEffect::Book { amount: dinar(120) };
    assert_eq!((paid, effects), (VisitState::Paid, vec![book, VisitEffect::TellController, VisitEffect::TellPaid]));

    // A second phone, at the same instant.
    let payments =
        [Paid { amount: dinar(120), at: at("2025-06-02 10:50"), exit_by: quoted.exit_by, received_at: None }];
    let owed = priced("2025-06-02 10:50", &payments).total;
    let again = VisitEvent::Pay { amount: dinar(120), owed };
    assert_eq!(step(Some(paid), &again, at("2025-06-02 10:50")), Err(VisitError::AlreadyPaid));

    // In time: the barrier opens.
    let owed = priced("2025-06-02 11:00", &payments).total;
    let opened = step(Some(paid), &VisitEvent::ExitAsked { owed }, at("2025-06-02 11:00"));
    assert_eq!(opened, Ok((VisitState::Paid, vec![VisitEffect::OpenBarrier])));
    // Too late: the difference is owed.
    let late = at("2025-06-02 11:01");
    assert_eq!(state_at(paid, quoted.owes_again_at, at("2025-06-02 11:00")), VisitState::Paid);
    assert_eq!(state_at(paid, quoted.owes_again_at, late), VisitState::OwingAgain);
    let owed = priced("2025-06-02 11:01", &payments).total;
    let closed = step(Some(VisitState::OwingAgain), &VisitEvent::ExitAsked { owed }, late);
    assert_eq!(closed, Err(VisitError::Owed { owed: dinar(120) }));
    assert_eq!(closed.unwrap_err().to_string(), "120.00 RSD is owed; pay it before leaving");
    // Somebody lets it out all the same.
    let left = step(Some(VisitState::OwingAgain), &VisitEvent::Left { owed }, late);
    assert_eq!(left, Ok((VisitState::Left, vec![VisitEffect::Claim { amount: dinar(120) }])));
}

#[test]
fn what_a_controller_tells_again_changes_nothing_bg_64() {
    let now = at("2025-06-02 10:00");
    for state in [VisitState::Inside, VisitState::Paid, VisitState::OwingAgain] {
        assert_eq!(step(Some(state), &VisitEvent::Entered, now), Ok((state, vec![])));
    }
    let left = VisitEvent::Left { owed: dinar(120) };
    assert_eq!(step(Some(VisitState::Left), &left, now), Ok((VisitState::Left, vec![])), "one claim is enough");
    // A ticket that was never told is not guessed.
    for event in [left, VisitEvent::PaidOnSite, VisitEvent::Cancel, VisitEvent::ExitAsked { owed: dinar(0) }] {
        assert_eq!(step(None, &event, now), Err(VisitError::NotEntered));
    }
}

#[test]
fn a_visit_paid_at_the_place_is_settled_here_too_bg_19() {
    let now = at("2025-06-02 10:50");
    let (paid, effects) = step(Some(VisitState::Inside), &VisitEvent::PaidOnSite, now).unwrap();
    assert_eq!((paid, effects), (VisitState::Paid, vec![VisitEffect::TellPaid]));
    let pay = VisitEvent::Pay { amount: dinar(120), owed: dinar(0) };
    assert_eq!(step(Some(paid), &pay, now), Err(VisitError::AlreadyPaid));
}

#[test]
fn what_is_told_after_the_exit_changes_the_claim_and_wipes_it_only_when_nothing_is_left_bg_19_bg_68() {
    let (now, nothing) = (at("2025-06-02 10:50"), dinar(0));
    let told = step(Some(VisitState::Left), &VisitEvent::PaidOnSite, now);
    assert_eq!(told, Ok((VisitState::Left, vec![])), "what is left of the claim is told by what was owed");
    let lower = step(Some(VisitState::Left), &VisitEvent::Corrected { owed: dinar(120) }, now);
    assert_eq!(lower, Ok((VisitState::Left, vec![VisitEffect::Claim { amount: dinar(120) }])));
    let paid = step(Some(VisitState::Left), &VisitEvent::Corrected { owed: nothing }, now);
    assert_eq!(paid, Ok((VisitState::Left, vec![VisitEffect::WithdrawClaim])));
    for state in [VisitState::Inside, VisitState::Paid, VisitState::OwingAgain] {
        assert_eq!(step(Some(state), &VisitEvent::Corrected { owed: dinar(120) }, now), Ok((state, vec![])));
    }
    for event in [VisitEvent::PaidOnSite, VisitEvent::Corrected { owed: nothing }] {
        assert_eq!(step(Some(VisitState::Cancelled), &event, now), Err(VisitError::Over));
    }
}

#[test]
fn an_entry_by_mistake_is_cancelled_while_nothing_was_paid_bg_64() {
    let now = at("2025-06-02 10:01");
    assert_eq!(step(Some(VisitState::Inside), &VisitEvent::Cancel, now), Ok((VisitState::Cancelled, vec![])));
    assert_eq!(step(Some(VisitState::Paid), &VisitEvent::Cancel, now), Err(VisitError::AlreadyPaid));
    let pay = VisitEvent::Pay { amount: dinar(120), owed: dinar(120) };
    assert_eq!(step(Some(VisitState::Cancelled), &pay, now), Err(VisitError::Over));
}

#[test]
fn free_places_are_unknown_when_they_were_observed_too_long_ago_bg_72() {
    let garages = garages(belgrade());
    let observed_at = at("2025-06-02 10:00");
    let observation = Observation { free: 12, observed_at };
    let said =
        |milliseconds| free_places(garages, Some(observation), observed_at + TimeDelta::milliseconds(milliseconds));
    let unknown = FreePlaces::Unknown { last_observed_at: Some(observed_at) };
    let quarter = 15 * 60_000;
    for (later, expected) in [
        (0, FreePlaces::Observed(observation)),
        (quarter, FreePlaces::Observed(observation)),
        (quarter + 1, unknown),
        // A controller's clock may be two minutes ahead.
        (-120_000, FreePlaces::Observed(observation)),
        (-120_001, unknown),
    ] {
        assert_eq!(said(later), expected, "{later}");
    }
    assert_eq!(free_places(garages, None, observed_at), FreePlaces::Unknown { last_observed_at: None });
    let json = serde_json::to_value(said(0)).unwrap();
    assert_eq!(json, serde_json::json!({"type": "observed", "free": 12, "observed_at": "2025-06-02T08:00:00Z"}));
    assert_eq!(serde_json::from_value::<FreePlaces>(json).unwrap(), said(0));
}

#[test]
fn a_facility_is_heard_until_its_controller_was_silent_for_too_long_bg_66() {
    let heard_at = at("2025-06-02 10:00");
    for (later, heard) in [(0, true), (120_000, true), (120_001, false), (-120_001, true)] {
        let now = heard_at + TimeDelta::milliseconds(later);
        assert_eq!(is_heard(garages(belgrade()), heard_at, now), heard, "{later}");
    }
}
