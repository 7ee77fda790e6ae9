//! Daily orders as text.

use mesto_client::protocol::orders::driver::{Order, OrderState};

use crate::kernel::output::{Tone, table};
use crate::kernel::show::Show;

/// Daily orders, one a line; of `forgotten` the operator does not know any more.
#[must_use]
pub fn orders_table(show: &Show, orders: &[Order], forgotten: &[Order]) -> String {
    let row = |(order, is_forgotten): (&Order, bool)| {
        let state = match &order.state {
            _ if is_forgotten => show.paint(Tone::Warn, &show.word("state-forgotten")),
            OrderState::Issued => show.paint(Tone::Warn, &show.word("order-state-issued")),
            OrderState::Paid => show.paint(Tone::Good, &show.word("order-state-paid")),
            OrderState::Cancelled => show.word("order-state-cancelled"),
            OrderState::Other(_) => show.word("order-state-other"),
        };
        vec![
            show.moment(order.issued_at),
            order.plate.display.clone(),
            order.zone.to_string(),
            show.money(&order.price),
            show.money(&order.owed),
            order.discount_until.map_or_else(String::new, |until| show.moment(until)),
            state,
            order.number.shown(),
            order.id.to_string(),
        ]
    };
    let known = orders.iter().map(|order| (order, false));
    let rows: Vec<Vec<String>> = known.chain(forgotten.iter().map(|order| (order, true))).map(row).collect();
    table(&["issued", "plate", "zone", ">price", ">to pay now", "until", "state", "number", "order"], &rows)
}
