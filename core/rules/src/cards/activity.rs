//! When a card counts as inactive (AV-17, AMB-16): it warns, and blocks nothing.

use chrono::{Months, NaiveDate};

/// The first day on which a card counts as inactive that was last used on this day: the day after
/// the same date so many months later. Where that month is too short, its last day stands for the
/// date: of 29 February a year later that is 28 February.
///
/// Used means: a ride was registered by it, or a top-up of it was paid; a card that was never used
/// counts from its issue. `None` at the end of all calendars: it stays active.
///
/// ```
/// use mesto_rules::cards::inactive_from;
/// let day = |text: &str| text.parse().unwrap();
/// assert_eq!(inactive_from(day("2023-02-28"), 12), Some(day("2024-02-29")));
/// ```
#[must_use]
pub fn inactive_from(last_used_on: NaiveDate, months: u32) -> Option<NaiveDate> {
    last_used_on.checked_add_months(Months::new(months))?.succ_opt()
}
