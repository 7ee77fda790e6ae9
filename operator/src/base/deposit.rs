//! A person's deposit: what moves it, and what it holds. Everything that is booked on it goes
//! through here.

use chrono::{DateTime, Utc};
use mesto_protocol::ProblemCode;
use mesto_protocol::base::wallet::Balance;
use mesto_protocol::kernel::ids::AccountId;
use mesto_rules::money::Money;

use crate::find;
use crate::kernel::account::{AccountRow, LockedAccount};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::ledger::{self, Holder, LedgerAccount, Movement};
use crate::kernel::store::{StoreError, Tx};

/// Books a movement. Where it moves the deposit of the account, the balance, the event and the
/// entry that its owner sees follow from the legs.
pub(crate) fn book(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    movement: Movement<'_>,
) -> Outcome<()> {
    let own = LedgerAccount::Deposit { holder: account.id };
    let mut on_deposit = movement.legs.iter().filter(|(to, _)| *to == own).peekable();
    if on_deposit.peek().is_none() {
        return ledger::post(tx, now, None, movement);
    }
    let debited: i64 = on_deposit.map(|(_, amount)| amount).sum();
    let balance = account.deposit.checked_sub(debited).filter(|balance| *balance >= 0).ok_or_else(|| {
        StoreError::Broken(format!("{} {} would take the deposit below zero", movement.kind, movement.reference))
    })?;
    account.deposit = balance;
    let seq = account.tell_of_entry(&Balance { balance: account.balance() }, movement.id)?;
    let holder = Holder { account: account.id, seq, amount: -debited, balance };
    ledger::post(tx, now, Some(holder), movement)
}

/// The balance of an account, for showing.
pub(crate) fn balance(tx: &mut dyn Tx, account: AccountId) -> Outcome<Money> {
    match tx.first(find!(AccountRow { id: account }))? {
        Some(row) => Ok(Money::from_minor(row.deposit, row.currency)),
        None => refuse(ProblemCode::NotFound, "the account is gone"),
    }
}
