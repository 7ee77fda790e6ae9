//! Reading what a later version may have widened: words and list items that are not known here are
//! passed over.
//!
//! What may be unknown is kept as its text and read from that: whatever stands in a city is read by
//! one reader, the one of JSON text. A second one, of values, would be all the readers of its types
//! once more in the app.

use super::json::from_json;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value as its text.
pub type Raw = Box<RawValue>;

/// The value of a text.
///
/// # Errors
/// When it has another shape.
pub fn read<T: DeserializeOwned>(raw: &RawValue) -> serde_json::Result<T> {
    from_json(raw.get().as_bytes())
}

/// A list without the items that this version cannot read.
///
/// # Errors
/// When it is no list.
pub fn list<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items = Vec::<Raw>::deserialize(deserializer)?;
    Ok(items.iter().filter_map(|item| read(item).ok()).collect())
}

/// A word, or the one that stands for all later ones.
///
/// # Errors
/// When it is no value at all.
pub fn word<'de, T: DeserializeOwned + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(read(&Raw::deserialize(deserializer)?).unwrap_or_default())
}
