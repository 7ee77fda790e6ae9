//! What the controller of a garage tells and asks: one exchange says what happened and brings back
//! what was paid here.
//!
//! It keeps what it has to tell until that is taken, and works on while the operator is away; see
//! `docs/garages.md`.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::money::Money;
use mesto_rules::{FacilityId, TariffId};

use crate::garages::visits::VisitState;
use crate::kernel::ProblemCode;
use crate::kernel::ids::{EpochId, VisitId};
use crate::kernel::line::{Line, Notice};
use crate::kernel::operation::{Access, Nothing, Operation, Permission, get, post, required};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;
use crate::words;

/// Most events of one report.
pub const EVENTS_MOST: usize = 200;

/// Acting for a facility.
pub const CONTROL: Permission = Permission::named("garages.control");

/// What happened at a facility, in whatever order and as often as it takes until it is taken; and
/// what was paid since.
pub const REPORT: Operation<GarageReport, GarageReported> = post(
    "/v1/garages/reports",
    "A controller tells what happened at its facility, and hears what was paid",
    Access::Permitted(CONTROL),
)
.answers(200)
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::FacilityUnknown,
    ProblemCode::OutOfRange,
]);
pub const OWED: Operation<Nothing, VisitOwed> = get(
    "/v1/garages/owed",
    "What a visit costs so far and what of it is owed, line by line, however it is paid",
    Access::Permitted(CONTROL),
)
.query(&[
    required("city", "string", "Id of the city."),
    required("facility", "string", "Id of the facility."),
    required("ticket", "string", "The number of the ticket."),
])
.refuses(ABOUT_A_TICKET);
pub const EXIT: Operation<ExitRequest, ExitOpened> = post(
    "/v1/garages/exits",
    "Whether the barrier opens for a ticket; refused with what is owed",
    Access::Permitted(CONTROL),
)
.answers(200)
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::CityOutdated,
    ProblemCode::TariffUnknown,
    ProblemCode::OutOfRange,
    ProblemCode::FacilityUnknown,
    ProblemCode::TicketNumberInvalid,
    ProblemCode::VisitUnknown,
    ProblemCode::VisitOfAnotherFacility,
    ProblemCode::EntryInFuture,
    ProblemCode::VisitOver,
    ProblemCode::VisitOwes,
]);

problems! {
    VisitOwes, "visit_owes", 409, "Something is owed; it is paid before leaving";
    /// Told by a controller whose number is used a second time before the first visit has ended.
    TicketInUse, "ticket_in_use", 409, "A visit with this ticket is not over";
    /// Told by a controller: another amount for the same moment.
    PaymentDiffers, "payment_differs", 409, "Another amount was told for this payment before";
}

/// What this file adds to the service.
pub const ADDS: Adds =
    Adds { operations: &[REPORT.entry(), OWED.entry(), EXIT.entry()], problems: PROBLEMS, ..Adds::NOTHING };

const ABOUT_A_TICKET: &[ProblemCode] = &[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::CityOutdated,
    ProblemCode::TariffUnknown,
    ProblemCode::OutOfRange,
    ProblemCode::FacilityUnknown,
    ProblemCode::TicketNumberInvalid,
    ProblemCode::VisitUnknown,
    ProblemCode::VisitOfAnotherFacility,
    ProblemCode::EntryInFuture,
    ProblemCode::PaidOnEntry,
    ProblemCode::VisitOver,
];

wire! {
    /// What a controller tells. It counts as a sign of life, also without any event.
    pub struct GarageReport {
        pub city: String,
        pub facility: String,
        /// The controller's clock. One that is too far ahead is refused with `out_of_range`, which
        /// tells the operator's.
        pub sent_at: DateTime<Utc>,
        /// At most [`EVENTS_MOST`]. Each is taken or refused by itself; what is told again changes
        /// nothing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub events: Vec<ReportedEvent>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub places: Option<ReportedPlaces>,
        /// `next` of the exchange before; without it everything that was paid for cars that are
        /// inside.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settled_after: Option<String>,
    }

    /// Something that happened to the visit of a ticket.
    pub struct ReportedEvent {
        /// When it happened. Of a lost ticket: its entry, as the inventory book has it, or any
        /// moment of the visit.
        pub at: DateTime<Utc>,
        pub ticket: String,
        pub kind: ReportedEventKind,
        /// The car has the badge of a disabled driver. With `entered` and `lost`; left out, what
        /// was told before stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub is_disabled: Option<bool>,
        /// Places that the car takes, 1 or 2. With `entered` and `lost`; left out, what was told
        /// before stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub places: Option<u32>,
        /// What was taken, above zero. With `paid_on_site`; left out, what was owed at `at`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount: Option<Money>,
    }

    /// Free places that were counted.
    pub struct ReportedPlaces {
        pub free: u32,
        pub at: DateTime<Utc>,
    }

    /// What became of a report.
    pub struct GarageReported {
        /// Events that were taken, those that were known already included: none of them needs to be
        /// told again.
        pub taken: u32,
        pub refused: Vec<EventRefused>,
        /// Visits that were paid here, by the time of their payment. The last ones before
        /// `settled_after` are told once more: a controller forgets what it has. So are those that
        /// became dearer since.
        pub settled: Vec<VisitSettled>,
        /// For the next exchange.
        pub next: String,
        /// More was paid than is told here: ask again at once.
        pub has_more: bool,
        /// Which history of the operator's books this is. When it is another one than before, the
        /// books were put back from a copy, and what was told since is unknown here: the
        /// controller leaves `settled_after` out and tells the events of its last days again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub epoch: Option<EpochId>,
        /// By how many seconds `sent_at` is ahead of the operator's clock, or below zero behind it;
        /// only where that is more than clocks may differ: the controller's is to be set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub clock_differs_seconds: Option<i64>,
    }

    /// An event that was not taken.
    pub struct EventRefused {
        /// Its place in the report, from 0.
        pub index: u32,
        pub ticket: String,
        /// As of a problem: `visit_unknown` is told again after its entry, any other one never.
        /// `payment_differs`: another amount was told for this moment before; that one stands.
        pub code: String,
        pub detail: String,
    }

    /// A visit that was paid here: its barrier opens. One that was made dearer since by what the
    /// controller told is told again, with `corrected_at`.
    pub struct VisitSettled {
        pub ticket: String,
        pub visit: VisitId,
        /// When it was paid.
        pub at: DateTime<Utc>,
        /// Until when the car may leave; absent: without delay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub exit_by: Option<DateTime<Utc>>,
        /// From when on something is owed again: the barrier stays closed from then on; absent: it
        /// never does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owes_again_at: Option<DateTime<Utc>>,
        /// The signed receipt that its driver may show; absent where the operator signs none, and
        /// when a correction made the visit dearer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub receipt: Option<String>,
        /// When something made the visit dearer last: a lost ticket, a second place. A receipt that
        /// was signed before opens no more; absent: nothing did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub corrected_at: Option<DateTime<Utc>>,
    }

    /// What a visit costs so far.
    pub struct VisitOwed {
        pub visit: VisitId,
        pub facility: FacilityId,
        pub ticket: String,
        pub state: VisitState,
        pub entered_at: DateTime<Utc>,
        pub is_lost: bool,
        /// Id of the tariff in force on the local day of entry.
        pub tariff: TariffId,
        /// First day of that tariff.
        pub tariff_from: NaiveDate,
        /// In the order of time; then what was paid. Their sum is `owed`.
        pub lines: Vec<Line>,
        pub notices: Vec<Notice>,
        /// What the visit costs, whatever of it was paid.
        pub price: Money,
        /// What is to be paid now.
        pub owed: Money,
        /// Until when the car may leave: by what was paid, or if what is owed is paid now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub exit_by: Option<DateTime<Utc>>,
        /// The first moment at which more is owed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rises_at: Option<DateTime<Utc>>,
    }

    /// A ticket at the barrier on the way out.
    pub struct ExitRequest {
        pub city: String,
        pub facility: String,
        pub ticket: String,
        /// The controller's clock.
        pub at: DateTime<Utc>,
    }

    /// The barrier opens: nothing is owed. The other answer is a refusal.
    pub struct ExitOpened {
        pub visit: VisitId,
    }
}

words! { garages_control_words;
    /// What happened to a visit.
    pub enum ReportedEventKind {
        /// The car came in with this ticket.
        Entered = "entered",
        /// It was paid at the place: cash, a machine, a pass (BG-19).
        PaidOnSite = "paid_on_site",
        Left = "left",
        /// The entry was a mistake: the car backed out, the ticket was printed for nobody.
        Cancelled = "cancelled",
        /// The ticket is lost. A number that is not known begins its visit with it: that of a
        /// ticket printed instead.
        Lost = "lost",
    }
}
