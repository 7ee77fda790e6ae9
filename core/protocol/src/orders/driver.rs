//! Daily parking ticket orders as a driver sees and pays them.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use mesto_rules::{CityId, ZoneId};

use crate::base::payments::Part;
use crate::base::plate::Plate;
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::OrderId;
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, Schema, get, post};
use crate::kernel::problem::problems;
use crate::kernel::reference::Reference;
use crate::kernel::service::{Adds, Section, Sells};
use crate::kernel::wire::wire;
use crate::{records, words};

/// Seeing and paying one's own orders.
pub const OWN: Permission = Permission::named("orders.own");

pub const LIST: Operation<Nothing, OrderPage> =
    get("/v1/orders", "Daily orders that the account has shown to be its own, newest first", Access::Permitted(OWN))
        .query(&[PAGE_CURSOR, PAGE_LIMIT]);
/// Whoever has the slip in his hand may see and pay the order; a plate alone shows nothing (ADR
/// 18).
pub const BY_SLIP: Operation<OrderSlip, Order> =
    post("/v1/orders/slips", "Shows an order by the number on its slip", Access::Permitted(OWN)).refuses(&[
        ProblemCode::OrderNumberInvalid,
        ProblemCode::NotFound,
        ProblemCode::TooManyRequests,
    ]);

problems! {
    OrderAlreadyPaid, "order_already_paid", 409, "This order is already paid";
    OrderNotPayable, "order_not_payable", 409, "This order cannot be paid any more";
    OrderNumberInvalid, "order_number_invalid", 422, "This is not the number of an order";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[LIST.entry(), BY_SLIP.entry()],
    events: &[(Order::KIND, Schema::of::<Order>())],
    section: Some(Schema::of::<OrdersSection>()),
    sells: Some(Sells {
        subject: Schema::of::<OrdersSubject>(),
        offer: Schema::of::<OrdersOffer>(),
        outcome: Schema::of::<OrdersOutcome>(),
        refuses: &[ProblemCode::OrderAlreadyPaid, ProblemCode::OrderNotPayable],
    }),
};

impl Change for Order {
    const KIND: &'static str = "orders.order";
}

impl Section for OrdersSection {
    const NAME: &'static str = super::SERVICE.name;
}

records! { order_records;
    /// Newest first.
    pub struct OrderPage {
        pub items: Vec<Order>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// A daily parking ticket order (eDPK).
    pub struct Order {
        pub id: OrderId,
        /// As it stands on the slip; whoever knows it may see and pay the order.
        pub number: Reference,
        pub city: CityId,
        pub zone: ZoneId,
        pub plate: Plate,
        pub state: OrderState,
        pub issued_at: DateTime<Utc>,
        /// The same time on the next charged day; only in this zone.
        pub valid_until: DateTime<Utc>,
        pub price: Money,
        /// What is to be paid now, the discount included.
        pub owed: Money,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub discount_until: Option<DateTime<Utc>>,
        /// Where the car stood, in the inspector's words: a street and a number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub location: Option<String>,
        pub violation: Violation,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub paid_at: Option<DateTime<Utc>>,
    }

    /// What a quote promises: the order as it stands, paid by exactly what is owed now.
    pub struct OrdersOffer {
        pub order: Order,
    }

    /// The order that was paid.
    pub struct OrdersOutcome {
        pub order: Order,
    }

    /// A daily order to be paid.
    pub struct OrdersSubject {
        pub order: OrderId,
    }
}

wire! {
    /// The number on an order's slip.
    pub struct OrderSlip {
        /// As it is typed or read: spaces and dashes are nothing.
        pub number: String,
    }

    /// The section of an account.
    pub struct OrdersSection {
        /// Those that were issued where a ticket of the account's had been, and those it has the
        /// number of; newest first.
        pub orders: Vec<Order>,
    }
}

impl Part for OrdersSubject {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for OrdersOffer {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for OrdersOutcome {
    const SERVICE: &'static str = super::SERVICE.name;
}

words! { order_words;
    pub enum OrderState {
        Issued = "issued",
        Paid = "paid",
        Cancelled = "cancelled",
    }
    /// Why an order was issued (art. 18a): no ticket at all, or the paid time ran out.
    pub enum Violation { NoTicket = "no_ticket", TimeExpired = "time_expired" }
}
