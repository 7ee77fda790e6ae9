//! An account held for the length of a transaction: its money moves and its events are written by one who holds it.

use chrono::{DateTime, Utc};
use mesto_protocol::event::Change;
use mesto_rules::money::{Currency, Money};

use crate::kernel::events;
use crate::kernel::failure::Outcome;
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Row, StoreError, Tx};
use crate::values;

pub(crate) const TABLE: Table = Table {
    name: "account",
    export: Export::Rows {
        called: "accounts",
        columns: &["id", "kind", "currency", "deposit", "created_at"],
        from: "account WHERE id = $1",
    },
    erasure: Erasure::Excused("a pseudonym that the books need; it names no person"),
};

/// An event to be written.
#[derive(Debug)]
struct Told {
    /// Kind and data, as [`events::Stored`] reads them.
    change: String,
    /// The entry of the ledger it tells of.
    entry: Option<String>,
}

/// An account whose row is locked. Everything that reads a balance to change it, or appends an event, goes through here: a plain
/// read-then-write loses updates as soon as two requests overlap.
#[derive(Debug)]
pub(crate) struct Held {
    pub id: String,
    pub currency: Currency,
    /// Minor units.
    pub deposit: i64,
    /// Cursor of the last event, the ones to be written included.
    pub seq: i64,
    /// The user's latest stay in each car park, as parking writes them.
    pub stays: Option<String>,
    changes: Vec<Told>,
    stays_changed: bool,
}

impl Held {
    /// Locks the account's row.
    pub fn take(tx: &mut dyn Tx, account: &str) -> Outcome<Self> {
        let rows = tx.query(
            "SELECT id, seq, deposit, currency, stays FROM account WHERE id = $1 FOR NO KEY UPDATE OF account",
            values![account],
        )?;
        Self::taken(rows.first().ok_or_else(|| StoreError::unreadable("account", "it is gone"))?)
    }

    /// An account whose row was locked: its id, cursor, deposit, currency and stays come first.
    pub fn taken(row: &Row) -> Outcome<Self> {
        Ok(Self {
            id: row.string(0)?,
            seq: row.int(1)?,
            deposit: row.int(2)?,
            currency: Currency::new(row.text(3)?)?,
            stays: row.maybe_string(4)?,
            changes: Vec::new(),
            stays_changed: false,
        })
    }

    /// The balance now.
    pub fn balance(&self) -> Money {
        Money::from_minor(self.deposit, self.currency)
    }

    /// Tells the account what changed.
    pub fn tell<T: Change>(&mut self, change: &T) -> Outcome<()> {
        self.add(change, None)
    }

    /// Tells the account what an entry of the ledger changed; returns the event's cursor, by which the entry is found again.
    pub fn tell_of_entry<T: Change>(&mut self, change: &T, entry: &str) -> Outcome<i64> {
        self.add(change, Some(entry.to_owned()))?;
        Ok(self.seq)
    }

    fn add<T: Change>(&mut self, change: &T, entry: Option<String>) -> Outcome<()> {
        self.changes.push(Told { change: events::Stored::text(change)?, entry });
        self.seq += 1;
        Ok(())
    }

    /// The user's stays are these now.
    pub fn put_stays(&mut self, stays: String) {
        self.stays = Some(stays);
        self.stays_changed = true;
    }

    /// Writes the events and the new state of the row. The last thing a transaction does with the account.
    pub fn release(&mut self, tx: &mut dyn Tx, now: DateTime<Utc>) -> Outcome<()> {
        if self.changes.is_empty() && !self.stays_changed {
            return Ok(());
        }
        let changes = std::mem::take(&mut self.changes);
        let first = self.seq - i64::try_from(changes.len()).unwrap_or(0) + 1;
        for (seq, told) in (first..).zip(&changes) {
            tx.write(
                "INSERT INTO event (account, seq, at, change, entry) VALUES ($1, $2, $3, $4, $5)",
                values![&self.id, seq, now.timestamp_millis(), &told.change, told.entry.as_deref()],
            )?;
        }
        let stays = std::mem::take(&mut self.stays_changed).then_some(self.stays.as_deref()).flatten();
        let stays_at = stays.is_some().then(|| now.timestamp_millis());
        tx.write(
            "UPDATE account SET seq = $2, deposit = $3, stays = COALESCE($4, stays), stays_at = COALESCE($5, stays_at) WHERE id = $1",
            values![&self.id, self.seq, self.deposit, stays, stays_at],
        )?;
        Ok(())
    }
}
