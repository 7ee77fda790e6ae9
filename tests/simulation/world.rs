//! The world: it moves the clock, carries the messages, breaks things, and looks after every step whether the laws hold.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use mesto_client::{Client, IntentKind, IntentState, IntentView, LinkAnswer, LinkError, LinkRequest, Progress};
use mesto_operator::store::transact;
use mesto_operator::{Config, Durability, HostedPage, Keys, Operator, Request, SqliteInline};
use mesto_protocol::api::{BankNotice, BankOutcome, NewOrder, PlateCheck, Role, Violation};
use mesto_protocol::route;
use mesto_rules::City;
use mesto_rules::money::Money;

use crate::check;
use crate::faulty::{Defect, Faulty, Plan};
use crate::network::{Air, Flight, Message, PATIENCE, Weather, arrivals};
use crate::phone::{Dice, Outcome, Phone, WorldTime};
use crate::random::Random;

/// Wednesday, 10:00 in Belgrade.
const START: i64 = 1_756_886_400_000;
const SECRET: &[u8] = b"a secret between the bank and the operator";
const PLATES: &[&str] = &["BG 789-PP", "BG 1234-AB", "NS 456-CD", "NI 222-ŠĐ", "KG 901-XY"];

/// What is played.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub seed: u64,
    pub steps: u32,
    pub phones: usize,
    /// A defect planted on purpose; the run must then fail.
    pub defect: Defect,
}

impl Settings {
    pub const fn new(seed: u64, steps: u32) -> Self {
        Self { seed, steps, phones: 5, defect: Defect::None }
    }
}

/// What a run did, so that a test can see that it was worth something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub tickets: u64,
    pub confirmed: u64,
    pub refused: u64,
    pub expired: u64,
    pub unconfirmed_seen: u64,
    pub orders: u64,
    pub phone_crashes: u64,
    pub operator_crashes: u64,
    pub answers_lost: u64,
    pub requests_doubled: u64,
    /// Hash-like mark of the whole run: equal for equal seeds.
    pub mark: u64,
}

/// A law broke. The seed and step replay it.
#[derive(Debug)]
pub struct Failure {
    pub settings: Settings,
    pub step: u32,
    pub faults: Vec<String>,
    /// The last things that happened, oldest first.
    pub trail: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} broke at step {} of {}:", self.settings.seed, self.step, self.settings.steps)?;
        for fault in &self.faults {
            writeln!(f, "  {fault}")?;
        }
        writeln!(f, "before that:")?;
        for line in &self.trail {
            writeln!(f, "  {line}")?;
        }
        write!(f, "replay: cargo xtask simulate --seed {} --steps {}", self.settings.seed, self.settings.steps)
    }
}

/// A card payment on the bank's page, as the bank sees it.
struct Payment {
    amount: Money,
    /// Approve, decline, or the driver walks away.
    outcome: Option<BankOutcome>,
    next_try: i64,
    told: bool,
}

struct World {
    settings: Settings,
    random: Random,
    time: WorldTime,
    weather: Weather,
    air: Air,
    flights: Vec<Flight>,
    waiting: Vec<(i64, u64)>,
    phones: Vec<Phone>,
    city: City,
    keys_seed: Random,
    root_key: [u8; 32],
    operator_dice: Arc<Dice>,
    store_path: PathBuf,
    plan: Arc<Plan>,
    operator: Option<(Operator, Faulty<SqliteInline>)>,
    operator_back_at: i64,
    inspector: String,
    bank: BTreeMap<String, Payment>,
    report: Report,
    trail: Vec<String>,
    step: u32,
    touched: bool,
    _folder: tempfile::TempDir,
}

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

type Faults = Vec<String>;

impl World {
    fn new(settings: Settings) -> Self {
        let mut random = Random::new(settings.seed);
        let folder = simulation_folder();
        let time: WorldTime = Arc::new(AtomicI64::new(START));
        let keys_seed = random.split();
        let operator_dice = Arc::new(Dice::new(random.split()));
        let city = mesto_rules::load::embedded("belgrade").expect("the city in the repository is sound");
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
            bank: BTreeMap::new(),
            report: Report::default(),
            trail: Vec::new(),
            step: 0,
            touched: true,
            random,
            _folder: folder,
        }
    }

    fn play(&mut self) -> Result<(), Faults> {
        self.open_operator()?;
        self.set_up()?;
        self.weather = Weather::STORM;
        for step in 0..self.settings.steps {
            self.step = step;
            self.chance()?;
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

    // --- the operator's process ---

    fn open_operator(&mut self) -> Result<(), Faults> {
        let born = DateTime::from_timestamp_millis(START).unwrap_or_default();
        // The same keys at every start, as from the same folder.
        let keys =
            Keys::ephemeral(born, &Dice::new(self.keys_seed.clone())).map_err(|error| vec![error.to_string()])?;
        self.root_key = *keys.root_public();
        let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET);
        let operator =
            Operator::new(vec![self.city.clone()], keys, self.operator_dice.clone(), Arc::new(page), Config::default())
                .map_err(|error| vec![error.to_string()])?;
        let store = SqliteInline::open(&self.store_path, Durability::Full).map_err(|error| vec![error.to_string()])?;
        self.operator = Some((operator, Faulty::new(store, self.settings.defect, self.plan.clone())));
        Ok(())
    }

    fn crash_operator(&mut self) {
        self.operator = None;
        self.operator_back_at = self.now() + self.random.between(200, 20_000);
        self.report.operator_crashes += 1;
        self.touched = true;
        self.note(|| "the operator's process is gone".to_owned());
    }

    /// Hands a request to the operator; `None` when no answer leaves it.
    fn ask(&mut self, phone: usize, request: &LinkRequest) -> Option<LinkAnswer> {
        let moment = self.moment();
        let (operator, store) = self.operator.as_ref()?;
        let abort = self.weather.lost > 0 && self.random.percent(3);
        if abort {
            self.plan.abort_after(self.random.between(1, 25));
        }
        let mut asked = Request::new(request.method.as_str(), &request.path);
        for (name, value) in &request.headers {
            asked = asked.header(name, value);
        }
        asked.body = request.body.clone().unwrap_or_default();
        asked.address = format!("10.0.0.{phone}");
        let answer = operator.handle(store, moment, &asked);
        if request.body.is_some() || request.method.as_str() == "DELETE" {
            self.touched = true;
        }
        let struck = abort && self.plan.struck();
        self.plan.calm();
        let path = request.path.split('?').next().unwrap_or_default().to_owned();
        self.note(|| {
            format!(
                "phone {phone}: {} {path} -> {}{}",
                request.method.as_str(),
                answer.status,
                if struck { " (died inside)" } else { "" }
            )
        });
        if struck {
            self.crash_operator();
            return None;
        }
        Some(LinkAnswer { status: answer.status, headers: answer.headers, body: answer.body })
    }

    /// Asks as somebody who always gets through: staff, the bank.
    fn ask_directly(&self, request: &Request) -> Option<mesto_operator::Response> {
        let (operator, store) = self.operator.as_ref()?;
        Some(operator.handle(store, self.moment(), request))
    }

    // --- the beginning ---

    fn set_up(&mut self) -> Result<(), Faults> {
        {
            let (operator, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
            let moment = self.moment();
            self.inspector = operator
                .create_staff(store, moment, Role::Inspector, "Mira")
                .map_err(|error| vec![error.to_string()])?;
        }
        for index in 0..self.settings.phones {
            // Two phones share an account, and so a deposit.
            let number = format!("+38164123450{}", index / 2);
            let path = self._folder.path().join(format!("phone-{index}.db"));
            let mut phone = Phone::new(index, number, path, self.root_key, &self.air, &self.time, &mut self.random);
            phone.open(false).map_err(|error| vec![error.to_string()])?;
            self.phones.push(phone);
            self.sign_in(index)?;
        }
        self.verify()
    }

    fn sign_in(&mut self, index: usize) -> Result<(), Faults> {
        let client = self.client(index).ok_or_else(|| vec!["no phone".to_owned()])?;
        let number = self.phones.get(index).map(|phone| phone.number.clone()).unwrap_or_default();
        // Two phones of one number ask one after the other: codes are not sent faster than every 30 seconds.
        self.time.fetch_add(60_000, Ordering::SeqCst);
        let (asker, to) = (client.clone(), number.clone());
        self.complete(index, async move {
            match async {
                asker.refresh().await?;
                asker.request_code(&to).await
            }
            .await
            {
                Ok(_) => Outcome::Done,
                Err(error) => Outcome::Failed(error),
            }
        })?;
        let code = {
            let (operator, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
            let sent = operator.outbox(store, &number).map_err(|error| vec![error.to_string()])?;
            let body = sent.last().map(|message| message.body.clone()).unwrap_or_default();
            body.split(|letter: char| !letter.is_ascii_digit())
                .find(|digits| digits.len() == 6)
                .unwrap_or_default()
                .to_owned()
        };
        let plate = PLATES.get(index % PLATES.len()).copied().unwrap_or("BG 789-PP");
        self.complete(index, async move {
            let signed_in = async {
                client.sign_in(&number, &code, "simulated").await?;
                client.sync().await?;
                if client.vehicles()?.len() < 2 {
                    client.add_vehicle(plate, None).await?;
                }
                client.top_up(2_000.into()).await
            };
            signed_in.await.into()
        })
    }

    /// Runs one task to its end in fair weather.
    fn complete(&mut self, index: usize, task: impl Future<Output = Outcome> + Send + 'static) -> Result<(), Faults> {
        if let Some(phone) = self.phones.get_mut(index) {
            phone.start(task);
        }
        for _ in 0..200 {
            self.time.fetch_add(200, Ordering::SeqCst);
            self.carry()?;
            if !self.phones.get(index).is_some_and(|phone| phone.is_busy(1)) {
                return Ok(());
            }
        }
        Err(vec![format!("phone {index} does not come to an end in fair weather")])
    }

    fn client(&self, index: usize) -> Option<Client> {
        self.phones.get(index).and_then(|phone| phone.client.clone())
    }

    // --- what happens ---

    /// One thing happens, or nothing.
    fn chance(&mut self) -> Result<(), Faults> {
        let index = self.random.below(self.phones.len());
        match self.random.below(100) {
            0..30 => {}
            30..52 => self.buy(index),
            52..57 => self.top_up(index),
            57..60 => self.pay_order(index),
            60..70 => self.settle(index),
            70..78 => self.synchronise(index),
            78..81 => self.give_up(index),
            81..86 => self.inspect()?,
            86..90 => {
                let offline = !self.air.is_offline(index);
                self.air.set_offline(index, offline);
                self.note(|| format!("phone {index}: {}", if offline { "in a tunnel" } else { "network again" }));
            }
            90..94 => self.crash_phone(index)?,
            94..95 if self.operator.is_some() => self.crash_operator(),
            _ => {}
        }
        Ok(())
    }

    fn free_client(&self, index: usize) -> Option<Client> {
        let phone = self.phones.get(index)?;
        if phone.is_busy(2) { None } else { phone.client.clone() }
    }

    fn start(&mut self, index: usize, task: impl Future<Output = Outcome> + Send + 'static) {
        if let Some(phone) = self.phones.get_mut(index) {
            phone.start(task);
        }
    }

    fn buy(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        let zones = ["a", "red", "yellow", "green", "blue"];
        let zone = self.random.pick(&zones).copied().unwrap_or("red");
        let minutes =
            u32::try_from(*self.random.pick(&[1_i64, 15, 30, 60, 61, 90, 91, 120, 240]).unwrap_or(&60)).unwrap_or(60);
        let vehicle = match client.vehicles() {
            Ok(vehicles) => self.random.pick(&vehicles).map(|vehicle| vehicle.id.clone()),
            Err(_) => None,
        };
        let Some(vehicle) = vehicle else { return };
        let twice = self.random.percent(15);
        self.note(|| {
            format!("phone {index}: {minutes} minutes in {zone}{}", if twice { ", tapped twice" } else { "" })
        });
        let again = client.clone();
        self.start(index, async move {
            match client.quote(zone, &vehicle, minutes).await {
                Ok(quote) if twice => {
                    let first = client.buy(&quote).await;
                    let second = again.buy(&quote).await;
                    match (first, second) {
                        (Ok(first), Ok(second)) => Outcome::Intents(vec![first, second]),
                        (Err(error), _) | (_, Err(error)) => Outcome::Failed(error),
                    }
                }
                Ok(quote) => client.buy(&quote).await.into(),
                Err(error) => Outcome::Failed(error),
            }
        });
    }

    fn top_up(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        let amount = *self.random.pick(&[200_i64, 500, 1_000, 300]).unwrap_or(&200);
        self.note(|| format!("phone {index}: tops up {amount}"));
        self.start(index, async move { client.top_up(amount.into()).await.into() });
    }

    fn pay_order(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        let orders = client.snapshot().orders.clone();
        let Some(order) = self.random.pick(&orders).cloned() else { return };
        self.note(|| format!("phone {index}: pays order {}", order.id));
        self.start(index, async move { client.pay_order(&order.id).await.into() });
    }

    fn settle(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        self.start(index, async move { client.settle().await.into() });
    }

    fn synchronise(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        self.start(index, async move {
            match client.sync().await {
                Ok(_) => Outcome::Done,
                Err(error) => Outcome::Failed(error),
            }
        });
    }

    /// A driver loses patience and wants to pay by SMS.
    fn give_up(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        let Ok(open) = client.open_intents() else { return };
        let Some(intent) = self.random.pick(&open).cloned() else { return };
        self.note(|| format!("phone {index}: gives up waiting for {}", intent.key));
        self.start(index, async move {
            match client.switch_to_sms(&intent.key).await {
                Ok(_) => Outcome::Done,
                Err(error) => Outcome::Failed(error),
            }
        });
    }

    fn inspect(&mut self) -> Result<(), Faults> {
        let plate = self.random.pick(PLATES).copied().unwrap_or("BG 789-PP").to_owned();
        let zone = self.random.pick(&["a", "red", "yellow", "green"]).copied().unwrap_or("red").to_owned();
        let asked = format!(
            "{}?city=belgrade&plate={}&zone={zone}",
            route::INSPECTOR_CHECK,
            plate.replace(' ', "%20").replace('Š', "%C5%A0").replace('Đ', "%C4%90")
        );
        let Some(answer) = self.ask_directly(&Request::new("GET", &asked).bearer(&self.inspector)) else {
            return Ok(());
        };
        let check: PlateCheck = answer
            .read()
            .map_err(|error| vec![format!("the inspector reads nonsense: {error} ({})", answer.status)])?;
        if check.covered || check.order.is_some() {
            return Ok(());
        }
        let violation = if check.ticket.is_some() { Violation::TimeExpired } else { Violation::NoTicket };
        let key = format!("inspector-{:016x}", self.random.word());
        let order = NewOrder { city: "belgrade".to_owned(), plate, zone, violation, place: None };
        let Some(answer) = self.ask_directly(
            &Request::new("POST", route::INSPECTOR_ORDERS).bearer(&self.inspector).key(&key).json(&order),
        ) else {
            return Ok(());
        };
        self.touched = true;
        if answer.status < 300 {
            self.report.orders += 1;
        }
        self.note(|| format!("the inspector writes an order -> {}", answer.status));
        Ok(())
    }

    fn crash_phone(&mut self, index: usize) -> Result<(), Faults> {
        let reboot = self.random.percent(30);
        self.report.phone_crashes += 1;
        self.note(|| format!("phone {index}: the app dies{}", if reboot { ", the phone restarts" } else { "" }));
        let Some(phone) = self.phones.get_mut(index) else { return Ok(()) };
        phone.kill();
        let client = phone.open(reboot).map_err(|error| vec![format!("phone {index} does not open again: {error}")])?;
        self.remember(index, &client)
    }

    /// A phone must still know the end of every intent it was told.
    fn remember(&mut self, index: usize, client: &Client) -> Result<(), Faults> {
        let known: HashMap<String, String> = client
            .intents(10_000)
            .map_err(|error| vec![error.to_string()])?
            .into_iter()
            .map(|intent| (intent.key.clone(), end_of(&intent)))
            .collect();
        let Some(phone) = self.phones.get(index) else { return Ok(()) };
        let forgotten: Vec<String> = phone
            .ended
            .iter()
            .filter(|(key, end)| known.get(*key) != Some(*end))
            .map(|(key, end)| format!("phone {index} knew {key} as {end} and now says {:?}", known.get(key)))
            .collect();
        if forgotten.is_empty() { Ok(()) } else { Err(forgotten) }
    }

    // --- time and messages ---

    fn advance(&mut self) -> Result<(), Faults> {
        let by = match self.random.below(100) {
            0..65 => self.random.between(1, 900),
            65..88 => self.random.between(1_000, 10_000),
            88..98 => self.random.between(10_000, 120_000),
            _ => self.random.between(300_000, 2_400_000),
        };
        self.time.fetch_add(by, Ordering::SeqCst);
        self.carry()
    }

    /// Everything that is due now: messages, time-outs, the operator's jobs, the bank; then the tasks go on.
    fn carry(&mut self) -> Result<(), Faults> {
        let now = self.now();
        if self.operator.is_none() && self.operator_back_at <= now {
            self.open_operator()?;
            self.note(|| "the operator is back".to_owned());
        }
        // A task that goes on may send again at once: three rounds let short errands pass within a step.
        for _ in 0..3 {
            self.poll_phones()?;
            self.dispatch();
            self.deliver();
        }
        if let Some((operator, store)) = &self.operator
            && operator.due(store, self.moment()) > 0
        {
            self.touched = true;
        }
        self.notify_operator();
        let overdue: Vec<u64> = self.waiting.iter().filter(|(until, _)| *until <= now).map(|(_, call)| *call).collect();
        self.waiting.retain(|(until, _)| *until > now);
        for call in overdue {
            self.air.answer(call, Err(LinkError::Unknown("no answer in time".to_owned())));
        }
        self.poll_phones()
    }

    fn dispatch(&mut self) {
        let now = self.now();
        for (phone, call, request) in self.air.take_sent() {
            self.waiting.push((now + PATIENCE, call));
            let times = arrivals(&mut self.random, self.weather, now);
            if times.len() > 1 {
                self.report.requests_doubled += 1;
            }
            self.flights.extend(times.into_iter().map(|at| Flight {
                at,
                phone,
                call,
                what: Message::Request(request.clone()),
            }));
        }
    }

    fn deliver(&mut self) {
        let now = self.now();
        self.flights.sort_by_key(|flight| flight.at);
        let due = self.flights.partition_point(|flight| flight.at <= now);
        let arrived: Vec<Flight> = self.flights.drain(..due).collect();
        for flight in arrived {
            match &flight.what {
                Message::Request(request) => {
                    let Some(answer) = self.ask(flight.phone, request) else { continue };
                    // In fair weather the answer is there at once; in a storm it takes its own way back.
                    let times =
                        if self.weather.lost == 0 { vec![now] } else { arrivals(&mut self.random, self.weather, now) };
                    if times.is_empty() {
                        self.report.answers_lost += 1;
                        self.note(|| format!("phone {}: an answer is lost", flight.phone));
                    }
                    self.flights.extend(times.into_iter().map(|at| flight.with(at, Message::Answer(answer.clone()))));
                }
                Message::Answer(answer) => self.air.answer(flight.call, Ok(answer.clone())),
            }
        }
    }

    fn poll_phones(&mut self) -> Result<(), Faults> {
        for index in 0..self.phones.len() {
            let outcomes = self.phones.get_mut(index).map(Phone::poll).unwrap_or_default();
            for outcome in outcomes {
                match outcome {
                    Outcome::Intents(views) => {
                        for view in views {
                            self.told(index, &view)?;
                        }
                    }
                    Outcome::Failed(error) => self.note(|| format!("phone {index}: {}", error.code())),
                    Outcome::Done => {}
                }
            }
        }
        Ok(())
    }

    /// A phone learned how an intent stands.
    fn told(&mut self, index: usize, view: &IntentView) -> Result<(), Faults> {
        self.note(|| format!("phone {index}: {} {} is {}", view.kind.name(), view.key, view.state.name()));
        if let Some(url) = &view.page_url {
            self.visit_bank(url, *view.kind.amount());
        }
        match &view.state {
            IntentState::Unconfirmed(progress) => {
                if *progress != Progress::AtBank {
                    self.report.unconfirmed_seen += 1;
                }
                return Ok(());
            }
            IntentState::Confirmed => self.report.confirmed += 1,
            IntentState::Refused(_) => self.report.refused += 1,
            IntentState::Expired => self.report.expired += 1,
        }
        let end = end_of(view);
        let Some(phone) = self.phones.get_mut(index) else { return Ok(()) };
        if let IntentKind::Purchase { quote, .. } = &view.kind {
            // The same quote can be tried again under a new key after a refusal: the last word counts.
            match view.state {
                IntentState::Confirmed => phone.unsold.remove(quote),
                _ => phone.unsold.insert(quote.clone(), view.key.clone()),
            };
        }
        match phone.ended.insert(view.key.clone(), end.clone()) {
            Some(before) if before != end => {
                Err(vec![format!("phone {index}: {} ended as {before} and then as {end}", view.key)])
            }
            _ => Ok(()),
        }
    }

    // --- the bank ---

    fn visit_bank(&mut self, url: &str, amount: Money) {
        let Some(reference) = url.split(['?', '&']).find_map(|pair| pair.strip_prefix("reference=")).map(str::to_owned)
        else {
            return;
        };
        if self.bank.contains_key(&reference) {
            return;
        }
        let outcome = match self.random.below(10) {
            0..7 => Some(BankOutcome::Approved),
            7..9 => Some(BankOutcome::Declined),
            _ => None,
        };
        let next_try = self.now() + self.random.between(5_000, 90_000);
        self.bank.insert(reference, Payment { amount, outcome, next_try, told: false });
    }

    /// The bank tells the operator, and again until it is heard.
    fn notify_operator(&mut self) {
        let now = self.now();
        let due: Vec<String> = self
            .bank
            .iter()
            .filter(|(_, payment)| !payment.told && payment.outcome.is_some() && payment.next_try <= now)
            .map(|(reference, _)| reference.clone())
            .collect();
        for reference in due {
            let lost = self.random.percent(self.weather.lost);
            let answer_lost = self.random.percent(self.weather.lost);
            let retry = now + self.random.between(2_000, 60_000);
            let Some(payment) = self.bank.get_mut(&reference) else { continue };
            payment.next_try = retry;
            let Some(outcome) = payment.outcome else { continue };
            if lost {
                continue;
            }
            let reason = (outcome == BankOutcome::Declined).then(|| "card_declined".to_owned());
            let notice = BankNotice {
                payment: format!("pay-{reference}"),
                reference: reference.clone(),
                amount: payment.amount,
                outcome,
                reason,
            };
            let mut request = Request::new("POST", route::BANK_NOTICE).json(&notice);
            let signature = mesto_operator::payment::sign(SECRET, &request.body);
            request = request.header("mesto-signature", &signature);
            let Some(answer) = self.ask_directly(&request) else { continue };
            self.touched = true;
            if (200..300).contains(&answer.status)
                && !answer_lost
                && let Some(payment) = self.bank.get_mut(&reference)
            {
                payment.told = true;
            }
            self.note(|| format!("the bank says {outcome:?} of {reference} -> {}", answer.status));
        }
    }

    // --- the laws ---

    fn verify(&mut self) -> Result<(), Faults> {
        if !self.touched {
            return Ok(());
        }
        let Some((_, store)) = &self.operator else { return Ok(()) };
        self.touched = false;
        let faults = transact(store, |tx| {
            let mut faults = check::laws(tx)?;
            faults.extend(check::longest_stays(tx, &self.city)?);
            for (index, phone) in self.phones.iter().enumerate() {
                for (key, end) in &phone.ended {
                    if let Some(ticket) = end.strip_prefix("confirmed:")
                        && !check::ticket_exists(tx, ticket)?
                    {
                        faults
                            .push(format!("phone {index}: {key} is confirmed, but its ticket {ticket} does not exist"));
                    }
                }
                for (quote, key) in &phone.unsold {
                    if check::quote_is_sold(tx, quote)? && !phone.hopes_for(quote) {
                        faults
                            .push(format!("phone {index}: {key} was not bought, says the phone, but {quote} was sold"));
                    }
                }
            }
            Ok(faults)
        })
        .map_err(|error| vec![format!("the store cannot be looked at: {error}")])?;
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    // --- the end ---

    /// The network heals: now every intent must end, and every phone must know what the operator knows.
    fn heal(&mut self) -> Result<(), Faults> {
        self.weather = Weather::FAIR;
        for index in 0..self.phones.len() {
            self.air.set_offline(index, false);
        }
        self.operator_back_at = 0;
        for round in 0..60 {
            for index in 0..self.phones.len() {
                self.settle(index);
                self.synchronise(index);
            }
            for _ in 0..30 {
                self.time.fetch_add(500, Ordering::SeqCst);
                self.carry()?;
            }
            self.verify()?;
            if round > 1 && self.open_intents()?.is_empty() && self.flights.is_empty() {
                return self.agree();
            }
            self.time.fetch_add(120_000, Ordering::SeqCst);
        }
        Err(self.open_intents()?.into_iter().map(|intent| format!("never ended: {intent}")).collect())
    }

    fn open_intents(&self) -> Result<Vec<String>, Faults> {
        let mut open = Vec::new();
        for (index, phone) in self.phones.iter().enumerate() {
            if let Some(client) = &phone.client {
                let intents = client.open_intents().map_err(|error| vec![error.to_string()])?;
                open.extend(
                    intents.iter().map(|intent| {
                        format!("phone {index}: {} {} {:?}", intent.kind.name(), intent.key, intent.state)
                    }),
                );
            }
        }
        Ok(open)
    }

    /// After the storm the phones and the operator say the same.
    fn agree(&mut self) -> Result<(), Faults> {
        for index in 0..self.phones.len() {
            let Some(client) = self.client(index) else { continue };
            self.complete(index, {
                let client = client.clone();
                async move { client.sync().await.map_or_else(Outcome::Failed, |_| Outcome::Done) }
            })?;
            self.remember(index, &client)?;
            let snapshot = client.snapshot();
            let account = snapshot.account.clone().unwrap_or_default();
            let (_, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
            let (deposit, tickets) =
                transact(store, |tx| check::holdings(tx, &account)).map_err(|error| vec![error.to_string()])?;
            let shown = snapshot.balance.as_ref().and_then(|money| money.minor().ok());
            if shown != Some(deposit) {
                return Err(vec![format!("phone {index} shows a deposit of {shown:?}, the operator has {deposit}")]);
            }
            self.report.tickets = self.report.tickets.max(tickets.len() as u64);
            let running: Vec<&String> =
                tickets.iter().filter(|(_, ends_at)| *ends_at > self.now()).map(|(id, _)| id).collect();
            let missing: Vec<String> = running
                .iter()
                .filter(|id| !snapshot.active_tickets.iter().any(|ticket| ticket.id == ***id))
                .map(|id| format!("phone {index} does not show its running ticket {id}"))
                .collect();
            if !missing.is_empty() {
                return Err(missing);
            }
        }
        Ok(())
    }
}

/// How an intent stands, in a word that must not change once it is final.
fn end_of(view: &IntentView) -> String {
    match (&view.state, &view.ticket) {
        (IntentState::Confirmed, Some(ticket)) => format!("confirmed:{}", ticket.id),
        (IntentState::Refused(problem), _) => format!("refused:{}", problem.code),
        (state, _) => state.name().to_owned(),
    }
}

/// On a memory file system where there is one: the simulation tests logic, not disks.
fn simulation_folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary folder can be made")
}
