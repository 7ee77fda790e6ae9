//! `mesto account show|suspend|resume|close`, and `mesto admin block-account|unblock-account`.

use clap::Subcommand;
use mesto_client::protocol::base::standing::AccountStanding;
use mesto_client::protocol::kernel::ids::AccountId;

use crate::base::account::{CloseArgs, close_account};
use crate::base::operator::{now, opened, refused, said_why};
use crate::kernel::args::{PhoneArgs, StoreArgs};
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::Tone;
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<Tool>()),
    ..Service::named("standing")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// Whether the account may pay; suspend it, go on, or close it.
    #[command(subcommand)]
    Account(AccountCommand),
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Where the account stands.
    Show(PhoneArgs),
    /// Stop paying with it for a while: balance, cards and tickets stay.
    Suspend(PhoneArgs),
    /// Go on with an account that was suspended.
    Resume(PhoneArgs),
    /// Close it for good, as `mesto close-account`.
    Close(CloseArgs),
}

#[derive(Debug, Subcommand)]
enum Tool {
    /// Block an account: nothing new is paid with it. Its person is told the reason by SMS.
    #[command(name = "block-account")]
    Block(OfAccount),
    /// End a block.
    #[command(name = "unblock-account")]
    Unblock(OfAccount),
    /// Close the account of a person for good. Its person is told the reason by SMS; what is left
    /// of the balance is owed.
    #[command(name = "terminate-account")]
    Terminate(OfAccount),
}

#[derive(Debug, clap::Args)]
struct OfAccount {
    /// The account: ac_...
    account: AccountId,
    /// Why; of a block its person is told it. Nobody's name.
    #[arg(long, value_parser = said_why)]
    reason: String,
    #[command(flatten)]
    store: StoreArgs,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Account(command) = self;
        match command {
            AccountCommand::Show(at) => call.ask(show(at, call)),
            AccountCommand::Suspend(at) => call.ask(suspend(at, call)),
            AccountCommand::Resume(at) => call.ask(resume(at, call)),
            AccountCommand::Close(args) => call.ask(close_account(args, call)),
        }
    }
}

async fn show(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let synced = phone.core.sync().await;
    phone.done(synced)?;
    let state = phone.core.standing().state();
    call.say(state.as_ref(), || text(&phone));
    Ok(())
}

fn text(phone: &Phone) -> String {
    let said = phone.core.standing().text();
    said.unwrap_or_else(|| phone.show.paint(Tone::Good, "The account is active."))
}

async fn suspend(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let standing = phone.core.standing().suspend().await;
    let standing = phone.done(standing)?;
    call.say(&standing, || text(&phone));
    Ok(())
}

async fn resume(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let standing = phone.core.standing().resume().await;
    let standing = phone.done(standing)?;
    call.say(&standing, || text(&phone));
    Ok(())
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let (account, standing): (AccountId, AccountStanding) = match self {
            Self::Block(OfAccount { account, reason, store }) => {
                let (operator, store) = opened(&store)?;
                let blocked = operator.block_account(store.as_ref(), now(), &account.to_string(), &reason);
                (account, blocked.map_err(refused)?)
            }
            Self::Unblock(OfAccount { account, reason, store }) => {
                let (operator, store) = opened(&store)?;
                let unblocked = operator.unblock_account(store.as_ref(), now(), &account.to_string(), &reason);
                (account, unblocked.map_err(refused)?)
            }
            Self::Terminate(OfAccount { account, reason, store }) => {
                let (operator, store) = opened(&store)?;
                let closed = operator.terminate_account(store.as_ref(), now(), &account.to_string(), &reason);
                let closed = closed.map_err(refused)?;
                call.say(&closed, || call.style.paint(Tone::Good, &format!("{account} is closed.")));
                return Ok(());
            }
        };
        call.say(&standing, || call.style.paint(Tone::Good, &format!("{account} is {}.", standing.state)));
        Ok(())
    }
}
