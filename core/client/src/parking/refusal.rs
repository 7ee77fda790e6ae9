//! Refusals of the rules as errors: with the code, values and text that the operator's answer would
//! have.

use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::{Refusal, SignError};

use crate::kernel::error::{Error, ErrorKind, fields};

/// A refusal of the rules with the same code and parameters as the operator would send.
#[must_use]
pub fn problem_of_refusal(refusal: &Refusal) -> Problem {
    let code = ProblemCode::parse(refusal.code()).unwrap_or(ProblemCode::BadRequest);
    let mut problem = Problem::new(code, refusal.to_string());
    problem.code = refusal.code().to_owned();
    problem.params = fields(refusal);
    problem
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        problem_of_refusal(&refusal).into()
    }
}

impl From<SignError> for Error {
    fn from(error: SignError) -> Self {
        let made = |code| Self::new(ErrorKind::Refused, code, error.to_string());
        match &error {
            SignError::Unknown { text, known } => {
                made("sign_unknown").with("sign", text.as_str()).with("known", known.clone())
            }
            SignError::Ambiguous { zones } => {
                made("sign_ambiguous").with("zones", zones.iter().map(ToString::to_string).collect::<Vec<_>>())
            }
        }
    }
}
