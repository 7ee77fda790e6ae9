//! `mesto verify`: what a controller does with a code that a driver shows, offline with the
//! operator's keys and list (docs/ticket-code.md).

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_protocol::keys::{KeySet, KeySetError};
use mesto_protocol::signed_code::{
    Claims, ClockRule, CodeError, Kind, Revocations, RevocationsError, Unread, Verified, Verifier, Warning,
};
use serde_json::{Map, Value, json};

use crate::base::operator::now;
use crate::kernel::args::{RootKey, moment};
use crate::kernel::call::{Call, wait};
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::Tone;
use crate::kernel::service::{CodeSays, Commands, Run, Service};
use crate::kernel::web;

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("codes") };

/// Longest key set or list that is read, bytes.
const LONGEST: usize = 5 * 1024 * 1024;

#[derive(Debug, Subcommand)]
enum Command {
    /// Verify a code that a driver shows: offline, with the operator's keys and revocation list.
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The text of the QR: MESTO1:... `-` reads it from standard input.
    code: String,
    /// What the operator is called, whose codes are taken: parking.example.
    #[arg(long, value_name = "DNS_NAME")]
    issuer: OperatorName,
    /// The operator's root key (base64url).
    // Every 64th key begins with a hyphen.
    #[arg(long, allow_hyphen_values = true)]
    root_key: RootKey,
    /// The key set: a file, or an address such as https://parking.example/v1/keys.
    #[arg(long, value_name = "FILE|URL")]
    keys: Source,
    /// The revocation list: a file, or an address such as https://parking.example/v1/revocations.
    /// Without it a code that was ended is not found.
    #[arg(long, value_name = "FILE|URL")]
    revocations: Option<Source>,
    /// What time it is (RFC 3339); this machine's clock without it.
    #[arg(long, value_parser = moment)]
    at: Option<DateTime<Utc>>,
    /// How far the phone's clock may be from this one, seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(0..=3600))]
    skew: u32,
}

/// Where a signed text is.
#[derive(Debug, Clone)]
enum Source {
    File(PathBuf),
    Web(String),
}

impl FromStr for Source {
    type Err = std::convert::Infallible;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let is_address = typed.starts_with("https://") || typed.starts_with("http://");
        Ok(if is_address { Self::Web(typed.to_owned()) } else { Self::File(typed.into()) })
    }
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Verify(args) = self;
        verify(&args, call)
    }
}

impl Source {
    /// The signed text, as it is in the file or as `/v1` answers it.
    fn read(&self, what: &str) -> Outcome<String> {
        let bytes = match self {
            Self::File(path) => from_file(path, what)?,
            Self::Web(url) => wait(from_web(url, what))?,
        };
        let text = String::from_utf8_lossy(&bytes);
        Ok(serde_json::from_str::<String>(&text).unwrap_or_else(|_| text.trim().to_owned()))
    }
}

fn from_file(path: &Path, what: &str) -> Outcome<Vec<u8>> {
    let wrong = |why: String| {
        CliError::new(Exit::Input, "file_unreadable", format!("{} cannot be read: {why}", path.display()))
            .advise(format!("Give a file with the {what} as the operator answers it, or its address."))
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|why| wrong(why.to_string()))?;
    file.take(LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(|why| wrong(why.to_string()))?;
    if bytes.len() > LONGEST { Err(wrong(format!("it is longer than {LONGEST} bytes"))) } else { Ok(bytes) }
}

async fn from_web(url: &str, what: &str) -> Outcome<Vec<u8>> {
    let unreached = |why: &str| {
        CliError::new(Exit::Offline, "url_unreached", format!("{url} gave no {what}: {why}"))
            .advise("Keep the last one in a file and give that: codes are verified without a network.")
    };
    let client = web::client_for(url).map_err(|why| CliError::failed("TLS", why))?;
    let answer = client.get(url).send().await.map_err(|why| unreached(&why.to_string()))?;
    if !answer.status().is_success() {
        return Err(unreached(&format!("it answered {}", answer.status())));
    }
    web::body_within(answer, LONGEST).await.ok_or_else(|| unreached("its answer breaks off or has no end"))
}

fn verify(args: &VerifyArgs, call: Call) -> Outcome<()> {
    let now = args.at.unwrap_or_else(now);
    let code = match args.code.as_str() {
        "-" => {
            let read = std::io::read_to_string(std::io::stdin().take(LONGEST as u64));
            read.map_err(|why| CliError::failed("standard input", why))?
        }
        code => code.to_owned(),
    };
    let keys = KeySet::verify(&args.keys.read("key set")?, &args.root_key.0, 0).map_err(wrong_keys)?;
    let list = args.revocations.as_ref().map(|source| source.read("revocation list")).transpose()?;
    let list = list.map(|wire| Revocations::verify(&wire, &keys, now, 0)).transpose().map_err(wrong_list)?;
    let clock = ClockRule { max_skew: TimeDelta::seconds(args.skew.into()) };
    let issuer = args.issuer.as_str();
    let verifier = Verifier { issuer, keys: &keys, revocations: list.as_ref(), seen: None, clock };

    let verified = verifier.verify(code.trim(), now).map_err(|error| not_good(&error, call))?;
    let says = says(&verified.claims, call).map_err(|error| not_good(&error, call))?;
    let mut told = claims_json(&verified, Some(&says));
    told.insert("good".to_owned(), true.into());
    told.insert("verified_at".to_owned(), json!(now));
    told.insert("keys_version".to_owned(), keys.version.into());
    told.insert("revocations_version".to_owned(), json!(list.as_ref().map(|list| list.version)));
    told.insert("warnings".to_owned(), verified.warnings.iter().map(|warning| warning_json(*warning)).collect());
    call.say(&told, || {
        let good = call.style.paint(Tone::Good, "Good:");
        let mut said = format!("{good} {}\n{}", says.text, claims_text(&verified, &says.id));
        for warning in &verified.warnings {
            said.push_str(&format!("{}\n", call.style.paint(Tone::Warn, &warning_text(*warning))));
        }
        said
    });
    Ok(())
}

/// What the code says by its kind, of those that a service reads.
fn says(claims: &Claims<Unread>, call: Call) -> Result<CodeSays, CodeError> {
    let kind = Kind::of(claims.what.kind);
    let mut known = call.services.all().filter_map(|service| service.code);
    match known.find(|code| Some(code.kind) == kind) {
        Some(code) => (code.read)(claims),
        None => Err(CodeError::KindUnknown { kind: claims.what.kind }),
    }
}

/// What every code says, for machines.
fn claims_json(verified: &Verified, says: Option<&CodeSays>) -> Map<String, Value> {
    let claims = &verified.claims;
    let told = json!({
        "issuer": claims.issuer, "kind": claims.what.kind, "issue": claims.issue,
        "id": says.map_or_else(|| base16ct::lower::encode_string(&claims.id), |says| says.id.clone()),
        "bought_at": claims.bought_at, "issued_at": claims.issued_at,
        "starts_at": claims.starts_at, "ends_at": claims.ends_at,
        "is_bound": claims.device.is_some(), "shown_at": verified.shown_at, "kid": verified.kid,
        "what": says.map(|says| says.what.clone()),
    });
    match told {
        Value::Object(told) => told,
        _ => Map::new(),
    }
}

/// The same for people.
fn claims_text(verified: &Verified, id: &str) -> String {
    let Claims { issuer, starts_at, ends_at, issue, .. } = &verified.claims;
    let shown = verified.shown_at.map_or_else(
        || "bound to no phone: anybody may show it".to_owned(),
        |at| format!("shown by its phone at {}", at.format("%H:%M:%S UTC")),
    );
    format!(
        "{id}, issue {issue}, of {issuer}\nfrom {} until {}\n{shown}\n",
        starts_at.format("%Y-%m-%d %H:%M UTC"),
        ends_at.format("%Y-%m-%d %H:%M UTC"),
    )
}

fn warning_json(warning: Warning) -> Value {
    match warning {
        Warning::KeysDue { since } | Warning::RevocationsDue { since } => {
            json!({ "code": warning.code(), "since": since })
        }
        Warning::RevocationsMissing => json!({ "code": warning.code() }),
    }
}

fn warning_text(warning: Warning) -> String {
    match warning {
        Warning::KeysDue { since } => {
            format!("a newer key set was due on {}: a key may have been revoked", since.to_rfc3339())
        }
        Warning::RevocationsDue { since } => {
            format!("a newer revocation list was due on {}: the code may have been ended", since.to_rfc3339())
        }
        Warning::RevocationsMissing => "there is no revocation list: the code may have been ended".to_owned(),
    }
}

/// Why a code is not taken; where it is genuine, with what it was.
fn not_good(error: &CodeError, call: Call) -> CliError {
    let refused = CliError::new(Exit::Refused, error.code(), error.to_string());
    let refused = match error {
        CodeError::KindUnknown { .. } => {
            refused.advise("It is genuine. Update mesto, or verify it where such codes are taken.")
        }
        CodeError::MomentTooOld { .. } | CodeError::MomentInFuture { .. } => refused
            .advise("Let the driver open the ticket on the phone, scan it anew, and compare this machine's clock."),
        CodeError::Reissued { .. } => refused.advise("Let the driver show it on the phone that he uses now."),
        CodeError::OtherIssuer { .. } => refused.advise("Compare --issuer with what `mesto serve` says of its name."),
        _ => refused,
    };
    match error.genuine() {
        Some(code) => {
            let says = says(&code.claims, call).ok();
            refused.about("code", &claims_json(code, says.as_ref()))
        }
        None => refused,
    }
}

fn wrong_keys(error: KeySetError) -> CliError {
    CliError::new(Exit::Input, error.code(), format!("the key set is not taken: {error}"))
        .advise("Compare --root-key with what `mesto keys init` and `mesto serve` print.")
}

fn wrong_list(error: RevocationsError) -> CliError {
    CliError::new(Exit::Input, error.code(), format!("the revocation list is not taken: {error}"))
        .advise("It has to be of the same operator as the key set: fetch both anew.")
}
