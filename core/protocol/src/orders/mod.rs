//! Daily parking ticket orders (eDPK): an inspector issues one, a driver pays it.

pub mod control;
pub mod driver;

use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::operation::Schema;
use crate::kernel::problem::problems;
use crate::kernel::service::{Sells, Service};

problems! {
    OrderAlreadyPaid, "order_already_paid", 409, "This order is already paid";
    OrderNotPayable, "order_not_payable", 409, "This order cannot be paid any more";
    TicketCoversPlate, "ticket_covers_plate", 409, "A valid ticket covers this vehicle";
    OrderExists, "order_exists", 409, "A valid daily order already covers this vehicle";
    OrderNumberInvalid, "order_number_invalid", 422, "This is not the number of an order";
    WithinGrace, "within_grace", 409, "The paid time ended only just now; no order may be issued yet";
}

pub const SERVICE: Service = Service {
    operations: &[driver::LIST.entry(), driver::SLIP.entry(), control::CHECK.entry(), control::ISSUE.entry()],
    problems: PROBLEMS,
    events: &[(driver::Order::KIND, Schema::of::<driver::Order>())],
    section: Some(Schema::of::<driver::OrdersSection>()),
    sells: Some(Sells {
        subject: Schema::of::<driver::OrdersSubject>(),
        offer: Schema::of::<driver::OrdersOffer>(),
        outcome: Schema::of::<driver::OrdersOutcome>(),
        refuses: &[ProblemCode::OrderAlreadyPaid, ProblemCode::OrderNotPayable],
    }),
    ..Service::named("orders")
};
