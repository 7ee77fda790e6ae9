//! What an inspector asks and tells: a plate checked, an order issued.

use chrono::{DateTime, Utc};

use crate::kernel::words::{open, wire};
use crate::orders::driver::Violation;
use crate::parking::tickets::Channel;

wire! {
    /// `GET /v1/inspector/check?city=&plate=&zone=`
    pub struct PlateCheck {
        pub plate: String,
        pub zone: String,
        pub checked_at: DateTime<Utc>,
        pub covered: bool,
        /// The ticket that covers it now, or the last one that ran out today.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ticket: Option<CheckedTicket>,
        /// A daily order that still covers it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub order: Option<String>,
    }

    pub struct CheckedTicket {
        pub id: String,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        #[serde(deserialize_with = "open")]
        pub channel: Channel,
    }

    /// `POST /v1/inspector/orders` with an Idempotency-Key
    pub struct NewOrder {
        pub city: String,
        pub plate: String,
        pub zone: String,
        pub violation: Violation,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<String>,
    }
}
