//! What an operator's own tools do to a ticket.

use clap::Subcommand;
use mesto_client::protocol::kernel::ids::TicketId;

use crate::base::operator::{now, opened, refused, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::Tone;
use crate::kernel::service::Run;

#[derive(Debug, Subcommand)]
pub enum Tool {
    /// Take a running ticket back and give its price back: to the deposit, or to the card it was
    /// paid with.
    VoidTicket {
        /// The ticket: tk_...
        ticket: TicketId,
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::VoidTicket { ticket, reason, store } = self;
        let (operator, store) = opened(&store)?;
        let voided = operator.void_ticket(store.as_ref(), now(), &ticket.to_string(), &reason).map_err(refused)?;
        call.say(&voided, || {
            let (said, price) = (call.style.paint(Tone::Good, "Void:"), &voided.price);
            format!("{said} {} of {}; {price} goes back ({})", voided.id, voided.plate, voided.pay)
        });
        Ok(())
    }
}
