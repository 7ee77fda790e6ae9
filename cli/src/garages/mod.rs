//! Garages in a terminal: a driver's free places, payments and visits; `mesto garage` plays a
//! garage's controller.

mod barcode;
mod controller;
pub mod demo;
mod driver;
mod memory;
mod show;
mod testbed;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use mesto_protocol::garages::controllers::{ReportedEvent, ReportedEventKind, ReportedPlaces};
use mesto_protocol::garages::signed::ReceiptClaims;
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_protocol::signed_code::{Claims, CodeError, Kind, Unread};
use mesto_rules::money::Money;
use serde_json::{Value, json};

use crate::base::operator::now;
use crate::garages::controller::{Because, Controller};
use crate::garages::memory::{Folder, Post};
use crate::kernel::args::{RootKey, moment, web_address};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::link::token_in;
use crate::kernel::output::{self, Tone};
use crate::kernel::phone::Phone;
use crate::kernel::service::{CodeSays, Commands, OfCity, OfCode, Past, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    city: OfCity {
        check: None,
        pages: &[("Garages", "/sections/garages/facilities"), ("Prices of garages", "/sections/garages/tariffs")],
    },
    code: Some(OfCode { kind: Kind::ExitReceipt, read: receipt_says }),
    controls: Some(testbed::controls),
    history: Some(|phone, limit| Box::pin(past(phone, limit))),
    ..Service::named("garages")
};

async fn past(phone: &Phone, limit: u32) -> Outcome<Past> {
    let page = phone.core.garages().history(None, limit).await;
    let page = phone.done(page)?;
    let text = match page.items.as_slice() {
        [] => "No garages were paid.\n".to_owned(),
        visits => show::visits_table(&phone.show, visits),
    };
    Ok(Past { name: "visits", json: serde_json::to_value(&page).unwrap_or_default(), text })
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Garages, and how many places are free there now.
    Places(driver::PlacesArgs),
    /// What the ticket of a garage owes, line by line.
    Owed(driver::OwedArgs),
    /// Pay what the ticket of a garage owes.
    PayVisit(driver::OwedArgs),
    /// Visits to garages that were paid, and the receipt of one for the barrier.
    Visits(driver::VisitsArgs),
    /// Play a garage's controller: tickets, payments at the place, the barrier; also while the
    /// operator is away.
    #[command(subcommand)]
    Garage(Garage),
}

#[derive(Debug, Subcommand)]
enum Garage {
    /// A car comes in: prints its ticket with the bar code.
    Enter {
        /// The number of the ticket; the next one without it.
        #[arg(long)]
        ticket: Option<String>,
        #[command(flatten)]
        car: CarArgs,
        /// Write the bar code as a picture, too.
        #[arg(long, value_name = "FILE.png")]
        picture: Option<PathBuf>,
        #[command(flatten)]
        at: ControllerArgs,
    },
    /// What a ticket owes, line by line.
    Owed {
        ticket: String,
        #[command(flatten)]
        at: ControllerArgs,
    },
    /// It was paid at the place: cash, a machine, a pass.
    Paid {
        ticket: String,
        /// What was taken, in the city's currency; what is owed without it.
        #[arg(long)]
        amount: Option<String>,
        #[command(flatten)]
        at: ControllerArgs,
    },
    /// A ticket is at the barrier: whether it opens.
    Exit {
        ticket: String,
        /// The receipt that the driver shows (MESTO1:...): verified here, the operator is not
        /// asked.
        #[arg(long, value_name = "CODE")]
        receipt: Option<String>,
        #[command(flatten)]
        at: ControllerArgs,
    },
    /// The car has left.
    Left {
        ticket: String,
        #[command(flatten)]
        at: ControllerArgs,
    },
    /// The ticket is lost. Without a number another one is printed instead.
    Lost {
        ticket: Option<String>,
        /// When the car came in, as the inventory book has it (RFC 3339); not needed for a car that
        /// is known here.
        #[arg(long, value_parser = moment)]
        entered: Option<DateTime<Utc>>,
        #[command(flatten)]
        car: CarArgs,
        #[command(flatten)]
        at: ControllerArgs,
    },
    /// The entry was a mistake.
    Cancel {
        ticket: String,
        #[command(flatten)]
        at: ControllerArgs,
    },
    /// So many places are free.
    Free {
        places: u32,
        #[command(flatten)]
        at: ControllerArgs,
    },
    /// Tell what waits, and hear what was paid.
    Report {
        #[command(flatten)]
        at: ControllerArgs,
    },
    /// What is known here: cars inside, what was paid, what waits. Nobody is asked.
    List {
        #[command(flatten)]
        at: ControllerArgs,
    },
}

/// What is seen of a car.
#[derive(Debug, Args, Clone, Copy)]
struct CarArgs {
    /// It has the badge of a disabled driver.
    #[arg(long)]
    disabled: bool,
    /// Places that it takes.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=2))]
    places: Option<u32>,
}

/// Whose controller it is. What is said once is remembered in the folder.
#[derive(Debug, Args, Clone)]
struct ControllerArgs {
    /// Folder of this controller: its memory, its token, what the operator signed.
    #[arg(long, default_value = ".mesto-garage")]
    state: PathBuf,
    /// Address of the operator.
    #[arg(long, value_parser = web_address, requires_all = ["operator_name", "root_key", "token_file", "facility"])]
    operator: Option<String>,
    /// What the operator is called, whose receipts are taken: parking.example.
    #[arg(long, value_name = "DNS_NAME", requires = "operator")]
    operator_name: Option<OperatorName>,
    /// The operator's root key (base64url).
    // Every 64th key begins with a hyphen.
    #[arg(long, allow_hyphen_values = true, requires = "operator", value_parser = root_key)]
    root_key: Option<String>,
    /// A file with the controller's token, as `mesto admin create --role controller` shows it.
    #[arg(long, value_name = "FILE", requires = "operator")]
    token_file: Option<PathBuf>,
    /// Id of the facility.
    #[arg(long, requires = "operator")]
    facility: Option<String>,
    #[arg(long, default_value = "belgrade")]
    city: String,
    /// What time it is (RFC 3339); the operator's clock without it, by this machine's while that is
    /// away.
    #[arg(long, value_parser = moment)]
    at: Option<DateTime<Utc>>,
}

fn root_key(typed: &str) -> Result<String, String> {
    typed.parse::<RootKey>().map(|_| typed.trim().to_owned()).map_err(|why| why.to_string())
}

impl ControllerArgs {
    /// What was said of the operator this time.
    fn post(&self) -> Outcome<Option<Post>> {
        let (Some(operator), Some(operator_name), Some(root_key), Some(token_file), Some(facility)) =
            (&self.operator, &self.operator_name, &self.root_key, &self.token_file, &self.facility)
        else {
            return Ok(None);
        };
        let token = token_in(token_file, "controller")?;
        Ok(Some(Post {
            operator: operator.clone(),
            operator_name: operator_name.as_str().to_owned(),
            root_key: root_key.clone(),
            city: self.city.clone(),
            facility: facility.clone(),
            token,
        }))
    }

    /// The controller, with the operator's clock unless another moment was said.
    async fn open(&self) -> Outcome<Controller> {
        let mut controller = self.open_alone().await?;
        controller.take_clock().await?;
        Ok(controller)
    }

    /// The controller, without asking anybody once it is known.
    async fn open_alone(&self) -> Outcome<Controller> {
        let folder = Folder::open(&self.state)?;
        Controller::open(folder, self.post()?, self.at, now()).await
    }
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let garage = match self {
            Self::Places(args) => return call.ask(driver::places(args, call)),
            Self::Owed(args) => return call.ask(driver::owed(args, call)),
            Self::PayVisit(args) => return call.ask(driver::pay(args, call)),
            Self::Visits(args) => return call.ask(driver::visits(args, call)),
            Self::Garage(garage) => garage,
        };
        match garage {
            Garage::Enter { ticket, car, picture, at } => call.ask(enter(ticket, car, picture, at, call)),
            Garage::Owed { ticket, at } => call.ask(owed(ticket, at, call)),
            Garage::Paid { ticket, amount, at } => call.ask(paid(ticket, amount, at, call)),
            Garage::Exit { ticket, receipt, at } => call.ask(exit(ticket, receipt, at, call)),
            Garage::Left { ticket, at } => call.ask(tell_of(ReportedEventKind::Left, ticket, at, call)),
            Garage::Lost { ticket, entered, car, at } => call.ask(lost(ticket, entered, car, at, call)),
            Garage::Cancel { ticket, at } => call.ask(tell_of(ReportedEventKind::Cancelled, ticket, at, call)),
            Garage::Free { places, at } => call.ask(free(places, at, call)),
            Garage::Report { at } => call.ask(report(at, call)),
            Garage::List { at } => call.ask(list(at, call)),
        }
    }
}

/// What every command says beside its own: what waits, and whether the operator is away.
fn with_link(mut told: Value, controller: &Controller) -> Value {
    if let Some(told) = told.as_object_mut() {
        told.insert("waiting".to_owned(), controller.memory.waiting.len().into());
        told.insert("is_away".to_owned(), controller.away.is_some().into());
    }
    told
}

/// The same for people.
fn about_link(controller: &Controller, call: Call) -> String {
    match (&controller.away, controller.memory.waiting.len()) {
        (None, 0) => String::new(),
        (None, 1) => call.style.paint(Tone::Warn, "1 event waits to be told.") + "\n",
        (None, waiting) => call.style.paint(Tone::Warn, &format!("{waiting} events wait to be told.")) + "\n",
        (Some(why), waiting) => {
            let waiting = waiting_events(waiting);
            let said = format!("The operator is away ({why}): {waiting}; `mesto garage report` tells what waits.");
            call.style.paint(Tone::Warn, &said) + "\n"
        }
    }
}

fn waiting_events(waiting: usize) -> String {
    if waiting == 1 { "1 event waits".to_owned() } else { format!("{waiting} events wait") }
}

/// Keeps what happened and tells it. That it was not taken is an error, once everything is kept and
/// said.
async fn tell(controller: &mut Controller, event: ReportedEvent) -> Outcome<Option<CliError>> {
    controller.happened(event.clone())?;
    let not_taken = match controller.tell().await {
        Ok(not_taken) => not_taken,
        Err(refused) => return Ok(Some(refused)),
    };
    let own = not_taken.into_iter().find(|one| one.event == event);
    Ok(own.map(|one| CliError::new(Exit::Refused, &one.code, one.detail)))
}

fn ended(refused: Option<CliError>, told: &Value) -> Outcome<()> {
    match refused {
        None => Ok(()),
        Some(refused) => Err(refused.about("event", told)),
    }
}

async fn enter(
    ticket: Option<String>,
    car: CarArgs,
    picture: Option<PathBuf>,
    at: ControllerArgs,
    call: Call,
) -> Outcome<()> {
    let mut controller = at.open().await?;
    let ticket = match ticket {
        Some(typed) => controller.ticket(&typed)?,
        None => controller.print()?,
    };
    if let Some(inside) = controller.memory.car(&ticket) {
        let since = show::moment(&controller, inside.entered_at);
        let text = format!("a car is inside with the ticket {ticket} since {since}");
        return Err(CliError::new(Exit::Refused, "ticket_in_use", text).advise("Print another one."));
    }
    if let Some(file) = &picture {
        barcode::to_file(&ticket, file)?;
    }
    let event = ReportedEvent {
        at: controller.now(),
        ticket: ticket.clone(),
        kind: ReportedEventKind::Entered,
        is_disabled: car.disabled.then_some(true),
        places: car.places,
        amount: None,
    };
    let drawn = drawn(&ticket, call)?;
    let entered_at = event.at;
    let refused = tell(&mut controller, event).await?;
    let told = json!({ "ticket": ticket, "entered_at": entered_at, "picture": picture });
    let told = with_link(told, &controller);
    if refused.is_none() || !call.style.json {
        call.say(&told, || {
            let since = show::moment(&controller, entered_at);
            format!("{drawn}\n{ticket}\nin since {since}\n{}", about_link(&controller, call))
        });
    }
    ended(refused, &told)
}

/// A ticket's bar code, where the window is wide enough.
fn drawn(ticket: &str, call: Call) -> Outcome<String> {
    if call.style.json {
        return Ok(String::new());
    }
    let drawn = barcode::in_terminal(ticket, call.style)?;
    Ok(match output::fits(&drawn, output::terminal_width()) {
        Ok(()) => drawn,
        Err(columns) => format!("(the bar code takes {columns} columns; --picture writes it into a file)\n"),
    })
}

async fn owed(ticket: String, at: ControllerArgs, call: Call) -> Outcome<()> {
    let mut controller = at.open().await?;
    let ticket = controller.ticket(&ticket)?;
    controller.tell().await?;
    let told = match controller.ask_owed(&ticket).await? {
        Some(owed) => show::Owed::told(owed),
        None => {
            controller.not_gone(&ticket)?;
            let alone = controller.memory.car(&ticket).filter(|_| controller.memory.settled(&ticket).is_none());
            let Some(car) = alone else {
                let text = format!("what {ticket} owes is not known here, and the operator is away");
                return Err(CliError::new(Exit::Offline, "offline", text)
                    .advise("Ask the driver for the receipt in his app: `mesto garage exit TICKET --receipt CODE`."));
            };
            let price = controller.owed(car, controller.now());
            let price = price.map_err(|why| CliError::new(Exit::Refused, why.code(), why.to_string()))?;
            show::Owed::reckoned(car, price)
        }
    };
    let json = with_link(serde_json::to_value(&told).unwrap_or_default(), &controller);
    call.say(&json, || format!("{}{}", told.text(&controller, call), about_link(&controller, call)));
    Ok(())
}

/// Something that happened to a ticket.
async fn tell_of(kind: ReportedEventKind, ticket: String, at: ControllerArgs, call: Call) -> Outcome<()> {
    let mut controller = at.open().await?;
    let ticket = controller.ticket(&ticket)?;
    let now = controller.now();
    let at = if kind == ReportedEventKind::Left { controller.memory.left_at(&ticket, now) } else { now };
    let event = ReportedEvent { at, ticket, kind, is_disabled: None, places: None, amount: None };
    told(&mut controller, event, call).await
}

async fn paid(ticket: String, amount: Option<String>, at: ControllerArgs, call: Call) -> Outcome<()> {
    let mut controller = at.open().await?;
    let ticket = controller.ticket(&ticket)?;
    let currency = controller.city.currency;
    let amount = amount.map(|typed| {
        let read =
            Money::parse(&typed, currency).ok().filter(|money| money.amount.is_sign_positive() && !money.is_zero());
        read.ok_or_else(|| {
            CliError::new(Exit::Usage, "amount_wrong", format!("{typed} is no amount in {currency} above zero"))
                .advise("Say what was taken: --amount 150.00; leave it out for what is owed.")
        })
    });
    let (at, amount) = (controller.now(), amount.transpose()?);
    let kind = ReportedEventKind::PaidOnSite;
    told(&mut controller, ReportedEvent { at, ticket, kind, is_disabled: None, places: None, amount }, call).await
}

async fn told(controller: &mut Controller, event: ReportedEvent, call: Call) -> Outcome<()> {
    let refused = tell(controller, event.clone()).await?;
    let told = with_link(json!({ "ticket": event.ticket, "kind": event.kind, "at": event.at }), controller);
    if refused.is_none() {
        call.say(&told, || {
            let said = match &event.kind {
                ReportedEventKind::PaidOnSite => "is paid at the place",
                ReportedEventKind::Left => "has left",
                ReportedEventKind::Cancelled => "never was: its entry was a mistake",
                ReportedEventKind::Lost => "counts as lost",
                ReportedEventKind::Entered | ReportedEventKind::Other(_) => "came in",
            };
            format!(
                "{} {said} ({}).\n{}",
                event.ticket,
                show::moment(controller, event.at),
                about_link(controller, call)
            )
        });
    }
    ended(refused, &told)
}

async fn exit(ticket: String, receipt: Option<String>, at: ControllerArgs, call: Call) -> Outcome<()> {
    let mut controller = if receipt.is_some() { at.open_alone().await? } else { at.open().await? };
    let ticket = controller.ticket(&ticket)?;
    let mut until = None;
    let because = match receipt {
        Some(code) => {
            until = Some(controller.opens_by_receipt(&ticket, &code)?.ends_at);
            Because::Receipt
        }
        None => {
            controller.tell().await?;
            match controller.ask_exit(&ticket).await? {
                Some(_) => Because::Operator,
                None => {
                    let because = controller.opens_alone(&ticket)?;
                    until = controller.memory.settled(&ticket).and_then(|settled| settled.owes_again_at);
                    because
                }
            }
        }
    };
    let opened_at = controller.now();
    controller.memory.opened(&ticket, opened_at);
    controller.keep()?;
    let told = json!({ "open": true, "ticket": ticket, "because": because, "until": until });
    let told = with_link(told, &controller);
    call.say(&told, || {
        let why = match because {
            Because::Operator => "nothing is owed",
            Because::Settled => "it was paid in the app",
            Because::Receipt => "the receipt is genuine",
            Because::Reckoned => "nothing is owed by the prices that are kept here",
        };
        let open = call.style.paint(Tone::Good, "Open:");
        let until = until.map(|until| format!(" until {}", show::moment(&controller, until))).unwrap_or_default();
        format!("{open} {ticket}, {why}{until}.\n{}", about_link(&controller, call))
    });
    Ok(())
}

async fn lost(
    ticket: Option<String>,
    entered: Option<DateTime<Utc>>,
    car: CarArgs,
    at: ControllerArgs,
    call: Call,
) -> Outcome<()> {
    let mut controller = at.open().await?;
    let ticket = match &ticket {
        Some(typed) => controller.ticket(typed)?,
        None => controller.print()?,
    };
    let known = controller.memory.car(&ticket).map(|car| car.entered_at);
    let Some(entered_at) = known.or(entered) else {
        let text = format!("when the car with the ticket {ticket} came in is not known here");
        return Err(CliError::new(Exit::Usage, "entry_unknown", text)
            .advise("Say it as the inventory book has it: --entered 2025-09-03T08:00:00Z."));
    };
    let event = ReportedEvent {
        at: entered_at,
        ticket,
        kind: ReportedEventKind::Lost,
        is_disabled: car.disabled.then_some(true),
        places: car.places,
        amount: None,
    };
    told(&mut controller, event, call).await
}

async fn free(places: u32, at: ControllerArgs, call: Call) -> Outcome<()> {
    let mut controller = at.open().await?;
    let at = controller.now();
    if let Some(capacity) = controller.facility()?.capacity.known().filter(|capacity| places > **capacity) {
        let text = format!("{places} places cannot be free: there are {capacity}");
        return Err(CliError::new(Exit::Refused, "out_of_range", text).advise("Count again."));
    }
    controller.memory.free = Some(ReportedPlaces { free: places, at });
    controller.keep()?;
    controller.tell().await?;
    let told = with_link(json!({ "free": places, "at": at }), &controller);
    call.say(&told, || format!("{places} places are free.\n{}", about_link(&controller, call)));
    Ok(())
}

async fn report(at: ControllerArgs, call: Call) -> Outcome<()> {
    let mut controller = at.open().await?;
    let waited = controller.memory.waiting.len();
    let not_taken = controller.tell().await?;
    if let Some(why) = controller.away.clone() {
        let waiting = controller.memory.waiting.len();
        return Err(CliError::new(Exit::Offline, "offline", format!("the operator is away: {why}"))
            .about("waiting", &waiting)
            .advise(format!("{}; `mesto garage report` tells it later.", waiting_events(waiting))));
    }
    let told = json!({
        "told": waited.saturating_sub(controller.memory.waiting.len()), "told_again": controller.told_again,
        "clock_differs_seconds": controller.clock_differs_seconds,
        "refused": not_taken, "settled": controller.memory.settled,
    });
    let told = with_link(told, &controller);
    let error = not_taken.first().map(|one| {
        let text = match not_taken.len() {
            1 => one.detail.clone(),
            count => format!("{count} events were not taken; the first: {}", one.detail),
        };
        CliError::new(Exit::Refused, &one.code, text)
    });
    if let Some(error) = error.clone().filter(|_| call.style.json) {
        let error = error.about("event", &not_taken.first().map(|one| &one.event)).about("report", &told);
        return Err(error);
    }
    call.say(&told, || {
        let mut said = match waited.saturating_sub(controller.memory.waiting.len()) {
            1 => "1 event was told.\n".to_owned(),
            told => format!("{told} events were told.\n"),
        };
        let mut warn = |line: String| said.push_str(&(call.style.paint(Tone::Warn, &line) + "\n"));
        if controller.told_again > 0 {
            warn(format!(
                "The operator's books were put back from a copy: {} events were told again.",
                controller.told_again
            ));
        }
        if let Some(seconds) = controller.clock_differs_seconds {
            warn(format!("This clock is {seconds} seconds ahead of the operator's (below zero: behind): set it."));
        }
        for one in &not_taken {
            let line = format!("not taken: {} {}: {}", one.event.ticket, one.event.kind, one.detail);
            warn(line);
        }
        said + &show::settled_table(&controller)
    });
    error.map_or(Ok(()), Err)
}

async fn list(at: ControllerArgs, call: Call) -> Outcome<()> {
    let controller = at.open_alone().await?;
    let memory = &controller.memory;
    let told = json!({
        "facility": memory.post.facility, "city": memory.post.city, "inside": memory.inside, "settled": memory.settled,
        "events": memory.waiting, "refused": memory.refused, "free": memory.free,
    });
    call.say(&told, || show::list_text(&controller));
    Ok(())
}

/// What the code of an exit receipt says.
fn receipt_says(claims: &Claims<Unread>) -> Result<CodeSays, CodeError> {
    let ReceiptClaims { id, what, .. } = claims.read()?;
    let json = json!({
        "city": what.city, "facility": what.facility, "ticket": what.ticket, "exit_by": what.exit_by,
        "amount": what.amount.minor().ok(), "currency": what.amount.currency,
    });
    let text = format!("{} paid for the ticket {} at {} ({})", what.amount, what.ticket, what.facility, what.city);
    Ok(CodeSays { id: id.to_string(), what: json, text })
}
