//! Keys and city: taken only when the pinned root stands behind them, kept when the next ones are not genuine.

use std::sync::Arc;

use mesto_protocol::base::public;
use mesto_protocol::keys::KeySet;
use mesto_protocol::signed_city::SignedCity;
use mesto_rules::City;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::store::rows;

/// Which city document is in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CityVersion {
    pub id: String,
    pub version: u32,
    /// In the client's language.
    pub name: String,
    /// IANA name: hours and days are shown by this clock, not by the phone's.
    #[serde(default)]
    pub time_zone: String,
    /// The amounts a top-up can have (BG-76), ascending.
    #[serde(default)]
    pub deposit_values: Vec<Decimal>,
}

/// What a refresh brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refreshed {
    pub city: CityVersion,
    /// The city is newer than the one before.
    pub city_changed: bool,
    pub keys_version: u64,
}

const KEYS: &str = "keys";

fn city_name(id: &str) -> String {
    format!("city:{id}")
}

impl Client {
    /// Fetches the key set and the city, believes them only when they are signed as they should be, and stores them.
    ///
    /// # Errors
    /// `keys_not_genuine`, `city_not_genuine` (altered, rolled back, signed by the wrong key), `city_too_new` (genuine, but
    /// it has parts that this version of the app does not know); what was stored stays in use. And whatever a request can
    /// answer.
    pub async fn refresh(&self) -> Result<Refreshed> {
        let outcome = self.refresh_inner().await;
        self.explain(outcome)
    }

    async fn refresh_inner(&self) -> Result<Refreshed> {
        let answer = self.fetch_text(&public::KEYS, &[]).await?;
        let wire = text_of(&answer, "keys_not_genuine", "key set")?;
        let now = self.now();
        let known = self.core().read(now, |db| rows::document_version(db, KEYS))?.unwrap_or(0);
        let keys = KeySet::verify(&wire, &self.config().root_key, u64::from(known))
            .map_err(|why| Error::not_genuine("keys_not_genuine", "key set", why))?;
        let keys_version = u32::try_from(keys.version).map_err(Error::unreadable)?;
        if keys_version > known {
            self.core().write(now, |db| rows::put_document(db, KEYS, keys_version, wire.as_bytes(), now))?;
        }

        let id = self.config().city.clone();
        let answer = self.fetch_text(&public::CITY, &[&id]).await?;
        let wire = text_of(&answer, "city_not_genuine", "city")?;
        let now = self.now();
        let known = self.core().read(now, |db| rows::document_version(db, &city_name(&id)))?.unwrap_or(0);
        let signed = SignedCity::verify(&wire, &keys, now, &id, known)
            .map_err(|why| Error::not_genuine("city_not_genuine", "city", why))?;
        // What the operator signed it has checked. Only an envelope of a later kind stops the whole document; a section
        // that this app is too old for stops its service, when that is asked.
        let city = City::from_json(&signed.json)
            .map_err(|why| Error::new(ErrorKind::Refused, "city_too_new", format!("city: {why}")))?;
        let version = CityVersion {
            id: city.id.to_string(),
            version: city.version,
            name: city.name.get(self.config().locale.tag()).to_owned(),
            time_zone: city.sections.time.zone().to_owned(),
            deposit_values: city.sections.wallet.deposit.values.clone(),
        };
        // The same version again replaces one that this app cannot read.
        let city_changed = signed.version > known || self.stored_city().is_none();
        if city_changed {
            let mut core = self.core();
            core.write(now, |db| {
                rows::put_document(db, &city_name(&id), signed.version, signed.json.as_bytes(), now)?;
                rows::set(db, rows::meta::CITY, &version)
            })?;
            core.city = Some(Arc::new(city));
            drop(core);
            self.changed();
        }
        Ok(Refreshed { city: version, city_changed, keys_version: keys.version })
    }

    /// The stored city, read once. It was believed when it was stored.
    pub(crate) fn stored_city(&self) -> Option<Arc<City>> {
        let now = self.ports().clock.wall();
        let mut core = self.core();
        if core.city.is_none() {
            let name = city_name(&self.config().city);
            let document = core.read(now, |db| rows::document(db, &name)).ok().flatten()?;
            let city = City::from_json(std::str::from_utf8(&document).ok()?).ok()?;
            core.city = Some(Arc::new(city));
        }
        core.city.clone()
    }

    /// The stored key set, for verifying tickets without a connection; verified anew against the pinned root.
    pub(crate) fn stored_keys(&self) -> Option<KeySet> {
        let now = self.ports().clock.wall();
        let document = self.core().read(now, |db| rows::document(db, KEYS)).ok().flatten()?;
        let wire = std::str::from_utf8(&document).ok()?;
        KeySet::verify(wire, &self.config().root_key, 0).ok()
    }
}

/// The signed text in an answer: bare, or as a JSON string.
fn text_of(body: &[u8], code: &str, what: &str) -> Result<String> {
    let text = std::str::from_utf8(body).map_err(|why| Error::not_genuine(code, what, why))?.trim();
    if text.starts_with('"') {
        return serde_json::from_slice(text.as_bytes()).map_err(|why| Error::not_genuine(code, what, why));
    }
    Ok(text.to_owned())
}
