//! COSE_Sign1 (RFC 9052) as Mesto uses it: what is signed, with which key, and how it is opened
//! again.
//!
//! Every signed thing is a tagged COSE_Sign1 whose protected header holds exactly `alg`, the
//! content type where there is one, and `kid`, and whose unprotected header is empty. Only one
//! spelling of the bytes is accepted, so an altered byte anywhere is noticed.

use std::fmt;

use chrono::{DateTime, Utc};
use coset::{
    Algorithm, CborSerializable, ContentType, CoseSign1, CoseSign1Builder, Header, HeaderBuilder, Label,
    TaggedCborSerializable, iana,
};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

use crate::kernel::cbor::{MapReader, MapWriter};
use crate::kernel::keys::KeyUse;

/// What a signature stands on; errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// What a driver shows: a parking ticket, a garage's exit receipt.
    Code,
    /// The set of keys.
    KeySet,
    /// The list of codes that are ended before their time.
    Revocations,
    /// A city document.
    City,
    /// What an operator says of itself.
    Operator,
}

impl fmt::Display for Signed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Code => "code",
            Self::KeySet => "key set",
            Self::Revocations => "revocation list",
            Self::City => "city",
            Self::Operator => "operator document",
        })
    }
}

impl Signed {
    /// Keeps the bytes of one kind from being taken for another, even under the same key.
    fn content_type(self) -> Option<ContentType> {
        match self {
            // Told apart by its external data instead, to keep the picture small.
            Self::Code => None,
            Self::KeySet => Some(ContentType::Text("application/vnd.mesto.keys+cbor".to_owned())),
            Self::Revocations => Some(ContentType::Text("application/vnd.mesto.revocations+cbor".to_owned())),
            Self::City => Some(ContentType::Text("application/vnd.mesto.city+json".to_owned())),
            Self::Operator => Some(ContentType::Text("application/vnd.mesto.operator+json".to_owned())),
        }
    }

    /// What is signed along without being carried.
    const fn external_data(self) -> &'static [u8] {
        match self {
            Self::Code => b"mesto.code.1",
            Self::KeySet | Self::Revocations | Self::City | Self::Operator => b"",
        }
    }
}

/// Why signed bytes are not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    #[error("this is not a signed {what}: {why}")]
    Garbage { what: Signed, why: String },
    #[error("the {what} does not match its signature: it was altered, or not signed by key '{kid}'")]
    Altered { what: Signed, kid: String },
    #[error("the {what} is signed with key '{kid}', which is not in the key set; update the keys")]
    KeyUnknown { what: Signed, kid: String },
    #[error("the {what} is signed with key '{kid}', which is a {is} key, not a {needed} key")]
    KeyWrongUse { what: Signed, kid: String, is: KeyUse, needed: KeyUse },
    #[error("the {what} is signed with key '{kid}', which was revoked at {revoked_at}")]
    KeyRevoked { what: Signed, kid: String, revoked_at: DateTime<Utc> },
    #[error("the {what} says it was signed at {signed_at}, but key '{kid}' signs from {from} until {until}")]
    KeyOutOfPeriod { what: Signed, kid: String, signed_at: DateTime<Utc>, from: DateTime<Utc>, until: DateTime<Utc> },
    #[error("'{kid}' is not a key id: 1 to 32 of A-Z a-z 0-9 . _ -")]
    KeyIdInvalid { kid: String },
}

impl TrustError {
    /// Stable code, for texts and vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Garbage { .. } => "garbage",
            Self::Altered { .. } => "altered",
            Self::KeyUnknown { .. } => "key_unknown",
            Self::KeyWrongUse { .. } => "key_wrong_use",
            Self::KeyRevoked { .. } => "key_revoked",
            Self::KeyOutOfPeriod { .. } => "key_out_of_period",
            Self::KeyIdInvalid { .. } => "key_id_invalid",
        }
    }

    pub(crate) fn garbage(what: Signed, why: impl fmt::Display) -> Self {
        Self::Garbage { what, why: why.to_string() }
    }
}

/// An Ed25519 signing key of the operator (root, city, code or revocations) with its id.
///
/// ```
/// let key = mesto_protocol::signature::IssuerKey::from_seed("ticket-2025", &[7; 32])?;
/// assert_eq!(key.kid(), "ticket-2025");
/// assert_eq!(key.public().len(), 32);
/// # Ok::<(), mesto_protocol::signature::TrustError>(())
/// ```
pub struct IssuerKey {
    kid: String,
    key: SigningKey,
}

impl IssuerKey {
    /// `seed` is the RFC 8032 secret key: 32 random bytes, kept secret.
    ///
    /// # Errors
    /// [`TrustError::KeyIdInvalid`] unless `kid` is 1 to 32 of `A-Z a-z 0-9 . _ -`; short ones keep
    /// a code's picture small.
    pub fn from_seed(kid: &str, seed: &[u8; 32]) -> Result<Self, TrustError> {
        Ok(Self { kid: checked_kid(kid)?.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key (RFC 8032), what a key set holds and, for the root, what an app pins.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Wraps `payload` in a tagged COSE_Sign1 of this key.
    pub(crate) fn seal(
        &self,
        what: Signed,
        signed_at: Option<DateTime<Utc>>,
        payload: Vec<u8>,
    ) -> Result<Vec<u8>, TrustError> {
        CoseSign1Builder::new()
            .protected(header(what, &self.kid, signed_at))
            .payload(payload)
            .create_signature(what.external_data(), |message| self.key.sign(message).to_bytes().to_vec())
            .build()
            .to_tagged_vec()
            .map_err(|fault| TrustError::garbage(what, fault))
    }
}

/// The secret half is not shown.
impl fmt::Debug for IssuerKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("IssuerKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Checks a key id.
pub(crate) fn checked_kid(kid: &str) -> Result<&str, TrustError> {
    let plain = kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    if plain && (1..=32).contains(&kid.len()) {
        Ok(kid)
    } else {
        Err(TrustError::KeyIdInvalid { kid: kid.chars().take(40).collect() })
    }
}

/// CWT claims in a header (RFC 9597), for payloads that have no room for the time of signing.
const CWT_CLAIMS: i64 = 15;
/// Claim `iat` of RFC 8392.
const ISSUED_AT: i64 = 6;

fn header(what: Signed, kid: &str, signed_at: Option<DateTime<Utc>>) -> Header {
    let mut header = HeaderBuilder::new().algorithm(iana::Algorithm::EdDSA).build();
    header.content_type = what.content_type();
    header.key_id = kid.as_bytes().to_vec();
    let claims = signed_at.map(|at| MapWriter::default().set(ISSUED_AT, at.timestamp()).done());
    header.rest = claims.map(|claims| (Label::Int(CWT_CLAIMS), claims)).into_iter().collect();
    header
}

fn signed_at(header: &Header) -> Result<Option<DateTime<Utc>>, String> {
    match header.rest.as_slice() {
        [] => Ok(None),
        [(Label::Int(CWT_CLAIMS), claims)] => MapReader::new(claims.clone())?.seconds(ISSUED_AT).map(Some),
        _ => Err("unexpected headers".to_owned()),
    }
}

/// Bytes that have the form of a signed thing; nothing in them is believed yet.
pub(crate) struct Unverified {
    what: Signed,
    pub(crate) kid: String,
    /// When its header says it was signed.
    pub(crate) signed_at: Option<DateTime<Utc>>,
    sign1: CoseSign1,
}

impl Unverified {
    /// Checks the form: the tag, one spelling, exactly the expected headers.
    pub(crate) fn read(what: Signed, bytes: &[u8]) -> Result<Self, TrustError> {
        let garbage = |why: &str| TrustError::garbage(what, why);
        let sign1 = CoseSign1::from_tagged_slice(bytes).map_err(|fault| TrustError::garbage(what, fault))?;
        let again = sign1.clone().to_tagged_vec().map_err(|fault| TrustError::garbage(what, fault))?;
        if again != bytes {
            return Err(garbage("not in the shortest form"));
        }
        if sign1.protected.header.alg != Some(Algorithm::Assigned(iana::Algorithm::EdDSA)) {
            return Err(garbage("another algorithm"));
        }
        let kid = std::str::from_utf8(&sign1.protected.header.key_id).map_err(|_| garbage("unreadable key id"))?;
        let kid = checked_kid(kid).map_err(|_| garbage("unreadable key id"))?;
        let signed_at = signed_at(&sign1.protected.header).map_err(|why| garbage(&why))?;
        let expected = header(what, kid, signed_at).to_vec().map_err(|fault| TrustError::garbage(what, fault))?;
        if sign1.protected.original_data.as_ref() != Some(&expected) || !sign1.unprotected.is_empty() {
            return Err(garbage("unexpected headers"));
        }
        let kid = kid.to_owned();
        Ok(Self { what, kid, signed_at, sign1 })
    }

    /// The payload of a verified Ed25519 signature.
    pub(crate) fn verify(self, public: &[u8; 32]) -> Result<Vec<u8>, TrustError> {
        let Self { what, kid, sign1, .. } = self;
        let verified = sign1.verify_signature(what.external_data(), |signature, message| {
            let key = VerifyingKey::from_bytes(public).map_err(drop)?;
            let signature = ed25519_dalek::Signature::from_slice(signature).map_err(drop)?;
            key.verify_strict(message, &signature).map_err(drop)
        });
        match verified {
            Ok(()) => Ok(sign1.payload.unwrap_or_default()),
            Err(()) => Err(TrustError::Altered { what, kid }),
        }
    }

    /// The payload without any belief in it; for the phone that asks its own code which device it
    /// belongs to.
    pub(crate) fn unverified_payload(&self) -> &[u8] {
        self.sign1.payload.as_deref().unwrap_or_default()
    }
}
