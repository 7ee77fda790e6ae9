//! The terms of a quote as they stand on the wire. The types live in `mesto_rules`, which knows no OpenAPI; these mirrors describe them, and
//! a test reads real quotes with them, unknown fields forbidden.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::kernel::openapi::MoneySchema;

/// A price, explained; `total` is the sum of `lines`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteTerms {
    pub zone: String,
    /// Id of the tariff in force on the local day of `starts_at`.
    pub tariff: String,
    /// First day of that tariff.
    pub tariff_from: NaiveDate,
    pub asked_minutes: u32,
    pub granted_minutes: u32,
    pub starts_at: DateTime<Utc>,
    /// The first moment that is no longer paid.
    pub ends_at: DateTime<Utc>,
    /// In the order of time, fees last.
    pub lines: Vec<QuoteLine>,
    pub total: MoneySchema,
    /// What the driver should know before paying.
    pub notices: Vec<Notice>,
    pub stay: StayPreview,
}

/// One line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteLine {
    pub kind: LineKind,
    pub amount: MoneySchema,
}

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum LineKind {
    /// Started units of limited time, or of any time where there is no limit.
    Limited { units: u32, unit_minutes: u32, unit_price: MoneySchema },
    /// Started units of extended time.
    Extended { units: u32, unit_minutes: u32, unit_price: MoneySchema },
    /// The bank's commission on a small card payment.
    CardFee { below: MoneySchema },
}

/// Something to be said beside a quote.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
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
    RollsOver { ends_at: DateTime<Utc> },
    /// Paid time that is not used is not given back.
    NoRefund,
}

/// The stay as it will be after the purchase.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StayPreview {
    pub started_at: DateTime<Utc>,
    /// No purchase of this stay can end later; absent where there is no limit.
    pub deadline: Option<DateTime<Utc>>,
    /// Minutes that can still be bought afterwards; absent where there is no limit.
    pub left_minutes: Option<u32>,
}
