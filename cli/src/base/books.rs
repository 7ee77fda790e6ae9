//! `mesto admin ledger|incidents|restored|clock-is-right`: the books of an operator,
//! and what somebody has to look at.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use mesto_operator::{Incident, LedgerAccountKind, LedgerBalance, Operator, Store, StoreError};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

use crate::base::operator::{looked_at, now, opened, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Style, Tone, table};
use crate::kernel::service::{Commands, Run, Service, Services};

pub const SERVICE: Service = Service { tools: Some(Commands::of::<Tool>()), ..Service::named("books") };

#[derive(Debug, Subcommand)]
enum Tool {
    /// Show every account of the ledger, audit it, and list what somebody has to look at.
    Ledger {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// What somebody has to look at, oldest first; `done` takes one from the list.
    Incidents(Box<IncidentsArgs>),
    /// Say that the store was put back from a copy, or that a replica took over: every phone reads
    /// its account anew.
    Restored {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Say that this machine's clock is right although it is far from what the store has seen: what
    /// is too old is erased again.
    ClockIsRight {
        #[command(flatten)]
        store: StoreArgs,
    },
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
struct IncidentsArgs {
    #[command(subcommand)]
    done: Option<Done>,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum Done {
    /// Say that one was looked at, and what came of it.
    Done {
        /// Its kind, as the list names it.
        kind: String,
        /// What it is about, as the list names it.
        about: String,
        /// What came of it, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Ledger { store } => {
                let (operator, store) = looked_at(&store)?;
                let report = report(&operator, store.as_ref(), call.services)
                    .map_err(|why| CliError::failed("the ledger", why))?;
                call.say(&report, || ledger_table(&report, call.style) + &incidents(&report, call.style));
                match &report.fault {
                    Some(fault) => {
                        Err(CliError::new(Exit::Failed, "ledger_fault", format!("the books do not agree: {fault}")))
                    }
                    None => Ok(()),
                }
            }
            Self::Incidents(args) if args.done.is_none() => {
                let (operator, store) = looked_at(&args.store)?;
                let found = operator.incidents(store.as_ref()).map_err(|why| CliError::failed("the incidents", why))?;
                let found: Vec<IncidentRow> = found.into_iter().map(IncidentRow::from).collect();
                call.say(&found, || match found.as_slice() {
                    [] => "Nothing has to be looked at.".to_owned(),
                    found => incident_table(found),
                });
                Ok(())
            }
            Self::Incidents(args) => {
                let Some(Done::Done { kind, about, reason, store }) = args.done else { return Ok(()) };
                let (operator, store) = opened(&store)?;
                let is_done = operator.incident_done(store.as_ref(), now(), (&kind, &about), &reason);
                if !is_done.map_err(|why| CliError::failed("the incident", why))? {
                    let text = format!("there is no incident {kind} about `{about}`");
                    return Err(CliError::new(Exit::Refused, "incident_unknown", text)
                        .advise("`mesto admin incidents` lists them; quote what it is about."));
                }
                call.say(&json!({ "done": { "kind": kind, "reference": about } }), || {
                    format!("{} {kind}", call.style.paint(Tone::Good, "Done:"))
                });
                Ok(())
            }
            Self::ClockIsRight { store } => {
                let (operator, store) = opened(&store)?;
                let now = now();
                operator.clock_is_right(store.as_ref(), now).map_err(|why| CliError::failed("the clock", why))?;
                call.say(&json!({ "clock": now }), || {
                    format!("{} {}", call.style.paint(Tone::Good, "The clock is right:"), now.to_rfc3339())
                });
                Ok(())
            }
            Self::Restored { store } => {
                let (operator, store) = opened(&store)?;
                let epoch =
                    operator.begin_epoch(store.as_ref(), now()).map_err(|why| CliError::failed("the epoch", why))?;
                call.say(&json!({ "epoch": epoch }), || {
                    let began = call.style.paint(Tone::Good, "A new epoch began:");
                    format!(
                        "{began} {epoch}\nevery phone reads its account as a whole, and marks what it has and these books lack."
                    )
                });
                Ok(())
            }
        }
    }
}

/// What the ledger says.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerReport {
    /// No fault was found; see `mesto_operator::ledger::audit`.
    pub sums_to_zero: bool,
    pub fault: Option<String>,
    /// All deposits together, two decimals.
    pub deposits: String,
    /// What services count beside them: `tickets`, how many were sold.
    #[serde(flatten)]
    pub counts: BTreeMap<&'static str, i64>,
    /// Every account of the ledger, those of all holders as one.
    pub accounts: Vec<LedgerRow>,
    /// What somebody has to look at, oldest first.
    pub incidents: Vec<IncidentRow>,
}

impl LedgerReport {
    /// What a service counts; 0 for what nobody does.
    #[must_use]
    pub fn count(&self, name: &str) -> i64 {
        self.counts.get(name).copied().unwrap_or_default()
    }
}

/// One thing to be looked at.
#[derive(Debug, Clone, Serialize)]
pub struct IncidentRow {
    pub at: String,
    pub kind: String,
    pub reference: String,
    pub detail: String,
}

/// An account of the ledger: its kind, and what it is about.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerRow {
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<i64>,
    pub currency: String,
    /// Debits are positive, two decimals.
    pub balance: String,
}

impl From<Incident> for IncidentRow {
    fn from(one: Incident) -> Self {
        Self { at: one.at.to_rfc3339(), kind: one.kind, reference: one.reference, detail: one.detail }
    }
}

/// Audits the ledger of an operator and reads its sums.
///
/// # Errors
/// When the store fails; a fault in the ledger is told inside.
pub fn report(operator: &Operator, store: &dyn Store, services: Services) -> Result<LedgerReport, StoreError> {
    let fault = operator.audit_ledger(store).err().map(|fault| fault.to_string());
    let balances = operator.ledger_balances(store)?;
    let counts = mesto_operator::store::transact(store, |tx| {
        let counts = services.all().flat_map(|service| service.counts);
        counts.map(|of| Ok((of.name, (of.count)(tx)?))).collect::<Result<BTreeMap<_, _>, StoreError>>()
    })?;
    let mut deposits = Decimal::new(0, 2);
    let mut total = Decimal::ZERO;
    let mut accounts = Vec::new();
    for LedgerBalance { kind, service, city, provider, rate, balance } in balances {
        total += balance.amount;
        if kind == LedgerAccountKind::Deposit {
            // A deposit is owed, so it stands on the credit side.
            deposits = -balance.amount;
        }
        let (kind, currency) = (kind.word().to_owned(), balance.currency.code().to_owned());
        accounts.push(LedgerRow { kind, service, city, provider, rate, currency, balance: balance.amount.to_string() });
    }
    if deposits.is_zero() {
        deposits.set_sign_positive(true);
    }
    let sums_to_zero = fault.is_none() && total.is_zero();
    let incidents = operator.incidents(store)?.into_iter().map(IncidentRow::from).collect();
    Ok(LedgerReport { sums_to_zero, fault, deposits: deposits.to_string(), counts, accounts, incidents })
}

/// What somebody has to look at; nothing when there is nothing.
fn incidents(report: &LedgerReport, style: Style) -> String {
    if report.incidents.is_empty() {
        return String::new();
    }
    let title = style.paint(Tone::Warn, "To be looked at:");
    format!("\n{title}\n{}", incident_table(&report.incidents))
}

fn incident_table(incidents: &[IncidentRow]) -> String {
    let row = |one: &IncidentRow| vec![one.at.clone(), one.kind.clone(), one.reference.clone(), one.detail.clone()];
    let rows: Vec<Vec<String>> = incidents.iter().map(row).collect();
    table(&["first seen", "kind", "about", "what happened"], &rows)
}

/// The ledger as a table, with its sum and the verdict.
#[must_use]
pub fn ledger_table(report: &LedgerReport, style: Style) -> String {
    let side = |amount: &str| match amount.strip_prefix('-') {
        Some(credit) => (String::new(), credit.to_owned()),
        None => (amount.to_owned(), String::new()),
    };
    let mut rows: Vec<Vec<String>> = report
        .accounts
        .iter()
        .map(|row| {
            let (debit, credit) = side(&row.balance);
            let text = |column: &Option<String>| column.clone().unwrap_or_default();
            let rate = row.rate.map(|rate| format!("{}.{:02} %", rate / 100, rate % 100));
            let about = [text(&row.service), text(&row.city), text(&row.provider), text(&rate)];
            let amounts = [debit, credit, row.currency.clone()];
            [row.kind.clone()].into_iter().chain(about).chain(amounts).collect()
        })
        .collect();
    let sum = |credit: bool| -> Decimal {
        let amounts = report.accounts.iter().filter_map(|row| row.balance.parse::<Decimal>().ok());
        amounts.filter(|amount| amount.is_sign_negative() == credit).map(|amount| amount.abs()).sum()
    };
    let none = String::new;
    let sums = [sum(false).to_string(), sum(true).to_string(), none()];
    rows.push(["sum".to_owned(), none(), none(), none(), none()].into_iter().chain(sums).collect());
    let verdict = match &report.fault {
        None if report.sums_to_zero => {
            style.paint(Tone::Good, "The books sum to zero, and whatever was sold has its charge.")
        }
        None => style.paint(Tone::Bad, "The books do not sum to zero."),
        Some(fault) => style.paint(Tone::Bad, &format!("The books do not agree: {fault}")),
    };
    format!(
        "{}{verdict}\n",
        table(&["account", "service", "city", "provider", "rate", ">debit", ">credit", "currency"], &rows)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debits_and_credits_stand_in_their_columns_and_sum_up() {
        let row = |kind: &str, service: Option<&str>, balance: &str| LedgerRow {
            kind: kind.into(),
            service: service.map(str::to_owned),
            city: None,
            provider: None,
            rate: None,
            currency: "RSD".into(),
            balance: balance.into(),
        };
        let report = LedgerReport {
            sums_to_zero: true,
            fault: None,
            deposits: "920.00".into(),
            counts: BTreeMap::new(),
            incidents: Vec::new(),
            accounts: vec![
                row("clearing", None, "1000.00"),
                row("deposit", None, "-920.00"),
                row("revenue", Some("parking"), "-80.00"),
            ],
        };
        let shown = ledger_table(&report, Style { json: false, coloured: false });
        let sums = |line: &str| line.split_whitespace().eq(["sum", "1000.00", "1000.00"]);
        assert!(shown.lines().any(sums), "{shown}");
        assert!(shown.contains("sum to zero"));
        let broken = ledger_table(
            &LedgerReport { fault: Some("entry x".into()), ..report },
            Style { json: false, coloured: false },
        );
        assert!(broken.contains("do not agree: entry x"));
    }
}
