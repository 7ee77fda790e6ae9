//! What every operator and every app shares, whatever is sold: operations, problems, keys and
//! signatures, idempotency, events.

pub(crate) mod cbor;
pub mod client_version;
pub mod code;
pub mod device;
pub mod event;
pub mod grants;
pub mod headers;
pub mod idempotency;
pub mod ids;
pub mod intents;
pub mod json;
pub mod keys;
pub mod line;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod operation;
pub mod operator_name;
pub mod problem;
pub mod reference;
pub mod return_address;
pub mod service;
pub mod signature;
pub mod signed_code;
pub mod signed_document;
pub mod wire;

pub use operation::{Entry, Method, Operation};
pub use problem::{Problem, ProblemCode};

use operation::{Access, follow, optional};
use service::{Adds, Service};

/// `Last-Event-ID` or `after` is the cursor.
pub const EVENTS: Operation<operation::Nothing, event::EventPage> = follow(
    "/v1/events",
    "Changes of the account, in order; `Last-Event-ID` or `after` is the cursor. Of an account at most eight streams are open at an instance: for one more the oldest ends of the session that has most of them, and its last `retry` says when to connect again",
    Access::SignedIn,
)
.query(&[optional(
    "after",
    "string",
    "Events after this cursor, of an account or an event; without it from the account's first one on. Where events behind it are gone, and for a cursor that is ahead of the account or of another history of the books, the answer is 410 `cursor_too_old`: read the account, and go on from its cursor.",
)])
.refuses(&[ProblemCode::CursorTooOld]);

/// What is there without any service.
pub const SERVICE: Service = Service {
    adds: &[Adds {
        problems: problem::PROBLEMS,
        operations: &[EVENTS.entry(), intents::READ.entry(), intents::CANCEL.entry()],
        ..Adds::NOTHING
    }],
    ..Service::named("kernel")
};
