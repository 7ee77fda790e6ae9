//! What an operator's own tools do to a daily order.

use clap::Subcommand;
use mesto_client::protocol::kernel::ids::OrderId;
use mesto_protocol::orders::driver::Order;

use crate::base::operator::{now, opened, refused, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::Tone;
use crate::kernel::service::Run;

#[derive(Debug, Subcommand)]
pub enum Tool {
    /// Mark a daily order as paid at a counter, a bank or the post.
    OrderPaidElsewhere {
        /// The order: or_...
        order: OrderId,
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Withdraw a daily order that is not paid.
    CancelOrder {
        /// The order: or_...
        order: OrderId,
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let (order, said): (Order, _) = match self {
            Self::OrderPaidElsewhere { order, reason, store } => {
                let (operator, store) = opened(&store)?;
                let paid = operator.order_paid_elsewhere(store.as_ref(), now(), &order.to_string(), &reason);
                (paid.map_err(refused)?, "Paid elsewhere:")
            }
            Self::CancelOrder { order, reason, store } => {
                let (operator, store) = opened(&store)?;
                let cancelled = operator.cancel_order(store.as_ref(), now(), &order.to_string(), &reason);
                (cancelled.map_err(refused)?, "Withdrawn:")
            }
        };
        call.say(&order, || format!("{} {} of {}", call.style.paint(Tone::Good, said), order.id, order.plate));
        Ok(())
    }
}
