//! Control of rides in a terminal: `mesto controller` plays the device that a ticket inspector
//! carries; `mesto admin shifts` shows what was found.

mod conductor;
mod device;
mod store;
mod testbed;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use mesto_operator::{Entropy as _, SystemEntropy};
use mesto_protocol::base::operator_document::{OPERATOR, SignedOperator};
use mesto_protocol::base::public::{CITY, CLOCK, Clock, KEYS, REVOCATIONS};
use mesto_protocol::control::controllers::{
    BEGIN, Control, ControlAnswer, ControlData, ControlReported, ControlToBegin, ControlToEnd, DATA, END, REPORT,
    ReportedControl, ReportedShift,
};
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_protocol::keys::KeySet;
use mesto_protocol::signed_code::Revocations;
use mesto_protocol::signed_document::SignedCity;
use mesto_rules::City;
use mesto_rules::rides::BoardNumber;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::operator::{looked_at, now};
use crate::control::device::{Controlled, Device, Documents, Told};
use crate::control::store::Store;
use crate::kernel::args::{RootKey, StoreArgs, moment, web_address};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::link::{Link, NoAnswer, token_in};
use crate::kernel::output::{Tone, table};
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<Tool>()),
    controls: Some(testbed::controls),
    ..Service::named("control")
};

/// Most reports of one command.
const REPORTS_MOST: usize = 100;

#[derive(Debug, Subcommand)]
enum Tool {
    /// Shifts of those who control rides, and what each found.
    Shifts {
        /// That began from this moment on (RFC 3339).
        #[arg(long, value_parser = moment)]
        since: Option<DateTime<Utc>>,
        #[command(flatten)]
        store: StoreArgs,
    },
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Control rides: check tickets and cards, also while the operator is away.
    #[command(subcommand)]
    Controller(Controller),
    /// Sell tickets of paper and for luggage in a vehicle, for cash, also while the operator is
    /// away.
    #[command(subcommand)]
    Conductor(conductor::Conductor),
}

#[derive(Debug, Subcommand)]
enum Controller {
    /// The control of a vehicle begins; a shift begins with the first one.
    Begin {
        /// The number that is painted on the vehicle.
        vehicle: String,
        #[command(flatten)]
        at: DeviceArgs,
    },
    /// The doors were open: somebody may have boarded just now.
    Doors {
        #[command(flatten)]
        at: DeviceArgs,
    },
    /// What somebody shows: the code of the app (MESTO1:...), or what is printed on a card or a
    /// ticket. Exit code 0: registered; 3: not registered, or no ticket; 4: nothing can be said.
    Check {
        code: String,
        /// Ask nobody, also when nothing can be said.
        #[arg(long)]
        offline: bool,
        #[command(flatten)]
        at: DeviceArgs,
    },
    /// The control of the vehicle is over.
    End {
        /// The shift too.
        #[arg(long)]
        shift: bool,
        #[command(flatten)]
        at: DeviceArgs,
    },
    /// Tell what was checked, and hear what is registered.
    Sync {
        /// A route whose vehicles are heard of besides.
        #[arg(long)]
        route: Option<String>,
        #[command(flatten)]
        at: DeviceArgs,
    },
}

/// Whose device it is. What is said once is remembered in the folder.
#[derive(Debug, Args, Clone)]
struct DeviceArgs {
    /// Folder of this device: its memory, its token, what the operator signed.
    #[arg(long, default_value = ".mesto-controller")]
    state: PathBuf,
    /// Address of the operator.
    #[arg(long, value_parser = web_address, requires_all = ["operator_name", "root_key", "token_file"])]
    operator: Option<String>,
    /// What the operator is called, whose tickets are taken: transit.example.
    #[arg(long, value_name = "DNS_NAME", requires = "operator")]
    operator_name: Option<OperatorName>,
    /// The operator's root key (base64url).
    // Every 64th key begins with a hyphen.
    #[arg(long, allow_hyphen_values = true, requires = "operator", value_parser = root_key)]
    root_key: Option<String>,
    /// A file with the device's token, as `mesto admin create --role ride-controller` shows it.
    #[arg(long, value_name = "FILE", requires = "operator")]
    token_file: Option<PathBuf>,
    #[arg(long, default_value = "almaty")]
    city: String,
    /// What this machine's clock says (RFC 3339).
    #[arg(long, value_parser = moment)]
    at: Option<DateTime<Utc>>,
}

fn root_key(typed: &str) -> Result<String, String> {
    typed.parse::<RootKey>().map(|_| typed.trim().to_owned()).map_err(|why| why.to_string())
}

/// Whose device it is, of which city.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Post {
    operator: String,
    operator_name: String,
    root_key: String,
    city: String,
    token: String,
}

/// What the operator signed, as it was received.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Received {
    keys: String,
    city: String,
    revocations: Option<String>,
}

/// A device at work.
struct Work {
    device: Device,
    post: Post,
    machine: DateTime<Utc>,
    /// Why the operator is away, once that was noticed.
    away: Option<String>,
}

fn chance() -> [u8; 10] {
    let mut bytes = [0; 10];
    SystemEntropy.fill(&mut bytes);
    bytes
}

impl DeviceArgs {
    fn post(&self) -> Outcome<Option<Post>> {
        let (Some(operator), Some(operator_name), Some(root_key), Some(token_file)) =
            (&self.operator, &self.operator_name, &self.root_key, &self.token_file)
        else {
            return Ok(None);
        };
        let token = token_in(token_file, "device")?;
        Ok(Some(Post {
            operator: operator.clone(),
            operator_name: operator_name.as_str().to_owned(),
            root_key: root_key.clone(),
            city: self.city.clone(),
            token,
        }))
    }

    /// The device of the folder; a new one asks its operator for what that signed.
    async fn open(&self) -> Outcome<Work> {
        let store = Store::open(&self.state)?;
        let machine = self.at.unwrap_or_else(now);
        let post = match (store.kept::<Post>("post")?, self.post()?) {
            (Some(known), Some(said)) if (&known.city, &known.root_key) != (&said.city, &said.root_key) => {
                let text = "this folder belongs to a device of another city or operator";
                return Err(CliError::new(Exit::Usage, "state_of_another_controller", text)
                    .advise("Give another folder with --state."));
            }
            (_, Some(said)) => said,
            (Some(known), None) => known,
            (None, None) => {
                return Err(CliError::new(
                    Exit::Usage,
                    "operator_unknown",
                    "this device does not know its operator yet",
                )
                .advise("Give --operator, --operator-name, --root-key and --token-file once."));
            }
        };
        let received = match store.kept::<Received>("received")? {
            Some(received) => received,
            None => {
                let received = fetched(&post).await?;
                let documents = read(&post, &received, machine)?;
                let link = Link { operator: &post.operator, token: &post.token };
                let wire = link.text(&OPERATOR.target(&[], &[])).await?;
                SignedOperator::verify(&wire, &documents.keys, machine, &post.operator_name, None).map_err(|why| {
                    CliError::new(Exit::Input, "operator_untrusted", why.to_string())
                        .advise("Compare --operator-name with what `mesto serve` says of its name.")
                })?;
                received
            }
        };
        let documents = read(&post, &received, machine)?;
        store.keep("post", &post)?;
        store.keep("received", &received)?;
        Ok(Work { device: Device::new(store, documents), post, machine, away: None })
    }
}

async fn fetched(post: &Post) -> Outcome<Received> {
    let link = Link { operator: &post.operator, token: &post.token };
    Ok(Received {
        keys: link.text(&KEYS.target(&[], &[])).await?,
        city: link.text(&CITY.target(&[&post.city], &[])).await?,
        revocations: link.text(&REVOCATIONS.target(&[], &[])).await.ok(),
    })
}

/// What the operator signed, verified.
fn read(post: &Post, received: &Received, now: DateTime<Utc>) -> Outcome<Documents> {
    let RootKey(root) = post.root_key.parse().map_err(|why: crate::kernel::args::RootKeyError| {
        CliError::new(Exit::Usage, "root_key_wrong", why.to_string())
    })?;
    let wrong = |code: &str, why: &dyn std::fmt::Display| {
        CliError::new(Exit::Input, code, why.to_string()).advise("Compare --root-key with what `mesto serve` printed.")
    };
    let keys = KeySet::verify(&received.keys, &root, 0).map_err(|why| wrong("keys_untrusted", &why))?;
    let signed = SignedCity::verify(&received.city, &keys, now, &post.city, None);
    let signed = signed.map_err(|why| wrong("city_untrusted", &why))?;
    let city = City::from_json(&signed.json).map_err(|why| wrong("city_too_new", &why))?;
    let list = received.revocations.as_deref();
    let revocations = list.and_then(|wire| Revocations::verify(wire, &keys, now, 0).ok());
    Ok(Documents { issuer: post.operator_name.clone(), keys, revocations, city })
}

impl Work {
    fn link(&self) -> Link<'_> {
        Link { operator: &self.post.operator, token: &self.post.token }
    }

    /// Notices that the operator is away; anything else that it says is passed on.
    fn away_or<T>(&mut self, answer: Result<T, NoAnswer>) -> Outcome<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(NoAnswer::Away(why)) => {
                self.away = Some(why);
                Ok(None)
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// Hears the clock, what was signed, and what is registered in the vehicle that is controlled;
    /// tells what waits. While the operator is away nothing of it happens, and that is no error.
    async fn sync(&mut self, route: Option<&str>, code: Option<&str>) -> Outcome<usize> {
        let Some(now) = self.take_clock().await? else { return Ok(0) };
        if let Ok(received) = fetched(&self.post).await {
            self.device.documents = read(&self.post, &received, now)?;
            self.device.store.keep("received", &received)?;
        }
        self.hear(route, code).await?;
        self.tell().await
    }

    /// The operator's clock, seen beside this one; nothing while it is away.
    async fn take_clock(&mut self) -> Outcome<Option<DateTime<Utc>>> {
        let answer = self.link().get::<Clock>(&CLOCK.target(&[], &[])).await;
        let Some(clock) = self.away_or(answer)? else { return Ok(None) };
        self.device.see_clock(self.machine, clock.now)?;
        Ok(Some(clock.now))
    }

    async fn hear(&mut self, route: Option<&str>, code: Option<&str>) -> Outcome<()> {
        let board = self.device.controlled()?.map(|controlled| controlled.control.vehicle.to_string());
        let mut asked = Vec::new();
        if let Some(board) = &board {
            asked.push(("vehicle", board.as_str()));
        }
        for about in [Some(asked), route.map(|route| vec![("route", route)])].into_iter().flatten() {
            let query: Vec<(&str, &str)> = [("city", self.post.city.as_str())]
                .into_iter()
                .chain(about)
                .chain(code.map(|code| ("code", code)))
                .collect();
            let answer = self.link().get::<ControlData>(&DATA.target(&[], &query)).await;
            let Some(data) = self.away_or(answer)? else { return Ok(()) };
            self.device.take(data)?;
        }
        Ok(())
    }

    /// How many checks were told.
    async fn tell(&mut self) -> Outcome<usize> {
        let mut told = 0;
        for _ in 0..REPORTS_MOST {
            let Some((report, controls)) = self.device.report(self.machine)? else { break };
            let answer = self.link().post::<ControlReported>(&REPORT.target(&[], &[]), &report).await;
            let Some(heard) = self.away_or(answer)? else { break };
            told += report.checks.len();
            self.device.heard(&report, &controls, &heard)?;
        }
        Ok(told)
    }

    /// The control of a vehicle begins, and nobody is told.
    fn begin_alone(&mut self, vehicle: &str) -> Outcome<(ReportedShift, Controlled)> {
        let board = BoardNumber::new(vehicle)
            .map_err(|why| CliError::new(Exit::Usage, "ride_vehicle_unknown", why.to_string()))?;
        let now = self.device.now(self.machine)?;
        let shift = self.device.shift(now, chance())?;
        Ok((shift, self.device.begin(board, now, chance())?))
    }

    /// The control of a vehicle begins; what the operator says of it, where it is not away.
    async fn begin(&mut self, vehicle: &str) -> Outcome<(ReportedShift, Controlled, Option<Control>)> {
        self.take_clock().await?;
        let (shift, controlled) = self.begin_alone(vehicle)?;
        let control = &controlled.control;
        let begin = ControlToBegin {
            id: control.id,
            shift: shift.id,
            city: self.post.city.clone(),
            vehicle: control.vehicle.to_string(),
            begun_at: control.begun_at,
        };
        let answer = self.link().post::<Control>(&BEGIN.target(&[], &[]), &begin).await;
        let known = self.away_or(answer)?;
        self.sync(None, None).await?;
        Ok((shift, controlled, known))
    }

    /// The control that goes on is over; it, and how many checks were told.
    async fn end(&mut self, shift_too: bool) -> Outcome<(Option<ReportedControl>, usize)> {
        let now = self.device.now(self.machine)?;
        let ended = self.device.end(now)?;
        if shift_too {
            self.device.end_shift(now)?;
        }
        if let Some((control, ended_at)) = ended.as_ref().and_then(|control| Some((control, control.ended_at?))) {
            let end = ControlToEnd { id: control.id, ended_at };
            // One that began while the operator was away is told with the report.
            match self.link().post::<Control>(&END.target(&[], &[]), &end).await {
                Err(NoAnswer::Away(why)) => self.away = Some(why),
                Ok(_) | Err(NoAnswer::Refused(_)) => {}
            }
        }
        let told = self.tell().await?;
        Ok((ended, told))
    }

    fn with_link(&self, mut told: Value) -> Value {
        if let Some(told) = told.as_object_mut() {
            told.insert("is_away".to_owned(), self.away.is_some().into());
        }
        told
    }

    /// A moment as the city's clocks show it.
    fn shown(&self, at: DateTime<Utc>) -> String {
        self.device.documents.city.sections.time.local(at).format("%H:%M").to_string()
    }
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let controller = match self {
            Self::Controller(controller) => controller,
            Self::Conductor(conductor) => return conductor.run(call),
        };
        match controller {
            Controller::Begin { vehicle, at } => call.ask(begin(vehicle, at, call)),
            Controller::Doors { at } => call.ask(doors(at, call)),
            Controller::Check { code, offline, at } => call.ask(check(code, offline, at, call)),
            Controller::End { shift, at } => call.ask(end(shift, at, call)),
            Controller::Sync { route, at } => call.ask(sync(route, at, call)),
        }
    }
}

async fn begin(vehicle: String, at: DeviceArgs, call: Call) -> Outcome<()> {
    let mut work = at.open().await?;
    let (shift, controlled, known) = work.begin(&vehicle).await?;
    let control = &controlled.control;
    let trip = known.as_ref().and_then(|known| known.trip.clone());
    let json = json!({ "control": control.id, "shift": shift.id, "vehicle": control.vehicle, "trip": trip, "closed_until": known.as_ref().and_then(|known| known.closed_until) });
    call.say(&work.with_link(json), || {
        let trip = match (&trip, &work.away) {
            (Some(trip), _) => format!("route {}, since {}", trip.route, work.shown(trip.starts_at)),
            (None, None) => "its trip is not known".to_owned(),
            (None, Some(_)) => "the operator is away".to_owned(),
        };
        format!("{} {} ({trip})", call.style.paint(Tone::Good, "Controlling"), control.vehicle)
    });
    Ok(())
}

async fn doors(at: DeviceArgs, call: Call) -> Outcome<()> {
    let work = at.open().await?;
    let now = work.device.now(work.machine)?;
    work.device.doors(now)?;
    call.say(&json!({ "boarded_by": now }), || format!("Who is inside may have boarded until {}.", work.shown(now)));
    Ok(())
}

async fn check(code: String, offline: bool, at: DeviceArgs, call: Call) -> Outcome<()> {
    let mut work = at.open().await?;
    let (told, _) = work.device.judge(&code, work.machine, chance())?;
    // Nobody is accused without asking, where the operator can be asked.
    if told.answer != ControlAnswer::Registered && !offline {
        let printed = mesto_rules::control::printed_code(&code);
        work.sync(None, printed.as_deref()).await?;
    }
    let told = work.device.check(&code, work.machine, chance())?;
    let json = work.with_link(serde_json::to_value(&told).unwrap_or_default());
    let last = said_last(&work, &told);
    if told.answer == ControlAnswer::Registered {
        call.say(&json, || {
            let free = if told.is_free { ", rides free: ask for the right to it" } else { "" };
            let benefits = match told.benefits.as_slice() {
                [] => String::new(),
                some => format!(", by benefit: {}; ask for what shows it", some.join(", ")),
            };
            let pass = told.pass.as_ref().map(|pass| format!(", on the pass `{pass}`")).unwrap_or_default();
            let before = told.seen_before_at.map(|at| format!(", seen before at {}", work.shown(at)));
            let persons = told.persons;
            let good = call.style.paint(Tone::Good, "Registered");
            format!("{good} for {persons}{free}{pass}{benefits}{}{}", before.unwrap_or_default(), clock_said(&told))
        });
        return Ok(());
    }
    let (exit, code, text) = if told.answer == ControlAnswer::NotRegistered {
        (Exit::Refused, "not_registered", format!("not registered for this trip; {last}"))
    } else {
        let until = told.data_until.map_or("no data".to_owned(), |until| format!("data until {}", work.shown(until)));
        (Exit::Offline, "cannot_tell", format!("cannot tell, {until}; {last}{}", clock_said(&told)))
    };
    Err(CliError::new(exit, code, text).about("check", &json))
}

fn said_last(work: &Work, told: &Told) -> String {
    match (&told.last_vehicle, told.last_at) {
        (Some(vehicle), Some(at)) => format!("the last ride is of {} in {vehicle}", work.shown(at)),
        _ => "no ride is known".to_owned(),
    }
}

fn clock_said(told: &Told) -> String {
    match told.clock_off_seconds {
        Some(off) if off > 0 => format!("; this clock is {off} s ahead: set it"),
        Some(off) => format!("; this clock is {} s behind: set it", -off),
        None => String::new(),
    }
}

async fn end(shift: bool, at: DeviceArgs, call: Call) -> Outcome<()> {
    let mut work = at.open().await?;
    let (ended, told) = work.end(shift).await?;
    let (refused, why) = work.device.store.refusals()?;
    let ended = ended.map(|control| control.id);
    let json = json!({ "ended": ended, "is_shift_over": shift, "told": told, "refused": refused, "why": why });
    call.say(&work.with_link(json), || told_said(call, told, refused, why.as_deref()));
    Ok(())
}

async fn sync(route: Option<String>, at: DeviceArgs, call: Call) -> Outcome<()> {
    let mut work = at.open().await?;
    let told = work.sync(route.as_deref(), None).await?;
    if let Some(why) = work.away {
        return Err(NoAnswer::Away(why).into());
    }
    let (refused, why) = work.device.store.refusals()?;
    let json = json!({ "told": told, "refused": refused, "why": why });
    call.say(&json, || told_said(call, told, refused, why.as_deref()));
    Ok(())
}

/// How many checks were told, and how many of this device the operator does not take.
fn told_said(call: Call, told: usize, refused: u32, why: Option<&str>) -> String {
    let not_taken = why.map(|why| {
        let said = format!("{refused} checks of this device are not taken: {why}");
        format!("\n{}", call.style.paint(Tone::Bad, &said))
    });
    format!("{told} checks were told.{}", not_taken.unwrap_or_default())
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Shifts { since, store } = self;
        let (operator, store) = looked_at(&store)?;
        let shifts = operator.control_shifts(store.as_ref(), since);
        let shifts = shifts.map_err(|why| CliError::failed("the shifts", why))?;
        let json = |one: &mesto_operator::ControlShift| json!({ "shift": one.id, "controller": one.controller, "city": one.city, "begun_at": one.begun_at, "ended_at": one.ended_at, "controls": one.controls, "checks": one.checks, "not_registered": one.not_registered, "cannot_tell": one.cannot_tell, "flagged": one.flagged });
        call.say(&shifts.iter().map(json).collect::<Value>(), || {
            let row = |one: &mesto_operator::ControlShift| {
                let ended = one.ended_at.map_or_else(|| "goes on".to_owned(), |at| at.to_rfc3339());
                let counts = [one.controls, one.checks, one.not_registered, one.cannot_tell, one.flagged];
                let names = [one.begun_at.to_rfc3339(), ended, one.controller.to_string(), one.city.to_string()];
                names.into_iter().chain(counts.iter().map(ToString::to_string)).collect()
            };
            let head = [
                "begun",
                "ended",
                "controller",
                "city",
                "vehicles",
                "checks",
                "not registered",
                "cannot tell",
                "seen twice",
            ];
            table(&head, &shifts.iter().map(row).collect::<Vec<_>>())
        });
        Ok(())
    }
}
