//! What an app may supply of its own: clock, keychain, device key, alarms. Each stands in for the core's own port.

use crate::values::Timestamp;
use mesto_client::{DeviceSigner, Reminder, SecretsError};
use mesto_protocol::device::{DeviceKey as PublicKey, DeviceSignError, signature_from_der};
use std::sync::Arc;
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
pub trait Clock: Send + Sync {
    /// What the phone believes the time is; may be hours wrong.
    fn wall(&self) -> Timestamp;
    /// Time since boot, sleep included; never goes back within one boot.
    fn monotonic(&self) -> Duration;
    /// Changes at every reboot.
    fn boot(&self) -> String;
}

/// The phone's keychain; the session token lives here and never in the database.
#[uniffi::export(with_foreign)]
pub trait SecretStore: Send + Sync {
    fn get(&self, name: String) -> Result<Option<String>, PhoneError>;
    fn set(&self, name: String, value: String) -> Result<(), PhoneError>;
    fn remove(&self, name: String) -> Result<(), PhoneError>;
}

/// The device's P-256 key, which never leaves the Secure Enclave or Keystore; everything in the form the platform gives.
#[uniffi::export(with_foreign)]
pub trait DeviceKey: Send + Sync {
    /// SubjectPublicKeyInfo (Android), or SEC1 uncompressed (iOS).
    fn public_key(&self) -> Result<Vec<u8>, PhoneError>;
    /// ECDSA with SHA-256 over `message`, DER.
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, PhoneError>;
}

/// The phone's alarms. A plan replaces the one before it as a whole.
#[uniffi::export(with_foreign)]
pub trait ReminderPlan: Send + Sync {
    /// At most 64, earliest first.
    fn replace(&self, plan: Vec<Reminder>);
}

pub(crate) struct OwnClock(pub Arc<dyn Clock>);

impl mesto_client::Clock for OwnClock {
    fn wall(&self) -> Timestamp {
        self.0.wall()
    }
    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }
    fn boot(&self) -> String {
        self.0.boot()
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
    fn replace(&self, plan: &[Reminder]) {
        self.0.replace(plan.to_vec());
    }
}

pub(crate) struct OwnDevice {
    key: Arc<dyn DeviceKey>,
    public: [u8; 65],
}

impl OwnDevice {
    /// Asks for the public key once; it does not change while the app lives.
    pub fn new(key: Arc<dyn DeviceKey>) -> Result<Self, PhoneError> {
        let bytes = key.public_key()?;
        let public = PublicKey::from_sec1(&bytes)
            .or_else(|_| PublicKey::from_spki(&bytes))
            .map_err(|error| PhoneError::Failed { reason: error.to_string() })?;
        Ok(Self { key, public: *public.as_bytes() })
    }
}

impl DeviceSigner for OwnDevice {
    fn public_key(&self) -> [u8; 65] {
        self.public
    }
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceSignError> {
        let refused = |reason: String| DeviceSignError { reason };
        let der = self.key.sign(message.to_vec()).map_err(|error| refused(error.to_string()))?;
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
        fn public_key(&self) -> Result<Vec<u8>, PhoneError> {
            Ok(self.public.clone())
        }
        fn sign(&self, _message: Vec<u8>) -> Result<Vec<u8>, PhoneError> {
            Ok(self.signature.clone())
        }
    }

    fn device(public: Vec<u8>, signature: Vec<u8>) -> Result<OwnDevice, PhoneError> {
        OwnDevice::new(Arc::new(Platform { public, signature }))
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
}
