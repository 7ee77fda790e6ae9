//! What may be said of a facility by what its controller told last: its free places (BG-72), and
//! whether it is heard at all.

use crate::garages::section::GaragesSection;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What a controller counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Places observed free.
    pub free: u32,
    pub observed_at: DateTime<Utc>,
}

/// What may be said of free places at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FreePlaces {
    /// So many were free when they were observed.
    Observed(Observation),
    /// Nobody observed them, or too long ago, or by a clock that is too far ahead.
    Unknown {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_observed_at: Option<DateTime<Utc>>,
    },
}

/// What may be said of a facility's free places at `now` after its latest observation.
#[must_use]
pub fn free_places(garages: &GaragesSection, latest: Option<Observation>, now: DateTime<Utc>) -> FreePlaces {
    let tolerance = garages.policy.clocks_differ();
    let too_old = garages.policy.observation_too_old_minutes.length();
    let is_fresh = |latest: &Observation| {
        let age = now.signed_duration_since(latest.observed_at);
        -tolerance <= age && age <= too_old
    };
    match latest.filter(is_fresh) {
        Some(latest) => FreePlaces::Observed(latest),
        None => FreePlaces::Unknown { last_observed_at: latest.map(|latest| latest.observed_at) },
    }
}

/// Whether a facility whose controller was last heard at a moment is heard at `now`: only then a
/// visit there is sold.
#[must_use]
pub fn is_heard(garages: &GaragesSection, heard_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now.signed_duration_since(heard_at) <= TimeDelta::seconds(garages.policy.controller_silent_seconds.into())
}
