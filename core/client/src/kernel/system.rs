//! The phone's ports as this machine has them: for the command line, the desktop and tests. Phones
//! bring their own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::kernel::operator_name::OperatorName;

use mesto_rules::from_json;

use crate::kernel::keychain::secret_name;
use crate::kernel::ports::{Clock, Entropy, Secrets, SecretsError};
use crate::kernel::private_file;

/// This machine's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// The start of this process, for machines that do not tell their boot.
fn process_start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    #[allow(clippy::disallowed_methods, reason = "the clock port of this machine")]
    *START.get_or_init(Instant::now)
}

/// Seconds since boot, sleep included, and the id of the boot, where the machine tells both
/// (Linux).
fn since_boot() -> Option<Duration> {
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    uptime.split_whitespace().next()?.parse().ok().map(Duration::from_secs_f64)
}

fn boot_id() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_owned())
}

impl Clock for SystemClock {
    fn wall(&self) -> DateTime<Utc> {
        #[allow(clippy::disallowed_methods, reason = "the clock port of this machine")]
        DateTime::from(SystemTime::now())
    }

    fn monotonic(&self) -> Duration {
        match (boot_id(), since_boot()) {
            (Some(_), Some(since)) => since,
            _ => process_start().elapsed(),
        }
    }

    fn boot(&self) -> String {
        match (boot_id(), since_boot()) {
            (Some(id), Some(_)) => id,
            // Counted from the start of this process: another process cannot compare with it.
            _ => {
                static THIS_PROCESS: OnceLock<String> = OnceLock::new();
                THIS_PROCESS
                    .get_or_init(|| {
                        process_start();
                        format!("{}-{}", std::process::id(), self.wall().timestamp_millis())
                    })
                    .clone()
            }
        }
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the system has no random bytes: a key must never be made of anything else.
    fn fill(&self, bytes: &mut [u8]) {
        #[allow(clippy::disallowed_methods, clippy::expect_used, reason = "the entropy port of this machine")]
        getrandom::fill(bytes).expect("the system gives no random bytes");
    }
}

/// Secrets in a file that only its owner may read; for machines without a keychain.
pub struct FileSecrets {
    path: PathBuf,
    lock: Mutex<()>,
}

impl FileSecrets {
    /// The file is made with the first secret.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), lock: Mutex::new(()) }
    }

    fn read(&self) -> Result<BTreeMap<String, String>, SecretsError> {
        match std::fs::read(&self.path) {
            Ok(bytes) => from_json(&bytes).map_err(|why| SecretsError(why.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(SecretsError(error.to_string())),
        }
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, String>)) -> Result<(), SecretsError> {
        let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut secrets = self.read()?;
        change(&mut secrets);
        let json = serde_json::to_vec(&secrets).map_err(|why| SecretsError(why.to_string()))?;
        private_file::replace(&self.path, &json, true).map_err(|why| SecretsError(why.to_string()))
    }
}

impl Secrets for FileSecrets {
    fn get(&self, name: &str) -> Result<Option<String>, SecretsError> {
        Ok(self.read()?.remove(name))
    }

    fn set(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        self.change(|secrets| {
            secrets.insert(name.to_owned(), value.to_owned());
        })
    }

    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.change(|secrets| {
            secrets.remove(name);
        })
    }
}

/// Secrets that live as long as the process.
#[derive(Default)]
pub struct MemorySecrets(Mutex<BTreeMap<String, String>>);

impl Secrets for MemorySecrets {
    fn get(&self, name: &str) -> Result<Option<String>, SecretsError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }

    fn set(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }
}

/// The device key of this machine for one operator: made at first, kept among its secrets.
///
/// # Errors
/// The secrets cannot be read or written, or hold something that is not a key.
pub fn device_signer(
    secrets: &dyn Secrets,
    operator: &OperatorName,
    entropy: &dyn Entropy,
) -> Result<SoftwareDevice, SecretsError> {
    let name = &secret_name(operator, "device_key");
    if let Some(stored) = secrets.get(name)? {
        let mut seed = [0; 32];
        let read = base16ct::lower::decode(&stored, &mut seed).is_ok_and(|seed| seed.len() == 32);
        if !read {
            return Err(SecretsError("the device key is not 64 hexadecimal digits".to_owned()));
        }
        return SoftwareDevice::from_seed(&seed).map_err(|why| SecretsError(why.to_string()));
    }
    loop {
        let mut seed = [0_u8; 32];
        entropy.fill(&mut seed);
        // One seed in 2^32 is beyond the curve's order: another one is drawn.
        if let Ok(device) = SoftwareDevice::from_seed(&seed) {
            secrets.set(name, &base16ct::lower::encode_string(&seed))?;
            return Ok(device);
        }
    }
}
