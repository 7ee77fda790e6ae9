//! The driver of the demo: a phone with the same client core as the apps, over real HTTP.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use mesto_client::http::HttpLink;
use mesto_client::system::{FileSecrets, SystemEntropy, device_signer};
use mesto_client::{Client, Config, Locale, NoStillDecoder, OperatorName, Ports, Reminder, Reminders};

use crate::base::testbed::World;
use crate::kernel::clock::PhoneClock;
use crate::kernel::failure::{CliError, Outcome};

/// The alarms of the phone, as the core set them last.
#[derive(Default)]
pub struct Alarms(Mutex<Vec<Reminder>>);

impl Reminders for Alarms {
    fn replace(&self, _: &OperatorName, plan: &[Reminder]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = plan.to_vec();
    }
}

/// A phone: its core can be closed and opened again on the same files.
pub struct Phone {
    pub core: Client,
    pub ports: Ports,
    config: Config,
    alarms: Arc<Alarms>,
}

impl Phone {
    /// A new phone in a folder of its own.
    pub fn new(world: &World, folder: &Path, locale: Locale) -> Outcome<Self> {
        let failed = |what: &str, why: &dyn std::fmt::Display| CliError::failed(what, why);
        std::fs::create_dir_all(folder).map_err(|why| failed("the phone's folder", &why))?;
        let secrets = Arc::new(FileSecrets::new(folder.join("secrets.json")));
        let alarms = Arc::new(Alarms::default());
        let ports = Ports {
            link: Arc::new(HttpLink::new(&world.operator_url()).map_err(|why| failed("the link", &why))?),
            clock: Arc::new(PhoneClock::new(world.clock.clone())),
            entropy: Arc::new(SystemEntropy),
            signer: Arc::new(
                device_signer(secrets.as_ref(), &OperatorName::localhost(), &SystemEntropy)
                    .map_err(|why| failed("the device key", &why))?,
            ),
            secrets,
            reminders: alarms.clone(),
            stills: Arc::new(NoStillDecoder),
            log: Arc::new(mesto_client::NoLog),
        };
        let mut config = Config::new(folder.join("phone.sqlite"), OperatorName::localhost(), world.root_key());
        config.locale = locale;
        let core = Client::open(config.clone(), ports.clone()).map_err(|error| CliError::of_client(&error, locale))?;
        Ok(Self { core, ports, config, alarms })
    }

    /// The app dies and is opened again: nothing is left but its files.
    pub fn reopen(&mut self) -> Outcome<()> {
        self.core = Client::open(self.config.clone(), self.ports.clone())
            .map_err(|error| CliError::of_client(&error, self.config.locale))?;
        Ok(())
    }

    /// The plan of reminders, earliest first.
    #[must_use]
    pub fn alarms(&self) -> Vec<Reminder> {
        self.alarms.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
