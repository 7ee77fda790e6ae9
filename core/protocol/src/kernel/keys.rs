//! The key set: which public keys may sign what, signed itself by the root key that is pinned in
//! the app.
//!
//! Its payload is a CBOR map: 1 version, 2 issued at (s), 3 array of maps {1 kid, 2 use, 3 alg, 4
//! public, 5 from (s), 6 until (s), 7 revoked at (s), absent unless revoked}, 4 next update (s).
//! `use` is 1 city, 2 code, 4 revocations (3 is reserved); `alg` is -8 (EdDSA with Ed25519).
//! Bytes and vectors: `docs/ticket-code.md`. A key signs from `from` until `until`; what it signed
//! in that time stays good afterwards. A revoked key is believed in nothing, because who holds it
//! can write any date.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ciborium::Value;
use coset::iana;
use serde::{Deserialize, Serialize};

use crate::kernel::cbor::{self, MapReader, MapWriter};
use crate::kernel::signature::{IssuerKey, Signed, TrustError, Unverified, checked_kid};

/// Most keys of one set; more is taken for an attack on memory.
const MAX_KEYS: usize = 256;
/// Longest text of a key set.
const MAX_TEXT: usize = 64 * 1024;

/// What a key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyUse {
    /// Cities, and what the operator says of itself.
    City,
    /// Codes of every kind that a driver shows.
    Code,
    Revocations,
}

impl KeyUse {
    const ALL: [Self; 3] = [Self::City, Self::Code, Self::Revocations];

    const fn label(self) -> i64 {
        match self {
            Self::City => 1,
            Self::Code => 2,
            // 3 is reserved for keys of a garage's own devices.
            Self::Revocations => 4,
        }
    }
}

impl fmt::Display for KeyUse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::City => "city",
            Self::Code => "code",
            Self::Revocations => "revocations",
        })
    }
}

/// One Ed25519 public key and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub kid: String,
    pub r#use: KeyUse,
    /// RFC 8032 public key.
    pub public: [u8; 32],
    /// Signs from this moment,
    pub from: DateTime<Utc>,
    /// and before this one.
    pub until: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// All keys of an operator. `version` only grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    /// Counts from 1.
    pub version: u64,
    pub issued_at: DateTime<Utc>,
    /// A newer set is asked for from this moment on; until one came, this one is still used.
    pub next_update: DateTime<Utc>,
    pub keys: Vec<Key>,
}

/// Why a key set is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("key set version {offered} is older than version {known}, which was already taken")]
    Rollback { offered: u64, known: u64 },
    #[error("key set: {why}")]
    Invalid { why: String },
}

impl KeySetError {
    /// Stable code, for texts and vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Trust(error) => error.code(),
            Self::Rollback { .. } => "key_set_rollback",
            Self::Invalid { .. } => "key_set_invalid",
        }
    }
}

impl KeySet {
    /// The key set as it goes over the wire: base64url of a COSE_Sign1 by the root key. Times are
    /// cut to whole seconds.
    ///
    /// # Errors
    /// [`KeySetError::Invalid`] for a version of 0, a next update before the issue, a bad key id,
    /// two keys of one id, or a key that ends before it begins.
    pub fn sign(&self, root: &IssuerKey) -> Result<String, KeySetError> {
        self.check()?;
        let keys = self.keys.iter().map(|key| {
            MapWriter::default()
                .set(1, key.kid.as_str())
                .set(2, key.r#use.label())
                .set(3, iana::Algorithm::EdDSA as i64)
                .set(4, key.public.to_vec())
                .set(5, key.from.timestamp())
                .set(6, key.until.timestamp())
                .set_some(7, key.revoked_at.map(|at| at.timestamp()))
                .done()
        });
        let payload = MapWriter::default()
            .set(1, self.version)
            .set(2, self.issued_at.timestamp())
            .set(3, Value::Array(keys.collect()))
            .set(4, self.next_update.timestamp())
            .done();
        let payload = cbor::write(&payload).map_err(|why| KeySetError::Invalid { why })?;
        Ok(URL_SAFE_NO_PAD.encode(root.seal(Signed::KeySet, None, payload)?))
    }

    /// Reads a key set that `root_public` signed. `known_version` is the version already taken, 0
    /// for none; the same version again is fine.
    ///
    /// # Errors
    /// Garbage, altered (also: signed by another root), an older version than `known_version`, or
    /// contents that contradict themselves.
    pub fn verify(wire: &str, root_public: &[u8; 32], known_version: u64) -> Result<Self, KeySetError> {
        let garbage = |why: &str| TrustError::garbage(Signed::KeySet, why);
        if wire.len() > MAX_TEXT {
            return Err(garbage("too long").into());
        }
        let bytes = URL_SAFE_NO_PAD.decode(wire).map_err(|_| garbage("not base64url"))?;
        let unverified = Unverified::read(Signed::KeySet, &bytes)?;
        let payload = unverified.verify(root_public)?;
        let set = Self::read(&payload).map_err(|why| KeySetError::Invalid { why })?;
        set.check()?;
        if set.version < known_version {
            return Err(KeySetError::Rollback { offered: set.version, known: known_version });
        }
        Ok(set)
    }

    /// Whether it is time to ask for a newer set.
    #[must_use]
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.next_update <= now
    }

    /// The key of this id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// The key that opens something of `what`: known, of the right use, not revoked at `now`.
    pub(crate) fn opening(
        &self,
        what: Signed,
        kid: &str,
        needed: KeyUse,
        now: DateTime<Utc>,
    ) -> Result<&Key, TrustError> {
        let key = self.find(kid).ok_or_else(|| TrustError::KeyUnknown { what, kid: kid.to_owned() })?;
        if key.r#use != needed {
            return Err(TrustError::KeyWrongUse { what, kid: kid.to_owned(), is: key.r#use, needed });
        }
        match key.revoked_at {
            Some(revoked_at) if revoked_at <= now => {
                Err(TrustError::KeyRevoked { what, kid: kid.to_owned(), revoked_at })
            }
            _ => Ok(key),
        }
    }

    fn check(&self) -> Result<(), KeySetError> {
        let invalid = |why: String| Err(KeySetError::Invalid { why });
        if self.version == 0 {
            return invalid("the version counts from 1".to_owned());
        }
        if self.next_update <= self.issued_at {
            return invalid("the next update is before the issue".to_owned());
        }
        if self.keys.len() > MAX_KEYS {
            return invalid(format!("{} keys, at most {MAX_KEYS} are allowed", self.keys.len()));
        }
        for (at, key) in self.keys.iter().enumerate() {
            checked_kid(&key.kid)?;
            if self.keys.iter().take(at).any(|other| other.kid == key.kid) {
                return invalid(format!("key '{}' stands twice", key.kid));
            }
            if key.until <= key.from {
                return invalid(format!("key '{}' ends before it begins", key.kid));
            }
        }
        Ok(())
    }

    fn read(payload: &[u8]) -> Result<Self, String> {
        let mut map = MapReader::new(cbor::read(payload)?)?;
        let version = u64::try_from(map.integer(1)?).map_err(|_| "the version is negative")?;
        let (issued_at, next_update) = (map.seconds(2)?, map.seconds(4)?);
        let Some(Value::Array(entries)) = map.take(3) else { return Err("there are no keys".to_owned()) };
        let mut keys = Vec::with_capacity(entries.len().min(MAX_KEYS));
        for entry in entries {
            // A use or an algorithm of a later version: nothing this version opens can need it.
            if let Some(key) = Key::read(entry)? {
                keys.push(key);
            }
        }
        Ok(Self { version, issued_at, next_update, keys })
    }
}

impl Key {
    /// Whether it may have signed something at that moment.
    #[must_use]
    pub fn signs_at(&self, moment: DateTime<Utc>) -> bool {
        self.from <= moment && moment < self.until
    }

    pub(crate) fn check_period(&self, what: Signed, signed_at: DateTime<Utc>) -> Result<(), TrustError> {
        if self.signs_at(signed_at) {
            return Ok(());
        }
        let (kid, from, until) = (self.kid.clone(), self.from, self.until);
        Err(TrustError::KeyOutOfPeriod { what, kid, signed_at, from, until })
    }

    fn read(entry: Value) -> Result<Option<Self>, String> {
        let mut map = MapReader::new(entry)?;
        let (kid, label, algorithm) = (map.text(1)?, map.integer(2)?, map.integer(3)?);
        let Some(r#use) = KeyUse::ALL.into_iter().find(|known| known.label() == label) else { return Ok(None) };
        if algorithm != iana::Algorithm::EdDSA as i64 {
            return Ok(None);
        }
        let public = map.bytes(4)?;
        let public = public.try_into().map_err(|_| format!("key '{kid}' does not have 32 bytes"))?;
        let (from, until, revoked_at) = (map.seconds(5)?, map.seconds(6)?, map.some_seconds(7)?);
        Ok(Some(Self { kid, r#use, public, from, until, revoked_at }))
    }
}
