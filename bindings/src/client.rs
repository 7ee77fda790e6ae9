//! The client: one object, one call per use case. Calls that wait for the network take an optional handle to call them off.

use crate::account::Reminder;
use crate::cancel::{Cancel, Work, until};
use crate::city::ParsedPlate;
use crate::error::MestoError;
use crate::intent::{Intent, told};
use crate::link::{Link, OwnLink};
use crate::ports::{Clock, DeviceKey, OwnClock, OwnDevice, OwnReminders, OwnSecrets, ReminderPlan, SecretStore};
use crate::snapshot::{Listener, Observer, Recovery, Snapshot, Subscription};
use crate::values::{Amount, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesto_client::http::HttpLink;
use mesto_client::parking::{History, Preview, SmsFallback, TicketCode, ZonesNear};
use mesto_client::protocol::base::sign_in::CodeSent;
use mesto_client::protocol::base::vehicles::Vehicle;
use mesto_client::protocol::base::wallet::Deposit;
use mesto_client::protocol::parking::quotes::Quote;
use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::rules::Position;
use mesto_client::system::{FileSecrets, SystemClock, SystemEntropy, device_signer};
use mesto_client::{Config, IntentView, Locale, NoReminders, Ports, Refreshed, SyncReport, TextValue};
use std::collections::HashMap;
use std::sync::Arc;

/// How a client is set up.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ClientConfig {
    /// The database file; its folder must exist.
    pub path: String,
    /// `https://host`, or `http://` on this machine itself.
    pub operator_url: String,
    /// The Ed25519 key that signs the operator's key sets, pinned in the app: base64url without padding.
    pub root_key: String,
    /// Id of the city.
    #[uniffi(default = "belgrade")]
    pub city: String,
    /// The driver's language, BCP 47; Serbian and its neighbours read Serbian, everybody else English.
    #[uniffi(default = "en")]
    pub locale: String,
    /// The app's version, `major.minor.patch`; the core's where absent.
    #[uniffi(default = None)]
    pub version: Option<String>,
    /// Where the bank's page leads back to; the app's own scheme where absent.
    #[uniffi(default = None)]
    pub return_url: Option<String>,
    /// A JSON file for widgets and live activities, replaced as a whole after every change.
    #[uniffi(default = None)]
    pub snapshot_path: Option<String>,
}

/// What the phone brings of its own. What is absent is this machine's: its clocks, secrets in a file beside the database
/// (not for a phone), a key made by software and kept among the secrets, no alarms.
#[derive(Clone, Default, uniffi::Record)]
pub struct Phone {
    #[uniffi(default = None)]
    pub clock: Option<Arc<dyn Clock>>,
    #[uniffi(default = None)]
    pub secrets: Option<Arc<dyn SecretStore>>,
    #[uniffi(default = None)]
    pub device_key: Option<Arc<dyn DeviceKey>>,
    #[uniffi(default = None)]
    pub reminders: Option<Arc<dyn ReminderPlan>>,
    /// The app's own HTTP; the built-in one, which trusts the web's certificate authorities, where absent.
    #[uniffi(default = None)]
    pub link: Option<Arc<dyn Link>>,
}

/// The core of the app.
#[derive(uniffi::Object)]
pub struct Client {
    core: mesto_client::Client,
    locale: Locale,
}

impl Client {
    fn told<T>(&self, outcome: mesto_client::Result<T>) -> Result<T, MestoError> {
        told(outcome, self.locale)
    }

    /// The core's answer, unless the app called the call off before.
    async fn answer<T>(
        &self,
        cancel: Option<Arc<Cancel>>,
        work: Work<'_, mesto_client::Result<T>>,
    ) -> Result<T, MestoError> {
        match until(cancel, work).await {
            Some(outcome) => self.told(outcome),
            None => Err(MestoError::called_off(self.locale)),
        }
    }

    fn intent_told(&self, view: &IntentView) -> Intent {
        let refusal = self.core.payments().refusal(view);
        Intent::told(view, refusal.as_ref(), self.locale)
    }

    fn intents_told(&self, views: &[IntentView]) -> Vec<Intent> {
        views.iter().map(|view| self.intent_told(view)).collect()
    }
}

fn ports(config: &ClientConfig, phone: Phone, locale: Locale) -> Result<Ports, MestoError> {
    let secrets: Arc<dyn mesto_client::Secrets> = match phone.secrets {
        Some(own) => Arc::new(OwnSecrets(own)),
        None => Arc::new(FileSecrets::new(format!("{}.secrets", config.path))),
    };
    let entropy = SystemEntropy;
    Ok(Ports {
        link: match phone.link {
            Some(own) => Arc::new(OwnLink::new(own, &config.operator_url).map_err(MestoError::set_up)?),
            None => Arc::new(HttpLink::new(&config.operator_url).map_err(MestoError::set_up)?),
        },
        clock: match phone.clock {
            Some(own) => Arc::new(OwnClock::new(own).map_err(MestoError::set_up)?),
            None => Arc::new(SystemClock),
        },
        signer: match phone.device_key {
            Some(own) => Arc::new(OwnDevice::new(own).map_err(MestoError::set_up)?),
            None => Arc::new(told(device_signer(secrets.as_ref(), &entropy).map_err(Into::into), locale)?),
        },
        entropy: Arc::new(entropy),
        secrets,
        reminders: match phone.reminders {
            Some(own) => Arc::new(OwnReminders(own)),
            None => Arc::new(NoReminders),
        },
    })
}

/// What is local: answered from the phone's own store, at once.
#[uniffi::export]
impl Client {
    /// Opens the database (made, migrated or rebuilt when needed) and reads what a screen shows first. No request is made.
    #[uniffi::constructor(default(phone = None))]
    pub fn open(config: ClientConfig, phone: Option<Phone>) -> Result<Arc<Self>, MestoError> {
        let locale = Locale::of(&config.locale);
        let key = URL_SAFE_NO_PAD.decode(&config.root_key).map_err(MestoError::set_up)?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| MestoError::set_up("the root key has 32 bytes"))?;
        let ports = ports(&config, phone.unwrap_or_default(), locale)?;
        let mut core = Config::new(config.path, &config.city, key);
        core.locale = locale;
        core.version = config.version.unwrap_or(core.version);
        core.return_url = config.return_url.unwrap_or(core.return_url);
        core.widget_path = config.snapshot_path.map(Into::into);
        let core = told(mesto_client::Client::open(core, ports), locale)?;
        Ok(Arc::new(Self { core, locale }))
    }

    /// Closes the database: when this returns its file is free, whoever still waits for an answer. Later calls fail with
    /// `closed`, the snapshot stays as it was last, and what is not confirmed yet goes on when the file is opened again. Again
    /// does nothing.
    pub fn shut_down(&self) {
        self.core.close();
    }

    /// What a damaged database meant, when there was one since this client was opened.
    #[must_use]
    pub fn recovery(&self) -> Option<Recovery> {
        self.core.recovery().map(Recovery::from)
    }

    /// What the app shows, as of now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::told(&self.core, self.locale)
    }

    /// Calls the observer with the current state and then after every change, until the subscription ends.
    #[must_use]
    pub fn subscribe(&self, observer: Arc<dyn Observer>) -> Arc<Subscription> {
        let listener = Listener { observer, client: self.core.downgrade(), locale: self.locale };
        Subscription::new(self.core.subscribe(Arc::new(listener)))
    }

    /// The corrected time: the operator's, as well as the phone can know it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.core.now()
    }

    /// Reads a plate as it is typed.
    pub fn check_plate(&self, plate: String) -> Result<ParsedPlate, MestoError> {
        self.told(self.core.vehicles().check_plate(&plate)).map(ParsedPlate::from)
    }

    /// Zones near a position, nearest first; a sign, typed or scanned, wins over the position.
    #[uniffi::method(default(position = None, sign = None))]
    pub fn zones_near(&self, position: Option<Position>, sign: Option<String>) -> Result<ZonesNear, MestoError> {
        self.told(self.core.parking().zones_near(position, sign.as_deref()))
    }

    /// What a length of parking would cost, without a connection: to look at, never to buy.
    pub fn preview(&self, zone: String, vehicle: String, minutes: u32) -> Result<Preview, MestoError> {
        self.told(self.core.parking().preview(&zone, &vehicle, minutes))
    }

    /// A stored ticket.
    pub fn ticket(&self, id: String) -> Result<Ticket, MestoError> {
        self.told(self.core.parking().ticket(&id))
    }

    /// What to draw as a QR for an inspector's camera; made anew before `fresh_until`.
    pub fn ticket_code(&self, ticket: String) -> Result<TicketCode, MestoError> {
        self.told(self.core.parking().code(&ticket))
    }

    /// What the phone knows of the tickets bought, newest first; `before` is the id of the last one seen.
    #[uniffi::method(default(before = None, limit = 50))]
    pub fn stored_history(&self, before: Option<String>, limit: u32) -> Result<History, MestoError> {
        self.told(self.core.parking().stored_history(before.as_deref(), limit))
    }

    /// An intent by its key, open or ended.
    pub fn intent(&self, key: String) -> Result<Option<Intent>, MestoError> {
        Ok(self.told(self.core.payments().intent(&key))?.map(|view| self.intent_told(&view)))
    }

    /// The newest intents, ended ones included, newest first.
    #[uniffi::method(default(limit = 50))]
    pub fn intents(&self, limit: u32) -> Result<Vec<Intent>, MestoError> {
        Ok(self.intents_told(&self.told(self.core.payments().intents(limit))?))
    }

    /// When an open intent wants another attempt; absent when all are ended.
    #[must_use]
    pub fn next_retry_at(&self) -> Option<Timestamp> {
        self.core.payments().next_retry_at()
    }

    /// The SMS that buys parking for this vehicle in this zone.
    pub fn sms_fallback(&self, zone: String, vehicle: String) -> Result<SmsFallback, MestoError> {
        self.told(self.core.parking().sms(&zone, &vehicle))
    }

    /// The alarms as of now, at most 64, earliest first.
    #[must_use]
    pub fn reminders(&self) -> Vec<Reminder> {
        self.core.reminders().into_iter().map(Reminder::from).collect()
    }

    /// Gives the phone its alarms anew: after a reboot, and when its clock was changed.
    pub fn replan(&self) {
        self.core.replan();
    }

    /// A text of the catalogue in the client's language; the id itself when it is not there.
    #[must_use]
    pub fn text(&self, id: String, args: HashMap<String, String>) -> String {
        let values = values_of(&args);
        self.core.text(&id, &values)
    }
}

/// What asks the operator.
#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Fetches keys and city, verified against the pinned root key.
    #[uniffi::method(default(cancel = None))]
    pub async fn refresh(&self, cancel: Option<Arc<Cancel>>) -> Result<Refreshed, MestoError> {
        self.answer(cancel, Box::pin(self.core.cities().refresh())).await
    }

    /// Asks for a one-time code by SMS.
    #[uniffi::method(default(cancel = None))]
    pub async fn request_code(&self, phone: String, cancel: Option<Arc<Cancel>>) -> Result<CodeSent, MestoError> {
        self.answer(cancel, Box::pin(self.core.account().request_code(&phone))).await
    }

    /// Trades the code for a session; `device` is shown in the driver's list of devices.
    #[uniffi::method(default(cancel = None))]
    pub async fn sign_in(
        &self,
        phone: String,
        code: String,
        device: String,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<(), MestoError> {
        self.answer(cancel, Box::pin(self.core.account().sign_in(&phone, &code, &device))).await
    }

    /// Ends the session here and at the operator, and forgets the account on this phone.
    #[uniffi::method(default(cancel = None))]
    pub async fn sign_out(&self, cancel: Option<Arc<Cancel>>) -> Result<(), MestoError> {
        self.answer(cancel, Box::pin(self.core.account().sign_out())).await
    }

    /// Brings the stored account up to date.
    #[uniffi::method(default(cancel = None))]
    pub async fn sync(&self, cancel: Option<Arc<Cancel>>) -> Result<SyncReport, MestoError> {
        self.answer(cancel, Box::pin(self.core.sync())).await
    }

    /// Adds a vehicle by its plate as it is typed.
    #[uniffi::method(default(label = None, cancel = None))]
    pub async fn add_vehicle(
        &self,
        plate: String,
        label: Option<String>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Vehicle, MestoError> {
        self.answer(cancel, Box::pin(self.core.vehicles().add(&plate, label.as_deref()))).await
    }

    /// Removes a vehicle; its tickets and orders stay, and a ticket can still be extended. One that is parked only when that
    /// is confirmed: `vehicle_parked` otherwise.
    #[uniffi::method(default(confirmed = false, cancel = None))]
    pub async fn remove_vehicle(
        &self,
        vehicle: String,
        confirmed: bool,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<(), MestoError> {
        self.answer(cancel, Box::pin(self.core.vehicles().remove(&vehicle, confirmed))).await
    }

    /// A price that holds for the city's quote time; where the vehicle has a running ticket in this zone it continues it.
    #[uniffi::method(default(cancel = None))]
    pub async fn quote(
        &self,
        zone: String,
        vehicle: String,
        minutes: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Quote, MestoError> {
        self.answer(cancel, Box::pin(self.core.parking().quote(&zone, &vehicle, minutes))).await
    }

    /// A quote that continues a ticket with the time after its end, at its own price (BG-46, BG-54).
    #[uniffi::method(default(cancel = None))]
    pub async fn extend(&self, ticket: String, minutes: u32, cancel: Option<Arc<Cancel>>) -> Result<Quote, MestoError> {
        self.answer(cancel, Box::pin(self.core.parking().extend(&ticket, minutes))).await
    }

    /// Buys a quote: exactly what it says, once, however often it is tapped. A purchase for the same car and zone that
    /// is not confirmed yet is settled first: confirmed, it is the answer; still open, this is refused with
    /// `unconfirmed`, and `intent` (and `page_url`) of the params name it.
    #[uniffi::method(default(cancel = None))]
    pub async fn buy(&self, quote: Quote, cancel: Option<Arc<Cancel>>) -> Result<Intent, MestoError> {
        let view = self.answer(cancel, Box::pin(self.core.payments().buy(&quote))).await?;
        Ok(self.intent_told(&view))
    }

    /// Starts a top-up of the deposit; the intent's `page_url` is the bank's page.
    #[uniffi::method(default(cancel = None))]
    pub async fn top_up(&self, amount: Amount, cancel: Option<Arc<Cancel>>) -> Result<Intent, MestoError> {
        let view = self.answer(cancel, Box::pin(self.core.wallet().top_up(amount))).await?;
        Ok(self.intent_told(&view))
    }

    /// Pays a daily order from the deposit, exactly the amount it shows (BG-70).
    #[uniffi::method(default(cancel = None))]
    pub async fn pay_order(&self, order: String, cancel: Option<Arc<Cancel>>) -> Result<Intent, MestoError> {
        let view = self.answer(cancel, Box::pin(self.core.orders().pay(&order))).await?;
        Ok(self.intent_told(&view))
    }

    /// Goes on with every open intent now, and gives them as they are afterwards, oldest first.
    #[uniffi::method(default(cancel = None))]
    pub async fn settle(&self, cancel: Option<Arc<Cancel>>) -> Result<Vec<Intent>, MestoError> {
        let views = self.answer(cancel, Box::pin(self.core.payments().settle_all())).await?;
        Ok(self.intents_told(&views))
    }

    /// The same for those whose time has come by `next_retry_at`.
    #[uniffi::method(default(cancel = None))]
    pub async fn settle_due(&self, cancel: Option<Arc<Cancel>>) -> Result<Vec<Intent>, MestoError> {
        let views = self.answer(cancel, Box::pin(self.core.payments().settle_due())).await?;
        Ok(self.intents_told(&views))
    }

    /// Goes on with one intent now: when a bank's page led back with its key.
    #[uniffi::method(default(cancel = None))]
    pub async fn settle_intent(&self, key: String, cancel: Option<Arc<Cancel>>) -> Result<Intent, MestoError> {
        let view = self.answer(cancel, Box::pin(self.core.payments().settle(&key))).await?;
        Ok(self.intent_told(&view))
    }

    /// Ends an intent that the driver no longer wants: one that waits at the bank's page on the operator too (what the
    /// bank still takes is then paid back), another one when it is sure that it will not be executed. Its state tells.
    #[uniffi::method(default(cancel = None))]
    pub async fn abandon(&self, intent: String, cancel: Option<Arc<Cancel>>) -> Result<Intent, MestoError> {
        let view = self.answer(cancel, Box::pin(self.core.payments().abandon(&intent))).await?;
        Ok(self.intent_told(&view))
    }

    /// What was bought, newest first; without a connection what the phone knows.
    #[uniffi::method(default(before = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        before: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<History, MestoError> {
        self.answer(cancel, Box::pin(self.core.parking().history(before.as_deref(), limit))).await
    }

    /// The balance and what consumed it (BG-36, BG-37), newest first; `before` is the id of the last entry seen.
    #[uniffi::method(default(before = None, limit = 50, cancel = None))]
    pub async fn deposit(
        &self,
        before: Option<i64>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Deposit, MestoError> {
        self.answer(cancel, Box::pin(self.core.wallet().history(before, limit))).await
    }

    /// Takes a purchase back and gives the SMS instead, only when it is sure that it will not be executed.
    #[uniffi::method(default(cancel = None))]
    pub async fn switch_to_sms(&self, intent: String, cancel: Option<Arc<Cancel>>) -> Result<SmsFallback, MestoError> {
        self.answer(cancel, Box::pin(self.core.parking().switch_to_sms(&intent))).await
    }
}

/// A text of the catalogue without a client: for previews and for screens before the first one is open.
#[uniffi::export]
#[must_use]
pub fn render_text(locale: String, id: String, args: HashMap<String, String>) -> String {
    mesto_client::texts::text(Locale::of(&locale), &id, &values_of(&args), None)
}

/// Whole numbers choose a plural form; everything else is put in as it is.
fn values_of(args: &HashMap<String, String>) -> Vec<(&str, TextValue)> {
    let value = |text: &String| match text.parse::<i64>() {
        Ok(number) if number.to_string() == *text => TextValue::Number(number),
        _ => TextValue::Text(text.clone()),
    };
    args.iter().map(|(name, text)| (name.as_str(), value(text))).collect()
}
