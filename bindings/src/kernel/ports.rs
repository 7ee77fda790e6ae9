//! What an app may supply of its own: clock, keychain, device key, alarms. Each stands in for the
//! core's own port.

use crate::kernel::values::Timestamp;
use mesto_client::Reminder;
use mesto_client::{DeviceSigner, OperatorName, SecretsError};
use mesto_protocol::device::{DeviceKey as PublicKey, DeviceSignError, signature_from_der};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Why the phone could not do it; `reason` is for developers and holds no secret.
#[derive(Debug, Clone, thiserror::Error, uniffi::Error)]
pub enum PhoneError {
    #[error("{reason}")]
    Failed { reason: String },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for PhoneError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

/// The phone's clocks, uncorrected.
#[uniffi::export(with_foreign)]
pub trait DeviceClock: Send + Sync {
    /// What the phone believes the time is; may be hours wrong.
    fn wall(&self) -> Result<Timestamp, PhoneError>;
    /// Time since boot, sleep included; never goes back within one boot.
    fn monotonic(&self) -> Result<Duration, PhoneError>;
    /// Changes at every reboot.
    fn boot(&self) -> Result<String, PhoneError>;
}

/// The phone's keychain; the session token lives here and never in the database. A name begins with
/// the operator's DNS name and `/`, so that one keychain serves several operators.
#[uniffi::export(with_foreign)]
pub trait SecretStore: Send + Sync {
    fn get(&self, name: String) -> Result<Option<String>, PhoneError>;
    fn set(&self, name: String, value: String) -> Result<(), PhoneError>;
    fn remove(&self, name: String) -> Result<(), PhoneError>;
}

/// The device's P-256 keys, which never leave the Secure Enclave or Keystore; everything in the
/// form the platform gives. Each operator has a key of its own, named by its DNS name: with a
/// shared one two could tell that it is the same phone.
#[uniffi::export(with_foreign)]
pub trait DeviceKey: Send + Sync {
    /// SubjectPublicKeyInfo (Android), or SEC1 uncompressed (iOS).
    fn public_key(&self, operator: String) -> Result<Vec<u8>, PhoneError>;
    /// ECDSA with SHA-256 over `message`, DER.
    fn sign(&self, operator: String, message: Vec<u8>) -> Result<Vec<u8>, PhoneError>;
}

/// The phone's alarms. A plan replaces the one before it of the same operator as a whole; those of
/// others stay.
#[uniffi::export(with_foreign)]
pub trait ReminderPlan: Send + Sync {
    /// At most 64, earliest first. What is set and is not in the plan is taken back, by its id,
    /// which begins with the operator's DNS name and `/`. What it throws is ignored: a reminder
    /// is never guaranteed.
    fn replace(&self, operator: String, plan: Vec<Reminder>) -> Result<(), PhoneError>;
}

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// It went as it should.
    Debug,
    /// The operator refused.
    Info,
    /// No answer, or one that is not the operator's.
    Warning,
}

/// A line of the log: a request that ended, or live updates that changed. It never holds a plate, a
/// number, a token or a position.
#[derive(Debug, Clone, uniffi::Record)]
pub struct LogLine {
    pub level: LogLevel,
    /// What happened, in English.
    pub message: String,
    /// `POST /v1/purchases`, with `{...}` where a value stands.
    pub operation: Option<String>,
    /// The id by which the operator finds the request in its log.
    pub request: Option<String>,
    pub duration: Option<Duration>,
    pub status: Option<u16>,
    /// The code of a refusal, or of what became of the request: `offline`, `no_answer`,
    /// `answer_unreadable`.
    pub code: Option<String>,
}

/// The app's log.
#[uniffi::export(with_foreign)]
pub trait LogSink: Send + Sync {
    /// Called from whatever thread the core works on, with no lock held; should not wait. What it
    /// throws is ignored.
    fn line(&self, line: LogLine) -> Result<(), PhoneError>;
}

pub(crate) struct OwnLog(pub Arc<dyn LogSink>);

impl mesto_client::Log for OwnLog {
    fn line(&self, line: mesto_client::LogLine) {
        let mesto_client::LogLine { level, message, operation, request, duration, status, code } = line;
        let level = match level {
            mesto_client::LogLevel::Debug => LogLevel::Debug,
            mesto_client::LogLevel::Info => LogLevel::Info,
            mesto_client::LogLevel::Warning => LogLevel::Warning,
        };
        let _ = self.0.line(LogLine { level, message: message.to_owned(), operation, request, duration, status, code });
    }
}

/// The app's clock; while it fails it stands still at what it said last.
pub(crate) struct OwnClock {
    clock: Arc<dyn DeviceClock>,
    wall: Mutex<Timestamp>,
    monotonic: Mutex<Duration>,
    boot: Mutex<String>,
}

impl OwnClock {
    /// Reads it once: a clock that never told anything is of no use.
    pub fn new(clock: Arc<dyn DeviceClock>) -> Result<Self, PhoneError> {
        let (wall, monotonic, boot) = (clock.wall()?, clock.monotonic()?, clock.boot()?);
        Ok(Self { clock, wall: Mutex::new(wall), monotonic: Mutex::new(monotonic), boot: Mutex::new(boot) })
    }
}

/// What was just read, or else what was read last.
fn latest<T: Clone>(read: Result<T, PhoneError>, last: &Mutex<T>) -> T {
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    if let Ok(read) = read {
        *last = read;
    }
    last.clone()
}

impl mesto_client::Clock for OwnClock {
    fn wall(&self) -> Timestamp {
        latest(self.clock.wall(), &self.wall)
    }
    fn monotonic(&self) -> Duration {
        latest(self.clock.monotonic(), &self.monotonic)
    }
    fn boot(&self) -> String {
        latest(self.clock.boot(), &self.boot)
    }
}

pub(crate) struct OwnSecrets(pub Arc<dyn SecretStore>);

impl mesto_client::Secrets for OwnSecrets {
    fn get(&self, name: &str) -> Result<Option<String>, SecretsError> {
        self.0.get(name.to_owned()).map_err(|error| SecretsError(error.to_string()))
    }
    fn set(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        self.0.set(name.to_owned(), value.to_owned()).map_err(|error| SecretsError(error.to_string()))
    }
    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.0.remove(name.to_owned()).map_err(|error| SecretsError(error.to_string()))
    }
}

pub(crate) struct OwnReminders(pub Arc<dyn ReminderPlan>);

impl mesto_client::Reminders for OwnReminders {
    fn replace(&self, operator: &OperatorName, plan: &[Reminder]) {
        let _ = self.0.replace(operator.to_string(), plan.to_vec());
    }
}

pub(crate) struct OwnDevice {
    key: Arc<dyn DeviceKey>,
    operator: String,
    public: [u8; 65],
}

impl OwnDevice {
    /// Asks for the public key once; it does not change while the app lives.
    pub fn new(key: Arc<dyn DeviceKey>, operator: &OperatorName) -> Result<Self, PhoneError> {
        let operator = operator.to_string();
        let bytes = key.public_key(operator.clone())?;
        let public = PublicKey::from_sec1(&bytes)
            .or_else(|_| PublicKey::from_spki(&bytes))
            .map_err(|error| PhoneError::Failed { reason: error.to_string() })?;
        Ok(Self { key, operator, public: *public.as_bytes() })
    }
}

impl DeviceSigner for OwnDevice {
    fn public_key(&self) -> [u8; 65] {
        self.public
    }
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceSignError> {
        let refused = |reason: String| DeviceSignError { reason };
        let der = self.key.sign(self.operator.clone(), message.to_vec()).map_err(|error| refused(error.to_string()))?;
        signature_from_der(&der).map_err(|error| refused(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use mesto_protocol::device::SoftwareDevice;

    /// Answers what it was made with.
    struct Platform {
        public: Vec<u8>,
        signature: Vec<u8>,
    }

    impl DeviceKey for Platform {
        fn public_key(&self, _operator: String) -> Result<Vec<u8>, PhoneError> {
            Ok(self.public.clone())
        }
        fn sign(&self, _operator: String, _message: Vec<u8>) -> Result<Vec<u8>, PhoneError> {
            Ok(self.signature.clone())
        }
    }

    fn device(public: Vec<u8>, signature: Vec<u8>) -> Result<OwnDevice, PhoneError> {
        OwnDevice::new(Arc::new(Platform { public, signature }), &OperatorName::localhost())
    }

    #[test]
    fn a_key_that_is_no_point_of_the_curve_is_refused_at_once() {
        let point = SoftwareDevice::from_seed(&[7; 32]).unwrap().public_key().to_vec();
        assert!(device(point.clone(), vec![]).is_ok());
        let mut off_curve = point.clone();
        off_curve.iter_mut().last().into_iter().for_each(|byte| *byte ^= 1);
        for wrong in [off_curve, vec![], point.split_last().unwrap().1.to_vec()] {
            assert!(device(wrong, vec![]).is_err());
        }
    }

    #[test]
    fn a_signature_crosses_as_der_and_garbage_is_an_error() {
        let point = SoftwareDevice::from_seed(&[7; 32]).unwrap().public_key().to_vec();
        // SEQUENCE of INTEGER 1 and INTEGER 128 (with its sign byte).
        let signed = device(point.clone(), vec![0x30, 7, 2, 1, 1, 2, 2, 0, 128]).unwrap().sign(b"moment").unwrap();
        let ones: Vec<(usize, u8)> = signed.into_iter().enumerate().filter(|(_, byte)| *byte != 0).collect();
        assert_eq!(ones, [(31, 1), (63, 128)]);
        assert!(device(point, vec![0x30, 7, 2]).unwrap().sign(b"moment").is_err());
    }

    /// Tells the time until it is broken.
    struct Breaking(Mutex<Option<Timestamp>>);

    impl DeviceClock for Breaking {
        fn wall(&self) -> Result<Timestamp, PhoneError> {
            (*self.0.lock().unwrap()).ok_or_else(|| PhoneError::Failed { reason: "broken".to_owned() })
        }
        fn monotonic(&self) -> Result<Duration, PhoneError> {
            self.wall().map(|_| Duration::from_secs(7))
        }
        fn boot(&self) -> Result<String, PhoneError> {
            self.wall().map(|_| "one".to_owned())
        }
    }

    #[test]
    fn a_clock_that_breaks_stands_still_and_one_that_is_broken_is_refused() {
        use mesto_client::Clock as _;
        let first = Timestamp::from_timestamp(1_756_886_400, 0).unwrap();
        let clock = Arc::new(Breaking(Mutex::new(Some(first))));
        let own = OwnClock::new(Arc::clone(&clock) as Arc<dyn DeviceClock>).unwrap();
        let later = first + chrono::TimeDelta::seconds(5);
        *clock.0.lock().unwrap() = Some(later);
        assert_eq!(own.wall(), later);
        *clock.0.lock().unwrap() = None;
        assert_eq!((own.wall(), own.monotonic(), own.boot()), (later, Duration::from_secs(7), "one".to_owned()));
        assert!(OwnClock::new(clock).is_err());
    }
}
