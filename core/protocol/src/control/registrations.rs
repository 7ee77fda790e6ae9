//! Rides that were registered otherwise than in the app, as whoever registers them tells: by a
//! transport card, as a ticket of paper, for luggage. Control finds them by the code that is
//! printed on what a rider shows.

use chrono::{DateTime, Utc};
use mesto_rules::Money;

use crate::kernel::ProblemCode;
use crate::kernel::ids::RideId;
use crate::kernel::operation::{Access, Operation, Permission, post};
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;
use crate::rides::riders::RideChannel;
use crate::words;

/// Most registrations of one request.
pub const REGISTRATIONS_MOST: usize = 200;

/// Telling of rides that were registered otherwise than in the app.
pub const TELL_REGISTRATIONS: Permission = Permission::named("control.registrations");

/// Late, in any order, and again: what is known changes nothing but `is_void`.
pub const TELL: Operation<ToldRegistrations, RegistrationsTold> = post(
    "/v1/control/registrations",
    "Rides that were registered by cards and tickets",
    Access::Permitted(TELL_REGISTRATIONS),
)
.answers(200)
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::RideVehicleUnknown,
    ProblemCode::OutOfRange,
]);

/// What this file adds to the service.
pub const ADDS: Adds = Adds { operations: &[TELL.entry()], ..Adds::NOTHING };

wire! {
    /// Registrations that are told.
    pub struct ToldRegistrations {
        pub city: String,
        /// At most [`REGISTRATIONS_MOST`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub registrations: Vec<ToldRegistration>,
        /// Vehicles of which everything was told until a moment.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub complete: Vec<ToldUntil>,
    }

    /// A ride that was registered.
    pub struct ToldRegistration {
        pub kind: ShownKind,
        /// The code that is printed on the card, or the number of the ticket: 4 to 32 letters and
        /// digits.
        pub code: String,
        pub channel: RideChannel,
        pub vehicle: String,
        pub persons: u32,
        pub registered_at: DateTime<Utc>,
        #[serde(default)]
        pub is_free: bool,
        #[serde(default)]
        pub is_void: bool,
        /// Why it is free or costs less: a category of the city's passes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub category: Option<String>,
        /// What was paid for it, or taken from the card, at most 1,000,000. For luggage and
        /// where there is a category it has to be said; for others it is what the city says when
        /// nothing is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub price: Option<Money>,
    }

    /// Until when a vehicle's registrations are told.
    pub struct ToldUntil {
        pub vehicle: String,
        pub told_until: DateTime<Utc>,
    }

    pub struct RegistrationsTold {
        /// Of those that were taken, in the order in which they were told.
        pub rides: Vec<RideId>,
        /// Each is taken or refused by itself: what is wrong with one keeps no other back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub refused: Vec<RegistrationRefused>,
    }

    /// A registration that was not taken. Told again as it is, it is refused again.
    pub struct RegistrationRefused {
        /// Its place among those that were told, from 0.
        pub index: u32,
        /// As of a problem.
        pub code: String,
        pub detail: String,
        /// What of it is wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub field: Option<String>,
    }
}

words! { control_shown_words;
    /// What somebody shows (AV-80, AV-81). What is told has its channel: `transport_card` with
    /// `transport_card`, `paper` and `luggage` with `cash`, `bank_card` with `bank_card` or `sms`;
    /// rides of the app are known without being told.
    pub enum ShownKind {
        /// The moving code in the app (AV-82).
        App = "app",
        /// By the code that is printed on it (AV-83).
        TransportCard = "transport_card",
        Paper = "paper",
        Luggage = "luggage",
        /// Of a bank card that paid at the reader: the last digits and what else it shows.
        BankCard = "bank_card",
    }
}
