//! Two operators over one Postgres with a replica: the primary is killed under load and the replica
//! takes over. Nothing that was acknowledged is lost, nothing is doubled, and a phone converges.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use mesto_client::http::HttpLink;
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::system::{FileSecrets, SystemClock, SystemEntropy, device_signer};
use mesto_client::{Client, Config, IntentState, NoReminders, OperatorName, Ports};
use mesto_operator::store::transact;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{PostgresStore, Store, values};
use mesto_photo::Photos;
use mesto_protocol::base::payments::{Bought, NoticeOutcome, ProviderNotice};
use mesto_protocol::parking::purchase::ParkingOutcome;
use mesto_rules::CityId;
use mesto_simulation::check;
use mesto_simulation::driver::{Counter as _, SECRET, dinar, notice};

use mesto_simulation::kill::{DRIVERS, Purchase, Restarts, Served, Server, THREADS, ask, prepare, program, write_city};

/// The primary is killed when so many answers were heard.
const KILLED_AFTER: usize = 60;
const PHONE: &str = "+381641234567";

#[test]
fn a_primary_killed_under_load_loses_and_doubles_nothing_and_phones_converge_bg_34() {
    let primary = PostgresCluster::start_primary().unwrap_or_else(|why| panic!("{why}"));
    let replica = primary.replica().unwrap_or_else(|why| panic!("{why}"));
    primary.waits_for_its_replica().unwrap();
    let name = primary.database().unwrap().rsplit('/').next().unwrap().to_owned();
    let url = format!("postgres://mesto@127.0.0.1:{},127.0.0.1:{}/{name}", primary.port(), replica.port());
    let store = || -> Arc<dyn Store> { Arc::new(PostgresStore::open(&url, 1).unwrap()) };

    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let keys = Command::new(program()).args(["keys", "init"]).arg(folder.path().join("keys")).output().unwrap();
    assert!(keys.status.success(), "{}", String::from_utf8_lossy(&keys.stderr));
    write_city(folder.path());
    let servers = [(); 2].map(|()| Server::start(folder.path(), &["--database-url", &url], "127.0.0.1:0"));
    let addresses = [servers[0].address, servers[1].address];
    let counter = Served { address: addresses[0], books: store() };
    let phone = Phone::new(folder.path(), &counter, &servers[0].root_key);
    let purchases: Vec<Purchase> = (0..DRIVERS).flat_map(|number| prepare(&counter, number)).collect();
    drop(counter);

    let answered = (Mutex::new(0_usize), Condvar::new());
    let next = AtomicUsize::new(0);
    let answers: Mutex<Vec<(usize, u16, Vec<u8>)>> = Mutex::new(Vec::new());
    let outage = Outage::default();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    let Some(purchase) = purchases.get(index) else { return };
                    let (status, body) = persist(addresses, index, purchase, &outage);
                    answers.lock().unwrap().push((index, status, body));
                    *answered.0.lock().unwrap() += 1;
                    answered.1.notify_all();
                }
            });
        }
        let count = answered.0.lock().unwrap();
        let waited = answered.1.wait_timeout_while(count, Duration::from_secs(60), |count| *count < KILLED_AFTER);
        assert!(!waited.unwrap().1.timed_out(), "too few answers came");
        outage.began.store(true, Ordering::SeqCst);
        primary.kill().unwrap();
        phone.buys_without_a_database();
        replica.promote().unwrap();
        outage.is_over.tell();
    });
    assert!(outage.broken.load(Ordering::SeqCst) > 0, "nothing was under way when the primary died");

    let mut tickets = HashSet::new();
    for (index, status, body) in answers.lock().unwrap().iter() {
        assert_eq!(*status, 201, "{}", String::from_utf8_lossy(body));
        let bought: Bought = serde_json::from_slice(body).unwrap();
        let ticket = bought.sale.items[0].outcome::<ParkingOutcome>().unwrap().unwrap().ticket;
        assert!(tickets.insert(ticket.id), "two purchases got one ticket");
        // By the other instance this time.
        let (again, replay) = persist(addresses, index + 1, &purchases[*index], &outage);
        assert_eq!((again, &replay), (201, body), "a replayed key is answered byte for byte, by each instance");
    }
    assert_eq!(tickets.len(), 200);
    phone.converges();
    drop(servers);

    let books = store();
    let spent: i64 = purchases.iter().map(|purchase| purchase.price).sum();
    let (faults, deposits, sold) = transact(&*books, |tx| {
        let number = |rows: Vec<mesto_operator::store::Row>| rows[0].get::<i64>("number");
        Ok((
            check::laws(tx)?,
            number(tx.query("SELECT CAST(SUM(deposit) AS BIGINT) AS number FROM account", values![])?)?,
            number(tx.query("SELECT COUNT(*) AS number FROM ticket", values![])?)?,
        ))
    })
    .unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(sold, 201, "the phone's too");
    assert_eq!(deposits, i64::try_from(DRIVERS + 1).unwrap() * 100_000 - spent - phone.paid());
}

/// From the primary's death to the promotion.
#[derive(Default)]
struct Outage {
    began: AtomicBool,
    is_over: Restarts,
    /// Requests that were refused or cut off by it.
    broken: AtomicUsize,
}

/// Sends a purchase to one instance and the other in turn until it is answered for good, with the
/// same key. In the outage it waits for its end.
fn persist(addresses: [SocketAddr; 2], first: usize, purchase: &Purchase, outage: &Outage) -> (u16, Vec<u8>) {
    for turn in first..first + 10_000 {
        let seen = outage.is_over.count();
        match ask(addresses[turn % 2], &purchase.request) {
            Ok((status, answer)) if status < 500 && status != 409 && status != 429 => return (status, answer),
            Ok((409 | 429, _)) => {}
            Ok(_) | Err(_) => {
                outage.broken.fetch_add(1, Ordering::SeqCst);
                if outage.began.load(Ordering::SeqCst) && seen == 0 {
                    outage.is_over.wait_beyond(seen);
                }
            }
        }
    }
    panic!("a purchase is never answered");
}

/// A phone with the client's core, whose ticket is bought while there is no database.
struct Phone {
    client: Client,
    runtime: tokio::runtime::Runtime,
    quote: mesto_client::protocol::base::payments::Quote,
}

impl Phone {
    /// Signed in, with a car, money and a price that was promised.
    fn new(folder: &Path, counter: &Served, root_key: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = folder.join("phone");
        std::fs::create_dir(&folder).unwrap();
        let secrets = Arc::new(FileSecrets::new(folder.join("secrets.json")));
        let ports = Ports {
            link: Arc::new(HttpLink::new(&format!("http://{}", counter.address)).unwrap()),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            signer: Arc::new(device_signer(secrets.as_ref(), &OperatorName::localhost(), &SystemEntropy).unwrap()),
            secrets,
            reminders: Arc::new(NoReminders),
            stills: Arc::new(Photos),
            log: Arc::new(mesto_client::NoLog),
        };
        let config = Config::new(folder.join("phone.sqlite"), OperatorName::localhost(), root(root_key));
        let client = Client::open(config, ports).unwrap();
        let city: CityId = "belgrade".parse().unwrap();
        runtime.block_on(async {
            client.cities().refresh(&city).await.unwrap();
            client.account().request_code(PHONE).await.unwrap();
        });
        let code = counter.last_code(PHONE);
        let vehicle = runtime.block_on(async {
            client.account().sign_in(PHONE, &code, "a phone").await.unwrap();
            let vehicle = client.vehicles().add(&city, "BG789PP", None).await.unwrap();
            client.wallet().top_up(&city, "1000".parse().unwrap()).await.unwrap();
            vehicle
        });
        let pending = "SELECT id FROM payment WHERE state = 'pending'";
        let reference: String = transact(&*counter.books, |tx| tx.query(pending, &[])?[0].get("id")).unwrap();
        let approved = ProviderNotice {
            payment: "pay-of-the-phone".into(),
            reference,
            amount: dinar(1_000),
            outcome: NoticeOutcome::Approved,
            reason: None,
        };
        assert_eq!(counter.ask(&notice(&approved)).status, 204);
        let quote = runtime.block_on(async {
            client.payments().settle_all().await.unwrap();
            client.sync().await.unwrap();
            let zone = client.parking().zone_id(&city, "red").unwrap();
            client.parking().quote(&city, &zone, vehicle.id, 60, PayMethod::Deposit).await.unwrap()
        });
        Self { client, runtime, quote }
    }

    /// Nobody knows yet: it is neither bought nor not bought.
    fn buys_without_a_database(&self) {
        let tried = self.runtime.block_on(self.client.payments().buy(&self.quote));
        if let Ok(intent) = &tried {
            assert_ne!(intent.state, IntentState::Confirmed, "there is no database");
        }
        let open = self.client.payments().state().open.len();
        assert_eq!(open, 1, "it is kept: {tried:?}");
        assert_eq!(self.client.parking().state().active.len(), 0, "and not shown as bought");
    }

    fn converges(&self) {
        self.runtime.block_on(async {
            self.client.payments().settle_all().await.unwrap();
            self.client.sync().await.unwrap();
        });
        assert_eq!(self.client.payments().state().open.len(), 0);
        let parked = self.client.parking().parked().unwrap();
        assert_eq!(parked.len(), 1, "one ticket, bought once");
        assert_eq!(self.client.wallet().state().balance.unwrap().minor().unwrap(), 100_000 - self.paid());
    }

    /// Minor units.
    fn paid(&self) -> i64 {
        self.quote.total.minor().unwrap()
    }
}

fn root(text: &str) -> [u8; 32] {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
}
