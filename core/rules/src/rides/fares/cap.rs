//! Capping: nobody pays more in a day or a week than a cap says. It is not in GTFS-Fares v2, so it
//! is data of the city beside the feed.
//!
//! What is charged goes by what was charged before. Caps are laid one in another, or apart: so the
//! sum of a day or a week is the same in whatever order its rides arrive, late uploads included.

use super::ids::ProductId;
use crate::kernel::calendar::Day;
use crate::kernel::money::{Money, MoneyError};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A cap on what a rider pays for a group of products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    pub products: BTreeSet<ProductId>,
    pub per: Period,
    pub at_most: Money,
}

/// What a cap is counted over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Day,
    /// Seven days that begin on this one.
    Week {
        begins_on: Day,
    },
}

/// Caps that fit each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Cap>", into = "Vec<Cap>")]
pub struct Caps(Vec<Cap>);

/// Why caps cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CapError {
    #[error("cap {cap} names no product")]
    NoProducts { cap: usize },
    #[error("cap {cap} is below zero")]
    BelowZero { cap: usize },
    #[error("caps {one} and {other} are in two currencies")]
    TwoCurrencies { one: usize, other: usize },
    #[error(
        "caps {one} and {other} cross: what a day costs would depend on the order of its rides; \
         lay the products of one in the other's, or apart, and begin all weeks on one day"
    )]
    Cross { one: usize, other: usize },
}

/// Something that was charged: on which day, for what, how much of its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charged {
    /// The day by which the city counts.
    pub charged_on: NaiveDate,
    pub product: ProductId,
    pub amount: Money,
}

/// What is to be charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capped {
    /// At most the price, never below zero.
    pub amount: Money,
    /// Places of the caps that made it less.
    pub by: Vec<usize>,
    /// The one of these of which the least is left: what is charged is its rest.
    pub tightest: Option<usize>,
}

impl TryFrom<Vec<Cap>> for Caps {
    type Error = CapError;
    fn try_from(caps: Vec<Cap>) -> Result<Self, CapError> {
        Self::new(caps)
    }
}

impl From<Caps> for Vec<Cap> {
    fn from(caps: Caps) -> Self {
        caps.0
    }
}

impl Caps {
    /// Caps that hold together.
    ///
    /// # Errors
    /// [`CapError`] with the places of the caps that do not.
    pub fn new(caps: Vec<Cap>) -> Result<Self, CapError> {
        for (one, cap) in caps.iter().enumerate() {
            if cap.products.is_empty() {
                return Err(CapError::NoProducts { cap: one });
            }
            if cap.at_most.amount.is_sign_negative() && !cap.at_most.is_zero() {
                return Err(CapError::BelowZero { cap: one });
            }
            for (other, next) in caps.iter().enumerate().skip(one.saturating_add(1)) {
                if cap.at_most.currency != next.at_most.currency {
                    return Err(CapError::TwoCurrencies { one, other });
                }
                if !cap.fits(next) {
                    return Err(CapError::Cross { one, other });
                }
            }
        }
        Ok(Self(caps))
    }

    /// The caps, in their order.
    #[must_use]
    pub fn all(&self) -> &[Cap] {
        &self.0
    }

    /// What of a price is charged after what was charged before. A price below zero is taken as
    /// zero.
    ///
    /// # Errors
    /// [`MoneyError`] when amounts are in two currencies or do not fit.
    pub fn charge(
        &self,
        before: &[Charged],
        on: NaiveDate,
        product: &ProductId,
        price: Money,
    ) -> Result<Capped, MoneyError> {
        let zero = Money::zero(price.currency);
        let mut amount = if price.amount < zero.amount { zero } else { price };
        let price = amount;
        let (mut by, mut tightest) = (Vec::new(), None);
        for (place, cap) in self.0.iter().enumerate().filter(|(_, cap)| cap.products.contains(product)) {
            let counted =
                before.iter().filter(|it| cap.products.contains(&it.product) && cap.per.is_same(it.charged_on, on));
            let mut left = cap.at_most;
            for charged in counted {
                left = left.checked_sub(&charged.amount)?;
            }
            let left = if left.amount < zero.amount { zero } else { left };
            // Says of two currencies what adding them says.
            price.checked_sub(&left)?;
            if left.amount < price.amount {
                by.push(place);
            }
            if left.amount < amount.amount {
                amount = left;
                tightest = Some(place);
            }
        }
        Ok(Capped { amount, by, tightest })
    }
}

impl Cap {
    /// Whether what both count is laid one in the other, or apart.
    fn fits(&self, other: &Self) -> bool {
        if self.products.is_disjoint(&other.products) {
            return true;
        }
        let (inner, outer) = (self.products.is_subset(&other.products), other.products.is_subset(&self.products));
        match (self.per, other.per) {
            (Period::Day, Period::Day) => inner || outer,
            (Period::Week { begins_on: one }, Period::Week { begins_on: other }) => one == other && (inner || outer),
            // A day lies in its week, so its products must lie in the week's.
            (Period::Day, Period::Week { .. }) => inner,
            (Period::Week { .. }, Period::Day) => outer,
        }
    }
}

impl Period {
    /// Whether two days are counted together.
    #[must_use]
    pub fn is_same(self, one: NaiveDate, other: NaiveDate) -> bool {
        match self {
            Self::Day => one == other,
            Self::Week { begins_on } => {
                let begun = |date: NaiveDate| {
                    let ago = (7 + date.weekday().num_days_from_monday() - from_monday(begins_on)) % 7;
                    date.checked_sub_days(Days::new(ago.into()))
                };
                begun(one) == begun(other)
            }
        }
    }
}

const fn from_monday(day: Day) -> u32 {
    match day {
        Day::Mon => 0,
        Day::Tue => 1,
        Day::Wed => 2,
        Day::Thu => 3,
        Day::Fri => 4,
        Day::Sat => 5,
        Day::Sun => 6,
    }
}
