//! How much of a month the operator was up (AV-46, AV-101, AV-102, AV-105).

use chrono::{DateTime, Utc};
use mesto_rules::CityId;

use crate::kernel::ProblemCode;
use crate::kernel::operation::{Access, Nothing, Operation, get, optional, required};
use crate::kernel::service::{Adds, Service};
use crate::records;

pub const READ: Operation<Nothing, MonthAvailability> =
    get("/v1/availability", "How much of a calendar month the operator was up, as it measured itself", Access::Anybody)
        .query(&[
            required("month", "string", "The month on the city's clock: `2026-11`."),
            optional("city", "string", "Whose clock, works and guarantee count; the operator's first city without it."),
        ])
        .refuses(&[ProblemCode::CityUnknown, ProblemCode::OutOfRange]);

pub const SERVICE: Service =
    Service { adds: &[Adds { operations: &[READ.entry()], ..Adds::NOTHING }], ..Service::named("availability") };

records! { availability_records;
    /// How much of a calendar month an operator was up. The three parts together are what was
    /// measured.
    pub struct MonthAvailability {
        pub city: CityId,
        /// `2026-11`
        pub month: String,
        /// What was promised of each month, whole percent; absent where nothing is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub guaranteed_percent: Option<u32>,
        /// Whether that was kept, to the millisecond; absent where nothing is promised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub is_kept: Option<bool>,
        /// Up and announced works of what was measured, rounded down: `97.999`.
        pub percent: String,
        /// The first moment of the month that was measured.
        pub measured_from_at: DateTime<Utc>,
        /// Up to here; the end of a month that is over.
        pub measured_until_at: DateTime<Utc>,
        pub up_seconds: u64,
        /// Not up during works that were announced: counts as up.
        pub works_seconds: u64,
        pub down_seconds: u64,
    }
}
