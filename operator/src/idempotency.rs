//! An action happens once per key: scope (account, key, route), the answer replayed byte for byte.
//!
//! An answer is kept for a while ([`crate::Config::intents_kept`]); that a key was executed, and what that made, as long
//! as what it made is kept. So a key that is not found was not executed, unless it is older than the epoch of the store:
//! of such a one nobody knows, and it is told to be forgotten.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use mesto_protocol::api::{IntentOutcome, IntentState};
use mesto_protocol::idempotency::{IdempotencyKey, body_hash};
use mesto_protocol::{Problem, ProblemCode, route};

use crate::account::Held;
use crate::failure::{Outcome, refuse};
use crate::http::{Request, Response};
use crate::routes::{self, Call, Route};
use crate::store::{Ask, Row, StoreError, Tx};
use crate::{epoch, values};

/// Route of a tombstone: it stands for every route.
pub(crate) const ANY_ROUTE: &str = "*";

/// An action that has begun: its key was not used before.
pub(crate) struct Action {
    key: String,
    route: String,
    hash: String,
}

/// Asks for what is known of the request's key, once the account is locked. Of a key that is missing or no key nothing is known; [`begin`]
/// says so.
pub(crate) fn known<'a>(request: &'a Request, token_hash: &'a str) -> Ask<'a> {
    let key = request.get(route::IDEMPOTENCY_KEY).unwrap_or_default();
    Ask {
        sql: concat!(
            "SELECT route, body_hash, status, answer, made FROM intent WHERE account = (SELECT account FROM token WHERE hash = $1) AND key = $2 UNION ALL ",
            "SELECT route, body_hash, status, NULL, made FROM executed WHERE account = (SELECT account FROM token WHERE hash = $1) AND key = $2"
        ),
        params: vec![token_hash.into(), key.into()],
    }
}

/// Judges by what is known of the key, the account being locked: an answer to replay, or the action to do.
pub(crate) fn begin(tx: &mut dyn Tx, call: &Call<'_>, found: &Route) -> Outcome<Result<Action, Response>> {
    let Some(key) = call.request.get(route::IDEMPOTENCY_KEY) else {
        return refuse(
            ProblemCode::IdempotencyKeyMissing,
            "send the header Idempotency-Key with a value of your own, 16 to 64 of A-Z a-z 0-9 _ -",
        );
    };
    let key = IdempotencyKey::parse(key)
        .map_err(|error| Problem::new(ProblemCode::IdempotencyKeyInvalid, error.to_string()))?;
    let route = format!("{} {}", found.method, found.path);
    let hash = body_hash(&call.request.method, &call.request.path, &call.request.body);
    for row in &call.known {
        match row.text(0)? {
            ANY_ROUTE => {
                return refuse(
                    ProblemCode::IntentCancelled,
                    "this key was cancelled before the request arrived; use a new one",
                );
            }
            other if other != route => {}
            _ if row.text(1)? != hash => {
                return refuse(
                    ProblemCode::IdempotencyKeyReused,
                    "this key was used for another request; use a new one",
                );
            }
            _ => return Ok(Err(answer_of(tx, call, row)?)),
        }
    }
    Ok(Ok(Action { key: key.as_str().to_owned(), route, hash }))
}

/// The answer of an action: as it was, or from what it made. The row has route, body hash, status, answer, made.
fn answer_of(tx: &mut dyn Tx, call: &Call<'_>, row: &Row) -> Outcome<Response> {
    let status = u16::try_from(row.int(2)?).unwrap_or(500);
    if let Some(answer) = row.maybe_text(3)? {
        return Ok(Response::stored(status, answer.into()));
    }
    let lost = |what: &str| StoreError::unreadable("executed key", what);
    let made = row.maybe_string(4)?.ok_or_else(|| lost("it does not name what it made"))?;
    let again = routes::again(row.text(0)?).ok_or_else(|| lost("its route is no action"))?;
    Ok(Response { status, ..again(tx, call, &made)? })
}

impl Action {
    /// Writes the account's events, and the answer for whoever asks again.
    pub fn end(self, tx: &mut dyn Tx, call: &mut Call<'_>, response: &Response) -> Outcome<()> {
        let (now, made) = (call.now, call.made.take());
        let held = call.held()?;
        held.release(tx, now)?;
        tx.write(
            "INSERT INTO intent (account, key, route, body_hash, status, answer, made, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                &held.id,
                &self.key,
                &self.route,
                &self.hash,
                i64::from(response.status),
                &String::from_utf8_lossy(&response.body).into_owned(),
                made.as_deref(),
                now.timestamp_millis()
            ],
        )?;
        Ok(())
    }
}

/// Erases answers from before a moment. What was executed is remembered by what it made; what was refused or cancelled is
/// forgotten: its deadline is long over.
pub(crate) fn erase_answers(tx: &mut dyn Tx, before: i64) -> Result<(), StoreError> {
    tx.write(
        "INSERT INTO executed (account, key, route, body_hash, status, made) SELECT account, key, route, body_hash, status, made FROM intent WHERE at < $1 AND made IS NOT NULL",
        values![before],
    )?;
    tx.write("DELETE FROM intent WHERE at < $1", values![before])
}

/// `GET /v1/intents/{key}?created_at=`: what became of a key.
pub(crate) fn outcome(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let key = named_key(call)?;
    let ended = recorded(tx, call, &key)?;
    let is_worked_on = call.operator.in_flight.holds(call.request, &key);
    let outcome = match ended {
        Some(outcome) if outcome.state == IntentState::Ended => outcome,
        None if is_worked_on => bare(key, IntentState::InFlight),
        _ if is_before_memory(tx, call)? => bare(key, IntentState::Forgotten),
        Some(cancelled) => cancelled,
        None => bare(key, IntentState::Unknown),
    };
    Ok(Response::json(200, &outcome))
}

/// `DELETE /v1/intents/{key}?created_at=`: a key that was never seen is cancelled for good; one that ended stays as it
/// ended. One from before the epoch is cancelled too, but may have been executed before: it is told to be forgotten.
pub(crate) fn cancel(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let key = named_key(call)?;
    // An action holds the account from before it looks its key up until it committed: either it is seen here, or it will see this.
    let held = Held::take(tx, &call.who()?.account)?;
    let forgotten = is_before_memory(tx, call)?;
    let cancelled = if forgotten { IntentState::Forgotten } else { IntentState::Cancelled };
    if let Some(outcome) = recorded(tx, call, &key)? {
        let is_tombstone = outcome.state == IntentState::Cancelled;
        return Ok(Response::json(200, &if is_tombstone { bare(key, cancelled) } else { outcome }));
    }
    tx.execute(
        "INSERT INTO intent (account, key, route, body_hash, status, answer, at) VALUES ($1, $2, $3, '', 409, '', $4)",
        values![&held.id, &key, ANY_ROUTE, call.now.timestamp_millis()],
    )?;
    Ok(Response::json(200, &bare(key, cancelled)))
}

/// Whether the caller says that his key is older than what is remembered here without a gap.
fn is_before_memory(tx: &mut dyn Tx, call: &Call<'_>) -> Outcome<bool> {
    let Some(text) = call.request.asked("created_at")? else { return Ok(false) };
    let created_at: DateTime<Utc> = text.parse().map_err(|_| {
        Problem::new(ProblemCode::BadRequest, "created_at should be a moment, such as 2025-09-03T08:00:00Z")
            .with("field", "created_at")
    })?;
    Ok(created_at < epoch::began_at(tx)?)
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
    let rows = tx.query(
        concat!(
            "SELECT route, body_hash, status, answer, made, at FROM intent WHERE account = $1 AND key = $2 UNION ALL ",
            "SELECT route, body_hash, status, NULL, made, 0 FROM executed WHERE account = $1 AND key = $2 ORDER BY 6, 1 LIMIT 1"
        ),
        values![&call.who()?.account, key],
    )?;
    let Some(row) = rows.first() else { return Ok(None) };
    if row.text(0)? == ANY_ROUTE {
        return Ok(Some(bare(key.to_owned(), IntentState::Cancelled)));
    }
    let answer = answer_of(tx, call, row)?;
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
        let key = request.get(route::IDEMPOTENCY_KEY)?;
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
