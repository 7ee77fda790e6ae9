//! A registered ride and what can become of it.

use crate::rides::section::Policy;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Where a ride stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RideState {
    /// Registered; its ticket is good for its time.
    Registered,
    /// The rider says that it is wrong; the ticket stays good until that is decided.
    Disputed,
    /// Ended before its time, with the money given back where something was paid.
    Voided,
}

/// What can happen to a ride.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RideEvent {
    /// The rider says that it is wrong.
    Dispute,
    /// The operator decided that it is right.
    Uphold,
    /// The operator ends it: wrong, or a dispute that is granted.
    Void,
}

/// Why a step is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RideError {
    #[error("the ride is disputed already; the answer is on its way")]
    AlreadyDisputed,
    #[error("a ride can be disputed until {until}")]
    TooLate { until: DateTime<Utc> },
    #[error("nobody disputes this ride")]
    NotDisputed,
    #[error("the ride was voided")]
    Voided,
}

impl RideState {
    /// The state after an event.
    ///
    /// # Errors
    /// [`RideError`]
    pub fn step(
        self,
        event: RideEvent,
        (registered_at, now): (DateTime<Utc>, DateTime<Utc>),
        policy: &Policy,
    ) -> Result<Self, RideError> {
        let until = registered_at + TimeDelta::days(policy.dispute_days.into());
        match (self, event) {
            (Self::Voided, _) => Err(RideError::Voided),
            (Self::Disputed, RideEvent::Dispute) => Err(RideError::AlreadyDisputed),
            (Self::Registered, RideEvent::Dispute) if now > until => Err(RideError::TooLate { until }),
            (Self::Registered, RideEvent::Dispute) => Ok(Self::Disputed),
            (Self::Disputed, RideEvent::Uphold) => Ok(Self::Registered),
            (Self::Registered, RideEvent::Uphold) => Err(RideError::NotDisputed),
            (Self::Registered | Self::Disputed, RideEvent::Void) => Ok(Self::Voided),
        }
    }
}
