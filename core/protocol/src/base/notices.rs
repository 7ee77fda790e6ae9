//! News of the system: works, outages, changes of prices and of terms (AV-95, AV-104, AV-125).

use chrono::{DateTime, Utc};
use mesto_rules::CityId;
use mesto_rules::city::Texts;

use crate::kernel::ProblemCode;
use crate::kernel::ids::NoticeId;
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, get, post, required};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Service};
use crate::kernel::wire::wire;
use crate::{records, words};

/// Writing and withdrawing notices.
pub const EDIT: Permission = Permission::named("notices.edit");

pub const LIST: Operation<Nothing, NoticePage> =
    get("/v1/notices", "Notices of a city and of the whole operator, newest first", Access::Anybody)
        .query(&[required("city", "string", "The city's id."), PAGE_CURSOR, PAGE_LIMIT])
        .tagged()
        .refuses(&[ProblemCode::CityUnknown]);
/// The same notice again within the hour is the one that is there.
pub const PUBLISH: Operation<NewNotice, ServiceNotice> =
    post("/v1/notices", "Publishes a notice at once", Access::Permitted(EDIT)).refuses(&[
        ProblemCode::CityUnknown,
        ProblemCode::NoticeLanguageMissing,
        ProblemCode::NoticeTooLate,
        ProblemCode::OutOfRange,
    ]);
pub const WITHDRAW: Operation<NoticeToWithdraw, ServiceNotice> =
    post("/v1/notices/withdrawn", "Withdraws a notice: it is told no more", Access::Permitted(EDIT))
        .answers(200)
        .refuses(&[ProblemCode::NotFound]);

problems! {
    /// `missing` lists the languages.
    NoticeLanguageMissing, "notice_language_missing", 422, "A notice stands in every language of its city";
    /// Works that were announced after they began are urgent ones.
    NoticeTooLate, "notice_too_late", 422, "Planned works are announced before they begin";
}

pub const SERVICE: Service = Service {
    adds: &[Adds {
        problems: PROBLEMS,
        operations: &[LIST.entry(), PUBLISH.entry(), WITHDRAW.entry()],
        ..Adds::NOTHING
    }],
    ..Service::named("notices")
};

records! { notice_records;
    /// Something that everybody may know.
    pub struct ServiceNotice {
        pub id: NoticeId,
        pub kind: ServiceNoticeKind,
        /// The city it is about; all of the operator's when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub city: Option<CityId>,
        /// The services that it is about, by name; empty for all.
        #[serde(default)]
        pub services: Vec<String>,
        /// One line, by language.
        pub title: Texts,
        /// By language.
        pub body: Texts,
        /// When what it tells of begins; absent where there is no such moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub begins_at: Option<DateTime<Utc>>,
        /// When it ends; absent where that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ends_at: Option<DateTime<Utc>>,
        pub published_at: DateTime<Utc>,
    }

    /// Newest first.
    pub struct NoticePage {
        pub items: Vec<ServiceNotice>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }
}

wire! {
    /// A notice that holds no more.
    pub struct NoticeToWithdraw {
        pub notice: NoticeId,
    }

    /// A notice to be published.
    pub struct NewNotice {
        pub kind: ServiceNoticeKind,
        /// All cities of the operator when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub city: Option<String>,
        #[serde(default)]
        pub services: Vec<String>,
        /// In every language of the city; at most 120 characters each.
        pub title: Texts,
        /// In every language of the city; at most 4000 characters each.
        pub body: Texts,
        /// Needed for works.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub begins_at: Option<DateTime<Utc>>,
        /// Needed for works.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ends_at: Option<DateTime<Utc>>,
    }
}

words! { notice_words;
    /// What a notice tells of.
    pub enum ServiceNoticeKind {
        News = "news",
        /// Works that interrupt the service, told before they begin (AV-104). They count as up
        /// (AV-105).
        PlannedWorks = "planned_works",
        /// Works that could not wait; they count as up from their announcement on.
        UrgentWorks = "urgent_works",
        /// Something does not work; that counts as down.
        Outage = "outage",
        TariffChange = "tariff_change",
        TermsChange = "terms_change",
    }
}
