//! What a controller's device asks and tells: that a vehicle is being controlled, what is
//! registered in it, and what its checks found.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::CityId;
use mesto_rules::rides::{BoardNumber, RouteId};

use crate::control::registrations::ShownKind;
use crate::kernel::ProblemCode;
use crate::kernel::ids::{ControlId, EpochId, RideCheckId, RideId, ShiftId, TripId};
use crate::kernel::operation::{Access, Nothing, Operation, Permission, get, optional, post, required};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;
use crate::rides::riders::{RideChannel, RideParty, RideTrip, RideVehicle};
use crate::words;

/// Most checks, and most controls, of one report.
pub const CHECKS_MOST: usize = 150;
/// Nothing is sold in a vehicle for so long after its control was begun, or told of again.
pub const CONTROL_MINUTES: u32 = 30;

/// Controlling rides.
pub const CHECK: Permission = Permission::named("control.check");

/// Told again it holds for longer. The device names the control, so that one which began without a
/// network has its name too.
pub const BEGIN: Operation<ControlToBegin, Control> =
    post("/v1/control/begun", "The control of a vehicle begins", Access::Permitted(CHECK)).answers(200).refuses(&[
        ProblemCode::CityUnknown,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
        ProblemCode::RideVehicleUnknown,
        ProblemCode::OutOfRange,
        ProblemCode::ControlOfAnother,
    ]);
pub const END: Operation<ControlToEnd, Control> = post(
    "/v1/control/ended",
    "The control of a vehicle is over; what is sold there is sold again",
    Access::Permitted(CHECK),
)
.answers(200)
.refuses(&[ProblemCode::NotFound, ProblemCode::OutOfRange, ProblemCode::ControlOfAnother]);
/// Of one vehicle, or of a route; beside it what is registered anywhere for the code that is asked
/// about.
pub const DATA: Operation<Nothing, ControlData> = get(
    "/v1/control/data",
    "What is registered in a vehicle or on a route, and until when that is complete",
    Access::Permitted(CHECK),
)
.query(&[
    required("city", "string", "Id of the city."),
    optional("vehicle", "string", "The number that is painted on it, or its plate."),
    optional("route", "string", "Id of a route: of all its vehicles."),
    optional("code", "string", "The code of a card or the number of a ticket: its registrations of the last day."),
])
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::RideVehicleUnknown,
    ProblemCode::RouteUnknown,
]);
/// In whatever order and as often as it takes until it is taken.
pub const REPORT: Operation<ControlReport, ControlReported> =
    post("/v1/control/reports", "What the checks of a shift found", Access::Permitted(CHECK)).answers(200).refuses(&[
        ProblemCode::CityUnknown,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
        ProblemCode::OutOfRange,
        ProblemCode::ControlOfAnother,
    ]);

problems! {
    /// Two devices gave one name to two things.
    ControlOfAnother, "control_of_another", 409, "Another controller has a shift, a control or a check of this name";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[BEGIN.entry(), END.entry(), DATA.entry(), REPORT.entry()],
    ..Adds::NOTHING
};

wire! {
    /// A control that begins.
    pub struct ControlToBegin {
        pub id: ControlId,
        pub shift: ShiftId,
        pub city: String,
        /// The number that is painted on it, or its plate.
        pub vehicle: String,
        /// The controller's clock.
        pub begun_at: DateTime<Utc>,
    }

    /// A control that is over.
    pub struct ControlToEnd {
        pub id: ControlId,
        /// The controller's clock.
        pub ended_at: DateTime<Utc>,
    }

    /// A control.
    pub struct Control {
        pub id: ControlId,
        pub shift: ShiftId,
        pub city: CityId,
        pub vehicle: RideVehicle,
        /// What the vehicle did when it began, as far as it was known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub trip: Option<RideTrip>,
        /// The day it belongs to; after midnight, the day before as long as the city says.
        pub service_on: NaiveDate,
        pub begun_at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ended_at: Option<DateTime<Utc>>,
        /// Nothing is sold in the vehicle until then; absent where the city sells, or it is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub closed_until: Option<DateTime<Utc>>,
    }

    /// What a controller decides by.
    pub struct ControlData {
        pub city: CityId,
        /// The operator's clock.
        pub now: DateTime<Utc>,
        /// Vehicles that this is about, each with the moment until which it is complete.
        pub vehicles: Vec<ControlledVehicle>,
        /// Trips of these vehicles, and those on which a vehicle of their routes broke down.
        pub trips: Vec<ControlTrip>,
        /// By the time of registration.
        pub registrations: Vec<ControlRegistration>,
        /// More is registered than is told here: nothing follows from what is missing.
        #[serde(default)]
        pub is_cut: bool,
    }

    /// A vehicle, and until when its registrations are complete.
    pub struct ControlledVehicle {
        pub vehicle: BoardNumber,
        /// Of those in the app.
        pub app_until: DateTime<Utc>,
        /// Of those by cards and tickets; absent: whoever registers them has not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub others_until: Option<DateTime<Utc>>,
    }

    /// A trip of a vehicle.
    pub struct ControlTrip {
        pub id: TripId,
        pub vehicle: BoardNumber,
        pub route: RouteId,
        pub direction: u32,
        pub service_on: NaiveDate,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub broke_down_at: Option<DateTime<Utc>>,
    }

    /// A registration.
    pub struct ControlRegistration {
        pub ride: RideId,
        pub kind: ShownKind,
        /// The code of the card or the number of the ticket; absent in the app.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code: Option<String>,
        pub channel: RideChannel,
        pub vehicle: BoardNumber,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub trip: Option<TripId>,
        pub persons: u32,
        pub registered_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        pub is_void: bool,
        /// Nothing was charged: ask for what gives the right to ride free.
        pub is_free: bool,
        /// Who rides on it and why somebody pays less, in the app.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub riders: Vec<RideParty>,
    }

    /// What a controller's device tells of its shift.
    pub struct ControlReport {
        pub city: String,
        /// The controller's clock.
        pub sent_at: DateTime<Utc>,
        pub shift: ReportedShift,
        /// At most [`CHECKS_MOST`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub controls: Vec<ReportedControl>,
        /// At most [`CHECKS_MOST`], of controls that are told here or were before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub checks: Vec<ReportedCheck>,
    }

    /// A shift.
    pub struct ReportedShift {
        pub id: ShiftId,
        pub begun_at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ended_at: Option<DateTime<Utc>>,
    }

    /// A control of a shift.
    pub struct ReportedControl {
        pub id: ControlId,
        pub vehicle: BoardNumber,
        pub begun_at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ended_at: Option<DateTime<Utc>>,
    }

    /// A check.
    pub struct ReportedCheck {
        pub id: RideCheckId,
        pub control: ControlId,
        pub at: DateTime<Utc>,
        pub kind: ShownKind,
        /// The ride that was shown, or the last one that was known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ride: Option<RideId>,
        /// How many ride on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub persons: Option<u32>,
        pub answer: ControlAnswer,
        /// Until when the data reached that were asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub data_until: Option<DateTime<Utc>>,
    }

    /// What became of a report.
    pub struct ControlReported {
        /// Checks that were taken, those that were known already included.
        pub taken: u32,
        /// Checks that are never taken, and those of controls that are not: told in vain again.
        pub refused: Vec<CheckRefused>,
        /// Checks, of this report or of others of the same ride, that accepted a ride which
        /// somebody accepted elsewhere before. Nobody is charged for it.
        pub flagged: Vec<FlaggedCheck>,
        /// As of a change of the books: see `GET /v1/events`. When it is another one than before,
        /// what was told since is unknown, and is told again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub epoch: Option<EpochId>,
        /// By how many seconds `sent_at` is ahead of the operator's clock, or below zero behind it;
        /// only where that is more than a minute.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub clock_differs_seconds: Option<i64>,
    }

    /// A check that is not taken.
    pub struct CheckRefused {
        pub check: RideCheckId,
        /// As of a problem.
        pub code: String,
        pub detail: String,
    }

    /// A ride that was accepted twice.
    pub struct FlaggedCheck {
        pub check: RideCheckId,
        pub ride: RideId,
        /// The check that accepted it first.
        pub first: RideCheckId,
        pub first_at: DateTime<Utc>,
    }
}

words! { control_words;
    /// What a controller was told.
    pub enum ControlAnswer {
        Registered = "registered",
        NotRegistered = "not_registered",
        CannotTell = "cannot_tell",
    }
}
