//! An operator behind its relay, a bank, and a control address, with the clock and the store they
//! share.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use mesto_bank::{Bank, BankConfig, Merchant};
use mesto_operator::payments::send_due;
use mesto_operator::{
    Config, Durability, Entropy as _, FairShares, GrantError, HostedPage, Keys, Message, Operator, PostgresStore,
    RoleGiven, SqliteStore, Store, StoreError, SystemEntropy,
};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::operator_name::OperatorName;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, oneshot};
use tokio::task::JoinHandle;

use super::fault_proxy::FaultProxy;
use super::walk::{Payer, WalkError, Walked, walk};
use crate::base::books::{self, LedgerReport};
use crate::base::cities;
use crate::base::providers::{HttpProviders, LOOK_EVERY};
use crate::kernel::clock::{BankEntropy, VirtualClock};
use crate::kernel::service::Services;
use crate::kernel::testbed::{Testbed, TestbedError};

/// Which world to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The operator's port, the bank's and the control's follow; 0 for free ones.
    pub port: u16,
    pub start: DateTime<Utc>,
    /// An empty Postgres database for the operator instead of a file.
    pub database_url: Option<String>,
    /// The operator's DNS name.
    pub name: OperatorName,
    /// A city that comes with this program.
    pub city: String,
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
}

impl From<WorldError> for TestbedError {
    fn from(error: WorldError) -> Self {
        match error {
            WorldError::NotRunning => Self::NotRunning,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// The operator's process, as far as one process can have another: its own runtime, dropped at once
/// by a kill.
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
    pub proxy: FaultProxy,
    /// The operator's port stays closed, whether it runs or not.
    is_cut_off: AtomicBool,
    bank_address: SocketAddr,
    control_address: SocketAddr,
    running: AsyncMutex<Option<Running>>,
    ends: Mutex<Vec<oneshot::Sender<()>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// The way to the bank for what the operator asks of it.
    providers: HttpProviders,
    /// Tokens of the testbed's own staff.
    own_staff: AsyncMutex<BTreeMap<Role, String>>,
    /// Tokens of the testbed's own devices, by role, city and place.
    own_devices: AsyncMutex<BTreeMap<(Role, String, String), String>>,
    services: Services,
}

impl World {
    /// Starts an operator of these services, a bank and a control address, everything on loopback.
    ///
    /// # Errors
    /// When a port, a file or the database cannot be had.
    pub async fn of(options: Options, services: Services) -> Result<Arc<Self>, WorldError> {
        let folder = tempfile::Builder::new().prefix("mesto-").tempdir()?;
        let clock = VirtualClock::standing(options.start);
        let port_of = |place: u16| if options.port == 0 { 0 } else { options.port.saturating_add(place) };

        // The relay in front of the operator is the address that is told.
        let proxy = FaultProxy::new(port_of(0))?;
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
            &format!("http://{}", proxy.address()),
            "mesto",
            &secret,
        );
        let city = cities::built_in(&options.city).map_err(|error| WorldError::Operator(error.text))?;
        let config = Config { issuer: options.name.clone(), moves_clock: true, ..Config::default() };
        let operator = Operator::new(vec![city], keys, Arc::new(SystemEntropy), Arc::new(page), config)
            .map_err(|error| WorldError::Operator(error.to_string()))?
            // One developer's tests ask more than one driver does.
            .limited(FairShares::of(1_000, 64, 1_000));
        let bank_config = BankConfig {
            database: Some(folder.path().join("bank.sqlite")),
            merchants: vec![Merchant { id: "mesto".into(), name: "Parking servis".into(), secret }],
        };
        let bank = Bank::open(&bank_config, Arc::new(clock.clone()), Arc::new(BankEntropy))?;

        let providers = HttpProviders::new(&format!("http://{bank_address}")).map_err(WorldError::Operator)?;

        let world = Arc::new(Self {
            clock,
            options,
            folder,
            operator: Arc::new(operator),
            bank: bank.clone(),
            proxy,
            is_cut_off: AtomicBool::new(false),
            bank_address,
            control_address,
            running: AsyncMutex::new(None),
            ends: Mutex::default(),
            tasks: Mutex::default(),
            providers,
            own_staff: AsyncMutex::default(),
            own_devices: AsyncMutex::default(),
            services,
        });
        world.restart().await?;
        let told = world.until_end();
        world.keep(tokio::spawn(async move {
            let _ = mesto_bank::serve(bank_listener, bank, told).await;
        }));
        let (told, routes) = (world.until_end(), super::control::routes(&world, services));
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
        format!("http://{}", self.proxy.address())
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

    /// The operator is gone at once: its port closed, its connections cut, its tasks dropped where
    /// they stand.
    pub async fn kill(&self) {
        self.proxy.close().await;
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
            // Any free port, another one at each start: only the relay knows it. In the operator's
            // own runtime.
            let listener = runtime
                .spawn(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
                .await
                .map_err(|error| WorldError::Operator(error.to_string()))??;
            self.proxy.lead_to(listener.local_addr()?);
            let (operator, served, clock) = (Arc::clone(&self.operator), Arc::clone(&store), self.clock.clone());
            runtime.spawn(async move {
                let _ =
                    mesto_operator::serve(listener, operator, served, Arc::new(clock), std::future::pending()).await;
            });
            *running = Some(Running { runtime, store });
        }
        drop(running);
        if !self.is_cut_off.load(Ordering::SeqCst) {
            self.proxy.open()?;
        }
        Ok(())
    }

    /// Closes the operator's port until it is opened here again, also after a restart.
    ///
    /// # Errors
    /// To open it, when the operator does not run or the port cannot be had.
    pub async fn cut_off(&self, is_cut_off: bool) -> Result<(), WorldError> {
        if is_cut_off {
            self.is_cut_off.store(true, Ordering::SeqCst);
            self.proxy.close().await;
            return Ok(());
        }
        if !self.is_running().await {
            return Err(WorldError::NotRunning);
        }
        self.is_cut_off.store(false, Ordering::SeqCst);
        Ok(self.proxy.open()?)
    }

    #[must_use]
    pub async fn is_running(&self) -> bool {
        self.running.lock().await.is_some()
    }

    async fn store(&self) -> Result<Arc<dyn Store>, WorldError> {
        self.running.lock().await.as_ref().map(|running| Arc::clone(&running.store)).ok_or(WorldError::NotRunning)
    }

    /// Does what has become due: the operator's jobs, the bank's notices, and what the operator
    /// asks of the bank. Says how much was done.
    ///
    /// # Errors
    /// When a store fails.
    pub async fn due(&self) -> Result<usize, WorldError> {
        let mut done = self.bank.deliver_due().await?;
        if let Ok(store) = self.store().await {
            let (operator, now) = (Arc::clone(&self.operator), self.clock.read());
            done += blocking(move || operator.due(store.as_ref(), now)).await?;
        }
        Ok(done + self.send_due().await?)
    }

    /// Asks the bank for what the operator owes; nothing happens while the operator does not run.
    async fn send_due(&self) -> Result<usize, WorldError> {
        let Ok(store) = self.store().await else { return Ok(0) };
        Ok(send_due(&self.operator, &store, &self.clock, &self.providers).await?)
    }

    /// Lets the clock run on, and what becomes due be done by itself.
    pub fn run_on(self: &Arc<Self>) {
        self.clock.run();
        let world = Arc::downgrade(self);
        self.keep(tokio::spawn(async move {
            let mut beat = tokio::time::interval(LOOK_EVERY);
            loop {
                beat.tick().await;
                let Some(world) = world.upgrade() else { return };
                // The operator may be killed and started again meanwhile.
                let _ = world.send_due().await;
            }
        }));
    }

    /// Moves the clock and does what has become due.
    ///
    /// # Errors
    /// As [`World::due`].
    pub async fn advance(&self, by: Duration) -> Result<usize, WorldError> {
        self.clock.advance(by);
        self.due().await
    }

    /// Walks the bank's page, and waits until the operator was told how the payment ended where it
    /// can be told: the bank itself leads a payer back after two seconds whether it was or not,
    /// which on a busy machine comes first. What the operator then owes back is asked of the bank
    /// at once.
    ///
    /// # Errors
    /// When a page cannot be read, or the link is refused.
    pub async fn walk(&self, page_url: &str, payer: Payer) -> Result<Walked, WalkError> {
        let walked = walk(page_url, payer).await?;
        self.bank.deliver_due().await?;
        self.send_due().await.map_err(|why| WalkError::Setup(why.to_string()))?;
        Ok(walked)
    }

    /// The messages sent to a number, newest first.
    ///
    /// # Errors
    /// When the operator does not run, or its store fails.
    pub async fn messages(&self, phone: &str) -> Result<Vec<Message>, WorldError> {
        let (store, operator, phone) = (self.store().await?, Arc::clone(&self.operator), phone.to_owned());
        let mut messages = blocking(move || operator.messages_to(store.as_ref(), &phone)).await??;
        messages.reverse();
        Ok(messages)
    }

    /// A token for a member of staff, or for a controller: a device of a place.
    ///
    /// # Errors
    /// [`TestbedError::Wrong`] for a role that cannot be given so, and as [`World::messages`].
    pub async fn staff(&self, role: Role, city: Option<&str>, place: Option<&str>) -> Result<String, TestbedError> {
        let (store, operator, now) = (self.store().await?, Arc::clone(&self.operator), self.clock.read());
        let (city, place) = (city.map(str::to_owned), place.map(str::to_owned));
        let made = blocking(move || {
            let is_device = role == Role::Controller;
            let given = RoleGiven { role, city: city.as_deref(), place: place.as_deref(), until: None };
            if is_device {
                operator.create_device(store.as_ref(), now, &given, "testbed")
            } else {
                operator.create_staff(store.as_ref(), now, &given, "testbed")
            }
        })
        .await?;
        made.map_err(|error| match error {
            GrantError::Store(why) => WorldError::from(why).into(),
            other => TestbedError::Wrong(other.to_string()),
        })
    }

    /// The ledger, audited.
    ///
    /// # Errors
    /// When the operator does not run, or its store fails.
    pub async fn ledger(&self) -> Result<LedgerReport, WorldError> {
        let (store, operator) = (self.store().await?, Arc::clone(&self.operator));
        let services = self.services;
        Ok(blocking(move || books::report(&operator, store.as_ref(), services)).await??)
    }
}

impl Testbed for World {
    fn operator_url(&self) -> String {
        Self::operator_url(self)
    }

    fn operator_of_its_own(&self) -> (OperatorName, String) {
        (self.options.name.clone(), self.operator.keys().root_text())
    }

    fn staff_of_its_own(&self, role: Role) -> Pin<Box<dyn Future<Output = Result<String, TestbedError>> + Send + '_>> {
        Box::pin(async move {
            let mut staff = self.own_staff.lock().await;
            if let Some(token) = staff.get(&role) {
                return Ok(token.clone());
            }
            let token = self.staff(role.clone(), None, None).await?;
            staff.insert(role, token.clone());
            Ok(token)
        })
    }

    fn device_of_its_own<'b>(
        &'b self,
        role: Role,
        city: &'b str,
        place: &'b str,
    ) -> Pin<Box<dyn Future<Output = Result<String, TestbedError>> + Send + 'b>> {
        Box::pin(async move {
            let mut devices = self.own_devices.lock().await;
            let of = (role.clone(), city.to_owned(), place.to_owned());
            if let Some(token) = devices.get(&of) {
                return Ok(token.clone());
            }
            let token = self.staff(role, Some(city), Some(place)).await?;
            devices.insert(of, token.clone());
            Ok(token)
        })
    }

    fn do_due(&self) -> Pin<Box<dyn Future<Output = Result<(), TestbedError>> + Send + '_>> {
        Box::pin(async move {
            self.due().await?;
            Ok(())
        })
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.read()
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, WorldError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| WorldError::Operator(error.to_string()))
}
