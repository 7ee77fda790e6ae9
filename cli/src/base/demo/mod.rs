//! What the chapters of the demo stand on: everybody in the story, the teller, and the chapters
//! about the account.
//!
//! Every sentence that claims something checks it first: a demo that goes wrong ends with exit code
//! 1.

pub mod account;
mod day;
mod driver;
mod story;

use std::sync::Arc;

use mesto_client::IntentView;
use mesto_client::protocol::kernel::ids::VehicleId;
use mesto_client::rules::CityId;
use mesto_client::rules::calendar::to_utc;

use crate::base::books::LedgerReport;
use crate::base::cities;
use crate::base::testbed::{Payer, World};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::show::Show;

pub use day::run;
pub use driver::Phone;
pub use story::Teller;

/// The number of the driver, and of whoever tries the demo with `--keep`.
pub const DRIVER: &str = "+381641234567";
pub const PLATE_TYPED: &str = "BG789PP";
pub const CITY: &str = "belgrade";

/// Everybody in the story.
pub struct Demo {
    pub world: Arc<World>,
    pub phone: Phone,
    pub tell: Teller,
    pub show: Show,
    pub city: CityId,
    /// The driver's car, once she has added it.
    pub vehicle: Option<VehicleId>,
}

impl Demo {
    /// Everybody, at the beginning of the day.
    ///
    /// # Errors
    /// When the phone cannot be made.
    pub fn of(world: &Arc<World>, Call { style, locale, .. }: Call) -> Outcome<Self> {
        let phone = Phone::new(world, &world.folder().join("phone"), locale)?;
        let city = cities::belgrade()?;
        let clock = city.sections.time;
        let tell = Teller::new(style, locale, Arc::clone(&clock));
        let show = Show { locale, clock: Some(clock), style };
        Ok(Self { world: Arc::clone(world), phone, tell, show, city: city.id, vehicle: None })
    }

    /// Time passes until a moment of the day, Belgrade time.
    pub async fn until(&self, hour: u32, minute: u32) -> Outcome<()> {
        let time = &cities::belgrade()?.sections.time;
        let day = time.local(self.world.clock.read()).date_naive();
        let moment = day
            .and_hms_opt(hour, minute, 0)
            .and_then(|local| to_utc(time, local))
            .ok_or_else(|| CliError::failed("the clock", format!("{hour}:{minute} does not exist")))?;
        self.world.clock.set(moment).map_err(|why| CliError::failed("the clock", why))?;
        self.world.due().await.map(|_| ()).map_err(|why| CliError::failed("what is due", why))
    }

    /// Her car.
    ///
    /// # Errors
    /// Before she added it.
    pub fn car(&self) -> Outcome<VehicleId> {
        self.vehicle.ok_or_else(|| CliError::failed("her car", "it is missing"))
    }

    /// She pays on the bank's page of an intent, and the phone settles when it leads back.
    pub async fn pay_at_bank(&mut self, intent: &IntentView, payer: Payer) -> Outcome<IntentView> {
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

    /// The deposit as her phone shows it: `920.00`.
    #[must_use]
    pub fn balance(&self) -> String {
        self.phone
            .core
            .wallet()
            .state()
            .balance
            .as_ref()
            .map_or_else(|| "0.00".to_owned(), |balance| balance.amount.to_string())
    }

    pub async fn ledger(&self) -> Outcome<LedgerReport> {
        self.world.ledger().await.map_err(|why| CliError::failed("the ledger", why))
    }

    /// How many intents her phone shows as not confirmed.
    #[must_use]
    pub fn unconfirmed(&self) -> usize {
        self.phone.core.payments().state().open.len()
    }
}
