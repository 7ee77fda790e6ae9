//! What moved the balance of a card, as its rider is told: since he linked it, and no further back.

use chrono::{DateTime, Utc};
use mesto_protocol::cards::riders::{CardHistory, CardMovement};
use mesto_protocol::kernel::ids::EntryId;
use mesto_rules::money::{Currency, Money};
use mesto_rules::rides::{BoardNumber, RouteId};

use crate::cards::{riders, told};
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::paging::AskedPage;
use crate::kernel::store::{Select, Tx};
use crate::{projection, values};

projection! {
    /// A leg of a card with what it is about.
    struct Moved {
        entry: EntryId = "ledger_leg.entry",
        kind: String = "ledger_entry.kind",
        booked_at: DateTime<Utc> = "ledger_entry.at",
        amount: i64 = "ledger_leg.amount",
        currency: Currency = "ledger_leg.currency",
        board: Option<BoardNumber> = "card_ride.board",
        route: Option<RouteId> = "card_ride.route",
        registered_at: Option<DateTime<Utc>> = "card_ride.registered_at",
        held_at: Option<DateTime<Utc>> = "card_top_up.done_at",
    }
}

/// Newest first, in the order in which the operator heard of it.
pub(crate) fn history(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<CardHistory> {
    let asked = AskedPage::<EntryId>::of(call.request)?;
    let row = riders::own(tx, call, call.named())?;
    let rows: Vec<Moved> = tx.all(Select::of(
        "FROM ledger_leg JOIN ledger_entry ON ledger_entry.id = ledger_leg.entry LEFT JOIN card_ride ON card_ride.ride = ledger_entry.reference LEFT JOIN card_top_up ON card_top_up.id = ledger_entry.reference WHERE ledger_leg.kind = 'card' AND ledger_leg.holder = $1 AND ledger_leg.entry < $2 AND COALESCE(card_ride.registered_at, card_top_up.done_at, ledger_entry.at) >= $3 ORDER BY ledger_leg.entry DESC LIMIT $4",
        values![row.holder, asked.older_than(), row.linked_at.map(|at| at.timestamp_millis()), asked.reads()],
    ))?;
    let (rows, next) = asked.page(rows, |row| row.entry.to_string());
    let movement = |row: Moved| CardMovement {
        id: row.entry,
        kind: row.kind,
        amount: Money::from_minor(-row.amount, row.currency),
        happened_at: row.registered_at.or(row.held_at).unwrap_or(row.booked_at),
        vehicle: row.board,
        route: row.route,
    };
    Ok(CardHistory { balance: told::balance(&row), items: rows.into_iter().map(movement).collect(), next })
}
