//! `mesto conductor`: the terminal of a conductor or a driver (AV-16). It sells tickets of paper
//! and for luggage for cash, also while the operator is away; what was sold waits in its folder
//! until the operator has it.

use std::path::PathBuf;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use clap::{Args, Subcommand};
use mesto_operator::{Entropy as _, SystemEntropy};
use mesto_protocol::base::public::{CLOCK, Clock};
use mesto_protocol::control::registrations::{
    REGISTRATIONS_MOST, RegistrationsTold, ShownKind, TELL, ToldRegistration, ToldRegistrations,
};
use mesto_protocol::rides::riders::RideChannel;
use mesto_protocol::rides::vehicles::{FLEET, Fleet};
use mesto_rules::Money;
use mesto_rules::money::Currency;
use rusqlite::{Connection, OptionalExtension as _, params};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::base::operator::now;
use crate::control::store::{as_text, as_value, broken, own_folder};
use crate::kernel::args::{moment, web_address};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::link::{Link, NoAnswer, token_in};
use crate::kernel::output::{Tone, table};

const FILE: &str = "conductor.db";
/// What was told is kept so long, to be shown.
const KEPT: TimeDelta = TimeDelta::days(7);
const TENGE: &str = "KZT";
/// Letters of a terminal's own name, which its tickets begin with.
const NAME: usize = 8;
/// Digits and letters that are not taken for one another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Most persons on a ticket that a terminal without a city's data sells.
const PERSONS_MOST: u32 = 100;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sold (
  number INTEGER PRIMARY KEY AUTOINCREMENT, sold_at INTEGER NOT NULL, state TEXT NOT NULL, why TEXT, said TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sold_waiting ON sold (state, number);
";

#[derive(Debug, Subcommand)]
pub enum Conductor {
    /// Sell a ticket of paper, for cash.
    Ticket {
        /// How many ride on it.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(PERSONS_MOST)))]
        persons: u32,
        /// What was paid; without it the fare of the city is.
        #[arg(long, value_parser = amount)]
        price: Option<Decimal>,
        /// Nothing is paid: a zero fare, registered all the same.
        #[arg(long, conflicts_with = "price")]
        free: bool,
        /// Why it is free or costs less: a category of the city.
        #[arg(long)]
        category: Option<String>,
        #[command(flatten)]
        at: TerminalArgs,
    },
    /// Sell a ticket for luggage, for cash.
    Luggage {
        /// What was paid.
        #[arg(long, value_parser = amount)]
        price: Decimal,
        #[command(flatten)]
        at: TerminalArgs,
    },
    /// Take a ticket back that this terminal sold.
    Void {
        /// Its number.
        ticket: String,
        #[command(flatten)]
        at: TerminalArgs,
    },
    /// What the operator knows of the vehicle: its trip, or that it is not known.
    Trip {
        #[command(flatten)]
        at: TerminalArgs,
    },
    /// Tell what waits.
    Upload {
        #[command(flatten)]
        at: TerminalArgs,
    },
    /// What was sold in the last days, what of it waits, the cash that is to be handed in.
    List {
        #[command(flatten)]
        at: TerminalArgs,
    },
}

/// Whose terminal it is. What is said once is remembered in the folder.
#[derive(Debug, Args)]
pub struct TerminalArgs {
    /// Folder of this terminal.
    #[arg(long, default_value = ".mesto-conductor")]
    state: PathBuf,
    /// Address of the operator.
    #[arg(long, value_parser = web_address, requires = "token_file")]
    operator: Option<String>,
    /// A file with the terminal's token, as `mesto admin create --role terminal` shows it.
    #[arg(long, value_name = "FILE", requires = "operator")]
    token_file: Option<PathBuf>,
    /// The city.
    #[arg(long)]
    city: Option<String>,
    /// What is paid in, KZT unless it is said.
    #[arg(long)]
    currency: Option<Currency>,
    /// The number that is painted on the vehicle, or the name of a turnstile.
    #[arg(long)]
    board: Option<String>,
    /// What this machine's clock says (RFC 3339).
    #[arg(long, value_parser = moment)]
    at: Option<DateTime<Utc>>,
    /// Ask nobody: what is sold waits.
    #[arg(long)]
    offline: bool,
}

fn amount(typed: &str) -> Result<Decimal, String> {
    let amount: Decimal =
        mesto_rules::money::exact(typed.trim()).map_err(|_| "give an amount such as 120".to_owned())?;
    if amount < Decimal::ZERO { Err("a price is not below zero".to_owned()) } else { Ok(amount) }
}

/// What is remembered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Post {
    operator: Option<String>,
    token: String,
    city: String,
    board: String,
    currency: Option<Currency>,
    /// The terminal's own name.
    name: String,
    /// By how much the operator's clock is ahead, milliseconds.
    ahead: i64,
}

/// What became of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Waiting,
    Told,
    /// The operator does not take it.
    Refused,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Told => "told",
            Self::Refused => "refused",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "told" => Self::Told,
            "refused" => Self::Refused,
            _ => Self::Waiting,
        }
    }
}

/// A ticket that was sold.
struct Sold {
    number: i64,
    state: State,
    why: Option<String>,
    said: ToldRegistration,
}

struct Terminal {
    store: Connection,
    post: Post,
    machine: DateTime<Utc>,
    is_offline: bool,
    away: Option<String>,
}

fn usage(code: &str, text: &str, advice: &str) -> CliError {
    CliError::new(Exit::Usage, code, text).advise(advice)
}

fn name() -> String {
    let mut bytes = [0_u8; NAME];
    SystemEntropy.fill(&mut bytes);
    bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32))).map(|letter| char::from(*letter)).collect()
}

impl TerminalArgs {
    fn open(&self) -> Outcome<Terminal> {
        own_folder(&self.state)?;
        let store = Connection::open(self.state.join(FILE)).map_err(|why| broken(&why))?;
        store.execute_batch(SCHEMA).map_err(|why| broken(&why))?;
        let known: Option<String> = store
            .query_row("SELECT said FROM kept WHERE name = 'post'", [], |row| row.get(0))
            .optional()
            .map_err(|why| broken(&why))?;
        let mut post: Post = known.map(|said| as_value(&said)).transpose()?.unwrap_or_default();
        if let (Some(operator), Some(file)) = (&self.operator, &self.token_file) {
            post.token = token_in(file, "terminal")?;
            post.operator = Some(operator.clone());
        }
        if let Some(city) = &self.city {
            if !post.city.is_empty() && post.city != *city {
                return Err(usage(
                    "state_of_another_terminal",
                    "this folder belongs to a terminal of another city",
                    "Give another folder with --state.",
                ));
            }
            post.city.clone_from(city);
        }
        if post.city.is_empty() {
            "almaty".clone_into(&mut post.city);
        }
        if let Some(board) = &self.board {
            post.board = board.trim().to_owned();
        }
        if post.board.is_empty() {
            let text = "this terminal does not know its vehicle yet";
            return Err(usage("ride_vehicle_unknown", text, "Give --board once: the number painted on the vehicle."));
        }
        post.currency = self.currency.or(post.currency);
        if post.name.is_empty() {
            post.name = name();
        }
        let terminal =
            Terminal { store, post, machine: self.at.unwrap_or_else(now), is_offline: self.offline, away: None };
        terminal.keep()?;
        Ok(terminal)
    }
}

impl Terminal {
    fn keep(&self) -> Outcome<()> {
        let sql = "INSERT OR REPLACE INTO kept (name, said) VALUES ('post', ?1)";
        self.store.execute(sql, [as_text(&self.post)?]).map(drop).map_err(|why| broken(&why))
    }

    /// Now by the operator's clock, as far as it was heard.
    fn now(&self) -> DateTime<Utc> {
        (self.machine + TimeDelta::milliseconds(self.post.ahead)).trunc_subsecs(3)
    }

    fn link(&self) -> Outcome<Link<'_>> {
        let Some(operator) = &self.post.operator else {
            let text = "this terminal does not know its operator yet";
            return Err(usage("operator_unknown", text, "Give --operator and --token-file once."));
        };
        Ok(Link { operator, token: &self.post.token })
    }

    /// An answer, or nothing where the operator is away.
    fn heard<T>(&mut self, answer: Result<T, NoAnswer>) -> Outcome<Option<T>> {
        match answer {
            Ok(heard) => Ok(Some(heard)),
            Err(NoAnswer::Away(why)) => {
                self.away = Some(why);
                Ok(None)
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// Compares the clocks, before something is sold.
    async fn take_clock(&mut self) -> Outcome<()> {
        if self.is_offline || self.post.operator.is_none() {
            return Ok(());
        }
        let answer = self.link()?.get::<Clock>(CLOCK.path).await;
        if let Some(Clock { now }) = self.heard(answer)? {
            self.post.ahead = (now - self.machine).num_milliseconds();
            self.keep()?;
        }
        Ok(())
    }

    /// Writes a ticket down; its number is known with it.
    fn sell(&self, mut said: ToldRegistration) -> Outcome<ToldRegistration> {
        let tx = self.store.unchecked_transaction().map_err(|why| broken(&why))?;
        let at = said.registered_at.timestamp_millis();
        let insert = "INSERT INTO sold (sold_at, state, said) VALUES (?1, 'waiting', '')";
        tx.execute(insert, [at]).map_err(|why| broken(&why))?;
        let number = tx.last_insert_rowid();
        said.code = format!("{}{number:06}", self.post.name);
        tx.execute("UPDATE sold SET said = ?2 WHERE number = ?1", params![number, as_text(&said)?])
            .map_err(|why| broken(&why))?;
        let old = (self.now() - KEPT).timestamp_millis();
        tx.execute("DELETE FROM sold WHERE state = 'told' AND sold_at < ?1", [old]).map_err(|why| broken(&why))?;
        tx.commit().map_err(|why| broken(&why))?;
        Ok(said)
    }

    fn sold(&self, only: Option<State>, most: usize) -> Outcome<Vec<Sold>> {
        let sql = "SELECT number, state, why, said FROM sold WHERE ?1 IS NULL OR state = ?1 ORDER BY number LIMIT ?2";
        let mut asked = self.store.prepare_cached(sql).map_err(|why| broken(&why))?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = asked
            .query_map(params![only.map(State::word), most], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get::<_, String>(3)?))
            })
            .map_err(|why| broken(&why))?;
        let mut all = Vec::new();
        for row in rows {
            let (number, state, why, said) = row.map_err(|why| broken(&why))?;
            all.push(Sold { number, state: State::of(&state), why, said: as_value(&said)? });
        }
        Ok(all)
    }

    fn mark(&self, sold: &Sold, state: State, why: Option<&str>) -> Outcome<()> {
        // What was taken back meanwhile waits again.
        let sql = "UPDATE sold SET state = ?2, why = ?3 WHERE number = ?1 AND said = ?4";
        let values = params![sold.number, state.word(), why, as_text(&sold.said)?];
        self.store.execute(sql, values).map(drop).map_err(|why| broken(&why))
    }

    async fn told(&mut self, sold: &[Sold]) -> Result<RegistrationsTold, NoAnswer> {
        let registrations = sold.iter().map(|one| one.said.clone()).collect();
        let told = ToldRegistrations { city: self.post.city.clone(), registrations, complete: Vec::new() };
        match self.link() {
            Ok(link) => link.post(TELL.path, &told).await,
            Err(_) => Err(NoAnswer::Away("this terminal does not know its operator yet".to_owned())),
        }
    }

    /// Tells what waits. One ticket that is refused keeps no other back.
    async fn upload(&mut self) -> Outcome<()> {
        if self.is_offline {
            return Ok(());
        }
        loop {
            let waiting = self.sold(Some(State::Waiting), REGISTRATIONS_MOST)?;
            if waiting.is_empty() {
                return Ok(());
            }
            let answer = self.told(&waiting).await;
            let Some(heard) = self.heard(answer)? else { return Ok(()) };
            for (index, sold) in (0_u32..).zip(&waiting) {
                match heard.refused.iter().find(|one| one.index == index) {
                    Some(refused) => self.mark(sold, State::Refused, Some(&refused.detail))?,
                    None => self.mark(sold, State::Told, None)?,
                }
            }
        }
    }

    fn counted(&self) -> Outcome<(usize, usize)> {
        let all = self.sold(None, usize::MAX)?;
        let of = |state| all.iter().filter(|one| one.state == state).count();
        Ok((of(State::Waiting), of(State::Refused)))
    }

    /// What is said after everything that tells.
    fn rest(&self, call: Call) -> Outcome<String> {
        let (waiting, refused) = self.counted()?;
        let mut text = String::new();
        if let Some(why) = &self.away {
            text.push_str(&format!("\nthe operator is away: {why}"));
        }
        if waiting > 0 {
            text.push_str(&format!("\n{waiting} wait to be told"));
        }
        if refused > 0 {
            let said = format!("{refused} were refused: `mesto conductor list` says why");
            text.push_str(&format!("\n{}", call.style.paint(Tone::Bad, &said)));
        }
        Ok(text)
    }

    fn with_rest(&self, mut told: serde_json::Value) -> Outcome<serde_json::Value> {
        let (waiting, refused) = self.counted()?;
        if let Some(told) = told.as_object_mut() {
            told.insert("waiting".to_owned(), waiting.into());
            told.insert("refused".to_owned(), refused.into());
            told.insert("is_away".to_owned(), self.away.is_some().into());
        }
        Ok(told)
    }
}

impl Conductor {
    pub fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Ticket { persons, price, free, category, at } => {
                let asked = Asked { kind: ShownKind::Paper, persons, price, is_free: free, category };
                call.ask(sell(at, asked, call))
            }
            Self::Luggage { price, at } => {
                let asked =
                    Asked { kind: ShownKind::Luggage, persons: 1, price: Some(price), is_free: false, category: None };
                call.ask(sell(at, asked, call))
            }
            Self::Void { ticket, at } => call.ask(void(at, ticket, call)),
            Self::Trip { at } => call.ask(trip(at, call)),
            Self::Upload { at } => call.ask(upload(at, call)),
            Self::List { at } => list(&at, call),
        }
    }
}

/// What is sold.
struct Asked {
    kind: ShownKind,
    persons: u32,
    price: Option<Decimal>,
    is_free: bool,
    category: Option<String>,
}

async fn sell(at: TerminalArgs, asked: Asked, call: Call) -> Outcome<()> {
    let mut terminal = at.open()?;
    terminal.take_clock().await?;
    let Asked { kind, persons, price, is_free, category } = asked;
    let currency = match terminal.post.currency {
        Some(currency) => currency,
        None => TENGE.parse().map_err(|why| CliError::failed("the currency", why))?,
    };
    let price = price.map(|price| Money::new(price, currency)).transpose();
    let price = price.map_err(|why| CliError::new(Exit::Usage, "amount_invalid", why.to_string()))?;
    let sold = terminal.sell(ToldRegistration {
        kind,
        code: String::new(),
        channel: RideChannel::Cash,
        vehicle: terminal.post.board.clone(),
        persons,
        registered_at: terminal.now(),
        is_free,
        is_void: false,
        category,
        price,
    })?;
    terminal.upload().await?;
    let json = json!({ "ticket": sold.code, "vehicle": sold.vehicle, "persons": sold.persons, "registered_at": sold.registered_at, "price": sold.price });
    let rest = terminal.rest(call)?;
    call.say(&terminal.with_rest(json)?, || {
        let paid = match sold.price {
            _ if sold.is_free => "free".to_owned(),
            Some(price) => price.to_string(),
            None => "the city's fare".to_owned(),
        };
        format!("{} {}: {paid}, persons: {}{rest}", call.style.paint(Tone::Good, "Sold"), sold.code, sold.persons)
    });
    Ok(())
}

async fn void(at: TerminalArgs, ticket: String, call: Call) -> Outcome<()> {
    let mut terminal = at.open()?;
    let typed = mesto_rules::control::printed_code(&ticket).unwrap_or_default();
    let found = terminal.sold(None, usize::MAX)?.into_iter().find(|one| one.said.code == typed);
    let Some(mut found) = found else {
        let text = "this terminal sold no ticket of this number in the last days";
        return Err(CliError::new(Exit::Refused, "ticket_unknown", text).advise("`mesto conductor list` shows them."));
    };
    if !found.said.is_void {
        found.said.is_void = true;
        let sql = "UPDATE sold SET said = ?2, state = 'waiting', why = NULL WHERE number = ?1";
        terminal.store.execute(sql, params![found.number, as_text(&found.said)?]).map_err(|why| broken(&why))?;
    }
    terminal.upload().await?;
    let rest = terminal.rest(call)?;
    let json = terminal.with_rest(json!({ "ticket": typed, "is_void": true }))?;
    call.say(&json, || format!("{} {typed}{rest}", call.style.paint(Tone::Good, "Taken back")));
    Ok(())
}

async fn trip(at: TerminalArgs, call: Call) -> Outcome<()> {
    let terminal = at.open()?;
    let target = FLEET.target(&[], &[("city", terminal.post.city.as_str())]);
    let fleet: Fleet = terminal.link()?.get(&target).await?;
    let board = &terminal.post.board;
    let Some(vehicle) = fleet.vehicles.into_iter().find(|one| one.board.as_str() == board) else {
        let text = format!("no vehicle {board} was told");
        return Err(CliError::new(Exit::Refused, "ride_vehicle_unknown", text)
            .advise("Look at --board, or tell the dispatcher."));
    };
    let json = json!({ "vehicle": vehicle.board, "is_in_service": vehicle.is_in_service, "trip": vehicle.trip });
    call.say(&json, || match &vehicle.trip {
        Some(trip) => format!("{board}: route {}, direction {}", trip.route, trip.direction),
        None => format!("{board}: its trip is not known; tickets are sold without one"),
    });
    Ok(())
}

async fn upload(at: TerminalArgs, call: Call) -> Outcome<()> {
    let mut terminal = at.open()?;
    terminal.link()?;
    terminal.take_clock().await?;
    terminal.upload().await?;
    if let Some(why) = terminal.away {
        return Err(NoAnswer::Away(why).into());
    }
    let rest = terminal.rest(call)?;
    let json = terminal.with_rest(json!({}))?;
    call.say(&json, || format!("{}{rest}", call.style.paint(Tone::Good, "Told")));
    Ok(())
}

fn list(at: &TerminalArgs, call: Call) -> Outcome<()> {
    let terminal = at.open()?;
    let all = terminal.sold(None, usize::MAX)?;
    let cash = all.iter().filter(|one| !one.said.is_void).filter_map(|one| one.said.price);
    let mut total = Decimal::ZERO;
    for price in cash {
        total = total.saturating_add(price.amount);
    }
    let json = |one: &Sold| {
        json!({
            "ticket": one.said.code, "kind": one.said.kind, "vehicle": one.said.vehicle,
            "persons": one.said.persons, "registered_at": one.said.registered_at, "price": one.said.price,
            "is_free": one.said.is_free, "is_void": one.said.is_void, "state": one.state, "why": one.why,
        })
    };
    let tickets: Vec<_> = all.iter().map(json).collect();
    call.say(&json!({ "tickets": tickets, "cash_said": total }), || {
        let rows: Vec<_> = all.iter().map(row).collect();
        let told = table(&["at", "ticket", "kind", "vehicle", "persons", "paid", "state"], &rows);
        format!("{told}\ncash of tickets whose price was said: {total}")
    });
    Ok(())
}

fn row(one: &Sold) -> Vec<String> {
    let said = &one.said;
    let paid = match said.price {
        _ if said.is_void => "taken back".to_owned(),
        _ if said.is_free => "free".to_owned(),
        Some(price) => price.to_string(),
        None => "the city's fare".to_owned(),
    };
    let state = one.why.as_ref().map_or_else(|| one.state.word().to_owned(), |why| format!("refused: {why}"));
    vec![
        said.registered_at.to_rfc3339(),
        said.code.clone(),
        said.kind.to_string(),
        said.vehicle.clone(),
        said.persons.to_string(),
        paid,
        state,
    ]
}
