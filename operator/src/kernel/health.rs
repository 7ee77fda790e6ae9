//! Whether the operator lives (`/healthz`), and whether it can work (`/readyz`): its store answers
//! and takes writes. Both are answered from what is known, without the store and its line.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::{Problem, ProblemCode};
use serde_json::json;

use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::http::Response;
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::ports::Clock;
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Store, StoreError, Write};
use crate::{table, update};

table! {
    /// One row, written again and again to see whether the store takes writes.
    pub(crate) struct HeartbeatRow in "heartbeat" {
        name: String,
        at: DateTime<Utc>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "heartbeat",
    export: Export::Excused("one row about the store as a whole"),
    erasure: Erasure::Excused("says nothing about a person"),
};

/// What is written to see whether writes are taken.
pub(crate) fn heartbeat(now: DateTime<Utc>) -> Write {
    update!(HeartbeatRow { name: "store" } set { at: now })
}

/// What was found is good for so long.
const GOOD_FOR: Duration = Duration::from_secs(15);
/// A store that refused a write for want of room is not asked for more before.
const REFUSED_FOR: Duration = Duration::from_secs(10);
/// Clocks that differ by more are told of.
const TOLD_FROM: TimeDelta = TimeDelta::milliseconds(500);
/// A question that takes longer says nothing about clocks.
const QUICK: TimeDelta = TimeDelta::milliseconds(500);
/// How often the log tells of clocks that differ too much.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// What is known of the operator's state.
#[derive(Default)]
pub(crate) struct Health {
    state: Mutex<State>,
    /// Somebody wants to know whether it is ready.
    is_asked: AtomicBool,
}

#[derive(Default)]
struct State {
    looked: Option<Looked>,
    refused: Option<(Instant, String)>,
    skew_told: Option<Instant>,
    notes: BTreeMap<&'static str, String>,
}

/// What a look at the store found.
struct Looked {
    since: Instant,
    ended: Result<(), String>,
}

#[allow(clippy::disallowed_methods)] // the edge: the age of what is known is measured in real time
fn instant() -> Instant {
    Instant::now()
}

impl Health {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something that is not as it should be, though the operator works; `None` when it is right
    /// again. `/healthz` tells it.
    pub fn note(&self, kind: &'static str, detail: Option<String>) {
        let notes = &mut self.lock().notes;
        match detail {
            Some(detail) => notes.insert(kind, detail),
            None => notes.remove(kind),
        };
    }

    /// A request failed at the store: whether that tells something of its state.
    pub fn failed(&self, error: &StoreError) {
        if matches!(error, StoreError::Full) {
            self.lock().refused = Some((instant(), error.to_string()));
        }
    }

    /// Whether somebody asked since the last time.
    pub fn was_asked(&self) -> bool {
        self.is_asked.swap(false, Ordering::Relaxed)
    }

    pub fn is_ready(&self) -> bool {
        self.readiness().0.is_ok()
    }

    /// Why the operator is not ready, and how old what is known is.
    fn readiness(&self) -> (Result<(), String>, Option<Duration>) {
        let (state, now) = (self.lock(), instant());
        if let Some((at, why)) = &state.refused
            && now.saturating_duration_since(*at) < REFUSED_FOR
        {
            return (Err(why.clone()), Some(now.saturating_duration_since(*at)));
        }
        match &state.looked {
            None => (Err("the store was not looked at yet".into()), None),
            Some(Looked { since, ended }) => {
                let age = now.saturating_duration_since(*since);
                let ended = match ended {
                    Ok(()) if age > GOOD_FOR => Err(format!("the store has not answered for {} s", age.as_secs())),
                    ended => ended.clone(),
                };
                (ended, Some(age))
            }
        }
    }
}

impl Operator {
    /// What `/readyz` says now.
    ///
    /// # Errors
    /// Why requests should not be sent here.
    pub fn readiness(&self) -> Result<(), String> {
        self.health.is_asked.store(true, Ordering::Relaxed);
        self.health.readiness().0
    }

    /// Looks whether the store takes writes, and how far the database's clock is from this one;
    /// `/readyz` and `/healthz` tell what was found. Blocks for some seconds at most. An operator
    /// that serves does it by itself.
    pub fn look(&self, store: &dyn Store, clock: &Arc<dyn Clock>) {
        let looked = measure(store, clock);
        if let Ok(Some(skew)) = &looked {
            self.tell_skew(*skew);
        }
        let mut state = self.health.lock();
        let was_ready = state.looked.as_ref().is_none_or(|before| before.ended.is_ok());
        match &looked {
            Err(error) if was_ready => tracing::error!(reason = %error, "not ready: the store takes no writes"),
            Ok(_) if !was_ready => tracing::info!("ready again: the store takes writes"),
            _ => {}
        }
        let ended = looked.map(|_| ()).map_err(|error| error.to_string());
        state.looked = Some(Looked { since: instant(), ended });
    }

    fn tell_skew(&self, skew: TimeDelta) {
        self.metrics.clock_skew.set(skew.num_milliseconds());
        if skew.abs() <= TOLD_FROM {
            return self.health.note("clock_skew", None);
        }
        let detail = skew_text(skew);
        self.health.note("clock_skew", Some(detail.clone()));
        let mut state = self.health.lock();
        let now = instant();
        if skew.abs() > self.config.max_skew
            && state.skew_told.is_none_or(|told| now.saturating_duration_since(told) >= TOLD_EVERY)
        {
            state.skew_told = Some(now);
            tracing::error!("{detail}; set the clocks of all machines by NTP");
        }
    }

    /// How far the clock of the database is ahead of this one; nothing where it has none of its
    /// own. More than an instance tolerates is refused at its start.
    ///
    /// # Errors
    /// When the store takes no writes.
    pub fn clock_skew(&self, store: &dyn Store, clock: &Arc<dyn Clock>) -> Result<Option<TimeDelta>, StoreError> {
        measure(store, clock)
    }
}

fn measure(store: &dyn Store, clock: &Arc<dyn Clock>) -> Result<Option<TimeDelta>, StoreError> {
    let before = clock.now();
    let told = store.probe(whole_millis(before))?;
    let took = clock.now() - before;
    Ok(told.filter(|_| took <= QUICK).map(|told| told - (before + took / 2)))
}

/// In words.
#[must_use]
pub fn skew_text(skew: TimeDelta) -> String {
    let direction = if skew < TimeDelta::zero() { "ahead of" } else { "behind" };
    format!("the clock of this machine is {} ms {direction} the database's", skew.abs().num_milliseconds())
}

/// `GET /healthz`: whether the process answers at all, and what is odd.
pub(crate) fn alive(call: &Call<'_>) -> Outcome<Response> {
    let mut notes = call.operator.health.lock().notes.clone();
    if let Some(doubt) = call.operator.clock_doubt() {
        notes.insert("clock_doubt", doubt.to_string());
    }
    let status = json!({"status": "ok"});
    let told = if notes.is_empty() { status } else { json!({"status": "ok", "notes": notes}) };
    Ok(Response::json(200, &told))
}

/// `GET /readyz`: whether requests should be sent here.
pub(crate) fn ready(call: &Call<'_>) -> Outcome<Response> {
    let health = &call.operator.health;
    health.is_asked.store(true, Ordering::Relaxed);
    let (ready, age) = health.readiness();
    let age = age.map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
    match ready {
        Ok(()) => Ok(Response::json(200, &json!({"status": "ready", "age_ms": age}))),
        Err(why) => Err(Problem::new(ProblemCode::Unavailable, format!("not ready: {why}"))
            .with("reason", why)
            .with("age_ms", age)
            .with("retry_after_seconds", 2)
            .into()),
    }
}
