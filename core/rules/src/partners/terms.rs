//! In which period a carrier's rides are settled.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::words;

words! { settlement_period_shown;
    /// How often a carrier's rides are settled.
    pub enum Period {
        Day = "day",
        /// From Monday to Sunday.
        Week = "week",
        /// Of the calendar.
        Month = "month",
    }
}

/// Service days that are settled together, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettlementPeriod {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    /// The period that begins on a day; it ends with the day, week or month, or before other terms
    /// begin. `None` for a word that is not known, and at the end of the calendar.
    #[must_use]
    pub fn beginning(&self, from: NaiveDate, next_terms: Option<NaiveDate>) -> Option<SettlementPeriod> {
        let natural = match self {
            Self::Day => from,
            Self::Week => from.checked_add_days(Days::new(u64::from(6 - from.weekday().num_days_from_monday())))?,
            Self::Month => from.with_day(1)?.checked_add_months(Months::new(1))?.pred_opt()?,
            Self::Other(_) => return None,
        };
        let before = next_terms.filter(|next| *next > from).and_then(|next| next.pred_opt());
        Some(SettlementPeriod { from, to: before.map_or(natural, |before| before.min(natural)) })
    }
}
