//! `mesto` without a command: one day of a driver in Belgrade, played for real on this machine.
//!
//! Operator and bank serve HTTP on loopback over SQLite in a temporary folder; the phone is the client core of the apps; only the clock is virtual.
//! Every sentence that claims something checks it first: a demo that goes wrong ends with exit code 1.

mod cards;
mod driver;
mod parking;
mod story;
mod trouble;
mod wallet;

use std::sync::Arc;

use mesto_client::protocol::kernel::ids::VehicleId;
use mesto_client::rules::calendar::to_utc;
use mesto_client::{IntentView, Locale};

use crate::failure::{CliError, Outcome};
use crate::output::{Style, Tone};
use crate::show::Show;
use crate::testbed::{Options, Payer, World, default_start};

use driver::Phone;
use story::Teller;

/// The number of the driver, and of whoever tries the demo with `--keep`.
const DRIVER: &str = "+381641234567";
const PLATE_TYPED: &str = "BG789PP";
const CITY: &str = "belgrade";

/// Everybody in the story.
struct Cast {
    world: Arc<World>,
    phone: Phone,
    tell: Teller,
    show: Show,
    /// The driver's car, once she has added it.
    vehicle: Option<VehicleId>,
}

impl Cast {
    /// Time passes until a moment of the day, Belgrade time.
    async fn until(&self, hour: u32, minute: u32) -> Outcome<()> {
        let time = &crate::city::belgrade()?.sections.time;
        let day = time.local(self.world.clock.read()).date_naive();
        let moment = day
            .and_hms_opt(hour, minute, 0)
            .and_then(|local| to_utc(time, local))
            .ok_or_else(|| CliError::failed("the clock", format!("{hour}:{minute} does not exist")))?;
        self.world.clock.set(moment).map_err(|why| CliError::failed("the clock", why))?;
        self.world.due().await.map(|_| ()).map_err(|why| CliError::failed("what is due", why))
    }

    fn car(&self) -> Outcome<VehicleId> {
        self.vehicle.ok_or_else(|| CliError::failed("her car", "it is missing"))
    }

    /// She pays on the bank's page of an intent, and the phone settles when it leads back.
    async fn pay_at_bank(&mut self, intent: &IntentView, payer: Payer) -> Outcome<IntentView> {
        let page = intent.page_url.clone().unwrap_or_default();
        self.tell.claim("on_the_bank's_page", page.starts_with(&self.world.bank_url()), true)?;
        let walked = self.world.walk(&page, payer).await.map_err(|why| CliError::failed("the bank's page", why))?;
        let back = format!("intent={}", intent.key);
        self.tell.claim(
            "came_back_with_only_the_intent",
            walked.returned_to.ends_with(&back) && !walked.returned_to.contains("amount"),
            true,
        )?;
        let settled = self.phone.core.payments().settle(&intent.key).await;
        self.tell.done(settled)
    }

    fn balance(&self) -> String {
        self.phone
            .core
            .wallet()
            .state()
            .balance
            .as_ref()
            .map_or_else(|| "0.00".to_owned(), |balance| balance.amount.to_string())
    }

    async fn ledger(&self) -> Outcome<crate::testbed::LedgerReport> {
        self.world.ledger().await.map_err(|why| CliError::failed("the ledger", why))
    }

    fn unconfirmed(&self) -> usize {
        self.phone.core.payments().state().open.len()
    }
}

/// Plays the day; with `keep` everything is left running afterwards.
///
/// # Errors
/// When something cannot be started, or does not go as it is told.
pub async fn run(style: Style, locale: Locale, keep: bool) -> Outcome<()> {
    let options = Options { port: 0, start: default_start(), database_url: None };
    let world = World::start(options).await.map_err(|why| CliError::failed("the demo", why))?;
    // Where the reader of the output goes away in the middle, the folder goes all the same.
    crate::output::remove_at_exit(world.folder());
    let outcome = tokio::select! {
        biased;
        () = crate::serve::told_to_end() => Err(CliError { advice: None, ..CliError::interrupted() }),
        outcome = play(&world, style, locale) => outcome,
    };
    if keep && outcome.is_ok() {
        stay(&world, style).await;
    }
    // Also when it went wrong: the folder goes with the world.
    world.end().await;
    outcome
}

async fn play(world: &Arc<World>, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::new(world, &world.folder().join("phone"), locale)?;
    let clock = crate::city::belgrade()?.sections.time;
    let tell = Teller::new(style, locale, Arc::clone(&clock));
    let show = Show { locale, clock: Some(clock), style };
    let mut cast = Cast { world: Arc::clone(world), phone, tell, show, vehicle: None };
    if !style.json {
        say!("{}", style.paint(Tone::Heading, "A day in Belgrade"));
        say!("operator {}   bank {}", world.operator_url(), world.bank_url());
        say!("{}", style.paint(Tone::Faint, "real HTTP, SQLite in a temporary folder, the client core of the apps; only the clock is virtual (3 September 2025)"));
    }
    wallet::sign_in(&mut cast).await?;
    wallet::add_vehicle(&mut cast).await?;
    wallet::top_up(&mut cast).await?;
    parking::zones(&mut cast).await?;
    parking::quote_and_buy(&mut cast).await?;
    parking::reminder(&mut cast).await?;
    parking::extend(&mut cast).await?;
    trouble::cut_connection(&mut cast).await?;
    trouble::tunnel(&mut cast).await?;
    parking::inspector(&mut cast).await?;
    cards::by_card(&mut cast).await?;
    wallet::history(&mut cast).await?;
    wallet::ledger(&mut cast).await?;

    if style.json {
        let claims = cast.tell.claims();
        say!("{}", serde_json::json!({ "claims": claims, "addresses": world.addresses() }));
    } else {
        say!("\n{}", style.paint(Tone::Good, "The day ended as it was told."));
    }
    Ok(())
}

/// Leaves everything running, on a clock that runs on.
async fn stay(world: &World, style: Style) {
    world.clock.run();
    if !style.json {
        let root_key = world.addresses().get("root_key").and_then(|key| key.as_str()).unwrap_or_default().to_owned();
        let operator = world.operator_url();
        say!("\n{}", style.paint(Tone::Heading, "Everything keeps running; the clock runs on. Ctrl-C ends it."));
        say!("  operator  {operator}   (OpenAPI {operator}/v1/openapi.json)");
        say!("  bank      {}   (card 4242 4242 4242 4242, code {})", world.bank_url(), mesto_bank::DEMO_CODE);
        say!("  control   {}   (docs/testbed.md)", world.control_url());
        say!("  Try it as the same driver:");
        // A folder of its own, which goes with the demo: the next one has other keys.
        let state = world.folder().join("you").display().to_string();
        say!("    mesto sign-in {DRIVER} --state {state} --operator {operator} --root-key {root_key}");
        say!("    curl '{}/outbox?phone=%2B{}'   # the code", world.control_url(), DRIVER.trim_start_matches('+'));
        say!("    mesto sign-in {DRIVER} CODE --state {state} && mesto park green 60 --state {state}");
    }
    crate::serve::told_to_end().await;
}
