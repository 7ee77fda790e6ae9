//! What anybody may ask of an operator: its health, its clock, its keys, its revoked codes, its
//! cities, its document.

use chrono::{DateTime, Utc};

use crate::kernel::ProblemCode;
use crate::kernel::operation::{Access, Document, Nothing, Operation, Text, get, get_document, get_text};
use crate::kernel::service::{Adds, Service};
use crate::kernel::wire::wire;

pub const HEALTH: Operation<Nothing, Document> =
    get_document("/healthz", "Whether this instance lives, and what is odd; never asks its store", Access::Anybody);
pub const READY: Operation<Nothing, Document> = get_document(
    "/readyz",
    "Whether requests should be sent to this instance: its store answers and takes writes",
    Access::Anybody,
);
pub const OPENAPI: Operation<Nothing, Document> = get_document("/v1/openapi.json", "This document", Access::Anybody);
pub const CLOCK: Operation<Nothing, Clock> = get("/v1/clock", "The operator's clock", Access::Anybody);
/// See [`crate::keys`].
pub const KEYS: Operation<Nothing, Text> =
    get_text("/v1/keys", "The key set, signed by the root key: base64url of a COSE_Sign1", Access::Anybody)
        .for_every_app();
/// See [`crate::signed_code::Revocations`].
pub const REVOCATIONS: Operation<Nothing, Text> = get_text(
    "/v1/revocations",
    "The codes that were ended before their time, signed with a revocations key: base64url of a COSE_Sign1",
    Access::Anybody,
);
/// See [`crate::signed_city`].
pub const CITY: Operation<Nothing, Text> = get_text(
    "/v1/cities/{city}",
    "A city, signed with a city key: base64url of a COSE_Sign1 over its canonical JSON",
    Access::Anybody,
)
.refuses(&[ProblemCode::CityUnknown]);

pub const SERVICE: Service = Service {
    adds: &[Adds {
        operations: &[
            HEALTH.entry(),
            READY.entry(),
            OPENAPI.entry(),
            CLOCK.entry(),
            KEYS.entry(),
            REVOCATIONS.entry(),
            CITY.entry(),
        ],
        ..Adds::NOTHING
    }],
    ..Service::named("public")
};

wire! {
    /// The operator's clock.
    pub struct Clock {
        pub now: DateTime<Utc>,
    }
}
