//! Garages: a visit that is found by the number of its ticket and paid, free places, and what a
//! garage's controller tells and asks.

pub mod control;
pub mod signed;
pub mod visits;

use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::operation::Schema;
use crate::kernel::problem::problems;
use crate::kernel::service::{Sells, Service};

problems! {
    FacilityUnknown, "facility_unknown", 422, "This facility is not in the city";
    TicketNumberInvalid, "ticket_number_invalid", 422, "This is not the number of a ticket";
    /// Its entry was not told yet, or the number is wrong.
    VisitUnknown, "visit_unknown", 422, "No entry with this ticket is known";
    VisitOfAnotherFacility, "visit_of_another_facility", 422, "This ticket is of another facility";
    VisitAlreadyPaid, "visit_already_paid", 409, "This visit is already paid";
    NothingOwed, "nothing_owed", 409, "Nothing is owed so far";
    VisitOver, "visit_over", 409, "This visit is over";
    VisitOwes, "visit_owes", 409, "Something is owed; it is paid before leaving";
    /// Nothing is guessed while its controller is silent: what it knows of a visit is not known
    /// here.
    FacilityUnreachable, "facility_unreachable", 422, "The facility cannot be reached now";
    PaidOnEntry, "paid_on_entry", 422, "This facility is paid at the barrier on entry";
    FacilityClosed, "facility_closed", 422, "This facility is closed now";
    EntryInFuture, "entry_in_future", 422, "The entry lies in the future";
    /// Told by a controller whose number is used a second time before the first visit has ended.
    TicketInUse, "ticket_in_use", 409, "A visit with this ticket is not over";
    /// Told by a controller: another amount for the same moment.
    PaymentDiffers, "payment_differs", 409, "Another amount was told for this payment before";
}

pub const SERVICE: Service = Service {
    operations: &[
        visits::PLACES.entry(),
        visits::LIST.entry(),
        control::REPORT.entry(),
        control::OWED.entry(),
        control::EXIT.entry(),
    ],
    problems: PROBLEMS,
    events: &[(visits::Visit::KIND, Schema::of::<visits::Visit>())],
    section: Some(Schema::of::<visits::GaragesSection>()),
    sells: Some(Sells {
        subject: Schema::of::<visits::GaragesSubject>(),
        offer: Schema::of::<visits::GaragesOffer>(),
        outcome: Schema::of::<visits::GaragesOutcome>(),
        refuses: &[
            ProblemCode::FacilityUnknown,
            ProblemCode::TicketNumberInvalid,
            ProblemCode::VisitUnknown,
            ProblemCode::VisitOfAnotherFacility,
            ProblemCode::VisitAlreadyPaid,
            ProblemCode::NothingOwed,
            ProblemCode::VisitOver,
            ProblemCode::FacilityUnreachable,
            ProblemCode::PaidOnEntry,
            ProblemCode::FacilityClosed,
            ProblemCode::EntryInFuture,
        ],
    }),
    ..Service::named("garages")
};
