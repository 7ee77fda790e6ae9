//! What people tell of troubles, and what they are answered (AV-92, AV-108, AV-130).

use chrono::{DateTime, Utc};
use mesto_rules::CityId;

use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::ReportId;
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Schema, get, post};
use crate::kernel::reference::Reference;
use crate::kernel::service::{Adds, Service};
use crate::kernel::wire::wire;
use crate::{records, words};

pub const LIST: Operation<Nothing, ReportPage> =
    get("/v1/reports", "Reports of the account, newest first", Access::SignedIn).query(&[PAGE_CURSOR, PAGE_LIMIT]);
/// The same again within a day is the report that is there.
pub const REPORT: Operation<NewReport, TroubleReport> =
    post("/v1/reports", "The person reports a trouble", Access::SignedIn)
        .refuses(&[ProblemCode::CityUnknown, ProblemCode::TooManyRequests]);

pub const SERVICE: Service = Service {
    adds: &[Adds {
        operations: &[LIST.entry(), REPORT.entry()],
        events: &[(TroubleReport::KIND, Schema::of::<TroubleReport>())],
        ..Adds::NOTHING
    }],
    ..Service::named("reports")
};

impl Change for TroubleReport {
    const KIND: &'static str = "reports.report";
}

records! { report_records;
    /// Something that a person reported.
    pub struct TroubleReport {
        pub id: ReportId,
        /// For the telephone: twelve digits, `482109375557`.
        pub reference: Reference,
        pub city: CityId,
        pub kind: ReportKind,
        /// In the person's words.
        pub text: String,
        /// The number on the vehicle or its plate, as the person typed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub vehicle: Option<String>,
        /// The ride, as the person named it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ride: Option<String>,
        pub state: ReportState,
        pub reported_at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub answer: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub answered_at: Option<DateTime<Utc>>,
    }

    /// Newest first.
    pub struct ReportPage {
        pub items: Vec<TroubleReport>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }
}

wire! {
    /// Something to report.
    pub struct NewReport {
        pub city: String,
        pub kind: ReportKind,
        /// 1 to 1000 characters.
        pub text: String,
        /// At most 40 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub vehicle: Option<String>,
        /// At most 40 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ride: Option<String>,
    }
}

words! { report_words;
    /// What is reported.
    pub enum ReportKind {
        /// Something does not work (AV-108).
        Failure = "failure",
        /// A payment is wrong.
        Payment = "payment",
        /// A driver or conductor asks for money past the system.
        PrivateTransfer = "private_transfer",
        /// A transport card does not work (AV-92).
        DefectiveCard = "defective_card",
        /// Somebody else knows what the account is used with (AV-130).
        AccessKnown = "access_known",
        SomethingElse = "something_else",
    }

    pub enum ReportState {
        /// It waits for an answer.
        Open = "open",
        Answered = "answered",
    }
}
