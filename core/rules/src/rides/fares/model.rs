//! The fare files of a feed as one value: whatever the order of their rows, the same value.

use super::clock::{ServiceDays, Timeframe};
use super::ids::{
    AreaId, FeedRouteId, LegGroupId, MediumId, NetworkId, ProductId, RiderCategoryId, ServiceId, StopId, TimeframeId,
};
use crate::kernel::lenient;
use crate::kernel::money::Money;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroU64};

/// The fares of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fares {
    /// Whether `fare_leg_rules.txt` has the field `rule_priority`, which changes what its empty
    /// fields mean.
    #[serde(default)]
    pub has_rule_priority: bool,
    /// The areas of a stop; platforms have their station's unless they have areas of their own. A
    /// stop in none is not listed.
    #[serde(default)]
    pub stop_areas: BTreeMap<StopId, BTreeSet<AreaId>>,
    /// Platforms in no area, kept where the fare goes by the area in which a rider boards: so that
    /// a stop that is told is one of the feed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub other_stops: BTreeSet<StopId>,
    /// Whether the feed has stops in no area, where a rider may alight.
    #[serde(default = "yes")]
    pub has_stops_outside_areas: bool,
    /// The station of a platform; kept for the rules that join legs, and empty without any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stations: BTreeMap<StopId, StopId>,
    /// The network of a route; a route in none is not listed.
    #[serde(default)]
    pub route_networks: BTreeMap<FeedRouteId, NetworkId>,
    /// The days of the services that timeframes name.
    #[serde(default)]
    pub services: BTreeMap<ServiceId, ServiceDays>,
    #[serde(default)]
    pub timeframes: BTreeMap<TimeframeId, Vec<Timeframe>>,
    #[serde(default)]
    pub rider_categories: BTreeMap<RiderCategoryId, RiderCategory>,
    #[serde(default)]
    pub media: BTreeMap<MediumId, Medium>,
    #[serde(default)]
    pub products: Vec<Product>,
    #[serde(default)]
    pub leg_rules: Vec<LegRule>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub join_rules: Vec<JoinRule>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transfer_rules: Vec<TransferRule>,
}

const fn yes() -> bool {
    true
}

/// A row of `rider_categories.txt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiderCategory {
    pub name: String,
    /// The category of a rider of whom nothing else is known.
    #[serde(default)]
    pub is_default: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility_url: Option<String>,
}

/// A row of `fare_media.txt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medium {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(deserialize_with = "lenient::word")]
    pub kind: MediumKind,
}

/// `fare_media_type`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediumKind {
    /// Nothing is handed over, as with cash to a driver.
    None,
    PaperTicket,
    TransitCard,
    BankCard,
    App,
    /// One that this version does not know.
    #[default]
    Other,
}

/// A row of `fare_products.txt`: a product at its price for a category and a medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    /// Empty for any category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<RiderCategoryId>,
    /// Empty when the medium is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<MediumId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Zero is a product that is free, below zero a discount.
    pub amount: Money,
}

/// A row of `fare_leg_rules.txt`. What an empty field means depends on
/// [`Fares::has_rule_priority`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LegRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_area: Option<AreaId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_area: Option<AreaId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_timeframe: Option<TimeframeId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_timeframe: Option<TimeframeId>,
    pub product: ProductId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<LegGroupId>,
    /// Above others when higher; 0 where the feed says nothing.
    #[serde(default)]
    pub priority: u32,
}

/// A row of `fare_leg_join_rules.txt`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JoinRule {
    pub from_network: NetworkId,
    pub to_network: NetworkId,
    /// Where the first leg ends and the second begins, a stop or a station; without it both are
    /// at the same station.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops: Option<(StopId, StopId)>,
}

/// A row of `fare_transfer_rules.txt`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TransferRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_group: Option<LegGroupId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_group: Option<LegGroupId>,
    /// Consecutive transfers that it may span; none for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<NonZeroU32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    pub kind: TransferType,
    /// Without one the transfer itself costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
}

/// How long a transfer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Limit {
    pub seconds: NonZeroU64,
    pub between: LimitBetween,
}

/// `duration_limit_type`: from boarding or alighting the first leg to boarding or alighting the
/// last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitBetween {
    BoardingAndAlighting,
    BoardingAndBoarding,
    AlightingAndBoarding,
    AlightingAndAlighting,
}

impl LimitBetween {
    /// Whether the limit ends or begins where a rider alights.
    #[must_use]
    pub const fn needs_arrival(self) -> bool {
        !matches!(self, Self::BoardingAndBoarding)
    }
}

/// `fare_transfer_type`: what is paid for legs A and B and the transfer AB between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferType {
    /// A + AB
    FromLegAndTransfer,
    /// A + AB + B
    BothLegsAndTransfer,
    /// AB
    TransferAlone,
}

impl Fares {
    /// Whether the fare of some leg goes by where the rider boards.
    #[must_use]
    pub fn goes_by_boarding(&self) -> bool {
        self.leg_rules.iter().any(|rule| rule.from_area.is_some())
    }

    /// Whether a stop is one of the feed. Where the fare does not go by stops, any is.
    #[must_use]
    pub fn has_stop(&self, stop: &str) -> bool {
        !self.goes_by_boarding() || self.stop_areas.contains_key(stop) || self.other_stops.contains(stop)
    }

    /// The areas of a stop.
    pub(super) fn areas_of(&self, stop: &str) -> Vec<&str> {
        self.stop_areas.get(stop).into_iter().flatten().map(AreaId::as_str).collect()
    }

    /// Whether a moment lies in one of the timeframes of a group.
    pub(super) fn is_within(&self, group: &TimeframeId, at: DateTime<FixedOffset>) -> bool {
        let frames = self.timeframes.get(group);
        frames.is_some_and(|frames| frames.iter().any(|frame| frame.contains(&self.services, at)))
    }

    /// The stop's station, or the stop itself.
    pub(super) fn station_of<'a>(&'a self, stop: &'a str) -> &'a str {
        self.stations.get(stop).map_or(stop, StopId::as_str)
    }
}
