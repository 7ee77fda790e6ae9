//! The client: its parts, how it opens, and how a change becomes visible.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::line::{Line, Notice};
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_rules::{City, CityId};
use rusqlite::Connection as Database;

use super::clock::{self, Anchor, ClockState};
use super::ending::Ending;
use super::error::{Error, Result};
use super::intent::INTENTS;
use super::keychain::Keychain;
use super::live::Live;
use super::platform::Platform;
use super::ports::Ports;
use super::service::Services;
use super::session::{TOKEN, TURN, writes_of_others};
use super::signal::{self, Connection, Observers};
use super::state::States;
use super::store::{IntentRow, Migrations, Recovery, Store, StoreError, Stored, Tx, Value};
use mesto_texts::{self as texts, Locale, TextValue};

/// Whose the file is.
const OPERATOR: Value<String> = Value::new("operator", signal::ACCOUNT);
/// The account that the stored data is of.
pub const ACCOUNT: Value<AccountId> = Value::new("account", signal::ACCOUNT);
/// It was asked to close the account, and is not known yet whether it did.
pub const CLOSING: Value<bool> = Value::new("closing", signal::ACCOUNT);
/// What is known of the operator's time.
pub const ANCHOR: Value<Anchor> = Value::new("clock_anchor", signal::CLOCK);

/// How a client is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database file; its folder must exist. `-wal` and `-shm` lie beside it. A file is of one
    /// operator for good.
    pub path: PathBuf,
    /// The operator's DNS name. What the phone keeps of this operator is named after it: secrets,
    /// the device key, alarms.
    pub operator: OperatorName,
    /// The app's version, such as `1.20.3`; sent with every request.
    pub version: String,
    /// Ed25519 public key that signs the operator's key sets, pinned in the app.
    pub root_key: [u8; 32],
    /// Language of reminders and of [`Client::text`].
    pub locale: Locale,
    /// Where a payment provider's page leads back to; the operator adds only the intent's key.
    pub return_url: String,
    /// A JSON file for widgets and live activities, replaced as a whole after every change:
    /// `format`, and `sections` by service.
    pub widget_path: Option<PathBuf>,
    /// How often a reading that had no answer is asked again at once, [`READ_RETRIES`]; what pays
    /// is never sent again by itself.
    pub read_retries: u32,
}

/// How often a reading may be asked again.
pub const READ_RETRIES: std::ops::RangeInclusive<u32> = 0..=5;

impl Config {
    /// The usual set-up: this crate's version, English, the app's own return link, no file for
    /// widgets.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, operator: OperatorName, root_key: [u8; 32]) -> Self {
        Self {
            path: path.into(),
            operator,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            root_key,
            locale: Locale::En,
            return_url: "mesto://return".to_owned(),
            widget_path: None,
            read_retries: 0,
        }
    }
}

/// The app's core. A clone is the same client.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

/// A client that does not live because of this.
#[derive(Clone)]
pub struct WeakClient(Weak<Inner>);

impl WeakClient {
    /// The client, while anybody else has it.
    #[must_use]
    pub fn upgrade(&self) -> Option<Client> {
        self.0.upgrade().map(|inner| Client { inner })
    }
}

pub struct Inner {
    pub config: Config,
    pub ports: Ports,
    pub services: Services,
    core: Mutex<Core>,
    pub observers: Observers,
    pub platform: Platform,
    pub live: Live,
    pub ending: Ending,
}

/// What the one lock guards. It is never held while waiting, nor while calling a port or an
/// observer.
pub struct Core {
    pub store: Store,
    pub anchor: Option<Anchor>,
    pub connection: Connection,
    pub token: Option<String>,
    pub account: Option<AccountId>,
    /// The last signing in or out that this client knows of; see [`TURN`].
    pub turn: Option<i64>,
    /// What [`writes_of_others`] was at the last look.
    pub writes_of_others: Option<i64>,
    /// Read from the store when first needed.
    pub cities: BTreeMap<CityId, Arc<City>>,
    /// Intents with a request under way.
    pub attempting: HashSet<String>,
    /// How many balances were taken from answers of actions: two answers can overtake each other.
    pub balances_told: u64,
    pub states: States,
}

impl Core {
    /// Reads from the database.
    pub fn read<T>(&mut self, now: DateTime<Utc>, read: impl FnOnce(&Database) -> Stored<T>) -> Result<T> {
        let outcome = self.store.read(now.timestamp_millis(), read);
        self.whole(outcome)
    }

    /// Writes in one transaction.
    pub fn write<T>(&mut self, now: DateTime<Utc>, write: impl FnOnce(&Tx<'_>) -> Stored<T>) -> Result<T> {
        self.still_open()?;
        let outcome = self.store.write(now.timestamp_millis(), write);
        let (value, touched) = self.whole(outcome)?;
        self.states.touch(touched);
        Ok(value)
    }

    /// Keeps what the operator has done already and will tell again: a phone without room must not
    /// call it undone.
    pub fn keep(&mut self, now: DateTime<Utc>, write: impl FnOnce(&Tx<'_>) -> Stored) -> Result<()> {
        match self.write(now, write) {
            Err(error) if error.is_full() => Ok(()),
            kept => kept,
        }
    }

    /// A file that was rebuilt has lost what was read of it.
    fn whole<T>(&mut self, outcome: Stored<T>) -> Result<T> {
        if matches!(outcome, Err(StoreError::Damaged(_))) {
            self.states.touch_all();
        }
        Ok(outcome?)
    }

    /// What a closed client no longer does: ask the operator, write beside the database, forget
    /// what it showed last.
    ///
    /// # Errors
    /// `closed`
    pub fn still_open(&self) -> Result<()> {
        Ok(self.store.still_open()?)
    }

    /// Whose the stored data is from now on. Intents are shown by account.
    pub fn account_is(&mut self, account: Option<AccountId>) {
        if self.account != account {
            self.account = account;
            self.states.touch([signal::ACCOUNT, INTENTS]);
        }
    }
}

impl Client {
    /// Opens a client of these services; see `Client::open`.
    pub(crate) fn of(services: Services, migrations: Migrations, config: Config, ports: Ports) -> Result<Self> {
        if !READ_RETRIES.contains(&config.read_retries) {
            return Err(Error::beyond("a reading is asked again", &READ_RETRIES, config.read_retries));
        }
        let wall_ms = ports.clock.wall().timestamp_millis();
        let mut store = Store::open(&config.path, migrations, wall_ms)?;
        let first = |store: &mut Store| {
            store.read(wall_ms, |db| {
                Ok((
                    OPERATOR.get(db)?,
                    ANCHOR.get(db)?,
                    ACCOUNT.get(db)?,
                    TURN.get(db)?,
                    writes_of_others(db)?,
                    IntentRow::any_sending(db)?,
                ))
            })
        };
        // Damage shows at the first read: the store is then already rebuilt, and the second look
        // finds a sound file.
        let (operator, anchor, account, turn, writes, leaving) = match first(&mut store) {
            Err(StoreError::Damaged(_)) => first(&mut store)?,
            other => other?,
        };
        match operator {
            Some(of) if of != config.operator.as_str() => return Err(Error::file_of_another(&of, &config.operator)),
            Some(_) => {}
            None => match store.write(wall_ms, |tx| OPERATOR.set(tx, &config.operator.as_str().to_owned())) {
                // A full phone still shows what it has.
                Ok(_) | Err(StoreError::Full(_)) => {}
                Err(other) => return Err(other.into()),
            },
        }
        let token = Keychain::of(&ports, &config.operator).get(TOKEN)?;
        if leaving {
            match store.write(wall_ms, IntentRow::reopen) {
                // A full phone still shows what it has; the next attempt of the intent says the
                // same.
                Ok(_) | Err(StoreError::Full(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        let core = Core {
            store,
            anchor,
            connection: Connection::Unknown,
            token,
            account,
            turn,
            writes_of_others: Some(writes),
            cities: BTreeMap::new(),
            attempting: HashSet::new(),
            balances_told: 0,
            states: States::default(),
        };
        let (observers, platform, live) = (Observers::default(), Platform::default(), Live::default());
        let (core, ending) = (Mutex::new(core), Ending::default());
        Ok(Self { inner: Arc::new(Inner { config, ports, services, core, observers, platform, live, ending }) })
    }

    /// The client for somebody whom it must not outlive because of him: an observer.
    #[must_use]
    pub fn downgrade(&self) -> WeakClient {
        WeakClient(Arc::downgrade(&self.inner))
    }

    pub(crate) fn core(&self) -> MutexGuard<'_, Core> {
        // A panic elsewhere leaves the database whole (transactions) and the rest is only a cache.
        self.inner.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ports(&self) -> &Ports {
        &self.inner.ports
    }

    pub(crate) fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The secrets of this operator.
    pub(crate) fn secrets(&self) -> Keychain<'_> {
        Keychain::of(self.ports(), &self.config().operator)
    }

    /// The DNS name of its operator.
    #[must_use]
    pub fn operator_name(&self) -> &OperatorName {
        &self.config().operator
    }

    pub(crate) fn services(&self) -> Services {
        self.inner.services
    }

    /// The corrected time: the operator's, as well as the phone can know it.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.time().0
    }

    /// The corrected time and how far it can be trusted.
    #[must_use]
    pub fn time(&self) -> (DateTime<Utc>, ClockState) {
        let anchor = self.core().anchor.clone();
        clock::corrected(anchor.as_ref(), self.ports().clock.as_ref())
    }

    /// The earliest moment that it may be now: while the clock is not synced, when the operator
    /// told the time last.
    pub(crate) fn earliest(&self) -> DateTime<Utc> {
        let anchor = self.core().anchor.clone();
        clock::earliest(anchor.as_ref(), self.ports().clock.as_ref())
    }

    /// The operator's time, where it is known.
    pub(crate) fn synced(&self) -> Option<DateTime<Utc>> {
        let (now, state) = self.time();
        (state == ClockState::Synced).then_some(now)
    }

    /// How the last request went.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.core().connection
    }

    /// Until when something that is wanted now may be executed.
    pub(crate) fn not_after(&self, city: &CityId, now: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = self.stored_city(city).map_or(120, |city| city.quote_ttl_seconds);
        now + TimeDelta::seconds(i64::from(seconds))
    }

    /// Gives an error the time zone of the operator's first city, so that its text shows hours as
    /// they are there.
    pub(crate) fn explain<T>(&self, outcome: Result<T>) -> Result<T> {
        outcome.map_err(|error| error.in_time(self.time_rules(None)))
    }

    /// Gives an error the city's time zone, so that its text shows the city's hours.
    pub(crate) fn explain_in<T>(&self, city: &CityId, outcome: Result<T>) -> Result<T> {
        outcome.map_err(|error| error.in_time(self.time_rules(Some(city))))
    }

    /// A text of the catalogue in the client's language; the id itself when it is not there. Times
    /// are in the zone of the first stored city: of another one see [`Client::text_in`].
    #[must_use]
    pub fn text(&self, id: &str, values: &[(&str, TextValue)]) -> String {
        self.text_in(None, id, values)
    }

    /// A text of the catalogue in the client's language, times in this city's zone; the id itself
    /// when it is not there.
    #[must_use]
    pub fn text_in(&self, city: Option<&CityId>, id: &str, values: &[(&str, TextValue)]) -> String {
        texts::text(self.config().locale, id, values, self.time_rules(city).as_deref())
    }

    /// A moment on a city's wall clock, by the city's own rules; where none is named, or it is not
    /// stored, that of the first one that is. `None` before a city was fetched.
    #[must_use]
    pub fn local(&self, city: Option<&CityId>, at: DateTime<Utc>) -> Option<DateTime<FixedOffset>> {
        self.time_rules(city).map(|rules| rules.local(at))
    }

    /// The text of a value that names itself, in the client's language.
    pub(crate) fn tagged_text(&self, prefix: &str, value: &impl serde::Serialize) -> String {
        texts::of_tagged(self.config().locale, prefix, value, self.time_rules(None).as_deref())
    }

    /// A line of a price, for the driver.
    #[must_use]
    pub fn line_text(&self, line: &Line) -> String {
        self.line_text_in(None, line)
    }

    /// A line of a price, for the driver, times in this city's zone.
    #[must_use]
    pub fn line_text_in(&self, city: Option<&CityId>, line: &Line) -> String {
        self.kind_text(city, "line", &line.kind, &line.params.0)
    }

    /// What to know before paying, for the driver.
    #[must_use]
    pub fn notice_text(&self, notice: &Notice) -> String {
        self.notice_text_in(None, notice)
    }

    /// What to know before paying, for the driver, times in this city's zone.
    #[must_use]
    pub fn notice_text_in(&self, city: Option<&CityId>, notice: &Notice) -> String {
        self.kind_text(city, "notice", &notice.kind, &notice.params.0)
    }

    /// The text of a kind `<service>.<word>` with its values, in the client's language.
    pub(crate) fn kind_text(
        &self,
        city: Option<&CityId>,
        prefix: &str,
        kind: &str,
        params: &serde_json::Map<String, serde_json::Value>,
    ) -> String {
        texts::of_kind(self.config().locale, prefix, kind, params, self.time_rules(city).as_deref())
    }

    /// The text of a word of the wire with values, `<prefix>-<word>`, in the client's language;
    /// that of `<prefix>-other` for one that is not known.
    pub(crate) fn word_text(&self, prefix: &str, word: &str, values: &[(&str, TextValue)]) -> String {
        let id = format!("{prefix}-{word}");
        let text = self.text(&id, values);
        if text == id { self.text(&format!("{prefix}-other"), values) } else { text }
    }

    /// What a damaged database meant, when there was one since this client was opened.
    #[must_use]
    pub fn recovery(&self) -> Option<Recovery> {
        self.core().store.recovery.clone()
    }

    /// Closes the database: when this returns its file is free, whoever still holds the client or
    /// waits for an answer in it. What is under way is given up at once and fails with `closed`,
    /// live updates too. What comes later finds it `closed`, asks the operator nothing and writes
    /// nothing; the states stay as they were last. An intent that is open stays so in the file and
    /// goes on when that is opened again. Again does nothing.
    pub fn close(&self) {
        let _ = self.follow();
        // Read once more, for the last time.
        for show in self.services().all().filter_map(|service| service.widget) {
            let _ = show(self);
        }
        self.core().store.close();
        self.inner.ending.comes();
        self.inner.live.mark(|marks| marks.hurry += 1);
    }

    /// Whether it was not closed.
    pub(crate) fn is_open(&self) -> bool {
        self.core().still_open().is_ok()
    }

    /// Something changed: tells the phone's alarms, the widgets' file and the observers.
    pub(crate) fn changed(&self) {
        // What another client of the file let go is told to nobody. A look that fails is made again
        // at the next request.
        let _ = self.follow();
        let touched = {
            let mut core = self.core();
            if core.still_open().is_err() {
                return;
            }
            core.states.take_touched()
        };
        self.tell_platform(false);
        if !touched.is_empty() {
            self.inner.observers.wake(&touched);
        }
    }
}

/// A client crosses threads, and so do the futures of its use cases.
const _: () = {
    const fn crosses_threads<T: Send + Sync>() {}
    crosses_threads::<Client>();
};
