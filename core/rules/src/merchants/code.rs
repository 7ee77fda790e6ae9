//! What a scanned or typed code of a merchant says (AV-31, AV-33). Deny by default: what is not
//! written exactly so is no code, and nothing of it is opened.
//!
//! | code | form |
//! |---|---|
//! | of a till, printed or on its display | `https://<host>/<city>/m/<8 signs>` |
//! | of an invoice, on the till's display | `https://<host>/<city>/i/<12 signs>` |
//!
//! Signs are digits and capital letters without I, L, O and U, which are taken for others. Typed, a
//! code is those signs alone: spaces and dashes are nothing, small letters are capital ones, O is 0
//! and I and L are 1.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::kernel::link;

/// The signs of a code: 5 bits each.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

macro_rules! tokens {
    ($($(#[$doc:meta])* $name:ident, $signs:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// How many signs it has.
            pub const SIGNS: usize = $signs;

            /// Reads one as it is stored.
            ///
            /// # Errors
            /// Anything but so many signs.
            pub fn new(text: &str) -> Result<Self, CodeError> {
                let fits = text.len() == $signs && text.bytes().all(|sign| SIGNS.contains(&sign));
                if fits { Ok(Self(text.to_owned())) } else { Err(CodeError::Unreadable) }
            }

            /// One out of chance, a byte for each sign.
            #[must_use]
            pub fn of_chance(chance: [u8; $signs]) -> Self {
                let sign = |byte: u8| SIGNS.get(usize::from(byte % 32)).map(|sign| char::from(*sign));
                Self(chance.into_iter().filter_map(sign).collect())
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = CodeError;
            fn from_str(text: &str) -> Result<Self, CodeError> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

tokens! {
    /// What names a till in its code.
    TillToken, 8;
    /// What names an invoice in its code.
    InvoiceToken, 12;
}

/// What a code says; whether it is known is the operator's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MerchantCode {
    Till(TillToken),
    Invoice(InvoiceToken),
}

/// Why a text is no code of a merchant of a city.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// No link to a host of this city, or no link at all. Nothing of it is opened.
    #[error("this is not a merchant's code{}", host.as_ref().map(|host| format!("; it leads to {host}")).unwrap_or_default())]
    NotAMerchantCode {
        /// Where the link leads, in plain letters.
        host: Option<String>,
    },
    /// A code of another city: it sells nothing here.
    #[error("this code belongs to another city: {city}")]
    OtherCity { city: String },
    /// A link to the right place, or typed signs, that hold no code.
    #[error(
        "this code cannot be read; it has {} digits and letters, or {} of an invoice",
        TillToken::SIGNS,
        InvoiceToken::SIGNS
    )]
    Unreadable,
}

/// Reads what was scanned, for a city with these hosts.
///
/// # Errors
/// [`CodeError`]
pub fn read_code(scanned: &str, city: &str, hosts: &[String]) -> Result<MerchantCode, CodeError> {
    let Some((host, path)) = link::plain(scanned.trim()) else {
        return Err(CodeError::NotAMerchantCode { host: None });
    };
    if !hosts.contains(&host) {
        return Err(CodeError::NotAMerchantCode { host: Some(host) });
    }
    let mut parts = path.split('/');
    let (of, kind, token) = (parts.next(), parts.next(), parts.next());
    let (Some(of), Some(kind), Some(token), None) = (of, kind, token, parts.next()) else {
        return Err(CodeError::Unreadable);
    };
    if of != city {
        return match crate::CityId::new(of) {
            Ok(city) => Err(CodeError::OtherCity { city: city.as_str().to_owned() }),
            Err(_) => Err(CodeError::Unreadable),
        };
    }
    match kind {
        "m" => TillToken::new(token).map(MerchantCode::Till),
        "i" => InvoiceToken::new(token).map(MerchantCode::Invoice),
        _ => Err(CodeError::Unreadable),
    }
}

/// Reads what somebody typed: its length says what it is.
///
/// # Errors
/// [`CodeError::Unreadable`]
pub fn typed_code(typed: &str) -> Result<MerchantCode, CodeError> {
    let signs = typed.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').take(InvoiceToken::SIGNS + 1);
    let read: String = signs
        .map(|sign| match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    match read.chars().count() {
        TillToken::SIGNS => TillToken::new(&read).map(MerchantCode::Till),
        InvoiceToken::SIGNS => InvoiceToken::new(&read).map(MerchantCode::Invoice),
        _ => Err(CodeError::Unreadable),
    }
}

/// The text of the code of a till.
#[must_use]
pub fn till_link(host: &str, city: &str, token: &TillToken) -> String {
    format!("https://{host}/{city}/m/{token}")
}

/// The text of the code of an invoice.
#[must_use]
pub fn invoice_link(host: &str, city: &str, token: &InvoiceToken) -> String {
    format!("https://{host}/{city}/i/{token}")
}
