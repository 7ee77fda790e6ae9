//! The client: how it is set up, opened and closed, and its texts. Calls that wait for the network
//! take an optional handle to call them off.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use mesto_client::http::{HttpLink, Timeouts};
use mesto_client::system::{FileSecrets, SystemClock, SystemEntropy, device_signer};
use mesto_client::{Config, Locale, NoLog, NoReminders, OperatorName, Ports, StillDecoder, TextValue, texts};
use mesto_protocol::kernel::client_version::ClientVersion;
use mesto_rules::{CityId, Money};

use crate::kernel::cancel::{Cancel, Until, Work, until};
use crate::kernel::error::{MestoError, from_core};
use crate::kernel::link::{OperatorLink, OwnLink};
use crate::kernel::ports::{
    DeviceClock, DeviceKey, LogSink, OwnClock, OwnDevice, OwnLog, OwnReminders, OwnSecrets, ReminderPlan, SecretStore,
};
use crate::kernel::values::Amount;

/// How a client is set up.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ClientConfig {
    /// The database file; its folder must exist. A file is of one operator for good.
    pub path: String,
    /// `https://host`, or `http://` on this machine itself.
    pub operator_url: String,
    /// The Ed25519 key that signs the operator's key sets, pinned in the app: base64url without
    /// padding.
    pub root_key: String,
    /// The operator's DNS name; where absent, the host of its address. What the phone keeps of it
    /// is named so.
    #[uniffi(default = None)]
    pub operator: Option<String>,
    /// The driver's language, BCP 47: Serbian, Kazakh and Russian, which their neighbours read;
    /// everybody else reads English.
    #[uniffi(default = "en")]
    pub locale: String,
    /// The app's version, such as `1.20.3`: one to three numbers, and what follows `-` or `+` does
    /// not count. The core's where absent.
    #[uniffi(default = None)]
    pub version: Option<String>,
    /// Where the bank's page leads back to; the app's own scheme where absent.
    #[uniffi(default = None)]
    pub return_url: Option<String>,
    /// A JSON file for widgets and live activities, replaced as a whole after every change.
    #[uniffi(default = None)]
    pub widget_path: Option<String>,
    /// How long an answer of the operator is waited for: 1 to 120 seconds, 10 where absent. What
    /// pays and had no answer by then is not confirmed, and is settled later.
    #[uniffi(default = None)]
    pub request_timeout: Option<Duration>,
    /// How long a connection is waited for, TLS included: 1 second to `request_timeout`; half of
    /// it where absent. The app's own link has its own.
    #[uniffi(default = None)]
    pub connect_timeout: Option<Duration>,
    /// How often what is only read is asked again at once when no answer came: 0 to 5. What pays
    /// is never sent again by itself.
    #[uniffi(default = 0)]
    pub read_retries: u32,
}

/// The version of the core, `major.minor.patch`. Requests name the app's, which is this one where
/// `ClientConfig` has none.
#[uniffi::export]
#[must_use]
pub fn core_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// What the phone brings of its own. What is absent is this machine's: its clocks, secrets in a
/// file beside the database (not for a phone), a key made by software and kept among the secrets,
/// no alarms.
#[derive(Clone, Default, uniffi::Record)]
pub struct Phone {
    #[uniffi(default = None)]
    pub clock: Option<Arc<dyn DeviceClock>>,
    #[uniffi(default = None)]
    pub secrets: Option<Arc<dyn SecretStore>>,
    #[uniffi(default = None)]
    pub device_key: Option<Arc<dyn DeviceKey>>,
    #[uniffi(default = None)]
    pub reminders: Option<Arc<dyn ReminderPlan>>,
    /// The app's own HTTP; the built-in one, which trusts the web's certificate authorities, where
    /// absent.
    #[uniffi(default = None)]
    pub link: Option<Arc<dyn OperatorLink>>,
    /// The app's own link hands on what comes piece by piece where a request `is_stream`. Without
    /// it live updates ask every 15 seconds.
    #[uniffi(default = false)]
    pub link_streams: bool,
    /// The app's log; nothing is logged where absent.
    #[uniffi(default = None)]
    pub log: Option<Arc<dyn LogSink>>,
}

/// The client behind an object, and the language it speaks.
#[derive(Clone)]
pub struct Handle {
    pub core: mesto_client::Client,
    pub locale: Locale,
}

impl Handle {
    pub fn to_app<T>(&self, outcome: mesto_client::Result<T>) -> Result<T, MestoError> {
        from_core(outcome, self.locale)
    }

    /// The core's answer, unless the app called the call off before.
    pub fn answer<'a, T>(
        &self,
        cancel: Option<Arc<Cancel>>,
        work: Work<'a, mesto_client::Result<T>>,
    ) -> impl Future<Output = Result<T, MestoError>> + Send + use<'a, T> {
        Answer { work: until(cancel, work), locale: self.locale, pays: false }
    }

    /// The same of what pays, or goes on with a payment.
    pub fn paid<'a, T>(
        &self,
        cancel: Option<Arc<Cancel>>,
        work: Work<'a, mesto_client::Result<T>>,
    ) -> impl Future<Output = Result<T, MestoError>> + Send + use<'a, T> {
        Answer { work: until(cancel, work), locale: self.locale, pays: true }
    }
}

/// What an app waits for. Not an `async fn`: its states would be compiled into each call.
struct Answer<'a, T> {
    work: Until<'a, mesto_client::Result<T>>,
    locale: Locale,
    pays: bool,
}

impl<T> Future for Answer<'_, T> {
    type Output = Result<T, MestoError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (locale, pays) = (self.locale, self.pays);
        Pin::new(&mut self.work).poll(context).map(|outcome| match outcome {
            Some(outcome) => from_core(outcome, locale),
            None => Err(MestoError::called_off(locale, pays)),
        })
    }
}

/// The core of the app, for one operator. What it does lies with its parts.
#[derive(uniffi::Object)]
pub struct Client(pub(crate) Handle);

fn ports(config: &ClientConfig, operator: &OperatorName, phone: Phone, locale: Locale) -> Result<Ports, MestoError> {
    let secrets: Arc<dyn mesto_client::Secrets> = match phone.secrets {
        Some(own) => Arc::new(OwnSecrets(own)),
        None => Arc::new(FileSecrets::new(format!("{}.secrets", config.path))),
    };
    let entropy = SystemEntropy;
    let request = config.request_timeout.unwrap_or(Timeouts::default().request);
    let timeouts =
        Timeouts { request, connect: config.connect_timeout.unwrap_or(request.max(Timeouts::LEAST * 2) / 2) };
    let timeouts = timeouts.checked().map_err(MestoError::set_up)?;
    Ok(Ports {
        link: match phone.link {
            Some(own) => Arc::new(
                OwnLink::new(own, &config.operator_url, phone.link_streams, timeouts.request)
                    .map_err(MestoError::set_up)?,
            ),
            None => Arc::new(HttpLink::with(&config.operator_url, timeouts).map_err(MestoError::set_up)?),
        },
        clock: match phone.clock {
            Some(own) => Arc::new(OwnClock::new(own).map_err(MestoError::set_up)?),
            None => Arc::new(SystemClock),
        },
        signer: match phone.device_key {
            Some(own) => Arc::new(OwnDevice::new(own, operator).map_err(MestoError::set_up)?),
            None => {
                Arc::new(from_core(device_signer(secrets.as_ref(), operator, &entropy).map_err(Into::into), locale)?)
            }
        },
        entropy: Arc::new(entropy),
        secrets,
        reminders: match phone.reminders {
            Some(own) => Arc::new(OwnReminders(own)),
            None => Arc::new(NoReminders),
        },
        stills: stills(),
        log: match phone.log {
            Some(own) => Arc::new(OwnLog(own)),
            None => Arc::new(NoLog),
        },
    })
}

/// Reads photos where the library carries their decoder; else every photo is refused with
/// `photo_not_possible`.
fn stills() -> Arc<dyn StillDecoder> {
    #[cfg(feature = "photo")]
    return Arc::new(mesto_photo::Photos);
    #[cfg(not(feature = "photo"))]
    Arc::new(mesto_client::NoStillDecoder)
}

#[uniffi::export]
impl Client {
    /// Opens the database (made, migrated or rebuilt when needed) and reads what a screen shows
    /// first. No request is made.
    #[uniffi::constructor(default(phone = None))]
    pub fn open(config: ClientConfig, phone: Option<Phone>) -> Result<Arc<Self>, MestoError> {
        Self::of(config, phone.unwrap_or_default(), mesto_client::Client::open)
    }

    /// The DNS name of its operator.
    #[must_use]
    pub fn operator_name(&self) -> String {
        self.0.core.operator_name().to_string()
    }

    /// Closes the database: when this returns its file is free, whoever still waits for an answer.
    /// Later calls fail with `closed`, the states stay as they were last, and what is not
    /// confirmed yet goes on when the file is opened again. Again does nothing.
    pub fn shut_down(&self) {
        self.0.core.close();
    }

    /// What a damaged database meant, when there was one since this client was opened.
    #[must_use]
    pub fn recovery(&self) -> Option<Recovery> {
        self.0.core.recovery().map(Recovery::from)
    }

    /// A text of the catalogue in the client's language, times in the city's zone; the id itself
    /// when it is not there. A city that no city can be called is one that is not stored.
    #[uniffi::method(default(city = None))]
    #[must_use]
    pub fn text(&self, id: String, args: HashMap<String, String>, city: Option<String>) -> String {
        self.0.core.text_in(city_of(city).as_ref(), &id, &values_of(&args))
    }

    /// Seconds by which a city's wall clock is ahead of UTC at a moment, by the city's own rules;
    /// none before a city was fetched.
    #[uniffi::method(default(city = None))]
    pub fn utc_offset(&self, at: DateTime<Utc>, city: Option<CityId>) -> Result<Option<i32>, MestoError> {
        Ok(self.0.core.local(city.as_ref(), at).map(|local| local.offset().local_minus_utc()))
    }
}

impl Client {
    /// A client of this set-up, opened by itself or among others.
    pub(crate) fn of(
        config: ClientConfig,
        phone: Phone,
        open: impl FnOnce(Config, Ports) -> mesto_client::Result<mesto_client::Client>,
    ) -> Result<Arc<Self>, MestoError> {
        let locale = Locale::of(&config.locale);
        Self::set_up(config, phone, locale, open).map_err(|error| error.said_in(locale))
    }

    fn set_up(
        config: ClientConfig,
        phone: Phone,
        locale: Locale,
        open: impl FnOnce(Config, Ports) -> mesto_client::Result<mesto_client::Client>,
    ) -> Result<Arc<Self>, MestoError> {
        let key = root_key(&config.root_key)?;
        folder_of(&config.path)?;
        let operator = operator_name(config.operator.as_deref(), &config.operator_url)?;
        let ports = ports(&config, &operator, phone, locale)?;
        let mut core = Config::new(config.path, operator, key);
        core.locale = locale;
        if let Some(version) = config.version {
            core.version = app_version(&version)?;
        }
        core.return_url = config.return_url.unwrap_or(core.return_url);
        core.widget_path = config.widget_path.map(Into::into);
        core.read_retries = config.read_retries;
        Ok(Arc::new(Self(Handle { core: from_core(open(core, ports), locale)?, locale })))
    }
}

/// The city that a text is for. Texts are asked for where nothing can fail: what is no city's id
/// is no stored city.
pub(crate) fn city_of(told: Option<String>) -> Option<CityId> {
    told.and_then(|city| city.parse().ok())
}

/// The key of an operator, as an app pins it.
pub(crate) fn root_key(told: &str) -> Result<[u8; 32], MestoError> {
    let is_of_it = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
    let why = || match told.chars().find(|sign| !is_of_it(*sign)) {
        Some(sign) => format!("{sign:?} is not one of A-Z a-z 0-9 - _"),
        None if told.len() == 43 => "it ends in a letter that 32 bytes never end in".to_owned(),
        None => format!("it has {} letters, not 43", told.len()),
    };
    let bytes = URL_SAFE_NO_PAD.decode(told).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.ok_or_else(|| {
        MestoError::set_up(format!("the root key `{told}` is not 32 bytes in base64url without padding: {}", why()))
    })
}

/// The version of an app, which the operator compares with those that it serves.
fn app_version(told: &str) -> Result<String, MestoError> {
    told.parse::<ClientVersion>().map(|version| version.to_string()).map_err(MestoError::set_up)
}

/// Sees that the folder of a database is there: the app makes it, since it knows what is backed up
/// and what is shared.
fn folder_of(path: &str) -> Result<(), MestoError> {
    let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => {
            let told = folder.display();
            Err(MestoError::set_up(format!("the folder `{told}` is not there; make it before the client is opened")))
        }
        _ => Ok(()),
    }
}

/// What an operator is called: as it is told, or the host of its address.
pub(crate) fn operator_name(told: Option<&str>, url: &str) -> Result<OperatorName, MestoError> {
    match told {
        Some(name) => name.parse(),
        None => OperatorName::of_address(url),
    }
    .map_err(MestoError::set_up)
}

/// What happened to a damaged database file. Everything but intents comes back with the next sync.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Recovery {
    /// Where the damaged file lies now; for support, never opened again.
    pub set_aside: String,
    pub why: String,
    /// Open intents carried over.
    pub intents_saved: u32,
    /// The intents could be read to their end. If not, an intent may be missing: the next sync
    /// shows what it did.
    pub has_all_intents: bool,
}

impl From<mesto_client::Recovery> for Recovery {
    fn from(core: mesto_client::Recovery) -> Self {
        let mesto_client::Recovery { set_aside, why, intents_saved, has_all_intents } = core;
        Self { set_aside: set_aside.to_string_lossy().into_owned(), why, intents_saved, has_all_intents }
    }
}

/// A text of the catalogue without a client: for previews and for screens before the first one is
/// open.
#[uniffi::export]
#[must_use]
pub fn render_text(locale: String, id: String, args: HashMap<String, String>) -> String {
    texts::text(Locale::of(&locale), &id, &values_of(&args), None)
}

/// `1,080.00 RSD` in English, `1.080,00 RSD` in Serbian: never fewer decimals than the currency
/// has. Tenge have their sign, and no decimals while they are whole: `120 ₸`.
#[uniffi::export]
pub fn money_text(locale: String, money: Money) -> Result<String, MestoError> {
    Ok(texts::format_money(Locale::of(&locale), &money))
}

/// `2.1` in English, `2,1` in Serbian; with the decimals it has.
#[uniffi::export]
pub fn number_text(locale: String, number: Amount) -> Result<String, MestoError> {
    Ok(texts::format_number(Locale::of(&locale), number))
}

/// Hour and minute of a clock that is `utc_offset` seconds ahead of UTC: `14:05`.
#[uniffi::export]
pub fn time_text(at: DateTime<Utc>, utc_offset: i32) -> Result<String, MestoError> {
    Ok(texts::format_clock(&on_clock(at, utc_offset)))
}

/// What is left of a time: `09:05`, or `1:02:03` from an hour on.
#[uniffi::export]
#[must_use]
pub fn countdown_text(seconds: u64) -> String {
    texts::format_countdown(seconds)
}

/// What is left of a time in minutes, as it is read aloud: a minute that has begun is one.
#[uniffi::export]
#[must_use]
pub fn minutes_left(seconds: u64) -> u64 {
    texts::minutes_left(seconds)
}

/// Day and time of a clock that is `utc_offset` seconds ahead of UTC: `3 Sep, 14:05` and `3. 9. u
/// 14:05`; the time alone where `from_moment` is of the same day.
#[uniffi::export(default(from_moment = None))]
pub fn moment_text(
    locale: String,
    at: DateTime<Utc>,
    utc_offset: i32,
    from_moment: Option<DateTime<Utc>>,
) -> Result<String, MestoError> {
    let (locale, local) = (Locale::of(&locale), on_clock(at, utc_offset));
    Ok(match from_moment {
        Some(from) => texts::format_clock_from(locale, &local, &on_clock(from, utc_offset)),
        None => texts::format_day_and_clock(locale, &local),
    })
}

/// A day of the calendar: `3 Sep 2025` in English, `3. 9. 2025.` in Serbian.
#[uniffi::export]
pub fn day_text(locale: String, on: NaiveDate) -> Result<String, MestoError> {
    Ok(texts::format_day(Locale::of(&locale), on))
}

/// In UTC where no clock is that far from it.
fn on_clock(at: DateTime<Utc>, utc_offset: i32) -> DateTime<FixedOffset> {
    FixedOffset::east_opt(utc_offset).map_or_else(|| at.fixed_offset(), |offset| at.with_timezone(&offset))
}

/// Whole numbers choose a plural form; everything else is put in as it is.
fn values_of(args: &HashMap<String, String>) -> Vec<(&str, TextValue)> {
    let value = |text: &String| match text.parse::<i64>() {
        Ok(number) if number.to_string() == *text => TextValue::Number(number),
        _ => TextValue::Text(text.clone()),
    };
    args.iter().map(|(name, text)| (name.as_str(), value(text))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::app_version;

    #[test]
    fn the_version_of_an_app_is_up_to_three_numbers_and_what_is_none_is_told_when_it_is_set_up() {
        for (version, sent) in [
            ("0.0.1", "0.0.1"),
            ("10.20.30", "10.20.30"),
            ("1.4", "1.4.0"),
            ("1.4.0-rc1", "1.4.0"),
            ("2.0.1+45", "2.0.1"),
        ] {
            assert_eq!(app_version(version).unwrap(), sent);
        }
        for wrong in ["1.4.0 (12)", "1.4.0.1", "v2.0.0", "abc", "", "1.2.3 \n", "+1.2.3"] {
            let told = app_version(wrong).unwrap_err().to_string();
            assert!(told.starts_with("set_up_wrong: ") && told.contains("three numbers"), "{told}");
        }
    }
}
