//! The stored city and the stored keys. They were believed when they were stored.

use std::sync::Arc;

use mesto_protocol::keys::KeySet;
use mesto_rules::City;

use super::client::Client;
use super::error::{Error, Result};
use super::store;

/// The key set's name among the documents.
pub const KEYS: &str = "keys";

/// A city's name among the documents.
pub fn city_name(id: &str) -> String {
    format!("city:{id}")
}

impl Client {
    /// The stored city, or what to do about it being missing.
    ///
    /// # Errors
    /// `city_missing` before the first refresh; `closed`.
    pub(crate) fn city(&self) -> Result<Arc<City>> {
        self.core().still_open()?;
        self.stored_city().ok_or_else(Error::city_missing)
    }

    /// The stored city, read once.
    pub(crate) fn stored_city(&self) -> Option<Arc<City>> {
        let now = self.ports().clock.wall();
        let mut core = self.core();
        if core.city.is_none() {
            let name = city_name(&self.config().city);
            let document = core.read(now, |db| store::document(db, &name)).ok().flatten()?;
            let city = City::from_json(std::str::from_utf8(&document).ok()?).ok()?;
            core.city = Some(Arc::new(city));
        }
        core.city.clone()
    }

    /// The stored key set, for verifying tickets without a connection; verified anew against the pinned root.
    pub(crate) fn stored_keys(&self) -> Option<KeySet> {
        let now = self.ports().clock.wall();
        let document = self.core().read(now, |db| store::document(db, KEYS)).ok().flatten()?;
        let wire = std::str::from_utf8(&document).ok()?;
        KeySet::verify(wire, &self.config().root_key, 0).ok()
    }
}
