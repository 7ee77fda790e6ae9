//! Limits of an hour: what was tried, by whom or of what, as hashes. A limit holds for its subject
//! alone.

use std::any::Any;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::kernel::ids::AttemptId;
use mesto_protocol::{Problem, ProblemCode};

use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::operator::Operator;
use crate::kernel::retention::Rule;
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Ask, Select, StoreError, Tx, Write};
use crate::kernel::text;
use crate::{delete, projection, table, values};

/// How much or how long a service lets something be done: a record of its own with what is usual.
/// An operator is given others by [`Operator::limited`].
pub trait Limits: Any + Copy + Default + Send + Sync {}

/// What the limits count.
const WINDOW: TimeDelta = TimeDelta::hours(1);

table! {
    /// What counts against a limit; subjects are hashed.
    pub(crate) struct AttemptRow in "attempt" {
        id: AttemptId,
        kind: String,
        subject: String,
        at: DateTime<Utc>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "attempt",
    export: Export::Excused("numbers, addresses, accounts and plates only as hashes"),
    erasure: Erasure::WithTime("limits count an hour back; a hash names nobody"),
};

/// Something that is tried, and may be tried so often in an hour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit<'a> {
    pub kind: &'static str,
    /// Whose or of what; stored as a hash.
    pub subject: &'a str,
    pub most: i64,
}

projection! {
    struct Attempts {
        count: i64 = "COUNT(*)",
        oldest: Option<DateTime<Utc>> = "MIN(at)",
        newest: Option<DateTime<Utc>> = "MAX(at)",
    }
}

impl Limit<'_> {
    /// Refuses when it was reached. Its subject stays locked: tries at the same instant are counted
    /// one after another.
    pub fn check(&self, tx: &mut dyn Tx, now: DateTime<Utc>) -> Outcome<()> {
        self.lock(tx)?;
        let Attempts { count, oldest, .. } = self.attempts(tx, now)?;
        within(WINDOW, (count, oldest), self.most, now, || "the limit of an hour is reached".to_owned())
    }

    fn lock(&self, tx: &mut dyn Tx) -> Outcome<()> {
        let subject = text::sha256(self.subject.as_bytes());
        tx.read(vec![Ask::subject_lock(&format!("limit:{}:{subject}", self.kind))])?;
        Ok(())
    }

    /// Whether it was tried within the hour.
    pub fn is_known(&self, tx: &mut dyn Tx, now: DateTime<Utc>) -> Outcome<bool> {
        Ok(self.tried(tx, now)? > 0)
    }

    /// How often it was tried within the hour.
    pub fn tried(&self, tx: &mut dyn Tx, now: DateTime<Utc>) -> Outcome<i64> {
        Ok(self.attempts(tx, now)?.count)
    }

    /// Once it was tried so often as is usual, each try waits so long after the one before: it is
    /// slowed, and nobody is shut out. Locked as by [`Limit::check`].
    pub fn slow(&self, tx: &mut dyn Tx, now: DateTime<Utc>, pause: TimeDelta) -> Outcome<()> {
        self.lock(tx)?;
        let Attempts { count, newest, .. } = self.attempts(tx, now)?;
        // One of later than now was counted by a clock that was ahead.
        match newest.map(|newest| newest.min(now) + pause - now) {
            Some(wait) if count >= self.most && wait > TimeDelta::zero() => {
                too_many("many are asking from the same network", wait)
            }
            _ => Ok(()),
        }
    }

    /// Forgets what was tried.
    pub fn forget(&self, tx: &mut dyn Tx) -> Outcome<()> {
        let (kind, subject) = (self.kind, text::sha256(self.subject.as_bytes()));
        Ok(tx.write(delete!(AttemptRow { kind: kind, subject: subject }))?)
    }

    /// Counts one more.
    pub fn count(&self, tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Outcome<()> {
        let subject = text::sha256(self.subject.as_bytes());
        let row = AttemptRow { id: operator.new_id(now), kind: self.kind.to_owned(), subject, at: now };
        Ok(tx.write(Write::insert(row))?)
    }

    /// Counts one that found nothing: the refusal that says so, which keeps the count.
    pub fn missed(&self, tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, said: Problem) -> Failure {
        match self.count(tx, operator, now) {
            Ok(()) => Failure::Counted(Box::new(said)),
            Err(failure) => failure,
        }
    }

    fn attempts(&self, tx: &mut dyn Tx, now: DateTime<Utc>) -> Outcome<Attempts> {
        let since = (now - WINDOW).timestamp_millis();
        let attempts = tx.first(Select::of(
            "FROM attempt WHERE kind = $1 AND subject = $2 AND at > $3",
            values![self.kind, text::sha256(self.subject.as_bytes()), since],
        ))?;
        attempts.ok_or_else(|| StoreError::unreadable("attempts", "they are not counted").into())
    }
}

/// A wait in whole seconds, after which it is over.
pub(crate) fn seconds_of(wait: TimeDelta) -> i64 {
    wait.num_milliseconds().max(0) / 1_000 + 1
}

/// Refuses one more when so many were counted within a time that just ended, the oldest of them
/// then; until that one is no longer among them.
pub(crate) fn within(
    window: TimeDelta,
    (count, oldest): (i64, Option<DateTime<Utc>>),
    most: i64,
    now: DateTime<Utc>,
    why: impl FnOnce() -> String,
) -> Outcome<()> {
    match count >= most {
        true => too_many(&why(), oldest.map_or(window, |oldest| oldest + window - now)),
        false => Ok(()),
    }
}

/// Refuses a list of a body that is longer than one request may tell.
pub(crate) fn told_at_most(field: &str, told: usize, most: usize) -> Result<(), Problem> {
    if told <= most {
        return Ok(());
    }
    let detail = format!("{told} {field} were told; tell at most {most} at a time");
    Err(Problem::new(ProblemCode::BadRequest, detail).with("field", field).with("most", most))
}

/// How far a device's clock may be ahead.
pub(crate) const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);

/// Refuses a moment that has not come.
pub(crate) fn not_ahead(field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Problem> {
    if at <= now + CLOCKS_DIFFER {
        return Ok(());
    }
    let detail = format!("{field} has not come; set the clock of the device");
    Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", field).with("now", now))
}

/// Refused for so long.
pub(crate) fn too_many<T>(detail: &str, wait: TimeDelta) -> Outcome<T> {
    let seconds = seconds_of(wait);
    Err(Problem::new(ProblemCode::TooManyRequests, format!("{detail}; wait {seconds} seconds"))
        .with("retry_after_seconds", seconds)
        .into())
}

/// What no limit counts any more.
pub(crate) fn old(now: DateTime<Utc>) -> Rule {
    Rule::deleted("attempt", &["id"], "attempt.at < $1", values![(now - WINDOW).timestamp_millis()])
}
