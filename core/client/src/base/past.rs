//! The deposit's history on the phone: what was read of it, without a gap, to be read again without
//! a connection (AV-20).

use chrono::{DateTime, Utc};
use mesto_protocol::base::wallet::{DepositEntry, DepositPage};
use mesto_rules::Money;
use rusqlite::{Connection as Database, params};
use serde::{Deserialize, Serialize};

use crate::base::deposit::TOPIC;
use crate::kernel::store::{Stored, Tx, Value, list};

/// Most entries that are kept.
const KEPT: u32 = 1_000;

/// When the newest page was read, and the balance then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsOf {
    pub at: DateTime<Utc>,
    pub balance: Money,
}

const AS_OF: Value<AsOf> = Value::new("history_as_of", TOPIC);

/// Keeps a page. The first one begins anew where it does not reach what was there.
pub fn keep(tx: &Tx<'_>, page: &DepositPage, is_first: bool, at: DateTime<Utc>) -> Stored {
    if is_first {
        let mut reaches = false;
        for entry in &page.items {
            reaches |= is_kept(tx.db(), entry)?;
        }
        if !reaches || page.next.is_none() {
            tx.write(TOPIC, "DELETE FROM deposit_entry", [])?;
        }
        AS_OF.set(tx, &AsOf { at, balance: page.balance })?;
    }
    for entry in &page.items {
        tx.write(
            TOPIC,
            "INSERT INTO deposit_entry (id, at, json) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET json = excluded.json",
            params![entry.id.to_string(), entry.at.timestamp_millis(), serde_json::to_string(entry)?],
        )?;
    }
    tx.write(
        TOPIC,
        "DELETE FROM deposit_entry WHERE id IN
         (SELECT id FROM deposit_entry ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?1)",
        params![KEPT],
    )?;
    Ok(())
}

fn is_kept(db: &Database, entry: &DepositEntry) -> Stored<bool> {
    let known: Vec<DepositEntry> =
        list(db, "SELECT json FROM deposit_entry WHERE id = ?1", params![entry.id.to_string()])?;
    Ok(!known.is_empty())
}

/// When it was read, and what of it is kept, newest first.
pub fn read(db: &Database, limit: u32) -> Stored<Option<(AsOf, Vec<DepositEntry>)>> {
    let Some(as_of) = AS_OF.get(db)? else { return Ok(None) };
    let items = list(db, "SELECT json FROM deposit_entry ORDER BY at DESC, id DESC LIMIT ?1", params![limit])?;
    Ok(Some((as_of, items)))
}

pub fn forget(tx: &Tx<'_>) -> Stored {
    tx.write(TOPIC, "DELETE FROM deposit_entry", [])?;
    AS_OF.remove(tx)
}
