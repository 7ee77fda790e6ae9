//! What a rule refused, as a problem: the same code, with the parameters as they stand in the rule.

use mesto_protocol::base::payments;
use mesto_protocol::kernel::problem;
use mesto_protocol::{Problem, ProblemCode, parking};
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

fn code(refusal: &Refusal) -> ProblemCode {
    let known = parking::PROBLEMS.iter().chain(payments::PROBLEMS).chain(problem::PROBLEMS);
    known.copied().find(|code| code.as_str() == refusal.code()).unwrap_or(ProblemCode::BadRequest)
}
