//! Quotes as an app shows them: every line, every notice, what is left of the stay.

use crate::values::{Day, Timestamp};
pub use mesto_client::ClockState;
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::parking::quotes::Quote;
use mesto_rules::money::Money;
use mesto_rules::quote::{LineKind, Notice, Quote as QuoteTerms, QuoteLine, StayPreview};

/// How something is paid inside the app.
#[uniffi::remote(Enum)]
pub enum PayMethod {
    Deposit,
    Card,
    /// A word of a later version: show it plainly as such.
    Other,
}

/// How far the phone's time can be trusted.
#[uniffi::remote(Enum)]
pub enum ClockState {
    /// Corrected by an answer of the operator since the last boot.
    Synced,
    /// Guessed from the phone's clock.
    Unsynced,
}

/// A price that holds until `expires_at`; buying it costs exactly `terms.total`.
#[uniffi::remote(Record)]
pub struct Quote {
    pub id: String,
    pub city: String,
    pub vehicle: String,
    pub plate: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub pay: PayMethod,
    /// The running ticket this continues.
    pub extends: Option<String>,
    pub terms: QuoteTerms,
}

/// A price, explained: `total` is the sum of `lines`.
#[uniffi::remote(Record)]
pub struct QuoteTerms {
    pub zone: String,
    pub tariff: String,
    /// First day of that tariff.
    pub tariff_from: Day,
    pub asked_minutes: u32,
    pub granted_minutes: u32,
    pub starts_at: Timestamp,
    /// The first moment that is no longer paid.
    pub ends_at: Timestamp,
    pub lines: Vec<QuoteLine>,
    pub total: Money,
    /// What the driver should know before paying.
    pub notices: Vec<Notice>,
    /// The stay as it will be after the purchase.
    pub stay: StayPreview,
}

/// One line of a quote.
#[uniffi::remote(Record)]
pub struct QuoteLine {
    pub kind: LineKind,
    pub amount: Money,
}

/// What a line is for.
#[uniffi::remote(Enum)]
pub enum LineKind {
    /// Started units of limited time, or of any time where there is no limit.
    Limited { units: u32, unit_minutes: u32, unit_price: Money },
    /// Started units of extended time (BG-46).
    Extended { units: u32, unit_minutes: u32, unit_price: Money },
    /// The bank's commission on a small card payment (BG-93).
    CardFee { below: Money },
    /// A kind of a later version; its amount counts.
    Other,
}

/// Something to be said beside a quote.
#[uniffi::remote(Enum)]
pub enum Notice {
    /// Less is offered than was asked for, because the stay has no more left.
    Clipped { asked: u32, offered: u32, deadline: Timestamp },
    /// Time is paid in whole units.
    RoundedUp { asked: u32, granted: u32 },
    /// The ticket begins when charging begins.
    StartsAtOpening { opens_at: Timestamp },
    /// The ticket ends when charging ends.
    EndsAtClosing { asked: u32, granted: u32, closes_at: Timestamp },
    /// The ticket goes on when charging begins again.
    RollsOver { ends_at: Timestamp },
    /// Paid time that is not used is not given back.
    NoRefund,
    /// A kind of a later version.
    Other,
}

/// The stay as it will be after the purchase.
#[uniffi::remote(Record)]
pub struct StayPreview {
    pub started_at: Timestamp,
    /// No purchase of this stay can end later; absent where there is no limit.
    pub deadline: Option<Timestamp>,
    /// Minutes that can still be bought afterwards; absent where there is no limit.
    pub left_minutes: Option<u32>,
}
