//! `mesto topup`, and the deposit in `mesto history`.

use clap::{Args, Subcommand};
use mesto_client::DepositPast;
use mesto_client::protocol::base::wallet::DepositPage;
use rust_decimal::Decimal;
use serde_json::Map;

use crate::base::payments;
use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::table;
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Past, Run, Service};
use crate::kernel::show::Show;

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    history: Some(|phone, limit| Box::pin(past(phone, limit))),
    ..Service::named("wallet")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// Top the deposit up on the bank's page.
    Topup(TopupArgs),
}

#[derive(Debug, Args)]
struct TopupArgs {
    /// How much: one of the city's deposit values.
    #[arg(allow_negative_numbers = true, value_parser = amount)]
    amount: Decimal,
    #[command(flatten)]
    at: PhoneArgs,
}

fn amount(typed: &str) -> Result<Decimal, String> {
    mesto_rules::money::exact(typed.trim()).map_err(|_| "give an amount as a number, such as 1000".to_owned())
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Topup(args) => call.ask(top_up(args, call)),
        }
    }
}

/// Starts a top-up and says where the bank's page is.
async fn top_up(args: TopupArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let intent = phone.core.wallet().top_up(&phone.city, args.amount).await;
    payments::tell(&phone, &phone.done(intent)?, "Credited.")
}

/// What consumed the deposit, newest first (BG-36, BG-37).
#[must_use]
pub fn deposit_table(show: &Show, deposit: &DepositPage) -> String {
    let rows: Vec<Vec<String>> = deposit
        .items
        .iter()
        .map(|entry| {
            vec![
                show.moment(entry.at),
                show.kind("entry", &entry.kind, &Map::new()),
                show.money(&entry.amount),
                show.money(&entry.balance),
            ]
        })
        .collect();
    table(&["when", "what", ">amount", ">deposit"], &rows)
}

/// The history as it was read last, where there is no connection (AV-20).
fn as_of(phone: &Phone, past: &DepositPast) -> Past {
    let DepositPast { balance, items, .. } = past.clone();
    let deposit = DepositPage { balance, items, next: None };
    let (as_of, balance) = (phone.core.wallet().past_text(past), phone.show.money(&balance));
    let text = format!("{as_of}\n{}\nDeposit: {balance}\n", deposit_table(&phone.show, &deposit));
    Past { name: "deposit", json: serde_json::to_value(past).unwrap_or_default(), text }
}

async fn past(phone: &Phone, limit: u32) -> Outcome<Past> {
    let deposit = phone.core.wallet().history(None, limit).await;
    let away = deposit.as_ref().is_err_and(|error| error.code() == "offline");
    if let Some(past) = phone.core.wallet().past(limit).filter(|_| away) {
        return Ok(as_of(phone, &past));
    }
    let deposit = phone.done(deposit)?;
    let entries = if deposit.items.is_empty() {
        "Nothing was paid in yet. Top up: mesto topup 1000\n".to_owned()
    } else {
        deposit_table(&phone.show, &deposit)
    };
    let text = format!("{entries}\nDeposit: {}\n", phone.show.money(&deposit.balance));
    Ok(Past { name: "deposit", json: serde_json::to_value(&deposit).unwrap_or_default(), text })
}
