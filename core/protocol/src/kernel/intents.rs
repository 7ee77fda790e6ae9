//! What became of an action, by its idempotency key.

use crate::kernel::words::{open, open_words, wire};

wire! {
    /// `GET /v1/intents/{key}` and `DELETE /v1/intents/{key}`
    pub struct IntentOutcome {
        pub key: String,
        #[serde(deserialize_with = "open")]
        pub state: IntentState,
        /// The HTTP status and body that the request was (or would be again) answered with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<u16>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub answer: Option<serde_json::Value>,
    }
}

open_words! {
    pub enum IntentState {
        /// Never seen; may still arrive.
        Unknown,
        InFlight,
        /// Ended, with its answer.
        Ended,
        /// Cancelled before it was seen: it will be refused if it arrives.
        Cancelled,
    }
}
