//! What the operator's own tools do to benefits.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::kernel::ids::BenefitId;
use mesto_protocol::passes::clerks::BenefitToGrant;
use mesto_protocol::passes::holders::Benefit;

use crate::kernel::grants::TOOL;
use crate::kernel::operator::{Operator, acted};
use crate::kernel::store::Store;
use crate::passes::clerks;

impl Operator {
    /// Grants a benefit from now on, as a clerk does.
    ///
    /// # Errors
    /// Those of `POST /v1/passes/benefits`, or the store's trouble.
    pub fn grant_benefit(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        asked: &BenefitToGrant,
    ) -> Result<Benefit, Problem> {
        acted(store, |tx| clerks::granted(tx, (self, now), TOOL, asked))
    }

    /// Ends a benefit now; the reason stands in the audit log.
    ///
    /// # Errors
    /// `not_found`, or the store's trouble.
    pub fn revoke_benefit(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        benefit: BenefitId,
        reason: &str,
    ) -> Result<Benefit, Problem> {
        acted(store, |tx| clerks::revoked(tx, (self, now), TOOL, (benefit, reason)))
    }
}
