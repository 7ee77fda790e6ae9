//! Signed JSON documents: a city, what an operator says of itself. JSON in a COSE_Sign1 of a city
//! key, each kind with a content type of its own.
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

/// What can be signed as a document.
pub trait Document: Sized {
    const KIND: Signed;
    /// Longest text on the wire.
    const MAX_TEXT: usize;

    /// Reads its JSON; an error says what is wrong with it.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    fn read(json: &str) -> Result<Self, String>;

    /// Whose it is: a city's id, an operator's DNS name.
    fn subject(&self) -> &str;

    /// Grows with every change of the document.
    fn version(&self) -> u32;
}

/// A document that is what a city key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDocument<D> {
    pub document: D,
    pub signed_at: DateTime<Utc>,
    /// The key that signed it.
    pub kid: String,
    /// As it was signed: fields that this version does not know stay in it.
    pub json: String,
}

/// A document that was taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'k> {
    pub version: u32,
    pub signed_at: DateTime<Utc>,
    pub json: &'k str,
}

/// Why a document is not taken; the one already there stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("{what}: {why}")]
    Invalid { what: Signed, why: String },
    #[error("this is the {what} of '{found}', asked for was that of '{expected}'")]
    Another { what: Signed, expected: String, found: String },
    #[error("version {offered} of the {what} is older than version {known}, which was already taken")]
    Rollback { what: Signed, offered: u32, known: u32 },
    #[error(
        "the {what} was signed at {offered}, before another one of the same version, which was signed at {known} and already taken"
    )]
    OlderCopy { what: Signed, offered: DateTime<Utc>, known: DateTime<Utc> },
}

impl DocumentError {
    /// Stable code, for texts and vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Trust(error) => error.code(),
            Self::Invalid { .. } => "document_invalid",
            Self::Another { .. } => "document_of_another",
            Self::Rollback { .. } | Self::OlderCopy { .. } => "document_rollback",
        }
    }
}

impl<D: Document> SignedDocument<D> {
    /// Signs the JSON of a document; gives the text for the wire.
    ///
    /// # Errors
    /// [`DocumentError::Invalid`] when it cannot be read as one.
    pub fn sign(json: &str, key: &IssuerKey, signed_at: DateTime<Utc>) -> Result<String, DocumentError> {
        read::<D>(json)?;
        let bytes = key.seal(D::KIND, Some(signed_at), json.as_bytes().to_vec())?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Believes a document, or says what failed. `known` is the one already taken, if any; the same
    /// again is fine, whenever it was signed.
    ///
    /// # Errors
    /// Garbage, altered, key unknown / of another use / revoked / out of its period, another
    /// subject than `subject`, an older version, or another document of the same version that was
    /// signed before the one already taken.
    pub fn verify(
        wire: &str,
        keys: &KeySet,
        now: DateTime<Utc>,
        subject: &str,
        known: Option<Known<'_>>,
    ) -> Result<Self, DocumentError> {
        let what = D::KIND;
        let Opened { kid, signed_at, json } = open(what, D::MAX_TEXT, wire, keys, now)?;
        let document = read::<D>(&json)?;
        if document.subject() != subject {
            let (expected, found) = (subject.to_owned(), document.subject().to_owned());
            return Err(DocumentError::Another { what, expected, found });
        }
        if let Some(known) = known {
            let offered = document.version();
            if offered < known.version {
                return Err(DocumentError::Rollback { what, offered, known: known.version });
            }
            if offered == known.version && signed_at < known.signed_at && json != known.json {
                return Err(DocumentError::OlderCopy { what, offered: signed_at, known: known.signed_at });
            }
        }
        Ok(Self { document, signed_at, kid, json })
    }
}

fn read<D: Document>(json: &str) -> Result<D, DocumentError> {
    D::read(json).map_err(|why| DocumentError::Invalid { what: D::KIND, why })
}

/// What a city key signed, not read yet.
struct Opened {
    kid: String,
    signed_at: DateTime<Utc>,
    json: String,
}

fn open(what: Signed, max_text: usize, wire: &str, keys: &KeySet, now: DateTime<Utc>) -> Result<Opened, DocumentError> {
    let garbage = |why: &str| TrustError::garbage(what, why);
    if wire.len() > max_text {
        return Err(garbage("too long").into());
    }
    let bytes = URL_SAFE_NO_PAD.decode(wire).map_err(|_| garbage("not base64url"))?;
    let unverified = Unverified::read(what, &bytes)?;
    let kid = unverified.kid.clone();
    let key = keys.opening(what, &kid, KeyUse::City, now)?;
    let signed_at = unverified.signed_at.ok_or_else(|| garbage("it does not say when it was signed"))?;
    let json = String::from_utf8(unverified.verify(&key.public)?)
        .map_err(|_| DocumentError::Invalid { what, why: "it is not text".to_owned() })?;
    key.check_period(what, signed_at)?;
    Ok(Opened { kid, signed_at, json })
}

/// What the envelope of a city says of itself; the whole is read by
/// `mesto_rules::city::City::from_json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CityHead {
    pub id: String,
    pub version: u32,
}

/// A city document that is what a city key signed; its JSON is canonical.
pub type SignedCity = SignedDocument<CityHead>;

impl Document for CityHead {
    const KIND: Signed = Signed::City;
    const MAX_TEXT: usize = 16 * 1024 * 1024;

    fn read(json: &str) -> Result<Self, String> {
        mesto_rules::from_json(json.as_bytes()).map_err(|fault| fault.to_string())
    }

    fn subject(&self) -> &str {
        &self.id
    }

    fn version(&self) -> u32 {
        self.version
    }
}
