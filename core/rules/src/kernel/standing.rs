//! Whether an account may pay: active, suspended by its person, blocked by the provider, closed.
//!
//! Suspending ends nothing (AV-126, AMB-38): balance, cards, tickets and history stay, and whoever
//! is blocked (AV-103) keeps what he paid for, may read and may close. Closing ends the contract
//! (AV-123, AV-128).

use serde::{Deserialize, Serialize};

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Active,
    /// Its person suspended it, and may go on at any time.
    Suspended,
    /// The provider blocked it.
    Blocked,
    /// Blocked, and suspended when that ends.
    BlockedAndSuspended,
    /// Ended; further use only after a new registration.
    Closed,
}

/// What can happen to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingEvent {
    /// Its person stops using it for a while. Said again, it changes nothing.
    Suspend,
    /// Its person goes on. Said again, it changes nothing.
    Resume,
    /// The provider blocks it.
    Block,
    /// The provider lets it go on.
    Unblock,
    /// Its person, or the provider, ends it.
    Close,
}

/// Why a step is not possible, or nothing is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    #[error("the account is suspended; resume it to pay")]
    Suspended,
    #[error("the account is blocked; its reason says whom to write to")]
    Blocked,
    #[error("the account is not blocked")]
    NotBlocked,
    #[error("the account was closed; register anew")]
    Closed,
}

impl Standing {
    /// Every one, in the order of the table.
    pub const ALL: [Self; 5] = [Self::Active, Self::Suspended, Self::Blocked, Self::BlockedAndSuspended, Self::Closed];

    /// The standing after an event.
    ///
    /// # Errors
    /// [`StandingError`]
    pub const fn step(self, event: StandingEvent) -> Result<Self, StandingError> {
        use StandingEvent::{Block, Close, Resume, Suspend, Unblock};
        Ok(match (self, event) {
            (_, Close) => Self::Closed,
            (Self::Closed, _) => return Err(StandingError::Closed),
            (Self::Active | Self::Suspended, Suspend) | (Self::BlockedAndSuspended, Unblock) => Self::Suspended,
            (Self::Active | Self::Suspended, Resume) | (Self::Blocked, Unblock) => Self::Active,
            (Self::Active, Block) | (Self::Blocked | Self::BlockedAndSuspended, Resume) => Self::Blocked,
            (Self::Suspended, Block) | (Self::Blocked | Self::BlockedAndSuspended, Suspend) => {
                Self::BlockedAndSuspended
            }
            (Self::Blocked | Self::BlockedAndSuspended, Block) => return Err(StandingError::Blocked),
            (Self::Active | Self::Suspended, Unblock) => return Err(StandingError::NotBlocked),
        })
    }

    /// Whether something new may be paid. What was paid before stays good in any case.
    ///
    /// # Errors
    /// [`StandingError`]
    pub const fn may_pay(self) -> Result<(), StandingError> {
        match self {
            Self::Active => Ok(()),
            Self::Suspended => Err(StandingError::Suspended),
            Self::Blocked | Self::BlockedAndSuspended => Err(StandingError::Blocked),
            Self::Closed => Err(StandingError::Closed),
        }
    }

    #[must_use]
    pub const fn is_suspended(self) -> bool {
        matches!(self, Self::Suspended | Self::BlockedAndSuspended)
    }

    #[must_use]
    pub const fn is_blocked(self) -> bool {
        matches!(self, Self::Blocked | Self::BlockedAndSuspended)
    }
}
