//! The list of services, and the command line that is put together of them.

use std::sync::Arc;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser};
use mesto_client::Locale;

use crate::base::demo::{Demo, account as chapters};
use crate::base::testbed::{Options as TestbedOptions, World, WorldError};
use crate::base::{
    about, account, availability, backup, books, cities, claims, codes, doctor, history, keys, messages, migrations,
    notices, packaging, payments, refunds, reports, root_key, serve, staff, standing, terms, testbed, vehicles, wallet,
};
use crate::kernel::call::Call;
use crate::kernel::config::{self, Misread};
use crate::kernel::failure::Outcome;
use crate::kernel::output::Colour;
use crate::kernel::service::{Commands, Service, Services};
use crate::{cards, control, garages, merchants, orders, parking, partners, passes, rides};

/// Every service, in the order in which its commands and its parts of pages are shown.
pub const SERVICES: Services = Services(&[
    &account::SERVICE,
    &standing::SERVICE,
    &terms::SERVICE,
    &notices::SERVICE,
    &reports::SERVICE,
    &availability::SERVICE,
    &about::SERVICE,
    &vehicles::SERVICE,
    &parking::SERVICE,
    &orders::SERVICE,
    &garages::SERVICE,
    &rides::SERVICE,
    &cards::SERVICE,
    &passes::SERVICE,
    &control::SERVICE,
    &partners::SERVICE,
    &merchants::SERVICE,
    &wallet::SERVICE,
    &payments::SERVICE,
    &history::SERVICE,
    &codes::SERVICE,
    &serve::SERVICE,
    &messages::SERVICE,
    &testbed::SERVICE,
    &keys::SERVICE,
    &staff::SERVICE,
    &books::SERVICE,
    &backup::SERVICE,
    &migrations::SERVICE,
    &root_key::SERVICE,
    &refunds::SERVICE,
    &claims::SERVICE,
    &cities::SERVICE,
    &doctor::SERVICE,
    &packaging::SERVICE,
]);

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
pub struct Options {
    /// One JSON document on standard output instead of text; errors too.
    #[arg(long, global = true)]
    pub json: bool,
    /// When to colour the text.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, alias = "color")]
    pub colour: Colour,
    /// The demo only: leave operator, bank and control running, and say where they are.
    #[arg(long)]
    pub keep: bool,
    /// The language of texts: en, sr-Latn, kk or ru.
    #[arg(long, global = true, default_value = "en", value_parser = language)]
    pub language: Locale,
}

impl World {
    /// Starts a city with every service, everything on loopback.
    ///
    /// # Errors
    /// When a port, a file or the database cannot be had.
    pub async fn start(options: TestbedOptions) -> Result<Arc<Self>, WorldError> {
        Self::of(options, SERVICES).await
    }
}

/// The group of an operator's own tools.
const ADMIN: &str = "admin";

/// The command whose options a configuration file has.
const CONFIGURED: &str = "serve";

/// A command line that was read.
pub struct Typed {
    pub options: Options,
    matches: ArgMatches,
}

/// Reads a command line, and the file that it names with `--config`.
///
/// # Errors
/// What is wrong with it or with the file, or the help that was asked for.
pub fn read(words: impl IntoIterator<Item = impl Into<std::ffi::OsString> + Clone>) -> Result<Typed, Misread> {
    let words: Vec<std::ffi::OsString> = words.into_iter().map(Into::into).collect();
    let command = config::applied(whole(), CONFIGURED, &words)?;
    let matches = command.try_get_matches_from(words)?;
    Ok(Typed { options: Options::from_arg_matches(&matches)?, matches })
}

/// Every command.
#[must_use]
pub fn whole() -> clap::Command {
    let tools = clap::Command::new(ADMIN)
        .about("An operator's own tools")
        .subcommand_required(true)
        .arg_required_else_help(true);
    let tools = all(|service| service.tools).fold(tools, |tools, more| (more.add)(tools));
    let command = all(|service| service.commands).fold(Options::command(), |command, more| (more.add)(command));
    command.subcommand(tools)
}

/// A configuration file that names every option of `mesto serve`, those of `set` in force.
#[must_use]
pub fn example_of_config(set: &[(&str, &str)]) -> String {
    whole().find_subcommand(CONFIGURED).map(|serve| config::example(serve, set)).unwrap_or_default()
}

fn all(of: fn(&'static Service) -> Option<Commands>) -> impl Iterator<Item = Commands> {
    SERVICES.all().filter_map(of)
}

impl Typed {
    /// Whether there was a command; without one it is the demo.
    #[must_use]
    pub fn has_command(&self) -> bool {
        self.matches.subcommand().is_some()
    }

    /// Does what was typed.
    ///
    /// # Errors
    /// What clap finds only now.
    pub fn run(&self, call: Call) -> Result<Outcome<()>, clap::Error> {
        let (commands, matches): (Vec<Commands>, _) = match self.matches.subcommand() {
            Some((ADMIN, tool)) => (all(|service| service.tools).collect(), tool),
            _ => (all(|service| service.commands).collect(), &self.matches),
        };
        let name = matches.subcommand_name().unwrap_or_default();
        match commands.iter().find(|commands| (commands.has)(name)) {
            Some(commands) => (commands.run)(matches, call),
            None => {
                Err(Options::command()
                    .error(clap::error::ErrorKind::InvalidSubcommand, format!("there is no `{name}`")))
            }
        }
    }
}

/// The day of the demo, chapter by chapter.
///
/// # Errors
/// When something does not go as it is told.
pub async fn day(demo: &mut Demo) -> Outcome<()> {
    chapters::sign_in(demo).await?;
    chapters::add_vehicle(demo).await?;
    chapters::top_up(demo).await?;
    parking::demo::zones(demo).await?;
    parking::demo::quote_and_buy(demo).await?;
    parking::demo::reminder(demo).await?;
    parking::demo::extend(demo).await?;
    parking::trouble::cut_connection(demo).await?;
    parking::trouble::tunnel(demo).await?;
    orders::demo::inspector(demo).await?;
    parking::demo::by_card(demo).await?;
    orders::demo::by_card(demo).await?;
    garages::demo::visit(demo).await?;
    parking::demo::history(demo).await?;
    chapters::history(demo).await?;
    chapters::ledger(demo).await?;
    Ok(())
}

/// Who writes a language that there is none of is told so, where a phone's language would fall back
/// to English.
fn language(typed: &str) -> Result<Locale, String> {
    let word = typed.trim().replace('_', "-").to_lowercase();
    match word.split('-').next() {
        Some("en") => Ok(Locale::En),
        Some("sr") if !word.contains("cyrl") => Ok(Locale::SrLatn),
        Some("kk") if !word.contains("latn") => Ok(Locale::Kk),
        Some("ru") => Ok(Locale::Ru),
        _ => Err("there are texts in en, sr-Latn, kk and ru".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_key_and_a_latitude_may_begin_with_a_hyphen() {
        let value = |words: &[&str], name: &str| {
            let typed = read(words).unwrap();
            typed.matches.subcommand().unwrap().1.get_one::<String>(name).cloned()
        };
        let sign_in = ["mesto", "sign-in", "+381641234567", "--root-key", "-CYNZEUS", "--state", "phone"];
        assert_eq!(value(&sign_in, "root_key").as_deref(), Some("-CYNZEUS"));
        assert_eq!(value(&["mesto", "zones", "--near", "-34.6,-58.4"], "near").as_deref(), Some("-34.6,-58.4"));
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
            (&["zones", "--language", "de"], "en, sr-Latn, kk and ru"),
            (&["zones", "--language", "sr-Cyrl"], "en, sr-Latn, kk and ru"),
        ] {
            let error = read(["mesto"].iter().chain(words)).err().unwrap().to_string();
            assert!(error.contains(right), "{words:?}: {error}");
        }
    }

    #[test]
    fn languages_are_named_as_phones_and_systems_do() {
        for (typed, locale) in [
            ("en", Locale::En),
            ("en_US", Locale::En),
            ("sr-Latn", Locale::SrLatn),
            ("sr_Latn_RS", Locale::SrLatn),
            ("kk_KZ", Locale::Kk),
            ("ru", Locale::Ru),
        ] {
            assert_eq!(language(typed), Ok(locale), "{typed}");
        }
    }

    #[test]
    fn every_command_is_one_services_and_well_described() {
        let command = |of| all(of).fold(Options::command(), |command: clap::Command, more| (more.add)(command));
        for of in [|service: &'static Service| service.commands, |service: &'static Service| service.tools] {
            command(of).debug_assert();
            for found in command(of).get_subcommands() {
                let name = found.get_name();
                assert_eq!(all(of).filter(|commands| (commands.has)(name)).count(), 1, "{name}");
                assert!(found.get_about().is_some(), "{name}: what is it for?");
            }
        }
    }
}
