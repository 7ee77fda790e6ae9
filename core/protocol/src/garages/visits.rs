//! Visits as a driver sees and pays them, and free places.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::garages::{LineKind, Notice as RulesNotice, VisitLine};
use mesto_rules::money::Money;
use mesto_rules::{CityId, FacilityId, TariffId};

use crate::base::payments::{self, Part, PayMethod};
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::{SaleId, VisitId};
use crate::kernel::line::{Line, Notice};
use crate::kernel::operation::{
    Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, Schema, get, required,
};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Sells};
use crate::kernel::wire::wire;
use crate::{records, words};

/// How many visits that are over the section of an account tells.
pub const VISITS_OVER: usize = 50;

/// Seeing the visits that one paid.
pub const OWN: Permission = Permission::named("garages.own");

pub const PLACES: Operation<Nothing, Places> = get(
    "/v1/garages/places",
    "Free places of a city's garages, each with the moment at which it was observed",
    Access::Anybody,
)
.query(&[required("city", "string", "Id of the city.")])
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
]);
pub const LIST: Operation<Nothing, VisitPage> =
    get("/v1/garages/visits", "Visits that the account paid, newest first", Access::Permitted(OWN))
        .query(&[PAGE_CURSOR, PAGE_LIMIT]);

problems! {
    FacilityUnknown, "facility_unknown", 422, "This facility is not in the city";
    TicketNumberInvalid, "ticket_number_invalid", 422, "This is not the number of a ticket";
    /// Its entry was not told yet, or the number is wrong.
    VisitUnknown, "visit_unknown", 422, "No entry with this ticket is known";
    VisitOfAnotherFacility, "visit_of_another_facility", 422, "This ticket is of another facility";
    VisitAlreadyPaid, "visit_already_paid", 409, "This visit is already paid";
    NothingOwed, "nothing_owed", 409, "Nothing is owed so far";
    VisitOver, "visit_over", 409, "This visit is over";
    /// Nothing is guessed while its controller is silent: what it knows of a visit is not known
    /// here.
    FacilityUnreachable, "facility_unreachable", 422, "The facility cannot be reached now";
    PaidOnEntry, "paid_on_entry", 422, "This facility is paid at the barrier on entry";
    FacilityClosed, "facility_closed", 422, "This facility is closed now";
    EntryInFuture, "entry_in_future", 422, "The entry lies in the future";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[PLACES.entry(), LIST.entry()],
    events: &[(Visit::KIND, Schema::of::<Visit>())],
    section: Some(Schema::of::<GaragesSection>()),
    sells: Some(Sells {
        subject: Schema::of::<GaragesSubject>(),
        offer: Schema::of::<GaragesOffer>(),
        outcome: Schema::of::<GaragesOutcome>(),
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
};

impl Change for Visit {
    const KIND: &'static str = "garages.visit";
}

impl Section for GaragesSection {
    const NAME: &'static str = super::SERVICE.name;
}

records! { garages_records;
    /// Newest first.
    pub struct VisitPage {
        pub items: Vec<Visit>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// A car's visit to a garage, from the entry until it has left.
    pub struct Visit {
        pub id: VisitId,
        pub city: CityId,
        pub facility: FacilityId,
        /// The number of its ticket; empty once it is erased.
        pub ticket: String,
        pub state: VisitState,
        pub entered_at: DateTime<Utc>,
        /// What was paid for it in all, by whomever and wherever, without the commission of a card.
        pub paid: Money,
        /// Until when one may leave by what was paid; absent: without delay (AMB-12).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub exit_by: Option<DateTime<Utc>>,
        /// From when on something is owed again; absent when nothing will be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owes_again_at: Option<DateTime<Utc>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub left_at: Option<DateTime<Utc>>,
        /// Those of this account, oldest first.
        pub payments: Vec<VisitPayment>,
        /// Issuer-signed receipt for the exit, verifiable offline; absent where the operator signs
        /// none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub signed: Option<String>,
    }

    /// A payment for a visit.
    pub struct VisitPayment {
        pub sale: SaleId,
        /// When the operator received it.
        pub at: DateTime<Utc>,
        /// The sum of `lines`.
        pub amount: Money,
        pub pay: PayMethod,
        /// In the order of time; then what had been paid before (negative), then fees.
        pub lines: Vec<Line>,
        /// Until when one may leave by it; absent: without delay (AMB-12).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub exit_by: Option<DateTime<Utc>>,
    }

    /// The visit of a ticket, to be paid.
    pub struct GaragesSubject {
        /// Id of the facility.
        pub facility: FacilityId,
        /// The number of the ticket, typed or decoded from its bar code.
        pub ticket: String,
    }

    /// What a quote promises of a visit.
    pub struct GaragesOffer {
        pub visit: VisitId,
        pub facility: FacilityId,
        /// The number of the ticket as it was read: capitals and digits.
        pub ticket: String,
        pub entered_at: DateTime<Utc>,
        /// Id of the tariff in force on the local day of entry.
        pub tariff: TariffId,
        /// First day of that tariff.
        pub tariff_from: NaiveDate,
        /// What the visit costs, whatever of it was paid.
        pub price: Money,
        /// Until when one may leave, if it is paid at the moment of the quote; absent: without
        /// delay (AMB-12).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub exit_by: Option<DateTime<Utc>>,
        /// The first moment at which a new quote costs more; absent when none comes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rises_at: Option<DateTime<Utc>>,
        /// The first moment at which something is owed again, if it is paid at the moment of the
        /// quote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owes_again_at: Option<DateTime<Utc>>,
    }

    /// The visit that was paid.
    pub struct GaragesOutcome {
        pub visit: Visit,
    }
}

wire! {
    /// What is known of a facility now.
    pub struct FacilityPlaces {
        pub facility: FacilityId,
        /// Places observed free; absent when nobody observed them, or too long ago (BG-72).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub free: Option<u32>,
        /// When they were observed last, also when that is too long ago.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub observed_at: Option<DateTime<Utc>>,
        /// Whether a visit can be paid now: its controller is heard.
        pub is_reachable: bool,
    }

    /// The section of an account.
    pub struct GaragesSection {
        /// Paid by this account, newest first: every one that has not left, and the last
        /// [`VISITS_OVER`] that are over.
        pub visits: Vec<Visit>,
    }

    /// In the order of the city.
    pub struct Places {
        pub items: Vec<FacilityPlaces>,
    }
}

words! { garages_words;
    /// Where a visit stands.
    pub enum VisitState {
        /// The car is in and nothing settles the visit yet.
        Inside = "inside",
        /// A payment settles it: the car may leave.
        Paid = "paid",
        /// It stayed longer than the payment settles, and owes the difference.
        OwingAgain = "owing_again",
        Left = "left",
        /// There was no visit: an entry by mistake.
        Cancelled = "cancelled",
    }
}

impl Part for GaragesSubject {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for GaragesOffer {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for GaragesOutcome {
    const SERVICE: &'static str = super::SERVICE.name;
}

/// The lines of the rules as they stand on the wire.
#[must_use]
pub fn lines(lines: &[VisitLine]) -> Vec<Line> {
    let service = |kind: &LineKind| match kind {
        LineKind::CardFee { .. } => payments::SERVICE.name,
        _ => super::SERVICE.name,
    };
    lines.iter().map(|line| Line::of(service(&line.kind), &line.kind, line.amount)).collect()
}

/// What the rules say beside a price, as it stands on the wire.
#[must_use]
pub fn notices(notices: &[RulesNotice]) -> Vec<Notice> {
    notices.iter().map(|notice| Notice::of(super::SERVICE.name, notice, false)).collect()
}
