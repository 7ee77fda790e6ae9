//! The signed city document: the canonical JSON of a city in a COSE_Sign1 of a city key.
//!
//! The bytes that were signed are the bytes that are read: nothing is parsed and written again in
//! between. When it was signed stands in the protected header (15: {6: seconds}, RFC 9597). On the
//! wire it is base64url.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::kernel::keys::{KeySet, KeyUse};
use crate::kernel::signature::{IssuerKey, Signed, TrustError, Unverified};

/// Longest signed city on the wire.
const MAX_TEXT: usize = 16 * 1024 * 1024;

/// A city document that is what a city key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCity {
    pub id: String,
    pub version: u32,
    pub signed_at: DateTime<Utc>,
    /// The key that signed it.
    pub kid: String,
    /// Canonical JSON of the city, for `mesto_rules::city::City::from_json`.
    pub json: String,
}

/// Why a city document is not taken; the one already there stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CityError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("city: {why}")]
    Invalid { why: String },
    #[error("this is the city '{found}', asked for was '{expected}'")]
    OtherCity { expected: String, found: String },
    #[error("version {offered} of the city is older than version {known}, which was already taken")]
    Rollback { offered: u32, known: u32 },
}

impl CityError {
    /// Stable code, for texts and vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Trust(error) => error.code(),
            Self::Invalid { .. } => "city_invalid",
            Self::OtherCity { .. } => "other_city",
            Self::Rollback { .. } => "city_rollback",
        }
    }
}

#[derive(Deserialize)]
struct Head {
    id: String,
    version: u32,
}

impl SignedCity {
    /// Signs the canonical JSON of a city; gives the text for the wire.
    ///
    /// # Errors
    /// [`CityError::Invalid`] when the JSON has no `id` and `version`.
    pub fn sign(canonical_json: &str, key: &IssuerKey, signed_at: DateTime<Utc>) -> Result<String, CityError> {
        head(canonical_json)?;
        let bytes = key.seal(Signed::City, Some(signed_at), canonical_json.as_bytes().to_vec())?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Believes a city document, or says what failed. `known_version` is the version already taken,
    /// 0 for none; the same again is fine.
    ///
    /// # Errors
    /// Garbage, altered, key unknown / of another use / revoked / out of its period, another city
    /// than `city`, an older version.
    pub fn verify(
        wire: &str,
        keys: &KeySet,
        now: DateTime<Utc>,
        city: &str,
        known_version: u32,
    ) -> Result<Self, CityError> {
        let garbage = |why: &str| TrustError::garbage(Signed::City, why);
        if wire.len() > MAX_TEXT {
            return Err(garbage("too long").into());
        }
        let bytes = URL_SAFE_NO_PAD.decode(wire).map_err(|_| garbage("not base64url"))?;
        let unverified = Unverified::read(Signed::City, &bytes)?;
        let kid = unverified.kid.clone();
        let key = keys.opening(Signed::City, &kid, KeyUse::City, now)?;
        let signed_at = unverified.signed_at.ok_or_else(|| garbage("it does not say when it was signed"))?;
        let json = String::from_utf8(unverified.verify(&key.public)?);
        let json = json.map_err(|_| CityError::Invalid { why: "the document is not text".to_owned() })?;
        key.check_period(Signed::City, signed_at)?;
        let Head { id, version } = head(&json)?;
        if id != city {
            return Err(CityError::OtherCity { expected: city.to_owned(), found: id });
        }
        if version < known_version {
            return Err(CityError::Rollback { offered: version, known: known_version });
        }
        Ok(Self { id, version, signed_at, kid, json })
    }
}

fn head(json: &str) -> Result<Head, CityError> {
    mesto_rules::from_json(json.as_bytes()).map_err(|fault| CityError::Invalid { why: fault.to_string() })
}
