//! The city's section `merchants`: the payment organisation, categories of merchants, what a payer
//! is charged, limits.

use crate::kernel::city::Texts;
use crate::kernel::fact::Fact;
use crate::kernel::ids::slug_ids;
use crate::kernel::lenient;
use crate::kernel::money::Money;
use crate::kernel::section::Section;
use serde::{Deserialize, Serialize};

slug_ids! {
    /// A category of merchants: `food`.
    MerchantCategoryId, "category";
}

/// Non-transport payments of a city. They are paid from the balance alone (AV-120), so there is no
/// list of ways to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MerchantsSection {
    pub organisation: Organisation,
    #[serde(default, deserialize_with = "lenient::list")]
    pub categories: Vec<MerchantCategory>,
    /// Hosts of the links in codes of merchants.
    #[serde(default, deserialize_with = "lenient::list")]
    pub code_hosts: Vec<String>,
    /// What the payer is charged besides the amount. Unknown: nothing is sold.
    pub fee: Fact<Fee>,
    pub limits: Limits,
    pub policy: Policy,
    pub retention: Retention,
}

impl Section for MerchantsSection {
    const NAME: &'static str = "merchants";
    const FORMAT: u32 = 1;
}

/// Who runs the e-money system and settles between those who take part (AV-23).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Organisation {
    pub name: Fact<String>,
    /// Address of its public contract, which a payer accepts by paying (AV-119).
    pub contract: Fact<String>,
    /// The version of it that was read.
    pub contract_version: Fact<String>,
}

/// What merchants sell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MerchantCategory {
    pub id: MerchantCategoryId,
    pub name: Texts,
}

/// What the payer is charged besides the amount: a share of it, and at least so much. Both 0:
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// Hundredths of a percent of the amount: 150 is 1.5 %.
    pub basis_points: u32,
    pub least: Money,
}

/// Bounds of payments, the fee apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Least of one payment.
    pub least: Money,
    /// Most of one payment.
    pub most: Money,
    /// Most of all payments of an account in a calendar day.
    pub day_most: Money,
}

/// What the city decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The same amount at the same till again within these minutes is asked about first.
    pub repeat_minutes: u32,
    /// A payment may be given back within these days.
    pub give_back_days: u32,
    /// Digits of the number under which a business is registered (BIN).
    pub business_digits: u32,
    /// An invoice can be paid for at most so long.
    pub invoice_minutes_most: u32,
}

/// Days that personal records are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// An invoice after its end; a payment keeps its reference.
    pub invoices_days: u32,
}

impl MerchantsSection {
    /// The category of an id.
    #[must_use]
    pub fn category(&self, id: &str) -> Option<&MerchantCategory> {
        self.categories.iter().find(|category| category.id.as_str() == id)
    }

    /// The host of the codes that are made now; empty only when the city has none.
    #[must_use]
    pub fn code_host(&self) -> &str {
        self.code_hosts.first().map_or("", String::as_str)
    }
}
