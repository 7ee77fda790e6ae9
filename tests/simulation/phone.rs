//! One simulated phone: a real client core over a wrong clock, a bad link, and a process that dies
//! at any moment.

use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, Utc};
use mesto_client::{
    Client, Clock, Config, DeviceSigner, Entropy, IntentState, IntentView, NoReminders, NoStillDecoder, OperatorName,
    Ports, Result, Secrets, SecretsError,
};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::kernel::ids::QuoteId;

use crate::network::Air;
use crate::random::Random;

/// The one virtual time of the world, epoch milliseconds.
pub type WorldTime = Arc<AtomicI64>;

/// A phone's clocks: the wall clock is wrong by `skew`, the monotonic one starts anew at every
/// boot.
pub struct PhoneClock {
    world: WorldTime,
    skew: i64,
    booted_at: AtomicI64,
    boots: AtomicU64,
}

impl Clock for PhoneClock {
    fn wall(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.world.load(Ordering::SeqCst) + self.skew).unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        let up = self.world.load(Ordering::SeqCst) - self.booted_at.load(Ordering::SeqCst);
        Duration::from_millis(u64::try_from(up).unwrap_or(0))
    }

    fn boot(&self) -> String {
        self.boots.load(Ordering::SeqCst).to_string()
    }
}

/// The keychain: it outlives the process.
#[derive(Default)]
pub struct Keychain(Mutex<HashMap<String, String>>);

impl Secrets for Keychain {
    fn get(&self, name: &str) -> std::result::Result<Option<String>, SecretsError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }

    fn set(&self, name: &str, value: &str) -> std::result::Result<(), SecretsError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> std::result::Result<(), SecretsError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }
}

/// Seeded chance for keys: the same for phones and the operator.
pub struct Dice(Mutex<Random>);

impl Dice {
    pub fn new(random: Random) -> Self {
        Self(Mutex::new(random))
    }

    fn roll(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        self.roll(bytes);
    }
}

impl mesto_operator::Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        self.roll(bytes);
    }
}

/// What a finished use case brought.
pub enum Outcome {
    /// Intents as they stand now.
    Intents(Vec<IntentView>),
    Done,
    Failed(mesto_client::Error),
}

impl From<Result<IntentView>> for Outcome {
    fn from(result: Result<IntentView>) -> Self {
        result.map_or_else(Self::Failed, |view| Self::Intents(vec![view]))
    }
}

impl From<Result<Vec<IntentView>>> for Outcome {
    fn from(result: Result<Vec<IntentView>>) -> Self {
        result.map_or_else(Self::Failed, Self::Intents)
    }
}

type Task = Pin<Box<dyn Future<Output = Outcome> + Send>>;

pub struct Phone {
    pub number: String,
    pub path: PathBuf,
    root_key: [u8; 32],
    ports: Ports,
    clock: Arc<PhoneClock>,
    /// `None` while the process is dead.
    pub client: Option<Client>,
    tasks: Vec<Task>,
    /// How intents ended, as this phone was told: it may never change.
    pub ended: HashMap<String, String>,
    /// Quotes whose purchases all ended without a sale, as this phone was told, with the keys.
    pub unsold: HashMap<QuoteId, String>,
}

impl Phone {
    pub fn new(
        index: usize,
        number: String,
        path: PathBuf,
        root_key: [u8; 32],
        air: &Air,
        world: &WorldTime,
        random: &mut Random,
    ) -> Self {
        let clock = Arc::new(PhoneClock {
            world: world.clone(),
            // Every third phone's clock is up to two hours wrong.
            skew: if index % 3 == 2 { random.between(-7_200_000, 7_200_000) } else { random.between(-1_500, 1_500) },
            booted_at: AtomicI64::new(world.load(Ordering::SeqCst) - 60_000),
            boots: AtomicU64::new(1),
        });
        let mut seed = [1_u8; 32];
        random.fill(&mut seed);
        let signer: Arc<dyn DeviceSigner> = Arc::new(SoftwareDevice::from_seed(&seed).expect("a random seed is a key"));
        let ports = Ports {
            link: Arc::new(air.link(index)),
            clock: clock.clone(),
            entropy: Arc::new(Dice::new(random.split())),
            secrets: Arc::new(Keychain::default()),
            signer,
            reminders: Arc::new(NoReminders),
            stills: Arc::new(NoStillDecoder),
            log: Arc::new(mesto_client::NoLog),
        };
        Self {
            number,
            path,
            root_key,
            ports,
            clock,
            client: None,
            tasks: Vec::new(),
            ended: HashMap::new(),
            unsold: HashMap::new(),
        }
    }

    /// Starts the app's process; after `reboot` the monotonic clock begins anew.
    pub fn open(&mut self, reboot: bool) -> Result<Client> {
        if reboot {
            self.clock.boots.fetch_add(1, Ordering::SeqCst);
            self.clock.booted_at.store(self.clock.world.load(Ordering::SeqCst), Ordering::SeqCst);
        }
        let client =
            Client::open(Config::new(&self.path, OperatorName::localhost(), self.root_key), self.ports.clone())?;
        self.client = Some(client.clone());
        Ok(client)
    }

    /// The process is gone: whatever was under way is dropped where it stood.
    pub fn kill(&mut self) {
        self.tasks.clear();
        self.client = None;
    }

    /// Whether a purchase of this quote is confirmed or still open on this phone: after a refusal
    /// it may be tried again under a new key.
    pub fn hopes_for(&self, quote: QuoteId) -> bool {
        let Some(Ok(intents)) = self.client.as_ref().map(|client| client.payments().intents(10_000)) else {
            return true;
        };
        intents.iter().any(|intent| {
            intent.quote == quote && matches!(intent.state, IntentState::Confirmed | IntentState::Unconfirmed(_))
        })
    }

    pub fn is_busy(&self, most: usize) -> bool {
        self.tasks.len() >= most
    }

    pub fn start(&mut self, task: impl Future<Output = Outcome> + Send + 'static) {
        self.tasks.push(Box::pin(task));
    }

    /// Polls every task once and gives what the finished ones brought.
    pub fn poll(&mut self) -> Vec<Outcome> {
        let mut context = Context::from_waker(Waker::noop());
        let mut outcomes = Vec::new();
        self.tasks.retain_mut(|task| match task.as_mut().poll(&mut context) {
            Poll::Ready(outcome) => {
                outcomes.push(outcome);
                false
            }
            Poll::Pending => true,
        });
        outcomes
    }
}
