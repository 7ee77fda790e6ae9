//! The days of a pass, and which rides it covers.

use crate::passes::section::PassProduct;
use chrono::{Datelike, Days, Months, NaiveDate};

impl PassProduct {
    /// The last day of a pass that begins on a day; `None` beyond the calendar. A month from the
    /// 31st of January ends with February.
    #[must_use]
    pub fn last_on(&self, first_on: NaiveDate) -> Option<NaiveDate> {
        match self.days {
            Some(days) => first_on.checked_add_days(Days::new(u64::from(days).checked_sub(1)?)),
            None => {
                let next = first_on.checked_add_months(Months::new(1))?;
                if next.day() == first_on.day() { next.pred_opt() } else { Some(next) }
            }
        }
    }

    /// Whether it covers every ride.
    #[must_use]
    pub const fn covers_all(&self) -> bool {
        self.routes.is_empty() && self.kinds.is_empty()
    }

    /// Whether two passes may cover one ride. A route may be of any kind.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let shares = |one: &[String], other: &[String]| one.iter().any(|item| other.contains(item));
        let may_be_of = |one: &Self, other: &Self| !one.routes.is_empty() && !other.kinds.is_empty();
        self.covers_all()
            || other.covers_all()
            || shares(&self.routes, &other.routes)
            || shares(&self.kinds, &other.kinds)
            || may_be_of(self, other)
            || may_be_of(other, self)
    }
}

/// Whether a pass covers a ride on a route, of a kind of vehicle. Of a ride whose route is not
/// known only one that covers all does.
#[must_use]
pub fn covers(product: &PassProduct, route: Option<(&str, &str)>) -> bool {
    let is_listed = |(route, kind): (&str, &str)| {
        product.routes.iter().any(|id| id == route) || product.kinds.iter().any(|word| word == kind)
    };
    product.covers_all() || route.is_some_and(is_listed)
}

/// Whether two spans of days, first and last, share one.
#[must_use]
pub fn days_overlap(one: (NaiveDate, NaiveDate), other: (NaiveDate, NaiveDate)) -> bool {
    one.0 <= other.1 && other.0 <= one.1
}
