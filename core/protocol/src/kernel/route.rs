//! The paths and headers of `/v1`, named once for the operator and every client.

/// Scope of an action: retried with the same value, it happens once (IETF draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// On every answer: the operator's clock, epoch milliseconds. The phone corrects its own clock by it.
pub const TIME: &str = "mesto-time";
/// On every request of an app: its version, `major.minor.patch`; too old is answered 426 `client_too_old`.
pub const CLIENT: &str = "mesto-client";

macro_rules! paths {
    ($($(#[$doc:meta])* $name:ident = $path:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $path;)*
        /// Every path, in the order of the table; the OpenAPI document describes each.
        pub const ALL: &[&str] = &[$($path),*];
    };
}

paths! {
    HEALTH = "/healthz";
    OPENAPI = "/v1/openapi.json";
    CLOCK = "/v1/clock";
    /// The key set as text; see [`crate::kernel::keys`].
    KEYS = "/v1/keys";
    /// The signed city as text; see [`crate::kernel::signed_city`].
    CITY = "/v1/cities/{city}";
    ONE_TIME_CODE = "/v1/auth/code";
    SESSION = "/v1/auth/session";
    ACCOUNT = "/v1/account";
    ACCOUNT_EXPORT = "/v1/account/export";
    VEHICLES = "/v1/vehicles";
    VEHICLE = "/v1/vehicles/{vehicle}";
    ZONES = "/v1/zones";
    QUOTES = "/v1/quotes";
    TICKETS = "/v1/tickets";
    TICKET = "/v1/tickets/{ticket}";
    DEPOSIT = "/v1/deposit";
    TOPUPS = "/v1/deposit/topups";
    TOPUP = "/v1/deposit/topups/{topup}";
    ORDERS = "/v1/orders";
    ORDER_PAYMENT = "/v1/orders/{order}/payment";
    INTENT = "/v1/intents/{key}";
    EVENTS = "/v1/events";
    INSPECTOR_CHECK = "/v1/inspector/check";
    INSPECTOR_ORDERS = "/v1/inspector/orders";
    BANK_NOTICE = "/v1/bank/notice";
}
