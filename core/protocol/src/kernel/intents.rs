//! What became of an action, by its idempotency key.

use crate::kernel::operation::{Access, Nothing, Operation, Parameter, end, get, optional};
use crate::kernel::problem::ProblemCode;
use crate::kernel::wire::wire;
use crate::words;

/// When the key was made, for an operator that has forgotten that time.
const CREATED_AT: &[Parameter] = &[optional(
    "created_at",
    "string",
    "When the key was made (RFC 3339): of one that is older than the operator's memory the answer is `forgotten`.",
)];

pub const READ: Operation<Nothing, IntentOutcome> =
    get("/v1/intents/{key}", "How an action ended, by its Idempotency-Key", Access::SignedIn)
        .query(CREATED_AT)
        .refuses(&[ProblemCode::IdempotencyKeyInvalid]);
pub const CANCEL: Operation<Nothing, IntentOutcome> =
    end("/v1/intents/{key}", "Cancels an action that was never seen: it is refused if it arrives", Access::SignedIn)
        .query(CREATED_AT)
        .refuses(&[ProblemCode::IdempotencyKeyInvalid]);

wire! {
    /// What became of an action.
    pub struct IntentOutcome {
        pub key: String,
        pub state: IntentState,
        /// The HTTP status and body that the request was (or would be again) answered with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<u16>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub answer: Option<serde_json::Value>,
    }
}

words! { intents_words;
    pub enum IntentState {
        /// Never seen; may still arrive.
        Unknown = "unknown",
        InFlight = "in_flight",
        /// Ended, with its answer.
        Ended = "ended",
        /// Cancelled before it was seen: it will be refused if it arrives.
        Cancelled = "cancelled",
        /// Not known, and older than this operator's memory: nobody can say whether it was
        /// executed. It will be refused if it arrives.
        Forgotten = "forgotten",
    }
}
