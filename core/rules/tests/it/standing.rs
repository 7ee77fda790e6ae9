//! Where an account stands: suspended, blocked, closed.

use mesto_rules::kernel::standing::{Standing, StandingError, StandingEvent};
use proptest::prelude::*;

use StandingEvent::{Block, Close, Resume, Suspend, Unblock};

const EVENTS: [StandingEvent; 5] = [Suspend, Resume, Block, Unblock, Close];

#[test]
fn who_suspends_may_go_on_at_any_time_and_saying_it_again_changes_nothing_av_126() {
    let suspended = Standing::Active.step(Suspend).unwrap();
    assert_eq!((suspended, suspended.may_pay()), (Standing::Suspended, Err(StandingError::Suspended)));
    assert_eq!(suspended.step(Suspend), Ok(Standing::Suspended));
    assert_eq!(suspended.step(Resume), Ok(Standing::Active));
    assert_eq!(Standing::Active.step(Resume), Ok(Standing::Active));
}

#[test]
fn a_block_is_only_ended_by_who_made_it_and_a_suspension_outlives_it_av_103() {
    let blocked = Standing::Suspended.step(Block).unwrap();
    assert_eq!((blocked, blocked.is_suspended(), blocked.is_blocked()), (Standing::BlockedAndSuspended, true, true));
    assert_eq!(blocked.step(Unblock), Ok(Standing::Suspended));
    assert_eq!(blocked.step(Resume), Ok(Standing::Blocked));
    assert_eq!(Standing::Blocked.step(Resume), Ok(Standing::Blocked));
    assert_eq!(Standing::Blocked.step(Block), Err(StandingError::Blocked));
    assert_eq!(Standing::Suspended.step(Unblock), Err(StandingError::NotBlocked));
}

proptest! {
    #[test]
    fn whatever_happens_it_can_be_closed_and_nothing_happens_to_it_afterwards_av_123_av_128(
        events in proptest::collection::vec(0..EVENTS.len(), 0..12),
    ) {
        let mut standing = Standing::Active;
        let mut blocks = 0_i32;
        for event in events.into_iter().map(|at| EVENTS[at]).filter(|event| *event != Close) {
            if let Ok(next) = standing.step(event) {
                blocks += i32::from(event == Block) - i32::from(event == Unblock);
                standing = next;
            }
            // Only the provider blocks and lets go on.
            prop_assert_eq!(i32::from(standing.is_blocked()), blocks);
            prop_assert_eq!(standing.may_pay().is_ok(), standing == Standing::Active);
        }
        let closed = standing.step(Close).unwrap();
        prop_assert_eq!((closed, closed.may_pay()), (Standing::Closed, Err(StandingError::Closed)));
        for event in [Suspend, Resume, Block, Unblock] {
            prop_assert_eq!(closed.step(event), Err(StandingError::Closed));
        }
    }
}
