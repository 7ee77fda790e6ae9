//! An account held for the length of a transaction: its money moves and its events are written by one who holds it.

use chrono::{DateTime, Utc};
use mesto_protocol::event::Change;
use mesto_rules::money::{Currency, Money};

use crate::kernel::failure::Outcome;
use crate::kernel::store::{Row, StoreError, Tx};
use crate::parking::stays::{Kept, Stays};
use crate::values;

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
    /// The user's latest stay in each car park.
    pub stays: Stays,
    changes: Vec<(Change, Option<String>)>,
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
            stays: Stays::read(row.maybe_text(4)?)?,
            changes: Vec::new(),
            stays_changed: false,
        })
    }

    /// The balance now.
    pub fn balance(&self) -> Money {
        Money::from_minor(self.deposit, self.currency)
    }

    /// Tells the account what changed.
    pub fn tell(&mut self, change: Change) {
        self.add(change, None);
    }

    /// Tells the account what an entry of the ledger changed; returns the event's cursor, by which the entry is found again.
    pub fn tell_of_entry(&mut self, change: Change, entry: &str) -> i64 {
        self.add(change, Some(entry.to_owned()));
        self.seq
    }

    fn add(&mut self, change: Change, entry: Option<String>) {
        self.seq += 1;
        self.changes.push((change, entry));
    }

    /// The user's stay in a car park goes on.
    pub fn put_stay(&mut self, city: &str, kept: Kept, now: DateTime<Utc>) {
        self.stays.put(city, kept, now);
        self.stays_changed = true;
    }

    /// Writes the events and the new state of the row. The last thing a transaction does with the account.
    pub fn release(&mut self, tx: &mut dyn Tx, now: DateTime<Utc>) -> Outcome<()> {
        if self.changes.is_empty() && !self.stays_changed {
            return Ok(());
        }
        let changes = std::mem::take(&mut self.changes);
        let first = self.seq - i64::try_from(changes.len()).unwrap_or(0) + 1;
        for (seq, (change, entry)) in (first..).zip(&changes) {
            tx.write(
                "INSERT INTO event (account, seq, at, change, entry) VALUES ($1, $2, $3, $4, $5)",
                values![&self.id, seq, now.timestamp_millis(), &serde_json::to_string(change)?, entry.as_deref()],
            )?;
        }
        let stays = std::mem::take(&mut self.stays_changed).then(|| self.stays.written());
        let stays_at = stays.is_some().then(|| now.timestamp_millis());
        tx.write(
            "UPDATE account SET seq = $2, deposit = $3, stays = COALESCE($4, stays), stays_at = COALESCE($5, stays_at) WHERE id = $1",
            values![&self.id, self.seq, self.deposit, stays.as_deref(), stays_at],
        )?;
        Ok(())
    }
}
