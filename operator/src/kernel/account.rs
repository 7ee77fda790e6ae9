//! Accounts locked for the length of a transaction: an account's money moves and its events are
//! written by one who holds its lock.
//!
//! The order of locks is one everywhere: accounts by id, then subjects by kind and id. Who needs
//! several takes them in one call of [`lock`], so that no two transactions wait for each other in a
//! circle.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::ids::{AccountId, EntryId};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::{Currency, Money};

use crate::kernel::events::{self, EventRow};
use crate::kernel::failure::Outcome;
use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::store::{Ask, Columns, Row, Select, StoreError, Tx, Write};
use crate::{find, projection, stored_words, table, update};

pub(crate) const TABLE: Table = Table {
    name: "account",
    export: Export::Rows {
        called: "accounts",
        columns: &[Told::Plain("id"), Told::Plain("kind"), Told::Money("deposit"), Told::Time("created_at")],
        from: "account WHERE id = $1",
    },
    erasure: Erasure::Excused("a pseudonym that the books need; it names no person"),
};

stored_words! {
    /// What an account is of, `account.kind`; `guest`, `company`, `partner` are for later.
    pub(crate) enum AccountKindWord {
        Person = "person",
        /// A machine of a place.
        Device = "device",
        /// A transport card that exists without a person (AV-28, AMB-17).
        CardOnly = "card_only",
    }
}

table! {
    pub(crate) struct AccountRow in "account" {
        id: AccountId,
        kind: AccountKindWord,
        seq: i64,
        currency: Currency,
        deposit: i64,
        events_from: i64,
        created_at: DateTime<Utc>,
        closed_at: Option<DateTime<Utc>>,
        /// The roles that have not ended, as [`crate::kernel::grants`] writes them.
        roles: String,
    }
}

/// Something that is locked and has no row of its own, such as a plate on which inspectors work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject {
    pub kind: &'static str,
    pub id: String,
}

/// What several locks are taken of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Locks {
    pub accounts: BTreeSet<AccountId>,
    pub subjects: BTreeSet<Subject>,
}

impl Locks {
    /// The questions that take them, in their order. The first ones answer with the rows of the
    /// accounts.
    pub fn asks(&self) -> Vec<Ask> {
        let account = |id: &AccountId| find!(AccountRow { id: id }).locking("account").ask();
        let subject = |subject: &Subject| Ask::subject_lock(&format!("{}:{}", subject.kind, subject.id));
        self.accounts.iter().map(account).chain(self.subjects.iter().map(subject)).collect()
    }

    /// The accounts, by the answers to [`Locks::asks`].
    pub fn taken(&self, answers: &[Vec<Row>]) -> Outcome<LockedAccounts> {
        let mut locked = LockedAccounts::new();
        for row in answers.iter().take(self.accounts.len()).flatten() {
            let account = LockedAccount::of(row.read()?);
            locked.insert(account.id, account);
        }
        Ok(locked)
    }
}

projection! {
    /// An account that something belongs to.
    pub(crate) struct AccountOf {
        account: AccountId = "account",
    }
}

/// Locks accounts, then subjects, in the one order. An account that does not exist is left out.
pub(crate) fn lock(tx: &mut dyn Tx, locks: &Locks) -> Outcome<LockedAccounts> {
    let answers = tx.read(locks.asks())?;
    locks.taken(&answers)
}

/// Locked accounts by id.
pub(crate) type LockedAccounts = BTreeMap<AccountId, LockedAccount>;

/// An event to be written.
#[derive(Debug)]
struct PendingEvent {
    /// Kind and data, as [`events::Stored`] reads them.
    change: String,
    /// The entry of the ledger it tells of.
    entry: Option<EntryId>,
}

/// An account whose row is locked. Everything that reads a balance to change it, or appends an
/// event, goes through here: a plain read-then-write loses updates as soon as two requests overlap.
#[derive(Debug)]
pub(crate) struct LockedAccount {
    pub id: AccountId,
    pub currency: Currency,
    /// Minor units.
    pub deposit: i64,
    /// Cursor of the last event, the ones to be written included.
    pub seq: i64,
    pub is_closed: bool,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// As they stand in its row.
    pub roles: String,
    changes: Vec<PendingEvent>,
}

impl LockedAccount {
    /// Locks one account's row.
    pub fn take(tx: &mut dyn Tx, account: AccountId) -> Outcome<Self> {
        Self::found(tx.first(find!(AccountRow { id: account }).locking("account"))?)
    }

    /// Locks the account of a person who asks for something; one that was closed in the meantime
    /// can do nothing more.
    pub fn of_caller(tx: &mut dyn Tx, account: AccountId) -> Outcome<Self> {
        Self::take(tx, account)?.unless_closed()
    }

    /// As [`LockedAccount::of_caller`]; `then` is asked in the same round trip, when it is locked.
    pub fn of_caller_then<T: Columns>(tx: &mut dyn Tx, account: AccountId, then: Select<T>) -> Outcome<(Self, Vec<T>)> {
        let locking = find!(AccountRow { id: account }).locking("account").ask();
        let mut answers = tx.read(vec![locking, then.ask()])?.into_iter();
        let found = answers.next().unwrap_or_default().first().map(Row::read).transpose()?;
        let then = answers.next().unwrap_or_default().iter().map(Row::read).collect::<Result<_, _>>()?;
        Ok((Self::found(found)?.unless_closed()?, then))
    }

    fn found(row: Option<AccountRow>) -> Outcome<Self> {
        row.map(Self::of).ok_or_else(|| StoreError::unreadable("account", "it is gone").into())
    }

    fn unless_closed(self) -> Outcome<Self> {
        if self.is_closed {
            return Err(Problem::new(ProblemCode::Unauthorized, "this account was closed").into());
        }
        Ok(self)
    }

    /// An account whose row was locked when it was read.
    pub fn of(row: AccountRow) -> Self {
        Self {
            id: row.id,
            currency: row.currency,
            deposit: row.deposit,
            seq: row.seq,
            is_closed: row.closed_at.is_some(),
            created_at: row.created_at,
            roles: row.roles,
            changes: Vec::new(),
        }
    }

    /// The balance now.
    pub fn balance(&self) -> Money {
        Money::from_minor(self.deposit, self.currency)
    }

    /// Tells the account what changed.
    pub fn tell<T: Change>(&mut self, change: &T) -> Outcome<()> {
        self.add(change, None)
    }

    /// Tells the account what an entry of the ledger changed; returns the event's cursor, by which
    /// the entry is found again.
    pub fn tell_of_entry<T: Change>(&mut self, change: &T, entry: EntryId) -> Outcome<i64> {
        self.add(change, Some(entry))?;
        Ok(self.seq)
    }

    fn add<T: Change>(&mut self, change: &T, entry: Option<EntryId>) -> Outcome<()> {
        self.changes.push(PendingEvent { change: events::Stored::text(change)?, entry });
        self.seq += 1;
        Ok(())
    }

    /// Writes the events and the new state of the row. The last thing a transaction does with the
    /// account.
    pub fn release(&mut self, tx: &mut dyn Tx, now: DateTime<Utc>) -> Outcome<()> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let changes = std::mem::take(&mut self.changes);
        let first = self.seq - i64::try_from(changes.len()).unwrap_or(0) + 1;
        for (seq, PendingEvent { change, entry }) in (first..).zip(changes) {
            let (account, change) = (self.id, Some(change));
            tx.write(Write::insert(EventRow { account, seq, at: now, change, entry }))?;
        }
        tx.write(update!(AccountRow { id: self.id } set { seq: self.seq, deposit: self.deposit }))?;
        Ok(())
    }
}
