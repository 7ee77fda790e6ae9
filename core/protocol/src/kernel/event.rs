//! Events of one account: what changed, in commit order, with a gapless cursor (`seq`).

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::kernel::json::Json;

/// One change of an account. `seq` counts from 1 without gaps and is the cursor for `Last-Event-ID` and `?after=`.
///
/// An app passes over the events of a service that it does not know. What it cannot read of a service that it knows, an
/// unknown kind or a known one in a shape of a later version, makes it read the account as a whole, so that nothing is lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub seq: i64,
    /// When it was committed, operator's clock.
    pub at: DateTime<Utc>,
    /// `<service>.<thing>`; also the `event:` of the stream.
    pub kind: String,
    /// The whole new state of the thing, so that applying an event twice does no harm.
    #[serde(default)]
    pub data: Json,
}

impl Event {
    /// The service whose thing changed.
    #[must_use]
    pub fn service(&self) -> &str {
        self.kind.split('.').next().unwrap_or_default()
    }

    /// What changed, when the event is of this type.
    ///
    /// # Errors
    /// When it is, in a shape of a later version.
    pub fn read<T: Change>(&self) -> serde_json::Result<Option<T>> {
        if self.kind == T::KIND { self.data.read().map(Some) } else { Ok(None) }
    }
}

/// A type that events tell of.
pub trait Change: Serialize + DeserializeOwned {
    /// `<service>.<thing>`
    const KIND: &'static str;
}

/// Answer of polling `GET /v1/events?after=N`: the events after N, oldest first, at most 200.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventPage {
    pub events: Vec<Event>,
    /// Cursor for the next call.
    pub next: i64,
    /// More is waiting right now.
    pub more: bool,
}
