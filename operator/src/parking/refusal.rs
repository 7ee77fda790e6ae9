//! What the rules of parking refuse, as a problem.

use mesto_rules::Refusal;

use crate::kernel::failure::{Failure, by_rule};

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        by_rule(refusal.code(), &refusal).into()
    }
}
