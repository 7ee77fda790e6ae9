//! Daily parking ticket orders as a driver sees and pays them.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;

use crate::kernel::words::{open, open_words, wire};

wire! {
    /// A daily parking ticket order (eDPK).
    pub struct Order {
        pub id: String,
        pub city: String,
        pub zone: String,
        pub plate: String,
        #[serde(deserialize_with = "open")]
        pub state: OrderState,
        pub issued_at: DateTime<Utc>,
        /// The same time on the next charged day; only in this zone.
        pub valid_until: DateTime<Utc>,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub price: Money,
        /// What is to be paid now, the discount included.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub due: Money,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub discount_until: Option<DateTime<Utc>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<String>,
        #[serde(deserialize_with = "open")]
        pub violation: Violation,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub paid_at: Option<DateTime<Utc>>,
    }

    pub struct Orders {
        pub orders: Vec<Order>,
    }

    /// `POST /v1/orders/{order}/payment` with an Idempotency-Key
    pub struct OrderPayment {
        /// What the driver saw; another amount due is refused.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub amount: Money,
        pub not_after: DateTime<Utc>,
    }

    pub struct OrderPaid {
        pub order: Order,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
    }
}

open_words! {
    pub enum OrderState { Issued, Paid, Cancelled }
    /// Why an order was issued (art. 18a): no ticket at all, or the paid time ran out.
    pub enum Violation { NoTicket, TimeExpired }
}
