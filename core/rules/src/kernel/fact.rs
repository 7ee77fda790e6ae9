//! A value of a city together with how sure it is, or the plain statement that it is not known.

use super::ids::SourceId;
use super::lenient::{self, Raw};
use crate::words;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

words! { certainty_shown;
    /// How sure a value is.
    pub enum Certainty {
        /// Read in the operator's own publication, in force.
        Official = "official",
        /// Read in an older copy of the operator's own publication.
        OfficialOld = "official_old",
        /// Told by the press or by a third party.
        SecondHand = "second_hand",
        /// Decided here because the sources leave it open; the city's file says why.
        Assumed = "assumed",
    }
}

/// A value with its source, or `unknown`. A sale that needs an unknown value is refused with
/// `tariff_unknown`, never guessed.
///
/// A value that this version cannot read (of a kind that came later) is unknown too, and so is one
/// that an edition of the city from before this version does not have: what needs it is refused,
/// the rest of the city goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact<T> {
    /// The value is known as far as `certainty` says.
    Known(Known<T>),
    /// Nobody could say; `note` tells what was looked for.
    Unknown {
        /// Why it is unknown.
        note: String,
    },
}

/// A known value, its certainty and the id of its source in [`crate::City::sources`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Known<T> {
    pub value: T,
    pub certainty: Certainty,
    /// Key of [`crate::City::sources`].
    pub source: SourceId,
}

impl<T> Fact<T> {
    /// The value, when it is known.
    #[must_use]
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(known) => Some(&known.value),
            Self::Unknown { .. } => None,
        }
    }

    /// The same fact about a value computed from this one.
    #[must_use]
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(Known { value, certainty, source }) => {
                Fact::Known(Known { value: f(value), certainty, source })
            }
            Self::Unknown { note } => Fact::Unknown { note },
        }
    }

    /// The same fact about a value computed from this one; the first error of `f` wins.
    ///
    /// # Errors
    /// What `f` answers.
    pub fn try_map<U, E>(self, f: impl FnOnce(T) -> Result<U, E>) -> Result<Fact<U>, E> {
        Ok(match self {
            Self::Known(Known { value, certainty, source }) => {
                Fact::Known(Known { value: f(value)?, certainty, source })
            }
            Self::Unknown { note } => Fact::Unknown { note },
        })
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            known: Option<WrittenKnown>,
            unknown: Option<WrittenUnknown>,
        }
        #[derive(Deserialize)]
        struct WrittenKnown {
            value: Option<Raw>,
            certainty: Option<Raw>,
            source: Option<SourceId>,
        }
        #[derive(Deserialize)]
        struct WrittenUnknown {
            #[serde(default)]
            note: String,
        }
        // A field that is not there is read as nothing, too.
        let Some(written) = Option::<Written>::deserialize(deserializer)? else {
            return Ok(Self::Unknown { note: "this edition of the city does not say".to_owned() });
        };
        Ok(match written {
            Written { known: Some(WrittenKnown { value: Some(value), certainty, source: Some(source) }), .. } => {
                match lenient::read(&value) {
                    Ok(value) => Self::Known(Known {
                        value,
                        certainty: certainty.and_then(|word| lenient::read(&word).ok()).unwrap_or(Certainty::Assumed),
                        source,
                    }),
                    Err(why) => Self::Unknown { note: format!("this version cannot read the value: {why}") },
                }
            }
            Written { unknown: Some(unknown), .. } => Self::Unknown { note: unknown.note },
            _ => Self::Unknown { note: "this version can read neither a value nor a note".to_owned() },
        })
    }
}
