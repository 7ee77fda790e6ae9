//! What a service is to the command line: a value that says its commands and what is shown of it
//! elsewhere. The list of services is `crate::services`.

use std::pin::Pin;
use std::sync::Weak;

use axum::Router;
use clap::{ArgMatches, Subcommand};
use mesto_operator::{StoreError, Tx};
use mesto_protocol::signed_code::{Claims, CodeError, Kind, Unread};
use mesto_rules::City;
use serde_json::Value;

use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::phone::Phone;
use crate::kernel::testbed::Testbed;

/// A service, or a base service.
pub struct Service {
    /// Its room's name.
    pub name: &'static str,
    /// Its commands: `mesto quote`.
    pub commands: Option<Commands>,
    /// Its commands of an operator's own tools: `mesto admin void-ticket`.
    pub tools: Option<Commands>,
    /// What `mesto history` shows of it.
    pub history: Option<History>,
    /// What `mesto city check` and `mesto city show` say of its section.
    pub city: OfCity,
    /// What it counts beside the books.
    pub counts: &'static [Count],
    /// What its signed codes say.
    pub code: Option<OfCode>,
    /// Its requests to the control address of the testbed.
    pub controls: Option<fn(Weak<dyn Testbed>) -> Router>,
}

impl Service {
    /// A service that has nothing yet.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            commands: None,
            tools: None,
            history: None,
            city: OfCity { check: None, pages: &[] },
            counts: &[],
            code: None,
            controls: None,
        }
    }
}

/// Every service, in the order in which it is shown.
#[derive(Clone, Copy)]
pub struct Services(pub &'static [&'static Service]);

impl Services {
    /// Each of them.
    pub fn all(self) -> impl Iterator<Item = &'static Service> {
        self.0.iter().copied()
    }
}

/// Commands as clap reads them, and what each does.
#[derive(Clone, Copy)]
pub struct Commands {
    /// Adds them to the command they belong to.
    pub add: fn(clap::Command) -> clap::Command,
    /// Whether there is one of this name.
    pub has: fn(&str) -> bool,
    /// Runs the one that was typed.
    pub run: fn(&ArgMatches, Call) -> Result<Outcome<()>, clap::Error>,
}

/// What the commands of an enum do.
pub trait Run: Subcommand {
    /// Does it.
    ///
    /// # Errors
    /// What is wrong, what would be right, and the exit code.
    fn run(self, call: Call) -> Outcome<()>;
}

impl Commands {
    /// The commands that an enum declares.
    #[must_use]
    pub const fn of<C: Run>() -> Self {
        Self {
            add: C::augment_subcommands,
            has: C::has_subcommand,
            run: |matches, call| Ok(C::from_arg_matches(matches)?.run(call)),
        }
    }
}

/// A part of what was bought and paid.
#[derive(Debug, Clone)]
pub struct Past {
    /// Its name for machines.
    pub name: &'static str,
    pub json: Value,
    /// The same for people.
    pub text: String,
}

/// Reads at most so many of what was bought and paid, newest first.
pub type History = for<'p> fn(&'p Phone, u32) -> Pin<Box<dyn Future<Output = Outcome<Past>> + 'p>>;

/// What is said of a service's section of a city.
#[derive(Clone, Copy)]
pub struct OfCity {
    /// That it is right, and what is in it; nothing when the city does not have the section.
    pub check: Option<fn(&City) -> Option<String>>,
    /// Parts of the compiled document to show: a title, and where it lies (RFC 6901).
    pub pages: &'static [(&'static str, &'static str)],
}

/// A kind of code that a driver shows, and what one says.
#[derive(Clone, Copy)]
pub struct OfCode {
    pub kind: Kind,
    /// # Errors
    /// When its map is not its kind's.
    pub read: fn(&Claims<Unread>) -> Result<CodeSays, CodeError>,
}

/// What a code says beside what is common to all.
#[derive(Debug, Clone)]
pub struct CodeSays {
    /// The id of what was bought, with the prefix of its kind.
    pub id: String,
    /// For machines, by name.
    pub what: Value,
    /// For people, in a line.
    pub text: String,
}

/// Something that is counted beside the books.
pub struct Count {
    /// Its name for machines: `tickets`.
    pub name: &'static str,
    pub count: fn(&mut dyn Tx) -> Result<i64, StoreError>,
}
