//! What a deposit takes and what a card costs: the city's section `wallet`.

use super::fact::Fact;
use super::ids::SourceId;
use super::money::{Money, exact_list};
use super::pay::PayMethod;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How people pay in this city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet {
    pub deposit: DepositPolicy,
    pub card: CardPolicy,
}

/// What the deposit takes (BG-76..78).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepositPolicy {
    /// The only amounts that can be paid in, in the city's currency, rising.
    #[serde(default, deserialize_with = "exact_list")]
    pub values: Vec<Decimal>,
    /// Key of [`City::sources`](crate::City::sources).
    pub source: SourceId,
}

impl DepositPolicy {
    /// Whether exactly this amount can be paid in (BG-76).
    #[must_use]
    pub fn offers(&self, amount: &Decimal) -> bool {
        self.values.contains(amount)
    }
}

/// Payment by card (BG-27, BG-93).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPolicy {
    /// Brands as they are shown.
    #[serde(default)]
    pub brands: Vec<String>,
    /// From this total on the operator bears the bank's commission.
    pub free_from: Money,
    /// Commission that the driver pays below it.
    pub fee: Fact<Money>,
}

impl CardPolicy {
    /// The commission that the driver bears when he pays `amount` so (BG-93); `None` where it is
    /// not by card, and where the operator bears it.
    ///
    /// # Errors
    /// [`FeeUnknown`]: nothing is sold by card then.
    pub fn fee_on(&self, amount: Money, pay: PayMethod) -> Result<Option<Money>, FeeUnknown> {
        if pay != PayMethod::Card || amount.amount >= self.free_from.amount {
            return Ok(None);
        }
        self.fee.known().map(|fee| Some(*fee)).ok_or(FeeUnknown { below: self.free_from })
    }
}

/// What the bank takes for a card below this total is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeUnknown {
    pub below: Money,
}
