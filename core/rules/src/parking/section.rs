//! The city's section `parking`: zones, dated price lists, the SMS, policies where the terms are
//! silent, retention.

use crate::kernel::calendar::{HolidayRule, TimeSpan};
use crate::kernel::city::Texts;
use crate::kernel::fact::Fact;
use crate::kernel::ids::{SourceId, TariffId, ZoneId};
use crate::kernel::lenient;
use crate::kernel::minutes::Minutes;
use crate::kernel::money::Money;
use crate::kernel::pay::{PayMethod, UnusedTime};
use crate::kernel::position::Polygon;
use crate::kernel::section::Section;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Street parking in a city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkingSection {
    #[serde(default)]
    pub zones: Vec<Zone>,
    /// Oldest first.
    #[serde(default)]
    pub tariffs: Vec<Tariff>,
    pub sms: SmsPolicy,
    pub policy: Policy,
    pub retention: Retention,
}

impl Section for ParkingSection {
    const NAME: &'static str = "parking";
    const FORMAT: u32 = 1;
}

impl ParkingSection {
    /// The zone with this id.
    #[must_use]
    pub fn zone(&self, id: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.id == id)
    }

    /// The tariff in force on a local day: the last one that began, unless it has ended.
    #[must_use]
    pub fn tariff_on(&self, day: NaiveDate) -> Option<&Tariff> {
        self.tariffs
            .iter()
            .filter(|tariff| tariff.from <= day)
            .max_by_key(|tariff| tariff.from)
            .filter(|tariff| tariff.until.is_none_or(|until| day < until))
    }
}

/// A zone, and in Belgrade's data a car park (BG-42).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// `a`, `red`, `yellow`, `green`, `blue`, `white`
    pub id: ZoneId,
    pub name: Texts,
    /// Codes on the zone's signs: `9111`.
    #[serde(default)]
    pub sign_codes: Vec<String>,
    /// `#rrggbb`, as on the sign.
    pub colour: String,
    #[serde(deserialize_with = "lenient::word")]
    pub regime: Regime,
    /// When parking is charged, in the city's wall-clock time.
    pub hours: Fact<Vec<TimeSpan>>,
    pub on_holidays: Fact<HolidayRule>,
    pub limits: Limits,
    /// How time in this zone can be paid (BG-43).
    #[serde(default, deserialize_with = "lenient::list")]
    pub pay: Vec<PayMethod>,
    /// Number that takes a plate as SMS.
    pub sms_number: Fact<String>,
    /// Where it lies, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
}

impl Zone {
    /// Limited + extended minutes (BG-49..52); `None` when there is no limit or it is not known.
    #[must_use]
    pub fn max_stay_minutes(&self) -> Option<Minutes> {
        self.limits.stay.known().and_then(StayLimit::max_minutes)
    }
}

/// What kind of paid place a zone is (BG-07..09); decides the price of a daily order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// General car parks in the zoned area.
    Zoned,
    /// General car parks outside the zoned area.
    Outside,
    /// Special lots without barriers, paid like those outside.
    SmsLot,
    /// A kind of a later version. Only ever read.
    #[default]
    #[serde(skip_deserializing)]
    Other,
}

/// Limits of a zone, in minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub stay: Fact<StayLimit>,
    /// Minutes without a ticket after which a stay is over and a new one may begin.
    pub no_return_minutes: Fact<Minutes>,
}

/// How long a stay may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StayLimit {
    /// As long as parking is charged (BG-58).
    Unlimited,
    /// Limited time, then extended time at its own price (BG-46).
    Minutes { limited: Minutes, extended: Minutes },
}

impl StayLimit {
    /// Limited + extended minutes.
    #[must_use]
    pub const fn max_minutes(&self) -> Option<Minutes> {
        match self {
            Self::Unlimited => None,
            Self::Minutes { limited, extended } => Some(limited.plus(*extended)),
        }
    }
}

/// Where a zone lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub polygons: Vec<Polygon>,
    #[serde(deserialize_with = "lenient::word")]
    pub certainty: AreaCertainty,
    /// Key of [`City::sources`](crate::City::sources).
    pub source: SourceId,
}

/// How exact an area is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaCertainty {
    /// Drawn by hand, or in a way of a later version; show it so.
    #[default]
    Approximate,
    /// From a survey or the city's own map.
    Surveyed,
}

/// The prices in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// `2025-02-01`
    pub id: TariffId,
    /// First local day.
    pub from: NaiveDate,
    /// First local day on which it is no longer in force; absent while the next tariff ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Rates by zone, each list from the start of the stay on. A zone that the list leaves out has
    /// no price.
    #[serde(default)]
    pub rates: BTreeMap<ZoneId, Vec<Rate>>,
}

/// A price per started unit, within a part of the stay (CDS Rate).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub kind: RateKind,
    /// Minutes from the start of the stay.
    pub start_minutes: Minutes,
    /// Minutes from the start of the stay, exclusive; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_minutes: Option<Minutes>,
    /// Length of the unit that is paid for.
    pub unit_minutes: Minutes,
    /// Price of a started unit.
    pub price: Fact<Money>,
}

/// Which part of the stay a rate prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateKind {
    /// Limited time, or any time where there is no limit.
    Limited,
    /// Extended time (BG-46).
    Extended,
}

/// Buying by SMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsPolicy {
    /// Body of the message; `{plate}` is the plate's SMS form.
    pub body: String,
    /// What a message answers, to be shown beside it.
    pub note: Texts,
}

/// Values where the terms are silent: policy, never a constant in code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Whose purchases make a stay.
    pub stay_per: StayPer,
    /// An ask within the zone's longest stay, but above what is left of the running one.
    pub more_than_left: MoreThanLeft,
    /// An ask that would cross closing time.
    pub at_closing: AtClosing,
    /// How far ahead time is sold while nothing is charged.
    pub sold_ahead: SoldAhead,
    /// Reminders before the end of paid time, minutes.
    pub reminder_minutes_before: Vec<Minutes>,
    /// What becomes of paid time that is not used; an app says so only when it is known (AMB-15).
    pub unused_time: Fact<UnusedTime>,
}

/// Whose purchases in one car park make a stay (BG-48, AMB-06).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StayPer {
    /// Those for one plate, whoever pays: nobody is kept from paying for a second car.
    Plate,
    /// Those of one user, for whichever plate.
    User,
    /// A plate's and a user's: prices count from the plate's stay, and the earlier of the two
    /// deadlines holds.
    Both,
}

impl StayPer {
    /// Whether a stay of the user counts at all.
    #[must_use]
    pub const fn counts_user(self) -> bool {
        matches!(self, Self::User | Self::Both)
    }
}

/// What is offered to an ask above what is left of a stay. An ask above the zone's longest stay is
/// always refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoreThanLeft {
    /// What is left.
    SellTheRest,
    /// Nothing; the refusal says how much is left.
    Refuse,
}

/// What becomes of a ticket at closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtClosing {
    /// It ends; only the time until then is paid.
    Ends,
    /// The rest of the paid time goes on at the next opening.
    GoesOnAtOpening,
}

/// Which opening a ticket may wait for while nothing is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoldAhead {
    /// One that is still to come on the same day; later nothing is sold.
    SameDay,
    /// The next one, whenever that is.
    NextOpening,
}

/// Days that personal records of parking are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The plate of a ticket, from its end on.
    pub tickets_days: u32,
}
