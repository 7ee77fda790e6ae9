//! What a reader shows when a card is held at it (AV-56, AV-57).

use crate::cards::card::CardState;
use crate::kernel::money::Money;
use chrono::TimeDelta;

/// A card is held at least so long (AV-56).
pub const HOLD: TimeDelta = TimeDelta::seconds(2);

/// What a reader shows. No paper is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderShows {
    /// The ride is registered; so much is left on the card.
    Success { left: Money },
    /// The card was taken away too soon: nothing was registered.
    HoldLonger,
    /// The card is blocked, or another one took its place.
    Blocked,
    /// Not enough is on it (AV-53).
    TooLittle { balance: Money },
}

/// What a reader that gives no credit shows.
#[must_use]
pub fn reader_shows(held_for: TimeDelta, state: CardState, balance: Money, fare: Money) -> ReaderShows {
    if held_for < HOLD {
        return ReaderShows::HoldLonger;
    }
    if state != CardState::Active {
        return ReaderShows::Blocked;
    }
    match balance.checked_sub(&fare) {
        Ok(left) if left.is_zero() || left.amount.is_sign_positive() => ReaderShows::Success { left },
        _ => ReaderShows::TooLittle { balance },
    }
}
