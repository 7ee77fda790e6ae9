//! The city's section `passes`: categories of riders, what each pays of a fare, and passes.

use crate::kernel::calendar::TimeOfDay;
use crate::kernel::city::Texts;
use crate::kernel::fact::Fact;
use crate::kernel::ids::slug_ids;
use crate::kernel::lenient;
use crate::kernel::money::{Money, MoneyError};
use crate::kernel::pay::PayMethod;
use crate::kernel::section::Section;
use crate::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

slug_ids! {
    /// A category of riders: `student`.
    CategoryId, "category";
    /// A pass as it is sold: `month`.
    PassProductId, "pass";
}

/// Benefits and passes of a city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassesSection {
    #[serde(default, deserialize_with = "lenient::list")]
    pub categories: Vec<Category>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub products: Vec<PassProduct>,
    /// How a pass can be paid in the app.
    #[serde(default, deserialize_with = "lenient::list")]
    pub pay: Vec<PayMethod>,
    pub policy: PassPolicy,
    pub retention: PassRetention,
}

impl Section for PassesSection {
    const NAME: &'static str = "passes";
    const FORMAT: u32 = 1;
}

/// Who a rider is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Category {
    pub id: CategoryId,
    pub name: Texts,
    /// Whoever nothing else is known of.
    #[serde(default)]
    pub is_default: bool,
    /// Days for which it can be granted at most. Absent: it is not granted, and a rider says so of
    /// a companion himself, such as of a small child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_days: Option<u32>,
    /// What of a fare he pays.
    pub pays: Fact<Pays>,
}

/// What somebody pays of a fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Pays {
    /// So many percent: 100 is the fare, 0 rides free and is registered all the same.
    Share { percent: u32 },
    /// This amount, or the fare where that is less.
    Fixed { amount: Money },
}

impl Pays {
    /// What is paid where the fare is `full`: never more than that. A fraction of a minor unit
    /// falls to the rider.
    ///
    /// # Errors
    /// [`MoneyError`] when the amounts are in two currencies or do not fit.
    pub fn of(self, full: Money) -> Result<Money, MoneyError> {
        match self {
            Self::Share { percent } => full.less_percent(100_u32.checked_sub(percent).ok_or(MoneyError::Overflow)?),
            Self::Fixed { amount } => {
                let is_less = full.checked_sub(&amount)?.amount.is_sign_positive();
                Ok(if is_less { amount } else { full })
            }
        }
    }
}

/// A pass as it is sold; for one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassProduct {
    pub id: PassProductId,
    pub name: Texts,
    /// Days that it holds for, the first one among them. Absent: a calendar month, to the day
    /// before the same date of the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// What it costs, by category; who has none of these does not buy it.
    #[serde(default)]
    pub prices: BTreeMap<CategoryId, Fact<Money>>,
    /// Routes that it covers. With `kinds` empty too: all.
    #[serde(default)]
    pub routes: Vec<String>,
    /// Kinds of vehicles that it covers, besides the routes.
    #[serde(default)]
    pub kinds: Vec<String>,
    pub refund: PassRefund,
}

words! { pass_refund_shown;
    /// When the price of a pass is given back.
    pub enum PassRefund {
        /// Whole before its first day, nothing from then on.
        BeforeFirstDay = "before_first_day",
        Never = "never",
    }
}

/// What the city decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassPolicy {
    /// A pass holds by service days: until this time of day it is still the day before.
    pub day_begins: TimeOfDay,
    /// A pass may begin so many days ahead.
    pub ahead_days: u32,
    /// A pass that ends within so many days is told as ending.
    pub ending_days: u32,
}

/// Days that personal records are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassRetention {
    /// A benefit after its end.
    pub benefits_days: u32,
}

impl PassesSection {
    /// The category of an id.
    #[must_use]
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.id.as_str() == id)
    }

    /// The category of whoever nothing else is known of.
    #[must_use]
    pub fn default_category(&self) -> Option<&Category> {
        self.categories.iter().find(|category| category.is_default)
    }

    /// The pass of an id.
    #[must_use]
    pub fn product(&self, id: &str) -> Option<&PassProduct> {
        self.products.iter().find(|product| product.id.as_str() == id)
    }

    /// Of several categories and the default one, that which pays least of a fare, with what it
    /// pays. What is not known of one is passed over; `None` when of none is known.
    ///
    /// # Errors
    /// [`MoneyError`] when amounts are in two currencies or do not fit.
    pub fn cheapest<'a>(
        &'a self,
        held: impl Iterator<Item = &'a CategoryId>,
        full: Money,
    ) -> Result<Option<(&'a Category, Money)>, MoneyError> {
        let held = held.filter_map(|id| self.category(id.as_str()));
        let mut best: Option<(&Category, Money)> = None;
        for category in self.default_category().into_iter().chain(held) {
            let Some(pays) = category.pays.known() else { continue };
            let pays = pays.of(full)?;
            if best.is_none_or(|(_, least)| pays.amount < least.amount) {
                best = Some((category, pays));
            }
        }
        Ok(best)
    }
}

impl PassProduct {
    /// Of several categories and the default one, that for which it costs least, with the price.
    /// What is not known is passed over; `None` when no price is known or it is sold to none.
    #[must_use]
    pub fn cheapest<'a>(
        &'a self,
        section: &'a PassesSection,
        held: impl Iterator<Item = &'a CategoryId>,
    ) -> Option<(&'a CategoryId, Money)> {
        let of = section.default_category().map(|category| &category.id).into_iter().chain(held);
        let priced = of.filter_map(|id| Some((id, *self.prices.get(id)?.known()?)));
        priced.min_by_key(|(_, price)| price.amount)
    }
}
