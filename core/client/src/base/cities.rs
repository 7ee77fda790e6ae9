//! Keys and cities: taken only when the pinned root stands behind them, kept when the next ones are
//! not genuine.

use std::collections::BTreeSet;
use std::sync::Arc;

use mesto_protocol::base::public;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::keys::KeySet;
use mesto_protocol::signed_document::SignedCity;
use mesto_rules::{City, CityId, from_json, shown};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::kernel::city::{CITY, KEYS, WANTED, city_name};
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::service::Service;
use crate::kernel::store::{self, StoredDocument, Value};

/// The topic of the stored cities.
const TOPIC: &str = "cities";
/// Which city documents are in use, in the order in which they were stored first.
const CITIES: Value<Vec<CityVersion>> = Value::new("cities", TOPIC);

pub const SERVICE: Service = Service {
    widget: Some(|client| Json::of(&*client.cities().state())),
    codes: &["keys_untrusted", "city_untrusted", "city_too_new"],
    ..Service::named(TOPIC)
};

shown! { cities_shown;
    /// Which city document is in use.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct CityVersion {
        pub id: CityId,
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
        pub has_newer_city: bool,
        pub keys_version: u64,
    }

    /// The cities that are on the phone.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    pub struct CitiesState {
        /// In the order in which they were stored first; empty before the first refresh.
        pub stored: Vec<CityVersion>,
    }
}

/// What is done with the operator's cities; see [`Client::cities`].
#[derive(Clone, Copy)]
pub struct Cities<'c>(&'c Client);

impl Client {
    /// The operator's cities.
    #[must_use]
    pub const fn cities(&self) -> Cities<'_> {
        Cities(self)
    }
}

impl Cities<'_> {
    /// Which cities are on the phone. Local.
    #[must_use]
    pub fn state(self) -> Arc<CitiesState> {
        self.0.state(TOPIC, |core, now| {
            let stored = core.read(now, |db| CITIES.get(db))?.unwrap_or_default();
            Ok((CitiesState { stored }, None))
        })
    }

    /// A stored city. Local.
    ///
    /// # Errors
    /// `city_missing` before its first [`Cities::refresh`]; `closed`.
    pub fn city(self, id: &CityId) -> Result<Arc<City>> {
        self.0.city(id)
    }

    /// Cities that were stored and are not any more, because the file was rebuilt.
    pub(crate) fn lost(self) -> Vec<CityId> {
        let now = self.0.now();
        let mut core = self.0.core();
        let wanted = core.read(now, |db| WANTED.get(db)).ok().flatten().unwrap_or_default();
        let wanted: BTreeSet<CityId> = wanted.into_iter().chain(core.cities.keys().cloned()).collect();
        let stored = core.read(now, |db| store::document_names(db, CITY)).unwrap_or_default();
        wanted.into_iter().filter(|id| !stored.contains(&city_name(id))).collect()
    }

    /// Fetches the key set and a city, believes them only when they are signed as they should be,
    /// and stores them beside the other cities.
    ///
    /// # Errors
    /// `keys_untrusted`, `city_untrusted` (altered, rolled back, signed by the wrong key),
    /// `city_too_new` (genuine, but it has parts that this version of the app does not know);
    /// what was stored stays in use. And whatever a request can answer.
    pub async fn refresh(self, city: &CityId) -> Result<Refreshed> {
        let outcome = self.refresh_inner(city).await;
        self.0.explain_in(city, outcome)
    }

    /// Fetches the key set, believes it only when the pinned root signed it, and stores it.
    pub(crate) async fn refresh_keys(self) -> Result<KeySet> {
        let answer = self.0.fetch_text(&public::KEYS, &[]).await?;
        let wire = text_of(&answer, "keys_untrusted", "key set")?;
        let now = self.0.now();
        let known = self.0.core().read(now, |db| store::signed_document(db, KEYS))?;
        let known = known.map_or(0, |known| u64::from(known.version));
        let keys = KeySet::verify(&wire, &self.0.config().root_key, known)
            .map_err(|why| Error::untrusted("keys_untrusted", "key set", why))?;
        let keys_version = u32::try_from(keys.version).map_err(Error::unreadable)?;
        // The same version with later times replaces the one that is stored.
        if self.0.stored_keys().is_none_or(|stored| stored != keys) {
            let at = (keys_version, keys.issued_at);
            self.0.core().write(now, |tx| store::put_document(tx, TOPIC, KEYS, at, wire.as_bytes(), now))?;
        }
        Ok(keys)
    }

    async fn refresh_inner(self, id: &CityId) -> Result<Refreshed> {
        let keys = self.refresh_keys().await?;
        let answer = self.0.fetch_text(&public::CITY, &[id.as_str()]).await?;
        let wire = text_of(&answer, "city_untrusted", "city")?;
        let now = self.0.now();
        let known = self.0.core().read(now, |db| store::signed_document(db, &city_name(id)))?;
        let known = known.as_ref().map(StoredDocument::known);
        let signed = SignedCity::verify(&wire, &keys, now, id.as_str(), known)
            .map_err(|why| Error::untrusted("city_untrusted", "city", why))?;
        // What the operator signed it has checked. Only an envelope of a later kind stops the whole
        // document; a section that this app is too old for stops its service, when that is asked.
        let city = City::from_json(&signed.json)
            .map_err(|why| Error::new(ErrorKind::Refused, "city_too_new", format!("city: {why}")))?;
        let version = CityVersion {
            id: city.id.clone(),
            version: city.version,
            name: city.name.get(self.0.config().locale.tag()).to_owned(),
            time_zone: city.sections.time.zone().to_owned(),
            deposit_values: city.sections.wallet.deposit.values.clone(),
        };
        // The same version again replaces one that this app cannot read.
        let has_newer_city = known.is_none_or(|known| city.version > known.version) || self.0.stored_city(id).is_none();
        if has_newer_city {
            let mut core = self.0.core();
            core.write(now, |tx| {
                let at = (city.version, signed.signed_at);
                store::put_document(tx, TOPIC, &city_name(id), at, signed.json.as_bytes(), now)?;
                let mut cities = CITIES.get(tx.db())?.unwrap_or_default();
                match cities.iter_mut().find(|known| known.id == version.id) {
                    Some(known) => *known = version.clone(),
                    None => cities.push(version.clone()),
                }
                CITIES.set(tx, &cities)?;
                let mut wanted = WANTED.get(tx.db())?.unwrap_or_default();
                if !wanted.contains(id) {
                    wanted.push(id.clone());
                    WANTED.set(tx, &wanted)?;
                }
                Ok(())
            })?;
            core.cities.insert(id.clone(), Arc::new(city));
            drop(core);
            self.0.changed();
        }
        Ok(Refreshed { city: version, has_newer_city, keys_version: keys.version })
    }
}

/// The signed text in an answer: bare, or as a JSON string.
pub fn text_of(body: &[u8], code: &str, what: &str) -> Result<String> {
    let text = std::str::from_utf8(body).map_err(|why| Error::untrusted(code, what, why))?.trim();
    if text.starts_with('"') {
        return from_json(text.as_bytes()).map_err(|why| Error::untrusted(code, what, why));
    }
    Ok(text.to_owned())
}
