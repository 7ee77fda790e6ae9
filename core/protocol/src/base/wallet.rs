//! The deposit: its balance, what consumed it, and top-ups.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;

use crate::kernel::words::{open, open_words, wire};

wire! {
    /// `GET /v1/deposit?before=<entry>&limit=`: the balance and what consumed it (BG-36, BG-37), newest first.
    pub struct Deposit {
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
        pub entries: Vec<DepositEntry>,
        pub more: bool,
    }

    pub struct DepositEntry {
        pub id: i64,
        pub at: DateTime<Utc>,
        #[serde(deserialize_with = "open")]
        pub kind: EntryKind,
        /// Id of the top-up, ticket or order.
        pub reference: String,
        /// Signed: a purchase is negative.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub amount: Money,
        /// The balance after it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
    }

    /// `POST /v1/deposit/topups` with an Idempotency-Key
    pub struct NewTopup {
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub amount: Money,
        pub not_after: DateTime<Utc>,
        /// Where the bank's page leads back to; gets only `intent=<key>`.
        pub return_url: String,
    }

    pub struct Topup {
        pub id: String,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub amount: Money,
        #[serde(deserialize_with = "open")]
        pub state: TopupState,
        /// The bank's page; card data is typed there and nowhere else (BG-91, BG-96).
        pub page_url: String,
        pub created_at: DateTime<Utc>,
        /// Why the bank declined: `card_declined`, `authentication_failed`, `cancelled`, `expired`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
    }
}

open_words! {
    pub enum TopupState { Pending, Succeeded, Declined }
    pub enum EntryKind { Topup, Ticket, Order, Refund }
}
