//! An operator behind its relay, a bank, and a control address, with the clock and the store they share.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use mesto_bank::{Bank, BankConfig, Merchant};
use mesto_operator::{
    Config, Durability, Entropy as _, HostedPage, Keys, Message, Operator, PostgresStore, SqliteStore, Store,
    StoreError, SystemEntropy,
};
use mesto_protocol::base::sign_in::Role;
use mesto_protocol::route;
use rust_decimal::Decimal;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, oneshot};
use tokio::task::JoinHandle;

use super::front::Front;
use super::walk::{Payer, WalkError, Walked, walk};
use crate::clock::{BankEntropy, VirtualClock};

/// Which world to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The operator's port, the bank's and the control's follow; 0 for free ones.
    pub port: u16,
    pub start: DateTime<Utc>,
    /// An empty Postgres database for the operator instead of a file.
    pub database_url: Option<String>,
}

/// Why a world cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error("a port or a file: {0}")]
    Machine(#[from] std::io::Error),
    #[error("the operator's store: {0}")]
    Store(#[from] StoreError),
    #[error("the operator: {0}")]
    Operator(String),
    #[error("the bank: {0}")]
    Bank(#[from] mesto_bank::StoreError),
    #[error("the operator is not running; POST /restart starts it")]
    NotRunning,
    #[error("HTTP: {0}")]
    Web(String),
}

/// What the books say.
#[derive(Debug, Clone, Serialize)]
pub struct Books {
    /// No fault was found; see `mesto_operator::ledger::check`.
    pub sums_to_zero: bool,
    pub fault: Option<String>,
    /// All deposits together, two decimals.
    pub deposits: String,
    /// How many tickets were sold.
    pub tickets: i64,
    /// Every book; what is debited is positive.
    pub accounts: Vec<BookRow>,
}

/// One book of the ledger.
#[derive(Debug, Clone, Serialize)]
pub struct BookRow {
    pub account: String,
    pub currency: String,
    pub balance: String,
}

/// The operator's process, as far as one process can have another: its own runtime, dropped at once by a kill.
struct Running {
    runtime: tokio::runtime::Runtime,
    store: Arc<dyn Store>,
}

/// The whole city.
pub struct World {
    pub clock: VirtualClock,
    options: Options,
    folder: tempfile::TempDir,
    operator: Arc<Operator>,
    bank: Bank,
    pub front: Front,
    bank_address: SocketAddr,
    control_address: SocketAddr,
    running: AsyncMutex<Option<Running>>,
    ends: Mutex<Vec<oneshot::Sender<()>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Signs the links and notices between operator and bank.
    inspector: AsyncMutex<Option<String>>,
}

impl World {
    /// Starts everything on loopback.
    ///
    /// # Errors
    /// When a port, a file or the database cannot be had.
    pub async fn start(options: Options) -> Result<Arc<Self>, WorldError> {
        let folder = tempfile::Builder::new().prefix("mesto-").tempdir()?;
        let clock = VirtualClock::standing(options.start);
        let port_of = |place: u16| if options.port == 0 { 0 } else { options.port.saturating_add(place) };

        // The relay in front of the operator is the address that is told.
        let front = Front::new(port_of(0))?;
        let bank_listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port_of(1))).await?;
        let bank_address = bank_listener.local_addr()?;
        let control_listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port_of(2))).await?;
        let control_address = control_listener.local_addr()?;

        let mut secret = vec![0; 32];
        SystemEntropy.fill(&mut secret);
        let keys =
            Keys::ephemeral(options.start, &SystemEntropy).map_err(|error| WorldError::Operator(error.to_string()))?;
        let page = HostedPage::new(
            &format!("http://{bank_address}"),
            &format!("http://{}", front.address()),
            "mesto",
            &secret,
        );
        let city = crate::city::belgrade().map_err(|error| WorldError::Operator(error.text))?;
        let operator = Operator::new(vec![city], keys, Arc::new(SystemEntropy), Arc::new(page), Config::default())
            .map_err(|error| WorldError::Operator(error.to_string()))?;
        let bank_config = BankConfig {
            database: Some(folder.path().join("bank.sqlite")),
            merchants: vec![Merchant { id: "mesto".into(), name: "Parking servis".into(), secret }],
        };
        let bank = Bank::open(&bank_config, Arc::new(clock.clone()), Arc::new(BankEntropy))?;

        let world = Arc::new(Self {
            clock,
            options,
            folder,
            operator: Arc::new(operator),
            bank: bank.clone(),
            front,
            bank_address,
            control_address,
            running: AsyncMutex::new(None),
            ends: Mutex::default(),
            tasks: Mutex::default(),
            inspector: AsyncMutex::new(None),
        });
        world.restart().await?;
        let told = world.until_end();
        world.keep(tokio::spawn(async move {
            let _ = mesto_bank::serve(bank_listener, bank, told).await;
        }));
        let (told, routes) = (world.until_end(), super::control::routes(Arc::downgrade(&world)));
        world.keep(tokio::spawn(async move {
            let _ = axum::serve(control_listener, routes).with_graceful_shutdown(told).await;
        }));
        Ok(world)
    }

    fn until_end(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let (end, told) = oneshot::channel();
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).push(end);
        async move {
            let _ = told.await;
        }
    }

    fn keep(&self, task: JoinHandle<()>) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }

    /// Ends everything in order; the folder goes with the world.
    pub async fn end(&self) {
        self.kill().await;
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            // An open page or stream does not hold the end up.
            task.abort();
            let _ = task.await;
        }
    }

    #[must_use]
    pub fn operator_url(&self) -> String {
        format!("http://{}", self.front.address())
    }

    #[must_use]
    pub fn bank_url(&self) -> String {
        format!("http://{}", self.bank_address)
    }

    #[must_use]
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control_address)
    }

    #[must_use]
    pub fn root_key(&self) -> [u8; 32] {
        *self.operator.keys().root_public()
    }

    /// The folder that everything lies in until the world ends.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The one line that a runner reads.
    #[must_use]
    pub fn addresses(&self) -> serde_json::Value {
        serde_json::json!({
            "operator": self.operator_url(),
            "bank": self.bank_url(),
            "control": self.control_url(),
            "root_key": self.operator.keys().root_text(),
            "now": self.now_text(),
        })
    }

    #[must_use]
    pub fn now_text(&self) -> String {
        self.clock.read().to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("operator.sqlite")
    }

    /// The operator is gone at once: its port closed, its connections cut, its tasks dropped where they stand.
    pub async fn kill(&self) {
        self.front.close().await;
        let running = self.running.lock().await.take();
        if let Some(running) = running {
            running.runtime.shutdown_background();
            // Dropping the store may wait for its writer; that is no work for an async thread.
            let _ = tokio::task::spawn_blocking(move || drop(running.store)).await;
        }
    }

    /// An operator on the same store and the same port; nothing happens while one runs.
    ///
    /// # Errors
    /// When the port or the store cannot be had again.
    pub async fn restart(&self) -> Result<(), WorldError> {
        let mut running = self.running.lock().await;
        if running.is_none() {
            let (path, url) = (self.database(), self.options.database_url.clone());
            let store = blocking(move || -> Result<Arc<dyn Store>, StoreError> {
                Ok(match url {
                    Some(url) => Arc::new(PostgresStore::open(&url, 4)?),
                    None => Arc::new(SqliteStore::open(&path, Durability::Full)?),
                })
            })
            .await??;
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("mesto-operator")
                .enable_all()
                .build()?;
            // Any free port, another one at each start: only the relay knows it. In the operator's own runtime.
            let listener = runtime
                .spawn(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
                .await
                .map_err(|error| WorldError::Operator(error.to_string()))??;
            self.front.lead_to(listener.local_addr()?);
            let (operator, served, clock) = (Arc::clone(&self.operator), Arc::clone(&store), self.clock.clone());
            runtime.spawn(async move {
                let _ =
                    mesto_operator::serve(listener, operator, served, Arc::new(clock), std::future::pending()).await;
            });
            *running = Some(Running { runtime, store });
        }
        drop(running);
        self.front.open()?;
        Ok(())
    }

    #[must_use]
    pub async fn is_running(&self) -> bool {
        self.running.lock().await.is_some()
    }

    async fn store(&self) -> Result<Arc<dyn Store>, WorldError> {
        self.running.lock().await.as_ref().map(|running| Arc::clone(&running.store)).ok_or(WorldError::NotRunning)
    }

    /// Does what has become due: the operator's jobs and the bank's notices. Says how much was done.
    ///
    /// # Errors
    /// When the bank's store fails.
    pub async fn due(&self) -> Result<usize, WorldError> {
        let mut done = self.bank.deliver_due().await?;
        if let Ok(store) = self.store().await {
            let (operator, now) = (Arc::clone(&self.operator), self.clock.read());
            done += blocking(move || operator.due(store.as_ref(), now)).await?;
        }
        Ok(done)
    }

    /// Moves the clock and does what has become due.
    ///
    /// # Errors
    /// As [`World::due`].
    pub async fn advance(&self, by: Duration) -> Result<usize, WorldError> {
        self.clock.advance(by);
        self.due().await
    }

    /// Walks the bank's page, and waits until the operator was told how the payment ended where it can be told: the bank
    /// itself leads a payer back after two seconds whether it was or not, which on a busy machine comes first.
    ///
    /// # Errors
    /// When a page cannot be read, or the link is refused.
    pub async fn walk(&self, page_url: &str, payer: Payer) -> Result<Walked, WalkError> {
        let walked = walk(page_url, payer).await?;
        self.bank.deliver_due().await?;
        Ok(walked)
    }

    /// The messages sent to a number, newest first.
    ///
    /// # Errors
    /// When the operator does not run, or its store fails.
    pub async fn outbox(&self, phone: &str) -> Result<Vec<Message>, WorldError> {
        let (store, operator, phone) = (self.store().await?, Arc::clone(&self.operator), phone.to_owned());
        let mut messages = blocking(move || operator.outbox(store.as_ref(), &phone)).await??;
        messages.reverse();
        Ok(messages)
    }

    /// A token for a member of staff.
    ///
    /// # Errors
    /// As [`World::outbox`].
    pub async fn staff(&self, role: Role) -> Result<String, WorldError> {
        let (store, operator, now) = (self.store().await?, Arc::clone(&self.operator), self.clock.read());
        Ok(blocking(move || operator.create_staff(store.as_ref(), now, role, "testbed")).await??)
    }

    /// The token of the testbed's own inspector, made when first needed.
    ///
    /// # Errors
    /// As [`World::staff`].
    pub async fn inspector(&self) -> Result<String, WorldError> {
        let mut inspector = self.inspector.lock().await;
        match inspector.as_ref() {
            Some(token) => Ok(token.clone()),
            None => Ok(inspector.insert(self.staff(Role::Inspector).await?).clone()),
        }
    }

    /// What an inspector is told about a plate in a zone: status and body of the operator's answer, over HTTP.
    ///
    /// # Errors
    /// When the operator is not reached.
    pub async fn inspect(&self, city: &str, zone: &str, plate: &str) -> Result<(u16, serde_json::Value), WorldError> {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("city", city)
            .append_pair("zone", zone)
            .append_pair("plate", plate)
            .finish();
        let url = format!("{}{}?{query}", self.operator_url(), route::INSPECTOR_CHECK);
        answered(web()?.get(url).bearer_auth(self.inspector().await?)).await
    }

    /// Issues a daily order as an inspector; `order` is an `api::NewOrder` as JSON.
    ///
    /// # Errors
    /// When the operator is not reached.
    pub async fn issue_order(&self, order: &serde_json::Value) -> Result<(u16, serde_json::Value), WorldError> {
        let mut key = [0; 16];
        SystemEntropy.fill(&mut key);
        let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let request = web()?
            .post(format!("{}{}", self.operator_url(), route::INSPECTOR_ORDERS))
            .bearer_auth(self.inspector().await?)
            .header(route::IDEMPOTENCY_KEY, key)
            .header("content-type", "application/json")
            .body(order.to_string());
        answered(request).await
    }

    /// Books and checks.
    ///
    /// # Errors
    /// When the operator does not run, or its store fails.
    pub async fn books(&self) -> Result<Books, WorldError> {
        let (store, operator) = (self.store().await?, Arc::clone(&self.operator));
        blocking(move || books(&operator, store.as_ref())).await?
    }
}

/// Reads the books of an operator.
///
/// # Errors
/// When the store fails; a fault in the books is told inside.
pub fn books(operator: &Operator, store: &dyn Store) -> Result<Books, WorldError> {
    let fault = operator.check_ledger(store).err().map(|fault| fault.to_string());
    let balances = operator.balances(store)?;
    let tickets = mesto_operator::store::transact(store, |tx| {
        tx.query("SELECT COUNT(*) FROM ticket", &[])?.first().map_or(Ok(0), |row| row.int(0))
    })?;
    let mut deposits = Decimal::new(0, 2);
    let mut total = Decimal::ZERO;
    let mut accounts = Vec::new();
    for (name, money) in balances {
        let account = name.split(' ').next().unwrap_or_default().to_owned();
        total += money.amount;
        if account == "deposits" {
            // A deposit is owed, so it stands on the credit side.
            deposits = -money.amount;
        }
        accounts.push(BookRow {
            account,
            currency: money.currency.code().to_owned(),
            balance: money.amount.to_string(),
        });
    }
    if deposits.is_zero() {
        deposits.set_sign_positive(true);
    }
    let sums_to_zero = fault.is_none() && total.is_zero();
    Ok(Books { sums_to_zero, fault, deposits: deposits.to_string(), tickets, accounts })
}

fn web() -> Result<reqwest::Client, WorldError> {
    crate::web::client().map_err(WorldError::Web)
}

async fn answered(request: reqwest::RequestBuilder) -> Result<(u16, serde_json::Value), WorldError> {
    let unreached = |error: reqwest::Error| WorldError::Web(error.to_string());
    let answer = request.send().await.map_err(unreached)?;
    let status = answer.status().as_u16();
    let text = answer.text().await.map_err(unreached)?;
    Ok((status, serde_json::from_str(&text).unwrap_or(serde_json::Value::Null)))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, WorldError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| WorldError::Operator(error.to_string()))
}
