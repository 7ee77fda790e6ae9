//! A facility: a garage or a lot with a barrier, what is known of it, when it is open, and how a
//! visit is paid there.

use crate::kernel::calendar::{Charging, TimeSpan};
use crate::kernel::city::{City, Texts};
use crate::kernel::fact::Fact;
use crate::kernel::ids::slug_ids;
use crate::kernel::lenient;
use crate::kernel::pay::PayMethod;
use crate::kernel::position::Point;
use crate::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

slug_ids! {
    /// A garage or another place with a barrier: `pionirski-park`.
    FacilityId, "facility";
    /// The prices of one or more facilities within a tariff: `vma`.
    RateTableId, "rate table";
}

/// A garage, a multi-storey car park or a lot with a barrier (BG-10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facility {
    /// `zeleni-venac`
    pub id: FacilityId,
    pub name: Texts,
    pub kind: Fact<FacilityKind>,
    /// Street and number, as it is written there.
    pub address: Fact<String>,
    /// Where it is shown on a map, WGS 84.
    pub position: Fact<Point>,
    /// Where one drives in, when that is known; empty else.
    #[serde(default)]
    pub entrances: Vec<Entrance>,
    /// Places in all.
    pub capacity: Fact<u32>,
    /// Places for disabled drivers, of those.
    pub capacity_disabled: Fact<u32>,
    /// The highest vehicle, centimetres.
    pub max_height_cm: Fact<u32>,
    /// When one can drive in and out, in the city's wall-clock time. While they are not known
    /// nothing is refused.
    pub opening_hours: Fact<Vec<TimeSpan>>,
    /// While it is not known, holidays are as other days.
    pub on_holidays: Fact<HolidayOpening>,
    pub paid_when: Fact<PaidWhen>,
    /// How a visit can be paid in the app (BG-67); empty where no system charges by itself (BG-66).
    #[serde(default, deserialize_with = "lenient::list")]
    pub pay: Vec<PayMethod>,
    /// How it can be paid at the place (BG-19): for information.
    #[serde(default, deserialize_with = "lenient::list")]
    pub on_site: Vec<OnSite>,
    /// How the number on its tickets is written.
    pub ticket_number: Fact<TicketPattern>,
    /// Which prices of the tariff hold here.
    pub rate_table: RateTableId,
}

impl Facility {
    /// Whether one can drive in and out at a moment; `None` while that is not known.
    #[must_use]
    pub fn is_open(&self, city: &City, at: DateTime<Utc>) -> Option<bool> {
        self.hours(city).map(|hours| hours.period_at(at, at).is_some())
    }

    /// The next opening at or after a moment; `None` when there is none within weeks or it is not
    /// known.
    #[must_use]
    pub fn next_opening(&self, city: &City, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.hours(city)?.next_opening(at)
    }

    fn hours<'a>(&'a self, city: &'a City) -> Option<Charging<'a>> {
        let spans = self.opening_hours.known()?;
        let closed = self.on_holidays.known() == Some(&HolidayOpening::Closed);
        Some(Charging { time: &city.sections.time, spans, free: closed.then_some(&city.sections.calendar) })
    }
}

words! { facilities_shown;
    /// How a facility is built.
    pub enum FacilityKind {
        /// In or under a building.
        Garage = "garage",
        /// Levels above each other (MSCP, in Serbian VEPP).
        MultiStorey = "multi_storey",
        /// In the open, with a barrier.
        Lot = "lot",
    }

    /// When a visit is paid.
    pub enum PaidWhen {
        /// At the app or a machine, before one goes to the car.
        BeforeFetching = "before_fetching",
        /// From the car, at the barrier on the way out.
        OnExit = "on_exit",
        /// At the barrier on the way in.
        OnEntry = "on_entry",
    }

    /// How a visit is paid at the place itself (BG-19).
    pub enum OnSite {
        Cash = "cash",
        Card = "card",
        /// An automatic machine.
        Machine = "machine",
        /// The prepaid parking card of the operator.
        PrepaidCard = "prepaid_card",
        /// A card for a period of time.
        ParkingPass = "parking_pass",
    }
}

/// Where one drives in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entrance {
    pub name: Texts,
    /// WGS 84.
    pub position: Fact<Point>,
}

/// What holidays mean for a facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayOpening {
    /// As on any such day of the week.
    Open,
    Closed,
}

/// How the number on a facility's tickets is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketPattern {
    /// `D` is a digit, `L` a letter, any other sign stands for itself: `DDDDDDDDDDDD`.
    pub mask: String,
    /// What the last digit is computed from the others by; absent when it is a digit like any
    /// other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_digit: Option<CheckDigit>,
}

/// How a check digit is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckDigit {
    /// Every second digit twice, ISO/IEC 7812-1 annex B.
    Luhn,
    /// Weights 3 and 1 from the right, GS1 General Specifications 7.9.
    Gs1,
}
