//! A card and what can become of it, and whether a rider may link it.

use crate::cards::section::CardTariff;
use serde::{Deserialize, Serialize};

/// Where a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    /// It rides and is topped up.
    Active,
    /// Lost, stolen, or stopped by the operator: it neither rides nor is topped up.
    Blocked,
    /// Another card took its place and its balance.
    Replaced,
}

/// What can happen to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CardEvent {
    /// Its rider says that it is lost or stolen, or the operator stops it.
    Block,
    /// It was found again, which an office sees.
    Unblock,
    /// Another card takes its place at an office (AV-74).
    Replace,
}

/// Why a step is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    #[error("the card is blocked already")]
    AlreadyBlocked,
    #[error("the card is not blocked")]
    NotBlocked,
    #[error("another card took its place")]
    Replaced,
}

impl CardState {
    /// The state after an event.
    ///
    /// # Errors
    /// [`CardError`]
    pub const fn step(self, event: CardEvent) -> Result<Self, CardError> {
        match (self, event) {
            (Self::Replaced, _) => Err(CardError::Replaced),
            (Self::Active, CardEvent::Block) => Ok(Self::Blocked),
            (Self::Blocked, CardEvent::Block) => Err(CardError::AlreadyBlocked),
            (Self::Blocked, CardEvent::Unblock) => Ok(Self::Active),
            (Self::Active, CardEvent::Unblock) => Err(CardError::NotBlocked),
            (Self::Active | Self::Blocked, CardEvent::Replace) => Ok(Self::Replaced),
        }
    }
}

/// Why a card is not linked beside those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("more than one card is linked only when all of them are of the tariff Standard")]
    OnlyStandard,
    #[error("{most} cards are linked to one account at most")]
    TooMany { most: u32 },
}

/// Whether a card of this tariff may be linked beside those of an account (AV-73): the first one
/// always, another one only where all of them are Standard, and `most` of these.
///
/// # Errors
/// [`LinkError`]
pub fn may_link(linked: &[CardTariff], another: &CardTariff, most: u32) -> Result<(), LinkError> {
    if linked.is_empty() {
        return Ok(());
    }
    if !linked.iter().chain([another]).all(|tariff| *tariff == CardTariff::Standard) {
        return Err(LinkError::OnlyStandard);
    }
    match u32::try_from(linked.len()) {
        Ok(count) if count < most => Ok(()),
        _ => Err(LinkError::TooMany { most }),
    }
}
