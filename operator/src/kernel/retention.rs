//! What is kept no longer than it may be: once in the night of the home city, each service erases
//! its own. Ledger and tickets stay, as pseudonyms without a plate.
//!
//! What is old is found by questions that only read, each along the key over so many rows at most,
//! however large the table is; it goes in transactions of a few hundred rows: sales wait for none
//! of it. After a portion that was full the next waits for the next beat, with what else is due
//! before it, and goes on behind the last row: a table is walked once a night. Of several operators
//! the one that began goes on. A rule that fails does not end the others. Nothing is erased while
//! the clock is doubted (`clock.rs`).

use std::collections::{BTreeMap, VecDeque};
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
/// Most rows of a table that one question looks at: a second on a disk, far from the lease of what
/// is due and from the end of a statement's time.
const PORTION: usize = 10_000;
/// A rule that fails is tried so often in a night.
const TRIES: usize = 3;
/// When the night's work begins in the home city: after the day was closed, and after the hours
/// that the change of the clocks leaves out or repeats.
const AT: Option<NaiveTime> = NaiveTime::from_hms_opt(3, 30, 0);

/// What of a table is erased when it is old.
pub(crate) struct Rule {
    pub table: &'static str,
    /// The columns that name a row.
    pub key: &'static [&'static str],
    /// Which rows: a condition over the table, with `params` as `$1`... It looks at no more of
    /// other tables than belongs to the row.
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

    /// The columns of the key, with their table.
    fn columns(&self) -> String {
        self.key.iter().map(|column| format!("{}.{column}", self.table)).collect::<Vec<_>>().join(", ")
    }

    /// The key that ends a portion: so many rows further in its order. None when fewer are left.
    fn end(&self, behind: Option<&[Value]>, portion: usize) -> Ask {
        let (table, order) = (self.table, self.columns());
        let rest = behind.map(|last| format!(" WHERE ({order}) > ({})", numbers(1, last))).unwrap_or_default();
        let last = portion.saturating_sub(1);
        let sql = format!("SELECT {order} FROM {table}{rest} ORDER BY {order} LIMIT 1 OFFSET {last}");
        Ask::sql(&sql, behind.unwrap_or_default())
    }

    /// What is old between two keys, in their order.
    fn find(&self, behind: Option<&[Value]>, end: Option<&[Value]>) -> Ask {
        let (table, which, order) = (self.table, &self.which, self.columns());
        let mut params = self.params.clone();
        let mut within = String::new();
        for (sign, key) in [(">", behind), ("<=", end)] {
            let Some(key) = key else { continue };
            within.push_str(&format!(" AND ({order}) {sign} ({})", numbers(params.len() + 1, key)));
            params.extend_from_slice(key);
        }
        let sql = format!("SELECT {order} FROM {table} WHERE ({which}){within} ORDER BY {order} LIMIT {BATCH}");
        Ask::sql(&sql, &params)
    }

    /// Erases a batch out of a portion; returns the key behind which there may be more.
    fn erase_batch(
        &self,
        store: &dyn Store,
        behind: Option<&[Value]>,
        portion: usize,
    ) -> Result<Option<Vec<Value>>, StoreError> {
        let end = read_only(store, self.end(behind, portion))?.first().map(key_of);
        let rows = read_only(store, self.find(behind, end.as_deref()))?;
        if !rows.is_empty() {
            transact(store, |tx| {
                rows.iter().try_for_each(|row| self.erase(tx, row)).map_err(Failure::into_store_error)
            })?;
        }
        Ok(rows.last().filter(|_| rows.len() >= BATCH).map(key_of).or(end))
    }

    /// Erases one of the rows that were found. It may have changed since.
    fn erase(&self, tx: &mut dyn Tx, row: &Row) -> Outcome<()> {
        let first = self.params.len() + 1;
        let named = self.key.iter().zip(first..).map(|(column, number)| format!("{}.{column} = ${number}", self.table));
        let this = format!("{} AND ({})", named.collect::<Vec<_>>().join(" AND "), self.which);
        let params: Vec<Value> = self.params.iter().cloned().chain(key_of(row)).collect();
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

fn key_of(row: &Row) -> Vec<Value> {
    row.columns().map(|(_, value)| value.clone()).collect()
}

/// `$3, $4` for a key of two columns whose first one is the third parameter.
fn numbers(first: usize, key: &[Value]) -> String {
    (first..).take(key.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
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

/// A rule by its place: of which service, and which of its rules.
type Place = (usize, usize);

/// A rule that is being followed through its table.
struct Walk {
    rule: Place,
    /// The key of the last row that was looked at.
    behind: Option<Vec<Value>>,
}

/// How far an operator is with a night's work.
pub(crate) struct Night {
    /// When the next one begins.
    until: DateTime<Utc>,
    left: VecDeque<Walk>,
    /// What is tried again after the others.
    failed: Vec<Walk>,
    why: Option<StoreError>,
    tries: usize,
    /// Most rows that one question looks at.
    portion: usize,
}

/// The night that an operator is in the middle of.
#[derive(Default)]
pub(crate) struct Begun {
    night: Mutex<Option<Night>>,
    /// Until when its lease lasts, as it stands in the plan.
    held: Mutex<Option<DateTime<Utc>>>,
}

impl Begun {
    /// Until when this operator has the night's work alone, when it is in the middle of it.
    pub fn held(&self) -> Option<DateTime<Utc>> {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn hold(&self, until: Option<DateTime<Utc>>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

impl Night {
    fn of(until: DateTime<Utc>, rules: &BTreeMap<Place, Rule>) -> Self {
        let left = rules.keys().map(|rule| Walk { rule: *rule, behind: None }).collect();
        Self { until, left, failed: Vec::new(), why: None, tries: 0, portion: PORTION }
    }

    /// Takes the one that an operator is in the middle of; another operator may have ended that
    /// of yesterday.
    fn take(begun: &Begun, until: DateTime<Utc>) -> Option<Self> {
        let night = begun.night.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        (night.until == until).then_some(night)
    }

    fn keep(self, begun: &Begun) {
        *begun.night.lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
    }

    /// Goes on until a batch or a portion was full; `true` when nothing is left of this night.
    fn go_on(&mut self, store: &dyn Store, rules: &BTreeMap<Place, Rule>) -> Result<bool, StoreError> {
        while let Some(walk) = self.left.pop_front() {
            let Some(rule) = rules.get(&walk.rule) else { continue };
            match rule.erase_batch(store, walk.behind.as_deref(), self.portion) {
                Ok(None) => {}
                Ok(Some(last)) => {
                    self.left.push_front(Walk { behind: Some(last), ..walk });
                    return Ok(false);
                }
                // The store's state and not the rule's fault. The others come first the next time.
                Err(
                    error @ (StoreError::Full
                    | StoreError::Overloaded
                    | StoreError::Unavailable(_)
                    | StoreError::Schema(_)),
                ) => {
                    self.left.push_back(walk);
                    return Err(error);
                }
                Err(error) => {
                    tracing::warn!(table = rule.table, reason = %error, "what is old could not be erased");
                    self.failed.push(walk);
                    self.why = Some(error);
                }
            }
        }
        self.left = std::mem::take(&mut self.failed).into();
        let Some(why) = self.why.take() else { return Ok(true) };
        self.tries += 1;
        if self.tries < TRIES {
            return Err(why);
        }
        let tables = self.left.iter().filter_map(|walk| rules.get(&walk.rule)).map(|rule| rule.table);
        let tables = tables.collect::<Vec<_>>().join(", ");
        tracing::error!(tables, reason = %why, "not all that is old was erased; it is tried again in the next night");
        Ok(true)
    }
}

impl Operator {
    /// Erases what is too old; `false` when there may be more of it.
    pub(crate) fn erase_old(&self, store: &dyn Store, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let (until, rules) = (next_night(&self.home, now), self.rules(now));
        let mut night = Night::take(&self.night, until).unwrap_or_else(|| Night::of(until, &rules));
        let ended = night.go_on(store, &rules);
        if ended != Ok(true) {
            night.keep(&self.night);
        }
        ended
    }

    /// The rules of all services, in their order. A service that cannot tell its own keeps none of
    /// the others waiting.
    fn rules(&self, now: DateTime<Utc>) -> BTreeMap<Place, Rule> {
        let mut rules = BTreeMap::new();
        for (number, service) in self.services.iter().enumerate() {
            let Some(retention) = service.retention else { continue };
            match retention(self, now).map_err(Failure::into_store_error) {
                Ok(found) => rules.extend(found.into_iter().enumerate().map(|(place, rule)| ((number, place), rule))),
                Err(error) => {
                    tracing::error!(service = service.name, reason = %error, "it is not known what of it is old");
                }
            }
        }
        rules
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
    // Sales come first; what is refused is looked for again. A large table takes its time.
    store.submit(task.of(Importance::Reading).as_job());
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
            // The first ones that were kept: those behind them are younger, but for what a clock
            // that was ahead has dated.
            which: "(SELECT MIN(kept.at) FROM (SELECT event.at AS at FROM event WHERE event.account = account.id AND event.seq > account.events_from ORDER BY event.seq LIMIT 20) AS kept) < $1".to_owned(),
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
    use crate::kernel::store::{SqliteInline, Work};

    /// Counts what is looked for.
    struct Counting {
        store: SqliteInline,
        asked: Mutex<usize>,
        /// The store cannot be asked.
        is_away: Mutex<bool>,
    }

    impl Counting {
        /// A store with so many old rows.
        fn with(rows: i64) -> Self {
            let store = SqliteInline::in_memory().unwrap();
            transact(&store, |tx| {
                tx.execute("CREATE TABLE old (a TEXT NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b))", &[])?;
                (0..rows).try_for_each(|row| {
                    let text = ["x", "y", "z"].into_iter().cycle().nth(usize::try_from(row).unwrap() % 3).unwrap();
                    tx.execute("INSERT INTO old (a, b) VALUES ($1, $2)", values![text, row]).map(|_| ())
                })
            })
            .unwrap();
            Self { store, asked: Mutex::new(0), is_away: Mutex::new(false) }
        }

        fn asked(&self) -> usize {
            std::mem::take(&mut *self.asked.lock().unwrap())
        }

        fn rows(&self) -> i64 {
            let sql = "SELECT COUNT(*) AS rows FROM old";
            transact(&self.store, |tx| tx.query(sql, &[])?.first().unwrap().get("rows")).unwrap()
        }
    }

    impl Store for Counting {
        fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
            self.store.transact(work)
        }

        fn submit(&self, task: Task) {
            *self.asked.lock().unwrap() += 1;
            let task = match *self.is_away.lock().unwrap() {
                true => task.seen_by(|_| Box::new(|_| Err(StoreError::Overloaded)), |done| done),
                false => task,
            };
            self.store.submit(task);
        }
    }

    fn night(rules: Vec<Rule>) -> (Night, BTreeMap<Place, Rule>) {
        let rules = rules.into_iter().enumerate().map(|(place, rule)| ((0, place), rule)).collect();
        (Night::of(DateTime::UNIX_EPOCH, &rules), rules)
    }

    fn all_old() -> Rule {
        Rule::deleted("old", &["a", "b"], "old.b >= $1", values![0])
    }

    #[test]
    fn batches_go_on_behind_the_last_row_and_a_table_is_walked_once() {
        let store = Counting::with(1_000);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        // What it leaves there is not found again.
        let how = How::Done(Box::new(move |_, row| {
            told.lock().unwrap().push((row.get::<String>("a")?, row.get::<i64>("b")?));
            Ok(())
        }));
        let (mut night, rules) = night(vec![Rule { how, ..all_old() }]);
        let ended: Vec<_> = (0..3).map(|_| night.go_on(&store, &rules)).collect();
        assert_eq!((ended, store.asked()), (vec![Ok(false), Ok(false), Ok(true)], 6));
        let seen = seen.lock().unwrap();
        assert!(seen.is_sorted() && seen.len() == 1_000);
        assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), 1_000);
    }

    #[test]
    fn a_large_table_in_which_little_is_old_is_walked_in_portions() {
        let store = Counting::with(1_000);
        // Fifty old ones, all of them at the end.
        let (mut night, rules) = night(vec![Rule::deleted("old", &["a", "b"], "old.b >= $1", values![950])]);
        night.portion = 300;
        let ended: Vec<_> = (0..4).map(|_| (night.go_on(&store, &rules), store.asked())).collect();
        assert_eq!(ended, [(Ok(false), 2), (Ok(false), 2), (Ok(false), 2), (Ok(true), 2)]);
        assert_eq!(store.rows(), 950);
        // Its last row may be the end of a portion.
        let (mut night, rules) = self::night(vec![all_old()]);
        night.portion = 950;
        let ended: Vec<_> = (0..4).map(|_| night.go_on(&store, &rules)).collect();
        assert_eq!((ended, store.rows()), (vec![Ok(false), Ok(false), Ok(true), Ok(true)], 0));
    }

    #[test]
    fn a_rule_that_fails_is_tried_again_and_does_not_end_the_others() {
        let store = Counting::with(500);
        let broken = || Rule::deleted("old", &["a"], "old.no_such_column = $1", values![0]);
        let (mut night, rules) = night(vec![broken(), all_old()]);
        assert_eq!(night.go_on(&store, &rules), Ok(false));
        assert_eq!((store.rows(), store.asked()), (100, 4));
        // The others are over, and then it is told.
        assert!(matches!(night.go_on(&store, &rules), Err(StoreError::Broken(_))));
        assert_eq!((store.rows(), store.asked()), (0, 2));
        // It alone is tried again, and not for ever.
        assert!(matches!(night.go_on(&store, &rules), Err(StoreError::Broken(_))));
        assert_eq!(night.go_on(&store, &rules), Ok(true));
        assert_eq!(store.asked(), 4);
    }

    #[test]
    fn a_store_that_is_away_ends_nothing() {
        let store = Counting::with(10);
        let (mut night, rules) = night(vec![all_old(), all_old()]);
        *store.is_away.lock().unwrap() = true;
        for _ in 0..5 {
            assert_eq!(night.go_on(&store, &rules), Err(StoreError::Overloaded));
        }
        assert_eq!(store.asked(), 5, "it is not asked for each rule");
        *store.is_away.lock().unwrap() = false;
        assert_eq!((night.go_on(&store, &rules), store.rows()), (Ok(true), 0));
    }

    #[test]
    fn a_night_that_another_operator_has_ended_is_not_gone_on_with() {
        let begun = Begun::default();
        let (night, _) = night(vec![all_old()]);
        let until = night.until;
        night.keep(&begun);
        let kept = Night::take(&begun, until).expect("it is gone on with");
        kept.keep(&begun);
        assert!(Night::take(&begun, until + TimeDelta::days(1)).is_none());
        assert!(Night::take(&begun, until).is_none(), "it is forgotten");
    }

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
