//! Whether somebody registers in a vehicle again (AMB-22): it is asked about, never refused for
//! good.

use crate::rides::section::Policy;
use chrono::{DateTime, TimeDelta, Utc};

/// A ride of the same account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier<'a, Id> {
    pub id: Id,
    /// The vehicle, by whatever names it.
    pub vehicle: &'a str,
    /// The trip, where it was known.
    pub trip: Option<&'a str>,
    pub registered_at: DateTime<Utc>,
    /// Voided rides repeat nothing.
    pub is_void: bool,
}

/// The newest ride that a registration at `now` would repeat: on the same trip, or in the same
/// vehicle within the policy's minutes. A vehicle that turned at the terminus makes another trip;
/// who stayed in it has paid.
///
/// Of two who confirm at once the one who waited may see a ride that is a moment later than its own
/// `now`: it repeats that one.
#[must_use]
pub fn repeated<'a, Id: Copy>(
    earlier: &[Earlier<'a, Id>],
    (vehicle, trip): (&str, Option<&str>),
    now: DateTime<Utc>,
    policy: &Policy,
) -> Option<Earlier<'a, Id>> {
    let window = TimeDelta::minutes(policy.repeat_minutes.into());
    let is_same = |one: &&Earlier<'a, Id>| {
        let is_same_trip = trip.is_some() && one.trip == trip;
        let is_near = one.vehicle == vehicle && now - one.registered_at < window;
        !one.is_void && (is_same_trip || is_near)
    };
    earlier.iter().filter(is_same).max_by_key(|one| one.registered_at).copied()
}
