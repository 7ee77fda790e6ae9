//! The store as a serving operator uses it: what a transaction committed wakes those who listen to
//! its accounts, and is counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::AccountId;
use tokio::time::Instant;

use super::hub::Hub;
use crate::kernel::caller::TokenRow;
use crate::kernel::events::EventRow;
use crate::kernel::metrics::Metrics;
use crate::kernel::store::{Ask, Deadline, Done, Job, Row, Store, StoreError, Table, Task, Tx, Value, Work, Write};

pub(super) struct Watched {
    pub store: Arc<dyn Store>,
    pub hub: Arc<Hub>,
    pub metrics: Arc<Metrics>,
}

/// What a transaction wrote that somebody wants to know. It may run several times: only the last
/// run counts.
#[derive(Debug, Default)]
struct Seen {
    /// The newest event of each account.
    events: BTreeMap<AccountId, i64>,
    /// Rows added to the tables that are counted.
    rows: Vec<&'static str>,
    /// Whether tokens were ended or changed.
    tokens: bool,
}

impl Watched {
    fn ended(&self, seen: Seen, since: Instant, ended: &Result<(), StoreError>) {
        Self::tell(&self.hub, &self.metrics, seen, since, ended);
    }

    fn tell(hub: &Hub, metrics: &Metrics, seen: Seen, since: Instant, ended: &Result<(), StoreError>) {
        metrics.transaction(ended, since.elapsed());
        if ended.is_ok() {
            for (account, seq) in seen.events {
                hub.reached(account, seq);
            }
            if seen.tokens {
                hub.tokens_changed();
            }
            for table in seen.rows {
                metrics.row(table);
            }
        }
    }
}

impl Store for Watched {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let (since, mut seen) = (Instant::now(), Seen::default());
        let ended = self.store.transact(&mut |tx| {
            seen = Seen::default();
            work(&mut Watching { tx, seen: &mut seen, metrics: &self.metrics })
        });
        self.ended(seen, since, &ended);
        ended
    }

    fn probe(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.store.probe(now)
    }

    fn waiting(&self) -> usize {
        self.store.waiting()
    }

    fn http_came_late(&self, by: Duration) -> Option<usize> {
        let at_once = self.store.http_came_late(by);
        self.metrics.http_came_late(by, at_once);
        at_once
    }

    fn submit(&self, task: Task) {
        let since = Instant::now();
        let (hub, metrics) = (Arc::clone(&self.hub), Arc::clone(&self.metrics));
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (written, watching) = (Arc::clone(&seen), Arc::clone(&metrics));
        let queued = metrics.queue();
        let watch = move |mut job: Job| -> Job {
            Box::new(move |tx| {
                let mut seen = written.lock().unwrap_or_else(PoisonError::into_inner);
                *seen = Seen::default();
                job(&mut Watching { tx, seen: &mut seen, metrics: &watching })
            })
        };
        let tell = move |done: Done| -> Done {
            Box::new(move |ended| {
                drop(queued);
                let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
                Self::tell(&hub, &metrics, seen, since, &ended);
                done(ended);
            })
        };
        self.store.submit(task.seen_by(watch, tell));
    }
}

/// A transaction that is watched.
struct Watching<'a> {
    tx: &'a mut dyn Tx,
    seen: &'a mut Seen,
    metrics: &'a Metrics,
}

impl Tx for Watching<'_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.tx.read(asks)
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.seen.tokens |= write.target() == (TokenRow::NAME, false);
        if let (table, true) = write.target() {
            if table == EventRow::NAME {
                let event = (write.value("account"), write.value("seq"));
                if let (Some(Value::Text(account)), Some(Value::Int(seq))) = event
                    && let Ok(account) = account.parse()
                {
                    let newest = self.seen.events.entry(account).or_default();
                    *newest = (*newest).max(*seq);
                }
            } else if self.metrics.counts(table) {
                self.seen.rows.push(table);
            }
        }
        self.tx.write(write)
    }

    fn commit_by(&mut self, deadline: Deadline) {
        self.tx.commit_by(deadline);
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.tx.query(sql, params)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.tx.execute(sql, params)
    }
}
