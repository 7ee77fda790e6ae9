//! How the words of the wire are written down: structs that are sent, closed lists of words, and lists that stay open in answers.
//!
//! An operator may be newer than the app: in an answer unknown fields are passed over, and an unknown word of an open
//! enum is `Other`. In a request every word must be known.

use serde::de::{IntoDeserializer as _, value};
use serde::{Deserialize, Deserializer};

macro_rules! wire {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })*) => {
        $($(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($body)* })*
    };
}
macro_rules! words {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident),* $(,)? })*) => {
        $($(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),* })*
    };
}
/// Words of answers: later versions may add more. By itself each reads only the words of today, so that requests and an
/// operator's own rows stay strict; a field of an answer reads with [`open`].
macro_rules! open_words {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident),* $(,)? })*) => {
        $crate::kernel::words::words! {
            $($(#[$meta])*
            #[doc = ""]
            #[doc = "Open in answers: later versions may add words. An app shows one it does not know plainly as such, never as another."]
            pub enum $name {
                $($(#[$vmeta])* $variant,)*
                /// A word of a later version: nothing may be concluded from it.
                #[serde(skip_deserializing)]
                Other,
            })*
        }
        $(impl $crate::kernel::words::Open for $name {
            const OTHER: Self = Self::Other;
        })*
    };
}

/// An enum whose answers may hold words that this version does not know.
pub(crate) trait Open: Sized {
    const OTHER: Self;
}

/// Reads a word of an answer.
pub(crate) fn open<'de, T: Open + Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let word = String::deserialize(deserializer)?;
    let word: value::StringDeserializer<value::Error> = word.into_deserializer();
    Ok(T::deserialize(word).unwrap_or(T::OTHER))
}
pub(crate) use {open_words, wire, words};
