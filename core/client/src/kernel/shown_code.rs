//! What the operator signed, as this phone shows it to a camera.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::signed_code::Presentation;
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
    /// `code_of_another_phone` for what is bound to another phone, `device_key_failed`.
    pub(crate) fn show(&self, signed: &str) -> Result<ShownCode> {
        let now = self.now();
        let text =
            Presentation::encode(signed, self.ports().signer.as_ref(), now).map_err(|why| Error::of_code(&why))?;
        Ok(ShownCode { text, fresh_until: now + FRESH })
    }
}
