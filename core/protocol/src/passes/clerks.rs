//! Benefits as a clerk grants and revokes them.

use chrono::NaiveDate;

use crate::kernel::ProblemCode;
use crate::kernel::ids::{AccountId, BenefitId};
use crate::kernel::operation::{Access, Operation, Permission, post};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;
use crate::passes::holders::Benefit;

/// Letters of a reference to evidence.
pub const EVIDENCE_MOST: usize = 64;

/// Granting and revoking benefits.
pub const GRANT_BENEFITS: Permission = Permission::named("passes.benefits");

/// Said again it changes nothing: the benefit that holds is answered.
pub const GRANT: Operation<BenefitToGrant, Benefit> =
    post("/v1/passes/benefits", "A rider is of a category from now on", Access::Permitted(GRANT_BENEFITS))
        .answers(200)
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::NotFound,
            ProblemCode::CategoryUnknown,
            ProblemCode::CategoryNotGranted,
            ProblemCode::OutOfRange,
        ]);
/// Said again, it changes nothing.
pub const REVOKE: Operation<BenefitToRevoke, Benefit> =
    post("/v1/passes/benefits/revoked", "A benefit ends now", Access::Permitted(GRANT_BENEFITS))
        .answers(200)
        .refuses(&[ProblemCode::NotFound, ProblemCode::CityUnknown]);

problems! {
    CategoryUnknown, "category_unknown", 422, "This category of riders is not in the city";
    CategoryNotGranted, "category_not_granted", 422, "This category of riders is not granted to anybody";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds { problems: PROBLEMS, operations: &[GRANT.entry(), REVOKE.entry()], ..Adds::NOTHING };

wire! {
    /// A benefit to be granted.
    pub struct BenefitToGrant {
        pub city: String,
        pub account: AccountId,
        pub category: String,
        /// The last calendar day by the city's clock.
        pub until_on: NaiveDate,
        /// What the clerk saw, by its number in the office's register: no name and no document.
        pub evidence: String,
    }

    /// A benefit to be revoked.
    pub struct BenefitToRevoke {
        pub benefit: BenefitId,
        /// Why, for the audit log; nobody's name.
        pub reason: String,
    }
}
