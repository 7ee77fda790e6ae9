//! An action happens once per key: scope (account, key, route), the answer replayed byte for byte.
//!
//! An answer is kept for a while ([`crate::Config::intents_kept`]); that a key was executed, and
//! what that made, as long as what it made is kept. So a key that is not found was not executed,
//! unless it is older than the epoch of the store: of such a one nobody knows, and it is told to be
//! forgotten.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::idempotency::{IdempotencyKey, body_hash};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::intents::{IntentOutcome, IntentState};
use mesto_protocol::kernel::operation::Entry;
use mesto_protocol::{Problem, ProblemCode, headers};

use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::caller;
use crate::kernel::epoch;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::{Request, Response};
use crate::kernel::limits::{self, Limits};
use crate::kernel::retention::{How, Rule};
use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::shares;
use crate::kernel::store::{Row, Select, StoreError, Tx, Write};
use crate::{projection, table, values};

/// How much is kept of keys for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntentLimits {
    /// Most keys that an account cancels within a day before they were seen.
    pub cancelled_per_day: i64,
}

impl Default for IntentLimits {
    fn default() -> Self {
        Self { cancelled_per_day: 1_000 }
    }
}

impl Limits for IntentLimits {}

/// What is counted of an account's cancelled keys.
const WINDOW: TimeDelta = TimeDelta::days(1);

projection! {
    /// The keys that an account, `$1`, cancelled since `$2`.
    struct Cancelled {
        count: i64 = "COUNT(*)",
        oldest: Option<DateTime<Utc>> = "MIN(at)",
    }
}

/// Asks for them; the route stands in it as it does in the index `intent_cancelled`.
fn cancelled_of_late(account: AccountId, now: DateTime<Utc>) -> Select<Cancelled> {
    let since = (now - WINDOW).timestamp_millis();
    Select::of(
        "FROM intent WHERE intent.account = $1 AND intent.route = '*' AND intent.at > $2",
        values![account, since],
    )
}

/// Route of a tombstone: it stands for every route.
pub(crate) const ANY_ROUTE: &str = "*";

pub(crate) const TABLE: Table = Table {
    name: "intent",
    export: Export::Rows {
        called: "actions",
        columns: &[
            Told::Plain("key"),
            Told::Plain("route"),
            Told::Count("status"),
            Told::Json("answer"),
            Told::Time("at"),
        ],
        from: "intent WHERE account = $1 ORDER BY at, key",
    },
    erasure: Erasure::AtClosing(&["DELETE FROM intent WHERE account = $1"]),
};

table! {
    /// An action that ended, or the tombstone of a key.
    pub(crate) struct IntentRow in "intent" {
        account: AccountId,
        key: String,
        route: String,
        body_hash: String,
        status: u16,
        /// Absent when it is erased: what the action made is told instead.
        answer: Option<String>,
        /// What it made: a sale, an order.
        made: Option<String>,
        at: DateTime<Utc>,
    }
}

/// An action that has begun: its key was not used before.
pub(crate) struct Action {
    key: String,
    route: String,
    hash: String,
}

/// Asks for what is known of the request's key, once the account is locked, and whether the token
/// is still there: it may have ended while the account was waited for. Of a key that is missing or
/// no key nothing is known; [`begin`] says so.
pub(crate) fn known(call: &Call<'_>) -> Select<Option<IntentRow>> {
    let Call { request, served, token, .. } = call;
    let key = request.get(headers::IDEMPOTENCY_KEY).unwrap_or_default();
    Select::of(
        "FROM token LEFT JOIN intent ON intent.account = token.account AND intent.key = $2 AND intent.route IN ($3, '*') WHERE token.hash = $1",
        values![token.as_str(), key, route(served.operation)],
    )
}

/// The answer to [`known`]: the first of what ended under the key.
pub(crate) fn judged(rows: &[Row]) -> Outcome<Option<IntentRow>> {
    if rows.is_empty() {
        return refuse(ProblemCode::Unauthorized, caller::GONE);
    }
    let found: Vec<Option<IntentRow>> = rows.iter().map(Row::read).collect::<Result<_, _>>()?;
    Ok(found.into_iter().flatten().min_by_key(|intent| intent.at))
}

/// An operation as the table names it: `POST /v1/tickets`.
fn route(operation: &Entry) -> String {
    format!("{} {}", operation.method.as_str(), operation.path)
}

/// Judges by what is known of the key, the account being locked: an answer to replay, or the action
/// to do.
pub(crate) fn begin(tx: &mut dyn Tx, call: &Call<'_>) -> Outcome<Result<Action, Response>> {
    let Some(key) = call.request.get(headers::IDEMPOTENCY_KEY) else {
        return refuse(
            ProblemCode::IdempotencyKeyMissing,
            "send the header Idempotency-Key with a value of your own, 16 to 64 of A-Z a-z 0-9 _ -",
        );
    };
    if call.request.says_twice(headers::IDEMPOTENCY_KEY) {
        return refuse(ProblemCode::IdempotencyKeyInvalid, "send one header Idempotency-Key, not two");
    }
    let key = IdempotencyKey::parse(key)
        .map_err(|error| Problem::new(ProblemCode::IdempotencyKeyInvalid, error.to_string()))?;
    let route = route(call.served.operation);
    let hash = body_hash(&call.request.method, &call.request.path, &call.request.body);
    match &call.known {
        None => Ok(Ok(Action { key: key.as_str().to_owned(), route, hash })),
        Some(known) if known.route == ANY_ROUTE => {
            refuse(ProblemCode::IntentCancelled, "this key was cancelled before the request arrived; use a new one")
        }
        Some(known) if known.body_hash != hash => {
            refuse(ProblemCode::IdempotencyKeyReused, "this key was used for another request; use a new one")
        }
        Some(known) => Ok(Err(answer_of(tx, call, known)?)),
    }
}

/// The answer of an action: as it was, or from what it made.
fn answer_of(tx: &mut dyn Tx, call: &Call<'_>, known: &IntentRow) -> Outcome<Response> {
    if let Some(answer) = &known.answer {
        return Ok(Response::stored(known.status, answer.clone().into_bytes()));
    }
    let lost = |what: &str| StoreError::unreadable("executed key", what);
    let made = known.made.as_deref().ok_or_else(|| lost("it does not name what it made"))?;
    let mut served = call.operator.services.iter().flat_map(|service| service.operations());
    let again = served
        .find(|served| route(served.operation) == known.route)
        .and_then(|served| served.again)
        .ok_or_else(|| lost("its route is no action"))?;
    Ok(Response { status: known.status, ..again(tx, call, made)? })
}

impl Action {
    /// Writes the events of the locked accounts, and the answer for whoever asks again.
    pub fn end(self, tx: &mut dyn Tx, call: &mut Call<'_>, response: &Response) -> Outcome<()> {
        let now = call.now;
        for account in call.locked.values_mut() {
            account.release(tx, now)?;
        }
        tx.write(Write::insert(IntentRow {
            account: call.who()?.account,
            key: self.key,
            route: self.route,
            body_hash: self.hash,
            status: response.status,
            answer: Some(String::from_utf8_lossy(&response.body).into_owned()),
            made: call.made.take(),
            at: now,
        }))?;
        Ok(())
    }
}

/// Answers that are kept no longer; that a key was executed is remembered as long as what it made.
pub(crate) fn old_answers(before: i64) -> Rule {
    Rule {
        table: "intent",
        key: &["account", "key", "route"],
        which: "intent.at < $1 AND intent.answer IS NOT NULL".to_owned(),
        params: values![before].to_vec(),
        how: How::Said(&[
            ("intent", "DELETE FROM intent WHERE {this} AND intent.made IS NULL"),
            ("intent", "UPDATE intent SET answer = NULL WHERE {this}"),
        ]),
    }
}

/// What became of a key.
pub(crate) fn outcome(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<IntentOutcome> {
    let key = named_key(call)?;
    let ended = recorded(tx, call, &key)?;
    let is_worked_on = call.operator.in_flight.holds(call.request, &key);
    Ok(match ended {
        Some(outcome) if outcome.state == IntentState::Ended => outcome,
        None if is_worked_on => bare(key, IntentState::InFlight),
        None if call.is_beyond_share() => return Err(shares::more_than_a_share().into()),
        _ if is_before_memory(tx, call)? => bare(key, IntentState::Forgotten),
        Some(cancelled) => cancelled,
        None => bare(key, IntentState::Unknown),
    })
}

/// A key that was never seen is cancelled for good; one that ended stays as it ended. One from
/// before the epoch is cancelled too, but may have been executed before: it is told to be
/// forgotten.
pub(crate) fn cancel(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<IntentOutcome> {
    let key = named_key(call)?;
    if call.is_beyond_share() && recorded(tx, call, &key)?.is_none() {
        return Err(shares::more_than_a_share().into());
    }
    // An action holds the account from before it looks its key up until it committed: either it is
    // seen here, or it will see this.
    let of_late = cancelled_of_late(call.who()?.account, call.now);
    let (account, cancelled_of_late) = LockedAccount::of_caller_then(tx, call.who()?.account, of_late)?;
    let forgotten = is_before_memory(tx, call)?;
    let cancelled = if forgotten { IntentState::Forgotten } else { IntentState::Cancelled };
    if let Some(outcome) = recorded(tx, call, &key)? {
        let is_tombstone = outcome.state == IntentState::Cancelled;
        return Ok(if is_tombstone { bare(key, cancelled) } else { outcome });
    }
    let most = call.operator.limits::<IntentLimits>().cancelled_per_day;
    for Cancelled { count, oldest } in cancelled_of_late {
        limits::within(WINDOW, (count, oldest), most, call.now, || {
            format!("{count} keys were cancelled within a day, at most {most} may be")
        })?;
    }
    tx.write(Write::insert(IntentRow {
        account: account.id,
        key: key.clone(),
        route: ANY_ROUTE.to_owned(),
        body_hash: String::new(),
        status: 409,
        answer: Some(String::new()),
        made: None,
        at: call.now,
    }))?;
    Ok(bare(key, cancelled))
}

/// Whether the caller says that his key is older than what is remembered here without a gap.
fn is_before_memory(tx: &mut dyn Tx, call: &Call<'_>) -> Outcome<bool> {
    let Some(text) = call.request.asked("created_at")? else { return Ok(false) };
    let created_at: DateTime<Utc> = text.parse().map_err(|_| {
        Problem::new(ProblemCode::BadRequest, "created_at should be a moment, such as 2025-09-03T08:00:00Z")
            .with("field", "created_at")
    })?;
    Ok(created_at < epoch::current(tx)?.began_at)
}

fn bare(key: String, state: IntentState) -> IntentOutcome {
    IntentOutcome { key, state, status: None, answer: None }
}

fn named_key(call: &Call<'_>) -> Outcome<String> {
    let key = IdempotencyKey::parse(call.named())
        .map_err(|error| Problem::new(ProblemCode::IdempotencyKeyInvalid, error.to_string()))?;
    Ok(key.as_str().to_owned())
}

fn recorded(tx: &mut dyn Tx, call: &Call<'_>, key: &str) -> Outcome<Option<IntentOutcome>> {
    let first: Option<IntentRow> = tx.first(Select::of(
        "FROM intent WHERE intent.account = $1 AND intent.key = $2 ORDER BY intent.at, intent.route LIMIT 1",
        values![call.who()?.account, key],
    ))?;
    let Some(known) = first else { return Ok(None) };
    if known.route == ANY_ROUTE {
        return Ok(Some(bare(key.to_owned(), IntentState::Cancelled)));
    }
    let answer = answer_of(tx, call, &known)?;
    Ok(Some(IntentOutcome {
        key: key.to_owned(),
        state: IntentState::Ended,
        status: Some(answer.status),
        answer: Some(answer.read()?),
    }))
}

/// The actions this operator is working on now.
#[derive(Debug, Default)]
pub(crate) struct InFlight(Mutex<HashSet<(String, String)>>);

/// Stands for an action while it is worked on.
pub(crate) struct Alone<'a> {
    set: &'a InFlight,
    action: Option<(String, String)>,
}

impl InFlight {
    /// Refuses a request whose key is being worked on right now.
    pub fn enter(&self, request: &Request) -> Result<Alone<'_>, Problem> {
        let action = Self::action(request);
        if let Some(action) = &action
            && !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(action.clone())
        {
            return Err(Problem::new(
                ProblemCode::RequestInFlight,
                "the first request with this key is being worked on; ask again",
            )
            .with("retry_after_seconds", 1));
        }
        Ok(Alone { set: self, action })
    }

    /// Whether this caller's key is being worked on.
    pub fn holds(&self, request: &Request, key: &str) -> bool {
        let caller = request.get("authorization").unwrap_or_default().to_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&(caller, key.to_owned()))
    }

    fn action(request: &Request) -> Option<(String, String)> {
        if request.method != "POST" {
            return None;
        }
        let key = request.get(headers::IDEMPOTENCY_KEY)?;
        Some((request.get("authorization")?.to_owned(), key.to_owned()))
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        if let Some(action) = &self.action {
            self.set.0.lock().unwrap_or_else(PoisonError::into_inner).remove(action);
        }
    }
}
