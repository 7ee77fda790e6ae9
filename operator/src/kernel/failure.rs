//! Why a handler stops: a refusal for the caller, or the store's own trouble. But for a counted
//! refusal nothing of its transaction stays.

use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::SectionError;
use mesto_rules::money::MoneyError;
use serde::Serialize;
use serde_json::Value;

use crate::kernel::store::StoreError;

#[derive(Debug)]
pub(crate) enum Failure {
    Refused(Box<Problem>),
    /// Refused, and what was written on the way stays: a try that is counted.
    Counted(Box<Problem>),
    Store(StoreError),
}

pub(crate) type Outcome<T> = Result<T, Failure>;

/// A refusal.
pub(crate) fn refuse<T>(code: ProblemCode, detail: impl Into<String>) -> Outcome<T> {
    Err(Problem::new(code, detail).into())
}

/// What a rule refused, as a problem: the same code, with the parameters as they stand in the rule.
pub(crate) fn by_rule(code: &str, refusal: &(impl Serialize + std::fmt::Display)) -> Problem {
    let mut problem = Problem::new(ProblemCode::parse(code).unwrap_or(ProblemCode::BadRequest), refusal.to_string());
    if let Ok(Value::Object(mut fields)) = serde_json::to_value(refusal) {
        fields.remove("code");
        problem.params = fields;
    }
    problem
}

impl From<SectionError> for Failure {
    fn from(error: SectionError) -> Self {
        let problem = |code| Problem::new(code, error.to_string()).with("section", error.section());
        match &error {
            SectionError::Missing { .. } => problem(ProblemCode::SectionMissing),
            SectionError::TooNew { format, known, .. } => {
                problem(ProblemCode::SectionTooNew).with("format", format).with("known", known)
            }
            SectionError::Unreadable { reason, .. } => problem(ProblemCode::SectionUnreadable).with("reason", reason),
        }
        .into()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<MoneyError> for Failure {
    fn from(error: MoneyError) -> Self {
        Self::Store(StoreError::unreadable("money", error))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(StoreError::unreadable("stored JSON", error))
    }
}

impl Failure {
    /// A refusal that keeps what was written on the way.
    pub fn counted(self) -> Self {
        match self {
            Self::Refused(problem) => Self::Counted(problem),
            other => other,
        }
    }

    /// For who asked over HTTP. The reason of the store's trouble is for the log.
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Refused(problem) | Self::Counted(problem) => *problem,
            Self::Store(error) => {
                tracing::error!(reason = %error, "an answer that needs no store failed");
                store_problem(&error)
            }
        }
    }

    /// For what nobody asked for over HTTP: a refusal is a fault then.
    pub fn into_store_error(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Refused(problem) | Self::Counted(problem) => StoreError::Broken(problem.detail),
        }
    }
}

/// What a caller is told about the store's trouble; the reason goes to the log, not to him.
pub(crate) fn store_problem(error: &StoreError) -> Problem {
    match error {
        StoreError::Full => {
            Problem::new(ProblemCode::StorageFull, "the store has no room to write; nothing was done, try again later")
                .with("retry_after_seconds", 60)
        }
        StoreError::Overloaded => Problem::new(
            ProblemCode::Unavailable,
            "more is asked of the operator than it can do; nothing was done, ask again with the same key",
        )
        .with("retry_after_seconds", 2),
        StoreError::TooLate(not_after) => {
            Problem::new(ProblemCode::IntentExpired, "it was not committed in time; nothing was done")
                .with("not_after", not_after)
        }
        StoreError::Locked | StoreError::Contended => {
            Problem::new(ProblemCode::Unavailable, "too much is going on at once; nothing was done, try again")
                .with("retry_after_seconds", 1)
        }
        StoreError::Unavailable(_) => {
            Problem::new(ProblemCode::Unavailable, "the store cannot be reached; ask again with the same key")
                .with("retry_after_seconds", 5)
        }
        // Another version migrated it, or does so now. Who got no connection did nothing.
        StoreError::Schema(_) => Problem::new(
            ProblemCode::Unavailable,
            "the store is not this version's any more; nothing was done, ask again with the same key",
        )
        .with("retry_after_seconds", 5),
        StoreError::GivenUp | StoreError::Pooled | StoreError::Broken(_) => {
            Problem::new(ProblemCode::Internal, "the operator failed; nothing was done")
        }
    }
}
