//! Events of one account: what changed, in commit order, each with the cursor that a reader goes on from.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use serde::de::DeserializeOwned;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::api::{Order, Ticket, Topup, Vehicle};

/// Where a reader stands in the stream of an account: `epoch:seq`, opaque to apps, for `Last-Event-ID` and `?after=`.
///
/// The epoch is that of the operator's store; it changes when the store is put back from a copy, because what was told
/// since the copy is then told differently, or never. A reader with a cursor of another epoch, or ahead of the account,
/// reads the account as a whole.
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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    pub cursor: Cursor,
    /// When it was committed, operator's clock.
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub change: Change,
}

/// What changed; the whole new state of the thing, so that applying an event twice does no harm. On the wire `{"kind": .., "data": ..}`.
///
/// What cannot be read, an unknown kind or a known one in a shape of a later version, is [`Change::Unknown`]: who reads it
/// reads the account as a whole, so that nothing is lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "data", remote = "Self")]
pub enum Change {
    #[serde(rename = "vehicle.added")]
    VehicleAdded(Vehicle),
    #[serde(rename = "vehicle.removed")]
    VehicleRemoved(Vehicle),
    #[serde(rename = "topup.changed")]
    TopupChanged(Topup),
    #[serde(rename = "ticket.changed")]
    TicketChanged(Box<Ticket>),
    #[serde(rename = "order.changed")]
    OrderChanged(Order),
    /// The balance after the change of the event before it.
    #[serde(rename = "deposit.changed")]
    DepositChanged { balance: Money },
    /// What this version cannot read, as the object that came (`kind`, `data`, whatever else).
    #[serde(skip)]
    Unknown(Value),
}

impl Change {
    /// Every kind this version knows.
    pub const KINDS: &'static [&'static str] =
        &["vehicle.added", "vehicle.removed", "topup.changed", "ticket.changed", "order.changed", "deposit.changed"];

    /// The kind as it stands on the wire; also the `event:` of the stream. Empty for an unknown one that names none.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::VehicleAdded(_) => "vehicle.added",
            Self::VehicleRemoved(_) => "vehicle.removed",
            Self::TopupChanged(_) => "topup.changed",
            Self::TicketChanged(_) => "ticket.changed",
            Self::OrderChanged(_) => "order.changed",
            Self::DepositChanged { .. } => "deposit.changed",
            Self::Unknown(value) => kind_of(value).unwrap_or_default(),
        }
    }
}

fn kind_of(value: &Value) -> Option<&str> {
    value.get("kind").and_then(Value::as_str)
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown(Value::Object(object)) => object.serialize(serializer),
            Self::Unknown(_) => Err(S::Error::custom("an unknown change is kept as the object that came")),
            known => Self::serialize(known, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_change(Map::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_event(Map::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn read_event(mut object: Map<String, Value>) -> serde_json::Result<Event> {
    let cursor = again(object.remove("cursor").unwrap_or_default())?;
    let at = again(object.remove("at").unwrap_or_default())?;
    Ok(Event { cursor, at, change: read_change(object)? })
}

fn read_change(object: Map<String, Value>) -> serde_json::Result<Change> {
    let Some(kind) = object.get("kind").and_then(Value::as_str) else {
        return Err(serde_json::Error::missing_field("kind"));
    };
    let data = object.get("data").cloned().unwrap_or_default();
    let known = match kind {
        "vehicle.added" => again(data).map(Change::VehicleAdded),
        "vehicle.removed" => again(data).map(Change::VehicleRemoved),
        "topup.changed" => again(data).map(Change::TopupChanged),
        "ticket.changed" => again(data).map(Change::TicketChanged),
        "order.changed" => again(data).map(Change::OrderChanged),
        "deposit.changed" => again(data).map(|Told { balance }| Change::DepositChanged { balance }),
        _ => return Ok(Change::Unknown(Value::Object(object))),
    };
    Ok(known.unwrap_or(Change::Unknown(Value::Object(object))))
}

#[derive(Deserialize)]
struct Told {
    balance: Money,
}

/// By its text: a phone reads every other answer from text, and a second way to read the same types is the largest part
/// of its library that nobody needs.
fn again<T: DeserializeOwned>(value: Value) -> serde_json::Result<T> {
    serde_json::from_slice(&serde_json::to_vec(&value)?)
}

/// Answer of polling `GET /v1/events?after=<cursor>`: the events after it, oldest first, at most 200.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventPage {
    pub events: Vec<Event>,
    /// Cursor for the next call.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub next: Cursor,
    /// More is waiting right now.
    pub more: bool,
}
