//! What time brings: a table of moments, claimed by lease, each done in the transaction that
//! removes it. Evaluated on read too, so that a late job never shows a wrong state.

use chrono::{DateTime, TimeDelta, Utc};

use crate::kernel::failure::Outcome;
use crate::kernel::lease::Lease;
use crate::kernel::metrics::Measure;
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::retention;
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Select, Store, StoreError, Tx, Write, transact};
use crate::{delete, find, table, update, values};

table! {
    pub(crate) struct DueRow in "due" {
        kind: String,
        reference: String,
        at: DateTime<Utc>,
        /// Nobody else may take it before.
        lease_until: DateTime<Utc>,
    }
}

/// A kind of thing that a service plans for a moment.
pub(crate) struct Due {
    /// `<service>.<what>`
    pub kind: &'static str,
    /// Does it, for what the reference names.
    pub run: Runs,
    /// When it happens again, for what stands in the table from the first migration on: not counted
    /// as something done.
    pub repeat: Option<Repeat>,
    /// It cannot be taken back, or would tell people what is not so yet: it waits while the clock
    /// is doubted.
    pub trusts_clock: bool,
}

/// When something happens again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// A minute later.
    Minutely,
    /// A day later.
    Daily,
    /// In the next night of the home city.
    Night,
}

impl Repeat {
    fn after(self, operator: &Operator, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Minutely => now + TimeDelta::minutes(1),
            Self::Daily => now + TimeDelta::days(1),
            Self::Night => retention::next_night(&operator.home, now),
        }
    }
}

type Runs = fn(&mut dyn Tx, &Operator, DateTime<Utc>, &str) -> Outcome<()>;

impl Due {
    pub const fn new(kind: &'static str, run: Runs) -> Self {
        Self { kind, run, repeat: None, trusts_clock: false }
    }

    /// Something that erases, or ends something for good.
    pub const fn trusting_clock(kind: &'static str, run: Runs) -> Self {
        Self { trusts_clock: true, ..Self::new(kind, run) }
    }
}

pub(crate) const TABLE: Table = Table {
    name: "due",
    export: Export::Excused("what the operator will do; what it is about is told where it stands"),
    erasure: Erasure::Excused("names ids only, and goes when it is done"),
};

pub(crate) const LATE: Measure = Measure {
    name: "due_late",
    help: "Things that were due more than a minute ago and are not done",
    sql: "SELECT COUNT(*) AS value FROM due WHERE at < $1 - CAST(60000 AS BIGINT)",
};

/// How long an operator may take for what it claimed; then another one may.
const LEASE: Lease = Lease::seconds(30);
const CLAIM: i64 = 50;
/// How long the night's erasing waits after it failed; shorter than its lease.
const PAUSE: TimeDelta = TimeDelta::seconds(15);
/// Most jobs of one call.
const MOST: usize = 10_000;

/// Plans something for a moment. What it refers to is new: nothing of its kind is planned yet.
pub(crate) fn plan(tx: &mut dyn Tx, due: &Due, reference: &impl ToString, at: DateTime<Utc>) -> Result<(), StoreError> {
    let (kind, reference) = (due.kind.to_owned(), reference.to_string());
    tx.write(Write::insert(DueRow { kind, reference, at, lease_until: DateTime::UNIX_EPOCH }))
}

/// Drops what was planned and needs not be done any more.
pub(crate) fn forget(tx: &mut dyn Tx, due: &Due, reference: &impl ToString) -> Result<(), StoreError> {
    tx.write(delete!(DueRow { kind: due.kind, reference: reference.to_string() }))
}

impl Operator {
    /// Does what is due at `now`; returns how much was done. Any number of operators may call it at
    /// once.
    pub fn due(&self, store: &dyn Store, now: DateTime<Utc>) -> usize {
        let now = whole_millis(now);
        self.look_at_clock(store, now);
        let done = self.claim_and_do(store, now);
        if let Err(error) = self.go_on_tonight(store, now) {
            self.metrics.due(false);
            tracing::warn!(reason = %error, "the night's erasing could not go on; it is tried again");
        }
        done
    }

    fn claim_and_do(&self, store: &dyn Store, now: DateTime<Utc>) -> usize {
        let mut done = 0;
        while done < MOST {
            let claimed = match transact(store, |tx| claim(tx, now)) {
                Ok(claimed) if claimed.is_empty() => return done,
                Ok(claimed) => claimed,
                Err(error) => {
                    tracing::warn!(reason = %error, "nothing could be claimed from what is due");
                    return done;
                }
            };
            let mut progressed = false;
            for DueRow { kind, reference, .. } in claimed {
                let ended = if kind == retention::NIGHTLY.kind {
                    self.erase_tonight(store, now, LEASE.until(now)).map(|()| false)
                } else {
                    transact(store, |tx| {
                        run(tx, self, now, &kind, &reference).map_err(|failure| failure.into_store_error())
                    })
                };
                match ended {
                    Ok(true) => {
                        done += 1;
                        progressed = true;
                        self.metrics.due(true);
                    }
                    Ok(false) => progressed = true,
                    Err(error) => {
                        self.metrics.due(false);
                        tracing::warn!(kind, reason = %error, "something due could not be done; its lease will run out")
                    }
                }
            }
            if !progressed {
                return done;
            }
        }
        done
    }
}

impl Operator {
    /// A part of the night's erasing; the rest follows with the next call, after what others wait
    /// for. While the clock is doubted it waits. A portion takes a second or two of the lease. Who
    /// began goes on, and keeps the lease until the end: how far the walk is stands in its memory
    /// alone. Who is slower, and was taken over by another operator, leaves the plan to that one.
    fn erase_tonight(&self, store: &dyn Store, now: DateTime<Utc>, held: DateTime<Utc>) -> Result<(), StoreError> {
        if self.clock_doubt().is_some() {
            return Ok(());
        }
        let ended = self.erase_old(store, now);
        let (next, lease) = match &ended {
            Ok(true) => (Repeat::Night.after(self, now), now),
            // Not in this call any more, and after all that is due by now.
            Ok(false) => (now + TimeDelta::milliseconds(1), LEASE.until(now)),
            Err(_) => (now + PAUSE, LEASE.until(now)),
        };
        let is_over = matches!(ended, Ok(true));
        let is_ours = transact(store, |tx| {
            let rest = "UPDATE due SET at = $1, lease_until = $2 WHERE kind = $3 AND lease_until = $4";
            let kind = retention::NIGHTLY.kind;
            let rest = tx.execute(
                rest,
                values![next.timestamp_millis(), lease.timestamp_millis(), kind, held.timestamp_millis()],
            );
            Ok(rest? == 1)
        })?;
        self.night.hold((is_ours && !is_over).then_some(lease));
        ended.map(|_| ())
    }

    /// Goes on with the night's erasing that this operator began, unless another one took over.
    fn go_on_tonight(&self, store: &dyn Store, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(held) = self.night.held() else { return Ok(()) };
        let kind = retention::NIGHTLY.kind;
        let planned = transact(store, |tx| {
            let (of_kind, held) = ("FROM due WHERE due.kind = $1 AND due.lease_until = $2", held.timestamp_millis());
            tx.first(Select::<DueRow>::of(of_kind, values![kind, held]))
        })?;
        let Some(planned) = planned else {
            self.night.hold(None);
            return Ok(());
        };
        match planned.at <= now {
            true => self.erase_tonight(store, now, held),
            false => Ok(()),
        }
    }
}

fn claim(tx: &mut dyn Tx, now: DateTime<Utc>) -> Result<Vec<DueRow>, StoreError> {
    let is_free = Lease::is_free("due", 1, 3);
    let waiting = Select::<DueRow>::of(
        &format!("FROM due WHERE due.at <= $1 AND {is_free} ORDER BY due.at, due.kind, due.reference LIMIT $2"),
        values![now.timestamp_millis(), CLAIM, LEASE.last(now)],
    );
    let claimed = tx.all(waiting.locking_free("due"))?;
    for due in &claimed {
        tx.write(update!(DueRow { kind: &due.kind, reference: &due.reference } set { lease_until: LEASE.until(now) }))?;
    }
    Ok(claimed)
}

/// Does what a row says and removes it; `false` when somebody else did, and for what happens every
/// day anyway. A kind that is not known here was planned by a newer operator on the same store, and
/// stays for it. The row goes last: whoever plans or forgets something locks its account first.
fn run(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, kind: &str, reference: &str) -> Outcome<bool> {
    if tx.first(find!(DueRow { kind: kind, reference: reference }))?.is_none() {
        return Ok(false);
    }
    let Some(due) = operator.services.iter().flat_map(|service| service.due).find(|due| due.kind == kind) else {
        tracing::error!(kind, "this version does not know how to do this kind of thing; it stays for one that does");
        return Ok(false);
    };
    if due.trusts_clock && operator.clock_doubt().is_some() {
        return Ok(false);
    }
    (due.run)(tx, operator, now, reference)?;
    if let Some(repeat) = due.repeat {
        let next = repeat.after(operator, now);
        let next = update!(DueRow { kind: kind, reference: reference } set { at: next, lease_until: now });
        tx.write(next.expecting(1))?;
        return Ok(false);
    }
    tx.write(delete!(DueRow { kind: kind, reference: reference }).expecting(1))?;
    Ok(true)
}
