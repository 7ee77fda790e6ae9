//! What a rule refused, as a problem: the same code, with the parameters as they stand in the rule.

use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::{Refusal, SectionError};
use serde_json::Value;

use crate::kernel::failure::Failure;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let mut problem = Problem::new(code(&refusal), refusal.to_string());
        if let Ok(Value::Object(mut fields)) = serde_json::to_value(&refusal) {
            fields.remove("code");
            problem.params = fields;
        }
        problem.into()
    }
}

impl From<SectionError> for Failure {
    fn from(error: SectionError) -> Self {
        Refusal::from(error).into()
    }
}

/// A rule's code is that of a problem, whichever service's it is.
fn code(refusal: &Refusal) -> ProblemCode {
    ProblemCode::parse(refusal.code()).unwrap_or(ProblemCode::BadRequest)
}
