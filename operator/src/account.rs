//! An account held for the length of a transaction: its money moves and its events are written by one who holds it.

use chrono::{DateTime, Utc};
use mesto_protocol::event::Change;
use mesto_rules::money::{Currency, Money};

use crate::failure::Outcome;
use crate::store::{StoreError, Tx};
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
    changes: Vec<Change>,
    is_touched: bool,
}

impl Held {
    /// Locks the account's row.
    pub fn take(tx: &mut dyn Tx, account: &str) -> Outcome<Self> {
        let rows = tx.query(
            "SELECT seq, deposit, currency FROM account WHERE id = $1 FOR NO KEY UPDATE OF account",
            values![account],
        )?;
        let row = rows.first().ok_or_else(|| StoreError::unreadable("account", "it is gone"))?;
        Self::taken(account, row.int(0)?, row.int(1)?, row.text(2)?)
    }

    /// An account whose row was locked by another statement.
    pub fn taken(account: &str, seq: i64, deposit: i64, currency: &str) -> Outcome<Self> {
        let currency = Currency::new(currency)?;
        Ok(Self { id: account.to_owned(), currency, deposit, seq, changes: Vec::new(), is_touched: false })
    }

    /// The balance now.
    pub fn balance(&self) -> Money {
        Money::from_minor(self.deposit, self.currency)
    }

    /// Tells the account what changed; returns the event's cursor.
    pub fn tell(&mut self, change: Change) -> i64 {
        self.seq += 1;
        self.is_touched = true;
        self.changes.push(change);
        self.seq
    }

    /// Writes the events and the new state of the row. The last thing a transaction does with the account.
    pub fn release(&mut self, tx: &mut dyn Tx, now: DateTime<Utc>) -> Outcome<()> {
        if !self.is_touched {
            return Ok(());
        }
        let changes = std::mem::take(&mut self.changes);
        let first = self.seq - i64::try_from(changes.len()).unwrap_or(0) + 1;
        let texts = changes.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        for (seq, change) in (first..).zip(&texts) {
            tx.write(
                "INSERT INTO event (account, seq, at, change) VALUES ($1, $2, $3, $4)",
                values![&self.id, seq, now.timestamp_millis(), change],
            )?;
        }
        tx.write("UPDATE account SET seq = $2, deposit = $3 WHERE id = $1", values![&self.id, self.seq, self.deposit])?;
        self.is_touched = false;
        Ok(())
    }
}
