//! A JSON value that is kept as the text it came in, and read when somebody asks for a type.
//!
//! Parts of an answer that belong to one service travel like this: who does not know the service
//! passes them over, and a phone reads every type in one way only, from text.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A JSON value as text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The text of a value.
    ///
    /// # Errors
    /// When the value has no JSON form.
    pub fn of(value: &impl Serialize) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// The value as a type.
    ///
    /// # Errors
    /// When it has another shape.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        mesto_rules::from_json(self.0.get().as_bytes())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for Json {
    /// By text: two spellings of one value differ.
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Default for Json {
    /// `null`
    fn default() -> Self {
        Self(RawValue::NULL.to_owned())
    }
}

/// Any JSON value, in the document.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Json {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::Object::with_type(utoipa::openapi::schema::SchemaType::AnyValue).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Json {}
