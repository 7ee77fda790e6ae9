//! Parking tickets as an account sees them.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use mesto_rules::quote::QuoteLine;

use crate::base::payments::PayMethod;
use crate::kernel::words::{open, open_words, wire};

wire! {
    pub struct Ticket {
        pub id: String,
        pub city: String,
        pub zone: String,
        /// Canonical plate.
        pub plate: String,
        /// The plate as it is shown.
        pub plate_shown: String,
        #[serde(deserialize_with = "open")]
        pub channel: Channel,
        #[serde(deserialize_with = "open")]
        pub state: TicketState,
        /// When the operator received the purchase (BG-47).
        pub issued_at: DateTime<Utc>,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        /// Paid minutes, `ends_at - starts_at`.
        pub minutes: u32,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub price: Money,
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::parking::schema::QuoteLine>))]
        pub lines: Vec<QuoteLine>,
        pub tariff: String,
        #[serde(deserialize_with = "open")]
        pub pay: PayMethod,
        pub stay: StayOfTicket,
        /// The ticket it continued.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub extends: Option<String>,
        /// Issuer-signed ticket (COSE_Sign1, base45), verifiable offline with the ticket keys of `/v1/keys`.
        pub signed: String,
    }

    pub struct StayOfTicket {
        pub id: String,
        pub started_at: DateTime<Utc>,
        /// No purchase of this stay can end later; absent where there is no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deadline: Option<DateTime<Utc>>,
        pub paid_until: DateTime<Utc>,
    }

    /// `GET /v1/tickets?before=<id>&limit=`: newest first.
    pub struct Tickets {
        pub tickets: Vec<Ticket>,
        pub more: bool,
    }
}

open_words! {
    /// Where a ticket was bought (BG-12, BG-17).
    pub enum Channel { App, Sms, Kiosk }
    pub enum TicketState { Active, Expired, Voided }
}
