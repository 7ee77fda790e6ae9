//! The client: its parts, how it opens, and how a change becomes visible.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::{City, TimeRules};
use rusqlite::{Connection as Database, Transaction};

use crate::clock::{self, Anchor, ClockState};
use crate::error::{Error, Result};
use crate::ports::Ports;
use crate::reminders::Reminder;
use crate::snapshot::{Connection, Observer, Observers, Snapshot, Subscription};
use crate::store::{IntentRow, Recovery, Store, StoreError, rows};
use crate::texts::{self, Locale, TextValue};

/// Where the session token lies among the secrets.
pub(crate) const TOKEN: &str = "mesto.session_token";

/// How a client is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database file; its folder must exist. `-wal` and `-shm` lie beside it.
    pub path: PathBuf,
    /// Id of the city: `belgrade`.
    pub city: String,
    /// The app's version, `major.minor.patch`; sent with every request.
    pub version: String,
    /// Ed25519 public key that signs the operator's key sets, pinned in the app.
    pub root_key: [u8; 32],
    /// Language of reminders and of [`Client::text`].
    pub locale: Locale,
    /// Where the bank's page leads back to; the operator adds only the intent's key.
    pub return_url: String,
    /// A JSON file for widgets and live activities, replaced as a whole after every change.
    pub snapshot_path: Option<PathBuf>,
}

impl Config {
    /// The usual set-up: this crate's version, English, the app's own return link, no snapshot file.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, city: &str, root_key: [u8; 32]) -> Self {
        Self {
            path: path.into(),
            city: city.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            root_key,
            locale: Locale::En,
            return_url: "mesto://return".to_owned(),
            snapshot_path: None,
        }
    }
}

/// The app's core. A clone is the same client.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub config: Config,
    pub ports: Ports,
    core: Mutex<Core>,
    pub observers: Observers,
    outside: Outside,
}

/// What the world outside of this process is told: the phone's alarms and the snapshot file. One thread does it at a
/// time, so that the last word is the latest state.
#[derive(Default)]
struct Outside {
    /// Something changed since the one at work looked.
    wanted: AtomicBool,
    /// The alarms are to be set even when the plan is the same.
    anyway: AtomicBool,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    /// The plan the phone was given last.
    planned: Option<Vec<Reminder>>,
    /// What the snapshot file holds.
    written: Option<String>,
}

/// What the one lock guards. It is never held while waiting, nor while calling a port or an observer.
pub(crate) struct Core {
    pub store: Store,
    pub anchor: Option<Anchor>,
    pub connection: Connection,
    pub token: Option<String>,
    pub account: Option<String>,
    /// Read from the store when first needed.
    pub city: Option<Arc<City>>,
    /// Intents with a request under way.
    pub attempting: HashSet<String>,
    /// How many balances were taken from answers of actions: two answers can overtake each other.
    pub balances_told: u64,
    /// The last view, until something changes or the moment comes when one of its tickets is over.
    pub cached: Option<(Arc<Snapshot>, Option<DateTime<Utc>>)>,
}

impl Core {
    /// Reads from the database.
    pub fn read<T>(
        &mut self,
        now: DateTime<Utc>,
        read: impl FnOnce(&Database) -> std::result::Result<T, StoreError>,
    ) -> Result<T> {
        Ok(self.store.read(now.timestamp_millis(), read)?)
    }

    /// Writes in one transaction.
    pub fn write<T>(
        &mut self,
        now: DateTime<Utc>,
        write: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, StoreError>,
    ) -> Result<T> {
        self.still_open()?;
        self.cached = None;
        Ok(self.store.write(now.timestamp_millis(), write)?)
    }

    /// Keeps what the operator has done already and will tell again: a phone without room must not call it undone.
    pub fn keep(
        &mut self,
        now: DateTime<Utc>,
        write: impl FnOnce(&Transaction<'_>) -> std::result::Result<(), StoreError>,
    ) -> Result<()> {
        match self.write(now, write) {
            Err(error) if error.is_full() => Ok(()),
            kept => kept,
        }
    }

    /// What a closed client no longer does: ask the operator, write beside the database, forget its last view.
    ///
    /// # Errors
    /// `closed`
    pub fn still_open(&self) -> Result<()> {
        Ok(self.store.still_open()?)
    }

    /// What the app shows.
    fn view(&mut self, now: DateTime<Utc>, clock: ClockState) -> Arc<Snapshot> {
        if let Some((snapshot, until)) = &self.cached
            && until.is_none_or(|until| now < until)
            && snapshot.clock == clock
        {
            return Arc::clone(snapshot);
        }
        match Snapshot::build(self, now, clock) {
            Ok((snapshot, until)) => {
                let snapshot = Arc::new(snapshot);
                self.cached = Some((Arc::clone(&snapshot), until));
                snapshot
            }
            // The store fails or is closed: the last thing known is better than nothing.
            Err(_) => {
                self.cached.as_ref().map_or_else(|| Arc::new(Snapshot::empty(clock)), |(last, _)| Arc::clone(last))
            }
        }
    }

    /// The account that is signed in.
    pub fn signed_in(&self) -> Result<String> {
        match (&self.token, &self.account) {
            (Some(_), Some(account)) => Ok(account.clone()),
            _ => Err(Error::not_signed_in()),
        }
    }

    /// The session that a request is made in; [`Core::still`] tells whether its answer may be kept.
    pub fn session(&self) -> Result<String> {
        self.token.clone().ok_or_else(Error::not_signed_in)
    }

    /// An answer that comes after the driver signed out is nobody's: it must not be stored under the next one.
    ///
    /// # Errors
    /// `not_signed_in` when the session is another one or over.
    pub fn still(&self, session: &str) -> Result<()> {
        if self.token.as_deref() == Some(session) { Ok(()) } else { Err(Error::not_signed_in()) }
    }
}

impl Client {
    /// Opens the database (made, migrated or rebuilt when needed) and reads what a screen shows first. No request is
    /// made.
    ///
    /// # Errors
    /// `phone_full`, `phone_data_newer`, `phone_data_failed`, `phone_secrets_failed`.
    pub fn open(config: Config, ports: Ports) -> Result<Self> {
        let wall_ms = ports.clock.wall().timestamp_millis();
        let mut store = Store::open(&config.path, wall_ms)?;
        let token = ports.secrets.get(TOKEN)?;
        let first = |store: &mut Store| {
            store.read(wall_ms, |db| {
                let account = rows::get::<String>(db, rows::meta::ACCOUNT)?;
                Ok((rows::get::<Anchor>(db, rows::meta::ANCHOR)?, account, IntentRow::any_leaving(db)?))
            })
        };
        // Damage shows at the first read: the store is then already rebuilt, and the second look finds a sound file.
        let (anchor, account, leaving) = match first(&mut store) {
            Err(StoreError::Damaged(_)) => first(&mut store)?,
            other => other?,
        };
        if leaving {
            match store.write(wall_ms, |db| IntentRow::reopen(db)) {
                // A full phone still shows what it has; the next attempt of the intent says the same.
                Ok(()) | Err(StoreError::Full(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        let core = Core {
            store,
            anchor,
            connection: Connection::Unknown,
            token,
            account,
            city: None,
            attempting: HashSet::new(),
            balances_told: 0,
            cached: None,
        };
        let (observers, outside) = (Observers::default(), Outside::default());
        Ok(Self { inner: Arc::new(Inner { config, ports, core: Mutex::new(core), observers, outside }) })
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

    /// Until when something that is wanted now may be executed.
    pub(crate) fn not_after(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = self.stored_city().map_or(120, |city| city.quote_ttl_seconds);
        now + TimeDelta::seconds(i64::from(seconds))
    }

    /// The stored city, or what to do about it being missing.
    ///
    /// # Errors
    /// `city_missing` before the first [`Client::refresh`]; `closed`.
    pub fn city(&self) -> Result<Arc<City>> {
        self.core().still_open()?;
        self.stored_city().ok_or_else(Error::city_missing)
    }

    /// The city's clock, when a city is stored.
    pub(crate) fn time_rules(&self) -> Option<Arc<TimeRules>> {
        self.stored_city().map(|city| Arc::clone(&city.sections.time))
    }

    /// Why an intent was refused, with text and advice; times in the city's zone.
    #[must_use]
    pub fn refusal(&self, intent: &crate::outbox::IntentView) -> Option<Error> {
        intent.refusal().map(|error| error.in_time(self.time_rules()))
    }

    /// Gives an error the city's time zone, so that its text shows the city's hours.
    pub(crate) fn explain<T>(&self, outcome: Result<T>) -> Result<T> {
        outcome.map_err(|error| error.in_time(self.time_rules()))
    }

    /// A text of the catalogue in the client's language, times in the city's zone; the id itself when it is not there.
    #[must_use]
    pub fn text(&self, id: &str, values: &[(&str, TextValue)]) -> String {
        texts::text(self.config().locale, id, values, self.time_rules().as_deref())
    }

    /// A line of a quote, for the driver.
    #[must_use]
    pub fn line_text(&self, line: &mesto_rules::QuoteLine) -> String {
        texts::of_tagged(self.config().locale, "line", &line.kind, self.time_rules().as_deref())
    }

    /// What to know before paying, for the driver.
    #[must_use]
    pub fn notice_text(&self, notice: &mesto_rules::Notice) -> String {
        texts::of_tagged(self.config().locale, "notice", notice, self.time_rules().as_deref())
    }

    /// What to look at again in a plate, for the driver.
    #[must_use]
    pub fn plate_warning_text(&self, warning: &mesto_rules::PlateWarning) -> String {
        texts::of_tagged(self.config().locale, "plate-warning", warning, self.time_rules().as_deref())
    }

    /// What a damaged database meant, when there was one since this client was opened.
    #[must_use]
    pub fn recovery(&self) -> Option<Recovery> {
        self.core().store.recovery.clone()
    }

    /// What the app shows, as of now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        let (now, state) = self.time();
        self.core().view(now, state)
    }

    /// Closes the database: when this returns its file is free, whoever still holds the client or waits for an answer in
    /// it. What comes later finds it `closed`, asks the operator nothing and writes nothing; [`Client::snapshot`] stays as it
    /// was last. An intent that is open stays so in the file and goes on when that is opened again. Again does nothing.
    pub fn close(&self) {
        let (now, state) = self.time();
        let mut core = self.core();
        // Read once more, for the last time.
        core.view(now, state);
        core.store.close();
    }

    /// Calls the observer with the current state and then after every change, the latest only, from one thread of the
    /// client's own with no lock held. Dropping the subscription ends it.
    #[must_use]
    pub fn subscribe(&self, observer: Arc<dyn Observer>) -> Subscription {
        self.inner.observers.add(Arc::downgrade(&self.inner), observer)
    }

    /// Something changed: tells the phone's alarms, the snapshot file and the observers.
    pub(crate) fn changed(&self) {
        {
            let mut core = self.core();
            if core.still_open().is_err() {
                return;
            }
            core.cached = None;
        }
        self.tell_outside(false);
        self.inner.observers.wake();
    }

    /// Brings the phone's alarms and the snapshot file up to date. Whoever comes while another thread is at it (or calls
    /// from inside) leaves it to that one, who looks again.
    pub(crate) fn tell_outside(&self, anyway: bool) {
        let outside = &self.inner.outside;
        outside.anyway.fetch_or(anyway, Ordering::SeqCst);
        outside.wanted.store(true, Ordering::SeqCst);
        while outside.wanted.load(Ordering::SeqCst) {
            let mut told = match outside.told.try_lock() {
                Ok(told) => told,
                Err(TryLockError::Poisoned(told)) => told.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            while outside.wanted.swap(false, Ordering::SeqCst) {
                self.plan(&mut told.planned, outside.anyway.swap(false, Ordering::SeqCst));
                if let Some(path) = &self.config().snapshot_path {
                    self.write_snapshot(path, &mut told.written);
                }
            }
        }
    }

    fn write_snapshot(&self, path: &Path, written: &mut Option<String>) {
        let snapshot = self.snapshot();
        let Ok(json) = serde_json::to_string(snapshot.as_ref()) else { return };
        if written.as_ref() == Some(&json) {
            return;
        }
        // Held while it is written: closing waits for it.
        let core = self.core();
        if core.still_open().is_err() {
            return;
        }
        // A widget's file is a convenience: when it cannot be written, the app still works.
        let beside = path.with_extension("new");
        if std::fs::write(&beside, &json).and_then(|()| std::fs::rename(&beside, path)).is_ok() {
            *written = Some(json);
        }
    }
}

/// A client crosses threads, and so do the futures of its use cases.
const _: () = {
    const fn crosses_threads<T: Send + Sync>() {}
    crosses_threads::<Client>();
};

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use mesto_protocol::device::SoftwareDevice;
    use mesto_rules::{Currency, Money};

    use super::*;
    use crate::guard::Wish;
    use crate::intent::{IntentKind, IntentState, Progress};
    use crate::ports::{Clock, Entropy, Link, LinkAnswer, LinkError, LinkRequest, NoReminders, Secrets, SecretsError};
    use mesto_protocol::base::wallet::{NewTopup, TOP_UP};

    #[derive(Default)]
    struct Sent(AtomicUsize);
    #[async_trait::async_trait]
    impl Link for Sent {
        async fn send(&self, _: LinkRequest) -> std::result::Result<LinkAnswer, LinkError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Err(LinkError::Unknown("nobody there".to_owned()))
        }
    }
    struct Still;
    impl Clock for Still {
        fn wall(&self) -> DateTime<Utc> {
            DateTime::from_timestamp(1_756_900_000, 0).unwrap()
        }
        fn monotonic(&self) -> Duration {
            Duration::from_secs(60)
        }
        fn boot(&self) -> String {
            "one".to_owned()
        }
    }
    impl Entropy for Still {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }
    impl Secrets for Still {
        fn get(&self, _: &str) -> std::result::Result<Option<String>, SecretsError> {
            Ok(Some("token".to_owned()))
        }
        fn set(&self, _: &str, _: &str) -> std::result::Result<(), SecretsError> {
            Ok(())
        }
        fn remove(&self, _: &str) -> std::result::Result<(), SecretsError> {
            Ok(())
        }
    }

    fn open(folder: &Path, link: Arc<dyn Link>) -> Client {
        let ports = Ports {
            link,
            clock: Arc::new(Still),
            entropy: Arc::new(Still),
            secrets: Arc::new(Still),
            signer: Arc::new(SoftwareDevice::from_seed(&[3; 32]).unwrap()),
            reminders: Arc::new(NoReminders),
        };
        let client = Client::open(Config::new(folder.join("mesto.db"), "belgrade", [0; 32]), ports).unwrap();
        let anchor = Anchor::observe(Still.wall().timestamp_millis(), Still.monotonic(), &Still);
        {
            let mut core = client.core();
            core.account = Some("account".to_owned());
            core.anchor = Some(anchor);
        }
        client
    }

    fn now_or_never<T>(future: impl Future<Output = T>) -> T {
        match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("the link never waits"),
        }
    }

    #[test]
    fn a_full_phone_is_told_so_and_nothing_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let link = Arc::new(Sent::default());
        let client = open(folder.path(), link.clone());
        {
            let core = client.core();
            let pages: i64 = core.store.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
            core.store.connection().query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        }
        let amount = Money::from_minor(100_000, Currency::new("RSD").unwrap());
        let intend = |size: usize| {
            let body =
                move |not_after| serde_json::to_vec(&NewTopup { amount, not_after, return_url: "x".repeat(size) });
            let (kind, path) = (IntentKind::Topup { amount }, TOP_UP.target(&[], &[]));
            now_or_never(client.intend(Wish { kind, path, body: &body, until: None }))
        };
        let error = intend(1_000_000).unwrap_err();
        assert_eq!(error.code(), "phone_full");
        assert!(error.advice(Locale::En).contains("nothing was charged"), "{}", error.advice(Locale::En));
        assert_eq!(link.0.load(Ordering::SeqCst), 0);
        assert!(client.open_intents().unwrap().is_empty());
        // With room again the same tap goes out.
        client.core().store.connection().query_row("PRAGMA max_page_count = 100000", [], |_| Ok(())).unwrap();
        intend(1_000_000).unwrap();
        assert_eq!(link.0.load(Ordering::SeqCst), 1);
    }

    /// An operator that takes a top-up; by the time its answer comes, the phone is full.
    #[derive(Default)]
    struct FillsUp {
        client: Mutex<Option<Client>>,
        sent: AtomicUsize,
    }
    #[async_trait::async_trait]
    impl Link for FillsUp {
        async fn send(&self, _: LinkRequest) -> std::result::Result<LinkAnswer, LinkError> {
            self.sent.fetch_add(1, Ordering::SeqCst);
            if let Some(client) = self.client.lock().unwrap().take() {
                client.core().store.full = true;
            }
            let body = serde_json::json!({
                "id": "tu_1", "intent": "07070707070707070707070707070707", "state": "pending",
                "amount": {"amount": "1000.00", "currency": "RSD"}, "page_url": "https://bank.example/pay",
                "created_at": "2025-09-03T08:00:00Z", "expires_at": "2025-09-03T08:30:00Z",
            });
            Ok(LinkAnswer { status: 201, headers: Vec::new(), body: body.to_string().into_bytes() })
        }
    }

    #[test]
    fn an_answer_that_finds_no_room_leaves_the_intent_unconfirmed_and_never_says_uncharged() {
        let folder = tempfile::tempdir().unwrap();
        let link = Arc::new(FillsUp::default());
        let client = open(folder.path(), link.clone());
        *link.client.lock().unwrap() = Some(client.clone());
        let amount = Money::from_minor(100_000, Currency::new("RSD").unwrap());
        let body = |not_after| serde_json::to_vec(&NewTopup { amount, not_after, return_url: String::new() });
        let (kind, path) = (IntentKind::Topup { amount }, TOP_UP.target(&[], &[]));
        let intent = now_or_never(client.intend(Wish { kind, path, body: &body, until: None })).unwrap();
        assert_eq!(intent.state, IntentState::Unconfirmed(Progress::Leaving));
        // Still no room: nothing more is sent, and nothing is said about money.
        let settled = now_or_never(client.settle_intent(&intent.key)).unwrap();
        assert_eq!(settled.state, IntentState::Unconfirmed(Progress::Leaving));
        assert_eq!(link.sent.load(Ordering::SeqCst), 1);
        client.core().store.full = false;
        let settled = now_or_never(client.settle_intent(&intent.key)).unwrap();
        assert_eq!(settled.state, IntentState::Unconfirmed(Progress::AtBank));
        assert_eq!(settled.page_url.as_deref(), Some("https://bank.example/pay"));
    }

    #[test]
    fn no_thread_runs_while_nobody_listens() {
        let observers = Observers::default();
        observers.wake();
        assert!(!observers.runs());
        let subscription = observers.add(std::sync::Weak::new(), Arc::new(Deaf));
        drop(subscription);
    }

    struct Deaf;
    impl Observer for Deaf {
        fn changed(&self, _: Arc<Snapshot>) {}
    }
}
