//! Cards that are changed by one transaction: each with the account that it is itself, and with
//! that of the rider who linked it, all locked in the one order.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use mesto_protocol::cards::riders::CardUnlinked;
use mesto_protocol::kernel::ids::{AccountId, CardId};
use mesto_protocol::{Problem, ProblemCode};

use crate::cards::tables::CardRow;
use crate::cards::told;
use crate::kernel::account::{self, LockedAccount, LockedAccounts, Locks};
use crate::kernel::failure::Outcome;
use crate::kernel::ledger::{self, LedgerAccount, Movement};
use crate::kernel::operator::Operator;
use crate::kernel::store::{StoreError, Tx};
use crate::{find, update};

/// Cards that are locked.
pub(crate) struct Drawer<'a> {
    operator: &'a Operator,
    now: DateTime<Utc>,
    cards: BTreeMap<CardId, CardRow>,
    accounts: LockedAccounts,
    /// Those whose riders are told how they stand.
    changed: BTreeSet<CardId>,
}

impl<'a> Drawer<'a> {
    /// Locks these cards, as they were read just before, and these accounts besides.
    pub fn open(
        tx: &mut dyn Tx,
        (operator, now): (&'a Operator, DateTime<Utc>),
        cards: impl IntoIterator<Item = CardRow>,
        also: &[AccountId],
    ) -> Outcome<Self> {
        let before: BTreeMap<CardId, CardRow> = cards.into_iter().map(|row| (row.id, row)).collect();
        let mut locks = Locks::default();
        locks.accounts.extend(also);
        for row in before.values() {
            locks.accounts.extend([Some(row.holder), row.account].into_iter().flatten());
        }
        let accounts = account::lock(tx, &locks)?;
        let mut cards = BTreeMap::new();
        for (id, known) in before {
            let row = tx.first(find!(CardRow { id: id }))?;
            let row = row.ok_or_else(|| StoreError::unreadable("card", "it is gone"))?;
            // Another one linked it, or it was replaced, in the meantime: the transaction is run
            // again.
            if (row.account, row.replaced_by) != (known.account, known.replaced_by) {
                return Err(StoreError::Contended.into());
            }
            cards.insert(id, row);
        }
        Ok(Self { operator, now, cards, accounts, changed: BTreeSet::new() })
    }

    pub fn card(&self, id: CardId) -> Outcome<&CardRow> {
        Ok(self.cards.get(&id).ok_or_else(|| StoreError::unreadable("card", "it is not locked"))?)
    }

    /// A locked account.
    pub fn account(&mut self, id: AccountId) -> Outcome<&mut LockedAccount> {
        Ok(self.accounts.get_mut(&id).ok_or_else(|| StoreError::unreadable("account", "it is not locked"))?)
    }

    /// The account of who asks; one that was closed in the meantime can do nothing more.
    pub fn of_caller(&mut self, id: AccountId) -> Outcome<()> {
        match self.account(id)?.is_closed {
            true => Err(Problem::new(ProblemCode::Unauthorized, "this account was closed").into()),
            false => Ok(()),
        }
    }

    /// A card as it is now; its rider will be told.
    pub fn change(&mut self, row: CardRow) {
        self.changed.insert(row.id);
        self.cards.insert(row.id, row);
    }

    /// The rider of a card is told how it stands.
    pub fn changed(&mut self, id: CardId) {
        self.changed.insert(id);
    }

    /// Books what a card gains by a movement against another account of the ledger, at the moment
    /// that it happened.
    pub fn gain(
        &mut self,
        tx: &mut dyn Tx,
        id: CardId,
        (kind, reference): (&'static str, &str),
        (amount, against): (i64, LedgerAccount),
        happened_at: DateTime<Utc>,
    ) -> Outcome<()> {
        let mut row = self.card(id)?.clone();
        row.balance = row.balance.checked_add(amount).ok_or_else(|| {
            Problem::new(ProblemCode::OutOfRange, "the balance of a card does not reach so far").with("field", "price")
        })?;
        row.balance_at = row.balance_at.max(happened_at);
        let legs = vec![(LedgerAccount::Card { holder: row.holder }, -amount), (against, amount)];
        let movement = Movement { id: self.operator.new_id(self.now), kind, reference, currency: row.currency, legs };
        ledger::post(tx, self.now, None, movement)?;
        self.change(row);
        Ok(())
    }

    /// Ends the link of a card to its account, which is told.
    pub fn unlink(&mut self, id: CardId) -> Outcome<()> {
        let row = self.card(id)?.clone();
        if let Some(account) = row.account {
            self.account(account)?.tell(&CardUnlinked { card: id })?;
        }
        self.change(CardRow { account: None, linked_at: None, is_defective: false, ..row });
        Ok(())
    }

    /// Writes what changed, and tells the riders.
    pub fn close(mut self, tx: &mut dyn Tx) -> Outcome<()> {
        for id in std::mem::take(&mut self.changed) {
            let row = self.card(id)?.clone();
            let told = row.clone();
            tx.write(update!(CardRow { id: id } set {
                state: row.state, trouble: row.trouble, blocked_at: row.blocked_at, is_defective: row.is_defective,
                replaced_by: row.replaced_by, account: row.account, linked_at: row.linked_at, balance: row.balance,
                balance_at: row.balance_at, ridden_at: row.ridden_at
            }))?;
            if let Some(account) = told.account {
                let card = told::card_read(tx, self.operator.city(told.city.as_str())?, &told)?;
                self.account(account)?.tell(&card)?;
            }
        }
        for account in self.accounts.values_mut() {
            account.release(tx, self.now)?;
        }
        Ok(())
    }
}
