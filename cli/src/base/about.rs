//! What an operator says of itself: the file its owner writes for `mesto serve`, and `mesto about`,
//! which shows it.

use std::path::Path;

use clap::{Args, Subcommand};
use mesto_client::{ClientStanding, OperatorState, OperatorView, PaymentOfCity};
use mesto_operator::{Config, Profile};
use mesto_protocol::base::operator_document::{FeeKind, Legal, LegalKind, LegalText};
use mesto_protocol::kernel::client_version::ClientVersion;
use mesto_rules::city::Texts;
use serde::Deserialize;

use crate::kernel::args::{PhoneArgs, web_address};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome, page};
use crate::kernel::output::{Tone, table};
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("about") };

#[derive(Debug, Subcommand)]
enum Command {
    /// What the operator says of itself: its cities, ways to pay, who it is, and whether it serves
    /// this version.
    About(AboutArgs),
}

#[derive(Debug, Args)]
struct AboutArgs {
    #[command(flatten)]
    at: PhoneArgs,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::About(args) = self;
        call.ask(about(args, call))
    }
}

async fn about(args: AboutArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let state = phone.core.operator().refresh().await;
    let state = phone.done(state)?;
    call.say(&*state, || text(&phone, &state));
    Ok(())
}

fn text(phone: &Phone, state: &OperatorState) -> String {
    let Some(document) = &state.document else { return "It says nothing yet.".to_owned() };
    let OperatorView { operator, name, version, currency, cities, legal, .. } = document;
    let services = |city: &mesto_client::CityOfOperator| {
        city.services.iter().map(|one| one.service.as_str()).collect::<Vec<_>>().join(", ")
    };
    let payments = |city: &mesto_client::CityOfOperator| {
        city.payment.iter().map(|one| payment(phone, one)).collect::<Vec<_>>().join(", ")
    };
    let rows: Vec<Vec<String>> = cities
        .iter()
        .map(|city| vec![city.id.to_string(), city.name.clone(), services(city), payments(city)])
        .collect();
    let mut said = format!(
        "{}  {operator}, version {version}, in {currency}\n\n{}",
        phone.show.paint(Tone::Good, name),
        table(&["city", "name", "services", "paid by"], &rows)
    );
    let who = [&legal.company, &legal.address, &legal.registration, &legal.tax_number, &legal.email, &legal.phone];
    let who: Vec<&str> = who.into_iter().flatten().map(String::as_str).collect();
    if !who.is_empty() {
        said.push_str(&format!("\n{}\n", who.join(", ")));
    }
    for text in &legal.texts {
        let link = text.link.as_deref().unwrap_or_default();
        said.push_str(&format!("{} ({}, from {})  {link}\n", text.title, text.version, text.effective_on));
        for line in text.text.iter().flat_map(|text| text.lines()) {
            said.push_str(format!("  {line}").trim_end());
            said.push('\n');
        }
    }
    if let ClientStanding::Newer { greatest } = &state.client {
        said.push_str(&format!("\nIt was tried with versions up to {greatest}; this one is newer.\n"));
    }
    said
}

fn payment(phone: &Phone, PaymentOfCity { method, fee, amount, below }: &PaymentOfCity) -> String {
    let below = below.as_ref().map(|below| format!(" below {}", phone.show.money(below))).unwrap_or_default();
    match (fee, amount) {
        (FeeKind::None, _) => method.to_string(),
        (FeeKind::Known, Some(amount)) => format!("{method} (fee {}{below})", phone.show.money(amount)),
        _ => format!("{method} (fee not known{below})"),
    }
}

/// The file as its owner writes it. What it does not know is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    #[serde(default)]
    name: Texts,
    #[serde(default)]
    client: WrittenClient,
    #[serde(default)]
    legal: WrittenLegal,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClient {
    least: Option<ClientVersion>,
    greatest: Option<ClientVersion>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLegal {
    company: Option<String>,
    address: Option<String>,
    registration: Option<String>,
    tax_number: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    texts: Vec<WrittenText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenText {
    kind: LegalKind,
    version: String,
    effective_on: chrono::NaiveDate,
    title: Texts,
    #[serde(default)]
    text: Texts,
    #[serde(default)]
    link: Texts,
}

/// Reads the file of an operator: what it says of itself, and the least version that it serves, put
/// into its settings.
///
/// # Errors
/// What is wrong in it and what would be right.
pub fn read(path: &Path, config: Config) -> Outcome<(Profile, Config)> {
    let wrong = |why: String| {
        CliError::new(Exit::Input, "about_unusable", format!("{}: {why}", path.display()))
            .advise(concat!(page!("guide-operators.md"), " shows a whole file under \"What you say of yourself\"."))
    };
    let text = std::fs::read_to_string(path).map_err(|why| wrong(format!("it cannot be read: {why}")))?;
    let written: Written = toml::from_str(&text).map_err(|why| wrong(why.to_string().trim_end().to_owned()))?;
    let Written { version, name, client: WrittenClient { least, greatest }, legal } = written;
    if version == 0 {
        return Err(wrong("`version` counts from 1; raise it with every change".to_owned()));
    }
    if let (Some(least), Some(greatest)) = (least, greatest)
        && least > greatest
    {
        return Err(wrong(format!("`client.least` {least} is newer than `client.greatest` {greatest}")));
    }
    let WrittenLegal { company, address, registration, tax_number, email, phone, texts } = legal;
    let texts = texts.into_iter().map(legal_text).collect::<Result<_, _>>().map_err(wrong)?;
    let legal = Legal { company, address, registration, tax_number, email, phone, texts };
    Ok((Profile { version, name, greatest_client: greatest, legal }, Config { min_client: least, ..config }))
}

fn legal_text(written: WrittenText) -> Result<LegalText, String> {
    let WrittenText { kind, version, effective_on, title, text, link } = written;
    if !kind.is_known() {
        return Err(format!("a legal text cannot be of the kind `{kind}`: write {}", LegalKind::KNOWN.join(", ")));
    }
    if title.0.values().all(String::is_empty) {
        return Err(format!("the legal text `{kind}` needs a `title` in at least one language"));
    }
    if text.0.is_empty() && link.0.is_empty() {
        return Err(format!("the legal text `{kind}` needs a `text` or a `link`"));
    }
    for address in link.0.values() {
        web_address(address).map_err(|right| format!("the link of `{kind}` is `{address}`: {right}"))?;
    }
    Ok(LegalText { kind, version, effective_on, title, text, link })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn of(text: &str) -> Result<(Profile, Config), String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path(), Config::default()).map_err(|error| error.text)
    }

    #[test]
    fn the_file_of_the_guide_is_one() {
        let guide = include_str!("../../../docs/guide-operators.md");
        let file = guide.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let (profile, config) = of(file).unwrap();
        assert_eq!(profile.version, 3);
        assert_eq!(profile.name.get("sr-Latn"), "Parking dva grada");
        assert_eq!(
            (config.min_client, profile.greatest_client),
            (Some("0.1".parse().unwrap()), Some("0.1.0".parse().unwrap()))
        );
        // Every kind that the doctor asks for.
        let kinds = profile.legal.texts.iter().map(|text| text.kind.clone()).collect::<Vec<_>>();
        assert_eq!(kinds, [LegalKind::Terms, LegalKind::Privacy, LegalKind::Imprint, LegalKind::Complaints]);
    }

    #[test]
    fn what_is_wrong_in_it_is_named() {
        let terms = "version = 1\n[[legal.texts]]\nkind = \"terms\"\nversion = \"1\"\neffective_on = \"2026-01-01\"\n";
        for (text, why) in [
            ("", "missing field `version`"),
            ("version = 0", "counts from 1"),
            ("version = 1\nnames = 3", "unknown field `names`"),
            ("version = 1\nclient.least = \"v1.2\"", "\"v1.2\" is not a version of an app"),
            ("version = 1\nclient.least = \"2.0.0\"\nclient.greatest = \"1.0.0\"", "newer than `client.greatest`"),
            (&format!("{terms}title.en = \"\""), "needs a `title`"),
            (&format!("{terms}title.en = \"Terms\""), "needs a `text` or a `link`"),
            (&format!("{terms}title.en = \"Terms\"\nlink.en = \"here\""), "give a web address"),
            (
                &terms.replace("\"terms\"", "\"conduct\"").replace(
                    "effective_on",
                    "title.en = \"C\"
effective_on",
                ),
                "write terms, privacy",
            ),
        ] {
            let said = of(text).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
        assert!(read(Path::new("nowhere.toml"), Config::default()).unwrap_err().text.contains("cannot be read"));
    }
}
