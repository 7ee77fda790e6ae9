//! What a service says of itself on the wire.

use crate::kernel::operation::{Entry, Schema};
use crate::kernel::problem::ProblemCode;

/// What a room of this crate adds to `/v1`; the list of all is in [`crate::services`].
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Its folder in every crate, the beginning of its events' kinds, and the name of its section
    /// of an account.
    pub name: &'static str,
    pub operations: &'static [&'static Entry],
    pub problems: &'static [ProblemCode],
    /// The kinds of its events, with what they tell.
    pub events: &'static [(&'static str, Schema)],
    /// Its section of `GET /v1/account`.
    pub section: Option<Schema>,
    /// What is sold of it.
    pub sells: Option<Sells>,
}

/// What is sold of a service, by the routes of [`crate::base::payments`].
#[derive(Debug, Clone, Copy)]
pub struct Sells {
    /// What is wanted.
    pub subject: Schema,
    /// What a quote promises.
    pub offer: Schema,
    /// What was bought.
    pub outcome: Schema,
    /// What a quote or a purchase of it may be refused with, beside what any may.
    pub refuses: &'static [ProblemCode],
}

impl Service {
    /// A service that has nothing yet.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self { name, operations: &[], problems: &[], events: &[], section: None, sells: None }
    }
}

/// A service's section of an account.
pub trait Section: serde::Serialize + serde::de::DeserializeOwned {
    /// The service's name.
    const NAME: &'static str;
}
