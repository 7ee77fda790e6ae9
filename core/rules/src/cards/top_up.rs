//! A top-up of a card: paid, it waits until the card is held at a reader; what is never held goes
//! back.

use crate::cards::section::TopUps;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Where a top-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopUpState {
    /// Paid, and not on the card yet.
    Waiting,
    /// A reader wrote it onto the card.
    Held,
    /// The card was not held in time: the money went back.
    Returned,
}

/// What can happen to a top-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TopUpEvent {
    /// A reader says that it wrote it, at that moment.
    Hold { held_at: DateTime<Utc> },
    /// It waited too long.
    GoBack,
}

/// Until when a top-up is written, and when it goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopUpTimes {
    /// Readers write it until then.
    pub hold_until: DateTime<Utc>,
    /// It goes back then. Between the two, readers that were offline tell that they wrote it.
    pub returns_at: DateTime<Utc>,
}

impl TopUpTimes {
    /// Those of a top-up that is paid at a moment.
    #[must_use]
    pub fn of(paid_at: DateTime<Utc>, top_ups: &TopUps) -> Self {
        let after = |days: u32| paid_at + TimeDelta::days(days.into());
        Self { hold_until: after(top_ups.waits_days), returns_at: after(top_ups.returns_days) }
    }
}

/// Why a step is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TopUpError {
    #[error("it is on the card already")]
    Held,
    #[error("its money went back")]
    Returned,
    #[error("readers write it until {until}")]
    TooLate { until: DateTime<Utc> },
    #[error("it waits for a reader; it goes back at {at}")]
    NotYet { at: DateTime<Utc> },
}

impl TopUpState {
    /// The state after an event.
    ///
    /// # Errors
    /// [`TopUpError`]
    pub fn step(self, event: TopUpEvent, times: &TopUpTimes, now: DateTime<Utc>) -> Result<Self, TopUpError> {
        let TopUpTimes { hold_until, returns_at } = *times;
        match (self, event) {
            (Self::Held, _) => Err(TopUpError::Held),
            (Self::Returned, _) => Err(TopUpError::Returned),
            (Self::Waiting, TopUpEvent::Hold { held_at }) if held_at > hold_until => {
                Err(TopUpError::TooLate { until: hold_until })
            }
            (Self::Waiting, TopUpEvent::Hold { .. }) => Ok(Self::Held),
            (Self::Waiting, TopUpEvent::GoBack) if now < returns_at => Err(TopUpError::NotYet { at: returns_at }),
            (Self::Waiting, TopUpEvent::GoBack) => Ok(Self::Returned),
        }
    }
}
