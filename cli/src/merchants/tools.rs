//! What an operator's own tools do with merchants.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use mesto_client::protocol::kernel::ids::MerchantId;
use mesto_operator::{MerchantSettlement, MerchantStanding};
use mesto_protocol::merchants::clerks::{MerchantState, MerchantStateToSay, MerchantToRegister, TillToRegister};
use mesto_protocol::merchants::payers::MerchantName;

use crate::base::operator::{looked_at, now, opened, refused, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::service::Run;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StateArg {
    Active,
    Suspended,
    /// For good
    Ended,
}

#[derive(Debug, Subcommand)]
pub enum Tool {
    /// The merchants of a city, their tills and what is to be paid to them.
    Merchants {
        /// The city: an id.
        #[arg(long = "in", value_name = "CITY", default_value = "almaty")]
        city: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Register a merchant, or say anew what is known of the one of a business number.
    RegisterMerchant(RegisterArgs),
    /// A merchant takes payments, or does not.
    MerchantState {
        /// The merchant: mc_...
        merchant: MerchantId,
        #[arg(value_enum)]
        state: StateArg,
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Register a till of a merchant, or open or close the one of a name.
    RegisterTill {
        /// The merchant: mc_...
        merchant: MerchantId,
        /// What it is called: "Abay 10"
        name: String,
        /// It takes no payments.
        #[arg(long)]
        closed: bool,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Settle with merchants: what is payable to each is transferred.
    SettleMerchants {
        /// The city: an id.
        #[arg(long = "in", value_name = "CITY", default_value = "almaty")]
        city: String,
        /// One merchant; all of the city without it.
        #[arg(long)]
        merchant: Option<MerchantId>,
        #[command(flatten)]
        file: FileArgs,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// What was settled with a merchant, the first one first.
    MerchantSettlements {
        /// The merchant: mc_...
        merchant: MerchantId,
        #[command(flatten)]
        file: FileArgs,
        #[command(flatten)]
        store: StoreArgs,
    },
}

#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// Under which the business is registered: a BIN.
    business_number: String,
    /// What it is called, in every language of the city: kk=Кофе
    #[arg(long = "name", value_name = "LANGUAGE=NAME", value_parser = name, required = true)]
    names: Vec<MerchantName>,
    /// What it sells, as the city names it: food
    #[arg(long)]
    category: String,
    /// The number of its contract: 17/2026
    #[arg(long)]
    contract: String,
    /// The day of its contract: 2026-11-01
    #[arg(long, value_name = "DAY")]
    contract_on: NaiveDate,
    /// What the operator keeps of what it is paid, hundredths of a percent: 150 is 1.5 %
    #[arg(long, default_value_t = 0)]
    commission: u32,
    /// The city it sells in.
    #[arg(long = "in", value_name = "CITY", default_value = "almaty")]
    city: String,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
pub struct FileArgs {
    /// Write it as CSV (RFC 4180, UTF-8) into a new file.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

fn name(typed: &str) -> Result<MerchantName, String> {
    let read = typed.split_once('=').map(|(language, name)| (language.trim(), name.trim()));
    match read {
        Some((language, name)) if !language.is_empty() && !name.is_empty() => {
            Ok(MerchantName { language: language.to_owned(), name: name.to_owned() })
        }
        _ => Err("say a language and the name, such as kk=Кофе".to_owned()),
    }
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let good = |said: &str| call.style.paint(Tone::Good, said);
        match self {
            Self::Merchants { city, store } => {
                let (operator, store) = looked_at(&store)?;
                let known = operator.merchants(store.as_ref(), &city).map_err(refused)?;
                call.say(&known, || match known.as_slice() {
                    [] => "No merchant is registered.".to_owned(),
                    known => merchants_table(known),
                });
            }
            Self::RegisterMerchant(args) => {
                let (operator, store) = opened(&args.store)?;
                let asked = MerchantToRegister {
                    city: args.city,
                    names: args.names,
                    business_number: args.business_number,
                    category: args.category,
                    contract: args.contract,
                    contract_on: args.contract_on,
                    commission_basis_points: args.commission,
                };
                let merchant = operator.register_merchant(store.as_ref(), now(), &asked).map_err(refused)?;
                call.say(&merchant, || format!("{} {}", good("Registered:"), merchant.id));
            }
            Self::MerchantState { merchant, state, reason, store } => {
                let (operator, store) = opened(&store)?;
                let state = match state {
                    StateArg::Active => MerchantState::Active,
                    StateArg::Suspended => MerchantState::Suspended,
                    StateArg::Ended => MerchantState::Ended,
                };
                let asked = MerchantStateToSay { merchant, state, reason };
                let merchant = operator.say_merchant_state(store.as_ref(), now(), &asked).map_err(refused)?;
                call.say(&merchant, || format!("{} {}", merchant.id, good(merchant.state.as_str())));
            }
            Self::RegisterTill { merchant, name, closed, store } => {
                let (operator, store) = opened(&store)?;
                let asked = TillToRegister { merchant, name, is_open: !closed };
                let till = operator.register_till(store.as_ref(), now(), &asked).map_err(refused)?;
                call.say(&till, || format!("{} {}\n{}\n{}", good("Registered:"), till.id, till.code, till.typed));
            }
            Self::SettleMerchants { city, merchant, file, store } => {
                let (operator, store) = opened(&store)?;
                let settled = operator.settle_merchants(store.as_ref(), now(), &city, merchant).map_err(refused)?;
                file.written(&settled)?;
                call.say(&settled, || match settled.as_slice() {
                    [] => "Nothing moved since the last time.".to_owned(),
                    settled => settlements_table(settled),
                });
            }
            Self::MerchantSettlements { merchant, file, store } => {
                let (operator, store) = looked_at(&store)?;
                let settled = operator.merchant_settlements(store.as_ref(), merchant).map_err(refused)?;
                file.written(&settled)?;
                call.say(&settled, || match settled.as_slice() {
                    [] => "Nothing was settled yet.".to_owned(),
                    settled => settlements_table(settled),
                });
            }
        }
        Ok(())
    }
}

fn merchants_table(known: &[MerchantStanding]) -> String {
    let row = |one: &MerchantStanding| {
        let name = one.merchant.names.first().map(|name| name.name.clone()).unwrap_or_default();
        let share = one.merchant.commission_basis_points;
        vec![
            name,
            one.merchant.business_number.clone(),
            one.merchant.state.to_string(),
            format!("{}.{:02} %", share / 100, share % 100),
            one.payable.to_string(),
            one.owed.to_string(),
            one.tills.len().to_string(),
            one.merchant.id.to_string(),
        ]
    };
    let head = ["merchant", "number", "state", ">commission", ">payable", ">owed", ">tills", "id"];
    table(&head, &known.iter().map(row).collect::<Vec<_>>())
}

/// The columns of a settlement; none of them is free text.
const HEAD: [&str; 11] = [
    "merchant",
    "number",
    "closed_at",
    "payments",
    "amount",
    "given_back",
    "commission",
    "owed_before",
    "paid_out",
    "owed_after",
    "currency",
];

fn cells(one: &MerchantSettlement) -> [String; 11] {
    let amount = |money: &mesto_client::rules::Money| money.amount.to_string();
    [
        one.merchant.to_string(),
        one.number.to_string(),
        one.closed_at.to_rfc3339(),
        one.payments.to_string(),
        amount(&one.amount),
        amount(&one.given_back),
        amount(&one.commission),
        amount(&one.owed_before),
        amount(&one.paid_out),
        amount(&one.owed_after),
        one.amount.currency.code().to_owned(),
    ]
}

fn settlements_table(settled: &[MerchantSettlement]) -> String {
    let rows: Vec<Vec<String>> = settled.iter().map(|one| cells(one).to_vec()).collect();
    table(&HEAD, &rows)
}

/// Settlements as CSV: ids, moments and numbers alone, so that nothing needs quotes.
fn csv(settled: &[MerchantSettlement]) -> String {
    let mut text = format!("{}\r\n", HEAD.join(","));
    for one in settled {
        text.push_str(&format!("{}\r\n", cells(one).join(",")));
    }
    text
}

impl FileArgs {
    fn written(&self, settled: &[MerchantSettlement]) -> Outcome<()> {
        use std::io::Write as _;
        let Some(path) = &self.csv else { return Ok(()) };
        let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
        made.and_then(|mut file| file.write_all(csv(settled).as_bytes())).map_err(|why| {
            CliError::new(Exit::Input, "file_unwritable", format!("{} cannot be written: {why}", path.display()))
                .advise("Name a file that is not there yet, in a folder that is.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_said_with_its_language() {
        let read = name("kk=Кофе = шай").unwrap();
        assert_eq!((read.language.as_str(), read.name.as_str()), ("kk", "Кофе = шай"));
        for wrong in ["", "kk", "=Кофе", "kk=", " = "] {
            assert!(name(wrong).is_err_and(|said| said.contains("kk=")), "{wrong}");
        }
    }
}
