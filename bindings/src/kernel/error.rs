//! What a call fails with: the kind tells an app what to do next, `code` is stable, `text` and
//! `advice` are for the driver.

use mesto_client::{Error, ErrorKind, Locale, texts};
use serde_json::Map;
use std::collections::HashMap;

use crate::kernel::line::plain;

/// Declares the error and its making from the core's: every kind carries the same values.
macro_rules! errors {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// A failure as an app shows it: `text` and `advice`, in the language the client was opened
        /// with. `params` holds the numbers, moments (RFC 3339) and sums of the text as plain text;
        /// `detail` is for developers and never holds personal data; `request` is the id by which
        /// the operator finds the request in its log; with `may_be_charged` nobody can say that
        /// nothing was charged.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
        #[uniffi::export(Display)]
        pub enum MestoError {
            $($(#[$doc])*
            #[error("{code}: {detail}")]
            $kind {
                code: String,
                text: String,
                advice: String,
                params: HashMap<String, String>,
                detail: String,
                request: Option<String>,
                may_be_charged: bool,
            },)*
            /// The app called the call off. A paying action that had begun stays an open intent.
            #[error("{code}: {detail}")]
            Cancelled {
                code: String,
                text: String,
                advice: String,
                params: HashMap<String, String>,
                detail: String,
                request: Option<String>,
                may_be_charged: bool,
            },
        }

        impl MestoError {
            /// The core's error in the words of one language.
            pub(crate) fn from_core(error: &Error, locale: Locale) -> Self {
                let code = error.code().to_owned();
                let (text, advice) = (error.text(locale), error.advice(locale));
                let (params, detail) = (plain(error.params()), error.detail().to_owned());
                let request = error.request_id().map(str::to_owned);
                let may_be_charged = error.may_be_charged();
                match error.kind() {
                    $(ErrorKind::$kind => {
                        Self::$kind { code, text, advice, params, detail, request, may_be_charged }
                    })*
                }
            }
        }
    };
}

errors! {
    /// The rules or the operator said no. Asking again the same way changes nothing.
    Refused,
    /// There is no connection; surely nothing left the phone.
    Offline,
    /// No answer came; it may have been executed.
    NoAnswer,
    /// The operator cannot answer now; try later.
    NotNow,
    /// Nobody is signed in, or the session is over.
    NotSignedIn,
    /// Something is not signed by whom it should be. What was there before stays in use.
    Untrusted,
    /// The phone's storage, keychain or key failed.
    Phone,
}

/// The client cannot be opened as the app wants it.
const SET_UP_WRONG: &str = "set_up_wrong";

impl MestoError {
    /// The app set the client up wrongly, or a port of the app failed at once. What is wrong is for
    /// developers, in the detail; a driver is told what he can do, in his language by
    /// [`Self::said_in`].
    pub(crate) fn set_up(why: impl std::fmt::Display) -> Self {
        Self::Phone {
            code: SET_UP_WRONG.to_owned(),
            text: String::new(),
            advice: String::new(),
            params: HashMap::new(),
            detail: why.to_string(),
            request: None,
            may_be_charged: false,
        }
        .said_in(Locale::En)
    }

    /// A wrong set-up in the words of one language, which it is found before.
    pub(crate) fn said_in(mut self, locale: Locale) -> Self {
        if let Self::Phone { code, text, advice, .. } = &mut self
            && code == SET_UP_WRONG
        {
            *text = texts::of_code(locale, code, None, &Map::new(), None);
            *advice = texts::of_code(locale, code, Some("advice"), &Map::new(), None);
        }
        self
    }

    /// `pays`: what had begun stays an open intent, and may be charged.
    pub(crate) fn called_off(locale: Locale, pays: bool) -> Self {
        let code = "called_off";
        Self::Cancelled {
            code: code.to_owned(),
            text: texts::of_code(locale, code, None, &Map::new(), None),
            advice: texts::of_code(locale, code, Some("advice"), &Map::new(), None),
            params: HashMap::new(),
            detail: "the app called this off".to_owned(),
            request: None,
            may_be_charged: pays,
        }
    }

    /// A value that no operator can have meant, such as a moment in the year 300,000: a mistake for
    /// developers, said in English because it is found before the client is asked.
    pub(crate) fn out_of_range(detail: impl std::fmt::Display) -> Self {
        Self::not_sent("out_of_range", detail.to_string())
    }

    /// Text that is no id of its kind. It is said in English for the same reason.
    pub(crate) fn id_invalid(kind: &str, why: impl std::fmt::Display) -> Self {
        Self::not_sent("id_invalid", format!("this is no {kind}: {why}"))
    }

    /// A frame whose numbers do not fit each other: a mistake for developers, said in English for
    /// the same reason.
    pub(crate) fn frame_invalid(detail: String) -> Self {
        Self::not_sent("frame_invalid", detail)
    }

    /// A value that was refused before the client was asked.
    fn not_sent(code: &str, detail: String) -> Self {
        Self::Refused {
            code: code.to_owned(),
            text: texts::of_code(Locale::En, code, None, &Map::new(), None),
            advice: texts::of_code(Locale::En, code, Some("advice"), &Map::new(), None),
            params: HashMap::new(),
            detail,
            request: None,
            may_be_charged: false,
        }
    }
}

/// The outcome of a call in the words of one language.
pub(crate) fn from_core<T>(outcome: Result<T, Error>, locale: Locale) -> Result<T, MestoError> {
    outcome.map_err(|error| MestoError::from_core(&error, locale))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_keeps_its_kind_and_speaks_the_clients_language() {
        let refused =
            Error::from(mesto_client::Problem::new(mesto_client::ProblemCode::PhoneInvalid, "for developers"));
        for (locale, said) in [
            (Locale::En, "No code can be sent to this phone number."),
            (Locale::SrLatn, "Na ovaj broj telefona kod ne može da se pošalje."),
        ] {
            let told = MestoError::from_core(&refused, locale);
            // What a log keeps is in no language, and what a driver is told in his own.
            assert_eq!(told.to_string(), "phone_invalid: for developers");
            let MestoError::Refused { code, text, advice, detail, .. } = told else { panic!("not refused: {told:?}") };
            assert_eq!((code.as_str(), text.as_str(), detail.as_str()), ("phone_invalid", said, "for developers"));
            assert!(!advice.is_empty());
        }
        let MestoError::Cancelled { code, text, advice, may_be_charged, .. } =
            MestoError::called_off(Locale::SrLatn, true)
        else {
            panic!("not called off")
        };
        assert_eq!((code.as_str(), text.as_str()), ("called_off", "Prekinuli ste ovo."));
        assert!(may_be_charged, "what had begun goes on");
        let read = MestoError::called_off(Locale::En, false);
        assert!(matches!(read, MestoError::Cancelled { may_be_charged: false, .. }), "a price charges nothing");
        assert!(!advice.is_empty());
        let away = Error::from(mesto_client::Problem::new(mesto_client::ProblemCode::Unavailable, ""));
        assert!(matches!(MestoError::from_core(&away, Locale::En), MestoError::NotNow { .. }));
    }

    #[test]
    fn a_driver_is_told_of_a_wrong_set_up_in_his_language_and_developers_what_is_wrong() {
        let thrown = "java.lang.IllegalStateException: no key\n\tat city.app.Key.publicKey(Key.kt:7)";
        for (locale, said) in [
            (Locale::En, "This app is not set up as it should be."),
            (Locale::SrLatn, "Aplikacija nije podešena kako treba."),
        ] {
            let MestoError::Phone { code, text, advice, detail, .. } = MestoError::set_up(thrown).said_in(locale)
            else {
                panic!("not the phone's")
            };
            assert_eq!((code.as_str(), text.as_str(), detail.as_str()), ("set_up_wrong", said, thrown));
            assert!(!advice.is_empty() && !advice.contains("Exception"));
        }
        // Others keep their words.
        let other = MestoError::called_off(Locale::En, false);
        assert_eq!(other.clone().said_in(Locale::SrLatn), other);
    }

    #[test]
    fn a_code_of_a_newer_operator_keeps_its_name_and_says_something() {
        let newer = json!({
            "type": "urn:mesto:problem:zone_under_water", "title": "", "status": 422, "code": "zone_under_water",
            "detail": "for developers", "params": { "depth_m": 2 },
        });
        let newer = Error::from(serde_json::from_value::<mesto_client::Problem>(newer).unwrap());
        for (locale, said) in [(Locale::En, "That did not work."), (Locale::SrLatn, "Nije uspelo.")] {
            let MestoError::Refused { code, text, advice, params, .. } = MestoError::from_core(&newer, locale) else {
                panic!("not refused")
            };
            assert_eq!((code.as_str(), text.as_str()), ("zone_under_water", said));
            assert!(!advice.is_empty());
            assert_eq!(params["depth_m"], "2");
        }
    }
}
