//! Refusals as RFC 9457 problem documents, with a stable code and the parameters an app turns into
//! text.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A stable code of a problem the operator answers with. A code never changes its meaning; new ones
/// may come.
///
/// Each service has the codes of its own beside its types; [`crate::services::problems`] lists all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProblemCode {
    code: &'static str,
    status: u16,
    title: &'static str,
}

impl ProblemCode {
    /// For [`problems!`].
    pub(crate) const fn named(code: &'static str, status: u16, title: &'static str) -> Self {
        Self { code, status, title }
    }

    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.code
    }

    /// The HTTP status it is answered with.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.status
    }

    /// A short English summary, the same for every occurrence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.title
    }
}

/// The codes of a room: name, code on the wire, HTTP status, title. `PROBLEMS` lists them.
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $status:literal, $title:literal;)*) => {
        // Named as words of an enum are: that each room adds its own is nobody's business who uses
        // one.
        #[allow(non_upper_case_globals)]
        impl $crate::kernel::problem::ProblemCode {
            $(#[doc = $title] $(#[$doc])* pub const $name: Self = Self::named($code, $status, $title);)*
        }

        /// The codes of this room.
        pub const PROBLEMS: &[$crate::kernel::problem::ProblemCode] =
            &[$($crate::kernel::problem::ProblemCode::$name),*];
    };
}
pub(crate) use problems;

problems! {
    BadRequest, "bad_request", 400, "The request cannot be read";
    Unauthorized, "unauthorized", 401, "Sign in first";
    Forbidden, "forbidden", 403, "Your role may not do this";
    NotFound, "not_found", 404, "There is no such thing";
    MethodNotAllowed, "method_not_allowed", 405, "This address does not take this method";
    BodyTooLarge, "body_too_large", 413, "The request is too large";
    ContentTypeUnsupported, "content_type_unsupported", 415, "The request's body is of another kind than JSON";
    ClientTooOld, "client_too_old", 426, "This version of the app is no longer served";
    DeviceMissing, "device_missing", 422, "This session belongs to no device that could show a code";
    TooManyRequests, "too_many_requests", 429, "Too many requests, wait a little";
    Internal, "internal", 500, "The operator failed; nothing was charged";
    StorageFull, "storage_full", 507, "The operator has no room to write; nothing was charged";
    Unavailable, "unavailable", 503, "The operator cannot answer now";

    IdempotencyKeyMissing, "idempotency_key_missing", 400, "This action needs an Idempotency-Key";
    IdempotencyKeyInvalid, "idempotency_key_invalid", 400, "The Idempotency-Key is not usable";
    IdempotencyKeyReused, "idempotency_key_reused", 422, "This key was used for another request";
    RequestInFlight, "request_in_flight", 409, "The first request with this key is still being worked on";
    IntentCancelled, "intent_cancelled", 409, "This intent was cancelled before it arrived";
    IntentExpired, "intent_expired", 409, "The request arrived after its deadline and was not executed";

    CityUnknown, "city_unknown", 404, "This city is not served here";
    CityOutdated, "city_outdated", 500, "The city's data is too old to sell by";
    SectionMissing, "section_missing", 422, "The city does not have this service";
    SectionTooNew, "section_too_new", 422, "A later version is needed for this service of the city";
    SectionUnreadable, "section_unreadable", 500, "The city's data of this service cannot be read";
    OutOfRange, "out_of_range", 422, "A time or an amount is beyond any use";
    CursorTooOld, "cursor_too_old", 410, "These events are gone; read the account anew";
}

/// The body of every refusal, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{code}: {detail}")]
pub struct Problem {
    /// `urn:mesto:problem:<code>`
    pub r#type: String,
    pub title: String,
    pub status: u16,
    /// What was wrong here and what would be right, in English, for developers; apps show their own
    /// text for `code`.
    pub detail: String,
    /// Stable; see [`ProblemCode`]. An unknown code is treated by its status.
    pub code: String,
    /// Values for the text: limits in minutes, times in RFC 3339, money as `{amount, currency}`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// `urn:mesto:request:<id>`: the request that was refused, as the operator's log names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

impl Problem {
    #[must_use]
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            r#type: format!("urn:mesto:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code: code.as_str().to_owned(),
            params: Map::new(),
            instance: None,
        }
    }

    /// Adds a value for the text. A value that cannot be JSON is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.params.insert(name.to_owned(), value);
        }
        self
    }

    /// Whether it has this code.
    #[must_use]
    pub fn is(&self, code: ProblemCode) -> bool {
        self.code == code.as_str()
    }

    /// A business refusal is final for its idempotency key and stored as the answer; 401, 429 and
    /// 5xx are not, nor is "in flight".
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status < 500 && !matches!(self.status, 401 | 408 | 426 | 429) && !self.is(ProblemCode::RequestInFlight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_final_but_a_failure_is_not() {
        assert!(Problem::new(ProblemCode::BadRequest, "").is_final());
        for code in [
            ProblemCode::Unauthorized,
            ProblemCode::TooManyRequests,
            ProblemCode::Internal,
            ProblemCode::RequestInFlight,
        ] {
            assert!(!Problem::new(code, "").is_final(), "{}", code.as_str());
        }
    }
}
