//! How types that apps read are declared: once, for Rust and for the bindings.

/// Declares structs and enums exactly as they are written, and exports a macro of this name that
/// gives their text again: `bindings` expands it into `uniffi::remote` declarations, so that a
/// field stands in one place (ADR 13). Whoever expands it has a macro `remote!` and the types of
/// the fields in scope.
#[macro_export]
macro_rules! shown {
    ($exported:ident; $($(#[$meta:meta])* pub $kind:ident $name:ident { $($body:tt)* })*) => {
        $($(#[$meta])* pub $kind $name { $($body)* })*

        /// The types of this module, for the bindings.
        #[macro_export]
        macro_rules! $exported { () => { $( remote! { $(#[$meta])* pub $kind $name { $($body)* } } )* } }
    };
}
