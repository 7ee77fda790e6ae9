//! The core as Kotlin, Swift and Python see it: mirrors of the client's types and coarse calls. No logic.

mod error;
mod trial;
mod values;

uniffi::setup_scaffolding!("mesto");

pub use error::MestoError;
