//! The paths and headers of `/v1`, named once for the operator and every client.

/// Scope of an action: retried with the same value, it happens once (IETF draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// On every answer: the operator's clock, epoch milliseconds. The phone corrects its own clock by it.
pub const TIME: &str = "mesto-time";
/// On every request of an app: its version, `major.minor.patch`; too old is answered 426 `client_too_old`.
pub const CLIENT: &str = "mesto-client";

pub const HEALTH: &str = "/healthz";
pub const OPENAPI: &str = "/v1/openapi.json";
pub const CLOCK: &str = "/v1/clock";
pub const KEYS: &str = "/v1/keys";
pub const CITY: &str = "/v1/cities/{city}";
pub const ONE_TIME_CODE: &str = "/v1/auth/code";
pub const SESSION: &str = "/v1/auth/session";
pub const ACCOUNT: &str = "/v1/account";
pub const VEHICLES: &str = "/v1/vehicles";
pub const VEHICLE: &str = "/v1/vehicles/{vehicle}";
pub const ZONES: &str = "/v1/zones";
pub const QUOTES: &str = "/v1/quotes";
pub const TICKETS: &str = "/v1/tickets";
pub const TICKET: &str = "/v1/tickets/{ticket}";
pub const DEPOSIT: &str = "/v1/deposit";
pub const TOPUPS: &str = "/v1/deposit/topups";
pub const TOPUP: &str = "/v1/deposit/topups/{topup}";
pub const ORDERS: &str = "/v1/orders";
pub const ORDER_PAYMENT: &str = "/v1/orders/{order}/payment";
pub const INTENT: &str = "/v1/intents/{key}";
pub const EVENTS: &str = "/v1/events";
pub const INSPECTOR_CHECK: &str = "/v1/inspector/check";
pub const INSPECTOR_ORDERS: &str = "/v1/inspector/orders";
pub const BANK_NOTICE: &str = "/v1/bank/notice";
