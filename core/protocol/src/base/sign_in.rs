//! Signing in: a one-time code, then a token that belongs to a device.

use chrono::{DateTime, Utc};

use crate::kernel::ProblemCode;
use crate::kernel::grants::Grant;
use crate::kernel::ids::AccountId;
use crate::kernel::operation::{Access, Nothing, Operation, delete, post};
use crate::kernel::problem::problems;
use crate::kernel::service::Service;
use crate::kernel::wire::wire;
use crate::records;

pub const SEND_CODE: Operation<CodeRequest, CodeSent> =
    post("/v1/auth/code", "Sends a one-time code; the same answer for known and unknown numbers", Access::Anybody)
        .answers(200)
        .refuses(&[ProblemCode::PhoneInvalid, ProblemCode::TooManyRequests]);
pub const SIGN_IN: Operation<SignIn, Session> =
    post("/v1/auth/session", "Trades a one-time code for a token and registers the device's key", Access::Anybody)
        .refuses(&[
            ProblemCode::PhoneInvalid,
            ProblemCode::CodeWrong,
            ProblemCode::CodeExpired,
            ProblemCode::CodeTriesExhausted,
            ProblemCode::DeviceKeyInvalid,
            ProblemCode::TooManyRequests,
        ]);
pub const SIGN_OUT: Operation<Nothing, Nothing> = delete("/v1/auth/session", "Ends this session", Access::SignedIn);

problems! {
    PhoneInvalid, "phone_invalid", 422, "This is not a phone number in international form";
    CodeWrong, "code_wrong", 422, "The code is not right";
    CodeExpired, "code_expired", 422, "The code is no longer valid";
    CodeTriesExhausted, "code_tries_exhausted", 422, "Too many wrong codes; ask for a new one";
    DeviceKeyInvalid, "device_key_invalid", 422, "The device key is not a P-256 public key";
}

pub const SERVICE: Service = Service {
    operations: &[SEND_CODE.entry(), SIGN_IN.entry(), SIGN_OUT.entry()],
    problems: PROBLEMS,
    ..Service::named("sign_in")
};

records! { sign_in_records;
    pub struct CodeSent {
        pub expires_at: DateTime<Utc>,
        /// Another code can be asked for from this moment.
        pub resend_at: DateTime<Utc>,
        pub digits: u8,
    }
}

wire! {
    /// Asks for a one-time code; the answer is the same for known and unknown numbers.
    pub struct CodeRequest {
        /// International form, `+381641234567`; spaces and dashes are allowed.
        pub phone: String,
    }

    /// Trades the code for a token, and registers the device's signing key.
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
        pub account: AccountId,
        /// The roles it holds.
        pub grants: Vec<Grant>,
        pub expires_at: DateTime<Utc>,
    }
}
