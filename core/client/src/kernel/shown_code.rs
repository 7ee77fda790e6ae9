//! What the operator signed, as this phone shows it to a camera.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::signature::TrustError;
use mesto_protocol::signed_code::{Claims, CodeError, Presentation};
use mesto_rules::shown;
use serde::Serialize;

use super::client::Client;
use super::error::{Error, Result};

/// How long one is drawn: half of what a reader's clock may differ by (`MAX_SKEW`).
const FRESH: TimeDelta = TimeDelta::seconds(30);

shown! { shown_code_shown;
    /// What to draw as a QR.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct ShownCode {
        /// The operator's signed text with this device's moment.
        pub text: String,
        /// Draw a new one before this moment.
        pub fresh_until: DateTime<Utc>,
    }
}

impl Client {
    /// The operator's signature and this device's, over this moment. Local.
    ///
    /// # Errors
    /// `code_untrusted` for what is not genuine or cannot be read, `code_of_another_phone` for what
    /// is bound to another phone, `device_key_failed`.
    pub(crate) fn show(&self, signed: &str) -> Result<ShownCode> {
        let now = self.now();
        let shown = self.is_genuine(signed, now).and_then(|()| {
            let signer = self.ports().signer.as_ref();
            Presentation::encode(signed, signer, now)
        });
        let text = shown.map_err(|why| Error::of_code(&why))?;
        Ok(ShownCode { text, fresh_until: now + FRESH })
    }

    /// Whether a key of the stored set signed it, where the set is there and knows the key: who
    /// reads the code may have another set, and judges by that one.
    fn is_genuine(&self, signed: &str, now: DateTime<Utc>) -> std::result::Result<(), CodeError> {
        let Some(keys) = self.stored_keys() else { return Ok(()) };
        match Claims::believed(signed, &keys, now) {
            Err(CodeError::Trust(TrustError::KeyUnknown { .. } | TrustError::KeyRevoked { .. })) => Ok(()),
            believed => believed.map(drop),
        }
    }
}
