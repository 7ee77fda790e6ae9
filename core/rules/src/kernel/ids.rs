//! Ids that a city's author writes: short words of small letters, digits and `-`. One type each, so
//! that none is taken for another.

/// Longest id, letters.
const LONGEST: usize = 64;

/// A text that is not an id. The text is left out: it may be a plate or a telephone number that was
/// typed at a wrong place, and what is said of it goes into logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id of a {what}; use small letters, digits and -, at most {LONGEST} of them")]
pub struct IdError {
    /// What it should name: `zone`.
    pub what: &'static str,
}

/// Ids in one line: `red, yellow`.
#[must_use]
pub fn joined<I: AsRef<str>>(ids: &[I]) -> String {
    ids.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ")
}

pub(crate) fn checked(text: &str, what: &'static str) -> Result<String, IdError> {
    let fits = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-';
    if (1..=LONGEST).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err(IdError { what })
    }
}

/// One line a type: `ZoneId, "zone";`. A service makes its own. On the wire and in files the bare
/// text, checked when it is read.
macro_rules! slug_ids {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Reads an id.
            ///
            /// # Errors
            /// [`IdError`](crate::kernel::ids::IdError) for anything but small letters, digits and
            /// `-`.
            pub fn new(text: &str) -> Result<Self, $crate::kernel::ids::IdError> {
                $crate::kernel::ids::checked(text, $what).map(Self)
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kernel::ids::IdError;
            fn from_str(text: &str) -> Result<Self, $crate::kernel::ids::IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::kernel::ids::IdError;
            fn try_from(text: String) -> Result<Self, $crate::kernel::ids::IdError> {
                Self::new(&text)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text: String = serde::Deserialize::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        // So that a map by id is asked with a text.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, text: &String) -> bool {
                self.0 == *text
            }
        }

        impl PartialEq<$name> for str {
            fn eq(&self, id: &$name) -> bool {
                *self == id.0
            }
        }

        impl PartialEq<$name> for String {
            fn eq(&self, id: &$name) -> bool {
                *self == id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }

        /// Its text, in the document.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                <String as utoipa::PartialSchema>::schema()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
}
pub(crate) use slug_ids;

slug_ids! {
    /// A city: `belgrade`.
    CityId, "city";
    /// A zone of street parking, in Belgrade's data a car park: `red`.
    ZoneId, "zone";
    /// A dated price list: `2025-02-01`.
    TariffId, "tariff";
    /// Where a value was read: `terms-2023`, a key of [`City::sources`](crate::City::sources).
    SourceId, "source";
}
