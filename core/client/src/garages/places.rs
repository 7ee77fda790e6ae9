//! Free places as the operator told them last, each with the moment at which it was observed
//! (BG-72).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::garages::visits::{self, FacilityPlaces, Places};
use mesto_rules::garages::{FreePlaces, GaragesSection, Observation, free_places};
use mesto_rules::{CityId, FacilityId, Position};
use serde::{Deserialize, Serialize};

use super::{FacilityView, Garages, TOPIC};
use crate::kernel::error::Result;
use crate::kernel::store::Value;

/// What was told last of each city's facilities.
const PLACES: Value<BTreeMap<CityId, PlacesReport>> = Value::new("garages.places", TOPIC);

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PlacesReport {
    /// When the operator told it.
    at: Option<DateTime<Utc>>,
    items: Vec<FacilityPlaces>,
}

/// What may be said of a facility at a moment.
pub struct Now {
    pub free: FreePlaces,
    /// `None` when it was told too long ago.
    pub is_reachable: Option<bool>,
}

impl PlacesReport {
    /// What may be said of a facility by what was told. An observation that is too old is none.
    pub fn of(&self, garages: &GaragesSection, facility: &FacilityId, now: DateTime<Utc>) -> Now {
        let told = self.items.iter().find(|told| told.facility == *facility);
        let last_observed_at = told.and_then(|told| told.observed_at);
        let counted = told.and_then(|told| Some(Observation { free: told.free?, observed_at: told.observed_at? }));
        let free = match free_places(garages, counted, now) {
            FreePlaces::Unknown { .. } => FreePlaces::Unknown { last_observed_at },
            observed @ FreePlaces::Observed(_) => observed,
        };
        let silent = TimeDelta::seconds(garages.policy.controller_silent_seconds.into());
        let is_recent = self.at.is_some_and(|at| now.signed_duration_since(at) <= silent);
        Now { free, is_reachable: told.filter(|_| is_recent).map(|told| told.is_reachable) }
    }
}

impl Garages<'_> {
    /// Asks for free places and gives the facilities with them, in the order of
    /// [`Garages::facilities`]. What was told is kept, each with the moment of its observation.
    /// Nobody needs to be signed in.
    ///
    /// # Errors
    /// Whatever a request can answer, and those of [`Garages::facilities`].
    pub async fn places(self, city: &CityId, position: Option<Position>) -> Result<Vec<FacilityView>> {
        let outcome = self.places_inner(city, position).await;
        self.0.explain_in(city, outcome)
    }

    async fn places_inner(self, city: &CityId, position: Option<Position>) -> Result<Vec<FacilityView>> {
        let Places { items } = self.0.fetch(&visits::PLACES, &[], &[("city", city.as_str())]).await?;
        let now = self.0.now();
        self.0.core().keep(now, |tx| {
            let mut told = PLACES.get(tx.db())?.unwrap_or_default();
            told.insert(city.clone(), PlacesReport { at: Some(now), items: items.clone() });
            PLACES.set(tx, &told)
        })?;
        self.0.changed();
        self.views(city, &PlacesReport { at: Some(now), items }, position)
    }

    /// What was told last of a city.
    pub(super) fn last_report(self, city: &CityId) -> Result<PlacesReport> {
        let now = self.0.now();
        let told = self.0.core().read(now, |db| PLACES.get(db))?;
        Ok(told.unwrap_or_default().remove(city).unwrap_or_default())
    }
}
