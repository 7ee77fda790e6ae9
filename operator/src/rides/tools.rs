//! What only the operator's own tools do to a ride.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::kernel::ids::{AccountId, RideId};
use mesto_protocol::rides::riders::Ride;
use mesto_rules::CityId;
use mesto_rules::money::Money;
use mesto_rules::rides::{BoardNumber, RideEvent};
use serde::Serialize;

use crate::kernel::grants;
use crate::kernel::operator::Operator;
use crate::kernel::store::{Select, Store, StoreError, transact};
use crate::rides::riders;
use crate::rides::tables::{DisputeRow, RideRow};

/// A ride of which somebody says that it is wrong, and nobody has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RideDisputed {
    pub ride: RideId,
    pub account: AccountId,
    pub city: CityId,
    pub vehicle: BoardNumber,
    pub registered_at: DateTime<Utc>,
    pub persons: u32,
    pub price: Money,
    pub reason: String,
    pub said_at: DateTime<Utc>,
}

impl Operator {
    /// Rides that are disputed, the one that waits longest first, at most 500.
    ///
    /// # Errors
    /// The store's trouble.
    pub fn ride_disputes(&self, store: &dyn Store) -> Result<Vec<RideDisputed>, StoreError> {
        let open: Vec<(DisputeRow, RideRow)> = transact(store, |tx| {
            tx.all(Select::of(
                "FROM ride_dispute JOIN ride ON ride.id = ride_dispute.ride WHERE ride_dispute.decided_at IS NULL ORDER BY ride_dispute.said_at, ride_dispute.ride LIMIT 500",
                &[],
            ))
        })?;
        let told = |(dispute, ride): (DisputeRow, RideRow)| RideDisputed {
            ride: ride.id,
            account: dispute.account,
            city: ride.city,
            vehicle: ride.board,
            registered_at: ride.registered_at,
            persons: ride.persons,
            price: Money::from_minor(ride.price, ride.currency),
            reason: dispute.reason,
            said_at: dispute.said_at,
        };
        Ok(open.into_iter().map(told).collect())
    }

    /// Ends a ride and gives its price back; the reason stands in the audit log.
    ///
    /// # Errors
    /// `not_found`, `ride_over` when it was voided before, or the store's trouble.
    pub fn void_ride(&self, store: &dyn Store, now: DateTime<Utc>, ride: &str, reason: &str) -> Result<Ride, Problem> {
        grants::by_tool((store, self, now), ("ride.voided", ride, reason), |tx| {
            riders::decide(tx, self, now, ride, RideEvent::Void)
        })
    }

    /// Answers a dispute: the ride stays as it is; the reason stands in the audit log.
    ///
    /// # Errors
    /// `not_found`, `ride_over` when nobody disputes it, or the store's trouble.
    pub fn uphold_ride(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        ride: &str,
        reason: &str,
    ) -> Result<Ride, Problem> {
        grants::by_tool((store, self, now), ("ride.upheld", ride, reason), |tx| {
            riders::decide(tx, self, now, ride, RideEvent::Uphold)
        })
    }
}
