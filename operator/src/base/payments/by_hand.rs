//! What somebody at the operator sees and does of refunds: those that are owed, and those that no
//! provider makes.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::base::payments::Refund;
use mesto_protocol::kernel::ids::{AccountId, PaymentId, RefundId};
use serde::Serialize;

use crate::base::incidents;
use crate::base::payments::refunds::{self, REFUSED};
use crate::base::payments::rows::{ProviderRequestRow, RefundRow, RefundStateWord, RouteWord};
use crate::kernel::account::LockedAccount;
use crate::kernel::failure::Outcome;
use crate::kernel::grants::{self, Logged};
use crate::kernel::ledger;
use crate::kernel::operator::{Operator, acted, whole_millis};
use crate::kernel::store::{Select, Store, StoreError, Tx, transact};
use crate::{find, values};

/// A refund, and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefundOwed {
    #[serde(flatten)]
    pub refund: Refund,
    /// To whom it is owed, a pseudonym.
    pub account: AccountId,
    /// What it is taken from; absent for what was left of the deposit of an account that was
    /// closed.
    pub payment: Option<PaymentId>,
    /// The provider's own payment that it is taken from; absent for what was paid from the deposit.
    pub reference: Option<String>,
    pub created_at: DateTime<Utc>,
    pub done_at: Option<DateTime<Utc>>,
}

/// Why a refund was not marked as done by hand.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RefundError {
    #[error("there is no refund {0}")]
    Unknown(RefundId),
    #[error(
        "refund {refund} is {state} by {route}; by hand only those that are owed by transfer, or that their provider refused"
    )]
    NotByHand { refund: RefundId, state: String, route: String },
    #[error("the operator's store: {}", .0.detail)]
    Store(Box<Problem>),
}

impl From<RefundRow> for RefundOwed {
    fn from(row: RefundRow) -> Self {
        let (account, payment, reference) = (row.account, row.payment, row.reference.clone());
        let (created_at, done_at) = (row.created_at, row.done_at);
        Self { refund: row.into(), account, payment, reference, created_at, done_at }
    }
}

impl Operator {
    /// Refunds that are not done, the one that is due first before the others; with `all` those
    /// that are done too.
    ///
    /// # Errors
    /// When the store fails.
    pub fn refunds(&self, store: &dyn Store, all: bool) -> Result<Vec<RefundOwed>, StoreError> {
        let done = if all { "" } else { RefundStateWord::Done.word() };
        let sql = "FROM refund WHERE refund.state <> $1 ORDER BY refund.due_at, refund.id";
        let rows: Vec<RefundRow> = transact(store, |tx| tx.all(Select::of(sql, values![done])))?;
        Ok(rows.into_iter().map(RefundOwed::from).collect())
    }

    /// Marks a refund as paid by hand: one that is owed by transfer, or that its provider refused
    /// and nobody is asked for any more. `how` says how it was paid, for the audit log: no personal
    /// data. Its incident is done with it.
    ///
    /// # Errors
    /// [`RefundError`]
    pub fn refund_done(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        refund: RefundId,
        how: &str,
    ) -> Result<RefundOwed, RefundError> {
        let now = whole_millis(now);
        acted(store, |tx| by_hand(tx, self, now, refund, how)).map_err(|why| RefundError::Store(Box::new(why)))?
    }
}

fn by_hand(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    id: RefundId,
    how: &str,
) -> Outcome<Result<RefundOwed, RefundError>> {
    let Some(found) = tx.first(find!(RefundRow { id: id }))? else { return Ok(Err(RefundError::Unknown(id))) };
    let mut account = LockedAccount::take(tx, found.account)?;
    // Read again: now nobody else changes it.
    let Some(refund) = tx.first(find!(RefundRow { id: id }))? else { return Ok(Err(RefundError::Unknown(id))) };
    let is_asked = tx.first(find!(ProviderRequestRow { refund: id }))?.is_some();
    let is_for_hands = match (refund.route, refund.state) {
        (_, RefundStateWord::Done) | (RouteWord::Deposit, _) => false,
        (RouteWord::Transfer, _) | (RouteWord::Card, RefundStateWord::Failed) => true,
        // Of a provider that takes no such requests.
        (RouteWord::Card, _) => !is_asked,
    };
    if !is_for_hands {
        let (state, route) = (refund.state.word().to_owned(), refund.route.word().to_owned());
        return Ok(Err(RefundError::NotByHand { refund: id, state, route }));
    }
    let reference = id.to_string();
    incidents::forget(tx, REFUSED, &reference)?;
    grants::log(
        tx,
        operator,
        now,
        &Logged { actor: grants::TOOL, action: "refund.done", subject: &reference, note: how },
    )?;
    refunds::done(tx, (operator, now), &mut account, (refund.clone(), RouteWord::Transfer, ledger::ELSEWHERE))?;
    account.release(tx, now)?;
    let done = RefundRow { route: RouteWord::Transfer, state: RefundStateWord::Done, done_at: Some(now), ..refund };
    Ok(Ok(done.into()))
}
