//! Messages that leave the operator: the gateway of `mesto serve`, `mesto admin messages`, and a
//! gateway to try it with.

mod command;
mod http;
mod sending;
mod simulator;
mod smpp;
mod template;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use mesto_operator::{MessageGateway, MessageLimits, MessageStanding, Operator, OutgoingMessage};
use mesto_protocol::kernel::ids::{MessageId, RecordId as _};
use serde::Deserialize;
use serde_json::json;

use crate::base::operator::looked_at;
use crate::kernel::args::StoreArgs;
use crate::kernel::call::{Call, wait};
use crate::kernel::failure::{CliError, Exit, Outcome, page};
use crate::kernel::output::table;
use crate::kernel::service::{Commands, Run, Service};

pub use sending::send_until;

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<Tool>()),
    ..Service::named("messages")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// A gateway on this machine to try an operator with: it takes messages over HTTP and SMPP,
    /// shows them, and fails as it is told.
    SmsSimulator(simulator::SimulatorArgs),
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::SmsSimulator(args) = self;
        wait(simulator::run(args, call))
    }
}

#[derive(Debug, Subcommand)]
enum Tool {
    /// How messages stand: how many in each state, and the newest ones. What they said is shown
    /// nowhere.
    Messages {
        /// Those alone that were not sent.
        #[arg(long)]
        failed: bool,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Messages { failed, limit, store } = self;
        let (operator, store) = looked_at(&store)?;
        let wrong = |why| CliError::failed("the messages", why);
        let counts = operator.message_counts(store.as_ref()).map_err(wrong)?;
        let newest = operator.messages(store.as_ref(), failed, limit).map_err(wrong)?;
        let told: Vec<serde_json::Value> = newest
            .iter()
            .map(|one| {
                json!({
                    "id": one.id, "at": one.at, "to": one.recipient_masked, "template": one.template,
                    "state": one.state, "tries": one.tries, "submissions": one.submissions, "sent_at": one.sent_at,
                    "delivered_at": one.delivered_at, "reason": one.reason,
                })
            })
            .collect();
        call.say(&json!({ "counts": counts, "messages": told }), || {
            let counts: Vec<String> = counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
            let row = |one: &MessageStanding| {
                let left = one.delivered_at.or(one.sent_at).map(|at| at.to_rfc3339()).unwrap_or_default();
                let reason = one.reason.clone().unwrap_or_default();
                vec![
                    one.at.to_rfc3339(),
                    one.recipient_masked.clone(),
                    one.template.clone(),
                    one.state.to_owned(),
                    one.tries.to_string(),
                    left,
                    reason,
                ]
            };
            match newest.as_slice() {
                [] if failed => "Every message was sent.".to_owned(),
                [] => "There are no messages.".to_owned(),
                newest => {
                    let rows: Vec<Vec<String>> = newest.iter().map(row).collect();
                    let headings = ["asked for", "to", "what", "state", ">tries", "sent or delivered", "reason"];
                    format!("{}\n\n{}", counts.join(", "), table(&headings, &rows))
                }
            }
        });
        Ok(())
    }
}

// How `mesto serve` sends messages. No doc comment: clap would take it for what a command is about.
#[derive(Debug, Args)]
pub struct MessagesArgs {
    /// A TOML file that says how messages are sent: over HTTP, over SMPP, or by a program. Without
    /// it they wait in the table `message` for a gateway of yours, and nobody can sign in until one
    /// takes them. A secret that it names as "secrets/NAME" is the file NAME of /etc/mesto/secrets
    /// where the packaged unit serves, and lies beside it elsewhere.
    #[arg(long, value_name = "FILE")]
    messages: Option<PathBuf>,
    /// Countries (ISO 3166-1, two letters, separated by commas) whose numbers codes are sent to;
    /// without it that of the first city.
    #[arg(long, value_name = "COUNTRIES", value_delimiter = ',')]
    sms_countries: Vec<String>,
    /// Messages that leave in a minute, all together. At this ceiling and the next two, codes for
    /// numbers that have an account leave all the same, all others wait, and an incident says so.
    #[arg(long, value_name = "N", default_value_t = MessageLimits::default().per_minute, value_parser = clap::value_parser!(i64).range(1..))]
    sms_per_minute: i64,
    /// Messages that leave in an hour, all together.
    #[arg(long, value_name = "N", default_value_t = MessageLimits::default().per_hour, value_parser = clap::value_parser!(i64).range(1..))]
    sms_per_hour: i64,
    /// Messages that leave in a day, all together.
    #[arg(long, value_name = "N", default_value_t = MessageLimits::default().per_day, value_parser = clap::value_parser!(i64).range(1..))]
    sms_per_day: i64,
}

impl MessagesArgs {
    /// The operator with what these say of its messages.
    ///
    /// # Errors
    /// `sms_countries`
    pub fn of(&self, operator: Operator) -> Outcome<Operator> {
        let (per_minute, per_hour, per_day) = (self.sms_per_minute, self.sms_per_hour, self.sms_per_day);
        let operator = operator.limited(MessageLimits { per_minute, per_hour, per_day, ..MessageLimits::default() });
        if self.sms_countries.is_empty() {
            return Ok(operator);
        }
        operator.texting(&self.sms_countries).map_err(|why| {
            CliError::new(Exit::Usage, "sms_countries", format!("--sms-countries: {why}"))
                .advise("Give the countries of your drivers, such as --sms-countries RS,BA,ME.")
        })
    }

    /// The gateway, when there is one.
    ///
    /// # Errors
    /// `messages_unusable`, and what is wrong with a file that it names.
    pub fn gateway(&self) -> Outcome<Option<Arc<dyn MessageGateway>>> {
        self.messages.as_deref().map(read).transpose()
    }
}

/// The file as its owner writes it. What it does not know is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    http: Option<http::Written>,
    smpp: Option<smpp::Written>,
    command: Option<command::Written>,
}

fn fault(path: &Path, why: &str) -> CliError {
    CliError::new(Exit::Input, "messages_unusable", format!("{} cannot be used: {why}", path.display()))
        .advise(concat!(page!("messages.md"), " says what stands in it."))
}

fn written(path: &Path) -> Outcome<Written> {
    let text = std::fs::read_to_string(path).map_err(|why| fault(path, &why.to_string()))?;
    crate::kernel::private_files::is_changed_by_others(path)?;
    toml::from_str(&text).map_err(|why| fault(path, &why.to_string()))
}

/// To whom messages go so that strangers may read them on the way: a message centre without TLS,
/// neither on this machine nor in a network of one's own.
///
/// # Errors
/// As [`read`].
pub fn told_to_strangers(path: &Path) -> Outcome<Option<String>> {
    Ok(written(path)?.smpp.and_then(|smpp| smpp.told_to_strangers()))
}

/// Reads how messages are sent. Files that it names stand beside it, secrets where systemd puts
/// them when that starts this process.
///
/// # Errors
/// `messages_unusable`, and what is wrong with the file or with one that it names.
pub fn read(path: &Path) -> Outcome<Arc<dyn MessageGateway>> {
    let written = written(path)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let gateway: Result<Arc<dyn MessageGateway>, String> = match (written.http, written.smpp, written.command) {
        (Some(written), None, None) => http::Http::new(written, folder)
            .map(|it| Arc::new(it) as Arc<dyn MessageGateway>)
            .map_err(|why| format!("[http] {why}")),
        (None, Some(written), None) => smpp::Smpp::new(written, folder)
            .map(|it| Arc::new(it) as Arc<dyn MessageGateway>)
            .map_err(|why| format!("[smpp] {why}")),
        (None, None, Some(written)) => command::Program::new(written)
            .map(|it| Arc::new(it) as Arc<dyn MessageGateway>)
            .map_err(|why| format!("[command] {why}")),
        _ => Err("it has one of [http], [smpp] and [command]".to_owned()),
    };
    gateway.map_err(|why| fault(path, &why))
}

/// A message as any other, to try a template with.
fn example() -> OutgoingMessage {
    OutgoingMessage {
        id: MessageId::from_bytes([0; 16]),
        recipient: "+381641234567".to_owned(),
        template: "sign_in.code".to_owned(),
        params: serde_json::Map::new(),
        language: None,
        text: "Text".to_owned(),
        valid_until: None,
        submitted_at: None,
    }
}

#[cfg(test)]
mod tests {
    use mesto_operator::testing::Authority;

    use super::*;

    #[test]
    fn every_file_of_the_page_is_one_that_is_taken() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/messages.md");
        let page = std::fs::read_to_string(page).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for name in ["sms.secret", "smpp.password"] {
            let file = folder.path().join(name);
            std::fs::write(&file, "secret08").unwrap();
            #[cfg(unix)]
            std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        }
        std::fs::copy(Authority::new().unwrap().file(), folder.path().join("centre.pem")).unwrap();
        let blocks: Vec<&str> = page.split("```toml").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(blocks.len(), 5);
        for block in blocks {
            let file = folder.path().join("messages.toml");
            std::fs::write(&file, block.replace("/usr/local/bin/send-sms", "/bin/true")).unwrap();
            assert!(read(&file).is_ok(), "{block}: {}", read(&file).err().unwrap());
        }
    }

    fn refused(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("messages.toml");
        std::fs::write(&file, text).unwrap();
        match read(&file) {
            Ok(_) => "taken".to_owned(),
            Err(error) => format!("{} {}", error.code, error.text),
        }
    }

    #[test]
    fn a_file_that_would_not_send_is_refused_with_what_is_wrong() {
        let http = "[http]\nurl = \"https://sms.example/send\"\n";
        for (written, says) in [
            ("", "one of [http], [smpp] and [command]"),
            ("[http]\nurl = \"https://a.example\"\n[command]\nrun = [\"/bin/true\"]", "one of"),
            ("[http]\naddress = \"x\"", "unknown field `address`"),
            ("[http]\nurl = \"http://sms.example/send\"", "https alone"),
            ("[http]\nurl = \"sms\"", "https://gateway.example/messages"),
            (&format!("{http}body = '{{\"to\": {{recipient}}, \"text\": \"{{text}}\"}}'"), "it is no JSON"),
            (&format!("{http}body = '{{\"to\": \"{{number}}\"}}'"), "there is no {number}"),
            (&format!("{http}body = '{{\"to\": \"{{recipient}}\"}}'"), "{recipient} and {text}"),
            (
                &format!(
                    "{http}body = '{{\"to\": \"{{recipient}}\", \"text\": \"{{text}}\"}}'\nheaders = {{ authorization = \"Bearer {{secret}}\" }}"
                ),
                "in which file",
            ),
            (
                &format!(
                    "{http}body = '{{\"to\": \"{{recipient}}\", \"text\": \"{{text}}\"}}'\nsecret_file = \"none\""
                ),
                "none cannot be read",
            ),
            (
                &format!("{http}body = '{{\"to\": \"{{recipient}}\", \"text\": \"{{text}}\"}}'\ntimeout_seconds = 31"),
                "from 1 to 30",
            ),
            (
                &format!("{http}body = '{{\"to\": \"{{recipient}}\", \"text\": \"{{text}}\"}}'\nid_at = \"id\""),
                "JSON pointer",
            ),
            ("[command]\nrun = []", "name the program"),
            ("[command]\nrun = [\"send-sms\"]", "whole path"),
            ("[command]\nrun = [\"/nowhere/send-sms\"]", "there is no program"),
            ("[smpp]\naddress = \"smsc\"\nsystem_id = \"mesto\"\nsource = \"Mesto\"", "host and port"),
            (
                "[smpp]\naddress = \"127.0.0.1:2775\"\nsystem_id = \"a name that is far too long\"\nsource = \"Mesto\"",
                "at most 15",
            ),
            ("[smpp]\naddress = \"127.0.0.1:2775\"\nsystem_id = \"mesto\"\nsource = \"Čačak\"", "source: a name"),
            (
                "[smpp]\naddress = \"127.0.0.1:2775\"\nsystem_id = \"mesto\"\nsource = \"Mesto\"\nca_file = \"ca.pem\"",
                "tls = true",
            ),
        ] {
            let said = refused(written);
            assert!(said.starts_with("messages_unusable") && said.contains(says), "{written}: {said}");
        }
        for right in [
            format!("{http}body = '{{\"to\": \"{{recipient}}\", \"text\": \"{{text}}\"}}'"),
            "[http]\nurl = \"https://sms.example/send?to={recipient}&text={text}\"\nmethod = \"GET\"".to_owned(),
            "[command]\nrun = [\"/bin/true\"]".to_owned(),
            "[smpp]\naddress = \"127.0.0.1:2775\"\nsystem_id = \"mesto\"\nsource = \"+381601234567\"\nbind = \"transmitter\"".to_owned(),
        ] {
            assert_eq!(refused(&right), "taken", "{right}");
        }
    }
}
