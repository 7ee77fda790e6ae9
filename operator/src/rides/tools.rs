//! What only the operator's own tools do to a ride.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::rides::riders::Ride;
use mesto_rules::rides::RideEvent;

use crate::kernel::grants;
use crate::kernel::operator::Operator;
use crate::kernel::store::Store;
use crate::rides::riders;

impl Operator {
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
