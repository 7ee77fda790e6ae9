//! The city's section `orders`: prices of daily orders by day, discounts, how they are paid,
//! retention.

use crate::kernel::fact::Fact;
use crate::kernel::lenient;
use crate::kernel::minutes::Minutes;
use crate::kernel::money::Money;
use crate::kernel::pay::PayMethod;
use crate::kernel::section::Section;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Daily orders (eDPK) in a city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdersSection {
    /// Oldest first.
    #[serde(default)]
    pub rates: Vec<OrderRates>,
    pub policy: OrderPolicy,
    pub retention: Retention,
}

impl Section for OrdersSection {
    const NAME: &'static str = "orders";
    const FORMAT: u32 = 1;
}

impl OrdersSection {
    /// The prices in force on a local day: the last ones that began.
    #[must_use]
    pub fn rates_on(&self, day: NaiveDate) -> Option<&OrderRates> {
        self.rates.iter().filter(|rates| rates.from <= day).max_by_key(|rates| rates.from)
    }
}

/// Prices of daily orders from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRates {
    /// First local day.
    pub from: NaiveDate,
    /// In the zoned area.
    pub zoned: Fact<Money>,
    /// Outside it, and on SMS lots.
    pub outside: Fact<Money>,
    /// Percent off when paid in time.
    pub discount_percent: Fact<u32>,
    /// Days in which the discount holds, counted as [`OrderPolicy::discount_from`] says.
    pub discount_days: Fact<u32>,
}

/// How daily orders are issued and paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPolicy {
    /// What the discount days are counted from.
    pub discount_from: Fact<DiscountFrom>,
    /// How an order can be paid here (BG-70).
    #[serde(default, deserialize_with = "lenient::list")]
    pub pay: Vec<PayMethod>,
    /// Minutes after the end of a ticket in which no order is issued. While it is unknown there are
    /// none: an order may be issued from the end on.
    pub grace_minutes: Fact<Minutes>,
}

/// Start of the discount days of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountFrom {
    Issue,
    ValidityEnd,
}

/// Days that personal records of orders are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The plate of an order that is settled, from the end of its validity on.
    pub orders_days: u32,
    /// Which plate an inspector checked.
    pub plate_checks_days: u32,
}
