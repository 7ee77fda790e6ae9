//! What a scanned or typed sign of a vehicle says (AV-31, AV-62, AV-63). Deny by default: what is
//! not written exactly so is no sign.
//!
//! | sign | form |
//! |---|---|
//! | posted in a vehicle | `https://<host>/<city>/v/<token>` |
//! | shown by a terminal, anew every few seconds | `https://<host>/<city>/t/<token>.<seconds>.<signature>` |
//!
//! A token is 6 to 32 capital letters and digits. The seconds are of the epoch, the signature is
//! the terminal's over all before it, base64url.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use crate::kernel::link;

/// The name of a sign or a terminal inside its code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// Reads a token.
    ///
    /// # Errors
    /// Anything but 6 to 32 capital letters and digits.
    pub fn new(text: &str) -> Result<Self, SignError> {
        let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if (6..=32).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SignError::Unreadable)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::str::FromStr for Token {
    type Err = SignError;
    fn from_str(text: &str) -> Result<Self, SignError> {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

/// The number that a carrier painted on a vehicle: 1 to 8 digits or capital letters. Leading zeros
/// are kept: `0412` and `412` may be two vehicles.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct BoardNumber(String);

impl BoardNumber {
    /// Reads a number as somebody typed it: spaces, dashes and `№` are nothing.
    ///
    /// # Errors
    /// Anything that is no such number.
    pub fn new(typed: &str) -> Result<Self, SignError> {
        let number: String = typed
            .chars()
            .filter(|sign| !sign.is_whitespace() && !matches!(sign, '-' | '№' | '#'))
            .take(9)
            .map(|sign| sign.to_ascii_uppercase())
            .collect();
        let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if (1..=8).contains(&number.len())
            && number.bytes().all(fits)
            && number.bytes().any(|byte| byte.is_ascii_digit())
        {
            Ok(Self(number))
        } else {
            Err(SignError::NotABoardNumber)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BoardNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BoardNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

impl std::str::FromStr for BoardNumber {
    type Err = SignError;
    fn from_str(text: &str) -> Result<Self, SignError> {
        Self::new(text)
    }
}

impl AsRef<str> for BoardNumber {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Its text, in the document.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for BoardNumber {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <String as utoipa::PartialSchema>::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for BoardNumber {}

/// What a code on a vehicle says; whether it is known is the operator's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// Posted in a vehicle, or at a turnstile.
    Posted { token: Token },
    /// Shown by a terminal at a moment.
    Shown(ShownSign),
}

/// The code on a terminal's display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownSign {
    pub terminal: Token,
    pub shown_at: DateTime<Utc>,
    /// What the terminal signed: the text before the last dot.
    pub signed: String,
    /// Base64url.
    pub signature: String,
}

/// Why a text is no sign of a city.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// No link to a host of this city, or no link at all. Nothing of it is opened.
    #[error("this is not a ride code{}", host.as_ref().map(|host| format!("; it leads to {host}")).unwrap_or_default())]
    NotARideCode {
        /// Where the link leads, in plain letters.
        host: Option<String>,
    },
    /// A sign of another city: it sells nothing here.
    #[error("this sign belongs to another city: {city}")]
    OtherCity { city: String },
    /// A link to the right place that holds no sign.
    #[error("this code of the city cannot be read; it may be damaged or altered")]
    Unreadable,
    #[error("this is not the number of a vehicle: digits, such as 1234")]
    NotABoardNumber,
}

/// Reads what was scanned, for a city with these hosts.
///
/// # Errors
/// [`SignError`]; never [`SignError::NotABoardNumber`].
pub fn read_sign(scanned: &str, city: &str, hosts: &[String]) -> Result<Sign, SignError> {
    let text = scanned.trim();
    let Some((host, path)) = link::plain(text) else { return Err(SignError::NotARideCode { host: None }) };
    if !hosts.contains(&host) {
        return Err(SignError::NotARideCode { host: Some(host) });
    }
    let mut parts = path.split('/');
    let (of, kind, rest) = (parts.next(), parts.next(), parts.next());
    let (Some(of), Some(kind), Some(rest), None) = (of, kind, rest, parts.next()) else {
        return Err(SignError::Unreadable);
    };
    if of != city {
        return match crate::CityId::new(of) {
            Ok(city) => Err(SignError::OtherCity { city: city.as_str().to_owned() }),
            Err(_) => Err(SignError::Unreadable),
        };
    }
    match kind {
        "v" => Ok(Sign::Posted { token: Token::new(rest)? }),
        "t" => shown(text, rest).map(Sign::Shown),
        _ => Err(SignError::Unreadable),
    }
}

fn shown(text: &str, rest: &str) -> Result<ShownSign, SignError> {
    let mut parts = rest.split('.');
    let (Some(token), Some(seconds), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SignError::Unreadable);
    };
    let is_number = (1..=11).contains(&seconds.len()) && seconds.bytes().all(|byte| byte.is_ascii_digit());
    let at = seconds.parse().ok().filter(|_| is_number).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let signed = text.get(..text.len().saturating_sub(signature.len() + 1));
    let (Some(shown_at), Some(signed)) = (at, signed) else { return Err(SignError::Unreadable) };
    if signature.is_empty() {
        return Err(SignError::Unreadable);
    }
    Ok(ShownSign { terminal: Token::new(token)?, shown_at, signed: signed.to_owned(), signature: signature.to_owned() })
}

/// The text that a terminal signs, without the dot before the signature.
#[must_use]
pub fn to_sign(host: &str, city: &str, terminal: &Token, shown_at: DateTime<Utc>) -> String {
    format!("https://{host}/{city}/t/{terminal}.{}", shown_at.timestamp())
}

/// The text of a sign that is posted in a vehicle.
#[must_use]
pub fn posted(host: &str, city: &str, token: &Token) -> String {
    format!("https://{host}/{city}/v/{token}")
}
