//! How types of the wire are declared: once, for the wire, for its document and for the bindings.
//!
//! - [`records!`](crate::records): structs that apps read. It takes the name of a macro to export;
//!   `bindings` expands that one, so that a field stands in one place (ADR 13,
//!   [`shown`](mesto_rules::kernel::shown)).
//! - [`words!`](crate::words): one word of several, exported in the same way. A word of a later
//!   version is `Other` and keeps what came. In a request every word must be known: its handler
//!   refuses `Other`.
//! - `wire!`: structs that no app reads as such.
//! - `closed_words!`: words of a message in which another word is a mistake.
//!
//! An operator may be newer than the app: unknown fields are passed over.

/// Structs of the wire that no app reads as such.
macro_rules! wire {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })*) => {
        $(#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        pub struct $name { $($body)* })*
    };
}

/// Words of which another one is a mistake.
macro_rules! closed_words {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$on_word:meta])* $variant:ident),* $(,)? })*) => {
        $(#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        $(#[$meta])*
        pub enum $name { $($(#[$on_word])* $variant),* })*
    };
}
pub(crate) use {closed_words, wire};

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
        macro_rules! $exported { () => { $( remote! {
            $(#[$meta])*
            pub struct $name { $($(#[$on_field])* pub $field: $ty),* }
        } )* } }
    };
}

/// Declares words of the wire; see [the module](crate::kernel::wire).
#[macro_export]
macro_rules! words {
    ($exported:ident; $($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$on_word:meta])* $variant:ident = $word:literal),* $(,)?
    })*) => {
        $($(#[$meta])*
        #[doc = ""]
        #[doc = "Later versions may add words: one that is not known is shown plainly as such, never as another."]
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
                    .description(Some("Open in answers: later versions may add words. An app shows one that it does not know plainly as such, never as another."))
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {})*

        /// The words of this module, for the bindings.
        #[macro_export]
        macro_rules! $exported { () => { $( remote! {
            $(#[$meta])*
            #[doc = ""]
            #[doc = "Later versions may add words: one that is not known is shown plainly as such, never as another."]
            pub enum $name {
                $($(#[$on_word])* $variant,)*
                /// A word of a later version, as it came: nothing may be concluded from it.
                Other(String),
            }
        } )* } }
    };
}
