//! `mesto keys`: the signing keys of an operator.

use std::path::PathBuf;

use clap::Subcommand;
use mesto_operator::{Keys, KeysError, SystemEntropy, keys};
use serde_json::json;

use crate::base::operator::{now, said_why};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::Tone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("keys") };

#[derive(Debug, Subcommand)]
enum Command {
    /// Signing keys of an operator.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make the first keys in a folder.
    Init {
        #[arg(default_value = "keys")]
        folder: PathBuf,
    },
    /// Make new keys for cities, codes and revocations; what the old ones signed stays good.
    Rotate {
        #[arg(default_value = "keys")]
        folder: PathBuf,
    },
    /// End a key that somebody else may have: nothing that it signed is believed any more. Another
    /// one takes its place.
    Revoke {
        /// Its id, as `keys.json` names it: code-1
        kid: String,
        /// Why, kept in `keys.json`.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[arg(long, default_value = "keys")]
        folder: PathBuf,
    },
    /// Sign the same key set anew, so that nobody finds it too old; only needed where root.seed
    /// does not lie beside the others.
    Renew {
        #[arg(default_value = "keys")]
        folder: PathBuf,
    },
}

const NEEDS_ROOT: &str = "It needs root.seed: put it back beside the other keys for a moment.";

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let wrong = |error: KeysError| CliError::new(Exit::Input, "keys_unusable", error.to_string());
        let Self::Keys { command } = self;
        let (made, folder, what): (Keys, _, _) = match command {
            KeysCommand::Init { folder } => {
                let made = keys::init(&folder, now(), &SystemEntropy).map_err(|error| {
                    let advice = match error {
                        KeysError::Exists { .. } => {
                            "Keys that signed something must not be lost: rotate them, or give another folder."
                        }
                        _ => "Give a folder that you may write to.",
                    };
                    wrong(error).advise(advice)
                })?;
                (made, folder, "made")
            }
            KeysCommand::Rotate { folder } => {
                let made = keys::rotate(&folder, now(), &SystemEntropy).map_err(|error| {
                    let advice = match folder.join("keys.json").exists() {
                        true => NEEDS_ROOT.to_owned(),
                        false => format!("Make the first ones with `mesto keys init {}`.", folder.display()),
                    };
                    wrong(error).advise(advice)
                })?;
                (made, folder, "rotated")
            }
            KeysCommand::Revoke { kid, reason, folder } => {
                let made = keys::revoke(&folder, (&kid, &reason), now(), &SystemEntropy).map_err(|error| {
                    let advice = match &error {
                        KeysError::Unknown { .. } => "The ids stand in keys.json.".to_owned(),
                        KeysError::RevokedBefore { .. } => {
                            "Start the instances again if they did not since.".to_owned()
                        }
                        _ => NEEDS_ROOT.to_owned(),
                    };
                    wrong(error).advise(advice)
                })?;
                (made, folder, "changed")
            }
            KeysCommand::Renew { folder } => {
                let made = keys::renew(&folder, now()).map_err(|error| wrong(error).advise(NEEDS_ROOT))?;
                (made, folder, "renewed")
            }
        };
        call.say(&json!({ "folder": folder, "root_key": made.root_text() }), || {
            format!(
                "{} in {}\nroot key to pin in the apps: {}\n{}",
                call.style.paint(Tone::Good, &format!("Keys {what}")),
                folder.display(),
                made.root_text(),
                call.style.paint(
                    Tone::Faint,
                    "Put root.seed into a safe: it is needed only to rotate, to revoke and to renew."
                ),
            )
        });
        Ok(())
    }
}
