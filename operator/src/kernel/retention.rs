//! What is kept no longer than the city's papers say: once a day, by kind. Ledger and tickets stay, as pseudonyms without a plate.

use chrono::{DateTime, TimeDelta, Utc};

use crate::kernel::due;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::store::{StoreError, Tx};
use crate::values;

/// A stay is over with its billing day; the longest run of days on which nothing is charged is shorter than this.
const STAYS: TimeDelta = TimeDelta::days(14);
/// A quote is sold within minutes; the rest is for questions.
const QUOTES: TimeDelta = TimeDelta::days(2);
const EVERY: TimeDelta = TimeDelta::days(1);

/// Erases what is too old, and plans the next time.
pub(crate) fn erase_old(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Outcome<()> {
    let home = &operator.home.retention;
    let before = |days: u32| (now - TimeDelta::days(days.into())).timestamp_millis();
    let sign_in = before(home.sign_in_days);
    tx.write("DELETE FROM one_time_code WHERE expires_at < $1", values![sign_in])?;
    tx.write("DELETE FROM attempt WHERE at < $1", values![sign_in])?;
    tx.write("DELETE FROM token WHERE expires_at < $1", values![sign_in])?;
    tx.write("DELETE FROM outbox WHERE at < $1", values![before(home.outbox_days)])?;
    tx.write("DELETE FROM quote WHERE expires_at < $1", values![(now - QUOTES).timestamp_millis()])?;
    let stays = (now - STAYS).timestamp_millis();
    tx.write("DELETE FROM stay WHERE closes_at < $1", values![stays])?;
    tx.write("UPDATE account SET stays = NULL, stays_at = NULL WHERE stays_at < $1", values![stays])?;
    tx.write("DELETE FROM intent WHERE at < $1", values![(now - operator.config.intents_kept).timestamp_millis()])?;
    erase_events(tx, before(home.events_days))?;
    for city in operator.cities.values() {
        let kept = &city.retention;
        tx.write(
            "DELETE FROM plate_check WHERE city = $1 AND at < $2",
            values![&city.id, before(kept.plate_checks_days)],
        )?;
        tx.write(
            "DELETE FROM ticket_plate WHERE city = $1 AND ends_at < $2",
            values![&city.id, before(kept.tickets_days)],
        )?;
        // The plate of an order that is still owed says who owes it.
        tx.write(
            "DELETE FROM order_plate WHERE city = $1 AND daily_order IN (SELECT id FROM daily_order WHERE state <> 'issued' AND valid_until < $2)",
            values![&city.id, before(kept.orders_days)],
        )?;
        // A lock is held for the length of a transaction; the row only gives it a place.
        tx.write("DELETE FROM plate_lock WHERE city = $1", values![&city.id])?;
    }
    due::plan(tx, due::RETENTION, "daily", now + EVERY)?;
    Ok(())
}

/// Drops the beginning of every stream, and remembers where it begins now. Of an event that belongs to an entry of the ledger the bare row
/// stays, without what it told.
fn erase_events(tx: &mut dyn Tx, before: i64) -> Result<(), StoreError> {
    tx.write(
        "UPDATE account SET events_from = (SELECT MAX(event.seq) FROM event WHERE event.account = account.id AND event.at < $1) WHERE EXISTS (SELECT 1 FROM event WHERE event.account = account.id AND event.at < $1 AND event.seq > account.events_from)",
        values![before],
    )?;
    let gone = "at < $1 AND seq <= (SELECT account.events_from FROM account WHERE account.id = event.account)";
    tx.write(&format!("DELETE FROM event WHERE {gone} AND entry IS NULL"), values![before])?;
    tx.write(&format!("UPDATE event SET change = NULL WHERE {gone} AND change IS NOT NULL"), values![before])
}
