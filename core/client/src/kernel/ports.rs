//! What the core asks of the phone and the network: traits an app, a test or a simulation supplies.
//!
//! All are synchronous but [`Link`]: a foreign language can implement them without an executor, and
//! the core waits nowhere else.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
pub use mesto_protocol::Method;
pub use mesto_protocol::device::{DeviceSignError, DeviceSigner};
pub use mesto_protocol::kernel::operator_name::OperatorName;

use crate::kernel::reminders::Reminder;

/// A request to the operator; the link adds the scheme and host in front of `path`.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkRequest {
    pub method: Method,
    /// Begins with `/`, holds the query.
    pub path: String,
    /// Lower-case names. Holds the bearer token: never log it.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: Option<Vec<u8>>,
}

impl std::fmt::Debug for LinkRequest {
    /// Without headers and body: they hold the token, phone and plate.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "LinkRequest({} {path})", self.method.as_str())
    }
}

/// What came back, whatever its status.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkAnswer {
    pub status: u16,
    /// Names in any case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl LinkAnswer {
    /// The value of a header, its name compared without case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for LinkAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LinkAnswer({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer. The difference decides whether a purchase may still be bought another
/// way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Surely nothing left the phone: no connection was made.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The request may have been executed: the connection broke, or no answer came in time.
    #[error("no answer: {0}")]
    Unknown(String),
}

/// The way to the operator. When in doubt answer [`LinkError::Unknown`]: a wrong `NotSent` could
/// let a driver pay twice.
#[async_trait]
pub trait Link: Send + Sync {
    async fn send(&self, request: LinkRequest) -> Result<LinkAnswer, LinkError>;

    /// Opens what comes piece by piece. A link that cannot says so, and nothing was sent.
    async fn open(&self, _request: LinkRequest) -> Result<Opened, LinkError> {
        Ok(Opened::NotPossible)
    }
}

/// What came of opening a stream.
pub enum Opened {
    /// Status 200: its headers, and what comes after them.
    Stream(Vec<(String, String)>, Box<dyn LinkStream>),
    /// Another status, with the whole answer.
    Answer(LinkAnswer),
    /// This link hands on whole answers alone.
    NotPossible,
}

/// An answer that goes on.
#[async_trait]
pub trait LinkStream: Send {
    /// The bytes that came; `None` where the operator ended it. A stream in which nothing comes for
    /// 45 seconds has broken: the operator sends a comment every 15.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, LinkError>;
}

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// It went as it should.
    Debug,
    /// The operator refused.
    Info,
    /// No answer, or one that is not the operator's.
    Warning,
}

/// A line of the log. It never holds a plate, a number, a token or a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub level: LogLevel,
    /// What happened, in English.
    pub message: &'static str,
    /// `POST /v1/purchases`, with `{...}` where a value stands.
    pub operation: Option<String>,
    /// As the operator's own log names the request.
    pub request: Option<String>,
    /// From the sending to the end of the answer, or to its first byte where it goes on.
    pub duration: Option<Duration>,
    pub status: Option<u16>,
    /// The code of a refusal, or of what became of the request: `offline`, `no_answer`,
    /// `answer_unreadable`.
    pub code: Option<String>,
}

/// The app's log.
pub trait Log: Send + Sync {
    /// Called from whatever thread the client works on, with no lock held; should not wait.
    fn line(&self, line: LogLine);
}

/// For an app that keeps no log.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLog;

impl Log for NoLog {
    fn line(&self, _line: LogLine) {}
}

/// The phone's clocks, uncorrected.
pub trait Clock: Send + Sync {
    /// What the phone believes the time is; may be hours wrong.
    fn wall(&self) -> DateTime<Utc>;
    /// Time since boot, sleep included; never goes back within one boot.
    fn monotonic(&self) -> Duration;
    /// Changes at every reboot; equal values mean that `monotonic` can be compared.
    fn boot(&self) -> String;
}

/// Random bytes fit for keys.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// A secret could not be kept or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("secrets: {0}")]
pub struct SecretsError(pub String);

/// The phone's keychain. The session token lives here and never in the database. A name begins with
/// the DNS name of the operator whose secret it is, and `/`: `parking.example/session_token`.
pub trait Secrets: Send + Sync {
    fn get(&self, name: &str) -> Result<Option<String>, SecretsError>;
    fn set(&self, name: &str, value: &str) -> Result<(), SecretsError>;
    fn remove(&self, name: &str) -> Result<(), SecretsError>;
}

/// The phone's alarms. A plan replaces the one before it of the same operator as a whole; those of
/// others stay.
pub trait Reminders: Send + Sync {
    /// At most 64, earliest first. The phone fires each at `fire_at`, which is in the phone's own
    /// (uncorrected) time. What is set of this operator and not in the plan is taken back: the
    /// ids of its alarms begin with its name and `/`.
    fn replace(&self, operator: &OperatorName, plan: &[Reminder]);
}

/// For an app without alarms.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReminders;

impl Reminders for NoReminders {
    fn replace(&self, _operator: &OperatorName, _plan: &[Reminder]) {}
}

/// Reads the bar codes in a still image.
pub trait StillDecoder: Send + Sync {
    /// Every code that is found, in no order; none is no error. `image` is a file as the camera
    /// wrote it: JPEG, PNG or WebP. Takes as long as the image is large: call it from a thread that
    /// may wait.
    ///
    /// # Errors
    /// [`DecodeError`] when there is nothing to look at.
    fn decode(&self, image: &[u8]) -> Result<Vec<Decoded>, DecodeError>;
}

/// A code that was found in an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// What sort of code, in the words of ISO/IEC 15424: `code_128`, `qr_code`.
    pub format: String,
    /// What it says.
    pub text: String,
    /// The code has a checksum of its own, or another look at the picture, turned a little, saw the
    /// same and nothing else. Without that it may be a misread: where bars are torn off, the rest
    /// is a shorter code that is as good.
    pub is_checked: bool,
}

/// Why an image was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// No JPEG, PNG or WebP, or a damaged one.
    #[error("this is no image that can be read")]
    NotAnImage,
    /// A photo in another form, by its name: `HEIC`.
    #[error("this is a {0} file; JPEG, PNG and WebP are read")]
    OtherForm(&'static str),
    /// More bytes or pixels than are looked at.
    #[error("the image is larger than is looked at")]
    TooLarge,
    /// This app does not read images.
    #[error("this app does not read images")]
    NotPossible,
}

/// For an app that does not read images.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoStillDecoder;

impl StillDecoder for NoStillDecoder {
    fn decode(&self, _image: &[u8]) -> Result<Vec<Decoded>, DecodeError> {
        Err(DecodeError::NotPossible)
    }
}

/// Everything the core needs from outside.
#[derive(Clone)]
pub struct Ports {
    pub link: Arc<dyn Link>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub secrets: Arc<dyn Secrets>,
    /// A key of its own for each operator: two that share one could tell that it is the same phone.
    pub signer: Arc<dyn DeviceSigner>,
    pub reminders: Arc<dyn Reminders>,
    pub stills: Arc<dyn StillDecoder>,
    pub log: Arc<dyn Log>,
}
