//! Problems (RFC 9457): every refusal of `/v1` with a stable code, its status, and parameters an app turns into text.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One table: code on the wire, HTTP status, title. A code never changes its meaning; new ones may come.
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $status:literal, $title:literal;)*) => {
        /// The stable codes of problems the operator answers with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemCode { $($(#[$doc])* $name,)* }

        impl ProblemCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [ProblemCode] = &[$(ProblemCode::$name,)*];

            /// The code as it stands on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $code,)* } }

            /// The HTTP status it is answered with.
            #[must_use]
            pub const fn status(self) -> u16 { match self { $(Self::$name => $status,)* } }

            /// A short English summary, the same for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title,)* } }

            /// Reads a code; `None` for one this version does not know.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)* _ => None } }
        }
    };
}

problems! {
    BadRequest, "bad_request", 400, "The request cannot be read";
    Unauthorized, "unauthorized", 401, "Sign in first";
    Forbidden, "forbidden", 403, "Your role may not do this";
    NotFound, "not_found", 404, "There is no such thing";
    MethodNotAllowed, "method_not_allowed", 405, "This address does not take this method";
    BodyTooLarge, "body_too_large", 413, "The request is too large";
    ClientTooOld, "client_too_old", 426, "This version of the app is no longer served";
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

    PhoneInvalid, "phone_invalid", 422, "This is not a phone number in international form";
    CodeWrong, "code_wrong", 422, "The code is not right";
    CodeExpired, "code_expired", 422, "The code is no longer valid";
    CodeTriesExhausted, "code_tries_exhausted", 422, "Too many wrong codes; ask for a new one";
    DeviceKeyInvalid, "device_key_invalid", 422, "The device key is not a P-256 public key";

    PlateInvalid, "plate_invalid", 422, "This is not a plate the city knows";
    VehicleUnknown, "vehicle_unknown", 422, "This vehicle is not yours";
    VehicleExists, "vehicle_exists", 409, "This plate is already in your account";
    TooManyVehicles, "too_many_vehicles", 422, "No more vehicles fit in this account";

    CityUnknown, "city_unknown", 404, "This city is not served here";
    ZoneUnknown, "zone_unknown", 422, "This zone is not in the city";
    SignUnknown, "sign_unknown", 422, "No zone has this sign code";
    PositionInvalid, "position_invalid", 422, "This is not a position on earth";

    MinutesNotPositive, "minutes_not_positive", 422, "Parking time must be at least one minute";
    MaxStayExceeded, "max_stay_exceeded", 422, "Longer than the zone allows";
    LimitReached, "limit_reached", 422, "The longest stay in this zone is used up";
    NoReturn, "no_return", 422, "A new stay here is possible only after a break";
    NotCharged, "not_charged", 422, "Parking is not charged now";
    TariffUnknown, "tariff_unknown", 422, "The price is not known, so nothing is sold";
    OutOfRange, "out_of_range", 422, "A time or an amount is beyond any use";
    PaymentMethodNotAllowed, "payment_method_not_allowed", 422, "This cannot be paid this way";
    QuoteUnknown, "quote_unknown", 422, "There is no such quote";
    QuoteExpired, "quote_expired", 422, "The quote is no longer valid";
    QuoteUsed, "quote_used", 409, "The quote was already bought";
    QuoteStale, "quote_stale", 409, "Another purchase changed this stay; ask for a new quote";
    DepositTooLow, "deposit_too_low", 422, "The deposit does not cover this";
    TicketNotActive, "ticket_not_active", 409, "This ticket is over";

    AmountNotOffered, "amount_not_offered", 422, "The deposit takes only the listed amounts";
    BankUnavailable, "bank_unavailable", 503, "The bank cannot be reached; nothing was charged";
    BankNoticeInvalid, "bank_notice_invalid", 400, "The bank's message is not authentic";

    OrderAlreadyPaid, "order_already_paid", 409, "This order is already paid";
    OrderNotPayable, "order_not_payable", 409, "This order cannot be paid any more";
    TicketCoversPlate, "ticket_covers_plate", 409, "A valid ticket covers this vehicle";
    OrderExists, "order_exists", 409, "A valid daily order already covers this vehicle";

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
    /// What was wrong here and what would be right, in English, for developers; apps show their own text for `code`.
    pub detail: String,
    /// Stable; see [`ProblemCode`]. An unknown code is treated by its status.
    pub code: String,
    /// Values for the text: limits in minutes, times in RFC 3339, money as `{amount, currency}`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
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

    /// The code, when this version knows it.
    #[must_use]
    pub fn kind(&self) -> Option<ProblemCode> {
        ProblemCode::parse(&self.code)
    }

    /// A business refusal is final for its idempotency key and stored as the answer; 401, 429 and 5xx are not, nor is "in flight".
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status < 500
            && !matches!(self.status, 401 | 408 | 426 | 429)
            && self.kind() != Some(ProblemCode::RequestInFlight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_is_named_once() {
        for code in ProblemCode::ALL {
            assert_eq!(ProblemCode::parse(code.as_str()), Some(*code));
            assert_eq!(ProblemCode::ALL.iter().filter(|other| other.as_str() == code.as_str()).count(), 1);
            assert!((400..600).contains(&code.status()), "{} has a failing status", code.as_str());
        }
    }

    #[test]
    fn a_refusal_is_final_but_a_failure_is_not() {
        assert!(Problem::new(ProblemCode::DepositTooLow, "").is_final());
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
