//! `mesto report` and `mesto reports`, `mesto admin reports` and `mesto admin answer-report`.

use clap::{Args, Subcommand};
use mesto_client::TroubleToReport;
use mesto_client::protocol::base::reports::{ReportKind, TroubleReport};

use crate::base::operator::{looked_at, now, opened, refused};
use crate::kernel::args::{PhoneArgs, StoreArgs};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<Tool>()),
    ..Service::named("reports")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// Report a trouble to the operator.
    Report(ReportArgs),
    /// What this account reported, with the answers.
    Reports {
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
        #[command(flatten)]
        at: PhoneArgs,
    },
}

#[derive(Debug, Args)]
struct ReportArgs {
    /// failure, payment, private_transfer, defective_card, access_known or something_else.
    #[arg(value_parser = kind)]
    kind: ReportKind,
    /// What it is.
    text: String,
    /// The number on the vehicle, or its plate.
    #[arg(long)]
    vehicle: Option<String>,
    /// The ride: its id, or which it was.
    #[arg(long)]
    ride: Option<String>,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Subcommand)]
enum Tool {
    /// Reports that wait for an answer, oldest first.
    Reports {
        /// Those that were answered too.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Answer a report: its person reads it.
    AnswerReport {
        /// The number of the report, as its person has it: "4821 0937 5557".
        reference: String,
        /// The answer.
        answer: String,
        #[command(flatten)]
        store: StoreArgs,
    },
}

fn kind(typed: &str) -> Result<ReportKind, String> {
    let kind = ReportKind::read(&typed.replace('-', "_"));
    if kind.is_known() { Ok(kind) } else { Err(format!("a report is one of {}", ReportKind::KNOWN.join(", "))) }
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Report(args) => call.ask(report(args, call)),
            Self::Reports { limit, cursor, at } => call.ask(reports(limit, cursor, at, call)),
        }
    }
}

async fn report(args: ReportArgs, call: Call) -> Outcome<()> {
    let ReportArgs { kind, text, vehicle, ride, at } = args;
    let phone = Phone::open(&at, call).await?;
    let said = phone.core.reports().report(&phone.city, TroubleToReport { kind, text, vehicle, ride }).await;
    let report = phone.done(said)?;
    call.say(&report, || {
        let number = report.reference.shown();
        format!("{}\nIts number is {number}.", phone.show.paint(Tone::Good, "The operator has it."))
    });
    Ok(())
}

async fn reports(limit: u32, cursor: Option<String>, at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let page = phone.core.reports().list(cursor, limit).await;
    let page = phone.done(page)?;
    call.say(&page, || {
        let more = page.next.as_ref().map(|next| format!("More: mesto reports --cursor {next}\n"));
        listed(&page.items) + &more.unwrap_or_default()
    });
    Ok(())
}

fn listed(reports: &[TroubleReport]) -> String {
    let row = |report: &TroubleReport| {
        let about = [&report.vehicle, &report.ride].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ");
        vec![
            report.reference.shown(),
            report.reported_at.format("%Y-%m-%d %H:%M UTC").to_string(),
            report.kind.to_string(),
            report.text.replace('\n', " "),
            about,
            report.answer.clone().unwrap_or_else(|| report.state.to_string()).replace('\n', " "),
        ]
    };
    let rows: Vec<Vec<String>> = reports.iter().map(row).collect();
    table(&["number", "reported", "kind", "what", "about", "answer"], &rows)
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Reports { all, store } => {
                let (operator, store) = looked_at(&store)?;
                let reports = operator.reports(store.as_ref(), !all);
                let reports = reports.map_err(|why| CliError::failed("the reports", why))?;
                call.say(&reports, || listed(&reports));
            }
            Self::AnswerReport { reference, answer, store } => {
                let (operator, store) = opened(&store)?;
                let answered = operator.answer_report(store.as_ref(), now(), &reference, &answer).map_err(refused)?;
                call.say(&answered, || {
                    call.style.paint(Tone::Good, &format!("Answered: {}", answered.reference.shown()))
                });
            }
        }
        Ok(())
    }
}
