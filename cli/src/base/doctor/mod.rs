//! `mesto doctor`: what is missing or unsafe in a set-up, and what to do. It changes nothing.
//!
//! Each check is a row of a table: a stable code, how much it weighs, what to do, and a function
//! that looks. The set-up is read by the names of the options of `mesto serve`.

mod files;
mod network;
mod operation;
mod store;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::{ArgMatches, Args, FromArgMatches as _};
use mesto_operator::{Keys, Operator, Store};
use mesto_rules::City;
use serde_json::json;

use crate::base::cities;
use crate::base::operator::{now, to_load, tool};
use crate::base::serve::ServeArgs;
use crate::kernel::args::StoreArgs;
use crate::kernel::call::{Call, wait};
use crate::kernel::database::{Place, left_by_restore};
use crate::kernel::failure::{CliError, Exit, Outcome, SAID};
use crate::kernel::output::Tone;
use crate::kernel::private_files;
use crate::kernel::service::{Commands, Service};

const NAME: &str = "doctor";

pub const SERVICE: Service = Service {
    commands: Some(Commands { add, has: |name| name == NAME, run: |matches, call| Ok(run(matches, call)) }),
    ..Service::named(NAME)
};

fn add(command: clap::Command) -> clap::Command {
    let backups = clap::Arg::new("backups")
        .long("backups")
        .value_name("FOLDER")
        .value_parser(clap::value_parser!(PathBuf))
        .help("Folder of the copies that `mesto admin backup` makes: the newest is to be younger than 26 hours");
    let doctor = ServeArgs::augment_args(clap::Command::new(NAME));
    let doctor = doctor.mut_arg("bank_secret_file", |arg| arg.required(false)).arg(backups);
    // After the options: what one group of them says of itself would stand here otherwise.
    let doctor = doctor.about("Say what is missing or unsafe in a set-up, and what to do").long_about(
        "Say what is missing or unsafe in a set-up, and what to do. It takes the options of `mesto serve`, best from \
         the same --config, and changes nothing. The exit code is 1 when something is to be done.",
    );
    command.subcommand(doctor)
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// It does not work, or is not safe with real money.
    Error,
    /// It works today.
    Warning,
    /// Good to know; the exit code stays 0.
    Note,
}

impl Weight {
    const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What a check saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    Good,
    /// What is wrong.
    Bad(String),
    /// What is wrong, and what to do where that is another thing than the check's usual.
    BadSo(String, String),
    /// It cannot be looked at, or is not asked of this set-up: why.
    Skipped(&'static str),
}

impl Seen {
    fn bad_if(is_bad: bool, why: impl FnOnce() -> String) -> Self {
        if is_bad { Self::Bad(why()) } else { Self::Good }
    }

    /// What is wrong and what to do; nothing where nothing is.
    fn bad<'a>(&'a self, check: &'a Check) -> Option<(&'a str, &'a str)> {
        match self {
            Self::Bad(text) => Some((text, check.advice)),
            Self::BadSo(text, advice) => Some((text, advice)),
            Self::Good | Self::Skipped(_) => None,
        }
    }
}

/// One row of the table.
pub(super) struct Check {
    /// Stable, `snake_case`: what is wrong when it is.
    pub code: &'static str,
    pub weight: Weight,
    /// What to do.
    pub advice: &'static str,
    pub look: fn(&Setup) -> Seen,
}

fn checks() -> impl Iterator<Item = &'static Check> {
    [files::CHECKS, store::CHECKS, network::CHECKS, operation::CHECKS].into_iter().flatten()
}

/// A set-up as it is written down, and what could be opened of it.
pub(super) struct Setup {
    matches: ArgMatches,
    pub store_args: StoreArgs,
    pub now: DateTime<Utc>,
    pub keys: Result<Keys, Fault>,
    pub cities: Result<Vec<City>, String>,
    pub place: Result<Place, Fault>,
    pub opened: Option<Result<Opened, Fault>>,
}

/// What could not be read or opened.
#[derive(Clone)]
pub(super) struct Fault {
    pub text: String,
    pub advice: Option<String>,
}

impl From<CliError> for Fault {
    fn from(error: CliError) -> Self {
        Self { text: error.text, advice: error.advice }
    }
}

impl Fault {
    pub fn seen(&self) -> Seen {
        match &self.advice {
            Some(advice) => Seen::BadSo(self.text.clone(), advice.clone()),
            None => Seen::Bad(self.text.clone()),
        }
    }
}

/// A store that can be looked at.
pub(super) struct Opened {
    pub operator: Operator,
    pub store: Arc<dyn Store>,
}

impl Setup {
    fn of(matches: &ArgMatches) -> Outcome<Self> {
        let store_args = StoreArgs::from_arg_matches(matches).map_err(|why| CliError::failed("the options", why))?;
        private_files::judge_as_owner_of(&store_args.keys);
        let place = store_args.place().map_err(Fault::from);
        let keys = mesto_operator::keys::load(&store_args.keys)
            .map_err(|why| Fault { text: why.to_string(), advice: Some(to_load(&store_args.keys, &why)) });
        let cities = cities::served(&store_args).map_err(told);
        let is_there = match &place {
            // Opening says of a restore that was cut off.
            Ok(Place::Sqlite(file)) => file.exists() || left_by_restore(file).is_some(),
            Ok(Place::Postgres(_)) => true,
            Err(_) => false,
        };
        let opened = is_there.then(|| {
            let place = place.as_ref().map_err(Clone::clone)?;
            let store = place.look_at().map_err(Fault::from)?;
            Ok(Opened { operator: tool(&store_args).map_err(Fault::from)?, store })
        });
        Ok(Self { matches: matches.clone(), store_args, now: now(), keys, cities, place, opened })
    }

    /// What an option says, as text; nothing where it is not given and has no default.
    fn said(&self, option: &str) -> Option<String> {
        let mut values = self.matches.try_get_raw(option).ok()??;
        values.next().map(|value| value.to_string_lossy().into_owned())
    }

    /// Everything that an option says that may be given often.
    fn all_said(&self, option: &str) -> Vec<String> {
        let values = self.matches.try_get_raw(option).ok().flatten();
        values.into_iter().flatten().map(|value| value.to_string_lossy().into_owned()).collect()
    }

    fn is_on(&self, flag: &str) -> bool {
        self.matches.try_get_one::<bool>(flag).ok().flatten().is_some_and(|is_on| *is_on)
    }

    fn file(&self, option: &str) -> Option<PathBuf> {
        self.said(option).map(PathBuf::from)
    }

    /// The store, where it is there and can be read.
    fn opened(&self) -> Option<&Opened> {
        self.opened.as_ref()?.as_ref().ok()
    }
}

fn told(error: CliError) -> String {
    error.text
}

fn run(matches: &ArgMatches, call: Call) -> Outcome<()> {
    let setup = Setup::of(matches.subcommand_matches(NAME).unwrap_or(matches))?;
    let seen: Vec<(&Check, Seen)> = checks().map(|check| (check, (check.look)(&setup))).collect();
    let bad = |weight: Weight| {
        seen.iter().filter(move |(check, seen)| seen.bad(check).is_some() && check.weight == weight).count()
    };
    let (errors, warnings) = (bad(Weight::Error), bad(Weight::Warning));
    let is_sound = errors + warnings == 0;
    call.say(&document(&seen, is_sound), || page(&seen, call));
    if is_sound {
        return Ok(());
    }
    if call.style.json {
        // The document says it all; a second one would be none.
        return Err(CliError::new(Exit::Failed, SAID, ""));
    }
    let text = format!("{errors} to mend before it serves, {warnings} to look at");
    Err(CliError::new(Exit::Failed, "setup_unsound", text))
}

fn document(seen: &[(&Check, Seen)], is_sound: bool) -> serde_json::Value {
    let checks: Vec<serde_json::Value> = seen
        .iter()
        .map(|(check, seen)| match (seen, seen.bad(check)) {
            (Seen::Skipped(why), _) => json!({ "code": check.code, "state": "skipped", "text": why }),
            (_, None) => json!({ "code": check.code, "state": "good" }),
            (_, Some((text, advice))) => json!({
                "code": check.code, "state": "bad", "severity": check.weight.word(), "text": text, "advice": advice,
            }),
        })
        .collect();
    json!({ "sound": is_sound, "checks": checks })
}

fn page(seen: &[(&Check, Seen)], call: Call) -> String {
    let mut page = String::new();
    for weight in [Weight::Error, Weight::Warning, Weight::Note] {
        for (check, seen) in seen.iter().filter(|(check, _)| check.weight == weight) {
            let Some((text, advice)) = seen.bad(check) else { continue };
            let tone = match weight {
                Weight::Error => Tone::Bad,
                Weight::Warning => Tone::Warn,
                Weight::Note => Tone::Faint,
            };
            let title = call.style.paint(tone, &format!("{} {}", weight.word(), check.code));
            page.push_str(&format!("{title}: {text}\n  {advice}\n"));
        }
    }
    let good = seen.iter().filter(|(_, seen)| *seen == Seen::Good).count();
    let skipped = seen.iter().filter(|(_, seen)| matches!(seen, Seen::Skipped(_))).count();
    page.push_str(&call.style.paint(Tone::Good, &format!("{good} checks found nothing")));
    if skipped > 0 {
        page.push_str(&format!(", {skipped} were not asked of this set-up (--json says why)"));
    }
    page + "\n"
}

/// Runs what has to wait for the network.
fn waited<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    wait(async { Ok(work.await) }).unwrap_or_else(|error| Err(error.text))
}
