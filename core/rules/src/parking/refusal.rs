//! Why nothing is sold: a code, and the values that say what would be right.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::kernel::ids::{ZoneId, joined};
use crate::kernel::money::Money;
use crate::kernel::pay::PayMethod;
use crate::kernel::section::refuses_for_the_city;
use crate::kernel::wallet::FeeUnknown;

/// Why nothing is offered, and what would be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// Zero minutes.
    #[error("parking time must be at least one minute")]
    MinutesNotPositive,
    /// Longer than the zone allows, or than is left where the city does not clip. `allowed` is what
    /// can be bought now.
    #[error("{asked} minutes is more than allowed: the zone allows {max_stay}, {allowed} can be bought now")]
    MaxStayExceeded { asked: u32, max_stay: u32, allowed: u32 },
    /// The stay's longest time is bought already.
    #[error("the longest stay is bought up until {deadline}; a new one can begin at {next_possible_at}")]
    LimitReached { deadline: DateTime<Utc>, next_possible_at: DateTime<Utc> },
    /// The longest stay is over; a new one needs a break.
    #[error("a new stay can begin at {until}")]
    NoReturn { until: DateTime<Utc> },
    /// The paid time ended only just now; no order may be issued before `until`.
    #[error("the paid time ended only just now; an order may be issued from {until} on")]
    WithinGrace { until: DateTime<Utc> },
    /// The city does not know a value that the price needs.
    #[error("`{field}` of zone {zone} is not known, so nothing is sold")]
    TariffUnknown { zone: ZoneId, field: String },
    /// Below this total the driver bears the bank's fee on a card, and the city does not know it.
    #[error("below {below} the driver bears the bank's fee on a card, which is not known, so nothing is sold by card")]
    CardFeeUnknown { below: Money },
    /// Parking is free at this moment and nothing is sold ahead.
    #[error("parking is not charged now")]
    #[serde(rename = "not_charged")]
    NotChargedNow {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_opening: Option<DateTime<Utc>>,
    },
    /// No such zone.
    #[error("there is no zone `{zone}`; known are {}", joined(known))]
    ZoneUnknown { zone: String, known: Vec<ZoneId> },
    /// This zone or thing is not paid this way.
    #[error("it cannot be paid by {method:?}")]
    #[serde(rename = "payment_method_not_allowed")]
    MethodNotAllowed { method: PayMethod, allowed: Vec<PayMethod> },
    /// Times or amounts beyond any use.
    #[error("{what} is out of range")]
    OutOfRange { what: String },
    /// The city's document is too old to sell by; a newer one is needed.
    #[error("this version of the city says nothing about {until} and later; a newer one is needed")]
    CityOutdated { until: NaiveDate },
    /// The city has no such service.
    #[error("this city says nothing about {section}")]
    SectionMissing { section: String },
    /// Only a later version of this program may compute this.
    #[error("{section} of this city has format {format}, up to {known} is known here; a later version is needed")]
    SectionTooNew { section: String, format: u32, known: u32 },
    /// The city's data of this service cannot be read.
    #[error("{section} of this city cannot be read: {reason}")]
    SectionUnreadable { section: String, reason: String },
}

refuses_for_the_city!(Refusal);

impl From<FeeUnknown> for Refusal {
    fn from(unknown: FeeUnknown) -> Self {
        Self::CardFeeUnknown { below: unknown.below }
    }
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
            Self::WithinGrace { .. } => "within_grace",
            Self::TariffUnknown { .. } => "tariff_unknown",
            Self::CardFeeUnknown { .. } => "card_fee_unknown",
            Self::NotChargedNow { .. } => "not_charged",
            Self::ZoneUnknown { .. } => "zone_unknown",
            Self::MethodNotAllowed { .. } => "payment_method_not_allowed",
            Self::OutOfRange { .. } => "out_of_range",
            Self::CityOutdated { .. } => "city_outdated",
            Self::SectionMissing { .. } => "section_missing",
            Self::SectionTooNew { .. } => "section_too_new",
            Self::SectionUnreadable { .. } => "section_unreadable",
        }
    }
}
