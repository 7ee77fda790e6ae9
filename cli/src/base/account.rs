//! `mesto sign-in`, `sign-out`, `sessions`, `end-session`, `export` and `close-account`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use mesto_client::protocol::base::sign_in::DeviceSession;
use mesto_client::protocol::kernel::ids::DeviceId;

use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{self, Tone, table};
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("account") };

#[derive(Debug, Subcommand)]
enum Command {
    /// Sign in with a phone number: once for a code, once with it.
    SignIn(SignInArgs),
    /// The devices that are signed in to the account.
    Sessions(SessionsArgs),
    /// End the session of this phone, which forgets the account.
    SignOut(PhoneArgs),
    /// End the session of another device.
    EndSession(EndSessionArgs),
    /// All that the operator stores about the account, as a JSON document.
    Export(ExportArgs),
    /// Close the account for good: what is owed is paid from the deposit, what is left of it goes
    /// back.
    CloseAccount(CloseArgs),
}

#[derive(Debug, Args)]
struct SessionsArgs {
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// `next` of the page before.
    #[arg(long)]
    cursor: Option<String>,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
struct EndSessionArgs {
    /// The session, as `mesto sessions` names it: dv_...
    session: DeviceId,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// Where it is written; the terminal without it.
    #[arg(long, value_name = "FILE.json")]
    to: Option<PathBuf>,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct CloseArgs {
    /// Yes, for good.
    #[arg(long)]
    for_good: bool,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
struct SignInArgs {
    /// International form: +381641234567.
    phone: String,
    /// The code from the message; without it a code is sent.
    code: Option<String>,
    #[command(flatten)]
    at: PhoneArgs,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::SignIn(args) => call.ask(sign_in(args, call)),
            Self::Sessions(args) => call.ask(sessions(args, call)),
            Self::EndSession(args) => call.ask(end_session(args, call)),
            Self::SignOut(at) => call.ask(sign_out(at, call)),
            Self::Export(args) => call.ask(export(args, call)),
            Self::CloseAccount(args) => call.ask(close_account(args, call)),
        }
    }
}

async fn sign_in(args: SignInArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let Some(code) = &args.code else {
        let sent = phone.core.account().request_code(&args.phone).await;
        let sent = phone.done(sent)?;
        call.say(&sent, || {
            let good = phone.show.paint(Tone::Good, "A code was sent.");
            let until = phone.show.time(sent.expires_at);
            format!("{good} It is good until {until}.\nThen: mesto sign-in {} CODE", args.phone)
        });
        return Ok(());
    };
    let signed_in = phone.core.account().sign_in(&args.phone, code, "mesto on a command line").await;
    phone.done(signed_in)?;
    let shown = phone.core.account().state();
    call.say(shown.as_ref(), || {
        phone.show.paint(Tone::Good, &format!("Signed in as {}.", shown.phone_masked.as_deref().unwrap_or("?")))
    });
    Ok(())
}

async fn sessions(args: SessionsArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let page = phone.core.account().sessions(args.cursor, args.limit).await;
    let page = phone.done(page)?;
    call.say(&page, || {
        let row = |session: &DeviceSession| {
            vec![
                session.device.clone(),
                if session.is_own { "this one".to_owned() } else { String::new() },
                phone.show.of_year(session.signed_in_at),
                phone.show.of_year(session.expires_at),
                session.id.to_string(),
            ]
        };
        let rows: Vec<Vec<String>> = page.items.iter().map(row).collect();
        let more = page.next.as_ref().map(|next| format!("More: mesto sessions --cursor {next}\n"));
        table(&["device", "", "signed in", "until", "session"], &rows) + &more.unwrap_or_default()
    });
    Ok(())
}

async fn end_session(args: EndSessionArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let ended = phone.core.account().end_session(args.session).await;
    phone.done(ended)?;
    call.say(&serde_json::json!({"ended": args.session}), || phone.show.paint(Tone::Good, "It has to sign in again."));
    Ok(())
}

async fn sign_out(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let signed_out = phone.core.account().sign_out().await;
    phone.done(signed_out)?;
    call.say(&serde_json::json!({"signed_out": true}), || phone.show.paint(Tone::Good, "Signed out."));
    Ok(())
}

async fn export(args: ExportArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let document = phone.core.account().export().await;
    let document = phone.done(document)?;
    let Some(file) = args.to else {
        output::write(&(document + "\n"));
        return Ok(());
    };
    write_private(&file, document.as_bytes()).map_err(|why| {
        CliError::new(Exit::Input, "file_failed", format!("{} cannot be written: {why}", file.display()))
    })?;
    call.say(&serde_json::json!({"written": file}), || {
        phone.show.paint(Tone::Good, &format!("Written to {}.", file.display()))
    });
    Ok(())
}

/// Writes a file that nobody but its owner reads: everything that is known of a person.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // One that was there before has its own mode.
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    file.write_all(bytes)
}

pub async fn close_account(args: CloseArgs, call: Call) -> Outcome<()> {
    if !args.for_good {
        return Err(CliError::new(Exit::Usage, "not_confirmed", "a closed account cannot be opened again")
            .advise("Say `--for-good` if that is meant."));
    }
    let phone = Phone::open(&args.at, call).await?;
    let closed = phone.core.account().close_account().await;
    let closed = phone.done(closed)?;
    call.say(&closed, || {
        let mut said = vec![phone.show.paint(Tone::Good, "The account is closed.")];
        said.extend(closed.settled.iter().map(|paid| format!("What was owed was paid: {}", phone.show.money(paid))));
        said.extend(closed.refund.iter().map(|refund| phone.core.refund_text(refund)));
        said.join("\n")
    });
    Ok(())
}
