//! What a deposit takes and what a card costs: the city's section `wallet`.

use super::fact::Fact;
use super::ids::SourceId;
use super::money::{Money, exact_list};
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
    #[serde(deserialize_with = "exact_list")]
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
    pub brands: Vec<String>,
    /// From this total on the operator bears the bank's commission.
    pub free_from: Money,
    /// Commission that the driver pays below it.
    pub fee: Fact<Money>,
}

/// What a card costs is not known here, so nothing is sold by card below the sum from which it is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the fee of a card is not known")]
pub struct FeeUnknown;

impl CardPolicy {
    /// The commission that the payer bears on a payment by card; `None` from the sum on from which it is free (BG-93).
    ///
    /// # Errors
    /// [`FeeUnknown`]
    pub fn fee_of(&self, total: Money) -> Result<Option<Money>, FeeUnknown> {
        if total.amount >= self.free_from.amount {
            return Ok(None);
        }
        self.fee.known().copied().map(Some).ok_or(FeeUnknown)
    }
}
