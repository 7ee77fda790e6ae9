//! `mesto admin claims`: what somebody owes for what he had without paying, and how it was settled
//! by hand.

use clap::{Args, Subcommand};
use mesto_operator::{ByHand, Claim, ClaimError, ClaimState};
use serde::Serialize;
use serde_json::json;

use crate::base::operator::{looked_at, now, opened, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { tools: Some(Commands::of::<Tool>()), ..Service::named("claims") };

#[derive(Debug, Subcommand)]
enum Tool {
    /// What is owed for what somebody had without paying, oldest first; `paid` and `withdrawn`
    /// settle one by hand.
    Claims(ClaimsArgs),
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
struct ClaimsArgs {
    #[command(subcommand)]
    settled: Option<Settled>,
    /// Those that are settled too.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum Settled {
    /// Say that one was paid to you.
    Paid(SettledArgs),
    /// Say that you ask for one no more.
    Withdrawn(SettledArgs),
}

#[derive(Debug, Args)]
struct SettledArgs {
    /// The claim, as the list names it: its service and what it is for, garages/vi_...
    #[arg(value_parser = read_claim)]
    claim: (String, String),
    /// How it was paid, or why it is withdrawn, for the audit log; nobody's name.
    #[arg(long, value_parser = said_why)]
    reason: String,
    #[command(flatten)]
    store: StoreArgs,
}

fn read_claim(typed: &str) -> Result<(String, String), String> {
    let parts = typed.split_once('/').filter(|(service, subject)| !service.is_empty() && !subject.is_empty());
    let (service, subject) = parts.ok_or("a claim is named as `mesto admin claims` lists it: garages/vi_...")?;
    Ok((service.to_owned(), subject.to_owned()))
}

/// A claim, as it is told.
#[derive(Debug, Serialize)]
struct ClaimTold {
    claim: String,
    amount: String,
    currency: String,
    state: &'static str,
    /// `service`, `deposit`, `staff` or `withdrawn`; null while it is open.
    settled_by: Option<&'static str>,
    at: String,
    settled_at: Option<String>,
    /// The account that owes it; null when nobody knows whose it is.
    debtor: Option<String>,
    city: String,
    reason: String,
}

impl From<Claim> for ClaimTold {
    fn from(claim: Claim) -> Self {
        Self {
            claim: format!("{}/{}", claim.service, claim.subject),
            amount: claim.amount.amount.to_string(),
            currency: claim.amount.currency.code().to_owned(),
            state: claim.state.word(),
            settled_by: claim.settled_by.map(|by| by.word()),
            at: claim.at.to_rfc3339(),
            settled_at: claim.settled_at.map(|at| at.to_rfc3339()),
            debtor: claim.debtor.map(|account| account.to_string()),
            city: claim.city.to_string(),
            reason: claim.reason,
        }
    }
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Claims(args) = self;
        let (how, settled) = match args.settled {
            Some(Settled::Paid(settled)) => (ByHand::Paid, settled),
            Some(Settled::Withdrawn(settled)) => (ByHand::Withdrawn, settled),
            None => {
                let (operator, store) = looked_at(&args.store)?;
                let found = operator.claims(store.as_ref()).map_err(|why| CliError::failed("the claims", why))?;
                let found = found.into_iter().filter(|claim| args.all || claim.state == ClaimState::Open);
                let found: Vec<ClaimTold> = found.map(ClaimTold::from).collect();
                call.say(&found, || match found.as_slice() {
                    [] => "Nobody owes anything.".to_owned(),
                    found => claims_table(found),
                });
                return Ok(());
            }
        };
        let SettledArgs { claim: (service, subject), reason, store } = settled;
        let (operator, store) = opened(&store)?;
        operator.settle_claim(store.as_ref(), now(), (&service, &subject), (how, &reason)).map_err(not_settled)?;
        let (claim, word) = (format!("{service}/{subject}"), if how == ByHand::Paid { "paid" } else { "withdrawn" });
        call.say(&json!({ word: claim }), || {
            let said = if how == ByHand::Paid { "Paid by hand:" } else { "Withdrawn:" };
            format!("{} {claim}", call.style.paint(Tone::Good, said))
        });
        Ok(())
    }
}

fn not_settled(error: ClaimError) -> CliError {
    let text = error.to_string();
    match error {
        ClaimError::Unknown => {
            CliError::new(Exit::Refused, "claim_unknown", text).advise("`mesto admin claims` lists them.")
        }
        ClaimError::Settled { .. } => CliError::new(Exit::Refused, "claim_settled", text)
            .advise("`mesto admin claims --all` says by what; money that came twice goes back by hand."),
        ClaimError::Store(why) => CliError::failed("the claim", why),
    }
}

fn claims_table(claims: &[ClaimTold]) -> String {
    let row = |one: &ClaimTold| {
        vec![
            one.at.clone(),
            format!("{} {}", one.amount, one.currency),
            one.settled_by.unwrap_or(one.state).to_owned(),
            one.reason.clone(),
            one.claim.clone(),
            one.debtor.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = claims.iter().map(row).collect();
    table(&["since", ">amount", "state", "why", "claim", "account"], &rows)
}
