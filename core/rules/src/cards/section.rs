//! The city's section `cards`: kinds of transport cards, and what the city decided about them.

use crate::kernel::city::Texts;
use crate::kernel::fact::Fact;
use crate::kernel::ids::slug_ids;
use crate::kernel::lenient;
use crate::kernel::money::Money;
use crate::kernel::pay::PayMethod;
use crate::kernel::section::Section;
use crate::words;
use serde::{Deserialize, Serialize};

slug_ids! {
    /// A kind of cards: `standard`.
    CardKindId, "card kind";
}

/// Transport cards of a city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardsSection {
    #[serde(default, deserialize_with = "lenient::list")]
    pub kinds: Vec<CardKind>,
    pub top_ups: TopUps,
    pub policy: CardPolicy,
    pub retention: CardRetention,
}

impl Section for CardsSection {
    const NAME: &'static str = "cards";
    const FORMAT: u32 = 1;
}

impl CardsSection {
    /// The kind of an id.
    #[must_use]
    pub fn kind(&self, id: &str) -> Option<&CardKind> {
        self.kinds.iter().find(|kind| kind.id.as_str() == id)
    }
}

/// A kind of cards (AV-72).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardKind {
    pub id: CardKindId,
    pub name: Texts,
    pub tariff: CardTariff,
    /// What the card itself costs where it is sold.
    pub price: Fact<Money>,
}

words! { card_tariff_shown;
    /// What a ride by a card costs.
    pub enum CardTariff {
        /// The fare of the city. More than one card of a rider is linked only of these (AV-73).
        Standard = "standard",
        /// Less, or nothing: what the terminal says.
        Benefit = "benefit",
    }
}

/// Top-ups of cards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopUps {
    /// The smallest single one.
    pub least: Money,
    /// The largest single one (AV-77). The balance itself has no limit (AV-79).
    pub most: Money,
    /// How it can be paid in the app.
    #[serde(default, deserialize_with = "lenient::list")]
    pub pay: Vec<PayMethod>,
    /// Days in which readers write it onto the card.
    pub waits_days: u32,
    /// Days after which one that was never written goes back: more than `waits_days`, because
    /// readers tell late.
    pub returns_days: u32,
}

/// What the city decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPolicy {
    /// Most cards of the tariff Standard that one account links; of another tariff it is one.
    pub linked_most: u32,
    /// A card that was neither used nor topped up for so many months is inactive (AMB-16).
    pub inactive_after_months: u32,
}

/// Days that personal records are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardRetention {
    /// Where and when a card rode.
    pub rides_days: u32,
}
