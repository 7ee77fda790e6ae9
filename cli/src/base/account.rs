//! `mesto sign-in`.

use clap::{Args, Subcommand};

use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::Tone;
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("account") };

#[derive(Debug, Subcommand)]
enum Command {
    /// Sign in with a phone number: once for a code, once with it.
    SignIn(SignInArgs),
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
