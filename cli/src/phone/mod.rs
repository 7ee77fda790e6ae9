//! A phone on the command line: its own state folder, its own device key, the same client core as the apps.

mod money;
mod parking;

pub use money::{abandon, deposit_and_tickets, orders, pay, payments, settle, topup};
pub use parking::{extend, park, quote, tickets, zones};

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesto_client::http::HttpLink;
use mesto_client::protocol::kernel::ids::VehicleId;
use mesto_client::rules::{ParkingSection, ZoneId};
use mesto_client::system::{FileSecrets, SystemClock, SystemEntropy, device_signer};
use mesto_client::{Client, Config, ErrorKind, IntentState, IntentView, Locale, NoReminders, NoStillDecoder, Ports};
use serde::{Deserialize, Serialize};

use crate::args::{PhoneArgs, SignInArgs, VehiclesArgs};
use crate::failure::{CliError, Exit, Outcome, did_you_mean};
use crate::output::{Style, Tone, table};
use crate::show::Show;

/// What the state folder remembers.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Settings {
    operator: Option<String>,
    root_key: Option<String>,
}

/// An opened phone, and how it shows things.
pub struct Phone {
    pub core: Client,
    pub show: Show,
}

impl Phone {
    /// Opens the state folder, fetching keys and city the first time.
    pub async fn open(args: &PhoneArgs, style: Style, locale: Locale) -> Outcome<Self> {
        std::fs::create_dir_all(&args.state).map_err(|why| {
            CliError::new(Exit::Input, "state_unusable", format!("{} cannot be made: {why}", args.state.display()))
                .advise("Give a folder that you may write to with --state.")
        })?;
        let (settings, kept) = settings(args)?;
        let are_new = settings != kept;
        let operator = settings.operator.clone().unwrap_or_default();
        let root_key = key_of(settings.root_key.as_deref().unwrap_or_default())?;
        if kept.root_key.is_some() && kept.root_key != settings.root_key {
            // Another root is another operator: the session of this one is none of its business.
            let text = format!("{} belongs to another operator", args.state.display());
            return Err(CliError::new(Exit::Usage, "state_of_another_operator", text)
                .advise("Give another folder with --state, or remove this one."));
        }
        let link =
            HttpLink::new(&operator).map_err(|why| CliError::new(Exit::Usage, "operator_address", why.to_string()))?;
        let secrets = Arc::new(FileSecrets::new(args.state.join("secrets.json")));
        let ports = Ports {
            link: Arc::new(link),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            signer: Arc::new(device_signer(secrets.as_ref(), &SystemEntropy).map_err(|why| {
                let file = args.state.join("secrets.json");
                CliError::new(Exit::Input, "secrets_unusable", format!("{} cannot be used: {why}", file.display()))
                    .advise("It must be readable and writable, with room on its disk; a damaged one is removed and the next sign-in makes another.")
            })?),
            secrets,
            reminders: Arc::new(NoReminders),
            stills: Arc::new(NoStillDecoder),
        };
        let mut config = Config::new(args.state.join("phone.sqlite"), &args.city, root_key);
        config.locale = locale;
        let core = Client::open(config, ports).map_err(|error| CliError::of_client(&error, locale))?;
        let mut phone = Self { core, show: Show { locale, clock: None, style } };
        if let Some(recovery) = phone.core.recovery()
            && !style.json
        {
            let said = phone.show.word("error-phone_data_damaged");
            let aside = recovery.set_aside.display();
            crate::output::warn(&style.paint(Tone::Warn, &format!("{said} The damaged file is kept as {aside}.")));
        }
        if are_new || phone.core.cities().city().is_err() {
            let refreshed = phone.core.cities().refresh().await;
            phone.done(refreshed)?;
        }
        if are_new {
            // Only what was found right is remembered.
            save(&args.state.join("settings.json"), &settings)?;
        }
        phone.show.clock = phone.core.cities().city().ok().map(|city| Arc::clone(&city.sections.time));
        Ok(phone)
    }

    /// What the client gave, or its error in the driver's words.
    pub fn done<T>(&self, outcome: mesto_client::Result<T>) -> Outcome<T> {
        outcome.map_err(|error| CliError::of_client(&error, self.show.locale))
    }

    /// Brings the phone up to date where there is a connection; without one it goes on with what it knows.
    pub async fn sync(&self) -> Outcome<()> {
        match self.core.sync().await {
            Err(error)
                if matches!(error.kind(), ErrorKind::Offline | ErrorKind::NoAnswer | ErrorKind::NotNow)
                    || error.code() == "phone_full" =>
            {
                if !self.show.style.json {
                    crate::output::warn(&self.show.style.paint(Tone::Warn, &error.text(self.show.locale)));
                }
                Ok(())
            }
            other => self.done(other).map(|_| ()),
        }
    }

    /// The zone meant: an id, or the code of a sign.
    pub fn zone(&self, typed: &str) -> Outcome<ZoneId> {
        let city = self.done(self.core.cities().city())?;
        let parking: &ParkingSection = self.done(city.section().map_err(mesto_client::Error::from))?;
        let word = typed.trim().to_lowercase();
        if let Some(zone) = parking.zone(&word) {
            return Ok(zone.id.clone());
        }
        match self.core.parking().zone_by_sign(typed) {
            Ok(zone) => Ok(zone),
            Err(_) => {
                let known: Vec<&str> = parking.zones.iter().map(|zone| zone.id.as_str()).collect();
                let signs: Vec<&str> =
                    parking.zones.iter().flat_map(|zone| zone.sign_codes.iter().map(String::as_str)).collect();
                let mut words = known.clone();
                words.extend(&signs);
                let error = CliError::new(
                    Exit::Refused,
                    "zone_unknown",
                    format!("there is no zone `{typed}` in {}", city.name.get("en")),
                );
                Err(match did_you_mean(&word, &words) {
                    Some(meant) => error.advise(format!(
                        "Did you mean `{meant}`? Zones are {}; signs are {}.",
                        known.join(", "),
                        signs.join(", ")
                    )),
                    None => error.advise(format!("Zones are {}; signs are {}.", known.join(", "), signs.join(", "))),
                })
            }
        }
    }

    /// The vehicle meant: the one with this plate, or the only one.
    pub fn vehicle(&self, plate: Option<&str>) -> Outcome<VehicleId> {
        let vehicles = self.done(self.core.vehicles().list())?;
        let list = || vehicles.iter().map(|vehicle| vehicle.plate.display.as_str()).collect::<Vec<_>>().join(", ");
        match (plate, vehicles.as_slice()) {
            (_, []) => Err(CliError::new(Exit::Refused, "vehicle_missing", "there is no vehicle in this account")
                .advise("Add one: `mesto vehicles --add \"BG 789-PP\"`.")),
            (None, [only]) => Ok(only.id),
            (None, _) => {
                Err(CliError::new(Exit::Usage, "vehicle_unclear", format!("there are several vehicles: {}", list()))
                    .advise("Say which one with --plate."))
            }
            (Some(typed), _) => {
                let plate = self.done(self.core.vehicles().check_plate(typed))?;
                let found = vehicles.iter().find(|vehicle| vehicle.plate.canonical == plate.canonical);
                found.map(|vehicle| vehicle.id).ok_or_else(|| {
                    CliError::new(Exit::Refused, "vehicle_missing", format!("{} is not in this account", plate.display))
                        .advise(format!("There are: {}. Add it with `mesto vehicles --add`.", list()))
                })
            }
        }
    }

    /// Says how a paying action stands: where it is paid, what was bought, or why it was not.
    pub fn tell(&self, intent: &IntentView, done: &str) -> Outcome<()> {
        match &intent.page_url {
            Some(page) => {
                if self.show.style.json {
                    say!("{}", json_of(intent));
                } else {
                    let said = "Pay on the bank's page; card data is typed there and nowhere else:";
                    say!("{}\n{page}\nThen: mesto settle", self.show.style.paint(Tone::Good, said));
                }
                Ok(())
            }
            None => self.tell_end(intent, done),
        }
    }

    /// Says how a paying action ended, or that it has not.
    pub fn tell_end(&self, intent: &IntentView, done: &str) -> Outcome<()> {
        let style = self.show.style;
        let failed = match &intent.state {
            IntentState::Confirmed => {
                if style.json {
                    say!("{}", json_of(intent));
                } else {
                    say!("{}", style.paint(Tone::Good, done));
                    if intent.needs_update {
                        say!("{}", style.paint(Tone::Warn, &self.show.word("intent-needs-update")));
                    }
                }
                return Ok(());
            }
            IntentState::Refused(problem) => {
                let refused = self.core.payments().refusal(intent);
                let refused = refused.map(|error| CliError::of_client(&error, self.show.locale));
                refused.unwrap_or_else(|| CliError::new(Exit::Refused, &problem.code, problem.detail.clone()))
            }
            IntentState::Expired => CliError::new(Exit::Refused, "expired_intent", self.show.word("buy-expired"))
                .advise(self.show.word("buy-expired-advice")),
            IntentState::Lost => CliError::new(Exit::Unconfirmed, "lost_intent", self.show.word("buy-lost"))
                .advise(self.show.word("buy-lost-advice")),
            IntentState::Unconfirmed(_) => {
                CliError::new(Exit::Unconfirmed, "unconfirmed", self.show.word("intent-state-unconfirmed")).advise(
                    "It is neither paid nor unpaid. `mesto settle` asks the operator again; nothing is bought twice.",
                )
            }
        };
        Err(failed.about("intent", intent))
    }
}

/// An intent for machines; docs/command-line.md says what is in it.
pub fn json_of(intent: &IntentView) -> String {
    serde_json::to_string(intent).unwrap_or_default()
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
    };
    match (&settings.operator, &settings.root_key) {
        (Some(_), Some(_)) => Ok((settings, kept)),
        _ => Err(CliError::new(Exit::Usage, "operator_unknown", "this phone does not know its operator yet").advise(
            "Give --operator http://127.0.0.1:8080 and --root-key once; `mesto serve` says both when it starts.",
        )),
    }
}

fn save(path: &Path, settings: &Settings) -> Outcome<()> {
    let text = serde_json::to_string_pretty(settings).unwrap_or_default();
    std::fs::write(path, text).map_err(|why| {
        CliError::new(Exit::Input, "state_unusable", format!("{} cannot be written: {why}", path.display()))
            .advise("Give a folder that you may write to, with room, with --state.")
    })
}

fn key_of(text: &str) -> Outcome<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.ok_or_else(|| {
        CliError::new(
            Exit::Usage,
            "root_key_wrong",
            format!("`{text}` is not a root key: 32 bytes in base64url, 43 characters"),
        )
        .advise("`mesto serve` and `mesto keys init` print it.")
    })
}

/// `mesto sign-in PHONE [CODE]`.
pub async fn sign_in(args: &SignInArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    match &args.code {
        None => {
            let sent = phone.core.account().request_code(&args.phone).await;
            let sent = phone.done(sent)?;
            if style.json {
                say!("{}", serde_json::to_string(&sent).unwrap_or_default());
            } else {
                say!(
                    "{} It is good until {}.",
                    style.paint(Tone::Good, "A code was sent."),
                    phone.show.time(sent.expires_at)
                );
                say!("Then: mesto sign-in {} CODE", args.phone);
            }
        }
        Some(code) => {
            let signed_in = phone.core.account().sign_in(&args.phone, code, "mesto on a command line").await;
            phone.done(signed_in)?;
            let shown = phone.core.account().state();
            if style.json {
                say!("{}", serde_json::to_string(shown.as_ref()).unwrap_or_default());
            } else {
                say!(
                    "{}",
                    style.paint(Tone::Good, &format!("Signed in as {}.", shown.phone_masked.as_deref().unwrap_or("?")))
                );
            }
        }
    }
    Ok(())
}

/// `mesto vehicles [--add PLATE | --remove PLATE]`.
pub async fn vehicles(args: &VehiclesArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    phone.sync().await?;
    if let Some(plate) = &args.add {
        let added = phone.core.vehicles().add(plate, None).await;
        phone.done(added)?;
    }
    if let Some(plate) = &args.remove {
        let removed = phone.core.vehicles().remove(phone.vehicle(Some(plate))?, args.yes).await;
        phone.done(removed)?;
    }
    let vehicles = phone.done(phone.core.vehicles().list())?;
    if style.json {
        say!("{}", serde_json::to_string(&vehicles).unwrap_or_default());
    } else {
        if vehicles.is_empty() {
            say!("No vehicle yet. Add one: mesto vehicles --add \"BG 789-PP\"");
            return Ok(());
        }
        let rows: Vec<Vec<String>> = vehicles
            .iter()
            .map(|vehicle| vec![vehicle.plate.display.clone(), vehicle.plate.canonical.clone(), vehicle.id.to_string()])
            .collect();
        crate::output::write(&table(&["plate", "compared as", "vehicle"], &rows));
    }
    Ok(())
}
