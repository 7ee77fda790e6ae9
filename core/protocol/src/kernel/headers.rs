//! The headers of `/v1`, named once for the operator and every client.

/// Scope of an action: retried with the same value, it happens once (IETF
/// draft-ietf-httpapi-idempotency-key-header).
/// Where a reader of the stream of events stands.
pub const LAST_EVENT_ID: &str = "last-event-id";
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// On every answer: the operator's clock, epoch milliseconds. The phone corrects its own clock by
/// it.
pub const TIME: &str = "mesto-time";
/// On every answer: the id under which the operator's log tells of this request, `rq_` and 26
/// letters. A request that has it is told of under that one, so that an app can name it where no
/// answer came; anything else that stands there is passed over.
pub const REQUEST_ID: &str = "mesto-request-id";
/// On every request of an app: its version, as [`ClientVersion`] reads it; too old is answered 426
/// `client_too_old`.
///
/// [`ClientVersion`]: crate::kernel::client_version::ClientVersion
pub const CLIENT: &str = "mesto-client";
/// On a payment provider's notice: HMAC-SHA256 of the body's bytes with the shared secret,
/// lower-case hex.
pub const SIGNATURE: &str = "mesto-signature";
