//! Events of one account: what changed, in commit order, with a gapless cursor (`seq`).

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use serde::{Deserialize, Serialize};

use crate::api::{Order, Ticket, Topup, Vehicle};

/// One change of an account. `seq` counts from 1 without gaps and is the cursor for `Last-Event-ID` and `?after=`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    pub seq: i64,
    /// When it was committed, operator's clock.
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub change: Change,
}

/// What changed; the whole new state of the thing, so that applying an event twice does no harm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", content = "data")]
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
    DepositChanged {
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        balance: Money,
    },
    /// A kind this version does not know; the cursor still moves past it.
    #[serde(untagged)]
    Unknown(serde_json::Value),
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
