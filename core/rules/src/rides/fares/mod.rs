//! Fares as GTFS-Fares v2 says (reference of 27 April 2026): what a leg costs, what a journey of
//! several legs costs, and what cannot be said.
//!
//! [`Fares`] is the content of a feed's fare files, made by [`read`] and carried in the city's
//! document. [`Fares::leg`] finds the rules that match a leg and the products that a rider may
//! buy for it; [`Fares::journey`] adds joined legs and transfers. Nothing is guessed: where the
//! answer depends on a stop or a time that is not known, it says on which one. Capping is not in
//! the reference; [`cap`] is data of the city.

pub mod cap;
mod clock;
mod ids;
mod join;
mod journey;
mod leg;
#[cfg(feature = "load")]
mod load;
mod model;
mod transfer;

pub use clock::{ClockTime, ClockTimeError, ServiceDays, Timeframe};
pub use ids::{
    AreaId, FeedIdError, FeedRouteId, LegGroupId, MediumId, NetworkId, ProductId, RiderCategoryId, ServiceId, StopId,
    TimeframeId,
};
pub use journey::{Journey, JourneyOutcome, LegLine, SubJourney, TransferLine, Way};
pub use leg::{Field, Held, Leg, LegFare, Line, Missing, Offer, Outcome, Rider, Why};
#[cfg(feature = "load")]
pub use load::{FILES, FeedError, FeedNotice, Notice, Reading, read, read_noting};
pub use model::{
    Fares, JoinRule, LegRule, Limit, LimitBetween, Medium, MediumKind, Product, RiderCategory, TransferRule,
    TransferType,
};
