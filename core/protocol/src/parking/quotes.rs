//! A price for parking time, and buying it.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use mesto_rules::quote::Quote as QuoteTerms;

use crate::base::payments::PayMethod;
use crate::kernel::words::{open, wire};
use crate::parking::tickets::Ticket;

wire! {
    /// `POST /v1/quotes`
    pub struct QuoteRequest {
        pub city: String,
        pub zone: String,
        /// Id of a vehicle of this account.
        pub vehicle: String,
        pub minutes: u32,
        #[serde(default)]
        pub pay: PayMethod,
    }

    /// A price that holds until `expires_at`; buying it costs exactly `terms.total`.
    pub struct Quote {
        pub id: String,
        pub city: String,
        pub vehicle: String,
        pub plate: String,
        pub issued_at: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
        #[serde(deserialize_with = "open")]
        pub pay: PayMethod,
        /// The running ticket this continues.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub extends: Option<String>,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::parking::schema::QuoteTerms))]
        pub terms: QuoteTerms,
    }

    /// `POST /v1/tickets` with an Idempotency-Key
    pub struct Purchase {
        pub quote: String,
        /// After this moment the operator refuses with `intent_expired` instead of selling late.
        pub not_after: DateTime<Utc>,
    }

    /// The answer of a purchase.
    pub struct Purchased {
        pub ticket: Ticket,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
    }
}
