//! What rides cost by the fare files of a GTFS feed: a part of the section `rides`.

use super::fares::cap::{Caps, Period};
use super::fares::{Fares, MediumId, RiderCategoryId};
use crate::kernel::fact::Fact;
use crate::passes::{CategoryId, PassesSection};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Earlier rides are looked at for at least so long: a service day and the night after it.
const LOOKS_BACK_LEAST: TimeDelta = TimeDelta::hours(48);
/// Where a week has a cap.
const LOOKS_BACK_A_WEEK: TimeDelta = TimeDelta::days(8);
/// At most so long, whatever a transfer rule says.
const LOOKS_BACK_MOST: TimeDelta = TimeDelta::days(32);

/// Fares by a feed, instead of [`RidesSection::fares`](super::RidesSection::fares).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Each from a calendar day on, until the next one begins.
    #[serde(default)]
    pub dated: Vec<DatedFeed>,
    /// The medium of the feed by which the app pays. Absent where the feed has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<MediumId>,
    /// The one by which transport cards pay; absent: what their rides cost is told by terminals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_medium: Option<MediumId>,
    /// Which category of the feed one of the city is: it pays what the feed says. Another one pays
    /// its share of the fare.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<CategoryId, RiderCategoryId>,
    /// Counted by service days.
    #[serde(default)]
    pub caps: Caps,
    /// A stop that was told of a vehicle counts for so long, until another one is told.
    pub stop_minutes: u32,
}

/// The fares of a feed from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedFeed {
    /// From midnight by the city's clock.
    pub from: NaiveDate,
    pub fares: Fact<Fares>,
}

impl Feed {
    /// The fares of a calendar day: of the last date that they begin on. `None` before the first
    /// and while they are not known.
    #[must_use]
    pub fn fares_on(&self, day: NaiveDate) -> Option<&Fares> {
        let begun = self.dated.iter().filter(|dated| dated.from <= day);
        begun.max_by_key(|dated| dated.from)?.fares.known()
    }

    /// The category of the feed of whoever nothing else is known of; `None` for its own default.
    #[must_use]
    pub fn default_category(&self, passes: Option<&PassesSection>) -> Option<&str> {
        let default = passes.and_then(PassesSection::default_category)?;
        self.categories.get(&default.id).map(RiderCategoryId::as_str)
    }

    /// Whether a ride may cost less for what was ridden before.
    #[must_use]
    pub fn counts_earlier_rides(&self) -> bool {
        let mut fares = self.dated.iter().filter_map(|dated| dated.fares.known());
        !self.caps.all().is_empty() || fares.any(|fares| !fares.transfer_rules.is_empty())
    }

    /// For how long earlier rides may change what a ride costs.
    #[must_use]
    pub fn looks_back(&self) -> TimeDelta {
        let is_weekly = self.caps.all().iter().any(|cap| matches!(cap.per, Period::Week { .. }));
        let least = if is_weekly { LOOKS_BACK_A_WEEK } else { LOOKS_BACK_LEAST };
        let fares = self.dated.iter().filter_map(|dated| dated.fares.known());
        let limits = fares.flat_map(|fares| &fares.transfer_rules).filter_map(|rule| rule.limit);
        let longest = limits.map(|limit| limit.seconds.get()).max().unwrap_or_default();
        let longest = i64::try_from(longest).ok().and_then(TimeDelta::try_seconds).unwrap_or(LOOKS_BACK_MOST);
        // A limit may run from a ride that others went on from.
        least.max(longest.min(LOOKS_BACK_MOST) + TimeDelta::days(1)).min(LOOKS_BACK_MOST)
    }
}
