//! Street parking: zones, quotes, tickets and the signed ticket that a driver shows.

pub mod purchase;
pub mod signed;
pub mod tickets;
pub mod zones;

use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::operation::Schema;
use crate::kernel::problem::problems;
use crate::kernel::service::{Sells, Service};

problems! {
    ZoneUnknown, "zone_unknown", 422, "This zone is not in the city";
    SignUnknown, "sign_unknown", 422, "No zone has this sign code";
    PositionInvalid, "position_invalid", 422, "This is not a position on earth";
    MinutesNotPositive, "minutes_not_positive", 422, "Parking time must be at least one minute";
    MaxStayExceeded, "max_stay_exceeded", 422, "Longer than the zone allows";
    LimitReached, "limit_reached", 422, "The longest stay in this zone is used up";
    NoReturn, "no_return", 422, "A new stay here is possible only after a break";
    NotCharged, "not_charged", 422, "Parking is not charged now";
    TicketNotActive, "ticket_not_active", 409, "This ticket is over";
}

pub const SERVICE: Service = Service {
    operations: &[zones::NEAR.entry(), tickets::LIST.entry(), tickets::READ.entry(), tickets::CODE.entry()],
    problems: PROBLEMS,
    events: &[(tickets::Ticket::KIND, Schema::of::<tickets::Ticket>())],
    section: Some(Schema::of::<tickets::ParkingSection>()),
    sells: Some(Sells {
        subject: Schema::of::<purchase::ParkingSubject>(),
        offer: Schema::of::<purchase::ParkingOffer>(),
        outcome: Schema::of::<purchase::ParkingOutcome>(),
        refuses: &[
            ProblemCode::ZoneUnknown,
            ProblemCode::VehicleUnknown,
            ProblemCode::MinutesNotPositive,
            ProblemCode::MaxStayExceeded,
            ProblemCode::LimitReached,
            ProblemCode::NoReturn,
            ProblemCode::NotCharged,
        ],
    }),
    ..Service::named("parking")
};
