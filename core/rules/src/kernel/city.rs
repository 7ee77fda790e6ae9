//! The city document: everything a city is, compiled from its papers, signed and served as one canonical JSON.

use crate::kernel::calendar::{HolidayCalendar, HolidayRule, TimeSpan};
use crate::kernel::fact::Fact;
use crate::kernel::money::{Currency, Money};
use crate::kernel::plate::PlateGrammar;
use crate::parking::quote::PayMethod;
use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A text in several languages, by BCP 47 tag: `sr-Latn`, `en`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Texts(pub BTreeMap<String, String>);

impl Texts {
    /// The text in `language`, else in English, else in whichever stands first; empty only when there is none.
    #[must_use]
    pub fn get(&self, language: &str) -> &str {
        self.0.get(language).or_else(|| self.0.get("en")).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }
}

/// Everything a city is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    /// `belgrade`
    pub id: String,
    /// Grows with every change that is served; an older one is never taken for a newer one.
    pub version: u32,
    pub name: Texts,
    /// IANA name, `Europe/Belgrade`; see [`City::tz`].
    pub time_zone: String,
    pub currency: Currency,
    pub zones: Vec<Zone>,
    /// Oldest first.
    pub tariffs: Vec<Tariff>,
    pub holidays: HolidayCalendar,
    pub plates: PlateGrammar,
    pub deposit: DepositPolicy,
    pub card: CardPolicy,
    pub sms: SmsPolicy,
    pub orders: OrderPolicy,
    pub policy: Policy,
    pub retention: Retention,
    pub contacts: Contacts,
    pub terms: Terms,
    /// Where the values come from, by id.
    pub sources: BTreeMap<String, Source>,
}

/// A zone, and in Belgrade's data a car park (BG-42).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// `a`, `red`, `yellow`, `green`, `blue`, `white`
    pub id: String,
    pub name: Texts,
    /// Codes on the zone's signs: `9111`.
    pub sign_codes: Vec<String>,
    /// `#rrggbb`, as on the sign.
    pub colour: String,
    pub regime: Regime,
    /// When parking is charged, in the city's wall-clock time.
    pub hours: Fact<Vec<TimeSpan>>,
    pub on_holidays: Fact<HolidayRule>,
    pub limits: Limits,
    /// How time in this zone can be paid (BG-43).
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
    pub fn max_stay_minutes(&self) -> Option<u32> {
        self.limits.stay.known().and_then(StayLimit::max_minutes)
    }
}

/// What kind of paid place a zone is (BG-07..09); decides the price of a daily order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// General car parks in the zoned area.
    Zoned,
    /// General car parks outside the zoned area.
    Outside,
    /// Special lots without barriers, paid like those outside.
    SmsLot,
}

/// Limits of a zone, in minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub stay: Fact<StayLimit>,
    /// Minutes without a ticket after which a stay is over and a new one may begin.
    pub no_return_minutes: Fact<u32>,
}

/// How long a stay may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StayLimit {
    /// As long as parking is charged (BG-58).
    Unlimited,
    /// Limited time, then extended time at its own price (BG-46).
    Minutes { limited: u32, extended: u32 },
}

impl StayLimit {
    /// Limited + extended minutes.
    #[must_use]
    pub const fn max_minutes(&self) -> Option<u32> {
        match self {
            Self::Unlimited => None,
            Self::Minutes { limited, extended } => Some(limited.saturating_add(*extended)),
        }
    }
}

/// Where a zone lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    pub polygons: Vec<Polygon>,
    pub certainty: AreaCertainty,
    /// Key of [`City::sources`].
    pub source: String,
}

/// One closed ring, WGS 84; the last point is joined to the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Polygon(pub Vec<Point>);

/// A point, WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

/// How exact an area is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaCertainty {
    /// Drawn by hand; show it so.
    Approximate,
    /// From a survey or the city's own map.
    Surveyed,
}

/// The prices in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    /// `2025-02-01`
    pub id: String,
    /// First local day.
    pub from: NaiveDate,
    /// First local day on which it is no longer in force; absent while the next tariff ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Rates by zone id, each list from the start of the stay on.
    pub rates: BTreeMap<String, Vec<Rate>>,
    pub order: OrderRates,
}

/// A price per started unit, within a part of the stay (CDS Rate).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub kind: RateKind,
    /// Minutes from the start of the stay.
    pub start_minutes: u32,
    /// Minutes from the start of the stay, exclusive; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_minutes: Option<u32>,
    /// Length of the unit that is paid for, minutes.
    pub unit_minutes: u32,
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

/// Prices of daily orders (eDPK) of one tariff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRates {
    /// In the zoned area.
    pub zoned: Fact<Money>,
    /// Outside it, and on SMS lots.
    pub outside: Fact<Money>,
    /// Percent off when paid in time.
    pub discount_percent: Fact<u32>,
    /// Days in which the discount holds, counted as [`OrderPolicy::discount_from`] says.
    pub discount_days: Fact<u32>,
}

/// What the deposit takes (BG-76..78).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositPolicy {
    /// The only amounts that can be paid in, in the city's currency, rising.
    pub values: Vec<Decimal>,
    /// Key of [`City::sources`].
    pub source: String,
}

impl DepositPolicy {
    /// Whether exactly this amount can be paid in (BG-76).
    #[must_use]
    pub fn offers(&self, amount: &Decimal) -> bool {
        self.values.contains(amount)
    }
}

/// Payment by card (BG-27, BG-93).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardPolicy {
    /// Brands as they are shown.
    pub brands: Vec<String>,
    /// From this total on the operator bears the bank's commission.
    pub free_from: Money,
    /// Commission that the driver pays below it.
    pub fee: Fact<Money>,
}

/// Buying by SMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsPolicy {
    /// Body of the message; `{plate}` is the plate's SMS form.
    pub body: String,
    /// What a message answers, to be shown beside it.
    pub note: Texts,
}

/// How daily orders are issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderPolicy {
    /// What the discount days are counted from.
    pub discount_from: Fact<DiscountFrom>,
    /// How an order can be paid here (BG-70).
    pub pay: Vec<PayMethod>,
}

/// Start of the discount days of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountFrom {
    Issue,
    ValidityEnd,
}

/// Values where the terms are silent: policy, never a constant in code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// An ask above what is left of the stay: clipped, or refused with what is allowed.
    pub limit_mode: LimitMode,
    /// An ask that would cross closing time.
    pub across_closing: AcrossClosing,
    /// An ask on a day or at an hour when nothing is charged any more.
    pub outside_hours: OutsideHours,
    /// How long a quote is frozen.
    pub quote_ttl_seconds: u32,
    /// Reminders before the end of paid time, minutes.
    pub reminder_minutes_before: Vec<u32>,
    /// Minutes after the end in which no order is issued.
    pub grace_minutes: Fact<u32>,
    /// What becomes of paid time that is not used; an app says so only when it is known (AMB-15).
    pub unused_time: Fact<UnusedTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitMode {
    Clip,
    Refuse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcrossClosing {
    /// The ticket ends at closing; only the time until then is paid.
    EndAtClosing,
    /// The rest of the paid time goes on at the next opening.
    RollOver,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutsideHours {
    /// Nothing is sold until the next charged day.
    Refuse,
    /// The ticket starts at the next opening, whenever that is.
    NextOpening,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnusedTime {
    Refunded,
    NotRefunded,
}

/// Days that personal records are kept, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    pub tickets_days: u32,
    pub orders_days: u32,
    pub plate_checks_days: u32,
    pub events_days: u32,
    pub sign_in_days: u32,
    pub outbox_days: u32,
    /// Phone, label and plates of an account after it was closed.
    pub closed_account_days: u32,
}

/// Where help is (BG-15, BG-100).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contacts {
    pub operator: String,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub counters: Vec<String>,
    pub hours: Vec<TimeSpan>,
}

/// The terms in force (BG-01, BG-14, BG-102, AMB-31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub version: String,
    pub published: NaiveDate,
    pub effective: NaiveDate,
    /// Whether a driver must accept before buying.
    pub accept_needed: bool,
    pub links: Texts,
    pub privacy: Texts,
}

/// Where a value was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What is wrong with a city document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CityError {
    /// Not the JSON of a city.
    #[error("this is not a city document: {0}")]
    Json(String),
    /// Read, but against itself.
    #[error("city document, {field}: {reason}")]
    Invalid { field: String, reason: String },
}

impl City {
    /// The zone with this id.
    #[must_use]
    pub fn zone(&self, id: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.id == id)
    }

    /// The city's time zone.
    ///
    /// # Errors
    /// [`CityError::Invalid`] when the name is not compiled in.
    pub fn tz(&self) -> Result<Tz, CityError> {
        self.time_zone.parse().map_err(|_| CityError::Invalid {
            field: "time_zone".to_owned(),
            reason: format!("`{}` is not a time zone known here", self.time_zone),
        })
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

    /// The document as it is signed and served: keys sorted, no space, money as text. Only the coordinates of areas are
    /// floats; they stand in their shortest form that reads back the same.
    #[must_use]
    pub fn to_canonical_json(&self) -> String {
        let mut text = String::new();
        if let Ok(value) = serde_json::to_value(self) {
            write_canonical(&value, &mut text);
        }
        text
    }

    /// Reads a document and checks it against itself.
    ///
    /// # Errors
    /// [`CityError`] with the field and the reason.
    pub fn from_json(json: &str) -> Result<Self, CityError> {
        let city: Self = serde_json::from_slice(json.as_bytes()).map_err(|error| CityError::Json(error.to_string()))?;
        city.check().map_err(|problems| {
            let (field, reason) = problems.into_iter().next().unwrap_or_default();
            CityError::Invalid { field, reason }
        })?;
        Ok(city)
    }
}

/// Sorts keys itself: whether a `serde_json` map is sorted depends on a feature that any crate of a build may switch on.
fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            text.push('{');
            for (index, (key, field)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(field, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
}
