//! The contract: its versions, and which of them an account accepted, when and how (AV-03, AV-44,
//! AV-125, AV-127, AV-134).

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::CityId;
use mesto_rules::city::Texts;

use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::operation::{Access, Nothing, Operation, Schema, get, post, required};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Service};
use crate::kernel::wire::wire;
use crate::{records, words};

pub const LIST: Operation<Nothing, TermsList> = get(
    "/v1/account/terms",
    "The terms of a city with their versions, and what this account accepted",
    Access::SignedIn,
)
.query(&[required("city", "string", "The city's id.")])
.refuses(&[ProblemCode::CityUnknown]);
/// Said again, it is the acceptance that is there.
pub const ACCEPT: Operation<TermsToAccept, AcceptedTerms> =
    post("/v1/account/terms", "The person accepts the newest version of terms", Access::SignedIn)
        .answers(200)
        .refuses(&[ProblemCode::CityUnknown, ProblemCode::TermsUnknown]);

problems! {
    /// `terms` and `version` say which; accept them, suspend the account or close it.
    TermsNotAccepted, "terms_not_accepted", 409, "The terms changed; accept them before you pay";
    /// `version` is the newest one.
    TermsUnknown, "terms_unknown", 422, "These are not the newest terms of this city";
}

pub const SERVICE: Service = Service {
    adds: &[Adds {
        problems: PROBLEMS,
        operations: &[LIST.entry(), ACCEPT.entry()],
        events: &[(AcceptedTerms::KIND, Schema::of::<AcceptedTerms>())],
        ..Adds::NOTHING
    }],
    ..Service::named("terms")
};

impl Change for AcceptedTerms {
    const KIND: &'static str = "terms.accepted";
}

records! { terms_records;
    /// A change that this account did not accept yet, shown before the button that pays.
    pub struct TermsPending {
        /// Stays the same when the text changes.
        pub id: String,
        pub version: String,
        pub published_on: NaiveDate,
        /// Paying from this day on accepts it, where it need not be said.
        pub effective_on: NaiveDate,
        /// It holds already.
        pub is_effective: bool,
        /// Nothing is sold once it holds until it was accepted.
        pub needs_acceptance: bool,
        /// Where the text stands, by language.
        pub links: Texts,
    }

    /// A version of terms that an account accepted.
    pub struct AcceptedTerms {
        pub city: CityId,
        pub id: String,
        pub version: String,
        pub accepted_by: AcceptedBy,
        pub accepted_at: DateTime<Utc>,
    }

    /// A version of terms.
    pub struct PublishedTerms {
        pub version: String,
        pub published_on: NaiveDate,
        pub effective_on: NaiveDate,
        pub links: Texts,
    }

    /// Terms of a city for one account.
    pub struct CityTerms {
        pub id: String,
        /// What they are about: `city` for everything, or the name of a service.
        pub scope: String,
        /// The version that holds today; absent when the first one is still to come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub in_force: Option<String>,
        /// Every version, the newest first; each replaces all before it (AV-134).
        pub versions: Vec<PublishedTerms>,
        /// Newest first; what registration accepted is the last.
        pub accepted: Vec<AcceptedTerms>,
        /// The newest version, while it was not accepted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pending: Option<TermsPending>,
    }

    /// In the order of the city.
    pub struct TermsList {
        pub items: Vec<CityTerms>,
    }
}

wire! {
    /// Terms to accept.
    pub struct TermsToAccept {
        pub city: String,
        pub id: String,
        /// The newest one, as it was shown.
        pub version: String,
    }
}

words! { terms_words;
    /// How terms were accepted.
    pub enum AcceptedBy {
        /// By registering in the system.
        Registration = "registration",
        /// By paying after they held.
        Use = "use",
        /// The person said so.
        Person = "person",
    }
}
