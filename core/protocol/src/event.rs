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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    fn examples() -> Vec<Value> {
        let money = |amount: &str| json!({"amount": amount, "currency": "RSD"});
        let vehicle = json!({"id": "v1", "plate": "BG 789-PP", "canonical": "BG789PP"});
        let topup = json!({"id": "p1", "amount": money("1000.00"), "state": "pending", "page_url": "http://bank/pay", "created_at": "2025-09-03T08:00:00Z"});
        let ticket = json!({
            "id": "t1", "city": "belgrade", "zone": "red", "plate": "BG789PP", "plate_shown": "BG 789-PP", "channel": "app", "state": "active",
            "issued_at": "2025-09-03T08:00:00.123Z", "starts_at": "2025-09-03T08:00:00.123Z", "ends_at": "2025-09-03T09:00:00.123Z", "minutes": 60,
            "price": money("80.00"), "tariff": "2025-02-01", "pay": "deposit", "signed": "ABC",
            "lines": [{"kind": {"type": "limited", "units": 1, "unit_minutes": 60, "unit_price": money("80.00")}, "amount": money("80.00")}],
            "stay": {"id": "s1", "started_at": "2025-09-03T08:00:00.123Z", "paid_until": "2025-09-03T09:00:00.123Z"}
        });
        let order = json!({
            "id": "o1", "city": "belgrade", "zone": "yellow", "plate": "BG789PP", "state": "issued", "issued_at": "2025-09-03T12:00:00Z",
            "valid_until": "2025-09-04T12:00:00Z", "price": money("2000.00"), "due": money("1500.00"), "violation": "time_expired"
        });
        [
            ("vehicle.added", vehicle.clone()),
            ("vehicle.removed", vehicle),
            ("topup.changed", topup),
            ("ticket.changed", ticket),
            ("order.changed", order),
            ("deposit.changed", json!({"balance": money("920.00")})),
        ]
        .into_iter()
        .map(|(kind, data)| json!({"seq": 7, "at": "2025-09-03T08:00:01Z", "kind": kind, "data": data}))
        .collect()
    }

    #[test]
    fn every_known_kind_round_trips_with_its_cursor() {
        let examples = examples();
        assert_eq!(examples.iter().map(|one| one["kind"].as_str().unwrap()).collect::<Vec<_>>(), Change::KINDS);
        for example in examples {
            let event: Event = serde_json::from_value(example.clone()).unwrap();
            assert_eq!(event.seq, 7);
            assert!(!matches!(event.change, Change::Unknown(_)), "{example}");
            assert_eq!(event.change.kind(), example["kind"]);
            assert_eq!(serde_json::to_value(&event).unwrap(), example);
            let text = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
            let change = serde_json::to_string(&event.change).unwrap();
            assert_eq!(serde_json::from_str::<Change>(&change).unwrap(), event.change);
        }
    }

    #[test]
    fn an_unknown_kind_keeps_its_cursor_and_all_it_carries() {
        let later = json!({"seq": 8, "at": "2025-09-03T08:00:01Z", "kind": "ride.changed", "data": {"id": "r1"}, "trace": [1, 2]});
        let event: Event = serde_json::from_value(later.clone()).unwrap();
        assert_eq!((event.seq, event.change.kind()), (8, "ride.changed"));
        assert!(matches!(event.change, Change::Unknown(_)));
        assert_eq!(serde_json::to_value(&event).unwrap(), later);
        assert_eq!(serde_json::from_str::<Event>(&later.to_string()).unwrap(), event);
    }

    #[test]
    fn a_known_kind_with_unreadable_data_is_an_error_not_passed_over() {
        for broken in [
            json!({"seq": 9, "at": "2025-09-03T08:00:01Z", "kind": "ticket.changed", "data": {"id": "t1"}}),
            json!({"seq": 9, "at": "2025-09-03T08:00:01Z", "kind": "deposit.changed"}),
            json!({"seq": 9, "at": "2025-09-03T08:00:01Z", "data": {}}),
            json!({"at": "2025-09-03T08:00:01Z", "kind": "ride.changed", "data": {}}),
        ] {
            assert!(serde_json::from_value::<Event>(broken.clone()).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_known_kind_with_more_fields_of_a_later_version_is_read() {
        let mut later = examples().remove(0);
        later["data"]["colour"] = json!("red");
        let event: Event = serde_json::from_value(later).unwrap();
        assert!(matches!(event.change, Change::VehicleAdded(_)));
    }
}
