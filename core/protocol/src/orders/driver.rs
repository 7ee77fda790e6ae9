//! Daily parking ticket orders as a driver sees and pays them.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;

use crate::base::plate::Plate;
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::operation::{Access, Nothing, Operation, Permission, action, get};
use crate::kernel::service::Section;
use crate::kernel::words::{open, open_words, wire};

/// Seeing and paying the orders of one's own vehicles.
pub const OWN: Permission = Permission::named("orders.own");

pub const LIST: Operation<Nothing, Orders> =
    get("/v1/orders", "Daily orders of the account's vehicles, newest first", Access::Permitted(OWN));
pub const PAY: Operation<OrderPayment, OrderPaid> =
    action("/v1/orders/{order}/payment", "Pays a daily order from the deposit", Access::Permitted(OWN))
        .answers(200)
        .refuses(&[
            ProblemCode::NotFound,
            ProblemCode::OrderAlreadyPaid,
            ProblemCode::OrderNotPayable,
            ProblemCode::DepositTooLow,
            ProblemCode::PaymentMethodNotAllowed,
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
        ]);

impl Change for Order {
    const KIND: &'static str = "orders.order";
}

impl Section for OrdersSection {
    const NAME: &'static str = super::SERVICE.name;
}

wire! {
    /// A daily parking ticket order (eDPK).
    pub struct Order {
        pub id: String,
        pub city: String,
        pub zone: String,
        pub plate: Plate,
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

    /// The section of an account.
    pub struct OrdersSection {
        /// Of the account's vehicles, newest first.
        pub orders: Vec<Order>,
    }

    /// An order to pay.
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
    pub enum OrderState {
        Issued,
        Paid,
        Cancelled,
        /// Said by a phone alone, never by an operator: it holds the order, and the operator, whose books were put back
        /// from a copy, does not know it.
        Lost,
    }
    /// Why an order was issued (art. 18a): no ticket at all, or the paid time ran out.
    pub enum Violation { NoTicket, TimeExpired }
}
