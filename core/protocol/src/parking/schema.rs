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
    /// Promised: the paid minutes.
    pub granted_minutes: u32,
    pub start: Start,
    /// The start, if it is bought at the moment of the quote.
    pub starts_at: DateTime<Utc>,
    /// The end, if it is bought at the moment of the quote: the first moment that is no longer paid.
    pub ends_at: DateTime<Utc>,
    /// Promised: the latest end, if it is bought as late as the quote can be.
    pub latest_end: DateTime<Utc>,
    /// In the order of time, fees last.
    pub lines: Vec<QuoteLine>,
    pub total: MoneySchema,
    /// What the driver should know before paying.
    pub notices: Vec<Notice>,
    pub stay: StayPreview,
}

/// When the ticket of a quote starts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Start {
    /// When the operator receives the purchase.
    OnPurchase,
    /// At the opening, or at the end of the running ticket that it extends; on purchase, when it is bought after that.
    At { at: DateTime<Utc> },
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
    /// The stay has only `offered` minutes left: less than was asked for, or than the unit that is paid. Without this
    /// ticket a new stay may begin at `new_stay_at`.
    Clipped { asked: u32, offered: u32, deadline: DateTime<Utc>, new_stay_at: DateTime<Utc> },
    /// The deadline is that of another ticket of this user here.
    AnotherTicketLimits { deadline: DateTime<Utc> },
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
    /// Minutes that can still be bought afterwards, until the deadline or until charging ends, whichever comes first;
    /// absent where there is no limit.
    pub left_minutes: Option<u32>,
}
