//! What can go wrong, for people: a stable code, what happened and which limit, what to do now.

use std::sync::Arc;

use mesto_protocol::Problem;
use mesto_protocol::kernel::ProblemCode;
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_protocol::kernel::signed_code::CodeError;
use mesto_rules::{CityId, PlateError, SectionError, TimeRules};
use serde_json::{Map, Value};

use crate::kernel::ports::{LinkError, SecretsError};
use crate::kernel::store::StoreError;
use mesto_texts::{self as texts, Locale};

/// What sort of failure it is: what an app does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
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

/// A failure of a use case.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Error {
    kind: ErrorKind,
    code: String,
    /// In English, for developers and logs; never holds a phone number, plate, token or position.
    detail: String,
    params: Box<Map<String, Value>>,
    /// Only of an answer of the operator.
    request_id: Option<Box<str>>,
    time: Option<Arc<TimeRules>>,
    /// Something that pays was sent, or may have been.
    is_unsure: bool,
}

/// The parameter of a refusal whose money was taken: the amount that goes back, by `due_at`. Also
/// the code of its advice.
pub const PAID_BACK: &str = "paid_back";

/// What an exchange fails with; lines of the log have them too.
pub(crate) const OFFLINE: &str = "offline";
pub(crate) const NO_ANSWER: &str = "no_answer";
pub(crate) const ANSWER_UNREADABLE: &str = "answer_unreadable";

/// Of a payment that ended with one of these, or waits with the first and the last: a bank may
/// still charge it; then it is paid back.
const MAY_BE_CHARGED: &[&str] =
    &["unconfirmed", "intent_forgotten", "abandoned", "account_closed", "expired", "undeliverable", "intents_open"];

/// Failures that are the operator's fault and do not heal by waiting.
const OF_THE_CITYS_DATA: [ProblemCode; 2] = [ProblemCode::CityOutdated, ProblemCode::SectionUnreadable];

/// Whether this is the id of a request: anything else that came in its place is passed over.
pub(crate) fn is_request(id: &str) -> bool {
    (1..=40).contains(&id.len()) && id.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'_')
}

/// What every use case answers.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(kind: ErrorKind, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.to_owned(),
            detail: detail.into(),
            params: Box::default(),
            request_id: None,
            time: None,
            is_unsure: false,
        }
    }

    /// Of something that pays and was sent, or may have been.
    pub(crate) fn unsure(mut self) -> Self {
        self.is_unsure = true;
        self
    }

    /// Of a payment: what was closed does not tell whether it was sent before.
    pub(crate) fn of_payment(mut self) -> Self {
        self.is_unsure |= self.code == "closed";
        self
    }

    /// Of going on with a payment: it may have been sent before, whatever fails now, but not one
    /// that is unknown or could not be written down.
    pub(crate) fn of_open_payment(mut self) -> Self {
        self.is_unsure |= self.kind != ErrorKind::Refused && !self.is_full();
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// With the named values of an error of the rules.
    pub(crate) fn with_fields(mut self, error: &impl serde::Serialize) -> Self {
        self.params.extend(fields(error));
        self
    }

    /// A number outside of what is possible.
    pub(crate) fn beyond(what: &str, possible: &std::ops::RangeInclusive<u32>, told: u32) -> Self {
        let (least, most) = (*possible.start(), *possible.end());
        let detail = format!("{what}: {least} to {most}, not {told}");
        Self::new(ErrorKind::Refused, "out_of_range", detail).with("least", least).with("most", most)
    }

    /// A refusal by which another try later may be answered, where trying charges nothing.
    pub(crate) fn for_now_if(mut self, code: ProblemCode) -> Self {
        if self.code == code.as_str() {
            self.kind = ErrorKind::NotNow;
        }
        self
    }

    /// Times in the text are shown by this clock.
    pub(crate) fn in_time(mut self, time: Option<Arc<TimeRules>>) -> Self {
        self.time = self.time.or(time);
        self
    }

    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Stable, `snake_case`: a code of the operator, of the rules, or of the phone itself.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What was wrong, in English, for developers.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Values of the text: limits in minutes, times in RFC 3339, money as `{amount, currency}`.
    #[must_use]
    pub const fn params(&self) -> &Map<String, Value> {
        &self.params
    }

    /// The request that failed, as the operator's log names it: `rq_` and 26 letters. For a report
    /// to the operator.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Keeps the id of the request; anything but one of ours is passed over.
    pub(crate) fn of_request(mut self, id: Option<&str>) -> Self {
        self.request_id = id.filter(|id| is_request(id)).map(Box::from);
        self
    }

    /// What happened, for the driver.
    #[must_use]
    pub fn text(&self, locale: Locale) -> String {
        texts::of_code(locale, &self.code, None, &self.params, self.time.as_deref())
    }

    /// What he can do now.
    #[must_use]
    pub fn advice(&self, locale: Locale) -> String {
        // Money that was taken and goes back comes before what the reason alone would advise.
        let code = if self.params.contains_key(PAID_BACK) { PAID_BACK } else { &self.code };
        texts::of_code(locale, code, Some("advice"), &self.params, self.time.as_deref())
    }

    /// Nobody can say that nothing was charged: it may have been, or it was and goes back. Only of
    /// what pays: a price that got no answer charges nothing.
    #[must_use]
    pub fn may_be_charged(&self) -> bool {
        self.is_unsure || self.params.contains_key(PAID_BACK) || MAY_BE_CHARGED.contains(&self.code.as_str())
    }

    /// The phone had no room: nothing was written.
    pub(crate) fn is_full(&self) -> bool {
        self.code == "phone_full"
    }

    pub(crate) fn not_signed_in() -> Self {
        Self::new(ErrorKind::NotSignedIn, "not_signed_in", "no session token is stored")
    }

    pub(crate) fn city_missing(city: &CityId) -> Self {
        Self::new(ErrorKind::NotNow, "city_missing", "this city is not stored yet; refresh it first")
            .with("city", city.as_str())
    }

    /// A file is of one operator for good.
    pub(crate) fn file_of_another(of: &str, operator: &OperatorName) -> Self {
        let detail =
            format!("the file is of the operator {of}, not of {operator}: give each operator a file of its own");
        Self::new(ErrorKind::Phone, "phone_data_of_another", detail)
            .with("operator", operator.as_str())
            .with("found", of)
    }

    /// A signed code cannot be shown on this phone: it is bound to another one, the key failed, or
    /// the operator did not sign it so.
    pub(crate) fn of_code(why: &CodeError) -> Self {
        let (kind, code) = match why {
            CodeError::DeviceMismatch => (ErrorKind::Phone, "code_of_another_phone"),
            CodeError::Device(_) => (ErrorKind::Phone, "device_key_failed"),
            _ => (ErrorKind::Untrusted, "code_untrusted"),
        };
        Self::new(kind, code, why.to_string())
    }

    pub(crate) fn unreadable(detail: impl std::fmt::Display) -> Self {
        Self::new(ErrorKind::NotNow, ANSWER_UNREADABLE, format!("the answer cannot be read: {detail}"))
    }

    pub(crate) fn untrusted(code: &str, what: &str, detail: impl std::fmt::Display) -> Self {
        Self::new(ErrorKind::Untrusted, code, format!("{what}: {detail}")).with("what", what)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let kind = match problem.status {
            401 => ErrorKind::NotSignedIn,
            _ if problem.is_final() => ErrorKind::Refused,
            // As the phone's own rules tell it: only another document of the city mends it.
            _ if OF_THE_CITYS_DATA.iter().any(|code| problem.is(*code)) => ErrorKind::Refused,
            _ => ErrorKind::NotNow,
        };
        let id = problem.instance.as_deref().and_then(|instance| instance.strip_prefix("urn:mesto:request:"));
        let mut error = Self::new(kind, &problem.code, problem.detail).of_request(id);
        error.params = Box::new(problem.params);
        error
    }
}

/// The named values of a serializable error.
pub fn fields(value: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(mut map)) => {
            map.remove("code");
            map
        }
        _ => Map::new(),
    }
}

impl From<SectionError> for Error {
    fn from(error: SectionError) -> Self {
        let made = |code| Self::new(ErrorKind::Refused, code, error.to_string()).with("section", error.section());
        match &error {
            SectionError::Missing { .. } => made("section_missing"),
            SectionError::TooNew { format, known, .. } => {
                made("section_too_new").with("format", *format).with("known", *known)
            }
            SectionError::Unreadable { reason, .. } => made("section_unreadable").with("reason", reason.as_str()),
        }
    }
}

impl From<PlateError> for Error {
    fn from(error: PlateError) -> Self {
        Self::new(ErrorKind::Refused, error.code(), "the plate does not follow the city's grammar").with_fields(&error)
    }
}

impl From<LinkError> for Error {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::NotSent(why) => Self::new(ErrorKind::Offline, OFFLINE, why),
            LinkError::Unknown(why) => Self::new(ErrorKind::NoAnswer, NO_ANSWER, why),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Full(_) => "phone_full",
            StoreError::Damaged(_) => "phone_data_damaged",
            StoreError::Newer { .. } => "phone_data_newer",
            StoreError::Closed => "closed",
            StoreError::Other(_) => "phone_data_failed",
        };
        Self::new(ErrorKind::Phone, code, error.to_string())
    }
}

impl From<SecretsError> for Error {
    fn from(error: SecretsError) -> Self {
        Self::new(ErrorKind::Phone, "phone_secrets_failed", error.to_string())
    }
}

/// Codes that the phone itself can give whatever the service; each has a text and an advice.
pub const CODES: &[&str] = &[
    OFFLINE,
    NO_ANSWER,
    "not_signed_in",
    "city_missing",
    ANSWER_UNREADABLE,
    "phone_full",
    "phone_data_damaged",
    "phone_data_newer",
    "phone_data_of_another",
    "operator_open",
    "operators_share",
    "phone_data_failed",
    "closed",
    "phone_secrets_failed",
    "device_key_failed",
    "code_of_another_phone",
    "code_untrusted",
    "out_of_range",
    "id_invalid",
    "frame_invalid",
    "called_off",
    "set_up_wrong",
    PAID_BACK,
    "section_missing",
    "section_too_new",
    "section_unreadable",
];
