//! Events of one account: what changed, in commit order, with a gapless cursor (`seq`).

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use serde::de::DeserializeOwned;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::base::vehicles::Vehicle;
use crate::base::wallet::Topup;
use crate::orders::driver::Order;
use crate::parking::tickets::Ticket;

/// One change of an account. `seq` counts from 1 without gaps and is the cursor for `Last-Event-ID` and `?after=`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    pub seq: i64,
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
    let seq = again(object.remove("seq").unwrap_or_default())?;
    let at = again(object.remove("at").unwrap_or_default())?;
    Ok(Event { seq, at, change: read_change(object)? })
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
