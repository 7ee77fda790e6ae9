//! The core as Kotlin, Swift and Python see it: the client's types as they are, and one object for each part of it. No
//! logic.
//!
//! [`kernel`](self) and the base services are what every service stands on, a folder per service exports what that one
//! does, [`services`] lists them. Types are declared where they are made (ADR 13): `remote!` expands what their modules
//! give.

#![allow(
    clippy::result_large_err,
    reason = "an error is copied across the border once, field by field, whatever its size here"
)]
#![allow(
    unexpected_cfgs,
    reason = "types keep the conditions of the crates they are declared in; nothing of them is used here"
)]

/// Declares a type of another crate to UniFFI: fields that it does not have, or lacks, do not compile.
macro_rules! remote {
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => { #[uniffi::remote(Record)] $(#[$meta])* pub struct $($rest)* };
    ($(#[$meta:meta])* pub enum $($rest:tt)*) => { #[uniffi::remote(Enum)] $(#[$meta])* pub enum $($rest)* };
}

/// Declares the object of a part of the client, and how it is reached; `Client` and `Handle` are in scope.
macro_rules! part {
    ($(#[$meta:meta])* $name:ident, $reach:ident) => {
        $(#[$meta])*
        #[derive(uniffi::Object)]
        pub struct $name(Handle);

        #[uniffi::export]
        impl Client {
            $(#[$meta])*
            #[must_use]
            pub fn $reach(&self) -> std::sync::Arc<$name> {
                std::sync::Arc::new($name(self.0.clone()))
            }
        }
    };
}

mod base;
mod kernel;
mod orders;
mod parking;
mod services;

uniffi::setup_scaffolding!("mesto");
