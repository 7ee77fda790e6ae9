//! Signing in: a one-time code, then a token that belongs to a device.

use chrono::{DateTime, Utc};
use mesto_rules::Language;

use crate::kernel::ProblemCode;
use crate::kernel::grants::Grant;
use crate::kernel::ids::{AccountId, DeviceId};
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, delete, get, post};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Service};
use crate::kernel::wire::wire;
use crate::records;

pub const SEND_CODE: Operation<CodeRequest, CodeSent> =
    post("/v1/auth/code", "Sends a one-time code; the same answer for known and unknown numbers", Access::Anybody)
        .answers(200)
        .refuses(&[
            ProblemCode::PhoneInvalid,
            ProblemCode::PhoneCountryNotServed,
            ProblemCode::CodeSentAlready,
            ProblemCode::TooManyRequests,
        ]);
pub const SIGN_IN: Operation<SignIn, Session> =
    post("/v1/auth/session", "Trades a one-time code for a token and registers the device's key", Access::Anybody)
        .refuses(&[
            ProblemCode::PhoneInvalid,
            ProblemCode::CodeWrong,
            ProblemCode::CodeExpired,
            ProblemCode::CodeTriesExhausted,
            ProblemCode::DeviceKeyInvalid,
        ]);
pub const SIGN_OUT: Operation<Nothing, Nothing> = delete("/v1/auth/session", "Ends this session", Access::SignedIn);
pub const SESSIONS: Operation<Nothing, SessionPage> =
    get("/v1/auth/sessions", "The devices that are signed in to the account, newest first", Access::SignedIn)
        .query(&[PAGE_CURSOR, PAGE_LIMIT]);
pub const END_SESSION: Operation<Nothing, Nothing> =
    delete("/v1/auth/sessions/{session}", "Ends the session of another device", Access::SignedIn)
        .refuses(&[ProblemCode::SessionIsOwn, ProblemCode::NotFound]);

problems! {
    PhoneInvalid, "phone_invalid", 422, "This is not a phone number that a code can be sent to";
    PhoneCountryNotServed, "phone_country_not_served", 422, "No code is sent to numbers of this country";
    CodeSentAlready, "code_sent_already", 429, "A code was sent to this number and is still good";
    CodeWrong, "code_wrong", 422, "The code is not right";
    CodeExpired, "code_expired", 422, "The code is no longer valid";
    CodeTriesExhausted, "code_tries_exhausted", 422, "Too many wrong codes; ask for a new one";
    DeviceKeyInvalid, "device_key_invalid", 422, "The device key is not a P-256 public key";
    SessionIsOwn, "session_is_own", 409, "This is the session of this device: sign out instead";
}

pub const SERVICE: Service = Service {
    adds: &[Adds {
        operations: &[SEND_CODE.entry(), SIGN_IN.entry(), SIGN_OUT.entry(), SESSIONS.entry(), END_SESSION.entry()],
        problems: PROBLEMS,
        ..Adds::NOTHING
    }],
    ..Service::named("sign_in")
};

records! { sign_in_records;
    /// A one-time code is on its way. When very many are asked for at once it may come late.
    pub struct CodeSent {
        pub expires_at: DateTime<Utc>,
        /// Another code can be asked for from this moment.
        pub resend_at: DateTime<Utc>,
        pub digits: u8,
    }

    /// A device that is signed in to the account.
    pub struct DeviceSession {
        /// Of the device: each signing in is one.
        pub id: DeviceId,
        /// As it called itself when it signed in.
        pub device: String,
        /// Whether it is the one that asks.
        pub is_own: bool,
        pub signed_in_at: DateTime<Utc>,
        /// When it has to sign in again.
        pub expires_at: DateTime<Utc>,
    }

    /// Newest first.
    pub struct SessionPage {
        pub items: Vec<DeviceSession>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }
}

wire! {
    /// Asks for a one-time code; the answer is the same for known and unknown numbers.
    pub struct CodeRequest {
        /// International form, `+381641234567`, or as it is dialled in the operator's country, `064
        /// 123 4567`; spaces, dashes and brackets are nothing, and so is a trunk zero behind the
        /// country, `+381 (0)64 ...`.
        pub phone: String,
        /// What the message is written in, BCP 47: `sr-Latn`. Absent: the operator's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub language: Option<Language>,
    }

    /// Trades the code for a token, and registers the device's signing key.
    pub struct SignIn {
        pub phone: String,
        /// As it was typed; what [`code_of`] leaves out is nothing.
        pub code: String,
        /// Shown to the user in the list of his devices.
        pub device: String,
        /// P-256 public key, SEC1 uncompressed, base64url without padding.
        pub device_key: String,
        /// What messages to this person are written in from now on, BCP 47. Absent: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub language: Option<Language>,
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

/// A one-time code as it was sent, of one as it was typed or copied: white space of any kind,
/// dashes and signs that nobody sees are nothing.
#[must_use]
pub fn code_of(typed: &str) -> String {
    let is_nothing = |sign: char| {
        sign.is_whitespace()
            || matches!(sign, '-' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{2015}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{2212}' | '\u{feff}')
    };
    typed.chars().filter(|sign| !is_nothing(*sign)).collect()
}

#[cfg(test)]
mod tests {
    use super::code_of;

    #[test]
    fn white_space_and_dashes_in_a_code_are_nothing() {
        for typed in [
            "123456",
            " 123 456\n",
            "123\u{a0}456",
            "123-456",
            "1 2 3 \u{2013} 4 5 6",
            "\u{202a}123\u{202f}456\u{202c}",
            "\u{feff}123456",
        ] {
            assert_eq!(code_of(typed), "123456", "{typed:?}");
        }
        assert_eq!(code_of("12345O"), "12345O");
    }
}
