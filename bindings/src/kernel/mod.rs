//! The client itself, and what every service crosses by: values, ids, lines of a price, errors,
//! ports, calling off.

/// Declares a type of another crate to UniFFI: fields that it does not have, or lacks, do not
/// compile.
macro_rules! remote {
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => { #[uniffi::remote(Record)] $(#[$meta])* pub struct $($rest)* };
    ($(#[$meta:meta])* pub enum $($rest:tt)*) => { #[uniffi::remote(Enum)] $(#[$meta])* pub enum $($rest)* };
}

/// Declares the object of a part of the client, and how it is reached; `Client` and `Handle` are in
/// scope.
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

pub mod cancel;
pub mod client;
pub mod error;
pub mod ids;
pub mod line;
pub mod link;
pub mod ports;
pub mod reminders;
pub mod scanner;
pub mod shown_code;
pub mod signal;
pub mod values;
