//! Languages of people and of texts.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Why a text is not a language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language, write a tag of BCP 47 as sr-Latn or en")]
pub struct LanguageError(String);

/// The tag of a language, BCP 47: `sr-Latn`. Whether there is such a language is not looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Language(String);

impl Language {
    /// Characters of the longest tag that is taken.
    const LONGEST: usize = 35;

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(tag: &str) -> Result<Self, LanguageError> {
        let is_part =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|sign| sign.is_ascii_alphanumeric());
        let starts = tag.split('-').next().is_some_and(|first| first.bytes().all(|sign| sign.is_ascii_alphabetic()));
        if starts && tag.len() <= Self::LONGEST && tag.split('-').all(is_part) {
            Ok(Self(tag.to_owned()))
        } else {
            Err(LanguageError(tag.chars().take(Self::LONGEST).collect()))
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        tag.parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Language {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"))
            .max_length(Some(Self::LONGEST))
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Language {}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn tags_of_bcp_47_are_taken_and_nothing_else() {
        for tag in ["en", "sr-Latn", "sr-Latn-RS", "zh-Hans", "de-1996"] {
            assert_eq!(tag.parse::<Language>().unwrap().as_str(), tag);
        }
        for wrong in ["", "-", "sr_Latn", "sr-", "12", "englishes", "en ", "š", "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r"]
        {
            let why = wrong.parse::<Language>().unwrap_err().to_string();
            assert!(why.contains("BCP 47"), "{wrong}: {why}");
        }
    }
}
