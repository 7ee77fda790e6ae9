//! The city's section `rides`: carriers, routes, signs, and what the city decided about tickets
//! and control.

use crate::kernel::calendar::TimeOfDay;
use crate::kernel::city::Texts;
use crate::kernel::fact::Fact;
use crate::kernel::ids::slug_ids;
use crate::kernel::lenient;
use crate::kernel::money::Money;
use crate::kernel::pay::PayMethod;
use crate::kernel::section::Section;
use crate::rides::fares::FeedRouteId;
use crate::rides::feed::Feed;
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

slug_ids! {
    /// Whoever owns the vehicles and carries: `green-bus`.
    CarrierId, "carrier";
    /// A route, both directions: `92`.
    RouteId, "route";
}

/// Rides in a city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RidesSection {
    #[serde(default, deserialize_with = "lenient::list")]
    pub carriers: Vec<Carrier>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub routes: Vec<Route>,
    /// Hosts of the links on signs, in lower case: what else is scanned is no sign of this city.
    #[serde(default)]
    pub sign_hosts: Vec<String>,
    /// What a ride costs, each from a calendar day on; empty where it goes by a feed.
    #[serde(default, deserialize_with = "lenient::list")]
    pub fares: Vec<DatedFare>,
    /// Instead of [`RidesSection::fares`]: by the fare files of a feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<Feed>,
    /// Calendar days on which nobody pays; a ride is registered all the same.
    #[serde(default)]
    pub free_days: BTreeSet<NaiveDate>,
    /// How a ride can be paid in the app (AV-67).
    #[serde(default, deserialize_with = "lenient::list")]
    pub pay: Vec<PayMethod>,
    pub channels: Channels,
    pub policy: Policy,
    pub retention: Retention,
}

impl Section for RidesSection {
    const NAME: &'static str = "rides";
    const FORMAT: u32 = 1;
}

impl RidesSection {
    /// The route of an id.
    #[must_use]
    pub fn route(&self, id: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.id.as_str() == id)
    }

    /// The carrier of an id.
    #[must_use]
    pub fn carrier(&self, id: &CarrierId) -> Option<&Carrier> {
        self.carriers.iter().find(|carrier| carrier.id == *id)
    }
}

/// A fare from a day on, until the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedFare {
    /// From midnight by the city's clock.
    pub from: NaiveDate,
    pub fare: Fact<Money>,
}

/// Whoever carries (AV-12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carrier {
    pub id: CarrierId,
    pub name: Texts,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub id: RouteId,
    /// As it stands on the vehicle: `92`.
    pub number: String,
    pub kind: VehicleKind,
    pub carrier: CarrierId,
    /// What the feed of fares calls it, where that is not the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_feed: Option<FeedRouteId>,
    /// One for a ring, two else.
    pub directions: Vec<Direction>,
}

impl Route {
    /// The direction of this number, from 0 on as in GTFS.
    #[must_use]
    pub fn direction(&self, number: u32) -> Option<&Direction> {
        self.directions.get(usize::try_from(number).ok()?)
    }
}

/// One way of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direction {
    /// Where it goes, as it stands on the vehicle.
    pub headsign: Texts,
}

words! { vehicle_kind_shown;
    /// What carries.
    pub enum VehicleKind {
        Bus = "bus",
        Trolleybus = "trolleybus",
        Tram = "tram",
        Metro = "metro",
    }
}

/// Ways to register that a phone may offer besides codes and typed numbers (AV-32).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channels {
    #[serde(default)]
    pub nfc: bool,
    #[serde(default)]
    pub bluetooth: bool,
    /// The short number that takes a ride by SMS, when there is one.
    #[serde(default)]
    pub sms_number: Option<String>,
}

/// What the city decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// A second ride on the same vehicle within these minutes is asked about first (AMB-22).
    pub repeat_minutes: u32,
    /// A vehicle may be this many minutes before or behind its trip; control counts them in
    /// (AMB-22).
    pub tolerance_minutes: u32,
    /// A ticket is good for this long when the end of the trip is not known.
    pub ticket_minutes: u32,
    /// After a breakdown a ticket is good on the next vehicle of the route for this long.
    pub breakdown_minutes: u32,
    /// A trip that begins before this time of day belongs to the service day before.
    pub service_day_begins: TimeOfDay,
    /// Most persons of one ride, the rider among them.
    pub persons_most: u32,
    /// Days in which a ride can be disputed.
    pub dispute_days: u32,
    pub paid_in_control: PaidInControl,
    /// A code of a terminal is taken this many seconds after it was shown.
    pub terminal_code_seconds: u32,
}

words! { paid_in_control_shown;
    /// What happens to somebody who pays while his vehicle is being controlled (AMB-23).
    pub enum PaidInControl {
        /// Nothing is sold in it until the control is over.
        Closed = "closed",
        /// He pays on the spot and has passed.
        Passes = "passes",
    }
}

/// Days that personal records are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Which account made a ride.
    pub rides_days: u32,
}
