//! What an inspector asks and tells: a plate checked, an order issued.

use chrono::{DateTime, Utc};
use mesto_rules::{PlateWarning, ZoneId};

use crate::base::plate::Plate;
use crate::kernel::ProblemCode;
use crate::kernel::ids::{OrderId, TicketId};
use crate::kernel::operation::{Access, Nothing, Operation, Permission, action, get, required};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;

/// Seeing whether a plate is covered.
pub const CHECKING: Permission = Permission::named("orders.check");
/// Issuing daily orders.
pub const ISSUING: Permission = Permission::named("orders.issue");

pub const CHECK: Operation<Nothing, PlateCheck> =
    get("/v1/inspector/check", "Whether a plate is covered in a zone now", Access::Permitted(CHECKING))
        .query(&[
            required("city", "string", "Id of the city."),
            required("plate", "string", "As it is read on the car."),
            required("zone", "string", "Id of the zone."),
        ])
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::ZoneUnknown,
            ProblemCode::PlateInvalid,
        ]);
pub const ISSUE: Operation<NewOrder, Order> =
    action("/v1/inspector/orders", "Issues a daily order", Access::Permitted(ISSUING)).refuses(&[
        ProblemCode::CityUnknown,
        ProblemCode::CityOutdated,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
        ProblemCode::ZoneUnknown,
        ProblemCode::PlateInvalid,
        ProblemCode::TicketCoversPlate,
        ProblemCode::OrderExists,
        ProblemCode::WithinGrace,
        ProblemCode::TariffUnknown,
        ProblemCode::NotCharged,
        ProblemCode::OutOfRange,
    ]);

problems! {
    TicketCoversPlate, "ticket_covers_plate", 409, "A valid ticket covers this vehicle";
    OrderExists, "order_exists", 409, "A valid daily order already covers this vehicle";
    WithinGrace, "within_grace", 409, "The paid time ended only just now; no order may be issued yet";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds { operations: &[CHECK.entry(), ISSUE.entry()], problems: PROBLEMS, ..Adds::NOTHING };

use crate::orders::driver::{Order, Violation};
use crate::parking::tickets::Channel;

wire! {
    /// What is known of a plate in a zone now.
    pub struct PlateCheck {
        pub plate: Plate,
        /// What to look at again in what was typed: the answer is for `plate`, as it was read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub warnings: Vec<PlateWarning>,
        pub zone: ZoneId,
        pub checked_at: DateTime<Utc>,
        pub is_covered: bool,
        /// The ticket that covers it now, or the last one that ran out today.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ticket: Option<CheckedTicket>,
        /// A daily order that still covers it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub order: Option<OrderId>,
        /// The paid time ended only just now: no order may be issued before this moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub grace_until: Option<DateTime<Utc>>,
    }

    pub struct CheckedTicket {
        pub id: TicketId,
        /// As it was bought. Space and dash are not compared (ADR 17): a ticket for `B-NO 1` is
        /// found for `BN-O 1` too, and whether it is this car's is seen here.
        pub plate: Plate,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        pub channel: Channel,
        /// The newest issue of its code: one that shows a lower number was moved to another phone
        /// and is not good any more.
        pub issue: u32,
    }

    /// An order to issue.
    pub struct NewOrder {
        pub city: String,
        pub plate: String,
        pub zone: String,
        pub violation: Violation,
        /// Where the car stands, in words: a street and a number. At most 120 characters are kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub location: Option<String>,
    }
}
