//! What a service says of itself on the wire.

use crate::kernel::operation::{Entry, Schema};
use crate::kernel::problem::ProblemCode;

/// What a room of this crate adds to `/v1`; the list of all is in [`crate::services`].
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Its folder in every crate, the beginning of its events' kinds, and the name of its section
    /// of an account.
    pub name: &'static str,
    /// What each of its files adds.
    pub adds: &'static [Adds],
}

/// What one file adds to its service: whatever is declared there stands in a list of that file.
#[derive(Debug, Clone, Copy)]
pub struct Adds {
    pub operations: &'static [&'static Entry],
    /// Codes of its refusals.
    pub problems: &'static [ProblemCode],
    /// Kinds of events, with what they tell.
    pub events: &'static [(&'static str, Schema)],
    /// The service's section of `GET /v1/account`; one file has it.
    pub section: Option<Schema>,
    /// What is sold of the service; one file has it.
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
        Self { name, adds: &[] }
    }

    pub fn operations(&self) -> impl Iterator<Item = &'static Entry> + use<> {
        self.adds.iter().flat_map(|adds| adds.operations.iter().copied())
    }

    /// The codes of its refusals.
    pub fn problems(&self) -> impl Iterator<Item = ProblemCode> + use<> {
        self.adds.iter().flat_map(|adds| adds.problems.iter().copied())
    }

    /// The kinds of its events, with what they tell.
    pub fn events(&self) -> impl Iterator<Item = (&'static str, Schema)> + use<> {
        self.adds.iter().flat_map(|adds| adds.events.iter().copied())
    }

    /// Its section of `GET /v1/account`.
    #[must_use]
    pub fn section(&self) -> Option<Schema> {
        self.adds.iter().find_map(|adds| adds.section)
    }

    /// What is sold of it.
    #[must_use]
    pub fn sells(&self) -> Option<Sells> {
        self.adds.iter().find_map(|adds| adds.sells)
    }
}

impl Adds {
    pub const NOTHING: Self = Self { operations: &[], problems: &[], events: &[], section: None, sells: None };
}

/// A service's section of an account.
pub trait Section: serde::Serialize + serde::de::DeserializeOwned {
    /// The service's name.
    const NAME: &'static str;
}
