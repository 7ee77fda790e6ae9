//! What is kept no longer than it may be: once a day, each service erases its own. Ledger and
//! tickets stay, as pseudonyms without a plate.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::kernel::section::Section;
use mesto_rules::{City, SectionError};

use crate::kernel::due::Due;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::signed_codes;
use crate::kernel::store::{StoreError, Tx, Write};
use crate::kernel::{idempotency, limits};
use crate::values;

/// Stands in the table from the first migration on.
pub(crate) const DAILY: Due = Due { kind: "kernel.retention", run: erase_old, every: Some(EVERY) };

const EVERY: TimeDelta = TimeDelta::days(1);

/// The moment before which something is too old, epoch milliseconds.
pub(crate) fn before(now: DateTime<Utc>, days: u32) -> i64 {
    (now - TimeDelta::days(days.into())).timestamp_millis()
}

/// A service's part of a city, when the city has that service.
pub(crate) fn section_of<S: Section>(city: &City) -> Result<Option<&S>, StoreError> {
    match city.section() {
        Ok(section) => Ok(Some(section)),
        Err(SectionError::Missing { .. }) => Ok(None),
        Err(error) => Err(StoreError::unreadable("city", error)),
    }
}

/// Erases what is too old.
fn erase_old(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, _: &str) -> Outcome<()> {
    for retention in operator.services.iter().filter_map(|service| service.retention) {
        retention(tx, operator, now)?;
    }
    Ok(())
}

/// What no service has of its own: answers of actions, tries that limits counted, events, and codes
/// that were ended.
pub(crate) fn of_kernel(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Outcome<()> {
    let intents = (now - operator.config.intents_kept).timestamp_millis();
    idempotency::erase_answers(tx, intents)?;
    limits::erase_old(tx, now)?;
    erase_events(tx, before(now, operator.home.retention.events_days))?;
    signed_codes::forget_ended(tx, now)?;
    Ok(())
}

/// Drops the beginning of every stream, and remembers where it begins now. Of an event that belongs
/// to an entry of the ledger the bare row stays, without what it told.
fn erase_events(tx: &mut dyn Tx, before: i64) -> Result<(), StoreError> {
    let before = values![before];
    tx.write(Write::sql(
        "account",
        "UPDATE account SET events_from = (SELECT MAX(event.seq) FROM event WHERE event.account = account.id AND event.at < $1) WHERE EXISTS (SELECT 1 FROM event WHERE event.account = account.id AND event.at < $1 AND event.seq > account.events_from)",
        before,
    ))?;
    let gone = "at < $1 AND seq <= (SELECT account.events_from FROM account WHERE account.id = event.account)";
    tx.write(Write::sql("event", &format!("DELETE FROM event WHERE {gone} AND entry IS NULL"), before))?;
    let emptied = format!("UPDATE event SET change = NULL WHERE {gone} AND change IS NOT NULL");
    tx.write(Write::sql("event", &emptied, before))
}
