//! Quotes as an app shows them: every line, every notice, what is left of the stay.

use crate::values::{Day, Timestamp};
pub use mesto_client::ClockState;
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::base::plate::Plate;
use mesto_protocol::parking::quotes::Quote;
use mesto_rules::money::Money;
use mesto_rules::quote::{LineKind, Notice, Quote as QuoteTerms, QuoteLine, Start, StayPreview};
use mesto_rules::{TariffId, ZoneId};

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
    /// Absent when a ticket was to go on.
    pub vehicle: Option<String>,
    pub plate: Plate,
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
    pub zone: ZoneId,
    pub tariff: TariffId,
    /// First day of that tariff.
    pub tariff_from: Day,
    pub asked_minutes: u32,
    /// Promised: the paid minutes.
    pub granted_minutes: u32,
    pub start: Start,
    /// The start, if it is bought at the moment of the quote.
    pub starts_at: Timestamp,
    /// The end, if it is bought at the moment of the quote: the first moment that is no longer paid.
    pub ends_at: Timestamp,
    /// Promised: the latest end, if it is bought as late as the quote can be.
    pub latest_end: Timestamp,
    pub lines: Vec<QuoteLine>,
    pub total: Money,
    /// What the driver should know before paying.
    pub notices: Vec<Notice>,
    /// The stay as it will be after the purchase.
    pub stay: StayPreview,
}

/// When the ticket of a quote starts.
#[uniffi::remote(Enum)]
pub enum Start {
    /// When the operator receives the purchase.
    OnPurchase,
    /// At the opening, or at the end of the running ticket that it extends; on purchase, when it is bought after that.
    At { at: Timestamp },
    /// A kind of a later version.
    Other,
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
    /// The stay has only `offered` minutes left: less than was asked for, or than the unit that is paid. Without this
    /// ticket a new stay may begin at `new_stay_at`.
    Clipped { asked: u32, offered: u32, deadline: Timestamp, new_stay_at: Timestamp },
    /// The deadline is that of another ticket of this user here.
    AnotherTicketLimits { deadline: Timestamp },
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
    /// Minutes that can still be bought afterwards, until the deadline or until charging ends, whichever comes first;
    /// absent where there is no limit.
    pub left_minutes: Option<u32>,
}
