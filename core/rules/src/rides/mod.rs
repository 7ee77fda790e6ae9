//! Rides of public transport: what a sign says, which trip a vehicle makes, what a ride costs,
//! whether it was registered before, and until when a ticket is good.

pub(crate) mod check;
pub mod fare;
pub mod fares;
pub mod feed;
pub mod guard;
#[cfg(feature = "load")]
pub(crate) mod load;
pub mod ride;
pub mod section;
pub mod sign;
pub mod tariff;
pub mod trip;

pub use fare::{FareError, Less, Missing, Party, Riders};
pub use feed::{DatedFeed, Feed};
pub use guard::{Earlier, repeated};
pub use ride::{RideError, RideEvent, RideState};
pub use section::{Carrier, CarrierId, DatedFare, Direction, PaidInControl, Policy, RidesSection, Route, RouteId};
pub use sign::{BoardNumber, ShownSign, Sign, SignError, Token, read_sign};
pub use tariff::{Boarding, ByFeed, FeedParty, Ridden, SoldLeg, Who};
pub use trip::{TicketTime, Trip, is_taken_over, service_day, service_moment, trip_at};
