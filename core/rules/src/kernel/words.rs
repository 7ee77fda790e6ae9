//! Words that later versions may add to: of the wire, and of a city's data.

/// Declares words of which a later version may have more, and exports a macro of this name for the
/// bindings, as [`shown!`](crate::shown) does. A word that is not known is `Other` and keeps what
/// came.
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

        impl $crate::kernel::words::Words for $name {
            const KNOWN: &'static [&'static str] = Self::KNOWN;
            fn as_str(&self) -> &str {
                self.as_str()
            }
            fn is_known(&self) -> bool {
                self.is_known()
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

/// A word of several.
pub trait Words {
    /// The words this version knows.
    const KNOWN: &'static [&'static str];

    /// The word as it is written.
    fn as_str(&self) -> &str;

    /// Whether this version knows it.
    fn is_known(&self) -> bool;
}
