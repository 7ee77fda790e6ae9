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
    /// The commission that the driver bears on a card payment of `amount` (BG-93); `None` where the
    /// operator bears it.
    #[must_use]
    pub fn fee_on(&self, amount: Money) -> Option<&Fact<Money>> {
        (amount.amount < self.free_from.amount).then_some(&self.fee)
    }
}
