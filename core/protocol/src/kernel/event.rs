//! Events of one account: what changed, in commit order, each with the cursor that a reader goes on
//! from.

use chrono::{DateTime, Utc};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kernel::json::Json;

/// Where a reader stands in the stream of an account: `epoch:seq`, opaque to apps, for
/// `Last-Event-ID` and `?after=`.
///
/// The epoch is that of the operator's store; it changes when the store is put back from a copy,
/// because what was told since the copy is then told differently, or never. A reader with a cursor
/// of another epoch, or ahead of the account, reads the account as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor {
    pub epoch: String,
    /// Counts the account's events from 1 without gaps.
    pub seq: i64,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}", self.epoch, self.seq)
    }
}

/// What is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the cursor of an event or of an account")]
pub struct NotACursor;

impl std::str::FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (epoch, seq) = text.rsplit_once(':').ok_or(NotACursor)?;
        let is_word = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'_' | b'-');
        let seq: i64 = seq.parse().map_err(|_| NotACursor)?;
        if seq < 0 || epoch.is_empty() || epoch.len() > 64 || !epoch.bytes().all(is_word) {
            return Err(NotACursor);
        }
        Ok(Self { epoch: epoch.to_owned(), seq })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// One change of an account.
///
/// An app passes over the events of a service that it does not know. What it cannot read of a
/// service that it knows, an unknown kind or a known one in a shape of a later version, makes it
/// read the account as a whole, so that nothing is lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub cursor: Cursor,
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

/// Answer of polling `GET /v1/events?after=<cursor>`: the events after it, oldest first, at most
/// 200.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventPage {
    pub events: Vec<Event>,
    /// Cursor for the next call.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub next: Cursor,
    /// More is waiting right now.
    pub has_more: bool,
}
