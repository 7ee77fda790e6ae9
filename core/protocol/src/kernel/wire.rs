//! How types of the wire are declared: once, for the wire, for its document and for the bindings.
//!
//! - [`records!`](crate::records): structs that apps read. It takes the name of a macro to export;
//!   `bindings` expands that one, so that a field stands in one place (ADR 13,
//!   [`shown`](mesto_rules::kernel::shown)).
//! - [`words!`](mesto_rules::words): one word of several, exported in the same way. A word of a
//!   later version is `Other` and keeps what came. In a request every word must be known: its
//!   handler refuses `Other`.
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
