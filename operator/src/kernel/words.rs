//! Words of the wire as they stand in columns: the snake_case names that serde gives them.

use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer, value};

use crate::kernel::store::StoreError;

/// The stored word of a value such as `TicketState::Active`.
pub(crate) fn write(word: &impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        other => Err(StoreError::unreadable("a word", format!("{other:?}"))),
    }
}

/// The value of a stored word.
pub(crate) fn read<T: DeserializeOwned>(word: &str) -> Result<T, StoreError> {
    let word: value::StrDeserializer<'_, value::Error> = word.into_deserializer();
    T::deserialize(word).map_err(|error| StoreError::unreadable("a word", error))
}
