//! Rides as a rider checks, confirms and shows them.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::CityId;
use mesto_rules::money::Money;
use mesto_rules::passes::{CategoryId, PassProductId};
use mesto_rules::rides::{BoardNumber, CarrierId, RouteId};

use crate::base::payments::{Part, PayMethod};
use crate::base::plate::Plate;
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::{RideId, TripId};
use crate::kernel::line::Line;
use crate::kernel::operation::{
    Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, Schema, get, make, post,
};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Sells};
use crate::kernel::wire::wire;
use crate::{records, words};

/// How many rides that are over the section of an account tells.
pub const RIDES_OVER: usize = 50;

/// Seeing one's own rides.
pub const OWN: Permission = Permission::named("rides.own");

pub const LIST: Operation<Nothing, RidePage> =
    get("/v1/rides", "Rides of the account, newest first", Access::Permitted(OWN)).query(&[PAGE_CURSOR, PAGE_LIMIT]);
pub const READ: Operation<Nothing, Ride> =
    get("/v1/rides/{ride}", "One ride", Access::Permitted(OWN)).refuses(&[ProblemCode::NotFound]);
/// Asked for by a phone whose rider shows a running ticket that another phone holds. Asked again,
/// the same code comes.
pub const CODE: Operation<Nothing, RideCode> = make(
    "/v1/rides/{ride}/code",
    "The code of a running ride, bound to the device of this session; the one before it ends",
    Access::Permitted(OWN),
)
.answers(200)
.refuses(&[ProblemCode::NotFound, ProblemCode::RideOver, ProblemCode::DeviceMissing, ProblemCode::TooManyRequests]);
/// Said again while it is open, it changes nothing.
pub const DISPUTE: Operation<RideDispute, Ride> =
    post("/v1/rides/disputes", "The rider says that a ride is wrong", Access::Permitted(OWN)).answers(200).refuses(&[
        ProblemCode::NotFound,
        ProblemCode::RideOver,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
    ]);

problems! {
    /// The host it leads to stands beside it; nothing of it is opened.
    NotARideCode, "not_a_ride_code", 422, "This is not a ride code";
    RideSignOfAnotherCity, "ride_sign_of_another_city", 422, "This sign belongs to another city";
    RideSignUnreadable, "ride_sign_unreadable", 422, "This code cannot be read; it may be damaged or altered";
    RideSignUnknown, "ride_sign_unknown", 422, "This sign is not known";
    /// It was taken down, or something else is posted over it.
    RideSignRevoked, "ride_sign_revoked", 422, "This sign is no longer valid";
    /// It was photographed, or the clock of the terminal is wrong.
    RideSignExpired, "ride_sign_expired", 422, "The code of the terminal is too old; scan it again";
    RideVehicleUnknown, "ride_vehicle_unknown", 422, "No vehicle has this number";
    RideVehicleNotInService, "ride_vehicle_not_in_service", 422, "This vehicle is not in service";
    PersonsTooMany, "persons_too_many", 422, "So many persons do not ride on one ticket";
    /// It goes by what is not known: the route, the stop, or where the rider alights.
    RideFareUnknown, "ride_fare_unknown", 422, "What this ride costs is not known";
    /// Of a category that is not here, or is granted to a rider himself, or of more than ride.
    CompanionsWrong, "companions_wrong", 422, "This cannot be said of those who ride along";
    /// Confirmed again on purpose it is sold.
    RideRepeated, "ride_repeated", 409, "A ride in this vehicle is registered already";
    PaymentClosedInControl, "payment_closed_in_control", 409, "This vehicle is being controlled; nothing is sold in it now";
    RideOver, "ride_over", 409, "This ride is over";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[LIST.entry(), READ.entry(), CODE.entry(), DISPUTE.entry()],
    events: &[(Ride::KIND, Schema::of::<Ride>())],
    section: Some(Schema::of::<RidesSection>()),
    sells: Some(Sells {
        subject: Schema::of::<RidesSubject>(),
        offer: Schema::of::<RidesOffer>(),
        outcome: Schema::of::<RidesOutcome>(),
        refuses: &[
            ProblemCode::NotARideCode,
            ProblemCode::RideSignOfAnotherCity,
            ProblemCode::RideSignUnreadable,
            ProblemCode::RideSignUnknown,
            ProblemCode::RideSignRevoked,
            ProblemCode::RideSignExpired,
            ProblemCode::RideVehicleUnknown,
            ProblemCode::RideVehicleNotInService,
            ProblemCode::PersonsTooMany,
            ProblemCode::RideFareUnknown,
            ProblemCode::CompanionsWrong,
            ProblemCode::RideRepeated,
            ProblemCode::PaymentClosedInControl,
        ],
    }),
};

impl Change for Ride {
    const KIND: &'static str = "rides.ride";
}

impl Section for RidesSection {
    const NAME: &'static str = super::SERVICE.name;
}

records! { ride_records;
    /// A ride that was registered: the e-ticket (AV-37).
    pub struct Ride {
        pub id: RideId,
        pub city: CityId,
        pub vehicle: RideVehicle,
        /// What the vehicle did, as far as it was known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub trip: Option<RideTrip>,
        /// The day it belongs to for control and reports; a night trip, to the day before
        /// midnight.
        pub service_on: NaiveDate,
        pub channel: RideChannel,
        /// How many ride on this ticket.
        pub persons: u32,
        pub state: RideState,
        /// When the operator received the confirmation.
        pub registered_at: DateTime<Utc>,
        /// The ticket is good until then.
        pub ends_at: DateTime<Utc>,
        /// Zero for who rides free.
        pub price: Money,
        /// Who rides on it and what each pays, the rider himself first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub riders: Vec<RideParty>,
        /// A line for each kind of person, fees last; they sum to the price.
        pub lines: Vec<Line>,
        pub pay: PayMethod,
        /// The newest code of the ticket, as `docs/ticket-code.md` says, bound to one device; empty
        /// once it is erased.
        pub signed: String,
    }

    /// Those who ride on one ticket and pay the same.
    pub struct RideParty {
        /// Absent where the city has no categories.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub category: Option<CategoryId>,
        pub persons: u32,
        /// The fare of each.
        pub full: Money,
        /// What each pays.
        pub each: Money,
        /// What a ride by itself costs each, where he pays less for what he rode before; less than
        /// `full` by who he is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub single: Option<Money>,
        /// Why it is less than the fare; absent: it is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub less: Option<LessFor>,
        /// The pass that the rider rides on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pass: Option<PassProductId>,
    }

    /// What is said of some who ride along.
    pub struct Companions {
        /// One that nobody is granted, such as of small children.
        pub category: CategoryId,
        pub persons: u32,
    }

    /// What carries.
    pub struct RideVehicle {
        /// The number that is painted on it.
        pub board: BoardNumber,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub plate: Option<Plate>,
        pub carrier: CarrierId,
    }

    /// A trip of a vehicle (рейс).
    pub struct RideTrip {
        pub id: TripId,
        pub route: RouteId,
        /// Which of the route's directions, from 0 on.
        pub direction: u32,
        pub starts_at: DateTime<Utc>,
        /// When it is planned to end.
        pub ends_at: DateTime<Utc>,
    }

    /// Newest first.
    pub struct RidePage {
        pub items: Vec<Ride>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// A code of a ride.
    pub struct RideCode {
        /// As [`Ride::signed`].
        pub signed: String,
        /// Counts from 1. A higher one ends those below it.
        pub issue: u32,
    }

    /// A ride to be registered: what was scanned or typed, and who rides.
    pub struct RidesSubject {
        /// What was scanned, whatever it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scanned: Option<String>,
        /// Instead: the number on the board or the plate, as it was typed (AV-32).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub vehicle: Option<String>,
        /// All who ride, the rider among them: at least 1.
        pub persons: u32,
        /// Of whom nothing is said pays the fare.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub companions: Vec<Companions>,
        /// The rider was asked and rides again: see [`RidesOffer::repeats`].
        #[serde(default)]
        pub is_again: bool,
    }

    /// What is shown for checking before anything is charged (AV-65, AV-70).
    pub struct RidesOffer {
        pub vehicle: RideVehicle,
        /// Absent when the vehicle's trip is not known: it is then told to the rider so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub trip: Option<RideTrip>,
        pub service_on: NaiveDate,
        pub persons: u32,
        /// Who rides and what each pays, the rider himself first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub riders: Vec<RideParty>,
        /// The ticket will be good until then, when it is confirmed at once.
        pub ends_at: DateTime<Utc>,
        /// The ride of this account that it would repeat. Sold only when the subject says
        /// `is_again`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub repeats: Option<Ride>,
        /// The vehicle of that ride broke down then: its ticket is good in this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub repeats_broke_down_at: Option<DateTime<Utc>>,
    }

    /// The ride that was registered.
    pub struct RidesOutcome {
        pub ride: Ride,
    }

    /// A ride that its rider says is wrong.
    pub struct RideDispute {
        pub ride: RideId,
        /// What is wrong, in the rider's words; at most 500 characters are kept.
        pub reason: String,
    }
}

wire! {
    /// The section of an account.
    pub struct RidesSection {
        /// Newest first: every running one, and the last [`RIDES_OVER`] that are over.
        pub rides: Vec<Ride>,
    }
}

impl Part for RidesSubject {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for RidesOffer {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for RidesOutcome {
    const SERVICE: &'static str = super::SERVICE.name;
}

words! { ride_words;
    /// Why somebody pays less than the fare.
    pub enum LessFor {
        /// By who he is.
        Benefit = "benefit",
        Pass = "pass",
        /// Nobody pays on this day.
        FreeDay = "free_day",
        /// He transferred, or paid as much as is paid in a day or a week.
        Tariff = "tariff",
    }
    /// How a ride was registered.
    pub enum RideChannel {
        /// In the app: a sign or a terminal's code was scanned, or a number typed.
        App = "app",
        TransportCard = "transport_card",
        /// Cash to the conductor or the driver.
        Cash = "cash",
        BankCard = "bank_card",
        Sms = "sms",
    }
    pub enum RideState {
        Registered = "registered",
        /// The rider says that it is wrong; the ticket stays good until that is decided.
        Disputed = "disputed",
        Voided = "voided",
    }
}
