//! The world: it moves the clock, carries the messages, breaks things, and looks after every step
//! whether the laws hold.

mod bank;
mod beginning;
mod garage;
mod inspector;
mod laws;
mod messages;
mod process;
mod step;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use mesto_client::{IntentState, IntentView};
use mesto_operator::{Operator, SqliteInline};
use mesto_rules::City;
use mesto_rules::Minutes;
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::garages::GaragesSection;

use crate::driver::belgrade;
use crate::faulty::{Defect, Faulty, Plan};
use crate::network::{Air, Flight, Weather};
use crate::phone::{Dice, Phone, WorldTime};
use crate::random::Random;
use crate::report::{Failure, Report, Settings};
use bank::Bank;
use garage::Garage;

/// Wednesday, 10:00 in Belgrade.
const START: i64 = 1_756_886_400_000;
const PLATES: &[&str] = &["BG 789-PP", "BG 1234-AB", "NS 456-CD", "NI 222-ŠĐ", "KG 901-XY"];

/// Everything there is, and what happened so far.
struct World {
    settings: Settings,
    random: Random,
    time: WorldTime,
    weather: Weather,
    air: Air,
    /// Messages on their way.
    flights: Vec<Flight>,
    /// Calls that await an answer, with the moment at which their phone stops waiting.
    waiting: Vec<(i64, u64)>,
    phones: Vec<Phone>,
    city: City,
    keys_seed: Random,
    root_key: [u8; 32],
    operator_dice: Arc<Dice>,
    store_path: PathBuf,
    plan: Arc<Plan>,
    /// `None` while its process is dead.
    operator: Option<(Arc<Operator>, Arc<Faulty<SqliteInline>>)>,
    operator_back_at: i64,
    /// The inspector's token.
    inspector: String,
    bank: Bank,
    garage: Garage,
    /// The numbers on slips behind windscreens, the last ones.
    slips: Vec<String>,
    report: Report,
    trail: Vec<String>,
    step: u32,
    /// Whether anything was written since the laws were last looked at.
    touched: bool,
    folder: tempfile::TempDir,
}

/// Laws that do not hold, in words.
type Faults = Vec<String>;

/// Plays a seed.
///
/// # Errors
/// [`Failure`] with the seed, the step, what broke and what happened before.
pub fn run(settings: Settings) -> Result<Report, Box<Failure>> {
    let mut world = World::new(settings);
    let outcome = world.play();
    match outcome {
        Ok(()) => Ok(world.report),
        Err(faults) => {
            let keep = world.trail.len().saturating_sub(40);
            let trail = world.trail.split_off(keep);
            Err(Box::new(Failure { settings, step: world.step, faults, trail }))
        }
    }
}

impl World {
    fn new(settings: Settings) -> Self {
        let mut random = Random::new(settings.seed);
        let folder = simulation_folder();
        let time: WorldTime = Arc::new(AtomicI64::new(START));
        let keys_seed = random.split();
        let operator_dice = Arc::new(Dice::new(random.split()));
        let city = city(settings);
        Self {
            settings,
            time,
            weather: Weather::FAIR,
            air: Air::default(),
            flights: Vec::new(),
            waiting: Vec::new(),
            phones: Vec::new(),
            city,
            keys_seed,
            root_key: [0; 32],
            operator_dice,
            store_path: folder.path().join("operator.db"),
            plan: Arc::new(Plan::default()),
            operator: None,
            operator_back_at: 0,
            inspector: String::new(),
            bank: Bank::default(),
            garage: Garage::default(),
            slips: Vec::new(),
            report: Report::default(),
            trail: Vec::new(),
            step: 0,
            touched: true,
            random,
            folder,
        }
    }

    fn play(&mut self) -> Result<(), Faults> {
        self.open_operator()?;
        self.set_up()?;
        self.weather = Weather::STORM;
        for step in 0..self.settings.steps {
            self.step = step;
            self.one_thing()?;
            self.advance()?;
            self.verify()?;
        }
        self.heal()
    }

    fn now(&self) -> i64 {
        self.time.load(Ordering::SeqCst)
    }

    fn moment(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.now()).unwrap_or_default()
    }

    fn note(&mut self, what: impl FnOnce() -> String) {
        if self.trail.len() > 4_000 {
            self.trail.drain(..2_000);
        }
        let line = format!("{:>5} {} {}", self.step, self.moment().format("%d %H:%M:%S%.3f"), what());
        self.report.mark = line
            .bytes()
            .fold(self.report.mark, |mark, byte| mark.rotate_left(5) ^ u64::from(byte).wrapping_mul(0x9E37_79B9));
        self.trail.push(line);
    }
}

/// How an intent stands, in a word that must not change once it is final.
fn end_of(view: &IntentView) -> String {
    match (&view.state, view.ticket(), view.order()) {
        (IntentState::Confirmed, Some(ticket), _) => format!("confirmed:{}", ticket.id),
        (IntentState::Confirmed, _, Some(order)) => format!("paid:{}", order.id),
        (IntentState::Confirmed, None, None) if view.visit().is_some() => format!("visit:{}", view.quote),
        (IntentState::Refused(problem), _, _) => format!("refused:{}", problem.code),
        (state, _, _) => state.name().to_owned(),
    }
}

/// Belgrade; every other one gives minutes to leave a garage, which no source tells.
fn city(settings: Settings) -> City {
    let mut city = belgrade();
    let mut garages = city.section::<GaragesSection>().expect("Belgrade has garages").clone();
    if settings.seed % 2 == 1 {
        let known =
            Known { value: Minutes(15), certainty: Certainty::Assumed, source: "decision".parse().expect("a source") };
        let tables = garages.tariffs.iter_mut().flat_map(|tariff| tariff.rate_tables.values_mut());
        tables.for_each(|table| table.exit_minutes = Fact::Known(known.clone()));
    }
    if settings.defect == Defect::HearsTheSilent {
        garages.policy.controller_silent_seconds = 86_400;
    }
    city.put_section(garages).expect("garages are a section");
    city
}

/// On a memory file system where there is one: the simulation tests logic, not disks.
fn simulation_folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary folder can be made")
}
