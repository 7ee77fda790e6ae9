//! How types of the wire are declared: once, for the wire, for its documentation and for the bindings.
//!
//! Each macro takes the name of a macro to export. `bindings` expands that one into `uniffi::remote(..)`
//! declarations of the same types, so that a field stands in one place (ADR 13).
//!
//! - [`records!`](crate::records): structs.
//! - [`words!`](crate::words): one word of several. A word of a later version is `Other` and keeps what came.
//! - [`tagged!`](crate::tagged): a record whose kind a tag tells. A kind of a later version is `Other` and keeps
//!   the object that came.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// An object of a later version, kept as it came so that an update can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw(Value);

impl Raw {
    /// The object of a tagged enum.
    #[must_use]
    pub const fn new(object: Map<String, Value>) -> Self {
        Self(Value::Object(object))
    }

    /// What stands under `tag`; empty where nothing does.
    #[must_use]
    pub fn tag(&self, tag: &str) -> &str {
        self.0.get(tag).and_then(Value::as_str).unwrap_or_default()
    }

    /// The JSON as it came.
    #[must_use]
    pub fn json(&self) -> String {
        self.0.to_string()
    }

    /// Reads what [`Raw::json`] gives; anything but an object is an empty one.
    #[must_use]
    pub fn read(json: &str) -> Self {
        Self(serde_json::from_slice(json.as_bytes()).unwrap_or_else(|_| Value::Object(Map::new())))
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::new)
    }
}

/// Reads a part of a document from its text: a phone reads every other answer from text, and a second way to
/// read the same types is the largest part of its library that nobody needs.
///
/// # Errors
/// Those of the type.
#[doc(hidden)]
pub fn read_part<T: DeserializeOwned>(value: &Value) -> serde_json::Result<T> {
    serde_json::from_slice(&serde_json::to_vec(value)?)
}

/// Declares records of the wire; see [the module](crate::kernel::wire).
#[macro_export]
macro_rules! records {
    ($exported:ident; $($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$on_field:meta])* pub $field:ident : $ty:ty),* $(,)?
    })*) => {
        $(#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        pub struct $name { $($(#[$on_field])* pub $field: $ty),* })*

        /// The records of this module, for the bindings.
        #[macro_export]
        macro_rules! $exported { () => { $(
            #[uniffi::remote(Record)]
            $(#[$meta])*
            pub struct $name { $($(#[$on_field])* pub $field: $ty),* }
        )* } }
    };
}

/// Declares words of the wire; see [the module](crate::kernel::wire).
#[macro_export]
macro_rules! words {
    ($exported:ident; $($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$on_word:meta])* $variant:ident = $word:literal),* $(,)?
    })*) => {
        $($(#[$meta])*
        ///
        /// Later versions may add words: one that is not known is shown plainly as such, never as another.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$on_word])* $variant,)*
            /// A word of a later version, as it came: nothing may be concluded from it.
            Other(String),
        }

        impl $name {
            /// The words this version knows.
            pub const KNOWN: &'static [&'static str] = &[$($word),*];

            /// The word as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }

            /// Reads a word; one that is not known is `Other`.
            #[must_use]
            pub fn read(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }

            /// Whether this version knows the word.
            #[must_use]
            pub const fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                std::borrow::Cow::<'de, str>::deserialize(deserializer).map(|word| Self::read(&word))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::KNOWN.iter().copied()))
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {})*

        /// The words of this module, for the bindings.
        #[macro_export]
        macro_rules! $exported { () => { $(
            #[uniffi::remote(Enum)]
            $(#[$meta])*
            pub enum $name {
                $($(#[$on_word])* $variant,)*
                /// A word of a later version, as it came: nothing may be concluded from it.
                Other(String),
            }
        )* } }
    };
}

/// Declares records whose kind a tag tells; see [the module](crate::kernel::wire).
#[macro_export]
macro_rules! tagged {
    ($exported:ident; $($(#[$meta:meta])* pub enum $name:ident by $tag:literal {
        $($(#[$on_kind:meta])* $variant:ident($ty:ty) = $word:literal),* $(,)?
    })*) => {
        $($(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $($(#[$on_kind])* $variant($ty),)*
            /// A kind of a later version, or one in a shape that this version cannot read: the object that came.
            Other($crate::kernel::wire::Raw),
        }

        impl $name {
            /// The kinds this version knows.
            pub const KNOWN: &'static [&'static str] = &[$($word),*];

            /// The word that tells the kind.
            #[must_use]
            pub fn tag(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $word,)*
                    Self::Other(raw) => raw.tag($tag),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[derive(serde::Serialize)]
                #[serde(tag = $tag)]
                enum Known<'a> { $(#[serde(rename = $word)] $variant(&'a $ty)),* }
                match self {
                    $(Self::$variant(it) => Known::$variant(it).serialize(serializer),)*
                    Self::Other(raw) => raw.serialize(serializer),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use $crate::kernel::wire::{Raw, read_part};
                let object = serde_json::Map::<String, serde_json::Value>::deserialize(deserializer)?;
                let Some(tag) = object.get($tag).and_then(serde_json::Value::as_str).map(str::to_owned) else {
                    return Err(serde::de::Error::missing_field($tag));
                };
                let object = serde_json::Value::Object(object);
                let known = match tag.as_str() {
                    $($word => read_part(&object).map(Self::$variant),)*
                    _ => return Ok(Self::Other(Raw::from(object))),
                };
                Ok(known.unwrap_or_else(|_| Self::Other(Raw::from(object))))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, OneOfBuilder, Type};
                OneOfBuilder::new()
                    $(.item(AllOfBuilder::new()
                        .item(ObjectBuilder::new()
                            .property($tag, ObjectBuilder::new().schema_type(Type::String).enum_values(Some([$word])))
                            .required($tag))
                        .item(<$ty as utoipa::PartialSchema>::schema())))*
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn schemas(all: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
                $(<$ty as utoipa::ToSchema>::schemas(all);)*
            }
        })*

        /// The tagged records of this module, for the bindings.
        #[macro_export]
        macro_rules! $exported { () => { $(
            #[uniffi::remote(Enum)]
            $(#[$meta])*
            pub enum $name {
                $($(#[$on_kind])* $variant($ty),)*
                /// A kind of a later version: show it plainly as such.
                Other(Raw),
            }
        )* } }
    };
}

impl From<Value> for Raw {
    fn from(value: Value) -> Self {
        Self(value)
    }
}
