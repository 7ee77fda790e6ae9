//! What an operator says of itself, signed: its cities and services, ways to pay and to sign in,
//! the apps that it serves, and who it is in law.
//!
//! An app reads it to know what this operator can do, however old or new it is: fields and words
//! that it does not know are passed over. It is JSON in a COSE_Sign1 of a city key, with a content
//! type of its own, so that neither can be taken for the other. The bytes that were signed are the
//! bytes that are read. On the wire it is base64url.

use chrono::NaiveDate;
use mesto_rules::kernel::city::Texts;
use mesto_rules::{CityId, Currency, Money};
use serde::{Deserialize, Serialize};

use super::payments::PayMethod;
use crate::kernel::client_version::ClientVersion;
use crate::kernel::operation::{Access, Nothing, Operation, Text, get_text};
use crate::kernel::service::{Adds, Service};
use crate::kernel::signature::Signed;
use crate::kernel::signed_document::{Document, SignedDocument};
use crate::words;

/// See [`SignedOperator`].
pub const OPERATOR: Operation<Nothing, Text> = get_text(
    "/v1/operator",
    "What the operator says of itself, signed with a city key: base64url of a COSE_Sign1 over its JSON",
    Access::Anybody,
)
.for_every_app();

pub const SERVICE: Service = Service {
    adds: &[Adds { operations: &[OPERATOR.entry()], ..Adds::NOTHING }],
    ..Service::named("operator_document")
};

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
    pub effective_on: NaiveDate,
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

/// A document that is what a city key of the operator signed.
pub type SignedOperator = SignedDocument<OperatorDocument>;

impl OperatorDocument {
    /// Its JSON, always the same for the same document.
    ///
    /// # Errors
    /// What of it cannot be written.
    pub fn to_json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|why| why.to_string())
    }

    /// Reads what was stored after it was believed.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    pub fn from_json(json: &str) -> Result<Self, String> {
        // From bytes, so that words and moments need not be borrowed from the text.
        let document: Self = serde_json::from_slice(json.as_bytes()).map_err(|why| why.to_string())?;
        if document.version == 0 {
            return Err("the version counts from 1".to_owned());
        }
        Ok(document)
    }
}

impl Document for OperatorDocument {
    const KIND: Signed = Signed::Operator;
    const MAX_TEXT: usize = 1024 * 1024;

    fn read(json: &str) -> Result<Self, String> {
        Self::from_json(json)
    }

    fn subject(&self) -> &str {
        &self.operator
    }

    fn version(&self) -> u32 {
        self.version
    }
}
