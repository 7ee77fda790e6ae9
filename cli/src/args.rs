//! The command line, as clap reads it.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use mesto_client::Locale;
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_protocol::kernel::return_address::Allowed;
use rust_decimal::Decimal;

const EXIT_CODES: &str = "\
Exit codes:
  0  done                          5  not confirmed yet: `mesto settle` asks again
  1  something else failed         6  a file, a key or a city is not right
  2  the command line is wrong     7  nobody is signed in
  3  refused, with the reason      130  interrupted (Ctrl-C)
  4  the operator was not reached

Without a command a day in Belgrade is played on this machine: operator and bank on loopback, a virtual clock, the same core as the apps.";

/// Parking and transit of a city, from a terminal.
#[derive(Debug, Parser)]
#[command(name = "mesto", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// One JSON document on standard output instead of text; errors too.
    #[arg(long, global = true)]
    pub json: bool,
    /// When to colour the text.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, alias = "color")]
    pub colour: Colour,
    /// The demo only: leave operator, bank and control running, and say where they are.
    #[arg(long)]
    pub keep: bool,
    /// The language of texts: en or sr-Latn.
    #[arg(long, global = true, default_value = "en", value_parser = language)]
    pub language: Locale,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run an operator.
    Serve(ServeArgs),
    /// Run an operator, a bank and a control address on loopback, on a clock that moves by command.
    Testbed(TestbedArgs),
    /// Sign in with a phone number: once for a code, once with it.
    SignIn(SignInArgs),
    /// Vehicles of the account: list, add, remove.
    Vehicles(VehiclesArgs),
    /// Zones near a position, or the zone of a sign.
    Zones(ZonesArgs),
    /// What parking would cost, line by line.
    Quote(QuoteArgs),
    /// Buy parking time.
    Park(QuoteArgs),
    /// Buy more time for a running ticket.
    Extend(ExtendArgs),
    /// Tickets: the running ones, and the code of one for an inspector.
    Tickets(TicketsArgs),
    /// Top the deposit up on the bank's page.
    Topup(TopupArgs),
    /// What was bought, and what consumed the deposit.
    History(HistoryArgs),
    /// Daily orders: list, or pay one.
    Orders(OrdersArgs),
    /// Ask the operator about everything that is not confirmed yet.
    Settle(PhoneArgs),
    /// Give up what is not confirmed yet: at the bank too, where what is still paid is paid back.
    Abandon(AbandonArgs),
    /// Signing keys of an operator.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// An operator's own tools.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// City documents.
    City {
        #[command(subcommand)]
        command: CityCommand,
    },
}

/// Where an operator keeps its books.
#[derive(Debug, Args, Clone)]
pub struct StoreArgs {
    /// The SQLite file of the operator; `mesto.sqlite` when no database is named.
    #[arg(long, value_name = "FILE", conflicts_with = "database_url")]
    pub database: Option<PathBuf>,
    /// A Postgres database instead: postgres://user@host/name, also read from DATABASE_URL. Its password stands better in the file of
    /// PGPASSFILE than here.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Reach Postgres over TLS, its certificate signed by an authority in this file (PEM) and for the host of the address.
    #[arg(long, value_name = "FILE")]
    pub database_ca: Option<PathBuf>,
    /// Folder of the signing keys (`mesto keys init` makes it).
    #[arg(long, default_value = "keys")]
    pub keys: PathBuf,
    /// Folder with one folder per city; without it the cities built in.
    #[arg(long)]
    pub cities: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_parser = listen)]
    pub listen: std::net::SocketAddr,
    #[command(flatten)]
    pub store: StoreArgs,
    /// At most so many connections to Postgres: commits that wait for the disk together share one flush, so more of them sell more. All
    /// instances together need fewer than the server's max_connections.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..))]
    pub connections: u16,
    /// Address of the payment page's bank.
    #[arg(long, default_value = "http://127.0.0.1:8081", value_parser = web_address)]
    pub bank_url: String,
    /// File with the secret shared with the bank.
    #[arg(long)]
    pub bank_secret_file: PathBuf,
    /// Address under which the bank reaches this operator; without it the listening address.
    #[arg(long, value_parser = web_address)]
    pub public_url: Option<String>,
    /// What the operator is called: a DNS name of its own, in every code that its drivers show. Without it the host of --public-url. It
    /// stays for good: controllers and apps know the operator by it.
    #[arg(long, value_name = "DNS_NAME")]
    pub name: Option<OperatorName>,
    /// Where the bank's page may lead back to: your app's own scheme, or a site (https://app.example). May be given often.
    #[arg(long, default_value = "mesto", value_parser = return_to)]
    pub return_to: Vec<Allowed>,
    /// Serve the demo bank too, at --bank-url's port on loopback. Never with real money.
    #[arg(long)]
    pub with_demo_bank: bool,
}

#[derive(Debug, Args)]
pub struct TestbedArgs {
    /// The operator's port; the bank's and the control's follow. 0 takes any free ones.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Where the clock stands at first (RFC 3339).
    #[arg(long, value_parser = moment)]
    pub start: Option<DateTime<Utc>>,
    /// An empty Postgres database for the operator instead of a temporary file.
    #[arg(long)]
    pub database_url: Option<String>,
}

/// Whose phone it is, and which operator it asks.
#[derive(Debug, Args, Clone)]
pub struct PhoneArgs {
    /// Folder of this phone: database, token, device key.
    #[arg(long, default_value = ".mesto")]
    pub state: PathBuf,
    /// Address of the operator; remembered in the state folder.
    #[arg(long)]
    pub operator: Option<String>,
    /// The operator's root key (base64url); remembered in the state folder.
    // Every 64th key begins with a hyphen.
    #[arg(long, allow_hyphen_values = true)]
    pub root_key: Option<String>,
    #[arg(long, default_value = "belgrade")]
    pub city: String,
}

#[derive(Debug, Args)]
pub struct SignInArgs {
    /// International form: +381641234567.
    pub phone: String,
    /// The code from the message; without it a code is sent.
    pub code: Option<String>,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct VehiclesArgs {
    /// Add this plate.
    #[arg(long)]
    pub add: Option<String>,
    /// Remove this plate.
    #[arg(long, conflicts_with = "add")]
    pub remove: Option<String>,
    /// Remove it even while it is parked; its ticket stays and can be extended.
    #[arg(long, requires = "remove")]
    pub yes: bool,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct ZonesArgs {
    /// Latitude and longitude: 44.8125,20.4612.
    #[arg(long, allow_hyphen_values = true)]
    pub near: Option<String>,
    /// A sign's code, as typed or scanned.
    #[arg(long)]
    pub sign: Option<String>,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct QuoteArgs {
    /// Zone id (red) or sign code (9111).
    pub zone: String,
    /// How long, in minutes.
    #[arg(allow_negative_numbers = true, value_parser = minutes)]
    pub minutes: i64,
    /// Which vehicle; not needed when there is one.
    #[arg(long)]
    pub plate: Option<String>,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct ExtendArgs {
    /// How much longer, in minutes.
    #[arg(allow_negative_numbers = true, value_parser = minutes)]
    pub minutes: i64,
    /// Which ticket; not needed when one is running.
    #[arg(long)]
    pub ticket: Option<String>,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct TicketsArgs {
    /// Show the code of this running ticket (or of the only one) for an inspector.
    #[arg(long, num_args = 0..=1, default_missing_value = "")]
    pub qr: Option<String>,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct TopupArgs {
    /// How much: one of the city's deposit values.
    #[arg(allow_negative_numbers = true, value_parser = amount)]
    pub amount: Decimal,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub limit: u32,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct OrdersArgs {
    /// Pay this order from the deposit.
    #[arg(long)]
    pub pay: Option<String>,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct AbandonArgs {
    /// Its key; not needed when only one is open.
    pub intent: Option<String>,
    #[command(flatten)]
    pub at: PhoneArgs,
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make the first keys in a folder.
    Init {
        #[arg(default_value = "keys")]
        folder: PathBuf,
    },
    /// Make new keys for cities, tickets and revocations; what the old ones signed stays good.
    Rotate {
        #[arg(default_value = "keys")]
        folder: PathBuf,
    },
    /// Sign the same key set anew, so that nobody finds it too old; only needed where root.seed does not lie beside the others.
    Renew {
        #[arg(default_value = "keys")]
        folder: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make an account of staff and show its token, once.
    Create {
        /// inspector or admin.
        #[arg(long, value_enum, default_value_t = StaffRole::Admin)]
        role: StaffRole,
        /// Whose it is.
        #[arg(long, value_parser = name)]
        name: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Everybody with a role other than a driver's, with each role they hold or held.
    List {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Give an account one more role.
    Grant {
        /// The account, as `mesto admin list` or a session names it: ac_...
        account: String,
        #[arg(long, value_enum)]
        role: GrantedRole,
        /// Only in this city; everywhere without it.
        #[arg(long)]
        city: Option<String>,
        /// Not any more from this moment on (RFC 3339); for good without it.
        #[arg(long, value_parser = moment)]
        until: Option<DateTime<Utc>>,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// End a role now.
    Revoke {
        /// The role, as `mesto admin list` names it: gr_...
        grant: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Show every account of the ledger, audit it, and list what somebody has to look at.
    Ledger {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Say that the store was put back from a copy, or that a replica took over: every phone reads its account anew.
    Restored {
        #[command(flatten)]
        store: StoreArgs,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StaffRole {
    Inspector,
    Admin,
}

/// A role that an account that is there already may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GrantedRole {
    Driver,
    Inspector,
    Admin,
}

#[derive(Debug, Subcommand)]
pub enum CityCommand {
    /// Check a city's folder: every mistake with its file, field and reason.
    Check {
        /// cities/belgrade
        folder: PathBuf,
    },
    /// Show what a city says beside its prices: whom to ask, the terms, how far each value is certain and where it was read.
    Show {
        /// cities/belgrade
        folder: PathBuf,
    },
}

// What a value must be, in words that say what would be right.

fn minutes(typed: &str) -> Result<i64, String> {
    typed.trim().parse().map_err(|_| "give whole minutes as a number, such as 60".to_owned())
}

fn amount(typed: &str) -> Result<Decimal, String> {
    mesto_rules::money::exact(typed.trim()).map_err(|_| "give an amount as a number, such as 1000".to_owned())
}

fn moment(typed: &str) -> Result<DateTime<Utc>, String> {
    typed.trim().parse().map_err(|_| "give a moment with its offset, such as 2025-09-03T08:00:00Z".to_owned())
}

fn listen(typed: &str) -> Result<std::net::SocketAddr, String> {
    typed.trim().parse().map_err(|_| "give an address and a port, such as 127.0.0.1:8080".to_owned())
}

fn return_to(typed: &str) -> Result<Allowed, String> {
    typed
        .parse()
        .map_err(|_| "give the scheme of your app, such as park, or a site, such as https://app.example".to_owned())
}

fn web_address(typed: &str) -> Result<String, String> {
    let wrong = || "give a web address, such as https://park.example or http://127.0.0.1:8081".to_owned();
    let address = reqwest::Url::parse(typed.trim()).map_err(|_| wrong())?;
    let is_web = matches!(address.scheme(), "http" | "https") && address.has_host();
    if is_web { Ok(typed.trim().trim_end_matches('/').to_owned()) } else { Err(wrong()) }
}

/// Who writes a language that there is none of is told so, where a phone's language would fall back to English.
fn language(typed: &str) -> Result<Locale, String> {
    let word = typed.trim().replace('_', "-").to_lowercase();
    match word.split('-').next() {
        Some("en") => Ok(Locale::En),
        Some("sr") if !word.contains("cyrl") => Ok(Locale::SrLatn),
        _ => Err("there are texts in en and sr-Latn".to_owned()),
    }
}

fn name(typed: &str) -> Result<String, String> {
    match typed.trim() {
        "" => Err("say whose it is, such as \"Mira\"".to_owned()),
        name => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_key_and_a_latitude_may_begin_with_a_hyphen() {
        let read = |words: &[&str]| Cli::try_parse_from(words).unwrap().command;
        match read(&["mesto", "sign-in", "+381641234567", "--root-key", "-CYNZEUS", "--state", "phone"]) {
            Some(Command::SignIn(sign_in)) => assert_eq!(sign_in.at.root_key.as_deref(), Some("-CYNZEUS")),
            other => panic!("{other:?}"),
        }
        match read(&["mesto", "zones", "--near", "-34.6,-58.4"]) {
            Some(Command::Zones(zones)) => assert_eq!(zones.near.as_deref(), Some("-34.6,-58.4")),
            other => panic!("{other:?}"),
        }
    }
    #[test]
    fn what_is_wrong_with_a_value_is_said_with_what_would_be_right() {
        for (words, right) in [
            (&["quote", "red", "an hour"][..], "such as 60"),
            (&["quote", "red", "60.5"], "such as 60"),
            (&["topup", "much"], "such as 1000"),
            (&["testbed", "--start", "tomorrow"], "2025-09-03T08:00:00Z"),
            (&["serve", "--bank-secret-file", "s", "--listen", "here"], "127.0.0.1:8080"),
            (&["serve", "--bank-secret-file", "s", "--bank-url", "ftp://x"], "https://park.example"),
            (&["serve", "--bank-secret-file", "s", "--public-url", "park.example"], "https://park.example"),
            (&["admin", "create", "--name", " "], "such as"),
            (&["history", "--limit", "0"], "1..=200"),
            (&["zones", "--language", "de"], "en and sr-Latn"),
            (&["zones", "--language", "sr-Cyrl"], "en and sr-Latn"),
        ] {
            let error = Cli::try_parse_from(["mesto"].iter().chain(words)).unwrap_err().to_string();
            assert!(error.contains(right), "{words:?}: {error}");
        }
    }

    #[test]
    fn languages_are_named_as_phones_and_systems_do() {
        for (typed, locale) in
            [("en", Locale::En), ("en_US", Locale::En), ("sr-Latn", Locale::SrLatn), ("sr_Latn_RS", Locale::SrLatn)]
        {
            assert_eq!(language(typed), Ok(locale), "{typed}");
        }
    }
}
