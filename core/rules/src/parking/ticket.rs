//! A ticket: time bought in advance for one plate in one zone, and how it ends.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Sold; it covers the plate from its start to its end.
    Active,
    /// Its time ran out.
    Expired,
    /// Taken back by the operator before its end.
    Voided,
}

/// What can happen to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TicketEvent {
    /// Time went on; `ends_at` is the ticket's end.
    TimePassed { ends_at: DateTime<Utc> },
    /// The operator takes it back; `ends_at` is the ticket's end.
    Void { ends_at: DateTime<Utc> },
}

/// What the operator has to do after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketEffect {
    /// Tell the driver that the paid time ran out (BG-53).
    TellExpired,
    /// Tell the driver that the ticket was taken back.
    TellVoided,
    /// Give the price back.
    Refund,
}

/// Why a step is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// The ticket ended before.
    #[error("the ticket is over, nothing can be done to it any more")]
    NotActive,
}

/// One step of a ticket's life.
///
/// # Errors
/// [`TicketError::NotActive`] when a ticket that is over is to be taken back.
pub fn step(
    state: TicketState,
    event: TicketEvent,
    now: DateTime<Utc>,
) -> Result<(TicketState, Vec<TicketEffect>), TicketError> {
    match (state, event) {
        (TicketState::Active, TicketEvent::TimePassed { ends_at }) if now >= ends_at => {
            Ok((TicketState::Expired, vec![TicketEffect::TellExpired]))
        }
        // A clock that was ahead for a while ended it; by the right one it runs on.
        (TicketState::Expired, TicketEvent::TimePassed { ends_at }) if now < ends_at => {
            Ok((TicketState::Active, vec![]))
        }
        (TicketState::Active | TicketState::Expired, TicketEvent::Void { ends_at }) if now < ends_at => {
            Ok((TicketState::Voided, vec![TicketEffect::Refund, TicketEffect::TellVoided]))
        }
        (TicketState::Active | TicketState::Expired | TicketState::Voided, TicketEvent::TimePassed { .. }) => {
            Ok((state, vec![]))
        }
        (TicketState::Active | TicketState::Expired | TicketState::Voided, TicketEvent::Void { .. }) => {
            Err(TicketError::NotActive)
        }
    }
}

/// The state as it is at `now`, by the step that time brings, so that a late job never shows a
/// wrong one. The end itself is no longer covered.
#[must_use]
pub fn state_at(stored: TicketState, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> TicketState {
    step(stored, TicketEvent::TimePassed { ends_at }, now).map_or(stored, |(state, _)| state)
}
