//! What is kept no longer than it may be: once in the night of the home city, each service erases
//! its own. Ledger and tickets stay, as pseudonyms without a plate.
//!
//! What is old is found by a question that only reads, and goes in transactions of a few hundred
//! rows: sales wait for none of it. After a full one the next waits for the next beat. Nothing is
//! erased while the clock is doubted (`clock.rs`).

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use mesto_protocol::kernel::ids::AccountId;
use mesto_rules::calendar::to_utc;
use mesto_rules::kernel::section::Section;
use mesto_rules::{City, SectionError};

use crate::kernel::due::{Due, Repeat};
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::operator::Operator;
use crate::kernel::signed_codes;
use crate::kernel::store::{Ask, Importance, Row, Store, StoreError, Task, Tx, Value, Write, transact};
use crate::kernel::{idempotency, limits};
use crate::values;

/// Stands in the table from the first migration on. It is done by [`Operator::erase_old`], a batch
/// at a time.
pub(crate) const NIGHTLY: Due =
    Due { repeat: Some(Repeat::Night), ..Due::trusting_clock("kernel.retention", |_, _, _, _| Ok(())) };

/// Most rows that one transaction erases.
pub(crate) const BATCH: usize = 400;
/// When the night's work begins in the home city: after the day was closed, and after the hours
/// that the change of the clocks leaves out or repeats.
const AT: Option<NaiveTime> = NaiveTime::from_hms_opt(3, 30, 0);

/// What of a table is erased when it is old.
pub(crate) struct Rule {
    pub table: &'static str,
    /// The columns that name a row.
    pub key: &'static [&'static str],
    /// Which rows: a condition over the table, with `params` as `$1`...
    pub which: String,
    pub params: Vec<Value>,
    pub how: How,
}

/// Erases a row in a service's own way.
type Erases = dyn Fn(&mut dyn Tx, &Row) -> Outcome<()>;

/// What becomes of a row that is too old.
pub(crate) enum How {
    Deleted,
    /// Statements, each with the table it writes; `{this}` stands for the row, as long as it is
    /// still one that goes.
    Said(&'static [(&'static str, &'static str)]),
    /// Something of the service's own, which is given the columns of the key.
    Done(Box<Erases>),
}

impl Rule {
    /// Rows that are deleted.
    pub fn deleted(table: &'static str, key: &'static [&'static str], which: &str, params: &[Value]) -> Self {
        Self { table, key, which: which.to_owned(), params: params.to_vec(), how: How::Deleted }
    }

    fn find(&self) -> Ask {
        let key = self.key.iter().map(|column| format!("{}.{column} AS {column}", self.table));
        let key = key.collect::<Vec<_>>().join(", ");
        let order = self.key.iter().map(|column| format!("{}.{column}", self.table)).collect::<Vec<_>>().join(", ");
        Ask::sql(
            &format!("SELECT {key} FROM {} WHERE {} ORDER BY {order} LIMIT {BATCH}", self.table, self.which),
            &self.params,
        )
    }

    /// Erases one of the rows that were found. It may have changed since.
    fn erase(&self, tx: &mut dyn Tx, row: &Row) -> Outcome<()> {
        let first = self.params.len() + 1;
        let named = self.key.iter().zip(first..).map(|(column, number)| format!("{}.{column} = ${number}", self.table));
        let this = format!("{} AND ({})", named.collect::<Vec<_>>().join(" AND "), self.which);
        let params: Vec<Value> =
            self.params.iter().cloned().chain(row.columns().map(|(_, value)| value.clone())).collect();
        match &self.how {
            How::Deleted => {
                tx.write(Write::sql(self.table, &format!("DELETE FROM {} WHERE {this}", self.table), &params))?;
            }
            How::Said(statements) => {
                for (table, sql) in *statements {
                    tx.write(Write::sql(table, &sql.replace("{this}", &this), &params))?;
                }
            }
            How::Done(done) => done(tx, row)?,
        }
        Ok(())
    }
}

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

/// The next night's hour in a city after a moment.
pub(crate) fn next_night(city: &City, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = city.local_day(now);
    let nights = (0..=2).filter_map(|days| {
        let night = today.checked_add_days(Days::new(days))?.and_time(AT?);
        to_utc(&city.sections.time, night)
    });
    // At the end of all calendars a day is as good.
    nights.into_iter().find(|night| *night > now).unwrap_or(now + TimeDelta::days(1))
}

impl Operator {
    /// Erases what is too old; `false` when there may be more of it.
    pub(crate) fn erase_old(&self, store: &dyn Store, now: DateTime<Utc>) -> Result<bool, StoreError> {
        for service in self.services {
            let Some(retention) = service.retention else { continue };
            for rule in retention(self, now).map_err(Failure::into_store_error)? {
                let rows = read_only(store, rule.find())?;
                if rows.is_empty() {
                    continue;
                }
                transact(store, |tx| {
                    rows.iter().try_for_each(|row| rule.erase(tx, row)).map_err(Failure::into_store_error)
                })?;
                if rows.len() >= BATCH {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

/// Asks on the store's own threads, where what only reads waits for no writer and keeps none
/// waiting.
fn read_only(store: &dyn Store, ask: Ask) -> Result<Vec<Row>, StoreError> {
    let found = Arc::new(Mutex::new(Vec::new()));
    let (done, ended) = mpsc::channel();
    let slot = Arc::clone(&found);
    let task = Task::new(
        Box::new(move |tx| {
            let rows = tx.read(vec![ask.clone()])?.into_iter().next().unwrap_or_default();
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = rows;
            Ok(())
        }),
        Box::new(move |result| {
            // Nobody hears it when this thread is gone.
            let _ = done.send(result);
        }),
    );
    // Sales come first; what is refused is looked for again.
    store.submit(task.of(Importance::Reading));
    ended.recv().unwrap_or_else(|_| Err(StoreError::Unavailable("the store has stopped".into())))?;
    let rows = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(rows)
}

/// What no service has of its own: answers of actions, tries that limits counted, events, and codes
/// that were ended.
pub(crate) fn of_kernel(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let events = before(now, operator.home.retention.events_days);
    Ok(vec![
        idempotency::old_answers((now - operator.config.intents_kept).timestamp_millis()),
        limits::old(now),
        Rule {
            table: "account",
            key: &["id"],
            which: "EXISTS (SELECT 1 FROM event WHERE event.account = account.id AND event.at < $1 AND event.seq > account.events_from)".to_owned(),
            params: values![events].to_vec(),
            how: How::Done(Box::new(move |tx, row| drop_beginning(tx, row.get("id")?, events))),
        },
        signed_codes::ended(now),
    ])
}

/// Drops the beginning of a stream, and remembers where it begins now. Of an event that belongs to
/// an entry of the ledger the bare row stays, without what it told.
fn drop_beginning(tx: &mut dyn Tx, account: AccountId, before: i64) -> Outcome<()> {
    let last = "SELECT MAX(event.seq) AS seq FROM event WHERE event.account = $1 AND event.at < $2";
    let last = tx.read(vec![Ask::sql(last, values![account, before])])?.into_iter().flatten().next();
    let Some(last) = last.map(|row| row.get::<Option<i64>>("seq")).transpose()?.flatten() else { return Ok(()) };
    for (table, sql) in [
        ("account", "UPDATE account SET events_from = $2 WHERE id = $1 AND events_from < $2"),
        ("event", "DELETE FROM event WHERE account = $1 AND seq <= $2 AND entry IS NULL"),
        ("event", "UPDATE event SET change = NULL WHERE account = $1 AND seq <= $2 AND change IS NOT NULL"),
    ] {
        tx.write(Write::sql(table, sql, values![account, last]))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_night_begins_at_half_past_three_on_the_citys_clock() {
        let belgrade = mesto_rules::load::embedded("belgrade").unwrap();
        for (now, night) in [
            ("2025-09-03T08:00:00Z", "2025-09-04T01:30:00Z"),
            ("2025-09-04T01:29:59Z", "2025-09-04T01:30:00Z"),
            ("2025-09-04T01:30:00Z", "2025-09-05T01:30:00Z"),
            // The clock goes back, and forward.
            ("2025-10-25T20:00:00Z", "2025-10-26T02:30:00Z"),
            ("2026-03-28T20:00:00Z", "2026-03-29T01:30:00Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T02:30:00Z"),
        ] {
            assert_eq!(next_night(&belgrade, now.parse().unwrap()), night.parse::<DateTime<Utc>>().unwrap(), "{now}");
        }
    }
}
