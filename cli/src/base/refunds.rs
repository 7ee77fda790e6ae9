//! `mesto admin refunds`: money that is owed back, and what no provider pays back.

use clap::{Args, Subcommand};
use mesto_operator::payments::{RefundError, RefundOwed};
use mesto_protocol::kernel::ids::RefundId;

use crate::base::operator::{looked_at, now, opened, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { tools: Some(Commands::of::<Tool>()), ..Service::named("refunds") };

#[derive(Debug, Subcommand)]
enum Tool {
    /// Refunds that are due or failed, the first one due before the others; `done` marks one that
    /// was paid by hand.
    Refunds(RefundsArgs),
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
struct RefundsArgs {
    #[command(subcommand)]
    done: Option<Done>,
    /// Those that are done too.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum Done {
    /// Mark a refund as paid by hand: one by transfer, or one that its provider refused.
    Done {
        /// The refund: rf_...
        refund: RefundId,
        /// How it was paid, for the audit log; nobody's name and no account number.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Refunds(args) = self;
        match args.done {
            None => {
                let (operator, store) = looked_at(&args.store)?;
                let found = operator.refunds(store.as_ref(), args.all);
                let found = found.map_err(|why| CliError::failed("the refunds", why))?;
                call.say(&found, || match found.as_slice() {
                    [] => "Nothing is owed back.".to_owned(),
                    found => refunds_table(found),
                });
            }
            Some(Done::Done { refund, reason, store }) => {
                let (operator, store) = opened(&store)?;
                let done = operator.refund_done(store.as_ref(), now(), refund, &reason).map_err(not_done)?;
                call.say(&done, || {
                    format!("{} {} of {}", call.style.paint(Tone::Good, "Paid by hand:"), refund, done.refund.amount)
                });
            }
        }
        Ok(())
    }
}

fn not_done(error: RefundError) -> CliError {
    let text = error.to_string();
    match error {
        RefundError::Unknown(_) => {
            CliError::new(Exit::Refused, "refund_unknown", text).advise("`mesto admin refunds --all` lists them.")
        }
        RefundError::NotByHand { .. } => CliError::new(Exit::Refused, "refund_not_by_hand", text).advise(
            "One by card is asked of its provider by `mesto serve`; only when that refuses it is paid by hand.",
        ),
        RefundError::Store(why) => CliError::failed("the refund", why.detail),
    }
}

fn refunds_table(refunds: &[RefundOwed]) -> String {
    let row = |one: &RefundOwed| {
        let refund = &one.refund;
        vec![
            refund.due_at.to_rfc3339(),
            refund.amount.to_string(),
            refund.route.to_string(),
            refund.state.to_string(),
            refund.reason.clone(),
            refund.id.to_string(),
            one.account.to_string(),
            one.reference.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = refunds.iter().map(row).collect();
    table(&["due", ">amount", "by", "state", "why", "refund", "account", "the provider's payment"], &rows)
}
