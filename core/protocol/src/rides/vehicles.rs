//! Vehicles as whoever runs them tells of them: which are in service, which trip each makes, which
//! signs are posted, which terminal hangs where.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::CityId;
use mesto_rules::rides::{BoardNumber, CarrierId, RouteId};

use crate::base::plate::Plate;
use crate::kernel::ProblemCode;
use crate::kernel::ids::TripId;
use crate::kernel::operation::{Access, Nothing, Operation, Permission, get, post, required};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;
use crate::rides::riders::RideTrip;

/// Most vehicles or trips of one request.
pub const TOLD_MOST: usize = 500;

/// Seeing which vehicles there are and what each does.
pub const SEE: Permission = Permission::named("rides.fleet");
/// Telling of vehicles, trips, signs and terminals.
pub const DISPATCH: Permission = Permission::named("rides.dispatch");

const ABOUT_A_CITY: &[ProblemCode] = &[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
];

pub const FLEET: Operation<Nothing, Fleet> =
    get("/v1/transit/vehicles", "Vehicles of a city with what each does now", Access::Permitted(SEE))
        .query(&[required("city", "string", "Id of the city.")])
        .refuses(ABOUT_A_CITY);
/// What is told again changes nothing.
pub const TELL_VEHICLES: Operation<ToldVehicles, FleetTold> =
    post("/v1/transit/vehicles", "Vehicles that are there, or changed", Access::Permitted(DISPATCH))
        .answers(200)
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::PlateInvalid,
            ProblemCode::CarrierUnknown,
        ]);
/// A trip of the same vehicle that begins at the same moment is put in the place of the one before;
/// a vehicle that is swapped is told a trip of its own.
pub const TELL_TRIPS: Operation<ToldTrips, TripsTold> =
    post("/v1/transit/trips", "Which trips vehicles make", Access::Permitted(DISPATCH)).answers(200).refuses(&[
        ProblemCode::CityUnknown,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
        ProblemCode::RideVehicleUnknown,
        ProblemCode::RouteUnknown,
        ProblemCode::OutOfRange,
    ]);
pub const POST_SIGN: Operation<SignToPost, PostedSign> = post(
    "/v1/transit/signs",
    "A new sign for a vehicle; those before it end at the moment that is said",
    Access::Permitted(DISPATCH),
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
pub const PUT_TERMINAL: Operation<TerminalToPut, PutTerminal> =
    post("/v1/transit/terminals", "The terminal of a vehicle; the one before it ends", Access::Permitted(DISPATCH))
        .answers(200)
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::RideVehicleUnknown,
        ]);

problems! {
    CarrierUnknown, "carrier_unknown", 422, "This carrier is not in the city";
    RouteUnknown, "route_unknown", 422, "This route, or direction, is not in the city";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[FLEET.entry(), TELL_VEHICLES.entry(), TELL_TRIPS.entry(), POST_SIGN.entry(), PUT_TERMINAL.entry()],
    ..Adds::NOTHING
};

wire! {
    /// What is known of a city's vehicles.
    pub struct Fleet {
        pub city: CityId,
        pub vehicles: Vec<FleetVehicle>,
    }

    /// A vehicle.
    pub struct FleetVehicle {
        pub board: BoardNumber,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub plate: Option<Plate>,
        pub carrier: CarrierId,
        pub is_in_service: bool,
        /// What it does now; absent: not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub trip: Option<RideTrip>,
    }

    /// Vehicles that are told.
    pub struct ToldVehicles {
        pub city: String,
        pub vehicles: Vec<ToldVehicle>,
    }

    /// A vehicle that is told.
    pub struct ToldVehicle {
        /// The number that is painted on it.
        pub board: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub plate: Option<String>,
        pub carrier: String,
        pub is_in_service: bool,
    }

    pub struct FleetTold {
        /// How many were taken.
        pub taken: u32,
    }

    /// Trips that are told.
    pub struct ToldTrips {
        pub city: String,
        pub trips: Vec<ToldTrip>,
    }

    /// A trip that a vehicle makes or will make.
    pub struct ToldTrip {
        pub vehicle: String,
        pub route: RouteId,
        pub direction: u32,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        /// The day it belongs to; absent: by the city's rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub service_on: Option<NaiveDate>,
        /// The vehicle broke down on it, at this moment: its tickets are good on the next one of
        /// the route.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub broke_down_at: Option<DateTime<Utc>>,
    }

    pub struct TripsTold {
        /// In the order in which they were told.
        pub trips: Vec<TripId>,
    }

    /// A sign to be posted in a vehicle.
    pub struct SignToPost {
        pub city: String,
        pub vehicle: String,
        /// Signs before it end then; absent: at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub others_end_at: Option<DateTime<Utc>>,
    }

    /// A sign.
    pub struct PostedSign {
        /// What its QR code says.
        pub text: String,
    }

    /// A terminal that is put into a vehicle.
    pub struct TerminalToPut {
        pub city: String,
        pub vehicle: String,
        /// Its public key, as a device's.
        pub key: String,
    }

    pub struct PutTerminal {
        /// Its name inside the codes that it shows.
        pub terminal: String,
    }
}
