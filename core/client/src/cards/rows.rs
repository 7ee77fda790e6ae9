//! Cards in the database, as the operator told them last.

use mesto_protocol::cards::riders::{Card, CardTopUp, CardsSection};
use mesto_protocol::kernel::ids::{CardId, CardTopUpId};
use rusqlite::{Connection as Database, params};

use super::TOPIC;
use crate::kernel::store::{Stored, Tx, list};

/// What the operator said last about a card.
pub fn put(tx: &Tx<'_>, card: &Card) -> Stored {
    tx.write(
        TOPIC,
        "INSERT INTO card (id, linked_at, json) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET linked_at = excluded.linked_at, json = excluded.json",
        params![card.id.to_string(), card.linked_at.timestamp_millis(), serde_json::to_string(card)?],
    )?;
    Ok(())
}

/// A top-up from the answer of a purchase, which may be an old one told again: what was heard of it
/// since stays.
pub fn put_top_up(tx: &Tx<'_>, card: CardId, top_up: CardTopUp) -> Stored {
    let Some(mut card) = self::card(tx.db(), card)? else { return Ok(()) };
    if card.top_ups.iter().all(|known| known.id != top_up.id) {
        card.top_ups.insert(0, top_up);
        card.top_ups.sort_by_key(|known| std::cmp::Reverse(known.id));
        put(tx, &card)?;
    }
    Ok(())
}

/// A top-up as it is stored with its card.
pub fn top_up(db: &Database, card: CardId, id: CardTopUpId) -> Stored<Option<CardTopUp>> {
    Ok(self::card(db, card)?.and_then(|card| card.top_ups.into_iter().find(|known| known.id == id)))
}

pub fn card(db: &Database, id: CardId) -> Stored<Option<Card>> {
    Ok(list(db, "SELECT json FROM card WHERE id = ?1", params![id.to_string()])?.into_iter().next())
}

/// The one that was linked last first.
pub fn all(db: &Database) -> Stored<Vec<Card>> {
    list(db, "SELECT json FROM card ORDER BY linked_at DESC, id DESC", [])
}

/// The account has it no more.
pub fn remove(tx: &Tx<'_>, card: CardId) -> Stored {
    tx.write(TOPIC, "DELETE FROM card WHERE id = ?1", params![card.to_string()])?;
    Ok(())
}

/// Takes a reading of the account as the whole truth about its cards. A service that the operator
/// does not have leaves them as they are.
pub fn replace(tx: &Tx<'_>, told: Option<&CardsSection>) -> Stored {
    let Some(CardsSection { cards: told }) = told else { return Ok(()) };
    for stored in all(tx.db())? {
        if told.iter().all(|card| card.id != stored.id) {
            remove(tx, stored.id)?;
        }
    }
    told.iter().try_for_each(|card| put(tx, card))
}

pub fn forget(tx: &Tx<'_>) -> Stored {
    tx.write(TOPIC, "DELETE FROM card", [])?;
    Ok(())
}
