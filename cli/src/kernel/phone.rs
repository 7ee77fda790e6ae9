//! A phone on the command line: its own state folder, its own device key, the same client core as
//! the apps.

use std::path::Path;
use std::sync::Arc;

use mesto_client::http::HttpLink;
use mesto_client::rules::CityId;
use mesto_client::system::{FileSecrets, SystemClock, SystemEntropy, device_signer};
use mesto_client::{Client, Config, ErrorKind, NoReminders, OperatorName, Ports};
use mesto_photo::Photos;
use serde::{Deserialize, Serialize};

use crate::kernel::args::{PhoneArgs, RootKey, RootKeyError};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{self, Tone};
use crate::kernel::show::Show;

/// What the state folder remembers.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Settings {
    operator: Option<String>,
    root_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The one that was asked about last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    city: Option<CityId>,
}

/// An opened phone, and how it shows things.
pub struct Phone {
    pub core: Client,
    /// The city that is asked about.
    pub city: CityId,
    pub show: Show,
}

impl Phone {
    /// Opens the state folder, fetching keys and a city the first time.
    pub async fn open(args: &PhoneArgs, Call { style, locale, .. }: Call) -> Outcome<Self> {
        std::fs::create_dir_all(&args.state).map_err(|why| {
            CliError::new(Exit::Input, "state_unusable", format!("{} cannot be made: {why}", args.state.display()))
                .advise("Give a folder that you may write to with --state.")
        })?;
        let (mut settings, kept) = settings(args)?;
        let operator = settings.operator.clone().unwrap_or_default();
        let RootKey(root_key) =
            settings.root_key.as_deref().unwrap_or_default().parse().map_err(|why: RootKeyError| {
                CliError::new(Exit::Usage, "root_key_wrong", why.to_string())
                    .advise("`mesto serve` and `mesto keys init` print it.")
            })?;
        if kept.root_key.is_some() && kept.root_key != settings.root_key {
            // Another root is another operator: the session of this one is none of its business.
            let text = format!("{} belongs to another operator", args.state.display());
            return Err(CliError::new(Exit::Usage, "state_of_another_operator", text)
                .advise("Give another folder with --state, or remove this one."));
        }
        let name = match &settings.name {
            Some(name) => name.parse(),
            None => OperatorName::of_address(&operator),
        };
        let name: OperatorName = name.map_err(|why| {
            CliError::new(Exit::Usage, "operator_name", why.to_string())
                .advise("Say with --operator-name what the operator is called; `mesto serve` says it when it starts.")
        })?;
        let link =
            HttpLink::new(&operator).map_err(|why| CliError::new(Exit::Usage, "operator_address", why.to_string()))?;
        let secrets = Arc::new(FileSecrets::new(args.state.join("secrets.json")));
        let ports = Ports {
            link: Arc::new(link),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            signer: Arc::new(device_signer(secrets.as_ref(), &name, &SystemEntropy).map_err(|why| {
                let file = args.state.join("secrets.json");
                CliError::new(Exit::Input, "secrets_unusable", format!("{} cannot be used: {why}", file.display()))
                    .advise("It must be readable and writable, with room on its disk; a damaged one is removed and the next sign-in makes another.")
            })?),
            secrets,
            reminders: Arc::new(NoReminders),
            stills: Arc::new(Photos),
            log: Arc::new(mesto_client::NoLog),
        };
        let file = args.state.join("phone.sqlite");
        let is_new = !file.exists();
        let mut config = Config::new(&file, name, root_key);
        config.locale = locale;
        let core = Client::open(config, ports).map_err(|error| CliError::of_client(&error, locale))?;
        let forget_untrusted = |error: &mesto_client::Error| {
            if !is_new || error.kind() != ErrorKind::Untrusted {
                return;
            }
            // A file is of one operator for good, and this one was not found right.
            core.close();
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(args.state.join(format!("phone.sqlite{suffix}")));
            }
        };
        let city = match &settings.city {
            Some(city) => city.clone(),
            None => match cities_of(&core).await.inspect_err(forget_untrusted) {
                Ok(cities) => only_one(&cities)?,
                Err(error) => return Err(CliError::of_client(&error, locale)),
            },
        };
        settings.city = Some(city.clone());
        let are_new = settings != kept;
        let mut phone = Self { core: core.clone(), city, show: Show { locale, clock: None, style } };
        if let Some(recovery) = phone.core.recovery()
            && !style.json
        {
            let said = phone.show.word("error-phone_data_damaged");
            let aside = recovery.set_aside.display();
            output::warn(&style.paint(Tone::Warn, &format!("{said} The damaged file is kept as {aside}.")));
        }
        if (are_new || phone.core.cities().city(&phone.city).is_err())
            && let Err(error) = phone.core.cities().refresh(&phone.city).await.inspect_err(forget_untrusted)
        {
            let said = CliError::of_client(&error, locale);
            let served = cities_of(&phone.core).await.unwrap_or_default();
            return Err(match error.code() {
                "city_unknown" if !served.is_empty() => said.advise(format!("It serves: {}.", named(&served))),
                _ => said,
            });
        }
        if are_new {
            // Only what was found right is remembered.
            save(&args.state.join("settings.json"), &settings)?;
        }
        phone.show.clock = phone.core.cities().city(&phone.city).ok().map(|city| Arc::clone(&city.sections.time));
        Ok(phone)
    }

    /// What the client gave, or its error in the driver's words.
    pub fn done<T>(&self, outcome: mesto_client::Result<T>) -> Outcome<T> {
        outcome.map_err(|error| CliError::of_client(&error, self.show.locale))
    }

    /// Brings the phone up to date where there is a connection; without one it says so and goes on
    /// with what it knows.
    pub async fn sync(&self) -> Outcome<()> {
        let missed = self.synced().await?;
        if let Some(error) = missed.filter(|_| !self.show.style.json) {
            output::warn(&self.show.style.paint(Tone::Warn, &error.text(self.show.locale)));
        }
        Ok(())
    }

    /// The same for a command that asks the operator next: that says it when there is no
    /// connection.
    pub async fn sync_before_asking(&self) -> Outcome<()> {
        self.synced().await.map(drop)
    }

    /// Why it could not be brought up to date now, if it could not.
    async fn synced(&self) -> Outcome<Option<mesto_client::Error>> {
        match self.core.sync().await {
            Err(error)
                if matches!(error.kind(), ErrorKind::Offline | ErrorKind::NoAnswer | ErrorKind::NotNow)
                    || error.code() == "phone_full" =>
            {
                Ok(Some(error))
            }
            other => self.done(other).map(|_| None),
        }
    }
}

/// The settings of the folder, changed by what the arguments say, and as they were kept.
fn settings(args: &PhoneArgs) -> Outcome<(Settings, Settings)> {
    let path = args.state.join("settings.json");
    let unreadable = |why: &dyn std::fmt::Display| {
        CliError::new(Exit::Input, "settings_unreadable", format!("{} cannot be read: {why}", path.display()))
            .advise("Remove it, and give --operator and --root-key again.")
    };
    let kept: Settings = match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map_err(|why| unreadable(&why))?,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Settings::default(),
        Err(why) => return Err(unreadable(&why)),
    };
    let settings = Settings {
        operator: args.operator.clone().or_else(|| kept.operator.clone()),
        root_key: args.root_key.clone().or_else(|| kept.root_key.clone()),
        name: args.operator_name.as_ref().map(ToString::to_string).or_else(|| kept.name.clone()),
        city: args.city.clone().or_else(|| kept.city.clone()),
    };
    match (&settings.operator, &settings.root_key) {
        (Some(_), Some(_)) => Ok((settings, kept)),
        _ => Err(CliError::new(Exit::Usage, "operator_unknown", "this phone does not know its operator yet").advise(
            "Give --operator http://127.0.0.1:8080 and --root-key once; `mesto serve` says both when it starts.",
        )),
    }
}

/// The cities of an operator.
async fn cities_of(core: &Client) -> mesto_client::Result<Vec<CityId>> {
    let known = core.operator().state();
    let state = if known.document.is_some() { known } else { core.operator().refresh().await? };
    let cities = state.document.iter().flat_map(|document| &document.cities);
    Ok(cities.map(|city| city.id.clone()).collect())
}

/// The city of an operator that has one.
fn only_one(cities: &[CityId]) -> Outcome<CityId> {
    match cities {
        [only] => Ok(only.clone()),
        several => Err(CliError::new(Exit::Usage, "city_needed", "this operator serves more than one city")
            .advise(format!("Give one once with --city: {}.", named(several)))),
    }
}

fn named(cities: &[CityId]) -> String {
    cities.iter().map(CityId::as_str).collect::<Vec<_>>().join(", ")
}

fn save(path: &Path, settings: &Settings) -> Outcome<()> {
    let text = serde_json::to_string_pretty(settings).unwrap_or_default();
    std::fs::write(path, text).map_err(|why| {
        CliError::new(Exit::Input, "state_unusable", format!("{} cannot be written: {why}", path.display()))
            .advise("Give a folder that you may write to, with room, with --state.")
    })
}
