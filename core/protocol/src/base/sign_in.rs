//! Signing in: a one-time code, then a token that belongs to a device.

use chrono::{DateTime, Utc};

use crate::kernel::words::{open, open_words, wire};

wire! {
    /// `POST /v1/auth/code`: asks for a one-time code; the answer is the same for known and unknown numbers.
    pub struct CodeRequest {
        /// International form, `+381641234567`; spaces and dashes are allowed.
        pub phone: String,
    }

    pub struct CodeSent {
        pub expires_at: DateTime<Utc>,
        /// Another code can be asked for from this moment.
        pub resend_at: DateTime<Utc>,
        pub digits: u8,
    }

    /// `POST /v1/auth/session`: trades the code for a token, and registers the device's signing key.
    pub struct SignIn {
        pub phone: String,
        pub code: String,
        /// Shown to the user in the list of his devices.
        pub device: String,
        /// P-256 public key, SEC1 uncompressed, base64url without padding.
        pub device_key: String,
    }

    pub struct Session {
        /// `Authorization: Bearer <token>`; shown once, stored hashed.
        pub token: String,
        pub account: String,
        #[serde(deserialize_with = "open")]
        pub role: Role,
        pub expires_at: DateTime<Utc>,
    }
}

open_words! {
    pub enum Role { Driver, Inspector, Admin }
}
