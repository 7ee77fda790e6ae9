//! What every call may fail with: a stable code, a text for people, an advice what to do now.

/// An error as an app shows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Display)]
pub enum MestoError {
    /// The rules or the operator said no, for good.
    #[error("{text}")]
    Refused { code: String, text: String, advice: String },
    /// The operator could not be reached or did not answer in time.
    #[error("{text}")]
    Offline { code: String, text: String, advice: String },
}
