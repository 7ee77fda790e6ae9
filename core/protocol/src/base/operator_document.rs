//! What an operator says of itself, signed: its cities and services, ways to pay and to sign in,
//! the apps that it serves, and who it is in law.
//!
//! An app reads it to know what this operator can do, however old or new it is: fields and words
//! that it does not know are passed over. It is JSON in a COSE_Sign1 of a city key, with a content
//! type of its own, so that neither can be taken for the other. The bytes that were signed are the
//! bytes that are read. On the wire it is base64url.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::kernel::city::Texts;
use mesto_rules::{CityId, Currency, Money};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::payments::PayMethod;
use crate::kernel::keys::{KeySet, KeyUse};
use crate::kernel::operation::{Access, Nothing, Operation, Text, get_text};
use crate::kernel::operator_name::OperatorName;
use crate::kernel::service::{Adds, Service};
use crate::kernel::signature::{IssuerKey, Signed, TrustError, Unverified};
use crate::words;

/// See [`SignedOperator`].
pub const OPERATOR: Operation<Nothing, Text> = get_text(
    "/v1/operator",
    "What the operator says of itself, signed with a city key: base64url of a COSE_Sign1 over its JSON",
    Access::Anybody,
);

pub const SERVICE: Service = Service {
    adds: &[Adds { operations: &[OPERATOR.entry()], ..Adds::NOTHING }],
    ..Service::named("operator_document")
};

/// Longest signed document on the wire.
const MAX_TEXT: usize = 1024 * 1024;

/// What an operator says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperatorDocument {
    /// The operator's DNS name.
    pub operator: String,
    /// Counts from 1 and grows with every change that the operator makes; an older one is never
    /// taken for a newer one.
    pub version: u32,
    pub name: Texts,
    /// Of its deposit and of all its prices.
    pub currency: Currency,
    /// In the order in which an app offers them.
    #[serde(default)]
    pub cities: Vec<OfferedCity>,
    /// How a driver can sign in.
    #[serde(default)]
    pub sign_in: Vec<SignInKind>,
    #[serde(default)]
    pub client: ServedClients,
    #[serde(default)]
    pub legal: Legal,
}

/// A city of an operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferedCity {
    pub id: CityId,
    /// Of the city document that is served now.
    pub version: u32,
    pub name: Texts,
    #[serde(default)]
    pub services: Vec<OfferedService>,
    /// What its sales are paid by; a service may take less.
    #[serde(default)]
    pub payment: Vec<OfferedPayment>,
}

/// A service in a city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedService {
    /// The service's name: `parking`.
    pub service: String,
    /// Of its section of the city: an app that reads lesser ones only must be updated for this
    /// service.
    pub format: u32,
}

/// A way to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferedPayment {
    pub method: PayMethod,
    pub fee: FeeKind,
    /// What it costs the driver; only of a fee that is `known`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The fee is taken below this total only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Money>,
}

/// The versions of the apps that the operator serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServedClients {
    /// Older ones are refused with `client_too_old`; absent where all are served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<ClientVersion>,
    /// The newest one that the operator was tried with. A newer one works, with what this operator
    /// has; absent where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greatest: Option<ClientVersion>,
}

/// Who the operator is in law. What is not known is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Legal {
    /// The company's name as it is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its number in the register of companies, and which register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Terms, privacy and the like.
    #[serde(default)]
    pub texts: Vec<LegalText>,
}

/// A text in law, in several languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalText {
    pub kind: LegalKind,
    /// As the operator counts it: `2023-05`.
    pub version: String,
    /// The first day on which it holds.
    pub effective: NaiveDate,
    pub title: Texts,
    /// The text itself, plain; absent in a language where only its address is given.
    #[serde(default)]
    pub text: Texts,
    /// Where it stands in the web.
    #[serde(default)]
    pub link: Texts,
}

words! { operator_document_words;
    /// How a driver can sign in.
    pub enum SignInKind {
        /// A one-time code by SMS.
        SmsCode = "sms_code",
    }

    /// Whether a way to pay costs the driver something.
    pub enum FeeKind {
        /// Nothing.
        None = "none",
        /// A known amount.
        Known = "known",
        /// The city's data does not say how much: below the total that is free of it nothing is
        /// sold in this way.
        Unknown = "unknown",
    }

    /// What a legal text is.
    pub enum LegalKind {
        /// Terms of use.
        Terms = "terms",
        /// How personal data is treated.
        Privacy = "privacy",
        /// Who is responsible for the service.
        Imprint = "imprint",
        /// How to complain.
        Complaints = "complaints",
    }
}

/// A version of an app: `1.20.3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientVersion {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a version of an app, such as 1.20.3: three numbers with dots between them")]
pub struct ClientVersionError {
    /// The start of what was given.
    pub text: String,
}

impl FromStr for ClientVersion {
    type Err = ClientVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ClientVersionError { text: text.chars().take(40).collect() };
        let number = |part: &str| {
            let is_number = part.bytes().all(|one| one.is_ascii_digit());
            if is_number { part.parse().map_err(|_| wrong()) } else { Err(wrong()) }
        };
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or_else(wrong).and_then(number);
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        if parts.next().is_some() { Err(wrong()) } else { Ok(version) }
    }
}

impl fmt::Display for ClientVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for ClientVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClientVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why an operator's document is not taken; the one already there stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperatorDocumentError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("operator document: {why}")]
    Invalid { why: String },
    #[error("this is the document of the operator {found}, asked for was that of {expected}")]
    OtherOperator { expected: OperatorName, found: String },
    #[error("version {offered} of the operator's document is older than version {known}, which was already taken")]
    Rollback { offered: u32, known: u32 },
}

impl OperatorDocumentError {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Trust(error) => error.code(),
            Self::Invalid { .. } => "operator_document_invalid",
            Self::OtherOperator { .. } => "other_operator",
            Self::Rollback { .. } => "operator_document_rollback",
        }
    }
}

/// A document that is what a city key of the operator signed.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedOperator {
    pub document: OperatorDocument,
    pub signed_at: DateTime<Utc>,
    /// As it was signed: fields that this version does not know stay in it.
    pub json: String,
}

impl OperatorDocument {
    /// Its JSON, always the same for the same document.
    ///
    /// # Errors
    /// [`OperatorDocumentError::Invalid`]
    pub fn to_json(&self) -> Result<String, OperatorDocumentError> {
        serde_json::to_string(self).map_err(|why| OperatorDocumentError::Invalid { why: why.to_string() })
    }

    /// Reads what was stored after it was believed.
    ///
    /// # Errors
    /// [`OperatorDocumentError::Invalid`]
    pub fn from_json(json: &str) -> Result<Self, OperatorDocumentError> {
        let invalid = |why: String| OperatorDocumentError::Invalid { why };
        // From bytes, so that words and moments need not be borrowed from the text.
        let document: Self = serde_json::from_slice(json.as_bytes()).map_err(|why| invalid(why.to_string()))?;
        if document.version == 0 {
            return Err(invalid("the version counts from 1".to_owned()));
        }
        Ok(document)
    }
}

impl SignedOperator {
    /// Signs a document; gives the text for the wire.
    ///
    /// # Errors
    /// [`OperatorDocumentError::Invalid`]
    pub fn sign(json: &str, key: &IssuerKey, signed_at: DateTime<Utc>) -> Result<String, OperatorDocumentError> {
        OperatorDocument::from_json(json)?;
        let bytes = key.seal(Signed::Operator, Some(signed_at), json.as_bytes().to_vec())?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Believes a document, or says what failed. `known_version` is the version already taken, 0
    /// for none; the same again is fine.
    ///
    /// # Errors
    /// Garbage, altered, key unknown / of another use / revoked / out of its period, another
    /// operator than `operator`, an older version.
    pub fn verify(
        wire: &str,
        keys: &KeySet,
        now: DateTime<Utc>,
        operator: &OperatorName,
        known_version: u32,
    ) -> Result<Self, OperatorDocumentError> {
        let garbage = |why: &str| TrustError::garbage(Signed::Operator, why);
        if wire.len() > MAX_TEXT {
            return Err(garbage("too long").into());
        }
        let bytes = URL_SAFE_NO_PAD.decode(wire).map_err(|_| garbage("not base64url"))?;
        let unverified = Unverified::read(Signed::Operator, &bytes)?;
        let kid = unverified.kid.clone();
        let key = keys.opening(Signed::Operator, &kid, KeyUse::City, now)?;
        let signed_at = unverified.signed_at.ok_or_else(|| garbage("it does not say when it was signed"))?;
        let json = String::from_utf8(unverified.verify(&key.public)?)
            .map_err(|_| OperatorDocumentError::Invalid { why: "the document is not text".to_owned() })?;
        key.check_period(Signed::Operator, signed_at)?;
        let document = OperatorDocument::from_json(&json)?;
        if document.operator != operator.as_str() {
            let (expected, found) = (operator.clone(), document.operator);
            return Err(OperatorDocumentError::OtherOperator { expected, found });
        }
        if document.version < known_version {
            return Err(OperatorDocumentError::Rollback { offered: document.version, known: known_version });
        }
        Ok(Self { document, signed_at, json })
    }
}
