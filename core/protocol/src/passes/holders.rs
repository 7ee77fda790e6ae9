//! Passes and benefits as a rider has them.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::CityId;
use mesto_rules::money::Money;
use mesto_rules::passes::{CategoryId, PassProductId};

use crate::base::payments::{Part, PayMethod};
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::{BenefitId, PassId};
use crate::kernel::line::Line;
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, Schema, get, post};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Sells};
use crate::kernel::wire::wire;
use crate::{records, words};

/// How many passes that are over the section of an account tells.
pub const PASSES_OVER: usize = 20;

/// Seeing, buying and giving back one's own passes.
pub const OWN: Permission = Permission::named("passes.own");

pub const LIST: Operation<Nothing, PassPage> =
    get("/v1/passes", "Passes of the account, newest first", Access::Permitted(OWN)).query(&[PAGE_CURSOR, PAGE_LIMIT]);
/// Said again, it changes nothing.
pub const GIVE_BACK: Operation<PassToGiveBack, Pass> =
    post("/v1/passes/refunds", "The holder gives a pass back", Access::Permitted(OWN)).answers(200).refuses(&[
        ProblemCode::NotFound,
        ProblemCode::PassNotRefundable,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
    ]);

problems! {
    PassUnknown, "pass_unknown", 422, "There is no such pass here";
    /// Of the categories that the account has, none buys it.
    PassNotForCategory, "pass_not_for_category", 422, "This pass is not sold to this category of riders";
    /// Bought again on purpose it is sold.
    PassOverlaps, "pass_overlaps", 409, "A pass for the same rides and days is held already";
    PassNotRefundable, "pass_not_refundable", 409, "This pass is not given back any more";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[LIST.entry(), GIVE_BACK.entry()],
    events: &[(Pass::KIND, Schema::of::<Pass>()), (Benefit::KIND, Schema::of::<Benefit>())],
    section: Some(Schema::of::<PassesSection>()),
    sells: Some(Sells {
        subject: Schema::of::<PassesSubject>(),
        offer: Schema::of::<PassesOffer>(),
        outcome: Schema::of::<PassesOutcome>(),
        refuses: &[ProblemCode::PassUnknown, ProblemCode::PassNotForCategory, ProblemCode::PassOverlaps],
    }),
};

impl Change for Pass {
    const KIND: &'static str = "passes.pass";
}

impl Change for Benefit {
    const KIND: &'static str = "passes.benefit";
}

impl Section for PassesSection {
    const NAME: &'static str = super::SERVICE.name;
}

records! { pass_records;
    /// A pass: its holder rides on it, nobody else.
    pub struct Pass {
        pub id: PassId,
        pub city: CityId,
        pub product: PassProductId,
        /// In which it was bought.
        pub category: CategoryId,
        /// Service days: a night trip belongs to the day before midnight.
        pub first_on: NaiveDate,
        /// The last day that it holds for.
        pub last_on: NaiveDate,
        /// When its first service day begins.
        pub starts_at: DateTime<Utc>,
        /// When its last service day ends.
        pub ends_at: DateTime<Utc>,
        pub state: PassState,
        pub bought_at: DateTime<Utc>,
        pub price: Money,
        /// They sum to the price.
        pub lines: Vec<Line>,
        pub pay: PayMethod,
    }

    /// Newest first.
    pub struct PassPage {
        pub items: Vec<Pass>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// That somebody is of a category, as a clerk granted it.
    pub struct Benefit {
        pub id: BenefitId,
        pub city: CityId,
        pub category: CategoryId,
        /// From then on, never before.
        pub granted_at: DateTime<Utc>,
        /// The last calendar day by the city's clock.
        pub until_on: NaiveDate,
        /// Not any more from this moment on: the end of that day, or when it was revoked.
        pub ends_at: DateTime<Utc>,
        pub is_revoked: bool,
    }

    /// A pass to be bought.
    pub struct PassesSubject {
        pub product: PassProductId,
        /// Its first day; absent: the service day that it is now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first_on: Option<NaiveDate>,
        /// The rider was asked and buys another one: see [`PassesOffer::overlaps`].
        #[serde(default)]
        pub is_again: bool,
    }

    /// What a pass would be.
    pub struct PassesOffer {
        pub product: PassProductId,
        pub category: CategoryId,
        pub first_on: NaiveDate,
        pub last_on: NaiveDate,
        /// Given back in full before then; absent: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub refundable_until: Option<DateTime<Utc>>,
        /// A pass of this account for the same rides and days. Sold only when the subject says
        /// `is_again`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub overlaps: Option<Pass>,
    }

    /// The pass that was bought.
    pub struct PassesOutcome {
        pub pass: Pass,
    }

    /// A pass that its holder gives back.
    pub struct PassToGiveBack {
        pub pass: PassId,
    }
}

wire! {
    /// The section of an account.
    pub struct PassesSection {
        /// Newest first: every one that is not over, and the last [`PASSES_OVER`] that are.
        pub passes: Vec<Pass>,
        /// Newest first: those that hold.
        pub benefits: Vec<Benefit>,
    }
}

impl Part for PassesSubject {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for PassesOffer {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for PassesOutcome {
    const SERVICE: &'static str = super::SERVICE.name;
}

words! { pass_words;
    pub enum PassState {
        /// It holds in its days.
        Held = "held",
        /// Given back, with the money.
        GivenBack = "given_back",
    }
}
