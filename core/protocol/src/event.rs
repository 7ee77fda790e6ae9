//! Events of one account: what changed, in commit order, with a gapless cursor (`seq`).

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::api::{Order, Ticket, Topup, Vehicle};

/// One change of an account. `seq` counts from 1 without gaps and is the cursor for `Last-Event-ID` and `?after=`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub seq: i64,
    /// When it was committed, operator's clock.
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub change: Change,
}

/// What changed; the whole new state of the thing, so that applying an event twice does no harm. On the wire `{"kind": .., "data": ..}`.
///
/// A known kind whose data cannot be read is an error, never [`Change::Unknown`]: passing over it would lose a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// A kind this version does not know, as the object that came (`kind`, `data`, whatever else); the cursor still moves past it.
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
        let object = Value::Object(Map::deserialize(deserializer)?);
        match kind_of(&object) {
            Some(kind) if Self::KINDS.contains(&kind) => Self::deserialize(object).map_err(D::Error::custom),
            Some(_) => Ok(Self::Unknown(object)),
            None => Err(D::Error::missing_field("kind")),
        }
    }
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
