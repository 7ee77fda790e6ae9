//! Values as they are written in source files: facts with their source, amounts without a currency.

use crate::kernel::fact::{Certainty, Fact, Known};
use crate::kernel::ids::SourceId;
use crate::kernel::money::exact;
use crate::kernel::words::Words;
use rust_decimal::Decimal;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A word of a source file, where one that is not known is a mistake.
#[derive(Debug, Clone)]
pub(crate) struct Word<T>(pub T);

impl<'de, T: Deserialize<'de> + Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = T::deserialize(deserializer)?;
        if word.is_known() { Ok(Self(word)) } else { Err(D::Error::unknown_variant(word.as_str(), T::KNOWN)) }
    }
}

/// `{ value, source, certainty }`, or `{ unknown = "why" }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactSource<T> {
    value: Option<T>,
    source: Option<SourceId>,
    certainty: Option<Word<Certainty>>,
    unknown: Option<String>,
}

impl<T> FactSource<T> {
    pub const fn new(
        value: Option<T>,
        source: Option<SourceId>,
        certainty: Option<Word<Certainty>>,
        unknown: Option<String>,
    ) -> Self {
        Self { value, source, certainty, unknown }
    }

    pub(super) fn fact(self) -> Result<Fact<T>, String> {
        match (self.value, self.source, self.certainty, self.unknown) {
            (Some(value), Some(source), Some(Word(certainty)), None) => {
                Ok(Fact::Known(Known { value, certainty, source }))
            }
            (None, None, None, Some(note)) => Ok(Fact::Unknown { note }),
            _ => Err("give value, source and certainty together, or unknown = \"why\" alone".to_owned()),
        }
    }
}

/// An amount of money as `80` or `"80.00"`; a float is refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Amount(pub Decimal);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AmountVisitor;
        impl Visitor<'_> for AmountVisitor {
            type Value = Amount;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount such as 80 or \"80.50\" (money is never a float)")
            }
            fn visit_i64<E: serde::de::Error>(self, amount: i64) -> Result<Amount, E> {
                Ok(Amount(amount.into()))
            }
            fn visit_str<E: serde::de::Error>(self, amount: &str) -> Result<Amount, E> {
                exact(amount)
                    .map(Amount)
                    .map_err(|wrong| E::custom(format_args!("{wrong}; expected {}", &self as &dyn serde::de::Expected)))
            }
        }
        deserializer.deserialize_any(AmountVisitor)
    }
}
