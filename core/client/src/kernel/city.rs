//! The stored cities and the stored keys. They were believed when they were stored. A call says
//! which city it is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use mesto_protocol::keys::KeySet;
use mesto_rules::{City, CityId, TimeRules};

use super::client::Client;
use super::error::{Error, Result};
use super::store::{self, Value};

/// The key set's name among the documents.
pub const KEYS: &str = "keys";
/// Before the id of a city among the documents.
pub const CITY: &str = "city:";

/// The cities that an app stored; the file's rebuilding keeps them, so that they are fetched again.
pub const WANTED: Value<Vec<CityId>> = Value::new("cities_wanted", "cities");

/// A city's name among the documents.
pub fn city_name(id: &CityId) -> String {
    format!("{CITY}{id}")
}

impl Client {
    /// A stored city, or what to do about it being missing.
    ///
    /// # Errors
    /// `city_missing` (parameter `city`) before its first refresh; `closed`.
    pub(crate) fn city(&self, id: &CityId) -> Result<Arc<City>> {
        self.core().still_open()?;
        self.stored_city(id).ok_or_else(|| Error::city_missing(id))
    }

    /// A stored city, read once.
    pub(crate) fn stored_city(&self, id: &CityId) -> Option<Arc<City>> {
        let now = self.ports().clock.wall();
        let mut core = self.core();
        if let Some(city) = core.cities.get(id) {
            return Some(Arc::clone(city));
        }
        let name = city_name(id);
        let document = core.read(now, |db| store::document(db, &name)).ok().flatten()?;
        let city = Arc::new(City::from_json(std::str::from_utf8(&document).ok()?).ok()?);
        core.cities.insert(id.clone(), Arc::clone(&city));
        Some(city)
    }

    /// Every stored city, in the order of their ids.
    pub(crate) fn stored_cities(&self) -> Vec<Arc<City>> {
        let now = self.ports().clock.wall();
        let ids: BTreeSet<CityId> = {
            let mut core = self.core();
            let names = core.read(now, |db| store::document_names(db, CITY)).unwrap_or_default();
            let stored = names.iter().filter_map(|name| name.strip_prefix(CITY)?.parse().ok());
            // A file that is closed or was rebuilt does not take away what is known.
            stored.chain(core.cities.keys().cloned()).collect()
        };
        ids.iter().filter_map(|id| self.stored_city(id)).collect()
    }

    /// The clock of a city; where none is named, or it is not stored, that of the first one that
    /// is.
    pub(crate) fn time_rules(&self, city: Option<&CityId>) -> Option<Arc<TimeRules>> {
        let named = city.and_then(|id| self.stored_city(id));
        let city = named.or_else(|| self.stored_cities().into_iter().next())?;
        Some(Arc::clone(&city.sections.time))
    }

    /// The stored key set, for verifying tickets without a connection; verified anew against the
    /// pinned root.
    pub(crate) fn stored_keys(&self) -> Option<KeySet> {
        let now = self.ports().clock.wall();
        let document = self.core().read(now, |db| store::document(db, KEYS)).ok().flatten()?;
        let wire = std::str::from_utf8(&document).ok()?;
        KeySet::verify(wire, &self.config().root_key, 0).ok()
    }
}
