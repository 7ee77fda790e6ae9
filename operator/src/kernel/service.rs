//! What a service is to the operator: a value that says what it does. The list of services is
//! `crate::services`.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::kernel::operation::{Access, Entry, Nothing};
use mesto_protocol::kernel::service::Service as OnTheWire;
use mesto_protocol::{Method, Operation, Problem};
use mesto_rules::City;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::kernel::account::LockedAccount;
use crate::kernel::call::{AlsoLocked, Call};
use crate::kernel::due::Due;
use crate::kernel::failure::Outcome;
use crate::kernel::http::Response;
use crate::kernel::metrics::{Counted, Measure};
use crate::kernel::operator::Operator;
use crate::kernel::retention::Rule;
use crate::kernel::store::{Ask, Importance, Tx};

/// A service.
pub(crate) struct Service {
    pub name: &'static str,
    /// Its operations, events and codes on the wire; `None` for one that nobody can call.
    pub wire: Option<&'static OnTheWire>,
    /// Lists of its operations, each beside the handlers; read by [`Service::operations`].
    pub operations: &'static [&'static [Served]],
    /// What it plans for a moment.
    pub due: &'static [Due],
    /// Its section of `GET /v1/account`.
    pub section: Option<Section>,
    /// The tables whose rows only it writes.
    pub tables: &'static [Table],
    /// What it does when an account is closed, before anything is erased.
    pub closing: Option<Closing>,
    /// What is older than it may be, and how it is erased; once a night.
    pub retention: Option<Retention>,
    /// What must not be found in its tables and in the ledger.
    pub audit: &'static [Check],
    /// The places of a city that a role may be given for; none for a role that is not of the
    /// service.
    pub places: Option<Places>,
    /// Whether a role may be given for a place that is in the store and not in the city's data.
    pub has_place: Option<HasPlace>,
    /// Rows of its tables that are counted for Prometheus as they are added.
    pub counted: &'static [Counted],
    /// Numbers of its tables for Prometheus.
    pub measures: &'static [Measure],
}

/// How an operation is answered.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// In a transaction, on the store's threads.
    Stored(Stored),
    /// At once and without the store, so that it is answered while that is busy or gone. For what
    /// anybody may ask and the operator knows by itself.
    Static(Static),
}
pub(crate) type Stored = fn(&mut dyn Tx, &mut Call<'_>) -> Outcome<Response>;
pub(crate) type Static = fn(&Call<'_>) -> Outcome<Response>;
/// Nothing when the request cannot be read; its handler says so.
pub(crate) type Prefetch = fn(&Call<'_>) -> Option<Vec<Ask>>;
/// Answers an action again from what it made, when the answer itself is no longer kept.
pub(crate) type Again = fn(&mut dyn Tx, &Call<'_>, &str) -> Outcome<Response>;
pub(crate) type AlsoLocks = fn(&Call<'_>) -> Option<AlsoLocked>;
/// Of the account with this id.
pub(crate) type Section = fn(&mut dyn Tx, &Operator, AccountId, DateTime<Utc>) -> Outcome<Json>;
pub(crate) type Closing = fn(&mut dyn Tx, &Call<'_>, &mut LockedAccount) -> Outcome<()>;
/// Their ids.
pub(crate) type Places = for<'a> fn(&'a City, &Role) -> Vec<&'a str>;
/// By its id.
pub(crate) type HasPlace = fn(&mut dyn Tx, &City, &Role, &str) -> Outcome<bool>;
pub(crate) type Retention = fn(&Operator, DateTime<Utc>) -> Outcome<Vec<Rule>>;

impl Service {
    /// Its operations with their handlers.
    pub fn operations(&self) -> impl Iterator<Item = &'static Served> + use<> {
        self.operations.iter().copied().flatten()
    }

    /// A service that has nothing yet.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            wire: None,
            operations: &[],
            due: &[],
            section: None,
            tables: &[],
            closing: None,
            retention: None,
            audit: &[],
            places: None,
            has_place: None,
            counted: &[],
            measures: &[],
        }
    }

    /// A service of the wire that has nothing else yet.
    pub const fn of(wire: &'static OnTheWire) -> Self {
        Self { wire: Some(wire), ..Self::named(wire.name) }
    }
}

/// An operation with its handler.
pub(crate) struct Served {
    pub operation: &'static Entry,
    /// What an action reads: asked in the round trip that locks its account. It must not show
    /// anything of another account without the handler looking at whose it is.
    pub prefetch: Option<Prefetch>,
    /// What an action locks beside its caller's account.
    pub also_locks: Option<AlsoLocks>,
    pub handler: Handler,
    /// How an action is answered again when only what it made is still known.
    pub again: Option<Again>,
    /// Whether it also answers the token by which the account was closed, whose grants count no
    /// more.
    pub after_closing: bool,
    /// What is served first, and refused last, when there is too much to do.
    pub importance: Importance,
    /// It tells or ends what became of a key or a payment: that is answered however much was asked
    /// before, and what is not there is refused by [`Call::is_beyond_share`].
    pub settles: bool,
}

impl Served {
    pub const fn new(operation: &'static Entry, handler: Stored) -> Self {
        Self::of(operation, Handler::Stored(handler))
    }

    pub const fn without_store(operation: &'static Entry, handler: Static) -> Self {
        Self::of(operation, Handler::Static(handler))
    }

    const fn of(operation: &'static Entry, handler: Handler) -> Self {
        let importance = match operation.access {
            Access::Provider => Importance::Money,
            _ if operation.is_action => Importance::Money,
            _ if matches!(operation.method, Method::Get) => Importance::Reading,
            _ => Importance::Usual,
        };
        Self {
            operation,
            prefetch: None,
            also_locks: None,
            handler,
            again: None,
            after_closing: false,
            importance,
            settles: false,
        }
    }

    /// As important as a purchase: somebody waits with money in his hand, or in front of a barrier.
    pub const fn urgent(self) -> Self {
        Self { importance: Importance::Money, ..self }
    }

    /// Urgent, and of a key or a payment.
    pub const fn settling(self) -> Self {
        Self { settles: true, ..self.urgent() }
    }

    pub const fn prefetching(self, prefetch: Prefetch) -> Self {
        Self { prefetch: Some(prefetch), ..self }
    }

    pub const fn answering_again(self, again: Again) -> Self {
        Self { again: Some(again), ..self }
    }

    pub const fn after_closing(self) -> Self {
        Self { after_closing: true, ..self }
    }

    pub const fn also_locking(self, also_locks: AlsoLocks) -> Self {
        Self { also_locks: Some(also_locks), ..self }
    }
}

/// Serves an operation by a function of its types:
/// - `get` (an `end` and a `make` too): `fn(tx, call) -> Outcome<Answer>`
/// - `post`: `fn(tx, call, body) -> Outcome<Answer>`
/// - `action`: the same, and `fn(tx, call, made) -> Outcome<Answer>` for when only what it made is
///   still known
/// - `delete`: `fn(tx, call) -> Outcome<()>`
/// - `raw`: `fn(tx, call) -> Outcome<Response>`, for what is not JSON
/// - `static get`, `static raw`: the same without `tx`, answered without the store; see [`Handler`]
macro_rules! serve {
    (static get $operation:expr => $handler:expr) => {
        $crate::kernel::service::Served::without_store($operation.entry(), |call| {
            Ok($crate::kernel::service::answered(&$operation, &$handler(call)?))
        })
    };
    (static raw $operation:expr => $handler:expr) => {
        $crate::kernel::service::Served::without_store($operation.entry(), |call| $handler(call))
    };
    (get $operation:expr => $handler:expr) => {
        $crate::kernel::service::Served::new($operation.entry(), |tx, call| {
            Ok($crate::kernel::service::answered(&$operation, &$handler(tx, call)?))
        })
    };
    (post $operation:expr => $handler:expr) => {
        $crate::kernel::service::Served::new($operation.entry(), |tx, call| {
            let body = $crate::kernel::service::body(&$operation, call)?;
            Ok($crate::kernel::service::answered(&$operation, &$handler(tx, call, body)?))
        })
    };
    (action $operation:expr => $handler:expr, again $again:expr) => {
        $crate::kernel::service::serve!(post $operation => $handler).answering_again(|tx, call, made| {
            Ok($crate::kernel::service::answered(&$operation, &$again(tx, call, made)?))
        })
    };
    (delete $operation:expr => $handler:expr) => {
        $crate::kernel::service::Served::new($operation.entry(), |tx, call| {
            let () = $handler(tx, call)?;
            Ok($crate::kernel::service::done(&$operation))
        })
    };
    (raw $operation:expr => $handler:expr) => {
        $crate::kernel::service::Served::new($operation.entry(), |tx, call| $handler(tx, call))
    };
}
pub(crate) use serve;

/// The body of a request for an operation.
pub(crate) fn body<B: DeserializeOwned, A>(_: &Operation<B, A>, call: &Call<'_>) -> Result<B, Problem> {
    call.request.read()
}

/// The answer of an operation.
pub(crate) fn answered<B, A: Serialize>(operation: &Operation<B, A>, answer: &A) -> Response {
    Response::json(operation.status, answer)
}

/// The answer of an operation that says nothing.
pub(crate) fn done(_: &Operation<Nothing, Nothing>) -> Response {
    Response::empty()
}

/// A table, and what becomes of a person's rows in it.
pub(crate) struct Table {
    pub name: &'static str,
    pub export: Export,
    pub erasure: Erasure,
}

/// What `GET /v1/account/export` tells of a table.
pub(crate) enum Export {
    /// Its rows: the name there, the columns as they are called there, and where they stand for the
    /// account `$1`.
    Rows { called: &'static str, columns: &'static [Told], from: &'static str },
    /// What a function makes of it, by the name there.
    Made { called: &'static str, by: fn(&mut dyn Tx, AccountId, DateTime<Utc>) -> Outcome<Value> },
    /// Nothing, and why.
    Excused(&'static str),
}

/// A column that is told, by its name, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told {
    /// Text, as it is stored.
    Plain(&'static str),
    /// A number that is no money and no time.
    Count(&'static str),
    /// Yes or no.
    Flag(&'static str),
    /// A moment, as RFC 3339 has it.
    Time(&'static str),
    /// Minor units of the row's `currency`, as a decimal with that.
    Money(&'static str),
    /// A document.
    Json(&'static str),
}

impl Told {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain(name)
            | Self::Count(name)
            | Self::Flag(name)
            | Self::Time(name)
            | Self::Money(name)
            | Self::Json(name) => name,
        }
    }
}

/// When rows that say something about a person go.
pub(crate) enum Erasure {
    /// When the account `$1` is closed, by these statements.
    AtClosing(&'static [&'static str]),
    /// What is the account's own so, and the rest by the service's retention: what the rest is, and
    /// why it is kept.
    AtClosingAndWithTime(&'static [&'static str], &'static str),
    /// By the service's retention, and why not at once.
    WithTime(&'static str),
    /// Never, and why.
    Excused(&'static str),
}

/// A statement that finds nothing as long as the books are right.
pub(crate) struct Check {
    /// What is wrong when it finds something, `{}` in place of its id.
    pub fault: &'static str,
    /// Gives the id of what is wrong as `id`.
    pub sql: &'static str,
}
