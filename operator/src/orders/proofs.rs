//! Whose an order is. A plate alone shows nothing of it: an account has had a ticket there around
//! that time, or it knows the number on the slip (ADR 18).

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::kernel::ids::{AccountId, OrderId};
use mesto_protocol::kernel::reference::Reference;
use mesto_protocol::orders::driver::{self as wire, Order, OrderSlip};
use mesto_protocol::{Problem, ProblemCode};

use crate::kernel::account::{AccountOf, LockedAccount};
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::limits::{Limit, Limits};
use crate::kernel::service::{Erasure, Export, Served, Table, serve};
use crate::kernel::store::{Select, Tx, Write};
use crate::orders::driver;
use crate::{find, stored_words, table, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(post wire::BY_SLIP => by_slip)];

stored_words! {
    /// `order_proof.proof`
    pub(crate) enum ProofWord { Ticket = "ticket", Number = "number" }
}

table! {
    /// An account that has shown an order to be its own.
    pub(crate) struct ProofRow in "order_proof" {
        account: AccountId,
        daily_order: OrderId,
        proof: ProofWord,
        at: DateTime<Utc>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "order_proof",
    export: Export::Excused("told with the orders"),
    erasure: Erasure::AtClosing(&["DELETE FROM order_proof WHERE account = $1"]),
};

/// A ticket of one's own proves an order that was issued up to so long after its end: the same day,
/// and the night before.
const AROUND: TimeDelta = TimeDelta::hours(12);

/// Asks for the accounts that had a ticket of a plate in a zone around a moment. One that is bought
/// afterwards proves nothing.
pub(crate) fn proven_by_ticket(city: &str, zone: &str, canonical: &str, now: DateTime<Utc>) -> Select<AccountOf> {
    Select::of(
        "FROM ticket_plate JOIN ticket ON ticket.id = ticket_plate.ticket WHERE ticket_plate.city = $1 AND ticket_plate.canonical = $2 AND ticket_plate.zone = $3 AND ticket_plate.ends_at > $4 AND (ticket.starts_at <= $5 OR ticket.starts_at = ticket.issued_at) AND ticket.state <> 'voided' AND EXISTS (SELECT 1 FROM account AS holder WHERE holder.id = ticket.account AND holder.closed_at IS NULL) ORDER BY ticket.account",
        values![city, canonical, zone, (now - AROUND).timestamp_millis(), now.timestamp_millis()],
    )
}

/// Asks for the accounts of an order.
pub(crate) fn of(order: OrderId) -> Select<AccountOf> {
    Select::of("FROM order_proof WHERE daily_order = $1 ORDER BY account", values![order])
}

/// The order is this account's from now on, and it is told; its row is released by who locked it.
pub(crate) fn give(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    order: &Order,
    proof: ProofWord,
) -> Outcome<()> {
    tx.write(Write::insert(ProofRow { account: account.id, daily_order: order.id, proof, at: now }))?;
    account.tell(order)
}

/// What is tried in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderLimits {
    /// Wrong numbers of orders by one account.
    pub wrong_numbers_per_account: i64,
}

impl Default for OrderLimits {
    fn default() -> Self {
        Self { wrong_numbers_per_account: 10 }
    }
}

impl Limits for OrderLimits {}

/// Somebody has the slip in his hand.
pub(crate) fn by_slip(tx: &mut dyn Tx, call: &mut Call<'_>, asked: OrderSlip) -> Outcome<Order> {
    let number: Reference =
        asked.number.parse().map_err(|error: mesto_protocol::kernel::reference::ReferenceError| {
            Problem::new(ProblemCode::OrderNumberInvalid, error.to_string())
                .with("reason", error.word())
                .with("example", Reference::EXAMPLE)
        })?;
    let (now, account) = (call.now, call.who()?.account);
    let most = call.operator.limits::<OrderLimits>().wrong_numbers_per_account;
    let wrong = Limit { kind: "wrong_order_number", subject: &account.to_string(), most };
    wrong.check(tx, now)?;
    let Some(order) = driver::by_number(tx, number, now)? else {
        let problem = Problem::new(ProblemCode::NotFound, format!("there is no order {}", number.shown()));
        return Err(wrong.missed(tx, call.operator, now, problem));
    };
    let mut account = LockedAccount::of_caller(tx, account)?;
    if tx.first(find!(ProofRow { account: account.id, daily_order: order.id }))?.is_none() {
        give(tx, now, &mut account, &order, ProofWord::Number)?;
        account.release(tx, now)?;
    }
    Ok(order)
}
