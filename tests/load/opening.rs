//! Opening the client with ten thousand tickets, beside plain rusqlite that opens the same file and
//! reads the active rows.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mesto_client::rules::CityId;
use mesto_client::{
    Client, Clock, Config, IntentState, Link, LinkAnswer, LinkError, LinkRequest, NoReminders, NoStillDecoder,
    OperatorName, Ports,
};
use mesto_operator::{Request, SqliteInline};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::device::SoftwareDevice;
use mesto_simulation::driver::{Counter, Rig, approval, dinar};
use mesto_simulation::phone::{Dice, Keychain};
use mesto_simulation::random::Random;

use crate::stopwatch::Stopwatch;
use crate::table::{Measure, Target, median};
use crate::{Outcome, ROUNDS};

const TICKETS: i64 = 10_000;
/// Zones with a running ticket.
const RUNNING: [&str; 3] = ["red", "yellow", "green"];

/// The phone's clock: it stands still.
struct Still(DateTime<Utc>);

impl Clock for Still {
    fn wall(&self) -> DateTime<Utc> {
        self.0
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(3_600)
    }

    fn boot(&self) -> String {
        "bench".into()
    }
}

/// An operator in the same process.
struct Wire(Arc<Rig>);

#[async_trait]
impl Link for Wire {
    async fn send(&self, request: LinkRequest) -> Result<LinkAnswer, LinkError> {
        let mut asked = Request::new(request.method.as_str(), &request.path);
        asked.headers = request.headers;
        asked.body = request.body.unwrap_or_default();
        let answer = self.0.ask(&asked);
        Ok(LinkAnswer { status: answer.status, headers: answer.headers, body: answer.body })
    }
}

pub fn measure(is_short: bool) -> Outcome<Measure> {
    let rig = Arc::new(Rig::new(Arc::new(SqliteInline::in_memory()?)));
    let now = rig.now;
    let ports = Ports {
        link: Arc::new(Wire(Arc::clone(&rig))),
        clock: Arc::new(Still(now)),
        entropy: Arc::new(Dice::new(Random::new(1))),
        secrets: Arc::new(Keychain::default()),
        signer: Arc::new(SoftwareDevice::from_seed(&[9; 32])?),
        reminders: Arc::new(NoReminders),
        stills: Arc::new(NoStillDecoder),
        log: Arc::new(mesto_client::NoLog),
    };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("client.sqlite");
    let config = Config::new(&file, OperatorName::localhost(), *rig.operator.keys().root_public());
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(drive(&rig, Client::open(config.clone(), ports.clone())?))?;
    fill(&file)?;

    let openings = if is_short { 50 } else { 400 };
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (mut client, mut plain) = (Vec::new(), Vec::new());
        // One beside the other, so that both find the same warm pages.
        for _ in 0..openings {
            plain.push(open_plainly(&file, now)?);
            client.push(open_client(&config, &ports)?);
        }
        ours.push(median(client));
        peer.push(median(plain));
        eprint!(".");
    }
    eprintln!(" client {:.0} us, plain {:.0} us", median(ours.clone()), median(peer.clone()));
    Ok(Measure {
        name: "Opening the client with 10,000 tickets",
        unit: "microseconds, less is better",
        ours: ("Client::open and its first states".into(), ours),
        peer: ("rusqlite: open, read the active rows".into(), peer),
        target: Target::AtMost(3.0),
    })
}

/// A driver's morning: signed in, paid in, parked in three zones.
async fn drive(rig: &Rig, client: Client) -> Outcome<()> {
    let phone = "+381601234567";
    let city: CityId = "belgrade".parse()?;
    client.cities().refresh(&city).await?;
    client.account().request_code(phone).await?;
    client.account().sign_in(phone, &rig.last_code(phone), "bench").await?;
    client.wallet().top_up(&city, dinar(1_000).amount).await?;
    client.sync().await?;
    let topup = client.payments().state().open.iter().find_map(|intent| intent.payment.clone());
    let topup = topup.ok_or("the top-up does not wait for the bank")?;
    let paid = rig.ask(&approval(&topup, "pay-1"));
    if paid.status >= 300 {
        return Err(format!("the bank's notice was answered {}", paid.status).into());
    }
    client.sync().await?;
    client.payments().settle_all().await?;
    let vehicle = client.vehicles().add(&city, "BG 789-PP", None).await?;
    for zone in RUNNING {
        let quote = client.parking().quote(&city, &zone.parse()?, vehicle.id, 60, PayMethod::Deposit).await?;
        let intent = client.payments().buy(&quote).await?;
        if intent.state != IntentState::Confirmed {
            return Err(format!("a purchase in {zone} ended {:?}", intent.state).into());
        }
    }
    client.sync().await?;
    Ok(())
}

/// The years before: copies of the tickets, long over.
fn fill(file: &Path) -> Outcome<()> {
    let database = rusqlite::Connection::open(file)?;
    database.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO ticket (id, open, forgotten, issued_at, starts_at, ends_at, json)
         SELECT substr(t.id, 1, 13) || (1000000000000000 + n.i), 0, 0, t.issued_at - n.i * 14400000, t.starts_at - n.i * 14400000,
                t.ends_at - n.i * 14400000,
                json_set(t.json, '$.id', substr(t.id, 1, 13) || (1000000000000000 + n.i), '$.state', 'expired')
         FROM n, (SELECT * FROM ticket ORDER BY id LIMIT 1) AS t",
        [TICKETS - i64::try_from(RUNNING.len())?],
    )?;
    let (all, active): (i64, i64) =
        database.query_row("SELECT COUNT(*), SUM(open) FROM ticket", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if (all, active) != (TICKETS, i64::try_from(RUNNING.len())?) {
        return Err(format!("{all} tickets were made, {active} of them active").into());
    }
    Ok(())
}

/// Microseconds from nothing to what the first screen shows.
fn open_client(config: &Config, ports: &Ports) -> Outcome<f64> {
    let (config, ports) = (config.clone(), ports.clone());
    let watch = Stopwatch::start();
    let client = Client::open(config, ports)?;
    let account = black_box(client.account().state());
    let parking = black_box(client.parking().state());
    let balance = black_box(client.wallet().state()).balance;
    black_box((client.cities().state(), client.vehicles().state(), client.orders().state(), client.payments().state()));
    let took = watch.elapsed();
    if parking.active.len() != RUNNING.len() || !account.is_signed_in || balance.is_none() {
        return Err("the opened client does not show what is active".into());
    }
    Ok(took.as_secs_f64() * 1e6)
}

/// Microseconds of the least that any program must do for the active rows.
fn open_plainly(file: &Path, now: DateTime<Utc>) -> Outcome<f64> {
    let watch = Stopwatch::start();
    let database = rusqlite::Connection::open(file)?;
    let mut statement =
        database.prepare("SELECT json FROM ticket WHERE open = 1 AND ends_at > ?1 ORDER BY ends_at, id")?;
    let rows: Vec<String> =
        statement.query_map([now.timestamp_millis()], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let took = watch.elapsed();
    if black_box(rows).len() != RUNNING.len() {
        return Err("the active rows were not found".into());
    }
    Ok(took.as_secs_f64() * 1e6)
}
