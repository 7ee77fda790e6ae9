//! The revocation list: codes that are ended before their time, signed by a key of its own use.
//!
//! Its payload is a CBOR map: 1 version, 2 issued at (s), 3 array of `[id]` or `[id, good from]`,
//! ascending by id, 4 next update (s). An id stays in the list until its code would have ended. On
//! the wire it is base64url of a COSE_Sign1.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ciborium::Value;

use crate::kernel::cbor::{self, MapReader, MapWriter};
use crate::kernel::keys::{KeySet, KeyUse};
use crate::kernel::signature::{IssuerKey, Signed, TrustError, Unverified};

/// Longest text of a revocation list; some 160,000 entries.
const MAX_TEXT: usize = 4 * 1024 * 1024;

/// Codes that are ended before their time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocations {
    /// Counts from 1, and only grows.
    pub version: u64,
    pub issued_at: DateTime<Utc>,
    /// A newer list is asked for from this moment on; until one came, this one is still used.
    pub next_update: DateTime<Utc>,
    /// Ascending by id, each id once.
    pub entries: Vec<Revoked>,
}

/// One code that is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// The 16 bytes of its id.
    pub id: [u8; 16],
    /// The first issue that is still good; `None` when none is.
    pub good_from: Option<u32>,
}

/// Why a revocation list is not taken; the one already there stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RevocationsError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("version {offered} of the revocation list is older than version {known}, which was already taken")]
    Rollback { offered: u64, known: u64 },
    #[error("revocation list: {why}")]
    Invalid { why: String },
}

impl RevocationsError {
    /// Stable code, for texts and vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Trust(error) => error.code(),
            Self::Rollback { .. } => "revocations_rollback",
            Self::Invalid { .. } => "revocations_invalid",
        }
    }
}

impl Revocations {
    /// The list as it goes over the wire. Times are cut to whole seconds.
    ///
    /// # Errors
    /// [`RevocationsError::Invalid`] for a version of 0, a next update before the issue, ids that
    /// do not ascend, a first good issue below 2, or a list that no reader takes because it is
    /// too long.
    pub fn sign(&self, key: &IssuerKey) -> Result<String, RevocationsError> {
        self.check()?;
        let entries = self.entries.iter().map(|Revoked { id, good_from }| {
            let id = Value::Bytes(id.to_vec());
            Value::Array(std::iter::once(id).chain(good_from.map(Value::from)).collect())
        });
        let payload = MapWriter::default()
            .set(1, self.version)
            .set(2, self.issued_at.timestamp())
            .set(3, Value::Array(entries.collect()))
            .set(4, self.next_update.timestamp())
            .done();
        let payload = cbor::write(&payload).map_err(|why| RevocationsError::Invalid { why })?;
        let wire = URL_SAFE_NO_PAD.encode(key.seal(Signed::Revocations, None, payload)?);
        if wire.len() > MAX_TEXT {
            return Err(RevocationsError::Invalid { why: format!("longer than {MAX_TEXT} characters") });
        }
        Ok(wire)
    }

    /// Reads a list that a revocation key signed. `known_version` is the version already taken, 0
    /// for none; the same version again is fine.
    ///
    /// # Errors
    /// Garbage, altered, key unknown / of another use / revoked / out of its period, an older
    /// version than `known_version`, or contents that contradict themselves.
    pub fn verify(wire: &str, keys: &KeySet, now: DateTime<Utc>, known_version: u64) -> Result<Self, RevocationsError> {
        let what = Signed::Revocations;
        if wire.len() > MAX_TEXT {
            return Err(TrustError::garbage(what, "too long").into());
        }
        let bytes = URL_SAFE_NO_PAD.decode(wire).map_err(|_| TrustError::garbage(what, "not base64url"))?;
        let unverified = Unverified::read(what, &bytes)?;
        let key = keys.opening(what, &unverified.kid, KeyUse::Revocations, now)?;
        let payload = unverified.verify(&key.public)?;
        let list = Self::read(&payload).map_err(|why| RevocationsError::Invalid { why })?;
        list.check()?;
        key.check_period(what, list.issued_at)?;
        if list.version < known_version {
            return Err(RevocationsError::Rollback { offered: list.version, known: known_version });
        }
        Ok(list)
    }

    /// Whether it is time to ask for a newer list.
    #[must_use]
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.next_update <= now
    }

    /// What the list says of this id.
    #[must_use]
    pub fn find(&self, id: &[u8; 16]) -> Option<&Revoked> {
        let at = self.entries.binary_search_by(|entry| entry.id.cmp(id)).ok()?;
        self.entries.get(at)
    }

    fn check(&self) -> Result<(), RevocationsError> {
        let invalid = |why: &str| Err(RevocationsError::Invalid { why: why.to_owned() });
        if self.version == 0 {
            return invalid("the version counts from 1");
        }
        if self.next_update <= self.issued_at {
            return invalid("the next update is before the issue");
        }
        if !self.entries.is_sorted_by(|left, right| left.id < right.id) {
            return invalid("its ids do not ascend");
        }
        if self.entries.iter().any(|entry| entry.good_from.is_some_and(|issue| issue < 2)) {
            return invalid("a first good issue below 2 ends nothing");
        }
        Ok(())
    }

    fn read(payload: &[u8]) -> Result<Self, String> {
        let mut map = MapReader::new(cbor::read(payload)?)?;
        let version = u64::try_from(map.integer(1)?).map_err(|_| "the version is negative")?;
        let (issued_at, next_update) = (map.seconds(2)?, map.seconds(4)?);
        let Some(Value::Array(entries)) = map.take(3) else { return Err("there are no entries".to_owned()) };
        let entries = entries.iter().map(Revoked::read).collect::<Option<_>>();
        let entries = entries.ok_or("an entry is not an id, or an id and an issue")?;
        Ok(Self { version, issued_at, next_update, entries })
    }
}

impl Revoked {
    fn read(entry: &Value) -> Option<Self> {
        let entry = entry.as_array()?;
        let (id, good_from) = match entry.as_slice() {
            [id] => (id, None),
            [id, issue] => (id, Some(cbor::integer(issue).and_then(|issue| u32::try_from(issue).ok())?)),
            _ => return None,
        };
        Some(Self { id: id.as_bytes()?.as_slice().try_into().ok()?, good_from })
    }
}
